#include "state/state_int.h"

#include <string.h>

void state__read_audits(GPtrArray *out, const char *text)
{
    g_autoptr(json_t) list = text ? json_parse(text, strlen(text), NULL) : NULL;
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        struct wire_audit *a = wire_from_json(&wire_audit_type, item, NULL);

        if (a)
            g_ptr_array_add(out, a);
    }
}

static struct wire_evaluation *read_evaluation(const struct db_rows *rows)
{
    struct wire_evaluation *e = wire_evaluation_new();
    int kind = (int)db_int(rows, 3);

    e->id = g_strdup_printf("%" G_GINT64_FORMAT, db_int(rows, 0));
    e->environment = g_strdup(db_string(rows, 1));
    *(kind == WORK_RUN ? &e->run_id : &e->plan_id) = g_strdup(db_string(rows, 2));
    e->snapshot_name = g_strdup(db_string(rows, 4));
    e->node_name = g_strdup(db_string(rows, 4));
    e->identifier = g_strdup(db_string(rows, 5));
    e->executor = g_strdup(db_string(rows, 6));
    e->attempt = db_int(rows, 7);
    e->interval_start_ms = db_time(rows, 8);
    e->interval_end_ms = db_time(rows, 9);
    e->started_ms = db_is_null(rows, 10) ? db_time(rows, 11) : db_time(rows, 10);
    e->ended_ms = db_time(rows, 12);
    e->rows = db_is_null(rows, 13) ? -1 : db_int(rows, 13);
    e->seconds = db_real(rows, 14);
    e->status = (int)db_int(rows, 15);
    e->error = g_strdup(db_string(rows, 16));
    state__read_audits(e->audits, db_string(rows, 17));
    return e;
}

GPtrArray *state_evaluations(struct state *s, int64_t project,
                             const struct state_evaluation_filter *f, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_evaluation_free);
    g_autoptr(db_rows) rows = db_query(
        s->db,
        "SELECT attempt.id, work.environment, work.uid, work.kind, task.name, snapshot.identifier,"
        " coalesce(attempt.name, attempt.executor), attempt.attempt, task.start_ms, task.end_ms, "
        "attempt.started_ms,"
        " attempt.claimed_ms, attempt.ended_ms, attempt.rows, attempt.seconds, attempt.status,"
        " attempt.error, attempt.audits FROM attempt JOIN task ON task.id = attempt.task"
        " JOIN work ON work.id = task.grp LEFT JOIN snapshot ON snapshot.id = task.subject"
        " WHERE task.project = ? AND task.kind IN (2, 3) AND (? = 1 OR work.uid = ?)"
        " AND (? = 1 OR work.environment = ?) AND (? = 1 OR task.name = ?)"
        " ORDER BY attempt.id DESC LIMIT ?",
        "ibsbsbsi", project, (int)(!f->run_id && !f->plan_id), f->run_id ? f->run_id : f->plan_id,
        (int)!f->environment, f->environment, (int)!f->name, f->name, f->limit, error);
    GError *why = NULL;

    G_STATIC_ASSERT(TASK_EVALUATE == 2 && TASK_AUDIT == 3);
    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_ptr_array_add(out, read_evaluation(rows));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

bool state_attempt_of(struct state *s, int64_t evaluation, int64_t *task, int64_t *fence,
                      GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT task, fence FROM attempt WHERE id = ?", "i", evaluation, error);

    if (!state__first(rows, error))
        return false;
    *task = db_int(rows, 0);
    *fence = db_int(rows, 1);
    return true;
}
