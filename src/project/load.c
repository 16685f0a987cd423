/* load.c -- a project from its folder, in the order that project_int.h tells. */
#include "project/external.h"
#include "project/project_int.h"
#include "sql/parse.h"

#include <string.h>
#include <sys/stat.h>

/* ---- files ----------------------------------------------------------------------------------- */

static bool is_ignored(const struct config *c, const char *path)
{
    for (char **pattern = c->ignore_patterns; pattern && *pattern; pattern++)
        if (g_pattern_match_simple(*pattern, path))
            return true;
    return false;
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Paths below a folder, relative to the project, sorted. Hidden ones are passed over. */
static void list_files(const struct loader *l, const char *folder, GPtrArray *out)
{
    g_autofree char *full = g_build_filename(l->root, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);

    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *absolute = g_build_filename(l->root, path, NULL);
        struct stat s;

        if (*name == '.' || strcmp(name, "__pycache__") == 0 || is_ignored(l->config, path))
            continue;
        if (g_str_has_suffix(name, ".sql") || g_str_has_suffix(name, ".py"))
            g_ptr_array_add(out, g_steal_pointer(&path));
        else if (stat(absolute, &s) == 0 && S_ISDIR(s.st_mode))
            g_ptr_array_add(folders, g_steal_pointer(&path));
    }
    for (guint i = 0; i < folders->len; i++)
        list_files(l, folders->pdata[i], out);
}

static bool refuse_python(struct loader *l, const char *path, GError **error)
{
    g_autofree char *full = g_build_filename(l->root, path, NULL);
    g_autofree char *text = NULL;
    struct source s = {path, NULL, 0};
    const char *at;

    if (!g_file_get_contents(full, &text, &s.len, NULL) || !(at = strstr(text, "@model(")))
        return true;
    s.text = text;
    error_set_at(error, project_error(), ERROR_INVALID, &s, (size_t)(at - text),
                 "a model written in Python needs Python, which this version does not run.");
    return false;
}

static bool read_folder(struct loader *l, const char *folder,
                        bool (*read)(struct loader *l, const char *path, GError **error),
                        GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    list_files(l, folder, files);
    g_ptr_array_sort(files, by_text);
    for (guint i = 0; i < files->len; i++) {
        const char *path = files->pdata[i];

        if (g_str_has_suffix(path, ".sql") ? !read(l, path, error) : !refuse_python(l, path, error))
            return false;
    }
    return true;
}

/* ---- external models ------------------------------------------------------------------------- */

static void take_columns(struct draft *d, const GPtrArray *columns)
{
    struct model *m = d->model;

    if (!columns)
        return;
    m->columns = project__list(d->arena);
    for (guint i = 0; i < columns->len; i++) {
        const struct model_column *given = columns->pdata[i];
        struct model_column *c = arena_new_of(d->arena, struct model_column);
        struct source s = {"a column", given->name, strlen(given->name)};
        struct sql_node *n = sql_parse_table(d->arena, &s, d->dialect, NULL);

        *c = *given;
        if (n && n->child && n->child == n->last && n->child->kind == SQL_IDENTIFIER)
            c->name = sql_normalize(d->arena, n->child, d->dialect);
        g_ptr_array_add(m->columns, c);
        if (c->description)
            g_ptr_array_add(m->column_descriptions, c);
    }
    m->columns_known = m->columns->len > 0;
    m->projections = m->columns;
}

static bool add_external(struct loader *l, const struct external_model *e, GError **error)
{
    struct draft *d = project__draft_new(l, &e->source);
    struct model *m = d->model;
    const json_t *defaults = l->model_defaults;
    struct source name = {"the name", e->name, strlen(e->name)};
    struct sql_node *n;

    g_ptr_array_add(l->drafts, d);
    m->kind = KIND_EXTERNAL;
    m->path = e->path;
    m->dialect = e->dialect ? e->dialect : l->dialect;
    m->description = e->description;
    m->owner = e->owner ? e->owner : json_get_string(defaults, "owner", NULL);
    m->cron = json_get_string(defaults, "cron", "@daily");
    m->start = json_get_string(defaults, "start", NULL);
    m->gateway = e->gateway;
    m->tags = e->tags;
    m->on_destructive_change = m->on_additive_change = "ALLOW";
    d->name_at = e->at;
    if (!(d->dialect = sql_dialect_find(m->dialect, error)))
        return false;
    n = sql_parse_table(l->arena, &name, d->dialect, NULL);
    if (!n || !project__set_name(d, project__catalog(l, m->gateway), n))
        return project__fail_draft(d, e->at, error, "\"%s\" is no name of a table.", e->name);
    take_columns(d, e->columns);
    return true;
}

static bool read_externals(struct loader *l, GError **error)
{
    GError *e = NULL;
    GPtrArray *list = externals_read(l->arena, l->config, l->gateway, &e);

    if (e) {
        g_propagate_error(error, e);
        return false;
    }
    for (guint i = 0; list && i < list->len; i++)
        if (!add_external(l, list->pdata[i], error))
            return false;
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool index_names(struct loader *l, GError **error)
{
    for (guint i = 0; i < l->drafts->len; i++) {
        struct draft *d = l->drafts->pdata[i];
        const struct draft *other = g_hash_table_lookup(l->drafts_by_name, d->model->fqn);

        if (other) {
            project__fail_draft(d, d->name_at, error,
                                "the model %s stands in %s too; a name belongs to one model.",
                                d->model->name, other->model->path);
            return false;
        }
        g_hash_table_insert(l->drafts_by_name, (char *)d->model->fqn, d);
    }
    return true;
}

typedef bool (*each_draft)(struct loader *l, struct draft *d, GError **error);

static bool for_each(struct loader *l, each_draft call, GError **error)
{
    for (guint i = 0; i < l->drafts->len; i++)
        if (!call(l, l->drafts->pdata[i], error))
            return false;
    return true;
}

/* Everything that needs the parents done. */
static bool finish_draft(struct loader *l, struct draft *d, GError **error)
{
    struct project *p = l->project;
    struct wire_snapshot *s;

    if (!project__find_columns(l, d, error))
        return false;
    project__embed(l, d);
    if (!(s = project__snapshot(l, d, error)))
        return false;
    g_ptr_array_add(p->models, d->model);
    g_ptr_array_add(p->snapshots, s);
    g_hash_table_insert(p->by_fqn, (char *)d->model->fqn, d->model);
    g_hash_table_insert(p->snapshots_by_name, s->name, s);
    return true;
}

static bool read_seed(struct loader *l, struct draft *d, GError **error)
{
    return d->model->kind != KIND_SEED || project__read_seed(l, d, error);
}

static bool load(struct loader *l, GError **error)
{
    return read_folder(l, "audits", project__read_audit_file, error) &&
           read_folder(l, "models", project__read_model_file, error) && read_externals(l, error) &&
           index_names(l, error) && for_each(l, read_seed, error) &&
           for_each(l, project__find_dependencies, error) &&
           for_each(l, project__bind_audits, error) && project__order(l, error) &&
           for_each(l, finish_draft, error);
}

/* What the selected gateway says goes over what the project says. */
static void hear_gateway(struct loader *l)
{
    struct config_gateway *g = l->config->gateways && l->config->gateways->len > 0
                                   ? config_gateway(l->config, l->gateway, NULL)
                                   : NULL;
    const char *name;
    json_t *value;

    l->model_defaults = project__keep_json(l->arena, json_copy(l->config->model_defaults));
    if (g && g->model_defaults)
        json_object_update(l->model_defaults, g->model_defaults);
    l->variables = project__keep_json(l->arena, json_object());
    json_object_update(l->variables, l->config->variables);
    json_object_foreach (g ? g->variables : NULL, name, value) {
        g_autofree char *lower = g_ascii_strdown(name, -1);
        json_object_set(l->variables, lower, value);
    }
}

static bool start(struct loader *l, GError **error)
{
    struct project *p = l->project;
    const struct config *c = l->config;
    const json_t *naming = json_object_get(c->raw, "model_naming");
    const char *gateway = l->options->gateway ? l->options->gateway : c->default_gateway;
    g_autofree char *lower = gateway ? g_ascii_strdown(gateway, -1) : NULL;

    l->root = c->path;
    l->gateway = gateway ? arena_strdup(l->arena, lower) : NULL;
    if (l->options->gateway && !config_gateway(c, l->options->gateway, error))
        return false;
    hear_gateway(l);
    l->dialect = json_get_string(l->model_defaults, "dialect", "");
    if (!sql_dialect_find(l->dialect, error))
        return false;
    l->infer_names = json_get_bool(naming, "infer_names", false);
    p->default_dialect = l->dialect;
    p->default_catalog = project__catalog(l, NULL);
    l->catalog_known = true;
    return true;
}

static json_t *environment_statements(const struct config *c)
{
    json_t *out;

    if (!c->before_all && !c->after_all)
        return NULL;
    out = json_object();
    if (c->before_all)
        json_object_set(out, "before_all", c->before_all);
    if (c->after_all)
        json_object_set(out, "after_all", c->after_all);
    return out;
}

static struct project *project_new(struct config *c)
{
    struct project *p = g_new0(struct project, 1);

    p->arena = arena_new();
    p->config = c;
    p->models = g_ptr_array_new();
    p->by_fqn = g_hash_table_new(g_str_hash, g_str_equal);
    p->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
    p->snapshots_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    p->standalone_audits = g_ptr_array_new();
    p->statements = environment_statements(c);
    return p;
}

struct project *project_load(const struct project_options *options, GError **error)
{
    struct config *c = config_load(options->folder, error);
    struct loader l = {.options = options, .config = c};
    bool ok;

    if (!c)
        return NULL;
    l.project = project_new(c);
    l.arena = l.project->arena;
    l.audits = g_hash_table_new(g_str_hash, g_str_equal);
    l.units = g_hash_table_new(g_str_hash, g_str_equal);
    l.drafts = g_ptr_array_new();
    l.drafts_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    ok = start(&l, error) && load(&l, error);
    g_ptr_array_foreach(l.drafts, (GFunc)(void (*)(void))project__draft_clear, NULL);
    g_ptr_array_unref(l.drafts);
    g_hash_table_unref(l.drafts_by_name);
    g_hash_table_unref(l.units);
    g_hash_table_unref(l.audits);
    if (!ok)
        g_clear_pointer(&l.project, project_free);
    return l.project;
}
