#include "queue/queue_int.h"

#include <string.h>

/* legal[from]: the states a task may go to, as bits. Ended tasks go nowhere. */
static const unsigned legal[QUEUE_STATES] = {
    [QUEUE_BLOCKED] = 1u << QUEUE_READY | 1u << QUEUE_CANCELLED,
    [QUEUE_READY] = 1u << QUEUE_LEASED | 1u << QUEUE_CANCELLED | 1u << QUEUE_DONE, /* a gate */
    [QUEUE_LEASED] =
        1u << QUEUE_READY | 1u << QUEUE_DONE | 1u << QUEUE_FAILED | 1u << QUEUE_CANCELLED,
};

static bool is_end(int state)
{
    return state >= QUEUE_DONE;
}

/* Count the change in the group; *version gets its number. */
static bool tell_group(struct queue *q, const struct queue_task *t, int to, int64_t *version,
                       GError **error)
{
    g_autoptr(db_rows) rows = NULL;

    *version = 0;
    if (!t->group)
        return true;
    rows = db_query(q->db,
                    "UPDATE task_group SET version = version + 1, open = open - ?,"
                    " failed = failed + ?, cancelled = cancelled + ? WHERE id = ?"
                    " RETURNING version, open",
                    "iiii", (int64_t)is_end(to), (int64_t)(to == QUEUE_FAILED),
                    (int64_t)(to == QUEUE_CANCELLED && t->kind != QUEUE_GATE), t->group, error);
    if (!queue__row(rows, error))
        return false;
    *version = db_int(rows, 0);
    queue__note(q->touched, t->group);
    if (is_end(to) && db_int(rows, 1) == 0)
        queue__note(q->ended, t->group);
    return true;
}

/* One write for every kind of move; what a state has no use for becomes empty. */
static bool store(struct queue *q, struct queue_task *t, const struct queue_move *m,
                  int64_t version, int64_t now_ms, GError **error)
{
    bool leased = m->to == QUEUE_LEASED, end = is_end(m->to);
    int64_t changed = 0;

    if (!db_run(q->db, &changed,
                "UPDATE task SET state = ?, message = ?, ready_ms = ?, lease_ms = ?, ended_ms = ?,"
                " executor = ?, fence = ?, charged = ?, cancel = ?, renewed = 0,"
                " version = ? WHERE id = ? AND state = ?",
                "sstttsiibiis", queue_state_names[m->to], m->message,
                m->to == QUEUE_READY ? m->ready_ms : TIME_NONE,
                leased ? now_ms + q->settings.lease_ttl_ms : TIME_NONE, end ? now_ms : TIME_NONE,
                leased ? m->executor : t->executor, t->fence, t->charged, (int)t->cancel, version,
                t->id, queue_state_names[t->state], error))
        return false;
    if (changed == 1)
        return true;
    g_set_error(error, queue_error(), ERROR_CONFLICT, "Task %" G_GINT64_FORMAT " is no longer %s.",
                t->id, queue_state_names[t->state]);
    return false;
}

/* A task that waits for nothing any more: ready, or done if it is a gate. */
static bool unblock(struct queue *q, struct queue_task *t, int64_t now_ms, GError **error)
{
    return queue__move(q, t, &(struct queue_move){QUEUE_READY, NULL, now_ms, NULL}, now_ms,
                       error) &&
           (t->kind != QUEUE_GATE ||
            queue__move(q, t, &(struct queue_move){QUEUE_DONE, NULL, TIME_NONE, NULL}, now_ms,
                        error));
}

/* A task has ended: those who waited for that, or for its being done, wait for one less. */
static bool release(struct queue *q, const struct queue_task *t, int64_t now_ms, GError **error)
{
    g_autoptr(GPtrArray) free_now = NULL;
    int64_t done = t->state == QUEUE_DONE, waiting = 0;

    if (!db_run(q->db, &waiting,
                "UPDATE task SET waits = waits - 1 WHERE state = 'blocked'"
                " AND id IN (SELECT child FROM task_edge WHERE parent = ? AND after_end + ? > 0)",
                "ii", t->id, done, error))
        return false;
    if (waiting == 0)
        return true;
    free_now =
        queue__select(q,
                      "SELECT " TASK_COLUMNS " FROM task_edge JOIN task ON task.id = child"
                      " WHERE parent = ? AND after_end + ? > 0 AND waits = 0 AND state = 'blocked'"
                      " ORDER BY task.id",
                      t->id, done, error);
    if (!free_now)
        return false;
    for (guint i = 0; i < free_now->len; i++)
        if (!unblock(q, free_now->pdata[i], now_ms, error))
            return false;
    return true;
}

/* A task failed or was cancelled: those who wait for its being done will never run. */
static bool abandon(struct queue *q, const struct queue_task *t, const char *why, int64_t now_ms,
                    GError **error)
{
    g_autoptr(GPtrArray) lost =
        queue__select(q,
                      "WITH RECURSIVE below (id) AS (SELECT child FROM task_edge WHERE parent = ?"
                      " AND after_end = 0 UNION SELECT child FROM task_edge JOIN below"
                      " ON parent = below.id WHERE after_end = 0)"
                      " SELECT " TASK_COLUMNS " FROM task WHERE id IN (SELECT id FROM below)"
                      " AND state = 'blocked' AND ? = 0 ORDER BY id",
                      t->id, 0, error);

    if (!lost)
        return false;
    for (guint i = 0; i < lost->len; i++)
        if (!queue__move(q, lost->pdata[i],
                         &(struct queue_move){QUEUE_CANCELLED, why, TIME_NONE, NULL}, now_ms,
                         error))
            return false;
    return true;
}

/* Only the task where it began takes others along; each tells those that wait for its end. */
static bool follow_up(struct queue *q, const struct queue_task *t, int from, const char *message,
                      int64_t now_ms, GError **error)
{
    g_autofree char *why = NULL;

    if (!is_end(t->state))
        return true;
    if (t->state == QUEUE_DONE || from == QUEUE_BLOCKED)
        return release(q, t, now_ms, error);
    why = t->state == QUEUE_FAILED
              ? g_strdup_printf("Not run because %s of %s failed.", task_kind_names[t->kind],
                                t->name ? t->name : "the environment")
              : g_strdup(message);
    return abandon(q, t, why, now_ms, error) && release(q, t, now_ms, error);
}

bool queue__move(struct queue *q, struct queue_task *task, const struct queue_move *move,
                 int64_t now_ms, GError **error)
{
    int from = task->state;
    int64_t version;

    if (!(legal[from] & 1u << move->to)) {
        g_set_error(error, queue_error(), ERROR_CONFLICT,
                    "Task %" G_GINT64_FORMAT " cannot go from %s to %s.", task->id,
                    queue_state_names[from], queue_state_names[move->to]);
        return false;
    }
    if (!tell_group(q, task, move->to, &version, error) ||
        !store(q, task, move, version, now_ms, error))
        return false;
    task->state = move->to;
    g_free(task->message);
    task->message = g_strdup(move->message);
    if (from == QUEUE_LEASED || move->to == QUEUE_READY)
        queue__note(q->woken, task->project);
    return follow_up(q, task, from, move->message, now_ms, error);
}
