/* parameters.c -- connection parameters, from YAML or as texts from the environment. */
#include "warehouse/warehouse_int.h"

#include <string.h>

/* SQLMesh gives these to every connection; others than the warehouse read them. */
static const char *const common[] = {
    "type",       "concurrent_tasks",        "register_comments",      "pre_ping",
    "pretty_sql", "schema_differ_overrides", "catalog_type_overrides", NULL};

bool warehouse__parameters_check(const struct driver *d, const json_t *connection, GError **error)
{
    const char *name, *near;
    json_t *value;

    json_object_foreach ((json_t *)connection, name, value) {
        if (g_strv_contains(d->parameters, name) || g_strv_contains(common, name))
            continue;
        g_set_error(error, warehouse_error(), ERROR_INVALID,
                    "A connection of type %s has no parameter \"%s\".", d->type, name);
        near = nearest_name(name, d->parameters);
        if (near)
            error_hint(error, "did you mean \"%s\"?", near);
        return false;
    }
    return true;
}

char *warehouse__parameter(const json_t *connection, const char *name)
{
    const json_t *value = json_object_get(connection, name);
    g_autofree char *text = value ? json_scalar_text(value) : NULL;

    return text && *text ? g_steal_pointer(&text) : NULL;
}

json_t *warehouse__parameter_json(const json_t *connection, const char *name, GError **error)
{
    json_t *value = json_object_get(connection, name), *parsed;
    const char *text = json_string_value(value);

    if (!text)
        return json_is_null(value) ? NULL : json_incref(value);
    text += strspn(text, " \t\n");
    if (*text != '[' && *text != '{')
        return *text ? json_incref(value) : NULL;
    parsed = json_parse(text, strlen(text), error);
    if (!parsed)
        g_prefix_error(error, "The connection's parameter \"%s\": ", name);
    return parsed;
}

bool warehouse__is_true(const json_t *value)
{
    const char *text = json_string_value(value);

    return text ? g_ascii_strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0
                : json_is_true(value);
}
