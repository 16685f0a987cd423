#include "state/state_int.h"

#include <string.h>

void state_snapshot_free(struct state_snapshot *s)
{
    if (!s)
        return;
    wire_snapshot_free(s->snapshot);
    g_free(s);
}

/* The definition and the intervals. */
static void leave_out_what_lives_elsewhere(struct wire_snapshot *s)
{
    s->definition = NULL;
    s->intervals = s->dev_intervals = NULL;
    s->deployed = false;
}

static char *info_text(const struct wire_snapshot *snapshot)
{
    struct wire_snapshot info = *snapshot;

    leave_out_what_lives_elsewhere(&info);
    return wire_to_text(&wire_snapshot_type, &info);
}

/* The plan that brought it will need it soon. */
static void keep_in_mind(struct state *s, int64_t id, const struct wire_snapshot *snapshot)
{
    struct wire_snapshot stored = *snapshot;
    struct state_snapshot *one = g_new0(struct state_snapshot, 1);

    leave_out_what_lives_elsewhere(&stored);
    one->id = id;
    one->snapshot = wire_copy(&wire_snapshot_type, &stored);
    state__remember(s->recent, one);
}

bool state_add_snapshot(struct state *s, int64_t project, const struct wire_snapshot *snapshot,
                        int64_t now_ms, GError **error)
{
    g_autofree char *info = info_text(snapshot);
    g_autofree char *definition =
        snapshot->definition ? json_text_as_built(snapshot->definition) : NULL;
    g_autoptr(db_rows) rows = db_query(
        s->db,
        "INSERT INTO snapshot (project, name, identifier, version, dev_version, kind,"
        " info, definition, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (project, name, identifier) DO NOTHING RETURNING id",
        "isssssssi", project, snapshot->name, snapshot->identifier, snapshot->version,
        snapshot->dev_version, model_kind_names[snapshot->kind], info, definition, now_ms, error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why))
        keep_in_mind(s, db_int(rows, 0), snapshot);
    return state__ended_well(why, error);
}

static struct state_snapshot *read_snapshot(const struct db_rows *rows, GError **error)
{
    g_autoptr(state_snapshot) out = g_new0(struct state_snapshot, 1);
    const char *info = db_string(rows, 1), *definition = db_string(rows, 2);

    out->id = db_int(rows, 0);
    out->snapshot = wire_from_text(&wire_snapshot_type, info, strlen(info), error);
    if (!out->snapshot)
        return NULL;
    if (definition &&
        !(out->snapshot->definition = json_parse(definition, strlen(definition), error)))
        return NULL;
    return g_steal_pointer(&out);
}

GPtrArray *state__read_snapshots(struct db_rows *rows, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)state_snapshot_free);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        struct state_snapshot *one = read_snapshot(rows, error);

        if (!one)
            return NULL;
        g_ptr_array_add(out, one);
    }
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

static bool find_deployed(struct state *s, int64_t project, struct wire_snapshot *snapshot,
                          GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT 1 FROM snapshot JOIN member ON member.snapshot = snapshot.id"
                 " WHERE snapshot.project = ? AND name = ? AND identifier = ?"
                 " AND environment = 'prod'",
                 "iss", project, snapshot->name, snapshot->identifier, error);
    GError *why = NULL;

    if (!rows)
        return false;
    snapshot->deployed = db_next(rows, &why);
    return state__ended_well(why, error);
}

static bool fill_intervals(struct state *s, int64_t project, struct wire_snapshot *snapshot,
                           GError **error)
{
    struct state_table t = state_table_of(project, snapshot, false);

    if (!find_deployed(s, project, snapshot, error))
        return false;
    if (t.version && !(snapshot->intervals = state_intervals(s, &t, error)))
        return false;
    t = state_table_of(project, snapshot, true);
    return !t.version || (snapshot->dev_intervals = state_intervals(s, &t, error));
}

/* As it is stored: kept with the recent ones and borrowed from them. */
static struct state_snapshot *read_stored(struct state *s, int64_t id, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT id, info, NULL FROM snapshot WHERE id = ?", "i", id, error);
    struct state_snapshot *one;

    if (!state__first(rows, error) || !(one = read_snapshot(rows, error)))
        return NULL;
    return state__remember(s->recent, one);
}

static bool read_definition(struct state *s, struct state_snapshot *one, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT definition FROM snapshot WHERE id = ?", "i", one->id, error);
    const char *text;
    json_t *definition;

    if (!state__first(rows, error))
        return false;
    if (!(text = db_string(rows, 0)))
        return true;
    if (!(definition = json_parse(text, strlen(text), error)))
        return false;
    state__define(s->recent, one, definition);
    return true;
}

/* *project and *out, borrowed; NULL: there is none. */
static bool look_up(struct state *s, int64_t id, int64_t *project, struct state_snapshot **out,
                    GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        s->db, "SELECT project, name, identifier FROM snapshot WHERE id = ?", "i", id, error);
    GError *why = NULL;

    *out = NULL;
    if (!rows)
        return false;
    if (!db_next(rows, &why))
        return state__ended_well(why, error);
    *project = db_int(rows, 0);
    *out = state__recall(s->recent, id, db_string(rows, 1), db_string(rows, 2));
    g_clear_pointer(&rows, db_rows_free);
    return *out || (*out = read_stored(s, id, error));
}

/* The caller's own, with intervals; what is opaque is shared. */
static struct state_snapshot *shown(struct state *s, int64_t project,
                                    const struct state_snapshot *stored, bool definition,
                                    GError **error)
{
    g_autoptr(state_snapshot) out = g_new0(struct state_snapshot, 1);
    struct wire_snapshot some = *stored->snapshot;

    if (!definition)
        some.definition = NULL;
    out->id = stored->id;
    out->snapshot = wire_copy(&wire_snapshot_type, &some);
    return fill_intervals(s, project, out->snapshot, error) ? g_steal_pointer(&out) : NULL;
}

struct state_snapshot *state_get_snapshot(struct state *s, int64_t id, bool definition,
                                          GError **error)
{
    struct state_snapshot *stored;
    int64_t project;

    if (!look_up(s, id, &project, &stored, error))
        return NULL;
    if (!stored) {
        g_set_error(
            error, state_error(), ERROR_NOT_FOUND,
            "The control plane has no snapshot number %" G_GINT64_FORMAT " of this project.", id);
        return NULL;
    }
    if (definition && !stored->snapshot->definition && !read_definition(s, stored, error))
        return NULL;
    return shown(s, project, stored, definition, error);
}

/* 0: there is none. */
static bool find_number(struct state *s, int64_t project, const char *name, const char *identifier,
                        int64_t *id, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT id FROM snapshot WHERE project = ? AND name = ? AND identifier = ?",
                 "iss", project, name, identifier, error);
    GError *why = NULL;

    if (!rows)
        return false;
    *id = db_next(rows, &why) ? db_int(rows, 0) : 0;
    return state__ended_well(why, error);
}

struct state_snapshot *state_find_snapshot(struct state *s, int64_t project, const char *name,
                                           const char *identifier, GError **error)
{
    struct state_snapshot *stored;
    int64_t id;

    if (!find_number(s, project, name, identifier, &id, error))
        return NULL;
    if (!id) {
        g_set_error(error, state_error(), ERROR_NOT_FOUND,
                    "The control plane has no snapshot %s of %s.", identifier, name);
        return NULL;
    }
    stored = state__recall(s->recent, id, name, identifier);
    if (!stored && !(stored = read_stored(s, id, error)))
        return NULL;
    return shown(s, project, stored, false, error);
}

GPtrArray *state_member_snapshots(struct state *s, int64_t project, const char *environment,
                                  GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT snapshot.id, info, NULL FROM member"
                 " JOIN snapshot ON snapshot.id = member.snapshot"
                 " WHERE member.project = ? AND environment = ? ORDER BY position",
                 "is", project, environment, error);
    GError *why = NULL;

    while (rows && db_next(rows, &why)) {
        g_autoptr(state_snapshot) one = read_snapshot(rows, error);

        if (!one)
            return NULL;
        g_ptr_array_add(out, g_steal_pointer(&one->snapshot));
    }
    return rows && state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

static GPtrArray *lookup_one(struct state *s, int64_t project, const struct wire_snapshot_id *id,
                             bool definitions, GError **error)
{
    const char *sql = "SELECT id, info, CASE WHEN ? = 1 THEN definition END FROM snapshot"
                      " WHERE project = ? AND name = ? AND (identifier = ? OR ? = 1) ORDER BY id";
    g_autoptr(db_rows) rows =
        db_query(s->db, sql, "bissb", (int)definitions, project, id->name,
                 id->identifier ? id->identifier : "", (int)!id->identifier, error);

    return state__read_snapshots(rows, error);
}

GPtrArray *state_lookup(struct state *s, int64_t project, const struct wire_lookup *lookup,
                        GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);

    for (guint i = 0; i < lookup->ids->len; i++) {
        g_autoptr(GPtrArray) some =
            lookup_one(s, project, lookup->ids->pdata[i], lookup->definitions, error);

        for (guint k = 0; some && k < some->len; k++) {
            struct state_snapshot *one = some->pdata[k];

            if (!fill_intervals(s, project, one->snapshot, error))
                return NULL;
            g_ptr_array_add(out, g_steal_pointer(&one->snapshot));
        }
        if (!some)
            return NULL;
    }
    return g_steal_pointer(&out);
}
