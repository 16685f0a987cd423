#include "control/control_int.h"

#include "base/clock.h"

#include <string.h>

/* clang-format off */
static const struct metric table[M_COUNT] = {
    [M_BUILD_INFO] = {"heddle_build_info", METRIC_GAUGE, "1, with the version of the program.", {"version"}, NULL},
    [M_QUEUE_DEPTH] = {"heddle_queue_depth", METRIC_GAUGE, "Tasks that are ready and wait for an executor.", {"queue", "kind"}, NULL},
    [M_QUEUE_RUNNING] = {"heddle_queue_running", METRIC_GAUGE, "Tasks that executors hold a lease on.", {"queue", "kind"}, NULL},
    [M_QUEUE_OLDEST] = {"heddle_queue_oldest_age_seconds", METRIC_GAUGE, "How long the oldest ready task has waited; 0 when there is none.", {"queue", "kind"}, NULL},
    [M_QUEUE_BLOCKED] = {"heddle_queue_blocked", METRIC_GAUGE, "Tasks that wait for other tasks.", {NULL}, NULL},
    [M_QUEUE_WAIT] = {"heddle_queue_wait_seconds", METRIC_HISTOGRAM, "From a task's being ready to its being handed out.", {"queue", "kind"}, metrics_long},
    [M_TASKS_CLAIMED] = {"heddle_tasks_claimed_total", METRIC_COUNTER, "Tasks handed out to executors.", {"queue", "kind"}, NULL},
    [M_TASKS_ENDED] = {"heddle_tasks_ended_total", METRIC_COUNTER, "Attempts that executors reported, by what became of the task.", {"queue", "kind", "result"}, NULL},
    [M_TASK_SECONDS] = {"heddle_task_duration_seconds", METRIC_HISTOGRAM, "How long attempts took in the warehouse, as executors report it.", {"queue", "kind"}, metrics_long},
    [M_RESULTS_STALE] = {"heddle_results_stale_total", METRIC_COUNTER, "Results that came too late and were not recorded.", {NULL}, NULL},
    [M_WORKS_ENDED] = {"heddle_works_ended_total", METRIC_COUNTER, "Plans, runs and passes of the janitor that ended, by status.", {"kind", "status"}, NULL},
    [M_LEASES_LOST] = {"heddle_leases_lost_total", METRIC_COUNTER, "Leases that expired because nobody renewed them.", {NULL}, NULL},
    [M_LOG_BYTES] = {"heddle_log_received_bytes_total", METRIC_COUNTER, "Bytes of tasks' logs that executors sent.", {NULL}, NULL},
    [M_EXECUTORS] = {"heddle_executors_connected", METRIC_GAUGE, "Executors that asked for work in the last minute.", {"kind"}, NULL},
    [M_TICK_AGE] = {"heddle_scheduler_tick_age_seconds", METRIC_GAUGE, "How long ago the scheduler last looked at what is due.", {NULL}, NULL},
    [M_HTTP_REQUESTS] = {"heddle_http_requests_total", METRIC_COUNTER, "Requests answered.", {"method", "route", "status"}, NULL},
    [M_HTTP_SECONDS] = {"heddle_http_request_duration_seconds", METRIC_HISTOGRAM, "From a request's headers to the end of its answer, waiting of long polls included.", {"method", "route"}, metrics_short},
    [M_DB_TRANSACTION_SECONDS] = {"heddle_db_transaction_duration_seconds", METRIC_HISTOGRAM, "Transactions on the state database, with all requests in them.", {NULL}, metrics_short},
    [M_DB_COMMIT_SECONDS] = {"heddle_db_commit_duration_seconds", METRIC_HISTOGRAM, "Commits on the state database.", {NULL}, metrics_short},
    [M_DB_FAILED] = {"heddle_db_transactions_failed_total", METRIC_COUNTER, "Transactions on the state database that failed.", {NULL}, NULL},
    [M_LOGINS] = {"heddle_logins_total", METRIC_COUNTER, "Requests for a token.", {"result"}, NULL},
};
/* clang-format on */

static const char *const queues[] = {"apply", "run", "both"}; /* enum queue_class */

struct metrics *control__metrics_new(void)
{
    struct metrics *m = metrics_new(table, M_COUNT);

    metrics_set(m, M_BUILD_INFO, METRIC_LABELS(HEDDLE_VERSION), 1);
    metrics_add(m, M_LOGINS, METRIC_LABELS("admitted"), 0);
    metrics_add(m, M_LOGINS, METRIC_LABELS("refused"), 0);
    return m;
}

void control__count_claimed(struct control *c, const GPtrArray *tasks)
{
    for (guint i = 0; i < tasks->len; i++) {
        const struct queue_task *t = tasks->pdata[i];
        const char *const *labels = METRIC_LABELS(queues[t->class], task_kind_names[t->kind]);

        metrics_add(c->metrics, M_TASKS_CLAIMED, labels, 1);
        if (t->ready_ms != TIME_NONE)
            metrics_observe(c->metrics, M_QUEUE_WAIT, labels,
                            (double)MAX(c->now_ms - t->ready_ms, 0) / 1000.0);
    }
}

void control__count_ended(struct control *c, const struct queue_task *t,
                          const struct wire_result *r)
{
    static const char *const words[QUEUE_STATES] = {
        [QUEUE_BLOCKED] = "retried", [QUEUE_READY] = "retried",     [QUEUE_LEASED] = "retried",
        [QUEUE_DONE] = "success",    [QUEUE_CANCELLED] = "aborted", [QUEUE_FAILED] = "failed",
    };
    const char *queue = queues[t->class], *kind = task_kind_names[t->kind];

    metrics_add(c->metrics, M_TASKS_ENDED, METRIC_LABELS(queue, kind, words[t->state]), 1);
    metrics_observe(c->metrics, M_TASK_SECONDS, METRIC_LABELS(queue, kind), r->seconds);
}

void control__count_work(struct control *c, const struct state_work *w, int status)
{
    metrics_add(c->metrics, M_WORKS_ENDED,
                METRIC_LABELS(state_work_names[w->kind], work_status_names[status]), 1);
}

void control__count_request(const struct http_route *route, const char *method, unsigned status,
                            double seconds, void *control)
{
    const struct control *c = control;
    const char *path = route ? route->path : "none";
    g_autofree char *number = g_strdup_printf("%u", status);

    /* A stranger may send any word as a method; a series is kept for ever. */
    if (!route)
        method = "any";
    metrics_add(c->metrics, M_HTTP_REQUESTS, METRIC_LABELS(method, path, number), 1);
    metrics_observe(c->metrics, M_HTTP_SECONDS, METRIC_LABELS(method, path), seconds);
}

static void set_depth(struct control *c, int class, int kind, const struct queue_depth *d)
{
    const char *const *labels = METRIC_LABELS(queues[class], task_kind_names[kind]);
    int64_t age_ms = d->oldest_ms == TIME_NONE ? 0 : MAX(c->now_ms - d->oldest_ms, 0);

    metrics_set(c->metrics, M_QUEUE_DEPTH, labels, (double)d->ready);
    metrics_set(c->metrics, M_QUEUE_RUNNING, labels, (double)d->leased);
    metrics_set(c->metrics, M_QUEUE_OLDEST, labels, (double)age_ms / 1000.0);
}

static bool set_depths(struct control *c, GError **error)
{
    struct queue_depths all;
    int64_t blocked;

    if (!queue_depths(c->queue, &all, error))
        return false;
    blocked = all.open;
    for (int class = 0; class < CLASS_COUNT; class ++)
        for (int kind = 0; kind < TASK_KIND_COUNT; kind++) {
            const struct queue_depth *d = &all.of[class][kind];

            set_depth(c, class, kind, d);
            blocked -= kind == TASK_QUERY ? 0 : d->ready + d->leased; /* those have no group */
        }
    metrics_set(c->metrics, M_QUEUE_BLOCKED, METRIC_PLAIN, (double)MAX(blocked, 0));
    return true;
}

static void set_executors(struct control *c)
{
    int connected[CLASS_COUNT + 1] = {0};
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, c->executors);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct executor_view *v = value;

        connected[v->class] += v->seen_ms > 0 && v->seen_ms + CONTROL_SERVED_MS > c->now_ms;
    }
    for (int k = 0; k <= CLASS_COUNT; k++)
        metrics_set(c->metrics, M_EXECUTORS, METRIC_LABELS(queues[k]), connected[k]);
}

/* A counter that others keep. */
static void follow(struct control *c, int metric, double value)
{
    metrics_set(c->metrics, metric, METRIC_PLAIN, value);
}

bool control__metrics(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GString) out = NULL;

    if (!set_depths(c, error))
        return false;
    set_executors(c);
    follow(c, M_LEASES_LOST, (double)queue_leases_lost(c->queue));
    follow(c, M_TICK_AGE, (double)(clock_monotonic_ms() - c->ticked_ms) / 1000.0);
    out = g_string_new(NULL);
    metrics_append(c->metrics, out);
    metrics_append_process(out);
    op->text = g_string_free(g_steal_pointer(&out), FALSE);
    op->text_type = METRICS_CONTENT_TYPE;
    return true;
}
