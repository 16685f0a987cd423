#include "base/json.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(json)

json_t *json_parse(const char *text, size_t len, GError **error)
{
    json_error_t e;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);

    if (!value)
        g_set_error(error, json_error(), ERROR_INVALID,
                    "This is not JSON: line %d, column %d: %s. It begins: %.60s", e.line, e.column,
                    e.text, len ? text : "(empty)");
    return value;
}

static char *dump(const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_ENCODE_ANY);
    char *copy = g_strdup(text);

    free(text);
    return copy;
}

char *json_text(const json_t *value)
{
    return dump(value, JSON_COMPACT | JSON_SORT_KEYS);
}

char *json_text_as_built(const json_t *value)
{
    return dump(value, JSON_COMPACT);
}

char *json_text_pretty(const json_t *value)
{
    return dump(value, JSON_INDENT(2));
}

const char *json_get_string(const json_t *object, const char *key, const char *missing)
{
    const json_t *v = json_object_get(object, key);

    return json_is_string(v) ? json_string_value(v) : missing;
}

int64_t json_get_int(const json_t *object, const char *key, int64_t missing)
{
    const json_t *v = json_object_get(object, key);

    return json_is_integer(v) ? json_integer_value(v) : missing;
}

bool json_get_bool(const json_t *object, const char *key, bool missing)
{
    const json_t *v = json_object_get(object, key);

    return json_is_boolean(v) ? json_is_true(v) : missing;
}

char *json_scalar_text(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return g_strdup(json_string_value(value));
    case JSON_INTEGER:
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return json_text(value);
    case JSON_TRUE:
        return g_strdup("true");
    case JSON_FALSE:
        return g_strdup("false");
    default:
        return NULL;
    }
}
