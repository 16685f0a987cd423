#include "sql/print_int.h"

#include <string.h>

/* How the clauses of a query are printed, in order. */
struct clause {
    enum sql_slot slot;
    const char *words, *separator;
    bool breaks; /* each item on its own line when pretty */
};

static const struct clause clauses[] = {
    {SLOT_WHERE,      "WHERE",    NULL, true },
    {SLOT_CONNECT,    "",         NULL, false},
    {SLOT_GROUP_BY,   "GROUP BY", ",",  true },
    {SLOT_HAVING,     "HAVING",   NULL, true },
    {SLOT_WINDOW,     "WINDOW",   ",",  false},
    {SLOT_QUALIFY,    "QUALIFY",  NULL, true },
    {SLOT_ORDER_BY,   "ORDER BY", ",",  true },
    {SLOT_CLUSTER_BY, "",         NULL, false},
    {SLOT_LIMIT,      "LIMIT",    NULL, false},
    {SLOT_OFFSET,     "OFFSET",   NULL, false},
    {SLOT_LOCK,       "",         NULL, false},
    {SLOT_SETTING,    "",         NULL, false},
};

/* Phrases that bring their own first word into a clause's slot: FETCH …, PREWHERE … */
static bool names_itself(const struct sql_node *n)
{
    return n->kind == SQL_PHRASE && n->child && n->child->kind == SQL_KEYWORD &&
           (sql_text_is(n->child, "FETCH") || sql_text_is(n->child, "PREWHERE"));
}

static void print_items(struct printer *w, const struct sql_node *n, const struct clause *c,
                        enum sql_slot slot)
{
    bool any = false;

    w->indent++;
    for (const struct sql_node *child = n->child; child; child = child->next) {
        if (child->slot != slot)
            continue;
        if (any && c->separator)
            sql__put(w, c->separator);
        if (c->breaks)
            sql__break(w);
        else if (any || *c->words)
            sql__put(w, " ");
        sql__print(w, child);
        any = true;
    }
    w->indent--;
}

static void print_clause(struct printer *w, const struct sql_node *n, const struct clause *c)
{
    const struct sql_node *first = sql_child(n, c->slot);

    if (!first)
        return;
    if (c->slot == SLOT_WHERE && names_itself(first)) {
        sql__break(w);
        sql__print(w, first);
        first = first->next && first->next->slot == SLOT_WHERE ? first->next : NULL;
        if (first) {
            sql__break(w);
            sql__put(w, "WHERE ");
            sql__print(w, first);
        }
        return;
    }
    sql__break(w);
    if ((first->kind == SQL_MACRO_CALL && first->flags & SQL_CLAUSE) || names_itself(first)) {
        sql__print(w, first);
        return;
    }
    sql__put(w, c->words);
    print_items(w, n, c, c->slot);
}

static const struct clause *clause_of(enum sql_slot slot)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(clauses); i++)
        if (clauses[i].slot == slot)
            return &clauses[i];
    return NULL;
}

static void print_limit(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *limit = sql_child(n, SLOT_LIMIT);

    if (limit && n->flags & SQL_COMMA_LIMIT) {
        sql__break(w);
        sql__print_around(w, n, SLOT_OFFSET, "LIMIT ", "", ", ");
        sql__print(w, limit);
    } else if (limit && names_itself(limit)) {
        print_clause(w, n, clause_of(SLOT_OFFSET));
        print_clause(w, n, clause_of(SLOT_LIMIT));
    } else {
        print_clause(w, n, clause_of(SLOT_LIMIT));
        print_clause(w, n, clause_of(SLOT_OFFSET));
    }
}

static void print_clauses(struct printer *w, const struct sql_node *n)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(clauses); i++) {
        if (clauses[i].slot == SLOT_LIMIT)
            print_limit(w, n);
        else if (clauses[i].slot != SLOT_OFFSET)
            print_clause(w, n, &clauses[i]);
    }
    for (const struct sql_node *c = n->child; c; c = c->next)
        if (c->slot == SLOT_PIPE) {
            sql__break(w);
            sql__put(w, "|>");
            if (c->kind != SQL_JOIN)
                sql__put(w, " ");
            sql__print(w, c);
        }
}

void sql__print_joins(struct printer *w, const struct sql_node *n)
{
    for (const struct sql_node *c = n->child; c; c = c->next) {
        if (c->slot != SLOT_JOIN)
            continue;
        if (c->kind == SQL_PHRASE) /* LATERAL VIEW */
            sql__break(w);
        sql__print(w, c);
    }
}

static void print_join_rest(struct printer *w, const struct sql_node *n)
{
    sql__print_slot(w, n, SLOT_TABLE, "");
    sql__print_slot(w, n, SLOT_JOIN, "");
    sql__print_around(w, n, SLOT_SETTING, " ", " ", "");
    sql__print_around(w, n, SLOT_ON, " ON ", "", "");
    sql__print_around(w, n, SLOT_USING, " USING (", ", ", ")");
}

static void print_macro_head(struct printer *w, const struct sql_node *n)
{
    sql__put(w, "@");
    g_string_append_len(w->out, n->text, n->len);
    sql__put(w, "(");
    sql__print_slot(w, n, SLOT_ARG, ", ");
    sql__put(w, ") ");
}

/* LEFT @JOIN(condition) table ON … */
static void print_join_macro(struct printer *w, const struct sql_node *n,
                             const struct sql_node *join)
{
    sql__break(w);
    if (join->len > strlen("JOIN"))
        g_string_append_len(w->out, join->text, join->len - strlen("JOIN"));
    print_macro_head(w, n);
    print_join_rest(w, join);
}

/* @WHERE(condition) body */
void sql__print_clause_macro(struct printer *w, const struct sql_node *n)
{
    static const struct clause items = {SLOT_BODY, "", ",", false};
    const struct sql_node *first = sql_child(n, SLOT_BODY);

    if (first && first->kind == SQL_JOIN) {
        print_join_macro(w, n, first);
        return;
    }
    print_macro_head(w, n);
    if (!first)
        return;
    if (first->kind == SQL_WITH)
        sql__print_slot(w, first, SLOT_ARG, ", ");
    else
        print_items(w, n, &items, SLOT_BODY);
}

static void print_with_of(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *with = sql_child(n, SLOT_WITH);

    if (!with)
        return;
    sql__print(w, with);
    sql__break(w);
}

static void print_from(struct printer *w, const struct sql_node *n)
{
    if (!sql_child(n, SLOT_FROM))
        return;
    sql__put(w, "FROM ");
    sql__print_slot(w, n, SLOT_FROM, ", ");
    sql__print_joins(w, n);
}

static void print_projections(struct printer *w, const struct sql_node *n)
{
    static const struct clause list = {SLOT_PROJECTION, "SELECT", ",", true};

    sql__put(w, "SELECT");
    sql__print_around(w, n, SLOT_HINT, " ", " ", "");
    if (n->flags & SQL_ALL)
        sql__put(w, " ALL");
    if (n->flags & SQL_DISTINCT)
        sql__put(w, " DISTINCT");
    sql__print_around(w, n, SLOT_DISTINCT, " ON (", ", ", ")");
    sql__print_around(w, n, SLOT_TOP, " ", " ", "");
    print_items(w, n, &list, SLOT_PROJECTION);
    sql__print_around(w, n, SLOT_EXCLUDE, " EXCLUDE (", ", ", ")");
    sql__print_around(w, n, SLOT_INTO, " ", " ", "");
}

void sql__print_select(struct printer *w, const struct sql_node *n)
{
    bool projections = sql_child(n, SLOT_PROJECTION) != NULL;

    print_with_of(w, n);
    if (n->flags & SQL_FROM_FIRST) {
        print_from(w, n);
        if (projections) {
            sql__break(w);
            print_projections(w, n);
        }
    } else {
        print_projections(w, n);
        if (sql_child(n, SLOT_FROM)) {
            sql__break(w);
            print_from(w, n);
        }
    }
    print_clauses(w, n);
}

/* Has this term of a set operation clauses that would read as the whole's without brackets? */
static bool needs_brackets(const struct sql_node *n, enum sql_slot side,
                           const struct sql_dialect *d)
{
    bool own_limit = side == SLOT_LEFT && sql__has(d, SQLD_UNION_LIMIT);

    if (n->kind == SQL_SUBQUERY)
        return false;
    if (sql_child(n, SLOT_WITH))
        return true;
    if (n->kind != SQL_SELECT && n->kind != SQL_SET_OPERATION && n->kind != SQL_VALUES)
        return false;
    return sql_child(n, SLOT_ORDER_BY) ||
           (!own_limit && (sql_child(n, SLOT_LIMIT) || sql_child(n, SLOT_OFFSET))) ||
           (side == SLOT_RIGHT && n->kind == SQL_SET_OPERATION);
}

bool sql__print_begins_with_bracket(const struct sql_node *query, const struct sql_dialect *d)
{
    for (; query && query->kind == SQL_SET_OPERATION; query = sql_child(query, SLOT_LEFT)) {
        const struct sql_node *left = sql_child(query, SLOT_LEFT);

        if (left && needs_brackets(left, SLOT_LEFT, d))
            return true;
    }
    return query && query->kind == SQL_SUBQUERY;
}

static void print_term(struct printer *w, const struct sql_node *n, enum sql_slot side)
{
    bool brackets = needs_brackets(n, side, w->dialect);

    if (brackets)
        sql__put(w, "(");
    sql__print(w, n);
    if (brackets)
        sql__put(w, ")");
}

static bool is_intersect(const struct sql_node *n)
{
    return g_strstr_len(n->text, n->len, "INTERSECT") != NULL;
}

void sql__print_set_operation(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *left = sql_child(n, SLOT_LEFT), *right = sql_child(n, SLOT_RIGHT);
    bool looser = left->kind == SQL_SET_OPERATION && is_intersect(n) && !is_intersect(left);
    bool tighter =
        right && right->kind == SQL_SET_OPERATION && is_intersect(right) && !is_intersect(n);

    print_with_of(w, n);
    if (looser)
        sql__put(w, "(");
    print_term(w, left, SLOT_LEFT);
    if (looser)
        sql__put(w, ")");
    sql__break(w);
    g_string_append_len(w->out, n->text, n->len);
    sql__print_around(w, n, SLOT_ON, " ", " ", "");
    sql__break(w);
    if (right)
        print_term(w, right, tighter ? SLOT_NONE : SLOT_RIGHT);
    print_clauses(w, n);
}

void sql__print_nested(struct printer *w, const struct sql_node *n, enum sql_slot slot)
{
    const struct sql_node *query = sql_child(n, slot);
    bool breaks = query && query->kind != SQL_VALUES && w->pretty;

    sql__put(w, "(");
    w->indent++;
    if (breaks)
        sql__break(w);
    if (query)
        sql__print(w, query);
    w->indent--;
    if (breaks)
        sql__break(w);
    sql__put(w, ")");
}

void sql__print_before_table(struct printer *w, const struct sql_node *n)
{
    if (n->flags & SQL_LATERAL)
        sql__put(w, "LATERAL ");
    if (n->flags & SQL_ONLY)
        sql__put(w, "ONLY ");
    if (n->flags & SQL_ALIAS_FIRST)
        sql__print_around(w, n, SLOT_ALIAS, "", "", ": ");
}

void sql__print_subquery(struct printer *w, const struct sql_node *n)
{
    print_with_of(w, n);
    sql__print_before_table(w, n);
    sql__print_nested(w, n, SLOT_QUERY);
    sql__print_after_table(w, n);
    print_clauses(w, n);
}

void sql__print_values(struct printer *w, const struct sql_node *n)
{
    print_with_of(w, n);
    sql__print_before_table(w, n);
    sql__put(w, "VALUES ");
    sql__print_slot(w, n, SLOT_VALUE, ", ");
    sql__print_after_table(w, n);
    print_clauses(w, n);
}

void sql__print_with(struct printer *w, const struct sql_node *n)
{
    bool any = false;

    sql__put(w, n->flags & SQL_RECURSIVE ? "WITH RECURSIVE " : "WITH ");
    for (const struct sql_node *c = n->child; c; c = c->next) {
        if (any) {
            sql__put(w, ",");
            sql__break(w);
        }
        sql__print(w, c);
        any = true;
    }
}

void sql__print_cte(struct printer *w, const struct sql_node *n)
{
    if (n->text)
        sql__print_name(w, n);
    sql__print_slot(w, n, SLOT_ALIAS, "");
    sql__print_around(w, n, SLOT_COLUMN, "(", ", ", ")");
    sql__print_around(w, n, SLOT_KEY, " ", " ", "");
    sql__put(w, " AS ");
    if (n->op) {
        sql__put(w, sql_op_text(n->op));
        sql__put(w, " ");
    }
    sql__print_nested(w, n, SLOT_QUERY);
    sql__print_around(w, n, SLOT_SETTING, " ", " ", "");
}

void sql__print_join(struct printer *w, const struct sql_node *n)
{
    if (sql_text_is(n, ",")) {
        sql__put(w, ", ");
    } else {
        sql__break(w);
        g_string_append_len(w->out, n->text, n->len);
        sql__put(w, " ");
    }
    print_join_rest(w, n);
}

/* What stands behind a table, in the order it was written. */
void sql__print_after_table(struct printer *w, const struct sql_node *n)
{
    bool prefixed = n->flags & SQL_ALIAS_FIRST;

    if (n->flags & SQL_WITH_ORDINALITY)
        sql__put(w, " WITH ORDINALITY");
    for (const struct sql_node *c = n->child; c; c = c->next) {
        switch ((enum sql_slot)c->slot) {
        case SLOT_ALIAS:
            if (prefixed)
                break;
            sql__put(w, " AS ");
            sql__print(w, c);
            if (c->next && c->next->slot == SLOT_COLUMN)
                sql__print_around(w, n, SLOT_COLUMN, "(", ", ", ")");
            break;
        case SLOT_COLUMN:
            if (!sql_child(n, SLOT_ALIAS) && c == sql_child(n, SLOT_COLUMN))
                sql__print_around(w, n, SLOT_COLUMN, " AS (", ", ", ")");
            break;
        case SLOT_VERSION:
        case SLOT_PIVOT:
        case SLOT_SAMPLE:
            sql__put(w, " ");
            sql__print(w, c);
            break;
        case SLOT_SETTING:
            if (n->kind == SQL_TABLE || n->kind == SQL_TABLE_FUNCTION || n->kind == SQL_PAREN) {
                sql__put(w, " ");
                sql__print(w, c);
            }
            break;
        default:
            break;
        }
    }
}

void sql__print_table(struct printer *w, const struct sql_node *n)
{
    sql__print_before_table(w, n);
    sql__print_slot(w, n, SLOT_PART, ".");
    sql__print_after_table(w, n);
}

void sql__print_table_function(struct printer *w, const struct sql_node *n)
{
    sql__print_before_table(w, n);
    sql__print_slot(w, n, SLOT_EXPRESSION, "");
    sql__print_after_table(w, n);
}

void sql__print_pivot(struct printer *w, const struct sql_node *n)
{
    g_string_append_len(w->out, n->text, n->len);
    sql__put(w, " ");
    sql__print_slot(w, n, SLOT_ARG, " ");
    sql__print_after_table(w, n);
}
