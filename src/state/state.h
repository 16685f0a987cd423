/* state.h -- what the control plane knows, per project: snapshots, the intervals they are filled
 * for, environments, plans and runs, executors and the gateways they report.
 *
 * A project is a number here; state_project() gives it for "org/name". A snapshot is a number too,
 * its definition opaque. Intervals belong to a table, (name, version) or (name, dev version), so
 * that snapshots which share a table share them; they are kept merged.
 * A plan or a run is a `work`; its number is also the number of its group in the queue.
 *
 * Transactions  the caller's: every call runs inside db_begin() … db_commit()
 * Ownership     lists returned own their items
 * Errors        db_error() from below; state_error(): ERROR_NOT_FOUND, ERROR_INVALID
 * Threads       one thread at a time, that of its database connection
 */
#ifndef HEDDLE_STATE_STATE_H
#define HEDDLE_STATE_STATE_H

#include "db/db.h"
#include "wire/messages.h"

ERROR_DOMAIN(state)

struct state;
extern const struct db_schema state_schema; /* its tables */

struct state *state_new(struct db *db, GError **error) MUST_CHECK; /* borrowed; migrates */
void state_free(struct state *s);
/* The number of a project, "org/name"; it comes into being when it is new. */
bool state_project(struct state *s, const char *path, int64_t *project, GError **error) MUST_CHECK;
/* After a rollback: numbers of projects that were read before it are read anew. */
void state_undone(struct state *s);
/* The same of one that is there; 0: there is none. */
bool state_find_project(struct state *s, const char *path, int64_t *project,
                        GError **error) MUST_CHECK;

/* ---- snapshots ---- */

/* A stored snapshot: the message (with intervals, without definition unless asked for). */
struct state_snapshot {
    int64_t id;
    struct wire_snapshot *snapshot;
};
typedef struct state_snapshot state_snapshot;
void state_snapshot_free(struct state_snapshot *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(state_snapshot, state_snapshot_free)

/* Store what is new; a snapshot that is known stays as it is, its version above all. */
bool state_add_snapshot(struct state *s, int64_t project, const struct wire_snapshot *snapshot,
                        int64_t now_ms, GError **error) MUST_CHECK;
/* ERROR_NOT_FOUND names the snapshot. */
struct state_snapshot *state_find_snapshot(struct state *s, int64_t project, const char *name,
                                           const char *identifier, GError **error) MUST_CHECK;
struct state_snapshot *state_get_snapshot(struct state *s, int64_t id, bool definition,
                                          GError **error) MUST_CHECK;
/* Those of a lookup that exist: of struct wire_snapshot *. */
GPtrArray *state_lookup(struct state *s, int64_t project, const struct wire_lookup *lookup,
                        GError **error) MUST_CHECK;

/* ---- tables: what is filled, what is there ---- */

/* A physical table's key: a snapshot's version, or its dev version. */
struct state_table {
    int64_t project;
    const char *name, *version;
    bool dev;
};
struct state_table state_table_of(int64_t project, const struct wire_snapshot *snapshot, bool dev);
struct intervals *state_intervals(struct state *s, const struct state_table *t,
                                  GError **error) MUST_CHECK;
bool state_add_interval(struct state *s, const struct state_table *t, int64_t start_ms,
                        int64_t end_ms, GError **error) MUST_CHECK;
bool state_remove_intervals(struct state *s, const struct state_table *t,
                            const struct intervals *which, GError **error) MUST_CHECK;
/* The same range of every other table of the model: other versions, and what is not deployable. */
bool state_remove_elsewhere(struct state *s, const struct state_table *t, int64_t start_ms,
                            int64_t end_ms, GError **error) MUST_CHECK;
/* Was the table made in the warehouse? */
bool state_is_built(struct state *s, const struct state_table *t, bool *built,
                    GError **error) MUST_CHECK;
bool state_set_built(struct state *s, const struct state_table *t, int64_t now_ms,
                     GError **error) MUST_CHECK;

/* ---- environments ---- */

/* NULL without error when there is none. Members, no snapshots. */
bool state_environment(struct state *s, int64_t project, const char *name,
                       struct wire_environment **environment, GError **error) MUST_CHECK;
/* The same with its members' snapshots, as the text of a wire_environment; g_free(). */
bool state_environment_text(struct state *s, int64_t project, const char *name, char **text,
                            GError **error) MUST_CHECK;
/* The snapshots of an environment's members as they are stored, without intervals: of struct
 * wire_snapshot, in the members' order. One statement. */
GPtrArray *state_member_snapshots(struct state *s, int64_t project, const char *environment,
                                  GError **error) MUST_CHECK;
GPtrArray *state_environments(struct state *s, int64_t project, GError **error) MUST_CHECK;
/* Its members' snapshots: of struct state_snapshot, in the members' order. */
GPtrArray *state_members(struct state *s, int64_t project, const struct wire_environment *e,
                         GError **error) MUST_CHECK;
/* Replaces what is there; who paused it stays. `targets`: the physical table each promoted
 * member's view points at, name -> text. */
bool state_put_environment(struct state *s, int64_t project, const struct wire_environment *e,
                           GHashTable *targets, GError **error) MUST_CHECK;
/* The `targets` given last; empty for an environment that is not there. Caller unrefs. */
GHashTable *state_targets(struct state *s, int64_t project, const char *environment,
                          GError **error) MUST_CHECK;
bool state_delete_environment(struct state *s, int64_t project, const char *name,
                              GError **error) MUST_CHECK;
bool state_expire_environment(struct state *s, int64_t project, const char *name, int64_t at_ms,
                              GError **error) MUST_CHECK;
/* Take an environment off the cadence (`by` says who), or put it on (NULL). */
bool state_pause(struct state *s, int64_t project, const char *name, const char *by,
                 GError **error) MUST_CHECK;

/* The same of one model of an environment; that it has it is not looked at. */
bool state_pause_model(struct state *s, int64_t project, const char *environment, const char *name,
                       const char *by, GError **error) MUST_CHECK;
/* Names of the models that are paused -> who did it. Caller unrefs. */
GHashTable *state_paused_models(struct state *s, int64_t project, const char *environment,
                                GError **error) MUST_CHECK;

struct state_place {
    int64_t project;
    char *environment;
};
typedef struct state_place state_place;
/* Every finalized environment that runs by itself: prod and those put on the cadence. */
GPtrArray *state_on_cadence(struct state *s, GError **error) MUST_CHECK;
/* Every environment that has expired, not prod. */
GPtrArray *state_expired(struct state *s, int64_t now_ms, GError **error) MUST_CHECK;
GArray *state_projects(struct state *s, GError **error) MUST_CHECK; /* of int64_t */

struct state_swept {
    struct wire_snapshot *snapshot;
    bool version_unused, dev_unused; /* which of its tables were built and have no user left */
};
void state_swept_free(struct state_swept *s);
/* Forget the project's snapshots that are older than `before_ms` and held by no environment and no
 * open plan or run, with the intervals of tables nobody uses any more. Appends struct state_swept
 * to `swept`: what is to be dropped in the warehouse. */
bool state_sweep(struct state *s, int64_t project, int64_t before_ms, GPtrArray *swept,
                 GError **error) MUST_CHECK;

/* ---- plans and runs ---- */

enum state_work_kind { WORK_PLAN, WORK_RUN, WORK_JANITOR };
extern const char *const state_work_names[]; /* "plan", … */

struct state_work {
    int64_t id; /* also its group in the queue */
    char *uid;  /* for people and APIs */
    int64_t project;
    int kind;          /* enum state_work_kind */
    char *environment; /* NULL for the janitor's */
    int status;        /* enum work_status */
    char *request;     /* the message that asked for it, as text */
    char *trigger, *user, *error;
    int64_t created_ms, started_ms, ended_ms, execution_ms;
};
typedef struct state_work state_work;
void state_work_free(struct state_work *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(state_work, state_work_free)

bool state_add_work(struct state *s, struct state_work *w, GError **error) MUST_CHECK; /* sets id */
bool state_update_work(struct state *s, const struct state_work *w, GError **error) MUST_CHECK;
struct state_work *state_get_work(struct state *s, int64_t id, GError **error) MUST_CHECK;
struct state_work *state_find_work(struct state *s, int64_t project, int kind, const char *uid,
                                   GError **error) MUST_CHECK;
/* Open works of a project (0: of all), oldest first. */
GPtrArray *state_open_works(struct state *s, int64_t project, GError **error) MUST_CHECK;
/* The newest first, as messages; `environment` may be NULL. */
GPtrArray *state_runs(struct state *s, int64_t project, const char *environment, int64_t limit,
                      GError **error) MUST_CHECK;

struct state_work_filter {
    int kind;                /* enum state_work_kind */
    const char *environment; /* NULL: any */
    const char *since;       /* only those that came after this one; NULL: all */
    bool ascending;          /* the oldest first; else the newest */
    int64_t limit;
};
/* Of struct state_work. ERROR_NOT_FOUND: there is no `since`. */
GPtrArray *state_search_works(struct state *s, int64_t project, const struct state_work_filter *f,
                              GError **error) MUST_CHECK;

/* What the tasks of a work about one snapshot share. */
struct state_subject {
    int64_t work, snapshot;
    bool deployable;
    char *parents; /* a JSON list of wire_parent */
};
typedef struct state_subject state_subject;
void state_subject_free(struct state_subject *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(state_subject, state_subject_free)
bool state_add_subject(struct state *s, const struct state_subject *subject,
                       GError **error) MUST_CHECK;
struct state_subject *state_get_subject(struct state *s, int64_t work, int64_t snapshot,
                                        GError **error) MUST_CHECK;

struct state_evaluation_filter {
    const char *run_id, *plan_id, *environment, *name; /* NULL: any */
    int64_t limit;
};
/* Attempts at evaluations and audits, the newest first; of struct wire_evaluation, without log. */
GPtrArray *state_evaluations(struct state *s, int64_t project,
                             const struct state_evaluation_filter *filter,
                             GError **error) MUST_CHECK;

/* One batch of a model in a plan or a run (a task that evaluates or audits), with the newest of its
 * attempts. */
struct state_batch {
    int64_t id; /* of the task */
    char *name; /* of the snapshot */
    int kind;   /* enum state_work_kind, of the work: */
    char *uid, *environment;
    int64_t execution_ms;
    int64_t start_ms, end_ms;     /* what it fills */
    int64_t started_ms, ended_ms; /* TIME_NONE: not yet */
    int status;                   /* enum work_status */
    char *error, *executor;
    int64_t attempts;  /* how many were begun */
    int64_t rows;      /* -1 when unknown */
    GPtrArray *audits; /* of struct wire_audit */
    GString *log;      /* empty unless asked for */
};
struct state_batch_filter {
    int64_t id;              /* 0: any */
    int64_t work;            /* 0: any */
    const char *environment; /* NULL: any */
    const char *name;        /* NULL: any */
    bool latest;    /* the newest of each member of the environment, whoever asked for it */
    bool ascending; /* by the order they were made in */
    int64_t limit;
    int64_t log_bytes; /* the end of each log, about so much, less of very many; 0: none */
};
/* Of struct state_batch. Two statements, however many there are. */
GPtrArray *state_batches(struct state *s, int64_t project, const struct state_batch_filter *f,
                         GError **error) MUST_CHECK;

/* The task and the fence of an evaluation's id. */
bool state_attempt_of(struct state *s, int64_t evaluation, int64_t *task, int64_t *fence,
                      GError **error) MUST_CHECK;
/* Works that ended before a time: of int64_t. */
GArray *state_ended_before(struct state *s, int64_t before_ms, GError **error) MUST_CHECK;
bool state_forget_work(struct state *s, int64_t work, GError **error) MUST_CHECK;

/* ---- servers ---- */

/* What one of several servers does for all: `holder` says again and again that it does. */
struct state_duty {
    const char *name, *holder;
    int64_t ttl_ms; /* silent for so long, it is given to another one */
};
/* Take a duty or go on with it; *held is false while somebody else has it. */
bool state_take_duty(struct state *s, const struct state_duty *duty, int64_t now_ms, bool *held,
                     GError **error) MUST_CHECK;
bool state_leave_duties(struct db *db, const char *holder,
                        GError **error) MUST_CHECK; /* NULL: all */
/* Who has duties that have not ended, of char *; none on SQLite, nor in a state of before them. */
GPtrArray *state_duty_holders(struct db *db, int64_t now_ms, GError **error) MUST_CHECK;

/* ---- executors ---- */

bool state_hello(struct state *s, int64_t project, const struct wire_hello *hello, int64_t now_ms,
                 GError **error) MUST_CHECK;
/* The part of it that outlives the executor. What is known already is not written again. */
bool state_report_gateways(struct state *s, int64_t project, const GPtrArray *gateways,
                           int64_t now_ms, GError **error) MUST_CHECK;
/* What an executor said of itself; ERROR_NOT_FOUND: it has to say hello (again). */
struct wire_hello *state_executor(struct state *s, int64_t project, const char *executor_id,
                                  GError **error) MUST_CHECK;
/* Those that said hello before; who is still there says it again when asked to. */
bool state_forget_executors(struct state *s, int64_t before_ms, GError **error) MUST_CHECK;
GPtrArray *state_gateways(struct state *s, int64_t project, GError **error) MUST_CHECK;

#endif
