/* What a query of the public API may say. */
#include "control/api_v1.h"

#include <string.h>

const char *control__v1_text(const struct op *op, const char *name)
{
    const char *text = http_query(op->call, name);

    return text && *text ? text : NULL;
}

static bool refuse(const char *name, const char *wanted, const char *text, GError **error)
{
    g_set_error(error, control_error(), ERROR_INVALID,
                "The parameter %s must be %s, not \"%.100s\".", name, wanted, text);
    return false;
}

bool control__v1_flag(const struct op *op, const char *name, bool *out, GError **error)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"true",  true },
        {"false", false},
        {"1",     true },
        {"0",     false},
    };
    const char *text = control__v1_text(op, name);

    *out = false;
    for (size_t i = 0; text && i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i].word) == 0) {
            *out = words[i].value;
            return true;
        }
    return !text || refuse(name, "true or false", text, error);
}

bool control__v1_count(const struct op *op, const char *name, int64_t missing, int64_t *out,
                       GError **error)
{
    const char *text = control__v1_text(op, name);

    *out = missing;
    return !text || g_ascii_string_to_signed(text, 10, 1, CONTROL_V1_MOST, out, NULL) ||
           refuse(name, "a whole number from 1 to 10000", text, error);
}

bool control__v1_sort(const struct op *op, const char *name, bool *ascending, GError **error)
{
    const char *text = control__v1_text(op, name);
    bool up = text && strcmp(text, "asc") == 0, down = text && strcmp(text, "desc") == 0;

    if (up || down)
        *ascending = up;
    return !text || up || down || refuse(name, "asc or desc", text, error);
}
