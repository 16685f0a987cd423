#include "queue/queue_int.h"

bool queue_open_group(struct queue *q, int64_t group, GError **error)
{
    return db_run(q->db, NULL,
                  "INSERT INTO task_group (id, open, failed, cancelled, version) "
                  "VALUES (?, 0, 0, 0, 1) ON CONFLICT (id) DO NOTHING",
                  "i", group, error);
}

static bool insert(struct queue *q, struct queue_task *t, int64_t waits, int64_t now_ms,
                   GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        q->db,
        "INSERT INTO task (project, grp, kind, class, priority, gateway, subject, name, target,"
        " start_ms, end_ms, payload, state, waits, fence, charged, cancel, renewed,"
        " ready_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, 0)"
        " RETURNING id",
        "iiiiisissttssit", t->project, t->group, (int64_t)t->kind, (int64_t)t->class, t->priority,
        t->gateway, t->subject, t->name, t->target, t->start_ms, t->end_ms, t->payload,
        queue_state_names[t->state], waits, t->state == QUEUE_READY ? now_ms : TIME_NONE, error);

    if (!queue__row(rows, error))
        return false;
    t->id = db_int(rows, 0);
    return true;
}

static bool wait_for(struct queue *q, const struct queue_task *t, const GArray *parents, bool end,
                     GError **error)
{
    for (guint i = 0; parents && i < parents->len; i++)
        if (!db_run(q->db, NULL,
                    "INSERT INTO task_edge (parent, child, after_end) VALUES (?, ?, ?)", "iib",
                    g_array_index(parents, int64_t, i), t->id, (int)end, error))
            return false;
    return true;
}

bool queue_add(struct queue *q, struct queue_task *task, const GArray *after, int64_t now_ms,
               GError **error)
{
    return queue_add_after_end(q, task, after, NULL, now_ms, error);
}

bool queue_add_after_end(struct queue *q, struct queue_task *task, const GArray *after,
                         const GArray *ended, int64_t now_ms, GError **error)
{
    int64_t waits = (after ? after->len : 0) + (ended ? ended->len : 0);

    task->state = waits > 0 ? QUEUE_BLOCKED : QUEUE_READY;
    if (!insert(q, task, waits, now_ms, error) || !wait_for(q, task, after, false, error) ||
        !wait_for(q, task, ended, true, error))
        return false;
    if (task->state == QUEUE_READY)
        queue__note(q->woken, task->project);
    return !task->group || db_run(q->db, NULL, "UPDATE task_group SET open = open + 1 WHERE id = ?",
                                  "i", task->group, error);
}

bool queue_touch(struct queue *q, int64_t group, GError **error)
{
    queue__note(q->touched, group);
    return db_run(q->db, NULL, "UPDATE task_group SET version = version + 1 WHERE id = ?", "i",
                  group, error);
}

bool queue_drop_kind(struct queue *q, int kind, int64_t before_ms, GError **error)
{
    return db_run(q->db, NULL,
                  "DELETE FROM attempt WHERE task IN (SELECT id FROM task WHERE kind = ?"
                  " AND grp = 0 AND (ended_ms < ? OR ? = 1))",
                  "iib", (int64_t)kind, before_ms, before_ms == INT64_MAX, error) &&
           db_run(q->db, NULL,
                  "DELETE FROM task WHERE kind = ? AND grp = 0 AND (ended_ms < ? OR ? = 1)", "iib",
                  (int64_t)kind, before_ms, before_ms == INT64_MAX, error);
}

bool queue_drop(struct queue *q, int64_t task, GError **error)
{
    return db_run(q->db, NULL, "DELETE FROM attempt WHERE task = ?", "i", task, error) &&
           db_run(q->db, NULL, "DELETE FROM task WHERE id = ? AND grp = 0", "i", task, error);
}

bool queue_forget_group(struct queue *q, int64_t group, GError **error)
{
    static const char *const statements[] = {
        "DELETE FROM task_log WHERE task IN (SELECT id FROM task WHERE grp = ?)",
        "DELETE FROM attempt WHERE task IN (SELECT id FROM task WHERE grp = ?)",
        "DELETE FROM task_edge WHERE parent IN (SELECT id FROM task WHERE grp = ?)",
        "DELETE FROM task WHERE grp = ?",
        "DELETE FROM task_group WHERE id = ?",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(statements); i++)
        if (!db_run(q->db, NULL, statements[i], "i", group, error))
            return false;
    return true;
}
