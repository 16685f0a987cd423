#include "control/control_test.h"

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
    g_autofree char *protocol = NULL;

    (void)state;
    MUST(g_file_get_contents("docs/protocol.md", &protocol, NULL, &error));
    for (const struct http_route *r = control_routes(); r->method; r++)
        expect_route(protocol, r);
}
