/* error_json.c -- an error's text taken apart for programs: what, where, why, what to do. */
#include "base/json.h"

#include <string.h>

static const char *const code_words[] = {
    [ERROR_FAILED] = "failed", [ERROR_INVALID] = "invalid",         [ERROR_NOT_FOUND] = "not_found",
    [ERROR_DENIED] = "denied", [ERROR_UNAVAILABLE] = "unavailable", [ERROR_CONFLICT] = "conflict",
    [ERROR_LIMIT] = "limit",   [ERROR_CANCELLED] = "cancelled",     [ERROR_BUSY] = "busy",
};

static void set_text(json_t *out, const char *key, const char *text)
{
    json_object_set_new(out, key, text && *text ? json_string(text) : json_null());
}

/* The hints at the end, off the text; without the word. g_free(). */
static char *cut_hints(GString *text)
{
    const char *at = g_str_has_prefix(text->str, "hint: ") ? text->str : NULL;
    char *hints;

    if (!at && (at = strstr(text->str, "\nhint: ")))
        at++;
    if (!at)
        return NULL;
    hints = g_strdup(at + strlen("hint: "));
    g_string_truncate(text, (gsize)(MAX(at - 1, text->str) - text->str));
    return hints;
}

/* "FILE: line N, column M: " off the text; what stood before FILE stays. */
static void cut_place(GString *text, json_t *out)
{
    static const char pattern[] =
        "(?:([^\\s:](?:[^\\n:.]|[:.](?! ))*): )?line (\\d+)(?:, column (\\d+))?: ";
    g_autoptr(GRegex) place = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *file = NULL, *line = NULL, *column = NULL;
    int start = 0, end = 0;

    if (g_regex_match(place, text->str, 0, &match)) {
        file = g_match_info_fetch(match, 1);
        line = g_match_info_fetch(match, 2);
        column = g_match_info_fetch(match, 3);
        g_match_info_fetch_pos(match, 0, &start, &end);
        g_string_erase(text, start, end - start);
    }
    set_text(out, "file", file);
    json_object_set_new(out, "line",
                        line ? json_integer(g_ascii_strtoll(line, NULL, 10)) : json_null());
    json_object_set_new(out, "column",
                        column && *column ? json_integer(g_ascii_strtoll(column, NULL, 10))
                                          : json_null());
}

/* The line that error_set_at() draws, and its caret, off the text. */
static char *cut_drawing(GString *text)
{
    g_autoptr(GRegex) drawing = g_regex_new("\\n(    [^\\n]*\\n    \\s*\\^)(?=\\n|$)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    char *drawn;
    int start, end;

    if (!g_regex_match(drawing, text->str, 0, &match))
        return NULL;
    drawn = g_match_info_fetch(match, 1);
    g_match_info_fetch_pos(match, 0, &start, &end);
    g_string_erase(text, start, end - start);
    return drawn;
}

/* Where the first sentence ends: at a line break, or at a full stop before a new sentence. */
static size_t first_sentence(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\n')
            return (size_t)(at - text);
        if (*at == '.' && at[1] == ' ' && (g_ascii_isupper(at[2]) || at[2] == '"'))
            return (size_t)(at - text) + 1;
    }
    return strlen(text);
}

json_t *error_to_json(const GError *error)
{
    GString *text = g_string_new(error->message);
    bool known = error->code > 0 && (size_t)error->code < G_N_ELEMENTS(code_words);
    json_t *out = json_pack("{s:s, s:s}", "code", known ? code_words[error->code] : "failed",
                            "message", error->message);
    g_autofree char *hints = cut_hints(text), *drawing = NULL, *what = NULL, *why = NULL;
    size_t n;

    cut_place(text, out);
    drawing = cut_drawing(text);
    n = first_sentence(text->str);
    what = g_strndup(text->str, n);
    why = g_strstrip(g_strdup(text->str + n));
    set_text(out, "what", what);
    set_text(out, "why", why);
    set_text(out, "source", drawing);
    set_text(out, "hint", hints);
    g_string_free(text, TRUE);
    return out;
}
