#include "control/control_test.h"

int setup(void **state)
{
    *state = world_new((struct control_settings){.no_scheduler = true});
    return 0;
}

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

static void expect_open_route(const char *page, const struct http_route *r)
{
    const char *at = r->path + strlen("/sqlmesh/{org}/{project}/");
    g_autofree char *line = g_strdup_printf("| `%s %s` |", r->method, at);

    if (!strstr(page, line))
        fail_msg("docs/api.md does not describe %s %s", r->method, at);
}

static void expect_route(const char *protocol, const struct http_route *r)
{
    const char *at = strstr(r->path, "/v1/");
    g_autofree char *written = g_strdup_printf("`%s %s`", r->method, at ? at + 4 : r->path);
    g_autofree char *line = g_strconcat("| ", written, " | ", NULL);
    const char *place = strstr(protocol, at ? line : r->path);

    if (!place)
        fail_msg("docs/protocol.md does not describe %s", written);
    if (at && r->takes && strncmp(place + strlen(line) + 1, r->takes, strlen(r->takes)) != 0)
        fail_msg("docs/protocol.md says that %s takes something else than %s", written, r->takes);
}

void test_every_route_is_in_the_protocol(void **state)
{
    g_autofree char *protocol = NULL, *page = NULL;

    (void)state;
    MUST(g_file_get_contents("docs/protocol.md", &protocol, NULL, &error));
    MUST(g_file_get_contents("docs/api.md", &page, NULL, &error));
    for (const struct http_route *r = control_routes(); r->method; r++)
        if (g_str_has_prefix(r->path, "/sqlmesh/") && !strstr(r->path, "/api/heddle/"))
            expect_open_route(page, r);
        else
            expect_route(protocol, r);
}

/* What is served is made of the tables, so that a change to a message shows here. */
void test_the_file_of_the_api_is_what_is_served(void **state)
{
    struct world *w = *state;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/openapi.json", control_port(w->c));
    struct http_client *client = http_client_new();
    struct http_request request = {.method = "GET", .url = url};
    g_autoptr(http_answer) answer = NULL;
    g_autoptr(json_t) served = NULL, file = NULL;

    MUST((answer = http_send(client, &request, &error)) != NULL);
    MUST((served = json_parse(answer->body->str, answer->body->len, &error)) != NULL);
    file = json_load_file("docs/openapi.json", 0, NULL);
    if (!json_equal(served, file))
        fail_msg("docs/openapi.json is not what is served: tests/documents/openapi.py PROGRAM "
                 "--write writes it");
    http_client_free(client);
}
