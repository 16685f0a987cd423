#include "calendar/date_int.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* 0001-01-01 to 9999-12-31, in milliseconds. */
#define FIRST_MS (-INT64_C(62135596800000))
#define LAST_MS  INT64_C(253402300799999)

/* `least` to `most` digits at *at. */
static bool read_digits(const char **at, int least, int most, int *value)
{
    int n = 0, v = 0;
    for (; n < most && g_ascii_isdigit((*at)[n]); n++)
        v = v * 10 + ((*at)[n] - '0');
    if (n < least)
        return false;
    *at += n;
    *value = v;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == ',' || **at == '\t')
        (*at)++;
}

static bool set_date(int64_t *ms, int year, int month, int day)
{
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > calendar__month_days(year, month))
        return false;
    *ms = calendar__days(year, month, day) * MS_DAY;
    return true;
}

/* 2024-01-31, 2024/01/31 */
static bool read_numeric_date(const char **at, int64_t *ms, bool *dashed)
{
    int year, month, day;
    const char *p = *at;
    if (!read_digits(&p, 4, 4, &year) || (*p != '-' && *p != '/'))
        return false;
    char mark = *p++;
    if (!read_digits(&p, 1, 2, &month) || !read_char(&p, mark) || !read_digits(&p, 1, 2, &day) ||
        !set_date(ms, year, month, day))
        return false;
    *dashed = mark == '-';
    *at = p;
    return true;
}

static bool read_month(const char **at, int *month)
{
    size_t n = 0;
    while (g_ascii_isalpha((*at)[n]))
        n++;
    *month = calendar__month_named(*at, n);
    *at += n;
    skip_blanks(at);
    return *month > 0;
}

static bool read_day(const char **at, int *day)
{
    bool ok = read_digits(at, 1, 2, day);
    skip_blanks(at);
    return ok;
}

/* 5 Jan 2024, January 5, 2024 */
static bool read_worded_date(const char **at, int64_t *ms)
{
    int year, month, day;
    const char *p = *at;
    bool ok = g_ascii_isdigit(*p) ? read_day(&p, &day) && read_month(&p, &month)
                                  : read_month(&p, &month) && read_day(&p, &day);
    if (!ok || !read_digits(&p, 4, 4, &year) || !set_date(ms, year, month, day))
        return false;
    *at = p;
    return true;
}

/* Digits behind the point; those beyond milliseconds are dropped. */
static bool read_fraction(const char **at, int64_t *ms)
{
    int64_t unit = 100;
    if (!g_ascii_isdigit(**at))
        return false;
    for (; g_ascii_isdigit(**at); (*at)++, unit /= 10)
        *ms += (**at - '0') * unit;
    return true;
}

static bool read_half(const char **at, int64_t *ms)
{
    const char *p = *at;
    skip_blanks(&p);
    char half = g_ascii_tolower(*p);
    if ((half != 'a' && half != 'p') || g_ascii_tolower(p[1]) != 'm')
        return true;
    int64_t hour = *ms / MS_HOUR;
    if (hour < 1 || hour > 12)
        return false;
    *ms += (hour % 12 + (half == 'p' ? 12 : 0) - hour) * MS_HOUR;
    *at = p + 2;
    return true;
}

/* 12:00, 12:00:00, 12:00:00.5, 01:00 PM */
static bool read_time(const char **at, int64_t *ms)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!read_digits(at, 1, 2, &hour) || !read_char(at, ':') || !read_digits(at, 2, 2, &minute))
        return false;
    if (read_char(at, ':')) {
        if (!read_digits(at, 2, 2, &second))
            return false;
        if (read_char(at, '.') && !read_fraction(at, &fraction))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *ms = hour * MS_HOUR + minute * MS_MINUTE + second * MS_SECOND + fraction;
    return read_half(at, ms);
}

/* Z, UTC, +02:00, +0200, -05; nothing is UTC. */
static bool read_offset(const char **at, int64_t *ms)
{
    *ms = 0;
    skip_blanks(at);
    if (read_char(at, 'Z') || read_char(at, 'z'))
        return true;
    if (g_ascii_strncasecmp(*at, "UTC", 3) == 0 || g_ascii_strncasecmp(*at, "GMT", 3) == 0)
        *at += 3;
    if (**at != '+' && **at != '-')
        return true;
    int sign = *(*at)++ == '-' ? -1 : 1;
    int hours, minutes = 0;
    if (!read_digits(at, 2, 2, &hours) || hours > 15)
        return false;
    bool colon = read_char(at, ':');
    if ((colon || g_ascii_isdigit(**at)) && (!read_digits(at, 2, 2, &minutes) || minutes > 59))
        return false;
    *ms = sign * (hours * MS_HOUR + minutes * MS_MINUTE);
    return true;
}

static bool read_calendar_date(const char *text, int64_t *ms, bool *is_date)
{
    const char *at = text;
    int64_t day, time = 0, offset = 0;
    bool dashed = false;
    if (!read_numeric_date(&at, &day, &dashed) && !read_worded_date(&at, &day))
        return false;
    bool has_time = *at != '\0';
    if (has_time) {
        if (*at != ' ' && *at != 'T' && *at != 't')
            return false;
        at++;
        skip_blanks(&at);
        if (!read_time(&at, &time) || !read_offset(&at, &offset) || *at)
            return false;
    }
    *ms = day + time - offset;
    *is_date = dashed && !has_time;
    return true;
}

/* 20240131, or a number of milliseconds. */
static bool read_number(const char *text, int64_t *ms, bool *is_date)
{
    const char *at = text;
    int year, month, day;
    if (strlen(text) == 8 && read_digits(&at, 4, 4, &year) && read_digits(&at, 2, 2, &month) &&
        read_digits(&at, 2, 2, &day) && set_date(ms, year, month, day)) {
        *is_date = true;
        return true;
    }
    if (!g_ascii_isdigit(*text) && *text != '-' && *text != '+' && *text != '.')
        return false;
    if (strpbrk(text, "xX"))
        return false;
    char *end;
    double value = g_ascii_strtod(text, &end);
    if (end == text || *end || !(value >= FIRST_MS && value <= LAST_MS))
        return false;
    *ms = (int64_t)floor(value);
    *is_date = false;
    return true;
}

bool calendar__read_absolute(const char *text, int64_t *ms, bool *is_date)
{
    return read_number(text, ms, is_date) || read_calendar_date(text, ms, is_date);
}
