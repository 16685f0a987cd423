/* parse_from.c -- what FROM and JOIN read: tables, subqueries, functions, their aliases. */
#include "sql/parse_int.h"

#include <string.h>

static bool op_at(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

/* BigQuery: my-project.a.b is one name before the first dot. */
static void dashed(struct parser *p, struct sql_node *n)
{
    while (sql__at_op(p, OP_MINUS) && !p->t->space_before && !p->t[1].space_before &&
           (p->t[1].kind == T_WORD || p->t[1].kind == T_NUMBER)) {
        p->t++;
        if (memchr(sql__token_text(p, p->t), '.', p->t->len)) {
            sql__expected(p, "the rest of a table's name");
            return;
        }
        n->len = p->t->at + p->t->len - n->at;
        sql__step(p);
    }
}

/* {name} of Spark, {name: type} of ClickHouse: a parameter */
static struct sql_node *braced(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PARAMETER);
    const struct sql_token *name = p->t + 1, *type = NULL;

    p->t += 2;
    if (sql__take_op(p, OP_COLON)) {
        type = p->t;
        sql__step(p);
    }
    if (name->kind != T_WORD || (type && type->kind != T_WORD) || !sql__expect_op(p, OP_RBRACE))
        return sql__expected(p, "a parameter in braces");
    n->text = arena_printf(p->arena, "{%.*s%s%.*s}", (int)name->len, sql__token_text(p, name),
                           type ? ": " : "", type ? (int)type->len : 0,
                           type ? sql__token_text(p, type) : "");
    n->len = strlen(n->text);
    return n;
}

static struct sql_node *part(struct parser *p)
{
    struct sql_node *n;

    if (p->t->kind == T_NUMBER) {
        n = sql__word(p, SQL_IDENTIFIER);
        while ((p->t->kind == T_WORD || p->t->kind == T_NUMBER) && !p->t->space_before) {
            n->len = p->t->at + p->t->len - n->at;
            sql__step(p);
        }
        return sql__at_op(p, OP_DOT) ? sql__expected(p, "the end of a table's name") : n;
    }
    if (p->t->kind == T_PARAMETER) /* ${name} */
        return sql__word(p, SQL_PARAMETER);
    if (sql__at_op(p, OP_LBRACE))
        return braced(p);
    n = p->t->kind == T_AT ? sql__table_macro(p) : sql__identifier(p);
    if (n && n->kind == SQL_IDENTIFIER && !n->quote && sql__has(p->dialect, SQLD_DASH_TABLE))
        dashed(p, n);
    return n;
}

static void parts(struct parser *p, struct sql_node *n)
{
    do {
        if (n->child && (sql__at_op(p, OP_STAR))) {
            sql__add(n, SLOT_PART, sql__word(p, SQL_KEYWORD)); /* a.b.* in GRANT */
            return;
        }
        if (n->child && sql__at_op(p, OP_DOT) && !sql__begins_with_digit(p, p->t + 1)) /* a..b */
            sql__add(n, SLOT_PART, sql__words(p, SQL_IDENTIFIER, ""));
        else
            sql__add(n, SLOT_PART, part(p));
    } while (sql__take_op(p, OP_DOT) && !p->failed);
}

struct sql_node *sql__table_name(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_TABLE);

    if (p->t->kind == T_STRING) {
        sql__add(n, SLOT_PART, sql__string(p)); /* DuckDB: FROM 'file.csv' */
        return n;
    }
    parts(p, n);
    return n;
}

/* @stage/path and @~/path of Snowflake: text up to white space or a bracket. */
static struct sql_node *stage(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_TABLE), *text = sql__node(p, SQL_KEYWORD);
    const struct sql_token *from = p->t;

    do
        sql__step(p);
    while (p->t < p->end && !p->t->space_before && !op_at(p->t, OP_LPAREN) &&
           !op_at(p->t, OP_RPAREN) && !op_at(p->t, OP_COMMA) && !op_at(p->t, OP_SEMICOLON));
    text->text = sql__token_text(p, from);
    text->len = p->t[-1].at + p->t[-1].len - from->at;
    sql__add(n, SLOT_PART, text);
    sql__add(n, SLOT_VERSION, sql__phrase(p, "(, {option})"));
    return n;
}

static bool is_name(const struct sql_token *t)
{
    return t->kind == T_WORD || t->kind == T_QUOTED;
}

/* @~, @%t, @a.b/path: behind the name of a stage stands a path; @a and @a.b may be macros. */
bool sql__at_stage(const struct parser *p)
{
    const struct sql_token *t = p->t;

    if (!sql__has(p->dialect, SQLD_STAGE))
        return false;
    if (t->kind != T_AT)
        return t->kind == T_OPERATOR && t->op == OP_AT;
    for (t++; is_name(t) && op_at(t + 1, OP_DOT) && !t[1].space_before; t += 2)
        ;
    return op_at(t, OP_PERCENT) || (is_name(t) && op_at(t + 1, OP_SLASH) && !t[1].space_before);
}

struct sql_node *sql__table_target(struct parser *p)
{
    return sql__at_stage(p) ? stage(p) : sql__table_name(p);
}

/* Table functions and everything else that looks like a call. */
static struct sql_node *call_table(struct parser *p, struct sql_node *call)
{
    struct sql_node *n = sql__node(p, SQL_TABLE_FUNCTION);

    sql__add(n, SLOT_EXPRESSION, call);
    if (sql__at_kw(p, KW_WITH) &&
        (sql__is_word(p, p->t + 1, "ORDINALITY") || p->t[1].keyword == KW_OFFSET)) {
        if (p->t[1].keyword == KW_OFFSET)
            return n;
        n->flags |= SQL_WITH_ORDINALITY;
        p->t += 2;
    }
    return n;
}

static bool is_call(const struct parser *p)
{
    const struct sql_token *t = p->t;

    while ((t->kind == T_WORD || t->kind == T_QUOTED || t->kind == T_AT) &&
           (op_at(t + 1, OP_DOT) || t->kind == T_AT))
        t += t->kind == T_AT ? 1 : 2;
    return (t->kind == T_WORD || t->kind == T_QUOTED) && op_at(t + 1, OP_LPAREN) &&
           !(t > p->t && t[-1].kind == T_AT);
}

/* T-SQL: FROM (MERGE … OUTPUT …) AS t */
static struct sql_node *statement_table(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_SUBQUERY);

    sql__step(p);
    sql__add(n, SLOT_QUERY, sql__statement(p));
    sql__expect_close(p, OP_RPAREN, open);
    return n;
}

/* ( query ), ( table JOIN table ), ( VALUES … ) */
static struct sql_node *bracket_table(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n;

    if (sql__is_word(p, p->t + 1, "MERGE") && p->t[2].keyword == KW_INTO)
        return statement_table(p);
    if (sql__at_query(p) && !op_at(p->t + 1, OP_LPAREN))
        return sql__bracketed(p);
    n = sql__node(p, SQL_PAREN);
    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    sql__add(n, SLOT_TABLE, sql__table(p));
    if (n->child && n->child->kind == SQL_SUBQUERY && !sql_child(n->child, SLOT_ALIAS) &&
        !sql__at_op(p, OP_RPAREN)) {
        struct sql_node *query = sql__query_after(p, n->child);

        if (query && query->last && (query != n->child || query->last->slot != SLOT_QUERY)) {
            n->kind = SQL_SUBQUERY;
            n->child = n->last = NULL;
            sql__add(n, SLOT_QUERY, query);
        }
    }
    sql__joins(p, n);
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    return n;
}

/* Time travel behind a table's name. */
static const char *const versions[] = {
    "FOR <SYSTEM_TIME|SYSTEM_VERSION|TIMESTAMP|VERSION> <AS OF {operand}|BETWEEN {operand} AND "
    "{operand}|FROM {operand} TO {operand}|ALL|CONTAINED IN {operand}>",
    "<TIMESTAMP|VERSION> AS OF {operand}",
    "<AT|BEFORE> ({named})",
    "FOR SYSTEM TIME AS OF {operand}",
    "CHANGES ({named}) [<AT|BEFORE> ({named})] [END ({named})]",
    "FOR PORTION OF {ident} FROM {operand} TO {operand}",
    "PARTITION (, {expr})",
    "<USE|FORCE|IGNORE> <INDEX|KEY> [FOR <JOIN|ORDER BY|GROUP BY>] (, {ident})",
};

static bool is_version(const struct parser *p)
{
    const struct sql_token *next = p->t + 1;

    if (p->t->kind != T_WORD)
        return false;
    switch ((enum sql_keyword)p->t->keyword) {
    case KW_FOR:
        return sql__is_word(p, next, "SYSTEM_TIME") || sql__is_word(p, next, "SYSTEM") ||
               sql__is_word(p, next, "TIMESTAMP") || sql__is_word(p, next, "VERSION") ||
               sql__is_word(p, next, "SYSTEM_VERSION");
    case KW_TIMESTAMP:
    case KW_VERSION:
        return next->keyword == KW_AS && sql__is_word(p, next + 1, "OF");
    case KW_AT:
    case KW_BEFORE:
        return op_at(next, OP_LPAREN);
    case KW_PARTITION:
        return op_at(next, OP_LPAREN);
    default:
        if (sql__is_word(p, next, "INDEX") || sql__is_word(p, next, "KEY"))
            return sql__is_word(p, p->t, "USE") || sql__is_word(p, p->t, "FORCE") ||
                   sql__at_kw(p, KW_IGNORE);
        return sql__is_word(p, p->t, "CHANGES") && op_at(next, OP_LPAREN);
    }
}

static void version(struct parser *p, struct sql_node *n)
{
    while (is_version(p) && !p->failed) {
        struct sql_node *phrase = NULL;

        for (unsigned i = 0; !phrase && i < G_N_ELEMENTS(versions); i++)
            phrase = sql__phrase(p, versions[i]);
        if (!phrase)
            return;
        sql__add(n, SLOT_VERSION, phrase);
    }
}

static bool at_sample(const struct parser *p)
{
    return sql__at_kw(p, KW_TABLESAMPLE) ||
           (sql__at_kw(p, KW_USING) && p->t[1].keyword == KW_SAMPLE) ||
           (sql__at_kw(p, KW_SAMPLE) &&
            (op_at(p->t + 1, OP_LPAREN) || p->t[1].kind == T_NUMBER || p->t[2].op == OP_LPAREN));
}

static struct sql_node *pivot(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PIVOT);

    n->text = sql__at_kw(p, KW_PIVOT) ? "PIVOT" : "UNPIVOT";
    n->len = strlen(n->text);
    sql__step(p);
    sql__pattern(p, n, SLOT_ARG, "[<INCLUDE|EXCLUDE> NULLS] ({pivot})");
    sql__alias_into(p, n);
    return n;
}

/* Words a join may be made of, before JOIN or APPLY. */
static bool is_join_word(const struct sql_token *t)
{
    switch ((enum sql_keyword)t->keyword) {
    case KW_NATURAL:
    case KW_ASOF:
    case KW_POSITIONAL:
    case KW_GLOBAL:
    case KW_ALL:
    case KW_ANY:
    case KW_LEFT:
    case KW_RIGHT:
    case KW_FULL:
    case KW_INNER:
    case KW_OUTER:
    case KW_CROSS:
    case KW_SEMI:
    case KW_ANTI:
    case KW_PASTE:
    case KW_ARRAY:
    case KW_DIRECTED:
        return true;
    default:
        return false;
    }
}

/* INNER HASH JOIN: how T-SQL is told to go about it. */
static bool is_join_hint(const struct parser *p, const struct sql_token *t)
{
    return t[1].keyword == KW_JOIN && (sql__is_word(p, t, "HASH") || sql__is_word(p, t, "LOOP") ||
                                       sql__is_word(p, t, "MERGE") || sql__is_word(p, t, "REMOTE"));
}

/* How many tokens spell the words of a join here; 0 when there is none. */
static unsigned join_words(const struct parser *p)
{
    const struct sql_token *t = p->t;
    unsigned n = 0;

    if (op_at(t, OP_COMMA) || t->keyword == KW_STRAIGHT_JOIN)
        return 1;
    while ((is_join_word(t + n) || (n > 0 && is_join_hint(p, t + n))) && n < 6)
        n++;
    if (t[n].keyword == KW_JOIN || (t[n].keyword == KW_APPLY && n > 0))
        return n + 1;
    if (t[n].kind == T_AT && sql__is_word(p, t + n + 1, "JOIN") && op_at(t + n + 2, OP_LPAREN))
        return n;
    if (t[n].keyword == KW_LATERAL && sql__is_word(p, t + n + 1, "VIEW"))
        return 0;
    return 0;
}

/* WITH OFFSET [[AS] name] of BigQuery */
static struct sql_node *with_offset(struct parser *p)
{
    struct sql_node *n = sql__phrase(p, "WITH OFFSET [AS {alias_name}]");

    if (n && !n->last->next && n->last->kind == SQL_KEYWORD && sql__at_alias(p, BAR_T))
        sql__add(n, SLOT_ARG, sql__identifier(p));
    return n;
}

static void after_table(struct parser *p, struct sql_node *n)
{
    bool aliased = n->flags & SQL_ALIAS_FIRST;

    for (;;) {
        const struct sql_token *from = p->t;

        if (is_version(p)) {
            version(p, n);
        } else if ((sql__at_kw(p, KW_PIVOT) || sql__at_kw(p, KW_UNPIVOT)) &&
                   (op_at(p->t + 1, OP_LPAREN) || sql__is_word(p, p->t + 1, "INCLUDE") ||
                    sql__is_word(p, p->t + 1, "EXCLUDE"))) {
            sql__add(n, SLOT_PIVOT, pivot(p));
        } else if (at_sample(p)) {
            sql__add(n, SLOT_SAMPLE, sql__phrase(p, "<TABLESAMPLE|USING SAMPLE|SAMPLE> {sample}"));
        } else if (sql__at_kw(p, KW_MATCH_RECOGNIZE)) {
            sql__add(n, SLOT_PIVOT, sql__phrase(p, "MATCH_RECOGNIZE {match_recognize}"));
        } else if (sql__at_kw(p, KW_FINAL)) {
            sql__add(n, SLOT_VERSION, sql__phrase(p, "FINAL"));
        } else if (sql__at_kw(p, KW_WITH) && op_at(p->t + 1, OP_LPAREN)) {
            sql__add(n, SLOT_SETTING,
                     sql__phrase(p, n->kind == SQL_TABLE_FUNCTION ? "WITH (, {column_definition})"
                                                                  : "WITH (, {option})"));
        } else if (sql__at_kw(p, KW_AT) && p->t[1].kind == T_WORD &&
                   sql__has(p->dialect, SQLD_IMPLICIT_UNNEST)) { /* the index of an item */
            sql__add(n, SLOT_SETTING, sql__phrase(p, "AT {ident}"));
        } else if (sql__has(p->dialect, SQLD_STAGE) && op_at(p->t, OP_LPAREN) &&
                   op_at(p->t + 2, OP_ARROW_FAT)) { /* options of a stage or a file */
            sql__add(n, SLOT_VERSION, sql__phrase(p, "(, {option})"));
        } else if (!aliased && p->t->kind != T_AT && !join_words(p) && sql__alias_into(p, n)) {
            aliased = true;
        } else if (sql__at_kw(p, KW_WITH) && p->t[1].keyword == KW_OFFSET) {
            sql__add(n, SLOT_SETTING, with_offset(p));
        } else {
            return;
        }
        if (p->failed || p->t == from)
            return;
    }
}

struct sql_node *sql__table_base(struct parser *p)
{
    if (sql__at_op(p, OP_LPAREN))
        return bracket_table(p);
    if (sql__at_kw(p, KW_VALUES) && (op_at(p->t + 1, OP_LPAREN) || p->t[1].kind == T_AT))
        return sql__values(p);
    if (sql__at_stage(p))
        return stage(p);
    if (sql__is_word(p, p->t, "STREAM") && sql__has(p->dialect, SQLD_COLON_PATH) &&
        (p->t[1].kind == T_WORD || p->t[1].kind == T_QUOTED) && !p->t[1].keyword)
        return call_table(p, sql__phrase(p, "STREAM {table_base}"));
    if (sql__at_kw(p, KW_ROWS) && p->t[1].keyword == KW_FROM)
        return call_table(p, sql__phrase(p, "ROWS FROM (, {table})"));
    if (is_call(p)) {
        struct sql_node *call = sql__primary(p);

        while (call && sql__at_op(p, OP_LBRACKET))
            call = sql__binary_after(p, call, BIND_POSTFIX);
        return call_table(p, call);
    }
    if (sql__is_word(p, p->t, "UNPIVOT") && (p->t[1].kind == T_WORD || p->t[1].kind == T_QUOTED))
        return call_table(p, sql__phrase(p, "UNPIVOT {operand}"));
    if ((p->t->kind == T_OPERATOR && !sql__at_op(p, OP_LBRACE)) ||
        (p->t->kind == T_WORD && !sql__at_name(p)))
        return sql__expected(p, "a table");
    if (p->t->kind != T_WORD && p->t->kind != T_QUOTED && p->t->kind != T_AT &&
        p->t->kind != T_JINJA && p->t->kind != T_STRING && p->t->kind != T_PARAMETER &&
        !sql__at_op(p, OP_LBRACE))
        return sql__expected(p, "a table");
    return sql__table_name(p);
}

struct sql_node *sql__table(struct parser *p)
{
    struct sql_node *n;
    uint32_t flags = 0;
    struct sql_node *prefix = sql__node(p, SQL_ALIAS);

    if (!sql__enter(p))
        return NULL;
    if (sql__take_kw(p, KW_LATERAL))
        flags |= SQL_LATERAL;
    if (sql__at_kw(p, KW_ONLY) && p->t[1].kind != T_OPERATOR)
        sql__step(p), flags |= SQL_ONLY;
    if (sql__has(p->dialect, SQLD_PREFIX_ALIAS) && sql__at_name(p) && op_at(p->t + 1, OP_COLON)) {
        sql__take_name(p, prefix);
        sql__step(p);
        flags |= SQL_ALIAS_FIRST;
    }
    n = sql__table_base(p);
    if (n) {
        n->flags |= flags;
        if (flags & SQL_ALIAS_FIRST) {
            prefix->kind = SQL_IDENTIFIER;
            sql__add(n, SLOT_ALIAS, prefix);
        }
        after_table(p, n);
    }
    sql__leave(p);
    return n;
}

static char *put_join_word(const struct parser *p, char *at)
{
    const char *text = sql__token_text(p, p->t);

    if (p->t->keyword)
        return g_stpcpy(at, sql_keyword_text(p->t->keyword));
    for (uint32_t i = 0; i < p->t->len; i++)
        *at++ = g_ascii_toupper(text[i]);
    return at;
}

/* ClickHouse: ARRAY JOIN a, [1, 2] AS b joins with arrays, no tables. */
static bool joins_arrays(const struct sql_node *n)
{
    return g_strstr_len(n->text, n->len, "ARRAY JOIN") != NULL;
}

static struct sql_node *words_text(struct parser *p, struct sql_node *n, unsigned count)
{
    char *text = arena_alloc(p->arena, 60), *at = text;

    for (unsigned i = 0; i < count; i++) {
        if (i)
            *at++ = ' ';
        at = put_join_word(p, at);
        sql__step(p);
    }
    *at = '\0';
    n->text = text;
    n->len = at - text;
    return n;
}

static void join_condition(struct parser *p, struct sql_node *n)
{
    if (sql__take_kw(p, KW_ON))
        sql__add(n, SLOT_ON, sql__expression(p));
    else if (sql__at_kw(p, KW_USING) && p->t[1].keyword != KW_SAMPLE) {
        sql__step(p);
        if (sql__at_op(p, OP_LPAREN))
            sql__full_list(p, n, SLOT_USING, sql__expression);
        else
            sql__list(p, n, SLOT_USING, sql__expression);
    }
}

static struct sql_node *join(struct parser *p, unsigned words)
{
    struct sql_node *n = sql__node(p, SQL_JOIN), *macro = NULL;

    words_text(p, n, words);
    if (p->t->kind == T_AT)
        macro = sql__clause_macro(p, "JOIN");
    if (macro) {
        n->text = n->len ? arena_printf(p->arena, "%.*s JOIN", (int)n->len, n->text) : "JOIN";
        n->len = strlen(n->text);
    }
    if (joins_arrays(n)) {
        sql__add(n, SLOT_TABLE, sql__phrase(p, ", {aliased}"));
        return n;
    }
    sql__add(n, SLOT_TABLE, sql__table(p));
    sql__pattern(p, n, SLOT_SETTING, "MATCH_CONDITION {group}");
    if (n->text[0] != ',')
        join_condition(p, n);
    if (!macro)
        return n;
    sql__add(macro, SLOT_BODY, n);
    return macro;
}

/* Joins that wait for their condition: a JOIN b JOIN c ON … ON … */
struct waiting {
    struct sql_node *joins[64];
    unsigned count;
};

static bool wants_condition(const struct sql_node *n)
{
    return n->kind == SQL_JOIN && !joins_arrays(n) && n->last && n->last->slot == SLOT_TABLE &&
           n->text[0] != ',' && !g_strstr_len(n->text, n->len, "CROSS") &&
           !g_strstr_len(n->text, n->len, "NATURAL");
}

/* A second condition in a row belongs to the last join that waits; those after it are its own. */
static void nest(struct parser *p, struct sql_node *parent, struct waiting *w)
{
    while ((sql__at_kw(p, KW_ON) || (sql__at_kw(p, KW_USING) && p->t[1].keyword != KW_SAMPLE)) &&
           w->count > 0) {
        struct sql_node *n = w->joins[--w->count];

        p->chain++;
        n->last->next = n->next;
        n->last = parent->last;
        n->next = NULL;
        parent->last = n;
        join_condition(p, n);
    }
}

void sql__pipe_join(struct parser *p, struct sql_node *parent)
{
    unsigned words = join_words(p);

    if (words)
        sql__add(parent, SLOT_PIPE, join(p, words));
    else
        sql__expected(p, "a pipe operator");
}

void sql__joins(struct parser *p, struct sql_node *parent)
{
    struct waiting w = {.count = 0};

    while (!p->failed) {
        unsigned words = join_words(p);
        struct sql_node *n;

        if (words || (p->t->kind == T_AT && sql__is_word(p, p->t + 1, "JOIN"))) {
            n = sql__add(parent, SLOT_JOIN, join(p, words));
            if (n && wants_condition(n) && w.count < G_N_ELEMENTS(w.joins))
                w.joins[w.count++] = n;
            nest(p, parent, &w);
        } else if (sql__at_kw(p, KW_LATERAL) && sql__is_word(p, p->t + 1, "VIEW")) {
            n = sql__phrase(p, "LATERAL VIEW [OUTER] {primary} [<AS , {ident}|{lateral_alias}>]");
            if (!sql__add(parent, SLOT_JOIN, n))
                sql__expected(p, "a table");
        } else {
            return;
        }
    }
}
