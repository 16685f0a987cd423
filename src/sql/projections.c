/* projections.c -- the columns a query gives, with * expanded where the sources are known. */
#include "sql/keyword.h"
#include "sql/pivot.h"
#include "sql/scope_int.h"

#include <string.h>

enum { MAX_PROJECTIONS = 20000 }; /* of one query: joins of stars multiply */

struct resolver {
    struct arena *arena;
    const struct sql_dialect *dialect;
    sql_columns_of columns_of;
    void *data;
};

/* The columns of a query or a source. */
struct columns {
    GPtrArray *list; /* of struct sql_projection */
    bool complete;
};

static struct columns of_query(struct resolver *r, struct sql_node *query,
                               const struct cte_scope *scope);
static struct columns of_source(struct resolver *r, struct sql_node *source,
                                const struct cte_scope *scope);

static void free_array(void *array)
{
    g_ptr_array_unref(array);
}

static struct columns columns_new(struct resolver *r)
{
    struct columns c = {.list = g_ptr_array_new(), .complete = true};

    arena_defer(r->arena, free_array, c.list);
    return c;
}

static struct sql_projection *add(struct resolver *r, struct columns *c, const char *name,
                                  struct sql_node *expression, const struct sql_node *type)
{
    struct sql_projection *p;

    if (c->list->len >= MAX_PROJECTIONS) {
        c->complete = false;
        return NULL;
    }
    p = arena_new_of(r->arena, struct sql_projection);
    p->name = name;
    p->expression = expression;
    p->type = type;
    g_ptr_array_add(c->list, p);
    return p;
}

/* The name SQLMesh gives a projection: its alias, or its column's through casts and brackets. */
static const char *name_of(struct resolver *r, const struct sql_node *e)
{
    for (; e; e = e->kind == SQL_CAST ? sql_child(e, SLOT_ARG) : e->child) {
        switch ((enum sql_kind)e->kind) {
        case SQL_ALIAS:
            return e->text ? sql__normalize_text(r->arena, e, r->dialect, false) : NULL;
        case SQL_COLUMN:
            return e->last->kind == SQL_IDENTIFIER
                       ? sql__normalize_text(r->arena, e->last, r->dialect, false)
                       : NULL;
        case SQL_BINARY:
            return e->op == OP_DOT && e->last->kind == SQL_IDENTIFIER
                       ? sql__normalize_text(r->arena, e->last, r->dialect, false)
                       : NULL;
        case SQL_CAST:
        case SQL_PAREN:
            break;
        default:
            return NULL;
        }
    }
    return NULL;
}

static const struct sql_node *type_of(const struct sql_node *e)
{
    while (e && (e->kind == SQL_ALIAS || e->kind == SQL_PAREN))
        e = sql_child(e, SLOT_EXPRESSION);
    return e && e->kind == SQL_CAST ? sql_child(e, SLOT_TYPE) : NULL;
}

/* Does an identifier, an expression that is a column, or an alias's text, name this column? */
static bool names(struct resolver *r, const struct sql_node *n, const char *name)
{
    const char *text = n->kind == SQL_IDENTIFIER
                           ? sql__normalize_text(r->arena, n, r->dialect, false)
                           : name_of(r, n);

    return text && name && strcmp(text, name) == 0;
}

static const struct sql_node *named_in(struct resolver *r, const struct sql_node *star,
                                       enum sql_slot slot, const char *name)
{
    for (const struct sql_node *c = star->child; c; c = c->next) {
        const struct sql_node *n = c;

        if (c->slot != slot)
            continue;
        if (slot == SLOT_RENAME)
            n = sql_child(c, SLOT_EXPRESSION);
        if (n && names(r, n, name))
            return c;
    }
    return NULL;
}

const char *sql__projection_name(struct arena *a, const struct sql_node *e,
                                 const struct sql_dialect *d)
{
    struct resolver r = {.arena = a, .dialect = d};

    return name_of(&r, e);
}

const struct sql_node *sql__star_item(struct arena *a, const struct sql_node *star,
                                      enum sql_slot slot, const char *name,
                                      const struct sql_dialect *d)
{
    struct resolver r = {.arena = a, .dialect = d};

    return named_in(&r, star, slot, name);
}

/* The columns of one source through a star's EXCLUDE, REPLACE and RENAME. */
static void add_through_star(struct resolver *r, struct columns *out, const struct sql_node *star,
                             const struct columns *from)
{
    for (unsigned i = 0; i < from->list->len; i++) {
        const struct sql_projection *p = from->list->pdata[i];
        const struct sql_node *replaced = named_in(r, star, SLOT_REPLACE, p->name);
        const struct sql_node *renamed = named_in(r, star, SLOT_RENAME, p->name);
        const char *name = p->name;

        if (named_in(r, star, SLOT_EXCLUDE, p->name))
            continue;
        if (renamed)
            name = name_of(r, renamed);
        if (replaced)
            add(r, out, name, (struct sql_node *)replaced, type_of(replaced));
        else
            add(r, out, name, p->expression, p->type);
    }
}

static const char *source_name(struct resolver *r, const struct sql_node *source)
{
    const struct sql_node *name = sql_child(source, SLOT_ALIAS);

    for (const struct sql_node *c = source->child; c; c = c->next)
        if (c->slot == SLOT_PIVOT && sql_child(c, SLOT_ALIAS))
            name = sql_child(c, SLOT_ALIAS);
    if (!name && source->kind == SQL_TABLE)
        for (const struct sql_node *c = source->child; c && c->slot == SLOT_PART; c = c->next)
            name = c;
    return name && name->text ? sql__normalize_text(r->arena, name, r->dialect, false) : NULL;
}

/* Names given in brackets behind an alias take the place of the first columns' own. */
static void rename_columns(struct resolver *r, const struct sql_node *n, struct columns *c)
{
    GPtrArray *old = c->list;
    unsigned i = 0;

    if (!sql_child(n, SLOT_COLUMN))
        return;
    *c = (struct columns){.list = columns_new(r).list, .complete = c->complete};
    for (const struct sql_node *name = n->child; name; name = name->next) {
        const struct sql_projection *p = i < old->len ? old->pdata[i] : NULL;
        const struct sql_node *id = name->kind == SQL_PROPERTY ? sql_child(name, SLOT_KEY) : name;

        if (name->slot != SLOT_COLUMN)
            continue;
        add(r, c, sql__normalize_text(r->arena, id, r->dialect, false),
            p ? p->expression : (struct sql_node *)name, p ? p->type : NULL);
        i++;
    }
    if (old->len == 0)
        c->complete = true;
    for (; i < old->len; i++)
        g_ptr_array_add(c->list, old->pdata[i]);
}

static struct columns of_cte(struct resolver *r, struct cte_scope *s)
{
    struct columns c = {.list = s->columns, .complete = s->complete};
    struct sql_node *query = sql_child(s->node, SLOT_QUERY);

    if (c.list)
        return c;
    if (s->busy || !query)
        return (struct columns){.list = columns_new(r).list, .complete = false};
    s->busy = true;
    c = of_query(r, query, s->recursive ? s : s->next);
    rename_columns(r, s->node, &c);
    s->columns = c.list;
    s->complete = c.complete;
    s->busy = false;
    return c;
}

static struct columns of_table(struct resolver *r, struct sql_node *table,
                               const struct cte_scope *scope)
{
    struct cte_scope *cte = sql__cte_of(r->arena, scope, table, r->dialect);
    struct columns c = columns_new(r);
    struct sql_table t;
    g_auto(GStrv) known = NULL;

    if (cte)
        return of_cte(r, cte);
    if (r->columns_of && sql__table_parts(r->arena, table, r->dialect, &t))
        known = r->columns_of(&t, r->data);
    c.complete = known != NULL;
    for (unsigned i = 0; known && known[i]; i++)
        add(r, &c, arena_strdup(r->arena, known[i]), table, NULL);
    return c;
}

static struct columns of_pivot(struct resolver *r, struct sql_node *pivot,
                               const struct columns *from)
{
    struct columns c = columns_new(r);
    struct pivot p;

    sql__pivot_read(r->arena, pivot, r->dialect, &p);
    c.complete = p.known && from->complete;
    for (unsigned i = 0; p.known && i < from->list->len; i++) {
        struct sql_projection *old = from->list->pdata[i];

        if (old->name && sql__pivot_keeps(&p, old->name))
            g_ptr_array_add(c.list, old);
    }
    for (unsigned i = 0; p.known && i < p.made->len; i++) {
        const struct pivot_column *made = p.made->pdata[i];

        add(r, &c, made->name, made->from ? made->from : pivot, NULL);
    }
    rename_columns(r, pivot, &c);
    return c;
}

static struct columns of_source(struct resolver *r, struct sql_node *source,
                                const struct cte_scope *scope)
{
    struct columns c;

    switch ((enum sql_kind)source->kind) {
    case SQL_TABLE:
        c = of_table(r, source, scope);
        break;
    case SQL_SUBQUERY:
        c = of_query(r, sql_child(source, SLOT_QUERY), scope);
        break;
    default:
        c = columns_new(r);
        c.complete = false;
    }
    rename_columns(r, source, &c);
    SQL_EACH_CHILD (source, pivot) {
        if (pivot->slot == SLOT_PIVOT)
            c = of_pivot(r, pivot, &c);
    }
    return c;
}

/* Does a join keep the columns of its right side? */
static bool gives_columns(const struct sql_node *join)
{
    return !g_strstr_len(join->text, join->len, "SEMI") &&
           !g_strstr_len(join->text, join->len, "ANTI");
}

static bool is_used(struct resolver *r, const struct sql_node *join, const char *name)
{
    for (const struct sql_node *c = join->child; c; c = c->next)
        if (c->slot == SLOT_USING && names(r, c, name))
            return true;
    return false;
}

/* The right side of a join for an unqualified star: without the columns of USING. */
static struct columns without_using(struct resolver *r, const struct sql_node *join,
                                    struct columns c)
{
    struct columns out = columns_new(r);

    out.complete = c.complete && !g_strstr_len(join->text, join->len, "NATURAL");
    for (unsigned i = 0; i < c.list->len; i++) {
        const struct sql_projection *p = c.list->pdata[i];

        if (!is_used(r, join, p->name))
            g_ptr_array_add(out.list, c.list->pdata[i]);
    }
    return out;
}

static void star_of_source(struct resolver *r, struct columns *out, const struct sql_node *star,
                           struct columns from)
{
    add_through_star(r, out, star, &from);
    out->complete = out->complete && from.complete;
}

/* The sources of FROM or of brackets in it, for `*` (name NULL) or `name.*`. True when found. */
static bool star_of_sources(struct resolver *r, struct columns *out, const struct sql_node *star,
                            const struct sql_node *parent, const char *name,
                            const struct cte_scope *scope)
{
    bool found = false;

    for (struct sql_node *c = parent->child; c && !(name && found); c = c->next) {
        struct sql_node *source = c->slot == SLOT_JOIN ? sql_child(c, SLOT_TABLE) : c;
        const char *own;

        if (c->slot != SLOT_FROM && c->slot != SLOT_TABLE && c->slot != SLOT_JOIN)
            continue;
        if (!source || c->kind == SQL_PHRASE) { /* LATERAL VIEW */
            out->complete = out->complete && name;
            continue;
        }
        if (source->kind == SQL_PAREN && !sql_child(source, SLOT_ALIAS)) {
            found = star_of_sources(r, out, star, source, name, scope) || found;
            continue;
        }
        own = source_name(r, source);
        if (name && !(own && strcmp(own, name) == 0))
            continue;
        found = true;
        if (c->slot == SLOT_JOIN && !name) {
            if (gives_columns(c))
                star_of_source(r, out, star, without_using(r, c, of_source(r, source, scope)));
        } else {
            star_of_source(r, out, star, of_source(r, source, scope));
        }
        if (c->slot == SLOT_JOIN && sql_child(c, SLOT_JOIN))
            found = star_of_sources(r, out, star, c, name, scope) || found;
    }
    return found;
}

static void add_star(struct resolver *r, struct columns *out, const struct sql_node *select,
                     struct sql_node *star, const struct cte_scope *scope)
{
    const struct sql_node *part = NULL;
    const char *name = NULL;
    unsigned before = out->list->len;
    bool complete = out->complete;

    for (const struct sql_node *c = star->child; c && c->slot == SLOT_PART; c = c->next)
        part = c;
    if (part && part->text)
        name = sql__normalize_text(r->arena, part, r->dialect, false);
    out->complete = true;
    if (sql_child(star, SLOT_ON) || (part && !part->text) ||
        !star_of_sources(r, out, star, select, name, scope))
        out->complete = false;
    if (!out->complete) {
        g_ptr_array_set_size(out->list, before);
        add(r, out, NULL, star, NULL);
    }
    out->complete = out->complete && complete;
}

/* Projections that give columns no one can count here: COLUMNS(…), macros, struct.* */
static bool is_open(const struct sql_node *e)
{
    if (e->kind == SQL_UNARY && e->op == OP_STAR)
        return true;
    if (e->kind == SQL_BINARY && e->op == OP_DOT)
        return e->last->kind == SQL_STAR;
    return e->kind == SQL_MACRO_CALL || e->kind == SQL_MACRO_VAR || e->kind == SQL_JINJA ||
           (e->kind == SQL_FUNCTION && sql_text_is_nocase(e, "COLUMNS"));
}

/* Redshift: SELECT *, a EXCLUDE (b) FROM t */
static struct columns without(struct resolver *r, const struct sql_node *select,
                              const struct columns *from)
{
    struct columns out = columns_new(r);

    out.complete = from->complete;
    for (unsigned i = 0; i < from->list->len; i++) {
        struct sql_projection *p = from->list->pdata[i];

        if (!p->name || !named_in(r, select, SLOT_EXCLUDE, p->name))
            g_ptr_array_add(out.list, p);
    }
    return out;
}

static struct columns of_select(struct resolver *r, struct sql_node *select,
                                const struct cte_scope *scope)
{
    struct columns out = columns_new(r);
    bool any = false;

    SQL_EACH_CHILD (select, c) {
        if (c->slot != SLOT_PROJECTION)
            continue;
        any = true;
        if (c->kind == SQL_STAR) {
            add_star(r, &out, select, c, scope);
            continue;
        }
        if (is_open(c))
            out.complete = false;
        add(r, &out, name_of(r, c), c, type_of(c));
    }
    if (!any) /* DuckDB: FROM t */
        add_star(r, &out, select, sql_node_new(r->arena, SQL_STAR, NULL, 0), scope);
    return sql_child(select, SLOT_EXCLUDE) ? without(r, select, &out) : out;
}

/* UNION … BY NAME: the right side's columns that the left side lacks come last. */
static void add_by_name(struct resolver *r, struct columns *left, const struct columns *right)
{
    struct columns all = columns_new(r);

    for (unsigned i = 0; i < left->list->len; i++)
        g_ptr_array_add(all.list, left->list->pdata[i]);
    for (unsigned i = 0; i < right->list->len; i++) {
        struct sql_projection *p = right->list->pdata[i];
        bool found = false;

        for (unsigned k = 0; k < left->list->len && !found; k++)
            found = g_strcmp0(((struct sql_projection *)left->list->pdata[k])->name, p->name) == 0;
        if (!found && all.list->len < MAX_PROJECTIONS)
            g_ptr_array_add(all.list, p);
    }
    all.complete = left->complete && right->complete;
    *left = all;
}

static struct columns of_set_operation(struct resolver *r, struct sql_node *n,
                                       const struct cte_scope *scope)
{
    struct columns left = of_query(r, sql_child(n, SLOT_LEFT), scope), right;

    if (g_strstr_len(n->text, n->len, "BY NAME") && sql_child(n, SLOT_RIGHT)) {
        right = of_query(r, sql_child(n, SLOT_RIGHT), scope);
        add_by_name(r, &left, &right);
    }
    return left;
}

static const struct cte_scope *with_ctes(struct resolver *r, struct sql_node *query,
                                         const struct cte_scope *scope)
{
    struct sql_node *with = query ? sql_child(query, SLOT_WITH) : NULL;
    struct cte_scope *s;

    if (!with || with->kind != SQL_WITH)
        return scope;
    SQL_EACH_CHILD (with, c) {
        if (c->kind != SQL_CTE)
            continue;
        s = sql__push_cte(r->arena, scope, c, r->dialect);
        s->recursive = with->flags & SQL_RECURSIVE;
        scope = s;
    }
    return scope;
}

static struct columns of_query(struct resolver *r, struct sql_node *query,
                               const struct cte_scope *scope)
{
    struct columns unknown = {.list = NULL, .complete = false};

    scope = with_ctes(r, query, scope);
    switch (query ? (enum sql_kind)query->kind : SQL_NULL) {
    case SQL_SELECT:
        return of_select(r, query, scope);
    case SQL_SET_OPERATION:
        return of_set_operation(r, query, scope);
    case SQL_SUBQUERY:
        return of_query(r, sql_child(query, SLOT_QUERY), scope);
    default:
        unknown.list = columns_new(r).list;
        return unknown;
    }
}

GPtrArray *sql_projections(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                           sql_columns_of columns_of, void *data, bool *complete)
{
    struct resolver r = {a, d, columns_of, data};
    struct columns c = of_query(&r, query, NULL);

    *complete = c.complete;
    return g_ptr_array_ref(c.list);
}
