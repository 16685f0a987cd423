#include "control/outline.h"

#include "base/ids.h"
#include "schedule/names.h"

#include <string.h>

bool control__settled_environment(struct control *c, int64_t project, const char *name,
                                  struct wire_environment **out, GError **error)
{
    if (!state_environment(c->state, project, name, out, error))
        return false;
    if (*out && (*out)->finalized_ms != TIME_NONE)
        return true;
    g_set_error(error, control_error(), *out ? ERROR_CONFLICT : ERROR_NOT_FOUND,
                *out ? "The last plan on environment %s did not end well.\n"
                       "hint: plan it again, then run."
                     : "There is no environment %s.\nhint: a plan creates it.",
                name);
    g_clear_pointer(out, wire_environment_free);
    return false;
}

bool control__post_run(struct control *c, struct op *op, GError **error)
{
    const struct wire_run_request *r = op->message;
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(state_work) w = NULL;
    const struct auth_identity *who = http_user(op->call);

    if (!control__settled_environment(c, op->project, r->environment, &e, error))
        return false;
    w = g_new0(struct state_work, 1);
    w->uid = id_new();
    w->project = op->project;
    w->kind = WORK_RUN;
    w->environment = g_strdup(r->environment);
    w->request = wire_to_text(&wire_run_request_type, r);
    w->trigger = g_strdup(r->trigger ? r->trigger : "api");
    w->user = g_strdup(who ? who->name : NULL);
    w->execution_ms = r->execution_ms == TIME_NONE ? c->now_ms : r->execution_ms;
    return control__add_work(c, w, error) && control__answer_work(c, op, w, error);
}

/* Add a name and, if asked for, all that it reads. */
static void select_name(const struct outline *o, const char *name, bool upstream, GHashTable *out)
{
    const struct state_snapshot *one = g_hash_table_lookup(o->by_name, name);

    if (!one || !g_hash_table_add(out, one->snapshot->name) || !upstream)
        return;
    for (guint i = 0; i < one->snapshot->parents->len; i++) {
        const struct wire_snapshot_id *id = one->snapshot->parents->pdata[i];

        select_name(o, id->name, upstream, out);
    }
}

static bool keep_selected(const struct outline *o, const struct wire_run_request *r, GError **error)
{
    g_autoptr(GHashTable) keep = g_hash_table_new(g_str_hash, g_str_equal);

    if (r->select->len == 0)
        return true;
    for (guint i = 0; i < r->select->len; i++) {
        if (!g_hash_table_contains(o->by_name, r->select->pdata[i])) {
            g_set_error(error, control_error(), ERROR_NOT_FOUND, "Environment %s has no model %s.",
                        r->environment, (const char *)r->select->pdata[i]);
            return false;
        }
        select_name(o, r->select->pdata[i], !r->no_upstream, keep);
    }
    for (guint i = 0; i < o->schedule->items->len; i++) {
        struct schedule_item *item = o->schedule->items->pdata[i];

        if (!g_hash_table_contains(keep, item->snapshot->name))
            g_array_set_size(item->batches, 0);
    }
    return true;
}

/* What is selected by name runs though it is paused. */
static bool keep_unpaused(struct control *c, const struct outline *o,
                          const struct wire_run_request *r, const struct state_work *w,
                          GError **error)
{
    const struct state_place place = {w->project, w->environment};

    return r->select->len > 0 || control__leave_out_paused(c, &place, o, error);
}

static bool schedule_run(struct outline *o, const struct wire_run_request *r,
                         const struct state_work *w, GError **error)
{
    struct schedule_request request = {
        .start_ms = r->start_ms,
        .end_ms = r->end_ms,
        .execution_ms = w->execution_ms,
        .now_ms = w->started_ms,
        .is_dev = !names_is_prod(w->environment),
        .ignore_cron = r->ignore_cron,
        .end_bounded = r->end_ms != TIME_NONE,
    };

    return control__outline_schedule(o, &request, error) && keep_selected(o, r, error);
}

/* The environment's statements only when there is anything to do between them. */
static GPtrArray *tasks_of(const struct outline *o, const struct wire_environment *e)
{
    struct schedule_stages stages = {.is_run = true};
    GPtrArray *tasks = schedule_tasks(o->schedule, &stages);

    if (tasks->len == 0)
        return tasks;
    g_ptr_array_unref(tasks);
    stages.before_all = control__has_statements(e, "before_all");
    stages.after_all = control__has_statements(e, "after_all");
    return schedule_tasks(o->schedule, &stages);
}

bool control__start_run(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(wire_run_request) r =
        wire_from_text(&wire_run_request_type, w->request, strlen(w->request), error);
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(outline) o = NULL;
    g_autoptr(GPtrArray) tasks = NULL;
    struct task_maker m = {c, w, NULL, NULL, CLASS_RUN, PRIORITY_RUN, NULL, NULL};
    bool ok;

    if (!r || !control__settled_environment(c, w->project, w->environment, &e, error) ||
        !(o = control__outline(c, w->project, e, error)) || !schedule_run(o, r, w, error) ||
        !keep_unpaused(c, o, r, w, error))
        return false;
    tasks = tasks_of(o, e);
    if (tasks->len == 0)
        return control__end_work(c, w, STATUS_SKIPPED, NULL, error);
    m.environment = e;
    m.outline = o;
    m.ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ok = control__make_tasks(&m, tasks, error);
    g_array_unref(m.ids);
    return ok;
}

bool control__get_run(struct control *c, struct op *op, GError **error)
{
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, WORK_RUN, http_param(op->call, "id"), error);

    return w && control__progress(c, op, w, error);
}

bool control__cancel_run(struct control *c, struct op *op, GError **error)
{
    return control__cancel(c, op, WORK_RUN, error);
}

bool control__list_runs(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_runs) out = wire_runs_new();
    GPtrArray *runs = state_runs(c->state, op->project, http_query(op->call, "environment"),
                                 control__query_int(op, "limit", 50, 1000), error);

    if (!runs)
        return false;
    control__move_items(runs, out->runs);
    control__answer(op, &wire_runs_type, out);
    return true;
}
