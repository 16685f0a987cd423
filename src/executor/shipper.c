/* shipper.c -- pieces of tasks' logs on their way to the control plane. */
#include "executor/executor_int.h"

#include <string.h>

#define TICK_MS     300
#define FAREWELL_MS 3000 /* after the last result: what is left of the logs may take so long */
#define MAX_TRIES   5    /* of pieces that the control plane refuses for a reason of its own */
#define MAX_PIECES  256  /* a request */

static int64_t take_pieces(struct job *j, GPtrArray *pieces, int64_t room)
{
    struct wire_log *piece;
    int64_t bytes = 0;

    while (bytes < room && pieces->len < MAX_PIECES && (piece = executor__log_take(j))) {
        bytes += (int64_t)strlen(piece->text);
        g_ptr_array_add(pieces, piece);
    }
    return bytes;
}

/* What waits of the logs of all tasks, about MAX_LOG_CHUNK bytes of it; NULL for nothing. *more: it
 * may not be all. */
static struct wire_logs *next_logs(struct executor *e, bool *more)
{
    g_autoptr(wire_logs) logs = wire_logs_new();
    int64_t room = MAX_LOG_CHUNK;
    GHashTableIter iter;
    gpointer value;

    logs->executor_id = g_strdup(e->id);
    pthread_mutex_lock(&e->lock);
    g_hash_table_iter_init(&iter, e->jobs);
    while (room > 0 && g_hash_table_iter_next(&iter, NULL, &value))
        if (((struct job *)value)->stop != STOP_LOST)
            room -= take_pieces(value, logs->pieces, room);
    executor__jobs_sweep(e);
    pthread_mutex_unlock(&e->lock);
    *more = room <= 0 || logs->pieces->len >= MAX_PIECES;
    return logs->pieces->len > 0 ? g_steal_pointer(&logs) : NULL;
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
static void ship(struct executor *e, const struct wire_logs *logs, int64_t *ended_ms)
{
    int refused = 0;

    do {
        g_autoptr(GError) error = NULL;
        g_autoptr(wire_finished) answer =
            executor__call(&e->shipper, "tasks/logs", wire_to_json(&wire_logs_type, logs), 0,
                           &wire_finished_type, &error);

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
    int64_t left, until_ms = clock_monotonic_ms() + TICK_MS;
    bool go_on;

    pthread_mutex_lock(&e->lock);
    e->shipper.turn_ms = clock_monotonic_ms();
    go_on = !e->ended;
    while (!e->ended && (left = until_ms - clock_monotonic_ms()) > 0)
        executor__wait(e, left);
    pthread_mutex_unlock(&e->lock);
    return go_on;
}

void *executor__shipper_loop(void *data)
{
    struct executor *e = data;
    int64_t ended_ms = 0;
    bool go_on = true;

    while (go_on) {
        bool more = true;

        go_on = rest(e);
        while (more && !is_time_over(e, &ended_ms)) {
            g_autoptr(wire_logs) logs = next_logs(e, &more);

            if (logs)
                ship(e, logs, &ended_ms);
        }
    }
    executor__loop_ended(&e->shipper);
    return NULL;
}
