/* command.c -- `heddle executor apply|run`: settings, signals, and their reading again. */
#include "executor/check_int.h"
#include "executor/executor_int.h"
#include "executor/health.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct command {
    const struct executor_settings *asked;
    char **environment; /* as the process was started with */
    struct settings *settings;
    struct redactor *redactor;
    struct executor *executor;
    bool draining;
    int64_t drain_until_ms;
};

static int complain(const struct command *c, const GError *error)
{
    g_autofree char *clean = redact_text(c->redactor, error->message);

    fprintf(stderr, "heddle executor: %s\n", clean);
    return 1;
}

static bool read_settings(struct command *c, GError **error)
{
    c->settings = executor__settings_read(c->environment, error);
    if (!c->settings)
        return false;
    executor__settings_register(c->settings, c->redactor);
    executor__settings_export(c->settings);
    return true;
}

static bool start(struct command *c, GError **error)
{
    const struct settings *s = c->settings;
    struct executor_options options = {
        .kind = c->asked->kind,
        .name = s->name,
        .url = s->url,
        .client_id = s->client_id,
        .client_secret = s->client_secret,
        .token_url = s->token_url,
        .config = s->config,
        .once = c->asked->once,
        .cancel_grace_ms = s->grace_ms,
        .redactor = c->redactor,
    };

    executor_step_back();
    c->executor = executor_start(&options, error);
    return c->executor != NULL;
}

static bool is_same(const char *a, const char *b)
{
    return g_strcmp0(a, b) == 0;
}

/* The files have changed: what can be taken over is. A half-written file is read again when it has
 * changed once more. */
static void reload(struct command *c)
{
    g_autoptr(GError) error = NULL;
    struct settings *now = executor__settings_read(c->environment, &error);

    if (!now) {
        log_event(LOG_WARNING, "changed settings cannot be read: the old ones stay", "why",
                  error->message, NULL);
        executor__settings_restamp(c->settings);
        return;
    }
    if (!is_same(now->url, c->settings->url) || !is_same(now->client_id, c->settings->client_id) ||
        !is_same(now->token_url, c->settings->token_url))
        log_event(LOG_WARNING,
                  "TCLOUD_URL, TCLOUD_TOKEN_URL or TCLOUD_CLIENT_ID has changed: "
                  "restart to use it",
                  NULL);
    executor__settings_register(now, c->redactor);
    executor__reload(c->executor, now->config, now->client_secret);
    executor__settings_free(c->settings);
    c->settings = now;
}

static void drain(struct command *c)
{
    g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, c->settings->drain_ms / 1000);

    log_event(LOG_INFO, "draining: what runs is finished, nothing more is claimed", "seconds",
              seconds, NULL);
    c->draining = true;
    c->drain_until_ms = clock_monotonic_ms() + c->settings->drain_ms;
    executor_drain(c->executor);
}

static void cancel(struct command *c, const char *why)
{
    log_event(LOG_WARNING, "cancelling what runs", "why", why, NULL);
    executor_cancel(c->executor);
    c->drain_until_ms = INT64_MAX;
}

static void take_signal(struct command *c, int number)
{
    if (number == SIGHUP)
        reload(c);
    else if (number == SIGQUIT)
        cancel(c, "SIGQUIT");
    else if (c->draining)
        cancel(c, "a second signal");
    else
        drain(c);
}

static void serve(struct command *c, const sigset_t *signals)
{
    const struct timespec second = {1, 0}, glance = {0, 50 * 1000000};

    while (!executor_wait_ended(c->executor, 0)) {
        bool hurry = c->draining || c->asked->once;
        int number = sigtimedwait(signals, NULL, hurry ? &glance : &second);

        if (number > 0)
            take_signal(c, number);
        if (executor__settings_changed(c->settings))
            reload(c);
        if (c->draining && clock_monotonic_ms() >= c->drain_until_ms)
            cancel(c, "the time to drain is over");
    }
}

static void take_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGQUIT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int run(struct command *c, GError **error)
{
    struct http_server *health = NULL;
    sigset_t signals;
    bool refused;

    take_signals(&signals);
    if (!start(c, error))
        return complain(c, *error);
    if (c->settings->health_listen) {
        health = executor__health_start(c->executor, c->settings->health_listen, error);
        if (!health) {
            executor_stop(c->executor, 0);
            return complain(c, *error);
        }
    }
    serve(c, &signals);
    if (health)
        http_server_stop(health);
    refused = c->executor->refused;
    executor_stop(c->executor, 0);
    log_event(LOG_INFO, "the executor has ended", NULL);
    return refused ? 1 : 0;
}

int executor_main(const struct executor_settings *asked)
{
    struct command c = {.asked = asked, .environment = g_get_environ()};
    g_autoptr(GError) error = NULL;
    int code;

    c.redactor = redactor_new();
    if (!read_settings(&c, &error)) {
        code = complain(&c, error);
    } else {
        log_setup(LOG_INFO);
        log_redact_with(c.redactor);
        code = asked->check ? executor__check(c.settings, c.redactor) : run(&c, &error);
        log_redact_with(NULL);
    }
    executor__settings_free(c.settings);
    redactor_free(c.redactor);
    g_strfreev(c.environment);
    return code;
}
