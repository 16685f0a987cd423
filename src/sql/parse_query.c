/* parse_query.c -- SELECT and its clauses, set operations, VALUES. */
#include "sql/parse_int.h"

#include <string.h>

static bool op_at(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

/* Statements that DuckDB takes as queries: (PIVOT t ON …), (DESCRIBE t) */
static bool at_query_statement(const struct sql_token *t)
{
    return (t->keyword == KW_PIVOT || t->keyword == KW_UNPIVOT || t->keyword == KW_DESCRIBE ||
            t->keyword == KW_SUMMARIZE || t->keyword == KW_SHOW) &&
           (t[1].kind == T_WORD || t[1].kind == T_QUOTED) && t[1].keyword != KW_AS &&
           t[1].keyword != KW_FROM;
}

static const struct sql_token *behind_brackets(const struct parser *p)
{
    const struct sql_token *t = p->t;

    while (op_at(t, OP_LPAREN) && t - p->t <= MAX_SQL_DEPTH)
        t++;
    return t;
}

bool sql__at_query(const struct parser *p)
{
    const struct sql_token *t = behind_brackets(p);

    switch ((enum sql_keyword)t->keyword) {
    case KW_SELECT:
    case KW_WITH:
        return true;
    case KW_FROM:
        return !op_at(t + 1, OP_RPAREN) && !op_at(t + 1, OP_COMMA);
    case KW_VALUES:
        return op_at(t + 1, OP_LPAREN) || t[1].kind == T_AT;
    case KW_PIVOT:
    case KW_UNPIVOT:
    case KW_DESCRIBE:
    case KW_SUMMARIZE:
    case KW_SHOW:
        return t > p->t && at_query_statement(t);
    default:
        return t->kind == T_AT && sql__is_word(p, t + 1, "WITH") && op_at(t + 2, OP_LPAREN);
    }
}

/* A clause of one word or two, perhaps as a macro: @WHERE(condition) …, WHERE … */
struct clause {
    enum sql_keyword first;
    const char *second; /* or NULL */
    const char *macro;  /* the macro's name, or NULL */
    enum sql_slot slot;
    sql__reader item;
    bool list;
};

static struct sql_node *group_item(struct parser *p)
{
    struct sql_node *n;

    if (sql__at_kw(p, KW_GROUPING) && sql__is_word(p, p->t + 1, "SETS"))
        return sql__phrase(p, "GROUPING SETS (, {group_item})");
    if (sql__at_kw(p, KW_ALL) && !op_at(p->t + 1, OP_LPAREN) && !op_at(p->t + 1, OP_DOT))
        return sql__phrase(p, "ALL");
    n = sql__expression(p);
    if (sql__at_kw(p, KW_WITH) &&
        (sql__is_word(p, p->t + 1, "ROLLUP") || sql__is_word(p, p->t + 1, "CUBE") ||
         sql__is_word(p, p->t + 1, "TOTALS"))) {
        struct sql_node *phrase = sql__node(p, SQL_PHRASE);

        sql__add(phrase, SLOT_ARG, n);
        while (sql__pattern(p, phrase, SLOT_ARG, "WITH <ROLLUP|CUBE|TOTALS>"))
            ;
        return phrase;
    }
    if (sql__at_kw(p, KW_GROUPING)) { /* Hive: GROUP BY a, b GROUPING SETS (…) */
        struct sql_node *phrase = sql__node(p, SQL_PHRASE);

        sql__add(phrase, SLOT_ARG, n);
        sql__pattern(p, phrase, SLOT_ARG, "GROUPING SETS (, {group_item})");
        return phrase;
    }
    return n;
}

struct sql_node *sql__group_item(struct parser *p)
{
    return group_item(p);
}

static struct sql_node *order_item(struct parser *p)
{
    if (sql__at_kw(p, KW_ALL) && p->t[1].op != OP_LPAREN) {
        struct sql_node *n = sql__node(p, SQL_ORDER);

        sql__add(n, SLOT_EXPRESSION, sql__phrase(p, "ALL"));
        if (sql__take_kw(p, KW_DESC))
            n->flags |= SQL_DESC;
        else if (sql__take_kw(p, KW_ASC))
            n->flags |= SQL_ASC;
        if (sql__at_kw(p, KW_NULLS) && sql__is_word(p, p->t + 1, "FIRST"))
            n->flags |= SQL_NULLS_FIRST, p->t += 2;
        else if (sql__at_kw(p, KW_NULLS) && sql__is_word(p, p->t + 1, "LAST"))
            n->flags |= SQL_NULLS_LAST, p->t += 2;
        return n;
    }
    return sql__order(p);
}

static struct sql_node *named_window(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_ALIAS);

    if (p->t->kind != T_WORD && p->t->kind != T_QUOTED)
        return sql__expected(p, "a window's name");
    sql__take_name(p, n);
    sql__expect_kw(p, KW_AS);
    sql__add(n, SLOT_EXPRESSION, sql__window(p));
    return n;
}

static struct sql_node *limit_item(struct parser *p)
{
    struct sql_node *n, *phrase;

    if (sql__at_kw(p, KW_ALL))
        return sql__phrase(p, "ALL");
    if (p->t->kind == T_NUMBER && op_at(p->t + 1, OP_PERCENT) && p->t[2].kind != T_NUMBER) {
        phrase = sql__node(p, SQL_PHRASE);
        sql__add(phrase, SLOT_ARG, sql__word(p, SQL_NUMBER));
        sql__pattern(p, phrase, SLOT_ARG, "%");
        return phrase;
    }
    n = sql__expression(p);
    if (!sql__is_word(p, p->t, "PERCENT") &&
        !(sql__at_kw(p, KW_WITH) && sql__is_word(p, p->t + 1, "TIES")))
        return n;
    phrase = sql__node(p, SQL_PHRASE);
    sql__add(phrase, SLOT_ARG, n);
    sql__pattern(p, phrase, SLOT_ARG, "PERCENT");
    sql__pattern(p, phrase, SLOT_ARG, "WITH TIES");
    return phrase;
}

static struct sql_node *offset_item(struct parser *p)
{
    struct sql_node *n = sql__expression(p);

    if (!sql__take_word(p, "ROWS"))
        sql__take_kw(p, KW_ROW);
    return n;
}

static const struct clause clauses[] = {
    {KW_WHERE,   NULL, "WHERE",    SLOT_WHERE,    sql__expression, false},
    {KW_GROUP,   "BY", "GROUP_BY", SLOT_GROUP_BY, group_item,      true },
    {KW_HAVING,  NULL, "HAVING",   SLOT_HAVING,   sql__expression, false},
    {KW_WINDOW,  NULL, NULL,       SLOT_WINDOW,   named_window,    true },
    {KW_QUALIFY, NULL, "QUALIFY",  SLOT_QUALIFY,  sql__expression, false},
    {KW_ORDER,   "BY", "ORDER_BY", SLOT_ORDER_BY, order_item,      true },
    {KW_LIMIT,   NULL, "LIMIT",    SLOT_LIMIT,    limit_item,      false},
    {KW_OFFSET,  NULL, NULL,       SLOT_OFFSET,   offset_item,     false},
};

/* Clauses kept as phrases: what begins them, and the pattern. */
static const struct {
    enum sql_keyword first;
    enum sql_slot slot;
    const char *pattern;
} phrases[] = {
    {KW_FETCH,      SLOT_LIMIT,
     "FETCH [<FIRST|NEXT>] [{operand}] [PERCENT] [<ROWS|ROW>] [<ONLY|WITH TIES>]"     },
    {KW_PREWHERE,   SLOT_WHERE,      "PREWHERE {expr}"                                },
    {KW_START,      SLOT_CONNECT,    "START WITH {expr} [CONNECT BY [NOCYCLE] {expr}]"},
    {KW_CONNECT,    SLOT_CONNECT,    "CONNECT BY [NOCYCLE] {expr} [START WITH {expr}]"},
    {KW_CLUSTER,    SLOT_CLUSTER_BY, "CLUSTER BY , {expr}"                            },
    {KW_DISTRIBUTE, SLOT_CLUSTER_BY, "DISTRIBUTE BY , {expr}"                         },
    {KW_SORT,       SLOT_CLUSTER_BY, "SORT BY , {order}"                              },
    {KW_FOR,        SLOT_LOCK,
     "FOR <UPDATE|SHARE|NO KEY UPDATE|KEY SHARE|XML {words}|JSON {words}|BROWSE> "
     "[OF , {name}] "
     "[<NOWAIT|SKIP LOCKED|WAIT {operand}>]"                                          },
    {KW_LOCK,       SLOT_LOCK,       "LOCK IN SHARE MODE"                             },
    {KW_SETTINGS,   SLOT_SETTING,    "SETTINGS , {expr}"                              },
    {KW_FORMAT,     SLOT_SETTING,    "FORMAT {word}"                                  },
    {KW_OPTION,     SLOT_SETTING,    "OPTION (, {option})"                            },
    {KW_USING,      SLOT_SETTING,    "USING SAMPLE {sample}"                          },
};

static bool fail_second(struct parser *p, enum sql_keyword k)
{
    sql__fail(p, ERROR_INVALID, "a second %s stands here.", sql_keyword_text(k));
    return false;
}

static bool stands_once(enum sql_slot slot)
{
    return slot == SLOT_LIMIT || slot == SLOT_WHERE || slot == SLOT_CONNECT;
}

/* A clause may stand once; PREWHERE and WHERE share a slot. */
static bool is_second(struct parser *p, const struct sql_node *into, const struct clause *c)
{
    const struct sql_node *first = sql_child(into, c->slot);

    if (!first || (c->slot == SLOT_WHERE && first->kind == SQL_PHRASE && !first->next))
        return false;
    return !fail_second(p, c->first);
}

static bool read_clause(struct parser *p, struct sql_node *into, const struct clause *c)
{
    struct sql_node *macro = NULL;

    if (p->t->kind == T_AT) {
        macro = c->macro ? sql__clause_macro(p, c->macro) : NULL;
        if (!macro || is_second(p, into, c))
            return false;
        sql__add(into, c->slot, macro);
        into = macro;
    } else {
        if (!sql__at_kw(p, c->first) || (c->second && !sql__is_word(p, p->t + 1, c->second)))
            return false;
        if (is_second(p, into, c))
            return false;
        p->t += c->second ? 2 : 1;
    }
    if (c->list)
        sql__list(p, into, macro ? SLOT_BODY : c->slot, c->item);
    else
        sql__add(into, macro ? SLOT_BODY : c->slot, c->item(p));
    return true;
}

/* LIMIT offset, count; LIMIT n BY expressions, and a LIMIT of all behind it (ClickHouse). */
static void after_limit(struct parser *p, struct sql_node *into)
{
    if (into->last->slot == SLOT_LIMIT && sql__take_op(p, OP_COMMA)) {
        into->flags |= SQL_COMMA_LIMIT;
        into->last->slot = SLOT_OFFSET;
        sql__add(into, SLOT_LIMIT, sql__expression(p));
    }
    if (sql__is_word(p, p->t, "BY"))
        sql__add(into, SLOT_SETTING,
                 sql__phrase(p, "BY , {expr} [LIMIT , {expr} [OFFSET {expr}]]"));
}

static bool read_any_clause(struct parser *p, struct sql_node *into)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(clauses); i++)
        if (read_clause(p, into, &clauses[i])) {
            if (clauses[i].slot == SLOT_LIMIT || clauses[i].slot == SLOT_OFFSET)
                after_limit(p, into);
            return true;
        }
    for (unsigned i = 0; p->t->keyword && i < G_N_ELEMENTS(phrases); i++)
        if (sql__at_kw(p, phrases[i].first)) {
            struct sql_node *n;

            if (stands_once(phrases[i].slot) && sql_child(into, phrases[i].slot))
                return fail_second(p, phrases[i].first);
            n = sql__phrase(p, phrases[i].pattern);
            sql__add(into, phrases[i].slot, n);
            return n != NULL;
        }
    return false;
}

static bool may_begin_clause(const struct parser *p)
{
    return p->t->keyword || p->t->kind == T_AT;
}

/* |> and an operator of BigQuery's pipe syntax */
static void pipe_operator(struct parser *p, struct sql_node *into)
{
    static const char *const operators[] = {
        "SELECT [DISTINCT] , {aliased}",
        "WHERE {expr}",
        "EXTEND , {aliased}",
        "SET , {expr}",
        "DROP {idents}",
        "RENAME , {aliased}",
        "AGGREGATE , {aliased} [GROUP [AND ORDER] BY , {aliased}]",
        "AS {ident}",
        "ORDER BY , {order}",
        "LIMIT {expr} [OFFSET {expr}]",
        "DISTINCT",
        "<PIVOT|UNPIVOT> ({pivot}) [AS {ident}]",
        "TABLESAMPLE {sample}",
        "<UNION|INTERSECT|EXCEPT> [<ALL|DISTINCT>] [BY NAME] , {group}",
        "CALL {primary}",
        "WINDOW , {aliased}",
        "WITH {words}",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(operators); i++) {
        struct sql_node *n = sql__phrase(p, operators[i]);

        if (n || p->failed) {
            sql__add(into, SLOT_PIPE, n);
            return;
        }
    }
    sql__pipe_join(p, into);
}

/* The clauses behind FROM, or behind a query in brackets or a set operation. */
static void tail(struct parser *p, struct sql_node *into)
{
    while (!p->failed && may_begin_clause(p) && read_any_clause(p, into))
        ;
    while (sql__take_op(p, OP_PIPE_FORWARD))
        pipe_operator(p, into);
}

static void projections(struct parser *p, struct sql_node *n)
{
    const struct sql_token *first = p->t;

    do {
        if (p->t > first &&
            (sql__at_kw(p, KW_FROM) || p->t->kind == T_END || sql__at_op(p, OP_RPAREN)))
            return; /* a trailing comma */
        sql__add(n, SLOT_PROJECTION, sql__aliased(p));
    } while (sql__take_op(p, OP_COMMA));
    if (sql__at_kw(p, KW_EXCLUDE) && (op_at(p->t + 1, OP_LPAREN) || p->t[1].kind == T_WORD)) {
        sql__step(p); /* Redshift: of all columns before */
        if (sql__at_op(p, OP_LPAREN))
            sql__bracket_list(p, n, SLOT_EXCLUDE, sql__identifier);
        else
            sql__list(p, n, SLOT_EXCLUDE, sql__identifier);
    }
}

static void distinct(struct parser *p, struct sql_node *n)
{
    if (sql__at_kw(p, KW_ALL) && !op_at(p->t + 1, OP_LPAREN) && !op_at(p->t + 1, OP_DOT)) {
        sql__step(p);
        n->flags |= SQL_ALL;
    } else if (sql__take_kw(p, KW_DISTINCT)) {
        n->flags |= SQL_DISTINCT;
        if (sql__take_kw(p, KW_ON))
            sql__full_list(p, n, SLOT_DISTINCT, sql__expression);
    }
}

/* Words of MySQL about how to go about it. */
static struct sql_node *select_modifiers(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    if (!sql__has(p->dialect, SQLD_AND_AND))
        return NULL;
    sql__pattern(p, n, SLOT_ARG,
                 "[<HIGH_PRIORITY|STRAIGHT_JOIN|SQL_SMALL_RESULT|SQL_BIG_RESULT|"
                 "SQL_BUFFER_RESULT|SQL_NO_CACHE|SQL_CALC_FOUND_ROWS>]*");
    return n->child ? n : NULL;
}

static void select_words(struct parser *p, struct sql_node *n)
{
    sql__add(n, SLOT_TOP, select_modifiers(p));
    distinct(p, n);
    if (sql__at_kw(p, KW_TOP) && (p->t[1].kind == T_NUMBER || op_at(p->t + 1, OP_LPAREN)))
        sql__add(n, SLOT_TOP, sql__phrase(p, "TOP {top} [PERCENT] [WITH TIES]"));
    if (sql__at_kw(p, KW_AS) &&
        (p->t[1].keyword == KW_STRUCT || sql__is_word(p, p->t + 1, "VALUE")))
        sql__add(n, SLOT_TOP, sql__phrase(p, "AS <STRUCT|VALUE>"));
}

/* A hint is a comment that means something: SELECT followed by a comment with a plus. */
struct sql_node *sql__hint(struct parser *p)
{
    uint32_t from = p->t[-1].at + p->t[-1].len;
    const char *gap = p->text + (from - p->base), *begin, *end;
    struct sql_node *k;

    if (!sql__has(p->dialect, SQLD_HINTS) || !p->t->space_before)
        return NULL;
    begin = g_strstr_len(gap, p->t->at - from, "/*+");
    end = begin ? g_strstr_len(begin, gap + (p->t->at - from) - begin, "*/") : NULL;
    if (!end || g_strstr_len(begin + 2, end - begin - 2, "/*"))
        return NULL;
    k = sql__node(p, SQL_KEYWORD);
    k->text = begin;
    k->len = end + 2 - begin;
    k->flags = SQL_VERBATIM;
    return k;
}

static void from(struct parser *p, struct sql_node *n)
{
    sql__add(n, SLOT_FROM, sql__table(p));
    sql__joins(p, n);
}

static struct sql_node *select_query(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_SELECT);

    if (sql__take_kw(p, KW_FROM)) {
        n->flags |= SQL_FROM_FIRST;
        from(p, n);
        if (!sql__take_kw(p, KW_SELECT)) {
            tail(p, n);
            return n;
        }
        select_words(p, n);
        projections(p, n);
        tail(p, n);
        return n;
    }
    if (!sql__expect_kw(p, KW_SELECT))
        return NULL;
    sql__add(n, SLOT_HINT, sql__hint(p));
    select_words(p, n);
    if (!sql__at_kw(p, KW_FROM))
        projections(p, n);
    if (sql__at_kw(p, KW_INTO))
        sql__add(n, SLOT_INTO, sql__phrase(p, "INTO [<TEMPORARY|TEMP|UNLOGGED>] [TABLE] {table}"));
    if (sql__take_kw(p, KW_FROM))
        from(p, n);
    tail(p, n);
    return n;
}

static struct sql_node *values_row(struct parser *p)
{
    struct sql_node *n;

    if (p->t->kind == T_AT)
        return sql__expression(p);
    if (sql__at_kw(p, KW_ROW))
        return sql__expression(p);
    if (!sql__at_op(p, OP_LPAREN))
        return sql__expression(p);
    n = sql__node(p, SQL_TUPLE);
    sql__bracket_list(p, n, SLOT_ARG, sql__argument);
    return n;
}

struct sql_node *sql__values(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_VALUES);

    sql__step(p);
    sql__list(p, n, SLOT_VALUE, values_row);
    return n;
}

/* ( query ), with what may follow the bracket */
static struct sql_node *subquery(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_SUBQUERY);

    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    sql__add(n, SLOT_QUERY, sql__query(p));
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    return n;
}

/* (VALUES (1) AS t(a)) */
static struct sql_node *named_values(struct parser *p)
{
    struct sql_node *n = sql__values(p);

    if (sql__at_kw(p, KW_AS) || (sql__at_alias(p, BAR_T) && op_at(p->t + 1, OP_LPAREN)))
        sql__alias_into(p, n);
    return n;
}

static struct sql_node *query_term(struct parser *p)
{
    if (sql__at_op(p, OP_LPAREN))
        return subquery(p);
    if (sql__at_kw(p, KW_VALUES))
        return named_values(p);
    if (p->t->kind == T_AT)
        return sql__macro(p);
    if (p->t->kind == T_JINJA)
        return sql__word(p, SQL_JINJA);
    if (sql__at_kw(p, KW_TABLE))
        return sql__phrase(p, "TABLE {table}");
    if (at_query_statement(p->t))
        return sql__statement(p);
    if (!sql__at_kw(p, KW_SELECT) && !sql__at_kw(p, KW_FROM))
        return sql__expected(p, "a query");
    return select_query(p);
}

struct set_operator {
    const char *text;
    unsigned tokens;
    int binds;
};

/* Words that may come before and after the word of a set operator. */
static const char *const sides[] = {"LEFT OUTER", "FULL OUTER", "LEFT", "FULL", "INNER"};
static const char *const matches[] = {"STRICT CORRESPONDING", "CORRESPONDING", "BY NAME"};

/* How many tokens, from t, spell these words; 0 when they do not. */
static unsigned spelled(const struct parser *p, const struct sql_token *t, const char *words)
{
    unsigned n = 0;

    for (const char *at = words; at; n++) {
        const char *space = strchr(at, ' ');
        size_t len = space ? (size_t)(space - at) : strlen(at);

        if (t[n].kind != T_WORD || t[n].len != len ||
            !sql_same_letters(sql__token_text(p, &t[n]), at, len))
            return 0;
        at = space ? space + 1 : NULL;
    }
    return n;
}

static const char *any_spelled(const struct parser *p, struct set_operator *s,
                               const char *const *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned n = spelled(p, p->t + s->tokens, words[i]);

        if (n) {
            s->tokens += n;
            return words[i];
        }
    }
    return NULL;
}

/* The set operator at the current token, e.g. "UNION ALL BY NAME"; without text when there is
 * none. */
static struct set_operator set_operator(struct parser *p)
{
    struct set_operator s = {NULL, 0, 1};
    const char *side, *match, *all = "";
    enum sql_keyword k;

    if (!p->t->keyword)
        return s;
    side = any_spelled(p, &s, sides, G_N_ELEMENTS(sides));
    k = p->t[s.tokens].keyword;
    if (k != KW_UNION && k != KW_EXCEPT && k != KW_INTERSECT && k != KW_MINUS)
        return s;
    s.binds = k == KW_INTERSECT ? 2 : 1;
    s.tokens++;
    if (p->t[s.tokens].keyword == KW_ALL || p->t[s.tokens].keyword == KW_DISTINCT)
        all = p->t[s.tokens++].keyword == KW_ALL ? " ALL" : " DISTINCT";
    match = any_spelled(p, &s, matches, G_N_ELEMENTS(matches));
    s.text = arena_printf(p->arena, "%s%s%s%s%s%s", side ? side : "", side ? " " : "",
                          sql_keyword_text(k), all, match ? " " : "", match ? match : "");
    return s;
}

static struct sql_node *set_operation(struct parser *p, struct sql_node *left, int least)
{
    while (left && !p->failed) {
        struct set_operator s = set_operator(p);
        struct sql_node *n;

        if (!s.text || s.binds < least)
            break;
        n = sql__words(p, SQL_SET_OPERATION, s.text);
        p->t += s.tokens;
        p->chain++;
        if (p->t->kind == T_WORD)
            sql__pattern(p, n, SLOT_ON, "<ON|BY> (, {ident})");
        sql_prepend(n, SLOT_LEFT, left);
        sql__add(n, SLOT_RIGHT, set_operation(p, query_term(p), s.binds + 1));
        left = n;
    }
    return left;
}

/* A SELECT that ends a set operation has read the clauses that belong to the whole. */
static void lift_tail(struct sql_node *n)
{
    struct sql_node *right = sql_child(n, SLOT_RIGHT), *before = NULL;

    while (right && right->kind == SQL_SET_OPERATION)
        right = sql_child(right, SLOT_RIGHT);
    if (!right || right->kind != SQL_SELECT)
        return;
    for (struct sql_node *c = right->child; c; before = c, c = c->next) {
        if (c->slot != SLOT_ORDER_BY && c->slot != SLOT_LIMIT && c->slot != SLOT_OFFSET &&
            c->slot != SLOT_LOCK && c->slot != SLOT_SETTING && c->slot != SLOT_CLUSTER_BY)
            continue;
        n->last->next = c;
        n->last = right->last;
        right->last = before;
        if (before)
            before->next = NULL;
        else
            right->child = NULL;
        n->flags |= right->flags & SQL_COMMA_LIMIT;
        right->flags &= ~(uint32_t)SQL_COMMA_LIMIT;
        return;
    }
}

/* Can it hold WITH and the clauses behind a query itself? */
static bool holds_clauses(const struct sql_node *n)
{
    return n->kind == SQL_SELECT || n->kind == SQL_SET_OPERATION || n->kind == SQL_SUBQUERY ||
           n->kind == SQL_VALUES;
}

/* A macro or TABLE t as a query in brackets: they hold the clauses. */
static struct sql_node *in_brackets(struct parser *p, struct sql_node *n)
{
    struct sql_node *outer = sql__node(p, SQL_SUBQUERY);

    outer->at = n->at;
    sql__add(outer, SLOT_QUERY, n);
    return outer;
}

/* The rest of a query whose first term has been read. */
struct sql_node *sql__query_after(struct parser *p, struct sql_node *first)
{
    struct sql_node *n = set_operation(p, first, 1), *outer;

    if (!n || n->kind == SQL_SELECT)
        return n;
    if (!holds_clauses(n)) {
        outer = in_brackets(p, n);
        tail(p, outer);
        return outer->child->next ? outer : n;
    }
    if (n->kind == SQL_SET_OPERATION)
        lift_tail(n);
    tail(p, n);
    return n;
}

struct sql_node *sql__query(struct parser *p)
{
    struct sql_node *ctes, *n;

    if (!sql__enter(p))
        return NULL;
    ctes = sql__with(p);
    if (ctes && !sql__at_query(p) && p->t->kind == T_WORD) {
        n = sql__statement(p); /* WITH … INSERT */
        if (n && n->kind != SQL_STATEMENT)
            n = sql__expected(p, "a query");
    } else {
        n = sql__query_after(p, query_term(p));
        if (n && ctes && !holds_clauses(n))
            n = in_brackets(p, n);
    }
    if (n && ctes)
        sql_prepend(n, SLOT_WITH, ctes);
    sql__leave(p);
    return n;
}

static bool is_bracketed_query(struct parser *p)
{
    const struct sql_token *t = behind_brackets(p);

    return t->keyword == KW_SELECT || t->keyword == KW_WITH || t->keyword == KW_FROM ||
           (t->keyword == KW_VALUES && op_at(t + 1, OP_LPAREN)) ||
           (t > p->t && at_query_statement(t));
}

static void finish_paren(struct parser *p, struct sql_node *n, struct sql_node *first)
{
    if (!sql__at_op(p, OP_COMMA)) {
        sql__add(n, SLOT_EXPRESSION, first);
        return;
    }
    n->kind = SQL_TUPLE;
    sql__add(n, SLOT_ARG, first);
    while (sql__take_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN))
        sql__add(n, SLOT_ARG, sql__bracket_item(p));
    if (first && !first->next)
        n->flags |= SQL_COMMA_AFTER;
}

/* At a query in brackets: (SELECT 1) UNION SELECT 2 and (SELECT 1) + 2 are told apart by what
 * follows the first term. */
struct sql_node *sql__query_or_expression(struct parser *p)
{
    struct sql_node *first = sql__bracketed(p);

    if (first && first->kind == SQL_SUBQUERY &&
        (set_operator(p).text || sql__at_kw(p, KW_ORDER) || sql__at_kw(p, KW_LIMIT) ||
         sql__at_kw(p, KW_OFFSET) || sql__at_kw(p, KW_FETCH)))
        return sql__query_after(p, first);
    return sql__binary_after(p, first, BIND_ASSIGN);
}

static bool is_query(const struct sql_node *n)
{
    return n && (n->kind == SQL_SUBQUERY || n->kind == SQL_SET_OPERATION || n->kind == SQL_SELECT);
}

/* In brackets, at another bracket that begins a query. */
static void double_bracket(struct parser *p, struct sql_node *n)
{
    struct sql_node *first = sql__query_or_expression(p);

    if (is_query(first) && sql__at_op(p, OP_RPAREN)) {
        n->kind = SQL_SUBQUERY;
        sql__add(n, SLOT_QUERY, first);
    } else {
        finish_paren(p, n, first);
    }
}

/* (expression), (a, b), () or (query) */
struct sql_node *sql__bracketed(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_PAREN);
    bool query = is_bracketed_query(p);

    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    if (query && sql__at_op(p, OP_LPAREN)) {
        double_bracket(p, n);
    } else if (query) {
        n->kind = SQL_SUBQUERY;
        sql__add(n, SLOT_QUERY, sql__query(p));
    } else if (sql__at_op(p, OP_RPAREN)) {
        n->kind = SQL_TUPLE;
    } else {
        finish_paren(p, n, sql__bracket_item(p));
    }
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    if (n->kind == SQL_PAREN && sql__at_kw(p, KW_OVER))
        sql__after_call(p, n);
    return n;
}
