/* Configuration files: found, filled in, read. */
#include "project/config_int.h"

#include "base/envfile.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static bool fail_root(struct config_layer *layer, GError **error)
{
    const struct source *s = yaml_source(layer->yaml);

    error_set_at(error, project_error(), ERROR_INVALID, s, yaml_place(layer->yaml, NULL, 0), "%s",
                 json_is_null(layer->root) ? "this file is empty."
                                           : "a configuration must be a mapping of keys.");
    return false;
}

static bool read_text(const char *path, const char *name, char **text, gsize *len, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (!g_file_get_contents(path, text, len, &why))
        g_set_error(error, project_error(), ERROR_NOT_FOUND, "%s cannot be read: %s.", name,
                    why->message);
    else if (*len > MAX_CONFIG_BYTES)
        g_set_error(error, project_error(), ERROR_LIMIT, "%s is larger than %d bytes.", name,
                    MAX_CONFIG_BYTES);
    else if (strlen(*text) != *len || !g_utf8_validate(*text, (gssize)*len, NULL))
        g_set_error(error, project_error(), ERROR_INVALID, "%s is not UTF-8 text.", name);
    else
        return true;
    return false;
}

bool project__config_read_file(const char *path, const char *name, GHashTable *more,
                               struct config_layer *layer, GError **error)
{
    g_autofree char *text = NULL, *filled = NULL;
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(struct yaml_move));
    struct source shown;
    gsize len;

    if (!read_text(path, name, &text, &len, error))
        return false;
    filled = project__fill_in(&(struct source){name, text, len}, more, moves, error);
    if (!filled)
        return false;
    shown = project__masked(&(struct source){name, text, len}, 0, false);
    layer->yaml = yaml_read(&shown, filled, moves, error);
    project__source_clear(&shown);
    if (!layer->yaml)
        return false;
    layer->root = json_incref(yaml_root(layer->yaml));
    if (json_is_object(layer->root))
        return project__config_normalize(layer, error);
    return fail_root(layer, error);
}

/* ${NAME} and ${NAME:-default} in a value, from the file itself or the environment. */
static char *expand(const char *value, GHashTable *file)
{
    GString *out = g_string_new(NULL);
    const char *open, *close;

    while ((open = strstr(value, "${")) && (close = strchr(open, '}'))) {
        g_autofree char *inside = g_strndup(open + 2, (gsize)(close - open - 2));
        char *missing = strstr(inside, ":-");
        const char *found;

        if (missing)
            *missing = '\0';
        found = g_hash_table_lookup(file, inside);
        found = found ? found : getenv(inside);
        found = found ? found : missing ? missing + 2 : "";
        g_string_append_len(out, value, open - value);
        g_string_append(out, found);
        value = close + 1;
    }
    g_string_append(out, value);
    return g_string_free(out, FALSE);
}

bool config_read_env_file(const char *path, bool override, GError **error)
{
    g_autoptr(GHashTable) file = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GHashTableIter iter;
    gpointer name, value;

    if (!envfile_read(path, file, error))
        return false;
    g_hash_table_iter_init(&iter, file);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_autofree char *expanded = expand(value, file);

        setenv(name, expanded, override);
    }
    return true;
}
