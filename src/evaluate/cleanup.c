/* cleanup.c -- tables, views and schemas that nobody needs are dropped. */
#include "evaluate/evaluate_int.h"

#include <string.h>

static bool drop(struct evaluate_run *r, const struct wire_table *t, GError **error)
{
    enum warehouse_object is;

    if (!warehouse_object(r->warehouse, t, &is, error))
        return false;
    if (is == OBJECT_NONE) {
        evaluate__log(r, "%s is not there any more.", evaluate__table(r, t));
        return true;
    }
    return evaluate__executef(r, error, "DROP %s IF EXISTS %s CASCADE",
                              is == OBJECT_VIEW ? "VIEW" : "TABLE", evaluate__table(r, t));
}

static bool count_objects(struct evaluate_run *r, const char *in_catalog, const char *schema,
                          int64_t *count, GError **error)
{
    const char *catalog = in_catalog ? arena_printf(r->arena, " AND table_catalog = %s",
                                                    evaluate__string(r, in_catalog))
                                     : "";

    return evaluate__number(
        r,
        arena_printf(r->arena,
                     "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s%s",
                     evaluate__string(r, schema), catalog),
        count, error);
}

/* An environment's schema goes with its last view; what else people put there keeps it alive, also
 * what is no table (a function, a sequence): then the warehouse itself refuses. */
static bool drop_schema(struct evaluate_run *r, const char *catalog, const char *schema,
                        GError **error)
{
    const char *name = catalog ? arena_printf(r->arena, "%s.%s", evaluate__name(r, catalog),
                                              evaluate__name(r, schema))
                               : evaluate__name(r, schema);
    GError *own = NULL;
    int64_t objects;

    if (!count_objects(r, catalog, schema, &objects, error))
        return false;
    if (objects == 0 && evaluate__executef(r, &own, "DROP SCHEMA IF EXISTS %s RESTRICT", name))
        return true;
    if (own && !error_is(own, ERROR_INVALID) && !error_is(own, ERROR_FAILED)) {
        g_propagate_error(error, own);
        return false;
    }
    evaluate__log(r, "The schema %s stays: %s", name, own ? own->message : "it is not empty.");
    g_clear_error(&own);
    return true;
}

static bool clean(struct evaluate_run *r, const json_t *item, size_t i, GError **error)
{
    const char *schema = json_get_string(item, "schema", NULL);
    g_autoptr(wire_table) t = NULL;

    if (schema && strcmp(json_get_string(item, "kind", ""), "SCHEMA") == 0)
        return drop_schema(r, json_get_string(item, "catalog", NULL), schema, error);
    if (!(t = wire_from_json(&wire_table_type, item, error)))
        return false;
    if (!t->name)
        return evaluate__invalid(error, "Item %zu of a cleanup names no table.", i + 1);
    return drop(r, t, error);
}

bool evaluate__do_cleanup(struct evaluate_run *r, GError **error)
{
    size_t i;
    json_t *item;

    json_array_foreach (r->task->statements, i, item)
        if (!clean(r, item, i, error))
            return false;
    return true;
}
