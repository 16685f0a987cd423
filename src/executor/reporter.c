/* reporter.c -- how tasks ended is told until the control plane has taken it. */
#include "executor/executor_int.h"

#define MAX_BATCH     64
#define LINGER_MS     20    /* results wait so long for each other, if nobody waits for them */
#define ENOUGH_WORK   4     /* jobs at hand that keep a worker busy while it gets others */
#define GIVE_UP_MS    10000 /* after cancelling: the leases expire by themselves */
#define TOO_MUCH_TEXT "The control plane did not take the result of this task: "

static bool claims_are_over(const struct executor *e)
{
    for (guint i = 0; i < e->lanes->len; i++)
        if (((const struct lane *)e->lanes->pdata[i])->claimer.turn_ms != 0)
            return false;
    return true;
}

static bool is_over(const struct executor *e)
{
    return e->phase != PHASE_SERVING && claims_are_over(e) && executor__jobs_open(e) == 0;
}

/* While a lane has more to do, what has ended there holds nobody up for a moment: results that are
 * told together are one request, and one commit. */
static bool may_linger(const struct executor *e, const GPtrArray *ended, int64_t since_ms)
{
    if (e->phase != PHASE_SERVING || ended->len >= MAX_BATCH ||
        clock_monotonic_ms() - since_ms >= LINGER_MS)
        return false;
    for (guint i = 0; i < ended->len; i++) {
        struct job *j = ended->pdata[i];

        if (j->result->data || j->lane->load <= ENOUGH_WORK)
            return false;
    }
    return true;
}

/* Jobs that have ended and are not reported; a query's rows go alone. */
static GPtrArray *ended_jobs(struct executor *e)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, e->jobs);
    while (list->len < MAX_BATCH && g_hash_table_iter_next(&iter, NULL, &value)) {
        struct job *j = value;

        if (j->state != JOB_ENDED || (j->result->data && list->len > 0))
            continue;
        g_ptr_array_add(list, j);
        if (j->result->data)
            break;
    }
    return list;
}

/* Wait for jobs to report; an empty list when all is over. */
static GPtrArray *next_jobs(struct executor *e)
{
    int64_t since_ms = clock_monotonic_ms(); /* about when the first of them ended */
    GPtrArray *list;

    pthread_mutex_lock(&e->lock);
    while ((list = ended_jobs(e))->len == 0 ? !is_over(e) : may_linger(e, list, since_ms)) {
        e->reporter.turn_ms = clock_monotonic_ms();
        since_ms = list->len > 0 ? since_ms : e->reporter.turn_ms;
        executor__wait_flow(e, list->len > 0 ? LINGER_MS : 1000);
        g_ptr_array_unref(list);
    }
    pthread_mutex_unlock(&e->lock);
    return list;
}

static void mark_reported(struct executor *e, const GPtrArray *list, const struct wire_finished *f)
{
    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < list->len; i++)
        ((struct job *)list->pdata[i])->state = JOB_REPORTED;
    metrics_add(e->metrics, X_STALE, METRIC_PLAIN, f ? f->stale->len : 0);
    e->progress += list->len;
    executor__jobs_sweep(e);
    executor__tell_flow(e);
    pthread_mutex_unlock(&e->lock);
}

/* Results do not change once their job has ended: no lock is needed to read them. */
static json_t *message(const struct executor *e, const GPtrArray *list)
{
    json_t *results = json_array();

    for (guint i = 0; i < list->len; i++)
        json_array_append_new(
            results, wire_to_json(&wire_result_type, ((struct job *)list->pdata[i])->result));
    return json_pack("{s:s, s:o}", "executor_id", e->id, "results", results);
}

static bool send_results(struct executor *e, const GPtrArray *list, GError **error)
{
    g_autoptr(wire_finished) f = executor__call(&e->reporter, "tasks/finish", message(e, list), 0,
                                                &wire_finished_type, error);

    if (!f)
        return false;
    for (guint i = 0; i < f->stale->len; i++)
        log_event(LOG_WARNING, "a result came too late: the lease was another's", "task",
                  (char *)f->stale->pdata[i], NULL);
    mark_reported(e, list, f);
    return true;
}

/* Asking again would not help: the answer is about what was sent. */
static bool is_final(const GError *error)
{
    return error_is(error, ERROR_INVALID) || error_is(error, ERROR_LIMIT) ||
           error_is(error, ERROR_CONFLICT);
}

/* What was done could not be told; a short failure in its place can. */
static void shorten(struct executor *e, struct job *j, const GError *why)
{
    struct wire_result *r =
        executor__job_result(j, STATUS_FAILED, g_strdup_printf(TOO_MUCH_TEXT "%s", why->message));

    pthread_mutex_lock(&e->lock);
    wire_result_free(j->result);
    j->result = r;
    pthread_mutex_unlock(&e->lock);
}

static void report_one(struct executor *e, struct job *j)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_autoptr(GError) error = NULL, again = NULL;

    g_ptr_array_add(one, j);
    if (send_results(e, one, &error) || !is_final(error))
        return;
    shorten(e, j, error);
    if (!send_results(e, one, &again) && is_final(again))
        mark_reported(e, one, NULL); /* the lease will expire, and say so */
}

static bool shall_give_up(struct executor *e)
{
    bool yes;

    pthread_mutex_lock(&e->lock);
    yes = e->phase == PHASE_CANCELLING && clock_monotonic_ms() - e->cancel_ms > GIVE_UP_MS;
    pthread_mutex_unlock(&e->lock);
    return yes;
}

static void report(struct executor *e, const GPtrArray *list)
{
    g_autoptr(GError) error = NULL;

    if (send_results(e, list, &error))
        return;
    if (is_final(error)) {
        for (guint i = 0; i < list->len; i++)
            report_one(e, list->pdata[i]);
    } else if (shall_give_up(e)) {
        log_event(LOG_ERROR, "results could not be reported before the end", "why", error->message,
                  NULL);
        mark_reported(e, list, NULL);
    } else {
        executor__back_off(&e->reporter);
    }
}

void *executor__reporter_loop(void *data)
{
    struct executor *e = data;
    GPtrArray *list;

    while ((list = next_jobs(e))->len > 0) {
        executor__turned(&e->reporter);
        report(e, list);
        g_ptr_array_unref(list);
    }
    g_ptr_array_unref(list);
    pthread_mutex_lock(&e->lock);
    e->ended = true;
    pthread_mutex_unlock(&e->lock);
    executor__loop_ended(&e->reporter);
    return NULL;
}
