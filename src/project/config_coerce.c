/* Values in the form a key must have: "4" as a number, "[1]" as a list, "yes" as true. */
#include "project/config_int.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static json_t *integer_of(const json_t *value)
{
    char *end;
    long long n;

    if (json_is_real(value) && json_real_value(value) == floor(json_real_value(value)))
        return json_integer((json_int_t)json_real_value(value));
    if (!json_is_string(value) || !*json_string_value(value))
        return NULL;
    errno = 0;
    n = strtoll(json_string_value(value), &end, 10);
    return *end || errno ? NULL : json_integer(n);
}

static json_t *boolean_of(const json_t *value)
{
    static const char *const yes[] = {"true", "t", "yes", "y", "on", "1", NULL};
    static const char *const no[] = {"false", "f", "no", "n", "off", "0", NULL};
    g_autofree char *text = json_scalar_text(value);
    g_autofree char *lower = text ? g_ascii_strdown(text, -1) : NULL;

    if (lower && g_strv_contains(yes, lower))
        return json_true();
    return lower && g_strv_contains(no, lower) ? json_false() : NULL;
}

/* A text that is JSON, if it is of the type that must stand here. */
static json_t *parsed(const json_t *value, json_type wanted)
{
    g_autoptr(json_t) json = NULL;

    if (!json_is_string(value))
        return NULL;
    json = json_loads(json_string_value(value), 0, NULL);
    return json && json_typeof(json) == wanted ? g_steal_pointer(&json) : NULL;
}

struct form {
    json_type type;
    const char *wanted;
};

static const struct form forms[] = {
    [CONFIG_TEXT] = {JSON_STRING,  "a text"        },
    [CONFIG_INT] = {JSON_INTEGER, "a whole number"},
    [CONFIG_BOOL] = {JSON_TRUE,    "true or false" },
    [CONFIG_LIST] = {JSON_ARRAY,   "a list"        },
    [CONFIG_TEXTS] = {JSON_ARRAY,   "a list"        },
    [CONFIG_TEXT_OR_TEXTS] = {JSON_ARRAY,   "a list"        },
    [CONFIG_OBJECT] = {JSON_OBJECT,  "a mapping"     },
    [CONFIG_SECTION] = {JSON_OBJECT,  "a mapping"     },
    [CONFIG_SECTIONS] = {JSON_OBJECT,  "a mapping"     },
    [CONFIG_CONNECTION] = {JSON_OBJECT,  "a mapping"     },
};

static bool is_of(const json_t *value, json_type type)
{
    return type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == type;
}

/* A text that looks like JSON's lists and objects as one; anything else as it is. */
static json_t *list_or_mapping(json_t *value)
{
    json_t *out = parsed(value, JSON_ARRAY);

    if (!out)
        out = parsed(value, JSON_OBJECT);
    return out ? out : json_incref(value);
}

json_t *project__coerce(enum config_type wanted, json_t *value)
{
    json_type type = forms[wanted].type;

    if (wanted == CONFIG_ANY)
        return list_or_mapping(value);
    if (is_of(value, type))
        return json_incref(value);
    if (wanted == CONFIG_INT)
        return integer_of(value);
    if (wanted == CONFIG_BOOL)
        return boolean_of(value);
    if (wanted == CONFIG_TEXT_OR_TEXTS && json_is_string(value))
        return json_pack("[O]", value);
    return parsed(value, type);
}

const char *project__config_wanted(enum config_type type)
{
    return forms[type].wanted;
}
