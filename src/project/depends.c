/* depends.c -- what a model reads, and the columns it gives. */
#include "project/project_int.h"
#include "sql/infer.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

static const char *table_name(const struct loader *l, const struct draft *d,
                              const struct sql_table *t)
{
    return project__table_fqn(l->arena, t, project__catalog(l, d->model->gateway));
}

static void fill_context(struct loader *l, struct draft *d, struct macro_context *c)
{
    struct reading r;

    project__start_reading(&r, l, d);
    *c = r.macros;
    c->this_model = d->model->fqn;
    c->model_kind_name = model_kind_names[d->model->kind];
    c->definitions = d->definitions->len > 0 ? d->definitions : NULL;
}

static bool expand(struct loader *l, struct draft *d, GError **error)
{
    struct macro_context context;
    GError *e = NULL;

    fill_context(l, d, &context);
    d->expanded = d->columns_need_parents ? sql_clone(l->arena, d->query) : d->query;
    if (strchr(d->model->query, '@') == NULL)
        return true;
    d->expanded = macro_expand(l->arena, d->expanded, &context, &e);
    if (d->expanded && !e)
        return true;
    if (!e)
        return project__fail_draft(d, d->model->query_at, error,
                                   "the macros of this query leave nothing of it.");
    g_propagate_error(error, e);
    return false;
}

/* ---- variables ------------------------------------------------------------------------------- */

/* SQL texts that are expanded when they are used. */
static void add_text_variables(struct loader *l, struct draft *d, const json_t *texts, GString *to)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)texts, name, value) {
        const char *sql = json_string_value(value);
        struct source s = {name, sql, sql ? strlen(sql) : 0};
        struct sql_node *n;

        if (sql && strchr(sql, '@') && (n = sql_parse_expression(l->arena, &s, d->dialect, NULL)))
            project__add_variables(l, d, n, d->definitions, to);
    }
}

static void add_variables(struct loader *l, struct draft *d)
{
    struct model *m = d->model;

    if (d->query && strchr(m->query, '@'))
        project__add_variables(l, d, d->query, d->definitions, d->data);
    add_text_variables(l, d, m->physical_properties, d->data);
    add_text_variables(l, d, m->virtual_properties, d->metadata);
    add_text_variables(l, d, m->session_properties, d->metadata);
    for (guint i = 0; i < m->audits->len; i++)
        add_text_variables(l, d, ((struct model_audit *)m->audits->pdata[i])->arguments,
                           d->metadata);
}

/* ---- what it reads --------------------------------------------------------------------------- */

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void set_depends_on(struct loader *l, struct draft *d, GPtrArray *names)
{
    char **out = arena_alloc(l->arena, (names->len + 1) * sizeof *out);
    guint n = 0;

    g_ptr_array_sort(names, by_text);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];

        if (strcmp(name, d->model->fqn) == 0)
            d->model->depends_on_self = true;
        else if (n == 0 || strcmp(out[n - 1], name) != 0)
            out[n++] = (char *)name;
    }
    out[n] = NULL;
    d->model->depends_on = out;
}

bool project__find_dependencies(struct loader *l, struct draft *d, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    struct reading r;

    for (char **name = d->explicit_depends_on; name && *name; name++)
        g_ptr_array_add(names, *name);
    add_variables(l, d);
    if (d->query) {
        GPtrArray *tables;

        project__start_reading(&r, l, d);
        if (!project__check_macros(&r, d->query, d->definitions, error))
            return false;
        d->columns_need_parents =
            strchr(d->model->query, '@') && (project__mentions(d->model->query, "@star") ||
                                             project__mentions(d->model->query, "@union"));
        project__describe_columns(d);
        if (!expand(l, d, error))
            return false;
        tables = sql_tables(l->arena, d->expanded, d->dialect);
        for (guint i = 0; i < tables->len; i++)
            g_ptr_array_add(names, (char *)table_name(l, d, tables->pdata[i]));
        g_ptr_array_unref(tables);
    }
    set_depends_on(l, d, names);
    return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

struct asking {
    struct loader *loader;
    struct draft *draft;
};

static const struct draft *draft_of_name(const struct asking *ask, const struct sql_table *t)
{
    return g_hash_table_lookup(ask->loader->drafts_by_name, table_name(ask->loader, ask->draft, t));
}

/* A column's type as the asking model would write it; NULL: it cannot be told. */
static const char *type_in(const struct asking *ask, const struct draft *of,
                           const struct model_column *c)
{
    return project__translated_type(ask->loader->arena, c->type, of->dialect, ask->draft->dialect);
}

static const GPtrArray *columns_of(const struct draft *d)
{
    if (!d)
        return NULL;
    return d->model->columns         ? d->model->columns
           : d->model->columns_known ? d->model->projections
                                     : NULL;
}

/* The names or the types of a table's columns; both macro/ and sql/ free them. */
static char **texts_of(const struct asking *ask, const struct sql_table *t, bool types)
{
    const struct draft *d = draft_of_name(ask, t);
    const GPtrArray *columns = columns_of(d);
    char **out;

    if (!columns)
        return NULL;
    for (guint i = 0; types && i < columns->len; i++)
        if (!type_in(ask, d, columns->pdata[i]))
            return NULL;
    out = g_new0(char *, columns->len + 1);
    for (guint i = 0; i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];

        out[i] = g_strdup(types ? type_in(ask, d, c) : c->name);
    }
    return out;
}

static char **columns_for_sql(const struct sql_table *t, void *data)
{
    return texts_of(data, t, false);
}

/* A table as a macro's argument: its parts, normalized. */
static bool parts_of(const struct asking *ask, const struct sql_node *n, struct sql_table *t)
{
    *t = (struct sql_table){0};
    SQL_EACH_CHILD (n, c) {
        if (c->slot != SLOT_PART || c->kind != SQL_IDENTIFIER)
            continue;
        t->catalog = t->schema;
        t->schema = t->name;
        t->name = sql_normalize(ask->loader->arena, c, ask->draft->dialect);
    }
    return t->name != NULL;
}

static char **columns_for_macro(const struct sql_node *table, void *data)
{
    struct sql_table t;

    return parts_of(data, table, &t) ? texts_of(data, &t, false) : NULL;
}

static char **types_for_macro(const struct sql_node *table, void *data)
{
    struct sql_table t;

    return parts_of(data, table, &t) ? texts_of(data, &t, true) : NULL;
}

static bool expand_again(struct loader *l, struct draft *d, struct asking *ask, GError **error)
{
    struct macro_context context;
    GError *e = NULL;

    fill_context(l, d, &context);
    context.columns_of = columns_for_macro;
    context.types_of = types_for_macro;
    context.data = ask;
    d->expanded = macro_expand(l->arena, d->query, &context, &e);
    d->query = NULL;
    if (e)
        g_propagate_error(error, e);
    return d->expanded && !e;
}

static const char *type_for_sql(const struct sql_table *t, const char *column, void *data)
{
    const struct draft *d = draft_of_name(data, t);
    const GPtrArray *columns = columns_of(d);

    for (guint i = 0; columns && i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];

        if (strcmp(c->name, column) == 0)
            return type_in(data, d, c);
    }
    return NULL;
}

/* Names that a macro gives for columns it could not ask for are none; nor are names twice. */
static bool take_projections(struct draft *d, const GPtrArray *typed)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    struct model *m = d->model;

    m->projections = project__list(d->arena);
    for (guint i = 0; i < typed->len; i++) {
        const struct sql_typed *t = typed->pdata[i];
        struct model_column *c = arena_new_of(d->arena, struct model_column);

        if (strcmp(t->name, "__schema_unavailable_at_load__") == 0 ||
            !g_hash_table_add(seen, (char *)t->name)) {
            m->projections = NULL;
            return false;
        }
        c->name = t->name;
        c->type = t->type;
        g_ptr_array_add(m->projections, c);
    }
    return typed->len > 0;
}

static bool has_column(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++)
        if (strcmp(((struct model_column *)columns->pdata[i])->name, name) == 0)
            return true;
    return false;
}

static bool check_keys(const struct draft *d, GError **error)
{
    const struct model *m = d->model;
    const GPtrArray *columns = m->columns ? m->columns : m->columns_known ? m->projections : NULL;

    for (guint i = 0; columns && i < d->keys->len; i++) {
        const struct key *key = d->keys->pdata[i];

        if (!has_column(columns, key->column))
            return project__fail_draft(d, key->at, error,
                                       "\"%s\" names the column \"%s\", which the model %s does "
                                       "not have.",
                                       key->property, key->column, m->name);
    }
    return true;
}

bool project__find_columns(struct loader *l, struct draft *d, GError **error)
{
    struct asking ask = {l, d};
    struct sql_schema schema = {columns_for_sql, type_for_sql, &ask};
    const GPtrArray *typed;

    if (!d->expanded)
        return project__check_dialect(l, d, error) && check_keys(d, error);
    if (d->columns_need_parents && !expand_again(l, d, &ask, error))
        return false;
    typed = sql_infer(l->arena, d->expanded, d->dialect, &schema);
    d->model->columns_known = typed && take_projections(d, typed);
    if (!project__check_dialect(l, d, error))
        return false;
    d->expanded = NULL;
    if (d->model->depends_on_self && !model_typed_columns(d->model) && !d->model->columns)
        return project__fail_draft(d, d->model->query_at, error,
                                   "a query that reads its own table needs the types of all its "
                                   "columns: cast each of them, or list them under \"columns\".");
    return check_keys(d, error);
}

void project__embed(struct loader *l, struct draft *d)
{
    struct model *m = d->model;

    for (char **name = m->depends_on; *name; name++) {
        const struct draft *parent = g_hash_table_lookup(l->drafts_by_name, *name);

        if (!parent || parent->model->kind != KIND_EMBEDDED)
            continue;
        if (!m->embedded)
            m->embedded = project__keep_json(l->arena, json_object());
        if (parent->model->embedded)
            json_object_update(m->embedded, parent->model->embedded);
        json_t *definition = model_definition(parent->model);
        json_object_del(definition, "embedded");
        json_object_set_new(m->embedded, *name, definition);
    }
}
