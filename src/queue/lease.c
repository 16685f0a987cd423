#include "queue/queue_int.h"

#include <string.h>

/* Deliveries that nobody ever showed to have received are not charged, but not endless either. */
#define MAX_LEASES 20

bool queue_renew(struct queue *q, const struct queue_lease *lease, int64_t now_ms,
                 enum queue_lease_state *state, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db,
                 "UPDATE task SET lease_ms = ?, renewed = 1 WHERE id = ? AND project = ?"
                 " AND fence = ? AND executor = ? AND state = 'leased' RETURNING cancel",
                 "tiiis", now_ms + q->settings.lease_ttl_ms, lease->task, lease->project,
                 lease->fence, lease->executor, error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why))
        *state = db_int(rows, 0) ? LEASE_CANCELLED : LEASE_HELD;
    else if (why) {
        g_propagate_error(error, why);
        return false;
    } else
        *state = LEASE_LOST;
    return true;
}

/* Each attempt's end in one sentence a line. */
static char *story(struct queue *q, const struct queue_task *t, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(db_rows) rows = db_query(q->db,
                                       "SELECT attempt, coalesce(name, executor), error FROM "
                                       "attempt WHERE task = ? AND charged = 1"
                                       " ORDER BY fence",
                                       "i", t->id, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_string_append_printf(out, "%sattempt %" G_GINT64_FORMAT " (%s): %s", out->len ? "\n" : "",
                               db_int(rows, 0), db_string(rows, 1),
                               db_string(rows, 2) ? db_string(rows, 2) : "it did not say why.");
    if (why) {
        g_propagate_error(error, why);
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

bool queue__try_again(struct queue *q, struct queue_task *task, const char *why, int64_t delay_ms,
                      int64_t now_ms, GError **error)
{
    g_autofree char *message = NULL;

    if (task->cancel)
        return queue__move(q, task, &(struct queue_move){QUEUE_CANCELLED, why, TIME_NONE, NULL},
                           now_ms, error);
    if (task->charged < q->settings.max_attempts)
        return queue__move(q, task,
                           &(struct queue_move){QUEUE_READY, NULL, now_ms + delay_ms, NULL}, now_ms,
                           error);
    message = story(q, task, error);
    return message &&
           queue__move(q, task, &(struct queue_move){QUEUE_FAILED, message, TIME_NONE, NULL},
                       now_ms, error);
}

static bool expire(struct queue *q, struct queue_task *t, bool charged, int64_t now_ms,
                   GError **error)
{
    static const char why[] = "The executor stopped renewing its lease: it was killed, cut off, or "
                              "its machine is gone.";

    q->leases_lost++;
    charged = charged || t->fence >= MAX_LEASES;
    if (!charged)
        t->charged--;
    return db_run(q->db, NULL,
                  "UPDATE attempt SET ended_ms = ?, status = ?, charged = ?, error = ?"
                  " WHERE task = ? AND fence = ?",
                  "tibsii", now_ms, (int64_t)STATUS_ABORTED, (int)charged, why, t->id, t->fence,
                  error) &&
           queue__try_again(q, t, why, 0, now_ms, error);
}

struct lateness {
    int64_t until_ms; /* leases that end by then */
    bool renewed, charged;
};

static bool expire_those(struct queue *q, const struct lateness *those, int64_t now_ms,
                         GError **error)
{
    g_autoptr(GPtrArray) late = queue__select(q,
                                              "SELECT " TASK_COLUMNS " FROM task WHERE state = "
                                              "'leased' AND lease_ms <= ? AND"
                                              " CASE WHEN renewed > 0 THEN 1 ELSE 0 END = ?",
                                              those->until_ms, those->renewed, error);

    if (!late)
        return false;
    for (guint i = 0; i < late->len; i++)
        if (!expire(q, late->pdata[i], those->charged, now_ms, error))
            return false;
    return true;
}

bool queue_end_leases(struct queue *q, int64_t now_ms, GError **error)
{
    return expire_those(q, &(struct lateness){INT64_MAX, true, false}, now_ms, error) &&
           expire_those(q, &(struct lateness){INT64_MAX, false, false}, now_ms, error);
}

bool queue_mend_times(struct queue *q, int64_t now_ms, GError **error)
{
    int64_t until_ms = now_ms + q->settings.lease_ttl_ms;

    return db_run(q->db, NULL,
                  "UPDATE task SET lease_ms = ? WHERE state = 'leased' AND lease_ms > ?", "tt",
                  until_ms, until_ms, error) &&
           db_run(q->db, NULL,
                  "UPDATE task SET lease_ms = ?, renewed = 2 WHERE state = 'leased' AND renewed = 1"
                  " AND lease_ms <= ?",
                  "tt", until_ms, now_ms, error) &&
           db_run(q->db, NULL,
                  "UPDATE task SET ready_ms = ? WHERE state = 'ready' AND ready_ms > ?", "tt",
                  now_ms, now_ms + MAX_DELAY_MS, error);
}

bool queue_shift(struct queue *q, int64_t by_ms, GError **error)
{
    return db_run(q->db, NULL, "UPDATE task SET lease_ms = lease_ms + ? WHERE state = 'leased'",
                  "i", by_ms, error) &&
           db_run(q->db, NULL, "UPDATE task SET ready_ms = ready_ms + ? WHERE state = 'ready'", "i",
                  by_ms, error);
}

/* The earliest moment a statement with one time in it finds; INT64_MAX when there is none. */
static bool earliest(struct queue *q, const char *sql, int64_t now_ms, int64_t *next_ms,
                     GError **error)
{
    g_autoptr(db_rows) rows = db_query(q->db, sql, "t", now_ms, error);

    if (!queue__row(rows, error))
        return false;
    if (!db_is_null(rows, 0))
        *next_ms = MIN(*next_ms, db_int(rows, 0));
    return true;
}

/* Tasks that waited for their next try have become claimable without a move. */
static bool wake_delayed(struct queue *q, int64_t now_ms, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db, "SELECT DISTINCT project FROM task WHERE state = 'ready' AND ready_ms <= ?",
                 "t", now_ms, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why))
        queue__note(q->woken, db_int(rows, 0));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

bool queue_tick(struct queue *q, int64_t now_ms, int64_t *next_ms, GError **error)
{
    *next_ms = INT64_MAX;
    return expire_those(q, &(struct lateness){now_ms, true, true}, now_ms, error) &&
           expire_those(q, &(struct lateness){now_ms, false, false}, now_ms, error) &&
           wake_delayed(q, now_ms, error) &&
           earliest(q, "SELECT min(lease_ms) FROM task WHERE state = 'leased' AND lease_ms > ?",
                    now_ms, next_ms, error) &&
           earliest(q, "SELECT min(ready_ms) FROM task WHERE state = 'ready' AND ready_ms > ?",
                    now_ms, next_ms, error);
}
