/* Which tables there are, and their columns. */
#include "db/db_int.h"

#include <string.h>

static void column_free(struct db_column *c)
{
    g_free(c->name);
    g_free(c);
}

/* The letter of a column's type, by a word in its name; identifiers of our schemas are few. */
static char letter_of(const char *type)
{
    static const struct {
        const char *word;
        char letter;
    } letters[] = {
        {"INT",  'i'},
        {"TEXT", 's'},
        {"DOUB", 'r'},
        {"BLOB", 'x'},
        {"BYTE", 'x'},
    };
    g_autofree char *upper = g_ascii_strup(type, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
        if (strstr(upper, letters[i].word))
            return letters[i].letter;
    g_error("a column has the unknown type %s", type);
}

GPtrArray *db__tables(struct db *db, GError **error)
{
    static const char *const sql[] = {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
        " ORDER BY name",
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'heddle' ORDER BY tablename",
    };
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(db_rows) rows = db_query(db, sql[db->is_postgres], "", error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_ptr_array_add(out, g_strdup(db_string(rows, 0)));
    if (!why)
        return g_steal_pointer(&out);
    g_propagate_error(error, why);
    return NULL;
}

bool db_has_table(struct db *db, const char *table, bool *yes, GError **error)
{
    g_autoptr(GPtrArray) tables = db__tables(db, error);

    *yes = tables && g_ptr_array_find_with_equal_func(tables, table, g_str_equal, NULL);
    return tables != NULL;
}

/* The third column says whether the database counts its values: 1. */
GPtrArray *db__columns(struct db *db, const char *table, GError **error)
{
    static const char *const sql[] = {
        "SELECT c.name, c.type, c.pk = 1 AND instr(t.sql, 'AUTOINCREMENT') > 0"
        " FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.name = ? ORDER BY c.cid",
        "SELECT column_name, data_type, CASE is_identity WHEN 'YES' THEN 1 ELSE 0 END"
        " FROM information_schema.columns WHERE table_schema = 'heddle' AND table_name = ?"
        " ORDER BY ordinal_position",
    };
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)column_free);
    g_autoptr(db_rows) rows = db_query(db, sql[db->is_postgres], "s", table, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why)) {
        struct db_column *c = g_new0(struct db_column, 1);

        c->name = g_strdup(db_string(rows, 0));
        c->type = letter_of(db_string(rows, 1));
        c->is_counted = db_int(rows, 2) != 0;
        g_ptr_array_add(out, c);
    }
    if (!why)
        return g_steal_pointer(&out);
    g_propagate_error(error, why);
    return NULL;
}

const struct db_column *db__counted(const GPtrArray *columns)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct db_column *c = columns->pdata[i];

        if (c->is_counted)
            return c;
    }
    return NULL;
}

bool db__number(struct db *db, const char *sql, int64_t *number, GError **error)
{
    g_autoptr(db_rows) rows = db_query(db, sql, "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    *number = db_next(rows, &why) ? db_int(rows, 0) : 0;
    if (why)
        g_propagate_error(error, why);
    return !why;
}

char *db__sequence(struct db *db, const char *table, const char *column, GError **error)
{
    g_autofree char *qualified = g_strconcat("heddle.", table, NULL);
    g_autoptr(db_rows) rows =
        db_query(db, "SELECT pg_get_serial_sequence(?, ?)", "ss", qualified, column, error);

    return rows && db_next(rows, NULL) ? g_strdup(db_string(rows, 0)) : NULL;
}

/* SQLite counts on from the largest number by itself; what was there and is gone counts, too. */
static bool set_next_sqlite(struct db *db, const char *table, int64_t next, GError **error)
{
    return db_run(db, NULL, "DELETE FROM sqlite_sequence WHERE name = ?", "s", table, error) &&
           db_run(db, NULL, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", "si", table,
                  next - 1, error);
}

bool db__set_next_id(struct db *db, const char *table, const GPtrArray *columns, int64_t next,
                     GError **error)
{
    const struct db_column *id = db__counted(columns);
    g_autofree char *name = NULL;

    if (!id || next <= 0)
        return true;
    if (!db->is_postgres)
        return set_next_sqlite(db, table, next, error);
    return (name = db__sequence(db, table, id->name, error)) &&
           db_run(db, NULL, "SELECT setval(?, ?, false)", "si", name, next, error);
}
