/* From a stored plan to tasks: what is to be made, filled, shown and dropped. */
#include "control/outline.h"

#include "schedule/names.h"

#include <string.h>

struct wire_plan *control__plan_of(const struct state_work *w, GError **error)
{
    return wire_from_text(&wire_plan_type, w->request, strlen(w->request), error);
}

static bool is_dev(const struct wire_plan *p)
{
    return !names_is_prod(p->environment->name);
}

/* A member of an environment has been audited by the plan that made it one. */
static bool is_member_of_any(const struct wire_snapshot *s, const GPtrArray *environments)
{
    for (guint i = 0; i < environments->len; i++) {
        const struct wire_environment *e = environments->pdata[i];

        for (guint k = 0; k < e->members->len; k++) {
            const struct wire_member *m = e->members->pdata[k];

            if (strcmp(m->name, s->name) == 0 && strcmp(m->identifier, s->identifier) == 0)
                return true;
        }
    }
    return false;
}

/* What is asked to be audited without what has been. */
static GPtrArray *open_audits(struct control *c, const struct state_work *w,
                              const struct wire_plan *p, const struct outline *o, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new();
    g_autoptr(GPtrArray) environments = NULL;

    if (p->audits->len == 0)
        return g_steal_pointer(&out);
    if (!(environments = state_environments(c->state, w->project, error)))
        return NULL;
    for (guint i = 0; i < p->audits->len; i++) {
        struct wire_restatement *r = p->audits->pdata[i];
        const struct state_snapshot *one = g_hash_table_lookup(o->by_name, r->name);

        if (one && !is_member_of_any(one->snapshot, environments))
            g_ptr_array_add(out, r);
    }
    return g_steal_pointer(&out);
}

bool control__schedule_plan(struct outline *o, const struct wire_plan *p,
                            const struct state_work *w, const GPtrArray *audits, GError **error)
{
    struct schedule_request request = {
        .restatements = p->restatements->len ? p->restatements : NULL,
        .bounds = p->bounds->len ? p->bounds : NULL,
        .audits = audits,
        .start_ms = p->start_ms,
        .end_ms = p->end_ms,
        .execution_ms = w->execution_ms,
        .now_ms = w->created_ms,
        .is_dev = is_dev(p),
        .end_bounded = p->end_ms != TIME_NONE,
    };

    return control__outline_schedule(o, &request, error);
}

/* What others compute of it meanwhile may stand on what held before: it does not count. */
static bool outdate(struct control *c, const struct state_work *w, const struct schedule_item *item,
                    GError **error)
{
    g_autofree char *target = control__target(w->project, item->snapshot, item->deployable);

    for (size_t i = 0; i < intervals_count(item->missing); i++) {
        struct interval r = intervals_get(item->missing, i);

        if (!queue_outdate(c->queue,
                           &(struct queue_redo){w->project, w->id, TASK_EVALUATE,
                                                item->snapshot->name, target, r.start, r.end},
                           error))
            return false;
    }
    return true;
}

/* What is restated is missing from now on, whatever becomes of this plan. */
static bool take_back_restated(struct control *c, const struct state_work *w,
                               const struct wire_plan *p, const struct outline *o, GError **error)
{
    for (guint i = 0; i < p->restatements->len; i++) {
        const struct wire_restatement *r = p->restatements->pdata[i];
        const struct schedule_item *item = control__item(o, r->name);
        struct state_table t;

        if (!item)
            continue;
        t = control__table(w->project, item->snapshot, item->deployable);
        if (t.version && (!state_remove_intervals(c->state, &t, item->missing, error) ||
                          !outdate(c, w, item, error)))
            return false;
    }
    return true;
}

/* Nothing is computed: what is missing stays so, or is written down when the plan ends. */
static void drop_batches(const struct outline *o)
{
    for (guint i = 0; i < o->schedule->items->len; i++) {
        struct schedule_item *item = o->schedule->items->pdata[i];

        g_array_set_size(item->batches, 0);
    }
}

static bool needs_table(struct control *c, const struct state_work *w,
                        const struct wire_environment *old, const struct schedule_item *item,
                        bool *needs, GError **error)
{
    const struct wire_snapshot *s = item->snapshot;
    struct state_table t = control__table(w->project, s, item->deployable);
    bool built, is_member = false;

    *needs = false;
    if (!schedule_has_table(s->kind))
        return true;
    if (!state_is_built(c->state, &t, &built, error))
        return false;
    for (guint i = 0; old && i < old->members->len && !is_member; i++) {
        const struct wire_member *m = old->members->pdata[i];

        is_member = strcmp(m->name, s->name) == 0 && strcmp(m->identifier, s->identifier) == 0;
    }
    /* A forward-only change keeps the table, which may have to get new columns. */
    *needs = !built || (s->forward_only && !is_member) ||
             (s->category == CATEGORY_FORWARD_ONLY && !is_member);
    return true;
}

static GHashTable *tables_to_create(struct control *c, const struct state_work *w,
                                    const struct wire_environment *old, const struct outline *o,
                                    GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < o->schedule->items->len; i++) {
        const struct schedule_item *item = o->schedule->items->pdata[i];
        bool needs;

        if (!needs_table(c, w, old, item, &needs, error))
            return NULL;
        if (needs)
            g_hash_table_add(out, item->snapshot->name);
    }
    return g_steal_pointer(&out);
}

static GHashTable *members_by_name(const struct wire_environment *e)
{
    GHashTable *out = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; e && i < e->members->len; i++) {
        struct wire_member *m = e->members->pdata[i];

        g_hash_table_insert(out, m->name, m);
    }
    return out;
}

static bool same_views(const struct wire_environment *a, const struct wire_environment *b)
{
    return a && a->suffix_target == b->suffix_target && g_strcmp0(a->catalog, b->catalog) == 0;
}

/* Views that do not yet point where they shall: all of them after a plan that did not end well. */
static GHashTable *views_to_set(const struct wire_plan *p, const struct wire_environment *old,
                                GHashTable *targets, const struct outline *o)
{
    g_autoptr(GHashTable) before = members_by_name(old);
    GHashTable *out = g_hash_table_new(g_str_hash, g_str_equal);
    bool all = !same_views(old, p->environment) || old->finalized_ms == TIME_NONE;

    for (guint i = 0; i < p->environment->members->len; i++) {
        const struct wire_member *m = p->environment->members->pdata[i];
        const struct wire_member *was = g_hash_table_lookup(before, m->name);
        const struct schedule_item *item = control__item(o, m->name);
        g_autofree char *target = NULL;

        if (!m->promoted || !item || !schedule_has_table(item->snapshot->kind))
            continue;
        target = control__table_text(item->snapshot, item->deployable);
        if (all || !was || strcmp(was->identifier, m->identifier) != 0 ||
            g_strcmp0(g_hash_table_lookup(targets, m->name), target) != 0)
            g_hash_table_add(out, m->name);
    }
    return out;
}

/* Views of before that are no longer part of the environment, or have another name now. */
static GPtrArray *views_to_drop(struct control *c, const struct state_work *w,
                                const struct wire_plan *p, const struct wire_environment *old,
                                GError **error)
{
    g_autoptr(GPtrArray) out =
        g_ptr_array_new_with_free_func((GDestroyNotify)control__demotion_free);
    g_autoptr(GHashTable) after = members_by_name(p->environment);
    bool all = old && !same_views(old, p->environment);

    for (guint i = 0; old && i < old->members->len; i++) {
        const struct wire_member *m = old->members->pdata[i];
        const struct wire_member *next = g_hash_table_lookup(after, m->name);
        g_autoptr(state_snapshot) one = NULL;
        struct demotion *d;

        if (!m->promoted || (next && next->promoted && !all))
            continue;
        one = state_find_snapshot(c->state, w->project, m->name, m->identifier, error);
        if (!one)
            return NULL;
        if (!schedule_has_table(one->snapshot->kind))
            continue;
        d = g_new0(struct demotion, 1);
        d->snapshot = one->id;
        d->name = g_strdup(m->name);
        d->gateway = g_strdup(one->snapshot->gateway);
        d->view = names_view(one->snapshot, old);
        g_ptr_array_add(out, d);
    }
    return g_steal_pointer(&out);
}

bool control__has_statements(const struct wire_environment *e, const char *which)
{
    return json_array_size(json_object_get(e->statements, which)) > 0;
}

/* Ids of tasks that no other task waits for. */
static GArray *last_tasks(const GPtrArray *tasks, const GArray *ids)
{
    g_autofree bool *waited_for = g_new0(bool, tasks->len + 1);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = 0; i < tasks->len; i++) {
        const struct schedule_task *t = tasks->pdata[i];

        for (guint k = 0; t->after && k < t->after->len; k++)
            waited_for[g_array_index(t->after, guint, k)] = true;
    }
    for (guint i = 0; i < tasks->len; i++)
        if (!waited_for[i])
            g_array_append_val(out, g_array_index(ids, int64_t, i));
    return out;
}

static bool make_tasks(struct task_maker *m, const struct schedule_stages *stages,
                       const GPtrArray *drop, GError **error)
{
    g_autoptr(GPtrArray) tasks = schedule_tasks(m->outline->schedule, stages);
    g_autoptr(GArray) after = NULL;

    m->ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!control__make_tasks(m, tasks, error))
        return false;
    after = last_tasks(tasks, m->ids);
    return control__make_demotions(m, drop, after, error);
}

/* Every member is a subject: with it the plan knows at its end which tables the views show. */
static bool add_subjects(const struct task_maker *m, GError **error)
{
    for (guint i = 0; i < m->outline->snapshots->len; i++) {
        const struct wire_snapshot *s = m->outline->snapshots->pdata[i];

        if (!control__add_subject(m, s->name, error))
            return false;
    }
    return true;
}

static bool make_plan(struct control *c, struct state_work *w, const struct wire_plan *p,
                      const struct wire_environment *old, struct outline *o, GError **error)
{
    g_autoptr(GHashTable) targets = state_targets(c->state, w->project, w->environment, error);
    g_autoptr(GHashTable) create = tables_to_create(c, w, old, o, error);
    g_autoptr(GPtrArray) drop = views_to_drop(c, w, p, old, error);
    g_autoptr(GHashTable) promote = NULL;
    struct task_maker m = {c, w, p->environment, o, CLASS_APPLY, PRIORITY_PLAN, NULL, NULL};
    bool ok;

    if (!targets || !create || !drop)
        return false;
    promote = views_to_set(p, old, targets, o);
    ok = add_subjects(&m, error) &&
         make_tasks(&m,
                    &(struct schedule_stages){
                        create, promote, control__has_statements(p->environment, "before_all"),
                        control__has_statements(p->environment, "after_all"), false},
                    drop, error);
    if (m.ids) {
        int64_t group = w->id;

        if (m.ids->len == 0)
            queue_note_ended(c->queue, group);
        g_array_unref(m.ids);
    }
    return ok;
}

bool control__start_plan(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(wire_plan) p = control__plan_of(w, error);
    g_autoptr(wire_environment) old = NULL;
    g_autoptr(outline) o = NULL;
    g_autoptr(GPtrArray) audits = NULL;

    if (!p || !state_environment(c->state, w->project, w->environment, &old, error) ||
        !control__check_expected(p, old, error) ||
        !(o = control__outline(c, w->project, p->environment, error)) ||
        !(audits = open_audits(c, w, p, o, error)) ||
        !control__schedule_plan(o, p, w, audits, error))
        return false;
    if (p->skip_backfill || p->empty_backfill)
        drop_batches(o);
    else if (!take_back_restated(c, w, p, o, error))
        return false;
    return make_plan(c, w, p, old, o, error);
}
