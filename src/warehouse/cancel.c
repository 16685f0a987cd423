/* cancel.c -- who is in the driver, and stopping it from another thread. */
#include "warehouse/warehouse_int.h"

#include "base/clock.h"

#include <time.h>

#define AGAIN_MS    20  /* a request that came before the engine had begun is lost: ask again */
#define PATIENCE_MS 500 /* how long the asking thread stays */

bool warehouse__enter(struct warehouse *w, GError **error)
{
    bool stop;

    pthread_mutex_lock(&w->lock);
    if (!w->reading)
        w->cancelled = false;
    stop = w->cancelled;
    w->inside = !stop;
    w->calls++;
    pthread_mutex_unlock(&w->lock);
    if (stop)
        warehouse__fail_cancelled(NULL, error);
    return !stop;
}

void warehouse__leave(struct warehouse *w)
{
    pthread_mutex_lock(&w->lock);
    w->inside = false;
    pthread_cond_broadcast(&w->left);
    pthread_mutex_unlock(&w->lock);
}

void warehouse__set_reading(struct warehouse *w, bool reading)
{
    pthread_mutex_lock(&w->lock);
    w->reading = reading;
    pthread_mutex_unlock(&w->lock);
}

bool warehouse__was_cancelled(struct warehouse *w)
{
    bool cancelled;

    pthread_mutex_lock(&w->lock);
    cancelled = w->cancelled;
    pthread_mutex_unlock(&w->lock);
    return cancelled;
}

static void wait_ms(struct warehouse *w, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&w->left, &w->lock, &until);
}

static void ask(struct warehouse *w)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    if (w->adbc.ConnectionCancel)
        w->adbc.ConnectionCancel(&w->connection, &e);
    if (e.release)
        e.release(&e);
}

/* The lock is held while the engine is asked, so that what comes next is never hit instead. */
void warehouse_cancel(struct warehouse *w)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    uint64_t call;

    pthread_mutex_lock(&w->lock);
    call = w->calls;
    w->cancelled = w->inside || w->reading;
    while (w->inside && w->calls == call && clock_monotonic_ms() < until) {
        ask(w);
        wait_ms(w, AGAIN_MS);
    }
    pthread_mutex_unlock(&w->lock);
}
