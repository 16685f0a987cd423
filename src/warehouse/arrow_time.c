/* arrow_time.c -- dates, times and intervals as texts. */
#include "warehouse/arrow.h"

#include <stdbool.h>

#define DAY_SECONDS   INT64_C(86400)
#define INFINITE_DAYS INT32_MAX
#define NS_SECOND     INT64_C(1000000000)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The civil date of a day, by eras of 400 years that begin in March. */
static void append_civil(int64_t days, GString *out, bool *before_christ)
{
    int64_t shifted = days + 719468, era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
    int64_t year = year_of_era + era * 400 + (month >= 10);

    *before_christ = year <= 0;
    g_string_append_printf(out, "%04" G_GINT64_FORMAT "-%02d-%02d", year <= 0 ? 1 - year : year,
                           (int)(month < 10 ? month + 3 : month - 9), (int)day);
}

void warehouse__append_date(int64_t days, GString *out)
{
    bool before_christ;

    if (days >= INFINITE_DAYS || days <= -(int64_t)INFINITE_DAYS) {
        g_string_append(out, days > 0 ? "infinity" : "-infinity");
        return;
    }
    append_civil(days, out, &before_christ);
    if (before_christ)
        g_string_append(out, " (BC)");
}

/* ".500000", nine digits when six do not hold it, nothing for none: as Python prints times. */
static void append_fraction(int64_t part, int64_t per_second, GString *out)
{
    int64_t ns = part * (NS_SECOND / per_second);

    if (ns % 1000)
        g_string_append_printf(out, ".%09" G_GINT64_FORMAT, ns);
    else if (ns)
        g_string_append_printf(out, ".%06" G_GINT64_FORMAT, ns / 1000);
}

/* `seconds` of at least 0; hours may have more than two digits. */
static void append_clock(int64_t seconds, GString *out)
{
    g_string_append_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                           (int)(seconds % 60));
}

void warehouse__append_time(int64_t units, int64_t per_second, GString *out)
{
    append_clock(units / per_second, out);
    append_fraction(units % per_second, per_second, out);
}

void warehouse__append_timestamp(int64_t units, int64_t per_second, bool zoned, GString *out)
{
    int64_t seconds = floor_div(units, per_second), days = floor_div(seconds, DAY_SECONDS);
    bool before_christ;

    if (units == INT64_MAX || units <= -INT64_MAX) {
        g_string_append(out, units > 0 ? "infinity" : "-infinity");
        return;
    }
    append_civil(days, out, &before_christ);
    g_string_append_c(out, ' ');
    append_clock(seconds - days * DAY_SECONDS, out);
    append_fraction(units - seconds * per_second, per_second, out);
    if (zoned)
        g_string_append(out, "+00:00");
    if (before_christ)
        g_string_append(out, " (BC)");
}

static void append_counted(int64_t n, const char *unit, GString *out, gsize start)
{
    if (n != 0)
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT " %s%s", out->len > start ? " " : "", n,
                               unit, n == 1 || n == -1 ? "" : "s");
}

void warehouse__append_interval(int64_t months, int64_t days, int64_t nanoseconds, GString *out)
{
    gsize start = out->len;
    int64_t size = nanoseconds < 0 ? -nanoseconds : nanoseconds;

    append_counted(months / 12, "year", out, start);
    append_counted(months % 12, "month", out, start);
    append_counted(days, "day", out, start);
    if (nanoseconds == 0 && out->len > start)
        return;
    g_string_append_printf(out, "%s%s", out->len > start ? " " : "", nanoseconds < 0 ? "-" : "");
    warehouse__append_time(size, NS_SECOND, out);
}
