#include "sql/print_int.h"

#include <string.h>

static void put_text(struct printer *w, const struct sql_node *n)
{
    g_string_append_len(w->out, n->text, n->len);
}

static void put_upper(struct printer *w, const struct sql_node *n)
{
    for (uint32_t i = 0; i < n->len; i++)
        g_string_append_c(w->out, g_ascii_toupper(n->text[i]));
}

/* How tight a node binds as an operand. */
static int binds_of(const struct printer *w, const struct sql_node *n)
{
    switch ((enum sql_kind)n->kind) {
    case SQL_BINARY:
        return sql__op_binds(w->dialect, n->op);
    case SQL_UNARY:
        return n->op == OP_NOT ? BIND_NOT : n->flags & SQL_AFTER ? BIND_IS : BIND_UNARY;
    case SQL_BETWEEN:
    case SQL_IN:
        return BIND_RANGE;
    case SQL_LAMBDA:
    case SQL_PROPERTY:
    case SQL_ALIAS:
        return BIND_ASSIGN;
    case SQL_CAST:
        return n->len && n->text[n->len - 1] == ':' ? BIND_POSTFIX : BIND_POSTFIX + 1;
    case SQL_SELECT:
    case SQL_SET_OPERATION:
    case SQL_VALUES:
        return BIND_NONE;
    default:
        return BIND_POSTFIX + 1;
    }
}

/* An expression, in brackets when it binds less than `least`. */
static void print_operand(struct printer *w, const struct sql_node *n, int least)
{
    bool brackets = binds_of(w, n) < least;

    if (brackets)
        sql__put(w, "(");
    sql__print(w, n);
    if (brackets)
        sql__put(w, ")");
}

static void print_child(struct printer *w, const struct sql_node *n, enum sql_slot slot, int least)
{
    const struct sql_node *c = sql_child(n, slot);

    if (c)
        print_operand(w, c, least);
}

void sql__print_unary(struct printer *w, const struct sql_node *n)
{
    const char *op = sql_op_text(n->op);
    bool word = g_ascii_isalpha(*op);
    size_t at;

    if (n->flags & SQL_AFTER) {
        print_child(w, n, SLOT_ARG, BIND_IS);
        sql__put(w, " ");
        sql__put(w, op);
        return;
    }
    sql__put(w, op);
    if (word || n->op == OP_AT) /* "@x" would be a macro */
        sql__put(w, " ");
    at = w->out->len;
    print_child(w, n, SLOT_ARG, sql_op_binds_unary(n->op));
    if (!word && at < w->out->len && strchr("-+~!@|/*%", w->out->str[at]))
        g_string_insert_c(w->out, at, ' '); /* - -1 is no comment */
}

static void print_infix(struct printer *w, const struct sql_node *n)
{
    const char *op = sql_op_text(n->op);

    switch (n->op) {
    case OP_DOT:
    case OP_COLON:
    case OP_BANG:
        sql__put(w, op);
        return;
    case OP_IS:
        sql__put(w, n->flags & SQL_NOT ? " IS NOT " : " IS ");
        return;
    case OP_IS_DISTINCT:
        sql__put(w, n->flags & SQL_NOT ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
        return;
    default:
        sql__put(w, n->flags & SQL_NOT ? " NOT " : " ");
        sql__put(w, op);
        if (n->text)
            put_text(w, n);
        sql__put(w, " ");
    }
}

void sql__print_binary(struct printer *w, const struct sql_node *n)
{
    int binds = binds_of(w, n);

    print_child(w, n, SLOT_LEFT, binds);
    print_infix(w, n);
    print_child(w, n, SLOT_RIGHT, binds + 1);
    sql__print_around(w, n, SLOT_ESCAPE, " ESCAPE ", "", "");
}

void sql__print_between(struct printer *w, const struct sql_node *n)
{
    print_child(w, n, SLOT_ARG, BIND_RANGE);
    sql__put(w, n->flags & SQL_NOT ? " NOT BETWEEN " : " BETWEEN ");
    if (n->flags & SQL_SYMMETRIC)
        sql__put(w, "SYMMETRIC ");
    print_child(w, n, SLOT_LOW, BIND_OTHER);
    sql__put(w, " AND ");
    print_child(w, n, SLOT_HIGH, BIND_OTHER);
}

void sql__print_in(struct printer *w, const struct sql_node *n)
{
    print_child(w, n, SLOT_ARG, BIND_RANGE);
    if (n->op == OP_GLOBAL_IN)
        sql__put(w, " GLOBAL");
    sql__put(w, n->flags & SQL_NOT ? " NOT IN " : " IN ");
    if (sql_child(n, SLOT_EXPRESSION)) {
        print_child(w, n, SLOT_EXPRESSION, BIND_OTHER);
    } else if (sql_child(n, SLOT_QUERY)) {
        sql__print_nested(w, n, SLOT_QUERY);
    } else {
        sql__put(w, "(");
        sql__print_slot(w, n, SLOT_VALUE, ", ");
        sql__put(w, ")");
    }
}

void sql__print_case(struct printer *w, const struct sql_node *n)
{
    sql__put(w, "CASE");
    sql__print_around(w, n, SLOT_ARG, " ", "", "");
    sql__print_slot(w, n, SLOT_WHEN, "");
    sql__print_around(w, n, SLOT_ELSE, " ELSE ", "", "");
    sql__put(w, " END");
}

void sql__print_when(struct printer *w, const struct sql_node *n)
{
    sql__print_around(w, n, SLOT_EXPRESSION, " WHEN ", "", "");
    sql__print_around(w, n, SLOT_THEN, " THEN ", "", "");
}

void sql__print_cast(struct printer *w, const struct sql_node *n)
{
    if (n->len == 0) {
        sql__print_slot(w, n, SLOT_TYPE, "");
        sql__print_around(w, n, SLOT_ARG, " ", "", "");
    } else if (n->text[n->len - 1] == ':') {
        print_child(w, n, SLOT_ARG, BIND_POSTFIX);
        if (w->out->str[w->out->len - 1] == '?') /* "?::" is another cast */
            sql__put(w, " ");
        put_text(w, n);
        sql__print_slot(w, n, SLOT_TYPE, "");
    } else {
        put_upper(w, n);
        sql__print_around(w, n, SLOT_ARG, "(", "", " AS ");
        sql__print_slot(w, n, SLOT_TYPE, "");
        sql__print_around(w, n, SLOT_FORMAT, " ", "", "");
        sql__put(w, ")");
    }
}

static void print_type_arguments(struct printer *w, const struct sql_node *n)
{
    const char *open = n->flags & SQL_ANGLE ? "<" : "(", *close = n->flags & SQL_ANGLE ? ">" : ")";

    if (!sql__print_around(w, n, SLOT_ARG, open, ", ", close) &&
        n->flags & (SQL_ANGLE | SQL_COMMA_AFTER)) {
        sql__put(w, open);
        sql__put(w, close);
    }
}

void sql__print_type(struct printer *w, const struct sql_node *n)
{
    if (n->op == OP_TYPE_SUFFIX) {
        sql__print_slot(w, n, SLOT_TYPE, "");
        sql__put(w, n->text ? " ARRAY" : "[");
        sql__print_slot(w, n, SLOT_ARG, "");
        sql__put(w, n->text ? "" : "]");
        return;
    }
    sql__print_around(w, n, SLOT_PART, "", ".", n->text ? "." : "");
    sql__print_name(w, n);
    sql__print_around(w, n, SLOT_SETTING, " ", " ", "");
    print_type_arguments(w, n);
    sql__print_around(w, n, SLOT_FORMAT, " ", " ", "");
}

static void print_nulls(struct printer *w, const struct sql_node *n, bool inside)
{
    if (!!(n->flags & SQL_NULLS_INSIDE) != inside)
        return;
    if (n->flags & SQL_IGNORE_NULLS)
        sql__put(w, " IGNORE NULLS");
    else if (n->flags & SQL_RESPECT_NULLS)
        sql__put(w, " RESPECT NULLS");
}

void sql__print_after_call(struct printer *w, const struct sql_node *n)
{
    sql__print_around(w, n, SLOT_WITHIN, " WITHIN GROUP (ORDER BY ", ", ", ")");
    sql__print_around(w, n, SLOT_FILTER, n->flags & SQL_AS ? " FILTER (" : " FILTER (WHERE ", "",
                      ")");
    print_nulls(w, n, false);
    sql__print_around(w, n, SLOT_OVER, " OVER ", "", "");
}

/* What stands behind the arguments, in the order it was written. */
static void print_after_arguments(struct printer *w, const struct sql_node *n, bool any)
{
    enum sql_slot before = SLOT_NONE;

    for (const struct sql_node *c = n->child; c; c = c->next) {
        const char *words = c->slot == SLOT_ORDER_BY ? "ORDER BY "
                            : c->slot == SLOT_LIMIT  ? "LIMIT "
                                                     : "";

        if (c->slot != SLOT_ORDER_BY && c->slot != SLOT_LIMIT && c->slot != SLOT_SETTING)
            continue;
        if (c->slot == before && c->slot != SLOT_SETTING) {
            sql__put(w, ", ");
        } else {
            sql__put(w, any || before ? " " : "");
            sql__put(w, words);
        }
        sql__print(w, c);
        before = c->slot;
    }
}

void sql__print_function(struct printer *w, const struct sql_node *n)
{
    bool any;

    sql__print_around(w, n, SLOT_PART, "", ".", ".");
    if (!sql__print_slot(w, n, SLOT_EXPRESSION, ""))
        sql__print_name(w, n);
    sql__put(w, n->flags & SQL_DISTINCT ? "(DISTINCT " : n->flags & SQL_ALL ? "(ALL " : "(");
    any = sql__print_slot(w, n, SLOT_ARG, ", ");
    if (!(n->flags & SQL_NULLS_AFTER_ORDER))
        print_nulls(w, n, true);
    print_after_arguments(w, n, any);
    if (n->flags & SQL_NULLS_AFTER_ORDER)
        print_nulls(w, n, true);
    sql__put(w, ")");
    sql__print_after_call(w, n);
}

void sql__print_window(struct printer *w, const struct sql_node *n)
{
    const char *gap = "";

    sql__put(w, "(");
    if (n->text) {
        sql__print_name(w, n);
        gap = " ";
    }
    if (sql_child(n, SLOT_PARTITION)) {
        sql__put(w, gap);
        gap = " ";
    }
    sql__print_around(w, n, SLOT_PARTITION, "PARTITION BY ", ", ", "");
    if (sql_child(n, SLOT_ORDER_BY)) {
        sql__put(w, gap);
        gap = " ";
    }
    sql__print_around(w, n, SLOT_ORDER_BY, "ORDER BY ", ", ", "");
    sql__print_around(w, n, SLOT_FRAME, gap, "", "");
    sql__put(w, ")");
}

void sql__print_paren(struct printer *w, const struct sql_node *n)
{
    sql__print_before_table(w, n);
    sql__put(w, "(");
    if (!sql__print_slot(w, n, SLOT_EXPRESSION, "")) {
        sql__print_slot(w, n, SLOT_TABLE, "");
        sql__print_joins(w, n);
    }
    sql__put(w, ")");
    sql__print_after_call(w, n);
    sql__print_after_table(w, n);
}

void sql__print_array(struct printer *w, const struct sql_node *n)
{
    if (n->text)
        put_text(w, n);
    sql__print_slot(w, n, SLOT_TYPE, "");
    sql__put(w, "[");
    sql__print_slot(w, n, SLOT_ARG, ", ");
    sql__print_around(w, n, SLOT_BODY, " ", "", "");
    sql__put(w, "]");
}

void sql__print_struct(struct printer *w, const struct sql_node *n)
{
    if (n->text) {
        put_text(w, n);
        sql__put(w, " ");
    }
    sql__put(w, "{");
    sql__print_slot(w, n, SLOT_ARG, ", ");
    sql__put(w, "}");
}

void sql__print_lambda(struct printer *w, const struct sql_node *n)
{
    if (n->op == OP_LAMBDA) {
        sql__print_around(w, n, SLOT_ARG, "LAMBDA ", ", ", ": ");
    } else if (n->flags & SQL_NO_BRACKETS) {
        sql__print_around(w, n, SLOT_ARG, "", ", ", " -> ");
    } else {
        sql__put(w, "(");
        sql__print_slot(w, n, SLOT_ARG, ", ");
        sql__put(w, ") -> ");
    }
    sql__print_slot(w, n, SLOT_BODY, "");
}

static void print_key(struct printer *w, const struct sql_node *n)
{
    if (sql__print_slot(w, n, SLOT_KEY, ""))
        return;
    if (n->quote == '\'') {
        struct sql_node string = *n;

        string.kind = SQL_STRING;
        string.child = NULL;
        sql__print(w, &string);
    } else {
        sql__print_name(w, n);
    }
}

void sql__print_property(struct printer *w, const struct sql_node *n)
{
    const char *op = sql_op_text(n->op);

    print_key(w, n);
    if (n->op == OP_COLON)
        sql__put(w, ": ");
    else if (n->op) {
        sql__put(w, " ");
        sql__put(w, op);
        sql__put(w, " ");
    } else {
        sql__put(w, " ");
    }
    sql__print_slot(w, n, SLOT_VALUE, "");
    sql__print_slot(w, n, SLOT_TYPE, "");
    sql__print_around(w, n, SLOT_SETTING, " ", " ", "");
}

static void print_interval_parts(struct printer *w, const struct sql_node *n)
{
    print_child(w, n, SLOT_ARG, BIND_ADD);
    if (n->text) {
        sql__put(w, " ");
        put_upper(w, n);
    }
    sql__print_around(w, n, SLOT_TYPE, " ", "", "");
}

void sql__print_interval(struct printer *w, const struct sql_node *n)
{
    sql__put(w, "INTERVAL ");
    print_interval_parts(w, n);
    for (const struct sql_node *c = n->child; c; c = c->next)
        if (c->slot == SLOT_VALUE) {
            sql__put(w, " ");
            print_interval_parts(w, c);
        }
}

void sql__print_order(struct printer *w, const struct sql_node *n)
{
    sql__print_slot(w, n, SLOT_EXPRESSION, "");
    if (n->flags & SQL_DESC)
        sql__put(w, " DESC");
    else if (n->flags & SQL_ASC)
        sql__put(w, " ASC");
    if (n->flags & SQL_NULLS_FIRST)
        sql__put(w, " NULLS FIRST");
    else if (n->flags & SQL_NULLS_LAST)
        sql__put(w, " NULLS LAST");
    sql__print_around(w, n, SLOT_FILL, " ", "", "");
}

void sql__print_index(struct printer *w, const struct sql_node *n)
{
    print_child(w, n, SLOT_ARG, BIND_POSTFIX);
    sql__put(w, "[");
    sql__print_slot(w, n, SLOT_VALUE, ", ");
    sql__put(w, "]");
}

void sql__print_slice(struct printer *w, const struct sql_node *n)
{
    sql__print_slot(w, n, SLOT_LOW, "");
    sql__put(w, ":");
    sql__print_slot(w, n, SLOT_HIGH, "");
    if (n->op == OP_COLON) {
        sql__put(w, sql_child(n, SLOT_HIGH) ? ":" : " :"); /* "1::2" is a cast */
        sql__print_slot(w, n, SLOT_STEP, "");
    }
}

static const char *star_words(const struct sql_node *star, enum sql_slot slot)
{
    switch (slot) {
    case SLOT_EXCLUDE:
        return star->flags & SQL_EXCEPT ? " EXCEPT (" : " EXCLUDE (";
    case SLOT_REPLACE:
        return " REPLACE (";
    default:
        return " RENAME (";
    }
}

/* EXCLUDE, REPLACE and RENAME in the order they were written. */
void sql__print_star(struct printer *w, const struct sql_node *n)
{
    sql__print_around(w, n, SLOT_PART, "", ".", ".");
    sql__put(w, "*");
    sql__print_around(w, n, SLOT_ON, " ", "", "");
    for (const struct sql_node *c = n->child; c; c = c->next)
        if (c->slot != SLOT_PART && c->slot != SLOT_ON && c == sql_child(n, c->slot))
            sql__print_around(w, n, c->slot, star_words(n, c->slot), ", ", ")");
}

static void print_alias_name(struct printer *w, const struct sql_node *n)
{
    if (n->text)
        sql__print_name(w, n);
    sql__print_slot(w, n, SLOT_ALIAS, "");
}

void sql__print_alias(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *e = sql_child(n, SLOT_EXPRESSION);

    if (n->flags & SQL_ALIAS_FIRST) {
        print_alias_name(w, n);
        sql__put(w, ": ");
        sql__print_slot(w, n, SLOT_EXPRESSION, "");
        return;
    }
    if (e && e->kind == SQL_WINDOW) { /* WINDOW name AS (…) */
        print_alias_name(w, n);
        sql__put(w, " AS ");
        sql__print(w, e);
        return;
    }
    sql__print_slot(w, n, SLOT_EXPRESSION, "");
    sql__put(w, " AS ");
    print_alias_name(w, n);
    sql__print_around(w, n, SLOT_COLUMN, "(", ", ", ")");
}
