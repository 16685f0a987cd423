/* rules.c -- what {rule} means in a pattern: a function that reads it, or a pattern of its own. */
#include "sql/grammar.h"

#include <string.h>

static struct sql_node *read_word(struct parser *p)
{
    if (p->t->kind == T_AT || p->t->kind == T_JINJA)
        return sql__identifier(p);
    if (p->t->kind == T_QUOTED)
        return sql__identifier(p);
    return p->t->kind == T_WORD ? sql__word(p, SQL_KEYWORD) : sql__expected(p, "a word");
}

static struct sql_node *upper_word(struct parser *p)
{
    struct sql_node *n = sql__word(p, SQL_KEYWORD);
    char *text = arena_strndup(p->arena, n->text, n->len);

    for (uint32_t i = 0; i < n->len; i++)
        text[i] = g_ascii_toupper(text[i]);
    n->text = text;
    return n;
}

/* An expression without AND, OR, comparison: what may be followed by such words. */
static struct sql_node *read_operand(struct parser *p)
{
    return sql__binary(p, BIND_OTHER);
}

static struct sql_node *read_name(struct parser *p)
{
    return sql__table_name(p);
}

/* name = value, 'name' = value, name => value; or only a name or a value. */
static struct sql_node *read_option(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PROPERTY), *key;

    if (p->t->kind == T_WORD && p->t[1].op == OP_LPAREN && p->t[1].kind == T_OPERATOR)
        return sql__argument(p); /* INDEX(a) */
    key = p->t->kind == T_WORD ? sql__word(p, SQL_KEYWORD) : sql__binary(p, BIND_COMPARE);
    while (key && sql__take_op(p, OP_DOT)) {
        key->len = p->t->at + p->t->len - key->at;
        sql__step(p);
    }
    if (key && !sql__at_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN) && p->t->kind != T_OPERATOR) {
        sql__add(n, SLOT_KEY, key);
        sql__add(n, SLOT_VALUE, sql__argument(p));
        return n;
    }
    if (!sql__at_op(p, OP_EQ) && !sql__at_op(p, OP_ARROW_FAT) && !sql__at_op(p, OP_COLON))
        return key;
    n->op = p->t->op;
    sql__step(p);
    sql__add(n, SLOT_KEY, key);
    sql__add(n, SLOT_VALUE, sql__argument(p));
    return n;
}

static struct sql_node *read_list_of_expressions(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    sql__list(p, n, SLOT_ARG, sql__aliased);
    return n;
}

/* An expression, with an alias only behind AS: another word may go on with the clause. */
static struct sql_node *read_expr_as(struct parser *p)
{
    struct sql_node *n = sql__expression(p);

    return sql__at_kw(p, KW_AS) ? sql__with_alias(p, n) : n;
}

static struct sql_node *read_alias_name(struct parser *p)
{
    return sql__identifier(p);
}

/* What may stand in brackets: a query, or expressions. */
static struct sql_node *read_group(struct parser *p)
{
    return sql__bracketed(p);
}

static struct sql_node *read_as_query(struct parser *p)
{
    return sql__at_query(p) || p->t->kind == T_AT || p->t->kind == T_JINJA ||
                   sql__at_kw(p, KW_TABLE)
               ? sql__query(p)
               : sql__expected(p, "a query");
}

/* (column definitions), unless a query stands in the brackets. */
static struct sql_node *read_columns(struct parser *p)
{
    struct sql_node *n;

    if (sql__at_query(p))
        return sql__bracketed(p);
    n = sql__node(p, SQL_GROUP);
    sql__bracket_list(p, n, SLOT_ARG, sql__column_definition);
    return n;
}

static struct sql_node *read_statement_or_name(struct parser *p)
{
    return sql__at_query(p) ? sql__query(p) : sql__table_name(p);
}

/* What DESCRIBE is about: words such as TABLE or EXTENDED, when a name follows, and the name. */
static struct sql_node *read_described(struct parser *p)
{
    static const char *const words[] = {"TABLE",     "SEMANTIC", "VIEW",   "EXTENDED",
                                        "FORMATTED", "HISTORY",  "ANALYZE"};
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, p->t, words[i]) && (p->t[1].kind == T_WORD || p->t[1].kind == T_QUOTED))
            sql__add(n, SLOT_ARG, upper_word(p));
    sql__add(n, SLOT_ARG, read_statement_or_name(p));
    return n->child && !n->child->next ? n->child : n;
}

/* Options between a table's columns and its query. */
static struct sql_node *read_options(struct parser *p)
{
    struct sql_node *n;

    if (sql__at_kw(p, KW_AS)) {
        p->t++;
        if (sql__at_query(p) || p->t->kind == T_AT || p->t->kind == T_JINJA ||
            sql__at_kw(p, KW_TABLE)) {
            p->t--;
            return NULL;
        }
        p->t--;
    }
    n = sql__words_until_query(p);
    return n;
}

/* TEMPORARY and other words before what a statement is about. */
static struct sql_node *read_modifiers(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    while (!p->failed && p->t < p->object)
        sql__add(n, SLOT_ARG, sql__one_word(p));
    return n->child ? n : NULL;
}

/* TABLE, MATERIALIZED VIEW and so on. */
static struct sql_node *read_object(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    if (p->t != p->object)
        return sql__expected(p, "another word");
    while (p->t < p->object_end)
        sql__add(n, SLOT_ARG, upper_word(p));
    return n->child->next ? n : n->child;
}

/* The name of a function, with its parameters right behind it. */
static struct sql_node *read_signature(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE), *parameters;

    sql__add(n, SLOT_ARG, sql__table_name(p));
    parameters = sql__at_op(p, OP_LPAREN) ? sql__one_word(p) : NULL;
    if (!parameters)
        return n->child;
    parameters->flags |= SQL_JOINED;
    return sql__add(n, SLOT_ARG, parameters) ? n : NULL;
}

/* A table behind TRUNCATE: ONLY t, t* */
static struct sql_node *read_truncated(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    if (sql__at_kw(p, KW_ONLY) && (p->t[1].kind == T_WORD || p->t[1].kind == T_QUOTED))
        sql__add(n, SLOT_ARG, read_word(p));
    sql__add(n, SLOT_ARG, sql__table_name(p));
    sql__pattern(p, n, SLOT_ARG, "[*]");
    return n->child && !n->child->next ? n->child : n;
}

static struct sql_node *view_column(struct parser *p)
{
    return sql__words_item(p);
}

static struct sql_node *read_view_columns(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_GROUP);

    sql__bracket_list(p, n, SLOT_ARG, view_column);
    return n;
}

/* A table, a function of one (FUNCTION f(…)), or DIRECTORY '…' */
static struct sql_node *read_insert_name(struct parser *p)
{
    if (sql__is_word(p, p->t, "DIRECTORY"))
        return sql__phrase(p, "DIRECTORY {string}");
    if (sql__is_word(p, p->t, "FUNCTION") && p->t[1].kind == T_WORD)
        return sql__phrase(p, "FUNCTION {primary}");
    return sql__table_target(p);
}

/* Tables with joins, as after FROM. */
static struct sql_node *read_tables(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    n->op = OP_DOT; /* joins print themselves */
    sql__add(n, SLOT_TABLE, sql__table(p));
    sql__joins(p, n);
    return n;
}

#define MERGE_WHEN                                                                                 \
    "WHEN [NOT] MATCHED [BY <SOURCE|TARGET>] [AND {expr}] THEN <UPDATE [<*|SET <*|, {expr}>>]|"    \
    "DELETE|DO NOTHING|INSERT [BY NAME] [*] [(, {operand})] [<VALUES {group}|ROW>]|ERROR>"
#define ON_CONFLICT                                                                                \
    "ON <CONFLICT [<ON CONSTRAINT {ident}|{group}>] [WHERE {expr}] DO <NOTHING|UPDATE SET , "      \
    "{expr} "                                                                                      \
    "[WHERE {expr}]>|DUPLICATE KEY UPDATE , {expr}>"

/* A value, whose name may be a literal: (a, b) AS 1 */
static struct sql_node *pivot_value(struct parser *p)
{
    struct sql_node *value = sql__expression(p), *n;

    if (!sql__at_kw(p, KW_AS) || (p->t[1].kind != T_NUMBER && p->t[1].kind != T_STRING) ||
        sql__has(p->dialect, SQLD_STRING_ALIAS))
        return sql__with_alias(p, value);
    n = sql__node(p, SQL_PHRASE);
    sql__add(n, SLOT_ARG, value);
    sql__pattern(p, n, SLOT_ARG, "AS {operand}");
    return n;
}

/* What stands in IN (…) of a PIVOT: values, a query, or ANY. */
static struct sql_node *read_pivot_values(struct parser *p)
{
    struct sql_node *n = sql__phrase(p, "ANY [ORDER BY , {order}]");

    if (n)
        return n;
    if (sql__at_query(p))
        return sql__query(p);
    n = sql__node(p, SQL_LIST);
    sql__list(p, n, SLOT_ARG, pivot_value);
    return n;
}

/* SUM(x) AS s, … FOR y IN (…) z IN (…) GROUP BY …, inside the brackets of PIVOT */
static struct sql_node *read_pivot(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE), *list = sql__node(p, SQL_LIST);

    do
        if (!sql__at_kw(p, KW_FOR))
            sql__add(list, SLOT_ARG, sql__aliased(p));
    while (sql__take_op(p, OP_COMMA));
    sql__add(n, SLOT_ARG, list);
    sql__pattern(p, n, SLOT_ARG, "FOR");
    while (!sql__at_op(p, OP_RPAREN) && !sql__at_kw(p, KW_GROUP) && !p->failed &&
           !sql__is_word(p, p->t, "DEFAULT"))
        if (!sql__pattern(p, n, SLOT_ARG, "{operand} IN <({pivot_values})|{operand}>"))
            sql__expected(p, "a column");
    sql__pattern(p, n, SLOT_ARG, "[DEFAULT ON NULL ({expr})] [GROUP BY , {group_item}]");
    return n;
}

static struct sql_node *sample_size(struct parser *p)
{
    struct sql_node *n = sql__phrase(p, "BUCKET {operand} OUT OF {operand} [ON {expr}]");

    if (n)
        return n;
    n = sql__node(p, SQL_PHRASE);
    sql__add(n, SLOT_ARG,
             p->t->kind == T_NUMBER && p->t[1].op != OP_SLASH ? sql__word(p, SQL_NUMBER)
                                                              : read_operand(p));
    sql__pattern(p, n, SLOT_ARG, "[<%|PERCENT|ROWS>]");
    return n;
}

/* What follows TABLESAMPLE: 10%, 10 PERCENT (bernoulli), RESERVOIR (20 ROWS) REPEATABLE (1) */
static struct sql_node *read_sample(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    sql__pattern(p, n, SLOT_ARG, "[<BERNOULLI|SYSTEM|RESERVOIR|ROW|BLOCK>]");
    if (sql__at_op(p, OP_LPAREN)) {
        sql__pattern(p, n, SLOT_ARG, "({sample_size})");
    } else {
        sql__add(n, SLOT_ARG, sample_size(p));
        sql__pattern(p, n, SLOT_ARG, "[(, {operand})]");
    }
    sql__pattern(p, n, SLOT_ARG, "[OFFSET {operand}] [<REPEATABLE|SEED> ({operand})]");
    return n;
}

/* The number behind TOP: a "*" that follows is a projection. */
static struct sql_node *read_top(struct parser *p)
{
    return sql__primary(p);
}

static struct sql_node *read_idents(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    sql__list(p, n, SLOT_ARG, sql__identifier);
    return n;
}

#define RULE(name) name

/* In the order of their names. */
static const struct sql__rule rules[] = {
    {RULE("against"),           B_PATTERN,    NULL,
     "{operand} [IN NATURAL LANGUAGE MODE] [IN BOOLEAN MODE] [WITH QUERY EXPANSION]"                      },
    {RULE("alias_name"),        B_NAME,       read_alias_name,          NULL                              },
    {RULE("aliased"),           B_EXPRESSION, sql__aliased,             NULL                              },
    {RULE("arg"),               B_EXPRESSION, sql__argument,            NULL                              },
    {RULE("as_query"),          B_EXPRESSION, read_as_query,            NULL                              },
    {RULE("bound"),             B_PATTERN,    NULL,
     "<UNBOUNDED <PRECEDING|FOLLOWING>|CURRENT ROW|{operand} <PRECEDING|FOLLOWING>>"                      },
    {RULE("column_definition"), B_NAME,       sql__column_definition,   NULL                              },
    {RULE("column_list"),       B_PATTERN,    NULL,                     "(, {ident})"                     },
    {RULE("columns"),           B_BRACKET,    read_columns,             NULL                              },
    {RULE("described"),         B_EXPRESSION, read_described,           NULL                              },
    {RULE("dotted"),            B_NAME,       sql__dotted,              NULL                              },
    {RULE("expr"),              B_EXPRESSION, sql__expression,          NULL                              },
    {RULE("expr_as"),           B_EXPRESSION, read_expr_as,             NULL                              },
    {RULE("exprs"),             B_EXPRESSION, read_list_of_expressions, NULL                              },
    {RULE("grants"),            B_EXPRESSION, sql__words_grants,        NULL                              },
    {RULE("group"),             B_BRACKET,    read_group,               NULL                              },
    {RULE("group_by"),          B_PATTERN,    NULL,                     "GROUP BY , {group_item}"         },
    {RULE("group_item"),        B_EXPRESSION, sql__group_item,          NULL                              },
    {RULE("ident"),             B_NAME,       sql__identifier,          NULL                              },
    {RULE("idents"),            B_NAME,       read_idents,              NULL                              },
    {RULE("insert_name"),       B_EXPRESSION, read_insert_name,         NULL                              },
    {RULE("interpolated"),      B_PATTERN,    NULL,                     "{ident} [AS {expr}]"             },
    {RULE("lateral_alias"),     B_PATTERN,    NULL,                     "{ident} [AS , {ident}]"          },
    {RULE("match_recognize"),   B_BRACKET,    sql__words_item,          NULL                              },
    {RULE("merge_when"),        B_PATTERN,    NULL,                     MERGE_WHEN                        },
    {RULE("modifiers"),         B_NAME,       read_modifiers,           NULL                              },
    {RULE("name"),              B_NAME,       read_name,                NULL                              },
    {RULE("named"),             B_EXPRESSION, sql__argument,            NULL                              },
    {RULE("object"),            B_NAME,       read_object,              NULL                              },
    {RULE("on_conflict"),       B_PATTERN,    NULL,                     ON_CONFLICT                       },
    {RULE("operand"),           B_EXPRESSION, read_operand,             NULL                              },
    {RULE("option"),            B_EXPRESSION, read_option,              NULL                              },
    {RULE("options"),           B_NAME,       read_options,             NULL                              },
    {RULE("order"),             B_EXPRESSION, sql__order,               NULL                              },
    {RULE("output"),            B_PATTERN,    NULL,                     "OUTPUT , {aliased} [INTO {name}]"},
    {RULE("pivot"),             B_EXPRESSION, read_pivot,               NULL                              },
    {RULE("pivot_values"),      B_EXPRESSION, read_pivot_values,        NULL                              },
    {RULE("primary"),           B_EXPRESSION, sql__primary,             NULL                              },
    {RULE("query"),             B_EXPRESSION, sql__query,               NULL                              },
    {RULE("returning"),         B_PATTERN,    NULL,                     "RETURNING , {aliased}"           },
    {RULE("sample"),            B_EXPRESSION, read_sample,              NULL                              },
    {RULE("sample_size"),       B_EXPRESSION, sample_size,              NULL                              },
    {RULE("signature"),         B_NAME,       read_signature,           NULL                              },
    {RULE("statement"),         B_EXPRESSION, sql__statement,           NULL                              },
    {RULE("statement_or_name"), B_NAME,       read_statement_or_name,   NULL                              },
    {RULE("string"),            B_STRING,     sql__string,              NULL                              },
    {RULE("table"),             B_EXPRESSION, sql__table,               NULL                              },
    {RULE("table_base"),        B_EXPRESSION, sql__table_base,          NULL                              },
    {RULE("tables"),            B_EXPRESSION, read_tables,              NULL                              },
    {RULE("target"),            B_EXPRESSION, sql__table,               NULL                              },
    {RULE("top"),               B_EXPRESSION, read_top,                 NULL                              },
    {RULE("truncated"),         B_NAME,       read_truncated,           NULL                              },
    {RULE("type"),              B_EXPRESSION, sql__type,                NULL                              },
    {RULE("unit"),              B_NAME,       read_word,                NULL                              },
    {RULE("view_columns"),      B_BRACKET,    read_view_columns,        NULL                              },
    {RULE("window"),            B_EXPRESSION, sql__window,              NULL                              },
    {RULE("word"),              B_NAME,       read_word,                NULL                              },
    {RULE("words"),             B_EXPRESSION, sql__words_until_end,     NULL                              },
};

/* As strcmp(), of a rule's name and one that ends with "}". */
static int compare_names(const char *rule, const char *name)
{
    while (*rule && *rule == *name) {
        rule++;
        name++;
    }
    return *rule - (*name == '}' ? '\0' : *name);
}

const struct sql__rule *sql__rule(const char *name)
{
    unsigned low = 0, high = G_N_ELEMENTS(rules);

    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = compare_names(rules[middle].name, name);

        if (order == 0)
            return &rules[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    g_error("no rule {%.30s", name);
}
