/* predecessor.c -- a table is taken over from workers that lost their lease while they were at it:
 * what they delete and insert must be over before this task deletes, or rows are there twice.
 *
 * The control plane never hands out tasks of different plans or runs on one table side by side, and
 * no batch twice. So of the connections at the table, those of another plan or run have no lease
 * any more; nor has one that an attempt before this one left at this batch. They are waited for,
 * and ended, as far as the login may, when they stay. Each task holds three advisory locks until
 * its transaction ends: that of its plan or run at the table and that of the table, which it
 * shares, and that of its batch, which it does not. On engines without such locks one process at a
 * time has the database. */
#include "evaluate/evaluate_int.h"

#define PAUSE_S   "0.05" /* between two looks at who is there */
#define PATIENCE  100    /* looks before they are ended: their supervisor may do that itself */
#define LAST_LOOK 700

static const char *number_of(struct evaluate_run *r, const char *name)
{
    return arena_printf(r->arena, "hashtextextended(%s, 0)", evaluate__string(r, name));
}

/* A row of pg_locks is about this number, which stands in two halves there, and somebody has it. */
static const char *is_held(struct evaluate_run *r, const char *row, const char *number)
{
    return arena_printf(r->arena,
                        "%s.locktype = 'advisory' AND %s.granted AND "
                        "(%s.classid::bigint << 32 | %s.objid::bigint) = %s",
                        row, row, row, row, number);
}

/* How many hold the lock, but for this connection and those who hold `spared` (or NULL) as well;
 * `how` is applied to their process numbers. */
static bool count_holders(struct evaluate_run *r, const char *how, const char *number,
                          const char *spared, int64_t *count, GError **error)
{
    const char *others =
        spared ? arena_printf(r->arena,
                              " AND NOT EXISTS (SELECT 1 FROM pg_locks AS s WHERE s.pid = l.pid "
                              "AND %s)",
                              is_held(r, "s", spared))
               : "";

    return evaluate__number(
        r,
        arena_printf(r->arena,
                     "SELECT COUNT(%s(l.pid)) FROM pg_locks AS l JOIN pg_stat_activity AS a ON "
                     "a.pid = l.pid WHERE %s AND a.datname = current_database() AND "
                     "l.pid <> pg_backend_pid() AND pg_has_role(a.usesysid, 'MEMBER')%s",
                     how, is_held(r, "l", number), others),
        count, error);
}

/* Whoever holds the table's lock has that of its plan or run already. */
static bool join(struct evaluate_run *r, const char *table, const char *group, GError **error)
{
    int64_t others = 1;

    if (!evaluate__executef(r, error,
                            "SELECT pg_advisory_xact_lock_shared(%s), "
                            "pg_advisory_xact_lock_shared(%s)",
                            group, table))
        return false;
    for (int look = 0; look <= LAST_LOOK; look++) {
        if (!count_holders(r, look < PATIENCE ? "" : "pg_terminate_backend", table, group, &others,
                           error))
            return false;
        if (others == 0)
            return true;
        if (!evaluate__executef(r, error, "SELECT pg_sleep(" PAUSE_S ")"))
            return false;
    }
    g_set_error(error, evaluate_error(), ERROR_BUSY,
                "Another connection is at %s, and goes on although it was ended.",
                evaluate__table(r, r->task->target));
    return false;
}

static bool hold_batch(struct evaluate_run *r, const char *batch, GError **error)
{
    int64_t ended;

    return (r->task->attempt < 2 ||
            count_holders(r, "pg_terminate_backend", batch, NULL, &ended, error)) &&
           evaluate__executef(r, error, "SELECT pg_advisory_xact_lock(%s)", batch);
}

bool evaluate__take_over(struct evaluate_run *r, GError **error)
{
    const struct wire_task *t = r->task;
    const char *table = evaluate__table(r, t->target);
    const char *group = t->plan_id ? t->plan_id : t->run_id ? t->run_id : "";
    bool whole = r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE;

    if (!r->engine->advisory_locks || r->plain)
        return true;
    return join(r, number_of(r, table),
                number_of(r, arena_printf(r->arena, "%s of %s", table, group)), error) &&
           hold_batch(r,
                      number_of(r, whole ? arena_printf(r->arena, "%s whole", table)
                                         : arena_printf(r->arena,
                                                        "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                                        table, t->start_ms, t->end_ms)),
                      error);
}
