/* date.c -- dates as people write them; the names of the months. */
#include "calendar/date_int.h"

#include <string.h>

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

const char *calendar__month_name(int month)
{
    return month_names[month - 1];
}

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
