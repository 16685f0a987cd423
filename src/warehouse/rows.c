/* rows.c -- queries, read row by row, and what is asked for one number or one text only. */
#include "warehouse/arrow.h"
#include "warehouse/warehouse_int.h"

#include <string.h>

struct column {
    GString *text;
    int64_t row; /* of which the text is; -1 for none */
    bool null;
};

struct warehouse_rows {
    struct warehouse *w; /* NULL when it was closed before the rows were freed */
    char *sql;
    struct run run;
    struct arrow_field *shape; /* a struct: its children are the columns */
    struct ArrowArray batch;
    int64_t row; /* in the batch */
    int64_t total;
    struct column *columns;
};

static void release_batch(struct warehouse_rows *r)
{
    if (r->batch.release)
        r->batch.release(&r->batch);
    memset(&r->batch, 0, sizeof r->batch);
}

void warehouse__rows_abandon(struct warehouse_rows *r)
{
    if (!r->w)
        return;
    release_batch(r);
    warehouse__end(r->w, &r->run);
    r->w->rows = g_list_remove(r->w->rows, r);
    warehouse__set_reading(r->w, r->w->rows != NULL);
    r->w = NULL;
}

void warehouse_rows_free(struct warehouse_rows *r)
{
    if (!r)
        return;
    warehouse__rows_abandon(r);
    for (int i = 0; r->columns && i < warehouse_width(r); i++)
        g_string_free(r->columns[i].text, TRUE);
    g_free(r->columns);
    warehouse__field_free(r->shape);
    g_free(r->sql);
    g_free(r);
}

static bool read_shape(struct warehouse_rows *r, GError **error)
{
    struct ArrowArrayStream *stream = &r->run.stream;
    struct ArrowSchema schema = {0};

    if (stream->get_schema(stream, &schema) != 0) {
        warehouse__fail_stream(r->w, stream, r->sql, error);
        return false;
    }
    r->shape = warehouse__field_new(&schema, error);
    schema.release(&schema);
    return r->shape != NULL;
}

static void make_columns(struct warehouse_rows *r)
{
    int width = warehouse_width(r);

    r->columns = g_new0(struct column, width + 1);
    for (int i = 0; i < width; i++) {
        r->columns[i].text = g_string_new(NULL);
        r->columns[i].row = -1;
    }
}

static bool start(struct warehouse_rows *r, struct warehouse *w, GError **error)
{
    bool ok;

    if (!warehouse__enter(w, error))
        return false;
    ok = warehouse__start(w, r->sql, true, &r->run, error);
    if (ok) {
        r->w = w;
        w->rows = g_list_prepend(w->rows, r);
        warehouse__set_reading(w, true);
    }
    warehouse__leave(w);
    return ok;
}

struct warehouse_rows *warehouse_query(struct warehouse *w, const char *sql, GError **error)
{
    g_autoptr(warehouse_rows) r = g_new0(struct warehouse_rows, 1);

    r->sql = g_strdup(sql);
    r->row = -1;
    if (!start(r, w, error))
        return NULL;
    if (!r->run.stream.release) {
        g_set_error(error, warehouse_error(), ERROR_INVALID,
                    "The statement gave no rows.\nstatement: %s", sql);
        return NULL;
    }
    if (!read_shape(r, error))
        return NULL;
    make_columns(r);
    return g_steal_pointer(&r);
}

int warehouse_width(const struct warehouse_rows *r)
{
    return (int)r->shape->children->len;
}

static const struct arrow_field *field(const struct warehouse_rows *r, int column)
{
    return r->shape->children->pdata[column];
}

const char *warehouse_column_name(const struct warehouse_rows *r, int column)
{
    return field(r, column)->name;
}

const char *warehouse_column_type(const struct warehouse_rows *r, int column)
{
    return field(r, column)->type_name;
}

/* False at the end and on an error. */
static bool next_batch(struct warehouse_rows *r, GError **error)
{
    struct ArrowArrayStream *stream = &r->run.stream;
    int failed;

    release_batch(r);
    if (!warehouse__enter(r->w, error))
        return false;
    failed = stream->get_next(stream, &r->batch);
    if (failed)
        warehouse__fail_stream(r->w, stream, r->sql, error);
    warehouse__leave(r->w);
    return !failed && r->batch.release;
}

static bool is_abandoned(const struct warehouse_rows *r, GError **error)
{
    if (r->w)
        return false;
    g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                        "These rows ended when their connection was closed or rolled back.");
    return true;
}

bool warehouse_next(struct warehouse_rows *r, GError **error)
{
    if (is_abandoned(r, error))
        return false;
    if (warehouse__was_cancelled(r->w)) {
        warehouse__fail_cancelled(r->sql, error);
        return false;
    }
    r->row++;
    r->total++;
    while (r->row >= r->batch.length) {
        if (!next_batch(r, error))
            return false;
        r->row = 0;
    }
    return true;
}

/* A batch is a struct: its own offset counts for its columns too. */
static struct arrow_cell cell_of(const struct warehouse_rows *r, int column)
{
    return (struct arrow_cell){field(r, column), r->batch.children[column],
                               r->batch.offset + r->row};
}

const char *warehouse_value(const struct warehouse_rows *r, int column)
{
    struct column *c = &r->columns[column];
    struct arrow_cell cell;

    if (!r->batch.release)
        return NULL;
    if (c->row != r->total) {
        cell = cell_of(r, column);
        c->row = r->total;
        c->null = warehouse__is_null(&cell);
        g_string_truncate(c->text, 0);
        warehouse__append_text(&cell, c->text);
    }
    return c->null ? NULL : c->text->str;
}

json_t *warehouse_value_json(const struct warehouse_rows *r, int column)
{
    struct arrow_cell cell;

    if (!r->batch.release)
        return json_null();
    cell = cell_of(r, column);
    return warehouse__cell_json(&cell);
}

char *warehouse__text(struct warehouse *w, const char *sql, GError **error)
{
    g_autoptr(warehouse_rows) r = warehouse_query(w, sql, error);

    return r && warehouse_width(r) > 0 && warehouse_next(r, error) ? g_strdup(warehouse_value(r, 0))
                                                                   : NULL;
}

/* "12", "12.000"; false for anything else. */
static bool read_number(const char *text, int64_t *value)
{
    char *end;

    *value = g_ascii_strtoll(text, &end, 10);
    if (*end == '.')
        end += 1 + strspn(end + 1, "0");
    return end != text && !*end;
}

bool warehouse_number(struct warehouse *w, const char *sql, int64_t *value, GError **error)
{
    GError *why = NULL;
    g_autofree char *text = warehouse__text(w, sql, &why);

    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    if (text && read_number(text, value))
        return true;
    g_set_error(error, warehouse_error(), ERROR_INVALID,
                "A query for one number gave %s.\nstatement: %s", text ? text : "none", sql);
    return false;
}
