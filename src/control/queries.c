/* Queries of a CLI that has no credentials: tasks whose rows pass through memory only. */
#include "control/neighbours.h"

#include "base/limits.h"

#include <string.h>

#define LOOK_MS   2000  /* how often to look whether a query's task has failed without a result */
#define MISSED_MS 30000 /* how long an answer may take from one server to another */

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
    g_autofree char *text = NULL;
    g_autofree char *gateway = m->gateway ? g_ascii_strdown(m->gateway, -1) : NULL;
    struct queue_task task = {
        .project = op->project,
        .kind = TASK_QUERY,
        .class = CLASS_APPLY,
        .priority = PRIORITY_QUERY,
        .gateway = gateway,
        .start_ms = TIME_NONE,
        .end_ms = TIME_NONE,
    };

    if (c->ear)
        json_object_set_new(payload, "server", json_string(c->uid));
    task.payload = text = json_text_as_built(payload);
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

static bool wait_on(struct control *c, struct op *op)
{
    op->park = PARK_QUERY;
    op->retry_ms = c->now_ms + LOOK_MS;
    return true;
}

/* The task has ended at another server, whose words are on their way; but not for ever. */
static bool wait_for_neighbour(struct control *c, struct op *op, GError *why, GError **error)
{
    bool is_late = op->missed_ms && c->now_ms > op->missed_ms + MISSED_MS;

    if (!op->missed_ms)
        op->missed_ms = c->now_ms;
    if (!c->ear || !error_is(why, ERROR_NOT_FOUND)) {
        g_propagate_error(error, why);
        return false;
    }
    g_error_free(why);
    if (!is_late)
        return wait_on(c, op);
    g_set_error(error, control_error(), ERROR_UNAVAILABLE,
                "The rows were lost between two servers.\nhint: ask again.");
    return false;
}

/* Nobody has brought a result yet; is one still to come? */
static bool look(struct control *c, struct op *op, GError **error)
{
    GError *why = NULL;
    g_autoptr(queue_task) t = queue_get(c->queue, op->project, op->key, &why);

    if (!t)
        return wait_for_neighbour(c, op, why, error);
    if (t->state == QUEUE_FAILED || t->state == QUEUE_CANCELLED) {
        g_set_error(error, control_error(), ERROR_FAILED, "The query was not carried out: %s",
                    t->message ? t->message : "no reason was given.");
        return false;
    }
    return wait_on(c, op);
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

void control__query_answered(struct control *c, int64_t task, const json_t *answer)
{
    struct op *op = waiting_op(c, task);
    const char *why = json_get_string(answer, "error", NULL);

    if (op && why)
        g_set_error(&op->error, control_error(), ERROR_INVALID, "%s", why);
    else if (op)
        op->answer = json_incref(json_object_get(answer, "data"));
}

static json_t *answer_of(const struct queue_task *t, const struct wire_result *r)
{
    if (t->state == QUEUE_DONE)
        return r->data ? json_pack("{s:O}", "data", r->data) : json_pack("{s:{}}", "data");
    return json_pack("{s:s}", "error",
                     r->error ? r->error : "The query failed, and the executor did not say why.");
}

/* The server where somebody waits for the rows; NULL: this one. g_free(). */
static char *other_server(struct control *c, const struct queue_task *t)
{
    g_autoptr(json_t) payload =
        t->payload ? json_parse(t->payload, strlen(t->payload), NULL) : NULL;
    const char *server = json_get_string(payload, "server", NULL);

    return c->ear && server && strcmp(server, c->uid) != 0 ? g_strdup(server) : NULL;
}

bool control__query_ended(struct control *c, const struct queue_task *t,
                          const struct wire_result *r, GError **error)
{
    g_autofree char *server = NULL;
    g_autoptr(json_t) answer = NULL;

    if (t->state < QUEUE_DONE)
        return true; /* it will be tried again */
    server = other_server(c, t);
    answer = answer_of(t, r);
    if (!server)
        control__query_answered(c, t->id, answer);
    else if (!control__send_answer(c, server, t->id, answer, error))
        return false;
    return queue_drop(c->queue, t->id, error);
}
