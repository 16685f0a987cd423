/* arrow_number.c -- numbers as texts: floats that read back as the same value, long decimals. */
#include "warehouse/arrow.h"

#include <math.h>
#include <string.h>

#define MAX_DIGITS 80 /* 256 bits have 78 */

static bool append_special(double value, GString *out)
{
    if (isfinite(value))
        return false;
    g_string_append(out, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    return true;
}

/* As Python prints it: a whole number keeps its ".0". */
static void append_shortest(const char *digits, GString *out)
{
    g_string_append(out, digits);
    if (!strpbrk(digits, ".e"))
        g_string_append(out, ".0");
}

void warehouse__append_double(double value, GString *out)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    if (append_special(value, out))
        return;
    for (int precision = 15; precision <= 17; precision++) {
        char format[8];

        g_snprintf(format, sizeof format, "%%.%dg", precision);
        g_ascii_formatd(digits, sizeof digits, format, value);
        if (g_ascii_strtod(digits, NULL) == value)
            break;
    }
    append_shortest(digits, out);
}

void warehouse__append_float(float value, GString *out)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    if (append_special((double)value, out))
        return;
    for (int precision = 6; precision <= 9; precision++) {
        char format[8];

        g_snprintf(format, sizeof format, "%%.%dg", precision);
        g_ascii_formatd(digits, sizeof digits, format, (double)value);
        if ((float)g_ascii_strtod(digits, NULL) == value)
            break;
    }
    append_shortest(digits, out);
}

/* Divide a magnitude of little-endian 32-bit words by ten; the remainder. */
static unsigned divide_by_ten(uint32_t *words, size_t n)
{
    uint64_t rest = 0;

    for (size_t i = n; i-- > 0;) {
        uint64_t value = rest << 32 | words[i];

        words[i] = (uint32_t)(value / 10);
        rest = value % 10;
    }
    return (unsigned)rest;
}

static bool is_zero(const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (words[i])
            return false;
    return true;
}

static void negate(uint32_t *words, size_t n)
{
    uint64_t carry = 1;

    for (size_t i = 0; i < n; i++) {
        carry += (uint32_t)~words[i];
        words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

void warehouse__append_decimal(const uint8_t *value, size_t bytes, int scale, GString *out)
{
    uint32_t words[8] = {0};
    char digits[MAX_DIGITS];
    size_t n = bytes / sizeof *words, count = 0;

    memcpy(words, value, bytes);
    if (words[n - 1] >> 31) {
        g_string_append_c(out, '-');
        negate(words, n);
    }
    while (count < MAX_DIGITS && (!is_zero(words, n) || count < (size_t)MAX(scale, 0) + 1))
        digits[count++] = (char)('0' + divide_by_ten(words, n));
    while (count > 0) {
        g_string_append_c(out, digits[--count]);
        if (scale > 0 && count == (size_t)scale)
            g_string_append_c(out, '.');
    }
}
