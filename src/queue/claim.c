#include "queue/queue_int.h"

#include "base/limits.h"

#include <string.h>

/* Another group writes the same table right now. */
#define TARGET_IS_TAKEN                                                                            \
    "EXISTS (SELECT 1 FROM task other WHERE other.state = 'leased' AND other.target = "            \
    "task.target AND other.grp <> task.grp)"

/* With one class the index gives the order; with every class they are sorted. */
#define CANDIDATES(of_class, lock)                                                                 \
    "SELECT " TASK_COLUMNS " FROM task WHERE state = 'ready' AND project = ?"                      \
    " AND class " of_class " ? AND ready_ms <= ?"                                                  \
    " AND (gateway = lower(?) OR gateway IS NULL AND ? = 1)"                                       \
    " AND NOT " TARGET_IS_TAKEN " ORDER BY priority, id LIMIT ?" lock

/* On PostgreSQL a row that somebody else has locked (an operator with psql, too) is passed over. */
static const char *candidates_sql(const struct queue *q, bool every_class)
{
    static const char *const sql[2][2] = {
        {CANDIDATES("=", ""),                        CANDIDATES("<", "")                       },
        {CANDIDATES("=", " FOR UPDATE SKIP LOCKED"), CANDIDATES("<", " FOR UPDATE SKIP LOCKED")},
    };

    return sql[db_is_postgres(q->db)][every_class];
}

static GPtrArray *candidates(struct queue *q, const struct queue_claim *c,
                             const struct queue_slot *slot, int64_t limit, int64_t now_ms,
                             GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(q->db, candidates_sql(q, c->class == CLASS_COUNT), "iitsii", c->project,
                 (int64_t)c->class, now_ms, slot->gateway, (int64_t)slot->is_default, limit, error);

    return queue__read_all(rows, error);
}

/* Between choosing and leasing, this very claim may have taken the target for another group. */
static bool target_is_taken(const struct queue_task *t, const GPtrArray *taken)
{
    for (guint i = 0; t->target && i < taken->len; i++) {
        const struct queue_task *other = taken->pdata[i];

        if (other->group != t->group && g_strcmp0(other->target, t->target) == 0)
            return true;
    }
    return false;
}

static bool lease(struct queue *q, struct queue_task *t, const struct queue_claim *c,
                  int64_t now_ms, GError **error)
{
    t->fence++;
    t->charged++;
    t->cancel = false;
    g_free(t->executor);
    t->executor = g_strdup(c->executor);
    return queue__move(q, t, &(struct queue_move){QUEUE_LEASED, NULL, TIME_NONE, c->executor},
                       now_ms, error) &&
           db_run(q->db, NULL,
                  "INSERT INTO attempt (task, fence, attempt, executor, name, claimed_ms, status,"
                  " charged) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                  "iiissti", t->id, t->fence, t->charged, c->executor, c->name, now_ms,
                  (int64_t)STATUS_IN_PROGRESS, error);
}

static bool claim_slot(struct queue *q, const struct queue_claim *c, const struct queue_slot *slot,
                       int64_t now_ms, GPtrArray *tasks, GError **error)
{
    int64_t limit = MIN(slot->free, MAX_CLAIM_TASKS - (int64_t)tasks->len);
    g_autoptr(GPtrArray) found = NULL;

    if (limit <= 0)
        return true;
    found = candidates(q, c, slot, limit, now_ms, error);
    if (!found)
        return false;
    while (found->len > 0) {
        g_autoptr(queue_task) t = g_ptr_array_steal_index(found, 0);

        if (target_is_taken(t, tasks))
            continue;
        if (!lease(q, t, c, now_ms, error))
            return false;
        g_ptr_array_add(tasks, g_steal_pointer(&t));
    }
    return true;
}

bool queue_claim(struct queue *q, const struct queue_claim *claim, int64_t now_ms, GPtrArray *tasks,
                 GError **error)
{
    for (size_t i = 0; i < claim->slot_count; i++)
        if (!claim_slot(q, claim, &claim->slots[i], now_ms, tasks, error))
            return false;
    return true;
}
