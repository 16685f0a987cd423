/* schedule.h -- from snapshots' columns and intervals to what must run: missing intervals,
 * batches, tasks in stages. Pure functions; both the data engineer's side (to show) and the control
 * plane (to do) call them.
 *
 * The rules (SQLMesh's; docs/internals/schedule.md has the sources):
 *  - a snapshot's time runs from its start (its own, else the earliest of its parents', else
 *    yesterday by `now`) to the floor of the execution time by its cron;
 *  - FULL, VIEW, SEED and SCD kinds have one interval over all of it; EMBEDDED, EXTERNAL none;
 *  - lookback makes the last n intervals missing again when a newer one is;
 *  - allow_partials admits the unfinished interval when the end is given;
 *  - a batch holds at most batch_size units.
 */
#ifndef HEDDLE_SCHEDULE_SCHEDULE_H
#define HEDDLE_SCHEDULE_SCHEDULE_H

#include "calendar/cron.h"
#include "wire/messages.h"

ERROR_DOMAIN(schedule)

/* What is asked for. Borrowed pointers; nothing is changed. */
struct schedule_request {
    const GPtrArray *snapshots;    /* of struct wire_snapshot: all of the environment */
    const GPtrArray *restatements; /* of struct wire_restatement, or NULL */
    const GPtrArray *bounds;       /* of struct wire_restatement: only these are filled, each with a
                                      start and an end of its own where given; NULL: all */
    const GPtrArray *audits;       /* of struct wire_restatement: what is filled in their ranges is
                                      audited once more; or NULL */
    int64_t start_ms, end_ms;      /* TIME_NONE: each model's own start, the execution time */
    int64_t execution_ms, now_ms;
    bool is_dev;      /* an environment other than prod: non-deployable snapshots use dev tables */
    bool ignore_cron; /* a run with --ignore-cron */
    bool end_bounded; /* the end was given by a person: intervals do not reach beyond it */
};

struct schedule_item {
    const struct wire_snapshot *snapshot;
    bool deployable;           /* reads and writes the table prod (will) use, not the __dev one */
    struct intervals *missing; /* never NULL; may be empty */
    GArray *batches;           /* of struct interval, in order */
    GArray *audits;            /* likewise: what is filled and shall be audited */
};

struct schedule {
    GPtrArray *items;    /* of struct schedule_item, parents before children: all snapshots */
    GHashTable *by_name; /* snapshot name -> struct schedule_item */
};

typedef struct schedule schedule;

/* Compute it. ERROR_INVALID for a cron or start that cannot be read (names the model). */
struct schedule *schedule_new(const struct schedule_request *request, GError **error) MUST_CHECK;
void schedule_free(struct schedule *s);

/* When is the next moment at which a snapshot of these will be due after now_ms? INT64_MAX: never.
 */
int64_t schedule_next_due(const GPtrArray *snapshots, int64_t now_ms);
/* The earliest start over snapshots whose start is known; parents' starts are inherited. */
bool schedule_start(const struct wire_snapshot *s, const GPtrArray *all, int64_t now_ms,
                    int64_t *start_ms, GError **error) MUST_CHECK;
/* An environment's time in short: the earliest start, and of the crons that which ticks most often.
 */
struct schedule_rhythm {
    int64_t start_ms;
    int64_t seconds;  /* from its next tick to the one after it */
    const char *cron; /* borrowed of the snapshots; "@daily" when none has tables */
};
bool schedule_rhythm(const GPtrArray *snapshots, int64_t now_ms, struct schedule_rhythm *out,
                     GError **error) MUST_CHECK;
/* The start of the last unit before `end_ms`, or when that is TIME_NONE before the last tick at
 * `else_ms`. */
bool schedule_last_unit(const struct wire_snapshot *s, int64_t end_ms, int64_t else_ms,
                        int64_t *start_ms, GError **error) MUST_CHECK;
/* The n-th tick before the last one at from_ms. */
bool schedule_ticks_back(const struct wire_snapshot *s, int64_t from_ms, int64_t n,
                         int64_t *start_ms, GError **error) MUST_CHECK;
/* The units a restatement of [start_ms, end_ms) takes in: of models that only have one history all
 * that they are filled for, up to now_ms. `preview`: only what is asked for. */
bool schedule_restated(const struct wire_snapshot *s, struct interval asked, int64_t now_ms,
                       bool preview, struct interval *out, GError **error) MUST_CHECK;
/* Why a person may not have it restated; NULL: it may be. Of seeds and what has no table "". */
const char *schedule_refuses_restating(const struct wire_snapshot *s, bool is_dev);
/* Which models are filled again, and over which range: those that are wanted, and all that read
 * them. `snapshots` of an environment, parents before children. */
struct schedule_restate {
    const GPtrArray *snapshots;
    struct interval asked;
    int64_t now_ms;
    bool preview; /* see schedule_restated() */
    bool (*is_wanted)(const struct wire_snapshot *s, void *data);
    bool (*may)(const struct wire_snapshot *s, void *data);
    void *data;
};
/* Appends struct wire_restatement to `out`. */
bool schedule_restate(const struct schedule_restate *ask, GPtrArray *out,
                      GError **error) MUST_CHECK;
/* The earliest moment of any of the snapshots: of its start, or of what it is filled for. */
bool schedule_earliest(const GPtrArray *snapshots, int64_t now_ms, int64_t *ms,
                       GError **error) MUST_CHECK;
/* Is this kind filled in one piece (FULL, VIEW, SEED, SCD)? Does it have tables at all? */
bool schedule_is_whole(int kind);
bool schedule_has_table(int kind);
bool schedule_is_incremental(int kind); /* keeps rows from one evaluation to the next */

/* A task to be done, before it has an id. `after` are indices of tasks that must be done first,
 * `ended` of those that must have ended first, well or not. */
struct schedule_task {
    int kind;                             /* enum task_kind */
    const struct wire_snapshot *snapshot; /* NULL for statements */
    bool deployable;
    struct interval batch; /* TASK_EVALUATE, TASK_AUDIT */
    GArray *after, *ended; /* of guint */
};

/* The tasks of a plan, in an order in which `after` only points back: before_all, then by model
 * create, audit, evaluate, then promote (of `promote`, names of snapshots to get a view),
 * after_all: of a plan when all was done, of a run however it went, except when before_all did not
 * go well. `create` are the names of snapshots whose tables may not exist yet. A GPtrArray of
 * struct schedule_task. */
struct schedule_stages {
    const GHashTable *create, *promote; /* sets of names (keys); NULL: none */
    bool before_all, after_all;
    bool is_run; /* between the statements evaluate only */
};
GPtrArray *schedule_tasks(const struct schedule *s, const struct schedule_stages *stages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(schedule, schedule_free)

#endif
