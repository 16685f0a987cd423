#include "state/state_int.h"

#include <string.h>

static bool put_gateway(struct state *s, int64_t project, const struct wire_gateway *g,
                        int64_t now_ms, GError **error)
{
    g_autofree char *info = wire_to_text(&wire_gateway_type, g);
    g_autofree char *name = g_ascii_strdown(g->name, -1);

    return db_run(s->db, NULL,
                  "INSERT INTO gateway (project, name, info, reported_ms) VALUES (?, ?, ?, ?)"
                  " ON CONFLICT (project, name) DO UPDATE SET info = excluded.info,"
                  " reported_ms = excluded.reported_ms WHERE gateway.info <> excluded.info",
                  "issi", project, name, info, now_ms, error);
}

bool state_report_gateways(struct state *s, int64_t project, const GPtrArray *gateways,
                           int64_t now_ms, GError **error)
{
    for (guint i = 0; i < gateways->len; i++)
        if (!put_gateway(s, project, gateways->pdata[i], now_ms, error))
            return false;
    return true;
}

bool state_hello(struct state *s, int64_t project, const struct wire_hello *hello, int64_t now_ms,
                 GError **error)
{
    g_autofree char *text = wire_to_text(&wire_hello_type, hello);

    if (!db_run(s->db, NULL,
                "INSERT INTO executor (project, id, hello, hello_ms) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (project, id) DO UPDATE SET hello = excluded.hello,"
                " hello_ms = excluded.hello_ms",
                "issi", project, hello->executor_id, text, now_ms, error))
        return false;
    return state_report_gateways(s, project, hello->gateways, now_ms, error);
}

struct wire_hello *state_executor(struct state *s, int64_t project, const char *executor_id,
                                  GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT hello FROM executor WHERE project = ? AND id = ?", "is", project,
                 executor_id, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    if (db_next(rows, &why))
        return wire_from_text(&wire_hello_type, db_string(rows, 0), strlen(db_string(rows, 0)),
                              error);
    if (state__ended_well(why, error))
        g_set_error(error, state_error(), ERROR_NOT_FOUND,
                    "The control plane does not know executor %s.\n"
                    "hint: say hello first, and again after this answer.",
                    executor_id);
    return NULL;
}

bool state_forget_executors(struct state *s, int64_t before_ms, GError **error)
{
    return db_run(s->db, NULL, "DELETE FROM executor WHERE hello_ms < ?", "i", before_ms, error);
}

GPtrArray *state_gateways(struct state *s, int64_t project, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_gateway_free);
    g_autoptr(db_rows) rows = db_query(
        s->db, "SELECT info FROM gateway WHERE project = ? ORDER BY name", "i", project, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        const char *info = db_string(rows, 0);
        struct wire_gateway *g = wire_from_text(&wire_gateway_type, info, strlen(info), error);

        if (!g)
            return NULL;
        g_ptr_array_add(out, g);
    }
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
