/* model_seed.c -- a SEED model's file and its CSV settings. */
#include "project/project_int.h"
#include "project/seed.h"
#include "sql/print.h"

#include <string.h>

bool project__set_seed_path(struct reading *r, const struct property_row *row,
                            const struct property *p, GError **error)
{
    const char *path;

    (void)row;
    if (!project__text(r, p, &path, error))
        return false;
    r->draft->model->seed->path = path;
    r->draft->seed_at = p->value.at;
    return true;
}

bool project__set_seed_batch(struct reading *r, const struct property_row *row,
                             const struct property *p, GError **error)
{
    (void)row;
    return project__count(r, p, &r->draft->model->seed->batch_size, error);
}

/* '\t' means a tab in any dialect. */
static const char *unescape(struct arena *a, const char *text)
{
    static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
    const char *at;

    if (text[0] != '\\' || !text[1] || text[2] || !(at = strchr(from, text[1])))
        return text;
    return arena_strndup(a, to + (at - from), 1);
}

static char **na_list(struct arena *a, struct sql_node *value)
{
    GPtrArray *items = project__items(a, value);
    char **out = arena_alloc(a, (items->len + 1) * sizeof *out);

    for (guint i = 0; i < items->len; i++)
        if (!(out[i] = (char *)project__scalar(a, items->pdata[i])))
            return NULL;
    out[items->len] = NULL;
    return out;
}

static json_t *na_texts(char *const *list)
{
    json_t *array = json_array();

    for (; *list; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

/* na_values: (a, b), or (column = (a, b), …). */
static bool set_na_values(struct reading *r, struct sql_node *value, GError **error)
{
    struct model_seed *seed = r->draft->model->seed;
    GPtrArray *items = project__items(r->arena, value);
    struct sql_node *of_column;
    const char *name;
    char **list;

    if (items->len == 0 || !project__pair(items->pdata[0], &name, &of_column, r->arena)) {
        seed->na_values = na_list(r->arena, value);
        return seed->na_values ||
               project__fail(r, value->at, error, "\"na_values\" wants texts or numbers.");
    }
    seed->na_columns = project__keep_json(r->arena, json_object());
    for (guint i = 0; i < items->len; i++) {
        const struct sql_node *item = items->pdata[i];

        if (!project__pair(item, &name, &of_column, r->arena) ||
            !(list = na_list(r->arena, of_column)))
            return project__fail(r, item->at, error,
                                 "\"na_values\" wants column = (text, …) here.");
        json_object_set_new(seed->na_columns, name, na_texts(list));
    }
    return true;
}

static const struct {
    const char *name;
    size_t offset;
    bool is_flag;
} settings[] = {
    {"delimiter",        offsetof(struct model_seed, delimiter),        false},
    {"quotechar",        offsetof(struct model_seed, quotechar),        false},
    {"escapechar",       offsetof(struct model_seed, escapechar),       false},
    {"encoding",         offsetof(struct model_seed, encoding),         false},
    {"lineterminator",   offsetof(struct model_seed, lineterminator),   false},
    {"doublequote",      offsetof(struct model_seed, doublequote),      true },
    {"skipinitialspace", offsetof(struct model_seed, skipinitialspace), true },
    {"keep_default_na",  offsetof(struct model_seed, keep_default_na),  true },
};

static bool set_setting(struct reading *r, const struct sql_node *item, const char *name,
                        struct sql_node *value, GError **error)
{
    const char *text = project__scalar(r->arena, value), *names[G_N_ELEMENTS(settings) + 2], *near;
    size_t n = 0;

    if (strcmp(name, "na_values") == 0)
        return set_na_values(r, value, error);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        char *at = (char *)r->draft->model->seed + settings[i].offset;

        names[n++] = settings[i].name;
        if (strcmp(settings[i].name, name) != 0)
            continue;
        if (!text)
            return project__fail(r, value->at, error, "\"%s\" wants a text.", name);
        if (settings[i].is_flag)
            *(bool *)at = g_ascii_strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0;
        else
            *(const char **)at = unescape(r->arena, text);
        return true;
    }
    names[n++] = "na_values";
    names[n] = NULL;
    project__fail(r, item->at, error, "csv_settings have no \"%s\".", name);
    if ((near = nearest_name(name, names)))
        error_hint(error, "did you mean \"%s\"?", near);
    return false;
}

bool project__set_csv_settings(struct reading *r, const struct property_row *row,
                               const struct property *p, GError **error)
{
    struct sql_node *n = project__expression(r, p, error);
    GPtrArray *items = n ? project__items(r->arena, n) : NULL;

    (void)row;
    for (guint i = 0; items && i < items->len; i++) {
        const struct sql_node *item = items->pdata[i];
        const char *name;
        struct sql_node *value;

        if (!project__pair(item, &name, &value, r->arena))
            return project__fail(r, item->at, error, "csv_settings are written (name = value, …).");
        if (!set_setting(r, item, name, value, error))
            return false;
    }
    return items != NULL;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* $root/… is below the project, anything relative below the model's folder. */
static char *seed_file(const struct loader *l, const struct draft *d)
{
    const char *path = d->model->seed->path;
    g_autofree char *folder = NULL;

    if (g_str_has_prefix(path, "$root"))
        return g_build_filename(l->root, path + strlen("$root"), NULL);
    if (g_path_is_absolute(path))
        return g_strdup(path);
    folder = g_path_get_dirname(d->model->path);
    return g_build_filename(l->root, folder, path, NULL);
}

static bool read_bytes(struct loader *l, struct draft *d, GError **error)
{
    g_autofree char *path = seed_file(l, d), *clean = g_canonicalize_filename(path, l->root);
    struct model_seed *seed = d->model->seed;
    GError *e = NULL;
    char *content;

    if (!g_file_get_contents(clean, &content, &seed->len, &e)) {
        project__fail_draft(d, d->seed_at, error, "the seed's file cannot be read: %s.",
                            e->message);
        error_hint(error, "a path is relative to the model's file; $root/… starts at the project.");
        g_error_free(e);
        return false;
    }
    arena_defer(d->arena, g_free, content);
    seed->content = content;
    seed->path = g_str_has_prefix(clean, l->root) && clean[strlen(l->root)] == '/'
                     ? arena_strdup(d->arena, clean + strlen(l->root) + 1)
                     : arena_strdup(d->arena, clean);
    return true;
}

/* The columns as the file has them, for models that do not say; digests for the fingerprint. */
static void take_columns(struct draft *d, const struct seed_table *t)
{
    struct model *m = d->model;

    m->projections = project__list(d->arena);
    m->columns_known = true;
    for (size_t i = 0; i < t->n_columns; i++) {
        struct model_column *c = arena_new_of(d->arena, struct model_column);
        struct sql_node *n = sql_node_new(d->arena, SQL_IDENTIFIER, t->columns[i].name, -1);
        char digest[16];

        c->name = sql_normalize(d->arena, n, d->dialect);
        c->type = seed_type_names[t->columns[i].type];
        g_ptr_array_add(m->projections, c);
        g_snprintf(digest, sizeof digest, "%u", seed_column_digest(t, i));
        project__hash(d->data, c->name);
        project__hash(d->data, digest);
    }
}

bool project__read_seed(struct loader *l, struct draft *d, GError **error)
{
    struct seed_table *t;

    if (!read_bytes(l, d, error))
        return false;
    t = seed_read(d->model->seed, error);
    if (!t)
        return false;
    take_columns(d, t);
    seed_free(t);
    return true;
}
