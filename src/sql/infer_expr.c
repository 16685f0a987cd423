/* infer_expr.c -- the type of one expression. */
#include "sql/infer_int.h"
#include "sql/keyword.h"
#include "sql/print.h"

#include <string.h>

static const struct sql__type *unknown(void)
{
    return sql__type_plain(TYPE_UNKNOWN);
}

struct meeting {
    const struct sql__type *literals, *others, *nested;
    bool unknown;
};

static bool is_literal(const struct sql_node *n)
{
    return n->kind == SQL_STRING || n->kind == SQL_NUMBER;
}

static void meet(struct meeting *m, const struct sql_node *n, const struct sql__type *t)
{
    const struct sql__type **side = is_literal(n) ? &m->literals : &m->others;

    if (t->base == TYPE_UNKNOWN)
        m->unknown = true;
    else if (t->base == TYPE_ARRAY || t->base == TYPE_STRUCT)
        m->nested = m->nested ? m->nested : t;
    else
        *side = *side ? sql__type_meet(*side, t) : t;
}

static const struct sql__type *met(const struct meeting *m)
{
    if (m->unknown)
        return unknown();
    if (m->nested)
        return m->nested;
    if (m->literals && m->others)
        return sql__type_meet(m->others, m->literals);
    return m->literals ? m->literals : m->others ? m->others : unknown();
}

/* What the first `n` arguments meet in, beginning at one; those in other slots do not count. */
static const struct sql__type *meet_arguments(struct infer *in, const struct sql_node *call,
                                              const struct infer_place *p, unsigned from,
                                              unsigned n)
{
    struct meeting m = {0};
    unsigned i = 0;

    SQL_EACH_CHILD (call, c) {
        if (c->slot != SLOT_ARG)
            continue;
        if (i >= from && i < from + n)
            meet(&m, c, sql__type_of(in, c, p));
        i++;
    }
    return met(&m);
}

static const struct sql__type *sum_type(const struct sql__type *t)
{
    if (sql__type_is_whole(t))
        return sql__type_plain(TYPE_BIGINT);
    return t->base == TYPE_FLOAT ? sql__type_plain(TYPE_DOUBLE) : t;
}

static bool is_date_unit(const char *unit)
{
    static const char *const units[] = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"};

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_ascii_strcasecmp(units[i], unit) == 0)
            return true;
    return false;
}

/* DATE_TRUNC('month', x::DATE): of anything but a cast it cannot be told. */
static const struct sql__type *trunc_type(struct infer *in, const struct sql_node *call,
                                          const struct infer_place *p)
{
    const struct sql_node *unit = sql_child(call, SLOT_ARG), *value = unit ? unit->next : NULL;

    if (!value || value->kind != SQL_CAST || sql__type_of(in, value, p)->base != TYPE_DATE)
        return unknown();
    return sql__type_plain(unit->kind == SQL_STRING && is_date_unit(sql_text(in->arena, unit))
                               ? TYPE_DATE
                               : TYPE_DATETIME);
}

static const struct sql__type *function_type(struct infer *in, const struct sql_node *n,
                                             const struct infer_place *p)
{
    const struct sql__function *f = sql_child(n, SLOT_PART) || sql_child(n, SLOT_WITHIN)
                                        ? NULL
                                        : sql__function_find(sql_text(in->arena, n), in->postgres);
    const struct sql__type *t;

    switch (f ? f->rule : RULE_UNKNOWN) {
    case RULE_UNKNOWN:
        return unknown();
    case RULE_TYPE:
        return sql__type_plain(f->type);
    case RULE_FIRST:
        return meet_arguments(in, n, p, 0, 1);
    case RULE_ALL:
        return meet_arguments(in, n, p, 0, MAX_COLUMNS);
    case RULE_TWO:
        return meet_arguments(in, n, p, 0, 2);
    case RULE_SUM:
        return sum_type(meet_arguments(in, n, p, 0, MAX_COLUMNS));
    case RULE_LIST:
        return sql__type_array(in->arena, meet_arguments(in, n, p, 0, 1));
    case RULE_RANGE:
        return sql__type_array(in->arena, meet_arguments(in, n, p, 0, MAX_COLUMNS));
    case RULE_ELEMENT:
        t = meet_arguments(in, n, p, 0, 1);
        return t->element ? t->element : unknown();
    case RULE_IF:
        return meet_arguments(in, n, p, 1, 2);
    case RULE_TRUNC:
        return trunc_type(in, n, p);
    }
    return unknown();
}

static const char *interval_unit(struct infer *in, const struct sql_node *n)
{
    const struct sql_node *arg = n->kind == SQL_INTERVAL ? sql_child(n, SLOT_ARG) : NULL;
    const char *text, *space;

    if (n->kind == SQL_INTERVAL && n->text && n->len > 0)
        return sql_text(in->arena, n);
    if (!arg || arg->kind != SQL_STRING)
        return "";
    text = sql_text(in->arena, arg);
    space = strrchr(text, ' ');
    return space ? space + 1 : text;
}

static bool is_date_text(const char *text)
{
    g_autoptr(GDateTime) moment = NULL;
    g_autofree char *whole = g_strdup_printf("%sT00:00:00Z", text);

    return strlen(text) == 10 && (moment = g_date_time_new_from_iso8601(whole, NULL));
}

/* A date, or a text that is one, with an interval. */
static const struct sql__type *with_interval(struct infer *in, const struct sql_node *value,
                                             const struct sql__type *type,
                                             const struct sql_node *interval)
{
    bool whole = is_date_unit(interval_unit(in, interval));

    if (sql__type_is_text(type) &&
        !(value->kind == SQL_STRING && is_date_text(sql_text(in->arena, value))))
        return unknown();
    return sql__type_plain(whole ? TYPE_DATE : TYPE_DATETIME);
}

static bool takes_interval(const struct sql__type *t)
{
    return t->base == TYPE_DATE || sql__type_is_text(t);
}

static const struct sql__type *arithmetic(struct infer *in, const struct sql_node *n,
                                          const struct infer_place *p)
{
    const struct sql_node *left = sql_child(n, SLOT_LEFT), *right = sql_child(n, SLOT_RIGHT);
    const struct sql__type *a = sql__type_of(in, left, p), *b = sql__type_of(in, right, p);
    struct meeting m = {0};

    if (takes_interval(a) && b->base == TYPE_INTERVAL)
        return with_interval(in, left, a, right);
    if (takes_interval(b) && a->base == TYPE_INTERVAL)
        return with_interval(in, right, b, left);
    if (sql__type_is_text(a) && sql__type_is_number(b))
        return b;
    if (sql__type_is_text(b) && sql__type_is_number(a))
        return a;
    meet(&m, left, a);
    meet(&m, right, b);
    return met(&m);
}

static bool is_real(const struct sql__type *t)
{
    return t->base == TYPE_DECIMAL || t->base == TYPE_FLOAT || t->base == TYPE_DOUBLE;
}

/* Division forgets parameters. */
static const struct sql__type *quotient(const struct infer *in, const struct sql__type *a,
                                        const struct sql__type *b)
{
    const struct sql__type *t = sql__type_meet(sql__type_plain((enum type_base)a->base),
                                               sql__type_plain((enum type_base)b->base));

    if (in->postgres && sql__type_is_whole(a) && sql__type_is_whole(b))
        return sql__type_plain(TYPE_BIGINT);
    return is_real(t) ? t : sql__type_meet(t, sql__type_plain(TYPE_DOUBLE));
}

static bool is_predicate(int op)
{
    static const uint8_t predicates[] = {OP_EQ,
                                         OP_EQ_EQ,
                                         OP_NE,
                                         OP_NE_BANG,
                                         OP_NULL_SAFE_EQ,
                                         OP_LT,
                                         OP_LE,
                                         OP_GT,
                                         OP_GE,
                                         OP_AND,
                                         OP_OR,
                                         OP_XOR,
                                         OP_IS,
                                         OP_ISNULL,
                                         OP_NOTNULL,
                                         OP_IS_DISTINCT,
                                         OP_LIKE,
                                         OP_ILIKE,
                                         OP_GLOB,
                                         OP_SIMILAR,
                                         OP_RLIKE,
                                         OP_REGEXP,
                                         OP_CARET_AT,
                                         OP_IN,
                                         OP_LIKE_TILDE,
                                         OP_BETWEEN,
                                         OP_OVERLAPS,
                                         OP_ILIKE_TILDE,
                                         OP_NOT_LIKE_TILDE,
                                         OP_GLOB_TILDE,
                                         OP_NOT_ILIKE_TILDE};

    return memchr(predicates, op, sizeof predicates) != NULL;
}

static bool is_match(int op)
{
    return op == OP_BIT_NOT || op == OP_MATCH_NOCASE || op == OP_NOT_MATCH ||
           op == OP_NOT_MATCH_NOCASE;
}

static const struct sql__type *binary_type(struct infer *in, const struct sql_node *n,
                                           const struct infer_place *p)
{
    if (is_predicate(n->op) || (in->postgres && is_match(n->op)))
        return sql__type_plain(TYPE_BOOLEAN);
    if (in->postgres && (n->op == OP_ARROW || n->op == OP_ARROW_TEXT))
        return unknown();
    switch (n->op) {
    case OP_CONCAT:
        return sql__type_plain(TYPE_VARCHAR);
    case OP_POWER:
    case OP_CARET:
        return sql__type_plain(TYPE_DOUBLE);
    case OP_SLASH:
        return quotient(in, sql__type_of(in, sql_child(n, SLOT_LEFT), p),
                        sql__type_of(in, sql_child(n, SLOT_RIGHT), p));
    case OP_DOT:
    case OP_AT_TIME_ZONE:
    case OP_AT_LOCAL:
        return unknown();
    default:
        return sql_child(n, SLOT_LEFT) && sql_child(n, SLOT_RIGHT) ? arithmetic(in, n, p)
                                                                   : unknown();
    }
}

static const struct sql__type *case_type(struct infer *in, const struct sql_node *n,
                                         const struct infer_place *p)
{
    struct meeting m = {0};

    SQL_EACH_CHILD (n, c) {
        const struct sql_node *result = c->slot == SLOT_WHEN   ? sql_child(c, SLOT_THEN)
                                        : c->slot == SLOT_ELSE ? c
                                                               : NULL;

        if (result)
            meet(&m, result, sql__type_of(in, result, p));
    }
    return met(&m);
}

static const struct sql__type *cast_type(struct infer *in, const struct sql_node *n)
{
    const struct sql_node *type = sql_child(n, SLOT_TYPE);
    g_autofree char *text = type ? sql_print(type, in->dialect) : NULL;

    return text ? sql__infer_read(in, text) : unknown();
}

static const struct sql__type *struct_type(struct infer *in, const struct sql_node *n,
                                           const struct infer_place *p)
{
    g_autoptr(GString) text = g_string_new("STRUCT(");

    if (n->text && n->len > 0)
        return unknown(); /* MAP {…} */
    SQL_EACH_CHILD (n, c) {
        const struct sql_node *key = sql_child(c, SLOT_KEY), *value = sql_child(c, SLOT_VALUE);
        const struct sql__type *t = value ? sql__type_of(in, value, p) : unknown();
        const char *name = sql_text(in->arena, key && key->text ? key : c);

        if (!t->text || !*name)
            return unknown();
        g_string_append_printf(text, "%s\"%s\" %s", c == n->child ? "" : ", ", name,
                               sql__infer_write(in, t));
    }
    g_string_append_c(text, ')');
    return sql__type_read(in->arena, text->str, in->postgres);
}

static const struct sql__type *subquery_type(struct infer *in, const struct sql_node *n,
                                             const struct infer_place *p)
{
    bool known;
    const GPtrArray *columns =
        sql__infer_columns(in, sql_child(n, SLOT_QUERY), p, p ? p->ctes : NULL, &known);

    return known && columns->len == 1 ? ((const struct infer_column *)columns->pdata[0])->type
                                      : unknown();
}

static const struct sql__type *element_type(struct infer *in, const struct sql_node *n,
                                            const struct infer_place *p)
{
    const struct sql__type *t = sql__type_of(in, sql_child(n, SLOT_ARG), p);
    const struct sql_node *index = sql_child(n, SLOT_VALUE);

    if (index && index->kind == SQL_SLICE)
        return t;
    return t->element ? t->element : unknown();
}

static bool is_whole_number(const struct sql_node *n)
{
    for (uint32_t i = 0; i < n->len; i++)
        if (!g_ascii_isdigit(n->text[i]))
            return false;
    return true;
}

static const struct sql__type *keyword_type(struct infer *in, const struct sql_node *n)
{
    const struct sql__function *f = sql__function_find(sql_text(in->arena, n), in->postgres);

    return f && f->rule == RULE_TYPE ? sql__type_plain(f->type) : unknown();
}

static const struct sql__type *type_of_kind(struct infer *in, const struct sql_node *n,
                                            const struct infer_place *p)
{
    switch ((enum sql_kind)n->kind) {
    case SQL_ALIAS:
    case SQL_PAREN:
        return sql__type_of(in, sql_child(n, SLOT_EXPRESSION), p);
    case SQL_COLUMN:
        return sql__column_type(in, n, p);
    case SQL_STRING:
        return sql__type_plain(TYPE_VARCHAR);
    case SQL_NUMBER:
        return sql__type_plain(is_whole_number(n) ? TYPE_INT : TYPE_DOUBLE);
    case SQL_BOOLEAN:
    case SQL_IN:
    case SQL_BETWEEN:
        return sql__type_plain(TYPE_BOOLEAN);
    case SQL_NULL:
        return sql__type_plain(TYPE_NULL);
    case SQL_UNARY:
        return n->op == OP_NOT ? sql__type_plain(TYPE_BOOLEAN)
                               : sql__type_of(in, sql_child(n, SLOT_ARG), p);
    case SQL_BINARY:
        return binary_type(in, n, p);
    case SQL_CASE:
        return case_type(in, n, p);
    case SQL_CAST:
        return cast_type(in, n);
    case SQL_FUNCTION:
        return function_type(in, n, p);
    case SQL_KEYWORD:
        return keyword_type(in, n);
    case SQL_INTERVAL:
        return sql__type_plain(TYPE_INTERVAL);
    case SQL_SUBQUERY:
        return subquery_type(in, n, p);
    case SQL_ARRAY:
        return sql__type_array(in->arena, meet_arguments(in, n, p, 0, MAX_COLUMNS));
    case SQL_STRUCT:
        return struct_type(in, n, p);
    case SQL_INDEX:
        return element_type(in, n, p);
    default:
        return unknown();
    }
}

/* What has a type in a dialect whose functions are not known here. */
static bool is_plain(const struct sql_node *n)
{
    return n->kind == SQL_ALIAS || n->kind == SQL_PAREN || n->kind == SQL_COLUMN ||
           n->kind == SQL_CAST || n->kind == SQL_SUBQUERY;
}

const struct sql__type *sql__type_of(struct infer *in, const struct sql_node *n,
                                     const struct infer_place *p)
{
    const struct sql__type *t = unknown();

    if (n && ++in->depth < MAX_INFER_DEPTH && (!in->foreign || is_plain(n)))
        t = type_of_kind(in, n, p);
    if (n)
        in->depth--;
    return t;
}
