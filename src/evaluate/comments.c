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

    return r->engine->comments && ((m->description && *m->description) ||
                                   (m->column_descriptions && m->column_descriptions->len > 0));
}

bool evaluate__comment(struct evaluate_run *r, const struct wire_table *t, const char *kind,
                       GError **error)
{
    const char *description = r->model->description;

    if (!r->engine->comments)
        return true;
    if (description && *description &&
        !evaluate__executef(r, error, "COMMENT ON %s %s IS %s", kind, evaluate__table(r, t),
                            evaluate__string(r, description)))
        return false;
    return comment_columns(r, t, error);
}
