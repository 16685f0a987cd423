/* SQLMESH__A__B=value: variables of the environment as a tree. */
#include "project/config_int.h"

#include <string.h>

#define PREFIX "sqlmesh__"

static bool is_ours(const char *name)
{
    return g_str_has_prefix(name, PREFIX) && strcmp(name, "sqlmesh__disable_state_migration") != 0;
}

/* The object at the end of a path, made where it is missing; NULL when a value stands on the way.
 */
static json_t *step_into(json_t *object, const char *name)
{
    json_t *next = json_object_get(object, name);

    if (!next) {
        next = json_object();
        json_object_set_new(object, name, next);
    }
    return json_is_object(next) ? next : NULL;
}

static bool fail(GError **error, const char *name, const char *why)
{
    g_set_error(error, project_error(), ERROR_INVALID, "The variable %s cannot be: %s.", name, why);
    return false;
}

static bool add(json_t *root, const char *shown, const char *name, const char *value,
                GError **error)
{
    g_auto(GStrv) steps = g_strsplit(name + strlen(PREFIX), "__", -1);
    guint n = g_strv_length(steps);
    json_t *object = root;

    for (guint i = 0; i < n; i++)
        if (!*steps[i])
            return fail(error, shown, "a name between its double underscores is empty");
    for (guint i = 0; i + 1 < n && object; i++)
        object = step_into(object, steps[i]);
    if (n == 0 || !object || json_object_get(object, steps[n - 1]))
        return fail(error, shown,
                    "another variable gives a value where this one gives members, or "
                    "the same name in another case");
    if (json_object_set_new(object, steps[n - 1], json_string(value)) == 0)
        return true;
    return fail(error, shown, "its value is not UTF-8");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted by name: which gateway is first must not hang on the order of an environment. */
json_t *project__config_of_variables(char **variables, GError **error)
{
    g_autoptr(json_t) root = json_object();
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (char **v = variables; v && *v; v++)
        g_ptr_array_add(sorted, *v);
    g_ptr_array_sort(sorted, by_text);
    for (guint i = 0; i < sorted->len; i++) {
        const char *text = sorted->pdata[i], *equals = strchr(text, '=');
        g_autofree char *shown = equals ? g_strndup(text, (gsize)(equals - text)) : NULL;
        g_autofree char *name = shown ? g_ascii_strdown(shown, -1) : NULL;

        if (name && is_ours(name) && !add(root, shown, name, equals + 1, error))
            return NULL;
    }
    return g_steal_pointer(&root);
}
