/* slot.c -- the thread that owns a worker process: it waits for a job, has it carried out, and
 * looks after the process and the file while there is none. */
#include "executor/executor_int.h"

#include <malloc.h>

#define LINGER_MS 1000  /* how long an idle executor keeps a DuckDB file open */
#define IDLE_MS   60000 /* how long an idle worker process lives */
#define GLANCE_MS 50    /* how often an idle holder of a file looks whether it is wanted */

/* Does the slot hold anything that it should let go of after a while? Then how soon to look. */
static int64_t patience(const struct slot *s)
{
    if (s->lane->has_turn)
        return GLANCE_MS;
    return s->child ? 5000 : 60000;
}

/* The C library keeps what a busy time took and was freed; an idle executor shall be small. */
static void give_heap_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static void tidy(struct slot *s)
{
    struct lane *lane = s->lane;
    int64_t now = clock_monotonic_ms();

    if (lane->has_turn &&
        (now - s->idle_since_ms >= LINGER_MS ||
         (now - s->idle_since_ms >= 2 * GLANCE_MS && executor__turn_wanted(lane->turn, 0, now))))
        executor__slot_yield(s);
    if (s->child && !lane->in_memory && now - s->idle_since_ms >= IDLE_MS) {
        g_free(executor__slot_end_child(s));
        give_heap_back();
    }
}

static bool probe_is_due(const struct slot *s)
{
    const struct lane *lane = s->lane;

    return s == lane->slots && !lane->facts && clock_monotonic_ms() >= lane->probe_ms;
}

static int64_t wait_ms(const struct slot *s)
{
    const struct lane *lane = s->lane;
    int64_t wait = patience(s);

    if (s == lane->slots && !lane->facts)
        wait = MIN(wait, MAX(lane->probe_ms - clock_monotonic_ms(), 1));
    return wait;
}

enum errand { ERRAND_NONE, ERRAND_JOB, ERRAND_PROBE, ERRAND_OPEN, ERRAND_END };

/* With the lock held. Once: to open what cannot be opened is not tried again before there is a job.
 */
static bool work_is_expected(const struct slot *s)
{
    struct lane *lane = s->lane;
    bool expected = s == lane->slots && lane->work_expected;

    if (expected)
        lane->work_expected = false;
    return expected;
}

/* One look at the lane; sleeps when there is nothing to do. */
static enum errand look(struct slot *s, struct job **j)
{
    struct lane *lane = s->lane;
    struct executor *e = lane->e;
    enum errand errand = ERRAND_NONE;

    pthread_mutex_lock(&e->lock);
    *j = g_queue_peek_head(&s->ahead);
    if (!*j)
        *j = g_queue_pop_head(&lane->queue);
    if (*j)
        errand = ERRAND_JOB;
    else if (e->phase != PHASE_SERVING)
        errand = ERRAND_END;
    else if (probe_is_due(s))
        errand = ERRAND_PROBE;
    else if (work_is_expected(s))
        errand = ERRAND_OPEN;
    else
        executor__wait_flow(e, wait_ms(s));
    if (*j)
        (*j)->in_hand = true;
    pthread_mutex_unlock(&e->lock);
    return errand;
}

/* With the lock held. */
static bool begin(struct job *j)
{
    if (j->state != JOB_QUEUED)
        return false;
    j->state = JOB_RUNNING;
    executor__count_begun(j);
    return true;
}

static bool begin_prepared(struct job *j)
{
    struct executor *e = j->lane->e;
    bool wanted;

    pthread_mutex_lock(&e->lock);
    wanted = begin(j);
    pthread_mutex_unlock(&e->lock);
    return wanted;
}

/* Slots of a lane with several may be idle: the job is for whoever comes first. A file that others
 * wait for is given away before long. */
static bool may_take(const struct slot *s)
{
    const struct lane *lane = s->lane;

    return lane->slot_count == 1 &&
           !(lane->has_turn && executor__turn_wanted(lane->turn, LINGER_MS, clock_monotonic_ms()));
}

struct job *executor__slot_take(struct slot *s)
{
    struct executor *e = s->lane->e;
    struct job *j;

    if (!may_take(s))
        return NULL;
    pthread_mutex_lock(&e->lock);
    j = e->phase == PHASE_SERVING ? g_queue_pop_head(&s->lane->queue) : NULL;
    if (j)
        j->in_hand = begin(j);
    pthread_mutex_unlock(&e->lock);
    return j;
}

static void refuse(struct job *j, const GError *why)
{
    struct executor *e = j->lane->e;

    pthread_mutex_lock(&e->lock);
    if (j->state == JOB_QUEUED) {
        struct wire_result *r = executor__job_result(
            j, STATUS_FAILED,
            g_strdup_printf("Gateway %s cannot be opened: %s", j->lane->name, why->message));

        r->retry = !error_is(why, ERROR_INVALID) && !error_is(why, ERROR_NOT_FOUND);
        executor__job_end(j, r);
    }
    pthread_mutex_unlock(&e->lock);
}

static void out_of_hand(struct job *j)
{
    struct executor *e = j->lane->e;

    pthread_mutex_lock(&e->lock);
    j->in_hand = false;
    executor__jobs_sweep(e);
    pthread_mutex_unlock(&e->lock);
}

static void do_job(struct slot *s, struct job *j)
{
    g_autoptr(GError) error = NULL;
    bool given = j == g_queue_peek_head(&s->ahead);
    enum ready ready = given ? READY : executor__slot_prepare(s, j, &error);

    if (ready == READY_NEVER)
        refuse(j, error);
    else if (ready == READY && (given || begin_prepared(j)))
        executor__slot_run(s, j);
    out_of_hand(j);
    s->idle_since_ms = clock_monotonic_ms();
    if (s->lane->has_turn && g_queue_is_empty(&s->ahead) &&
        executor__turn_wanted(s->lane->turn, LINGER_MS, s->idle_since_ms))
        executor__slot_yield(s);
}

static void do_probe(struct slot *s)
{
    g_autoptr(GError) error = NULL;

    if (executor__slot_prepare(s, NULL, &error) == READY_NEVER)
        executor__lane_refused(s->lane, error);
    s->idle_since_ms = clock_monotonic_ms();
}

static void open_early(struct slot *s)
{
    g_autoptr(GError) ignored = NULL; /* the first job meets it again */

    executor__slot_prepare(s, NULL, &ignored);
    s->idle_since_ms = clock_monotonic_ms();
}

void *executor__slot_loop(void *data)
{
    struct slot *s = data;
    enum errand errand;
    struct job *j;

    while ((errand = look(s, &j)) != ERRAND_END) {
        if (errand == ERRAND_JOB)
            do_job(s, j);
        else if (errand == ERRAND_PROBE)
            do_probe(s);
        else if (errand == ERRAND_OPEN)
            open_early(s);
        else
            tidy(s);
    }
    if (s->lane->has_turn)
        executor__slot_yield(s);
    g_free(executor__slot_end_child(s));
    return NULL;
}
