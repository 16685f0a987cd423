/* translate_call.c -- functions and types that mean the same in every dialect that is translated.
 */
#include "sql/translate_int.h"

#include <string.h>

/* ---- types ----------------------------------------------------------------------------------- */

/* What stands behind "key=" in a list. */
static const char *find(const char *const *list, const char *key)
{
    size_t len = strlen(key);

    for (; *list; list++)
        if (strncmp(*list, key, len) == 0 && (*list)[len] == '=')
            return *list + len + 1;
    return NULL;
}

/* "TIMESTAMP WITH TIME ZONE", without parameters; NULL when there is more to it than words. */
static const char *words_of(struct translation *t, const struct sql_node *type)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (!type->text || type->op || type->flags & SQL_ANGLE)
        return NULL;
    g_string_append_len(out, type->text, type->len);
    SQL_EACH_CHILD (type, c) {
        if (c->slot == SLOT_ARG && c->kind == SQL_NUMBER)
            continue;
        if (c->kind != SQL_KEYWORD)
            return NULL;
        g_string_append_c(out, ' ');
        g_string_append_len(out, c->text, c->len);
    }
    g_string_ascii_up(out);
    return arena_strdup(t->arena, out->str);
}

static int count_of(const struct sql_node *n, enum sql_slot slot)
{
    int count = 0;

    SQL_EACH_CHILD (n, c)
        count += c->slot == slot;
    return count;
}

static bool is_whole(const char *common)
{
    return strcmp(common, "SMALLINT") == 0 || strcmp(common, "INT") == 0 ||
           strcmp(common, "BIGINT") == 0;
}

bool sql__translate_type(struct translation *t, struct sql_node *type, bool cast)
{
    const char *words = words_of(t, type);
    const char *common = words ? find(t->from->rules->common->types, words) : NULL, *said;
    int parameters = count_of(type, SLOT_ARG);
    bool is_decimal = common && strcmp(common, "DECIMAL") == 0;
    g_autofree char *shown = g_strdup_printf("the type %s", words ? words : "");

    if (!common)
        return sql__not_the_same(t, type, words ? shown : "this type", NULL);
    if (is_decimal ? parameters != 2 : parameters != 0)
        return sql__not_the_same(t, type, shown,
                                 is_decimal ? "its precision and scale must be given"
                                            : "what its parameter does differs");
    if (cast && is_whole(common) && sql__does(t->from, SQLM_CAST_CUTS))
        return sql__not_the_same(t, type, "a cast to whole numbers", "one cuts, the other rounds");
    said = find(t->to->rules->common->says, common);
    type->text = said ? said : common;
    type->len = (uint32_t)strlen(type->text);
    if (!is_decimal)
        type->child = type->last = NULL;
    return true;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* `alike`: manners that both must have, or neither. */
static const struct {
    const char *name;
    int min, max;
    bool aggregate; /* may say DISTINCT */
    uint32_t alike;
} functions[] = {
    {"ABS",        1, 1,  false, 0                 },
    {"AVG",        1, 1,  true,  SQLM_AVG_CUTS     },
    {"CEIL",       1, 1,  false, 0                 },
    {"CEILING",    1, 1,  false, 0                 },
    {"COALESCE",   2, 99, false, 0                 },
    {"COUNT",      1, 1,  true,  0                 },
    {"DENSE_RANK", 0, 0,  false, 0                 },
    {"EXISTS",     1, 1,  false, 0                 },
    {"FLOOR",      1, 1,  false, 0                 },
    {"GREATEST",   2, 99, false, SQLM_GREATEST_NULL},
    {"LAG",        1, 3,  false, 0                 },
    {"LEAD",       1, 3,  false, 0                 },
    {"LEAST",      2, 99, false, SQLM_GREATEST_NULL},
    {"LOWER",      1, 1,  false, 0                 },
    {"MAX",        1, 1,  true,  0                 },
    {"MIN",        1, 1,  true,  0                 },
    {"NULLIF",     2, 2,  false, 0                 },
    {"RANK",       0, 0,  false, 0                 },
    {"REPLACE",    3, 3,  false, 0                 },
    {"ROUND",      1, 2,  false, SQLM_ROUNDS_EVEN  },
    {"ROW_NUMBER", 0, 0,  false, 0                 },
    {"SIGN",       1, 1,  false, 0                 },
    {"SQRT",       1, 1,  false, 0                 },
    {"SUM",        1, 1,  true,  0                 },
    {"TRIM",       1, 1,  false, SQLM_TRIMS_ALL    },
    {"UPPER",      1, 1,  false, 0                 },
};

/* What a manner is, for errors. */
static const struct {
    uint32_t manner;
    const char *why;
} whys[] = {
    {SQLM_AVG_CUTS,      "of whole numbers it is one in one of them"                },
    {SQLM_GREATEST_NULL, "with a NULL among its arguments it is NULL in one of them"},
    {SQLM_ROUNDS_EVEN,   "one of them rounds halves to the even number"             },
    {SQLM_TRIMS_ALL,     "one of them takes more than blanks"                       },
};

/* What of `manners` only one of the two does, in words; NULL: nothing. */
static const char *difference(const struct translation *t, uint32_t manners)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whys); i++)
        if (manners & whys[i].manner &&
            sql__does(t->from, whys[i].manner) != sql__does(t->to, whys[i].manner))
            return whys[i].why;
    return NULL;
}

static bool is_one_of(const struct sql_node *n, const char *const *names)
{
    for (; *names; names++)
        if (sql_text_is_nocase(n, *names))
            return true;
    return false;
}

/* IF(a, b, c) as CASE WHEN a THEN b ELSE c END. */
static void make_case(struct translation *t, struct sql_node *call)
{
    struct sql_node *condition = call->child, *then = condition->next, *otherwise = then->next;
    struct sql_node *when = sql_node_new(t->arena, SQL_WHEN, NULL, 0);

    call->kind = SQL_CASE;
    call->text = NULL;
    call->len = 0;
    call->flags = 0;
    call->child = call->last = NULL;
    sql_append(when, SLOT_EXPRESSION, condition);
    sql_append(when, SLOT_THEN, then);
    sql_append(call, SLOT_WHEN, when);
    sql_append(call, SLOT_ELSE, otherwise);
}

static bool is_plain(const struct sql_node *call)
{
    return !call->flags && count_of(call, SLOT_ARG) > 0 && call->last->slot == SLOT_ARG &&
           call->child->slot == SLOT_ARG;
}

/* Calls that are written otherwise; true when this was one. */
static bool rewrite(struct translation *t, struct sql_node *call)
{
    static const char *const ifs[] = {"IF", "IFF", NULL}, *const nvls[] = {"IFNULL", "NVL", NULL};
    int n = count_of(call, SLOT_ARG);

    if (is_plain(call) && n == 3 && is_one_of(call, ifs)) {
        make_case(t, call);
        return true;
    }
    if (is_plain(call) && n == 2 && is_one_of(call, nvls)) {
        call->text = "COALESCE";
        call->len = 8;
        return true;
    }
    return false;
}

static bool is_whole_number(const struct sql_node *n)
{
    return n->kind == SQL_NUMBER && !memchr(n->text, '.', n->len);
}

/* ROUND(a, b) is cast in more ways than one when b is no whole number. */
static bool fits(const struct sql_node *call, int n, size_t i)
{
    bool digits_fit =
        n < 2 || functions[i].alike != SQLM_ROUNDS_EVEN || is_whole_number(call->child->next);

    return n >= functions[i].min && n <= functions[i].max && digits_fit &&
           (!(call->flags & SQL_DISTINCT) || functions[i].aggregate);
}

bool sql__translate_call(struct translation *t, struct sql_node *call)
{
    int n = count_of(call, SLOT_ARG);
    g_autofree char *shown = g_strndup(call->text ? call->text : "this call", call->len);
    const char *why;
    size_t i = 0;

    if (count_of(call, SLOT_PART) > 0)
        return sql__not_the_same(t, call, "a function of a schema", NULL);
    if (rewrite(t, call))
        return true;
    while (i < G_N_ELEMENTS(functions) && !sql_text_is_nocase(call, functions[i].name))
        i++;
    if (i == G_N_ELEMENTS(functions))
        return sql__not_the_same(t, call, shown, NULL);
    if (!fits(call, n, i))
        return sql__not_the_same(t, call, shown, "with these arguments");
    if ((why = difference(t, functions[i].alike)))
        return sql__not_the_same(t, call, shown, why);
    return true;
}
