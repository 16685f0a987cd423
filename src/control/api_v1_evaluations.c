/* Evaluations as the public API shows them: batches of models, with their audits and logs. */
#include "control/api_v1.h"

#include "base/limits.h"

#include <string.h>

#define LIST_LOG_BYTES (16 * 1024) /* of each log in a list, about; one by itself has all of it */

static struct wire_v1_audit *audit_of(const char *base, const struct state_batch *b,
                                      const struct wire_audit *from)
{
    struct wire_v1_audit *a = wire_v1_audit_new();

    a->name = g_strdup(from->name);
    a->execution_time = b->execution_ms;
    a->interval_start = b->start_ms;
    a->interval_end = b->end_ms;
    a->status = from->status == STATUS_SUCCESS ? STATUS_SUCCESS : STATUS_FAILED;
    a->link = control__work_link(base, b->kind, b->environment, b->uid, true);
    a->log_link = control__batch_link(base, b, true);
    a->log = g_strdup(from->message);
    return a;
}

static json_t *evaluation_json(const char *base, const struct state_batch *b)
{
    g_autoptr(wire_v1_evaluation) e = wire_v1_evaluation_new();

    e->evaluation_id = g_strdup_printf("%" G_GINT64_FORMAT, b->id);
    e->node_name = g_strdup(b->name);
    *(b->kind == WORK_RUN ? &e->run_id : &e->plan_id) = g_strdup(b->uid);
    e->interval_start = b->start_ms;
    e->interval_end = b->end_ms;
    e->start_at = b->started_ms;
    e->end_at = b->ended_ms;
    e->error_message = g_strdup(b->error);
    e->log = b->log->len ? g_strdup(b->log->str) : NULL;
    e->status = b->status;
    e->link = control__batch_link(base, b, false);
    e->log_link = control__batch_link(base, b, true);
    for (guint i = 0; i < b->audits->len; i++)
        g_ptr_array_add(e->audits, audit_of(base, b, b->audits->pdata[i]));
    return wire_to_json(&wire_v1_evaluation_type, e);
}

static bool answer_list(struct control *c, struct op *op, const struct state_batch_filter *f,
                        GError **error)
{
    g_autofree char *base = control__project_link(c, op);
    g_autoptr(GPtrArray) batches = state_batches(c->state, op->project, f, error);

    if (!batches)
        return false;
    op->answer = json_array();
    for (guint i = 0; i < batches->len; i++)
        json_array_append_new(op->answer, evaluation_json(base, batches->pdata[i]));
    return true;
}

bool control__v1_run_evaluations(struct control *c, struct op *op, GError **error)
{
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, WORK_RUN, http_param(op->call, "id"), error);
    struct state_batch_filter f = {
        .name = control__v1_text(op, "node_name"),
        .ascending = true,
        .limit = CONTROL_V1_MOST,
        .log_bytes = LIST_LOG_BYTES,
    };

    if (!w)
        return false;
    f.work = w->id;
    return answer_list(c, op, &f, error);
}

/* Which plan or run is asked for; one that is not of the environment has nothing to show. */
static bool find_work(struct control *c, struct op *op, struct state_batch_filter *f, bool *fits,
                      GError **error)
{
    const char *run = control__v1_text(op, "run_id"), *plan = control__v1_text(op, "plan_id");
    g_autoptr(state_work) w = NULL;

    *fits = !run || !plan;
    if (!*fits || (!run && !plan))
        return true;
    w = state_find_work(c->state, op->project, run ? WORK_RUN : WORK_PLAN, run ? run : plan, error);
    if (!w)
        return false;
    f->work = w->id;
    *fits = !f->environment || strcmp(f->environment, w->environment) == 0;
    return true;
}

bool control__v1_evaluations(struct control *c, struct op *op, GError **error)
{
    struct state_batch_filter f = {
        .environment = control__v1_text(op, "environment"),
        .name = control__v1_text(op, "node_name"),
        .ascending = true,
        .log_bytes = LIST_LOG_BYTES,
    };
    bool fits;

    if (!control__v1_flag(op, "latest", &f.latest, error) ||
        !control__v1_sort(op, "sort", &f.ascending, error) ||
        !control__v1_count(op, "limit", f.latest ? CONTROL_V1_MOST : 100, &f.limit, error) ||
        !find_work(c, op, &f, &fits, error))
        return false;
    f.latest &= f.environment != NULL;
    if (fits)
        return answer_list(c, op, &f, error);
    op->answer = json_array();
    return true;
}

bool control__v1_evaluation(struct control *c, struct op *op, GError **error)
{
    const char *text = http_param(op->call, "id");
    g_autofree char *base = control__project_link(c, op);
    struct state_batch_filter f = {.limit = 1, .log_bytes = MAX_TASK_LOG};
    g_autoptr(GPtrArray) found = NULL;

    if (g_ascii_string_to_signed(text, 10, 1, INT64_MAX, &f.id, NULL) &&
        !(found = state_batches(c->state, op->project, &f, error)))
        return false;
    if (!found || found->len == 0) {
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no evaluation %.100s.",
                    text);
        return false;
    }
    op->answer = evaluation_json(base, found->pdata[0]);
    return true;
}
