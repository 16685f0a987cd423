/* Which values of a configuration must never be seen. */
#include "project/config_int.h"

#include <string.h>

static void register_value(const char *name, const json_t *value, struct redactor *r);

static void register_members(const json_t *object, struct redactor *r)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value)
        register_value(name, value, r);
}

/* The password of scheme://user:password@host, and what follows password=, token=, secret=. */
static void register_inside(const char *text, struct redactor *r)
{
    const char *scheme = strstr(text, "://");
    const char *at = scheme ? strchr(scheme, '@') : NULL;
    const char *colon = at ? memchr(scheme + 3, ':', (size_t)(at - scheme - 3)) : NULL;
    g_auto(GStrv) parts = g_strsplit_set(text, "?&; ", -1);

    if (colon) {
        g_autofree char *password = g_strndup(colon + 1, (gsize)(at - colon - 1));

        redactor_add(r, password);
    }
    for (char **p = parts; *p; p++) {
        char *equals = strchr(*p, '=');

        if (!equals)
            continue;
        *equals = '\0';
        if (is_secret_name(*p))
            redactor_add(r, equals + 1);
    }
}

static void register_value(const char *name, const json_t *value, struct redactor *r)
{
    size_t i;
    json_t *item;

    if (json_is_object(value))
        register_members(value, r);
    json_array_foreach (value, i, item)
        register_value(name, item, r);
    if (!json_is_string(value))
        return;
    if (is_secret_name(name) || g_ascii_strcasecmp(name, "authorization") == 0)
        redactor_add(r, json_string_value(value));
    else
        register_inside(json_string_value(value), r);
}

static const char *const connections[] = {"connection", "state_connection", "test_connection"};

/* The connections of raw, which holds those too that no gateway of struct config shows. */
void config_register_secrets(const struct config *c, struct redactor *r)
{
    const char *name;
    json_t *gateway;

    for (guint i = 0; i < c->gateways->len; i++)
        register_members(((struct config_gateway *)c->gateways->pdata[i])->connection, r);
    json_object_foreach (json_object_get(c->raw, "gateways"), name, gateway)
        for (size_t i = 0; i < G_N_ELEMENTS(connections); i++)
            register_members(json_object_get(gateway, connections[i]), r);
    register_members(json_object_get(c->raw, "default_connection"), r);
    register_members(json_object_get(c->raw, "default_test_connection"), r);
    register_members(json_object_get(c->raw, "env_vars"), r);
}
