#include "sql/scope_int.h"

#include <string.h>

static bool is_ascii(const char *text)
{
    while (*text && !(*text & 0x80))
        text++;
    return *text == '\0';
}

char *sql__normalize_text(struct arena *a, const struct sql_node *n, const struct sql_dialect *d,
                          bool is_table)
{
    enum sql_folding folding = sql__folding(d);
    bool quoted_too = folding == SQL_FOLD_NOCASE || folding == SQL_FOLD_NOCASE_UPPER;
    int direction = sql_dialect_folds(d);
    char *text = arena_strndup(a, n->text ? n->text : "", n->len);
    g_autofree char *folded = NULL;

    if ((n->quote && !quoted_too) || (is_table && d->rules->tables_keep_case) || direction == 0)
        return text;
    if (is_ascii(text) || !g_utf8_validate(text, n->len, NULL)) {
        for (char *c = text; *c; c++)
            *c = direction < 0 ? g_ascii_tolower(*c) : g_ascii_toupper(*c);
        return text;
    }
    folded = direction < 0 ? g_utf8_strdown(text, n->len) : g_utf8_strup(text, n->len);
    return arena_strdup(a, folded);
}

char *sql_normalize(struct arena *a, const struct sql_node *identifier, const struct sql_dialect *d)
{
    return sql__normalize_text(a, identifier, d, false);
}

bool sql__table_parts(struct arena *a, struct sql_node *node, const struct sql_dialect *d,
                      struct sql_table *out)
{
    const char *parts[3] = {NULL, NULL, NULL};

    *out = (struct sql_table){.node = node};
    SQL_EACH_CHILD (node, c) {
        if (c->slot != SLOT_PART)
            continue;
        if (c->kind != SQL_IDENTIFIER || c->flags & SQL_TEMPLATE)
            return false;
        parts[0] = parts[1];
        parts[1] = parts[2];
        parts[2] = sql__normalize_text(a, c, d, true);
    }
    out->catalog = parts[0];
    out->schema = parts[1];
    out->name = parts[2];
    return out->name != NULL;
}

struct cte_scope *sql__push_cte(struct arena *a, const struct cte_scope *scope,
                                struct sql_node *cte, const struct sql_dialect *d)
{
    struct cte_scope *s = arena_new_of(a, struct cte_scope);

    s->next = scope;
    s->name = sql__normalize_text(a, cte, d, false);
    s->node = cte;
    return s;
}

struct cte_scope *sql__cte_of(struct arena *a, const struct cte_scope *scope,
                              const struct sql_node *table, const struct sql_dialect *d)
{
    const struct sql_node *part = sql_child(table, SLOT_PART);
    const char *name;

    if (!scope || !part || part->kind != SQL_IDENTIFIER ||
        (part->next && part->next->slot == SLOT_PART))
        return NULL;
    name = sql__normalize_text(a, part, d, false);
    for (; scope; scope = scope->next)
        if (strcmp(scope->name, name) == 0)
            return (struct cte_scope *)scope;
    return NULL;
}

/* Names of the sources that stand before a table in one FROM: what an implicit UNNEST may name. */
struct sources {
    const struct sources *next;
    const char *name;
};

struct finder {
    struct arena *arena;
    const struct sql_dialect *dialect;
    GPtrArray *tables;
    const struct sources *sources;
};

static void find(struct finder *f, struct sql_node *n, const struct cte_scope *scope);

static void find_in_children(struct finder *f, struct sql_node *n, const struct cte_scope *scope)
{
    SQL_EACH_CHILD (n, c) {
        if (c->slot != SLOT_WITH)
            find(f, c, scope);
    }
}

/* The CTEs of WITH or @WITH(…), each with those before it in sight, or with all when recursive. */
static const struct cte_scope *find_in_with(struct finder *f, struct sql_node *with,
                                            const struct cte_scope *scope)
{
    bool recursive = with->flags & SQL_RECURSIVE || sql__has(f->dialect, SQLD_RECURSIVE_CTE);

    if (with->kind == SQL_MACRO_CALL)
        with = sql_child(with, SLOT_BODY) ? sql_child(with, SLOT_BODY) : with;
    if (recursive)
        SQL_EACH_CHILD (with, c) {
            if (c->kind == SQL_CTE)
                scope = sql__push_cte(f->arena, scope, c, f->dialect);
        }
    SQL_EACH_CHILD (with, c) {
        find(f, c, scope);
        if (!recursive && c->kind == SQL_CTE)
            scope = sql__push_cte(f->arena, scope, c, f->dialect);
    }
    return scope;
}

static bool is_source(const struct finder *f, const char *name)
{
    for (const struct sources *s = f->sources; s; s = s->next)
        if (strcmp(s->name, name) == 0)
            return true;
    return false;
}

static void add_source(struct finder *f, struct sql_node *table)
{
    const struct sql_node *name = sql_child(table, SLOT_ALIAS);
    struct sources *s;

    if (!name && table->kind == SQL_TABLE)
        SQL_EACH_CHILD (table, c) {
            if (c->slot == SLOT_PART)
                name = c;
        }
    if (!name || !name->text)
        return;
    s = arena_new_of(f->arena, struct sources);
    s->name = sql__normalize_text(f->arena, name, f->dialect, false);
    s->next = f->sources;
    f->sources = s;
}

/* BigQuery and Redshift: FROM t, t.items */
static bool is_lateral_column(struct finder *f, struct sql_node *table)
{
    const struct sql_node *first = sql_child(table, SLOT_PART);

    return sql__has(f->dialect, SQLD_IMPLICIT_UNNEST) && first && first->next &&
           first->next->slot == SLOT_PART && first->text &&
           is_source(f, sql__normalize_text(f->arena, first, f->dialect, false));
}

static void find_table(struct finder *f, struct sql_node *n, const struct cte_scope *scope)
{
    struct sql_table t;

    if (!sql__cte_of(f->arena, scope, n, f->dialect) && !is_lateral_column(f, n) &&
        sql__table_parts(f->arena, n, f->dialect, &t)) {
        struct sql_table *copy = arena_new_of(f->arena, struct sql_table);

        *copy = t;
        g_ptr_array_add(f->tables, copy);
    }
    add_source(f, n);
    find_in_children(f, n, scope);
}

static void find(struct finder *f, struct sql_node *n, const struct cte_scope *scope)
{
    struct sql_node *with = sql_child(n, SLOT_WITH);
    const struct sources *outer = f->sources;

    if (with)
        scope = find_in_with(f, with, scope);
    if (n->kind == SQL_TABLE)
        find_table(f, n, scope);
    else
        find_in_children(f, n, scope);
    if (n->kind == SQL_SELECT)
        f->sources = outer;
    else if (n->slot == SLOT_FROM || n->slot == SLOT_TABLE)
        add_source(f, n);
}

GPtrArray *sql_tables(struct arena *a, struct sql_node *query, const struct sql_dialect *d)
{
    struct finder f = {.arena = a, .dialect = d, .tables = g_ptr_array_new()};

    find(&f, query, NULL);
    return f.tables;
}

/* The renamed tables, to shorten columns that name them by schema: schema.table.column. */
struct renamed {
    struct arena *arena;
    const struct sql_dialect *dialect;
    GPtrArray *tables; /* of struct sql_table, as they were */
};

static bool names_renamed(struct renamed *r, const char *schema, const char *name)
{
    for (unsigned i = 0; i < r->tables->len; i++) {
        const struct sql_table *t = r->tables->pdata[i];

        if (t->schema && strcmp(t->name, name) == 0 && strcmp(t->schema, schema) == 0)
            return true;
    }
    return false;
}

/* Take catalog and schema off a column (or t.*) whose table was renamed: the alias is its name. */
static enum sql_visit shorten(struct sql_node *n, void *data)
{
    struct renamed *r = data;
    unsigned parts = 0, keep = n->kind == SQL_STAR ? 1 : 2;
    struct sql_node *c = n->child;

    if (n->kind != SQL_COLUMN && n->kind != SQL_STAR)
        return SQL_GO_IN;
    for (struct sql_node *p = n->child; p && p->slot == SLOT_PART; p = p->next) {
        if (p->kind != SQL_IDENTIFIER)
            return SQL_GO_IN;
        parts++;
    }
    if (parts <= keep)
        return SQL_GO_IN;
    for (unsigned i = parts - keep; i > 1; i--)
        c = c->next;
    if (names_renamed(r, sql__normalize_text(r->arena, c, r->dialect, true),
                      sql__normalize_text(r->arena, c->next, r->dialect, true)))
        n->child = c->next;
    return SQL_GO_IN;
}

static bool wants_alias(const struct sql_node *table)
{
    return (table->slot == SLOT_FROM || table->slot == SLOT_TABLE) && !sql_child(table, SLOT_ALIAS);
}

/* Is this a child that stands before a table's alias? */
static bool before_alias(const struct sql_node *c)
{
    return c->slot == SLOT_PART ||
           (c->slot == SLOT_VERSION &&
            !(c->child && c->child->kind == SQL_KEYWORD && sql_text_is(c->child, "FINAL")));
}

static void put_parts(struct arena *a, struct sql_node *table, const struct sql_node *with)
{
    struct sql_node *rest = table->child, *name = NULL, *c, *next;
    bool alias = wants_alias(table);

    table->child = table->last = NULL;
    for (const struct sql_node *p = with->child; p; p = p->next)
        if (p->slot == SLOT_PART)
            sql_append(table, SLOT_PART, sql_clone(a, p));
    for (; rest && rest->slot == SLOT_PART; rest = rest->next)
        name = rest;
    for (c = rest; c; c = next) {
        next = c->next;
        if (alias && !before_alias(c)) {
            sql_append(table, SLOT_ALIAS, sql_clone(a, name));
            alias = false;
        }
        sql_append(table, c->slot, c);
    }
    if (alias)
        sql_append(table, SLOT_ALIAS, sql_clone(a, name));
}

void sql_rename_tables(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                       sql_renamer rename, void *data)
{
    g_autoptr(GPtrArray) tables = sql_tables(a, query, d);
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    struct renamed r = {.arena = a, .dialect = d, .tables = changed};

    for (unsigned i = 0; i < tables->len; i++) {
        struct sql_table *t = tables->pdata[i];
        struct sql_node *with = rename(t, data);

        if (!with)
            continue;
        if (wants_alias(t->node))
            g_ptr_array_add(changed, t);
        put_parts(a, t->node, with);
    }
    if (changed->len > 0)
        sql_walk(query, shorten, &r);
}
