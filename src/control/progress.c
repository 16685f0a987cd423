#include "control/control_int.h"

#include "base/limits.h"

#include <string.h>

#define GAP_MS 200 /* changes that come close together are told together */

static char *waits_for_other(struct control *c, const struct state_work *w, GError **error)
{
    g_autoptr(state_work) other = NULL;

    if (!control__blocked_by(c, w, &other, error))
        return NULL;
    if (!other)
        return g_strdup("for its turn");
    return g_strdup_printf("for %s %s%s to end", state_work_names[other->kind], other->uid,
                           other->environment ? " on this environment" : "");
}

static char *waits_for_executor(struct control *c, const struct state_work *w, GError **error)
{
    static const char *const names[] = {"apply", "run"};
    g_autoptr(GPtrArray) ready =
        g_ptr_array_new_with_free_func((GDestroyNotify)queue_unclaimed_free);

    if (!queue_unclaimed(c->queue, w->id, ready, error))
        return NULL;
    for (guint i = 0; i < ready->len; i++) {
        const struct queue_unclaimed *u = ready->pdata[i];

        if (!control__is_served(c, w->project, u->class, NULL))
            return g_strdup_printf("for an executor: none of kind %s has asked for work lately",
                                   names[u->class]);
        if (u->gateway && !control__is_served(c, w->project, u->class, u->gateway))
            return g_strdup_printf("for an executor: none of kind %s that is there has a gateway "
                                   "named %s",
                                   names[u->class], u->gateway);
    }
    return NULL;
}

static bool explain(struct control *c, const struct state_work *w, struct wire_progress *p,
                    GError **error)
{
    GError *why = NULL;

    if (w->ended_ms != TIME_NONE)
        return true;
    p->waiting =
        w->started_ms == TIME_NONE ? waits_for_other(c, w, &why) : waits_for_executor(c, w, &why);
    if (why)
        g_propagate_error(error, why);
    return !why;
}

static bool fill(struct control *c, const struct state_work *w, int64_t after,
                 struct wire_progress *p, GError **error)
{
    p->id = g_strdup(w->uid);
    p->kind = g_strdup(state_work_names[w->kind]);
    p->environment = g_strdup(w->environment);
    p->status = w->status;
    p->started_ms = w->started_ms;
    p->ended_ms = w->ended_ms;
    p->error = g_strdup(w->error);
    return queue_stages(c->queue, w->id, p->stages, error) &&
           queue_events(c->queue, w->id, after, p->events, error) &&
           queue_failures(c->queue, w->id, p->failures, error) && explain(c, w, p, error);
}

/* Is there something to tell, or does the poll go on waiting? */
static bool must_wait(struct control *c, struct op *op, const struct state_work *w, int64_t version,
                      int64_t after)
{
    int64_t wait_ms = control__query_int(op, "wait_ms", 0, MAX_CLAIM_WAIT_MS);
    bool news = version > after && c->now_ms >= op->arrived_ms + GAP_MS;

    if (wait_ms == 0 || op->expired || w->ended_ms != TIME_NONE || news)
        return false;
    op->park = PARK_POLL;
    op->key = w->id;
    op->deadline_ms = op->arrived_ms + wait_ms;
    if (version > after)
        op->retry_ms = op->arrived_ms + GAP_MS;
    return true;
}

bool control__progress(struct control *c, struct op *op, struct state_work *w, GError **error)
{
    g_autoptr(wire_progress) p = wire_progress_new();
    int64_t after = control__query_int(op, "after", 0, INT64_MAX);
    struct queue_group group;

    if (!queue_group(c->queue, w->id, &group, error))
        return false;
    if (must_wait(c, op, w, group.version, after))
        return true;
    p->version = group.version;
    if (!fill(c, w, after, p, error))
        return false;
    control__answer(op, &wire_progress_type, p);
    return true;
}
