/* A checked configuration as struct config. */
#include "project/config_int.h"

#include "base/clock.h"
#include "calendar/date.h"

#include <string.h>

static json_t *object_or_new(const json_t *all, const char *name)
{
    json_t *value = json_object_get(all, name);

    return json_is_object(value) ? json_incref(value) : json_object();
}

/* A new reference to what is there; NULL for null. */
static json_t *value_or_null(const json_t *all, const char *name)
{
    json_t *value = json_object_get(all, name);

    return value && !json_is_null(value) ? json_incref(value) : NULL;
}

static char *text_or_null(const json_t *all, const char *name, const char *missing)
{
    const char *text = json_get_string(all, name, NULL);

    return g_strdup(text && *text ? text : missing);
}

static char **texts(const json_t *list)
{
    GPtrArray *out = g_ptr_array_new();
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item)
        g_ptr_array_add(out, g_strdup(json_string_value(item)));
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

static char **ignore_patterns(const json_t *all)
{
    static const char *const usual[] = {".ipynb_checkpoints/*", NULL};
    const json_t *list = json_object_get(all, "ignore_patterns");

    return json_is_array(list) ? texts(list) : g_strdupv((char **)usual);
}

static int suffix_target(const json_t *all)
{
    const char *word = json_get_string(all, "environment_suffix_target", "schema");
    int i = 0;

    while (suffix_target_names[i] && strcmp(suffix_target_names[i], word) != 0)
        i++;
    return suffix_target_names[i] ? i : SUFFIX_SCHEMA;
}

static bool read_ttl(const json_t *all, const char *name, char **out, GError **error)
{
    g_autoptr(GError) why = NULL;
    int64_t now = clock_now_ms(), at;

    if (json_is_null(json_object_get(all, name))) /* never: as SQLMesh lets environments live on */
        return true;
    *out = text_or_null(all, name, "in 1 week");
    if (date_parse(*out, now, &at, NULL, &why) && at >= now)
        return true;
    g_set_error(error, project_error(), ERROR_INVALID, "%s is \"%s\", which %s.", name, *out,
                why ? "is no time" : "is in the past");
    error_hint(error, "write a time ahead, such as \"in 1 week\".");
    return false;
}

static void gateway_free(void *data)
{
    struct config_gateway *g = data;

    if (!g)
        return;
    g_free(g->name);
    g_free(g->type);
    json_decref(g->connection);
    json_decref(g->variables);
    json_decref(g->model_defaults);
    g_free(g->state_schema);
    g_free(g);
}

static void add_gateway(struct config *c, const char *name, const json_t *value)
{
    struct config_gateway *g = g_new0(struct config_gateway, 1);
    const json_t *connection = json_object_get(value, "connection");

    if (!json_is_object(connection))
        connection = json_object_get(c->raw, "default_connection");
    g->name = g_strdup(name);
    g->connection = json_is_object(connection) ? json_deep_copy(connection) : json_object();
    g->type = g_strdup(json_get_string(g->connection, "type", ""));
    g->variables = value_or_null(value, "variables");
    g->model_defaults = value_or_null(value, "model_defaults");
    g->state_schema = g_strdup(json_get_string(value, "state_schema", "sqlmesh"));
    g_ptr_array_add(c->gateways, g);
}

static void add_gateways(struct config *c)
{
    const char *name;
    json_t *value;

    json_object_foreach (json_object_get(c->raw, "gateways"), name, value)
        add_gateway(c, name, value);
    if (c->gateways->len == 0 && json_is_object(json_object_get(c->raw, "default_connection")))
        add_gateway(c, "default", NULL);
}

static bool choose_default(struct config *c, GError **error)
{
    const char *wish = json_get_string(c->raw, "default_gateway", "");
    g_autoptr(GError) why = NULL;

    if (*wish) {
        c->default_gateway = g_ascii_strdown(wish, -1);
        if (c->gateways->len == 0 || config_gateway(c, wish, &why))
            return true;
        g_propagate_prefixed_error(error, g_steal_pointer(&why), "default_gateway: ");
        return false;
    }
    if (c->gateways->len > 0)
        c->default_gateway = g_strdup(((struct config_gateway *)c->gateways->pdata[0])->name);
    return true;
}

static bool infers_dependencies(const json_t *all)
{
    return json_get_bool(all, "infer_python_dependencies", true);
}

static void fill_in(struct config *c, const json_t *all)
{
    c->model_defaults = object_or_new(all, "model_defaults");
    c->variables = object_or_new(all, "variables");
    c->ignore_patterns = ignore_patterns(all);
    c->before_all = value_or_null(all, "before_all");
    c->after_all = value_or_null(all, "after_all");
    c->suffix_target = suffix_target(all);
    c->physical_schema_mapping = value_or_null(all, "physical_schema_mapping");
    c->username = text_or_null(all, "username", NULL);
    c->project = text_or_null(all, "project", NULL);
    c->default_target_environment = text_or_null(all, "default_target_environment", "prod");
    c->infer_python_dependencies = infers_dependencies(all);
    c->plan = object_or_new(all, "plan");
    c->linter = object_or_new(all, "linter");
}

struct config *project__config_build(json_t *all, GError **error)
{
    g_autoptr(config) c = g_new0(struct config, 1);

    c->raw = json_incref(all);
    c->gateways = g_ptr_array_new_with_free_func(gateway_free);
    fill_in(c, all);
    add_gateways(c);
    if (!read_ttl(all, "environment_ttl", &c->environment_ttl, error) ||
        !read_ttl(all, "snapshot_ttl", &c->snapshot_ttl, error) || !choose_default(c, error))
        return NULL;
    return g_steal_pointer(&c);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    g_free(c->path);
    if (c->gateways)
        g_ptr_array_unref(c->gateways);
    g_free(c->default_gateway);
    json_decref(c->model_defaults);
    json_decref(c->variables);
    g_strfreev(c->ignore_patterns);
    json_decref(c->before_all);
    json_decref(c->after_all);
    g_free(c->environment_ttl);
    g_free(c->snapshot_ttl);
    json_decref(c->physical_schema_mapping);
    json_decref(c->raw);
    g_free(c->username);
    g_free(c->project);
    g_free(c->default_target_environment);
    json_decref(c->plan);
    json_decref(c->linter);
    g_free(c);
}
