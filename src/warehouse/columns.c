/* columns.c -- what there is in the catalog: tables and views, their columns with the types as the
 * engine prints them. */
#include "warehouse/warehouse_int.h"

#include <string.h>

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

/* information_schema, which every engine has. DuckDB lists the tables of all catalogs there. */
static char *object_sql(const struct warehouse *w, const struct wire_table *t)
{
    const struct {
        const char *column, *value;
    } parts[] = {
        {"table_schema",  t->schema },
        {"table_catalog", t->catalog},
    };
    g_autofree char *name = warehouse_quote_string(w->dialect, t->name);
    GString *sql = g_string_new("SELECT table_type FROM information_schema.tables");

    g_string_append_printf(sql, " WHERE table_name = %s", name);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *value =
            parts[i].value ? warehouse_quote_string(w->dialect, parts[i].value) : NULL;

        if (value)
            g_string_append_printf(sql, " AND %s = %s", parts[i].column, value);
    }
    return g_string_free(sql, FALSE);
}

bool warehouse_object(struct warehouse *w, const struct wire_table *table,
                      enum warehouse_object *what, GError **error)
{
    g_autofree char *sql = NULL, *type = NULL;
    GError *why = NULL;

    *what = OBJECT_NONE;
    if (w->driver->object && w->driver->object(w, table, what, &why))
        return true;
    if (!why) {
        sql = object_sql(w, table);
        type = warehouse__text(w, sql, &why);
    }
    if (type)
        *what = strcmp(type, "VIEW") == 0 ? OBJECT_VIEW : OBJECT_TABLE;
    if (why)
        g_propagate_error(error, why);
    return !why;
}
