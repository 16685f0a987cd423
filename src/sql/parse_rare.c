/* parse_rare.c -- values that few dialects have: words and patterns around an expression. */
#include "sql/parse_int.h"

#include <string.h>

struct rare {
    const char *first, *second; /* the word, and the one behind it; NULL: any */
    uint32_t feature;           /* of dialects that have it; 0: all */
    const char *pattern;
};

static const struct rare before_value[] = {
    {"APPROXIMATE", NULL,    SQLD_IMPLICIT_UNNEST, "APPROXIMATE {primary}"                  },
    {"BINARY",      NULL,    SQLD_AND_AND,         "BINARY {operand}"                       },
    {"NEXT",        "VALUE", 0,                    "NEXT VALUE FOR {dotted} [OVER {window}]"},
};

#define ROW_FORMAT                                                                                 \
    "[ROW FORMAT <SERDE {string} [WITH SERDEPROPERTIES (, {option})]|DELIMITED "                   \
    "[FIELDS TERMINATED BY {string}] [COLLECTION ITEMS TERMINATED BY {string}] "                   \
    "[MAP KEYS TERMINATED BY {string}] [LINES TERMINATED BY {string}] "                            \
    "[NULL DEFINED AS {string}]>]"

/* What follows the call of such a function. */
static const struct rare behind_call[] = {
    {"MATCH",     "AGAINST", SQLD_AND_AND,    "AGAINST ({against})"       },
    {"TRANSFORM", "USING",   SQLD_DIGIT_NAME,
     "USING {string} [AS (, {column_definition})] " ROW_FORMAT            },
    {"TRANSFORM", "ROW",     SQLD_DIGIT_NAME,
     ROW_FORMAT " USING {string} [AS (, {column_definition})] " ROW_FORMAT},
};

static bool has(const struct parser *p, const struct rare *r)
{
    return !r->feature || sql__has(p->dialect, r->feature);
}

struct sql_node *sql__rare_value(struct parser *p)
{
    if (p->t[1].kind != T_WORD || sql_keyword_flags(p->t[1].keyword))
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(before_value); i++) {
        const struct rare *r = &before_value[i];

        if (sql__is_word(p, p->t, r->first) && has(p, r) &&
            (!r->second || sql__is_word(p, p->t + 1, r->second)))
            return sql__phrase(p, r->pattern);
    }
    return NULL;
}

/* What is left of a pattern behind a value that has been read. */
static struct sql_node *continued(struct parser *p, struct sql_node *value, const char *pattern)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    p->chain++;
    sql__add(n, SLOT_ARG, value);
    sql__pattern(p, n, SLOT_ARG, pattern);
    return n;
}

static bool at_plus_in_brackets(const struct sql_token *t)
{
    return t->op == OP_LPAREN && t[1].op == OP_PLUS && t[2].op == OP_RPAREN &&
           t->kind == T_OPERATOR && t[1].kind == T_OPERATOR;
}

struct sql_node *sql__behind_name(struct parser *p, struct sql_node *n)
{
    if (!n || p->failed)
        return n;
    if (n->kind == SQL_COLUMN && at_plus_in_brackets(p->t))
        return continued(p, n, "(+)"); /* an outer join of old */
    if (n->kind != SQL_FUNCTION || p->t->kind != T_WORD)
        return n;
    for (unsigned i = 0; i < G_N_ELEMENTS(behind_call); i++)
        if (sql_text_is_nocase(n, behind_call[i].first) && has(p, &behind_call[i]) &&
            sql__is_word(p, p->t, behind_call[i].second))
            return continued(p, n, behind_call[i].pattern);
    return n;
}

struct sql_node *sql__behind_expression(struct parser *p, struct sql_node *n)
{
    if (!n || p->failed || !sql__has(p->dialect, SQLD_TERNARY))
        return n;
    while (sql__at_kw(p, KW_APPLY) && p->t[1].op == OP_LPAREN && p->t[1].kind == T_OPERATOR)
        n = continued(p, n, "APPLY ({expr})");
    return sql__at_op(p, OP_QUESTION) ? continued(p, n, "? {expr} : {expr}") : n;
}
