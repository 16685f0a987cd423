/* shipper.c -- pieces of tasks' logs on their way to the control plane. */
#include "executor/executor_int.h"

#define TICK_MS     300
#define FAREWELL_MS 3000 /* after the last result: what is left of the logs may take so long */
#define MAX_TRIES   5    /* of one piece that the control plane refuses for a reason of its own */

static struct wire_log *next_chunk(struct executor *e)
{
    struct wire_log *chunk = NULL;
    GHashTableIter iter;
    gpointer value;

    pthread_mutex_lock(&e->lock);
    g_hash_table_iter_init(&iter, e->jobs);
    while (!chunk && g_hash_table_iter_next(&iter, NULL, &value))
        if (((struct job *)value)->stop != STOP_LOST)
            chunk = executor__log_take(value);
    executor__jobs_sweep(e);
    pthread_mutex_unlock(&e->lock);
    return chunk;
}

static bool is_time_over(struct executor *e, int64_t *ended_ms)
{
    bool ended;

    pthread_mutex_lock(&e->lock);
    ended = e->ended;
    pthread_mutex_unlock(&e->lock);
    if (ended && !*ended_ms)
        *ended_ms = clock_monotonic_ms();
    return ended && clock_monotonic_ms() - *ended_ms > FAREWELL_MS;
}

/* No answer: tried until there is one. Refused: given up, and the reader sees a gap. */
static void ship(struct executor *e, const struct wire_log *chunk, int64_t *ended_ms)
{
    int refused = 0;

    do {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) answer = executor__call(&e->shipper, "tasks/log",
                                                  wire_to_json(&wire_log_type, chunk), 0, &error);

        executor__turned(&e->shipper);
        if (answer || error_is(error, ERROR_INVALID) || error_is(error, ERROR_LIMIT) ||
            error_is(error, ERROR_CONFLICT) || error_is(error, ERROR_NOT_FOUND))
            return;
        if (!error_is(error, ERROR_UNAVAILABLE) && ++refused == MAX_TRIES)
            return;
        executor__back_off(&e->shipper);
    } while (!is_time_over(e, ended_ms));
}

/* False when there is nothing left to do. */
static bool rest(struct executor *e)
{
    bool go_on;

    pthread_mutex_lock(&e->lock);
    e->shipper.turn_ms = clock_monotonic_ms();
    go_on = !e->ended;
    if (go_on)
        executor__wait(e, TICK_MS);
    pthread_mutex_unlock(&e->lock);
    return go_on;
}

void *executor__shipper_loop(void *data)
{
    struct executor *e = data;
    int64_t ended_ms = 0;
    bool go_on = true;

    while (go_on) {
        struct wire_log *chunk;

        go_on = rest(e);
        while (!is_time_over(e, &ended_ms) && (chunk = next_chunk(e))) {
            ship(e, chunk, &ended_ms);
            wire_log_free(chunk);
        }
    }
    executor__loop_ended(&e->shipper);
    return NULL;
}
