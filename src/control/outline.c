#include "control/outline.h"

#include "schedule/names.h"

#include <string.h>

void control__outline_free(struct outline *o)
{
    if (!o)
        return;
    schedule_free(o->schedule);
    g_hash_table_unref(o->by_name);
    g_hash_table_unref(o->subjects);
    g_ptr_array_unref(o->snapshots);
    g_ptr_array_unref(o->members);
    g_free(o);
}

struct outline *control__outline(struct control *c, int64_t project,
                                 const struct wire_environment *e, GError **error)
{
    GPtrArray *members = state_members(c->state, project, e, error);
    struct outline *o;

    if (!members)
        return NULL;
    o = g_new0(struct outline, 1);
    o->members = members;
    o->snapshots = g_ptr_array_new();
    o->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    o->subjects = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < members->len; i++) {
        struct state_snapshot *one = members->pdata[i];

        g_ptr_array_add(o->snapshots, one->snapshot);
        g_hash_table_insert(o->by_name, one->snapshot->name, one);
    }
    return o;
}

bool control__outline_schedule(struct outline *o, struct schedule_request *request, GError **error)
{
    request->snapshots = o->snapshots;
    o->schedule = schedule_new(request, error);
    return o->schedule != NULL;
}

const struct schedule_item *control__item(const struct outline *o, const char *name)
{
    return g_hash_table_lookup(o->schedule->by_name, name);
}

struct state_table control__table(int64_t project, const struct wire_snapshot *s, bool deployable)
{
    return state_table_of(project, s, !deployable);
}

char *control__table_text(const struct wire_snapshot *s, bool deployable)
{
    g_autoptr(wire_table) t = names_physical(s, !deployable);

    return g_strdup_printf("%s.%s.%s", t->catalog ? t->catalog : "", t->schema ? t->schema : "",
                           t->name);
}

/* The tables a model reads here: its parents', and through embedded ones those of theirs. */
static void collect_parents(const struct outline *o, const struct wire_snapshot *s,
                            GHashTable *seen, json_t *out)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct state_snapshot *parent = g_hash_table_lookup(o->by_name, id->name);
        const struct schedule_item *item = control__item(o, id->name);

        if (!parent || !item || !g_hash_table_add(seen, id->name))
            continue;
        if (schedule_has_table(parent->snapshot->kind)) {
            struct wire_parent p = {id->name, names_physical(parent->snapshot, !item->deployable)};

            json_array_append_new(out, wire_to_json(&wire_parent_type, &p));
            wire_table_free(p.table);
        } else
            collect_parents(o, parent->snapshot, seen, out);
    }
}

static char *parents_text(const struct outline *o, const struct wire_snapshot *s)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(json_t) out = json_array();

    collect_parents(o, s, seen, out);
    return json_text_as_built(out);
}

bool control__add_subject(const struct task_maker *m, const char *name, GError **error)
{
    const struct state_snapshot *one = g_hash_table_lookup(m->outline->by_name, name);
    const struct schedule_item *item = control__item(m->outline, name);
    g_autofree char *parents = NULL;

    if (!g_hash_table_add(m->outline->subjects, one->snapshot->name))
        return true;
    parents = parents_text(m->outline, one->snapshot);
    return state_add_subject(
        m->c->state, &(struct state_subject){m->work->id, one->id, item->deployable, parents},
        error);
}

/* The environment's statements, and the views that their macros @schemas and @views name. */
static json_t *statements_of(const struct task_maker *m)
{
    json_t *out =
        m->environment->statements ? json_copy(m->environment->statements) : json_object();
    json_t *views = json_array();

    for (guint i = 0; i < m->outline->snapshots->len; i++) {
        const struct wire_snapshot *s = m->outline->snapshots->pdata[i];
        g_autoptr(wire_table) view =
            schedule_has_table(s->kind) ? names_view(s, m->environment) : NULL;

        if (view)
            json_array_append_new(views, wire_to_json(&wire_table_type, view));
    }
    json_object_set_new(out, "views", views);
    return out;
}

/* What only this task needs to know, as a JSON object; NULL: nothing. */
static char *payload_of(const struct task_maker *m, const struct schedule_task *t)
{
    g_autoptr(json_t) payload = NULL;

    if (t->kind == TASK_PROMOTE) {
        g_autoptr(wire_table) view = names_view(t->snapshot, m->environment);

        payload = json_pack("{s:o}", "view", wire_to_json(&wire_table_type, view));
    } else if (t->kind == TASK_BEFORE_ALL || t->kind == TASK_AFTER_ALL)
        payload = json_pack("{s:o}", "statements", statements_of(m));
    return payload ? json_text_as_built(payload) : NULL;
}

char *control__target(int64_t project, const struct wire_snapshot *s, bool deployable)
{
    g_autofree char *table = control__table_text(s, deployable);

    return g_strdup_printf("%" G_GINT64_FORMAT ":%s", project, table);
}

static void describe(const struct task_maker *m, const struct schedule_task *t,
                     struct queue_task *out)
{
    out->project = m->work->project;
    out->group = m->work->id;
    out->kind = t->kind;
    out->class = m->class;
    out->priority = m->priority;
    out->start_ms = out->end_ms = TIME_NONE;
    out->payload = payload_of(m, t);
    if (!t->snapshot)
        return;
    out->subject =
        ((struct state_snapshot *)g_hash_table_lookup(m->outline->by_name, t->snapshot->name))->id;
    out->name = g_strdup(t->snapshot->name);
    out->gateway = g_strdup(t->snapshot->gateway);
    if (t->kind == TASK_CREATE || t->kind == TASK_EVALUATE) {
        out->target = control__target(m->work->project, t->snapshot, t->deployable);
    }
    if (t->kind == TASK_EVALUATE || t->kind == TASK_AUDIT) {
        out->start_ms = t->batch.start;
        out->end_ms = t->batch.end;
    }
}

#define GATE_FROM 8 /* so many tasks to wait for are worth a gate */

static GArray *ids_of(const struct task_maker *m, const GArray *indices)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = 0; indices && i < indices->len; i++)
        g_array_append_val(out, g_array_index(m->ids, int64_t, g_array_index(indices, guint, i)));
    return out;
}

/* The gate for what many tasks wait for; made when it is asked for first. */
static bool find_gate(struct task_maker *m, const GArray *after, int64_t *gate, GError **error)
{
    g_autoptr(GBytes) key = g_bytes_new(after->data, after->len * sizeof(int64_t));
    const int64_t *known = m->gates ? g_hash_table_lookup(m->gates, key) : NULL;
    struct queue_task task = {.project = m->work->project,
                              .group = m->work->id,
                              .kind = QUEUE_GATE,
                              .class = m->class,
                              .start_ms = TIME_NONE,
                              .end_ms = TIME_NONE};

    if (known) {
        *gate = *known;
        return true;
    }
    if (!queue_add(m->c->queue, &task, after, m->c->now_ms, error))
        return false;
    *gate = task.id;
    if (m->gates)
        g_hash_table_insert(m->gates, g_steal_pointer(&key), g_memdup2(gate, sizeof *gate));
    return true;
}

/* Many tasks to wait for become one. */
static bool gather(struct task_maker *m, GArray *after, GError **error)
{
    int64_t gate;

    if (after->len < GATE_FROM)
        return true;
    if (!find_gate(m, after, &gate, error))
        return false;
    g_array_set_size(after, 0);
    g_array_append_val(after, gate);
    return true;
}

static bool make_task(struct task_maker *m, const struct schedule_task *t, GError **error)
{
    g_autoptr(GArray) after = ids_of(m, t->after);
    g_autoptr(GArray) ended = ids_of(m, t->ended);
    g_autoptr(queue_task) task = g_new0(struct queue_task, 1);

    describe(m, t, task);
    if (!gather(m, after, error) ||
        (t->snapshot && !control__add_subject(m, t->snapshot->name, error)) ||
        !queue_add_after_end(m->c->queue, task, after, ended, m->c->now_ms, error))
        return false;
    g_array_append_val(m->ids, task->id);
    return true;
}

bool control__make_tasks(struct task_maker *m, const GPtrArray *tasks, GError **error)
{
    bool ok = true;

    m->gates =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    for (guint i = 0; ok && i < tasks->len; i++)
        ok = make_task(m, tasks->pdata[i], error);
    g_clear_pointer(&m->gates, g_hash_table_unref);
    return ok;
}

void control__demotion_free(struct demotion *d)
{
    if (!d)
        return;
    g_free(d->name);
    g_free(d->gateway);
    wire_table_free(d->view);
    g_free(d);
}

bool control__make_demotions(struct task_maker *m, const GPtrArray *demotions, GArray *after,
                             GError **error)
{
    if (demotions->len > 0 && !gather(m, after, error))
        return false;
    for (guint i = 0; i < demotions->len; i++) {
        const struct demotion *d = demotions->pdata[i];
        g_autoptr(json_t) payload =
            json_pack("{s:o}", "view", wire_to_json(&wire_table_type, d->view));
        g_autofree char *text = json_text_as_built(payload);
        struct queue_task task = {
            .project = m->work->project,
            .group = m->work->id,
            .kind = TASK_DEMOTE,
            .class = m->class,
            .priority = m->priority,
            .gateway = d->gateway,
            .name = d->name,
            .start_ms = TIME_NONE,
            .end_ms = TIME_NONE,
            .payload = text,
        };

        if (!queue_add(m->c->queue, &task, after, m->c->now_ms, error))
            return false;
        g_array_append_val(m->ids, task.id);
    }
    return true;
}
