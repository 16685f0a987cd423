/* A project's configuration from its layers: files and variables. */
#include "project/config_int.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ERROR_DOMAIN_DEFINE(project)

extern char **environ;

enum { PROJECT, PERSONAL, VARIABLES, LAYERS };

struct layers {
    struct config_layer of[LAYERS];
};

static void layers_clear(struct layers *l)
{
    for (int i = 0; i < LAYERS; i++)
        project__layer_clear(&l->of[i]);
}

static json_t *merge_all(const struct layers *l)
{
    json_t *all = json_object();

    for (int i = 0; i < LAYERS; i++)
        project__merge(all, l->of[i].root);
    return all;
}

/* Check each layer beside the others, then see what they say together. */
static struct config *build(struct layers *l, GError **error)
{
    g_autoptr(json_t) before = merge_all(l), all = NULL;

    for (int i = 0; i < LAYERS; i++)
        if (l->of[i].root && !project__config_check(&l->of[i], before, error))
            return NULL;
    all = merge_all(l);
    return project__config_build(all, error);
}

static bool read_variables(struct layers *l, char **variables, GError **error)
{
    l->of[VARIABLES].root = project__config_of_variables(variables, error);
    return l->of[VARIABLES].root && project__config_normalize(&l->of[VARIABLES], error);
}

/* An executor's gateways must be able to connect. */
static bool is_complete(const struct config *c, GError **error)
{
    for (guint i = 0; i < c->gateways->len; i++) {
        const struct config_gateway *g = c->gateways->pdata[i];
        g_autofree char *upper = g_ascii_strup(g->name, -1);

        if (!*g->type) {
            g_set_error(error, project_error(), ERROR_INVALID, "The gateway %s has no connection.",
                        g->name);
            error_hint(error,
                       "set SQLMESH__GATEWAYS__%s__CONNECTION__TYPE and what that type "
                       "needs.",
                       upper);
            return false;
        }
        if (!project__connection_complete(g, error))
            return false;
    }
    return true;
}

struct config *config_from_variables(char **variables, GError **error)
{
    struct layers l = {0};
    g_autoptr(config) c = NULL;

    if (read_variables(&l, variables, error)) {
        project__config_drop_spare(l.of[VARIABLES].root);
        c = build(&l, error);
    }
    layers_clear(&l);
    return c && is_complete(c, error) ? g_steal_pointer(&c) : NULL;
}

/* The one file of these names in a folder: its path, or NULL; more than one is an error. */
static bool find_file(const char *folder, char **path, GError **error)
{
    static const char *const names[] = {"config.yml", "config.yaml", "sqlmesh.yml", "sqlmesh.yaml"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = g_build_filename(folder, names[i], NULL);

        if (!g_file_test(file, G_FILE_TEST_EXISTS))
            continue;
        if (*path) {
            g_set_error(error, project_error(), ERROR_CONFLICT,
                        "There are two configurations in %s: %s beside %s.", folder, names[i],
                        strrchr(*path, '/') + 1);
            error_hint(error, "keep one of them.");
            return false;
        }
        *path = g_steal_pointer(&file);
    }
    return true;
}

static bool fail_missing(const char *folder, GError **error)
{
    g_autofree char *python = g_build_filename(folder, "config.py", NULL);

    if (g_file_test(python, G_FILE_TEST_EXISTS)) {
        g_set_error(error, project_error(), ERROR_NOT_FOUND,
                    "The project in %s is configured by config.py, and Heddle reads config.yaml "
                    "only for now.",
                    folder);
        error_hint(error, "write the same settings as config.yaml.");
        return false;
    }
    g_set_error(error, project_error(), ERROR_NOT_FOUND, "There is no config.yaml in %s.", folder);
    error_hint(error, "go to the project's folder, name it with -p, or make a project with "
                      "`heddle init`.");
    return false;
}

/* Variables that the personal file sets for the others. */
static GHashTable *variables_of(const struct config_layer *personal)
{
    const json_t *set = json_object_get(personal->root, "env_vars");
    GHashTable *out;
    const char *name;
    json_t *value;

    if (!json_is_object(set) || json_object_size(set) == 0)
        return NULL;
    out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_foreach ((json_t *)set, name, value) {
        char *text = json_scalar_text(value);

        if (text)
            g_hash_table_replace(out, g_strdup(name), text);
    }
    return out;
}

static bool read_personal(struct layers *l, GHashTable **more, GError **error)
{
    const char *home = getenv("HOME");
    g_autofree char *folder = g_build_filename(home ? home : g_get_home_dir(), ".sqlmesh", NULL);
    g_autofree char *path = NULL;
    struct config_layer *layer = &l->of[PERSONAL];

    if (!find_file(folder, &path, error))
        return false;
    if (!path)
        return true;
    if (!project__config_read_file(path, path, NULL, layer, error))
        return false;
    *more = variables_of(layer);
    if (!*more)
        return true;
    project__layer_clear(layer);
    return project__config_read_file(path, path, *more, layer, error);
}

static bool read_project(struct layers *l, const char *folder, GHashTable *more, GError **error)
{
    g_autofree char *path = NULL;

    if (!find_file(folder, &path, error))
        return false;
    if (!path)
        return fail_missing(folder, error);
    return project__config_read_file(path, strrchr(path, '/') + 1, more, &l->of[PROJECT], error);
}

static bool read_layers(struct layers *l, const char *folder, GError **error)
{
    g_autofree char *env = g_build_filename(folder, ".env", NULL);
    g_autoptr(GHashTable) more = NULL;

    if (g_file_test(env, G_FILE_TEST_IS_REGULAR) && !config_read_env_file(env, true, error))
        return false;
    return read_personal(l, &more, error) && read_project(l, folder, more, error) &&
           read_variables(l, environ, error);
}

static bool has_dialect(const struct config *c, GError **error)
{
    const char *dialect = json_get_string(c->model_defaults, "dialect", NULL);

    if (dialect)
        return true;
    g_set_error(error, project_error(), ERROR_INVALID,
                "The configuration names no dialect for models.");
    error_hint(error, "set `dialect` under `model_defaults` in config.yaml, such as duckdb.");
    return false;
}

struct config *config_load(const char *folder, GError **error)
{
    struct layers l = {0};
    g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
    g_autoptr(config) c = NULL;

    if (read_layers(&l, absolute, error))
        c = build(&l, error);
    layers_clear(&l);
    if (!c || !has_dialect(c, error))
        return NULL;
    c->path = g_steal_pointer(&absolute);
    project__config_absolute(c);
    return g_steal_pointer(&c);
}

static char *gateway_names(const struct config *c)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < c->gateways->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               ((struct config_gateway *)c->gateways->pdata[i])->name);
    return g_string_free(out, FALSE);
}

static void hint_nearest(const struct config *c, const char *wanted, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *near;

    for (guint i = 0; i < c->gateways->len; i++)
        g_ptr_array_add(names, ((struct config_gateway *)c->gateways->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    if ((near = wanted ? nearest_name(wanted, (const char *const *)names->pdata) : NULL))
        error_hint(error, "did you mean %s?", near);
}

struct config_gateway *config_gateway(const struct config *c, const char *name, GError **error)
{
    const char *wanted = name ? name : c->default_gateway;
    g_autofree char *names = NULL;

    for (guint i = 0; wanted && i < c->gateways->len; i++) {
        struct config_gateway *g = c->gateways->pdata[i];

        if (g_ascii_strcasecmp(g->name, wanted) == 0)
            return g;
    }
    names = gateway_names(c);
    if (*names)
        g_set_error(error, project_error(), ERROR_NOT_FOUND,
                    "There is no gateway \"%s\". These are configured: %s.", wanted ? wanted : "",
                    names);
    else
        g_set_error(error, project_error(), ERROR_NOT_FOUND, "No gateway is configured.");
    hint_nearest(c, wanted, error);
    return NULL;
}
