/* arrow_scalar.c -- numbers, booleans and times: how each Arrow type is read. */
#include "warehouse/arrow_int.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_OF(name, ctype, format)                                                               \
    static void name(const struct arrow_cell *c, GString *out)                                     \
    {                                                                                              \
        const ctype *values = c->array->buffers[1];                                                \
                                                                                                   \
        g_string_append_printf(out, format, values[warehouse__at(c)]);                             \
    }

TEXT_OF(text_int8, int8_t, "%d")
TEXT_OF(text_uint8, uint8_t, "%u")
TEXT_OF(text_int16, int16_t, "%d")
TEXT_OF(text_uint16, uint16_t, "%u")
TEXT_OF(text_int32, int32_t, "%d")
TEXT_OF(text_uint32, uint32_t, "%u")
TEXT_OF(text_int64, int64_t, "%" G_GINT64_FORMAT)
TEXT_OF(text_uint64, uint64_t, "%" G_GUINT64_FORMAT)

static bool bit(const void *bits, int64_t i)
{
    return ((const uint8_t *)bits)[i / 8] >> (i % 8) & 1;
}

static void text_bool(const struct arrow_cell *c, GString *out)
{
    g_string_append(out, bit(c->array->buffers[1], warehouse__at(c)) ? "true" : "false");
}

static void text_null(const struct arrow_cell *c, GString *out)
{
    (void)c;
    (void)out;
}

static void text_double(const struct arrow_cell *c, GString *out)
{
    warehouse__append_double(((const double *)c->array->buffers[1])[warehouse__at(c)], out);
}

static void text_float(const struct arrow_cell *c, GString *out)
{
    warehouse__append_float(((const float *)c->array->buffers[1])[warehouse__at(c)], out);
}

static void text_decimal(const struct arrow_cell *c, GString *out)
{
    const uint8_t *values = c->array->buffers[1];
    size_t bytes = (size_t)c->field->width;

    warehouse__append_decimal(values + (size_t)warehouse__at(c) * bytes, bytes, c->field->scale,
                              out);
}

static int64_t whole(const struct arrow_cell *c, bool wide)
{
    int64_t i = warehouse__at(c);

    return wide ? ((const int64_t *)c->array->buffers[1])[i]
                : ((const int32_t *)c->array->buffers[1])[i];
}

static void text_date32(const struct arrow_cell *c, GString *out)
{
    warehouse__append_date(whole(c, false), out);
}

static void text_date64(const struct arrow_cell *c, GString *out)
{
    const int64_t day_ms = 86400000;
    int64_t ms = whole(c, true);

    warehouse__append_date(ms / day_ms - (ms % day_ms < 0), out);
}

/* Seconds and milliseconds of a day have 32 bits, the finer ones 64. */
static void text_time(const struct arrow_cell *c, GString *out)
{
    int64_t per_second = c->field->per_second;

    warehouse__append_time(whole(c, per_second > 1000), per_second, out);
}

static void text_timestamp(const struct arrow_cell *c, GString *out)
{
    warehouse__append_timestamp(whole(c, true), c->field->per_second, c->field->zoned, out);
}

static void text_duration(const struct arrow_cell *c, GString *out)
{
    int64_t units = whole(c, true), seconds = units / c->field->per_second;
    int64_t rest = units % c->field->per_second * (1000000000 / c->field->per_second);

    warehouse__append_interval(0, seconds / 86400, seconds % 86400 * 1000000000 + rest, out);
}

static void text_months(const struct arrow_cell *c, GString *out)
{
    warehouse__append_interval(whole(c, false), 0, 0, out);
}

static void text_day_time(const struct arrow_cell *c, GString *out)
{
    const int32_t *pair = (const int32_t *)c->array->buffers[1] + 2 * warehouse__at(c);

    warehouse__append_interval(0, pair[0], pair[1] * INT64_C(1000000), out);
}

static void text_month_day_nano(const struct arrow_cell *c, GString *out)
{
    const char *at = (const char *)c->array->buffers[1] + 16 * warehouse__at(c);
    int32_t months, days;
    int64_t nanoseconds;

    memcpy(&months, at, sizeof months);
    memcpy(&days, at + 4, sizeof days);
    memcpy(&nanoseconds, at + 8, sizeof nanoseconds);
    warehouse__append_interval(months, days, nanoseconds, out);
}

/* The letter of a unit, and for timestamps ":zone". */
static bool read_unit(struct arrow_field *f, const char *rest)
{
    static const char letters[] = "smun";
    static const int64_t per_second[] = {1, 1000, 1000000, 1000000000};
    const char *letter = *rest ? strchr(letters, *rest) : NULL;

    if (!letter)
        return false;
    f->per_second = per_second[letter - letters];
    f->zoned = rest[1] == ':' && rest[2];
    return true;
}

static bool read_timestamp(struct arrow_field *f, const char *rest)
{
    bool ok = read_unit(f, rest);

    f->type_name = g_strdup(f->zoned ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP");
    return ok;
}

/* "precision,scale[,bits]" */
static bool read_decimal(struct arrow_field *f, const char *rest)
{
    gint64 numbers[3] = {0, 0, 128};
    size_t n = 0;

    for (char *end; n < G_N_ELEMENTS(numbers) && *rest; rest = *end ? end + 1 : end) {
        numbers[n++] = g_ascii_strtoll(rest, &end, 10);
        if (*end && *end != ',')
            return false;
    }
    f->precision = (int)CLAMP(numbers[0], 0, 76);
    f->scale = (int)CLAMP(numbers[1], -76, 76);
    f->width = numbers[2] / 8;
    f->type_name = g_strdup_printf("DECIMAL(%d,%d)", f->precision, f->scale);
    return n >= 2 && f->precision == numbers[0] && f->scale == numbers[1] &&
           (f->width == 4 || f->width == 8 || f->width == 16 || f->width == 32);
}

const struct arrow_type warehouse__scalar_types[] = {
    {"n",   true,  "NULL",      JSON_AS_TEXT,    text_null,           NULL          },
    {"b",   true,  "BOOLEAN",   JSON_AS_BOOLEAN, text_bool,           NULL          },
    {"c",   true,  "TINYINT",   JSON_AS_INTEGER, text_int8,           NULL          },
    {"C",   true,  "UTINYINT",  JSON_AS_INTEGER, text_uint8,          NULL          },
    {"s",   true,  "SMALLINT",  JSON_AS_INTEGER, text_int16,          NULL          },
    {"S",   true,  "USMALLINT", JSON_AS_INTEGER, text_uint16,         NULL          },
    {"i",   true,  "INTEGER",   JSON_AS_INTEGER, text_int32,          NULL          },
    {"I",   true,  "UINTEGER",  JSON_AS_INTEGER, text_uint32,         NULL          },
    {"l",   true,  "BIGINT",    JSON_AS_INTEGER, text_int64,          NULL          },
    {"L",   true,  "UBIGINT",   JSON_AS_INTEGER, text_uint64,         NULL          },
    {"f",   true,  "FLOAT",     JSON_AS_FLOAT,   text_float,          NULL          },
    {"g",   true,  "DOUBLE",    JSON_AS_FLOAT,   text_double,         NULL          },
    {"d:",  false, NULL,        JSON_AS_DECIMAL, text_decimal,        read_decimal  },
    {"tdD", true,  "DATE",      JSON_AS_TEXT,    text_date32,         NULL          },
    {"tdm", true,  "DATE",      JSON_AS_TEXT,    text_date64,         NULL          },
    {"tt",  false, "TIME",      JSON_AS_TEXT,    text_time,           read_unit     },
    {"ts",  false, NULL,        JSON_AS_TEXT,    text_timestamp,      read_timestamp},
    {"tD",  false, "INTERVAL",  JSON_AS_TEXT,    text_duration,       read_unit     },
    {"tiM", true,  "INTERVAL",  JSON_AS_TEXT,    text_months,         NULL          },
    {"tiD", true,  "INTERVAL",  JSON_AS_TEXT,    text_day_time,       NULL          },
    {"tin", true,  "INTERVAL",  JSON_AS_TEXT,    text_month_day_nano, NULL          },
    {NULL,  false, NULL,        JSON_AS_TEXT,    NULL,                NULL          },
};
