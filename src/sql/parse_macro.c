/* parse_macro.c -- what SQLMesh adds: @name, @{name}, @'…', @NAME(…) and clauses such as @WHERE(…).
 */
#include "sql/parse_int.h"

#include <string.h>

static struct sql_node *braced(struct parser *p)
{
    struct sql_node *n;

    sql__step(p);
    if (p->t->kind != T_WORD || memchr(sql__token_text(p, p->t), '@', p->t->len))
        return sql__expected(p, "a macro's name");
    n = sql__word(p, SQL_MACRO_VAR);
    n->flags = SQL_BRACED;
    sql__expect_op(p, OP_RBRACE);
    return n;
}

static struct sql_node *quoted(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_MACRO_STRING);

    sql__take_name(p, n);
    n->flags = 0;
    return n;
}

/* An argument of a macro: what a function may take, or a whole statement (@IF(…, CREATE …)). */
static struct sql_node *macro_argument(struct parser *p)
{
    return sql__at_statement(p) ? sql__statement(p) : sql__argument(p);
}

static struct sql_node *call(struct parser *p)
{
    struct sql_node *n = sql__word(p, SQL_MACRO_CALL);

    if (!sql__enter(p))
        return NULL;
    sql__bracket_list(p, n, SLOT_ARG, macro_argument);
    sql__leave(p);
    return n;
}

static struct sql_node *macro(struct parser *p, bool names_table)
{
    const struct sql_token *next = p->t + 1;
    uint32_t at = p->t->at;
    struct sql_node *n;

    if (next->space_before)
        return sql__expected(p, "an expression");
    sql__step(p);
    if (p->t->op == OP_LBRACE)
        n = braced(p);
    else if ((p->t->kind == T_STRING || p->t->kind == T_QUOTED) &&
             strchr("'\"", *sql__token_text(p, p->t)))
        n = quoted(p);
    else if (p->t->kind == T_NUMBER && p->t[1].op != OP_DOT)
        n = sql__word(p, SQL_MACRO_VAR);
    else if (p->t->kind != T_WORD)
        n = sql__expected(p, "a macro's name");
    else if (p->t[1].op == OP_LPAREN && p->t[1].kind == T_OPERATOR &&
             !(names_table && p->t[1].space_before))
        n = call(p);
    else
        n = sql__word(p, SQL_MACRO_VAR);
    if (n)
        n->at = at;
    if (n && n->kind == SQL_MACRO_VAR && memchr(n->text, '@', n->len)) {
        n->kind = SQL_IDENTIFIER; /* @a@{b}: a name made of macros */
        n->flags = SQL_TEMPLATE;
        n->text--;
        n->len++;
    }
    return n;
}

struct sql_node *sql__macro(struct parser *p)
{
    return macro(p, false);
}

struct sql_node *sql__table_macro(struct parser *p)
{
    return macro(p, true);
}

struct sql_node *sql__clause_macro(struct parser *p, const char *name)
{
    struct sql_node *n;

    if (p->t->kind != T_AT || !sql__is_word(p, p->t + 1, name) || p->t[1].space_before ||
        p->t[2].op != OP_LPAREN)
        return NULL;
    n = sql__macro(p);
    if (n)
        n->flags |= SQL_CLAUSE;
    return n;
}
