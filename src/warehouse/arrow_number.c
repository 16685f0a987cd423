/* arrow_number.c -- floats in the fewest digits that read back as the same, decimals exactly. */
#include "warehouse/arrow.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIMBS       8
#define PLAIN_BELOW 16 /* powers of ten that are written without an exponent, as Python does */
#define PLAIN_ABOVE (-5)

static void append_special(double value, GString *out)
{
    g_string_append(out, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

/* `text` is d.ddde±xx: the digits without dot and trailing zeros, and the exponent. */
static int split(const char *text, char digits[32])
{
    const char *e = strchr(text, 'e');
    size_t n = 0;

    for (const char *c = text; c < e; c++)
        if (g_ascii_isdigit(*c))
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return (int)g_ascii_strtoll(e + 1, NULL, 10);
}

static void append_plain(const char *digits, int exponent, GString *out)
{
    int n = (int)strlen(digits);

    if (exponent < 0) {
        g_string_append(out, "0.");
        for (int i = exponent + 1; i < 0; i++)
            g_string_append_c(out, '0');
        g_string_append(out, digits);
        return;
    }
    for (int i = 0; i <= exponent; i++)
        g_string_append_c(out, i < n ? digits[i] : '0');
    g_string_append_printf(out, ".%s", n > exponent + 1 ? digits + exponent + 1 : "0");
}

static void append_digits(const char *text, GString *out)
{
    char digits[32];
    int exponent = split(text, digits);

    if (*text == '-')
        g_string_append_c(out, '-');
    if (exponent > PLAIN_ABOVE && exponent < PLAIN_BELOW)
        append_plain(digits, exponent, out);
    else
        g_string_append_printf(out, "%c%s%se%c%02d", digits[0], digits[1] ? "." : "", digits + 1,
                               exponent < 0 ? '-' : '+', abs(exponent));
}

void warehouse__append_double(double value, GString *out)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        append_special(value, out);
        return;
    }
    for (int precision = fabs(value) < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
        g_autofree char *format = g_strdup_printf("%%.%de", precision);

        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    append_digits(text, out);
}

void warehouse__append_float(float value, GString *out)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        append_special(value, out);
        return;
    }
    for (int precision = fabsf(value) < FLT_MIN ? 0 : 5; precision <= 8; precision++) {
        g_autofree char *format = g_strdup_printf("%%.%de", precision);

        g_ascii_formatd(text, sizeof text, format, (double)value);
        if ((float)g_ascii_strtod(text, NULL) == value)
            break;
    }
    append_digits(text, out);
}

/* Limbs of the number without its sign. */
static bool read_limbs(const uint8_t *value, size_t bytes, uint32_t limbs[LIMBS])
{
    bool negative = value[bytes - 1] & 0x80;
    uint64_t carry = negative;

    memset(limbs, negative ? 0xFF : 0, LIMBS * sizeof limbs[0]);
    memcpy(limbs, value, bytes);
    for (size_t i = 0; negative && i < LIMBS; i++) {
        carry += (uint32_t)~limbs[i];
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return negative;
}

/* Divide by ten; the remainder. */
static unsigned next_digit(uint32_t limbs[LIMBS], bool *zero)
{
    uint64_t rest = 0;

    *zero = true;
    for (size_t i = LIMBS; i-- > 0;) {
        rest = (rest << 32) | limbs[i];
        limbs[i] = (uint32_t)(rest / 10);
        rest %= 10;
        *zero &= limbs[i] == 0;
    }
    return (unsigned)rest;
}

void warehouse__append_decimal(const uint8_t *value, size_t bytes, int scale, GString *out)
{
    uint32_t limbs[LIMBS];
    char text[256];
    size_t at = sizeof text;
    bool negative = read_limbs(value, bytes, limbs), zero = false;

    for (int i = 0; !zero || i <= scale; i++) {
        if (i == scale && scale > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + next_digit(limbs, &zero));
    }
    if (negative)
        text[--at] = '-';
    g_string_append_len(out, text + at, (gssize)(sizeof text - at));
    for (int i = scale; i < 0; i++)
        g_string_append_c(out, '0');
}
