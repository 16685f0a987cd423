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

char *real_text(double value)
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    return g_strdup(text);
}

static bool has_real(const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_array(value)) {
        json_array_foreach (value, i, item)
            if (has_real(item))
                return true;
    } else if (json_is_object(value)) {
        json_object_foreach ((json_t *)value, key, item)
            if (has_real(item))
                return true;
    }
    return json_is_real(value);
}

/* The length of a string with its quotes; `at` is the first one. */
static size_t string_len(const char *at)
{
    size_t n = 1;

    while (at[n] != '"')
        n += at[n] == '\\' ? 2 : 1;
    return n + 1;
}

static void append_number(GString *out, const char *number, size_t n)
{
    g_autofree char *given = g_strndup(number, n);
    g_autofree char *shortest = NULL;

    if (!strpbrk(given, ".eE")) {
        g_string_append(out, given);
        return;
    }
    shortest = real_text(g_ascii_strtod(given, NULL));
    g_string_append(out, shortest);
    if (!strpbrk(shortest, ".e"))
        g_string_append(out, ".0");
}

/* jansson writes every real with 17 digits. */
static char *shorten_reals(const char *text)
{
    GString *out = g_string_new(NULL);
    size_t n;

    for (; *text; text += n)
        if (*text == '"') {
            g_string_append_len(out, text, (gssize)(n = string_len(text)));
        } else if (g_ascii_isdigit(*text) || *text == '-') {
            append_number(out, text, n = strspn(text, "-+.0123456789eE"));
        } else {
            g_string_append_c(out, *text);
            n = 1;
        }
    return g_string_free(out, FALSE);
}

static char *dump(const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_ENCODE_ANY);
    char *copy = text && has_real(value) ? shorten_reals(text) : g_strdup(text);

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
