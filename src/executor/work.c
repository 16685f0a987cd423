/* work.c -- a job: handed to the worker, watched, and what it came to. */
#include "executor/executor_int.h"
#include "executor/worker.h"

#include <string.h>

#define WATCH_MS   100 /* how soon a stop is passed on */
#define MOST_AHEAD 4   /* jobs a worker has behind the one it is at */

/* "evaluate of "db"."shop"."orders" from 2026-01-01 to 2026-01-02" */
static char *describe(const struct wire_task *t)
{
    GString *out = g_string_new(task_kind_names[t->kind]);

    if (t->snapshot_name)
        g_string_append_printf(out, " of %s", t->snapshot_name);
    if (t->start_ms != TIME_NONE && t->end_ms != TIME_NONE) {
        g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(t->start_ms / 1000);
        g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(t->end_ms / 1000);
        g_autofree char *from = start ? g_date_time_format_iso8601(start) : NULL;
        g_autofree char *to = end ? g_date_time_format_iso8601(end) : NULL;

        g_string_append_printf(out, " from %s to %s", from ? from : "?", to ? to : "?");
    }
    return g_string_free(out, FALSE);
}

static char *death_notice(const struct job *j, const char *how)
{
    g_autofree char *what = describe(j->task);

    return g_strdup_printf("The worker process %s during the %s (task %s, attempt %" G_GINT64_FORMAT
                           ").%s%s\nhint: see the executor's memory limit and its log; other "
                           "tasks were not affected.",
                           how, what, j->task->id, j->task->attempt,
                           j->last_line ? " It last ran: " : "", j->last_line ? j->last_line : "");
}

/* A job that was told to stop ends as its reason wants, unless it was done before that. */
static void settle_stop(const struct job *j, struct wire_result *r)
{
    if (j->stop == STOP_NONE || r->status == STATUS_SUCCESS)
        return;
    r->status = j->stop == STOP_CANCELLED ? STATUS_ABORTED : STATUS_FAILED;
    r->retry = r->not_charged = j->stop == STOP_SHUTDOWN;
    if (j->stop == STOP_SHUTDOWN) {
        g_free(r->error);
        r->error = g_strdup("The executor was stopped while it carried out this task.");
    }
}

static void log_end(const struct job *j, const struct wire_result *r)
{
    g_autofree char *what = describe(j->task);
    g_autofree char *seconds = g_strdup_printf("%.3f", r->seconds);

    log_event(LOG_INFO, "task ended", "task", j->task->id, "what", what, "status",
              work_status_names[r->status], "seconds", seconds, r->error ? "error" : NULL, r->error,
              NULL);
}

/* Takes `r`. */
static void end_job(struct job *j, struct wire_result *r)
{
    struct executor *e = j->lane->e;

    pthread_mutex_lock(&e->lock);
    settle_stop(j, r);
    log_end(j, r);
    executor__job_end(j, r);
    pthread_mutex_unlock(&e->lock);
}

/* The worker is gone, or will be: what it had not come to is the next one's. */
static void take_back_ahead(struct slot *s)
{
    struct executor *e = s->lane->e;
    struct job *j;

    pthread_mutex_lock(&e->lock);
    while ((j = g_queue_pop_tail(&s->ahead))) {
        j->in_hand = false;
        j->state = JOB_QUEUED;
        g_queue_push_head(&s->lane->queue, j);
        if (j->stop != STOP_NONE)
            executor__job_stop_queued(j);
    }
    pthread_mutex_unlock(&e->lock);
}

static void worker_died(struct slot *s, struct job *j)
{
    g_autofree char *how = executor__slot_end_child(s);
    struct executor *e = s->lane->e;
    struct wire_result *r;

    take_back_ahead(s);
    pthread_mutex_lock(&e->lock);
    metrics_add(e->metrics, X_WORKERS_DIED, METRIC_PLAIN, 1);
    r = executor__job_result(j, STATUS_FAILED, death_notice(j, how));
    pthread_mutex_unlock(&e->lock);
    r->retry = true;
    end_job(j, r);
}

static void worker_answered(struct slot *s, struct job *j, const json_t *message)
{
    g_autoptr(GError) error = NULL;
    struct wire_result *r =
        wire_from_json(&wire_result_type, json_object_get(message, "result"), &error);
    bool suspect;

    if (!r)
        r = executor__job_result(j, STATUS_FAILED, g_strdup(error->message));
    suspect = r->status != STATUS_SUCCESS && r->retry;
    end_job(j, r);
    if (suspect && !s->lane->in_memory) { /* its connection may be lost: open another */
        g_free(executor__slot_end_child(s));
        take_back_ahead(s);
    }
}

static void add_to_log(struct job *j, const char *line)
{
    struct executor *e = j->lane->e;

    pthread_mutex_lock(&e->lock);
    executor__log_add(j, line);
    pthread_mutex_unlock(&e->lock);
}

static GList *find_ahead(struct slot *s, int64_t order)
{
    GList *i = s->ahead.head;

    while (i && ((const struct job *)i->data)->order != order)
        i = i->next;
    return i;
}

/* "ORDER LINE": the worker may be at the next job before it is known that it has ended this one. */
static void worker_logged(struct slot *s, struct job *j, const char *text)
{
    char *line;
    int64_t order = g_ascii_strtoll(text, &line, 10);
    const GList *ahead = find_ahead(s, order);

    if (ahead)
        j = ahead->data;
    if (j->order == order && *line == ' ')
        add_to_log(j, line + 1);
}

/* How long a stop may take. Another executor has a lost lease soon: nothing may be committed then.
 * A database in memory has no other executor, and is gone with its worker. */
static int64_t grace_ms(const struct job *j)
{
    const struct executor *e = j->lane->e;

    return j->stop == STOP_LOST && !j->lane->in_memory
               ? MIN(e->grace_ms, executor__margin_ms(e) / 2)
               : e->grace_ms;
}

static bool tell(struct slot *s, const char *what, const struct job *j)
{
    g_autoptr(json_t) order = json_pack("{s:s, s:I}", "do", what, "order", (json_int_t)j->order);

    return executor__child_send(s->child, order);
}

/* Pass a stop on to the worker; kill it when it does not end in time. */
static void pass_stop(struct slot *s, struct job *j, int64_t began_ms, bool *told)
{
    struct executor *e = s->lane->e;
    int64_t now_ms = clock_monotonic_ms(), until_ms;
    bool stop;

    pthread_mutex_lock(&e->lock);
    executor__stop_if_silent(j, now_ms); /* also while the keeper's call hangs */
    stop = j->stop != STOP_NONE;
    until_ms = MAX(j->stop_ms, began_ms) + grace_ms(j);
    pthread_mutex_unlock(&e->lock);
    if (!stop)
        return;
    if (now_ms > until_ms)
        executor__child_kill(s->child);
    else if (!*told)
        *told = tell(s, "cancel", j);
}

static bool is_wanted_back(struct job *j)
{
    struct executor *e = j->lane->e;
    bool wanted;

    pthread_mutex_lock(&e->lock);
    executor__stop_if_silent(j, clock_monotonic_ms());
    wanted = j->stop != STOP_NONE || e->phase != PHASE_SERVING;
    pthread_mutex_unlock(&e->lock);
    return wanted;
}

/* What the worker has not come to does not begin when it is stopped, or this executor is. Only the
 * worker knows whether it has. */
static void ask_back_ahead(struct slot *s)
{
    for (GList *i = s->ahead.head; i; i = i->next) {
        struct job *j = i->data;

        if (!j->asked_back && is_wanted_back(j))
            j->asked_back = tell(s, "drop", j);
    }
}

static void end_unbegun(struct job *j, bool in_hand)
{
    struct executor *e = j->lane->e;

    pthread_mutex_lock(&e->lock);
    executor__job_stop(j, STOP_SHUTDOWN); /* unless it has another reason */
    executor__job_stop_queued(j);
    j->in_hand = in_hand;
    pthread_mutex_unlock(&e->lock);
}

/* True when it was `j`. */
static bool worker_dropped(struct slot *s, struct job *j, int64_t order)
{
    GList *ahead = find_ahead(s, order);

    if (ahead) {
        end_unbegun(ahead->data, false);
        g_queue_delete_link(&s->ahead, ahead);
    } else if (j->order == order) {
        end_unbegun(j, true);
        return true;
    }
    return false;
}

/* One event of the worker; true when the job has ended. */
static bool watch(struct slot *s, struct job *j)
{
    json_t *message;
    g_autofree char *text = NULL;
    enum child_event event = executor__child_next(s->child, WATCH_MS, &message, &text);
    g_autoptr(json_t) said = message;
    const char *is = json_get_string(said, "is", "");
    int64_t order = json_get_int(said, "order", 0);

    if (event == CHILD_GONE) {
        worker_died(s, j);
    } else if (event == CHILD_PRINTS) {
        executor__slot_printed(s, text);
        add_to_log(j, text);
    } else if (event == CHILD_LOGS) {
        worker_logged(s, j, text);
    } else if (strcmp(is, "dropped") == 0) {
        return worker_dropped(s, j, order);
    } else if (strcmp(is, "result") == 0 && order == j->order) {
        worker_answered(s, j, said);
        return true;
    }
    return event == CHILD_GONE;
}

static void give(struct slot *s, struct job *j)
{
    g_autoptr(json_t) order = NULL;

    j->order = ++s->orders;
    j->asked_back = false;
    order = json_pack("{s:s, s:I, s:o}", "do", "task", "order", (json_int_t)j->order, "task",
                      wire_to_json(&wire_task_type, j->task));
    log_event(LOG_DEBUG, "task begins", "task", j->task->id, "gateway", s->lane->name, NULL);
    if (!executor__child_send(s->child, order))
        executor__child_kill(s->child);
}

static void give_ahead(struct slot *s)
{
    struct job *j;

    while (s->ahead.length < MOST_AHEAD && (j = executor__slot_take(s))) {
        g_queue_push_tail(&s->ahead, j);
        give(s, j);
    }
}

void executor__slot_run(struct slot *s, struct job *j)
{
    int64_t began_ms = clock_monotonic_ms();
    bool told = false;

    if (j == g_queue_peek_head(&s->ahead))
        g_queue_pop_head(&s->ahead);
    else
        give(s, j);
    give_ahead(s);
    while (!watch(s, j)) {
        pass_stop(s, j, began_ms, &told);
        ask_back_ahead(s);
        give_ahead(s);
    }
}
