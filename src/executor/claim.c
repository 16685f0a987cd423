/* claim.c -- a gateway's claims: one long poll at a time while there is room. */
#include "executor/executor_int.h"

#include <string.h>

/* Tasks of a DuckDB file that may wait in this executor while it has the turn: nobody else could
 * carry them out meanwhile. Claimed in batches: more are asked for when half of them are done; few
 * when the worker has nothing to do until the answer has come. Without the turn one may wait: it is
 * how an executor that sleeps learns that there is work to take its turn for. */
#define AHEAD 64
#define FEW   8

static int64_t room(const struct lane *lane)
{
    int64_t most = lane->slot_count;

    if (lane->has_file && lane->has_turn && lane->load > 0)
        return lane->load <= AHEAD / 2 ? AHEAD - lane->load : 0;
    if (lane->has_file)
        most = lane->has_turn ? FEW : 1;
    return MAX(most - lane->load, 0);
}

/* --once: is this gateway known to have nothing ready? */
static bool is_empty(const struct lane *lane)
{
    return (lane->tried && !lane->facts) || lane->empty_at == lane->e->progress + 1;
}

static void end_when_empty(struct executor *e)
{
    if (executor__jobs_open(e) > 0)
        return;
    for (guint i = 0; i < e->lanes->len; i++)
        if (!is_empty(e->lanes->pdata[i]))
            return;
    e->phase = MAX(e->phase, PHASE_DRAINING);
    executor__tell(e);
}

static bool may_claim(struct lane *lane)
{
    struct executor *e = lane->e;

    if (e->once && e->welcomed)
        end_when_empty(e);
    return e->welcomed && lane->facts && room(lane) > 0 && !(e->once && is_empty(lane));
}

/* Wait until there is room for a task. NULL when nothing shall be claimed any more. */
static struct wire_claim *next_claim(struct lane *lane, uint64_t *progress)
{
    struct executor *e = lane->e;
    struct wire_claim *m = NULL;

    pthread_mutex_lock(&e->lock);
    while (e->phase == PHASE_SERVING && !may_claim(lane)) {
        lane->claimer.turn_ms = clock_monotonic_ms();
        executor__wait_flow(e, 1000);
    }
    if (e->phase == PHASE_SERVING) {
        struct wire_slot *slot = wire_slot_new();

        m = wire_claim_new();
        m->executor_id = g_strdup(e->id);
        m->wait_ms = e->once ? 0 : e->poll_ms;
        slot->gateway = g_strdup(lane->name);
        slot->free = room(lane);
        g_ptr_array_add(m->slots, slot);
        *progress = e->progress;
    }
    pthread_mutex_unlock(&e->lock);
    return m;
}

static void take_tasks(struct lane *lane, struct wire_claimed *claimed, uint64_t progress)
{
    struct executor *e = lane->e;

    pthread_mutex_lock(&e->lock);
    metrics_add(e->metrics, X_CLAIMS,
                METRIC_LABELS(lane->name, claimed->tasks->len > 0 ? "tasks" : "empty"), 1);
    g_clear_pointer(&e->trouble, g_free);
    if (claimed->tasks->len == 0)
        lane->empty_at = progress + 1;
    while (claimed->tasks->len > 0) {
        struct job *j = executor__job_new(lane, g_ptr_array_steal_index(claimed->tasks, 0));

        if (e->phase != PHASE_SERVING)
            executor__job_stop(j, STOP_SHUTDOWN);
    }
    executor__tell_flow(e);
    pthread_mutex_unlock(&e->lock);
}

static void claim_failed(struct lane *lane, const GError *why)
{
    struct executor *e = lane->e;

    if (error_is(why, ERROR_CANCELLED))
        return;
    pthread_mutex_lock(&e->lock);
    metrics_add(e->metrics, X_CLAIMS, METRIC_LABELS(lane->name, "failed"), 1);
    g_free(e->trouble);
    e->trouble = redact_text(e->redactor, why->message);
    e->trouble_code = why->code;
    if (error_is(why, ERROR_NOT_FOUND)) {
        e->needs_hello = true;
        e->welcomed = false;
    }
    pthread_mutex_unlock(&e->lock);
    executor__back_off(&lane->claimer);
}

static void claim(struct lane *lane, const struct wire_claim *m, uint64_t progress)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(wire_claimed) claimed =
        executor__call(&lane->claimer, "tasks/claim", wire_to_json(&wire_claim_type, m), m->wait_ms,
                       &wire_claimed_type, &error);

    if (claimed)
        take_tasks(lane, claimed, progress);
    else
        claim_failed(lane, error);
}

void *executor__claim_loop(void *data)
{
    struct lane *lane = data;
    struct wire_claim *m;
    uint64_t progress = 0;

    while ((m = next_claim(lane, &progress))) {
        executor__turned(&lane->claimer);
        claim(lane, m, progress);
        wire_claim_free(m);
    }
    executor__loop_ended(&lane->claimer);
    return NULL;
}
