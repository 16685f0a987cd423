#include "control/outline.h"

#include "base/limits.h"
#include "base/log.h"

#include <string.h>

static struct queue_slot *slots_of(const struct wire_claim *m, const struct executor_view *v)
{
    struct queue_slot *slots = g_new0(struct queue_slot, m->slots->len + 1);

    for (guint i = 0; i < m->slots->len; i++) {
        const struct wire_slot *s = m->slots->pdata[i];

        slots[i].gateway = s->gateway ? s->gateway : "";
        slots[i].is_default =
            v->default_gateway && g_ascii_strcasecmp(slots[i].gateway, v->default_gateway) == 0;
        slots[i].free = s->free;
    }
    return slots;
}

/* Messages for leased tasks; what turns out to be done already is skipped. */
static bool hand_out(struct control *c, GPtrArray *tasks, struct wire_claimed *out, bool *skipped,
                     GError **error)
{
    *skipped = false;
    for (guint i = 0; i < tasks->len; i++) {
        struct wire_task *message;

        if (!control__build(c, tasks->pdata[i], &message, error))
            return false;
        if (message)
            g_ptr_array_add(out->tasks, message);
        else if (!queue_skip(c->queue, tasks->pdata[i], c->now_ms, error))
            return false;
        else
            *skipped = true;
    }
    return true;
}

static bool claim(struct control *c, struct op *op, const struct executor_view *v,
                  struct wire_claimed *out, GError **error)
{
    const struct wire_claim *m = op->message;
    g_autofree struct queue_slot *slots = slots_of(m, v);
    struct queue_claim wish = {op->project, v->class,      m->executor_id,
                               slots,       m->slots->len, v->name};
    bool skipped;

    do {
        g_autoptr(GPtrArray) tasks =
            g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);

        if (!queue_claim(c->queue, &wish, c->now_ms, tasks, error) ||
            !hand_out(c, tasks, out, &skipped, error))
            return false;
        control__count_claimed(c, tasks);
    } while (skipped && out->tasks->len == 0);
    return true;
}

bool control__claim(struct control *c, struct op *op, GError **error)
{
    const struct wire_claim *m = op->message;
    g_autoptr(wire_claimed) out = wire_claimed_new();
    struct executor_view *v = control__executor(c, op->project, m->executor_id, error);

    if (!v)
        return false;
    if (c->now_ms > op->arrived_ms && http_is_gone(op->call)) { /* it waited, and died meanwhile */
        control__answer(op, &wire_claimed_type, out);
        return true;
    }
    control__saw(c, op->project, v);
    if (!claim(c, op, v, out, error))
        return false;
    if (out->tasks->len == 0 && m->wait_ms > 0 && !op->expired) {
        op->park = PARK_CLAIM;
        op->key = op->project;
        op->deadline_ms = op->arrived_ms + MIN(m->wait_ms, MAX_CLAIM_WAIT_MS);
        return true;
    }
    control__answer(op, &wire_claimed_type, out);
    return true;
}

/* A task's number from its text; 0 for what is none. */
static int64_t number_of(const char *id)
{
    return id ? g_ascii_strtoll(id, NULL, 10) : 0;
}

bool control__renew(struct control *c, struct op *op, GError **error)
{
    const struct wire_renew *m = op->message;
    g_autoptr(wire_renewed) out = wire_renewed_new();

    for (guint i = 0; i < m->leases->len; i++) {
        const struct wire_lease *l = m->leases->pdata[i];
        struct queue_lease lease = {op->project, number_of(l->task_id), l->fence, m->executor_id};
        enum queue_lease_state state;

        if (!queue_renew(c->queue, &lease, c->now_ms, &state, error))
            return false;
        if (state == LEASE_LOST)
            g_ptr_array_add(out->lost, wire_copy(&wire_lease_type, l));
        else if (state == LEASE_CANCELLED)
            g_ptr_array_add(out->cancelled, wire_copy(&wire_lease_type, l));
    }
    control__answer(op, &wire_renewed_type, out);
    return true;
}

/* What a task that is done has made true. */
static bool record(struct control *c, const struct queue_task *t, GError **error)
{
    g_autoptr(state_subject) subject = NULL;
    g_autoptr(state_snapshot) snapshot = NULL;
    struct state_table table;

    if (t->kind != TASK_CREATE && t->kind != TASK_EVALUATE)
        return true;
    subject = state_get_subject(c->state, t->group, t->subject, error);
    snapshot = subject ? state_get_snapshot(c->state, t->subject, false, error) : NULL;
    if (!snapshot)
        return false;
    table = control__table(t->project, snapshot->snapshot, subject->deployable);
    return state_set_built(c->state, &table, c->now_ms, error) &&
           (t->kind != TASK_EVALUATE || t->outdated ||
            state_add_interval(c->state, &table, t->start_ms, t->end_ms, error));
}

static bool finish_one(struct control *c, struct op *op, const char *executor,
                       const struct wire_result *r, bool *stale, GError **error)
{
    struct queue_lease lease = {op->project, number_of(r->task_id), r->fence, executor};
    g_autoptr(queue_task) t = NULL;

    if (!queue_finish(c->queue, &lease, r, c->now_ms, &t, error))
        return false;
    *stale = !t;
    if (!t) {
        metrics_add(c->metrics, M_RESULTS_STALE, METRIC_PLAIN, 1);
        return true;
    }
    control__count_ended(c, t, r);
    if (t->kind == TASK_QUERY)
        return control__query_ended(c, t, r, error);
    return t->state != QUEUE_DONE || record(c, t, error);
}

bool control__finish(struct control *c, struct op *op, GError **error)
{
    const struct wire_finish *m = op->message;
    g_autoptr(wire_finished) out = wire_finished_new();

    for (guint i = 0; i < m->results->len; i++) {
        const struct wire_result *r = m->results->pdata[i];
        bool stale;

        if (!finish_one(c, op, m->executor_id, r, &stale, error))
            return false;
        if (stale)
            g_ptr_array_add(out->stale, g_strdup(r->task_id));
    }
    control__answer(op, &wire_finished_type, out);
    return true;
}

/* A piece of an attempt that is none of this executor's is named, and the others are kept. */
static bool add_piece(struct control *c, struct op *op, const struct wire_log *piece, bool *stale,
                      GError **error)
{
    const struct wire_logs *m = op->message;
    struct queue_lease lease = {op->project, number_of(piece->task_id), piece->fence,
                                m->executor_id};
    GError *why = NULL;

    *stale = !queue_log(c->queue, &lease, piece, &why) && error_is(why, ERROR_CONFLICT);
    if (*stale)
        g_clear_error(&why);
    else if (!why)
        metrics_add(c->metrics, M_LOG_BYTES, METRIC_PLAIN, (double)strlen(piece->text));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

bool control__logs(struct control *c, struct op *op, GError **error)
{
    const struct wire_logs *m = op->message;
    g_autoptr(wire_finished) out = wire_finished_new();

    for (guint i = 0; i < m->pieces->len; i++) {
        const struct wire_log *piece = m->pieces->pdata[i];
        bool stale;

        if (!add_piece(c, op, piece, &stale, error))
            return false;
        if (stale)
            g_ptr_array_add(out->stale, g_strdup(piece->task_id));
    }
    control__answer(op, &wire_finished_type, out);
    return true;
}
