/* messages.h -- every message between CLI, control plane and executor: one struct each.
 *
 * docs/protocol.md says which route carries which. All times are UTC milliseconds; TIME_NONE stands
 * for "not given". Members are described by the tables in messages.c (see codec.h for ownership);
 * WIRE_AUTOPTR gives each struct `NAME_new()`, `NAME_free()` and g_autoptr(NAME).
 */
#ifndef HEDDLE_WIRE_MESSAGES_H
#define HEDDLE_WIRE_MESSAGES_H

#include "calendar/interval.h"
#include "wire/codec.h"

#define WIRE_AUTOPTR(name)                                                                         \
    typedef struct name name;                                                                      \
    extern const struct wire_type name##_type;                                                     \
    static inline struct name *name##_new(void)                                                    \
    {                                                                                              \
        return wire_new(&name##_type);                                                             \
    }                                                                                              \
    static inline void name##_free(struct name *m)                                                 \
    {                                                                                              \
        wire_free(&name##_type, m);                                                                \
    }                                                                                              \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(name, name##_free)

/* SQLMesh's model kinds. */
enum model_kind {
    KIND_VIEW,
    KIND_FULL,
    KIND_SEED,
    KIND_INCREMENTAL_BY_TIME_RANGE,
    KIND_INCREMENTAL_BY_UNIQUE_KEY,
    KIND_INCREMENTAL_BY_PARTITION,
    KIND_INCREMENTAL_UNMANAGED,
    KIND_SCD_TYPE_2_BY_TIME,
    KIND_SCD_TYPE_2_BY_COLUMN,
    KIND_EMBEDDED,
    KIND_EXTERNAL,
    KIND_MANAGED,
    KIND_CUSTOM,
    KIND_COUNT,
};
extern const char *const model_kind_names[]; /* "VIEW", …, NULL */

/* How a changed model relates to the version before; SQLMesh's categories. */
enum change_category {
    CATEGORY_NONE, /* not decided yet */
    CATEGORY_BREAKING,
    CATEGORY_NON_BREAKING,
    CATEGORY_FORWARD_ONLY,
    CATEGORY_INDIRECT_BREAKING,
    CATEGORY_INDIRECT_NON_BREAKING,
    CATEGORY_METADATA,
};
extern const char *const change_category_names[];

/* Where an environment's name goes in its views' names. */
enum suffix_target { SUFFIX_SCHEMA, SUFFIX_TABLE, SUFFIX_CATALOG };
extern const char *const suffix_target_names[];

/* A table by its parts, unquoted as the warehouse stores them; catalog may be NULL. */
struct wire_table {
    char *catalog, *schema, *name;
};
WIRE_AUTOPTR(wire_table)

struct wire_snapshot_id {
    char *name; /* fully qualified and quoted: "catalog"."schema"."model" */
    char *identifier;
};
WIRE_AUTOPTR(wire_snapshot_id)

/* One version of a model, and beside the opaque definition what scheduling needs as columns. */
struct wire_snapshot {
    char *name;
    char *data_hash, *metadata_hash, *parent_data_hash, *parent_metadata_hash;
    char *identifier;   /* CRC-32 of the four, decimal: (name, identifier) is one snapshot */
    char *version;      /* names the physical table; NULL until categorized */
    char *dev_version;  /* names the table of what is not deployable */
    int category;       /* enum change_category */
    int kind;           /* enum model_kind */
    GPtrArray *parents; /* of struct wire_snapshot_id: models of the project it reads */
    char *cron, *cron_tz;
    char *interval_unit;          /* unit_name() */
    char *start;                  /* as the model says: may be relative; NULL when it does not */
    char *end;                    /* likewise */
    int64_t lookback, batch_size; /* in interval units; batch_size 0: no limit */
    int64_t batch_concurrency;    /* 0: no limit; 1: one after the other */
    bool forward_only;
    bool disable_restatement;
    bool allow_partials;
    bool depends_on_past;    /* batches must run in order, one at a time */
    char *gateway;           /* lower case; NULL means the default gateway */
    struct wire_table *view; /* the model's own name as parts: what the prod view is called */
    char *physical_schema;   /* e.g. sqlmesh__shop */
    GPtrArray *tags;         /* of char * */
    char *owner, *description;
    char *source;       /* what it is written as: "sql", "python", "seed", "external"; or NULL */
    GPtrArray *audits;  /* of char *: names of its audits, each once */
    json_t *definition; /* opaque to the control plane; left out of most answers */
    int64_t created_ms;
    struct intervals *intervals;     /* done for `version`; answered by the server, never sent */
    struct intervals *dev_intervals; /* done for `dev_version` */
    bool deployed; /* prod shows this one now; answered by the server, never sent */
};
WIRE_AUTOPTR(wire_snapshot)

/* A snapshot's place in an environment. */
struct wire_member {
    char *name, *identifier;
    bool promoted; /* has a view in this environment */
};
WIRE_AUTOPTR(wire_member)

struct wire_environment {
    char *name;
    int suffix_target;    /* enum suffix_target */
    char *catalog;        /* overrides the views' catalog; or NULL */
    GPtrArray *members;   /* of struct wire_member */
    GPtrArray *snapshots; /* of struct wire_snapshot, without definitions; answers only */
    char *plan_id, *previous_plan_id;
    int64_t start_ms, end_ms; /* TIME_NONE when open */
    int64_t expiration_ms;    /* TIME_NONE: never */
    int64_t finalized_ms;     /* TIME_NONE while a plan on it is not done */
    json_t *statements;       /* before_all, after_all: opaque */
    char *paused_by;          /* who paused its cadence; NULL when it runs */
};
WIRE_AUTOPTR(wire_environment)

/* A gateway as an executor reports it. */
struct wire_gateway {
    char *name, *type, *default_catalog, *version, *dialect;
    bool is_default;
    int64_t slots; /* concurrent tasks the executor offers on it */
};
WIRE_AUTOPTR(wire_gateway)

struct wire_restatement {
    char *name; /* snapshot name */
    int64_t start_ms, end_ms;
};
WIRE_AUTOPTR(wire_restatement)

/* What the data engineer's side asks for. */
struct wire_plan {
    struct wire_environment *environment; /* as it shall be: members, expiry, suffix */
    char *expected_plan_id; /* the environment's plan the difference was taken against; NULL: new */
    GPtrArray *snapshots;   /* of struct wire_snapshot: those that may be new, with definitions */
    GPtrArray *restatements; /* of struct wire_restatement */
    GPtrArray *bounds; /* of struct wire_restatement: the models to fill, each with a start and an
                          end of its own where they are given; empty: all models, without */
    GPtrArray *audits; /* of struct wire_restatement: models whose audits changed and rows did not,
                          and over which range what is filled is audited */
    int64_t start_ms, end_ms; /* TIME_NONE when not given */
    int64_t execution_ms;
    bool skip_backfill;  /* compute nothing */
    bool empty_backfill; /* record intervals without computing them */
    bool no_gaps;
    bool is_dev;
    char *user;
};
WIRE_AUTOPTR(wire_plan)

/* Status words are the public API's: see CLIENTS in docs/protocol.md. */
enum work_status {
    STATUS_SCHEDULED,
    STATUS_IN_PROGRESS,
    STATUS_SKIPPED,
    STATUS_SUCCESS,
    STATUS_FAILED,
    STATUS_PREEMPTED,
    STATUS_ABORTED,
};
extern const char *const work_status_names[];

struct wire_audit {
    char *name;
    int status; /* enum work_status */
    bool blocking;
    int64_t count; /* rows that fail */
    char *query;   /* as it ran */
    char *message; /* NULL when it passed */
};
WIRE_AUTOPTR(wire_audit)

/* One attempt at one task of kind evaluate (or audit), as it is recorded and shown. */
struct wire_evaluation {
    char *id, *environment, *plan_id, *run_id;
    char *snapshot_name, *identifier, *node_name;
    char *executor; /* its name */
    int64_t attempt;
    int64_t interval_start_ms, interval_end_ms;
    int64_t started_ms, ended_ms; /* TIME_NONE while it runs */
    int64_t rows;                 /* -1 when unknown */
    double seconds;
    int status;
    char *error, *log;
    GPtrArray *audits; /* of struct wire_audit */
};
WIRE_AUTOPTR(wire_evaluation)

/* How far a plan or a run is; also what long polls answer. */
struct wire_stage {
    char *name; /* enum task_kind's name */
    int64_t total, done, failed, cancelled, running;
};
WIRE_AUTOPTR(wire_stage)

struct wire_failure {
    char *task_kind, *snapshot_name, *message;
    int64_t interval_start_ms, interval_end_ms; /* TIME_NONE when there is none */
    int64_t attempts;
};
WIRE_AUTOPTR(wire_failure)

/* A line of progress: one task that ended. */
struct wire_event {
    char *task_kind, *snapshot_name, *message, *executor;
    int64_t interval_start_ms, interval_end_ms;
    int64_t rows;
    double seconds;
    int status;
    GPtrArray *audits; /* of struct wire_audit: those that failed or warned */
};
WIRE_AUTOPTR(wire_event)

struct wire_progress {
    char *id, *kind; /* "plan" or "run" */
    char *environment;
    int status;
    int64_t version; /* grows with every change; give it to the next long poll */
    int64_t started_ms, ended_ms;
    GPtrArray *stages;   /* of struct wire_stage, in order */
    GPtrArray *events;   /* of struct wire_event: those since the version the poll gave */
    GPtrArray *failures; /* of struct wire_failure */
    char *error,
        *waiting; /* why it waits: "for plan … on this environment", "no apply executor …" */
    char *link;
};
WIRE_AUTOPTR(wire_progress)

/* What one task does. Plans make all of them, runs evaluate and audit. */
enum task_kind {
    TASK_BEFORE_ALL, /* the environment's before_all statements */
    TASK_CREATE,     /* make the physical table or view of a snapshot */
    TASK_EVALUATE,   /* fill one batch of a snapshot, then run its audits */
    TASK_AUDIT,      /* audits alone (an audit changed, the data did not) */
    TASK_PROMOTE,    /* point an environment's view at a snapshot's table */
    TASK_DEMOTE,     /* drop a view that is no longer part of an environment */
    TASK_AFTER_ALL,
    TASK_CLEANUP, /* drop physical tables nobody needs */
    TASK_QUERY,   /* a read-only query of a CLI */
    TASK_KIND_COUNT,
};
extern const char *const task_kind_names[];

/* A model the task's model reads, and where its rows are in this environment. */
struct wire_parent {
    char *name;               /* snapshot name */
    struct wire_table *table; /* NULL: leave the reference to the view layer */
};
WIRE_AUTOPTR(wire_parent)

/* One task as a claim hands it out: all an executor needs, with its lease. */
struct wire_task {
    char *id;
    int kind; /* enum task_kind */
    int64_t fence, attempt, max_attempts;
    char *environment, *plan_id, *run_id;
    char *gateway;       /* lower case; NULL: the default one */
    char *snapshot_name; /* NULL for statements, cleanup and queries */
    char *identifier;
    int snapshot_kind; /* enum model_kind */
    json_t *definition;
    struct wire_table *target; /* the physical table */
    struct wire_table *view;   /* TASK_PROMOTE, TASK_DEMOTE: the view */
    bool is_prod;              /* the environment is prod: register comments on views */
    bool is_dev_table;         /* target is the __dev table */
    bool has_data;             /* some interval of target is already recorded */
    bool is_new;               /* no task is recorded to have made target */
    GPtrArray *parents;        /* of struct wire_parent */
    int64_t start_ms, end_ms;  /* the batch [start, end), or TIME_NONE */
    int64_t execution_ms;
    json_t *statements; /* before_all, after_all; cleanup: list of wire_table */
    char *query;        /* TASK_QUERY */
    int64_t max_rows;   /* TASK_QUERY */
};
WIRE_AUTOPTR(wire_task)

struct wire_lease {
    char *task_id;
    int64_t fence;
};
WIRE_AUTOPTR(wire_lease)

/* executor -> control plane */
struct wire_hello {
    char *executor_id; /* made by the executor, new for every start */
    char *name, *kind; /* "apply", "run" or "both" */
    char *version;
    GPtrArray *gateways; /* of struct wire_gateway */
};
WIRE_AUTOPTR(wire_hello)

struct wire_welcome {
    int64_t lease_ttl_ms, poll_ms, now_ms;
    int64_t max_log_bytes;
    bool queries; /* the operator admits query tasks */
};
WIRE_AUTOPTR(wire_welcome)

struct wire_slot {
    char *gateway;
    int64_t free;
};
WIRE_AUTOPTR(wire_slot)

struct wire_claim {
    char *executor_id;
    GPtrArray *slots; /* of struct wire_slot: gateways with room, and how much */
    int64_t wait_ms;  /* how long to wait when nothing is ready */
};
WIRE_AUTOPTR(wire_claim)

struct wire_claimed {
    GPtrArray *tasks; /* of struct wire_task */
};
WIRE_AUTOPTR(wire_claimed)

struct wire_renew {
    char *executor_id;
    GPtrArray *leases; /* of struct wire_lease */
};
WIRE_AUTOPTR(wire_renew)

struct wire_renewed {
    GPtrArray *lost;      /* of struct wire_lease that are gone: stop, record nothing */
    GPtrArray *cancelled; /* of struct wire_lease whose task is to stop and finish as aborted */
};
WIRE_AUTOPTR(wire_renewed)

/* How a task ended. */
struct wire_result {
    char *task_id;
    int64_t fence;
    int status;       /* STATUS_SUCCESS, STATUS_FAILED, STATUS_ABORTED */
    bool retry;       /* a failure worth another attempt (a lost connection, a killed worker) */
    bool not_charged; /* the attempt does not count (a lock was waited for, a sibling crashed) */
    char *error;
    int64_t started_ms, ended_ms;
    int64_t rows; /* -1 when unknown */
    double seconds;
    GPtrArray *audits; /* of struct wire_audit */
    json_t *data; /* TASK_QUERY: {"columns": [{"name", "type"}], "rows": [[…]], "truncated"} */
};
WIRE_AUTOPTR(wire_result)

struct wire_finish {
    char *executor_id;
    GPtrArray *results; /* of struct wire_result */
};
WIRE_AUTOPTR(wire_finish)

struct wire_finished {
    GPtrArray *stale; /* of char *: task ids of which nothing was recorded */
};
WIRE_AUTOPTR(wire_finished)

/* A numbered piece of a task's log. */
struct wire_log {
    char *task_id;
    int64_t fence, sequence, offset; /* sequence from 0; offset in bytes of the whole log */
    char *text;
};
WIRE_AUTOPTR(wire_log)

/* Pieces of the logs of any of an executor's tasks; the answer is wire_finished. */
struct wire_logs {
    char *executor_id;
    GPtrArray *pieces; /* of struct wire_log */
};
WIRE_AUTOPTR(wire_logs)

/* developer -> control plane */
struct wire_lookup {
    GPtrArray *ids; /* of struct wire_snapshot_id; an id without identifier means all of a name */
    bool definitions;
};
WIRE_AUTOPTR(wire_lookup)

struct wire_snapshots {
    GPtrArray *snapshots; /* of struct wire_snapshot, with intervals */
};
WIRE_AUTOPTR(wire_snapshots)

struct wire_gateways {
    GPtrArray *gateways; /* of struct wire_gateway */
};
WIRE_AUTOPTR(wire_gateways)

struct wire_environments {
    GPtrArray *environments; /* of struct wire_environment, without snapshots */
};
WIRE_AUTOPTR(wire_environments)

struct wire_run_request {
    char *environment;
    int64_t start_ms, end_ms, execution_ms; /* TIME_NONE when not given */
    bool ignore_cron;
    GPtrArray *select; /* of char *: snapshot names; empty: all */
    bool no_upstream;
    char *trigger; /* "cadence", "api", "cli" */
};
WIRE_AUTOPTR(wire_run_request)

struct wire_run {
    char *id, *environment, *trigger;
    int status;
    int64_t started_ms, ended_ms, execution_ms;
    char *error;
};
WIRE_AUTOPTR(wire_run)

struct wire_runs {
    GPtrArray *runs; /* of struct wire_run */
};
WIRE_AUTOPTR(wire_runs)

struct wire_evaluations {
    GPtrArray *evaluations; /* of struct wire_evaluation */
};
WIRE_AUTOPTR(wire_evaluations)

struct wire_query {
    char *gateway, *sql;
    int64_t max_rows;
};
WIRE_AUTOPTR(wire_query)

/* The answer to any request that fails. */
struct wire_problem {
    char *error;   /* a word to branch on: not_found, invalid, denied, conflict, unavailable, … */
    char *message; /* whole sentences */
    char *detail;  /* the same, where clients of api/v1 look for it */
};
WIRE_AUTOPTR(wire_problem)

#endif
