/* executor_int.h -- what the supervisor's threads share.
 *
 * One lock guards everything marked so; whoever changes what another thread may wait
 * for tells it. No thread holds the lock while it talks to the control plane, a worker
 * or a file.
 *
 * A job is a task that this executor holds a lease on:
 *     queued <-> running -> ended -> reported
 *        `--------------------^       (given back, or told to stop before it began)
 * It is renewed by the keeper until it is reported, and freed when its log is shipped as well.
 */
#ifndef HEDDLE_EXECUTOR_EXECUTOR_INT_H
#define HEDDLE_EXECUTOR_EXECUTOR_INT_H

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "executor/child.h"
#include "executor/executor.h"
#include "executor/turn.h"
#include "http/api.h"

#include <pthread.h>

/* Before the names of routes, behind TCLOUD_URL. */
#define EXECUTOR_ROUTES "api/heddle/v1/"

enum phase {
    PHASE_SERVING,
    PHASE_DRAINING,   /* claims nothing, finishes what runs */
    PHASE_CANCELLING, /* stops what runs */
};

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_ENDED, JOB_REPORTED };

/* Why a job shall stop; a later reason never replaces an earlier one. */
enum stop {
    STOP_NONE,
    STOP_LOST,      /* the lease is another's: report nothing */
    STOP_CANCELLED, /* somebody asked for it */
    STOP_SHUTDOWN,  /* this executor ends */
};

/* A task's log on its way out; guarded by the lock. */
struct job_log {
    struct redact_stream *stream;
    GString *pending; /* redacted; a contiguous piece of the log that begins at `offset` */
    int64_t offset, sequence;
    int64_t dropped; /* bytes behind `pending` that found no room: a gap */
    bool closed;
};

struct job {
    struct lane *lane;
    struct wire_task *task; /* not changed after the claim */
    int64_t claimed_ms;     /* monotonic */
    int64_t order;          /* the slot's: the number it gave it to the worker with */
    bool asked_back;        /* the slot's: the worker shall drop it, when it has not begun */
    /* guarded */
    enum job_state state;
    enum stop stop;
    int64_t stop_ms;    /* when it was told to */
    int64_t renewed_ms; /* when the lease was last known to be ours */
    struct wire_result *result;
    struct job_log log;
    bool in_hand;    /* a slot looks at it: not to be freed */
    char *last_line; /* of the log: what ran when a worker dies; or NULL */
};

/* A thread's own connection to the control plane, and how that has gone lately. */
struct caller {
    struct executor *e;
    const char *name; /* for logs */
    struct api *api;
    unsigned secret_generation;
    unsigned attempts; /* failed in a row */
    int64_t down_since_ms, logged_ms;
    uint64_t recoveries; /* the executor's when the last call began */
    int64_t turn_ms;     /* guarded: the loop's last turn; 0: this loop has ended */
    pthread_t thread;    /* valid when `started` */
    bool started;
};

enum lane_state {
    LANE_OPENING,
    LANE_READY,
    LANE_WAITS_FOR_TURN, /* another executor has the DuckDB file */
    LANE_WAITS_FOR_FILE, /* a process that is no executor has it */
    LANE_DOWN,
};

/* A worker process and the thread that speaks to it; that thread's alone. */
struct slot {
    struct lane *lane;
    struct child *child; /* or NULL */
    GQueue ahead;        /* of struct job *: the worker has them, behind the one it is at */
    int64_t orders;      /* numbers given so far */
    bool open;           /* the child has the warehouse open */
    bool was_open;       /* some child of this slot had */
    unsigned generation; /* of the configuration it was opened with */
    int64_t idle_since_ms;
    pthread_t thread;
    bool started;
};

/* A gateway with its queue and its workers. */
struct lane {
    struct executor *e;
    char *name; /* lower case */
    char *type;
    bool is_default;
    bool has_file;  /* DuckDB on files: one worker, which must have the turn */
    bool in_memory; /* DuckDB without: it lives as long as its one worker */
    int64_t slot_count;
    struct slot *slots;
    struct turn *turn; /* slot 0's thread's alone; NULL without a file */
    struct caller claimer;
    /* guarded */
    json_t *connection;
    GQueue queue; /* of struct job *: JOB_QUEUED */
    int64_t load; /* jobs queued or running */
    bool has_turn;
    bool work_expected; /* slot 0 opens the warehouse before there is a job */
    bool tried;         /* opened or refused at least once */
    int64_t probe_ms;   /* while there are no facts: when slot 0 opens the gateway to get them */
    unsigned refusals;  /* in a row */
    enum lane_state state;
    char *trouble;              /* why it is down; or NULL */
    struct wire_gateway *facts; /* NULL until known: a worker could open it */
    uint64_t empty_at;          /* --once: 1 + `progress` before a claim that came back empty */
};

/* The figures of metrics.c. */
enum executor_metric {
    X_BUILD_INFO,
    X_READY,
    X_LOOP_AGE,
    X_GATEWAY,
    X_SLOTS,
    X_CLAIMS,
    X_CLAIMED,
    X_WAITING,
    X_RUNNING,
    X_RESULTS_WAITING,
    X_WAIT,
    X_ENDED,
    X_SECONDS,
    X_HEARTBEATS,
    X_HEARTBEATS_FAILED,
    X_LEASES_LOST,
    X_STALE,
    X_LOG_WAITING,
    X_WORKERS_DIED,
    X_COUNT,
};

struct executor {
    /* fixed once started */
    char *id, *name, *kind, *program;
    bool once, memory_allowed;
    int64_t grace_ms; /* from cancel to kill */
    struct metrics *metrics;
    struct redactor *redactor;
    bool owns_redactor;
    GPtrArray *lanes; /* of struct lane */
    struct caller greeter, keeper, reporter, shipper;
    int64_t clock_ms; /* the keeper's alone: how far the wall clock is before the monotonic one */

    pthread_mutex_t lock;
    pthread_cond_t changed, flow; /* see executor__tell() */
    /* guarded */
    enum phase phase;
    int64_t cancel_ms; /* when PHASE_CANCELLING began */
    GHashTable *jobs;  /* "task/fence" -> struct job, owned */
    bool needs_hello, welcomed;
    bool refused;           /* --once: it will not be welcomed */
    int64_t keeper_call_ms; /* since when the keeper waits for an answer; 0: it does not */
    bool ended;             /* nothing is left to do: the reporter said so */
    char *trouble;          /* why it is not welcomed; or NULL */
    int trouble_code;
    int64_t lease_ttl_ms, poll_ms, max_log_bytes;
    unsigned generation; /* of configuration and secret; grows with each reload */
    char *client_secret;
    uint64_t progress;   /* grows whenever a task was reported */
    uint64_t recoveries; /* grows whenever a caller is answered again after an outage */
};

/* The job table (job.c). All but job_free want the lock held. */
struct job *executor__job_new(struct lane *lane, struct wire_task *task); /* takes task; queued */
void executor__job_free(struct job *j);
void executor__job_stop(struct job *j, enum stop why);
void executor__job_stop_queued(struct job *j); /* one that has a reason to, and has not begun */
/* It ended; takes `result`. What leaves is redacted here. */
void executor__job_end(struct job *j, struct wire_result *result);
/* Forget jobs that are reported and whose log is shipped. */
void executor__jobs_sweep(struct executor *e);
int64_t executor__jobs_open(const struct executor *e); /* not reported yet */
/* A result of this job: status, times, message (takes it; NULL for none). */
struct wire_result *executor__job_result(const struct job *j, int status, char *message);

/* Logs (joblog.c); the lock held. */
void executor__log_init(struct job_log *l, struct redactor *r);
void executor__log_clear(struct job_log *l);
void executor__log_add(struct job *j, const char *line);
void executor__log_close(struct job *j);
/* The next chunk to send, at most MAX_LOG_CHUNK bytes and whole characters; NULL for none. */
struct wire_log *executor__log_take(struct job *j);

/* Figures (metrics.c); the lock held where a job is named. */
struct metrics *executor__metrics_new(void);
void executor__count_claimed(const struct job *j);
void executor__count_begun(const struct job *j);
void executor__count_ended(const struct job *j, bool had_begun);
char *executor__metrics_text(struct executor *e); /* the lock not held; g_free() */

/* Talking to the control plane (caller.c). */
bool executor__caller_open(struct caller *c, struct executor *e, const char *name,
                           const struct api_settings *settings, GError **error);
void executor__caller_close(struct caller *c);
/* POST; keeps track of outages and logs them. The message answered, or NULL and an error. */
void *executor__call(struct caller *c, const char *path, json_t *body, int64_t wait_ms,
                     const struct wire_type *type, GError **error); /* takes body */
/* Sleep before the next try (jitter, growing); ends early when the phase changes. False: or because
 * another caller was answered again meanwhile, so that nobody waits for an outage that is over. */
bool executor__back_off(struct caller *c);
/* The loop has turned. Not with the lock held. */
void executor__turned(struct caller *c);
void executor__loop_ended(struct caller *c);

/* Something has changed, whatever it is; the lock held. */
void executor__tell(struct executor *e);
/* Jobs have come, ended or been reported: slots, claimers and the reporter wait for that alone, and
 * there is much of it. */
void executor__tell_flow(struct executor *e);
/* Wait to be told, at most so long; the lock held. _flow: of jobs, too. */
void executor__wait(struct executor *e, int64_t timeout_ms);
void executor__wait_flow(struct executor *e, int64_t timeout_ms);
/* Replace every string in a value by its redacted form. */
void executor__redact_json(struct redactor *r, json_t *value);

/* Lanes (lane.c, claim.c, slot.c). */
struct lane *executor__lane_new(struct executor *e, const struct config_gateway *g, GError **error);
void executor__lane_free(struct lane *lane);
/* The one that is named so, else the first. */
bool executor__is_default(const struct config *config, const struct config_gateway *g);
/* Before its threads start: take what is known of it from a list of struct wire_gateway. */
void executor__lane_know(struct lane *lane, const GPtrArray *known);
void *executor__claim_loop(void *lane);
void *executor__slot_loop(void *slot);
void executor__lane_set_state(struct lane *lane, enum lane_state state, const char *trouble);
/* A worker has opened it, or was refused (the lock not held). */
void executor__lane_opened(struct lane *lane, const json_t *answer);
void executor__lane_refused(struct lane *lane, const GError *why);
extern const char *const executor__lane_state_names[];

/* The other loops. */
void *executor__greeter_loop(void *executor);
void *executor__keeper_loop(void *executor);
/* A lease that could not be renewed counts as lost so long before it expires: its statement has
 * stopped, or its worker is killed, when another executor begins. With the lock held, both. */
int64_t executor__margin_ms(const struct executor *e);
void executor__stop_if_silent(struct job *j, int64_t now_ms);
void *executor__reporter_loop(void *executor);
void *executor__shipper_loop(void *executor);

/* A slot's worker process (open.c, work.c): the slot's thread. */
enum ready {
    READY,
    READY_NEVER,   /* *error says why */
    READY_NO_MORE, /* the job was stopped meanwhile, or the executor is */
};
/* Have the turn, a worker and an open warehouse. `j` NULL: only to see what the gateway is. */
enum ready executor__slot_prepare(struct slot *s, const struct job *j, GError **error);
/* Carry out a job that is running; it has ended afterwards. Meanwhile the worker gets the next
 * ones, s->ahead, so that it need not wait for them. */
void executor__slot_run(struct slot *s, struct job *j);
/* The next job of the lane, running from now on and in this slot's hand; NULL for none. */
struct job *executor__slot_take(struct slot *s);
/* Let go of the DuckDB file: the worker closes it, then others have their turn. */
void executor__slot_yield(struct slot *s);
/* What a worker prints is for the log: a driver's words, or the last ones before a crash. */
void executor__slot_printed(struct slot *s, const char *text);
/* End the worker process; how it ended, g_free(). */
char *executor__slot_end_child(struct slot *s);

/* Give a started executor another configuration and secret: workers are opened anew before their
 * next task. Gateways that are new or gone are logged; they need a restart. */
void executor__reload(struct executor *e, const struct config *config, const char *client_secret);

/* Ready: welcomed and allowed to claim. *why is a sentence when not; g_free(). */
bool executor__is_ready(struct executor *e, char **why);
/* Age in ms of the slowest loop's last turn. */
int64_t executor__age_ms(struct executor *e, int64_t now_ms);

#endif
