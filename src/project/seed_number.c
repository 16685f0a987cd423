/* Decimal numbers as pandas reads and Python prints them. */
#include "project/seed_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 17, LARGEST = 308 };

struct decimal {
    double digits;
    int count; /* of digits taken */
    int exponent;
};

static const char *skip_space(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

/* Leading zeros count among the seventeen digits that are taken: that is how pandas does it. */
static const char *read_whole(const char *at, struct decimal *d)
{
    for (; g_ascii_isdigit(*at); at++) {
        if (d->count < DIGITS) {
            d->digits = d->digits * 10.0 + (*at - '0');
            d->count++;
        } else
            d->exponent++;
    }
    return at;
}

static const char *read_fraction(const char *at, struct decimal *d)
{
    for (; g_ascii_isdigit(*at); at++) {
        if (d->count >= DIGITS)
            continue;
        d->digits = d->digits * 10.0 + (*at - '0');
        d->count++;
        d->exponent--;
    }
    return at;
}

static const char *read_exponent(const char *at, struct decimal *d)
{
    bool negative = *at == '-';
    int n = 0;

    at += *at == '-' || *at == '+';
    if (!g_ascii_isdigit(*at))
        return NULL;
    for (; g_ascii_isdigit(*at); at++)
        n = MIN(n * 10 + (*at - '0'), 100000);
    d->exponent += negative ? -n : n;
    return at;
}

static double power_of_ten(int n)
{
    static const double small[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char text[16];

    if (n < (int)G_N_ELEMENTS(small))
        return small[n];
    g_snprintf(text, sizeof text, "1e%d", n);
    return g_ascii_strtod(text, NULL);
}

static double scale(const struct decimal *d)
{
    if (d->exponent > LARGEST)
        return HUGE_VAL;
    if (d->exponent >= 0)
        return d->digits * power_of_ten(d->exponent);
    if (d->exponent >= -LARGEST)
        return d->digits / power_of_ten(-d->exponent);
    if (d->exponent < -2 * LARGEST)
        return 0;
    return d->digits / power_of_ten(-LARGEST - d->exponent) / power_of_ten(LARGEST);
}

static bool read_infinity(const char *text, double *value)
{
    bool negative = *text == '-';

    text += *text == '-' || *text == '+';
    *value = negative ? -HUGE_VAL : HUGE_VAL;
    return g_ascii_strcasecmp(text, "inf") == 0 || g_ascii_strcasecmp(text, "infinity") == 0;
}

bool seed__read_double(const char *text, double *value)
{
    struct decimal d = {0, 0, 0};
    const char *at = skip_space(text);
    bool negative = *at == '-';

    at += *at == '-' || *at == '+';
    at = read_whole(at, &d);
    if (*at == '.')
        at = read_fraction(at + 1, &d);
    if (d.count == 0)
        return read_infinity(text, value);
    if (*at == 'e' || *at == 'E')
        at = read_exponent(at + 1, &d);
    if (!at || *skip_space(at))
        return false;
    *value = negative ? -scale(&d) : scale(&d);
    return !isinf(*value);
}

/* The shortest that reads back the same: 15 digits always fit, but for the tiniest numbers. */
static void shortest(double value, char *text, size_t size)
{
    char format[] = "%.15e";

    for (int digits = fabs(value) < 1e-300 ? 1 : 15; digits <= 17; digits++) {
        g_snprintf(format, sizeof format, "%%.%de", digits - 1);
        g_ascii_formatd(text, (gint)size, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            return;
    }
}

/* From -d.ddde±x to Python's layout. */
static const char *lay_out(struct arena *a, const char *text)
{
    const char *e = strchr(text, 'e');
    bool negative = *text == '-';
    int exponent = (int)g_ascii_strtoll(e + 1, NULL, 10);
    GString *digits = g_string_new(NULL);
    const char *out, *sign = negative ? "-" : "";

    for (const char *c = text; c < e; c++)
        if (g_ascii_isdigit(*c))
            g_string_append_c(digits, *c);
    while (digits->len > 1 && digits->str[digits->len - 1] == '0')
        g_string_truncate(digits, digits->len - 1);
    if (exponent < -4 || exponent >= 16) {
        if (digits->len > 1)
            g_string_insert_c(digits, 1, '.');
        out = arena_printf(a, "%s%se%c%02d", sign, digits->str, exponent < 0 ? '-' : '+',
                           abs(exponent));
    } else {
        while (exponent < 0) {
            g_string_prepend_c(digits, '0');
            exponent++;
        }
        while ((int)digits->len < exponent + 2)
            g_string_append_c(digits, '0');
        g_string_insert_c(digits, exponent + 1, '.');
        out = arena_printf(a, "%s%s", sign, digits->str);
    }
    g_string_free(digits, TRUE);
    return out;
}

const char *seed__double_text(struct arena *a, double value)
{
    char text[40];

    if (isinf(value))
        return value < 0 ? "-inf" : "inf";
    if (isnan(value))
        return "nan";
    shortest(value, text, sizeof text);
    return lay_out(a, text);
}
