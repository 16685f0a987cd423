/* A state as lines of JSON. */
#include "db/dump.h"

#include "base/json.h"
#include "db/db_int.h"

#include <errno.h>
#include <string.h>

#define CURSOR_ROWS "500" /* that are in memory at once on PostgreSQL */

struct dump {
    struct db *db;
    FILE *out;
    GChecksum *sum;
    struct db_dump_counts counts;
};

/* Takes the line. */
static bool put(struct dump *d, json_t *line, GError **error)
{
    g_autofree char *text = json_text_as_built(line);

    json_decref(line);
    g_checksum_update(d->sum, (const guchar *)text, -1);
    g_checksum_update(d->sum, (const guchar *)"\n", 1);
    if (fputs(text, d->out) >= 0 && fputc('\n', d->out) >= 0)
        return true;
    g_set_error(error, db_error(), ERROR_UNAVAILABLE, "The backup cannot be written: %s.",
                g_strerror(errno));
    return false;
}

/* {"auth": 1, …}; NULL on an error. */
static json_t *modules(struct db *db, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(db, "SELECT module, version FROM heddle_schema ORDER BY module", "", error);
    g_autoptr(json_t) out = json_object();
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        json_object_set_new(out, db_string(rows, 0), json_integer(db_int(rows, 1)));
    if (!why)
        return g_steal_pointer(&out);
    g_propagate_error(error, why);
    return NULL;
}

static json_t *bytes_value(const struct db_rows *rows, int column)
{
    g_autoptr(GBytes) bytes = db_bytes(rows, column);
    gsize len;
    const guchar *data = g_bytes_get_data(bytes, &len);
    g_autofree char *code = g_base64_encode(data, len);

    return json_string(code);
}

static json_t *text_value(const char *text)
{
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);

    return json_string(valid ? valid : text);
}

static json_t *value(const struct db_rows *rows, int column, char type)
{
    json_t *out = NULL;

    if (db_is_null(rows, column))
        return json_null();
    if (type == 'i')
        out = json_integer(db_int(rows, column));
    else if (type == 'r')
        out = json_real(db_real(rows, column));
    else if (type == 's')
        out = text_value(db_string(rows, column));
    else
        out = bytes_value(rows, column);
    return out ? out : json_null(); /* no JSON has infinity */
}

static bool put_rows(struct dump *d, struct db_rows *rows, const GPtrArray *columns, int64_t *count,
                     GError **error)
{
    GError *why = NULL;

    for (*count = 0; db_next(rows, &why); ++*count) {
        json_t *line = json_array();

        for (guint i = 0; i < columns->len; i++)
            json_array_append_new(
                line, value(rows, (int)i, ((const struct db_column *)columns->pdata[i])->type));
        if (!put(d, line, error))
            return false;
    }
    d->counts.rows += *count;
    if (why)
        g_propagate_error(error, why);
    return !why;
}

static char *select_of(const char *table, const GPtrArray *columns)
{
    GString *sql = g_string_new("SELECT ");

    for (guint i = 0; i < columns->len; i++)
        g_string_append_printf(sql, "%s\"%s\"", i ? ", " : "",
                               ((const struct db_column *)columns->pdata[i])->name);
    g_string_append_printf(sql, " FROM \"%s\"", table);
    return g_string_free(sql, FALSE);
}

/* PostgreSQL's rows come all at once; a cursor brings some at a time. */
static bool put_by_cursor(struct dump *d, const char *table, const GPtrArray *columns,
                          GError **error)
{
    g_autofree char *select = select_of(table, columns);
    g_autofree char *declare =
        g_strdup_printf("DECLARE \"dump %s\" NO SCROLL CURSOR FOR %s", table, select);
    g_autofree char *fetch = g_strdup_printf("FETCH " CURSOR_ROWS " FROM \"dump %s\"", table);
    int64_t count = 1;

    if (!db_script(d->db, declare, error))
        return false;
    while (count > 0) {
        g_autoptr(db_rows) rows = db_query(d->db, fetch, "", error);

        if (!rows || !put_rows(d, rows, columns, &count, error))
            return false;
    }
    return true;
}

static bool put_by_query(struct dump *d, const char *table, const GPtrArray *columns,
                         GError **error)
{
    g_autofree char *select = select_of(table, columns);
    g_autoptr(db_rows) rows = db_query(d->db, select, "", error);
    int64_t count;

    return rows && put_rows(d, rows, columns, &count, error);
}

/* The number the next row gets; 0 where the database does not count. */
static bool next_id(struct db *db, const char *table, const GPtrArray *columns, int64_t *next,
                    GError **error)
{
    const struct db_column *id = db__counted(columns);
    g_autofree char *sql = NULL, *name = NULL;

    *next = 0;
    if (!id)
        return true;
    if (!db->is_postgres) {
        sql = g_strdup_printf("SELECT seq + 1 FROM sqlite_sequence WHERE name = '%s'", table);
        return db__number(db, sql, next, error);
    }
    if (!(name = db__sequence(db, table, id->name, error)))
        return false;
    sql =
        g_strdup_printf("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM %s", name);
    return db__number(db, sql, next, error);
}

static bool put_table(struct dump *d, const char *table, GError **error)
{
    g_autoptr(GPtrArray) columns = db__columns(d->db, table, error);
    g_autoptr(json_t) head = json_pack("{s:s, s:[]}", "table", table, "columns");
    int64_t next;

    if (!columns || !next_id(d->db, table, columns, &next, error))
        return false;
    for (guint i = 0; i < columns->len; i++)
        json_array_append_new(json_object_get(head, "columns"),
                              json_string(((const struct db_column *)columns->pdata[i])->name));
    if (next > 0)
        json_object_set_new(head, "next_id", json_integer(next));
    d->counts.tables++;
    return put(d, json_incref(head), error) &&
           (d->db->is_postgres ? put_by_cursor : put_by_query)(d, table, columns, error);
}

static bool put_head(struct dump *d, int64_t now_ms, GError **error)
{
    json_t *versions = modules(d->db, error);

    return versions && put(d,
                           json_pack("{s:s, s:i, s:I, s:o}", "format", "heddle-state", "version", 1,
                                     "made_ms", (json_int_t)now_ms, "modules", versions),
                           error);
}

static bool put_end(struct dump *d, GError **error)
{
    GChecksum *sum = g_checksum_copy(d->sum); /* one that was read takes no more */
    json_t *line =
        json_pack("{s:b, s:I, s:I, s:s}", "end", 1, "tables", (json_int_t)d->counts.tables, "rows",
                  (json_int_t)d->counts.rows, "sha256", g_checksum_get_string(sum));

    g_checksum_free(sum);
    return put(d, line, error);
}

static bool put_all(struct dump *d, int64_t now_ms, GError **error)
{
    g_autoptr(GPtrArray) tables = db__tables(d->db, error);

    if (!tables)
        return false;
    if (!g_ptr_array_find_with_equal_func(tables, DB_VERSIONS, g_str_equal, NULL)) {
        g_set_error(error, db_error(), ERROR_NOT_FOUND,
                    "This database holds no state of Heddle's.");
        return false;
    }
    if (!put_head(d, now_ms, error))
        return false;
    for (guint i = 0; i < tables->len; i++)
        if (strcmp(tables->pdata[i], DB_VERSIONS) != 0 && !put_table(d, tables->pdata[i], error))
            return false;
    return put_end(d, error);
}

bool db_dump(struct db *db, int64_t now_ms, FILE *out, struct db_dump_counts *counts,
             GError **error)
{
    struct dump d = {.db = db, .out = out};
    bool ok;

    if (!db_begin_reading(db, error))
        return false;
    d.sum = g_checksum_new(G_CHECKSUM_SHA256);
    ok = put_all(&d, now_ms, error);
    db_rollback(db);
    g_checksum_free(d.sum);
    *counts = d.counts;
    return ok;
}
