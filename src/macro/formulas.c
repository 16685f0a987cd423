/* formulas.c -- macros that write an expression: keys, safe arithmetic, distances, pivots. */
#include "macro/macro_int.h"
#include "sql/keyword.h"

#include <string.h>

#define NULL_KEY "_sqlmesh_surrogate_key_null_"

static const char *const hashes[] = {"MD5", "SHA256", "SHA512"};

/* The fields as one text, "|" between them. */
static char *joined_fields(struct macro_run *run, const struct macro_call *call)
{
    const struct macro_engine *engine = macro__engine(run);
    static const char *const between[] = {[CONCAT_CALL] = ", '|', ",
                                          [CONCAT_PIPES] = " || '|' || ",
                                          [CONCAT_PLUS] = " + '|' + ",
                                          [CONCAT_CAST] = ", CAST('|' AS VARCHAR), "};
    bool cast = engine->concat == CONCAT_CAST;
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < call->n_rest; i++)
        g_string_append_printf(out, "%s%sCOALESCE(CAST(%s AS %s), '" NULL_KEY "')%s",
                               i ? between[engine->concat] : "", cast ? "CAST(" : "",
                               macro__print(run, call->rest[i]), engine->text_type,
                               cast ? " AS VARCHAR)" : "");
    bool concat = engine->concat == CONCAT_CALL || (cast && call->n_rest > 1);
    return arena_printf(run->arena, concat ? "CONCAT(%s)" : "%s", out->str);
}

static char *hash_call(struct macro_run *run, const char *hash, const char *text)
{
    const struct macro_engine *engine = macro__engine(run);
    if (strcmp(hash, "MD5") == 0 && engine->md5) {
        g_auto(GStrv) around = g_strsplit(engine->md5, "%s", 2);
        return arena_printf(run->arena, "%s%s%s", around[0], text, around[1]);
    }
    bool known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++)
        known |= strcmp(hash, hashes[i]) == 0;
    if (known && engine->concat == CONCAT_CAST)
        return arena_printf(run->arena, "LOWER(TO_HEX(%s(TO_UTF8(%s))))", hash, text);
    if (known && strcmp(hash, "MD5") != 0 && strcmp(engine->dialect, "redshift") == 0)
        return arena_printf(run->arena, "SHA2(%s, %s)", text, hash + strlen("SHA"));
    return arena_printf(run->arena, "%s(%s)", hash, text);
}

struct sql_node *macro__do_generate_surrogate_key(struct macro_run *run,
                                                  const struct macro_call *call)
{
    const char *hash = "MD5";
    if (call->named[0])
        hash = macro__name(run, call->named[0]);
    if (!hash || !*hash)
        return macro__fail(run, call->named[0], "hash_function is no function's name.");
    g_autofree char *upper = g_ascii_strup(hash, -1);
    return macro__parse(run, hash_call(run, upper, joined_fields(run, call)), call->node);
}

static struct sql_node *safe_sum(struct macro_run *run, const struct macro_call *call,
                                 const char *op)
{
    g_autoptr(GString) nulls = g_string_new(NULL), sum = g_string_new(NULL);
    for (size_t i = 0; i < call->n_rest; i++) {
        g_string_append_printf(nulls, "%s%s IS NULL", i ? " AND " : "",
                               macro__print_operand(run, call->rest[i]));
        g_string_append_printf(sum, "%s%s%sCOALESCE(%s, 0)", i ? " " : "", i ? op : "",
                               i ? " " : "", macro__print(run, call->rest[i]));
    }
    return macro__parse(
        run, arena_printf(run->arena, "CASE WHEN %s THEN NULL ELSE %s END", nulls->str, sum->str),
        call->node);
}

struct sql_node *macro__do_safe_add(struct macro_run *run, const struct macro_call *call)
{
    return safe_sum(run, call, "+");
}

struct sql_node *macro__do_safe_sub(struct macro_run *run, const struct macro_call *call)
{
    return safe_sum(run, call, "-");
}

/* What is divided, so that the engine divides without rounding. */
static char *dividend(struct macro_run *run, const char *text)
{
    const char *type = macro__engine(run)->divide_as;
    return type ? arena_printf(run->arena, "CAST(%s AS %s)", text, type)
                : arena_strdup(run->arena, text);
}

struct sql_node *macro__do_safe_div(struct macro_run *run, const struct macro_call *call)
{
    const char *numerator = macro__engine(run)->divide_as
                                ? macro__print(run, call->named[0])
                                : macro__print_operand(run, call->named[0]);
    return macro__parse(run,
                        arena_printf(run->arena, "%s / NULLIF(%s, 0)", dividend(run, numerator),
                                     macro__print(run, call->named[1])),
                        call->node);
}

/* SIN(RADIANS((b - a) / 2)), squared */
static char *half_angle(struct macro_run *run, const struct sql_node *a, const struct sql_node *b)
{
    char *difference = arena_printf(run->arena, "(%s - %s)", macro__print_operand(run, b),
                                    macro__print_operand(run, a));
    return arena_printf(run->arena, "POWER(SIN(RADIANS(%s / 2)), 2)", dividend(run, difference));
}

struct sql_node *macro__do_haversine_distance(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node *const *arg = call->named;
    const char *unit = arg[4] ? macro__name(run, arg[4]) : "mi";
    bool miles = unit && strcmp(unit, "mi") == 0;
    if (!miles && (!unit || strcmp(unit, "km") != 0))
        return macro__fail(run, arg[4], "the unit of @HAVERSINE_DISTANCE is 'mi' or 'km'.");
    return macro__parse(
        run,
        arena_printf(
            run->arena, "7922 * ASIN(SQRT((%s) + (COS(RADIANS(%s)) * COS(RADIANS(%s)) * %s))) * %s",
            half_angle(run, arg[0], arg[2]), macro__print(run, arg[0]), macro__print(run, arg[2]),
            half_angle(run, arg[1], arg[3]), miles ? "1.0" : "1.60934"),
        call->node);
}

static bool flag(const struct sql_node *node, bool missing)
{
    return node ? sql_text_is_nocase(node, "TRUE") : missing;
}

static const char *text_or(struct macro_run *run, const struct sql_node *node, const char *missing)
{
    return node ? macro__bare(run, node) : missing;
}

enum {
    PIVOT_COLUMN,
    PIVOT_VALUES,
    PIVOT_ALIAS,
    PIVOT_AGG,
    PIVOT_CMP,
    PIVOT_PREFIX,
    PIVOT_SUFFIX,
    PIVOT_THEN,
    PIVOT_ELSE,
    PIVOT_QUOTE,
    PIVOT_DISTINCT,
};

/* The name a value gives its column: a literal names it also in a cast or behind a minus. */
static const char *value_name(struct macro_run *run, const struct sql_node *value)
{
    const struct sql_node *arg = sql_child(value, SLOT_ARG);
    bool around = value->kind == SQL_CAST || (value->kind == SQL_UNARY && value->op == OP_MINUS);
    bool literal = around && arg && (arg->kind == SQL_STRING || arg->kind == SQL_NUMBER);
    return macro__bare(run, literal ? arg : value);
}

static struct sql_node *pivot_one(struct macro_run *run, const struct macro_call *call,
                                  const struct sql_node *value)
{
    struct sql_node *const *arg = call->named;
    char *sql = arena_printf(
        run->arena, "%s(%sCASE WHEN %s %s %s THEN %s ELSE %s END)",
        text_or(run, arg[PIVOT_AGG], "SUM"), flag(arg[PIVOT_DISTINCT], false) ? "DISTINCT " : "",
        macro__print(run, arg[PIVOT_COLUMN]), text_or(run, arg[PIVOT_CMP], "="),
        macro__print(run, value), arg[PIVOT_THEN] ? macro__print(run, arg[PIVOT_THEN]) : "1",
        arg[PIVOT_ELSE] ? macro__print(run, arg[PIVOT_ELSE]) : "0");
    struct sql_node *n = macro__parse(run, sql, call->node);
    if (!n || !flag(arg[PIVOT_ALIAS], true))
        return n;
    char *name = arena_printf(run->arena, "%s%s%s", text_or(run, arg[PIVOT_PREFIX], ""),
                              value_name(run, value), text_or(run, arg[PIVOT_SUFFIX], ""));
    return macro__alias(run, n, macro__identifier(run, name, flag(arg[PIVOT_QUOTE], true)));
}

struct sql_node *macro__do_pivot(struct macro_run *run, const struct macro_call *call)
{
    size_t n;
    struct sql_node *chain = NULL;
    if (!macro__is_list(call->named[PIVOT_VALUES]))
        return macro__fail(run, call->named[PIVOT_VALUES],
                           "@PIVOT takes its values as a list: ['a', 'b'], or ('a', 'b').");
    struct sql_node **values =
        macro__items(run, (struct sql_node *[]){call->named[PIVOT_VALUES], NULL}, &n);
    for (size_t i = 0; i < n && !run->error; i++)
        chain = macro__chain(chain, pivot_one(run, call, values[i]));
    return chain;
}
