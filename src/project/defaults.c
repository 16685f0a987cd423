/* defaults.c -- model_defaults of config.yaml, read as the properties they stand for. */
#include "project/project_int.h"

#include <string.h>

static void append_quoted(GString *out, const char *text)
{
    g_string_append_c(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            g_string_append_c(out, '\'');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '\'');
}

/* Words of cron that look like macros. */
static bool is_cron_word(const char *text)
{
    static const char *const words[] = {"@hourly",  "@daily",    "@midnight", "@weekly",
                                        "@monthly", "@annually", "@yearly",   NULL};
    g_autofree char *lower = g_ascii_strdown(text, -1);

    return g_strv_contains(words, lower);
}

/* A text with macros is SQL. */
static void append_scalar(GString *out, const json_t *value, bool quote)
{
    g_autofree char *text = json_scalar_text(value);

    if (!text)
        g_string_append(out, "NULL");
    else if (is_cron_word(text) || (quote && json_is_string(value) && !strchr(text, '@')))
        append_quoted(out, text);
    else
        g_string_append(out, text);
}

static void append_list(GString *out, const json_t *list, bool quote)
{
    size_t i;
    json_t *item;

    g_string_append_c(out, '(');
    json_array_foreach (list, i, item) {
        g_string_append(out, i ? ", " : "");
        append_scalar(out, item, quote);
    }
    g_string_append(out, json_array_size(list) == 1 ? ",)" : ")");
}

/* {a: x} as ('a' = 'x'). */
static void append_object(GString *out, const json_t *object)
{
    const char *key, *comma = "";
    json_t *value;

    g_string_append_c(out, '(');
    json_object_foreach ((json_t *)object, key, value) {
        g_string_append(out, comma);
        append_quoted(out, key);
        g_string_append(out, " = ");
        append_scalar(out, value, true);
        comma = ", ";
    }
    g_string_append_c(out, ')');
}

/* {name: X, a: 1} as X (a 1). */
static void append_kind(GString *out, const json_t *kind)
{
    const char *key, *comma = "";
    json_t *value;

    g_string_append(out, json_get_string(kind, "name", ""));
    if (json_object_size(kind) < 2)
        return;
    g_string_append(out, " (");
    json_object_foreach ((json_t *)kind, key, value) {
        if (strcmp(key, "name") == 0)
            continue;
        g_string_append_printf(out, "%s%s ", comma, key);
        if (json_is_object(value))
            append_object(out, value);
        else
            append_scalar(out, value, !json_is_string(value));
        comma = ", ";
    }
    g_string_append_c(out, ')');
}

bool project__set_default(struct reading *r, const struct property_row *rows, const char *name,
                          GError **error)
{
    const json_t *value = json_object_get(r->loader->model_defaults, name);
    bool is_kind = strcmp(name, "kind") == 0, is_sql = is_kind || strcmp(name, "audits") == 0;
    bool is_cron = strcmp(name, "cron") == 0; /* its @daily is no macro */
    g_autoptr(GString) text = NULL;
    struct reading sub;
    struct property p;

    if (!value || json_is_null(value))
        return true;
    text = g_string_new("");
    if (json_is_object(value) && is_kind)
        append_kind(text, value);
    else if (json_is_object(value))
        append_object(text, value);
    else if (json_is_array(value))
        append_list(text, value, !is_sql);
    else if (is_cron && json_is_string(value))
        append_quoted(text, json_string_value(value));
    else
        append_scalar(text, value, !is_sql);
    p = project__property_of(&sub, r, name,
                             arena_printf(r->arena, "config.yaml: model_defaults: %s", name),
                             arena_strndup(r->arena, text->str, text->len));
    return project__set_by_rows(&sub, rows, "model_defaults", &p, error);
}
