#include "base/limits.h"
#include "macro/macro_int.h"

#include <string.h>

struct sql_node *macro__fail(struct macro_run *run, const struct sql_node *at, const char *format,
                             ...)
{
    if (run->error)
        return NULL;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    const struct source *source = run->context->source;
    if (source && at && at->at <= source->len)
        error_set_at(&run->error, macro_error(), ERROR_INVALID, source, at->at, "%s", message);
    else
        g_set_error(&run->error, macro_error(), ERROR_INVALID, "%s", message);
    return NULL;
}

static size_t count(const struct sql_node *node)
{
    size_t n = 1;
    SQL_EACH_CHILD (node, c)
        n += count(c);
    return n;
}

struct sql_node *macro__clone(struct macro_run *run, const struct sql_node *node)
{
    run->nodes += count(node);
    if (run->nodes > MAX_MACRO_NODES) {
        macro__fail(run, node, "macros give more than %d nodes here.", MAX_MACRO_NODES);
        if (run->error)
            run->error->code = ERROR_LIMIT;
        return NULL;
    }
    return sql_clone(run->arena, node);
}

struct sql_node *macro__chain(struct sql_node *first, struct sql_node *second)
{
    if (!first)
        return second;
    struct sql_node *last = first;
    while (last->next)
        last = last->next;
    last->next = second;
    return first;
}

struct sql_node *macro__list(struct macro_run *run, enum sql_kind kind, struct sql_node *chain)
{
    struct sql_node *list = sql_node_new(run->arena, kind, NULL, 0);
    for (struct sql_node *next; chain; chain = next) {
        next = chain->next;
        sql_append(list, SLOT_ARG, chain);
    }
    return list;
}

void macro__bind(struct macro_run *run, const char *name, struct sql_node *value)
{
    struct macro_binding *b = arena_new_of(run->arena, struct macro_binding);
    g_autofree char *lower = g_ascii_strdown(name, -1);
    b->name = arena_strdup(run->arena, lower);
    b->value = value;
    b->next = run->bindings;
    run->bindings = b;
}

static const struct sql_node *find_function(const struct macro_run *run,
                                            const struct sql_node *call)
{
    for (const struct macro_binding *b = run->bindings; b; b = b->next)
        if (b->value->kind == SQL_LAMBDA && sql_text_is_nocase(call, b->name))
            return b->value;
    return NULL;
}

static struct sql_node *variable(struct macro_run *run, const struct sql_node *node)
{
    char *name = sql_text(run->arena, node);
    struct sql_node *value = macro__variable(run, name, SQL_TUPLE);
    if (run->error)
        return NULL;
    if (!value) {
        macro__fail(run, node, "the macro variable @%s is not defined.", name);
        error_hint(&run->error, "define it under \"variables\" in config.yaml or with @DEF(%s, …)",
                   name);
        return NULL;
    }
    if (node->flags & SQL_BRACED)
        return macro__column(run, macro__identifier(run, macro__bare(run, value), false));
    return value;
}

/* @DEF(name, value) and @DEF(name, x -> …) */
static struct sql_node *define(struct macro_run *run, struct sql_node *call)
{
    struct sql_node *name = sql_child(call, SLOT_ARG);
    struct sql_node *value = name ? name->next : NULL;
    const char *word = name ? macro__name(run, name) : NULL;
    if (!word && name && name->kind == SQL_MACRO_VAR)
        word = sql_text(run->arena, name);
    if (!word || !value || value->next)
        return macro__fail(run, call, "@DEF takes a name and a value.");
    if (value->kind != SQL_LAMBDA) {
        value->next = NULL;
        value = macro__expand(run, value);
        if (!value)
            return macro__fail(run, call, "@DEF(%s, …) has no value.", word);
        if (value->next)
            value = macro__list(run, SQL_TUPLE, value);
    }
    macro__bind(run, word, value);
    return NULL;
}

static struct sql_node *apply_definition(struct macro_run *run, const struct sql_node *function,
                                         struct sql_node *call)
{
    if (!macro__expand_children(run, call))
        return NULL;
    GPtrArray *args = g_ptr_array_new();
    SQL_EACH_CHILD (call, c)
        if (c->slot == SLOT_ARG)
            g_ptr_array_add(args, c);
    struct sql_node *result =
        args->len == 1 ? macro__apply_one(run, function, args->pdata[0])
                       : macro__apply(run, function, (struct sql_node **)args->pdata, args->len);
    g_ptr_array_unref(args);
    return result;
}

static struct sql_node *unknown(struct macro_run *run, struct sql_node *call)
{
    const struct macro_context *context = run->context;
    if (context->call && !macro__expand_children(run, call))
        return NULL;
    if (context->call)
        return context->call(run->arena, call, context->data, &run->error);
    char *name = sql_text(run->arena, call);
    macro__fail(run, call, "the macro @%s is not known.", name);
    g_autofree char *upper = g_ascii_strup(name, -1);
    const char *near = nearest_name(upper, macro__builtin_names());
    if (near)
        error_hint(&run->error, "did you mean @%s?", near);
    else
        error_hint(&run->error, "define it with @DEF(%s, x -> …) or in Python", name);
    return NULL;
}

/* What stood behind the call, as OVER (…), goes to the function it gave. */
static struct sql_node *hand_on(struct sql_node *call, struct sql_node *result)
{
    if (!result || result->next || result->kind != SQL_FUNCTION)
        return result;
    SQL_EACH_CHILD (call, c)
        if (c->slot != SLOT_ARG && c->slot != SLOT_BODY)
            sql_append(result, c->slot, c);
    return result;
}

static struct sql_node *call_macro(struct macro_run *run, struct sql_node *node)
{
    if (sql_text_is_nocase(node, "DEF"))
        return define(run, node);
    const struct sql_node *function = find_function(run, node);
    const struct macro_builtin *builtin = function ? NULL : macro__builtin(node->text, node->len);
    struct sql_node *result = function  ? apply_definition(run, function, node)
                              : builtin ? macro__call(run, builtin, node)
                                        : unknown(run, node);
    return run->error ? NULL : hand_on(node, result);
}

/* The macro itself, without looking into what it gave. */
static struct sql_node *expand_once(struct macro_run *run, struct sql_node *node)
{
    switch (node->kind) {
    case SQL_MACRO_VAR:
        return variable(run, node);
    case SQL_MACRO_STRING:
        return macro__string(run, macro__template(run, node->text, node->len));
    default:
        return call_macro(run, node);
    }
}

static bool is_macro(const struct sql_node *node)
{
    return node->kind == SQL_MACRO_VAR || node->kind == SQL_MACRO_CALL ||
           node->kind == SQL_MACRO_STRING;
}

static struct sql_node *expand_macro(struct macro_run *run, struct sql_node *node)
{
    if (run->depth >= MAX_MACRO_DEPTH) {
        macro__fail(run, node, "macros call each other more than %d deep.", MAX_MACRO_DEPTH);
        if (run->error)
            run->error->code = ERROR_LIMIT;
        return NULL;
    }
    run->depth++;
    struct sql_node *chain = NULL;
    for (struct sql_node *c = expand_once(run, node), *next; c && !run->error; c = next) {
        next = c->next;
        c->next = NULL;
        if (!c->at)
            c->at = node->at;
        chain = macro__chain(chain, macro__expand(run, c));
    }
    run->depth--;
    return run->error ? NULL : chain;
}

/* A name that holds macros: foo_@{x}. */
static bool fill_name(struct macro_run *run, struct sql_node *node)
{
    node->flags &= ~(uint32_t)SQL_TEMPLATE;
    char *text = macro__template(run, node->text, node->len);
    if (sql_text_is(node, text))
        return true;
    if (!*text) {
        macro__fail(run, node, "the name %.*s is empty once its macros are filled in.",
                    (int)node->len, node->text);
        return false;
    }
    struct sql_node *name = macro__identifier(run, text, node->quote != 0);
    node->text = name->text;
    node->len = name->len;
    node->quote = name->quote;
    return true;
}

/* Text that was not read, as a word of a GRANT: variables in it are filled in as text. "@@" is the
 * engine's own there: SET x = @@session.y */
static void fill_text(struct macro_run *run, struct sql_node *node)
{
    g_autofree char *text = g_strndup(node->text, node->len);
    g_auto(GStrv) pieces = g_strsplit(text, "@@", -1);
    g_autofree char *filled = NULL;

    for (char **piece = pieces; *piece; piece++) {
        char *with = g_strdup(macro__template(run, *piece, strlen(*piece)));

        g_free(*piece);
        *piece = with;
    }
    filled = g_strjoinv("@@", pieces);
    node->text = arena_strdup(run->arena, filled);
    node->len = (uint32_t)strlen(filled);
}

/* A statement kept as text. A macro that would have to be called in it cannot be. */
static bool fill_opaque(struct macro_run *run, struct sql_node *node)
{
    char *text = sql_text(run->arena, node);
    for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
        size_t n = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_");
        if (at[1 + n] != '(' || !macro__builtin(at + 1, n))
            continue;
        macro__fail(run, node, "this statement cannot be read, so @%.*s cannot be expanded in it.",
                    (int)n, at + 1);
        return false;
    }
    fill_text(run, node);
    return !run->error;
}

struct sql_node *macro__expand(struct macro_run *run, struct sql_node *node)
{
    if (run->error)
        return NULL;
    if (is_macro(node))
        return expand_macro(run, node);
    if (node->flags & SQL_TEMPLATE && !fill_name(run, node))
        return NULL;
    if (node->flags & SQL_OPAQUE && node->kind == SQL_STATEMENT && !fill_opaque(run, node))
        return NULL;
    if (node->kind == SQL_KEYWORD && node->len && memchr(node->text, '@', node->len))
        fill_text(run, node);
    if (node->child && !macro__expand_children(run, node))
        return NULL;
    return node;
}

/* A list of one list keeps its brackets between macros, as a list of several does. */
static struct sql_node *keep_list(struct macro_run *run, const struct sql_node *parent,
                                  const struct sql_node *macro, struct sql_node *chain)
{
    static const char *const lists[] = {"EACH", "FILTER", "PIVOT", "STAR"};
    bool is_list = false;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        is_list |= sql_text_is_nocase(macro, lists[i]);
    if (!is_list || parent->kind != SQL_MACRO_CALL || !chain || chain->next ||
        (chain->kind != SQL_ARRAY && chain->kind != SQL_TUPLE))
        return chain;
    return macro__list(run, SQL_ARRAY, chain);
}

/* Put a chain where *link is. Returns the link behind it. */
static struct sql_node **splice(struct sql_node **link, struct sql_node *chain)
{
    struct sql_node *next = (*link)->next;
    enum sql_slot slot = (*link)->slot;
    for (struct sql_node *c = chain; c; c = c->next)
        c->slot = slot;
    *link = chain;
    while (*link)
        link = &(*link)->next;
    *link = next;
    return link;
}

bool macro__expand_children(struct macro_run *run, struct sql_node *parent)
{
    bool had_macro = false, orders = false;
    struct sql_node **link = &parent->child;
    while (*link) {
        struct sql_node *c = *link;
        if (c->kind == SQL_LAMBDA && parent->kind == SQL_MACRO_CALL) {
            link = &c->next;
            continue;
        }
        struct sql_node *next = c->next;
        enum sql_slot slot = c->slot;
        bool macro = is_macro(c);
        struct sql_node *chain = macro__expand(run, c);
        if (run->error)
            return false;
        if (!macro) {
            orders |= c->kind == SQL_ORDER;
            link = &c->next;
            continue;
        }
        chain = keep_list(run, parent, c, chain);
        had_macro = true;
        c->next = next;
        c->slot = slot;
        if (!macro__fit(run, parent, slot, c, chain))
            return false;
        link = splice(link, chain);
    }
    if (had_macro) {
        parent->last = parent->child;
        while (parent->last && parent->last->next)
            parent->last = parent->last->next;
        macro__settle(run, parent);
    }
    if (orders)
        macro__settle_orders(run, parent);
    return !run->error;
}
