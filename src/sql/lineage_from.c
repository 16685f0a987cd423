/* lineage_from.c -- the sources of a FROM, and what * gives of them; see lineage.h. */
#include "sql/keyword.h"
#include "sql/lineage_int.h"

#include <string.h>

static const char *last_part(struct line *l, const struct sql_node *n, bool is_table)
{
    const struct sql_node *last = NULL;

    for (const struct sql_node *c = n->child; c && c->slot == SLOT_PART; c = c->next)
        last = c;
    return last && last->text ? sql__normalize_text(l->arena, last, l->dialect, is_table) : NULL;
}

static const char *name_of(struct line *l, const struct sql_node *source)
{
    const struct sql_node *alias = sql_child(source, SLOT_ALIAS);

    if (alias)
        return alias->text ? sql__normalize_text(l->arena, alias, l->dialect, false) : NULL;
    return source->kind == SQL_TABLE ? last_part(l, source, false) : NULL;
}

static struct line_source *push(struct line *l, struct line_place *p, const char *name,
                                const struct sql_node *join)
{
    struct line_source *s = arena_new_of(l->arena, struct line_source);

    s->name = name;
    s->join = join;
    s->columns = (struct line_columns){sql__line_array(l), false};
    s->hidden = join && join->text &&
                (g_strstr_len(join->text, join->len, "SEMI") ||
                 g_strstr_len(join->text, join->len, "ANTI"));
    if (p->last)
        p->last->next = s;
    else
        p->first = s;
    p->last = s;
    return s;
}

/* Names in brackets behind an alias; a table function has these columns and no others. */
static void rename_columns(struct line *l, struct line_source *s, const struct sql_node *n)
{
    struct line_columns out = {sql__line_array(l), s->columns.known || s->through};
    GPtrArray *old = s->columns.list;
    unsigned i = 0;

    if (!sql_child(n, SLOT_COLUMN))
        return;
    for (const struct sql_node *c = n->child; c; c = c->next) {
        const struct sql_node *id = c->kind == SQL_PROPERTY ? sql_child(c, SLOT_KEY) : c;
        const struct sql_output *o = i < old->len ? old->pdata[i] : NULL;
        struct sql_output *new;

        if (c->slot != SLOT_COLUMN || !id->text)
            continue;
        new =
            sql__line_add(l, &out, sql_normalize(l->arena, id, l->dialect), o ? o->expression : c);
        if (o || s->through)
            sql__line_take(new, o ? o->origins : s->through, !o || o->complete);
        i++;
    }
    for (; i < old->len; i++)
        g_ptr_array_add(out.list, old->pdata[i]);
    s->columns = out;
}

static const struct line_cte *cte_named(struct line *l, const struct line_place *p,
                                        const struct sql_node *table)
{
    const struct sql_node *part = sql_child(table, SLOT_PART);
    const char *name;

    if (!part || part->kind != SQL_IDENTIFIER || (part->next && part->next->slot == SLOT_PART))
        return NULL;
    name = sql__normalize_text(l->arena, part, l->dialect, false);
    for (const struct line_cte *c = p->ctes; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static void know_table(struct line *l, struct line_source *s, struct sql_node *node)
{
    struct sql_table *t = arena_new_of(l->arena, struct sql_table);
    g_auto(GStrv) names = NULL;

    if (!sql__table_parts(l->arena, node, l->dialect, t))
        return;
    s->table = t;
    if (l->schema && l->schema->columns_of)
        names = l->schema->columns_of(t, l->schema->data);
    s->columns.known = names != NULL;
    for (char **name = names; name && *name; name++) {
        struct sql_output *out = sql__line_add(l, &s->columns, arena_strdup(l->arena, *name), node);

        g_ptr_array_add(out->origins, (void *)sql__line_origin(l, t, *name));
    }
}

/* What an expression in FROM is made of, seen from its place. */
static GPtrArray *made_of(struct line *l, struct line_place *p, struct sql_node *expression)
{
    struct line_columns one = {sql__line_array(l), true};
    struct sql_output *out = sql__line_add(l, &one, NULL, NULL);

    p->clause = SLOT_FROM;
    if (expression)
        sql__line_expression(l, p, expression, out);
    return out->origins;
}

/* BigQuery and Redshift: FROM t, t.items reads a column of t. */
static bool add_items(struct line *l, struct line_place *p, struct sql_node *n,
                      const struct sql_node *join)
{
    const struct sql_node *first = sql_child(n, SLOT_PART);
    struct sql_node *column;
    struct line_source *s;
    const char *name;
    bool found = false;

    if (!sql__has(l->dialect, SQLD_IMPLICIT_UNNEST) || !first || !first->text || !first->next ||
        first->next->slot != SLOT_PART)
        return false;
    name = sql__normalize_text(l->arena, first, l->dialect, false);
    for (s = p->first; s && !found; s = s->next)
        found = g_strcmp0(s->name, name) == 0;
    if (!found)
        return false;
    column = sql_node_new(l->arena, SQL_COLUMN, NULL, 0);
    SQL_EACH_CHILD (n, c) {
        if (c->slot == SLOT_PART)
            sql_append(column, SLOT_PART, sql_clone(l->arena, c));
    }
    s = push(l, p, name_of(l, n), join);
    s->through = made_of(l, p, column);
    return true;
}

static void add_table(struct line *l, struct line_place *p, struct sql_node *n,
                      const struct sql_node *join)
{
    const struct line_cte *cte = cte_named(l, p, n);
    struct line_source *s;

    if (!cte && add_items(l, p, n, join))
        return;
    s = push(l, p, name_of(l, n), join);
    if (cte)
        s->columns = cte->columns;
    else
        know_table(l, s, n);
    rename_columns(l, s, n);
}

static void add_query(struct line *l, struct line_place *p, struct sql_node *n,
                      const struct sql_node *join)
{
    bool lateral = n->flags & SQL_LATERAL ||
                   (join && join->text && g_strstr_len(join->text, join->len, "APPLY"));
    struct line_columns columns = sql__line_query(l, n, lateral ? p : p->outer, p->ctes);
    struct line_source *s = push(l, p, name_of(l, n), join);

    s->columns = columns;
    rename_columns(l, s, n);
}

static void add_function(struct line *l, struct line_place *p, struct sql_node *n,
                         const struct sql_node *join)
{
    GPtrArray *through = made_of(l, p, sql_child(n, SLOT_EXPRESSION));
    struct line_source *s = push(l, p, name_of(l, n), join);

    s->through = through;
    rename_columns(l, s, n);
}

static void add_source(struct line *l, struct line_place *p, struct sql_node *n,
                       const struct sql_node *join);

static GPtrArray *both(struct line *l, struct line_source *a, struct line_source *b)
{
    GPtrArray *sources = sql__line_array(l);

    g_ptr_array_add(sources, a);
    g_ptr_array_add(sources, b);
    return sources;
}

/* A name joins the new source to the first that has it, or to what was joined by that name. */
static void merge(struct line *l, struct line_place *p, const char *name)
{
    struct line_merged *m = p->merged;
    struct line_source *left = NULL, *last = NULL;

    for (; m && strcmp(m->name, name) != 0; m = m->next)
        ;
    if (m) {
        if (!p->last->hidden)
            g_ptr_array_add(m->sources, p->last);
        return;
    }
    for (struct line_source *s = p->first; s != p->last; last = s, s = s->next)
        if (!left && s->columns.known && sql__line_may_have(s, name))
            left = s;
    if (!left)
        left = last;
    if (!left)
        return;
    m = arena_new_of(l->arena, struct line_merged);
    *m = (struct line_merged){p->merged, name, both(l, left, p->last)};
    if (p->last->hidden)
        g_ptr_array_set_size(m->sources, 1);
    p->merged = m;
}

static void refer(struct line *l, const struct sql_node *node, const char *name,
                  struct line_source *s)
{
    struct sql_reference *r;

    if (!l->references || !s)
        return;
    r = arena_new_of(l->arena, struct sql_reference);
    *r = (struct sql_reference){node, name, s->name, s->table, SQL_TO_SOURCE, SLOT_USING};
    g_ptr_array_add(l->references, r);
}

static void join_by_names(struct line *l, struct line_place *p, struct sql_node *join)
{
    SQL_EACH_CHILD (join, c) {
        const char *name;

        if (c->slot != SLOT_USING || c->kind != SQL_COLUMN)
            continue;
        name = last_part(l, c, false);
        if (!name)
            continue;
        merge(l, p, name);
        for (struct line_merged *m = p->merged; m; m = m->next)
            if (strcmp(m->name, name) == 0)
                refer(l, c, name, m->sources->pdata[0]);
        refer(l, c, name, p->last);
    }
}

/* NATURAL joins by the names both sides are known to have. */
static void join_naturally(struct line *l, struct line_place *p, const struct sql_node *join)
{
    if (!join->text || !g_strstr_len(join->text, join->len, "NATURAL") || !p->last)
        return;
    for (unsigned i = 0; i < p->last->columns.list->len; i++) {
        const struct sql_output *o = p->last->columns.list->pdata[i];

        for (struct line_source *s = p->first; o->name && s != p->last; s = s->next)
            if (s->columns.known && sql__line_may_have(s, o->name)) {
                merge(l, p, o->name);
                break;
            }
    }
}

/* Hive: LATERAL VIEW function name AS columns; a phrase of words, the call, and names. */
static void add_view(struct line *l, struct line_place *p, struct sql_node *view)
{
    struct line_source *s = NULL;
    GPtrArray *through = NULL;

    SQL_EACH_CHILD (view, c) {
        if (c->kind == SQL_FUNCTION) {
            through = made_of(l, p, c);
        } else if (c->kind == SQL_PHRASE) {
            for (struct sql_node *n = c->child; n; n = n->next) {
                const struct sql_node *names = n->kind == SQL_LIST ? n->child : NULL;

                if (n->kind == SQL_IDENTIFIER && !s) {
                    s = push(l, p, sql_normalize(l->arena, n, l->dialect), view);
                    s->through = through;
                }
                for (; s && names; names = names->next) {
                    struct sql_output *o = sql__line_add(
                        l, &s->columns, sql_normalize(l->arena, names, l->dialect), names);

                    s->columns.known = true;
                    if (through)
                        sql__line_take(o, through, true);
                }
            }
        }
    }
}

static void add_join(struct line *l, struct line_place *p, struct sql_node *join)
{
    struct line_columns unseen = {sql__line_array(l), true};
    struct sql_output *out = sql__line_add(l, &unseen, NULL, NULL);

    if (join->kind == SQL_MACRO_CALL)
        join = sql_child(join, SLOT_BODY);
    if (!join)
        return;
    if (join->kind != SQL_JOIN) {
        add_view(l, p, join);
        return;
    }
    SQL_EACH_CHILD (join, c) {
        if (c->slot == SLOT_TABLE)
            add_source(l, p, c, join);
        else if (c->slot == SLOT_JOIN)
            add_join(l, p, c);
    }
    join_by_names(l, p, join);
    join_naturally(l, p, join);
    p->clause = SLOT_ON;
    SQL_EACH_CHILD (join, c) {
        if (c->slot == SLOT_ON)
            sql__line_expression(l, p, c, out);
    }
}

static void add_source(struct line *l, struct line_place *p, struct sql_node *n,
                       const struct sql_node *join)
{
    switch ((enum sql_kind)n->kind) {
    case SQL_TABLE:
        add_table(l, p, n, join);
        break;
    case SQL_SUBQUERY:
    case SQL_VALUES:
        add_query(l, p, n, join);
        break;
    case SQL_TABLE_FUNCTION:
        add_function(l, p, n, join);
        break;
    case SQL_PAREN:
        SQL_EACH_CHILD (n, c) {
            if (c->slot == SLOT_TABLE)
                add_source(l, p, c, join);
            else if (c->slot == SLOT_JOIN)
                add_join(l, p, c);
        }
        break;
    default:
        push(l, p, name_of(l, n), join);
    }
    SQL_EACH_CHILD (n, c) {
        if (c->slot == SLOT_PIVOT && p->last)
            sql__line_pivot(l, p->last, c);
    }
}

void sql__line_from(struct line *l, struct line_place *p, struct sql_node *select)
{
    SQL_EACH_CHILD (select, c) {
        if (c->slot == SLOT_FROM)
            add_source(l, p, c, NULL);
        else if (c->slot == SLOT_JOIN)
            add_join(l, p, c);
    }
}

/* ---- what * gives ---- */

/* A star that is being expanded, and the node that stands for the present column. */
struct star {
    struct line *line;
    struct line_place *place;
    struct sql_node *node; /* NULL: FROM t alone */
    struct line_columns *out;
    struct sql_node *select;
    GPtrArray *with; /* of struct sql_node: what takes its place */
    bool known;
};

static struct sql_node *identifier(struct line *l, const char *name)
{
    struct sql_node *n = sql_node_new(l->arena, SQL_IDENTIFIER, name, -1);

    n->quote = l->dialect->rules->quote;
    return n;
}

static struct sql_node *column_node(struct line *l, const struct line_source *s, const char *name)
{
    struct sql_node *n = sql_node_new(l->arena, SQL_COLUMN, NULL, 0);

    if (s && s->name)
        sql_append(n, SLOT_PART, identifier(l, s->name));
    sql_append(n, SLOT_PART, identifier(l, name));
    return n;
}

static struct sql_node *renamed_node(struct line *l, struct sql_node *column, const char *name)
{
    struct sql_node *n = sql_node_new(l->arena, SQL_ALIAS, name, -1);

    n->quote = l->dialect->rules->quote;
    sql_append(n, SLOT_EXPRESSION, column);
    return n;
}

static void give(struct star *x, struct line_source *s, const char *column, GPtrArray *origins,
                 bool complete)
{
    struct line *l = x->line;
    const struct sql_node *star = x->node;
    const struct sql_node *replaced =
        star ? sql__star_item(l->arena, star, SLOT_REPLACE, column, l->dialect) : NULL;
    const struct sql_node *renamed =
        star ? sql__star_item(l->arena, star, SLOT_RENAME, column, l->dialect) : NULL;
    const char *name = renamed ? sql__projection_name(l->arena, renamed, l->dialect) : column;
    struct sql_output *out;
    struct sql_node *node;

    if (star && sql__star_item(l->arena, star, SLOT_EXCLUDE, column, l->dialect))
        return;
    out = sql__line_add(l, x->out, name, replaced ? replaced : star);
    if (replaced)
        sql__line_expression(l, x->place, (struct sql_node *)replaced, out);
    else
        sql__line_take(out, origins, complete);
    node = replaced ? sql_clone(l->arena, replaced) : column_node(l, s, column);
    g_ptr_array_add(x->with, renamed && !replaced ? renamed_node(l, node, name) : node);
}

static struct line_merged *merged_by(const struct line_place *p, const char *name)
{
    for (struct line_merged *m = p->merged; m; m = m->next)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

/* A joined column is given once, where its first source stands. */
static void give_column(struct star *x, struct line_source *s, const struct sql_output *o)
{
    struct line_merged *m =
        sql_child(x->node ? x->node : x->select, SLOT_PART) ? NULL : merged_by(x->place, o->name);
    struct line_columns one = {sql__line_array(x->line), true};
    struct sql_output *all = sql__line_add(x->line, &one, NULL, NULL);

    if (!m || !g_ptr_array_find(m->sources, s, NULL)) {
        give(x, s, o->name, o->origins, o->complete);
        return;
    }
    if (m->sources->pdata[0] != s)
        return;
    for (unsigned i = 0; i < m->sources->len; i++)
        sql__line_column_of(x->line, m->sources->pdata[i], o->name, all);
    give(x, NULL, o->name, all->origins, all->complete);
}

static void give_source(struct star *x, struct line_source *s)
{
    for (unsigned i = 0; i < s->columns.list->len; i++) {
        const struct sql_output *o = s->columns.list->pdata[i];

        if (o->name)
            give_column(x, s, o);
        else
            x->known = false;
    }
    x->known = x->known && s->columns.known;
}

/* A star that stays: one column that may be any of the sources'. */
static void keep_star(struct star *x, const char *name, unsigned before)
{
    struct sql_output *out;

    g_ptr_array_set_size(x->out->list, before);
    out = sql__line_add(x->line, x->out, NULL, x->node);
    out->complete = false;
    x->out->known = false;
    for (struct line_source *s = x->place->first; s; s = s->next) {
        if (s->hidden || (name && g_strcmp0(s->name, name) != 0))
            continue;
        if (s->table && !s->columns.known)
            g_ptr_array_add(out->origins, (void *)sql__line_origin(x->line, s->table, "*"));
        for (unsigned i = 0; i < s->columns.list->len; i++)
            sql__line_take(out, ((struct sql_output *)s->columns.list->pdata[i])->origins, false);
    }
}

static void put_in_place(struct star *x)
{
    struct sql_node **link = &x->select->child, *after;

    if (!x->line->expands || !x->node || x->with->len == 0)
        return;
    while (*link != x->node)
        link = &(*link)->next;
    after = x->node->next;
    for (unsigned i = 0; i < x->with->len; i++) {
        struct sql_node *n = x->with->pdata[i];

        n->slot = SLOT_PROJECTION;
        n->next = after;
        *link = n;
        link = &n->next;
    }
    if (!after)
        x->select->last = x->with->pdata[x->with->len - 1];
    x->line->expanded++;
}

void sql__line_star(struct line *l, struct line_place *p, struct sql_node *select,
                    struct sql_node *star, struct line_columns *out)
{
    struct star x = {l, p, star, out, select, sql__line_array(l), true};
    const char *name = star ? last_part(l, star, false) : NULL;
    unsigned before = out->list->len;
    bool found = false;

    for (struct line_source *s = p->first; s && !(name && found); s = s->next) {
        if (s->hidden || (name && g_strcmp0(s->name, name) != 0))
            continue;
        found = true;
        give_source(&x, s);
    }
    if (star && (sql_child(star, SLOT_ON) || (sql_child(star, SLOT_PART) && !name)))
        x.known = false;
    if (found && x.known)
        put_in_place(&x);
    else
        keep_star(&x, name, before);
}
