/* parse_expr.c -- expressions by precedence: operators before, between and after. */
#include "sql/parse_int.h"

#include <string.h>

/* An operator between two expressions, as the current tokens spell it. */
struct infix {
    enum sql_op op;
    bool negated;
    unsigned tokens; /* how many spell it */
};

static const uint8_t keyword_ops[KW_COUNT] = {
    [KW_AND] = OP_AND,
    [KW_OR] = OP_OR,
    [KW_XOR] = OP_XOR,
    [KW_IS] = OP_IS,
    [KW_ISNULL] = OP_ISNULL,
    [KW_NOTNULL] = OP_NOTNULL,
    [KW_IN] = OP_IN,
    [KW_BETWEEN] = OP_BETWEEN,
    [KW_LIKE] = OP_LIKE,
    [KW_ILIKE] = OP_ILIKE,
    [KW_GLOB] = OP_GLOB,
    [KW_RLIKE] = OP_RLIKE,
    [KW_REGEXP] = OP_REGEXP,
    [KW_IRLIKE] = OP_IRLIKE,
    [KW_SIMILAR] = OP_SIMILAR,
    [KW_MEMBER] = OP_MEMBER,
    [KW_SOUNDS] = OP_SOUNDS,
    [KW_OVERLAPS] = OP_OVERLAPS,
    [KW_DIV] = OP_DIV,
    [KW_MOD] = OP_MOD,
    [KW_COLLATE] = OP_COLLATE,
    [KW_AT] = OP_AT_TIME_ZONE,
    [KW_OPERATOR] = OP_OPERATOR,
};

/* Operators of two words: what must follow the first. */
static const struct {
    uint8_t op;
    const char *second;
} second_words[] = {
    {OP_SIMILAR,      "TO"  },
    {OP_MEMBER,       "OF"  },
    {OP_SOUNDS,       "LIKE"},
    {OP_AT_TIME_ZONE, "TIME"},
};

static const char *second_word(enum sql_op op)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(second_words); i++)
        if (second_words[i].op == op)
            return second_words[i].second;
    return NULL;
}

/* Words that are operators only when an operand follows. */
static bool needs_operand(enum sql_op op)
{
    return op == OP_DIV || op == OP_MOD || op == OP_XOR || op == OP_GLOB || op == OP_OVERLAPS;
}

static bool begins_operand(const struct sql_token *t)
{
    switch (t->kind) {
    case T_WORD:
        return !(sql_keyword_flags(t->keyword) & BAR_R) || t->keyword == KW_TRUE ||
               t->keyword == KW_FALSE || t->keyword == KW_NULL || t->keyword == KW_CASE;
    case T_OPERATOR:
        return t->op == OP_LPAREN || t->op == OP_MINUS;
    default:
        return t->kind != T_END && t->kind != T_BAD;
    }
}

static struct infix word_infix(const struct parser *p, const struct sql_token *t)
{
    struct infix in = {.op = keyword_ops[t->keyword], .tokens = 1};
    const char *second = second_word(in.op);

    if (t->keyword == KW_GLOBAL && t[1].keyword == KW_IN)
        return (struct infix){.op = OP_GLOBAL_IN, .tokens = 2};
    if (in.op == OP_AT_TIME_ZONE && sql__is_word(p, t + 1, "LOCAL"))
        return (struct infix){.op = OP_AT_LOCAL, .tokens = 2};
    if (second && !sql__is_word(p, t + 1, second))
        in.op = OP_NONE;
    if (in.op == OP_AT_TIME_ZONE && !sql__is_word(p, t + 2, "ZONE"))
        in.op = OP_NONE;
    if (second)
        in.tokens = in.op == OP_AT_TIME_ZONE ? 3 : 2;
    if (needs_operand(in.op) && !begins_operand(t + 1))
        in.op = OP_NONE;
    return in;
}

static struct infix infix_at(const struct parser *p)
{
    struct infix in = {.op = OP_NONE, .tokens = 1};

    if (p->t->kind == T_OPERATOR) {
        in.op = p->t->op;
        if ((in.op == OP_COLON && !sql__has(p->dialect, SQLD_COLON_PATH)) ||
            (in.op == OP_QUESTION && !sql__has(p->dialect, SQLD_QUESTION_OP)) ||
            (in.op == OP_BANG && !sql__has(p->dialect, SQLD_STAGE)))
            in.op = OP_NONE;
    } else if (p->t->keyword == KW_GLOBAL && p->t[1].keyword == KW_NOT &&
               p->t[2].keyword == KW_IN) {
        return (struct infix){.op = OP_GLOBAL_IN, .negated = true, .tokens = 3};
    } else if (p->t->keyword == KW_NOT) {
        in = word_infix(p, p->t + 1);
        in.negated = true;
        in.tokens++;
        if (in.op == OP_NONE && sql__is_word(p, p->t + 1, "NULL"))
            return (struct infix){.op = OP_NOTNULL, .tokens = 2};
        if (sql_op_binds(in.op) != BIND_RANGE)
            in.op = OP_NONE;
    } else if (p->t->keyword) {
        in = word_infix(p, p->t);
    }
    return in;
}

/* A query, or values of which the first may be a query in brackets. */
static void in_values(struct parser *p, struct sql_node *n)
{
    struct sql_node *first;

    if (sql__at_op(p, OP_RPAREN))
        return;
    if (!sql__at_query(p)) {
        first = sql__aliased(p);
    } else if (!sql__at_op(p, OP_LPAREN)) {
        sql__add(n, SLOT_QUERY, sql__query(p));
        return;
    } else {
        first = sql__query_or_expression(p);
        if (first && sql__at_op(p, OP_RPAREN) &&
            (first->kind == SQL_SUBQUERY || first->kind == SQL_SET_OPERATION)) {
            sql__add(n, SLOT_QUERY, first);
            return;
        }
    }
    sql__add(n, SLOT_VALUE, first);
    while (sql__take_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN))
        sql__add(n, SLOT_VALUE, sql__aliased(p));
}

static struct sql_node *in_list(struct parser *p, struct sql_node *n)
{
    const struct sql_token *open = p->t;

    if (!sql__at_op(p, OP_LPAREN)) {
        if (sql__at_kw(p, KW_NOT))
            return sql__expected(p, "\"(\"");
        sql__add(n, SLOT_EXPRESSION, sql__binary(p, BIND_OTHER));
        return n;
    }
    if (!sql__enter(p))
        return n;
    sql__step(p);
    in_values(p, n);
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    return n;
}

static struct sql_node *between(struct parser *p, struct sql_node *n)
{
    if (sql__take_word(p, "SYMMETRIC"))
        n->flags |= SQL_SYMMETRIC;
    else
        sql__take_word(p, "ASYMMETRIC");
    sql__add(n, SLOT_LOW, sql__binary(p, BIND_OTHER));
    sql__expect_kw(p, KW_AND);
    sql__add(n, SLOT_HIGH, sql__binary(p, BIND_OTHER));
    return n;
}

/* What may follow IS [NOT]. */
static struct sql_node *is_operand(struct parser *p, struct sql_node *n)
{
    struct sql_node *right;

    if (sql__take_kw(p, KW_NOT))
        n->flags |= SQL_NOT;
    if (sql__at_kw(p, KW_DISTINCT)) {
        sql__step(p);
        sql__expect_kw(p, KW_FROM);
        n->op = OP_IS_DISTINCT;
        sql__add(n, SLOT_RIGHT, sql__binary(p, BIND_OTHER));
        return n;
    }
    right =
        sql__phrase(p, "JSON [<VALUE|OBJECT|ARRAY|SCALAR>] [<WITH UNIQUE|WITHOUT UNIQUE|UNIQUE>] "
                       "[KEYS]");
    sql__add(n, SLOT_RIGHT, right ? right : sql__binary(p, BIND_OTHER));
    return n;
}

static struct sql_node *like(struct parser *p, struct sql_node *n)
{
    sql__add(n, SLOT_RIGHT, sql__binary(p, BIND_OTHER));
    if (sql__take_kw(p, KW_ESCAPE))
        sql__add(n, SLOT_ESCAPE, sql__binary(p, BIND_OTHER));
    return n;
}

/* a:b.c['d'] of Snowflake and Databricks: the first name of the path. */
static struct sql_node *path_part(struct parser *p)
{
    if (sql__at_op(p, OP_LBRACKET)) /* a:['b'] */
        return sql__primary(p);
    return p->t->kind == T_STRING ? sql__string(p) : sql__identifier(p);
}

static struct sql_node *cast_to(struct parser *p, struct sql_node *arg, const char *spelling)
{
    struct sql_node *n = sql__words(p, SQL_CAST, spelling);

    sql__add(n, SLOT_ARG, arg);
    sql__add(n, SLOT_TYPE, sql__type(p));
    return n;
}

static struct sql_node *slice_part(struct parser *p)
{
    if (sql__at_op(p, OP_COLON) || sql__at_op(p, OP_CAST) || sql__at_op(p, OP_RBRACKET))
        return NULL;
    if (sql__at_op(p, OP_MINUS) && (p->t[1].op == OP_COLON || p->t[1].op == OP_RBRACKET))
        return sql__word(p, SQL_KEYWORD); /* x[:-:2] */
    return sql__expression(p);
}

static struct sql_node *subscript(struct parser *p)
{
    struct sql_node *low = slice_part(p), *n;

    if (!sql__at_op(p, OP_COLON) && !sql__at_op(p, OP_CAST))
        return low;
    n = sql__node(p, SQL_SLICE);
    sql__add(n, SLOT_LOW, low);
    if (sql__take_op(p, OP_COLON))
        sql__add(n, SLOT_HIGH, slice_part(p));
    else
        sql__step(p), n->flags = SQL_NO_BRACKETS;
    if (n->flags || sql__take_op(p, OP_COLON)) {
        n->op = OP_COLON;
        sql__add(n, SLOT_STEP, slice_part(p));
    }
    n->flags = 0;
    return n;
}

static struct sql_node *indexed(struct parser *p, struct sql_node *arg)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_INDEX);

    sql__add(n, SLOT_ARG, arg);
    if (!sql__enter(p))
        return n;
    sql__step(p);
    do
        sql__add(n, SLOT_VALUE, subscript(p));
    while (sql__take_op(p, OP_COMMA));
    sql__expect_close(p, OP_RBRACKET, open);
    sql__leave(p);
    return n;
}

/* expression.name, expression.*, expression.function() */
static struct sql_node *dotted(struct parser *p, struct sql_node *left)
{
    struct sql_node *n = sql__node(p, SQL_BINARY), *right;

    sql__step(p);
    n->op = p->t[-1].op; /* "." or the "!" of Snowflake's models */
    if (sql__at_op(p, OP_STAR))
        right = sql__star(p, sql__node(p, SQL_STAR));
    else if (p->t->kind == T_NUMBER)
        right = sql__word(p, SQL_NUMBER);
    else if (p->t[1].op == OP_LPAREN && !p->t[1].space_before && p->t->kind == T_WORD)
        right = sql__function(p, NULL);
    else
        right = sql__identifier(p);
    sql__add(n, SLOT_LEFT, left);
    sql__add(n, SLOT_RIGHT, right);
    return n;
}

static struct sql_node *postfix(struct parser *p, struct sql_node *left)
{
    switch (p->t->op) {
    case OP_CAST:
        sql__step(p);
        return cast_to(p, left, "::");
    case OP_CAST_TRY:
        sql__step(p);
        return cast_to(p, left, "?::");
    case OP_LBRACKET:
        return indexed(p, left);
    default:
        return dotted(p, left);
    }
}

/* OPERATOR(schema.+) */
static void custom_operator(struct parser *p, struct sql_node *n)
{
    const struct sql_token *from = p->t;

    sql__expect_op(p, OP_LPAREN);
    while (!sql__at_op(p, OP_RPAREN) && p->t < p->end)
        sql__step(p);
    sql__expect_op(p, OP_RPAREN);
    if (p->failed)
        return;
    n->text = sql__token_text(p, from);
    n->len = p->t[-1].at + 1 - from->at;
}

static struct sql_node *range_operator(struct parser *p, struct sql_node *n)
{
    switch (n->op) {
    case OP_IN:
    case OP_GLOBAL_IN:
        n->kind = SQL_IN;
        return in_list(p, n);
    case OP_BETWEEN:
        n->kind = SQL_BETWEEN;
        return between(p, n);
    default:
        return like(p, n);
    }
}

static struct sql_node *after_operator(struct parser *p, struct sql_node *n, int binds)
{
    switch (n->op) {
    case OP_IS:
        return is_operand(p, n);
    case OP_ISNULL:
    case OP_NOTNULL:
    case OP_AT_LOCAL:
        n->kind = SQL_UNARY;
        n->flags |= SQL_AFTER;
        n->child->slot = SLOT_ARG;
        return n;
    case OP_OPERATOR:
        custom_operator(p, n);
        break;
    case OP_COLON:
        sql__add(n, SLOT_RIGHT, path_part(p));
        return n;
    default:
        break;
    }
    sql__add(n, SLOT_RIGHT, sql__binary(p, binds + 1));
    return n;
}

static struct sql_node *infix(struct parser *p, struct sql_node *left, struct infix in, int binds)
{
    struct sql_node *n = sql__node(p, SQL_BINARY);

    n->op = in.op;
    n->flags = in.negated ? SQL_NOT : 0;
    for (unsigned i = 0; i < in.tokens; i++)
        sql__step(p);
    sql__add(n,
             binds == BIND_RANGE && (in.op == OP_IN || in.op == OP_GLOBAL_IN || in.op == OP_BETWEEN)
                 ? SLOT_ARG
                 : SLOT_LEFT,
             left);
    return binds == BIND_RANGE ? range_operator(p, n) : after_operator(p, n, binds);
}

/* The operator before an operand at the current token, or OP_NONE. */
static enum sql_op prefix_operator(const struct parser *p)
{
    const struct sql_token *next = p->t + 1;

    if (p->t->kind == T_OPERATOR) {
        if (p->t->op == OP_STAR || (p->t->op == OP_AT_AT && next->kind == T_WORD))
            return OP_NONE;
        return sql_op_binds_unary(p->t->op) ? p->t->op : OP_NONE;
    }
    if (p->t->keyword == KW_NOT)
        return next->kind == T_OPERATOR && next->op == OP_DOT ? OP_NONE : OP_NOT;
    if ((p->t->keyword == KW_PRIOR || p->t->keyword == KW_CONNECT_BY_ROOT) &&
        (next->kind == T_QUOTED || (next->kind == T_WORD && next->keyword == KW_NONE)))
        return p->t->keyword == KW_PRIOR ? OP_PRIOR : OP_CONNECT_BY_ROOT;
    return OP_NONE;
}

static struct sql_node *unary(struct parser *p)
{
    enum sql_op op = prefix_operator(p);
    struct sql_node *n;

    if (op == OP_NONE)
        return sql__primary(p);
    n = sql__node(p, SQL_UNARY);
    n->op = op;
    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    sql__add(n, SLOT_ARG, sql__binary(p, sql_op_binds_unary(op)));
    sql__leave(p);
    return n;
}

/* "1 .a" and "? .5" would be printed as other numbers. */
static bool may_be_dotted(const struct parser *p)
{
    const struct sql_token *before = p->t - 1;

    if (p->t[1].kind != T_NUMBER)
        return before->kind != T_NUMBER;
    if (p->t[1].space_before)
        return false;
    return before->kind == T_WORD || before->kind == T_QUOTED || before->kind == T_STRING ||
           before->op == OP_RPAREN || before->op == OP_RBRACKET || before->op == OP_RBRACE;
}

struct sql_node *sql__binary_after(struct parser *p, struct sql_node *left, int least)
{
    while (left && !p->failed) {
        struct infix in = infix_at(p);
        int binds = sql__op_binds(p->dialect, in.op);

        if (in.op == OP_DOT && !may_be_dotted(p))
            break;
        if (binds == BIND_NONE || binds < least || (binds == BIND_ASSIGN && least > BIND_ASSIGN))
            break;
        p->chain++;
        left = binds == BIND_POSTFIX && in.op != OP_COLON ? postfix(p, left)
                                                          : infix(p, left, in, binds);
    }
    return left;
}

struct sql_node *sql__binary(struct parser *p, int least)
{
    return sql__binary_after(p, unary(p), least);
}

struct sql_node *sql__expression(struct parser *p)
{
    struct sql_node *n;

    if (!sql__enter(p))
        return NULL;
    n = sql__binary(p, BIND_ASSIGN);
    n = sql__behind_expression(p, n);
    sql__leave(p);
    return n;
}

/* An expression with its alias, if one follows. */
struct sql_node *sql__with_alias(struct parser *p, struct sql_node *expression)
{
    struct sql_node *n = sql__node(p, SQL_ALIAS);

    if (!expression || !sql__alias_into(p, n))
        return expression;
    sql_prepend(n, SLOT_EXPRESSION, expression);
    return n;
}

struct sql_node *sql__aliased(struct parser *p)
{
    struct sql_node *n;

    if (!sql__has(p->dialect, SQLD_PREFIX_ALIAS) || p->t[1].op != OP_COLON || !sql__at_name(p))
        return sql__with_alias(p, sql__expression(p));
    n = sql__node(p, SQL_ALIAS);
    sql__take_name(p, n);
    sql__step(p);
    n->flags |= SQL_ALIAS_FIRST;
    sql__add(n, SLOT_EXPRESSION, sql__expression(p));
    return n;
}

struct sql_node *sql__order(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_ORDER);

    sql__add(n, SLOT_EXPRESSION, sql__expression(p));
    if (sql__take_kw(p, KW_ASC))
        n->flags |= SQL_ASC;
    else if (sql__take_kw(p, KW_DESC))
        n->flags |= SQL_DESC;
    if (sql__at_kw(p, KW_NULLS)) {
        sql__step(p);
        n->flags |= sql__is_word(p, p->t, "FIRST") ? SQL_NULLS_FIRST : SQL_NULLS_LAST;
        if (!sql__take_word(p, "FIRST") && !sql__take_word(p, "LAST"))
            sql__expected(p, "FIRST or LAST");
    }
    if (sql__at_kw(p, KW_WITH) && sql__is_word(p, p->t + 1, "FILL"))
        sql__add(n, SLOT_FILL,
                 sql__phrase(p, "WITH FILL [FROM {expr}] [TO {expr}] [STEP {expr}] [INTERPOLATE "
                                "[(, {interpolated})]]"));
    return n;
}
