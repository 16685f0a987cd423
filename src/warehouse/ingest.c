/* ingest.c -- rows of texts into a table: into a temporary table by Arrow, from there with casts.
 */
#include "warehouse/stream.h"
#include "warehouse/warehouse_int.h"

#include <string.h>

#define PLACE "heddle_ingest" /* the temporary table */

static bool check_values(const struct warehouse_batch *b, GError **error)
{
    size_t width = (size_t)b->width;

    for (size_t i = 0; i < b->values->len; i++) {
        const char *value = b->values->pdata[i];

        if (value && !g_utf8_validate(value, -1, NULL)) {
            g_set_error(error, warehouse_error(), ERROR_INVALID,
                        "Row %zu, column %s of the data for table %s is not UTF-8.", i / width + 1,
                        b->columns[i % width], b->table->name);
            return false;
        }
    }
    return true;
}

/* Engines that fold names say them in lower case where a file may not. */
static const struct warehouse_column *find_column(GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++)
        if (strcmp(((struct warehouse_column *)columns->pdata[i])->name, name) == 0)
            return columns->pdata[i];
    for (guint i = 0; i < columns->len; i++)
        if (g_ascii_strcasecmp(((struct warehouse_column *)columns->pdata[i])->name, name) == 0)
            return columns->pdata[i];
    return NULL;
}

/* NULL and an error when the table lacks a column of the data. */
static const struct warehouse_column *column_of(const struct warehouse_batch *b, int i,
                                                GPtrArray *columns, GError **error)
{
    const struct warehouse_column *c = find_column(columns, b->columns[i]);

    if (!c)
        g_set_error(error, warehouse_error(), ERROR_NOT_FOUND,
                    "Table %s has no column %s, which the data has.", b->table->name,
                    b->columns[i]);
    return c;
}

/* INSERT INTO the table SELECT casts FROM the temporary one; NULL and an error. */
static char *insert_statement(struct warehouse *w, const struct warehouse_batch *b,
                              GPtrArray *columns, GError **error)
{
    g_autofree char *table = warehouse_quote_table(w->dialect, b->table);
    g_autoptr(GString) names = g_string_new(NULL), values = g_string_new(NULL);

    for (int i = 0; i < b->width; i++) {
        const struct warehouse_column *c = column_of(b, i, columns, error);
        g_autofree char *from = warehouse_quote_identifier(w->dialect, b->columns[i]);
        g_autofree char *to = c ? warehouse_quote_identifier(w->dialect, c->name) : NULL;

        if (!c)
            return NULL;
        g_string_append_printf(names, "%s%s", i ? ", " : "", to);
        g_string_append_printf(values, "%sCAST(%s AS %s)", i ? ", " : "", from, c->type);
    }
    return g_strdup_printf("INSERT INTO %s (%s) SELECT %s FROM %s." PLACE, table, names->str,
                           values->str, w->driver->temporary_schema);
}

static bool set_options(struct warehouse *w, struct AdbcStatement *s, GError **error)
{
    static const char *const options[][2] = {
        {ADBC_INGEST_OPTION_TEMPORARY,    ADBC_OPTION_VALUE_ENABLED     },
        {ADBC_INGEST_OPTION_TARGET_TABLE, PLACE                         },
        {ADBC_INGEST_OPTION_MODE,         ADBC_INGEST_OPTION_MODE_CREATE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (!warehouse__set_statement(w, s, options[i][0], options[i][1], error))
            return false;
    return true;
}

/* The driver reads the stream and releases it. */
static bool send_rows(struct warehouse *w, struct AdbcStatement *s, const struct warehouse_batch *b,
                      GError **error)
{
    struct ArrowArrayStream stream;
    struct AdbcError e = ADBC_ERROR_INIT;
    AdbcStatusCode status;

    if (!set_options(w, s, error))
        return false;
    warehouse__stream_texts(b, &stream);
    status = w->adbc.StatementBindStream(s, &stream, &e);
    if (status == ADBC_STATUS_OK)
        status = w->adbc.StatementExecuteQuery(s, NULL, NULL, &e);
    if (stream.release)
        stream.release(&stream);
    if (status == ADBC_STATUS_OK)
        return true;
    warehouse__fail(w, status, &e, NULL, error);
    return false;
}

static bool fill_place(struct warehouse *w, const struct warehouse_batch *b, GError **error)
{
    struct run run = {0};
    struct AdbcError e = ADBC_ERROR_INIT;
    AdbcStatusCode status;
    bool ok = false;

    if (!warehouse__enter(w, error))
        return false;
    status = w->adbc.StatementNew(&w->connection, &run.statement, &e);
    if (status == ADBC_STATUS_OK)
        ok = send_rows(w, &run.statement, b, error);
    else
        warehouse__fail(w, status, &e, NULL, error);
    warehouse__leave(w);
    warehouse__end(w, &run);
    return ok;
}

static bool drop_place(struct warehouse *w, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("DROP TABLE IF EXISTS %s." PLACE, w->driver->temporary_schema);

    return warehouse_execute(w, sql, NULL, error);
}

static bool move_rows(struct warehouse *w, const struct warehouse_batch *b, GError **error)
{
    GPtrArray *columns = NULL;
    g_autofree char *insert = NULL;

    if (!warehouse_columns(w, b->table, &columns, error))
        return false;
    if (!columns) {
        g_set_error(error, warehouse_error(), ERROR_NOT_FOUND, "There is no table %s to fill.",
                    b->table->name);
        return false;
    }
    insert = insert_statement(w, b, columns, error);
    g_ptr_array_unref(columns);
    if (!insert)
        return false;
    return fill_place(w, b, error) && warehouse_execute(w, insert, NULL, error);
}

bool warehouse_ingest(struct warehouse *w, const struct warehouse_batch *batch, GError **error)
{
    bool ok;

    if (batch->width == 0 || batch->values->len == 0)
        return true;
    if (!check_values(batch, error) || !drop_place(w, error))
        return false;
    ok = move_rows(w, batch, error);
    if (!ok) {
        if (!w->transaction_failed)
            drop_place(w, NULL);
        g_prefix_error(error, "Rows cannot be loaded into table %s: ", batch->table->name);
        return false;
    }
    return drop_place(w, error);
}
