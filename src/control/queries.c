/* Queries of a CLI that has no credentials: tasks whose rows pass through memory only. */
#include "control/control_int.h"

#include "base/limits.h"

#include <string.h>

#define LOOK_MS 2000 /* how often to look whether a query's task has failed without a result */

static bool admit(struct control *c, const struct wire_query *m, GError **error)
{
    if (!c->settings.no_queries && strlen(m->sql) <= MAX_SQL_BYTES)
        return true;
    g_set_error(error, control_error(), c->settings.no_queries ? ERROR_DENIED : ERROR_LIMIT, "%s",
                c->settings.no_queries
                    ? "The operator of this control plane has switched queries off."
                    : "The query is too long.");
    return false;
}

static bool add_task(struct control *c, struct op *op, const struct wire_query *m, GError **error)
{
    int64_t most = c->settings.query_rows;
    g_autoptr(json_t) payload =
        json_pack("{s:s, s:I}", "query", m->sql, "max_rows",
                  (json_int_t)(m->max_rows > 0 ? MIN(m->max_rows, most) : most));
    g_autofree char *text = json_text_as_built(payload);
    g_autofree char *gateway = m->gateway ? g_ascii_strdown(m->gateway, -1) : NULL;
    struct queue_task task = {
        .project = op->project,
        .kind = TASK_QUERY,
        .class = CLASS_APPLY,
        .priority = PRIORITY_QUERY,
        .gateway = gateway,
        .start_ms = TIME_NONE,
        .end_ms = TIME_NONE,
        .payload = text,
    };

    if (!queue_add(c->queue, &task, NULL, c->now_ms, error))
        return false;
    op->key = task.id;
    return true;
}

static bool give_up(struct control *c, struct op *op, const char *why, GError **error)
{
    g_autoptr(queue_task) t = queue_get(c->queue, op->project, op->key, error);

    if (!t || !queue_cancel(c->queue, t, why, c->now_ms, error))
        return false;
    op->status = 504;
    op->answer = json_pack("{s:s, s:s}", "error", "unavailable", "message", why);
    return true;
}

/* Nobody has brought a result yet; is one still to come? */
static bool look(struct control *c, struct op *op, GError **error)
{
    g_autoptr(queue_task) t = queue_get(c->queue, op->project, op->key, error);

    if (!t)
        return false;
    if (t->state == QUEUE_FAILED || t->state == QUEUE_CANCELLED) {
        g_set_error(error, control_error(), ERROR_FAILED, "The query was not carried out: %s",
                    t->message ? t->message : "no reason was given.");
        return false;
    }
    op->park = PARK_QUERY;
    op->retry_ms = c->now_ms + LOOK_MS;
    return true;
}

bool control__query(struct control *c, struct op *op, GError **error)
{
    const struct wire_query *m = op->message;

    if (op->key == 0) {
        if (!admit(c, m, error) || !add_task(c, op, m, error))
            return false;
        op->deadline_ms = op->arrived_ms + c->settings.query_timeout_ms;
        return look(c, op, error);
    }
    if (op->answer || *error)
        return !*error;
    if (op->expired)
        return give_up(c, op,
                       control__is_served(c, op->project, CLASS_APPLY, m->gateway)
                           ? "The query took too long."
                           : "No apply executor has taken the query.\n"
                             "hint: is `heddle executor apply` running?",
                       error);
    return look(c, op, error);
}

static struct op *waiting_op(struct control *c, int64_t task)
{
    for (guint i = 0; i < c->parked->len; i++) {
        struct op *op = c->parked->pdata[i];

        if (op->park == PARK_QUERY && op->key == task)
            return op;
    }
    return NULL;
}

bool control__query_ended(struct control *c, const struct queue_task *t,
                          const struct wire_result *r, GError **error)
{
    struct op *op = waiting_op(c, t->id);

    if (t->state < QUEUE_DONE)
        return true; /* it will be tried again */
    if (op && t->state == QUEUE_DONE)
        op->answer = r->data ? json_incref(r->data) : json_object();
    else if (op)
        g_set_error(&op->error, control_error(), ERROR_INVALID, "%s",
                    r->error ? r->error : "The query failed, and the executor did not say why.");
    return queue_drop(c->queue, t->id, error);
}
