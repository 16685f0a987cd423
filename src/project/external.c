/* Files of external models. */
#include "project/external.h"

#include "project/yaml.h"

#include <fnmatch.h>
#include <string.h>

struct reading {
    struct arena *arena;
    const struct config *config;
    const char *gateway;
    GPtrArray *found; /* of struct external_model */
    struct yaml *yaml;
    struct source source;
    const char *path;
};

static const char *const keys[] = {
    "name",   "columns", "gateway",    "description",         "dialect",
    "owner",  "tags",    "audits",     "column_descriptions", "grain",
    "grains", "start",   "references", "physical_properties", "virtual_properties",
    "cron",   "stamp",   "project",    "default_catalog",     "ignored_rules",
    "kind",   NULL};

/* The place of entry `i`, and of one of its members. */
static size_t place(const struct reading *r, size_t i, const char *key)
{
    g_autofree char *index = g_strdup_printf("%zu", i);
    const char *steps[] = {index, key};

    return yaml_place(r->yaml, steps, key ? 2 : 1);
}

static bool G_GNUC_PRINTF(5, 6)
    fail(struct reading *r, size_t i, const char *key, GError **error, const char *format, ...)
{
    g_autofree char *why = NULL;
    va_list args;

    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    error_set_at(error, project_error(), ERROR_INVALID, &r->source, place(r, i, key), "%s", why);
    return false;
}

static bool check_keys(struct reading *r, size_t i, const json_t *entry, GError **error)
{
    const char *key, *nearest;
    json_t *value;

    json_object_foreach ((json_t *)entry, key, value) {
        if (g_strv_contains(keys, key))
            continue;
        nearest = nearest_name(key, keys);
        fail(r, i, key, error, "an external model has no \"%s\".", key);
        if (nearest)
            error_hint(error, "did you mean \"%s\"?", nearest);
        return false;
    }
    return true;
}

static bool read_text(struct reading *r, size_t i, const json_t *entry, const char *key,
                      const char **out, GError **error)
{
    const json_t *value = json_object_get(entry, key);

    *out = NULL;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return fail(r, i, key, error, "%s must be a text.", key);
    *out = arena_strdup(r->arena, json_string_value(value));
    return true;
}

static bool read_column(struct reading *r, size_t i, struct external_model *m, const char *name,
                        const json_t *type, GError **error)
{
    const json_t *described = json_object_get(m->raw, "column_descriptions");
    const char *description = json_get_string(described, name, NULL);
    struct model_column *c = arena_new_of(r->arena, struct model_column);

    if (!json_is_string(type))
        return fail(r, i, "columns", error, "the type of the column %s must be a text.", name);
    c->name = arena_strdup(r->arena, name);
    c->type = arena_strdup(r->arena, json_string_value(type));
    c->description = description ? arena_strdup(r->arena, description) : NULL;
    g_ptr_array_add(m->columns, c);
    return true;
}

static bool read_columns(struct reading *r, size_t i, struct external_model *m, GError **error)
{
    const json_t *columns = json_object_get(m->raw, "columns");
    const char *name;
    json_t *type;

    if (!columns || json_is_null(columns))
        return true;
    if (!json_is_object(columns)) {
        fail(r, i, "columns", error, "columns must be a mapping of names to types.");
        return false;
    }
    m->columns = g_ptr_array_new();
    arena_defer(r->arena, (GDestroyNotify)g_ptr_array_unref, m->columns);
    json_object_foreach ((json_t *)columns, name, type)
        if (!read_column(r, i, m, name, type, error))
            return false;
    return true;
}

static bool read_tags(struct reading *r, size_t i, struct external_model *m, GError **error)
{
    const json_t *tags = json_object_get(m->raw, "tags");
    size_t n = json_is_array(tags) ? json_array_size(tags) : json_is_string(tags);

    m->tags = arena_zalloc(r->arena, (n + 1) * sizeof *m->tags);
    if (json_is_string(tags))
        m->tags[0] = arena_strdup(r->arena, json_string_value(tags));
    for (size_t k = 0; json_is_array(tags) && k < n; k++) {
        const json_t *tag = json_array_get(tags, k);

        if (!json_is_string(tag))
            return fail(r, i, "tags", error, "tags must be texts.");
        m->tags[k] = arena_strdup(r->arena, json_string_value(tag));
    }
    return true;
}

static int find(const GPtrArray *list, const char *name, const char *gateway)
{
    for (guint i = 0; i < list->len; i++) {
        const struct external_model *m = list->pdata[i];

        if (g_ascii_strcasecmp(m->name, name) == 0 && g_strcmp0(m->gateway, gateway) == 0)
            return (int)i;
    }
    return -1;
}

static bool read_entry(struct reading *r, size_t i, const json_t *entry, GError **error)
{
    struct external_model *m = arena_new_of(r->arena, struct external_model);
    const char *gateway;

    if (!json_is_object(entry))
        return fail(r, i, NULL, error, "an external model is a mapping with a name and columns.");
    m->raw = entry;
    m->path = r->path;
    m->source = r->source;
    m->at = place(r, i, "name");
    if (!check_keys(r, i, entry, error) || !read_text(r, i, entry, "name", &m->name, error) ||
        !read_text(r, i, entry, "gateway", &gateway, error) ||
        !read_text(r, i, entry, "dialect", &m->dialect, error) ||
        !read_text(r, i, entry, "description", &m->description, error) ||
        !read_text(r, i, entry, "owner", &m->owner, error) || !read_columns(r, i, m, error) ||
        !read_tags(r, i, m, error))
        return false;
    if (!m->name)
        return fail(r, i, NULL, error, "this external model has no name.");
    if (gateway) {
        g_autofree char *lower = g_ascii_strdown(gateway, -1);

        m->gateway = arena_strdup(r->arena, lower);
    }
    if (find(r->found, m->name, m->gateway) >= 0)
        return fail(r, i, "name", error, "there are two external models \"%s\".", m->name);
    g_ptr_array_add(r->found, m);
    return true;
}

static bool read_file(struct reading *r, const char *path, GError **error)
{
    g_autofree char *full = g_build_filename(r->config->path, path, NULL);
    size_t i;
    json_t *entry;

    r->path = arena_strdup(r->arena, path);
    r->yaml = yaml_read_file(full, path, error);
    if (!r->yaml)
        return false;
    arena_defer(r->arena, (GDestroyNotify)yaml_free, r->yaml);
    r->source = *yaml_source(r->yaml);
    if (json_is_null(yaml_root(r->yaml)))
        return true;
    if (!json_is_array(yaml_root(r->yaml))) {
        error_set_at(error, project_error(), ERROR_INVALID, &r->source,
                     yaml_place(r->yaml, NULL, 0), "this must be a list of external models.");
        error_hint(error, "begin each with \"- name: schema.table\".");
        return false;
    }
    json_array_foreach (yaml_root(r->yaml), i, entry)
        if (!read_entry(r, i, entry, error))
            return false;
    return true;
}

static bool is_ignored(const struct config *c, const char *path)
{
    for (char **p = c->ignore_patterns; p && *p; p++)
        if (fnmatch(*p, path, 0) == 0)
            return true;
    return false;
}

/* Paths of *.yaml below a folder, relative to the project. */
static void add_files(const struct config *c, const char *folder, GPtrArray *paths)
{
    g_autofree char *full = g_build_filename(c->path, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *there = g_build_filename(c->path, path, NULL);

        if (g_file_test(there, G_FILE_TEST_IS_DIR))
            add_files(c, path, paths);
        else if (g_str_has_suffix(name, ".yaml") && !is_ignored(c, path))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *find_files(const struct config *c)
{
    static const char *const single[] = {"external_models.yaml", "schema.yaml"};
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    add_files(c, "external_models", paths);
    g_ptr_array_sort(paths, by_text);
    for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
        g_autofree char *full = g_build_filename(c->path, single[i], NULL);

        if (g_file_test(full, G_FILE_TEST_IS_REGULAR)) {
            g_ptr_array_insert(paths, 0, g_strdup(single[i]));
            break;
        }
    }
    return paths;
}

/* Those that count under the selected gateway. */
static GPtrArray *select_models(struct reading *r)
{
    GPtrArray *out = g_ptr_array_new();

    arena_defer(r->arena, (GDestroyNotify)g_ptr_array_unref, out);
    for (guint i = 0; i < r->found->len; i++) {
        const struct external_model *m = r->found->pdata[i];

        if (!m->gateway && (!r->gateway || find(r->found, m->name, r->gateway) < 0))
            g_ptr_array_add(out, (void *)m);
    }
    for (guint i = 0; i < r->found->len; i++) {
        const struct external_model *m = r->found->pdata[i];

        if (m->gateway && g_strcmp0(m->gateway, r->gateway) == 0)
            g_ptr_array_add(out, (void *)m);
    }
    return out;
}

GPtrArray *externals_read(struct arena *a, const struct config *config, const char *gateway,
                          GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new(), paths = find_files(config);
    g_autofree char *lower = gateway ? g_ascii_strdown(gateway, -1) : NULL;
    struct reading r = {.arena = a, .config = config, .gateway = lower, .found = found};

    for (guint i = 0; i < paths->len; i++)
        if (!read_file(&r, paths->pdata[i], error))
            return NULL;
    return select_models(&r);
}
