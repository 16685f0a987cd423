#include "state/state_int.h"

void state_swept_free(struct state_swept *s)
{
    if (!s)
        return;
    wire_snapshot_free(s->snapshot);
    g_free(s);
}

/* Snapshots nobody holds: no environment, no open plan or run. */
static GPtrArray *unheld(struct state *s, int64_t project, int64_t before_ms, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT id, info, NULL FROM snapshot WHERE project = ? AND created_ms <= ?"
                 " AND NOT EXISTS (SELECT 1 FROM member WHERE member.snapshot = snapshot.id)"
                 " AND NOT EXISTS (SELECT 1 FROM subject JOIN work ON work.id = subject.work"
                 " WHERE subject.snapshot = snapshot.id AND work.ended_ms IS NULL) ORDER BY id",
                 "ii", project, before_ms, error);

    return state__read_snapshots(rows, error);
}

/* Forget a table that no snapshot uses any more; *unused says whether it was built. */
static bool forget_table(struct state *s, const struct state_table *t, bool *unused, GError **error)
{
    static const char *const clean[] = {
        "DELETE FROM filled WHERE project = ? AND name = ? AND version = ? AND dev = ?",
        "DELETE FROM built WHERE project = ? AND name = ? AND version = ? AND dev = ?",
    };
    g_autoptr(db_rows) rows = NULL;

    *unused = false;
    if (!t->version)
        return true;
    rows = db_query(s->db,
                    t->dev ? "SELECT count(*) FROM snapshot WHERE project = ? AND name = ?"
                             " AND dev_version = ?"
                           : "SELECT count(*) FROM snapshot WHERE project = ? AND name = ?"
                             " AND version = ?",
                    "iss", t->project, t->name, t->version, error);
    if (!state__first(rows, error))
        return false;
    if (db_int(rows, 0) > 0)
        return true;
    g_clear_pointer(&rows, db_rows_free);
    if (!state_is_built(s, t, unused, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(clean); i++)
        if (!db_run(s->db, NULL, clean[i], "issb", t->project, t->name, t->version, (int)t->dev,
                    error))
            return false;
    return true;
}

bool state_sweep(struct state *s, int64_t project, int64_t before_ms, GPtrArray *swept,
                 GError **error)
{
    g_autoptr(GPtrArray) gone = unheld(s, project, before_ms, error);

    for (guint i = 0; gone && i < gone->len; i++) {
        const struct state_snapshot *one = gone->pdata[i];

        if (!db_run(s->db, NULL, "DELETE FROM snapshot WHERE id = ?", "i", one->id, error))
            return false;
    }
    for (guint i = 0; gone && i < gone->len; i++) {
        struct state_snapshot *one = gone->pdata[i];
        struct state_table version = state_table_of(project, one->snapshot, false);
        struct state_table dev = state_table_of(project, one->snapshot, true);
        struct state_swept *out = g_new0(struct state_swept, 1);

        out->snapshot = g_steal_pointer(&one->snapshot);
        g_ptr_array_add(swept, out);
        if (!forget_table(s, &version, &out->version_unused, error) ||
            !forget_table(s, &dev, &out->dev_unused, error))
            return false;
    }
    return gone != NULL;
}
