/* executor.h -- the executor's supervisor: it claims tasks, hands them to worker processes, keeps
 * their leases and reports how they ended. It never opens a warehouse itself.
 *
 * Threads of one executor (each has a connection to the control plane of its own):
 *     greeter   says hello: which gateways answer, their catalogs and versions
 *     claimer   one a gateway: long polls for tasks while there is room
 *     slot      one a worker process: hands it a task, reads log lines and the result
 *     keeper    renews leases, and does nothing else
 *     reporter  sends results until they are taken
 *     shipper   sends numbered pieces of tasks' logs
 *
 * What it runs with comes from the environment alone (docs/settings.md), or, inside a command,
 * from struct executor_options. Values of secrets are cut out of every text that leaves.
 * A DuckDB file admits one process: tasks of such a gateway run while the executor holds the lock
 * beside the file (turn.h), and waiting for it is no failure.
 */
#ifndef HEDDLE_EXECUTOR_EXECUTOR_H
#define HEDDLE_EXECUTOR_EXECUTOR_H

#include "project/config.h"

ERROR_DOMAIN(executor)

/* `heddle executor KIND [--once] [--check]`. */
struct executor_settings {
    const char *kind; /* "apply" or "run" */
    bool once;        /* work off what is ready, then exit */
    bool check;       /* only say whether token, control plane and every gateway answer */
};

/* The whole command, until it is told to stop; the exit code. SIGTERM and SIGINT drain: what runs
 * is finished, nothing is claimed; after HEDDLE_DRAIN_SECONDS, at a second signal or at SIGQUIT
 * what runs is cancelled. */
int executor_main(const struct executor_settings *settings);

/* An executor inside a command. Borrowed until it has started, but for the redactor. */
struct executor_options {
    const char *kind, *name; /* "apply", "run" or "both"; name NULL: the host's */
    const char *url;         /* TCLOUD_URL */
    const char *token;       /* a ready token, or NULL: */
    const char *client_id, *client_secret, *token_url;
    const struct config *config;
    /* Facts known beforehand, of struct wire_gateway, or NULL. Such a gateway is not opened to
     * find them out: no worker is started before there is work. What a worker then finds is told.
     */
    const GPtrArray *known;
    bool memory_allowed;        /* DuckDB without a file: this is the only executor there will be */
    bool once;                  /* end when nothing is ready */
    const char *worker_program; /* NULL: this program itself */
    int64_t cancel_grace_ms;    /* from cancel to kill; 0: 10 s */
    struct redactor *redactor;  /* NULL: one of its own */
};

struct executor;

/* Have this thread, and those it starts, wait for a processor rather than take it from a worker,
 * which is what everybody waits for (SCHED_BATCH, sched(7)). Workers do not inherit it. */
void executor_step_back(void);
/* Start its threads and return; what fails later is tried again for ever and logged. ERROR_INVALID
 * for options that cannot be: no gateway, DuckDB in memory where that is not allowed. */
struct executor *executor_start(const struct executor_options *options, GError **error) MUST_CHECK;
/* Wait until the control plane has welcomed it. False with the reason when that has not happened
 * within the time: a gateway that does not answer, a refused login, a server that is not there. */
bool executor_wait_ready(struct executor *e, int64_t timeout_ms, GError **error) MUST_CHECK;
/* What is known of its gateways by now: of struct wire_gateway; g_ptr_array_unref(). */
GPtrArray *executor_gateways(struct executor *e);
/* Work for the default gateway is about to come: its worker is started and its warehouse opened
 * meanwhile. What fails in that, the first task finds again. Returns at once. */
void executor_expect_work(struct executor *e);
/* Claim nothing more; tasks not begun are given back, what runs is finished. Returns at once. */
void executor_drain(struct executor *e);
/* Cancel what runs, too. Returns at once. */
void executor_cancel(struct executor *e);
/* True when all is over (drained, cancelled, or --once and nothing is ready) within the time. */
bool executor_wait_ended(struct executor *e, int64_t timeout_ms);
/* Drain for at most `drain_ms`, then cancel, join all threads and free. NULL is fine. */
void executor_stop(struct executor *e, int64_t drain_ms);

#endif
