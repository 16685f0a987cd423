#include "base/errors.h"

#include <stdarg.h>
#include <string.h>

static size_t line_start(const struct source *s, size_t offset)
{
    while (offset > 0 && s->text[offset - 1] != '\n')
        offset--;
    return offset;
}

static size_t line_end(const struct source *s, size_t offset)
{
    while (offset < s->len && s->text[offset] != '\n')
        offset++;
    return offset;
}

static unsigned characters(const char *s, size_t n)
{
    unsigned count = 0;

    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

void source_place(const struct source *source, size_t offset, unsigned *line, unsigned *column)
{
    size_t start;

    offset = MIN(offset, source->len);
    start = line_start(source, offset);
    *line = 1;
    for (size_t i = 0; i < start; i++)
        *line += source->text[i] == '\n';
    *column = characters(source->text + start, offset - start) + 1;
}

/* The offending line and a caret below it; tabs are kept so that the caret stays in place. */
static void append_caret(GString *out, const struct source *source, size_t offset)
{
    size_t start = line_start(source, offset), end = line_end(source, offset);

    if (end - start > 500)
        return;
    g_string_append(out, "\n    ");
    g_string_append_len(out, source->text + start, (gssize)(end - start));
    g_string_append(out, "\n    ");
    for (size_t i = start; i < offset; i++)
        if (((unsigned char)source->text[i] & 0xC0) != 0x80)
            g_string_append_c(out, source->text[i] == '\t' ? '\t' : ' ');
    g_string_append_c(out, '^');
}

void error_set_at(GError **error, GQuark domain, int code, const struct source *source,
                  size_t offset, const char *format, ...)
{
    GString *out = g_string_new(NULL);
    unsigned line, column;
    va_list args;

    offset = MIN(offset, source->len);
    source_place(source, offset, &line, &column);
    if (source->name)
        g_string_append_printf(out, "%s: ", source->name);
    g_string_append_printf(out, "line %u, column %u: ", line, column);
    va_start(args, format);
    g_string_append_vprintf(out, format, args);
    va_end(args);
    append_caret(out, source, offset);
    g_set_error_literal(error, domain, code, out->str);
    g_string_free(out, TRUE);
}

void error_hint(GError **error, const char *format, ...)
{
    va_list args;
    char *hint, *message;

    if (!error || !*error)
        return;
    va_start(args, format);
    hint = g_strdup_vprintf(format, args);
    va_end(args);
    message = g_strdup_printf("%s\nhint: %s", (*error)->message, hint);
    g_free((*error)->message);
    (*error)->message = message;
    g_free(hint);
}

bool error_is(const GError *error, int code)
{
    return error && error->code == code;
}

/* Levenshtein distance without regard to case, for words shorter than a line. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[65];
    size_t n = strlen(b);

    if (strlen(a) > 64 || n > 64)
        return G_MAXUINT;
    for (size_t j = 0; j <= n; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i]; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < n; j++) {
            unsigned same = g_ascii_tolower(a[i]) == g_ascii_tolower(b[j]) ? 0 : 1;
            unsigned best = MIN(MIN(row[j], row[j + 1]) + 1, diagonal + same);

            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[n];
}

const char *nearest_name(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned least = (unsigned)strlen(word) / 3 + 1;

    for (; *names; names++) {
        unsigned d = distance(word, *names);

        if (d <= least && (!best || d < least)) {
            best = *names;
            least = d;
        }
    }
    return best;
}
