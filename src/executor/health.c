#include "executor/health.h"

#include "executor/executor_int.h"

#include <string.h>

#define TOO_OLD_MS 120000 /* a long poll, its timeout and some rest */

static void reply(struct http_call *c, unsigned status, const char *text)
{
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    http_reply(c, status, "text/plain; charset=utf-8", line, strlen(line));
}

static void healthz(struct http_call *c, void *data)
{
    int64_t age = executor__age_ms(data, clock_monotonic_ms());
    g_autofree char *text =
        g_strdup_printf("the slowest loop turned %" G_GINT64_FORMAT " ms ago", age);

    reply(c, age < TOO_OLD_MS ? 200 : 503, text);
}

static void readyz(struct http_call *c, void *data)
{
    g_autofree char *why = NULL;
    bool ready = executor__is_ready(data, &why);

    reply(c, ready ? 200 : 503, ready ? "ready" : why);
}

static void metrics(struct http_call *c, void *data)
{
    g_autofree char *text = executor__metrics_text(data);

    http_reply(c, 200, METRICS_CONTENT_TYPE, text, strlen(text));
}

static const struct http_route routes[] = {
    {"GET", "/healthz", 0, healthz, "every loop turns",                  NULL, NULL, 1},
    {"GET", "/readyz",  0, readyz,  "logged in and allowed to claim",    NULL, NULL, 1},
    {"GET", "/metrics", 0, metrics, "figures, in Prometheus' text form", NULL, NULL, 1},
    {NULL,  NULL,       0, NULL,    NULL,                                NULL, NULL, 0},
};

struct http_server *executor__health_start(struct executor *e, const char *listen, GError **error)
{
    struct http_server_settings settings = {
        .listen = listen, .routes = routes, .data = e, .threads = 1};

    return http_server_start(&settings, error);
}
