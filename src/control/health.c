/* health.c -- /healthz and /readyz. */
#include "control/health.h"

#include "base/clock.h"

#define STUCK_MS (5 * 60 * 1000) /* longer than any wait for a database that is away */

void control__alive(struct http_call *call, void *data)
{
    const struct control *c = data;
    int64_t age_ms = clock_monotonic_ms() - c->turned_ms;

    if (c->turned_ms && age_ms > STUCK_MS)
        http_reply_problem(call, 503, "unavailable",
                           "The loop has not turned for %" G_GINT64_FORMAT " seconds.",
                           age_ms / 1000);
    else
        http_reply_json(call, 200,
                        json_pack("{s:s, s:s}", "status", "ok", "version", HEDDLE_VERSION));
}

bool control__health(struct control *c, struct op *op, GError **error)
{
    struct queue_group none;

    if (c->retiring) {
        g_set_error_literal(error, control_error(), ERROR_UNAVAILABLE,
                            "This server is about to stop.");
        return false;
    }
    if (!queue_group(c->queue, 0, &none, error)) /* the database answers */
        return false;
    op->answer = json_pack("{s:s, s:s}", "status", "ok", "version", HEDDLE_VERSION);
    return true;
}
