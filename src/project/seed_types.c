/* A seed column's type, as pandas decides it: whole numbers, numbers, booleans, else texts. */
#include "project/seed_int.h"

#include <string.h>

enum verdict { FITS, DOES_NOT, TOO_LARGE };

static const char *skip_space(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

/* Digits of a whole number without sign and leading zeros. */
static enum verdict whole(const char *text, const char **digits, size_t *n, bool *negative)
{
    static const char largest[] = "9223372036854775807", least[] = "9223372036854775808";
    const char *at = skip_space(text), *end;

    *negative = *at == '-';
    at += *at == '-' || *at == '+';
    if (!g_ascii_isdigit(*at))
        return DOES_NOT;
    while (*at == '0' && g_ascii_isdigit(at[1]))
        at++;
    for (end = at; g_ascii_isdigit(*end); end++)
        ;
    *digits = at;
    *n = (size_t)(end - at);
    if (*n > 19 || (*n == 19 && memcmp(at, *negative ? least : largest, 19) > 0))
        return TOO_LARGE;
    return *skip_space(end) ? DOES_NOT : FITS;
}

static enum verdict all_whole(const struct seed_column *c, size_t rows)
{
    const char *digits;
    bool negative;
    size_t n;

    for (size_t i = 0; i < rows; i++) {
        enum verdict v = c->cells[i] ? whole(c->cells[i], &digits, &n, &negative) : FITS;

        if (v != FITS)
            return v;
    }
    return FITS;
}

static bool all_numbers(const struct seed_column *c, size_t rows)
{
    double value;

    for (size_t i = 0; i < rows; i++)
        if (c->cells[i] && !seed__read_double(c->cells[i], &value))
            return false;
    return true;
}

static bool all_booleans(const struct seed_column *c, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (c->cells[i] && g_ascii_strcasecmp(c->cells[i], "true") != 0 &&
            g_ascii_strcasecmp(c->cells[i], "false") != 0)
            return false;
    return true;
}

static bool has_missing(const struct seed_column *c, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (!c->cells[i])
            return true;
    return false;
}

static const char *whole_text(struct arena *a, const char *text)
{
    const char *digits;
    bool negative;
    size_t n;

    whole(text, &digits, &n, &negative);
    negative = negative && *digits != '0';
    if (digits == text + negative && !digits[n])
        return text;
    return arena_printf(a, "%s%.*s", negative ? "-" : "", (int)n, digits);
}

/* Is it already as Python prints it, so that nothing need be computed? Few enough digits for an
 * exact value, no zero too many, not so small that an exponent would be printed. */
static bool is_plain_number(const char *text)
{
    const char *at = text + (*text == '-'), *point;
    size_t whole_digits = strspn(at, "0123456789"), fraction;

    point = at + whole_digits;
    if (whole_digits == 0 || *point != '.' || (*at == '0' && whole_digits > 1))
        return false;
    fraction = strspn(point + 1, "0123456789");
    if (fraction == 0 || point[1 + fraction] || whole_digits + fraction > 15)
        return false;
    if (point[fraction] == '0' && fraction > 1)
        return false;
    return *at != '0' || fraction == 1 || strncmp(point + 1, "0000", 4) != 0;
}

static const char *number_text(struct arena *a, const char *text)
{
    double value;

    if (is_plain_number(text))
        return text;
    seed__read_double(text, &value);
    return seed__double_text(a, value);
}

static const char *boolean_text(struct arena *a, const char *text)
{
    (void)a;
    return g_ascii_tolower(*text) == 't' ? "True" : "False";
}

static void rewrite(struct arena *a, struct seed_column *c, size_t rows,
                    const char *(*text)(struct arena *, const char *))
{
    for (size_t i = 0; i < rows; i++)
        if (c->cells[i])
            c->cells[i] = text(a, c->cells[i]);
}

void seed__infer(struct arena *a, struct seed_column *c, size_t rows)
{
    bool missing = has_missing(c, rows);
    enum verdict v = all_whole(c, rows);

    c->type = SEED_TEXT;
    if (rows == 0 || v == TOO_LARGE)
        return;
    if (v == FITS && !missing) {
        c->type = SEED_BIGINT;
        rewrite(a, c, rows, whole_text);
    } else if (all_numbers(c, rows)) {
        c->type = SEED_DOUBLE;
        rewrite(a, c, rows, number_text);
    } else if (all_booleans(c, rows)) {
        c->type = missing ? SEED_TEXT : SEED_BOOLEAN;
        rewrite(a, c, rows, boolean_text);
    }
}
