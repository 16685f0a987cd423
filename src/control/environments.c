#include "control/neighbours.h"

#include "schedule/names.h"

#include <string.h>

bool control__list_environments(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_environments) out = wire_environments_new();
    GPtrArray *list = state_environments(c->state, op->project, error);

    if (!list)
        return false;
    control__move_items(list, out->environments);
    control__answer(op, &wire_environments_type, out);
    return true;
}

bool control__get_environment(struct control *c, struct op *op, GError **error)
{
    const char *name = http_param(op->call, "name");

    if (!state_environment_text(c->state, op->project, name, &op->text, error))
        return false;
    op->text_type = "application/json";
    if (!op->text)
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no environment %s.", name);
    return op->text != NULL;
}

bool control__invalidate(struct control *c, struct op *op, GError **error)
{
    const char *name = http_param(op->call, "name");

    if (names_is_prod(name)) {
        g_set_error(error, control_error(), ERROR_INVALID, "prod cannot be invalidated.");
        return false;
    }
    c->next_janitor_ms = 0;
    control__tell(c, TOLD_CLEAN, json_null());
    return state_expire_environment(c->state, op->project, name, c->now_ms, error);
}

bool control__lookup(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_snapshots) out = wire_snapshots_new();
    GPtrArray *list = state_lookup(c->state, op->project, op->message, error);

    if (!list)
        return false;
    control__move_items(list, out->snapshots);
    control__answer(op, &wire_snapshots_type, out);
    return true;
}

static bool add_logs(struct control *c, GPtrArray *evaluations, GError **error)
{
    for (guint i = 0; i < evaluations->len; i++) {
        struct wire_evaluation *e = evaluations->pdata[i];
        int64_t task, fence;

        if (!state_attempt_of(c->state, g_ascii_strtoll(e->id, NULL, 10), &task, &fence, error) ||
            !(e->log = queue_log_text(c->queue, task, fence, error)))
            return false;
    }
    return true;
}

bool control__evaluations(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_evaluations) out = wire_evaluations_new();
    struct state_evaluation_filter filter = {
        .run_id = http_query(op->call, "run_id"),
        .plan_id = http_query(op->call, "plan_id"),
        .environment = http_query(op->call, "environment"),
        .name = http_query(op->call, "name"),
        .limit = control__query_int(op, "limit", 100, 10000),
    };
    GPtrArray *list = state_evaluations(c->state, op->project, &filter, error);

    if (!list)
        return false;
    control__move_items(list, out->evaluations);
    if (control__query_int(op, "log", 0, 1) && !add_logs(c, out->evaluations, error))
        return false;
    control__answer(op, &wire_evaluations_type, out);
    return true;
}
