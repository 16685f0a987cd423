/* A leased task as the message an executor gets: what the row says, joined with the snapshot's
 * definition and with what the tasks of its plan or run share. */
#include "control/outline.h"

#include "schedule/names.h"

#include <string.h>

#define MOST_WORKS 256 /* that are kept at hand */

/* Only the request of a plan that computes again what was filled is kept: see restates(). */
static bool drop_request(struct state_work *w, GError **error)
{
    g_autoptr(wire_plan) p = NULL;

    if (w->kind == WORK_PLAN && !(p = control__plan_of(w, error)))
        return false;
    if (!p || p->restatements->len == 0)
        g_clear_pointer(&w->request, g_free);
    return true;
}

/* A plan, run or janitor's pass whose tasks are at hand; borrowed. */
static const struct state_work *work_of(struct control *c, int64_t id, GError **error)
{
    struct state_work *w = g_hash_table_lookup(c->works, &id);

    if (w || !(w = state_get_work(c->state, id, error)))
        return w;
    if (!drop_request(w, error)) {
        state_work_free(w);
        return NULL;
    }
    if (g_hash_table_size(c->works) >= MOST_WORKS) /* other servers ended some of them */
        g_hash_table_remove_all(c->works);
    g_hash_table_insert(c->works, g_memdup2(&id, sizeof id), w);
    return w;
}

static bool restates(const struct state_work *w)
{
    return w->request != NULL;
}

static bool read_parents(struct wire_task *out, const char *text, GError **error)
{
    g_autoptr(json_t) list = json_parse(text, strlen(text), error);
    size_t i;
    json_t *item;

    if (!list)
        return false;
    json_array_foreach (list, i, item) {
        struct wire_parent *p = wire_from_json(&wire_parent_type, item, error);

        if (!p)
            return false;
        g_ptr_array_add(out->parents, p);
    }
    return true;
}

/* Members of the payload have the names they get in the message. */
static bool read_payload(struct wire_task *out, const char *text, GError **error)
{
    g_autoptr(json_t) payload = text ? json_parse(text, strlen(text), error) : json_object();
    const json_t *view;

    if (!payload)
        return false;
    view = json_object_get(payload, "view");
    if (view && !(out->view = wire_from_json(&wire_table_type, view, error)))
        return false;
    out->statements = json_incref(json_object_get(payload, "statements"));
    out->query = g_strdup(json_get_string(payload, "query", NULL));
    out->max_rows = json_get_int(payload, "max_rows", 0);
    return true;
}

/* Nothing is left to be done if somebody else has filled the batch since; a model with lookback
 * fills again what is filled, a view may have to be made again over other tables, and who filled
 * the batch of a restatement may have read its parents before they were restated. */
static bool is_filled(const struct queue_task *t, const struct wire_snapshot *s,
                      const struct intervals *filled)
{
    return t->kind == TASK_EVALUATE && s->lookback == 0 && s->kind != KIND_VIEW &&
           intervals_contains(filled, t->start_ms, t->end_ms);
}

static bool add_snapshot(struct control *c, const struct queue_task *t, struct wire_task *out,
                         bool *filled, GError **error)
{
    g_autoptr(state_subject) subject = state_get_subject(c->state, t->group, t->subject, error);
    g_autoptr(state_snapshot) one = NULL;
    struct wire_snapshot *s;
    const struct intervals *have;
    struct state_table table;
    bool built;

    if (!subject || !(one = state_get_snapshot(c->state, t->subject, true, error)))
        return false;
    s = one->snapshot;
    table = control__table(t->project, s, subject->deployable);
    if (!state_is_built(c->state, &table, &built, error))
        return false;
    have = subject->deployable ? s->intervals : s->dev_intervals;
    out->snapshot_name = g_strdup(s->name);
    out->identifier = g_strdup(s->identifier);
    out->snapshot_kind = s->kind;
    out->definition = g_steal_pointer(&s->definition);
    out->target = names_physical(s, !subject->deployable);
    out->is_dev_table = !subject->deployable;
    out->has_data = intervals_count(have) > 0;
    out->is_new = !built;
    *filled = is_filled(t, s, have);
    return read_parents(out, subject->parents, error);
}

static bool add_work(struct control *c, const struct queue_task *t, struct wire_task *out,
                     bool *again, GError **error)
{
    const struct state_work *w = work_of(c, t->group, error);

    if (!w)
        return false;
    *again = restates(w);
    out->environment = g_strdup(w->environment);
    out->is_prod = w->environment && names_is_prod(w->environment);
    *(w->kind == WORK_RUN ? &out->run_id : &out->plan_id) = g_strdup(w->uid);
    out->execution_ms = w->execution_ms;
    return true;
}

bool control__build(struct control *c, const struct queue_task *t, struct wire_task **out,
                    GError **error)
{
    g_autoptr(wire_task) m = wire_task_new();
    bool filled = false, again = false;

    *out = NULL;
    m->id = g_strdup_printf("%" G_GINT64_FORMAT, t->id);
    m->kind = t->kind;
    m->fence = t->fence;
    m->attempt = t->charged;
    m->max_attempts = queue_max_attempts(c->queue);
    m->gateway = g_strdup(t->gateway);
    m->start_ms = t->start_ms;
    m->end_ms = t->end_ms;
    m->execution_ms = c->now_ms;
    if (!read_payload(m, t->payload, error) || (t->group && !add_work(c, t, m, &again, error)) ||
        (t->subject && !add_snapshot(c, t, m, &filled, error)))
        return false;
    if (!filled || again)
        *out = g_steal_pointer(&m);
    return true;
}
