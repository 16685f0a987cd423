/* Bytes of a CSV file to fields, by the rules of pandas' reader. */
#include "project/seed_int.h"

#include <string.h>

/* One byte of a setting; SQL may give a tab as the two characters \t. */
static bool one_byte(const char *setting, const char *name, char missing, char *out, GError **error)
{
    *out = missing;
    if (!setting)
        return true;
    if (strcmp(setting, "\\t") == 0)
        *out = '\t';
    else if (strcmp(setting, "\\n") == 0)
        *out = '\n';
    else if (strlen(setting) <= 1)
        *out = *setting;
    else {
        g_set_error(error, project_error(), ERROR_INVALID,
                    "The CSV setting %s is \"%s\"; it must be one character.", name, setting);
        return false;
    }
    return true;
}

bool seed__scanner_init(struct seed_scanner *s, const struct model_seed *settings,
                        const struct source *source, char *buffer, GError **error)
{
    *s = (struct seed_scanner){.source = source,
                               .at = source->text,
                               .end = source->text + source->len,
                               .out = buffer,
                               .doublequote = settings->doublequote,
                               .skip_space = settings->skipinitialspace};
    if (!one_byte(settings->delimiter, "delimiter", ',', &s->delimiter, error) ||
        !one_byte(settings->quotechar, "quotechar", '"', &s->quote, error) ||
        !one_byte(settings->escapechar, "escapechar", 0, &s->escape, error) ||
        !one_byte(settings->lineterminator, "lineterminator", 0, &s->terminator, error))
        return false;
    if (s->terminator == '\n' || s->terminator == '\r')
        s->terminator = 0; /* every kind of line break is one already */
    if (g_str_has_prefix(s->at, "\xEF\xBB\xBF"))
        s->at += 3;
    s->stops[(unsigned char)s->delimiter] = true;
    s->stops[(unsigned char)s->escape] = true;
    if (s->terminator)
        s->stops[(unsigned char)s->terminator] = true;
    else
        s->stops['\n'] = s->stops['\r'] = true;
    s->stops[0] = true;
    return true;
}

static bool at_line_end(const struct seed_scanner *s)
{
    if (s->terminator)
        return *s->at == s->terminator;
    return *s->at == '\n' || *s->at == '\r';
}

static void take_line_end(struct seed_scanner *s)
{
    if (*s->at == '\r' && s->at + 1 < s->end && s->at[1] == '\n' && !s->terminator)
        s->at++;
    s->at++;
}

/* Only blanks until the line ends? Blanks that delimit do not count. */
static const char *blank_until(const struct seed_scanner *s)
{
    const char *at = s->at;

    while (at < s->end && (*at == ' ' || *at == '\t') && *at != s->delimiter)
        at++;
    return at;
}

bool seed__next_row(struct seed_scanner *s)
{
    while (s->at < s->end) {
        const char *start = s->at;

        s->at = blank_until(s);
        if (s->at >= s->end)
            return false;
        if (!at_line_end(s)) {
            s->at = start;
            return true;
        }
        take_line_end(s);
    }
    return false;
}

/* Plain bytes up to a stop, all at once. */
static void take_plain(struct seed_scanner *s)
{
    const char *from = s->at;
    size_t n;

    while (s->at < s->end && !s->stops[(unsigned char)*s->at])
        s->at++;
    n = (size_t)(s->at - from);
    memcpy(s->out, from, n);
    s->out += n;
}

/* After the opening quote, to behind the closing one. */
static bool take_quoted(struct seed_scanner *s)
{
    while (s->at < s->end) {
        char c = *s->at;

        if (c == s->quote) {
            s->at++;
            if (!s->doublequote || s->at >= s->end || *s->at != s->quote)
                return true;
        } else if (s->escape && c == s->escape && s->at + 1 < s->end)
            s->at++;
        else if (c == '\r') { /* files are read with every line break as \n */
            take_line_end(s);
            *s->out++ = '\n';
            continue;
        }
        *s->out++ = *s->at++;
    }
    return false;
}

/* An unquoted field, or what follows a closing quote. */
static void take_unquoted(struct seed_scanner *s)
{
    for (;;) {
        take_plain(s);
        if (s->at >= s->end || *s->at == s->delimiter || at_line_end(s))
            return;
        if (s->escape && *s->at == s->escape && s->at + 1 < s->end)
            s->at++;
        if (*s->at)
            *s->out++ = *s->at;
        s->at++;
    }
}

static enum seed_end take_end(struct seed_scanner *s)
{
    if (s->at >= s->end)
        return SEED_FILE;
    if (*s->at == s->delimiter) {
        s->at++;
        return SEED_FIELD;
    }
    take_line_end(s);
    return SEED_ROW;
}

bool seed__next_field(struct seed_scanner *s, struct seed_field *field, enum seed_end *end,
                      GError **error)
{
    const char *open;

    field->text = s->out;
    field->at = (size_t)(s->at - s->source->text);
    while (s->skip_space && s->at < s->end && *s->at == ' ')
        s->at++;
    open = s->at;
    if (s->quote && s->at < s->end && *s->at == s->quote) {
        s->at++;
        if (!take_quoted(s)) {
            error_set_at(error, project_error(), ERROR_INVALID, s->source,
                         (size_t)(open - s->source->text), "this quote is never closed.");
            return false;
        }
    }
    take_unquoted(s);
    *s->out++ = '\0';
    *end = take_end(s);
    return true;
}
