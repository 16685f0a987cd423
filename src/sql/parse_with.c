/* parse_with.c -- WITH and its CTEs. */
#include "sql/parse_int.h"

static bool op_at(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

/* WITH t (SELECT …) of Snowflake and Spark */
static bool queries_without_as(const struct parser *p)
{
    return sql__has(p->dialect, SQLD_COLON_PATH) && sql__at_op(p, OP_LPAREN) &&
           (p->t[1].keyword == KW_SELECT || p->t[1].keyword == KW_WITH);
}

/* ClickHouse: WITH expression AS name */
static bool at_scalar_cte(const struct parser *p)
{
    const struct sql_token *t = p->t;

    if (!sql__has(p->dialect, SQLD_TERNARY))
        return false;
    if (t->kind != T_WORD && t->kind != T_QUOTED)
        return t->kind != T_AT && t->kind != T_JINJA;
    if (op_at(t + 1, OP_LPAREN))
        return sql__behind_brackets(p, t + 1)->keyword != KW_AS ||
               !op_at(sql__behind_brackets(p, t + 1) + 1, OP_LPAREN);
    return t[1].keyword != KW_AS || t[2].kind == T_QUOTED ||
           (t[2].kind == T_WORD && t[2].keyword != KW_MATERIALIZED && t[2].keyword != KW_NOT);
}

static struct sql_node *scalar_cte(struct parser *p)
{
    struct sql_node *expression = sql__expression(p);

    if (!sql__at_kw(p, KW_AS))
        return sql__expected(p, "AS");
    return sql__with_alias(p, expression);
}

static struct sql_node *cte(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_CTE);
    const struct sql_token *open;

    if (p->t->kind == T_AT || p->t->kind == T_JINJA)
        sql__add(n, SLOT_ALIAS, sql__identifier(p));
    else if (p->t->kind == T_WORD || p->t->kind == T_QUOTED)
        sql__take_name(p, n);
    else if (p->t->kind == T_STRING && sql__at_alias(p, 0))
        sql__take_name(p, n);
    else
        return sql__expected(p, "the name of a CTE");
    if (n->child && n->child->kind == SQL_MACRO_CALL && !sql__at_kw(p, KW_AS))
        return n->child; /* a macro that gives CTEs */
    if (sql__at_op(p, OP_LPAREN) && !queries_without_as(p))
        sql__full_list(p, n, SLOT_COLUMN, sql__identifier);
    sql__pattern(p, n, SLOT_KEY, "USING KEY (, {expr})");
    if (!queries_without_as(p))
        sql__expect_kw(p, KW_AS);
    if (sql__take_kw(p, KW_MATERIALIZED))
        n->op = OP_MATERIALIZED;
    else if (sql__at_kw(p, KW_NOT) && p->t[1].keyword == KW_MATERIALIZED)
        n->op = OP_NOT_MATERIALIZED, p->t += 2;
    open = p->t;
    if (!sql__expect_op(p, OP_LPAREN) || !sql__enter(p))
        return n;
    sql__add(n, SLOT_QUERY, sql__at_query(p) ? sql__query(p) : sql__statement(p));
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    sql__pattern(p, n, SLOT_SETTING, "SEARCH <BREADTH|DEPTH> FIRST BY {idents} SET {ident}");
    sql__pattern(p, n, SLOT_SETTING,
                 "CYCLE {idents} SET {ident} [TO {operand} DEFAULT {operand}] USING {ident}");
    return n;
}

static struct sql_node *ctes(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_WITH);

    if (sql__take_kw(p, KW_RECURSIVE))
        n->flags |= SQL_RECURSIVE;
    do
        sql__add(n, SLOT_ARG, at_scalar_cte(p) ? scalar_cte(p) : cte(p));
    while (sql__take_op(p, OP_COMMA) && !sql__at_kw(p, KW_SELECT));
    return n;
}

struct sql_node *sql__with(struct parser *p)
{
    struct sql_node *macro = sql__clause_macro(p, "WITH");

    if (macro) {
        sql__add(macro, SLOT_BODY, ctes(p));
        return macro;
    }
    return sql__take_kw(p, KW_WITH) ? ctes(p) : NULL;
}
