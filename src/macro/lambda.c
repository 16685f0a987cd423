#include "macro/macro_int.h"

#include <string.h>

struct substitution {
    struct macro_run *run;
    const struct macro_binding *from, *until; /* the lambda's own names */
};

bool macro__is_list(const struct sql_node *node)
{
    return node->kind == SQL_ARRAY || node->kind == SQL_TUPLE || node->kind == SQL_PAREN;
}

struct sql_node **macro__items(struct macro_run *run, struct sql_node *const *items, size_t *n)
{
    GPtrArray *found = g_ptr_array_new();
    struct sql_node *only = items[0] && !items[1] ? items[0] : NULL;
    if (only && (only->kind == SQL_ARRAY || only->kind == SQL_TUPLE)) {
        SQL_EACH_CHILD (only, c)
            g_ptr_array_add(found, c);
    } else if (only && only->kind == SQL_PAREN) {
        g_ptr_array_add(found, sql_child(only, SLOT_EXPRESSION));
    } else {
        for (; *items; items++)
            g_ptr_array_add(found, *items);
    }
    *n = found->len;
    struct sql_node **out = arena_alloc(run->arena, (found->len + 1) * sizeof *out);
    for (size_t i = 0; i < found->len; i++)
        out[i] = found->pdata[i];
    out[found->len] = NULL;
    g_ptr_array_unref(found);
    return out;
}

static const struct sql_node *argument(const struct substitution *s, const struct sql_node *name)
{
    for (const struct macro_binding *b = s->from; b != s->until; b = b->next)
        if (sql_text_is_nocase(name, b->name))
            return b->value;
    return NULL;
}

/* A node whose text is a name (AS x): the name of the argument. */
static void replace_text(const struct substitution *s, struct sql_node *n)
{
    const struct sql_node *value = n->len ? argument(s, n) : NULL;
    const char *name = value ? macro__name(s->run, value) : NULL;
    if (!name)
        return;
    const struct sql_node *inner = value->kind == SQL_COLUMN ? value->child : value;
    struct sql_node *identifier = macro__identifier(s->run, name, inner->quote != 0);
    n->text = identifier->text;
    n->len = identifier->len;
    n->quote = identifier->quote;
    n->flags &= ~(uint32_t)SQL_TEMPLATE;
}

static const struct sql_node *replacement(const struct substitution *s, const struct sql_node *n)
{
    if (n->kind == SQL_IDENTIFIER)
        return argument(s, n);
    bool single = n->kind == SQL_COLUMN && n->child && !n->child->next;
    return single && n->child->kind == SQL_IDENTIFIER ? argument(s, n->child) : NULL;
}

/* Replace names below a node; macros in it look theirs up themselves. */
static bool substitute(const struct substitution *s, struct sql_node *parent)
{
    bool replaced = false;
    for (struct sql_node **link = &parent->child; *link; link = &(*link)->next) {
        struct sql_node *c = *link;
        const struct sql_node *value = replacement(s, c);
        if (value) {
            struct sql_node *copy = macro__clone(s->run, value);
            if (!copy || !macro__fit(s->run, parent, c->slot, c, copy))
                return false;
            sql_replace(parent, link, copy);
            replaced = true;
            continue;
        }
        if (c->kind == SQL_ALIAS || c->kind == SQL_CTE)
            replace_text(s, c);
        if (c->kind != SQL_MACRO_CALL && !substitute(s, c))
            return false;
    }
    if (replaced)
        macro__settle(s->run, parent);
    return true;
}

struct sql_node *macro__apply(struct macro_run *run, const struct sql_node *lambda,
                              struct sql_node *const *args, size_t n)
{
    const struct macro_binding *outer = run->bindings;
    size_t i = 0;
    SQL_EACH_CHILD (lambda, c) {
        if (c->slot != SLOT_ARG)
            continue;
        if (i == n)
            return macro__fail(run, lambda,
                               "this lambda takes more than the %zu argument%s it got.", n,
                               n == 1 ? "" : "s");
        macro__bind(run, sql_text(run->arena, c), args[i++]);
    }
    struct substitution s = {run, run->bindings, outer};
    struct sql_node *root = sql_node_new(run->arena, SQL_LIST, NULL, 0);
    for (const struct sql_node *c = lambda->child; c && !run->error; c = c->next) {
        struct sql_node *copy = c->slot == SLOT_BODY ? macro__clone(run, c) : NULL;
        if (copy)
            sql_append(root, SLOT_ARG, copy);
    }
    bool ok = !run->error && substitute(&s, root);
    SQL_EACH_CHILD (root, c)
        if (c->kind == SQL_ALIAS)
            replace_text(&s, c);
    ok = ok && macro__expand_children(run, root);
    run->bindings = outer;
    return ok && !run->error ? root->child : NULL;
}

struct sql_node *macro__apply_one(struct macro_run *run, const struct sql_node *lambda,
                                  struct sql_node *item)
{
    if (item->kind != SQL_TUPLE)
        return macro__apply(run, lambda, &item, 1);
    size_t n;
    struct sql_node **items = macro__items(run, (struct sql_node *[]){item, NULL}, &n);
    return macro__apply(run, lambda, items, n);
}
