#include "executor/check.h"

#include "executor/executor_int.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 60000 /* for a gateway to open: some warehouses must wake up first */
#define PROBE_MS    5000

struct check {
    const struct settings *settings;
    struct redactor *redactor;
    bool failed;
};

static void print_step(struct check *c, bool good, const char *step, const char *text)
{
    g_autofree char *clean = redact_text(c->redactor, text);

    c->failed = c->failed || !good;
    printf("%-6s %s: %s\n", good ? "ok" : "FAILED", step, clean);
    fflush(stdout);
}

static struct api *open_api(const struct settings *s, GError **error)
{
    struct api_settings settings = {s->url, s->token_url, s->client_id, s->client_secret, NULL};

    return api_new(&settings, error);
}

/* Renewing no lease changes nothing, and only an executor may. */
static json_t *ask(struct api *api, GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:s, s:[]}", "executor_id", "check", "leases");

    return api_call(api, "POST", EXECUTOR_ROUTES "tasks/renew", body, 0, error);
}

static void check_control_plane(struct check *c)
{
    g_autoptr(GError) error = NULL;
    struct api *api = open_api(c->settings, &error);
    g_autoptr(json_t) answer = NULL;

    if (!api || !api_login(api, &error)) {
        error_hint(&error, "look at TCLOUD_URL, TCLOUD_TOKEN_URL, TCLOUD_CLIENT_ID and "
                           "TCLOUD_CLIENT_SECRET.");
        print_step(c, false, "token", error->message);
        api_free(api);
        return;
    }
    redactor_add(c->redactor, api_secret_token(api));
    print_step(c, true, "token", "the login was accepted.");
    answer = ask(api, &error);
    if (answer)
        print_step(c, true, "control plane", c->settings->url);
    else
        print_step(c, false, "control plane", error->message);
    api_free(api);
}

static json_t *next_answer(struct child *child)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    enum child_event event = CHILD_QUIET;

    while (event != CHILD_GONE && clock_monotonic_ms() < until) {
        json_t *message;
        g_autofree char *text = NULL;

        event = executor__child_next(child, 1000, &message, &text);
        if (event == CHILD_SAYS)
            return message;
        if (event == CHILD_PRINTS)
            log_event(LOG_WARNING, "a worker printed", "text", text, NULL);
    }
    if (event != CHILD_GONE)
        executor__child_kill(child);
    return NULL;
}

static void judge(struct check *c, const char *step, const json_t *said, const char *how)
{
    g_autofree char *text = NULL;
    bool good = strcmp(json_get_string(said, "is", ""), "opened") == 0;

    if (!said)
        text = g_strdup_printf("the worker that opened it %s, or did not answer within a minute.",
                               how);
    else if (good)
        text = g_strdup_printf("open; version %s, catalog %s.",
                               json_get_string(said, "version", "unknown"),
                               json_get_string(said, "catalog", "unknown"));
    else
        text = g_strdup(json_get_string(said, "message", ""));
    print_step(c, good, step, text);
}

static void open_gateway(struct check *c, const struct config_gateway *g, const char *step)
{
    g_autoptr(GError) error = NULL;
    struct child *child = executor__child_start(NULL, &error);
    g_autoptr(json_t) order = NULL, said = NULL;
    g_autofree char *how = NULL;

    if (!child) {
        print_step(c, false, step, error->message);
        return;
    }
    order = json_pack("{s:s, s:s, s:s, s:O}", "do", "open", "gateway", g->name, "type", g->type,
                      "connection", g->connection);
    if (executor__child_send(child, order))
        said = next_answer(child);
    how = executor__child_end(child, 3000);
    judge(c, step, said, how);
}

/* With the turn at its files; another executor's turn is an answer, too. */
static void check_gateway(struct check *c, const struct config_gateway *g)
{
    g_autofree char *step = g_strdup_printf("gateway %s (%s)", g->name, g->type);
    bool duckdb = strcmp(g->type, "duckdb") == 0;
    struct turn *turn =
        executor__turn_new(duckdb ? executor__turn_files(g->connection) : g_ptr_array_new());
    g_autoptr(GError) error = NULL;
    enum turn_state state = executor__turn_try(turn, clock_monotonic_ms(), &error);

    if (state == TURN_FAILED) {
        print_step(c, false, step, error->message);
    } else if (state == TURN_WAITS) {
        g_autofree char *holder = executor__turn_holder(turn);
        g_autofree char *text = g_strdup_printf("in use by another executor (%s).", holder);

        print_step(c, true, step, text);
    } else {
        open_gateway(c, g, step);
    }
    executor__turn_free(turn);
}

/* Where a probe on this machine reaches what listens there: "0.0.0.0:1" is "127.0.0.1:1". */
static char *probe_url(const char *listen)
{
    const char *port = strrchr(listen, ':');
    g_autofree char *host = port ? g_strndup(listen, (gsize)(port - listen)) : g_strdup("");
    bool any = !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;

    return g_strdup_printf("http://%s%s/readyz", any ? "127.0.0.1" : host, port ? port : "");
}

/* -1 when no executor answers there; else the exit code. */
static int ask_running(const char *listen, struct check *c)
{
    g_autofree char *url = probe_url(listen);
    struct http_client *client = http_client_new();
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = PROBE_MS};
    g_autoptr(http_answer) answer = http_send(client, &request, NULL);

    http_client_free(client);
    if (!answer)
        return -1;
    print_step(c, answer->status == 200, "running executor", g_strchomp(answer->body->str));
    return answer->status == 200 ? 0 : 1;
}

int executor__check(const struct settings *s, struct redactor *r)
{
    struct check c = {s, r, false};
    int code = s->health_listen ? ask_running(s->health_listen, &c) : -1;

    if (code >= 0)
        return code;
    check_control_plane(&c);
    for (guint i = 0; i < s->config->gateways->len; i++)
        check_gateway(&c, s->config->gateways->pdata[i]);
    if (s->config->gateways->len == 0)
        print_step(&c, false, "gateways",
                   "none is configured.\nhint: set SQLMESH__GATEWAYS__<NAME>__CONNECTION__TYPE.");
    return c.failed ? 1 : 0;
}
