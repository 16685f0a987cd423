/* Expired environments lose their views, and what no environment uses loses its tables. */
#include "control/outline.h"

#include "base/ids.h"
#include "base/log.h"
#include "schedule/names.h"

#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)

static bool add_demotions(struct control *c, int64_t project, const struct wire_environment *e,
                          GPtrArray *out, GError **error)
{
    g_autoptr(GPtrArray) members = state_members(c->state, project, e, error);

    for (guint i = 0; members && i < members->len; i++) {
        const struct state_snapshot *one = members->pdata[i];
        const struct wire_member *m = e->members->pdata[i];
        struct demotion *d;

        if (!m->promoted || !schedule_has_table(one->snapshot->kind))
            continue;
        d = g_new0(struct demotion, 1);
        d->snapshot = one->id;
        d->name = g_strdup(m->name);
        d->gateway = g_strdup(one->snapshot->gateway);
        d->view = names_view(one->snapshot, e);
        d->owns_schema = e->suffix_target == SUFFIX_SCHEMA && !names_is_prod(e->name);
        g_ptr_array_add(out, d);
    }
    return members != NULL;
}

static bool drop_expired(struct control *c, int64_t project, GPtrArray *demotions, GError **error)
{
    g_autoptr(GPtrArray) expired = state_expired(c->state, c->now_ms, error);

    for (guint i = 0; expired && i < expired->len; i++) {
        const struct state_place *p = expired->pdata[i];
        g_autoptr(wire_environment) e = NULL;

        if (p->project != project)
            continue;
        if (!state_environment(c->state, project, p->environment, &e, error) || !e ||
            !add_demotions(c, project, e, demotions, error) ||
            !state_delete_environment(c->state, project, p->environment, error))
            return false;
        control__look_again(c, project, p->environment);
    }
    return expired != NULL;
}

static void add_table(json_t *list, const struct wire_snapshot *s, bool dev)
{
    g_autoptr(wire_table) t = names_physical(s, dev);
    json_t *item = wire_to_json(&wire_table_type, t);

    json_object_set_new(item, "kind", json_string(s->kind == KIND_VIEW ? "VIEW" : "TABLE"));
    json_array_append_new(list, item);
}

/* `lists`: gateway ("": the default one) -> a JSON list of what is to be dropped. */
static json_t *list_of(GHashTable *lists, const char *gateway)
{
    char *key = (char *)(gateway ? gateway : "");
    json_t *list = g_hash_table_lookup(lists, key);

    if (!list) {
        list = json_array();
        g_hash_table_insert(lists, key, list);
    }
    return list;
}

static void add_tables(GHashTable *lists, const GPtrArray *swept)
{
    for (guint i = 0; i < swept->len; i++) {
        const struct state_swept *w = swept->pdata[i];
        const struct wire_snapshot *s = w->snapshot;

        if (!schedule_has_table(s->kind))
            continue;
        if (w->version_unused)
            add_table(list_of(lists, s->gateway), s, false);
        if (w->dev_unused)
            add_table(list_of(lists, s->gateway), s, true);
    }
}

/* The schemas of environments that are gone, each once. */
static void add_schemas(GHashTable *lists, const GPtrArray *demotions)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < demotions->len; i++) {
        const struct demotion *d = demotions->pdata[i];
        const struct wire_table *v = d->view;
        char *key = g_strdup_printf("%s\n%s\n%s", d->gateway ? d->gateway : "",
                                    v->catalog ? v->catalog : "", v->schema ? v->schema : "");

        if (!g_hash_table_add(seen, key) || !d->owns_schema || !v->schema)
            continue;
        json_array_append_new(list_of(lists, d->gateway),
                              json_pack("{s:s, s:s*, s:s}", "kind", "SCHEMA", "catalog", v->catalog,
                                        "schema", v->schema));
    }
}

static bool add_cleanup(struct task_maker *m, const char *gateway, json_t *tables,
                        const GArray *after, GError **error)
{
    g_autoptr(json_t) payload = json_pack("{s:O}", "statements", tables);
    g_autofree char *text = json_text_as_built(payload);
    struct queue_task task = {
        .project = m->work->project,
        .group = m->work->id,
        .kind = TASK_CLEANUP,
        .class = CLASS_APPLY,
        .priority = PRIORITY_JANITOR,
        .gateway = *gateway ? (char *)gateway : NULL,
        .start_ms = TIME_NONE,
        .end_ms = TIME_NONE,
        .payload = text,
    };

    if (!queue_add(m->c->queue, &task, after, m->c->now_ms, error))
        return false;
    g_array_append_val(m->ids, task.id);
    return true;
}

static bool make_tasks(struct task_maker *m, const GPtrArray *demotions, const GPtrArray *swept,
                       GError **error)
{
    g_autoptr(GHashTable) lists =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)json_decref);
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) views = NULL;
    GHashTableIter i;
    void *gateway, *list;

    if (!control__make_demotions(m, demotions, none, error))
        return false;
    views = g_array_copy(m->ids);
    add_tables(lists, swept);
    add_schemas(lists, demotions);
    g_hash_table_iter_init(&i, lists);
    while (g_hash_table_iter_next(&i, &gateway, &list))
        if (!add_cleanup(m, gateway, list, views, error))
            return false;
    return true;
}

bool control__start_janitor(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(GPtrArray) demotions =
        g_ptr_array_new_with_free_func((GDestroyNotify)control__demotion_free);
    g_autoptr(GPtrArray) swept = g_ptr_array_new_with_free_func((GDestroyNotify)state_swept_free);
    struct task_maker m = {c, w, NULL, NULL, CLASS_APPLY, PRIORITY_JANITOR, NULL, NULL};
    bool everything = w->request && strcmp(w->request, "ignore_ttl") == 0, ok;
    int64_t before_ms = c->now_ms - (everything ? 0 : c->settings.snapshot_ttl_ms);

    if (!drop_expired(c, w->project, demotions, error) ||
        !state_sweep(c->state, w->project, before_ms, swept, error))
        return false;
    m.ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ok = make_tasks(&m, demotions, swept, error);
    if (ok && m.ids->len == 0)
        ok = control__end_work(c, w, STATUS_SKIPPED, NULL, error);
    g_array_unref(m.ids);
    return ok;
}

static struct state_work *new_pass(struct control *c, int64_t project, const char *request)
{
    struct state_work *w = g_new0(struct state_work, 1);

    w->uid = id_new();
    w->project = project;
    w->kind = WORK_JANITOR;
    w->request = g_strdup(request);
    w->execution_ms = c->now_ms;
    return w;
}

/* A pass that finds nothing leaves no trace. */
static bool pass(struct control *c, int64_t project, GError **error)
{
    g_autoptr(state_work) w = new_pass(c, project, NULL);

    if (!control__begin_part(c, error))
        return false;
    if (!control__add_work(c, w, error)) {
        control__close_part(c, false);
        return false;
    }
    return (w->status == STATUS_SKIPPED ? control__undo_part : control__keep_part)(c, error);
}

static bool forget_history(struct control *c, GError **error)
{
    g_autoptr(GArray) old =
        state_ended_before(c->state, c->now_ms - c->settings.history_ttl_ms, error);

    for (guint i = 0; old && i < old->len; i++)
        if (!queue_forget_group(c->queue, g_array_index(old, int64_t, i), error) ||
            !state_forget_work(c->state, g_array_index(old, int64_t, i), error))
            return false;
    return old && auth_forget_deeds(c->auth, c->now_ms - c->settings.audit_ttl_ms, error) &&
           queue_drop_kind(c->queue, TASK_QUERY, c->now_ms - DAY_MS, error) &&
           state_forget_executors(c->state, c->now_ms - c->settings.history_ttl_ms, error);
}

bool control__post_janitor(struct control *c, struct op *op, GError **error)
{
    bool everything = control__query_int(op, "ignore_ttl", 0, 1) != 0;
    g_autoptr(state_work) w = new_pass(c, op->project, everything ? "ignore_ttl" : NULL);

    return forget_history(c, error) && control__add_work(c, w, error) &&
           control__progress(c, op, w, error);
}

bool control__get_janitor(struct control *c, struct op *op, GError **error)
{
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, WORK_JANITOR, http_param(op->call, "id"), error);

    return w && control__progress(c, op, w, error);
}

static bool everywhere(struct control *c, GError **error)
{
    g_autoptr(GArray) projects = state_projects(c->state, error);

    for (guint i = 0; projects && i < projects->len; i++)
        if (!pass(c, g_array_index(projects, int64_t, i), error))
            return false;
    return projects && forget_history(c, error);
}

void control__janitor_tick(struct control *c)
{
    g_autoptr(GError) error = NULL;
    bool ok;

    if (!control__begin_part(c, &error))
        return;
    if (!(ok = everywhere(c, &error)))
        log_event(LOG_ERROR, "the janitor failed", "error", error->message, NULL);
    control__close_part(c, ok);
}
