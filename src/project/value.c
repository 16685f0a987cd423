/* value.c -- a property's value as a tree, a text, a number, a list. */
#include "project/project_int.h"
#include "sql/keyword.h"
#include "sql/keyword.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

bool project__fail(struct reading *r, uint32_t at, GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *message = NULL;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    error_set_at(error, project_error(), ERROR_INVALID, &r->source, at, "%s", message);
    return false;
}

struct property project__property_of(struct reading *sub, const struct reading *r, const char *name,
                                     const char *where, const char *text)
{
    struct property p = {
        .name = name, .value = {0, (uint32_t)strlen(text)}
    };

    *sub = *r;
    sub->source = (struct source){where, text, strlen(text)};
    sub->macros.source = NULL;
    p.has_macro = strchr(text, '@') != NULL;
    return p;
}

struct sql_node *project__unexpanded(struct reading *r, const struct property *p, GError **error)
{
    GError *e = NULL;
    struct sql_node *n = sql_parse_expression_in(r->arena, &r->source, p->value, r->dialect, &e);

    if (n)
        return n;
    error_hint(&e, "this is in the value of \"%s\"; a comma may be missing behind it.", p->name);
    g_propagate_error(error, e);
    return NULL;
}

struct sql_node *project__expression(struct reading *r, const struct property *p, GError **error)
{
    struct sql_node *n = project__unexpanded(r, p, error);

    if (!n || !p->has_macro)
        return n;
    r->macros.source = &r->source;
    GError *e = NULL;
    n = macro_expand(r->arena, n, &r->macros, &e);
    if (!n && !e)
        project__fail(r, p->value.at, &e, "the macros of \"%s\" give no value.", p->name);
    if (e) {
        error_hint(&e, "this is the property \"%s\"; a text with @ stands in quotes.", p->name);
        g_propagate_error(error, e);
    }
    return n;
}

const char *project__scalar(struct arena *a, const struct sql_node *n)
{
    while (n->kind == SQL_PAREN && n->child)
        n = n->child;
    switch (n->kind) {
    case SQL_STRING:
    case SQL_IDENTIFIER:
    case SQL_NUMBER:
    case SQL_BOOLEAN:
    case SQL_KEYWORD:
        return sql_text(a, n);
    case SQL_COLUMN:
        return n->child == n->last && n->child->kind == SQL_IDENTIFIER ? sql_text(a, n->child)
                                                                       : NULL;
    case SQL_UNARY:
        return n->child && n->child->kind == SQL_NUMBER
                   ? arena_printf(a, "-%s", sql_text(a, n->child))
                   : NULL;
    case SQL_NULL:
        return "NULL";
    default:
        return NULL;
    }
}

/* The whole text of a value that is one token needs no tree. */
static const char *simple(struct reading *r, const struct property *p)
{
    const char *text = r->source.text + p->value.at;
    uint32_t n = p->value.len;

    if (p->has_macro || n == 0)
        return NULL;
    if (n >= 2 && *text == '\'' && text[n - 1] == '\'' && !memchr(text + 1, '\'', n - 2) &&
        !memchr(text, '\\', n))
        return arena_strndup(r->arena, text + 1, n - 2);
    for (uint32_t i = 0; i < n; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '_')
            return NULL;
    return arena_strndup(r->arena, text, n);
}

bool project__text(struct reading *r, const struct property *p, const char **out, GError **error)
{
    const char *text = simple(r, p);
    const struct sql_node *n;

    if (!text) {
        if (!(n = project__expression(r, p, error)))
            return false;
        text = project__scalar(r->arena, n);
        if (!text && n->kind == SQL_COLUMN) {
            g_autofree char *dotted = sql_print(n, r->dialect);
            text = arena_strdup(r->arena, dotted);
        }
    }
    if (!text) {
        project__fail(r, p->value.at, error, "\"%s\" wants one name, number or text in quotes.",
                      p->name);
        return false;
    }
    *out = text;
    return true;
}

bool project__bool(struct reading *r, const struct property *p, bool *out, GError **error)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"true",  true },
        {"false", false},
        {"yes",   true },
        {"no",    false},
        {"1",     true },
        {"0",     false},
        {"y",     true },
        {"n",     false},
        {"t",     true },
        {"f",     false},
        {"on",    true },
        {"off",   false}
    };
    const char *text;

    if (!project__text(r, p, &text, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(words[i].word, text) == 0) {
            *out = words[i].value;
            return true;
        }
    return project__fail(r, p->value.at, error, "\"%s\" is true or false, not \"%s\".", p->name,
                         text);
}

bool project__count(struct reading *r, const struct property *p, int64_t *out, GError **error)
{
    const char *text;
    gint64 value;

    if (!project__text(r, p, &text, error))
        return false;
    if (!g_ascii_string_to_signed(text, 10, 1, G_MAXINT32, &value, NULL))
        return project__fail(r, p->value.at, error,
                             "\"%s\" is a whole number, 1 or more; \"%s\" is not.", p->name, text);
    *out = value;
    return true;
}

GPtrArray *project__items(struct arena *a, struct sql_node *value)
{
    GPtrArray *items = project__list(a);

    if (value->kind != SQL_TUPLE && value->kind != SQL_ARRAY && value->kind != SQL_PAREN &&
        value->kind != SQL_LIST) {
        g_ptr_array_add(items, value);
        return items;
    }
    SQL_EACH_CHILD (value, c) {
        c->next = NULL;
        g_ptr_array_add(items, c);
    }
    return items;
}

bool project__pair(const struct sql_node *n, const char **name, struct sql_node **value,
                   struct arena *a)
{
    struct sql_node *key = NULL;

    if (n->kind == SQL_PROPERTY) {
        key = sql_child(n, SLOT_KEY);
        *value = sql_child(n, SLOT_VALUE);
    } else if (n->kind == SQL_BINARY && (n->op == OP_EQ || n->op == OP_ASSIGN)) {
        key = sql_child(n, SLOT_LEFT);
        *value = sql_child(n, SLOT_RIGHT);
    } else {
        return false;
    }
    *name = key ? project__scalar(a, key) : n->text ? sql_text(a, n) : NULL;
    return *name && *value;
}
