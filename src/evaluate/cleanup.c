/* cleanup.c -- physical tables and views that nobody needs are dropped. */
#include "evaluate/evaluate_int.h"

#include <string.h>

static bool drop(struct evaluate_run *r, const struct wire_table *t, GError **error)
{
    const char *type, *kind;

    if (!evaluate__object(r, t, &type, error))
        return false;
    if (!type) {
        evaluate__log(r, "%s is not there any more.", evaluate__table(r, t));
        return true;
    }
    kind = strcmp(type, "VIEW") == 0 ? "VIEW" : "TABLE";
    return evaluate__executef(r, error, "DROP %s IF EXISTS %s CASCADE", kind,
                              evaluate__table(r, t));
}

bool evaluate__do_cleanup(struct evaluate_run *r, GError **error)
{
    size_t i;
    json_t *item;

    json_array_foreach (r->task->statements, i, item) {
        g_autoptr(wire_table) t = wire_from_json(&wire_table_type, item, error);

        if (!t)
            return false;
        if (!t->name)
            return evaluate__invalid(error, "Item %zu of a cleanup names no table.", i + 1);
        if (!drop(r, t, error))
            return false;
    }
    return true;
}
