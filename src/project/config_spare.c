/* config_spare.c -- variables that no gateway has a use for: a Secret may serve several executors,
 * and all its keys reach each of them; Compose sets variables that are empty. */
#include "project/config_int.h"

#include "base/log.h"
#include "base/redact.h"

#include <string.h>

static bool has_key(const struct config_key *keys, const char *name)
{
    for (; keys && keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return true;
    return false;
}

static void say(const char *gateway, const char *parameter, const char *why)
{
    log_event(LOG_WARNING, "a secret is for no connection here and left out", "gateway", gateway,
              "parameter", parameter, "why", why, NULL);
}

static bool is_empty(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

/* Parameters that this type has not, when they are empty or their names say that they are secrets.
 * Any other word is left for the check: it may be misspelled. */
static void drop_parameters(const char *gateway, json_t *connection)
{
    const char *type = json_get_string(connection, "type", NULL), *name;
    const struct config_key *keys = type ? project__connection_keys(type) : NULL;
    json_t *value;
    void *next;

    json_object_foreach_safe(connection, next, name, value)
    {
        bool known = has_key(keys, name) || has_key(project__connection_common, name);

        if (known || !(is_secret_name(name) || is_empty(value)) || (type && !keys))
            continue;
        if (!is_empty(value))
            say(gateway, name,
                type ? "connections of its type have no such parameter"
                     : "the gateway has no type");
        json_object_del(connection, name);
    }
}

void project__config_drop_spare(json_t *root)
{
    json_t *gateways = json_object_get(root, "gateways"), *gateway;
    const char *name;
    void *next;

    json_object_foreach_safe(gateways, next, name, gateway)
    {
        json_t *connection = json_object_get(gateway, "connection");

        if (!json_is_object(connection))
            continue;
        drop_parameters(name, connection);
        if (json_object_size(connection) == 0 && json_object_size(gateway) == 1)
            json_object_del(gateways, name);
    }
}
