/* queue.h -- the durable work queue: tasks, what they wait for, leases with fences, attempts, logs.
 *
 * A task is blocked until all it waits for is done, then ready; a claim leases it to an executor
 * with a fence number that grows with each lease; only the newest lease can renew or finish it.
 *
 *     blocked -> ready -> leased -> done | failed | cancelled
 *
 * A lease that is not renewed in time makes the task ready again (its attempt counted if the
 * executor ever showed that it had the task) until the attempts are used up. When a task fails or
 * is cancelled, all that wait for it, directly or not, are cancelled with the reason; others go on,
 * and so do those that wait for no more than its end (queue_add_after_end()).
 * Tasks belong to a group (a plan or a run) that counts what is open and numbers every change.
 *
 * Invariant     state changes in queue__move() (move.c) alone, which knows the legal moves
 * Transactions  the caller's: every call runs inside db_begin() … db_commit()
 * Time          an argument everywhere; queue_tick() says when it wants to be called next
 * Errors        domain db_error() from below, queue_error() of its own
 * Threads       one thread at a time, that of its database connection
 */
#ifndef HEDDLE_QUEUE_QUEUE_H
#define HEDDLE_QUEUE_QUEUE_H

#include "db/db.h"
#include "wire/messages.h"

ERROR_DOMAIN(queue)

enum queue_state {
    QUEUE_BLOCKED,
    QUEUE_READY,
    QUEUE_LEASED,
    QUEUE_DONE,
    QUEUE_FAILED,
    QUEUE_CANCELLED,
    QUEUE_STATES,
};
extern const char *const queue_state_names[]; /* "blocked", …, NULL */

/* The kind of a task that nobody claims: it is done as soon as all it waits for is, so that m tasks
 * wait for n others by m + n edges instead of m * n. */
#define QUEUE_GATE (-1)

/* Which executors may claim a task. */
enum queue_class { CLASS_APPLY, CLASS_RUN, CLASS_COUNT };

struct queue;
extern const struct db_schema queue_schema; /* its tables */

struct queue_settings {
    int64_t lease_ttl_ms;
    int64_t max_attempts;
};

struct queue_task {
    int64_t id, project;
    int64_t group;    /* 0: none */
    int kind;         /* enum task_kind, or QUEUE_GATE */
    int class;        /* enum queue_class */
    int64_t priority; /* lower goes first */
    char *gateway;    /* NULL: the default one */
    int64_t subject;  /* what it is about, in the owner's numbers; 0: nothing */
    char *name;       /* the same for people; or NULL */
    char *target; /* tasks of different groups with one target never run side by side; or NULL */
    int64_t start_ms, end_ms; /* TIME_NONE: none */
    char *payload;            /* the owner's; or NULL */

    int state;       /* enum queue_state; the rest is the queue's to fill in */
    int64_t fence;   /* of the newest lease */
    int64_t charged; /* attempts that count, the running one included */
    char *executor;
    bool cancel;      /* the holder of the lease shall stop */
    char *message;    /* why it failed or was cancelled */
    int64_t ready_ms; /* as it was read: since when it is ready; TIME_NONE: it was not */
    bool outdated;    /* see queue_outdate() */
};
typedef struct queue_task queue_task;

struct queue *queue_new(struct db *db, const struct queue_settings *settings,
                        GError **error) MUST_CHECK; /* db is borrowed; migrates its tables */
void queue_free(struct queue *q);
int64_t queue_max_attempts(const struct queue *q);
void queue_task_free(struct queue_task *t);

/* Before a group's first task. */
bool queue_open_group(struct queue *q, int64_t group, GError **error) MUST_CHECK;
/* Add a task that waits for `after` (ids of open tasks of its group). Sets task->id. */
bool queue_add(struct queue *q, struct queue_task *task, const GArray *after, int64_t now_ms,
               GError **error) MUST_CHECK;
/* The same for a task that besides waits for the end of `ended`, however each of them ends. */
bool queue_add_after_end(struct queue *q, struct queue_task *task, const GArray *after,
                         const GArray *ended, int64_t now_ms, GError **error) MUST_CHECK;
struct queue_task *queue_get(struct queue *q, int64_t project, int64_t id,
                             GError **error) MUST_CHECK; /* ERROR_NOT_FOUND */

struct queue_slot {
    const char *gateway;
    bool is_default; /* tasks without a gateway fit too */
    int64_t free;
};
struct queue_claim {
    int64_t project;
    int class;            /* CLASS_COUNT: every one */
    const char *executor; /* its id */
    const struct queue_slot *slots;
    size_t slot_count;
    const char *name; /* the executor's, for people; NULL: its id */
};
/* Lease what is ready and fits, at most MAX_CLAIM_TASKS; appends struct queue_task to `tasks`. */
bool queue_claim(struct queue *q, const struct queue_claim *claim, int64_t now_ms, GPtrArray *tasks,
                 GError **error) MUST_CHECK;

struct queue_lease {
    int64_t project, task, fence;
    const char *executor;
};
enum queue_lease_state { LEASE_HELD, LEASE_CANCELLED, LEASE_LOST };
/* Keep a lease alive; *state says whether it still is one, and whether to stop. */
bool queue_renew(struct queue *q, const struct queue_lease *lease, int64_t now_ms,
                 enum queue_lease_state *state, GError **error) MUST_CHECK;
/* Record how an attempt ended. *task is the task in its new state, or NULL when the lease was not
 * its newest: then nothing is recorded. Finishing again what this lease has finished changes
 * nothing and gives NULL too. */
bool queue_finish(struct queue *q, const struct queue_lease *lease,
                  const struct wire_result *result, int64_t now_ms, struct queue_task **task,
                  GError **error) MUST_CHECK;
/* A leased task turns out to need no work: done, without an attempt of its own. */
bool queue_skip(struct queue *q, struct queue_task *task, int64_t now_ms,
                GError **error) MUST_CHECK;
/* Stop what is open: blocked and ready tasks at once, leased ones when their executor says so. */
bool queue_cancel_group(struct queue *q, int64_t group, const char *reason, int64_t now_ms,
                        GError **error) MUST_CHECK;
bool queue_cancel(struct queue *q, struct queue_task *task, const char *reason, int64_t now_ms,
                  GError **error) MUST_CHECK;
/* What a group is about to do again: a kind of task, what it is about, a range. */
struct queue_redo {
    int64_t project, group;
    int kind;
    const char *name, *target;
    int64_t start_ms, end_ms;
};
/* Open tasks of other groups on this target and a part of this range become outdated, for good:
 * they go on, but may stand on what held before, so their owner counts what they did as undone. */
bool queue_outdate(struct queue *q, const struct queue_redo *redo, GError **error) MUST_CHECK;
/* The same for what is at work on other targets under this name. */
bool queue_outdate_elsewhere(struct queue *q, const struct queue_redo *redo,
                             GError **error) MUST_CHECK;
/* Forget the tasks of this kind and of no group that ended before then; INT64_MAX: open ones, too
 * (nobody waits for them any more). */
bool queue_drop_kind(struct queue *q, int kind, int64_t before_ms, GError **error) MUST_CHECK;
/* At start: every executor of before is known to be gone. Its leases end now, uncharged. */
bool queue_end_leases(struct queue *q, int64_t now_ms, GError **error) MUST_CHECK;
/* Forget a task without a group that has ended, and what it was given. */
bool queue_drop(struct queue *q, int64_t task, GError **error) MUST_CHECK;
/* Do what time asks for (expired leases); *next_ms: when to come again (INT64_MAX: never). */
bool queue_tick(struct queue *q, int64_t now_ms, int64_t *next_ms, GError **error) MUST_CHECK;
/* At start: moments that another clock may have written. A lease that lies further ahead than any
 * can lasts one lease from now on, and so does, once, one that was renewed before it ran out: no
 * server was there to renew it, or the clock was set ahead. A task that would wait longer than any
 * delay waits no more. */
bool queue_mend_times(struct queue *q, int64_t now_ms, GError **error) MUST_CHECK;
/* The wall clock was set by so much: leases and delays are to last as long as before. */
bool queue_shift(struct queue *q, int64_t by_ms, GError **error) MUST_CHECK;
int64_t queue_leases_lost(const struct queue *q); /* since it was made */

/* One numbered chunk of an attempt's log; the same number twice changes nothing. */
bool queue_log(struct queue *q, const struct queue_lease *lease, const struct wire_log *chunk,
               GError **error) MUST_CHECK;
/* The log of one attempt; missing bytes are shown as "[... N bytes of the log are missing ...]".
 * g_free(). */
char *queue_log_text(struct queue *q, int64_t task, int64_t fence, GError **error) MUST_CHECK;

struct queue_group {
    int64_t id, open, failed, cancelled;
    int64_t version; /* of the newest change */
};
bool queue_group(struct queue *q, int64_t group, struct queue_group *out,
                 GError **error) MUST_CHECK;
/* Name a group in queue_take_ended() that had no task to end. */
void queue_note_ended(struct queue *q, int64_t group);
/* Number a change that the owner made to a group itself. */
bool queue_touch(struct queue *q, int64_t group, GError **error) MUST_CHECK;
/* For progress: struct wire_stage by kind; struct wire_event of what ended after `version`; struct
 * wire_failure of what failed. Appended to the lists. */
bool queue_stages(struct queue *q, int64_t group, GPtrArray *stages, GError **error) MUST_CHECK;
bool queue_events(struct queue *q, int64_t group, int64_t version, GPtrArray *events,
                  GError **error) MUST_CHECK;
bool queue_failures(struct queue *q, int64_t group, GPtrArray *failures, GError **error) MUST_CHECK;
struct queue_unclaimed {
    int class;
    char *gateway; /* NULL: the default one */
    int64_t count;
};
void queue_unclaimed_free(struct queue_unclaimed *u);
/* Ready tasks of a group that nobody has claimed, by class and gateway. Appended to the list. */
bool queue_unclaimed(struct queue *q, int64_t group, GPtrArray *list, GError **error) MUST_CHECK;
/* Everything, for metrics: tasks of each class and kind that are ready or leased, and since when
 * the oldest ready one waits (TIME_NONE: there is none). *open counts blocked ones too. */
struct queue_depth {
    int64_t ready, leased, oldest_ms;
};
struct queue_depths {
    struct queue_depth of[CLASS_COUNT][TASK_KIND_COUNT];
    int64_t open;
};
bool queue_depths(struct queue *q, struct queue_depths *out, GError **error) MUST_CHECK;
/* Forget the tasks, attempts and logs of a group that has ended. */
bool queue_forget_group(struct queue *q, int64_t group, GError **error) MUST_CHECK;

/* What happened since the last call, for whoever waits; a rolled back transaction may have named
 * too much, never too little. Each returns a list that the caller frees (g_array_unref). */
GArray *queue_take_touched(struct queue *q); /* of int64_t: groups with a new version */
GArray *queue_take_ended(struct queue *q);   /* of int64_t: groups without open tasks */
GArray *queue_take_woken(struct queue *q);   /* of int64_t: projects that may have work to claim */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(queue_task, queue_task_free)

#endif
