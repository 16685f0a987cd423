/* eval_call.c -- the functions that may stand in a macro's condition. */
#include "macro/macro_int.h"

#include <math.h>
#include <string.h>

enum { MAX_ARGS = 32 };

struct args {
    const struct sql_node *call;
    struct macro_value v[MAX_ARGS];
    size_t n;
};

typedef bool (*function)(struct macro_run *run, const struct args *args, struct macro_value *out);

static bool give_text(struct macro_value *out, const char *text)
{
    out->type = VALUE_TEXT;
    out->text = text;
    return true;
}

static bool give_int(struct macro_value *out, int64_t n)
{
    out->type = VALUE_INT;
    out->integer = n;
    return true;
}

static bool lower(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    g_autofree char *text = g_utf8_strdown(macro__value_text(run, &args->v[0]), -1);
    return give_text(out, arena_strdup(run->arena, text));
}

static bool upper(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    g_autofree char *text = g_utf8_strup(macro__value_text(run, &args->v[0]), -1);
    return give_text(out, arena_strdup(run->arena, text));
}

static bool trim(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    return give_text(out, g_strstrip(macro__value_text(run, &args->v[0])));
}

static bool length(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    int64_t n = 0;
    if (args->v[0].type != VALUE_LIST)
        return give_int(out, g_utf8_strlen(macro__value_text(run, &args->v[0]), -1));
    SQL_EACH_CHILD (args->v[0].node, c)
        n++;
    return give_int(out, n);
}

static bool concat(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < args->n; i++)
        g_string_append(text, macro__value_text(run, &args->v[i]));
    return give_text(out, arena_strdup(run->arena, text->str));
}

static bool coalesce(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    (void)run;
    out->type = VALUE_NULL;
    for (size_t i = 0; i < args->n && out->type == VALUE_NULL; i++)
        *out = args->v[i];
    return true;
}

static bool choose(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    (void)run;
    out->type = VALUE_NULL;
    if (macro__is_true(&args->v[0]))
        *out = args->v[1];
    else if (args->n > 2)
        *out = args->v[2];
    return true;
}

static bool absolute(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    (void)run;
    *out = args->v[0];
    if (out->type == VALUE_INT && out->integer < 0 && out->integer != INT64_MIN)
        out->integer = -out->integer;
    else if (out->type == VALUE_FLOAT)
        out->number = fabs(out->number);
    return true;
}

/* Part of a text by characters: `from` from 0, `n` of them. */
static bool slice(struct macro_run *run, const char *text, int64_t from, int64_t n,
                  struct macro_value *out)
{
    int64_t all = g_utf8_strlen(text, -1);
    from = CLAMP(from, 0, all);
    n = CLAMP(n, 0, all - from);
    const char *start = g_utf8_offset_to_pointer(text, from);
    const char *end = g_utf8_offset_to_pointer(start, n);
    return give_text(out, arena_strndup(run->arena, start, (size_t)(end - start)));
}

static int64_t integer_at(const struct args *args, size_t i, int64_t missing)
{
    return i < args->n && args->v[i].type == VALUE_INT ? args->v[i].integer : missing;
}

static bool left(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    return slice(run, macro__value_text(run, &args->v[0]), 0, integer_at(args, 1, 0), out);
}

static bool right(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    const char *text = macro__value_text(run, &args->v[0]);
    int64_t n = CLAMP(integer_at(args, 1, 0), 0, g_utf8_strlen(text, -1));
    return slice(run, text, g_utf8_strlen(text, -1) - n, n, out);
}

static bool substring(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    const char *text = macro__value_text(run, &args->v[0]);
    int64_t from = integer_at(args, 1, 1);
    if (from == 0)
        return give_text(out, "");
    from = from < 0 ? from + g_utf8_strlen(text, -1) : from - 1;
    return slice(run, text, from, integer_at(args, 2, INT32_MAX), out);
}

static bool power(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    return macro__power(run, args->call, &args->v[0], &args->v[1], out);
}

/* Halves go to the even side, as Python has them. */
static bool rounded(struct macro_run *run, const struct args *args, struct macro_value *out)
{
    int64_t digits = integer_at(args, 1, 0);
    *out = args->v[0];
    if (out->type != VALUE_FLOAT || digits < 0 || digits > 15)
        return true;
    if (args->n == 1 && fabs(out->number) < 9e15)
        return give_int(out, (int64_t)nearbyint(out->number));
    out->number = g_ascii_strtod(arena_printf(run->arena, "%.*f", (int)digits, out->number), NULL);
    return true;
}

static const struct {
    const char *names; /* between blanks */
    size_t least;
    bool of_null; /* is called for NULLs too */
    function call;
} functions[] = {
    {" LOWER LCASE ",                                    1, false, lower    },
    {" UPPER UCASE ",                                    1, false, upper    },
    {" TRIM ",                                           1, false, trim     },
    {" LENGTH LEN CHAR_LENGTH ARRAY_LENGTH ARRAY_SIZE ", 1, false, length   },
    {" CONCAT ",                                         1, false, concat   },
    {" COALESCE IFNULL NVL ",                            1, true,  coalesce },
    {" IF IIF ",                                         2, true,  choose   },
    {" ABS ",                                            1, false, absolute },
    {" LEFT ",                                           2, false, left     },
    {" RIGHT ",                                          2, false, right    },
    {" SUBSTRING SUBSTR ",                               2, false, substring},
    {" POWER POW ",                                      2, false, power    },
    {" ROUND ",                                          1, false, rounded  },
};

static bool eval_args(struct macro_run *run, const struct sql_node *call, struct args *args,
                      bool *any_null, bool *any_node)
{
    SQL_EACH_CHILD (call, c) {
        if (c->slot != SLOT_ARG)
            continue;
        if (args->n == MAX_ARGS) {
            macro__fail(run, call, "more than %d arguments cannot be evaluated.", MAX_ARGS);
            return false;
        }
        if (!macro__eval(run, c, &args->v[args->n]))
            return false;
        *any_null |= args->v[args->n].type == VALUE_NULL;
        *any_node |= args->v[args->n].type == VALUE_NODE;
        args->n++;
    }
    return true;
}

static bool eval_function(struct macro_run *run, const struct sql_node *call,
                          struct macro_value *out)
{
    g_autofree char *upper_name = g_ascii_strup(call->text ? call->text : "", call->len);
    g_autofree char *needle = g_strdup_printf(" %s ", upper_name);
    struct args args = {.call = call};
    bool any_null = false, any_node = false;
    *out = (struct macro_value){VALUE_NODE, {.node = call}};
    if (!eval_args(run, call, &args, &any_null, &any_node))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(functions); i++) {
        if (!strstr(functions[i].names, needle) || args.n < functions[i].least)
            continue;
        if (any_node && functions[i].call != choose)
            return true;
        if (any_null && !functions[i].of_null) {
            out->type = VALUE_NULL;
            return true;
        }
        return functions[i].call(run, &args, out);
    }
    return true;
}

static bool cast_to_number(const char *text, bool whole, struct macro_value *out)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    if (end == text || *end)
        return false;
    if (!whole) {
        out->type = VALUE_FLOAT;
        out->number = number;
        return true;
    }
    return fabs(number) < 9e18 && give_int(out, (int64_t)number);
}

static bool is_type(const struct sql_node *type, const char *names)
{
    g_autofree char *upper_name = g_ascii_strup(type->text ? type->text : "", type->len);
    g_autofree char *needle = g_strdup_printf(" %s ", upper_name);
    return strstr(names, needle) != NULL;
}

static bool eval_cast(struct macro_run *run, const struct sql_node *cast, struct macro_value *out)
{
    const struct sql_node *type = sql_child(cast, SLOT_TYPE);
    struct macro_value v;
    if (!macro__eval(run, sql_child(cast, SLOT_ARG), &v))
        return false;
    *out = (struct macro_value){VALUE_NODE, {.node = cast}};
    if (v.type == VALUE_NODE || v.type == VALUE_LIST || !type)
        return true;
    if (v.type == VALUE_NULL) {
        *out = v;
        return true;
    }
    const char *text = macro__value_text(run, &v);
    if (is_type(type, " TEXT VARCHAR STRING CHAR NVARCHAR "))
        return give_text(out, text);
    if (v.type == VALUE_TEXT && is_type(type, " DATE DATETIME TIMESTAMP TIMESTAMPTZ "))
        return give_text(out, is_type(type, " DATE ") ? arena_strndup(run->arena, text, 10) : text);
    if (is_type(type, " BOOLEAN BOOL ")) {
        *out = (struct macro_value){VALUE_BOOL, {.boolean = macro__is_true(&v)}};
        return true;
    }
    if (v.type == VALUE_BOOL)
        text = v.boolean ? "1" : "0";
    bool whole = is_type(type, " INT INTEGER BIGINT SMALLINT TINYINT INT64 ");
    if (whole || is_type(type, " DOUBLE FLOAT REAL FLOAT64 DECIMAL NUMERIC "))
        return cast_to_number(text, whole, out) ||
               (macro__fail(run, cast, "\"%s\" is no number.", text), false);
    return true;
}

bool macro__eval_call(struct macro_run *run, const struct sql_node *call, struct macro_value *out)
{
    return call->kind == SQL_CAST ? eval_cast(run, call, out) : eval_function(run, call, out);
}
