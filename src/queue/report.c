#include "queue/queue_int.h"

#include <string.h>

bool queue_group(struct queue *q, int64_t group, struct queue_group *out, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db, "SELECT id, open, failed, cancelled, version FROM task_group WHERE id = ?",
                 "i", group, error);
    GError *why = NULL;

    if (!rows)
        return false;
    *out = (struct queue_group){.id = group};
    if (db_next(rows, &why))
        *out = (struct queue_group){db_int(rows, 0), db_int(rows, 1), db_int(rows, 2),
                                    db_int(rows, 3), db_int(rows, 4)};
    if (why)
        g_propagate_error(error, why);
    return !why;
}

static struct wire_stage *stage_of(GPtrArray *stages, const char *name)
{
    struct wire_stage *s;

    for (guint i = 0; i < stages->len; i++) {
        s = stages->pdata[i];
        if (strcmp(s->name, name) == 0)
            return s;
    }
    s = wire_stage_new();
    s->name = g_strdup(name);
    g_ptr_array_add(stages, s);
    return s;
}

static void count_in_stage(struct wire_stage *s, const char *state, int64_t n)
{
    s->total += n;
    if (strcmp(state, "done") == 0)
        s->done += n;
    else if (strcmp(state, "failed") == 0)
        s->failed += n;
    else if (strcmp(state, "cancelled") == 0)
        s->cancelled += n;
    else if (strcmp(state, "leased") == 0)
        s->running += n;
}

bool queue_stages(struct queue *q, int64_t group, GPtrArray *stages, GError **error)
{
    g_autoptr(db_rows) rows = db_query(q->db,
                                       "SELECT kind, state, count(*) FROM task WHERE grp = ? AND "
                                       "kind >= 0 GROUP BY kind, state ORDER BY kind",
                                       "i", group, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why))
        count_in_stage(stage_of(stages, task_kind_names[db_int(rows, 0)]), db_string(rows, 1),
                       db_int(rows, 2));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

/* What was cancelled was stopped if it had begun. */
static int status_of_state(const char *state, bool begun)
{
    return strcmp(state, "done") == 0     ? STATUS_SUCCESS
           : strcmp(state, "failed") == 0 ? STATUS_FAILED
           : begun                        ? STATUS_ABORTED
                                          : STATUS_SKIPPED;
}

/* Audits worth a line: those that did not pass. */
static void add_audits(GPtrArray *out, const char *text)
{
    g_autoptr(json_t) list = text ? json_parse(text, strlen(text), NULL) : NULL;
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        struct wire_audit *a = wire_from_json(&wire_audit_type, item, NULL);

        if (a && a->status != STATUS_SUCCESS)
            g_ptr_array_add(out, a);
        else
            wire_audit_free(a);
    }
}

static struct wire_event *read_event(const struct db_rows *rows)
{
    struct wire_event *e = wire_event_new();

    e->task_kind = g_strdup(task_kind_names[db_int(rows, 0)]);
    e->snapshot_name = g_strdup(db_string(rows, 1));
    e->message = g_strdup(db_string(rows, 2));
    e->executor = g_strdup(db_string(rows, 3));
    e->interval_start_ms = db_time(rows, 4);
    e->interval_end_ms = db_time(rows, 5);
    e->rows = db_is_null(rows, 6) ? -1 : db_int(rows, 6);
    e->seconds = db_real(rows, 7);
    e->status = status_of_state(db_string(rows, 8), !db_is_null(rows, 10));
    add_audits(e->audits, db_string(rows, 9));
    return e;
}

bool queue_events(struct queue *q, int64_t group, int64_t version, GPtrArray *events,
                  GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db,
                 "SELECT task.kind, task.name, task.message,"
                 " coalesce(attempt.name, task.executor), task.start_ms,"
                 " task.end_ms, attempt.rows, attempt.seconds, task.state, attempt.audits,"
                 " attempt.fence FROM task"
                 " LEFT JOIN attempt ON attempt.task = task.id AND attempt.fence = task.fence"
                 " WHERE task.grp = ? AND task.version > ? AND task.kind >= 0"
                 " AND task.state IN ('done', 'failed', 'cancelled') ORDER BY task.version",
                 "ii", group, version, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why))
        g_ptr_array_add(events, read_event(rows));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

bool queue_failures(struct queue *q, int64_t group, GPtrArray *failures, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db,
                 "SELECT kind, name, message, start_ms, end_ms, charged FROM task WHERE grp = ?"
                 " AND state = 'failed' ORDER BY version",
                 "i", group, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        struct wire_failure *f = wire_failure_new();

        f->task_kind = g_strdup(task_kind_names[db_int(rows, 0)]);
        f->snapshot_name = g_strdup(db_string(rows, 1));
        f->message = g_strdup(db_string(rows, 2));
        f->interval_start_ms = db_time(rows, 3);
        f->interval_end_ms = db_time(rows, 4);
        f->attempts = db_int(rows, 5);
        g_ptr_array_add(failures, f);
    }
    if (why)
        g_propagate_error(error, why);
    return !why;
}

void queue_unclaimed_free(struct queue_unclaimed *u)
{
    if (!u)
        return;
    g_free(u->gateway);
    g_free(u);
}

bool queue_unclaimed(struct queue *q, int64_t group, GPtrArray *list, GError **error)
{
    g_autoptr(db_rows) rows = db_query(q->db,
                                       "SELECT class, gateway, count(*) FROM task WHERE grp = ?"
                                       " AND state = 'ready' GROUP BY class, gateway",
                                       "i", group, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        struct queue_unclaimed *u = g_new0(struct queue_unclaimed, 1);

        u->class = (int)db_int(rows, 0);
        u->gateway = g_strdup(db_string(rows, 1));
        u->count = db_int(rows, 2);
        g_ptr_array_add(list, u);
    }
    if (why)
        g_propagate_error(error, why);
    return !why;
}

/* A column of the table: what one state's tasks come to. The state stands in the text, so that the
 * index of it is used. */
static bool add_depths(struct queue *q, const char *sql, bool ready, struct queue_depths *out,
                       GError **error)
{
    g_autoptr(db_rows) rows = db_query(q->db, sql, "", error);
    GError *why = NULL;

    while (rows && db_next(rows, &why)) {
        int64_t class = db_int(rows, 0), kind = db_int(rows, 1);
        struct queue_depth *d;

        if (class < 0 || class >= CLASS_COUNT || kind < 0 || kind >= TASK_KIND_COUNT)
            continue; /* a gate */
        d = &out->of[class][kind];
        if (ready) {
            d->ready = db_int(rows, 2);
            d->oldest_ms = db_time(rows, 3);
        } else {
            d->leased = db_int(rows, 2);
        }
    }
    if (why)
        g_propagate_error(error, why);
    return rows && !why;
}

bool queue_depths(struct queue *q, struct queue_depths *out, GError **error)
{
    g_autoptr(db_rows) rows = NULL;

    *out = (struct queue_depths){0};
    for (int c = 0; c < CLASS_COUNT; c++)
        for (int k = 0; k < TASK_KIND_COUNT; k++)
            out->of[c][k].oldest_ms = TIME_NONE;
    if (!add_depths(q,
                    "SELECT class, kind, count(*), min(ready_ms) FROM task WHERE state = 'ready'"
                    " GROUP BY class, kind",
                    true, out, error) ||
        !add_depths(q,
                    "SELECT class, kind, count(*) FROM task WHERE state = 'leased'"
                    " GROUP BY class, kind",
                    false, out, error))
        return false;
    rows =
        db_query(q->db, "SELECT CAST(coalesce(sum(open), 0) AS BIGINT) FROM task_group", "", error);
    if (!queue__row(rows, error))
        return false;
    out->open = db_int(rows, 0);
    return true;
}
