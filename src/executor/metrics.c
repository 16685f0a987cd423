/* metrics.c -- the supervisor's figures for Prometheus. */
#include "executor/executor_int.h"

#include "executor/health.h"

/* clang-format off */
static const struct metric table[X_COUNT] = {
    [X_BUILD_INFO] = {"heddle_build_info", METRIC_GAUGE, "1, with the version of the program.", {"version"}, NULL},
    [X_READY] = {"heddle_executor_ready", METRIC_GAUGE, "1 while it is logged in and may claim.", {NULL}, NULL},
    [X_LOOP_AGE] = {"heddle_executor_loop_age_seconds", METRIC_GAUGE, "How long ago its slowest loop turned.", {NULL}, NULL},
    [X_GATEWAY] = {"heddle_executor_gateway", METRIC_GAUGE, "1 for the state a gateway is in.", {"gateway", "state"}, NULL},
    [X_SLOTS] = {"heddle_executor_slots", METRIC_GAUGE, "How many tasks a gateway may have at the same time.", {"gateway"}, NULL},
    [X_CLAIMS] = {"heddle_executor_claims_total", METRIC_COUNTER, "Claims answered, by what they gave: tasks, nothing, or an error.", {"gateway", "result"}, NULL},
    [X_CLAIMED] = {"heddle_executor_tasks_claimed_total", METRIC_COUNTER, "Tasks taken.", {"gateway", "kind"}, NULL},
    [X_WAITING] = {"heddle_executor_tasks_waiting", METRIC_GAUGE, "Tasks taken that wait for a worker.", {NULL}, NULL},
    [X_RUNNING] = {"heddle_executor_tasks_running", METRIC_GAUGE, "Tasks that a worker carries out.", {NULL}, NULL},
    [X_RESULTS_WAITING] = {"heddle_executor_results_waiting", METRIC_GAUGE, "Results that are not reported yet.", {NULL}, NULL},
    [X_WAIT] = {"heddle_executor_queue_wait_seconds", METRIC_HISTOGRAM, "From a claim to the task's beginning in a worker.", {"gateway", "kind"}, metrics_long},
    [X_ENDED] = {"heddle_executor_tasks_ended_total", METRIC_COUNTER, "Tasks that ended here, by how.", {"gateway", "kind", "result"}, NULL},
    [X_SECONDS] = {"heddle_executor_task_duration_seconds", METRIC_HISTOGRAM, "How long tasks took in the warehouse.", {"gateway", "kind"}, metrics_long},
    [X_HEARTBEATS] = {"heddle_executor_heartbeats_total", METRIC_COUNTER, "Renewals of leases that were answered.", {NULL}, NULL},
    [X_HEARTBEATS_FAILED] = {"heddle_executor_heartbeats_failed_total", METRIC_COUNTER, "Renewals of leases that were not.", {NULL}, NULL},
    [X_LEASES_LOST] = {"heddle_executor_leases_lost_total", METRIC_COUNTER, "Leases lost before their task was done.", {NULL}, NULL},
    [X_STALE] = {"heddle_executor_results_stale_total", METRIC_COUNTER, "Results that came too late.", {NULL}, NULL},
    [X_LOG_WAITING] = {"heddle_executor_log_waiting_bytes", METRIC_GAUGE, "Bytes of tasks' logs that are not shipped yet.", {NULL}, NULL},
    [X_WORKERS_DIED] = {"heddle_executor_workers_died_total", METRIC_COUNTER, "Worker processes that ended during a task.", {NULL}, NULL},
};
/* clang-format on */

struct metrics *executor__metrics_new(void)
{
    struct metrics *m = metrics_new(table, X_COUNT);

    metrics_set(m, X_BUILD_INFO, METRIC_LABELS(HEDDLE_VERSION), 1);
    return m;
}

static const char *result_word(const struct job *j)
{
    if (j->stop == STOP_LOST)
        return "lost";
    if (j->result->status == STATUS_SUCCESS)
        return "success";
    if (j->result->not_charged)
        return "given_back";
    return j->result->status == STATUS_ABORTED ? "aborted" : "failed";
}

void executor__count_claimed(const struct job *j)
{
    metrics_add(j->lane->e->metrics, X_CLAIMED,
                METRIC_LABELS(j->lane->name, task_kind_names[j->task->kind]), 1);
}

void executor__count_begun(const struct job *j)
{
    metrics_observe(j->lane->e->metrics, X_WAIT,
                    METRIC_LABELS(j->lane->name, task_kind_names[j->task->kind]),
                    (double)(clock_monotonic_ms() - j->claimed_ms) / 1000.0);
}

void executor__count_ended(const struct job *j, bool had_begun)
{
    const char *kind = task_kind_names[j->task->kind];

    metrics_add(j->lane->e->metrics, X_ENDED, METRIC_LABELS(j->lane->name, kind, result_word(j)),
                1);
    if (had_begun)
        metrics_observe(j->lane->e->metrics, X_SECONDS, METRIC_LABELS(j->lane->name, kind),
                        j->result->seconds);
}

static void set_jobs(struct executor *e)
{
    int64_t states[JOB_REPORTED + 1] = {0}, log_bytes = 0;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, e->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct job *j = value;

        states[j->state]++;
        log_bytes += (int64_t)j->log.pending->len;
    }
    metrics_set(e->metrics, X_WAITING, METRIC_PLAIN, (double)states[JOB_QUEUED]);
    metrics_set(e->metrics, X_RUNNING, METRIC_PLAIN, (double)states[JOB_RUNNING]);
    metrics_set(e->metrics, X_RESULTS_WAITING, METRIC_PLAIN, (double)states[JOB_ENDED]);
    metrics_set(e->metrics, X_LOG_WAITING, METRIC_PLAIN, (double)log_bytes);
    metrics_set(e->metrics, X_READY, METRIC_PLAIN,
                e->phase == PHASE_SERVING && e->welcomed && !e->trouble);
}

static void set_lanes(struct executor *e)
{
    metrics_clear(e->metrics, X_GATEWAY);
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        metrics_set(e->metrics, X_GATEWAY,
                    METRIC_LABELS(lane->name, executor__lane_state_names[lane->state]), 1);
        metrics_set(e->metrics, X_SLOTS, METRIC_LABELS(lane->name), (double)lane->slot_count);
    }
}

char *executor__metrics_text(struct executor *e)
{
    GString *out = g_string_new(NULL);
    int64_t age_ms = executor__age_ms(e, clock_monotonic_ms());

    pthread_mutex_lock(&e->lock);
    set_jobs(e);
    set_lanes(e);
    metrics_set(e->metrics, X_LOOP_AGE, METRIC_PLAIN, (double)MAX(age_ms, 0) / 1000.0);
    pthread_mutex_unlock(&e->lock);
    metrics_append(e->metrics, out);
    metrics_append_process(out);
    return g_string_free(out, FALSE);
}
