/* check.c -- the steps of a check, one after the other. */
#include "executor/check_int.h"

#include "base/clock.h"
#include "executor/executor_int.h"

#include <stdio.h>
#include <string.h>

#define PROBE_MS 5000

/* clang-format off */
const struct check_row executor_check_rows[CHECK_STEPS] = {
    [CHECK_SETTINGS] = {"settings", 10},
    [CHECK_NAME] = {"name", 11},
    [CHECK_CONNECTION] = {"connection", 12},
    [CHECK_TLS] = {"tls", 13},
    [CHECK_SERVER] = {"server", 14},
    [CHECK_STATE] = {"state", 15},
    [CHECK_CLOCK] = {"clock", 16},
    [CHECK_LOGIN] = {"login", 17},
    [CHECK_TOKEN] = {"token", 18},
    [CHECK_DRIVER] = {"driver", 19},
    [CHECK_WAREHOUSE] = {"gateway", 20},
    [CHECK_RIGHTS] = {"rights", 21},
};
/* clang-format on */

const char *const executor_check_words[] = {"ok", "warning", "failed", "not tried", NULL};

struct check *executor_check_new(const struct check_options *options)
{
    struct check *c = g_new0(struct check, 1);

    c->options = *options;
    return c;
}

int executor_check_code(const struct check *c)
{
    return c->code;
}

void executor_check_free(struct check *c)
{
    g_free(c);
}

enum check_state executor__check_failed(GString *text, const GError *error)
{
    g_string_append(text, error->message);
    return CHECK_FAILED;
}

static void report(struct check *c, enum check_step step, enum check_state state, const char *text,
                   int64_t ms)
{
    g_autofree char *clean = redact_text(c->options.redactor, text);
    const struct check_result result = {step, c->gateway, state, clean, ms};

    if (state == CHECK_FAILED && c->code == 0)
        c->code = executor_check_rows[step].code;
    c->options.report(&result, c->options.data);
}

enum check_state executor_check_do(struct check *c, enum check_step step, check_run run, void *data)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t began_ms = clock_monotonic_ms();
    enum check_state state = run(c, data, text);

    report(c, step, state, text->str, clock_monotonic_ms() - began_ms);
    return state;
}

void executor_check_skip(struct check *c, enum check_step step)
{
    report(c, step, CHECK_NOT_TRIED, "", 0);
}

void executor_check_print(const struct check_result *r)
{
    g_auto(GStrv) lines = g_strsplit(r->text, "\n", -1);
    g_autofree char *name =
        r->gateway ? g_strdup_printf("%s %s", executor_check_rows[r->step].name, r->gateway)
                   : g_strdup(executor_check_rows[r->step].name);

    if (r->state == CHECK_NOT_TRIED && !*r->text)
        printf("%-9s  %s\n", executor_check_words[r->state], name);
    else
        printf("%-9s  %s: %s (%" G_GINT64_FORMAT " ms)\n", executor_check_words[r->state], name,
               lines[0] ? lines[0] : "", r->ms);
    for (char **l = lines[0] ? lines + 1 : lines; *l; l++)
        printf("           %s\n", *l);
    fflush(stdout);
}

/* ---- what the environment says ---- */

struct reading {
    struct settings *settings;
};

/* As a client; or, where no gateways are, as the person who has signed in. */
static bool may_log_in(const struct check *c, const struct settings *s, GError **error)
{
    struct api_settings of = {.url = s->url};
    bool found;

    if (!c->options.sign_in || s->client_id || s->client_secret || s->config->gateways->len > 0)
        return executor__settings_has_client(s, error);
    if (!c->options.sign_in(&of, error))
        return false;
    found = of.renew != NULL;
    if (of.renew_free)
        of.renew_free(of.renew_data);
    if (found)
        return true;
    g_set_error(error, executor_error(), ERROR_INVALID,
                "TCLOUD_CLIENT_ID is not set, and nobody is signed in at %s.", s->url);
    error_hint(error, "sign in with heddle auth login, or set TCLOUD_CLIENT_ID and "
                      "TCLOUD_CLIENT_SECRET.");
    return false;
}

static void describe(const struct settings *s, GString *text)
{
    g_string_append_printf(text, "TCLOUD_URL is %s, ", s->url);
    if (s->client_id)
        g_string_append_printf(text, "TCLOUD_CLIENT_ID %s; %u gateway%s.", s->client_id,
                               s->config->gateways->len, s->config->gateways->len == 1 ? "" : "s");
    else
        g_string_append(text, "where somebody is signed in by heddle auth; 0 gateways.");
}

static enum check_state read_settings(struct check *c, void *data, GString *text)
{
    struct reading *r = data;
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GError) error = NULL;

    r->settings = executor__settings_read_any(environment, &error);
    if (!r->settings || !may_log_in(c, r->settings, &error) ||
        (c->options.gateway && !config_gateway(r->settings->config, c->options.gateway, &error)))
        return executor__check_failed(text, error);
    executor__settings_register(r->settings, c->options.redactor);
    executor__settings_export(r->settings);
    describe(r->settings, text);
    return CHECK_OK;
}

void executor_check_environment(struct check *c)
{
    struct reading r = {NULL};

    if (executor_check_do(c, CHECK_SETTINGS, read_settings, &r) == CHECK_FAILED) {
        for (int step = CHECK_NAME; step <= CHECK_TOKEN; step++)
            executor_check_skip(c, step);
        executor__settings_free(r.settings);
        return;
    }
    if (r.settings->config->gateways->len > 0)
        c->options.claims = true;
    executor__check_plane(c, r.settings);
    executor_check_gateways(c, r.settings->config);
    executor__settings_free(r.settings);
}

/* ---- heddle executor … --check ---- */

/* Where a probe on this machine reaches what listens there: "0.0.0.0:1" is "127.0.0.1:1". */
static char *probe_url(const char *listen)
{
    const char *port = strrchr(listen, ':');
    g_autofree char *host = port ? g_strndup(listen, (gsize)(port - listen)) : g_strdup("");
    bool any = !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;

    return g_strdup_printf("http://%s%s/readyz", any ? "127.0.0.1" : host, port ? port : "");
}

/* -1 when no executor answers there; else the exit code. */
static int ask_running(const char *listen, struct redactor *r)
{
    g_autofree char *url = probe_url(listen), *clean = NULL;
    struct http_client *client = http_client_new();
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = PROBE_MS};
    g_autoptr(http_answer) answer = http_send(client, &request, NULL);

    http_client_free(client);
    if (!answer)
        return -1;
    clean = redact_text(r, g_strchomp(answer->body->str));
    printf("%-9s  running executor: %s\n", answer->status == 200 ? "ok" : "failed", clean);
    return answer->status == 200 ? 0 : 1;
}

static void print(const struct check_result *result, void *data)
{
    (void)data;
    executor_check_print(result);
}

static enum check_state no_gateway(struct check *c, void *data, GString *text)
{
    (void)c;
    (void)data;
    g_string_append(text, "no gateway is configured.\nhint: set "
                          "SQLMESH__GATEWAYS__<NAME>__CONNECTION__TYPE.");
    return CHECK_FAILED;
}

int executor__check(const struct settings *s, struct redactor *r)
{
    const struct check_options options = {.claims = true, .report = print, .redactor = r};
    int code = s->health_listen ? ask_running(s->health_listen, r) : -1;
    struct check *c;

    if (code >= 0)
        return code;
    c = executor_check_new(&options);
    executor__check_plane(c, s);
    executor_check_gateways(c, s->config);
    if (s->config->gateways->len == 0)
        executor_check_do(c, CHECK_WAREHOUSE, no_gateway, NULL);
    code = c->code ? 1 : 0;
    executor_check_free(c);
    return code;
}
