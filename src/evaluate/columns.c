/* columns.c -- columns: of tables in the warehouse, of the model, of queries; lists of them. */
#include "evaluate/evaluate_int.h"

static void unref(void *array)
{
    g_ptr_array_unref(array);
}

bool evaluate__columns(struct evaluate_run *r, const struct wire_table *t, GPtrArray **columns,
                       GError **error)
{
    *columns = NULL;
    if (!warehouse_columns(r->warehouse, t, columns, error))
        return false;
    if (*columns)
        arena_defer(r->arena, unref, *columns);
    return true;
}

GPtrArray *evaluate__typed(struct evaluate_run *r)
{
    const GPtrArray *from = model_typed_columns(r->model);
    GPtrArray *out;

    if (!from || from->len == 0)
        return NULL;
    out = g_ptr_array_new();
    arena_defer(r->arena, unref, out);
    for (guint i = 0; i < from->len; i++) {
        const struct model_column *c = from->pdata[i];
        struct warehouse_column *copy = arena_new_of(r->arena, struct warehouse_column);

        copy->name = (char *)c->name;
        copy->type = (char *)evaluate__type_words(r, c->type);
        g_ptr_array_add(out, copy);
    }
    return out;
}

static char *join(struct evaluate_run *r, const GPtrArray *columns, const char *form, bool thrice)
{
    GString *out = g_string_new(NULL);
    char *copy;

    for (guint i = 0; i < columns->len; i++) {
        const struct warehouse_column *c = columns->pdata[i];
        const char *name = evaluate__name(r, c->name);

        g_string_append(out, i ? ", " : "");
        if (thrice)
            g_string_append_printf(out, "CAST(%s AS %s) AS %s", name, c->type, name);
        else
            g_string_append_printf(out, "%s%s%s", name, form, *form ? c->type : "");
    }
    copy = arena_strdup(r->arena, out->str);
    g_string_free(out, TRUE);
    return copy;
}

char *evaluate__column_list(struct evaluate_run *r, const GPtrArray *columns)
{
    return join(r, columns, "", false);
}

char *evaluate__column_types(struct evaluate_run *r, const GPtrArray *columns)
{
    return join(r, columns, " ", false);
}

char *evaluate__cast_query(struct evaluate_run *r, const char *query, const GPtrArray *columns)
{
    return arena_printf(r->arena, "SELECT %s FROM (%s) AS %s", join(r, columns, "", true), query,
                        evaluate__name(r, "_subquery"));
}

bool evaluate__texts(struct evaluate_run *r, const char *sql, GPtrArray **texts, GError **error)
{
    g_autoptr(warehouse_rows) rows = warehouse_query(r->warehouse, sql, error);
    GError *own = NULL;

    if (!rows)
        return false;
    *texts = g_ptr_array_new();
    arena_defer(r->arena, unref, *texts);
    while (warehouse_next(rows, &own))
        g_ptr_array_add(*texts, arena_strdup(r->arena, warehouse_value(rows, 0)));
    if (own)
        g_propagate_error(error, own);
    return !own;
}

bool evaluate__query_columns(struct evaluate_run *r, const char *query, GPtrArray **names,
                             GError **error)
{
    const char *sql = arena_printf(r->arena, "SELECT * FROM (%s) AS %s WHERE FALSE LIMIT 0", query,
                                   evaluate__name(r, "_subquery"));
    g_autoptr(warehouse_rows) rows = warehouse_query(r->warehouse, sql, error);

    if (!rows)
        return false;
    *names = g_ptr_array_new();
    arena_defer(r->arena, unref, *names);
    for (int i = 0; i < warehouse_width(rows); i++)
        g_ptr_array_add(*names, arena_strdup(r->arena, warehouse_column_name(rows, i)));
    return true;
}
