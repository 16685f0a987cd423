/* infer.c -- the columns of a query with their types: sources, stars, names, expressions. */
#include "sql/infer_int.h"
#include "sql/keyword.h"

#include <string.h>

static void unref(void *array)
{
    g_ptr_array_unref(array);
}

static void unref_table(void *table)
{
    g_hash_table_unref(table);
}

static GPtrArray *new_columns(struct infer *in)
{
    GPtrArray *out = g_ptr_array_new();

    arena_defer(in->arena, unref, out);
    return out;
}

static void add(struct infer *in, GPtrArray *to, const char *name, const struct sql__type *type)
{
    struct infer_column *c;

    if (to->len >= MAX_COLUMNS)
        return;
    c = arena_new_of(in->arena, struct infer_column);
    c->name = name;
    c->type = type;
    g_ptr_array_add(to, c);
}

static const struct infer_column *find_column(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct infer_column *c = columns->pdata[i];

        if (c->name && strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static const char *text_of(struct infer *in, const struct sql_node *n)
{
    return sql__normalize_text(in->arena, n, in->dialect, false);
}

const struct sql__type *sql__infer_read(const struct infer *in, const char *sql)
{
    return in->foreign ? sql__type_other(in->arena, sql)
                       : sql__type_read(in->arena, sql, in->postgres);
}

const char *sql__infer_write(const struct infer *in, const struct sql__type *t)
{
    static const struct {
        enum type_base base;
        bool postgres;
        const char *name;
    } own[] = {
        {TYPE_VARCHAR, false, "TEXT"            },
        {TYPE_DOUBLE,  true,  "DOUBLE PRECISION"},
        {TYPE_TINYINT, true,  "SMALLINT"        },
    };

    if (t->element)
        return arena_printf(in->arena, "%s[]", sql__infer_write(in, t->element));
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (own[i].base == t->base && own[i].postgres == in->postgres &&
            !(t->parameters && in->postgres))
            return own[i].name;
    return t->text;
}

/* Sources. */

static void table_columns(struct infer *in, struct sql_node *table, struct infer_source *s)
{
    struct sql_table t;
    g_auto(GStrv) names = NULL;

    if (!sql__table_parts(in->arena, table, in->dialect, &t) || in->bare)
        return;
    names = in->schema->columns_of ? in->schema->columns_of(&t, in->schema->data) : NULL;
    in->failed = in->failed || !names;
    s->known = names != NULL;
    for (char **n = names; n && *n; n++) {
        const char *type = in->schema->type_of(&t, *n, in->schema->data);

        add(in, s->columns, arena_strdup(in->arena, *n),
            type ? sql__infer_read(in, type) : sql__type_plain(TYPE_UNKNOWN));
    }
}

static const struct infer_cte *find_cte(struct infer *in, const struct infer_cte *ctes,
                                        const struct sql_node *table)
{
    const struct sql_node *part = sql_child(table, SLOT_PART);
    const char *name;

    if (!part || part->kind != SQL_IDENTIFIER || (part->next && part->next->slot == SLOT_PART))
        return NULL;
    name = text_of(in, part);
    for (; ctes; ctes = ctes->next)
        if (strcmp(ctes->name, name) == 0)
            return ctes;
    return NULL;
}

static const char *source_name(struct infer *in, const struct sql_node *n)
{
    const struct sql_node *name = sql_child(n, SLOT_ALIAS);

    if (!name && n->kind == SQL_TABLE)
        for (const struct sql_node *c = n->child; c && c->slot == SLOT_PART; c = c->next)
            name = c;
    return name && name->text ? text_of(in, name) : NULL;
}

/* AS t(a, b) */
static void rename_columns(struct infer *in, const struct sql_node *n, GPtrArray *columns)
{
    guint i = 0;

    for (const struct sql_node *c = n->child; c; c = c->next) {
        const struct sql_node *id = c->kind == SQL_PROPERTY ? sql_child(c, SLOT_KEY) : c;
        const struct infer_column *old;

        if (c->slot != SLOT_COLUMN || !id || !id->text)
            continue;
        if (i >= columns->len)
            add(in, columns, text_of(in, id), sql__type_plain(TYPE_UNKNOWN));
        else {
            struct infer_column *copy = arena_new_of(in->arena, struct infer_column);

            old = columns->pdata[i];
            copy->name = text_of(in, id);
            copy->type = old->type;
            columns->pdata[i] = copy;
        }
        i++;
    }
}

static void copy_columns(struct infer *in, GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++) {
        const struct infer_column *c = from->pdata[i];

        add(in, to, c->name, c->type);
    }
}

static struct infer_source *new_source(struct infer *in, const struct sql_node *n)
{
    struct infer_source *s = arena_new_of(in->arena, struct infer_source);

    s->name = source_name(in, n);
    s->columns = new_columns(in);
    return s;
}

static void function_columns(struct infer *in, const struct sql_node *n,
                             const struct infer_place *p, struct infer_source *s)
{
    const struct sql_node *call = sql_child(n, SLOT_EXPRESSION);

    if (call && sql_text_is_nocase(call, "UNNEST") && sql_child(n, SLOT_COLUMN))
        add(in, s->columns, NULL, sql__type_of(in, call, p));
}

static void add_source(struct infer *in, struct infer_place *p, struct sql_node *n)
{
    struct infer_source *s = new_source(in, n), **last = &p->sources;
    const struct infer_cte *cte = n->kind == SQL_TABLE ? find_cte(in, p->ctes, n) : NULL;

    if (cte) {
        copy_columns(in, s->columns, cte->columns);
        s->known = cte->known;
    } else if (n->kind == SQL_TABLE)
        table_columns(in, n, s);
    else if (n->kind == SQL_SUBQUERY)
        copy_columns(in, s->columns,
                     sql__infer_columns(in, sql_child(n, SLOT_QUERY), p, p->ctes, &s->known));
    else if (n->kind == SQL_TABLE_FUNCTION)
        function_columns(in, n, p, s);
    rename_columns(in, n, s->columns);
    if (n->kind == SQL_TABLE_FUNCTION && sql_child(n, SLOT_COLUMN))
        s->known = true;
    if (sql_child(n, SLOT_PIVOT)) {
        s->columns = new_columns(in);
        s->known = false;
    }
    while (*last)
        last = &(*last)->next;
    *last = s;
}

static void add_merged(struct infer *in, struct infer_place *p, const struct sql_node *join)
{
    for (const struct sql_node *c = join->child; c; c = c->next) {
        if (c->slot != SLOT_USING || c->kind != SQL_COLUMN)
            continue;
        if (!p->merged) {
            p->merged = g_hash_table_new(g_str_hash, g_str_equal);
            arena_defer(in->arena, unref_table, p->merged);
        }
        g_hash_table_add(p->merged, (char *)text_of(in, c->last));
    }
}

static void add_sources(struct infer *in, struct infer_place *p, const struct sql_node *parent)
{
    SQL_EACH_CHILD (parent, c) {
        struct sql_node *source = c->slot == SLOT_JOIN ? sql_child(c, SLOT_TABLE) : c;

        if ((c->slot != SLOT_FROM && c->slot != SLOT_TABLE && c->slot != SLOT_JOIN) || !source)
            continue;
        if (c->slot == SLOT_JOIN)
            add_merged(in, p, c);
        if (source->kind == SQL_PAREN && !sql_child(source, SLOT_ALIAS))
            add_sources(in, p, source);
        else
            add_source(in, p, source);
        if (c->slot == SLOT_JOIN && sql_child(c, SLOT_JOIN))
            for (struct sql_node *inner = c->child; inner; inner = inner->next)
                if (inner->slot == SLOT_JOIN && sql_child(inner, SLOT_TABLE))
                    add_source(in, p, sql_child(inner, SLOT_TABLE));
    }
}

/* Names. */

static const struct sql__type *merged_type(const struct infer_place *p, const char *name)
{
    const struct sql__type *out = NULL;

    for (const struct infer_source *s = p->sources; s; s = s->next) {
        const struct infer_column *c = find_column(s->columns, name);

        if (c)
            out = out ? sql__type_meet(out, c->type) : c->type;
    }
    return out ? out : sql__type_plain(TYPE_UNKNOWN);
}

static bool is_merged(const struct infer_place *p, const char *name)
{
    return p->merged && g_hash_table_contains(p->merged, name);
}

/* A name without its table, here. NULL: it is none of these sources'. */
static const struct sql__type *find_here(struct infer *in, const struct infer_place *p,
                                         const char *name)
{
    const struct sql__type *found = NULL;
    const struct infer_column *alias = find_column(p->given, name);
    bool open = false;

    if (is_merged(p, name))
        return merged_type(p, name);
    for (const struct infer_source *s = p->sources; s; s = s->next) {
        const struct infer_column *c = find_column(s->columns, name);

        open = open || !s->known;
        if (c && found)
            in->failed = true; /* ambiguous */
        if (c)
            found = c->type;
    }
    if (found)
        return found;
    return alias ? alias->type : open ? sql__type_plain(TYPE_UNKNOWN) : NULL;
}

static const struct sql__type *find_in_source(const struct infer_place *p, const char *table,
                                              const char *name)
{
    for (; p; p = p->outer)
        for (const struct infer_source *s = p->sources; s; s = s->next) {
            const struct infer_column *c;

            if (!s->name || strcmp(s->name, table) != 0)
                continue;
            c = find_column(s->columns, name);
            return c ? c->type : sql__type_plain(TYPE_UNKNOWN);
        }
    return sql__type_plain(TYPE_UNKNOWN);
}

const struct sql__type *sql__column_type(struct infer *in, const struct sql_node *n,
                                         const struct infer_place *p)
{
    const struct sql_node *before = NULL, *last = NULL;
    const struct sql__type *found = NULL;

    if (in->bare)
        return sql__type_plain(TYPE_UNKNOWN);
    SQL_EACH_CHILD (n, c) {
        if (c->kind != SQL_IDENTIFIER)
            return sql__type_plain(TYPE_UNKNOWN);
        before = last;
        last = c;
    }
    if (!last)
        return sql__type_plain(TYPE_UNKNOWN);
    if (before)
        return find_in_source(p, text_of(in, before), text_of(in, last));
    for (; p && !found; p = p->outer)
        found = find_here(in, p, text_of(in, last));
    in->failed = in->failed || !found;
    return found ? found : sql__type_plain(TYPE_UNKNOWN);
}

/* Queries. */

static bool excludes(struct infer *in, const struct sql_node *star, const char *name)
{
    for (const struct sql_node *c = star->child; c; c = c->next)
        if (c->slot == SLOT_EXCLUDE && name &&
            strcmp(text_of(in, c->kind == SQL_COLUMN ? c->last : c), name) == 0)
            return true;
    return false;
}

/* What * REPLACE or RENAME says of a column. */
static const struct sql_node *says_of(struct infer *in, const struct sql_node *star,
                                      enum sql_slot slot, const char *name)
{
    for (const struct sql_node *c = star->child; c; c = c->next) {
        const struct sql_node *old = c;

        if (c->slot != slot)
            continue;
        if (slot == SLOT_RENAME)
            old = sql_child(c, SLOT_EXPRESSION);
        if (old && old->kind == SQL_COLUMN)
            old = old->last;
        if (old && old->text && strcmp(text_of(in, old), name) == 0)
            return c;
    }
    return NULL;
}

static void add_through_star(struct infer *in, struct infer_place *p, const struct sql_node *star,
                             const struct infer_column *c, GPtrArray *out)
{
    const struct sql_node *replaced, *renamed;
    const struct sql__type *type = c->type;

    if (!c->name || excludes(in, star, c->name))
        return;
    if (is_merged(p, c->name)) {
        if (find_column(out, c->name))
            return;
        type = merged_type(p, c->name);
    }
    replaced = says_of(in, star, SLOT_REPLACE, c->name);
    renamed = says_of(in, star, SLOT_RENAME, c->name);
    add(in, out, renamed ? text_of(in, renamed) : c->name,
        replaced ? sql__type_of(in, replaced, p) : type);
}

/* False when not all columns are known. */
static bool add_star(struct infer *in, struct infer_place *p, const struct sql_node *star,
                     GPtrArray *out)
{
    const struct sql_node *part = sql_child(star, SLOT_PART);
    bool known = !sql_child(star, SLOT_ON), found = false;

    while (part && part->next && part->next->slot == SLOT_PART)
        part = part->next;
    for (const struct infer_source *s = p->sources; s; s = s->next) {
        if (part && part->text && !(s->name && strcmp(s->name, text_of(in, part)) == 0))
            continue;
        found = true;
        known = known && s->known;
        for (guint i = 0; i < s->columns->len; i++)
            add_through_star(in, p, star, s->columns->pdata[i], out);
    }
    return known && found;
}

static const char *output_name(struct infer *in, const struct sql_node *n)
{
    for (; n; n = n->kind == SQL_CAST ? sql_child(n, SLOT_ARG) : sql_child(n, SLOT_EXPRESSION)) {
        if (n->kind == SQL_ALIAS)
            return n->text ? text_of(in, n) : NULL;
        if (n->kind == SQL_COLUMN)
            return n->last->kind == SQL_IDENTIFIER ? text_of(in, n->last) : NULL;
        if (n->kind == SQL_BINARY && n->op == OP_DOT && n->last->kind == SQL_IDENTIFIER)
            return text_of(in, n->last);
        if (n->kind != SQL_CAST && n->kind != SQL_PAREN)
            return NULL;
    }
    return NULL;
}

static GPtrArray *select_columns(struct infer *in, const struct sql_node *select,
                                 struct infer_place *p, bool *known)
{
    GPtrArray *out = new_columns(in);

    p->given = out;
    add_sources(in, p, select);
    *known = sql_child(select, SLOT_PROJECTION) != NULL;
    SQL_EACH_CHILD (select, c) {
        if (c->slot != SLOT_PROJECTION)
            continue;
        if (c->kind == SQL_STAR)
            *known = add_star(in, p, c, out) && *known;
        else
            add(in, out, output_name(in, c), sql__type_of(in, c, p));
    }
    return out;
}

/* Both sides of UNION and its like meet, column by column. */
static GPtrArray *set_columns(struct infer *in, const struct sql_node *n,
                              const struct infer_place *p, bool *known)
{
    bool right_known;
    GPtrArray *left = sql__infer_columns(in, sql_child(n, SLOT_LEFT), p->outer, p->ctes, known);
    GPtrArray *right =
        sql__infer_columns(in, sql_child(n, SLOT_RIGHT), p->outer, p->ctes, &right_known);
    GPtrArray *out = new_columns(in);

    for (guint i = 0; i < left->len; i++) {
        const struct infer_column *a = left->pdata[i];
        const struct infer_column *b = i < right->len ? right->pdata[i] : NULL;

        add(in, out, a->name, b ? sql__type_meet(a->type, b->type) : a->type);
    }
    return out;
}

static GPtrArray *values_columns(struct infer *in, const struct sql_node *n,
                                 const struct infer_place *p, bool *known)
{
    GPtrArray *out = new_columns(in);
    const struct sql_node *row = sql_child(n, SLOT_VALUE);

    *known = row && row->kind == SQL_TUPLE;
    if (*known)
        SQL_EACH_CHILD (row, c)
            add(in, out, NULL, sql__type_of(in, c, p));
    return out;
}

static const struct infer_cte *add_cte(struct infer *in, struct sql_node *cte,
                                       const struct infer_place *outer, bool recursive,
                                       const struct infer_cte *ctes)
{
    struct infer_cte *q = arena_new_of(in->arena, struct infer_cte);
    struct sql_node *query = sql_child(cte, SLOT_QUERY);

    q->next = ctes;
    q->name = text_of(in, cte);
    if (recursive && query && query->kind == SQL_SET_OPERATION) {
        q->columns = sql__infer_columns(in, sql_child(query, SLOT_LEFT), outer, ctes, &q->known);
        rename_columns(in, cte, q->columns);
        return q;
    }
    q->columns = sql__infer_columns(in, query, outer, ctes, &q->known);
    rename_columns(in, cte, q->columns);
    return q;
}

GPtrArray *sql__infer_columns(struct infer *in, struct sql_node *query,
                              const struct infer_place *outer, const struct infer_cte *ctes,
                              bool *known)
{
    struct sql_node *with = query ? sql_child(query, SLOT_WITH) : NULL;
    struct infer_place p = {.outer = outer};
    GPtrArray *out = NULL;

    *known = false;
    if (!query || ++in->depth >= MAX_INFER_DEPTH)
        return new_columns(in);
    if (with && with->kind == SQL_WITH)
        SQL_EACH_CHILD (with, c)
            if (c->kind == SQL_CTE)
                ctes = add_cte(in, c, outer, with->flags & SQL_RECURSIVE, ctes);
    p.ctes = ctes;
    if (query->kind == SQL_SELECT)
        out = select_columns(in, query, &p, known);
    else if (query->kind == SQL_SET_OPERATION)
        out = set_columns(in, query, &p, known);
    else if (query->kind == SQL_SUBQUERY)
        out = sql__infer_columns(in, sql_child(query, SLOT_QUERY), outer, ctes, known);
    else if (query->kind == SQL_VALUES)
        out = values_columns(in, query, &p, known);
    in->depth--;
    return out ? out : new_columns(in);
}

/* The answer is the left-most SELECT's, not what it meets its others in: as SQLMesh has it. */
static GPtrArray *outer_columns(struct infer *in, struct sql_node *query,
                                const struct infer_cte *ctes, bool *known)
{
    struct sql_node *with = sql_child(query, SLOT_WITH);

    if (query->kind != SQL_SET_OPERATION)
        return sql__infer_columns(in, query, NULL, ctes, known);
    if (with && with->kind == SQL_WITH)
        SQL_EACH_CHILD (with, c)
            if (c->kind == SQL_CTE)
                ctes = add_cte(in, c, NULL, with->flags & SQL_RECURSIVE, ctes);
    sql__infer_columns(in, sql_child(query, SLOT_RIGHT), NULL, ctes, known); /* may fail */
    return outer_columns(in, sql_child(query, SLOT_LEFT), ctes, known);
}

static GPtrArray *answer(struct infer *in, const GPtrArray *columns)
{
    GPtrArray *out = new_columns(in);

    for (guint i = 0; i < columns->len; i++) {
        const struct infer_column *c = columns->pdata[i];
        struct sql_typed *t = arena_new_of(in->arena, struct sql_typed);

        if (!c->name)
            return NULL;
        t->name = c->name;
        t->type = sql__infer_write(in, c->type);
        g_ptr_array_add(out, t);
    }
    return out;
}

GPtrArray *sql_infer(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                     const struct sql_schema *schema)
{
    struct infer in = {.arena = a,
                       .dialect = d,
                       .schema = schema,
                       .postgres = strcmp(sql_dialect_name(d), "postgres") == 0};
    GPtrArray *columns;
    bool known;

    in.foreign = !in.postgres && strcmp(sql_dialect_name(d), "duckdb") != 0;
    columns = outer_columns(&in, query, NULL, &known);
    if (in.failed) {
        in.failed = false;
        in.bare = true;
        columns = outer_columns(&in, query, NULL, &known);
    }
    return known ? answer(&in, columns) : NULL;
}
