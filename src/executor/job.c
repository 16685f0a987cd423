#include "executor/executor_int.h"

static char *key_of(const struct wire_task *task)
{
    return g_strdup_printf("%s/%" G_GINT64_FORMAT, task->id, task->fence);
}

struct job *executor__job_new(struct lane *lane, struct wire_task *task)
{
    struct executor *e = lane->e;
    struct job *j = g_new0(struct job, 1);

    j->lane = lane;
    j->task = task;
    j->renewed_ms = j->claimed_ms = clock_monotonic_ms();
    executor__log_init(&j->log, e->redactor);
    j->log.closed = task->kind == TASK_QUERY; /* its task is forgotten with its answer */
    g_hash_table_replace(e->jobs, key_of(task), j);
    g_queue_push_tail(&lane->queue, j);
    lane->load++;
    executor__count_claimed(j);
    return j;
}

void executor__job_free(struct job *j)
{
    wire_task_free(j->task);
    wire_result_free(j->result);
    executor__log_clear(&j->log);
    g_free(j->last_line);
    g_free(j);
}

struct wire_result *executor__job_result(const struct job *j, int status, char *message)
{
    struct wire_result *r = wire_result_new();

    r->task_id = g_strdup(j->task->id);
    r->fence = j->task->fence;
    r->status = status;
    r->error = message;
    r->rows = -1;
    r->started_ms = r->ended_ms = clock_now_ms();
    return r;
}

static void redact(struct redactor *r, char **text)
{
    char *clean = *text ? redact_text(r, *text) : NULL;

    g_free(*text);
    *text = clean;
}

static void redact_result(struct redactor *redactor, struct wire_result *r)
{
    redact(redactor, &r->error);
    for (guint i = 0; i < r->audits->len; i++) {
        struct wire_audit *a = r->audits->pdata[i];

        redact(redactor, &a->query);
        redact(redactor, &a->message);
    }
    executor__redact_json(redactor, r->data);
}

void executor__job_end(struct job *j, struct wire_result *result)
{
    struct executor *e = j->lane->e;
    bool had_begun = j->state == JOB_RUNNING;

    if (j->state == JOB_QUEUED)
        g_queue_remove(&j->lane->queue, j);
    j->lane->load--;
    redact_result(e->redactor, result);
    wire_result_free(j->result);
    j->result = result;
    j->state = j->stop == STOP_LOST ? JOB_REPORTED : JOB_ENDED;
    executor__count_ended(j, had_begun);
    executor__log_close(j);
    executor__tell_flow(e);
}

static struct wire_result *not_begun(const struct job *j)
{
    struct wire_result *r;

    if (j->stop == STOP_CANCELLED)
        return executor__job_result(j, STATUS_ABORTED,
                                    g_strdup("The task was cancelled before it began."));
    r = executor__job_result(j, STATUS_FAILED,
                             g_strdup("The executor was stopped before it began this task."));
    r->retry = r->not_charged = true;
    return r;
}

void executor__job_stop(struct job *j, enum stop why)
{
    if (j->state > JOB_RUNNING || j->stop != STOP_NONE)
        return;
    j->stop = why;
    j->stop_ms = clock_monotonic_ms();
    if (why == STOP_LOST)
        metrics_add(j->lane->e->metrics, X_LEASES_LOST, METRIC_PLAIN, 1);
    if (j->state == JOB_QUEUED)
        executor__job_stop_queued(j);
}

void executor__job_stop_queued(struct job *j)
{
    executor__job_end(j, not_begun(j));
}

void executor__jobs_sweep(struct executor *e)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, e->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct job *j = value;

        if (j->state == JOB_REPORTED && !j->in_hand &&
            (j->log.pending->len == 0 || j->stop == STOP_LOST))
            g_hash_table_iter_remove(&iter);
    }
}

int64_t executor__jobs_open(const struct executor *e)
{
    GHashTableIter iter;
    gpointer value;
    int64_t open = 0;

    g_hash_table_iter_init(&iter, e->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        open += ((const struct job *)value)->state != JOB_REPORTED;
    return open;
}
