/* Migrations: each step in a transaction of its own, so that two processes that start at once, or
 * one that dies halfway, leave every step applied exactly once. */
#include "db/db_int.h"

static const char schema_table[] =
    "CREATE TABLE IF NOT EXISTS heddle_schema (module TEXT PRIMARY KEY, version BIGINT NOT NULL)";

/* 0 when the module has no tables yet, -1 on an error. */
static int64_t version_of(struct db *db, const char *module, GError **error)
{
    GError *why = NULL;
    int64_t version;
    g_autoptr(db_rows) rows =
        db_query(db, "SELECT version FROM heddle_schema WHERE module = ?", "s", module, error);

    if (!rows)
        return -1;
    version = db_next(rows, &why) ? db_int(rows, 0) : 0;
    if (!why)
        return version;
    g_propagate_error(error, why);
    return -1;
}

static bool take_step(struct db *db, const char *module, const struct db_migration *m,
                      GError **error)
{
    const char *script = db->is_postgres && m->postgres ? m->postgres : m->sqlite;

    if (db_script(db, script, error) &&
        db_run(db, NULL,
               "INSERT INTO heddle_schema (module, version) VALUES (?, ?)"
               " ON CONFLICT (module) DO UPDATE SET version = excluded.version",
               "si", module, (int64_t)m->version, error))
        return true;
    g_prefix_error(error, "Migration %d of %s failed. ", m->version, module);
    return false;
}

/* One step under the write lock; `*version` is what the module has reached. */
static bool advance(struct db *db, const char *module, const struct db_migration *migrations,
                    size_t count, int64_t *version, GError **error)
{
    if (!db_begin(db, error))
        return false;
    if (db->is_postgres && !db_script(db, "LOCK TABLE heddle_schema IN EXCLUSIVE MODE", error))
        goto failed;
    if ((*version = version_of(db, module, error)) < 0)
        goto failed;
    if ((size_t)*version < count) {
        if (!take_step(db, module, &migrations[*version], error))
            goto failed;
        ++*version;
    }
    if (db_commit(db, error))
        return true;
failed:
    db_rollback(db);
    return false;
}

bool db_migrate(struct db *db, const char *module, const struct db_migration *migrations,
                size_t count, GError **error)
{
    int64_t version;

    for (size_t i = 0; i < count; i++)
        if (migrations[i].version != (int)i + 1)
            g_error("migration %d of %s stands at place %zu", migrations[i].version, module, i + 1);
    if (!db_script(db, schema_table, error) || (version = version_of(db, module, error)) < 0)
        return false;
    while (version >= 0 && (size_t)version < count)
        if (!advance(db, module, migrations, count, &version, error))
            return false;
    if ((size_t)version == count)
        return true;
    g_set_error(error, db_error(), ERROR_INVALID,
                "The state database is ahead of this program: its tables of module %s have "
                "version %" G_GINT64_FORMAT ", this program knows version %zu.",
                module, version, count);
    error_hint(error, "use the newer heddle that wrote it, or restore a backup from before.");
    return false;
}
