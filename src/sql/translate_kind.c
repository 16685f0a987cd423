/* translate_kind.c -- what may stand in a tree that is translated, kind by kind. */
#include "sql/translate_int.h"

#include <string.h>

static bool has_backslash(const struct sql_node *n)
{
    return n->text && memchr(n->text, '\\', n->len);
}

static bool check_string(struct translation *t, struct sql_node *n)
{
    if (n->flags & SQL_VERBATIM || (n->len > 0 && memchr(n->text, 0, n->len)))
        return sql__not_the_same(t, n, "this text", NULL);
    n->quote = '\'';
    return true;
}

static bool check_number(struct translation *t, struct sql_node *n)
{
    g_autofree char *text = g_strndup(n->text, n->len);
    bool whole = strspn(text, "0123456789") == n->len;

    if (strspn(text, "0123456789.") != n->len || n->len > 18 || text[n->len - 1] == '.')
        return sql__not_the_same(t, n, text, NULL);
    if (!whole && sql__does(t->from, SQLM_DOUBLES) != sql__does(t->to, SQLM_DOUBLES))
        return sql__not_the_same(t, n, text, "one reads a double, the other a decimal number");
    return true;
}

static bool check_division(struct translation *t, const struct sql_node *n)
{
    if (sql__does(t->from, SQLM_INT_DIVISION) && sql__does(t->to, SQLM_INT_DIVISION))
        return true;
    return sql__not_the_same(t, n, "a division",
                             "of whole numbers, and by zero, they make different things");
}

static bool check_like(struct translation *t, const struct sql_node *n)
{
    const struct sql_node *pattern = sql_child(n, SLOT_RIGHT);

    if (sql_child(n, SLOT_ESCAPE) || pattern->kind != SQL_STRING || has_backslash(pattern))
        return sql__not_the_same(t, n, "a LIKE of other than a plain text", "escapes differ");
    return true;
}

static bool check_is(struct translation *t, const struct sql_node *n)
{
    const struct sql_node *right = sql_child(n, SLOT_RIGHT);

    return right->kind == SQL_NULL || right->kind == SQL_BOOLEAN ||
           sql__not_the_same(t, n, "this IS", NULL);
}

static bool check_binary(struct translation *t, struct sql_node *n)
{
    static const uint8_t same[] = {OP_EQ,  OP_NE, OP_NE_BANG, OP_LT,    OP_LE,   OP_GT, OP_GE,
                                   OP_AND, OP_OR, OP_PLUS,    OP_MINUS, OP_STAR, OP_IS, OP_CONCAT};
    bool bound_alike = sql__op_binds(t->from, n->op) == sql__op_binds(t->to, n->op);

    if (n->op == OP_SLASH)
        return check_division(t, n);
    if (n->op == OP_IS)
        return check_is(t, n);
    if (n->op == OP_LIKE || n->op == OP_ILIKE)
        return check_like(t, n);
    if (memchr(same, n->op, sizeof same) && bound_alike && !sql_child(n, SLOT_ESCAPE))
        return true;
    return sql__not_the_same(t, n, sql_op_text(n->op), NULL);
}

static bool check_unary(struct translation *t, struct sql_node *n)
{
    if (n->op == OP_NOT || n->op == OP_MINUS || n->op == OP_PLUS)
        return true;
    return sql__not_the_same(t, n, sql_op_text(n->op), NULL);
}

static bool check_in(struct translation *t, struct sql_node *n)
{
    return n->op == OP_IN || sql__not_the_same(t, n, sql_op_text(n->op), NULL);
}

/* A cast that gives NULL is called TRY_CAST where the other one is an error. */
static bool check_cast(struct translation *t, struct sql_node *n)
{
    const struct sql_node *type = sql_child(n, SLOT_TYPE), *value = sql_child(n, SLOT_ARG);
    bool plain = sql_text_is(n, "CAST") || sql_text_is(n, "::");
    bool tries = plain && sql__does(t->from, SQLM_CAST_NULLS);

    if ((!plain && n->len > 0) || (tries && !sql__does(t->to, SQLM_TRY_CAST)))
        return sql__not_the_same(t, n, "this cast", "what cannot be cast is an error or NULL");
    if (!sql__translate_type(t, sql_child(n, SLOT_TYPE), true))
        return false;
    if (sql_text_is(type, "TIMESTAMPTZ") && value->kind == SQL_STRING &&
        !memchr(value->text, '+', value->len))
        return sql__not_the_same(t, n, "a time without its zone", "write +00:00 behind it");
    if (tries) {
        n->text = "TRY_CAST";
        n->len = 8;
    }
    return true;
}

static bool check_join(struct translation *t, struct sql_node *n)
{
    static const char *const same[] = {"JOIN",       "INNER JOIN",      "LEFT JOIN",
                                       "CROSS JOIN", "RIGHT JOIN",      "LEFT OUTER JOIN",
                                       "FULL JOIN",  "FULL OUTER JOIN", "RIGHT OUTER JOIN"};
    g_autofree char *words = g_strndup(n->text, n->len);

    for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
        if (strcmp(words, same[i]) == 0)
            return true;
    return sql__not_the_same(t, n, *words == ',' ? "a comma in FROM" : words,
                             *words == ',' ? "how tight it binds differs; write CROSS JOIN" : NULL);
}

static bool check_table(struct translation *t, struct sql_node *n)
{
    SQL_EACH_CHILD (n, c)
        if (c->slot == SLOT_PART && c->kind != SQL_IDENTIFIER)
            return sql__not_the_same(t, n, "what is no name of a table", NULL);
    return true;
}

/* `a.b.c` in one pair of quotes is three names for BigQuery; files and stages are none. */
static bool check_name(struct translation *t, struct sql_node *n)
{
    bool many = sql__has(t->from, SQLD_DASH_TABLE) && n->text && memchr(n->text, '.', n->len);

    return (n->quote != '\'' && !many && !sql_text_is_nocase(n, "INFORMATION_SCHEMA")) ||
           sql__not_the_same(t, n, "this name", NULL);
}

/* Words that are a call without brackets somewhere. */
static bool check_column(struct translation *t, struct sql_node *n)
{
    static const char *const calls[] = {"CURDATE",        "CURRENT_USER", "LOCALTIME",
                                        "LOCALTIMESTAMP", "ROWNUM",       "SESSION_USER",
                                        "SYSDATE",        "SYSTIMESTAMP", "USER"};
    const struct sql_node *part = n->child;

    for (size_t i = 0; !part->next && !part->quote && i < G_N_ELEMENTS(calls); i++)
        if (sql_text_is_nocase(part, calls[i]))
            return sql__not_the_same(t, n, calls[i], "a column of this name stands in quotes");
    return true;
}

static bool check_limits(struct translation *t, const struct sql_node *n)
{
    SQL_EACH_CHILD (n, c)
        if ((c->slot == SLOT_LIMIT || c->slot == SLOT_OFFSET) && c->kind != SQL_NUMBER)
            return sql__not_the_same(t, c, "a limit that is no number", NULL);
    return true;
}

static bool check_set(struct translation *t, struct sql_node *n)
{
    static const char *const same[] = {
        "UNION ALL",          "UNION ALL", "UNION",           "UNION",
        "UNION DISTINCT",     "UNION",     "EXCEPT",          "EXCEPT",
        "INTERSECT",          "INTERSECT", "EXCEPT DISTINCT", "EXCEPT",
        "INTERSECT DISTINCT", "INTERSECT"};
    g_autofree char *words = g_strndup(n->text, n->len);

    for (size_t i = 0; i < G_N_ELEMENTS(same); i += 2)
        if (strcmp(words, same[i]) == 0) {
            n->text = same[i + 1];
            n->len = (uint32_t)strlen(n->text);
            return check_limits(t, n);
        }
    return sql__not_the_same(t, n, words, NULL);
}

static bool check_star(struct translation *t, struct sql_node *n)
{
    bool excludes = sql_child(n, SLOT_EXCLUDE) != NULL;

    if (excludes && !(sql__does(t->from, SQLM_EXCLUDE) && sql__does(t->to, SQLM_EXCLUDE)))
        return sql__not_the_same(t, n, "a star without some columns", NULL);
    n->flags &= ~(uint32_t)SQL_EXCEPT;
    return true;
}

/* NULLs stand where they stood: said where it is not what the other does unasked. */
static bool check_order(struct translation *t, struct sql_node *n)
{
    enum sql_nulls from = t->from->rules->common->nulls, to = t->to->rules->common->nulls;
    bool down = n->flags & SQL_DESC;

    if (n->flags & (SQL_NULLS_FIRST | SQL_NULLS_LAST) || from == to)
        return true;
    n->flags |= (from == SQL_NULLS_ARE_LARGE && down) || (from == SQL_NULLS_ARE_SMALL && !down)
                    ? SQL_NULLS_FIRST
                    : SQL_NULLS_LAST;
    return true;
}

static bool check_cte(struct translation *t, struct sql_node *n)
{
    return !n->op || sql__not_the_same(t, n, sql_op_text(n->op), NULL);
}

static const struct sql_node *visible_name(const struct sql_node *table)
{
    const struct sql_node *alias = sql_child(table, SLOT_ALIAS), *last = NULL;

    SQL_EACH_CHILD (table, c)
        last = c->slot == SLOT_PART ? c : last;
    return alias ? alias : last;
}

static bool is_of(const struct sql_node *item, const struct sql_node *table)
{
    const struct sql_node *name = visible_name(table), *part = sql_child(item, SLOT_PART);

    return name && part && name->len == part->len && memcmp(name->text, part->text, name->len) == 0;
}

/* `FROM t JOIN t.items`: a list in a column of t. */
static bool check_lists(struct translation *t, const struct sql_node *select)
{
    const struct sql_node *from = sql_child(select, SLOT_FROM);

    if (!from || !sql__has(t->from, SQLD_IMPLICIT_UNNEST))
        return true;
    SQL_EACH_CHILD (select, join) {
        const struct sql_node *item = join->slot == SLOT_JOIN ? join->child : NULL;

        if (!item || item->kind != SQL_TABLE)
            continue;
        for (const struct sql_node *s = from; s && s != join; s = s->next)
            if (is_of(item, s->slot == SLOT_JOIN ? s->child : s))
                return sql__not_the_same(t, item, "a table that may be a list in another", NULL);
    }
    return true;
}

static bool check_select(struct translation *t, struct sql_node *n)
{
    const struct sql_node *qualify = sql_child(n, SLOT_QUALIFY);

    if (qualify && !sql__does(t->to, SQLM_QUALIFY))
        return sql__not_the_same(t, qualify, "QUALIFY", NULL);
    if (sql_child(n, SLOT_DISTINCT))
        return sql__not_the_same(t, sql_child(n, SLOT_DISTINCT), "DISTINCT ON", NULL);
    return check_limits(t, n) && check_lists(t, n);
}

/* A window's frame: words that are the same everywhere, and numbers. */
static bool is_frame(const struct sql_node *n)
{
    static const char *const words[] = {"ROWS",      "RANGE",     "BETWEEN", "AND", "UNBOUNDED",
                                        "PRECEDING", "FOLLOWING", "CURRENT", "ROW"};

    for (size_t i = 0; n->kind == SQL_KEYWORD && i < G_N_ELEMENTS(words); i++)
        if (sql_text_is_nocase(n, words[i]))
            return true;
    if (n->kind != SQL_PHRASE)
        return n->kind == SQL_NUMBER;
    SQL_EACH_CHILD (n, c)
        if (!is_frame(c))
            return false;
    return true;
}

static bool check_window(struct translation *t, struct sql_node *n)
{
    const struct sql_node *frame = sql_child(n, SLOT_FRAME);

    if (n->len > 0 || (frame && !is_frame(frame)))
        return sql__not_the_same(t, n, n->len > 0 ? "a window by its name" : "this frame", NULL);
    return true;
}

#define LIMITED (SQL__SLOT(ORDER_BY) | SQL__SLOT(LIMIT) | SQL__SLOT(OFFSET))

const struct translation_rule sql__translation_rules[SQL_KIND_COUNT] = {
  /* clang-format off */
    [SQL_SELECT] = {SQL__SLOT(WITH) | SQL__SLOT(PROJECTION) | SQL__SLOT(FROM) | SQL__SLOT(JOIN) | SQL__SLOT(WHERE) | SQL__SLOT(GROUP_BY) | SQL__SLOT(HAVING) |
                    SQL__SLOT(QUALIFY) | SQL__SLOT(DISTINCT) | LIMITED, SQL_DISTINCT, true, check_select},
    [SQL_SET_OPERATION] = {SQL__SLOT(WITH) | SQL__SLOT(LEFT) | SQL__SLOT(RIGHT) | LIMITED, 0, true, check_set},
    [SQL_SUBQUERY] = {SQL__SLOT(QUERY) | SQL__SLOT(ALIAS) | SQL__SLOT(COLUMN), SQL_AS, true, NULL},
    [SQL_WITH] = {SQL__SLOT(ARG), SQL_RECURSIVE, true, NULL},
    [SQL_CTE] = {SQL__SLOT(COLUMN) | SQL__SLOT(QUERY), 0, true, check_cte},
    [SQL_JOIN] = {SQL__SLOT(TABLE) | SQL__SLOT(ON) | SQL__SLOT(USING), 0, true, check_join},
    [SQL_TABLE] = {SQL__SLOT(PART) | SQL__SLOT(ALIAS) | SQL__SLOT(COLUMN), SQL_AS, true, check_table},
    [SQL_ALIAS] = {SQL__SLOT(EXPRESSION), SQL_AS, true, NULL},
    [SQL_COLUMN] = {SQL__SLOT(PART), 0, true, check_column},
    [SQL_IDENTIFIER] = {0, 0, true, check_name},
    [SQL_STAR] = {SQL__SLOT(PART) | SQL__SLOT(EXCLUDE), SQL_EXCEPT, true, check_star},
    [SQL_STRING] = {0, 0, true, check_string},
    [SQL_NUMBER] = {0, 0, true, check_number},
    [SQL_BOOLEAN] = {0, 0, true, NULL},
    [SQL_NULL] = {0, 0, true, NULL},
    [SQL_UNARY] = {SQL__SLOT(ARG), 0, true, check_unary},
    [SQL_BINARY] = {SQL__SLOT(LEFT) | SQL__SLOT(RIGHT) | SQL__SLOT(ESCAPE), SQL_NOT, true, check_binary},
    [SQL_BETWEEN] = {SQL__SLOT(ARG) | SQL__SLOT(LOW) | SQL__SLOT(HIGH), SQL_NOT, true, NULL},
    [SQL_IN] = {SQL__SLOT(ARG) | SQL__SLOT(VALUE) | SQL__SLOT(QUERY), SQL_NOT, true, check_in},
    [SQL_CASE] = {SQL__SLOT(ARG) | SQL__SLOT(WHEN) | SQL__SLOT(ELSE), 0, true, NULL},
    [SQL_WHEN] = {SQL__SLOT(EXPRESSION) | SQL__SLOT(THEN), 0, true, NULL},
    [SQL_CAST] = {SQL__SLOT(ARG) | SQL__SLOT(TYPE), 0, true, check_cast},
    [SQL_FUNCTION] = {SQL__SLOT(PART) | SQL__SLOT(ARG) | SQL__SLOT(OVER) | SQL__SLOT(FILTER), SQL_DISTINCT, true, sql__translate_call},
    [SQL_WINDOW] = {SQL__SLOT(PARTITION) | SQL__SLOT(ORDER_BY) | SQL__SLOT(FRAME), 0, true, check_window},
    [SQL_PAREN] = {SQL__SLOT(EXPRESSION), 0, true, NULL},
    [SQL_ORDER] = {SQL__SLOT(EXPRESSION), SQL_ASC | SQL_DESC | SQL_NULLS_FIRST | SQL_NULLS_LAST, true, check_order},
  /* clang-format on */
};
