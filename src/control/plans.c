/* Plans as they are posted: what is refused, what is stored. */
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

static bool check_plan(struct control *c, const struct op *op, const struct wire_plan *p,
                       GError **error)
{
    if (!p->environment)
        return invalid(error, "A plan must hold the environment as it shall be.");
    if (!is_environment_name(p->environment->name))
        return invalid(error, "An environment's name is made of letters, digits and underscores.");
    for (guint i = 0; i < p->snapshots->len; i++)
        if (!check_snapshot(p->snapshots->pdata[i], error))
            return false;
    return check_members(p->environment, error) && has_gateway(c, op->project, error);
}

bool control__check_expected(const struct wire_plan *p, const struct wire_environment *now,
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

static bool store_snapshots(struct control *c, const struct op *op, const struct wire_plan *p,
                            GError **error)
{
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

bool control__add_plan(struct control *c, struct op *op, struct wire_plan *p,
                       struct state_work **out, GError **error)
{
    g_autofree char *request = NULL;
    g_autoptr(wire_environment) now = NULL;
    g_autoptr(state_work) w = NULL;

    *out = NULL;
    if (!check_plan(c, op, p, error))
        return false;
    request = request_text(p);
    if (!find_same(c, op, request, out, error) || *out)
        return *out != NULL;
    if (!state_environment(c->state, op->project, p->environment->name, &now, error) ||
        !control__check_expected(p, now, error) || !store_snapshots(c, op, p, error))
        return false;
    w = g_new0(struct state_work, 1);
    w->uid = id_new();
    w->project = op->project;
    w->kind = WORK_PLAN;
    w->environment = g_strdup(p->environment->name);
    w->request = g_steal_pointer(&request);
    w->user = user_of(op, p->user);
    w->execution_ms = p->execution_ms == TIME_NONE ? c->now_ms : p->execution_ms;
    if (!control__add_work(c, w, error))
        return false;
    *out = g_steal_pointer(&w);
    return true;
}

bool control__post_plan(struct control *c, struct op *op, GError **error)
{
    g_autoptr(state_work) w = NULL;

    return control__add_plan(c, op, op->message, &w, error) &&
           control__answer_work(c, op, w, error);
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
