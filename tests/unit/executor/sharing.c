/* Several executors and one DuckDB file. */
#include "executor/plane.h"

int setup(void **state)
{
    (void)state;
    return plane_start();
}

int teardown(void **state)
{
    (void)state;
    return plane_stop();
}

static void add_runs(int n, const char *query)
{
    for (int i = 0; i < n; i++) {
        g_autofree char *id = g_strdup_printf("run-%d", i);

        plane_add(1, id, query);
    }
}

#define SOME_WORK "SELECT count(*) FROM range(2000000) t(a) WHERE hash(a) % 1000 = 3"

void test_a_plan_overtakes_200_queued_tasks_of_another_executor(void **state)
{
    g_autoptr(config) config = duckdb_config("w.db", NULL);
    struct executor *runs = start_executor("run", config), *plans;
    size_t done_before, done_after;
    g_autoptr(json_t) r = NULL;

    (void)state;
    add_runs(200, SOME_WORK);
    plane_await(json_array_size(plane.results) >= 3);
    plans = start_executor("apply", config);
    plane_add(0, "plan", "SELECT 'overtaken'");
    r = plane_result("plan");
    done_before = plane_result_count();
    assert_string_equal(json_get_string(r, "status", ""), "success");
    assert_true(done_before < 190);
    plane_await(json_array_size(plane.results) == 201);
    done_after = plane_result_count();
    assert_int_equal(done_after, 201);
    for (size_t i = 0; i < 201; i++)
        assert_string_equal(json_get_string(json_array_get(plane.results, i), "status", ""),
                            "success");
    executor_stop(plans, PATIENCE_MS);
    executor_stop(runs, PATIENCE_MS);
}

#define MUCH_WORK "SELECT count(*) FROM range(50000000) t(a) WHERE hash(a) % 1000 = 3"
#define A_TURN_MS 1000 /* a holder gives way to those who have waited so long */

/* What the executor that last waited for the file has written beside it: the moment it began to. */
static char *wish(void)
{
    g_autofree char *file = g_build_filename(plane.folder, "w.db.heddle-next", NULL);
    char *text = NULL;

    g_file_get_contents(file, &text, NULL, NULL);
    return text ? text : g_strdup("");
}

static void await_wish_after(const char *before)
{
    g_autofree char *now = wish();

    for (int i = 0; i < PATIENCE_MS / 10 && (!*now || strcmp(now, before) == 0); i++) {
        g_usleep(10 * 1000);
        g_free(now);
        now = wish();
    }
    assert_string_not_equal(now, before);
}

/* A worker has few jobs behind the one it is at: whoever waits for the file waits for those five,
 * and for one that has ended and was not yet heard of. */
void test_what_waits_in_a_worker_keeps_nobody_from_the_file(void **state)
{
    g_autoptr(config) config = duckdb_config("w.db", NULL);
    struct executor *runs = start_executor("run", config), *plans;
    g_autofree char *first_wish = NULL;
    g_autoptr(json_t) r = NULL;
    size_t wished;

    (void)state;
    add_runs(24, MUCH_WORK);
    plane_await(json_array_size(plane.results) >= 1);
    first_wish = wish();
    plans = start_executor("apply", config);
    plane_add(0, "plan", "SELECT 'overtaken'");
    await_wish_after(first_wish);
    g_usleep((A_TURN_MS + 50) * 1000);
    wished = plane_result_count();
    r = plane_result("plan");
    plane_await(json_array_size(plane.results) == 25);
    executor_stop(plans, PATIENCE_MS);
    executor_stop(runs, PATIENCE_MS);
    assert_in_range(place_of("plan"), 1, wished + 5 + 1);
    for (size_t i = 0; i < 25; i++)
        assert_string_equal(json_get_string(json_array_get(plane.results, i), "status", ""),
                            "success");
}

/* A process that has nothing to do with executors opens the file. */
static struct child *open_elsewhere(const struct config *config)
{
    struct child *c = executor__child_start(NULL, NULL);
    const struct config_gateway *g = config->gateways->pdata[0];
    g_autoptr(json_t) order = json_pack("{s:s, s:s, s:s, s:O}", "do", "open", "gateway", "x",
                                        "type", "duckdb", "connection", g->connection);
    enum child_event event = CHILD_QUIET;
    json_t *said = NULL;

    assert_true(executor__child_send(c, order));
    while (event == CHILD_QUIET || event == CHILD_PRINTS) {
        g_autofree char *text = NULL;

        event = executor__child_next(c, 1000, &said, &text);
    }
    assert_string_equal(json_get_string(said, "is", ""), "opened");
    json_decref(said);
    return c;
}

void test_a_file_in_use_by_others_is_waited_for(void **state)
{
    g_autoptr(config) config = duckdb_config("w.db", NULL);
    struct child *person = open_elsewhere(config);
    struct executor *e = start_executor("apply", config);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) r = NULL;

    (void)state;
    plane_add(0, "1", "SELECT 1");
    assert_false(executor_wait_ready(e, 2000, &error));
    assert_non_null(strstr(error->message, "waits for a file in use"));
    assert_int_equal(plane_result_count(), 0);
    g_free(executor__child_end(person, 5000));
    r = plane_result("1");
    assert_string_equal(json_get_string(r, "status", ""), "success");
    assert_int_equal(plane_result_count(), 1);
    executor_stop(e, PATIENCE_MS);
}

void test_an_idle_executor_lets_go_of_the_file(void **state)
{
    g_autoptr(config) config = duckdb_config("w.db", NULL);
    struct executor *e = start_executor("apply", config);
    struct child *person;

    (void)state;
    assert_true(executor_wait_ready(e, PATIENCE_MS, NULL));
    g_usleep(2500000);
    person = open_elsewhere(config);
    g_free(executor__child_end(person, 5000));
    executor_stop(e, PATIENCE_MS);
}

void test_a_worker_whose_supervisor_is_gone_ends_though_it_works(void **state)
{
    g_autoptr(config) config = duckdb_config("w.db", NULL);
    struct child *worker = open_elsewhere(config);
    g_autoptr(json_t) order = json_pack("{s:s, s:{s:s, s:s, s:s, s:i}}", "do", "task", "task", "id",
                                        "1", "kind", "query", "query", SLOW_QUERY, "max_rows", 10);
    g_autofree char *how = NULL;

    (void)state;
    assert_true(executor__child_send(worker, order));
    g_usleep(300000);
    how = executor__child_end(worker, 5000);
    assert_string_equal(how, "ended with exit code 0");
}
