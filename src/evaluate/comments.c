/* comments.c -- descriptions become comments on tables, views and their columns. */
#include "evaluate/evaluate_int.h"

#include <string.h>

static bool has_column(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; columns && i < columns->len; i++)
        if (strcmp(((const struct warehouse_column *)columns->pdata[i])->name, name) == 0)
            return true;
    return false;
}

/* A description of a column that the table does not have is no reason to fail. */
static bool comment_columns(struct evaluate_run *r, const struct wire_table *t, GError **error)
{
    const GPtrArray *descriptions = r->model->column_descriptions;
    GPtrArray *columns;

    if (!descriptions || descriptions->len == 0)
        return true;
    if (!evaluate__columns(r, t, &columns, error))
        return false;
    for (guint i = 0; i < descriptions->len; i++) {
        const struct model_column *c = descriptions->pdata[i];

        if (!c->description || !*c->description || !has_column(columns, c->name))
            continue;
        if (!evaluate__executef(r, error, "COMMENT ON COLUMN %s.%s IS %s", evaluate__table(r, t),
                                evaluate__name(r, c->name), evaluate__string(r, c->description)))
            return false;
    }
    return true;
}

bool evaluate__has_comments(const struct evaluate_run *r)
{
    const struct model *m = r->model;

    return warehouse_registers_comments(r->warehouse) &&
           ((m->description && *m->description) ||
            (m->column_descriptions && m->column_descriptions->len > 0));
}

bool evaluate__forget_comments(struct evaluate_run *r, const struct wire_table *view,
                               GError **error)
{
    const char *name = evaluate__table(r, view);
    const char *sql = arena_printf(
        r->arena,
        "SELECT attname FROM pg_description JOIN pg_attribute ON attrelid = objoid AND attnum = "
        "objsubid WHERE classoid = 'pg_class'::regclass AND attnum > 0 AND objoid = "
        "to_regclass(%s)",
        evaluate__string(r, name));
    GPtrArray *columns;

    if (!evaluate__texts(r, sql, &columns, error) ||
        !evaluate__executef(r, error, "COMMENT ON VIEW %s IS NULL", name))
        return false;
    for (guint i = 0; i < columns->len; i++)
        if (!evaluate__executef(r, error, "COMMENT ON COLUMN %s.%s IS NULL", name,
                                evaluate__name(r, columns->pdata[i])))
            return false;
    return true;
}

bool evaluate__comment(struct evaluate_run *r, const struct wire_table *t, const char *kind,
                       GError **error)
{
    const char *description = r->model->description;

    if (!warehouse_registers_comments(r->warehouse))
        return true;
    if (description && *description &&
        !evaluate__executef(r, error, "COMMENT ON %s %s IS %s", kind, evaluate__table(r, t),
                            evaluate__string(r, description)))
        return false;
    return comment_columns(r, t, error);
}
