#include "control/control_int.h"

bool control__health(struct control *c, struct op *op, GError **error)
{
    struct queue_group none;

    if (!queue_group(c->queue, 0, &none, error)) /* the database answers */
        return false;
    op->answer = json_pack("{s:s, s:s}", "status", "ok", "version", HEDDLE_VERSION);
    return true;
}

bool control__metrics(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    int64_t counts[QUEUE_STATES], oldest_ms;

    if (!queue_totals(c->queue, counts, &oldest_ms, error))
        return false;
    g_string_append(out, "# HELP heddle_tasks Tasks by state.\n# TYPE heddle_tasks gauge\n");
    for (int s = 0; s < QUEUE_STATES; s++)
        g_string_append_printf(out, "heddle_tasks{state=\"%s\"} %" G_GINT64_FORMAT "\n",
                               queue_state_names[s], counts[s]);
    g_string_append_printf(out,
                           "# HELP heddle_leases_lost_total Leases that expired.\n"
                           "# TYPE heddle_leases_lost_total counter\n"
                           "heddle_leases_lost_total %" G_GINT64_FORMAT "\n",
                           queue_leases_lost(c->queue));
    g_string_append_printf(out,
                           "# HELP heddle_oldest_ready_seconds How long the oldest ready task has "
                           "waited.\n# TYPE heddle_oldest_ready_seconds gauge\n"
                           "heddle_oldest_ready_seconds %.3f\n",
                           oldest_ms == TIME_NONE ? 0.0
                                                  : (double)MAX(c->now_ms - oldest_ms, 0) / 1000.0);
    op->text = g_string_free(g_steal_pointer(&out), FALSE);
    return true;
}
