#include "queue/queue_int.h"

#include "base/limits.h"

#include <string.h>

/* Does the lease name an attempt of this executor? It may have ended: a log may come late. */
static bool is_attempt(struct queue *q, const struct queue_lease *l, bool *yes, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        q->db,
        "SELECT count(*) FROM attempt JOIN task ON task.id = attempt.task WHERE task.id = ?"
        " AND task.project = ? AND attempt.fence = ? AND attempt.executor = ?",
        "iiis", l->task, l->project, l->fence, l->executor, error);

    if (!queue__row(rows, error))
        return false;
    *yes = db_int(rows, 0) > 0;
    return true;
}

bool queue_log(struct queue *q, const struct queue_lease *lease, const struct wire_log *chunk,
               GError **error)
{
    size_t bytes = strlen(chunk->text);
    bool known;

    if (!is_attempt(q, lease, &known, error))
        return false;
    if (!known || bytes > MAX_LOG_CHUNK) {
        g_set_error(error, queue_error(), known ? ERROR_LIMIT : ERROR_CONFLICT,
                    known ? "A chunk of a log may have %d bytes."
                          : "This lease is none of this executor's attempts at the task (%d).",
                    known ? MAX_LOG_CHUNK : (int)lease->fence);
        return false;
    }
    if (chunk->offset < 0 || chunk->offset + (int64_t)bytes > MAX_TASK_LOG)
        return true; /* what is kept has an end; the reader sees that bytes are missing */
    return db_run(q->db, NULL,
                  "INSERT INTO task_log (task, fence, sequence, position, bytes, text)"
                  " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task, fence, sequence) DO NOTHING",
                  "iiiiis", lease->task, lease->fence, chunk->sequence, chunk->offset,
                  (int64_t)bytes, chunk->text, error);
}

char *queue_log_text(struct queue *q, int64_t task, int64_t fence, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(db_rows) rows =
        db_query(q->db,
                 "SELECT position, bytes, text FROM task_log WHERE task = ? AND fence = ?"
                 " ORDER BY sequence",
                 "ii", task, fence, error);
    GError *why = NULL;
    int64_t end = 0;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        if (db_int(rows, 0) > end)
            g_string_append_printf(out,
                                   "[... %" G_GINT64_FORMAT " bytes of the log are missing ...]\n",
                                   db_int(rows, 0) - end);
        g_string_append(out, db_string(rows, 2));
        end = db_int(rows, 0) + db_int(rows, 1);
    }
    if (why) {
        g_propagate_error(error, why);
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
