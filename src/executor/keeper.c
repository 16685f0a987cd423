/* keeper.c -- leases are renewed here and nothing else is done here. */
#include "executor/executor_int.h"

#include <string.h>

#define ROUND_MS 1000 /* while something is held: so soon is a cancel heard of */
#define JUMP_MS  1000 /* a wall clock that moves so far at once was set */

int64_t executor__margin_ms(const struct executor *e)
{
    return MIN(e->lease_ttl_ms / 4, 5000);
}

static bool is_silent(const struct job *j, int64_t now_ms)
{
    const struct executor *e = j->lane->e;

    return now_ms - j->renewed_ms > e->lease_ttl_ms - executor__margin_ms(e);
}

void executor__stop_if_silent(struct job *j, int64_t now_ms)
{
    if (j->state > JOB_RUNNING || j->stop != STOP_NONE || !is_silent(j, now_ms))
        return;
    log_event(LOG_WARNING, "a lease could not be renewed in time: its task is stopped", "task",
              j->task->id, NULL);
    executor__job_stop(j, STOP_LOST);
}

static void stop_silent(struct executor *e, int64_t now_ms)
{
    g_autoptr(GList) jobs = g_hash_table_get_values(e->jobs);

    for (GList *at = jobs; at; at = at->next)
        executor__stop_if_silent(at->data, now_ms);
}

static void add_lease(struct wire_renew *m, const struct wire_task *task)
{
    struct wire_lease *l = wire_lease_new();

    l->task_id = g_strdup(task->id);
    l->fence = task->fence;
    g_ptr_array_add(m->leases, l);
}

/* All leases that are held; NULL when there are none. */
static struct wire_renew *leases(struct executor *e)
{
    struct wire_renew *m = wire_renew_new();
    GHashTableIter iter;
    gpointer value;

    m->executor_id = g_strdup(e->id);
    g_hash_table_iter_init(&iter, e->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((struct job *)value)->state != JOB_REPORTED)
            add_lease(m, ((struct job *)value)->task);
    if (m->leases->len > 0)
        return m;
    wire_renew_free(m);
    return NULL;
}

static struct job *find(struct executor *e, const struct wire_lease *l)
{
    g_autofree char *key = g_strdup_printf("%s/%" G_GINT64_FORMAT, l->task_id, l->fence);

    return g_hash_table_lookup(e->jobs, key);
}

/* An older lease of the same task may be among them: the fence says which is meant. */
static bool names(const GPtrArray *leases, const struct wire_lease *l)
{
    for (guint i = 0; i < leases->len; i++) {
        const struct wire_lease *one = leases->pdata[i];

        if (one->fence == l->fence && strcmp(one->task_id, l->task_id) == 0)
            return true;
    }
    return false;
}

static void settle(struct executor *e, const struct wire_renew *m, const struct wire_renewed *r,
                   int64_t asked_ms)
{
    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < m->leases->len; i++) {
        const struct wire_lease *l = m->leases->pdata[i];
        struct job *j = find(e, l);

        if (!j)
            continue;
        if (names(r->lost, l))
            executor__job_stop(j, STOP_LOST);
        else
            j->renewed_ms = asked_ms;
        if (names(r->cancelled, l))
            executor__job_stop(j, STOP_CANCELLED);
    }
    pthread_mutex_unlock(&e->lock);
}

static void set_calling(struct executor *e, int64_t since_ms)
{
    pthread_mutex_lock(&e->lock);
    e->keeper_call_ms = since_ms;
    pthread_mutex_unlock(&e->lock);
}

static bool renew(struct executor *e, const struct wire_renew *m)
{
    int64_t asked_ms = clock_monotonic_ms();
    g_autoptr(GError) error = NULL;
    g_autoptr(wire_renewed) renewed = NULL;

    set_calling(e, asked_ms);
    renewed = executor__call(&e->keeper, "tasks/renew", wire_to_json(&wire_renew_type, m), 0,
                             &wire_renewed_type, &error);
    set_calling(e, 0);
    metrics_add(e->metrics, renewed ? X_HEARTBEATS : X_HEARTBEATS_FAILED, METRIC_PLAIN, 1);
    if (renewed)
        settle(e, m, renewed, asked_ms);
    return renewed != NULL;
}

/* Wait for the next round. False when nothing is left to keep. */
static bool rest(struct executor *e, int64_t until_ms)
{
    bool go_on;

    pthread_mutex_lock(&e->lock);
    while (!e->ended && clock_monotonic_ms() < until_ms) {
        e->keeper.turn_ms = clock_monotonic_ms();
        until_ms = MIN(until_ms, e->keeper.turn_ms + e->lease_ttl_ms / 3); /* it was told anew */
        stop_silent(e, e->keeper.turn_ms);
        executor__wait(e, CLAMP(until_ms - e->keeper.turn_ms, 1, ROUND_MS));
    }
    go_on = !e->ended;
    pthread_mutex_unlock(&e->lock);
    return go_on;
}

/* Nothing here waits by the wall clock; whoever reads times in logs shall know of it. */
static void watch_clock(struct executor *e)
{
    int64_t apart_ms = clock_now_ms() - clock_monotonic_ms(), jump_ms = apart_ms - e->clock_ms;
    g_autofree char *by = NULL;

    e->clock_ms = apart_ms;
    if (ABS(jump_ms) <= JUMP_MS)
        return;
    by = g_strdup_printf("%+.0f", (double)jump_ms / 1000);
    log_event(LOG_WARNING, "the clock was set, or this machine slept: leases keep their length",
              "seconds", by, NULL);
}

void *executor__keeper_loop(void *data)
{
    struct executor *e = data;
    int64_t pause_ms = 0;

    while (rest(e, clock_monotonic_ms() + pause_ms)) {
        g_autoptr(wire_renew) m = NULL;
        int64_t ttl_ms;

        watch_clock(e);
        pthread_mutex_lock(&e->lock);
        m = leases(e);
        ttl_ms = e->lease_ttl_ms;
        pthread_mutex_unlock(&e->lock);
        if (!m || renew(e, m))
            pause_ms = MIN(ttl_ms / 3, ROUND_MS);
        else
            pause_ms = http_backoff_ms(MAX(e->keeper.attempts, 1), 200, MAX(ttl_ms / 8, 200));
        executor__turned(&e->keeper);
    }
    executor__loop_ended(&e->keeper);
    return NULL;
}
