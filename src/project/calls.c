/* calls.c -- audits (name(argument := value), …) and properties (name = value, …) of a block. */
#include "project/project_int.h"
#include "sql/keyword.h"
#include "sql/print.h"

#include <string.h>

static bool set_argument(struct reading *r, struct model_audit *audit, const struct sql_node *n,
                         GString *canonical, GError **error)
{
    const char *name;
    struct sql_node *value;
    g_autofree char *lower = NULL, *text = NULL;

    if (!project__pair(n, &name, &value, r->arena))
        return project__fail(r, n->at, error, "an audit's argument is written as name := value.");
    lower = g_ascii_strdown(name, -1);
    if (strcmp(lower, "blocking") == 0) {
        const char *word = project__scalar(r->arena, value);

        audit->blocking = !word || g_ascii_strcasecmp(word, "false") != 0;
        audit->blocking_given = true;
        return true;
    }
    text = sql_print(value, r->dialect);
    json_object_set_new(audit->arguments, lower, json_string(text));
    g_string_append_printf(canonical, "%s ", lower);
    sql_canonical_to(canonical, value, r->dialect);
    g_string_append_c(canonical, '\n');
    return true;
}

static const char *call_name(struct arena *a, const struct sql_node *n)
{
    return n->kind == SQL_FUNCTION || n->kind == SQL_MACRO_CALL ? sql_text(a, n)
                                                                : project__scalar(a, n);
}

static bool add_audit(struct reading *r, const struct sql_node *n, GError **error)
{
    struct model_audit *audit = arena_new_of(r->arena, struct model_audit);
    const char *name = call_name(r->arena, n);
    g_autoptr(GString) canonical = g_string_new("");
    g_autofree char *lower = NULL;

    if (!name)
        return project__fail(r, n->at, error, "the call of an audit is expected here.");
    lower = g_ascii_strdown(name, -1);
    audit->name = arena_strdup(r->arena, lower);
    audit->blocking = true;
    audit->dialect = r->draft->model->dialect;
    audit->at = n->at;
    audit->arguments = project__keep_json(r->arena, json_object());
    if (n->kind == SQL_FUNCTION)
        SQL_EACH_CHILD (n, c) {
            if (c->slot == SLOT_ARG && !set_argument(r, audit, c, canonical, error))
                return false;
        }
    audit->canonical = arena_strdup(r->arena, canonical->str);
    g_ptr_array_add(r->draft->model->audits, audit);
    return true;
}

bool project__set_audits(struct reading *r, const struct property_row *row,
                         const struct property *p, GError **error)
{
    struct sql_node *n = project__unexpanded(r, p, error);
    GPtrArray *items = n ? project__items(r->arena, n) : NULL;

    (void)row;
    for (guint i = 0; items && i < items->len; i++)
        if (!add_audit(r, items->pdata[i], error))
            return false;
    return items != NULL;
}

bool project__set_object(struct reading *r, const struct property_row *row,
                         const struct property *p, GError **error)
{
    json_t **object = (json_t **)((char *)r->draft->model + row->offset);
    struct sql_node *n = project__unexpanded(r, p, error);
    GPtrArray *items = n ? project__items(r->arena, n) : NULL;

    if (!*object)
        *object = project__keep_json(r->arena, json_object());
    for (guint i = 0; items && i < items->len; i++) {
        const struct sql_node *item = items->pdata[i];
        const char *name;
        struct sql_node *value;

        if (!project__pair(item, &name, &value, r->arena))
            return project__fail(r, item->at, error, "\"%s\" wants (name = value, …).", p->name);
        g_autofree char *text = sql_print(value, r->dialect);
        json_object_set_new(*object, name, json_string(text));
    }
    return items != NULL;
}
