/* lineage_pivot.c -- what PIVOT and UNPIVOT make of a source in FROM; see lineage.h. */
#include "sql/lineage_int.h"
#include "sql/pivot.h"

/* What the columns in an expression are made of, seen from the source alone. */
static void take_from(struct line *l, const struct line_source *s, struct sql_node *expression,
                      struct sql_output *out)
{
    struct line_source alone = *s;
    struct line_place place = {.first = &alone, .last = &alone, .clause = SLOT_FROM};

    alone.next = NULL;
    if (expression)
        sql__line_expression(l, &place, expression, out);
}

static struct line_columns pivoted(struct line *l, struct line_source *s, const struct pivot *p)
{
    struct line_columns out = {sql__line_array(l), s->columns.known && p->known};

    for (unsigned i = 0; i < s->columns.list->len; i++) {
        struct sql_output *o = s->columns.list->pdata[i];

        if (p->known && o->name && sql__pivot_keeps(p, o->name))
            g_ptr_array_add(out.list, o);
    }
    for (unsigned i = 0; i < p->made->len; i++) {
        const struct pivot_column *c = p->made->pdata[i];

        if (c->name)
            take_from(l, s, c->from, sql__line_add(l, &out, c->name, c->from));
    }
    return out;
}

/* The names in brackets behind its alias take the place of the columns' own. */
static void rename_columns(struct line *l, struct line_source *s, const struct sql_node *pivot)
{
    struct line_columns out = {sql__line_array(l), s->columns.known};
    unsigned i = 0;

    for (const struct sql_node *c = pivot->child; c; c = c->next) {
        const struct sql_output *o = i < s->columns.list->len ? s->columns.list->pdata[i] : NULL;

        if (c->slot != SLOT_COLUMN)
            continue;
        i++;
        struct sql_output *new =
            sql__line_add(l, &out, sql_normalize(l->arena, c, l->dialect), o ? o->expression : c);
        if (o)
            sql__line_take(new, o->origins, o->complete);
        new->complete = new->complete &&o && s->columns.known;
    }
    for (; i < s->columns.list->len; i++)
        g_ptr_array_add(out.list, s->columns.list->pdata[i]);
    s->columns = out;
}

void sql__line_pivot(struct line *l, struct line_source *s, struct sql_node *pivot)
{
    const struct sql_node *alias = sql_child(pivot, SLOT_ALIAS);
    struct line_columns unseen = {sql__line_array(l), true};
    struct pivot p;

    sql__pivot_read(l->arena, pivot, l->dialect, &p);
    take_from(l, s, p.key, sql__line_add(l, &unseen, NULL, NULL));
    if (!p.known)
        take_from(l, s, p.list, sql__line_add(l, &unseen, NULL, NULL));
    s->columns = pivoted(l, s, &p);
    if (sql_child(pivot, SLOT_COLUMN))
        rename_columns(l, s, pivot);
    if (alias && alias->text)
        s->name = sql__normalize_text(l->arena, alias, l->dialect, false);
}
