/* names.c -- which variables and macros a tree may use, without expanding it. */
#include "macro/macro_int.h"

#include <string.h>

struct search {
    const struct macro_context *context;
    GHashTable *found;   /* names, lower case */
    GHashTable *defined; /* names given by @DEF */
};

static void add_variable(const char *name, size_t len, void *data)
{
    struct search *s = data;
    g_autofree char *lower = g_ascii_strdown(name, (gssize)len);
    const json_t *known = s->context ? s->context->variables : NULL;
    if (macro__is_predefined(lower) || g_hash_table_contains(s->defined, lower) ||
        (known && !json_object_get(known, lower)))
        return;
    g_hash_table_add(s->found, g_steal_pointer(&lower));
}

static void define(struct search *s, const struct sql_node *name)
{
    if (name->kind == SQL_COLUMN && name->child)
        name = name->child;
    if (name->text)
        g_hash_table_add(s->defined, g_ascii_strdown(name->text, name->len));
}

/* Names a @DEF gives; an argument of a lambda hides nothing, for it may be read outside too. */
static enum sql_visit see_definition(struct sql_node *node, void *data)
{
    if (node->kind == SQL_MACRO_CALL && sql_text_is_nocase(node, "DEF") && node->child)
        define(data, node->child);
    return SQL_GO_IN;
}

static enum sql_visit see_variable(struct sql_node *node, void *data)
{
    switch (node->kind) {
    case SQL_MACRO_VAR:
        add_variable(node->text, node->len, data);
        break;
    case SQL_MACRO_CALL:
        if (node->child && node->child->kind == SQL_STRING && sql_text_is_nocase(node, "VAR"))
            add_variable(node->child->text, node->child->len, data);
        break;
    case SQL_STRING: /* the text of an @SQL('…'); elsewhere it does no harm */
    case SQL_MACRO_STRING:
        macro__template_names(node->text, node->len, add_variable, data);
        break;
    default:
        if (node->text && (node->flags & (SQL_TEMPLATE | SQL_OPAQUE)))
            macro__template_names(node->text, node->len, add_variable, data);
        break;
    }
    return SQL_GO_IN;
}

static enum sql_visit see_call(struct sql_node *node, void *data)
{
    struct search *s = data;
    if (node->kind != SQL_MACRO_CALL || sql_text_is_nocase(node, "DEF") ||
        macro__builtin(node->text, node->len))
        return SQL_GO_IN;
    g_autofree char *lower = g_ascii_strdown(node->text, node->len);
    if (!g_hash_table_contains(s->defined, lower))
        g_hash_table_add(s->found, g_steal_pointer(&lower));
    return SQL_GO_IN;
}

static void visit_all(struct search *s, struct sql_node *tree, sql_visitor visit)
{
    const GPtrArray *definitions = s->context ? s->context->definitions : NULL;
    for (guint i = 0; definitions && i < definitions->len; i++)
        sql_walk(definitions->pdata[i], visit, s);
    if (tree)
        sql_walk(tree, visit, s);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **find(struct sql_node *tree, const struct macro_context *context, sql_visitor visit)
{
    struct search s = {
        .context = context,
        .found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .defined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    visit_all(&s, tree, see_definition);
    visit_all(&s, tree, visit);
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, s.found);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_ptr_array_add(names, name);
        g_hash_table_iter_steal(&iter);
    }
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    g_hash_table_unref(s.found);
    g_hash_table_unref(s.defined);
    return (char **)g_ptr_array_free(names, FALSE);
}

char **macro_variables_read(struct sql_node *tree, const struct macro_context *context)
{
    return find(tree, context, see_variable);
}

char **macro_unknown_calls(struct sql_node *tree, const struct macro_context *context)
{
    return find(tree, context, see_call);
}
