#include "queue/queue_int.h"

#include "base/limits.h"

#include <string.h>

#define LOCK_DELAY_MS  1000 /* a lock was waited for: let its holder go on */
#define RETRY_DELAY_MS 2000 /* doubled with each attempt, up to MAX_DELAY_MS */

static struct queue_task *held(struct queue *q, const struct queue_lease *lease, GError **error)
{
    g_autoptr(queue_task) t = NULL;
    GError *why = NULL;

    t = queue_get(q, lease->project, lease->task, &why);
    if (!t && !error_is(why, ERROR_NOT_FOUND)) {
        g_propagate_error(error, why);
        return NULL;
    }
    g_clear_error(&why);
    if (!t || t->state != QUEUE_LEASED || t->fence != lease->fence ||
        g_strcmp0(t->executor, lease->executor) != 0)
        return NULL;
    return g_steal_pointer(&t);
}

static char *audits_text(const struct wire_result *r)
{
    g_autoptr(json_t) list = json_array();

    if (r->audits->len == 0)
        return NULL;
    for (guint i = 0; i < r->audits->len; i++)
        json_array_append_new(list, wire_to_json(&wire_audit_type, r->audits->pdata[i]));
    return json_text_as_built(list);
}

static char *error_text(const struct wire_result *r)
{
    if (!r->error || strlen(r->error) <= MAX_ERROR_BYTES)
        return g_strdup(r->error);
    g_autofree char *start = g_utf8_make_valid(r->error, MAX_ERROR_BYTES);
    return g_strconcat(start, " […]", NULL);
}

static bool record_attempt(struct queue *q, const struct queue_task *t, const struct wire_result *r,
                           int64_t now_ms, GError **error)
{
    g_autofree char *audits = audits_text(r);
    g_autofree char *message = error_text(r);

    return db_run(q->db, NULL,
                  "UPDATE attempt SET started_ms = ?, ended_ms = ?, status = ?, charged = ?,"
                  " rows = ?, seconds = ?, error = ?, audits = ? WHERE task = ? AND fence = ?",
                  "ttibirssii", r->started_ms, r->ended_ms == TIME_NONE ? now_ms : r->ended_ms,
                  (int64_t)r->status, (int)!r->not_charged, r->rows, r->seconds, message, audits,
                  t->id, t->fence, error);
}

static bool settle(struct queue *q, struct queue_task *t, const struct wire_result *r,
                   int64_t now_ms, GError **error)
{
    g_autofree char *message = error_text(r);

    if (r->status == STATUS_SUCCESS)
        return queue__move(q, t, &(struct queue_move){QUEUE_DONE, NULL, TIME_NONE, NULL}, now_ms,
                           error);
    if (r->not_charged) {
        t->charged--;
        return queue__try_again(q, t, message, LOCK_DELAY_MS, now_ms, error);
    }
    if (r->retry || r->status == STATUS_ABORTED)
        return queue__try_again(q, t, message,
                                MIN(RETRY_DELAY_MS << MIN(t->charged - 1, 6), MAX_DELAY_MS), now_ms,
                                error);
    return queue__move(
        q, t,
        &(struct queue_move){t->cancel ? QUEUE_CANCELLED : QUEUE_FAILED, message, TIME_NONE, NULL},
        now_ms, error);
}

bool queue_finish(struct queue *q, const struct queue_lease *lease,
                  const struct wire_result *result, int64_t now_ms, struct queue_task **task,
                  GError **error)
{
    g_autoptr(queue_task) t = NULL;
    GError *why = NULL;

    *task = NULL;
    t = held(q, lease, &why);
    if (!t) {
        if (why)
            g_propagate_error(error, why);
        return !why;
    }
    if (!record_attempt(q, t, result, now_ms, error) || !settle(q, t, result, now_ms, error))
        return false;
    *task = g_steal_pointer(&t);
    return true;
}

bool queue_skip(struct queue *q, struct queue_task *task, int64_t now_ms, GError **error)
{
    return db_run(q->db, NULL, "DELETE FROM attempt WHERE task = ? AND fence = ?", "ii", task->id,
                  task->fence, error) &&
           queue__move(q, task, &(struct queue_move){QUEUE_DONE, NULL, TIME_NONE, NULL}, now_ms,
                       error);
}

bool queue_cancel(struct queue *q, struct queue_task *task, const char *reason, int64_t now_ms,
                  GError **error)
{
    if (task->state == QUEUE_LEASED) {
        queue__note(q->touched, task->group);
        return db_run(q->db, NULL, "UPDATE task SET cancel = 1 WHERE id = ? AND state = 'leased'",
                      "i", task->id, error);
    }
    if (task->state != QUEUE_BLOCKED && task->state != QUEUE_READY)
        return true;
    return queue__move(q, task, &(struct queue_move){QUEUE_CANCELLED, reason, TIME_NONE, NULL},
                       now_ms, error);
}

bool queue_cancel_group(struct queue *q, int64_t group, const char *reason, int64_t now_ms,
                        GError **error)
{
    /* Blocked ones first: a ready one that is cancelled would take them along a second time; of
     * these the last first: an end that was waited for would make them ready. */
    g_autoptr(GPtrArray) open =
        queue__select(q,
                      "SELECT " TASK_COLUMNS " FROM task WHERE grp = ? AND ? = 0"
                      " AND state IN ('blocked', 'ready', 'leased') ORDER BY state, id DESC",
                      group, 0, error);

    if (!open)
        return false;
    for (guint i = 0; i < open->len; i++)
        if (!queue_cancel(q, open->pdata[i], reason, now_ms, error))
            return false;
    return true;
}

bool queue_outdate(struct queue *q, const struct queue_redo *redo, GError **error)
{
    return db_run(q->db, NULL,
                  "UPDATE task SET outdated = 1"
                  " WHERE grp IN (SELECT id FROM task_group WHERE open > 0 AND id <> ?)"
                  " AND state IN ('blocked', 'ready', 'leased') AND project = ? AND kind = ?"
                  " AND target = ? AND start_ms < ? AND end_ms > ?",
                  "iiisii", redo->group, redo->project, (int64_t)redo->kind, redo->target,
                  redo->end_ms, redo->start_ms, error);
}

bool queue_outdate_elsewhere(struct queue *q, const struct queue_redo *redo, GError **error)
{
    return db_run(q->db, NULL,
                  "UPDATE task SET outdated = 1"
                  " WHERE state = 'leased' AND grp <> ? AND project = ? AND kind = ?"
                  " AND name = ? AND target <> ? AND start_ms < ? AND end_ms > ?",
                  "iiissii", redo->group, redo->project, (int64_t)redo->kind, redo->name,
                  redo->target, redo->end_ms, redo->start_ms, error);
}
