#include "state/state_int.h"

#include <string.h>

#define ENVIRONMENT_COLUMNS "info, expiration_ms, finalized_ms, paused_by"

static void place_free(struct state_place *p)
{
    if (!p)
        return;
    g_free(p->environment);
    g_free(p);
}

static struct wire_environment *read_environment(const struct db_rows *rows, GError **error)
{
    const char *info = db_string(rows, 0);
    struct wire_environment *e = wire_from_text(&wire_environment_type, info, strlen(info), error);

    if (!e)
        return NULL;
    e->expiration_ms = db_time(rows, 1);
    e->finalized_ms = db_time(rows, 2);
    g_free(e->paused_by);
    e->paused_by = g_strdup(db_string(rows, 3));
    return e;
}

static bool read_members(struct state *s, int64_t project, struct wire_environment *e,
                         GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT name, identifier, promoted FROM member JOIN snapshot ON snapshot.id ="
                 " member.snapshot WHERE member.project = ? AND environment = ? ORDER BY position",
                 "is", project, e->name, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        struct wire_member *m = wire_member_new();

        m->name = g_strdup(db_string(rows, 0));
        m->identifier = g_strdup(db_string(rows, 1));
        m->promoted = db_int(rows, 2) != 0;
        g_ptr_array_add(e->members, m);
    }
    return state__ended_well(why, error);
}

bool state_environment(struct state *s, int64_t project, const char *name,
                       struct wire_environment **environment, GError **error)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(db_rows) rows = db_query(
        s->db, "SELECT " ENVIRONMENT_COLUMNS " FROM environment WHERE project = ? AND name = ?",
        "is", project, name, error);
    GError *why = NULL;

    *environment = NULL;
    if (!rows)
        return false;
    if (!db_next(rows, &why))
        return state__ended_well(why, error);
    e = read_environment(rows, error);
    g_clear_pointer(&rows, db_rows_free);
    if (!e || !read_members(s, project, e, error))
        return false;
    *environment = g_steal_pointer(&e);
    return true;
}

GPtrArray *state_environments(struct state *s, int64_t project, GError **error)
{
    g_autoptr(GPtrArray) out =
        g_ptr_array_new_with_free_func((GDestroyNotify)wire_environment_free);
    g_autoptr(db_rows) rows = db_query(
        s->db, "SELECT " ENVIRONMENT_COLUMNS " FROM environment WHERE project = ? ORDER BY name",
        "i", project, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        struct wire_environment *e = read_environment(rows, error);

        if (!e)
            return NULL;
        g_ptr_array_add(out, e);
    }
    g_clear_pointer(&rows, db_rows_free);
    if (!state__ended_well(why, error))
        return NULL;
    for (guint i = 0; i < out->len; i++)
        if (!read_members(s, project, out->pdata[i], error))
            return NULL;
    return g_steal_pointer(&out);
}

GPtrArray *state_members(struct state *s, int64_t project, const struct wire_environment *e,
                         GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)state_snapshot_free);

    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];
        struct state_snapshot *one = state_find_snapshot(s, project, m->name, m->identifier, error);

        if (!one)
            return NULL;
        g_ptr_array_add(out, one);
    }
    return g_steal_pointer(&out);
}

static bool put_members(struct state *s, int64_t project, const struct wire_environment *e,
                        GHashTable *targets, GError **error)
{
    if (!db_run(s->db, NULL, "DELETE FROM member WHERE project = ? AND environment = ?", "is",
                project, e->name, error))
        return false;
    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];
        int64_t changed = 0;

        if (!db_run(s->db, &changed,
                    "INSERT INTO member (project, environment, position, snapshot, promoted,"
                    " target) SELECT ?, ?, ?, id, ?, ? FROM snapshot WHERE project = ? AND name = ?"
                    " AND identifier = ?",
                    "isibsiss", project, e->name, (int64_t)i, (int)m->promoted,
                    m->promoted ? (const char *)g_hash_table_lookup(targets, m->name) : NULL,
                    project, m->name, m->identifier, error))
            return false;
        if (changed != 1) {
            g_set_error(error, state_error(), ERROR_INVALID,
                        "Environment %s shall hold snapshot %s of %s, which is not stored.",
                        e->name, m->identifier, m->name);
            return false;
        }
    }
    return true;
}

/* The columns and the members are kept beside the text, not in it. */
static char *info_text(const struct wire_environment *e)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    struct wire_environment info = *e;

    info.members = info.snapshots = none;
    info.expiration_ms = info.finalized_ms = TIME_NONE;
    info.paused_by = NULL;
    return wire_to_text(&wire_environment_type, &info);
}

bool state_put_environment(struct state *s, int64_t project, const struct wire_environment *e,
                           GHashTable *targets, GError **error)
{
    g_autofree char *info = info_text(e);

    return db_run(s->db, NULL,
                  "INSERT INTO environment (project, name, info, expiration_ms, finalized_ms,"
                  " cadence) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (project, name) DO UPDATE SET"
                  " info = excluded.info, expiration_ms = excluded.expiration_ms,"
                  " finalized_ms = excluded.finalized_ms",
                  "issttb", project, e->name, info, e->expiration_ms, e->finalized_ms,
                  strcmp(e->name, "prod") == 0, error) &&
           put_members(s, project, e, targets, error);
}

GHashTable *state_targets(struct state *s, int64_t project, const char *environment, GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT name, target FROM member JOIN snapshot ON snapshot.id = member.snapshot"
                 " WHERE member.project = ? AND environment = ? AND target IS NOT NULL",
                 "is", project, environment, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_hash_table_insert(out, g_strdup(db_string(rows, 0)), g_strdup(db_string(rows, 1)));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

bool state_delete_environment(struct state *s, int64_t project, const char *name, GError **error)
{
    return db_run(s->db, NULL, "DELETE FROM member WHERE project = ? AND environment = ?", "is",
                  project, name, error) &&
           db_run(s->db, NULL, "DELETE FROM paused WHERE project = ? AND environment = ?", "is",
                  project, name, error) &&
           db_run(s->db, NULL, "DELETE FROM environment WHERE project = ? AND name = ?", "is",
                  project, name, error);
}

static bool changed_one(int64_t changed, const char *name, GError **error)
{
    if (changed == 1)
        return true;
    g_set_error(error, state_error(), ERROR_NOT_FOUND, "There is no environment %s.", name);
    return false;
}

bool state_expire_environment(struct state *s, int64_t project, const char *name, int64_t at_ms,
                              GError **error)
{
    int64_t changed;

    return db_run(s->db, &changed,
                  "UPDATE environment SET expiration_ms = ? WHERE project = ? AND name = ?", "iis",
                  at_ms, project, name, error) &&
           changed_one(changed, name, error);
}

bool state_pause(struct state *s, int64_t project, const char *name, const char *by, GError **error)
{
    int64_t changed;

    return db_run(s->db, &changed,
                  "UPDATE environment SET cadence = ?, paused_by = ? WHERE project = ?"
                  " AND name = ?",
                  "bsis", by == NULL, by, project, name, error) &&
           changed_one(changed, name, error);
}

bool state_pause_model(struct state *s, int64_t project, const char *environment, const char *name,
                       const char *by, GError **error)
{
    if (!by)
        return db_run(s->db, NULL,
                      "DELETE FROM paused WHERE project = ? AND environment = ? AND name = ?",
                      "iss", project, environment, name, error);
    return db_run(s->db, NULL,
                  "INSERT INTO paused (project, environment, name, paused_by) VALUES (?, ?, ?, ?)"
                  " ON CONFLICT (project, environment, name) DO NOTHING",
                  "isss", project, environment, name, by, error);
}

GHashTable *state_paused_models(struct state *s, int64_t project, const char *environment,
                                GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT name, paused_by FROM paused WHERE project = ? AND environment = ?",
                 "is", project, environment, error);
    GError *why = NULL;

    while (rows && db_next(rows, &why))
        g_hash_table_insert(out, g_strdup(db_string(rows, 0)), g_strdup(db_string(rows, 1)));
    return rows && state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

static GPtrArray *places(struct db_rows *rows, GError **error)
{
    g_autoptr(db_rows) own = rows;
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)place_free);
    GError *why = NULL;

    if (!own)
        return NULL;
    while (db_next(own, &why)) {
        struct state_place *p = g_new0(struct state_place, 1);

        p->project = db_int(own, 0);
        p->environment = g_strdup(db_string(own, 1));
        g_ptr_array_add(out, p);
    }
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

GPtrArray *state_on_cadence(struct state *s, GError **error)
{
    return places(db_query(s->db,
                           "SELECT project, name FROM environment WHERE cadence = 1"
                           " AND finalized_ms IS NOT NULL ORDER BY project, name",
                           "", error),
                  error);
}

GPtrArray *state_expired(struct state *s, int64_t now_ms, GError **error)
{
    return places(db_query(s->db,
                           "SELECT project, name FROM environment WHERE expiration_ms <= ?"
                           " AND name <> 'prod' ORDER BY project, name",
                           "i", now_ms, error),
                  error);
}
