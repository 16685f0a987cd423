/* types.c -- types in the engine's words; and may a column's type become another without losing
 * anything? SQLMesh's rules. */
#include "evaluate/evaluate_int.h"

#include <string.h>

#define MAX_PARAMETERS 2

/* What a type without (all) its parameters stands for. */
static const struct {
    const char *dialect, *base;
    int first, second; /* -1: it has no such parameter */
} defaults[] = {
    {"duckdb",   "decimal",                     18,             3    },
    {"postgres", "numeric",                     131072 + 16383, 16383},
    {"postgres", "character",                   1,              -1   },
    {"postgres", "time without time zone",      6,              -1   },
    {"postgres", "timestamp without time zone", 6,              -1   },
};

/* Types without a limit, and what fits into them whatever its parameters are. */
static const struct {
    const char *dialect, *to, *from;
} unlimited[] = {
    {"postgres", "text",              "character varying"},
    {"postgres", "text",              "character"        },
    {"postgres", "text",              "bpchar"           },
    {"postgres", "character varying", "character varying"},
    {"postgres", "character varying", "character"        },
    {"postgres", "character varying", "bpchar"           },
    {"postgres", "character varying", "text"             },
    {"postgres", "bpchar",            "bpchar"           },
};

/* "timestamp(3) without time zone" as "timestamp without time zone" and 3. */
struct parts {
    char *base;
    int parameters[MAX_PARAMETERS], n;
};

static bool read_type(const char *type, struct parts *p)
{
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    g_autofree char *head = close ? g_strndup(type, (gsize)(open - type)) : g_strdup(type);
    g_autofree char *inside = close ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup("");
    g_autofree char *joined = g_strconcat(head, close ? close + 1 : "", NULL);
    g_auto(GStrv) numbers = g_strsplit(inside, ",", -1);

    p->base = g_ascii_strdown(joined, -1);
    for (p->n = 0; numbers[p->n]; p->n++) {
        guint64 value;

        if (p->n == MAX_PARAMETERS ||
            !g_ascii_string_to_unsigned(g_strstrip(numbers[p->n]), 10, 0, INT_MAX, &value, NULL))
            return false;
        p->parameters[p->n] = (int)value;
    }
    return true;
}

static void complete(const char *dialect, struct parts *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++) {
        if (strcmp(defaults[i].dialect, dialect) != 0 || strcmp(defaults[i].base, p->base) != 0)
            continue;
        if (p->n == 0)
            p->parameters[p->n++] = defaults[i].first;
        else if (p->n == 1 && defaults[i].second >= 0) {
            p->parameters[p->n++] = 0;
            return;
        }
        if (p->n == 1 && defaults[i].second >= 0)
            p->parameters[p->n++] = defaults[i].second;
    }
}

static bool is_unlimited(const char *dialect, const struct parts *from, const struct parts *to)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unlimited); i++)
        if (to->n == 0 && strcmp(unlimited[i].dialect, dialect) == 0 &&
            strcmp(unlimited[i].to, to->base) == 0 && strcmp(unlimited[i].from, from->base) == 0)
            return true;
    return false;
}

static bool is_wider(const struct parts *from, const struct parts *to)
{
    if (strcmp(from->base, to->base) != 0 || from->n != to->n)
        return false;
    for (int i = 0; i < from->n; i++)
        if (to->parameters[i] < from->parameters[i])
            return false;
    return true;
}

bool evaluate__type_widens(const struct evaluate_run *r, const char *from, const char *to)
{
    const char *dialect = r->engine->sql_dialect;
    struct parts a = {0}, b = {0};
    bool widens = read_type(from, &a) && read_type(to, &b);

    if (widens && !is_unlimited(dialect, &a, &b)) {
        complete(dialect, &a);
        complete(dialect, &b);
        widens = is_wider(&a, &b);
    }
    g_free(a.base);
    g_free(b.base);
    return widens;
}

/* The engine's word for a type's first `len` bytes, or NULL when it knows them. */
static const char *engine_word(const struct evaluate_run *r, const char *type, size_t len)
{
    const char *const *words = r->engine ? r->engine->type_words : NULL;

    for (; words && words[0]; words += 2)
        if (strlen(words[0]) == len && g_ascii_strncasecmp(words[0], type, len) == 0)
            return words[1];
    return NULL;
}

const char *evaluate__type_words(struct evaluate_run *r, const char *type)
{
    size_t len = strcspn(type, "([");
    const char *word;

    while (len > 0 && g_ascii_isspace(type[len - 1]))
        len--;
    word = engine_word(r, type, len);
    return word ? arena_printf(r->arena, "%s%s", word, type + len) : type;
}

static enum sql_visit say(struct sql_node *n, void *data)
{
    bool alone = n->kind == SQL_TYPE && n->text && !sql_child(n, SLOT_SETTING) &&
                 !sql_child(n, SLOT_PART); /* no DOUBLE PRECISION, no public.blob */
    const char *word = alone ? engine_word(data, n->text, n->len) : NULL;

    if (word) {
        n->text = word;
        n->len = (uint32_t)strlen(word);
    }
    return SQL_GO_IN;
}

void evaluate__say_types(struct evaluate_run *r, struct sql_node *tree)
{
    if (r->engine && r->engine->type_words)
        sql_walk(tree, say, r);
}
