/* control.c -- macros that decide, repeat, evaluate and look variables up. */
#include "macro/macro_int.h"
#include "sql/keyword.h"

#include <string.h>

/* The lambda that stands last, with the items before it. */
static const struct sql_node *split_lambda(struct macro_run *run, const struct macro_call *call,
                                           struct sql_node ***items, size_t *n)
{
    struct sql_node *lambda = call->rest[call->n_rest - 1];
    if (lambda->kind != SQL_LAMBDA)
        return macro__fail(run, lambda, "the last argument of @%.*s is no lambda.",
                           (int)call->node->len, call->node->text);
    call->rest[call->n_rest - 1] = NULL;
    *items = macro__items(run, call->rest, n);
    return lambda;
}

struct sql_node *macro__do_each(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node **items, *chain = NULL;
    size_t n;
    const struct sql_node *lambda = split_lambda(run, call, &items, &n);
    for (size_t i = 0; lambda && i < n && !run->error; i++)
        chain = macro__chain(chain, macro__apply_one(run, lambda, items[i]));
    return chain;
}

struct sql_node *macro__do_filter(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node **items, *chain = NULL;
    size_t n;
    const struct sql_node *lambda = split_lambda(run, call, &items, &n);
    for (size_t i = 0; lambda && i < n && !run->error; i++) {
        struct macro_value keep;
        struct sql_node *condition = macro__apply_one(run, lambda, items[i]);
        if (macro__eval(run, condition, &keep) && macro__is_true(&keep))
            chain = macro__chain(chain, macro__clone(run, items[i]));
    }
    return chain;
}

struct sql_node *macro__do_reduce(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node **items;
    size_t n;
    const struct sql_node *lambda = split_lambda(run, call, &items, &n);
    if (!lambda)
        return NULL;
    if (n == 0)
        return macro__fail(run, call->node, "@REDUCE was given nothing to reduce.");
    struct sql_node *result = macro__clone(run, items[0]);
    for (size_t i = 1; i < n && result && !run->error; i++)
        result = macro__apply(run, lambda, (struct sql_node *[]){result, items[i]}, 2);
    return result;
}

struct sql_node *macro__do_if(struct macro_run *run, const struct macro_call *call)
{
    struct macro_value condition;
    struct sql_node *test = macro__expand(run, call->named[0]);
    if (run->error || !macro__eval(run, test, &condition))
        return NULL;
    struct sql_node *chosen = call->named[macro__is_true(&condition) ? 1 : 2];
    return chosen ? macro__expand(run, chosen) : NULL;
}

/* The value of one expression; a text is read as SQL. */
static struct sql_node *evaluated(struct macro_run *run, const struct sql_node *node,
                                  const struct sql_node *at)
{
    struct macro_value value;
    if (!macro__eval(run, node, &value) || value.type == VALUE_NULL)
        return NULL;
    return value.type == VALUE_TEXT ? macro__parse(run, value.text, at)
                                    : macro__node_of(run, &value);
}

struct sql_node *macro__do_eval(struct macro_run *run, const struct macro_call *call)
{
    const struct sql_node *given = call->named[0];
    struct sql_node *chain = NULL;
    if (given->kind != SQL_ARRAY && given->kind != SQL_TUPLE)
        return evaluated(run, given, call->node);
    SQL_EACH_CHILD (given, c)
        chain = macro__chain(chain, evaluated(run, c, call->node));
    return chain;
}

struct sql_node *macro__do_sql(struct macro_run *run, const struct macro_call *call)
{
    struct macro_value value;
    if (!macro__eval(run, call->named[0], &value))
        return NULL;
    const char *text = macro__value_text(run, &value);
    text = macro__template(run, text, strlen(text));
    if (run->error)
        return NULL;
    bool table = call->named[1] && sql_text_is_nocase(call->named[1], "table");
    return table ? macro__parse_table(run, text, call->node) : macro__parse(run, text, call->node);
}

static bool is_logic(const struct sql_node *n)
{
    return n->kind == SQL_BINARY && (n->op == OP_AND || n->op == OP_OR);
}

/* The conditions that are not NULL, joined; TRUE when there are none. */
static struct sql_node *join(struct macro_run *run, const struct macro_call *call, const char *word)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct sql_node *only = NULL;
    unsigned n = 0;
    for (size_t i = 0; i < call->n_rest; i++)
        n += call->rest[i]->kind != SQL_NULL;
    for (size_t i = 0; i < call->n_rest; i++) {
        struct sql_node *c = call->rest[i];
        if (c->kind == SQL_NULL)
            continue;
        only = c;
        const char *sql = macro__print(run, c);
        bool brackets = n > 1 && is_logic(c);
        g_string_append_printf(text, "%s%s%s%s%s%s", text->len ? " " : "", text->len ? word : "",
                               text->len ? " " : "", brackets ? "(" : "", sql, brackets ? ")" : "");
    }
    if (n == 0)
        return sql_node_new(run->arena, SQL_BOOLEAN, "TRUE", -1);
    return n == 1 ? only : macro__parse(run, text->str, call->node);
}

struct sql_node *macro__do_and(struct macro_run *run, const struct macro_call *call)
{
    return join(run, call, "AND");
}

struct sql_node *macro__do_or(struct macro_run *run, const struct macro_call *call)
{
    return join(run, call, "OR");
}

static struct sql_node *look_up(struct macro_run *run, const struct macro_call *call,
                                const json_t *variables)
{
    struct sql_node *name = call->named[0];
    if (name->kind != SQL_STRING)
        return macro__fail(run, name, "@%.*s takes a variable's name as a string.",
                           (int)call->node->len, call->node->text);
    g_autofree char *lower = g_ascii_strdown(name->text, name->len);
    const json_t *value = json_object_get(variables, lower);
    if (value)
        return macro__from_json(run, value, SQL_ARRAY);
    if (variables == run->context->variables && strcmp(lower, "gateway") == 0 &&
        run->context->gateway)
        return macro__string(run, run->context->gateway);
    return call->named[1] ? call->named[1] : sql_node_new(run->arena, SQL_NULL, "NULL", -1);
}

struct sql_node *macro__do_var(struct macro_run *run, const struct macro_call *call)
{
    return look_up(run, call, run->context->variables);
}

/* One that is SQL is bound under its name, as @DEF binds. */
struct sql_node *macro__do_blueprint_var(struct macro_run *run, const struct macro_call *call)
{
    const struct sql_node *name = call->named[0];
    g_autofree char *lower = g_ascii_strdown(name->text ? name->text : "", name->len);

    if (name->kind == SQL_STRING && json_object_get(run->context->blueprint_variables, lower))
        for (const struct macro_binding *b = run->bindings; b; b = b->next)
            if (b->value->kind != SQL_LAMBDA && strcmp(b->name, lower) == 0)
                return macro__clone(run, b->value);
    return look_up(run, call, run->context->blueprint_variables);
}

static char *replace(struct macro_run *run, const char *text, const char *what, const char *with)
{
    g_auto(GStrv) pieces = g_strsplit(text, what, -1);
    g_autofree char *joined = g_strjoinv(with, pieces);
    return arena_strdup(run->arena, joined);
}

/* The table that @this_model reads, also when an audit gives it as a filtered subquery. */
static struct sql_node *this_table(struct macro_run *run, const struct sql_node *at)
{
    struct sql_node *n = macro__parse_table(run, run->context->this_model, at);
    while (n && n->kind != SQL_TABLE) {
        struct sql_node *inner = sql_child(n, SLOT_QUERY);
        if (!inner)
            inner = sql_child(n, SLOT_FROM);
        n = inner ? inner : sql_child(n, SLOT_EXPRESSION);
    }
    return n;
}

struct sql_node *macro__do_resolve_template(struct macro_run *run, const struct macro_call *call)
{
    static const char *const marks[] = {"@{table_name}", "@{schema_name}", "@{catalog_name}"};
    const char *stage = run->context->runtime_stage;
    struct sql_node *template = call->named[0];
    if (template->kind != SQL_STRING)
        return macro__fail(run, template, "@resolve_template takes a string.");
    if (!run->context->this_model) {
        if (!stage || strcmp(stage, "loading") == 0)
            return template;
        return macro__fail(run, call->node,
                           "@resolve_template needs @this_model, which is not "
                           "known here.");
    }
    struct sql_node *table = this_table(run, call->node);
    if (!table)
        return macro__fail(run, call->node, "@this_model is no table here.");
    const char *parts[G_N_ELEMENTS(marks)] = {"", "", ""};
    SQL_EACH_CHILD (table, c) {
        if (c->slot != SLOT_PART)
            continue;
        parts[2] = parts[1];
        parts[1] = parts[0];
        parts[0] = sql_text(run->arena, c);
    }
    char *text = sql_text(run->arena, template);
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        text = replace(run, text, marks[i], parts[i]);
    bool as_table = call->named[1] && sql_text_is_nocase(call->named[1], "table");
    return as_table ? macro__parse_table(run, text, call->node) : macro__string(run, text);
}
