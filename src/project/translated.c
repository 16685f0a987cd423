/* translated.c -- models written in another dialect than their gateway's: can they be said in it?
 */
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/translate.h"
#include "warehouse/warehouse.h"

#include <string.h>

static const struct wire_gateway *reported(const struct loader *l, const char *name)
{
    const GPtrArray *list = l->options->gateways;

    for (guint i = 0; list && i < list->len; i++) {
        const struct wire_gateway *g = list->pdata[i];

        if (name ? g_ascii_strcasecmp(g->name, name) == 0 : g->is_default)
            return g;
    }
    return NULL;
}

/* What the model's gateway speaks; NULL: nobody has said. */
static const struct sql_dialect *spoken(const struct loader *l, const struct model *m)
{
    const char *name = m->gateway ? m->gateway : l->gateway;
    const struct wire_gateway *g = reported(l, name);
    const struct config_gateway *c = l->config->gateways && l->config->gateways->len > 0
                                         ? config_gateway(l->config, name, NULL)
                                         : NULL;
    const char *type = g && g->type ? g->type : c ? c->type : NULL;
    const char *dialect = g && g->dialect ? g->dialect : type ? warehouse_dialect_name(type) : NULL;

    return dialect ? sql_dialect_find(dialect, NULL) : NULL;
}

static bool fail(const struct draft *d, const struct sql_dialect *to, GError **error)
{
    const char *name = sql_dialect_name(to);

    error_hint(
        error,
        "the gateway of this model is %s: write the model in its SQL and say so (dialect %s), "
        "or give it a gateway of %s.",
        name, name, sql_dialect_name(d->dialect));
    return false;
}

const char *project__translated_type(struct arena *a, const char *type,
                                     const struct sql_dialect *from, const struct sql_dialect *to)
{
    struct source s = {"type", type, type ? strlen(type) : 0};
    struct sql_node *n;

    if (!type || sql_same_dialect(from, to))
        return type;
    n = sql_parse_type(a, &s, from, NULL);
    if (!n || !sql_translate(a, n, from, to, &s, NULL))
        return NULL;
    g_autofree char *text = sql_print(n, to);
    return arena_strdup(a, text);
}

static bool check_types(const struct loader *l, const struct draft *d, const struct sql_dialect *to,
                        GError **error)
{
    const GPtrArray *columns = d->model->columns;

    for (guint i = 0; columns && i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];

        if (!c->type || project__translated_type(l->arena, c->type, d->dialect, to))
            continue;
        project__fail_draft(d, 0, error,
                            "the type %s of the column \"%s\" is not known to mean the same in %s "
                            "as in %s.",
                            c->type, c->name, sql_dialect_name(to), sql_dialect_name(d->dialect));
        return fail(d, to, error);
    }
    return true;
}

static bool check_statements(const struct draft *d, const struct sql_dialect *to, GError **error)
{
    const struct model *m = d->model;
    const GPtrArray *lists[] = {m->pre, m->post, m->on_virtual_update};

    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        const struct model_statement *s = lists[i]->len > 0 ? lists[i]->pdata[0] : NULL;

        if (!s)
            continue;
        project__fail_draft(d, s->at, error,
                            "a statement beside the query is not translated from %s to %s.",
                            sql_dialect_name(d->dialect), sql_dialect_name(to));
        return fail(d, to, error);
    }
    return true;
}

bool project__check_dialect(const struct loader *l, const struct draft *d, GError **error)
{
    const struct sql_dialect *to = spoken(l, d->model);
    struct sql_node *query;

    if (!to || !*d->model->dialect || sql_same_dialect(d->dialect, to) ||
        d->model->kind == KIND_EXTERNAL)
        return true;
    query = d->expanded ? sql_clone(l->arena, d->expanded) : NULL;
    if (query && !sql_translate(l->arena, query, d->dialect, to, &d->source, error))
        return fail(d, to, error);
    return check_statements(d, to, error) && check_types(l, d, to, error);
}
