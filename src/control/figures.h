/* figures.h -- the names of the figures at /metrics; what each is stands in metrics.c. */
#ifndef HEDDLE_CONTROL_FIGURES_H
#define HEDDLE_CONTROL_FIGURES_H

enum control_metric {
    M_BUILD_INFO,
    M_QUEUE_DEPTH,
    M_QUEUE_RUNNING,
    M_QUEUE_OLDEST,
    M_QUEUE_BLOCKED,
    M_QUEUE_WAIT,
    M_TASKS_CLAIMED,
    M_TASKS_ENDED,
    M_TASK_SECONDS,
    M_RESULTS_STALE,
    M_WORKS_ENDED,
    M_LEASES_LOST,
    M_LOG_BYTES,
    M_EXECUTORS,
    M_TICK_AGE,
    M_HTTP_REQUESTS,
    M_HTTP_SECONDS,
    M_DB_TRANSACTION_SECONDS,
    M_DB_COMMIT_SECONDS,
    M_DB_FAILED,
    M_LOGINS,
    M_COUNT,
};

#endif
