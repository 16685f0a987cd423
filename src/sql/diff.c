#include "sql/diff.h"
#include "sql/dialect_int.h"
#include "sql/print.h"

#include <string.h>

struct comparison {
    const struct sql_dialect *dialect;
    bool added;   /* projections were added somewhere */
    bool counted; /* a set operation around this query counts its projections */
};

static bool same(const struct comparison *x, const struct sql_node *a, const struct sql_node *b)
{
    g_autofree char *before = sql_canonical(a, x->dialect);
    g_autofree char *after = sql_canonical(b, x->dialect);

    return strcmp(before, after) == 0;
}

/* Functions that give rows where a value is expected. */
static const struct {
    const char *name;
    uint32_t feature; /* only where the dialect has it; 0: everywhere */
} table_functions[] = {
    {"UNNEST",                0         },
    {"EXPLODE",               0         },
    {"EXPLODE_OUTER",         0         },
    {"POSEXPLODE",            0         },
    {"POSEXPLODE_OUTER",      0         },
    {"INLINE",                0         },
    {"INLINE_OUTER",          0         },
    {"FLATTEN",               SQLD_STAGE}, /* DuckDB's makes one list of many */
    {"GENERATOR",             0         },
    {"JSON_ARRAY_ELEMENTS",   0         },
    {"JSONB_ARRAY_ELEMENTS",  0         },
    {"STACK",                 0         },
    {"ARRAYJOIN",             0         },
    {"GENERATE_SUBSCRIPTS",   0         },
    {"GENERATE_SERIES",       0         },
    {"REGEXP_SPLIT_TO_TABLE", 0         },
};

static bool is_table_function(const struct sql_node *n, const struct sql_dialect *d)
{
    if (n->kind != SQL_FUNCTION)
        return n->kind == SQL_VALUES;
    for (unsigned i = 0; i < G_N_ELEMENTS(table_functions); i++)
        if (sql_text_is_nocase(n, table_functions[i].name))
            return !table_functions[i].feature || sql__has(d, table_functions[i].feature);
    return false;
}

/* Could this projection give more rows than one? A subquery in it cannot. */
static enum sql_visit look_for_rows(struct sql_node *n, void *data)
{
    if (n->kind == SQL_SUBQUERY)
        return SQL_SKIP;
    return is_table_function(n, data) ? SQL_STOP : SQL_GO_IN;
}

static bool may_be_added(const struct comparison *x, const struct sql_node *projection)
{
    return sql_walk((struct sql_node *)projection, look_for_rows, (void *)x->dialect);
}

/* The last projection that GROUP BY or ORDER BY counts to; 0: they do not count. */
static uint64_t last_ordinal(const struct sql_node *query)
{
    uint64_t last = 0;

    for (const struct sql_node *c = query->child; c; c = c->next) {
        const struct sql_node *e = c->kind == SQL_ORDER ? sql_child(c, SLOT_EXPRESSION) : c;

        if ((c->slot == SLOT_GROUP_BY || c->slot == SLOT_ORDER_BY) && e && e->kind == SQL_NUMBER)
            last = MAX(last, g_ascii_strtoull(e->text, NULL, 10));
    }
    return last;
}

/* Do a SELECT's rows depend on what it projects? */
static bool rows_depend_on_projections(const struct sql_node *select)
{
    const struct sql_node *group = sql_child(select, SLOT_GROUP_BY);

    return select->flags & SQL_DISTINCT ||
           (group && group->kind == SQL_PHRASE && group->child && sql_text_is(group->child, "ALL"));
}

static bool grown(struct comparison *x, const struct sql_node *a, const struct sql_node *b);

static const struct sql_node *in_slot(const struct sql_node *c, bool projections)
{
    while (c && (c->slot == SLOT_PROJECTION) != projections)
        c = c->next;
    return c;
}

/* Every projection of `a` stands in `b`, in order; what else stands there may be added. Where a set
 * operation counts projections, it may stand behind the others only; where GROUP BY or ORDER BY
 * counts them, behind those that they count to. */
static bool projections_grown(struct comparison *x, const struct sql_node *a,
                              const struct sql_node *b)
{
    const struct sql_node *c = in_slot(a->child, true), *d = in_slot(b->child, true);
    uint64_t last = last_ordinal(b), at = 0;
    bool added = false, before = false, shifts = false;

    for (; d; d = in_slot(d->next, true)) {
        at++;
        if (c && same(x, c, d)) {
            c = in_slot(c->next, true);
            continue;
        }
        if (!may_be_added(x, d))
            return false;
        added = true;
        before = before || c;
        shifts = shifts || at <= last;
    }
    if (c || (added && rows_depend_on_projections(b)))
        return false;
    x->added = x->added || added;
    return !shifts && !(before && x->counted);
}

static bool others_grown(struct comparison *x, const struct sql_node *a, const struct sql_node *b,
                         bool all)
{
    const struct sql_node *c = a->child, *d = b->child;

    for (;;) {
        if (!all) {
            c = in_slot(c, false);
            d = in_slot(d, false);
        }
        if (!c || !d)
            return !c && !d;
        if (c->slot != d->slot || !grown(x, c, d))
            return false;
        c = c->next;
        d = d->next;
    }
}

/* The same nodes, whatever their children? */
static bool same_head(const struct sql_node *a, const struct sql_node *b)
{
    return a->kind == b->kind && a->op == b->op && a->flags == b->flags && a->quote == b->quote &&
           a->len == b->len && (!a->len || memcmp(a->text, b->text, a->len) == 0);
}

/* Is `b` what `a` is, but for projections added to any of its SELECTs? */
static bool grown(struct comparison *x, const struct sql_node *a, const struct sql_node *b)
{
    bool counted = x->counted, is;

    if (same(x, a, b))
        return true;
    if (!same_head(a, b) || !a->child || !b->child)
        return false;
    if (a->kind == SQL_SELECT && !projections_grown(x, a, b))
        return false;
    x->counted = a->kind == SQL_SET_OPERATION && (counted || last_ordinal(b) > 0);
    is = others_grown(x, a, b, a->kind != SQL_SELECT);
    x->counted = counted;
    return is;
}

enum sql_difference sql_diff(const struct sql_node *before, const struct sql_node *after,
                             const struct sql_dialect *d)
{
    struct comparison x = {.dialect = d};

    if (same(&x, before, after))
        return SQL_SAME;
    return grown(&x, before, after) && x.added ? SQL_PROJECTIONS_ADDED : SQL_OTHERWISE;
}
