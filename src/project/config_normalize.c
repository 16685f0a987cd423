/* One spelling for what SQLMesh lets people spell in several ways; layers over each other. */
#include "project/config_int.h"

#include <string.h>

/* Keys that only a gateway has: its value is one gateway, not several by name. */
static bool is_one_gateway(const json_t *value)
{
    static const char *const keys[] = {"connection", "state_connection", "test_connection",
                                       "scheduler",  "state_schema",     NULL};
    const char *name;
    json_t *member;

    if (!json_is_object(value) || json_object_size(value) == 0)
        return false;
    json_object_foreach ((json_t *)value, name, member)
        if (!g_strv_contains(keys, name) && strcmp(name, "variables") != 0 &&
            strcmp(name, "model_defaults") != 0)
            return false;
    return true;
}

static json_t *lower_names(const json_t *object)
{
    json_t *out = json_object();
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        g_autofree char *lower = g_ascii_strdown(name, -1);

        json_object_set(out, lower, value);
    }
    return out;
}

static void lower_members(json_t *root, const char *name)
{
    json_t *object = json_object_get(root, name);

    if (json_is_object(object))
        json_object_set_new(root, name, lower_names(object));
}

static void normalize_gateways(struct config_layer *layer)
{
    json_t *root = layer->root;
    json_t *value = json_object_get(root, "gateways");

    layer->gateways = value ? "gateways" : "gateway";
    if (!value && (value = json_object_get(root, "gateway"))) {
        json_object_set(root, "gateways", value);
        json_object_del(root, "gateway");
    }
    if (!value)
        return;
    layer->single = is_one_gateway(value);
    if (layer->single)
        json_object_set_new(root, "gateways", json_pack("{s:O}", "default", value));
    else
        lower_members(root, "gateways");
}

static bool normalize_schema_override(struct config_layer *layer, GError **error)
{
    json_t *old = json_object_get(layer->root, "physical_schema_override"), *value;
    json_t *mapping;
    const char *name;

    if (!json_is_object(old))
        return true;
    if (json_object_get(layer->root, "physical_schema_mapping")) {
        g_set_error(error, project_error(), ERROR_INVALID,
                    "The configuration has both physical_schema_override and "
                    "physical_schema_mapping.");
        error_hint(error, "keep physical_schema_mapping; its keys are regular expressions.");
        return false;
    }
    mapping = json_object();
    json_object_foreach (old, name, value) {
        g_autofree char *pattern = g_strdup_printf("^%s$", name);

        json_object_set(mapping, pattern, value);
    }
    json_object_set_new(layer->root, "physical_schema_mapping", mapping);
    json_object_del(layer->root, "physical_schema_override");
    return true;
}

bool project__config_normalize(struct config_layer *layer, GError **error)
{
    const char *name;
    json_t *gateway;

    normalize_gateways(layer);
    lower_members(layer->root, "variables");
    json_object_foreach (json_object_get(layer->root, "gateways"), name, gateway)
        if (json_is_object(gateway))
            lower_members(gateway, "variables");
    return normalize_schema_override(layer, error);
}

void project__merge(json_t *into, const json_t *over)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)over, name, value) {
        json_t *old = json_object_get(into, name);

        if (json_is_object(old) && json_is_object(value))
            project__merge(old, value);
        else
            json_object_set_new(into, name, json_deep_copy(value));
    }
}

void project__layer_clear(struct config_layer *layer)
{
    json_decref(layer->root);
    yaml_free(layer->yaml);
    *layer = (struct config_layer){NULL};
}
