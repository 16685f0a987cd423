#include "executor/executor_int.h"

#include <string.h>
#include <time.h>

#define BACKOFF_BASE_MS 500
#define BACKOFF_CAP_MS  10000
#define REMIND_MS       60000 /* an outage is logged again so often */

bool executor__caller_open(struct caller *c, struct executor *e, const char *name,
                           const struct api_settings *settings, GError **error)
{
    c->e = e;
    c->name = name;
    c->api = api_new(settings, error);
    c->turn_ms = clock_monotonic_ms();
    return c->api != NULL;
}

void executor__caller_close(struct caller *c)
{
    api_free(c->api);
    c->api = NULL;
}

void executor__tell(struct executor *e)
{
    pthread_cond_broadcast(&e->changed);
    pthread_cond_broadcast(&e->flow);
}

void executor__tell_flow(struct executor *e)
{
    pthread_cond_broadcast(&e->flow);
}

static void wait_for(struct executor *e, pthread_cond_t *cond, int64_t timeout_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(cond, &e->lock, &until);
}

void executor__wait(struct executor *e, int64_t timeout_ms)
{
    wait_for(e, &e->changed, timeout_ms);
}

void executor__wait_flow(struct executor *e, int64_t timeout_ms)
{
    wait_for(e, &e->flow, timeout_ms);
}

void executor__turned(struct caller *c)
{
    pthread_mutex_lock(&c->e->lock);
    c->turn_ms = clock_monotonic_ms();
    pthread_mutex_unlock(&c->e->lock);
}

void executor__loop_ended(struct caller *c)
{
    pthread_mutex_lock(&c->e->lock);
    c->turn_ms = 0;
    executor__tell(c->e);
    pthread_mutex_unlock(&c->e->lock);
}

static void redact_array(struct redactor *r, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);

        if (json_is_string(item)) {
            g_autofree char *clean = redact_text(r, json_string_value(item));

            json_array_set_new(list, i, json_string_nocheck(clean));
        } else {
            executor__redact_json(r, item);
        }
    }
}

void executor__redact_json(struct redactor *r, json_t *value)
{
    const char *key;
    json_t *member;

    if (json_is_array(value))
        redact_array(r, value);
    json_object_foreach (value, key, member) {
        if (json_is_string(member)) {
            g_autofree char *clean = redact_text(r, json_string_value(member));

            json_string_set_nocheck(member, clean);
        } else {
            executor__redact_json(r, member);
        }
    }
}

/* Before a call. The secret may have been rotated since this connection logged in. */
static void prepare(struct caller *c)
{
    struct executor *e = c->e;
    g_autofree char *secret = NULL;

    pthread_mutex_lock(&e->lock);
    c->recoveries = e->recoveries;
    if (c->secret_generation != e->generation) {
        c->secret_generation = e->generation;
        secret = g_strdup(e->client_secret);
    }
    pthread_mutex_unlock(&e->lock);
    if (secret)
        api_set_secret(c->api, secret);
}

static void log_failure(struct caller *c, const GError *error, int64_t now_ms)
{
    g_autofree char *tries = NULL, *since = NULL;

    if (c->attempts++ == 0)
        c->down_since_ms = now_ms;
    else if (now_ms - c->logged_ms < REMIND_MS)
        return;
    c->logged_ms = now_ms;
    tries = g_strdup_printf("%u", c->attempts);
    since = g_strdup_printf("%" G_GINT64_FORMAT, (now_ms - c->down_since_ms) / 1000);
    log_event(LOG_WARNING, "the control plane did not take a call", "from", c->name, "tries", tries,
              "seconds", since, "why", error->message, NULL);
}

static void log_success(struct caller *c, int64_t now_ms)
{
    g_autofree char *since = NULL;

    if (c->attempts == 0)
        return;
    since = g_strdup_printf("%" G_GINT64_FORMAT, (now_ms - c->down_since_ms) / 1000);
    log_event(LOG_INFO, "the control plane answers again", "from", c->name, "seconds", since, NULL);
    c->attempts = 0;
    pthread_mutex_lock(&c->e->lock);
    c->e->recoveries++;
    executor__tell(c->e);
    pthread_mutex_unlock(&c->e->lock);
}

void *executor__call(struct caller *c, const char *path, json_t *body, int64_t wait_ms,
                     const struct wire_type *type, GError **error)
{
    g_autofree char *route = g_strconcat(EXECUTOR_ROUTES, path, NULL);
    g_autoptr(json_t) answer = NULL;
    GError *why = NULL;
    void *message;

    prepare(c);
    answer = api_call(c->api, "POST", route, body, wait_ms, &why);
    message = wire_from_answer(type, answer, c->api, route, &why);
    redactor_add(c->e->redactor, api_secret_token(c->api));
    json_decref(body);
    if (message)
        log_success(c, clock_monotonic_ms());
    else if (!error_is(why, ERROR_CANCELLED))
        log_failure(c, why, clock_monotonic_ms());
    if (why)
        g_propagate_error(error, why);
    return message;
}

bool executor__back_off(struct caller *c)
{
    struct executor *e = c->e;
    int64_t until = clock_monotonic_ms() +
                    http_backoff_ms(MAX(c->attempts, 1), BACKOFF_BASE_MS, BACKOFF_CAP_MS);
    int64_t left;
    enum phase phase;
    bool is_due;

    pthread_mutex_lock(&e->lock);
    phase = e->phase;
    while (e->phase == phase && c->recoveries == e->recoveries &&
           (left = until - clock_monotonic_ms()) > 0) {
        c->turn_ms = clock_monotonic_ms();
        executor__wait(e, MIN(left, 1000));
    }
    is_due = c->recoveries == e->recoveries;
    pthread_mutex_unlock(&e->lock);
    return is_due;
}
