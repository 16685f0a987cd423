/* Batches of models in plans and runs, each with the newest of its attempts and the end of its log.
 */
#include "state/state_int.h"

#include "queue/queue.h"

#include <string.h>

#define MOST_LOGS (16 * 1024 * 1024) /* bytes of one answer, about */

G_STATIC_ASSERT(TASK_EVALUATE == 2 && TASK_AUDIT == 3);

#define FROM_BATCHES                                                                               \
    " FROM task JOIN work ON work.id = task.grp"                                                   \
    " LEFT JOIN attempt ON attempt.task = task.id AND attempt.fence = task.fence"                  \
    " WHERE task.project = ? AND task.kind IN (2, 3) AND "
#define ROWS                                                                                       \
    "SELECT task.id, task.name, work.kind, work.uid, work.environment, work.execution_ms,"         \
    " task.start_ms, task.end_ms, coalesce(attempt.started_ms, attempt.claimed_ms),"               \
    " CASE WHEN task.ended_ms IS NOT NULL THEN coalesce(attempt.ended_ms, task.ended_ms) END,"     \
    " task.state, coalesce(task.message, attempt.error),"                                          \
    " coalesce(attempt.name, attempt.executor), attempt.attempt, attempt.rows, attempt.audits,"    \
    " work.status, attempt.id" FROM_BATCHES
#define CHOSEN "SELECT task.id AS id, task.fence AS fence" FROM_BATCHES

/* Each takes a number and an environment. */
static const char by_id[] = "task.id = ? AND ? <> ''";
static const char by_work[] = "task.grp = ? AND ? <> ''";
static const char by_environment[] = "(? = 1 OR work.environment = ?)";
static const char latest[] =
    "task.id IN (SELECT max(t.id) FROM member JOIN task t ON t.subject = member.snapshot"
    " JOIN work w ON w.id = t.grp"
    " JOIN subject ON subject.work = t.grp AND subject.snapshot = t.subject"
    " WHERE member.project = ? AND member.environment = ? AND t.kind IN (2, 3)"
    " AND (subject.deployable = 1 OR w.environment = member.environment)"
    " GROUP BY member.snapshot)";

static void batch_free(struct state_batch *b)
{
    g_free(b->name);
    g_free(b->uid);
    g_free(b->environment);
    g_free(b->error);
    g_free(b->executor);
    g_ptr_array_unref(b->audits);
    g_string_free(b->log, TRUE);
    g_free(b);
}

/* What became of a task, in the words for plans and runs. */
static int status_of(const char *task, bool attempted, int work)
{
    static const struct {
        int state, status;
    } table[] = {
        {QUEUE_BLOCKED, STATUS_SCHEDULED  },
        {QUEUE_READY,   STATUS_SCHEDULED  },
        {QUEUE_LEASED,  STATUS_IN_PROGRESS},
        {QUEUE_DONE,    STATUS_SUCCESS    },
        {QUEUE_FAILED,  STATUS_FAILED     },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(queue_state_names[table[i].state], task) == 0)
            return table[i].state == QUEUE_DONE && !attempted ? STATUS_SKIPPED : table[i].status;
    return work == STATUS_ABORTED ? STATUS_ABORTED : STATUS_SKIPPED;
}

static struct state_batch *read_batch(const struct db_rows *rows)
{
    struct state_batch *b = g_new0(struct state_batch, 1);

    b->audits = g_ptr_array_new_with_free_func((GDestroyNotify)wire_audit_free);
    b->log = g_string_new(NULL);
    b->id = db_int(rows, 0);
    b->name = g_strdup(db_string(rows, 1));
    b->kind = (int)db_int(rows, 2);
    b->uid = g_strdup(db_string(rows, 3));
    b->environment = g_strdup(db_string(rows, 4));
    b->execution_ms = db_time(rows, 5);
    b->start_ms = db_time(rows, 6);
    b->end_ms = db_time(rows, 7);
    b->started_ms = db_time(rows, 8);
    b->ended_ms = db_time(rows, 9);
    b->status = status_of(db_string(rows, 10), !db_is_null(rows, 17), (int)db_int(rows, 16));
    b->error = b->status == STATUS_SUCCESS ? NULL : g_strdup(db_string(rows, 11));
    b->executor = g_strdup(db_string(rows, 12));
    b->attempts = db_int(rows, 13);
    b->rows = db_is_null(rows, 14) ? -1 : db_int(rows, 14);
    state__read_audits(b->audits, db_string(rows, 15));
    return b;
}

/* The statement `head` about what is chosen; `tail` ends it and takes one more number. */
static struct db_rows *ask(struct state *s, int64_t project, const struct state_batch_filter *f,
                           const char *const frame[3], int64_t last, GError **error)
{
    const char *where = f->id ? by_id : f->work ? by_work : f->latest ? latest : by_environment;
    int64_t number = f->id       ? f->id
                     : f->work   ? f->work
                     : f->latest ? project
                                 : (int64_t)!f->environment;
    const char *order =
        f->ascending ? " ORDER BY task.id LIMIT ?" : " ORDER BY task.id DESC LIMIT ?";
    g_autofree char *sql = g_strconcat(frame[0], frame[1], where, " AND (? = 1 OR task.name = ?)",
                                       order, frame[2], NULL);

    return db_query(s->db, sql, "iisbsii", project, number, f->environment ? f->environment : "-",
                    (int)!f->name, f->name ? f->name : "", f->limit, last, error);
}

/* Pieces come in their order; where one is missing, or was not asked for, the log says so. */
static void add_piece(struct state_batch *b, int64_t *end, const struct db_rows *rows)
{
    int64_t position = db_int(rows, 1);

    if (position > *end)
        g_string_append_printf(b->log,
                               "[... %" G_GINT64_FORMAT " bytes of the log are not here ...]\n",
                               position - *end);
    g_string_append(b->log, db_string(rows, 3));
    *end = position + db_int(rows, 2);
}

/* Of a piece that is longer than asked for, the end. */
static void cut(struct state_batch *b, int64_t most, int64_t end)
{
    const char *from = b->log->str + b->log->len - MIN((int64_t)b->log->len, most);
    g_autofree char *kept = NULL;

    if ((int64_t)b->log->len <= 2 * most)
        return;
    while ((*from & 0xC0) == 0x80)
        from++;
    kept = g_strdup(from);
    g_string_printf(b->log, "[... %" G_GINT64_FORMAT " bytes of the log are not here ...]\n%s",
                    end - (int64_t)strlen(kept), kept);
}

static bool add_logs(struct state *s, int64_t project, const struct state_batch_filter *f,
                     GPtrArray *batches, GError **error)
{
    static const char *const frame[3] = {
        "SELECT chosen.id, l.position, l.bytes, l.text FROM (", CHOSEN,
        ") chosen JOIN task_log l ON l.task = chosen.id AND l.fence = chosen.fence"
        " WHERE l.position + l.bytes > (SELECT max(m.position + m.bytes) FROM task_log m"
        " WHERE m.task = chosen.id AND m.fence = chosen.fence) - ?"
        " ORDER BY chosen.id, l.sequence"};
    g_autoptr(GHashTable) by_number = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(db_rows) rows = NULL;
    int64_t task = 0, end = 0, most = MIN(f->log_bytes, MOST_LOGS / batches->len);
    GError *why = NULL;

    for (guint i = 0; i < batches->len; i++) {
        struct state_batch *b = batches->pdata[i];

        g_hash_table_insert(by_number, &b->id, b);
    }
    rows = ask(s, project, f, frame, most, error);
    while (rows && db_next(rows, &why)) {
        int64_t id = db_int(rows, 0);
        struct state_batch *b = g_hash_table_lookup(by_number, &id);

        if (id != task)
            end = 0;
        task = id;
        if (b) {
            add_piece(b, &end, rows);
            cut(b, most, end);
        }
    }
    return rows && state__ended_well(why, error);
}

GPtrArray *state_batches(struct state *s, int64_t project, const struct state_batch_filter *f,
                         GError **error)
{
    static const char *const frame[3] = {"", ROWS, " OFFSET ?"};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)batch_free);
    g_autoptr(db_rows) rows = ask(s, project, f, frame, 0, error);
    GError *why = NULL;

    while (rows && db_next(rows, &why))
        g_ptr_array_add(out, read_batch(rows));
    if (!rows || !state__ended_well(why, error))
        return NULL;
    g_clear_pointer(&rows, db_rows_free);
    if (f->log_bytes && out->len > 0 && !add_logs(s, project, f, out, error))
        return NULL;
    return g_steal_pointer(&out);
}
