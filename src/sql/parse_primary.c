/* parse_primary.c -- literals, names, brackets and the constructs that begin with a word. */
#include "sql/parse_int.h"

#include <string.h>

static struct sql_node *strings(struct parser *p)
{
    struct sql_node *n = sql__string(p), *all;

    if (p->t->kind != T_STRING || (p->t->quote != '\'' && p->t->quote != '"'))
        return n;
    all = sql__node(p, SQL_PHRASE); /* 'a' 'b' */
    sql__add(all, SLOT_ARG, n);
    while (p->t->kind == T_STRING && !p->failed)
        sql__add(all, SLOT_ARG, sql__string(p));
    return all;
}

static struct sql_node *when(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_WHEN);

    sql__add(n, SLOT_EXPRESSION, sql__expression(p));
    sql__expect_kw(p, KW_THEN);
    sql__add(n, SLOT_THEN, sql__expression(p));
    return n;
}

static struct sql_node *case_when(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_CASE);
    const struct sql_token *open = p->t;

    sql__step(p);
    if (!sql__at_kw(p, KW_WHEN))
        sql__add(n, SLOT_ARG, sql__expression(p));
    if (!sql__at_kw(p, KW_WHEN) && p->t->kind != T_AT)
        return sql__expected(p, "WHEN");
    while (sql__take_kw(p, KW_WHEN))
        sql__add(n, SLOT_WHEN, when(p));
    if (sql__take_kw(p, KW_ELSE))
        sql__add(n, SLOT_ELSE, sql__expression(p));
    p->open = open;
    sql__expect_kw(p, KW_END);
    return n;
}

/* CAST(x AS type [FORMAT f]) and its relatives; also CAST(x, 'type') of ClickHouse. */
static struct sql_node *cast(struct parser *p)
{
    const struct sql_token *open = p->t + 1;
    struct sql_node *n = sql__word(p, SQL_CAST), *arg;

    sql__step(p);
    arg = sql__expression(p);
    sql__add(n, SLOT_ARG, arg);
    if (sql__take_op(p, OP_COMMA)) {
        n->kind = SQL_FUNCTION;
        sql__list(p, n, SLOT_ARG, sql__expression);
    } else {
        sql__expect_kw(p, KW_AS);
        sql__add(n, SLOT_TYPE, sql__type(p));
        if (sql__at_kw(p, KW_FORMAT))
            sql__add(n, SLOT_FORMAT, sql__phrase(p, "FORMAT {expr} [AT TIME ZONE {expr}]"));
        else if (p->t->kind == T_WORD)
            sql__add(n, SLOT_FORMAT,
                     sql__phrase(p, "<DEFAULT {expr} ON CONVERSION ERROR|RENAME FIELDS|ADD "
                                    "FIELDS|COLLATE {dotted}>"));
    }
    sql__expect_close(p, OP_RPAREN, open);
    return n;
}

static bool is_cast_word(const struct parser *p)
{
    return sql__at_kw(p, KW_CAST) || sql__is_word(p, p->t, "TRY_CAST") ||
           sql__is_word(p, p->t, "SAFE_CAST");
}

static const char *const units[] = {
    "YEAR",
    "YEARS",
    "QUARTER",
    "QUARTERS",
    "MONTH",
    "MONTHS",
    "WEEK",
    "WEEKS",
    "DAY",
    "DAYS",
    "HOUR",
    "HOURS",
    "MINUTE",
    "MINUTES",
    "SECOND",
    "SECONDS",
    "DECADE",
    "DECADES",
    "MILLISECOND",
    "MILLISECONDS",
    "MICROSECOND",
    "MICROSECONDS",
    "NANOSECOND",
    "NANOSECONDS",
    "CENTURY",
    "CENTURIES",
    "MILLENNIUM",
    "MILLENNIA",
    "MILLENNIUMS",
    "ISOWEEK",
    "ISOYEAR",
    "DOW",
    "DOY",
    "EPOCH",
    "DAY_HOUR",
    "DAY_MINUTE",
    "DAY_SECOND",
    "DAY_MICROSECOND",
    "HOUR_MINUTE",
    "HOUR_SECOND",
    "HOUR_MICROSECOND",
    "MINUTE_SECOND",
    "MINUTE_MICROSECOND",
    "SECOND_MICROSECOND",
    "YEAR_MONTH",
};

static bool is_unit(const struct parser *p, const struct sql_token *t)
{
    if (t->kind != T_WORD)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(units); i++)
        if (sql__is_word(p, t, units[i]))
            return true;
    return false;
}

bool sql__at_unit(const struct parser *p)
{
    return is_unit(p, p->t);
}

/* The unit of an interval, `DAY` or `DAY(3) TO SECOND(2)`, as text with single spaces. */
static void interval_unit(struct parser *p, struct sql_node *n)
{
    const struct sql_token *from = p->t;

    if (p->t->kind == T_AT) {
        sql__add(n, SLOT_TYPE, sql__macro(p));
        return;
    }
    if (!sql__at_unit(p))
        return;
    sql__step(p);
    if (sql__at_op(p, OP_LPAREN) || sql__is_word(p, p->t, "TO")) {
        p->t = from;
        sql__add(n, SLOT_TYPE, sql__phrase(p, "{word} [{group}] [TO {word} [{group}]]"));
        return;
    }
    n->text = sql__token_text(p, from);
    n->len = from->len;
}

/* The number of an interval: INTERVAL 2 * 2 MONTH is one of four months. */
static struct sql_node *interval_value(struct parser *p)
{
    struct sql_node *n = sql__binary(p, BIND_UNARY);

    return sql__at_unit(p) || p->t->kind != T_OPERATOR ? n : sql__binary_after(p, n, BIND_ADD);
}

static struct sql_node *interval(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_INTERVAL);

    sql__step(p);
    if (p->t->kind == T_STRING)
        sql__add(n, SLOT_ARG, sql__string(p));
    else
        sql__add(n, SLOT_ARG, interval_value(p));
    interval_unit(p, n);
    while (sql__has(p->dialect, SQLD_DOUBLE_STRING) && !p->failed &&
           (p->t->kind == T_NUMBER || (p->t->kind == T_STRING && is_unit(p, p->t + 1)))) {
        struct sql_node *more = sql__primary(p); /* INTERVAL 1 DAY 2 HOURS */
        struct sql_node *next = sql__node(p, SQL_INTERVAL);

        sql__add(next, SLOT_ARG, more);
        interval_unit(p, next);
        sql__add(n, SLOT_VALUE, next);
    }
    return n;
}

static bool interval_begins(const struct parser *p)
{
    const struct sql_token *t = p->t + 1;

    switch (t->kind) {
    case T_STRING:
    case T_NUMBER:
    case T_PARAMETER:
    case T_JINJA:
    case T_QUOTED:
        return true;
    case T_AT:
        return true;
    case T_WORD:
        return t->keyword == KW_NONE && (t[1].kind == T_WORD || t[1].kind == T_OPERATOR) &&
               t[1].op != OP_COMMA && t[1].op != OP_RPAREN;
    case T_OPERATOR:
        return t->op == OP_LPAREN || t->op == OP_MINUS || t->op == OP_PLUS;
    default:
        return false;
    }
}

static struct sql_node *array_item(struct parser *p)
{
    struct sql_node *lambda = sql__lambda(p);

    if (lambda)
        return lambda;
    return sql__at_query(p) ? sql__query(p) : sql__aliased(p);
}

static struct sql_node *array_items(struct parser *p, struct sql_node *n)
{
    const struct sql_token *open = p->t;

    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    while (!sql__at_op(p, OP_RBRACKET) && !p->failed) {
        sql__add(n, SLOT_ARG, array_item(p));
        if (sql__at_kw(p, KW_FOR))
            sql__add(n, SLOT_BODY, sql__phrase(p, "FOR {idents} IN {expr} [IF {expr}]"));
        if (!sql__take_op(p, OP_COMMA))
            break;
    }
    sql__expect_close(p, OP_RBRACKET, open);
    sql__leave(p);
    return n;
}

static struct sql_node *array_word(struct parser *p)
{
    struct sql_node *n = sql__words(p, SQL_ARRAY, "ARRAY");

    sql__step(p);
    return array_items(p, n);
}

/* {fn NOW()} of ODBC, {t.*} of Snowflake */
static struct sql_node *braced_expression(struct parser *p)
{
    const struct sql_token *t = p->t;

    if (sql__is_word(p, t, "fn") && t[1].kind == T_WORD)
        return sql__phrase(p, "FN {expr}");
    if ((t->kind == T_WORD || t->kind == T_QUOTED) && t[1].op == OP_DOT && t[2].op == OP_STAR)
        return sql__expression(p);
    return NULL;
}

static struct sql_node *struct_field(struct parser *p)
{
    struct sql_node *n = braced_expression(p);

    if (n || p->failed)
        return n;
    n = sql__node(p, SQL_PROPERTY);

    n->op = OP_COLON;
    if (sql__at_op(p, OP_STAR))
        return sql__star(p, sql__node(p, SQL_STAR)); /* {*} */
    if ((p->t->kind == T_WORD || p->t->kind == T_QUOTED || p->t->kind == T_STRING) &&
        p->t[1].op == OP_COLON && p->t->quote != '$')
        sql__take_name(p, n);
    else
        sql__add(n, SLOT_KEY, sql__binary(p, BIND_OR));
    if (sql__take_op(p, OP_COLON))
        sql__add(n, SLOT_VALUE, sql__expression(p));
    else
        sql__expected(p, "\":\"");
    return n;
}

static struct sql_node *braces(struct parser *p, struct sql_node *n)
{
    const struct sql_token *open = p->t;

    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    while (!sql__at_op(p, OP_RBRACE) && !p->failed) {
        sql__add(n, SLOT_ARG, struct_field(p));
        if (!sql__take_op(p, OP_COMMA))
            break;
    }
    sql__expect_close(p, OP_RBRACE, open);
    sql__leave(p);
    return n;
}

/* A literal of a type: DATE '2020-01-01', TIMESTAMP WITH TIME ZONE '…'. */
static struct sql_node *typed_literal(struct parser *p)
{
    struct sql_node *n = sql__words(p, SQL_CAST, "");
    struct sql_node *type = sql__type(p);

    sql__add(n, SLOT_TYPE, type);
    sql__add(n, SLOT_ARG, sql__string(p));
    return n;
}

/* ARRAY<INT64>[1], STRUCT<x INT64>(1), or only the type. */
static struct sql_node *typed_value(struct parser *p)
{
    struct sql_node *type = sql__type(p), *n;

    if (sql__at_op(p, OP_LBRACKET)) {
        n = sql__node(p, SQL_ARRAY);
        sql__add(n, SLOT_TYPE, type);
        return array_items(p, n);
    }
    return sql__at_op(p, OP_LPAREN) && type ? sql__call(p, type) : type;
}

static bool at_typed_literal(const struct parser *p)
{
    const struct sql_token *t = p->t;

    if (t[1].kind == T_STRING && (t[1].quote == '\'' || t[1].quote == '"'))
        return sql__at_kw(p, KW_DATE) || sql__at_kw(p, KW_TIME) || sql__at_kw(p, KW_TIMESTAMP) ||
               !sql__has(p->dialect, SQLD_STRING_ALIAS) || t[1].len == 0 ||
               sql__is_word(p, t, "TIMESTAMPTZ") || sql__is_word(p, t, "JSON") ||
               sql__is_word(p, t, "DATETIME") || sql__is_word(p, t, "UUID") ||
               sql__is_word(p, t, "BLOB") || sql__is_word(p, t, "DECIMAL") ||
               p->text[t->at - p->base] == '_'; /* MySQL: _utf8mb4 '…' */
    return (t->keyword == KW_TIMESTAMP || t->keyword == KW_TIME) && t[1].kind == T_WORD &&
           (t[1].keyword == KW_WITH || sql__is_word(p, t + 1, "WITHOUT")) &&
           t[4].kind == T_STRING && t + 4 < p->end;
}

/* Words that are values without brackets. */
static bool is_word_value(const struct parser *p)
{
    static const char *const more[] = {"LOCALTIME",    "LOCALTIMESTAMP",   "SESSION_USER",
                                       "USER_NAME",    "CURRENT_CATALOG",  "CURRENT_SCHEMA",
                                       "CURRENT_ROLE", "CURRENT_DATETIME", "DEFAULT",
                                       "SYSDATE",      "MAXVALUE"};

    if (p->t[1].kind == T_OPERATOR && (p->t[1].op == OP_LPAREN || p->t[1].op == OP_DOT))
        return false;
    if (sql__at_kw(p, KW_CURRENT_DATE) || sql__at_kw(p, KW_CURRENT_TIME) ||
        sql__at_kw(p, KW_CURRENT_TIMESTAMP) || sql__at_kw(p, KW_CURRENT_USER))
        return true;
    if (p->t->keyword || p->t->len < 7)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(more); i++)
        if (sql__is_word(p, p->t, more[i]))
            return true;
    return false;
}

/* The text of a word token in upper case, in the arena. */
static struct sql_node *upper_word(struct parser *p, enum sql_kind kind)
{
    struct sql_node *n = sql__node(p, kind);
    char *text = arena_strndup(p->arena, sql__token_text(p, p->t), p->t->len);

    for (char *c = text; *c; c++)
        *c = g_ascii_toupper(*c);
    n->text = text;
    n->len = p->t->len;
    sql__step(p);
    return n;
}

/* A word after * that begins EXCLUDE, EXCEPT, REPLACE or RENAME: the slot of what follows. */
static enum sql_slot star_slot(const struct parser *p)
{
    bool bracket = p->t[1].op == OP_LPAREN && p->t[1].kind == T_OPERATOR;
    const struct sql_token *inner = p->t + 2;

    switch ((enum sql_keyword)p->t->keyword) {
    case KW_EXCEPT: /* the set operation, when a query follows */
        if (!bracket || inner->keyword == KW_SELECT || inner->keyword == KW_FROM ||
            inner->keyword == KW_WITH || inner->keyword == KW_VALUES || inner->op == OP_LPAREN)
            return SLOT_NONE;
        return SLOT_EXCLUDE;
    case KW_EXCLUDE:
        return SLOT_EXCLUDE;
    case KW_REPLACE:
        return bracket || p->t[1].kind == T_WORD ? SLOT_REPLACE : SLOT_NONE;
    case KW_RENAME:
        return SLOT_RENAME;
    default:
        return SLOT_NONE;
    }
}

struct sql_node *sql__star(struct parser *p, struct sql_node *n)
{
    enum sql_slot slot;

    n->kind = SQL_STAR;
    sql__step(p);
    if (p->t->keyword && !sql__at_kw(p, KW_FROM))
        sql__add(n, SLOT_ON,
                 sql__phrase(p, "<NOT ILIKE|NOT LIKE|NOT SIMILAR TO|ILIKE|LIKE|GLOB|SIMILAR TO> "
                                "{operand} [ESCAPE {operand}]"));
    while ((slot = star_slot(p)) != SLOT_NONE) {
        sql__reader reader = slot == SLOT_EXCLUDE ? sql__expression : sql__aliased;

        if (sql_child(n, slot))
            return sql__expected(p, "another word");
        if (sql__at_kw(p, KW_EXCEPT))
            n->flags |= SQL_EXCEPT;
        sql__step(p);
        if (sql__at_op(p, OP_LPAREN))
            sql__full_list(p, n, slot, reader);
        else
            sql__add(n, slot, reader(p));
    }
    return n;
}

/* ^nested or :Type in a path of ClickHouse's JSON. */
static struct sql_node *json_part(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_IDENTIFIER);
    const struct sql_token *mark = p->t;

    sql__step(p);
    if (p->t->kind != T_WORD && p->t->kind != T_QUOTED)
        return sql__expected(p, "a name");
    n->text = arena_printf(p->arena, "%c%.*s", *sql__token_text(p, mark), (int)p->t->len,
                           sql__token_text(p, p->t));
    n->len = p->t->len + 1;
    n->flags = SQL_VERBATIM;
    sql__step(p);
    return n;
}

/* a, a.b, a.b.*, a.b(…): a name, whose first parts may stand in n already. */
static struct sql_node *name_into(struct parser *p, struct sql_node *n)
{
    for (;;) {
        const struct sql_token *after = p->t + 1;

        if (after->kind == T_OPERATOR && after->op == OP_LPAREN && after[1].op != OP_PLUS &&
            (p->t->kind == T_WORD || p->t->kind == T_QUOTED))
            return sql__function(p, n->child ? n : NULL);
        sql__add(n, SLOT_PART, sql__identifier(p));
        if (!sql__at_op(p, OP_DOT) || p->failed)
            return n;
        after = p->t + 1;
        if (after->op == OP_STAR && after->kind == T_OPERATOR) {
            sql__step(p);
            return sql__star(p, n);
        }
        if (after->kind == T_PARAMETER) { /* t.$1 */
            sql__step(p);
            sql__add(n, SLOT_PART, sql__word(p, SQL_PARAMETER));
            return n;
        }
        if (sql__has(p->dialect, SQLD_TERNARY) && after->kind == T_OPERATOR &&
            (after->op == OP_CARET || after->op == OP_COLON)) {
            sql__step(p);
            sql__add(n, SLOT_PART, json_part(p));
            if (!sql__at_op(p, OP_DOT))
                return n;
            after = p->t + 1;
        }
        if (after->kind != T_WORD && after->kind != T_QUOTED && after->kind != T_AT &&
            after->kind != T_JINJA)
            return n;
        sql__step(p);
    }
}

static struct sql_node *name(struct parser *p)
{
    return sql__behind_name(p, name_into(p, sql__node(p, SQL_COLUMN)));
}

static struct sql_node *word_primary(struct parser *p)
{
    enum sql_op next = p->t[1].kind == T_OPERATOR ? p->t[1].op : OP_NONE;
    struct sql_node *n;

    if (next == OP_DOT)
        return name(p);
    switch ((enum sql_keyword)p->t->keyword) {
    case KW_NULL:
        return upper_word(p, SQL_NULL);
    case KW_TRUE:
    case KW_FALSE:
        return upper_word(p, SQL_BOOLEAN);
    case KW_CASE:
        return case_when(p);
    case KW_INTERVAL:
        if (interval_begins(p))
            return interval(p);
        break;
    case KW_ARRAY:
        if (next == OP_LBRACKET)
            return array_word(p);
        if (next == OP_LT)
            return typed_value(p);
        break;
    case KW_STRUCT:
        if (next == OP_LT)
            return typed_value(p);
        break;
    case KW_GROUP: /* as a column: f(a, group) */
        if (next == OP_COMMA || next == OP_RPAREN)
            return name(p);
        break;
    case KW_AND:
    case KW_OR:
        if (next == OP_LPAREN && sql__has(p->dialect, SQLD_TERNARY))
            return name(p);
        break;
    case KW_MAP:
        if (next == OP_LBRACE) {
            sql__step(p);
            return braces(p, sql__words(p, SQL_STRUCT, "MAP"));
        }
        break;
    default:
        break;
    }
    if (is_cast_word(p) && next == OP_LPAREN)
        return cast(p);
    if ((n = sql__rare_value(p)) || p->failed)
        return n;
    if (at_typed_literal(p))
        return typed_literal(p);
    if (is_word_value(p))
        return sql__word(p, SQL_KEYWORD);
    if (sql_keyword_flags(p->t->keyword) & BAR_R)
        return sql__expected(p, "an expression");
    return name(p);
}

/* A parameter that the tokenizer saw as marks: :name, %(name)s, %s, @@name. */
static struct sql_node *mark_parameter(struct parser *p)
{
    struct sql_node *n = sql__word(p, SQL_PARAMETER);
    const char *text = n->text;

    if (sql__at_op(p, OP_LPAREN) && *text == '%') {
        while (p->t < p->end && !sql__at_op(p, OP_RPAREN))
            sql__step(p);
        sql__step(p);
    }
    if ((p->t->kind != T_WORD && p->t->kind != T_NUMBER) || p->t->space_before)
        return sql__expected(p, "a parameter's name");
    n->len = p->t->at + p->t->len - n->at;
    sql__step(p);
    return n;
}

static struct sql_node *mark_primary(struct parser *p)
{
    switch (p->t->op) {
    case OP_LPAREN:
        return sql__bracketed(p);
    case OP_LBRACKET:
        return array_items(p, sql__node(p, SQL_ARRAY));
    case OP_LBRACE:
        return braces(p, sql__node(p, SQL_STRUCT));
    case OP_STAR:
        if (sql__is_word(p, p->t + 1, "COLUMNS") && p->t[2].op == OP_LPAREN) {
            struct sql_node *n = sql__node(p, SQL_UNARY);

            n->op = OP_STAR;
            sql__step(p);
            sql__add(n, SLOT_ARG, name(p));
            return n;
        }
        return sql__star(p, sql__node(p, SQL_STAR));
    case OP_QUESTION:
        return sql__word(p, SQL_PARAMETER);
    case OP_COLON:
    case OP_PERCENT:
    case OP_AT_AT:
        return mark_parameter(p);
    default:
        return sql__expected(p, "an expression");
    }
}

/* A macro as an expression; it may be the first part of a name: @schema.table. */
static struct sql_node *macro_primary(struct parser *p)
{
    struct sql_node *n = sql__macro(p), *column;

    if (!n)
        return NULL;
    if (n->kind == SQL_MACRO_CALL)
        sql__after_call(p, n);
    if (n->kind == SQL_IDENTIFIER || sql__at_op(p, OP_DOT)) {
        column = sql__node(p, SQL_COLUMN);
        sql__add(column, SLOT_PART, n);
        if (!sql__take_op(p, OP_DOT))
            return column;
        return name_into(p, column);
    }
    return n;
}

struct sql_node *sql__primary(struct parser *p)
{
    switch (p->t->kind) {
    case T_WORD:
        return word_primary(p);
    case T_QUOTED:
        return name(p);
    case T_STRING:
        return strings(p);
    case T_NUMBER:
        return sql__word(p, SQL_NUMBER);
    case T_PARAMETER:
        return sql__word(p, SQL_PARAMETER);
    case T_JINJA:
        return sql__word(p, SQL_JINJA);
    case T_AT:
        return macro_primary(p);
    case T_OPERATOR:
        return mark_primary(p);
    default:
        return sql__expected(p, "an expression");
    }
}
