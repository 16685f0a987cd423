/* names.c -- what the engine cannot name is refused before anything is made. */
#include "evaluate/evaluate_int.h"

#include <string.h>

static bool fits(struct evaluate_run *r, const char *what, const char *name, GError **error)
{
    size_t n = name ? strlen(name) : 0;

    if (n <= r->engine->max_identifier)
        return true;
    evaluate__invalid(error, "%s \"%s\" has %zu bytes, and %s allows %zu.", what, name, n,
                      r->engine->type, r->engine->max_identifier);
    error_hint(error,
               "give the model, its schema or the environment a shorter name; a table's has the "
               "schema, the model and the version in it.");
    return false;
}

/* One connection reaches one catalog: the engine would take the name for one in its own. */
static bool is_here(struct evaluate_run *r, const struct wire_table *t, GError **error)
{
    g_autofree char *here = NULL;

    if (r->engine->catalogs || !t->catalog)
        return true;
    if (!(here = warehouse_default_catalog(r->warehouse, error)))
        return false;
    if (strcmp(here, t->catalog) == 0)
        return true;
    evaluate__invalid(error,
                      "%s.%s is in the catalog \"%s\", and this gateway's connection is to "
                      "\"%s\": on %s a connection reaches one only.",
                      t->schema ? t->schema : "", t->name, t->catalog, here, r->engine->type);
    error_hint(error,
               "leave the catalog out of the model's name, or name a gateway whose database is "
               "\"%s\".",
               t->catalog);
    return false;
}

static bool check_table(struct evaluate_run *r, const struct wire_table *t, const char *what,
                        GError **error)
{
    return !t || !t->name ||
           (is_here(r, t, error) && fits(r, "The schema", t->schema, error) &&
            fits(r, what, t->name, error));
}

bool evaluate__check_names(struct evaluate_run *r, GError **error)
{
    const GPtrArray *columns = r->model ? model_typed_columns(r->model) : NULL;

    if (!check_table(r, r->task->target, "The table", error) ||
        !check_table(r, r->task->view, "The view", error))
        return false;
    for (guint i = 0; columns && i < columns->len; i++)
        if (!fits(r, "The column", ((const struct model_column *)columns->pdata[i])->name, error))
            return false;
    return true;
}
