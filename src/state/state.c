#include "state/state_int.h"

ERROR_DOMAIN_DEFINE(state)

struct state *state_new(struct db *db, GError **error)
{
    struct state *s;

    if (!db_migrate(db, &state_schema, error))
        return NULL;
    s = g_new0(struct state, 1);
    s->db = db;
    s->projects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    s->recent = state__recent_new();
    return s;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    state__recent_free(s->recent);
    g_hash_table_unref(s->projects);
    g_free(s);
}

bool state__ended_well(GError *why, GError **error)
{
    if (!why)
        return true;
    g_propagate_error(error, why);
    return false;
}

bool state__first(struct db_rows *rows, GError **error)
{
    GError *why = NULL;

    if (rows && db_next(rows, &why))
        return true;
    if (why)
        g_propagate_error(error, why);
    else if (rows)
        g_set_error(error, state_error(), ERROR_NOT_FOUND,
                    "The state's tables do not hold a row that must be there.");
    return false;
}

static bool read_project(struct state *s, const char *path, int64_t *project, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT id FROM state_project WHERE path = ?", "s", path, error);
    GError *why = NULL;

    *project = 0;
    if (!rows)
        return false;
    if (db_next(rows, &why))
        *project = db_int(rows, 0);
    return state__ended_well(why, error);
}

bool state_find_project(struct state *s, const char *path, int64_t *project, GError **error)
{
    const int64_t *known = g_hash_table_lookup(s->projects, path);

    if (known) {
        *project = *known;
        return true;
    }
    if (!read_project(s, path, project, error))
        return false;
    if (*project)
        g_hash_table_insert(s->projects, g_strdup(path), g_memdup2(project, sizeof *project));
    return true;
}

void state_undone(struct state *s)
{
    g_hash_table_remove_all(s->projects);
}

bool state_project(struct state *s, const char *path, int64_t *project, GError **error)
{
    if (!state_find_project(s, path, project, error))
        return false;
    return *project ||
           (db_run(s->db, NULL,
                   "INSERT INTO state_project (path) VALUES (?) ON CONFLICT (path) DO NOTHING", "s",
                   path, error) &&
            read_project(s, path, project, error));
}

GArray *state__read_ids(struct db_rows *rows, GError **error)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        int64_t id = db_int(rows, 0);

        g_array_append_val(out, id);
    }
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

GArray *state_projects(struct state *s, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT id FROM state_project ORDER BY id", "", error);

    return state__read_ids(rows, error);
}
