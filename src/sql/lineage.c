/* lineage.c -- queries: CTEs, SELECT and set operations; see lineage.h. */
#include "sql/keyword.h"
#include "sql/lineage_int.h"

#include <string.h>

static void free_array(void *array)
{
    g_ptr_array_unref(array);
}

GPtrArray *sql__line_array(struct line *l)
{
    GPtrArray *array = g_ptr_array_new();

    arena_defer(l->arena, free_array, array);
    return array;
}

struct sql_output *sql__line_add(struct line *l, struct line_columns *to, const char *name,
                                 const struct sql_node *expression)
{
    struct sql_output *out = arena_new_of(l->arena, struct sql_output);

    *out = (struct sql_output){name, expression, sql__line_array(l), true};
    if (to->list->len < MAX_OUTPUTS)
        g_ptr_array_add(to->list, out);
    else
        to->known = false;
    return out;
}

void sql__line_take(struct sql_output *out, const GPtrArray *origins, bool complete)
{
    out->complete = out->complete && complete;
    for (unsigned i = 0; i < origins->len; i++) {
        if (g_ptr_array_find(out->origins, origins->pdata[i], NULL))
            continue;
        if (out->origins->len < MAX_ORIGINS)
            g_ptr_array_add(out->origins, origins->pdata[i]);
        else
            out->complete = false;
    }
}

static const char *or_nothing(const char *text)
{
    return text ? text : "";
}

const struct sql_origin *sql__line_origin(struct line *l, const struct sql_table *t,
                                          const char *name)
{
    const char *key = arena_printf(l->arena, "%s\n%s\n%s\n%s", or_nothing(t->catalog),
                                   or_nothing(t->schema), t->name, name);
    struct sql_origin *o = g_hash_table_lookup(l->origins, key);

    if (o)
        return o;
    o = arena_new_of(l->arena, struct sql_origin);
    *o = (struct sql_origin){t, arena_strdup(l->arena, name)};
    g_hash_table_insert(l->origins, (char *)key, o);
    return o;
}

static struct line_columns nothing_known(struct line *l)
{
    return (struct line_columns){sql__line_array(l), false};
}

/* The names in brackets behind a CTE take the place of its columns' own. */
static struct line_columns named(struct line *l, const struct sql_node *cte,
                                 struct line_columns columns)
{
    struct line_columns out = {sql__line_array(l), columns.known};
    unsigned i = 0;

    if (!sql_child(cte, SLOT_COLUMN))
        return columns;
    for (const struct sql_node *c = cte->child; c; c = c->next) {
        const struct sql_output *old = i < columns.list->len ? columns.list->pdata[i] : NULL;
        struct sql_output *new;

        if (c->slot != SLOT_COLUMN)
            continue;
        i++;
        new = sql__line_add(l, &out, sql_normalize(l->arena, c, l->dialect),
                            old ? old->expression : c);
        if (old)
            sql__line_take(new, old->origins, old->complete);
        else
            new->complete = false;
    }
    for (; i < columns.list->len; i++)
        g_ptr_array_add(out.list, columns.list->pdata[i]);
    return out;
}

static const struct line_cte *push(struct line *l, const struct line_cte *ctes,
                                   const struct sql_node *cte, struct line_columns columns)
{
    struct line_cte *c = arena_new_of(l->arena, struct line_cte);

    *c = (struct line_cte){ctes, sql__normalize_text(l->arena, cte, l->dialect, false),
                           named(l, cte, columns)};
    return c;
}

/* What a recursive CTE's columns are before the term that reads them has been seen: the first
 * term's. That term is seen for its columns only here, so its references do not count twice. */
static struct line_columns first_term(struct line *l, struct sql_node *query,
                                      const struct line_place *outer, const struct line_cte *ctes)
{
    GPtrArray *references = l->references;
    bool expands = l->expands;
    struct line_columns columns;

    if (query->kind != SQL_SET_OPERATION)
        return nothing_known(l);
    l->references = NULL;
    l->expands = false;
    columns = sql__line_query(l, sql_child(query, SLOT_LEFT), outer, ctes);
    l->references = references;
    l->expands = expands;
    return columns;
}

static const struct line_cte *with(struct line *l, struct sql_node *query,
                                   const struct line_place *outer, const struct line_cte *ctes)
{
    struct sql_node *with = sql_child(query, SLOT_WITH);

    if (with && with->kind == SQL_MACRO_CALL)
        with = sql_child(with, SLOT_BODY);
    if (!with || with->kind != SQL_WITH)
        return ctes;
    SQL_EACH_CHILD (with, c) {
        struct sql_node *inner = sql_child(c, SLOT_QUERY);
        const struct line_cte *sight = ctes;

        if (c->kind != SQL_CTE || !inner)
            continue;
        if (with->flags & SQL_RECURSIVE)
            sight = push(l, ctes, c, first_term(l, inner, outer, ctes));
        ctes = push(l, ctes, c, sql__line_query(l, inner, outer, sight));
    }
    return ctes;
}

/* Clauses behind the projections, in an order that people read. */
static const uint8_t clauses[] = {SLOT_WHERE,      SLOT_CONNECT, SLOT_GROUP_BY, SLOT_HAVING,
                                  SLOT_WINDOW,     SLOT_QUALIFY, SLOT_DISTINCT, SLOT_ORDER_BY,
                                  SLOT_CLUSTER_BY, SLOT_LIMIT,   SLOT_OFFSET,   SLOT_SETTING,
                                  SLOT_PIPE};

static void see_clauses(struct line *l, struct line_place *p, struct sql_node *n)
{
    struct line_columns unseen = {sql__line_array(l), true};
    struct sql_output *out = sql__line_add(l, &unseen, NULL, NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS(clauses); i++) {
        p->clause = clauses[i];
        SQL_EACH_CHILD (n, c) {
            if (c->slot == clauses[i])
                sql__line_expression(l, p, c, out);
        }
    }
}

/* Projections that give columns no one can count here: COLUMNS(…), macros, struct.* */
static bool is_open(const struct sql_node *e)
{
    return e->kind == SQL_MACRO_CALL || e->kind == SQL_MACRO_VAR || e->kind == SQL_JINJA ||
           (e->kind == SQL_UNARY && e->op == OP_STAR) ||
           (e->kind == SQL_BINARY && e->op == OP_DOT && e->last->kind == SQL_STAR) ||
           (e->kind == SQL_FUNCTION && sql_text_is_nocase(e, "COLUMNS"));
}

static void project(struct line *l, struct line_place *p, struct sql_node *select,
                    struct line_columns *out)
{
    bool any = false;

    p->clause = SLOT_PROJECTION;
    SQL_EACH_CHILD (select, c) {
        struct sql_output *one;

        if (c->slot != SLOT_PROJECTION)
            continue;
        any = true;
        if (c->kind == SQL_STAR) {
            sql__line_star(l, p, select, c, out);
            continue;
        }
        out->known = out->known && !is_open(c);
        one = sql__line_add(l, out, sql__projection_name(l->arena, c, l->dialect), c);
        one->complete = !is_open(c);
        sql__line_expression(l, p, c, one);
    }
    if (!any) /* DuckDB: FROM t */
        sql__line_star(l, p, select, NULL, out);
}

/* ClickHouse: WITH value AS name */
static void see_values(struct line *l, struct line_place *p, const struct sql_node *select)
{
    struct line_columns values = {sql__line_array(l), true};
    struct sql_node *with = sql_child(select, SLOT_WITH);

    if (!with || with->kind != SQL_WITH)
        return;
    p->values = values.list;
    p->clause = SLOT_WITH;
    SQL_EACH_CHILD (with, c) {
        if (c->kind == SQL_ALIAS)
            sql__line_expression(
                l, p, c,
                sql__line_add(l, &values, sql__projection_name(l->arena, c, l->dialect), c));
    }
}

/* Redshift: SELECT *, a EXCLUDE (b) FROM t */
static void exclude(struct line *l, const struct sql_node *select, struct line_columns *out)
{
    if (!sql_child(select, SLOT_EXCLUDE))
        return;
    for (unsigned i = out->list->len; i > 0; i--) {
        const char *name = ((struct sql_output *)out->list->pdata[i - 1])->name;

        if (name && sql__star_item(l->arena, select, SLOT_EXCLUDE, name, l->dialect))
            g_ptr_array_remove_index(out->list, i - 1);
    }
}

static struct line_columns of_select(struct line *l, struct sql_node *select,
                                     const struct line_place *outer, const struct line_cte *ctes)
{
    struct line_columns out = {sql__line_array(l), true};
    struct line_place p = {.outer = outer, .ctes = ctes, .given = out.list};

    sql__line_from(l, &p, select);
    see_values(l, &p, select);
    project(l, &p, select, &out);
    see_clauses(l, &p, select);
    exclude(l, select, &out);
    return out;
}

static struct sql_output *named_in(const struct line_columns *columns, const char *name)
{
    for (unsigned i = 0; name && i < columns->list->len; i++) {
        struct sql_output *o = columns->list->pdata[i];

        if (g_strcmp0(o->name, name) == 0)
            return o;
    }
    return NULL;
}

/* Terms are taken together by place, or by name; a term that is not known leaves its mark. */
static void unite(struct line *l, struct line_columns *left, const struct line_columns *right,
                  bool by_name)
{
    for (unsigned i = 0; i < right->list->len; i++) {
        const struct sql_output *o = right->list->pdata[i];
        struct sql_output *to = by_name               ? named_in(left, o->name)
                                : i < left->list->len ? left->list->pdata[i]
                                                      : NULL;

        if (!to && by_name)
            to = sql__line_add(l, left, o->name, o->expression);
        if (to)
            sql__line_take(to, o->origins, o->complete);
    }
    left->known = left->known && right->known;
}

/* A copy: a CTE's own columns stay as they are. */
static struct line_columns copied(struct line *l, const struct line_columns *columns)
{
    struct line_columns out = {sql__line_array(l), columns->known};

    for (unsigned i = 0; i < columns->list->len; i++) {
        const struct sql_output *o = columns->list->pdata[i];

        sql__line_take(sql__line_add(l, &out, o->name, o->expression), o->origins, o->complete);
    }
    return out;
}

static struct line_columns of_set_operation(struct line *l, struct sql_node *n,
                                            const struct line_place *outer,
                                            const struct line_cte *ctes)
{
    struct line_columns left = sql__line_query(l, sql_child(n, SLOT_LEFT), outer, ctes), right;

    left = copied(l, &left);
    right = sql__line_query(l, sql_child(n, SLOT_RIGHT), outer, ctes);
    unite(l, &left, &right, g_strstr_len(n->text, n->len, "BY NAME") != NULL);
    return left;
}

static struct line_columns of_values(struct line *l, struct sql_node *values,
                                     const struct line_place *outer, const struct line_cte *ctes)
{
    struct line_columns out = {sql__line_array(l), true};
    struct line_place p = {.outer = outer, .ctes = ctes, .given = out.list};

    SQL_EACH_CHILD (values, row) {
        unsigned i = 0;

        if (row->slot != SLOT_VALUE)
            continue;
        out.known = out.known && row->kind == SQL_TUPLE;
        SQL_EACH_CHILD (row, c) {
            if (row->kind != SQL_TUPLE)
                break;
            sql__line_expression(
                l, &p, c, i < out.list->len ? out.list->pdata[i] : sql__line_add(l, &out, NULL, c));
            i++;
        }
    }
    return out;
}

static struct line_columns of_query(struct line *l, struct sql_node *n,
                                    const struct line_place *outer, const struct line_cte *ctes)
{
    struct line_columns columns;
    struct line_place p = {.outer = outer};

    ctes = with(l, n, outer, ctes);
    switch ((enum sql_kind)n->kind) {
    case SQL_SELECT:
        return of_select(l, n, outer, ctes);
    case SQL_VALUES:
        return of_values(l, n, outer, ctes);
    case SQL_SET_OPERATION:
        columns = of_set_operation(l, n, outer, ctes);
        break;
    case SQL_SUBQUERY:
        columns = sql__line_query(l, sql_child(n, SLOT_QUERY), outer, ctes);
        break;
    default:
        return nothing_known(l);
    }
    p.ctes = ctes;
    p.given = columns.list;
    see_clauses(l, &p, n);
    return columns;
}

struct line_columns sql__line_query(struct line *l, struct sql_node *query,
                                    const struct line_place *outer, const struct line_cte *ctes)
{
    struct line_columns columns;

    if (!query || l->depth >= MAX_LINEAGE_DEPTH)
        return nothing_known(l);
    l->depth++;
    columns = of_query(l, query, outer, ctes);
    l->depth--;
    return columns;
}

static struct line_columns run(struct line *l, struct sql_node *query, GPtrArray *references)
{
    struct line_columns columns;

    l->references = references;
    l->origins = g_hash_table_new(g_str_hash, g_str_equal);
    columns = sql__line_query(l, query, NULL, NULL);
    g_hash_table_unref(l->origins);
    return columns;
}

GPtrArray *sql_references(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                          const struct sql_schema *schema)
{
    struct line l = {.arena = a, .dialect = d, .schema = schema};
    GPtrArray *references = sql__line_array(&l);

    run(&l, query, references);
    return references;
}

GPtrArray *sql_lineage(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                       const struct sql_schema *schema)
{
    struct line l = {.arena = a, .dialect = d, .schema = schema};

    return run(&l, query, NULL).list;
}

unsigned sql_expand_stars(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                          const struct sql_schema *schema)
{
    struct line l = {.arena = a, .dialect = d, .schema = schema, .expands = true};

    run(&l, query, NULL);
    return l.expanded;
}
