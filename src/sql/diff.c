#include "sql/diff.h"
#include "sql/dialect_int.h"
#include "sql/print.h"

#include <string.h>

struct comparison {
    const struct sql_dialect *dialect;
    bool added; /* projections were added somewhere */
};

static bool same(const struct comparison *x, const struct sql_node *a, const struct sql_node *b)
{
    g_autofree char *before = sql_canonical(a, x->dialect);
    g_autofree char *after = sql_canonical(b, x->dialect);

    return strcmp(before, after) == 0;
}

static bool is_table_function(const struct sql_node *n)
{
    static const char *const names[] = {
        "UNNEST",
        "EXPLODE",
        "EXPLODE_OUTER",
        "POSEXPLODE",
        "POSEXPLODE_OUTER",
        "INLINE",
        "FLATTEN",
        "INLINE_OUTER",
        "JSON_ARRAY_ELEMENTS",
        "JSONB_ARRAY_ELEMENTS",
        "STACK",
        "ARRAYJOIN",
        "GENERATE_SUBSCRIPTS",
        "GENERATE_SERIES",
        "REGEXP_SPLIT_TO_TABLE",
    };

    if (n->kind != SQL_FUNCTION)
        return n->kind == SQL_VALUES;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (sql_text_is_nocase(n, names[i]))
            return true;
    return false;
}

/* Could this projection give more rows than one? A subquery in it cannot. */
static enum sql_visit look_for_rows(struct sql_node *n, void *data)
{
    (void)data;
    if (n->kind == SQL_SUBQUERY)
        return SQL_SKIP;
    return is_table_function(n) ? SQL_STOP : SQL_GO_IN;
}

static bool may_be_added(const struct sql_node *projection)
{
    return sql_walk((struct sql_node *)projection, look_for_rows, NULL);
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

/* Every projection of `a` stands in `b`, in order; what else stands there may be added. */
static bool projections_grown(struct comparison *x, const struct sql_node *a,
                              const struct sql_node *b)
{
    const struct sql_node *c = in_slot(a->child, true), *d = in_slot(b->child, true);
    bool added = false;

    for (; d; d = in_slot(d->next, true)) {
        if (c && grown(x, c, d)) {
            c = in_slot(c->next, true);
            continue;
        }
        if (!may_be_added(d))
            return false;
        added = true;
    }
    if (c || (added && rows_depend_on_projections(b)))
        return false;
    x->added = x->added || added;
    return true;
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

/* Is `b` what `a` is, but for projections added to any of its SELECTs? */
static bool grown(struct comparison *x, const struct sql_node *a, const struct sql_node *b)
{
    if (same(x, a, b))
        return true;
    if (a->kind != b->kind || a->op != b->op || a->flags != b->flags || a->quote != b->quote ||
        a->len != b->len || !a->child || !b->child ||
        (a->len && memcmp(a->text, b->text, a->len) != 0))
        return false;
    if (a->kind != SQL_SELECT)
        return others_grown(x, a, b, true);
    return projections_grown(x, a, b) && others_grown(x, a, b, false);
}

enum sql_difference sql_diff(const struct sql_node *before, const struct sql_node *after,
                             const struct sql_dialect *d)
{
    struct comparison x = {.dialect = d};

    if (same(&x, before, after))
        return SQL_SAME;
    return grown(&x, before, after) && x.added ? SQL_PROJECTIONS_ADDED : SQL_OTHERWISE;
}
