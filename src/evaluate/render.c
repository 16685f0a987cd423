/* render.c -- the model's texts as the warehouse gets them: macros expanded, names folded as
 * SQLMesh folds them, tables of this environment in place of models. */
#include "evaluate/evaluate_int.h"

#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"

#include <string.h>

static char *keep(struct evaluate_run *r, char *text)
{
    char *copy = arena_strdup(r->arena, text);

    g_free(text);
    return copy;
}

static struct sql_node *first_select(struct sql_node *query)
{
    while (query && query->kind != SQL_SELECT)
        query = sql_child(query, query->kind == SQL_SET_OPERATION ? SLOT_LEFT : SLOT_QUERY);
    return query;
}

static const char *name_in(const GPtrArray *projections, const struct sql_node *expression)
{
    for (guint i = 0; i < projections->len; i++) {
        const struct sql_projection *p = projections->pdata[i];

        if (p->expression == expression)
            return p->name;
    }
    return NULL;
}

/* SQLMesh calls `CAST(x AS INT)` x; warehouses would call it otherwise. */
static void name_projections(struct evaluate_run *r, struct sql_node *query)
{
    bool complete;
    g_autoptr(GPtrArray) projections =
        sql_projections(r->arena, query, r->dialect, NULL, NULL, &complete);
    struct sql_node *select = first_select(query);

    for (struct sql_node **link = select ? &select->child : NULL; link && *link;
         link = &(*link)->next) {
        struct sql_node *n = *link, *alias;
        const char *name = NULL;

        if (n->slot == SLOT_PROJECTION && (n->kind == SQL_CAST || n->kind == SQL_PAREN))
            name = name_in(projections, n);
        if (!name)
            continue;
        alias = sql_node_new(r->arena, SQL_ALIAS, name, -1);
        alias->quote = '"';
        sql_replace(select, link, alias);
        sql_append(alias, SLOT_EXPRESSION, n);
    }
}

static bool is_query(const struct sql_node *n)
{
    return n->kind == SQL_SELECT || n->kind == SQL_SET_OPERATION || n->kind == SQL_SUBQUERY ||
           n->kind == SQL_VALUES || n->kind == SQL_PAREN;
}

static struct sql_node *expand_query(struct evaluate_run *r, const struct source *source,
                                     GError **error)
{
    struct sql_node *tree = sql_parse_query(r->arena, source, r->dialect, error);
    GPtrArray *definitions = tree ? evaluate__definitions(r, NULL, error) : NULL;
    GError *own = NULL;

    if (!definitions)
        return NULL;
    tree = evaluate__expand(r, tree, source, definitions, &own);
    if (own)
        g_propagate_error(error, own);
    else if (!tree || !is_query(tree)) {
        evaluate__invalid(error, "The query of %s is no query when its macros are expanded.",
                          r->model->name);
        tree = NULL;
    }
    return own ? NULL : tree;
}

struct sql_node *evaluate__query_tree(struct evaluate_run *r, GError **error)
{
    struct source source;
    struct sql_node *tree;

    if (!r->model || !r->model->query) {
        evaluate__invalid(error, "This task needs a model with a query, and its definition has "
                                 "none.");
        return NULL;
    }
    source = (struct source){arena_printf(r->arena, "query of %s", r->model->name), r->model->query,
                             strlen(r->model->query)};
    if (!(tree = expand_query(r, &source, error)))
        return NULL;
    evaluate__fold_names(r, tree);
    name_projections(r, tree);
    return evaluate__say(r, tree, &source, error) && evaluate__place_tables(r, tree, error) ? tree
                                                                                            : NULL;
}

char *evaluate__query(struct evaluate_run *r, GError **error)
{
    const struct sql_node *tree = evaluate__query_tree(r, error);

    return tree ? keep(r, sql_print(tree, r->spoken)) : NULL;
}

static bool add_printed(struct evaluate_run *r, struct sql_node *n, const struct source *source,
                        GPtrArray *out, GError **error)
{
    bool opaque = n->kind == SQL_STATEMENT && n->flags & SQL_OPAQUE;
    char *text;

    if (!opaque)
        evaluate__fold_names(r, n);
    if (!evaluate__say(r, n, source, error) || (!opaque && !evaluate__place_tables(r, n, error)))
        return false;
    text = keep(r, sql_print(n, r->spoken));
    if (*g_strstrip(text))
        g_ptr_array_add(out, text);
    return true;
}

static void unref(void *array)
{
    g_ptr_array_unref(array);
}

GPtrArray *evaluate__statement(struct evaluate_run *r, const char *sql, const char *title,
                               GError **error)
{
    struct source source = {title, sql, strlen(sql)};
    struct sql_node *tree = sql_parse_statement(r->arena, &source, r->dialect, error);
    GPtrArray *definitions = tree ? evaluate__definitions(r, NULL, error) : NULL;
    GPtrArray *out = g_ptr_array_new();
    GError *own = NULL;

    arena_defer(r->arena, unref, out);
    if (!definitions)
        return NULL;
    tree = evaluate__expand(r, tree, &source, definitions, &own);
    if (own) {
        g_propagate_error(error, own);
        return NULL;
    }
    if (tree && tree->kind == SQL_LIST) {
        SQL_EACH_CHILD (tree, c)
            if (!add_printed(r, c, &source, out, error))
                return NULL;
    } else if (tree && !add_printed(r, tree, &source, out, error))
        return NULL;
    return out;
}

bool evaluate__statements(struct evaluate_run *r, const GPtrArray *list, GError **error)
{
    for (guint i = 0; list && i < list->len; i++) {
        const struct model_statement *s = list->pdata[i];
        const char *title = arena_printf(r->arena, "statement of %s", r->model->name);
        const GPtrArray *texts = evaluate__statement(r, s->sql, title, error);

        if (!texts)
            return false;
        for (guint k = 0; k < texts->len; k++)
            if (!evaluate__execute(r, texts->pdata[k], NULL, error))
                return false;
    }
    return true;
}

char *evaluate_render(const struct wire_task *task, const char *gateway, const char *runtime_stage,
                      GError **error)
{
    struct evaluate_context context = {.gateway = gateway};
    struct evaluate_run *r = evaluate__run_new(&context, task, error);
    const struct sql_node *tree;
    char *text = NULL;

    if (!r)
        return NULL;
    r->stage = runtime_stage ? runtime_stage : STAGE_EVALUATING;
    if ((tree = evaluate__query_tree(r, error)))
        text = sql_print_pretty(tree, r->spoken);
    evaluate__run_free(r);
    return text;
}
