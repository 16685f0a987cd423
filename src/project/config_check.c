/* Is a layer of configuration what it may be? Unknown keys, wrong types, what is not built yet. */
#include "project/config_int.h"

#include <string.h>

struct check {
    const struct config_layer *layer;
    const json_t *all;
    GPtrArray *steps; /* of const char *: the way from the root */
    bool in_connection;
    GError **error;
};

static bool check_section(struct check *c, json_t *object, const struct config_key *const *tables);

/* "gateways.prod.connection", or the variable that says it. */
static char *way(const struct check *c)
{
    GString *out = g_string_new(c->layer->yaml ? NULL : "SQLMESH");

    for (guint i = 0; i < c->steps->len; i++) {
        const char *step = c->steps->pdata[i];
        g_autofree char *upper = g_ascii_strup(step, -1);

        g_string_append_printf(out, "%s%s",
                               !c->layer->yaml ? "__"
                               : i             ? "."
                                               : "",
                               c->layer->yaml ? step : upper);
    }
    return g_string_free(out, FALSE);
}

/* Where that stands in the file, by the names that are written there. */
static size_t place(const struct check *c)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_copy(c->steps, NULL, NULL);

    if (steps->len > 0 && c->layer->gateways && strcmp(steps->pdata[0], "gateways") == 0) {
        steps->pdata[0] = (char *)c->layer->gateways;
        if (c->layer->single && steps->len > 1)
            g_ptr_array_remove_index(steps, 1);
    }
    return yaml_place(c->layer->yaml, (const char *const *)steps->pdata, steps->len);
}

static bool G_GNUC_PRINTF(2, 3) fail(struct check *c, const char *format, ...)
{
    g_autofree char *path = way(c), *why = NULL;
    struct source shown;
    size_t at;
    va_list args;

    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    if (!c->layer->yaml) {
        g_set_error(c->error, project_error(), ERROR_INVALID, "The variable %s: %s", path, why);
        return false;
    }
    at = place(c);
    shown = project__masked(yaml_source(c->layer->yaml), at, c->in_connection);
    error_set_at(c->error, project_error(), ERROR_INVALID, &shown, at, "%s: %s", path, why);
    project__source_clear(&shown);
    return false;
}

static const struct config_key *find(const struct config_key *const *tables, const char *name)
{
    for (; *tables; tables++)
        for (const struct config_key *k = *tables; k->name; k++)
            if (strcmp(k->name, name) == 0)
                return k;
    return NULL;
}

static bool fail_unknown(struct check *c, const struct config_key *const *tables, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;

    for (; *tables; tables++)
        for (const struct config_key *k = *tables; k->name; k++)
            g_ptr_array_add(names, (char *)k->name);
    g_ptr_array_add(names, NULL);
    nearest = nearest_name(name, (const char *const *)names->pdata);
    fail(c, "there is no such key here.");
    if (nearest)
        error_hint(c->error, "did you mean \"%s\"?", nearest);
    return false;
}

static const char *type_word(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_ARRAY:
        return "a list";
    case JSON_OBJECT:
        return "a mapping";
    default:
        return "nothing";
    }
}

static bool fail_type(struct check *c, const json_t *value, const char *wanted)
{
    fail(c, "this must be %s, not %s.", wanted, type_word(value));
    if (strcmp(wanted, "a text") == 0 && !json_is_array(value) && !json_is_object(value))
        error_hint(c->error, "put it in quotes.");
    else if (json_is_string(value) && strcmp(json_string_value(value), "None") == 0)
        error_hint(c->error, "None is what {{ env_var(…) }} gives for a variable that is not set; "
                             "set it, or give a default.");
    return false;
}

static bool check_texts(struct check *c, const json_t *list)
{
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        g_autofree char *index = g_strdup_printf("%zu", i);
        bool good;

        if (json_is_string(item))
            continue;
        g_ptr_array_add(c->steps, index);
        good = fail_type(c, item, "a text");
        g_ptr_array_remove_index(c->steps, c->steps->len - 1);
        return good;
    }
    return true;
}

static bool check_words(struct check *c, const struct config_key *key, const json_t *value)
{
    const char *text = json_string_value(value), *nearest;
    g_autofree char *all = NULL;

    if (!key->words || g_strv_contains(key->words, text))
        return true;
    all = g_strjoinv(", ", (char **)key->words);
    nearest = nearest_name(text, key->words);
    fail(c, "\"%s\" is none of %s.", text, all);
    if (nearest)
        error_hint(c->error, "did you mean \"%s\"?", nearest);
    return false;
}

static bool check_only(struct check *c, const struct config_key *key, const json_t *value)
{
    g_autofree char *text = key->only ? json_scalar_text(value) : NULL;

    if (!key->only || (json_is_object(value) && json_object_size(value) == 0) ||
        g_strcmp0(text, key->only) == 0)
        return true;
    if (key->type == CONFIG_OBJECT)
        return fail(c, "Heddle does not carry this setting out yet.");
    return fail(c, "Heddle carries out \"%s\" only so far.", key->only);
}

const struct config_key *project__connection_keys(const char *type)
{
    for (const struct config_connection *k = project__connections; k->type; k++)
        if (strcmp(k->type, type) == 0)
            return k->keys;
    return NULL;
}

/* The `type` of the connection at the current place, from whichever layer says it. */
static const char *connection_type(const struct check *c, const json_t *connection)
{
    const char *own = json_get_string(connection, "type", NULL);
    const json_t *at = c->all;

    for (guint i = 0; i < c->steps->len; i++)
        at = json_object_get(at, c->steps->pdata[i]);
    return own ? own : json_get_string(at, "type", NULL);
}

static bool fail_connection_type(struct check *c, const char *type)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;

    for (const struct config_connection *k = project__connections; k->type; k++)
        g_ptr_array_add(names, (char *)k->type);
    g_ptr_array_add(names, NULL);
    nearest = nearest_name(type, (const char *const *)names->pdata);
    g_ptr_array_add(c->steps, (char *)"type");
    fail(c, "there is no connection type \"%s\".", type);
    g_ptr_array_remove_index(c->steps, c->steps->len - 1);
    if (nearest)
        error_hint(c->error, "did you mean \"%s\"?", nearest);
    return false;
}

static bool check_connection(struct check *c, json_t *connection)
{
    const char *type = connection_type(c, connection);
    const struct config_key *tables[] = {project__connection_common,
                                         type ? project__connection_keys(type) : NULL, NULL};
    bool good;

    if (!type) {
        fail(c, "a connection needs a type.");
        error_hint(c->error, "such as duckdb, postgres, snowflake or bigquery.");
        return false;
    }
    if (!tables[1])
        return fail_connection_type(c, type);
    c->in_connection = true;
    good = check_section(c, connection, tables);
    c->in_connection = false;
    return good;
}

static bool check_sections(struct check *c, json_t *object, const struct config_key *keys)
{
    const struct config_key *tables[] = {keys, NULL};
    const char *name;
    json_t *value;

    json_object_foreach (object, name, value) {
        bool good;

        g_ptr_array_add(c->steps, (char *)name);
        good = json_is_object(value) ? check_section(c, value, tables)
                                     : fail_type(c, value, "a mapping");
        g_ptr_array_remove_index(c->steps, c->steps->len - 1);
        if (!good)
            return false;
    }
    return true;
}

/* What a value must be beyond its form. */
static bool check_inside(struct check *c, const struct config_key *key, json_t *value)
{
    const struct config_key *tables[] = {key->section, NULL};

    switch (key->type) {
    case CONFIG_TEXT:
        return check_words(c, key, value);
    case CONFIG_TEXTS:
    case CONFIG_TEXT_OR_TEXTS:
        return check_texts(c, value);
    case CONFIG_SECTION:
        return check_section(c, value, tables);
    case CONFIG_SECTIONS:
        return check_sections(c, value, key->section);
    case CONFIG_CONNECTION:
        return check_connection(c, value);
    default:
        return true;
    }
}

static bool check_value(struct check *c, json_t *object, const struct config_key *key)
{
    json_t *value = json_object_get(object, key->name), *good;

    if (key->type == CONFIG_MOVED)
        return fail(c, "this is called %s today.", key->only);
    if (json_is_null(value) || (key->type == CONFIG_ANY && c->layer->yaml))
        return true;
    good = project__coerce(key->type, value);
    if (!good)
        return fail_type(c, value, project__config_wanted(key->type));
    if (good != value)
        json_object_set(object, key->name, good);
    json_decref(good);
    return check_only(c, key, good) && check_inside(c, key, good);
}

static bool check_section(struct check *c, json_t *object, const struct config_key *const *tables)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(object, next, name, value)
    {
        const struct config_key *key = find(tables, name);
        bool good;

        g_ptr_array_add(c->steps, (char *)name);
        good = key ? check_value(c, object, key) : fail_unknown(c, tables, name);
        g_ptr_array_remove_index(c->steps, c->steps->len - 1);
        if (!good)
            return false;
    }
    return true;
}

/* The default gateway must be one of those there are; said where it is said. */
static bool check_default_gateway(struct check *c)
{
    const json_t *gateways = json_object_get(c->all, "gateways");
    const char *wish = json_get_string(c->all, "default_gateway", "");
    const char *own = json_get_string(c->layer->root, "default_gateway", "");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *list = NULL;
    const char *name, *near;
    json_t *value;

    json_object_foreach ((json_t *)gateways, name, value) {
        if (g_ascii_strcasecmp(name, wish) == 0)
            return true;
        g_ptr_array_add(names, (char *)name);
    }
    if (!*own || strcmp(own, wish) != 0 || names->len == 0)
        return true;
    g_ptr_array_add(names, NULL);
    list = g_strjoinv(", ", (char **)names->pdata);
    g_ptr_array_add(c->steps, (char *)"default_gateway");
    fail(c, "there is no gateway \"%s\"; these are configured: %s.", wish, list);
    if ((near = nearest_name(wish, (const char *const *)names->pdata)))
        error_hint(c->error, "did you mean %s?", near);
    return false;
}

bool project__config_check(struct config_layer *layer, const json_t *all, GError **error)
{
    const struct config_key *tables[] = {project__config_keys, NULL};
    g_autoptr(GError) why = NULL;
    struct check c = {layer, all, g_ptr_array_new(), false, &why};
    bool good = check_section(&c, layer->root, tables) && check_default_gateway(&c);

    g_ptr_array_unref(c.steps);
    if (!good)
        g_propagate_error(error, g_steal_pointer(&why));
    return good;
}

bool project__connection_complete(const struct config_gateway *g, GError **error)
{
    const struct config_key *keys = project__connection_keys(g->type);
    g_autofree char *upper = g_ascii_strup(g->name, -1);

    for (const struct config_key *k = keys; k && k->name; k++) {
        json_t *value = json_object_get(g->connection, k->name);
        g_autofree char *name = NULL;

        if (!k->required || (value && !json_is_null(value)))
            continue;
        name = g_ascii_strup(k->name, -1);
        g_set_error(error, project_error(), ERROR_INVALID,
                    "The gateway %s has no %s, and a %s connection cannot do without.", g->name,
                    k->name, g->type);
        error_hint(error, "set SQLMESH__GATEWAYS__%s__CONNECTION__%s.", upper, name);
        return false;
    }
    return true;
}
