/* parse_function.c -- calls: arguments, what may stand among them, and what follows them. */
#include "sql/parse_int.h"

#include <string.h>

/* x -> …, (x, y) -> …, lambda x, y: … */
static bool at_lambda(const struct parser *p)
{
    const struct sql_token *t = p->t;

    if (t->kind == T_WORD || t->kind == T_QUOTED)
        return (t[1].op == OP_ARROW && t[1].kind == T_OPERATOR && t[2].kind != T_STRING &&
                t[2].kind != T_NUMBER) ||
               (t->keyword == KW_LAMBDA && t[1].kind == T_WORD &&
                (t[2].op == OP_COLON || t[2].op == OP_COMMA));
    if (t->op != OP_LPAREN || t->kind != T_OPERATOR)
        return false;
    for (t++; t->kind == T_WORD || t->kind == T_QUOTED; t++) {
        t++;
        if (t->op != OP_COMMA)
            break;
    }
    return t->op == OP_RPAREN && t[1].op == OP_ARROW;
}

struct sql_node *sql__lambda(struct parser *p)
{
    struct sql_node *n;

    if (!at_lambda(p))
        return NULL;
    n = sql__node(p, SQL_LAMBDA);
    if (sql__take_kw(p, KW_LAMBDA)) {
        n->op = OP_LAMBDA;
        sql__list(p, n, SLOT_ARG, sql__identifier);
        sql__expect_op(p, OP_COLON);
    } else if (sql__at_op(p, OP_LPAREN)) {
        sql__bracket_list(p, n, SLOT_ARG, sql__identifier);
        sql__expect_op(p, OP_ARROW);
    } else {
        sql__add(n, SLOT_ARG, sql__identifier(p));
        n->flags |= SQL_NO_BRACKETS;
        sql__step(p);
    }
    bool query = sql__at_query(p) && !sql__at_op(p, OP_LPAREN);
    sql__add(n, SLOT_BODY, query ? sql__query(p) : sql__aliased(p));
    return n;
}

static bool at_named(const struct parser *p)
{
    return (p->t->kind == T_WORD || p->t->kind == T_QUOTED) && p->t[1].kind == T_OPERATOR &&
           (p->t[1].op == OP_ASSIGN || p->t[1].op == OP_ARROW_FAT);
}

static struct sql_node *named(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PROPERTY);

    sql__take_name(p, n);
    n->op = p->t->op;
    sql__step(p);
    sql__add(n, SLOT_VALUE, sql__argument(p));
    return n;
}

/* What may stand between two expressions of one argument: SUBSTRING(x FROM 1 FOR 2). */
static bool glue(struct parser *p, struct sql_node *into)
{
    static const char *const patterns[] = {
        "FROM {expr}",
        "FORMAT JSON",
        "<FACTS|DIMENSIONS|METRICS> , {expr_as}",
        "WHERE {expr}",
        "FOR {expr}",
        "USING {arg}",
        "PLACING {expr}",
        "SEPARATOR {expr}",
        "HAVING <MAX|MIN> {expr}",
        "VALUE {expr}",
        "PASSING , {expr_as}",
        "RETURNING {type} [FORMAT JSON] [ENCODING {word}]",
        "COLUMNS [(, {column_definition})] [{words}]",
        "ON OVERFLOW <ERROR|TRUNCATE [{string}] [<WITH|WITHOUT> COUNT]>",
        "<KEEP|OMIT> QUOTES [ON SCALAR STRING]",
        "<NULL|ABSENT|ERROR|EMPTY|TRUE|FALSE|UNKNOWN> [ARRAY|OBJECT] ON <NULL|ERROR|EMPTY>",
        "DEFAULT {expr} ON <ERROR|EMPTY>",
        "<WITH|WITHOUT> [<CONDITIONAL|UNCONDITIONAL>] [ARRAY] WRAPPER",
        "WITH UNIQUE KEYS",
        "WITHOUT UNIQUE KEYS",
        "TO {word}",

    };

    for (unsigned i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (sql__pattern(p, into, SLOT_ARG, patterns[i]))
            return true;
    return false;
}

static bool at_glue(const struct parser *p)
{
    return p->t->kind == T_WORD && p->t->keyword != KW_ORDER && p->t->keyword != KW_LIMIT &&
           p->t->keyword != KW_IGNORE && p->t->keyword != KW_RESPECT;
}

/* Words that may come before the first expression of an argument: TRIM(BOTH 'x' FROM y). */
static bool lead(struct parser *p, struct sql_node *into, const struct sql_node *call)
{
    static const char *const words[] = {"BOTH",  "LEADING", "TRAILING", "KEY",
                                        "TABLE", "MODEL",   "VARIADIC", "NAME"};
    const struct sql_token *next = p->t + 1;

    if (p->t->kind != T_WORD || next->kind == T_END ||
        (next->kind == T_OPERATOR && (next->op != OP_LPAREN || p->t->keyword == KW_TABLE)))
        return false;
    if (sql__is_word(p, p->t, "NAME") && !(call && sql_text_is_nocase(call, "XMLELEMENT")))
        return false;
    if ((sql__is_word(p, p->t, "KEY") || sql__is_word(p, p->t, "MODEL")) &&
        (next->keyword || next->kind == T_OPERATOR))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, p->t, words[i]))
            return sql__pattern(p, into, SLOT_ARG, words[i]);
    return false;
}

/* EXTRACT(YEAR FROM x), DATEADD(DAY, 1, x): a unit without quotes is no column. */
static struct sql_node *bare_unit(struct parser *p)
{
    const struct sql_token *t = p->t;

    if (t->kind != T_WORD || t[1].keyword != KW_FROM)
        return NULL;
    return sql__word(p, SQL_KEYWORD);
}

/* 'a': 1 in JSON_OBJECT */
static struct sql_node *keyed(struct parser *p, struct sql_node *key)
{
    struct sql_node *n = sql__node(p, SQL_PROPERTY);

    n->op = OP_COLON;
    sql__step(p);
    sql__add(n, SLOT_KEY, key);
    sql__add(n, SLOT_VALUE, sql__expression(p));
    return n;
}

static struct sql_node *first_of_argument(struct parser *p, const struct sql_node *call)
{
    struct sql_node *n = call && sql_text_is_nocase(call, "EXTRACT") ? bare_unit(p) : NULL;

    if (n)
        return n;
    if (sql__has(p->dialect, SQLD_PREFIX_ALIAS) && p->t[1].op == OP_COLON && sql__at_name(p))
        return sql__aliased(p);
    n = sql__at_query(p) && sql__at_op(p, OP_LPAREN) ? sql__query_or_expression(p)
                                                     : sql__expression(p);
    return n && sql__at_op(p, OP_COLON) ? keyed(p, n) : n;
}

/* TABLE t or MODEL m, of which the word has been read. */
static bool names_table(const struct sql_node *argument)
{
    return argument->child &&
           (sql_text_is(argument->child, "TABLE") || sql_text_is(argument->child, "MODEL"));
}

/* An expression with an alias, or with words and other expressions around it. */
static struct sql_node *glued(struct parser *p, const struct sql_node *call)
{
    struct sql_node *all = sql__node(p, SQL_PHRASE);

    if (!lead(p, all, call) || !sql__at_kw(p, KW_FROM))
        sql__add(all, SLOT_ARG, names_table(all) ? sql__table_name(p) : first_of_argument(p, call));
    while (at_glue(p) && glue(p, all))
        ;
    if (all->child && !all->child->next)
        return sql__with_alias(p, all->child);
    return all;
}

static struct sql_node *no_lambda(struct parser *p, const struct sql_node *call)
{
    if (at_named(p))
        return named(p);
    if (sql__at_query(p) && !sql__at_op(p, OP_LPAREN))
        return sql__query(p);
    return glued(p, call);
}

static struct sql_node *argument(struct parser *p, const struct sql_node *call)
{
    struct sql_node *n = sql__lambda(p);

    return n ? n : no_lambda(p, call);
}

struct sql_node *sql__bracket_item(struct parser *p)
{
    struct sql_node *n;

    if (!sql__enter(p))
        return NULL;
    n = no_lambda(p, NULL);
    sql__leave(p);
    return n;
}

struct sql_node *sql__argument(struct parser *p)
{
    struct sql_node *n;

    if (!sql__enter(p))
        return NULL;
    n = argument(p, NULL);
    sql__leave(p);
    return n;
}

/* What may stand behind the last argument, inside the brackets. */
static void after_arguments(struct parser *p, struct sql_node *n)
{
    for (;;) {
        if (sql__at_kw(p, KW_ORDER) && p->t[1].kind == T_WORD && !sql_child(n, SLOT_ORDER_BY)) {
            sql__step(p);
            if (!sql__take_word(p, "BY"))
                sql__expected(p, "BY");
            sql__list(p, n, SLOT_ORDER_BY, sql__order);
        } else if ((sql__at_kw(p, KW_IGNORE) || sql__at_kw(p, KW_RESPECT)) &&
                   !(n->flags & SQL_NULLS_INSIDE)) {
            n->flags |= SQL_NULLS_INSIDE;
            if (sql_child(n, SLOT_ORDER_BY))
                n->flags |= SQL_NULLS_AFTER_ORDER;
            n->flags |= sql__at_kw(p, KW_IGNORE) ? SQL_IGNORE_NULLS : SQL_RESPECT_NULLS;
            sql__step(p);
            sql__expect_kw(p, KW_NULLS);
        } else if (!sql_child(n, SLOT_LIMIT) && sql__take_kw(p, KW_LIMIT)) {
            sql__add(n, SLOT_LIMIT, sql__expression(p));
            if (sql__take_op(p, OP_COMMA))
                sql__add(n, SLOT_LIMIT, sql__expression(p));
        } else if (at_glue(p)) {
            struct sql_node *phrase = sql__node(p, SQL_PHRASE);

            if (!glue(p, phrase))
                return;
            sql__add(n, SLOT_SETTING, phrase);
        } else {
            return;
        }
    }
}

static void arguments(struct parser *p, struct sql_node *n)
{
    const struct sql_token *open = p->t;

    if (!sql__enter(p))
        return;
    sql__step(p);
    if (sql__take_kw(p, KW_DISTINCT))
        n->flags |= SQL_DISTINCT;
    else if (sql__at_kw(p, KW_ALL) && p->t[1].kind != T_OPERATOR && sql__take_kw(p, KW_ALL))
        n->flags |= SQL_ALL;
    while (!sql__at_op(p, OP_RPAREN) && !sql__at_kw(p, KW_ORDER) && !p->failed) {
        sql__add(n, SLOT_ARG, argument(p, n));
        if (!sql__take_op(p, OP_COMMA))
            break;
    }
    after_arguments(p, n);
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
}

static struct sql_node *window_in_brackets(struct parser *p)
{
    static const char frame[] = "<ROWS|RANGE|GROUPS> <BETWEEN {bound} AND {bound}|{bound}> "
                                "[EXCLUDE <NO OTHERS|CURRENT ROW|GROUP|TIES>]";
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_WINDOW);

    sql__step(p);
    if (sql__at_name(p) && !sql__at_kw(p, KW_PARTITION) && !sql__at_kw(p, KW_ROWS) &&
        !sql__is_word(p, p->t, "RANGE") && !sql__is_word(p, p->t, "GROUPS") &&
        !sql__at_kw(p, KW_DISTRIBUTE) && !sql__at_kw(p, KW_SORT) && !sql__at_kw(p, KW_CLUSTER))
        sql__take_name(p, n);
    if (sql__take_kw(p, KW_PARTITION) || sql__take_kw(p, KW_DISTRIBUTE) ||
        sql__take_kw(p, KW_CLUSTER)) {
        if (!sql__take_word(p, "BY"))
            sql__expected(p, "BY");
        sql__list(p, n, SLOT_PARTITION, sql__expression);
    }
    if (sql__take_kw(p, KW_ORDER) || sql__take_kw(p, KW_SORT)) {
        if (!sql__take_word(p, "BY"))
            sql__expected(p, "BY");
        sql__list(p, n, SLOT_ORDER_BY, sql__order);
    }
    if (p->t->kind == T_WORD)
        sql__add(n, SLOT_FRAME, sql__phrase(p, frame));
    sql__expect_close(p, OP_RPAREN, open);
    return n;
}

struct sql_node *sql__window(struct parser *p)
{
    struct sql_node *n;

    if (!sql__at_op(p, OP_LPAREN))
        return sql__identifier(p);
    if (!sql__enter(p))
        return NULL;
    n = window_in_brackets(p);
    sql__leave(p);
    return n;
}

static void within_group(struct parser *p, struct sql_node *call)
{
    const struct sql_token *open;

    sql__step(p);
    sql__expect_kw(p, KW_GROUP);
    open = p->t;
    sql__expect_op(p, OP_LPAREN);
    sql__expect_kw(p, KW_ORDER);
    if (!sql__take_word(p, "BY"))
        sql__expected(p, "BY");
    sql__list(p, call, SLOT_WITHIN, sql__order);
    sql__expect_close(p, OP_RPAREN, open);
}

static void filter(struct parser *p, struct sql_node *call)
{
    const struct sql_token *open;

    sql__step(p);
    open = p->t;
    sql__expect_op(p, OP_LPAREN);
    if (!sql__take_kw(p, KW_WHERE))
        call->flags |= SQL_AS; /* DuckDB: FILTER (condition) */
    sql__add(call, SLOT_FILTER, sql__expression(p));
    sql__expect_close(p, OP_RPAREN, open);
}

void sql__after_call(struct parser *p, struct sql_node *call)
{
    for (;;) {
        if (sql__at_kw(p, KW_WITHIN) && p->t[1].keyword == KW_GROUP &&
            !sql_child(call, SLOT_WITHIN)) {
            within_group(p, call);
        } else if (sql__at_kw(p, KW_FILTER) && p->t[1].op == OP_LPAREN &&
                   !sql_child(call, SLOT_FILTER)) {
            filter(p, call);
        } else if ((sql__at_kw(p, KW_IGNORE) || sql__at_kw(p, KW_RESPECT)) &&
                   p->t[1].keyword == KW_NULLS &&
                   !(call->flags & (SQL_IGNORE_NULLS | SQL_RESPECT_NULLS))) {
            call->flags |= sql__at_kw(p, KW_IGNORE) ? SQL_IGNORE_NULLS : SQL_RESPECT_NULLS;
            p->t += 2;
        } else if (sql__at_kw(p, KW_OVER) && (p->t[1].op == OP_LPAREN || p->t[1].kind == T_WORD ||
                                              p->t[1].kind == T_QUOTED)) {
            sql__step(p);
            sql__add(call, SLOT_OVER, sql__window(p));
            return;
        } else {
            return;
        }
    }
}

struct sql_node *sql__call(struct parser *p, struct sql_node *what)
{
    struct sql_node *n = sql__node(p, SQL_FUNCTION);

    sql__add(n, SLOT_EXPRESSION, what);
    arguments(p, n);
    return n;
}

/* At the function's own name; `parts` is a node with the parts before it, or NULL. */
struct sql_node *sql__function(struct parser *p, struct sql_node *parts)
{
    struct sql_node *n = parts ? parts : sql__node(p, SQL_FUNCTION);

    if (!parts && (sql_keyword_flags(p->t->keyword) & BAR_R) && p->t->keyword != KW_REPLACE &&
        p->t->keyword != KW_AND && p->t->keyword != KW_OR)
        return sql__expected(p, "an expression");
    n->kind = SQL_FUNCTION;
    sql__take_name(p, n);
    arguments(p, n);
    if (sql__at_op(p, OP_LPAREN) && !p->t->space_before)
        n = sql__call(p, n); /* quantile(0.5)(x) of ClickHouse */
    sql__after_call(p, n);
    return n;
}
