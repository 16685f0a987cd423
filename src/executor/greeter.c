/* greeter.c -- hello: what this executor's gateways are, told when one of them has changed, and
 * when the control plane has forgotten. Between two hellos it looks after the keeper. */
#include "executor/executor_int.h"

#include <string.h>

#define TRIES_ONCE 5 /* --once does not wait for a control plane for ever */

static bool all_tried(const struct executor *e)
{
    bool some = false;

    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        if (!lane->tried)
            return false;
        some = some || lane->facts;
    }
    return some;
}

static struct wire_hello *hello(struct executor *e)
{
    struct wire_hello *m = wire_hello_new();

    m->executor_id = g_strdup(e->id);
    m->name = g_strdup(e->name);
    m->kind = g_strdup(e->kind);
    m->version = g_strdup(HEDDLE_VERSION);
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        if (lane->facts)
            g_ptr_array_add(m->gateways, wire_copy(&wire_gateway_type, lane->facts));
    }
    e->needs_hello = false;
    return m;
}

/* A keeper whose call hangs would let every lease expire. */
static bool keeper_hangs(const struct executor *e)
{
    return e->keeper_call_ms &&
           clock_monotonic_ms() - e->keeper_call_ms > MAX(e->lease_ttl_ms / 3, 2000);
}

/* --once: nothing can be reached, so nothing will ever be claimed. */
static void end_when_hopeless(struct executor *e)
{
    if (!e->once || e->welcomed)
        return;
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        if (!lane->tried || lane->facts)
            return;
    }
    e->refused = true;
    e->phase = MAX(e->phase, PHASE_DRAINING);
    executor__tell(e);
}

/* Wait until there is something to say. NULL at the end. */
static struct wire_hello *next_hello(struct executor *e)
{
    struct wire_hello *m = NULL;

    pthread_mutex_lock(&e->lock);
    while (!m && !e->ended) {
        end_when_hopeless(e);
        if (keeper_hangs(e))
            api_interrupt(e->keeper.api);
        if (e->phase == PHASE_SERVING && e->needs_hello && all_tried(e))
            m = hello(e);
        else
            executor__wait(e, 1000);
        e->greeter.turn_ms = clock_monotonic_ms();
    }
    pthread_mutex_unlock(&e->lock);
    return m;
}

static void welcome(struct executor *e, const struct wire_welcome *w)
{
    pthread_mutex_lock(&e->lock);
    e->lease_ttl_ms = w->lease_ttl_ms > 0 ? w->lease_ttl_ms : e->lease_ttl_ms;
    e->poll_ms = w->poll_ms > 0 ? MIN(w->poll_ms, MAX_CLAIM_WAIT_MS) : e->poll_ms;
    e->max_log_bytes = w->max_log_bytes;
    if (!e->welcomed)
        log_event(LOG_INFO, "the control plane welcomes this executor", "kind", e->kind, "name",
                  e->name, NULL);
    e->welcomed = true;
    g_clear_pointer(&e->trouble, g_free);
    executor__tell(e);
    pthread_mutex_unlock(&e->lock);
}

static void turned_away(struct executor *e, const GError *why)
{
    pthread_mutex_lock(&e->lock);
    e->needs_hello = true;
    g_free(e->trouble);
    e->trouble = redact_text(e->redactor, why->message);
    e->trouble_code = why->code;
    if (e->once && (e->greeter.attempts >= TRIES_ONCE || !error_is(why, ERROR_UNAVAILABLE))) {
        e->refused = true;
        e->phase = MAX(e->phase, PHASE_DRAINING);
    }
    executor__tell(e);
    pthread_mutex_unlock(&e->lock);
    executor__back_off(&e->greeter);
}

static void greet(struct executor *e, const struct wire_hello *m)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(wire_welcome) w =
        executor__call(&e->greeter, "executors/hello", wire_to_json(&wire_hello_type, m), 0,
                       &wire_welcome_type, &error);

    if (w)
        welcome(e, w);
    else
        turned_away(e, error);
}

void *executor__greeter_loop(void *data)
{
    struct executor *e = data;
    struct wire_hello *m;

    while ((m = next_hello(e))) {
        greet(e, m);
        wire_hello_free(m);
    }
    executor__loop_ended(&e->greeter);
    return NULL;
}
