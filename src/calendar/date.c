#include "calendar/date_int.h"

#include <string.h>

#define US_SECOND INT64_C(1000000)

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};

int calendar__month_named(const char *word, size_t n)
{
    for (int i = 0; n >= 3 && i < 12; i++)
        if (n <= strlen(month_names[i]) && g_ascii_strncasecmp(word, month_names[i], n) == 0)
            return i + 1;
    return 0;
}

bool date_parse(const char *text, int64_t now_ms, int64_t *ms, bool *is_date, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    int64_t at = 0;
    bool day = false;
    if (!calendar__read_absolute(trimmed, &at, &day) &&
        !calendar__read_relative(trimmed, now_ms, &at)) {
        g_set_error(error, calendar_error(), ERROR_INVALID, "\"%s\" is no date or time.", text);
        error_hint(error, "write 2024-01-31, \"2024-01-31 12:00:00\", milliseconds since 1970, or "
                          "\"1 week ago\"");
        return false;
    }
    *ms = at;
    if (is_date)
        *is_date = day;
    return true;
}

bool date_is_relative(const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    int64_t at;
    bool day;
    return !calendar__read_absolute(trimmed, &at, &day) && calendar__read_relative(trimmed, 0, &at);
}

struct moment {
    int64_t days;
    struct civil date;
    int hour, minute, second, microsecond;
};

static struct moment moment_of(int64_t us)
{
    int64_t seconds = calendar__div(us, US_SECOND);
    int of_day = (int)calendar__mod(seconds, 86400);
    int64_t days = calendar__div(seconds, 86400);
    return (struct moment){
        .days = days,
        .date = calendar__civil(days),
        .hour = of_day / 3600,
        .minute = of_day / 60 % 60,
        .second = of_day % 60,
        .microsecond = (int)calendar__mod(us, US_SECOND),
    };
}

static void format_date(GString *out, char letter, const struct moment *m)
{
    switch (letter) {
    case 'Y':
        g_string_append_printf(out, "%04" G_GINT64_FORMAT, m->date.year);
        break;
    case 'y':
        g_string_append_printf(out, "%02d", (int)calendar__mod(m->date.year, 100));
        break;
    case 'm':
        g_string_append_printf(out, "%02d", m->date.month);
        break;
    case 'd':
        g_string_append_printf(out, "%02d", m->date.day);
        break;
    case 'e':
        g_string_append_printf(out, "%2d", m->date.day);
        break;
    case 'j':
        g_string_append_printf(out, "%03d",
                               (int)(m->days - calendar__days(m->date.year, 1, 1)) + 1);
        break;
    case 'b':
        g_string_append_len(out, month_names[m->date.month - 1], 3);
        break;
    case 'B':
        g_string_append(out, month_names[m->date.month - 1]);
        break;
    case 'a':
        g_string_append_len(out, day_names[calendar__weekday(m->days)], 3);
        break;
    case 'A':
        g_string_append(out, day_names[calendar__weekday(m->days)]);
        break;
    default:
        break;
    }
}

static void format_time(GString *out, char letter, const struct moment *m)
{
    switch (letter) {
    case 'H':
        g_string_append_printf(out, "%02d", m->hour);
        break;
    case 'I':
        g_string_append_printf(out, "%02d", (m->hour + 11) % 12 + 1);
        break;
    case 'p':
        g_string_append(out, m->hour < 12 ? "AM" : "PM");
        break;
    case 'M':
        g_string_append_printf(out, "%02d", m->minute);
        break;
    case 'S':
        g_string_append_printf(out, "%02d", m->second);
        break;
    case 'f':
        g_string_append_printf(out, "%06d", m->microsecond);
        break;
    default:
        break;
    }
}

char *date_format_us(int64_t us, const char *format)
{
    struct moment m = moment_of(us);
    GString *out = g_string_new(NULL);
    for (const char *f = format; *f; f++) {
        if (*f != '%' || !f[1]) {
            g_string_append_c(out, *f);
            continue;
        }
        f++;
        if (strchr("YymdejbBaA", *f))
            format_date(out, *f, &m);
        else if (strchr("HIpMSf", *f))
            format_time(out, *f, &m);
        else if (*f == '%')
            g_string_append_c(out, '%');
        else
            g_string_append_printf(out, "%%%c", *f);
    }
    return g_string_free(out, FALSE);
}

char *date_format(int64_t ms, const char *format)
{
    return date_format_us(ms * 1000, format);
}

char *date_ds(int64_t ms)
{
    return date_format(ms, "%Y-%m-%d");
}

char *date_timestamp_us(int64_t us)
{
    bool whole = us % US_SECOND == 0;
    return date_format_us(us, whole ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M:%S.%f");
}

static char *with_milliseconds(int64_t ms, const char *format, const char *zone)
{
    g_autofree char *seconds = date_format(ms, format);
    return g_strdup_printf("%s.%03d%s", seconds, (int)calendar__mod(ms, MS_SECOND), zone);
}

char *date_timestamp(int64_t ms)
{
    if (ms % MS_SECOND == 0)
        return date_format(ms, "%Y-%m-%d %H:%M:%S");
    return with_milliseconds(ms, "%Y-%m-%d %H:%M:%S", "");
}

char *date_iso(int64_t ms)
{
    return with_milliseconds(ms, "%Y-%m-%dT%H:%M:%S", "Z");
}
