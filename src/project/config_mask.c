/* Errors about a configuration show its lines; the values of secrets in them are covered. */
#include "project/config_int.h"

#include "base/redact.h"

#include <string.h>

static bool is_name_byte(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-';
}

static void cover(char *text, size_t from, size_t end)
{
    while (from < end && g_ascii_isspace(text[from]))
        from++;
    memset(text + from, '*', end - from);
}

static bool is_expression(const char *text, size_t from, size_t end)
{
    const char *at = text + from;

    while (at < text + end && (g_ascii_isspace(*at) || *at == '"' || *at == '\''))
        at++;
    return at + 2 < text + end && at[0] == '{' && at[1] == '{';
}

/* Cover what follows `name:` in a line when the name is a secret's, or always. */
static void cover_line(char *text, size_t start, size_t end, bool all)
{
    for (size_t i = start; i < end; i++) {
        size_t from = i;
        g_autofree char *name = NULL;

        if (text[i] != ':' || i == start || (i + 1 < end && !g_ascii_isspace(text[i + 1])))
            continue;
        while (from > start && (is_name_byte(text[from - 1]) || strchr("\"'", text[from - 1])))
            from--;
        name = g_strndup(text + from, i - from);
        if ((all || is_secret_name(name)) && !is_expression(text, i + 1, end)) {
            cover(text, i + 1, end);
            return;
        }
    }
}

struct source project__masked(const struct source *s, size_t offset, bool all)
{
    struct source out = {g_strdup(s->name), g_strndup(s->text, s->len), s->len};
    char *text = (char *)out.text;
    size_t start = 0;

    while (start < s->len) {
        size_t end = start + strcspn(text + start, "\n");
        bool here = offset >= start && offset <= end;

        cover_line(text, start, end, all && here);
        start = end + 1;
    }
    return out;
}

void project__source_clear(struct source *s)
{
    g_free((char *)s->name);
    g_free((char *)s->text);
    *s = (struct source){NULL, NULL, 0};
}
