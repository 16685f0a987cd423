/* columns.c -- the columns of a table or view, with the types as the engine prints them. */
#include "warehouse/warehouse_int.h"

static struct warehouse_column *new_column(const char *name, const char *type)
{
    struct warehouse_column *c = g_new0(struct warehouse_column, 1);

    c->name = g_strdup(name);
    c->type = g_strdup(type);
    return c;
}

static void free_column(struct warehouse_column *c)
{
    g_free(c->name);
    g_free(c->type);
    g_free(c);
}

bool warehouse__columns_from(struct warehouse *w, const char *sql, GPtrArray *columns,
                             GError **error)
{
    g_autoptr(warehouse_rows) r = warehouse_query(w, sql, error);
    GError *why = NULL;

    if (!r)
        return false;
    while (warehouse_next(r, &why))
        g_ptr_array_add(columns, new_column(warehouse_value(r, 0), warehouse_value(r, 1)));
    if (why)
        g_propagate_error(error, why);
    return !why;
}

bool warehouse_columns(struct warehouse *w, const struct wire_table *table, GPtrArray **columns,
                       GError **error)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)free_column);
    GError *why = NULL;
    bool there = w->driver->columns(w, table, found, &why);

    *columns = NULL;
    if (there && !why)
        *columns = found;
    else
        g_ptr_array_unref(found);
    if (why)
        g_propagate_error(error, why);
    return !why;
}
