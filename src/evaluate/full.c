/* full.c -- FULL and VIEW: the whole is replaced, in one statement or in one transaction. */
#include "evaluate/evaluate_int.h"

#include <string.h>

#define NEW_ROWS "heddle_new_rows" /* a temporary table */
#define NEW_VIEW "heddle_new_view" /* a temporary view */

/* Declared types count; else those the table has, so that filling again never changes it. */
static bool target_columns(struct evaluate_run *r, GPtrArray **columns, GError **error)
{
    *columns = evaluate__typed(r);
    return *columns || evaluate__columns(r, r->task->target, columns, error);
}

/* What creation leaves to the filling: a preview's table, unless its columns are declared. */
static bool lacks_comments(const struct evaluate_run *r)
{
    return r->task->is_dev_table && !(r->model->columns && r->model->columns->len > 0);
}

/* Views hold the table, so its rows are exchanged. A model that reads itself reads them first. */
static bool refill(struct evaluate_run *r, const char *query, const GPtrArray *columns,
                   GError **error)
{
    const char *table = evaluate__table(r, r->task->target);
    const char *list = evaluate__column_list(r, columns);
    const char *from = arena_printf(r->arena, "(%s) AS %s", query, evaluate__name(r, "_new"));
    bool reads_itself = strstr(query, table) != NULL;
    int64_t rows = -1;

    if (reads_itself) {
        if (!evaluate__executef(r, error, "CREATE TEMPORARY TABLE " NEW_ROWS " AS %s", query))
            return false;
        from = NEW_ROWS;
    }
    if (!evaluate__executef(r, error, "DELETE FROM %s WHERE TRUE", table) ||
        !evaluate__execute(r,
                           arena_printf(r->arena, "INSERT INTO %s (%s) SELECT %s FROM %s", table,
                                        list, list, from),
                           &rows, error) ||
        (reads_itself && !evaluate__executef(r, error, "DROP TABLE " NEW_ROWS)))
        return false;
    evaluate__add_rows(r, rows);
    return !lacks_comments(r) || evaluate__comment(r, r->task->target, "TABLE", error);
}

static bool replace(struct evaluate_run *r, const char *query, GError **error)
{
    const char *table = evaluate__table(r, r->task->target);
    bool drop = !r->engine->create_or_replace_table && !r->engine->view_binding;
    int64_t rows = -1;

    if (drop && !evaluate__executef(r, error, "DROP TABLE IF EXISTS %s", table))
        return false;
    if (!evaluate__execute(r,
                           arena_printf(r->arena, "CREATE %sTABLE %s AS %s",
                                        r->engine->create_or_replace_table ? "OR REPLACE " : "",
                                        table, query),
                           &rows, error))
        return false;
    if (rows < 0 &&
        !warehouse_number(r->warehouse, arena_printf(r->arena, "SELECT COUNT(*) FROM %s", table),
                          &rows, error))
        return false;
    evaluate__add_rows(r, rows);
    return evaluate__comment(r, r->task->target, "TABLE", error);
}

bool evaluate__load_full(struct evaluate_run *r, GError **error)
{
    const char *query = evaluate__query(r, error);
    enum warehouse_object is = OBJECT_NONE;
    GPtrArray *columns;

    if (!query || !target_columns(r, &columns, error) ||
        (r->engine->view_binding && !warehouse_object(r->warehouse, r->task->target, &is, error)))
        return false;
    query = columns ? evaluate__cast_query(r, query, columns) : query;
    return is == OBJECT_TABLE ? refill(r, query, columns, error) : replace(r, query, error);
}

/* The names of all columns, when they are known. */
static const char *view_columns(struct evaluate_run *r)
{
    const struct model *m = r->model;
    const GPtrArray *known = m->columns ? m->columns : m->columns_known ? m->projections : NULL;
    GString *out;
    char *copy;

    if (!known || known->len == 0)
        return "";
    out = g_string_new(" (");
    for (guint i = 0; i < known->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               evaluate__name(r, ((struct model_column *)known->pdata[i])->name));
    g_string_append_c(out, ')');
    copy = arena_strdup(r->arena, out->str);
    g_string_free(out, TRUE);
    return copy;
}

static bool make_view(struct evaluate_run *r, bool replace, GError **error)
{
    const char *query = evaluate__query(r, error);

    return query &&
           evaluate__executef(r, error, "CREATE %sVIEW %s%s AS %s", replace ? "OR REPLACE " : "",
                              evaluate__table(r, r->task->target), view_columns(r), query) &&
           evaluate__comment(r, r->task->target, "VIEW", error);
}

/* The columns the view would have: those of a temporary one. */
static bool probe_view(struct evaluate_run *r, GPtrArray **columns, GError **error)
{
    struct wire_table probe = {NULL, (char *)"pg_temp", (char *)NEW_VIEW};
    const char *query = evaluate__query(r, error), *name = evaluate__table(r, &probe);

    return query &&
           evaluate__executef(r, error, "CREATE TEMPORARY VIEW %s%s AS %s",
                              evaluate__name(r, NEW_VIEW), view_columns(r), query) &&
           evaluate__columns(r, &probe, columns, error) &&
           evaluate__executef(r, error, "DROP VIEW %s", name);
}

bool evaluate__replace_view(struct evaluate_run *r, GError **error)
{
    bool replace = r->engine->create_or_replace_view;
    GPtrArray *columns;

    if (r->engine->view_binding)
        return probe_view(r, &columns, error) &&
               evaluate__make_room(r, r->task->target, columns, &replace, error) &&
               make_view(r, replace, error);
    if (!replace && !evaluate__executef(r, error, "DROP VIEW IF EXISTS %s",
                                        evaluate__table(r, r->task->target)))
        return false;
    return make_view(r, replace, error);
}

/* Where views hold what they read, one that is there is right. */
bool evaluate__load_view(struct evaluate_run *r, GError **error)
{
    enum warehouse_object is = OBJECT_NONE;

    if (!r->engine->view_binding)
        return evaluate__replace_view(r, error);
    if (!warehouse_object(r->warehouse, r->task->target, &is, error))
        return false;
    if (is != OBJECT_VIEW)
        return make_view(r, false, error);
    evaluate__log(r, "The view %s is there.", evaluate__table(r, r->task->target));
    return true;
}
