#include "macro/macro_int.h"
#include "sql/keyword.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct macro_value of_node(const struct sql_node *node)
{
    return (struct macro_value){VALUE_NODE, {.node = node}};
}

static struct macro_value of_bool(bool b)
{
    return (struct macro_value){VALUE_BOOL, {.boolean = b}};
}

static bool is_number(const struct macro_value *v)
{
    return v->type == VALUE_INT || v->type == VALUE_FLOAT || v->type == VALUE_BOOL;
}

static bool is_whole(const struct macro_value *v)
{
    return v->type == VALUE_INT || v->type == VALUE_BOOL;
}

static double as_double(const struct macro_value *v)
{
    return v->type == VALUE_FLOAT ? v->number
           : v->type == VALUE_INT ? (double)v->integer
                                  : (double)v->boolean;
}

static int64_t as_int(const struct macro_value *v)
{
    return v->type == VALUE_INT ? v->integer : v->boolean;
}

static size_t list_length(const struct sql_node *list)
{
    size_t n = 0;
    SQL_EACH_CHILD (list, c)
        n++;
    return n;
}

bool macro__is_true(const struct macro_value *v)
{
    switch (v->type) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return v->boolean;
    case VALUE_INT:
        return v->integer != 0;
    case VALUE_FLOAT:
        return v->number != 0;
    case VALUE_TEXT:
        return *v->text != '\0';
    case VALUE_LIST:
        return list_length(v->node) > 0;
    default:
        return true; /* a tree */
    }
}

static bool same(const struct macro_value *a, const struct macro_value *b)
{
    if (is_number(a) && is_number(b))
        return as_double(a) == as_double(b);
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_TEXT)
        return strcmp(a->text, b->text) == 0;
    return a->type == VALUE_NULL || sql_equal(a->node, b->node);
}

char *macro__float_text(struct macro_run *run, double number)
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], number);
        if (g_ascii_strtod(text, NULL) == number)
            break;
    }
    bool plain = !strpbrk(text, ".en");
    return arena_printf(run->arena, "%s%s", text, plain ? ".0" : "");
}

char *macro__value_text(struct macro_run *run, const struct macro_value *v)
{
    switch (v->type) {
    case VALUE_TEXT:
        return arena_strdup(run->arena, v->text);
    case VALUE_INT:
        return arena_printf(run->arena, "%" G_GINT64_FORMAT, v->integer);
    case VALUE_FLOAT:
        return macro__float_text(run, v->number);
    case VALUE_BOOL:
        return arena_strdup(run->arena, v->boolean ? "TRUE" : "FALSE");
    case VALUE_NULL:
        return arena_strdup(run->arena, "NULL");
    default:
        return macro__print(run, v->node);
    }
}

struct sql_node *macro__node_of(struct macro_run *run, const struct macro_value *v)
{
    static const enum sql_kind kinds[] = {[VALUE_NULL] = SQL_NULL,
                                          [VALUE_BOOL] = SQL_BOOLEAN,
                                          [VALUE_INT] = SQL_NUMBER,
                                          [VALUE_FLOAT] = SQL_NUMBER};
    if (v->type == VALUE_TEXT)
        return macro__string(run, v->text);
    if (v->type == VALUE_LIST || v->type == VALUE_NODE)
        return macro__clone(run, v->node);
    if (v->type == VALUE_INT || v->type == VALUE_FLOAT)
        return macro__parse(run, macro__value_text(run, v), NULL);
    return sql_node_new(run->arena, kinds[v->type], macro__value_text(run, v), -1);
}

static bool eval_number(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    char *text = sql_text(run->arena, node), *end;
    errno = 0;
    if (!strpbrk(text, ".eExX_")) {
        out->type = VALUE_INT;
        out->integer = g_ascii_strtoll(text, &end, 10);
        if (!*end && errno == 0)
            return true;
    }
    out->type = VALUE_FLOAT;
    out->number = g_ascii_strtod(text, &end);
    if (*end)
        *out = of_node(node);
    return true;
}

/* A tree of the same operator over what could not be evaluated further. */
static bool build(struct macro_run *run, const struct sql_node *node, const struct macro_value *a,
                  const struct macro_value *b, struct macro_value *out)
{
    struct sql_node *n = sql_node_new(run->arena, node->kind, node->text, node->len);
    n->op = node->op;
    n->flags = node->flags;
    sql_append(n, SLOT_LEFT, macro__node_of(run, a));
    sql_append(n, SLOT_RIGHT, macro__node_of(run, b));
    *out = of_node(n);
    return !run->error;
}

static bool cannot(struct macro_run *run, const struct sql_node *node)
{
    macro__fail(run, node, "this cannot be evaluated while macros are expanded: %s",
                macro__print(run, node));
    error_hint(&run->error, "conditions of macros compare literals and variables, not columns");
    return false;
}

static bool integers(struct macro_run *run, const struct sql_node *node, int64_t a, int64_t b,
                     struct macro_value *out)
{
    bool overflow = false;
    out->type = VALUE_INT;
    switch (node->op) {
    case OP_PLUS:
        overflow = __builtin_add_overflow(a, b, &out->integer);
        break;
    case OP_MINUS:
        overflow = __builtin_sub_overflow(a, b, &out->integer);
        break;
    case OP_STAR:
        overflow = __builtin_mul_overflow(a, b, &out->integer);
        break;
    default: /* DIV, //, %: rounding down, as Python does */
        if (b == 0 || (a == INT64_MIN && b == -1))
            return cannot(run, node);
        out->integer = node->op == OP_PERCENT || node->op == OP_MOD
                           ? a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0)
                           : a / b - (a % b != 0 && (a < 0) != (b < 0));
    }
    return !overflow || cannot(run, node);
}

static bool doubles(struct macro_run *run, const struct sql_node *node, double a, double b,
                    struct macro_value *out)
{
    out->type = VALUE_FLOAT;
    switch (node->op) {
    case OP_PLUS:
        out->number = a + b;
        break;
    case OP_MINUS:
        out->number = a - b;
        break;
    case OP_STAR:
        out->number = a * b;
        break;
    default:
        if (b == 0)
            return cannot(run, node);
        out->number = node->op == OP_SLASH                           ? a / b
                      : node->op == OP_PERCENT || node->op == OP_MOD ? a - b * floor(a / b)
                                                                     : floor(a / b);
    }
    return isfinite(out->number) || cannot(run, node);
}

static bool arithmetic(struct macro_run *run, const struct sql_node *node,
                       const struct macro_value *a, const struct macro_value *b,
                       struct macro_value *out)
{
    out->type = VALUE_NULL;
    if (a->type == VALUE_NULL || b->type == VALUE_NULL)
        return true;
    if (a->type == VALUE_NODE || b->type == VALUE_NODE)
        return build(run, node, a, b, out);
    if (a->type == VALUE_TEXT && b->type == VALUE_TEXT && node->op == OP_PLUS) {
        out->type = VALUE_TEXT;
        out->text = arena_printf(run->arena, "%s%s", a->text, b->text);
        return true;
    }
    if (!is_number(a) || !is_number(b))
        return cannot(run, node);
    if (a->type == VALUE_FLOAT || b->type == VALUE_FLOAT || node->op == OP_SLASH)
        return doubles(run, node, as_double(a), as_double(b), out);
    return integers(run, node, as_int(a), as_int(b), out);
}

static bool compare(struct macro_run *run, const struct sql_node *node, const struct macro_value *a,
                    const struct macro_value *b, struct macro_value *out)
{
    out->type = VALUE_NULL;
    if (a->type == VALUE_NULL || b->type == VALUE_NULL)
        return true;
    bool differs = node->op == OP_NE || node->op == OP_NE_BANG;
    if (node->op == OP_EQ || node->op == OP_EQ_EQ || differs) {
        *out = of_bool(same(a, b) != differs);
        return true;
    }
    if (a->type == VALUE_NODE || b->type == VALUE_NODE)
        return build(run, node, a, b, out);
    bool numbers = is_number(a) && is_number(b);
    if (!numbers && (a->type != VALUE_TEXT || b->type != VALUE_TEXT))
        return cannot(run, node);
    double d = numbers ? as_double(a) - as_double(b) : strcmp(a->text, b->text);
    *out = of_bool(node->op == OP_LT   ? d < 0
                   : node->op == OP_LE ? d <= 0
                   : node->op == OP_GT ? d > 0
                                       : d >= 0);
    return true;
}

/* Is ^ a power here, and not "one bit or the other"? */
static bool caret_is_power(const struct macro_run *run)
{
    static const char *const dialects[] = {"duckdb", "postgres", "redshift", "risingwave"};
    const char *name = sql_dialect_name(run->context->dialect);
    for (size_t i = 0; i < G_N_ELEMENTS(dialects); i++)
        if (strcmp(name, dialects[i]) == 0)
            return true;
    return false;
}

static bool shift(struct macro_run *run, const struct sql_node *node, int64_t a, int64_t b,
                  struct macro_value *out)
{
    if (b < 0 || b > 62 || (node->op == OP_SHIFT_LEFT && (a < 0 || a > INT64_MAX >> b)))
        return cannot(run, node);
    out->integer = node->op == OP_SHIFT_LEFT ? a << b : a >> b;
    return true;
}

static bool bits(struct macro_run *run, const struct sql_node *node, const struct macro_value *a,
                 const struct macro_value *b, struct macro_value *out)
{
    if (a->type == VALUE_NODE || b->type == VALUE_NODE)
        return build(run, node, a, b, out);
    if (node->op == OP_POWER || (node->op == OP_CARET && caret_is_power(run)))
        return macro__power(run, node, a, b, out);
    if (!is_whole(a) || !is_whole(b))
        return cannot(run, node);
    int64_t left = as_int(a), right = as_int(b);
    out->type = VALUE_INT;
    if (node->op == OP_SHIFT_LEFT || node->op == OP_SHIFT_RIGHT)
        return shift(run, node, left, right, out);
    out->integer = node->op == OP_BIT_AND  ? left & right
                   : node->op == OP_BIT_OR ? left | right
                                           : left ^ right;
    return true;
}

bool macro__power(struct macro_run *run, const struct sql_node *node, const struct macro_value *a,
                  const struct macro_value *b, struct macro_value *out)
{
    if (!is_number(a) || !is_number(b))
        return cannot(run, node);
    double number = pow(as_double(a), as_double(b));
    if (!isfinite(number))
        return cannot(run, node);
    bool whole = is_whole(a) && is_whole(b) && as_int(b) >= 0;
    if (whole && fabs(number) > 9007199254740992.0)
        return cannot(run, node);
    if (whole)
        *out = (struct macro_value){VALUE_INT, {.integer = (int64_t)number}};
    else
        *out = (struct macro_value){VALUE_FLOAT, {.number = number}};
    return true;
}

/* LIKE with % and _, from the start as Python's re.match() does, to the end as SQL does. */
static bool like(const char *text, const char *pattern, bool nocase)
{
    for (; *pattern; text++, pattern++) {
        if (*pattern == '%') {
            for (const char *rest = text;; rest++) {
                if (like(rest, pattern + 1, nocase))
                    return true;
                if (!*rest)
                    return false;
            }
        }
        bool same =
            nocase ? g_ascii_tolower(*text) == g_ascii_tolower(*pattern) : *text == *pattern;
        if (!*text || (*pattern != '_' && !same))
            return false;
    }
    return !*text;
}

static bool eval_like(struct macro_run *run, const struct sql_node *node,
                      const struct macro_value *a, const struct macro_value *b,
                      struct macro_value *out)
{
    out->type = VALUE_NULL;
    if (a->type == VALUE_NULL || b->type == VALUE_NULL)
        return true;
    if (a->type != VALUE_TEXT || b->type != VALUE_TEXT)
        return cannot(run, node);
    *out = of_bool(like(a->text, b->text, node->op == OP_ILIKE) == !(node->flags & SQL_NOT));
    return true;
}

/* AND and OR give the side that decided, as Python's do. */
static bool eval_logic(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    if (!macro__eval(run, sql_child(node, SLOT_LEFT), out))
        return false;
    if (macro__is_true(out) == (node->op == OP_OR))
        return true;
    return macro__eval(run, sql_child(node, SLOT_RIGHT), out);
}

static bool eval_binary(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    if (node->op == OP_AND || node->op == OP_OR)
        return eval_logic(run, node, out);
    struct macro_value a, b;
    if (!macro__eval(run, sql_child(node, SLOT_LEFT), &a) ||
        !macro__eval(run, sql_child(node, SLOT_RIGHT), &b))
        return false;
    switch (node->op) {
    case OP_PLUS:
    case OP_MINUS:
    case OP_STAR:
    case OP_SLASH:
    case OP_SLASH_SLASH:
    case OP_PERCENT:
    case OP_MOD:
    case OP_DIV:
        return arithmetic(run, node, &a, &b, out);
    case OP_EQ:
    case OP_EQ_EQ:
    case OP_NE:
    case OP_NE_BANG:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return compare(run, node, &a, &b, out);
    case OP_LIKE:
    case OP_ILIKE:
        return eval_like(run, node, &a, &b, out);
    case OP_IS:
        *out = of_bool(same(&a, &b) == !(node->flags & SQL_NOT));
        return true;
    case OP_POWER:
    case OP_CARET:
    case OP_BIT_AND:
    case OP_BIT_OR:
    case OP_SHIFT_LEFT:
    case OP_SHIFT_RIGHT:
        return bits(run, node, &a, &b, out);
    case OP_CONCAT:
        if (a.type == VALUE_NODE || b.type == VALUE_NODE)
            return build(run, node, &a, &b, out);
        out->type = VALUE_TEXT;
        out->text = arena_printf(run->arena, "%s%s", macro__value_text(run, &a),
                                 macro__value_text(run, &b));
        return true;
    default:
        *out = of_node(node);
        return true;
    }
}

static bool eval_unary(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    struct macro_value v;
    if (!macro__eval(run, sql_child(node, SLOT_ARG), &v))
        return false;
    if (node->op == OP_NOT) {
        *out = of_bool(!macro__is_true(&v));
        return true;
    }
    *out = v;
    if (node->op == OP_PLUS && is_number(&v))
        return true;
    if (node->op == OP_BIT_NOT && is_whole(&v))
        *out = (struct macro_value){VALUE_INT, {.integer = ~as_int(&v)}};
    else if (node->op == OP_MINUS && v.type == VALUE_INT && v.integer != INT64_MIN)
        out->integer = -v.integer;
    else if (node->op == OP_MINUS && v.type == VALUE_FLOAT)
        out->number = -v.number;
    else
        *out = of_node(node);
    return true;
}

static bool eval_between(struct macro_run *run, const struct sql_node *node,
                         struct macro_value *out)
{
    struct macro_value v, low, high, above, below;
    struct sql_node ge = *node, le = *node;
    ge.op = OP_GE;
    le.op = OP_LE;
    if (!macro__eval(run, sql_child(node, SLOT_ARG), &v) ||
        !macro__eval(run, sql_child(node, SLOT_LOW), &low) ||
        !macro__eval(run, sql_child(node, SLOT_HIGH), &high) ||
        !compare(run, &ge, &v, &low, &above) || !compare(run, &le, &v, &high, &below))
        return false;
    bool inside = macro__is_true(&above) && macro__is_true(&below);
    *out = of_bool(inside == !(node->flags & SQL_NOT));
    return true;
}

/* Is the value among the nodes of a slot, those of a list among them too? */
static bool is_among(struct macro_run *run, const struct macro_value *v,
                     const struct sql_node *parent, bool *found)
{
    SQL_EACH_CHILD (parent, c) {
        if (c->slot == SLOT_ARG && parent->kind == SQL_IN)
            continue;
        struct macro_value item;
        if (!macro__eval(run, c, &item))
            return false;
        if (item.type == VALUE_LIST && v->type != VALUE_LIST) {
            if (!is_among(run, v, item.node, found))
                return false;
        } else {
            *found |= same(v, &item);
        }
    }
    return true;
}

static bool eval_in(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    struct macro_value v;
    bool found = false;
    if (sql_child(node, SLOT_QUERY)) {
        *out = of_node(node);
        return true;
    }
    if (!macro__eval(run, sql_child(node, SLOT_ARG), &v) || !is_among(run, &v, node, &found))
        return false;
    *out = of_bool(found == !(node->flags & SQL_NOT));
    return true;
}

static bool eval_case(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    const struct sql_node *arg = sql_child(node, SLOT_ARG);
    struct macro_value subject = {0};
    if (arg && !macro__eval(run, arg, &subject))
        return false;
    SQL_EACH_CHILD (node, c) {
        if (c->kind != SQL_WHEN)
            continue;
        struct macro_value condition;
        if (!macro__eval(run, sql_child(c, SLOT_EXPRESSION), &condition))
            return false;
        if (arg ? same(&subject, &condition) : macro__is_true(&condition))
            return macro__eval(run, sql_child(c, SLOT_THEN), out);
    }
    const struct sql_node *otherwise = sql_child(node, SLOT_ELSE);
    out->type = VALUE_NULL;
    return !otherwise || macro__eval(run, otherwise, out);
}

bool macro__eval(struct macro_run *run, const struct sql_node *node, struct macro_value *out)
{
    if (run->error)
        return false;
    if (!node) {
        out->type = VALUE_NULL;
        return true;
    }
    switch (node->kind) {
    case SQL_NULL:
        out->type = VALUE_NULL;
        return true;
    case SQL_BOOLEAN:
        *out = of_bool(sql_text_is_nocase(node, "TRUE"));
        return true;
    case SQL_NUMBER:
        return eval_number(run, node, out);
    case SQL_STRING:
        *out = (struct macro_value){VALUE_TEXT, {.text = sql_text(run->arena, node)}};
        return true;
    case SQL_TUPLE:
    case SQL_ARRAY:
        *out = (struct macro_value){VALUE_LIST, {.node = node}};
        return true;
    case SQL_PAREN:
        return macro__eval(run, sql_child(node, SLOT_EXPRESSION), out);
    case SQL_ALIAS:
        return macro__eval(run, sql_child(node, SLOT_EXPRESSION), out);
    case SQL_UNARY:
        return eval_unary(run, node, out);
    case SQL_BINARY:
        return eval_binary(run, node, out);
    case SQL_BETWEEN:
        return eval_between(run, node, out);
    case SQL_IN:
        return eval_in(run, node, out);
    case SQL_CASE:
        return eval_case(run, node, out);
    case SQL_FUNCTION:
    case SQL_CAST:
        return macro__eval_call(run, node, out);
    default:
        *out = of_node(node);
        return true;
    }
}
