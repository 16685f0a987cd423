/* ingest.c -- rows of texts into a table: as an Arrow stream of texts into a temporary table by the
 * driver's bulk path, from there with casts to the table's types. */
#include "warehouse/warehouse_int.h"

#include "base/ids.h"

#include <string.h>

#define BATCH_ROWS 65536

/* ---- texts as an Arrow stream ---------------------------------------------------------------- */

struct text_stream {
    const struct warehouse_batch *batch;
    int64_t rows, next;
};

struct text_column {
    int64_t *ends; /* large texts: 64-bit offsets */
    uint8_t *valid;
    GString *data;
    const void *buffers[3];
};

static void release_schema(struct ArrowSchema *s)
{
    for (int64_t i = 0; i < s->n_children; i++) {
        if (s->children[i]->release)
            s->children[i]->release(s->children[i]);
        g_free(s->children[i]);
    }
    g_free(s->children);
    g_free(s->private_data); /* the name */
    s->release = NULL;
}

static void fill_schema(struct ArrowSchema *s, const char *format, const char *name, int64_t n)
{
    memset(s, 0, sizeof *s);
    s->private_data = g_strdup(name);
    s->name = s->private_data;
    s->format = format;
    s->flags = ARROW_FLAG_NULLABLE;
    s->n_children = n;
    s->children = n ? g_new0(struct ArrowSchema *, n) : NULL;
    s->release = release_schema;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct text_stream *t = stream->private_data;

    fill_schema(out, "+s", "", t->batch->width);
    for (int i = 0; i < t->batch->width; i++) {
        out->children[i] = g_new0(struct ArrowSchema, 1);
        fill_schema(out->children[i], "U", t->batch->columns[i], 0);
    }
    return 0;
}

static void release_column(struct ArrowArray *a)
{
    struct text_column *c = a->private_data;

    g_free(c->ends);
    g_free(c->valid);
    g_string_free(c->data, TRUE);
    g_free(c);
    a->release = NULL;
}

static void release_batch(struct ArrowArray *a)
{
    for (int64_t i = 0; i < a->n_children; i++) {
        if (a->children[i]->release)
            a->children[i]->release(a->children[i]);
        g_free(a->children[i]);
    }
    g_free(a->children);
    g_free(a->buffers);
    a->release = NULL;
}

static const char *cell(const struct text_stream *t, int64_t row, int column)
{
    return t->batch->values->pdata[(t->next + row) * t->batch->width + column];
}

static struct ArrowArray *make_column(const struct text_stream *t, int column, int64_t rows)
{
    struct ArrowArray *a = g_new0(struct ArrowArray, 1);
    struct text_column *c = g_new0(struct text_column, 1);

    c->ends = g_new(int64_t, rows + 1);
    c->valid = g_new0(uint8_t, rows / 8 + 1);
    c->data = g_string_new(NULL);
    c->ends[0] = 0;
    for (int64_t i = 0; i < rows; i++) {
        const char *text = cell(t, i, column);

        if (text) {
            g_string_append(c->data, text);
            c->valid[i / 8] |= (uint8_t)(1 << i % 8);
        } else
            a->null_count++;
        c->ends[i + 1] = (int64_t)c->data->len;
    }
    c->buffers[0] = c->valid;
    c->buffers[1] = c->ends;
    c->buffers[2] = c->data->str;
    a->length = rows;
    a->n_buffers = 3;
    a->buffers = c->buffers;
    a->private_data = c;
    a->release = release_column;
    return a;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct text_stream *t = stream->private_data;
    int64_t rows = MIN(t->rows - t->next, BATCH_ROWS);

    memset(out, 0, sizeof *out);
    if (rows <= 0)
        return 0;
    out->length = rows;
    out->n_buffers = 1;
    out->buffers = g_new0(const void *, 1);
    out->n_children = t->batch->width;
    out->children = g_new0(struct ArrowArray *, t->batch->width);
    for (int i = 0; i < t->batch->width; i++)
        out->children[i] = make_column(t, i, rows);
    out->release = release_batch;
    t->next += rows;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    g_free(stream->private_data);
    stream->release = NULL;
}

static struct ArrowArrayStream stream_of(const struct warehouse_batch *batch)
{
    struct text_stream *t = g_new0(struct text_stream, 1);

    t->batch = batch;
    t->rows = batch->width ? batch->values->len / (guint)batch->width : 0;
    return (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, t};
}

/* ---- by the driver's bulk path --------------------------------------------------------------- */

static bool is_ok(struct warehouse *w, AdbcStatusCode status, struct AdbcError *e, GError **error)
{
    if (status == ADBC_STATUS_OK)
        return true;
    warehouse__fail(w, status, e, NULL, error);
    return false;
}

static bool send(struct warehouse *w, struct AdbcStatement *s, const char *table,
                 struct ArrowArrayStream *stream, GError **error)
{
    struct AdbcError e = ADBC_ERROR_INIT;
    int64_t rows = 0;

    return is_ok(w, w->adbc.StatementNew(&w->connection, s, &e), &e, error) &&
           warehouse__set_statement(w, s, ADBC_INGEST_OPTION_TARGET_TABLE, table, error) &&
           warehouse__set_statement(w, s, ADBC_INGEST_OPTION_TEMPORARY, ADBC_OPTION_VALUE_ENABLED,
                                    error) &&
           warehouse__set_statement(w, s, ADBC_INGEST_OPTION_MODE, ADBC_INGEST_OPTION_MODE_CREATE,
                                    error) &&
           is_ok(w, w->adbc.StatementBindStream(s, stream, &e), &e, error) &&
           is_ok(w, w->adbc.StatementExecuteQuery(s, NULL, &rows, &e), &e, error);
}

static bool ingest_texts(struct warehouse *w, const struct warehouse_batch *batch,
                         const char *table, GError **error)
{
    struct ArrowArrayStream stream = stream_of(batch);
    struct AdbcStatement s = {0};
    struct AdbcError e = ADBC_ERROR_INIT;
    bool ok;

    if (!warehouse__enter(w, error)) {
        stream.release(&stream);
        return false;
    }
    ok = send(w, &s, table, &stream, error);
    if (s.private_data)
        w->adbc.StatementRelease(&s, &e);
    if (e.release)
        e.release(&e);
    if (stream.release)
        stream.release(&stream);
    warehouse__leave(w);
    return ok;
}

/* ---- from there into the table --------------------------------------------------------------- */

static const char *type_of(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct warehouse_column *c = columns->pdata[i];

        if (strcmp(c->name, name) == 0)
            return c->type;
    }
    return NULL;
}

/* NULL and an error when the table lacks a column. */
static char *insert_sql(struct warehouse *w, const struct warehouse_batch *batch,
                        const GPtrArray *columns, const char *from, GError **error)
{
    g_autofree char *table = warehouse_quote_table(w->dialect, batch->table);
    g_autoptr(GString) names = g_string_new(NULL), casts = g_string_new(NULL);

    for (int i = 0; i < batch->width; i++) {
        const char *type = type_of(columns, batch->columns[i]);
        g_autofree char *name = warehouse_quote_identifier(w->dialect, batch->columns[i]);

        if (!type) {
            g_set_error(error, warehouse_error(), ERROR_NOT_FOUND, "Table %s has no column %s.",
                        table, name);
            return NULL;
        }
        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
        g_string_append_printf(casts, "%sCAST(%s AS %s)", i ? ", " : "", name, type);
    }
    return g_strdup_printf("INSERT INTO %s (%s) SELECT %s FROM %s", table, names->str, casts->str,
                           from);
}

static bool move_rows(struct warehouse *w, const struct warehouse_batch *batch, const char *from,
                      GError **error)
{
    g_autoptr(GPtrArray) columns = NULL;
    g_autofree char *sql = NULL;

    if (!warehouse_columns(w, batch->table, &columns, error))
        return false;
    if (!columns) {
        g_autofree char *table = warehouse_quote_table(w->dialect, batch->table);

        g_set_error(error, warehouse_error(), ERROR_NOT_FOUND, "There is no table %s.", table);
        return false;
    }
    sql = insert_sql(w, batch, columns, from, error);
    return sql && warehouse_execute(w, sql, NULL, error);
}

bool warehouse_ingest(struct warehouse *w, const struct warehouse_batch *batch, GError **error)
{
    g_autofree char *tail = random_hex(4), *name = g_strdup_printf("heddle_rows_%s", tail);
    g_autofree char *table = warehouse_quote_identifier(w->dialect, name);
    g_autofree char *drop = g_strdup_printf("DROP TABLE IF EXISTS %s", table);
    bool ok;

    if (batch->values->len == 0)
        return true;
    if (!ingest_texts(w, batch, name, error))
        return false;
    ok = move_rows(w, batch, table, error);
    return warehouse_execute(w, drop, NULL, ok ? error : NULL) && ok;
}
