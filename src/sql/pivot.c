/* pivot.c -- the columns that PIVOT and UNPIVOT make of a source's. */
#include "sql/pivot.h"
#include "sql/keyword.h"
#include "sql/print.h"
#include "sql/scope_int.h"

#include <string.h>

/* The parts of `(LIST FOR key IN (LIST) GROUP BY LIST)`. */
struct parts {
    struct sql_node *list, *key, *in, *group;
    unsigned ins;
};

struct reader {
    struct arena *arena;
    const struct sql_dialect *dialect;
    struct pivot *out;
};

static void free_array(void *array)
{
    g_ptr_array_unref(array);
}

static GPtrArray *new_array(struct arena *a)
{
    GPtrArray *list = g_ptr_array_new();

    arena_defer(a, free_array, list);
    return list;
}

static bool is_word(const struct sql_node *n, const char *word)
{
    return n && n->kind == SQL_KEYWORD && sql_text_is_nocase(n, word);
}

static struct parts split(const struct sql_node *phrase)
{
    struct parts p = {.list = phrase->child};

    for (struct sql_node *c = phrase->child; c; c = c->next) {
        if (is_word(c, "FOR"))
            p.key = c->next;
        if (is_word(c, "BY"))
            p.group = c->next;
        if (is_word(c, "IN")) {
            p.in = c->next;
            p.ins++;
        }
    }
    return p;
}

/* The text as a quoted name of this dialect. */
static const char *normal(const struct reader *r, const char *text)
{
    struct sql_node *n = sql_node_new(r->arena, SQL_IDENTIFIER, text, -1);

    n->quote = (uint8_t)r->dialect->rules->quote;
    return sql_normalize(r->arena, n, r->dialect);
}

static enum sql_visit add_column(struct sql_node *n, void *data)
{
    const struct reader *r = data;
    const char *name = n->kind == SQL_COLUMN ? sql__projection_name(r->arena, n, r->dialect) : NULL;

    if (name)
        g_ptr_array_add(r->out->gone, (char *)name);
    return n->kind == SQL_COLUMN ? SQL_SKIP : SQL_GO_IN;
}

static void make(const struct reader *r, const char *name, struct sql_node *from)
{
    struct pivot_column *c = arena_new_of(r->arena, struct pivot_column);

    c->name = name;
    c->from = from;
    g_ptr_array_add(r->out->made, c);
    r->out->known = r->out->known && name;
}

/* What a value of IN calls its column; NULL: that cannot be told. */
static const char *value_name(const struct reader *r, struct sql_node *value)
{
    char *text;

    if (value->kind == SQL_ALIAS || value->kind == SQL_COLUMN)
        return sql__projection_name(r->arena, value, r->dialect);
    if (value->kind != SQL_STRING && value->kind != SQL_NUMBER)
        return NULL;
    text = sql_text(r->arena, value);
    if (value->kind == SQL_STRING && sql__has(r->dialect, SQLD_PIVOT_QUOTES))
        text = arena_printf(r->arena, "'%s'", text);
    return normal(r, text);
}

/* "max(a)": the print of an aggregate without a name, its own name in lower case. */
static char *call_name(const struct reader *r, const struct sql_node *call)
{
    g_autofree char *text = sql_print(call, r->dialect);

    for (char *c = text; *c && *c != '('; c++)
        *c = g_ascii_tolower(*c);
    return arena_strdup(r->arena, text);
}

/* What an aggregate adds to the name of each of its columns; NULL: nothing. */
static const char *aggregate_name(const struct reader *r, const struct sql_node *aggregate,
                                  bool only)
{
    if (only && sql__has(r->dialect, SQLD_PIVOT_PLAIN))
        return NULL;
    if (aggregate->kind == SQL_ALIAS)
        return sql__projection_name(r->arena, aggregate, r->dialect);
    return only ? NULL : normal(r, call_name(r, aggregate));
}

static void make_of_value(const struct reader *r, const struct sql_node *aggregates,
                          const char *value)
{
    bool only = aggregates->child == aggregates->last;
    bool prefix = sql__has(r->dialect, SQLD_PIVOT_PREFIX);

    SQL_EACH_CHILD (aggregates, c) {
        const char *name = aggregate_name(r, c, only);

        if (name && value)
            name = arena_printf(r->arena, "%s_%s", prefix ? name : value, prefix ? value : name);
        make(r, name && value ? name : value, c);
    }
}

static void read_pivot(const struct reader *r, const struct parts *p)
{
    r->out->list = p->list;
    r->out->key = p->key;
    if (p->list->kind == SQL_LIST)
        sql_walk(p->list, add_column, (void *)r);
    if (p->key)
        sql_walk(p->key, add_column, (void *)r);
    if (!r->out->known)
        return;
    SQL_EACH_CHILD (p->in->child, c)
        make_of_value(r, p->list, value_name(r, c));
    if (!p->group)
        return;
    r->out->kept = new_array(r->arena);
    SQL_EACH_CHILD (p->group, c) {
        const char *name = sql__projection_name(r->arena, c, r->dialect);

        if (name)
            g_ptr_array_add(r->out->kept, (char *)name);
    }
}

/* The n-th column of `a`, `(a, b)`, `a AS 'x'`. */
static struct sql_node *item_column(struct sql_node *item, unsigned n)
{
    while (item && (item->kind == SQL_ALIAS || item->kind == SQL_PHRASE))
        item = item->child;
    if (!item || item->kind != SQL_TUPLE)
        return n == 0 ? item : NULL;
    item = item->child;
    while (item && n-- > 0)
        item = item->next;
    return item;
}

/* All that a column of values is made of: the n-th column of each item. */
static struct sql_node *values_from(const struct reader *r, const struct sql_node *items,
                                    unsigned n)
{
    struct sql_node *all = sql_node_new(r->arena, SQL_LIST, NULL, 0);

    SQL_EACH_CHILD (items, c) {
        struct sql_node *column = item_column(c, n);

        if (column)
            sql_append(all, SLOT_ARG, sql_clone(r->arena, column));
    }
    return all;
}

static void read_unpivot(const struct reader *r, const struct parts *p)
{
    const struct sql_node *values = p->list->child;
    unsigned i = 0;

    if (!r->out->known)
        return;
    sql_walk(p->in->child, add_column, (void *)r);
    make(r, sql__projection_name(r->arena, p->key, r->dialect), NULL);
    if (values->kind != SQL_TUPLE) {
        make(r, sql__projection_name(r->arena, values, r->dialect),
             values_from(r, p->in->child, 0));
        return;
    }
    SQL_EACH_CHILD (values, c)
        make(r, sql__projection_name(r->arena, c, r->dialect), values_from(r, p->in->child, i++));
}

void sql__pivot_read(struct arena *a, struct sql_node *pivot, const struct sql_dialect *d,
                     struct pivot *out)
{
    struct reader r = {a, d, out};
    struct sql_node *group = pivot->child;
    struct parts p;

    *out = (struct pivot){.gone = new_array(a), .made = new_array(a)};
    while (group && group->kind != SQL_GROUP)
        group = group->next;
    if (!group || !group->child || group->child->kind != SQL_PHRASE || !group->child->child)
        return;
    p = split(group->child);
    out->known = p.list->kind == SQL_LIST && p.key && p.ins == 1 && p.in &&
                 p.in->kind == SQL_GROUP && p.in->child && p.in->child->kind == SQL_LIST;
    if (sql_text_is_nocase(pivot, "UNPIVOT"))
        read_unpivot(&r, &p);
    else
        read_pivot(&r, &p);
}

static bool has(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0)
            return true;
    return false;
}

bool sql__pivot_keeps(const struct pivot *p, const char *column)
{
    return p->kept ? has(p->kept, column) : !has(p->gone, column);
}
