/* arrow_time.c -- dates, times and intervals as texts. */
#include "warehouse/arrow.h"

#include "calendar/date.h"

#define NS_SECOND  INT64_C(1000000000)
#define DAY_MS     INT64_C(86400000)
#define FAR_SECOND INT64_C(100000000000000) /* beyond it engines mean infinity */
#define FAR_DAY    INT64_C(100000000)

static bool append_infinity(int64_t value, int64_t far, GString *out)
{
    if (value > -far && value < far)
        return false;
    g_string_append(out, value > 0 ? "infinity" : "-infinity");
    return true;
}

void warehouse__append_date(int64_t days, GString *out)
{
    g_autofree char *text = NULL;

    if (append_infinity(days, FAR_DAY, out))
        return;
    text = date_ds(days * DAY_MS);
    g_string_append(out, text);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ".123456", nine digits when six do not hold it, nothing for none. */
static void append_fraction(int64_t units, int64_t per_second, GString *out)
{
    int64_t ns = units * (NS_SECOND / per_second);

    if (ns % 1000)
        g_string_append_printf(out, ".%09" G_GINT64_FORMAT, ns);
    else if (ns)
        g_string_append_printf(out, ".%06" G_GINT64_FORMAT, ns / 1000);
}

void warehouse__append_timestamp(int64_t units, int64_t per_second, bool zoned, GString *out)
{
    int64_t second = floor_divide(units, per_second);
    g_autofree char *text = NULL;

    if (append_infinity(second, FAR_SECOND / 10, out))
        return;
    text = date_format(second * 1000, "%Y-%m-%d %H:%M:%S");
    g_string_append(out, text);
    append_fraction(units - second * per_second, per_second, out);
    if (zoned)
        g_string_append(out, "+00:00");
}

void warehouse__append_time(int64_t units, int64_t per_second, GString *out)
{
    int64_t second = floor_divide(units, per_second);

    g_string_append_printf(out, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60),
                           (int)(second % 60));
    append_fraction(units - second * per_second, per_second, out);
}

static void append_part(int64_t n, const char *unit, GString *out)
{
    if (n)
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT " %s%s", out->len ? " " : "", n, unit,
                               n == 1 || n == -1 ? "" : "s");
}

/* As DuckDB and PostgreSQL print them: "1 year 2 months 3 days 04:05:06". */
void warehouse__append_interval(int64_t months, int64_t days, int64_t nanoseconds, GString *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t rest = ABS(nanoseconds);

    append_part(months / 12, "year", text);
    append_part(months % 12, "month", text);
    append_part(days, "day", text);
    if (nanoseconds || !text->len) {
        g_string_append_printf(text, "%s%s", text->len ? " " : "", nanoseconds < 0 ? "-" : "");
        warehouse__append_time(rest, NS_SECOND, text);
    }
    g_string_append(out, text->str);
}
