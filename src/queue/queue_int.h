/* queue_int.h -- shared by the files of queue/ alone. */
#ifndef HEDDLE_QUEUE_QUEUE_INT_H
#define HEDDLE_QUEUE_QUEUE_INT_H

#include "queue/queue.h"

/* The longest wait before a task is tried again. */
#define MAX_DELAY_MS (128 * 1000)

struct queue {
    struct db *db;
    struct queue_settings settings;
    int64_t leases_lost;
    GHashTable *touched, *ended, *woken; /* sets of int64_t, of groups, groups, projects */
};

/* Columns of a task in the order queue__read_all() takes them. */
#define TASK_COLUMNS                                                                               \
    "task.id, task.project, task.grp, task.kind, task.class, task.priority, task.gateway, "        \
    "task.subject, task.name, task.target, task.start_ms, task.end_ms, task.payload, task.state, " \
    "task.fence, task.charged, task.executor, task.cancel, task.message, "                         \
    "task.ready_ms, task.outdated"

/* Tasks from rows; NULL for no rows, which have their error already. */
GPtrArray *queue__read_all(struct db_rows *rows, GError **error) MUST_CHECK;
/* All tasks a statement with one or two whole numbers finds. */
GPtrArray *queue__select(struct queue *q, const char *sql, int64_t a, int64_t b,
                         GError **error) MUST_CHECK;
/* To the one row a statement must have; none is an error. */
bool queue__row(struct db_rows *rows, GError **error) MUST_CHECK;

struct queue_move {
    enum queue_state to;
    const char *message;  /* failed, cancelled: why */
    int64_t ready_ms;     /* ready: not before */
    const char *executor; /* leased: to whom */
};
/* Change a task's state, tell its group and those who wait for it. The only place that does. */
bool queue__move(struct queue *q, struct queue_task *task, const struct queue_move *move,
                 int64_t now_ms, GError **error) MUST_CHECK;
/* Take back a failed attempt: ready again, or failed with the story of each attempt. */
bool queue__try_again(struct queue *q, struct queue_task *task, const char *why, int64_t delay_ms,
                      int64_t now_ms, GError **error) MUST_CHECK;
void queue__note(GHashTable *set, int64_t id);

#endif
