#include "local/local_test.h"

#include "http/api.h"

#define V1 "api/heddle/v1/"

int setup(void **state)
{
    return make_project(state);
}

int teardown(void **state)
{
    return drop_project(state);
}

static void add_gateway(struct config *c, const char *name, const char *connection)
{
    struct config_gateway *g = g_new0(struct config_gateway, 1);

    g->name = g_strdup(name);
    g->type = g_strdup("duckdb");
    OK((g->connection = json_parse(connection, strlen(connection), &error)) != NULL);
    g_ptr_array_add(c->gateways, g);
}

/* A project whose default gateway is DuckDB with this connection. */
static struct config *make_config(const char *folder, const char *connection)
{
    struct config *c = g_new0(struct config, 1);

    c->path = g_strdup(folder);
    c->gateways = g_ptr_array_new();
    c->default_gateway = g_strdup("main");
    add_gateway(c, "main", connection);
    return c;
}

static void free_config(struct config *c)
{
    for (guint i = 0; i < c->gateways->len; i++) {
        struct config_gateway *g = c->gateways->pdata[i];

        g_free(g->name);
        g_free(g->type);
        json_decref(g->connection);
        g_free(g);
    }
    g_ptr_array_unref(c->gateways);
    g_free(c->default_gateway);
    g_free(c->path);
    g_free(c);
}

static json_t *ask(const struct cli_plane *plane, const char *path)
{
    struct api_settings settings = {.url = plane->url, .token = plane->token};
    struct api *api;
    json_t *answer;

    OK((api = api_new(&settings, &error)) != NULL);
    OK((answer = api_call(api, "GET", path, NULL, 0, &error)) != NULL);
    api_free(api);
    return answer;
}

static void plane_clear(struct cli_plane *p)
{
    g_free(p->url);
    g_free(p->token);
    *p = (struct cli_plane){0};
}

/* "main=shop other=…": gateways as reported, with their catalogs. */
static char *gateways(const struct cli_plane *plane)
{
    g_autoptr(json_t) answer = ask(plane, V1 "gateways");
    GString *out = g_string_new(NULL);
    size_t i;
    json_t *g;

    json_array_foreach (json_object_get(answer, "gateways"), i, g)
        g_string_append_printf(out, "%s%s=%s", out->len ? " " : "", json_get_string(g, "name", "?"),
                               json_get_string(g, "default_catalog", "?"));
    return g_string_free(out, FALSE);
}

static bool has_children(void)
{
    int status;

    return waitpid(-1, &status, WNOHANG) == 0;
}

void test_a_command_gets_a_plane_of_its_own_without_starting_workers(void **state)
{
    struct config *c = make_config(*state, "{\"database\": \"shop.duckdb\"}");
    struct cli_plane plane = {0};
    struct local *l = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autofree char *known = NULL;

    OK(local_plane(c, &plane, &l, &error));
    assert_non_null(l);
    assert_true(g_str_has_prefix(plane.url, "http://127.0.0.1:"));
    answer = ask(&plane, V1 "environments");
    assert_int_equal(json_array_size(json_object_get(answer, "environments")), 0);
    known = gateways(&plane);
    assert_string_equal(known, "main=shop");
    assert_false(has_children());
    local_stop(l);
    plane_clear(&plane);
    assert_int_equal(mode_of(*state, ".heddle/state.db"), 0600);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), -1);
    free_config(c);
}

void test_starting_and_stopping_takes_no_time_worth_mentioning(void **state)
{
    struct config *c = make_config(*state, "{\"database\": \"shop.duckdb\"}");
    int64_t since = clock_monotonic_ms();

    for (int i = 0; i < 10; i++) {
        struct cli_plane plane = {0};
        struct local *l = NULL;

        OK(local_plane(c, &plane, &l, &error));
        local_stop(l);
        plane_clear(&plane);
    }
    assert_in_range(clock_monotonic_ms() - since, 0, 3000); /* 50 ms, and a busy machine */
    free_config(c);
}

void test_a_warehouse_in_memory_has_its_state_in_memory(void **state)
{
    struct config *c = make_config(*state, "{}");
    struct cli_plane plane = {0};
    struct local *l = NULL;
    g_autofree char *known = NULL;

    OK(local_plane(c, &plane, &l, &error));
    known = gateways(&plane);
    assert_string_equal(known, "main=memory");
    local_stop(l);
    plane_clear(&plane);
    assert_int_equal(mode_of(*state, ".heddle/state.db"), -1);
    free_config(c);
}

void test_a_gateway_in_memory_beside_one_that_stays_is_not_served(void **state)
{
    struct config *c = make_config(*state, "{\"database\": \"shop.duckdb\"}");
    struct cli_plane plane = {0};
    struct local *l = NULL;
    g_autofree char *known = NULL;

    add_gateway(c, "tests", "{}");
    OK(local_plane(c, &plane, &l, &error));
    known = gateways(&plane);
    assert_string_equal(known, "main=shop");
    local_stop(l);
    plane_clear(&plane);
    free_config(c);
}

static bool is_told(const char *folder, const char *token)
{
    g_autofree char *path = g_build_filename(folder, ".heddle", "plane.json", NULL);
    g_autoptr(json_t) told = json_load_file(path, 0, NULL);

    return told && strcmp(json_get_string(told, "token", ""), token) == 0;
}

static pid_t start_dev(const char *folder)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct config *c = make_config(folder, "{\"database\": \"shop.duckdb\"}");
        struct local_settings settings = {.config = c, .scheduler = true};
        struct local *l;

        local__block_signals();
        if (!(l = local_start(&settings, NULL)) || !is_told(folder, local_token(l)))
            _exit(1);
        (void)!write(ready[1], "x", 1);
        local__wait_signal();
        _exit(0); /* without a word: as one that crashed */
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

void test_a_command_uses_the_plane_of_a_running_dev(void **state)
{
    struct config *c = make_config(*state, "{\"database\": \"shop.duckdb\"}");
    struct local_settings settings = {.config = c, .scheduler = true};
    struct cli_plane plane = {0};
    struct local *l = NULL;
    GError *error = NULL;
    pid_t dev = start_dev(*state);
    g_autofree char *known = NULL;

    OK(local_plane(c, &plane, &l, &error));
    assert_null(l);
    known = gateways(&plane);
    assert_string_equal(known, "main=shop");
    plane_clear(&plane);
    assert_null(local_start(&settings, &error));
    assert_true(error_is(error, ERROR_BUSY));
    g_error_free(error);

    kill(dev, SIGTERM);
    waitpid(dev, NULL, 0);
    OK(local_plane(c, &plane, &l, &error)); /* what it left behind blocks nobody */
    assert_non_null(l);
    local_stop(l);
    plane_clear(&plane);
    free_config(c);
}

void test_only_loopback_is_listened_on(void **state)
{
    struct config *c = make_config(*state, "{\"database\": \"shop.duckdb\"}");
    struct local_settings settings = {.config = c, .scheduler = true, .listen = "0.0.0.0:0"};
    GError *error = NULL;

    assert_null(local_start(&settings, &error));
    assert_non_null(strstr(error->message, "reachable from other machines"));
    g_error_free(error);
    free_config(c);
}
