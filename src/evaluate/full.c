/* full.c -- FULL and VIEW: the whole is replaced in one statement. */
#include "evaluate/evaluate_int.h"

/* Declared types count; else those the table has, so that filling again never changes it. */
static bool target_columns(struct evaluate_run *r, GPtrArray **columns, GError **error)
{
    *columns = evaluate__typed(r);
    return *columns || evaluate__columns(r, r->task->target, columns, error);
}

static bool replace(struct evaluate_run *r, const char *query, GError **error)
{
    const char *table = evaluate__table(r, r->task->target);
    int64_t rows = -1;

    if (!r->engine->create_or_replace_table &&
        !evaluate__executef(r, error, "DROP TABLE IF EXISTS %s", table))
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
    GPtrArray *columns;

    if (!query || !target_columns(r, &columns, error))
        return false;
    return replace(r, columns ? evaluate__cast_query(r, query, columns) : query, error);
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

bool evaluate__load_view(struct evaluate_run *r, GError **error)
{
    const char *query = evaluate__query(r, error);
    const char *view = evaluate__table(r, r->task->target);

    if (!query)
        return false;
    if (!r->engine->create_or_replace_view &&
        !evaluate__executef(r, error, "DROP VIEW IF EXISTS %s", view))
        return false;
    return evaluate__executef(r, error, "CREATE %sVIEW %s%s AS %s",
                              r->engine->create_or_replace_view ? "OR REPLACE " : "", view,
                              view_columns(r), query) &&
           evaluate__comment(r, r->task->target, "VIEW", error);
}
