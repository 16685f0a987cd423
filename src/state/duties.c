/* Duties that one server at a time has: whoever holds one has to say so again before it ends. */
#include "state/state_int.h"

static bool read_duty(struct state *s, const char *name, char **holder, int64_t *until_ms,
                      GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT holder, until_ms FROM duty WHERE name = ?", "s", name, error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why)) {
        *holder = g_strdup(db_string(rows, 0));
        *until_ms = db_int(rows, 1);
    }
    return state__ended_well(why, error);
}

bool state_take_duty(struct state *s, const struct state_duty *duty, int64_t now_ms, bool *held,
                     GError **error)
{
    g_autofree char *holder = NULL;
    int64_t until_ms = TIME_NONE;
    bool mine;

    *held = false;
    if (!read_duty(s, duty->name, &holder, &until_ms, error))
        return false;
    mine = g_strcmp0(holder, duty->holder) == 0;
    if (holder && !mine && until_ms > now_ms)
        return true;
    *held = true;
    if (mine && until_ms > now_ms + duty->ttl_ms / 2)
        return true; /* said lately enough */
    return db_run(s->db, NULL,
                  "INSERT INTO duty (name, holder, until_ms) VALUES (?, ?, ?) ON CONFLICT (name)"
                  " DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms",
                  "ssi", duty->name, duty->holder, now_ms + duty->ttl_ms, error);
}

bool state_leave_duties(struct db *db, const char *holder, GError **error)
{
    return db_run(db, NULL, "DELETE FROM duty WHERE holder = ? OR ? = 1", "sb", holder, !holder,
                  error);
}

GPtrArray *state_duty_holders(struct db *db, int64_t now_ms, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(db_rows) rows = NULL;
    GError *why = NULL;
    bool there;

    if (!db_has_table(db, "duty", &there, error))
        return NULL;
    if (!there)
        return g_steal_pointer(&out);
    rows = db_query(db, "SELECT DISTINCT holder FROM duty WHERE until_ms > ?", "i", now_ms, error);
    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_ptr_array_add(out, g_strdup(db_string(rows, 0)));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
