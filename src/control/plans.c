#include "control/control_int.h"

#include "base/ids.h"
#include "base/limits.h"
#include "schedule/names.h"

#include <string.h>

static bool invalid(GError **error, const char *why)
{
    g_set_error_literal(error, control_error(), ERROR_INVALID, why);
    return false;
}

static bool is_environment_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (!g_ascii_isalnum(name[i]) && name[i] != '_')
            return false;
    return len > 0 && len <= MAX_NAME_BYTES;
}

static bool has_gateway(struct control *c, int64_t project, GError **error)
{
    g_autoptr(GPtrArray) gateways = state_gateways(c->state, project, error);

    if (gateways && gateways->len == 0)
        g_set_error(error, control_error(), ERROR_CONFLICT,
                    "No executor has reported a gateway for this project yet, so names of tables "
                    "are not known.\nhint: start `heddle executor apply` and `heddle executor run` "
                    "with the gateways' settings, then plan again.");
    return gateways && gateways->len > 0;
}

static bool check_snapshot(const struct wire_snapshot *s, GError **error)
{
    if (!schedule_has_table(s->kind))
        return true;
    if (!s->version || !s->dev_version)
        return invalid(error, "Each snapshot of a plan needs a version and a dev_version: it has "
                              "not been categorized.");
    return (s->view && s->view->name && s->view->schema && s->physical_schema) ||
           invalid(error, "Each snapshot of a plan needs the name of its view as parts and its "
                          "physical_schema.");
}

/* No model twice. */
static bool check_members(const struct wire_environment *e, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];

        if (!g_hash_table_add(names, m->name)) {
            g_set_error(error, control_error(), ERROR_INVALID,
                        "The environment of the plan holds %s twice.", m->name);
            return false;
        }
    }
    return true;
}

static bool check_plan(struct control *c, struct op *op, GError **error)
{
    const struct wire_plan *p = op->message;

    if (!p->environment)
        return invalid(error, "A plan must hold the environment as it shall be.");
    if (!is_environment_name(p->environment->name))
        return invalid(error, "An environment's name is made of letters, digits and underscores.");
    for (guint i = 0; i < p->snapshots->len; i++)
        if (!check_snapshot(p->snapshots->pdata[i], error))
            return false;
    return check_members(p->environment, error) && has_gateway(c, op->project, error);
}

/* The difference was taken against a plan; is it still the environment's? */
static bool check_expected(const struct wire_plan *p, const struct wire_environment *now,
                           GError **error)
{
    const char *have = now ? now->plan_id : NULL;

    if (g_strcmp0(p->expected_plan_id, have) == 0)
        return true;
    g_set_error(error, control_error(), ERROR_CONFLICT,
                "Environment %s has changed since this plan was made: it is at plan %s, not %s.\n"
                "hint: plan again to see the difference against what is there now.",
                p->environment->name, have ? have : "none",
                p->expected_plan_id ? p->expected_plan_id : "none");
    return false;
}

static bool store_snapshots(struct control *c, struct op *op, GError **error)
{
    const struct wire_plan *p = op->message;

    for (guint i = 0; i < p->snapshots->len; i++)
        if (!state_add_snapshot(c->state, op->project, p->snapshots->pdata[i], c->now_ms, error))
            return false;
    return true;
}

/* The request without what is stored elsewhere. */
static char *request_text(struct wire_plan *p)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    struct wire_plan request = *p;
    struct wire_environment environment = *p->environment;

    request.snapshots = environment.snapshots = none;
    request.environment = &environment;
    return wire_to_text(&wire_plan_type, &request);
}

static char *user_of(const struct op *op, const char *given)
{
    const struct auth_identity *who = http_user(op->call);

    return g_strdup(given ? given : who ? who->name : NULL);
}

/* The same request once more (its answer was lost on the way): the plan it has already made. */
static bool find_same(struct control *c, struct op *op, const char *request,
                      struct state_work **same, GError **error)
{
    g_autoptr(GPtrArray) open = state_open_works(c->state, op->project, error);

    *same = NULL;
    for (guint i = 0; open && i < open->len && !*same; i++) {
        const struct state_work *w = open->pdata[i];

        if (w->kind == WORK_PLAN && strcmp(w->request, request) == 0)
            *same = g_ptr_array_steal_index(open, i);
    }
    return open != NULL;
}

bool control__post_plan(struct control *c, struct op *op, GError **error)
{
    struct wire_plan *p = op->message;
    g_autofree char *request = NULL;
    g_autoptr(wire_environment) now = NULL;
    g_autoptr(state_work) w = NULL;

    if (!check_plan(c, op, error))
        return false;
    request = request_text(p);
    if (!find_same(c, op, request, &w, error))
        return false;
    if (w)
        return control__progress(c, op, w, error);
    if (!state_environment(c->state, op->project, p->environment->name, &now, error) ||
        !check_expected(p, now, error) || !store_snapshots(c, op, error))
        return false;
    w = g_new0(struct state_work, 1);
    w->uid = id_new();
    w->project = op->project;
    w->kind = WORK_PLAN;
    w->environment = g_strdup(p->environment->name);
    w->request = g_steal_pointer(&request);
    w->user = user_of(op, p->user);
    w->execution_ms = p->execution_ms == TIME_NONE ? c->now_ms : p->execution_ms;
    return control__add_work(c, w, error) && control__progress(c, op, w, error);
}

bool control__get_plan(struct control *c, struct op *op, GError **error)
{
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, WORK_PLAN, http_param(op->call, "id"), error);

    return w && control__progress(c, op, w, error);
}

bool control__cancel_plan(struct control *c, struct op *op, GError **error)
{
    return control__cancel(c, op, WORK_PLAN, error);
}

static bool is_dev(const struct wire_plan *p)
{
    return !names_is_prod(p->environment->name);
}

static bool schedule_plan(struct outline *o, const struct wire_plan *p, const struct state_work *w,
                          GError **error)
{
    struct schedule_request request = {
        .restatements = p->restatements->len ? p->restatements : NULL,
        .start_ms = p->start_ms,
        .end_ms = p->end_ms,
        .execution_ms = w->execution_ms,
        .now_ms = w->created_ms,
        .is_dev = is_dev(p),
        .end_bounded = p->end_ms != TIME_NONE,
    };

    return control__outline_schedule(o, &request, error);
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
        if (t.version && !state_remove_intervals(c->state, &t, item->missing, error))
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

static bool has_statements(const struct wire_environment *e, const char *which)
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
                    &(struct schedule_stages){create, promote,
                                              has_statements(p->environment, "before_all"),
                                              has_statements(p->environment, "after_all"), false},
                    drop, error);
    if (m.ids) {
        int64_t group = w->id;

        if (m.ids->len == 0)
            queue_note_ended(c->queue, group);
        g_array_unref(m.ids);
    }
    return ok;
}

static struct wire_plan *read_request(const struct state_work *w, GError **error)
{
    return wire_from_text(&wire_plan_type, w->request, strlen(w->request), error);
}

bool control__start_plan(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(wire_plan) p = read_request(w, error);
    g_autoptr(wire_environment) old = NULL;
    g_autoptr(outline) o = NULL;

    if (!p || !state_environment(c->state, w->project, w->environment, &old, error) ||
        !check_expected(p, old, error) ||
        !(o = control__outline(c, w->project, p->environment, error)) ||
        !schedule_plan(o, p, w, error))
        return false;
    if (p->skip_backfill || p->empty_backfill)
        drop_batches(o);
    else if (!take_back_restated(c, w, p, o, error))
        return false;
    return make_plan(c, w, p, old, o, error);
}

/* ---- the end ---- */

/* Write down as filled what an empty backfill did not compute. */
static bool fill_empty(struct control *c, const struct state_work *w, const struct wire_plan *p,
                       GError **error)
{
    g_autoptr(outline) o = control__outline(c, w->project, p->environment, error);

    if (!o || !schedule_plan(o, p, w, error))
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
    g_autoptr(wire_plan) p = read_request(w, error);
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
           put_environment(c, w, p, true, error);
}
