#include "macro/macro_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(macro)

static bool is_query_kind(const struct sql_node *n)
{
    return n->kind == SQL_SELECT || n->kind == SQL_SET_OPERATION || n->kind == SQL_VALUES ||
           n->kind == SQL_SUBQUERY;
}

static enum sql_visit find_macro(struct sql_node *n, void *data)
{
    if (n->kind != SQL_MACRO_VAR && n->kind != SQL_MACRO_CALL && n->kind != SQL_MACRO_STRING)
        return SQL_GO_IN;
    *(struct sql_node **)data = n;
    return SQL_STOP;
}

/* A word that held a macro and another "@" may read as a macro when the first is filled in. */
static struct sql_node *without_macros(struct macro_run *run, const struct sql_node *from,
                                       struct sql_node *tree)
{
    struct sql_node *macro = NULL;

    if (tree)
        sql_walk(tree, find_macro, &macro);
    if (!macro)
        return tree;
    return macro__fail(run, from,
                       "once its macros are filled in, @%.*s stands in it, which "
                       "nothing expands.",
                       (int)macro->len, macro->text);
}

/* Print a tree and read it again: what macros gave finds its right shape, as text would. */
static struct sql_node *read_as_text(struct macro_run *run, struct sql_node *node)
{
    const struct sql_dialect *d = run->context->dialect;
    g_autofree char *text = sql_print(node, d);
    struct source source = {run->context->source ? run->context->source->name : "expanded", text,
                            strlen(text)};
    if (is_query_kind(node))
        return sql_parse_query(run->arena, &source, d, &run->error);
    if (node->kind == SQL_STATEMENT)
        return sql_parse_statement(run->arena, &source, d, &run->error);
    return macro__parse(run, text, node);
}

static struct sql_node *read_again(struct macro_run *run, struct sql_node *node)
{
    return without_macros(run, node, read_as_text(run, node));
}

/* One statement or several, each read again when it must be. */
static struct sql_node *finish(struct macro_run *run, struct sql_node *chain)
{
    struct sql_node *out = NULL;
    for (struct sql_node *next; chain && !run->error; chain = next) {
        next = chain->next;
        chain->next = NULL;
        chain->slot = SLOT_NONE;
        struct sql_node *one = run->loose ? read_again(run, chain) : chain;
        if (run->spines && one && is_query_kind(one))
            macro__hoist_spines(run, one);
        out = macro__chain(out, one);
    }
    if (out && out->next)
        out = macro__list(run, SQL_LIST, out);
    return run->error ? NULL : out;
}

static bool define_all(struct macro_run *run)
{
    const GPtrArray *definitions = run->context->definitions;
    for (guint i = 0; definitions && i < definitions->len && !run->error; i++) {
        struct sql_node *copy = macro__clone(run, definitions->pdata[i]);
        if (copy)
            macro__expand(run, copy);
    }
    return !run->error;
}

struct sql_node *macro_expand(struct arena *a, struct sql_node *tree,
                              const struct macro_context *context, GError **error)
{
    struct macro_run run = {.arena = a, .context = context};
    struct sql_node *result = NULL;
    tree->next = NULL;
    if (define_all(&run))
        result = macro__expand(&run, tree);
    if (!run.error)
        result = finish(&run, result);
    if (run.error) {
        g_propagate_error(error, run.error);
        return NULL;
    }
    return result;
}
