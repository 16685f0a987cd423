#include "state/state_int.h"

struct state_table state_table_of(int64_t project, const struct wire_snapshot *snapshot, bool dev)
{
    return (struct state_table){project, snapshot->name,
                                dev ? snapshot->dev_version : snapshot->version, dev};
}

struct intervals *state_intervals(struct state *s, const struct state_table *t, GError **error)
{
    g_autoptr(intervals) out = intervals_new();
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT start_ms, end_ms FROM filled WHERE project = ? AND name = ?"
                 " AND version = ? AND dev = ? ORDER BY start_ms",
                 "issb", t->project, t->name, t->version, (int)t->dev, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        intervals_add(out, db_int(rows, 0), db_int(rows, 1));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

static bool insert(struct state *s, const struct state_table *t, int64_t start_ms, int64_t end_ms,
                   GError **error)
{
    return db_run(s->db, NULL,
                  "INSERT INTO filled (project, name, version, dev, start_ms, end_ms)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "issbii", t->project, t->name, t->version, (int)t->dev, start_ms, end_ms, error);
}

/* What overlaps or touches a range, taken out of the table. */
static struct intervals *take_near(struct state *s, const struct state_table *t, int64_t start_ms,
                                   int64_t end_ms, GError **error)
{
    g_autoptr(intervals) near = state_intervals(s, t, error);
    g_autoptr(intervals) out = intervals_new();

    for (size_t i = 0; near && i < intervals_count(near); i++) {
        struct interval r = intervals_get(near, i);

        if (r.end >= start_ms && r.start <= end_ms)
            intervals_add(out, r.start, r.end);
    }
    if (!near ||
        !db_run(s->db, NULL,
                "DELETE FROM filled WHERE project = ? AND name = ? AND version = ?"
                " AND dev = ? AND end_ms >= ? AND start_ms <= ?",
                "issbii", t->project, t->name, t->version, (int)t->dev, start_ms, end_ms, error))
        return NULL;
    return g_steal_pointer(&out);
}

static bool insert_all(struct state *s, const struct state_table *t, const struct intervals *set,
                       GError **error)
{
    for (size_t i = 0; i < intervals_count(set); i++) {
        struct interval r = intervals_get(set, i);

        if (!insert(s, t, r.start, r.end, error))
            return false;
    }
    return true;
}

bool state_add_interval(struct state *s, const struct state_table *t, int64_t start_ms,
                        int64_t end_ms, GError **error)
{
    g_autoptr(intervals) merged = NULL;

    if (start_ms >= end_ms)
        return true;
    merged = take_near(s, t, start_ms, end_ms, error);
    if (!merged)
        return false;
    intervals_add(merged, start_ms, end_ms);
    return insert_all(s, t, merged, error);
}

bool state_remove_intervals(struct state *s, const struct state_table *t,
                            const struct intervals *which, GError **error)
{
    for (size_t i = 0; i < intervals_count(which); i++) {
        struct interval r = intervals_get(which, i);
        g_autoptr(intervals) rest = take_near(s, t, r.start, r.end, error);

        if (!rest)
            return false;
        intervals_remove(rest, r.start, r.end);
        if (!insert_all(s, t, rest, error))
            return false;
    }
    return true;
}

/* The model's other tables that are filled somewhere; of struct state_table with a version of its
 * own, to be freed. */
static GArray *other_tables(struct state *s, const struct state_table *t, GError **error)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(struct state_table));
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT DISTINCT version, dev FROM filled WHERE project = ? AND name = ?"
                 " AND NOT (version = ? AND dev = ?)",
                 "issb", t->project, t->name, t->version, (int)t->dev, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        struct state_table other = {t->project, t->name, g_strdup(db_string(rows, 0)),
                                    db_int(rows, 1) != 0};

        g_array_append_val(out, other);
    }
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

bool state_remove_elsewhere(struct state *s, const struct state_table *t, int64_t start_ms,
                            int64_t end_ms, GError **error)
{
    g_autoptr(intervals) range = intervals_of(start_ms, end_ms);
    g_autoptr(GArray) others = other_tables(s, t, error);
    bool ok = others != NULL;

    for (guint i = 0; others && i < others->len; i++) {
        struct state_table *other = &g_array_index(others, struct state_table, i);

        ok = ok && state_remove_intervals(s, other, range, error);
        g_free((char *)other->version);
    }
    return ok;
}

bool state_is_built(struct state *s, const struct state_table *t, bool *built, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT count(*) FROM built WHERE project = ? AND name = ? AND version = ?"
                 " AND dev = ?",
                 "issb", t->project, t->name, t->version, (int)t->dev, error);

    if (!state__first(rows, error))
        return false;
    *built = db_int(rows, 0) > 0;
    return true;
}

bool state_set_built(struct state *s, const struct state_table *t, int64_t now_ms, GError **error)
{
    return db_run(s->db, NULL,
                  "INSERT INTO built (project, name, version, dev, built_ms)"
                  " VALUES (?, ?, ?, ?, ?) ON CONFLICT (project, name, version, dev) DO NOTHING",
                  "issbi", t->project, t->name, t->version, (int)t->dev, now_ms, error);
}
