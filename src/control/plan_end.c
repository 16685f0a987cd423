/* What the end of a plan changes: intervals of an empty backfill, the environment. */
#include "control/outline.h"

#include "schedule/names.h"

#include <string.h>

/* Write down as filled what an empty backfill did not compute. */
static bool fill_empty(struct control *c, const struct state_work *w, const struct wire_plan *p,
                       GError **error)
{
    g_autoptr(outline) o = control__outline(c, w->project, p->environment, error);

    if (!o || !control__schedule_plan(o, p, w, NULL, error))
        return false;
    for (guint i = 0; i < o->schedule->items->len; i++) {
        const struct schedule_item *item = o->schedule->items->pdata[i];
        struct state_table t = control__table(w->project, item->snapshot, item->deployable);

        for (size_t k = 0; k < intervals_count(item->missing); k++) {
            struct interval r = intervals_get(item->missing, k);

            if (!state_add_interval(c->state, &t, r.start, r.end, error))
                return false;
        }
    }
    return true;
}

static bool forget_versions(struct control *c, const struct state_work *w,
                            const struct wire_snapshot *s, const struct wire_restatement *r,
                            GError **error)
{
    g_autofree char *target = control__target(w->project, s, true);
    struct state_table t = control__table(w->project, s, true);
    struct queue_redo redo = {w->project,
                              w->id,
                              TASK_EVALUATE,
                              s->name,
                              target,
                              r->start_ms == TIME_NONE ? INT64_MIN : r->start_ms,
                              r->end_ms == TIME_NONE ? INT64_MAX : r->end_ms};

    return state_remove_elsewhere(c->state, &t, redo.start_ms, redo.end_ms, error) &&
           queue_outdate_elsewhere(c->queue, &redo, error);
}

/* What prod has computed again is missing in all other versions, or one of them could bring the old
 * rows back when it is promoted; so is what they compute at this moment. */
static bool forget_elsewhere(struct control *c, const struct state_work *w,
                             const struct wire_plan *p, GError **error)
{
    for (guint i = 0; i < p->restatements->len; i++) {
        const struct wire_restatement *r = p->restatements->pdata[i];

        for (guint k = 0; k < p->environment->members->len; k++) {
            const struct wire_member *m = p->environment->members->pdata[k];
            g_autoptr(state_snapshot) one = NULL;

            if (strcmp(m->name, r->name) != 0)
                continue;
            one = state_find_snapshot(c->state, w->project, m->name, m->identifier, error);
            if (!one || !forget_versions(c, w, one->snapshot, r, error))
                return false;
        }
    }
    return true;
}

static GHashTable *targets_of(struct control *c, const struct state_work *w,
                              const struct wire_environment *e, GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GPtrArray) members = state_members(c->state, w->project, e, error);

    if (!members)
        return NULL;
    for (guint i = 0; i < members->len; i++) {
        const struct state_snapshot *one = members->pdata[i];
        const struct wire_member *m = e->members->pdata[i];
        g_autoptr(state_subject) subject = state_get_subject(c->state, w->id, one->id, error);

        if (!subject)
            return NULL;
        if (schedule_has_table(one->snapshot->kind))
            g_hash_table_insert(out, m->name,
                                control__table_text(one->snapshot, subject->deployable));
    }
    return g_steal_pointer(&out);
}

/* Did the views begin to change? Then the environment is no longer what it was. */
static bool is_promoting(struct control *c, const struct state_work *w, bool *yes, GError **error)
{
    g_autoptr(GPtrArray) stages = g_ptr_array_new_with_free_func((GDestroyNotify)wire_stage_free);

    *yes = false;
    if (!queue_stages(c->queue, w->id, stages, error))
        return false;
    for (guint i = 0; i < stages->len; i++) {
        const struct wire_stage *s = stages->pdata[i];
        bool view = strcmp(s->name, task_kind_names[TASK_PROMOTE]) == 0 ||
                    strcmp(s->name, task_kind_names[TASK_DEMOTE]) == 0;

        *yes |= view && s->done + s->failed > 0;
    }
    return true;
}

static bool put_environment(struct control *c, const struct state_work *w, struct wire_plan *p,
                            bool well, GError **error)
{
    g_autoptr(wire_environment) old = NULL;
    g_autoptr(GHashTable) targets = NULL;
    struct wire_environment *e = p->environment;

    if (!state_environment(c->state, w->project, w->environment, &old, error) ||
        !(targets = targets_of(c, w, e, error)))
        return false;
    g_free(e->plan_id);
    g_free(e->previous_plan_id);
    e->plan_id = g_strdup(w->uid);
    e->previous_plan_id = old ? g_strdup(old->plan_id) : NULL;
    e->finalized_ms = well ? c->now_ms : TIME_NONE;
    if (names_is_prod(e->name))
        e->expiration_ms = TIME_NONE;
    return state_put_environment(c->state, w->project, e, targets, error);
}

bool control__end_plan(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(wire_plan) p = control__plan_of(w, error);
    struct queue_group g;
    bool well, promoting;

    if (!p || !queue_group(c->queue, w->id, &g, error))
        return false;
    well = g.failed == 0 && g.cancelled == 0 && w->status != STATUS_ABORTED;
    control__look_again(c, w->project, w->environment);
    if (!well) {
        return is_promoting(c, w, &promoting, error) &&
               (!promoting || put_environment(c, w, p, false, error));
    }
    return (!p->empty_backfill || fill_empty(c, w, p, error)) &&
           (!names_is_prod(w->environment) || forget_elsewhere(c, w, p, error)) &&
           put_environment(c, w, p, true, error);
}
