/* Plans and runs as the public API shows them. */
#include "control/api_v1.h"

#include <string.h>

static struct wire_v1_run *run_of(const char *base, struct state_work *w)
{
    struct wire_v1_run *r = wire_v1_run_new();

    r->environment = g_strdup(w->environment);
    r->run_id = g_strdup(w->uid);
    r->start_at = w->started_ms;
    r->end_at = w->ended_ms;
    r->error_message = g_strdup(w->error);
    r->status = w->status;
    r->link = control__work_link(base, WORK_RUN, w->environment, w->uid, false);
    return r;
}

static struct wire_v1_plan *plan_of(const char *base, struct state_work *w)
{
    struct wire_v1_plan *p = wire_v1_plan_new();

    p->environment = g_strdup(w->environment);
    p->plan_id = g_strdup(w->uid);
    p->start_at = w->started_ms;
    p->end_at = w->ended_ms;
    p->error_message = g_strdup(w->error);
    p->status = w->status;
    p->link = control__work_link(base, WORK_PLAN, w->environment, w->uid, false);
    return p;
}

static json_t *json_of(const char *base, struct state_work *w)
{
    g_autoptr(wire_v1_run) run = w->kind == WORK_RUN ? run_of(base, w) : NULL;
    g_autoptr(wire_v1_plan) plan = w->kind == WORK_PLAN ? plan_of(base, w) : NULL;

    return run ? wire_to_json(&wire_v1_run_type, run) : wire_to_json(&wire_v1_plan_type, plan);
}

static bool search(struct control *c, struct op *op, int kind, GError **error)
{
    struct state_work_filter f = {
        .kind = kind,
        .environment = control__v1_text(op, "environment"),
        .since = kind == WORK_RUN ? control__v1_text(op, "since_run_id")
                                  : control__v1_text(op, "since_plan_id"),
    };
    g_autofree char *base = control__project_link(c, op);
    g_autoptr(GPtrArray) works = NULL;
    bool last;

    if (!control__v1_flag(op, "last", &last, error) ||
        !control__v1_sort(op, "sort", &f.ascending, error) ||
        !control__v1_count(op, "limit", 100, &f.limit, error))
        return false;
    if (last) {
        f.ascending = false;
        f.limit = 1;
    }
    if (!(works = state_search_works(c->state, op->project, &f, error)))
        return false;
    op->answer = json_array();
    for (guint i = 0; i < works->len; i++)
        json_array_append_new(op->answer, json_of(base, works->pdata[i]));
    return true;
}

static bool one(struct control *c, struct op *op, int kind, GError **error)
{
    g_autofree char *base = control__project_link(c, op);
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, kind, http_param(op->call, "id"), error);

    if (!w)
        return false;
    op->answer = json_of(base, w);
    return true;
}

bool control__v1_runs(struct control *c, struct op *op, GError **error)
{
    return search(c, op, WORK_RUN, error);
}

bool control__v1_run(struct control *c, struct op *op, GError **error)
{
    return one(c, op, WORK_RUN, error);
}

bool control__v1_plans(struct control *c, struct op *op, GError **error)
{
    return search(c, op, WORK_PLAN, error);
}

bool control__v1_plan(struct control *c, struct op *op, GError **error)
{
    return one(c, op, WORK_PLAN, error);
}

bool control__answer_work(struct control *c, struct op *op, struct state_work *w, GError **error)
{
    g_autofree char *base = NULL;

    if (!strstr(op->endpoint->route.path, "/api/v1/"))
        return control__progress(c, op, w, error);
    base = control__project_link(c, op);
    op->answer = json_of(base, w);
    return true;
}
