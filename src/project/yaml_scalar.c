/* What a plain YAML scalar means. */
#include "project/yaml_int.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
    return g_strv_contains(words, text);
}

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};

/* Underscores between digits are for the eye. */
static char *without_underscores(const char *text)
{
    char *copy = g_strdup(text), *out = copy;

    for (const char *c = text; *c; c++)
        if (*c != '_')
            *out++ = *c;
    *out = '\0';
    return copy;
}

static int base_of(const char *digits)
{
    if (digits[0] != '0')
        return 10;
    return digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : digits[1] == 'b' ? 2 : 10;
}

static json_t *as_integer(const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+');
    int base = base_of(digits);
    const char *first = digits + (base == 10 ? 0 : 2);
    char *end;
    long long value;

    if (!g_ascii_isxdigit(*first))
        return NULL;
    errno = 0;
    value = strtoll(first, &end, base);
    if (*end || errno)
        return NULL;
    return json_integer(*text == '-' ? -value : value);
}

static bool looks_like_a_number(const char *text)
{
    const char *c = text + (*text == '-' || *text == '+');
    bool digits = g_ascii_isdigit(*c) || (*c == '.' && g_ascii_isdigit(c[1]));
    bool marked = false;

    for (; *c; c++) {
        if (*c == '.' || *c == 'e' || *c == 'E')
            marked = true;
        else if (!g_ascii_isdigit(*c) && *c != '+' && *c != '-')
            return false;
    }
    return digits && marked;
}

static json_t *as_real(const char *text)
{
    char *end;
    double value;

    if (!looks_like_a_number(text))
        return NULL;
    value = g_ascii_strtod(text, &end);
    return *end || !isfinite(value) ? NULL : json_real(value);
}

json_t *project__yaml_plain(const char *text)
{
    g_autofree char *number = NULL;
    json_t *value;

    if (is_one_of(text, nulls))
        return json_null();
    if (is_one_of(text, trues) || is_one_of(text, falses))
        return json_boolean(is_one_of(text, trues));
    if (!g_ascii_isdigit(*text) && !strchr("+-.", *text))
        return json_string(text);
    number = without_underscores(text);
    value = as_integer(number);
    if (!value)
        value = as_real(number);
    return value ? value : json_string(text);
}
