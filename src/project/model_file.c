/* model_file.c -- one file of models/: its block, its statements, its query. */
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

struct draft *project__draft_new(struct loader *l, const struct source *source)
{
    struct draft *d = arena_new_of(l->arena, struct draft);

    d->arena = l->arena;
    d->source = *source;
    d->model = arena_new_of(l->arena, struct model);
    d->model->path = source->name;
    d->model->text = source->text;
    d->model->dialect = l->dialect;
    d->model->enabled = true;
    d->model->cron = "@daily";
    d->model->project = l->config->project;
    d->canonical = g_hash_table_new(g_str_hash, g_str_equal);
    d->data = g_string_new("");
    d->metadata = g_string_new("");
    d->definitions = project__list(l->arena);
    d->keys = project__list(l->arena);
    project__fill_lists(l->arena, d->model);
    return d;
}

void project__draft_clear(struct draft *d)
{
    g_clear_pointer(&d->canonical, g_hash_table_unref);
    g_clear_pointer(&d->inline_audits, g_hash_table_unref);
    if (d->data)
        g_string_free(d->data, TRUE);
    if (d->metadata)
        g_string_free(d->metadata, TRUE);
    d->data = d->metadata = NULL;
}

void project__start_reading(struct reading *r, struct loader *l, struct draft *d)
{
    *r = (struct reading){.loader = l, .draft = d, .arena = l->arena, .source = d->source};
    r->dialect = d->dialect = sql_dialect_find(d->model->dialect, NULL);
    r->macros = (struct macro_context){
        .dialect = r->dialect,
        .source = &d->source,
        .runtime_stage = "loading",
        .gateway = l->gateway,
        .variables = l->variables,
        .blueprint_variables = d->model->blueprint_variables,
        .definitions = d->definitions->len > 0 ? d->definitions : NULL,
    };
}

bool project__fail_draft(const struct draft *d, size_t at, GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *message = NULL;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    error_set_at(error, project_error(), ERROR_INVALID, &d->source, at, "%s", message);
    return false;
}

/* ---- statements ------------------------------------------------------------------------------ */

struct file {
    struct reading r;
    struct draft *draft;
    GArray *ranges;
    guint at;        /* the range being read */
    bool in_virtual; /* between ON_VIRTUAL_UPDATE_BEGIN and _END */
    bool seen_query; /* or @INSERT_SEED() */
    size_t virtual_at;
};

static struct model_statement *statement_of(struct file *f, struct sql_range range)
{
    struct model_statement *s = arena_new_of(f->r.arena, struct model_statement);

    s->sql = arena_strndup(f->r.arena, f->r.source.text + range.at, range.len);
    s->at = range.at;
    return s;
}

static bool begins_with(const struct file *f, struct sql_range range, const char *const *words)
{
    struct sql_token t = project__token_at(&f->r, range.at);

    for (; *words; words++)
        if (t.kind == T_WORD && sql_token_is(&f->r.source, &t, *words))
            return true;
    return t.kind == T_OPERATOR && f->r.source.text[t.at] == '(';
}

static bool is_macro(const struct file *f, struct sql_range range, const char *name)
{
    const char *text = f->r.source.text + range.at;
    size_t n = strlen(name);

    return range.len > n && *text == '@' && g_ascii_strncasecmp(text + 1, name, n) == 0 &&
           !g_ascii_isalnum(text[n + 1]) && text[n + 1] != '_';
}

/* SQLMesh takes a macro for the query when it is @UNION or the only statement. */
static bool is_query(const struct file *f, struct sql_range range)
{
    static const char *const words[] = {"SELECT", "WITH", "VALUES", "FROM", NULL};

    if (is_macro(f, range, "UNION"))
        return true;
    if (f->r.source.text[range.at] == '@')
        return !is_macro(f, range, "DEF") && !is_macro(f, range, "INSERT_SEED") &&
               f->ranges->len - f->at == 1 && !f->seen_query && f->draft->model->pre->len == 0;
    return begins_with(f, range, words);
}

static void hash_tree(struct draft *d, GString *to, const struct sql_node *tree)
{
    g_autofree char *text = sql_canonical(tree, d->dialect);

    project__hash(to, text);
}

static bool read_query(struct file *f, struct sql_range range, GError **error)
{
    struct draft *d = f->draft;
    struct model *m = d->model;

    if (m->kind == KIND_SEED)
        return project__fail(&f->r, range.at, error,
                             "a SEED has no query: its rows come from its file.");
    if (f->seen_query)
        return project__fail(&f->r, range.at, error, "a model has one query, and this is another.");
    if (!(d->query = sql_parse_query_in(f->r.arena, &f->r.source, range, f->r.dialect, error)))
        return false;
    if (!project__check_macros(&f->r, d->query, d->definitions, error))
        return false;
    f->seen_query = true;
    m->query = arena_strndup(f->r.arena, f->r.source.text + range.at, range.len);
    m->query_at = range.at;
    hash_tree(d, d->data, d->query);
    return true;
}

static bool read_statement(struct file *f, struct sql_range range, GError **error)
{
    struct model *m = f->draft->model;
    struct model_statement *s = statement_of(f, range);
    struct sql_node *n;
    bool is_definition = is_macro(f, range, "DEF");
    GString *hash = f->in_virtual ? f->draft->metadata : f->draft->data;

    n = sql_parse_statement_in(f->r.arena, &f->r.source, range, f->r.dialect, error);
    if (!n)
        return false;
    project__hash(hash, f->in_virtual ? "virtual" : f->seen_query ? "post" : "pre");
    hash_tree(f->draft, hash, n);
    if (is_definition) {
        g_ptr_array_add(f->draft->definitions, n);
        g_ptr_array_add(m->definitions, s);
        return true;
    }
    g_ptr_array_add(f->in_virtual ? m->on_virtual_update : f->seen_query ? m->post : m->pre, s);
    if (!memchr(s->sql, '@', range.len))
        return true;
    project__add_variables(f->r.loader, f->draft, n, f->draft->definitions, hash);
    return project__check_macros(&f->r, n, f->draft->definitions, error);
}

static bool read_inline_audit(struct file *f, GError **error)
{
    struct audit_definition *audit;
    guint used;

    audit = project__read_audit(&f->r, f->ranges, f->at, &used, error);
    if (!audit)
        return false;
    f->at += used - 1;
    if (!f->draft->inline_audits)
        f->draft->inline_audits = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(f->draft->inline_audits, (char *)audit->name, audit);
    return true;
}

static bool read_range(struct file *f, struct sql_range range, GError **error)
{
    const struct source *s = &f->r.source;

    if (project__is_word(s, f->r.dialect, range, "ON_VIRTUAL_UPDATE_BEGIN")) {
        f->in_virtual = true;
        f->virtual_at = range.at;
        return true;
    }
    if (project__is_word(s, f->r.dialect, range, "ON_VIRTUAL_UPDATE_END")) {
        f->in_virtual = false;
        return true;
    }
    if (project__is_block(s, f->r.dialect, range, "AUDIT"))
        return read_inline_audit(f, error);
    if (project__is_block(s, f->r.dialect, range, "MODEL"))
        return project__fail(&f->r, range.at, error,
                             "a file holds one model, and this is another block.");
    if (!f->in_virtual && is_macro(f, range, "INSERT_SEED")) {
        f->seen_query = true;
        return true;
    }
    if (!f->in_virtual && is_query(f, range))
        return read_query(f, range, error);
    return read_statement(f, range, error);
}

static bool default_statements(struct file *f, const char *name, GPtrArray *into, GError **error)
{
    const json_t *list = json_object_get(f->r.loader->model_defaults, name);
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        struct model_statement *s = arena_new_of(f->r.arena, struct model_statement);
        struct source source;
        struct sql_node *n;

        if (!json_is_string(item))
            continue;
        s->sql = json_string_value(item);
        source = (struct source){arena_printf(f->r.arena, "config.yaml: model_defaults: %s", name),
                                 s->sql, strlen(s->sql)};
        if (!(n = sql_parse_statement(f->r.arena, &source, f->r.dialect, error)))
            return false;
        hash_tree(f->draft,
                  into == f->draft->model->on_virtual_update ? f->draft->metadata : f->draft->data,
                  n);
        g_ptr_array_add(into, s);
    }
    return true;
}

static bool read_statements(struct file *f, guint from, GError **error)
{
    struct model *m = f->draft->model;

    if (!default_statements(f, "pre_statements", m->pre, error) ||
        !default_statements(f, "post_statements", m->post, error) ||
        !default_statements(f, "on_virtual_update", m->on_virtual_update, error))
        return false;
    for (f->at = from; f->at < f->ranges->len; f->at++)
        if (!read_range(f, g_array_index(f->ranges, struct sql_range, f->at), error))
            return false;
    if (f->in_virtual)
        return project__fail(&f->r, (uint32_t)f->virtual_at, error,
                             "ON_VIRTUAL_UPDATE_END; is missing for this.");
    if (m->kind != KIND_SEED && !m->query)
        return project__fail(&f->r, from ? 0 : (uint32_t)f->r.source.len, error,
                             "this model has no query.");
    return true;
}

/* ---- the block ------------------------------------------------------------------------------- */

static const struct property *find_property(const GArray *properties, const char *name)
{
    for (guint i = properties->len; i > 0; i--) {
        const struct property *p = &g_array_index(properties, struct property, i - 1);

        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

/* The block says the dialect that everything else is read in, itself included. */
static bool choose_dialect(struct file *f, const GArray *properties, GError **error)
{
    const struct property *p = find_property(properties, "dialect");
    const char *text;
    g_autofree char *lower = NULL;
    GError *e = NULL;

    if (!p)
        return true;
    if (!project__text(&f->r, p, &text, error))
        return false;
    lower = g_ascii_strdown(text, -1);
    if (g_strcmp0(lower, f->draft->model->dialect) == 0)
        return true;
    if (!sql_dialect_find(lower, &e)) {
        project__fail(&f->r, p->value.at, error, "%s", e->message);
        g_error_free(e);
        return false;
    }
    f->draft->model->dialect = arena_strdup(f->r.arena, lower);
    project__start_reading(&f->r, f->r.loader, f->draft);
    return true;
}

static bool infer_name(struct file *f, GError **error)
{
    const char *name = project__name_of_path(f->r.arena, f->draft->source.name);
    struct source s = {f->draft->source.name, name, strlen(name)};
    struct sql_node *n = sql_parse_table(f->r.arena, &s, f->r.dialect, NULL);
    const char *catalog = project__catalog(f->r.loader, f->draft->model->gateway);

    if (n && project__set_name(f->draft, catalog, n))
        return true;
    return project__fail(&f->r, 0, error,
                         "this model has no name, and its path gives none: models/<schema>/"
                         "<model>.sql is read as <schema>.<model>.");
}

static bool check_model(struct file *f, GError **error)
{
    const struct model *m = f->draft->model;

    if (m->end && !m->start)
        return project__fail(&f->r, 0, error, "a model with an end needs a start.");
    if ((m->partitioned_by[0] || m->clustered_by[0]) &&
        (m->kind == KIND_EMBEDDED || m->kind == KIND_VIEW))
        return project__fail(&f->r, 0, error,
                             "partitioned_by and clustered_by have no meaning for the kind %s.",
                             model_kind_names[m->kind]);
    return true;
}

static bool read_draft(struct file *f, GError **error)
{
    GArray *properties = NULL;
    struct sql_range first = {0, 0};
    bool ok;

    f->ranges = sql_split(&f->r.source, f->r.dialect);
    if (f->ranges->len > 0)
        first = g_array_index(f->ranges, struct sql_range, 0);
    if (!project__is_block(&f->r.source, f->r.dialect, first, "MODEL")) {
        if (!f->r.loader->infer_names)
            return project__fail(&f->r, first.at, error,
                                 "this file has no MODEL block at its top.");
        properties = g_array_new(FALSE, FALSE, sizeof(struct property));
        ok = project__set_properties(&f->r, properties, error) && infer_name(f, error) &&
             read_statements(f, 0, error);
        g_array_unref(properties);
        return ok;
    }
    if (!(properties = project__read_block(&f->r, first, error)))
        return false;
    const struct sql_dialect *before = f->r.dialect;
    ok = choose_dialect(f, properties, error);
    if (ok && before != f->r.dialect) {
        g_array_unref(properties);
        g_array_unref(f->ranges);
        f->ranges = sql_split(&f->r.source, f->r.dialect);
        first = g_array_index(f->ranges, struct sql_range, 0);
        if (!(properties = project__read_block(&f->r, first, error)))
            return false;
    }
    ok = ok && project__set_properties(&f->r, properties, error) &&
         (f->draft->model->fqn || infer_name(f, error)) && check_model(f, error) &&
         project__describe_block(&f->r, first.at) && read_statements(f, 1, error);
    g_array_unref(properties);
    return ok;
}

static bool read_once(struct loader *l, const struct source *source, json_t *blueprint,
                      GError **error)
{
    struct draft *d = project__draft_new(l, source);
    struct file f = {.draft = d};
    bool ok;

    d->model->blueprint_variables = blueprint;
    project__start_reading(&f.r, l, d);
    ok = project__check_jinja(&f.r, error) && project__bind_blueprint(&f.r, error) &&
         read_draft(&f, error);
    if (f.ranges)
        g_array_unref(f.ranges);
    if (ok && d->model->enabled)
        g_ptr_array_add(l->drafts, d);
    else
        project__draft_clear(d);
    return ok;
}

/* The variables of each blueprint, when the block has any; NULL and no error without. */
static GPtrArray *find_blueprints(struct loader *l, const struct source *source, GError **error)
{
    struct draft *d;
    struct reading r;
    GPtrArray *out;

    if (!project__mentions(source->text, "blueprints"))
        return NULL;
    d = project__draft_new(l, source);
    project__start_reading(&r, l, d);
    out = project__read_blueprints(&r, error);
    project__draft_clear(d);
    return out;
}

static bool refuse_python(const char *path, GError **error)
{
    g_set_error(error, project_error(), ERROR_INVALID,
                "%s is a model in Python: it needs Python, which this version does not run.", path);
    error_hint(error, "name it in ignore_patterns of config.yaml to go on without it.");
    return false;
}

bool project__read_model_file(struct loader *l, const char *path, GError **error)
{
    struct source source;
    GPtrArray *blueprints;
    GError *e = NULL;

    if (g_str_has_suffix(path, ".py"))
        return refuse_python(path, error);
    if (!project__read_source(l, path, &source, error))
        return false;
    blueprints = find_blueprints(l, &source, &e);
    if (e) {
        g_propagate_error(error, e);
        return false;
    }
    if (!blueprints)
        return read_once(l, &source, NULL, error);
    for (guint i = 0; i < blueprints->len; i++)
        if (!read_once(l, &source, blueprints->pdata[i], error))
            return false;
    return true;
}
