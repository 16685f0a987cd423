/* control_int.h -- shared by the files of control/ alone. */
#ifndef HEDDLE_CONTROL_CONTROL_INT_H
#define HEDDLE_CONTROL_CONTROL_INT_H

#include "base/metrics.h"
#include "control/control.h"
#include "control/figures.h"
#include "queue/queue.h"
#include "schedule/schedule.h"
#include "state/state.h"

#include <pthread.h>

/* Who may use a route, as bits for auth_may(). */
#define FOR_ALL        0u
#define FOR_PAGES      (1u << 30) /* beside roles: a browser's session counts, too; see pages.h */
#define FOR_METRICS    (1u << 31) /* see control__may_read_metrics() */
#define FOR_EXECUTORS  (1u << ROLE_EXECUTOR)
#define FOR_DEVELOPERS (1u << ROLE_DEVELOPER | 1u << ROLE_ADMIN)
#define FOR_ADMINS     (1u << ROLE_ADMIN)
#define FOR_READERS    (FOR_DEVELOPERS | 1u << ROLE_VIEWER)

enum priority { PRIORITY_QUERY = 0, PRIORITY_PLAN = 10, PRIORITY_RUN = 20, PRIORITY_JANITOR = 30 };

struct op;
struct outline;
/* Carry out a request inside the loop's transaction: set op->answer or park it. */
typedef bool (*op_run)(struct control *c, struct op *op, GError **error);

struct endpoint {
    struct http_route route;
    op_run run;
    const struct wire_type *takes; /* the body's message, or NULL */
    bool alone;                    /* outside any transaction; replies by itself */
};

/* What a parked request waits for; the key beside it is a project, a work, a task, nothing. */
enum park { PARK_NOT, PARK_CLAIM, PARK_POLL, PARK_QUERY, PARK_HASH /* see porter.h */ };

/* One request on its way through the loop. */
struct op {
    const struct endpoint *endpoint;
    struct http_call *call; /* NULL: made inside the process */
    void *message;          /* of endpoint->takes */
    int64_t project;        /* 0: the route has none */

    json_t *answer;
    char *text; /* instead of an answer that is not text yet */
    const char *text_type;
    unsigned status; /* 0: 200 */
    GError *error;

    enum park park;
    int64_t key;
    int64_t arrived_ms, deadline_ms; /* deadline: run it once more, with `expired` set */
    int64_t retry_ms;                /* run it again then; INT64_MAX: when told */
    int64_t missed_ms;               /* a query's task is gone since then; 0: it is not */
    bool expired, settled;           /* settled: what it began is committed */
    bool recorded;                   /* in the audit log */
    struct auth_try *attempt;        /* a sign-in, hashed when the porter brings it back; or NULL */

    void (*inside)(struct control *c, struct op *op, void *data); /* call NULL */
    void *data;
    bool done; /* guarded by the loop's lock */
};

struct executor_view; /* executors.c */

struct control {
    struct control_settings settings; /* strings owned */
    struct db *db;
    struct state *state;
    struct queue *queue;
    struct auth *auth;
    struct http_server *http;
    struct http_server *metrics_http; /* of metrics_listen; or NULL */
    struct metrics *metrics;
    struct porter *porter;
    struct artifact *artifact; /* NULL: executors cannot be installed from here */
    char *issuer;
    char *first_password; /* made by this start; or NULL */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards incoming, stopping, op.done */
    pthread_cond_t wake, done;
    GQueue incoming; /* of struct op */
    bool stopping;
    _Atomic bool retiring;     /* /readyz says that it will stop */
    _Atomic int64_t turned_ms; /* monotonic: when the loop last turned */

    /* The loop's own from here on. */
    int64_t now_ms;
    int64_t clock_ms;      /* the wall clock's distance from the monotonic one */
    int64_t shift_ms;      /* by how much it was set since the last commit */
    GPtrArray *parked;     /* of struct op */
    GPtrArray *answered;   /* of struct op: to be replied to after the commit */
    GHashTable *executors; /* "project/id" -> struct executor_view */
    GHashTable *seen;      /* "project/class/gateway" -> int64_t: when it last asked for work */
    GHashTable *seen_told; /* the same, as other servers were told */
    GHashTable *works;     /* id -> struct state_work: those whose tasks are handed out */
    GHashTable *due;       /* "project/environment" -> int64_t: when to look for due models */
    int64_t next_tick_ms, next_janitor_ms, next_refresh_ms;
    int64_t ticked_ms; /* monotonic: when the last tick ended */
    bool unsettled;    /* something could not be ended: the next tick looks again */

    /* Other servers on the same PostgreSQL (neighbours.c). */
    char *uid;                /* of this process */
    struct db_ear *ear;       /* NULL: the state is SQLite */
    GQueue told_us;           /* of char *, "": some were missed; guarded by the lock */
    GQueue news;              /* those the loop has taken */
    json_t *told;             /* what the transaction at work has for them */
    GString *pieces;          /* of an answer that is on its way */
    GArray *woken, *touched;  /* of int64_t: what they said since those who wait were looked at */
    bool all_woken;           /* they may have said anything */
    bool must_mend;           /* when the leases become its duty: see queue_mend_times() */
    unsigned duties;          /* bits of enum duty: which this server had at the last tick */
    _Atomic int64_t ahead_ms; /* the database's clock minus the monotonic one, for all threads */
};

/* What one server does for all that share its state; places of the table in scheduler.c. */
enum duty { DUTY_LEASES, DUTY_SCHEDULER, DUTY_JANITOR, DUTY_COUNT };

/* The time by the database's clock. */
int64_t control__now(const struct control *c);

/* loop.c */
bool control__loop_start(struct control *c, GError **error) MUST_CHECK;
void control__loop_stop(struct control *c);
void control__submit(struct control *c, struct op *op);
void control__op_free(struct op *op);

bool control__is_loopback(const char *listen); /* control.c */
/* routes.c, guard.c */
const struct http_route *control__open_routes(void); /* those of metrics_listen */
const struct endpoint *control__endpoints(void);     /* the table, with what carries routes out */
bool control__guard(struct http_call *call, unsigned needs, void *data);

/* Answers. */
void control__answer(struct op *op, const struct wire_type *type, const void *message);
void control__move_items(GPtrArray *from, GPtrArray *to); /* `from` is emptied and freed */
/* A number that control__check_numbers() has let through. */
int64_t control__query_int(const struct op *op, const char *name, int64_t missing, int64_t most);
/* Is every whole number of the query one, and within what the document says? openapi.c */
bool control__check_numbers(const struct endpoint *endpoint, const struct http_call *call,
                            GError **error) MUST_CHECK;

/* executors.c */
bool control__hello(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__gateways(struct control *c, struct op *op, GError **error) MUST_CHECK;
struct executor_view {
    int class; /* enum queue_class; CLASS_COUNT: both */
    char *name;
    char *default_gateway; /* or NULL */
    GPtrArray *gateways;   /* of char * */
    int64_t seen_ms;       /* when it last asked for something; 0: not since the start */
};
enum { CONTROL_SERVED_MS = 60000 }; /* an executor that has not asked for so long is not there */
struct executor_view *control__executor(struct control *c, int64_t project, const char *id,
                                        GError **error) MUST_CHECK;
void control__executor_view_free(struct executor_view *v);
void control__saw(struct control *c, int64_t project, struct executor_view *v);
/* Did an executor of this kind, with this gateway (NULL: any), ask for work lately? */
bool control__is_served(struct control *c, int64_t project, int class, const char *gateway);

/* tasks.c, build.c */
bool control__claim(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__renew(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__finish(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__logs(struct control *c, struct op *op, GError **error) MUST_CHECK;
/* The message for a leased task; NULL without error: it needs no work any more. */
bool control__build(struct control *c, const struct queue_task *t, struct wire_task **out,
                    GError **error) MUST_CHECK;

/* works.c: the life of plans and runs */
/* Store a work and start it, unless another one has to end first. */
bool control__add_work(struct control *c, struct state_work *w, GError **error) MUST_CHECK;
/* After tasks ended: finish works without open tasks, start those that waited. */
void control__settle(struct control *c);
/* Have a look at all that is open, in case nothing else gives reason to. */
bool control__note_open_works(struct control *c, GError **error) MUST_CHECK;
bool control__end_work(struct control *c, struct state_work *w, int status, const char *why,
                       GError **error) MUST_CHECK;
/* Which open work must end before this one may start? NULL in *other: none. */
bool control__blocked_by(struct control *c, const struct state_work *w, struct state_work **other,
                         GError **error) MUST_CHECK;
bool control__cancel(struct control *c, struct op *op, int kind, GError **error) MUST_CHECK;

/* plans.c, plan_start.c, plan_end.c, runs.c, janitor.c */
bool control__post_plan(struct control *c, struct op *op, GError **error) MUST_CHECK;
/* The work of a posted plan, or of the same one that is open already. */
bool control__add_plan(struct control *c, struct op *op, struct wire_plan *p,
                       struct state_work **out, GError **error) MUST_CHECK;
bool control__get_plan(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__cancel_plan(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__start_plan(struct control *c, struct state_work *w, GError **error) MUST_CHECK;
bool control__end_plan(struct control *c, struct state_work *w, GError **error) MUST_CHECK;
/* The request a plan was stored with. Caller frees. */
struct wire_plan *control__plan_of(const struct state_work *w, GError **error) MUST_CHECK;
/* The difference was taken against a plan; is it still the environment's? */
bool control__check_expected(const struct wire_plan *p, const struct wire_environment *now,
                             GError **error) MUST_CHECK;
/* `audits`: those of the plan that are to be carried out (of struct wire_restatement), or NULL. */
bool control__schedule_plan(struct outline *o, const struct wire_plan *p,
                            const struct state_work *w, const GPtrArray *audits,
                            GError **error) MUST_CHECK;
/* One whose last plan ended well; ERROR_NOT_FOUND, ERROR_CONFLICT. */
bool control__settled_environment(struct control *c, int64_t project, const char *name,
                                  struct wire_environment **out, GError **error) MUST_CHECK;
bool control__post_run(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__get_run(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__list_runs(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__cancel_run(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__start_run(struct control *c, struct state_work *w, GError **error) MUST_CHECK;
void control__janitor_tick(struct control *c);
bool control__post_janitor(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__get_janitor(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__start_janitor(struct control *c, struct state_work *w, GError **error) MUST_CHECK;

/* part.c */
bool control__begin_part(struct control *c, GError **error) MUST_CHECK;
bool control__keep_part(struct control *c, GError **error) MUST_CHECK;
bool control__undo_part(struct control *c, GError **error) MUST_CHECK;
void control__close_part(struct control *c, bool keep); /* trouble is logged */

struct outline;

/* environments.c */
bool control__list_environments(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__get_environment(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__invalidate(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__pause(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__resume(struct control *c, struct op *op, GError **error) MUST_CHECK;
/* pauses.c: paused models, and all that read them, have nothing to do. */
bool control__leave_out_paused(struct control *c, const struct state_place *place,
                               const struct outline *o, GError **error) MUST_CHECK;
bool control__lookup(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__evaluations(struct control *c, struct op *op, GError **error) MUST_CHECK;

/* progress.c, queries.c, scheduler.c, metrics.c */
void control__query_answered(struct control *c, int64_t task, const json_t *answer);
bool control__progress(struct control *c, struct op *op, struct state_work *w,
                       GError **error) MUST_CHECK; /* a long poll when the request asks for one */
/* The same, or what the public API says of a work when the route is one of its. */
bool control__answer_work(struct control *c, struct op *op, struct state_work *w,
                          GError **error) MUST_CHECK;
bool control__query(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__query_ended(struct control *c, const struct queue_task *t,
                          const struct wire_result *r, GError **error) MUST_CHECK;
void control__tick(struct control *c);
void control__look_again(struct control *c, int64_t project, const char *environment);
bool control__metrics(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__openapi(struct control *c, struct op *op, GError **error) MUST_CHECK; /* openapi.c */
struct metrics *control__metrics_new(void);
void control__count_claimed(struct control *c, const GPtrArray *tasks); /* of struct queue_task */
void control__count_ended(struct control *c, const struct queue_task *t,
                          const struct wire_result *r);
void control__count_work(struct control *c, const struct state_work *w, int status);
void control__count_request(const struct http_route *route, const char *method, unsigned status,
                            double seconds, void *control);

#endif
