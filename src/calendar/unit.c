#include "calendar/unit.h"

#include "calendar/civil_int.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(calendar)

static const struct {
    const char *name;
    int months; /* a unit is so many months, or */
    int64_t ms; /* so many milliseconds */
} units[UNIT_COUNT] = {
    [UNIT_YEAR] = {"year",         12, 0             },
    [UNIT_MONTH] = {"month",        1,  0             },
    [UNIT_DAY] = {"day",          0,  MS_DAY        },
    [UNIT_HOUR] = {"hour",         0,  MS_HOUR       },
    [UNIT_HALF_HOUR] = {"half_hour",    0,  30 * MS_MINUTE},
    [UNIT_QUARTER_HOUR] = {"quarter_hour", 0,  15 * MS_MINUTE},
    [UNIT_FIVE_MINUTE] = {"five_minute",  0,  5 * MS_MINUTE },
};

const char *unit_name(enum interval_unit u)
{
    return u < UNIT_COUNT ? units[u].name : "none";
}

bool unit_parse(const char *name, enum interval_unit *u, GError **error)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        if (g_ascii_strcasecmp(name, units[i].name) == 0) {
            *u = (enum interval_unit)i;
            return true;
        }
    g_set_error(error, calendar_error(), ERROR_INVALID, "\"%s\" is no interval unit.", name);
    error_hint(error, "use year, month, day, hour, half_hour, quarter_hour or five_minute");
    return false;
}

/* Months since year 0 of the month ms lies in. */
static int64_t month_of(int64_t ms)
{
    struct civil date = calendar__civil(calendar__div(ms, MS_DAY));
    return date.year * 12 + date.month - 1;
}

static int64_t month_start(int64_t month)
{
    return calendar__days(calendar__div(month, 12), (int)calendar__mod(month, 12) + 1, 1) * MS_DAY;
}

int64_t unit_floor(enum interval_unit u, int64_t ms)
{
    if (!units[u].months)
        return calendar__div(ms, units[u].ms) * units[u].ms;
    return month_start(calendar__div(month_of(ms), units[u].months) * units[u].months);
}

int64_t unit_ceil(enum interval_unit u, int64_t ms)
{
    int64_t floor = unit_floor(u, ms);
    return floor == ms ? ms : unit_add(u, floor, 1);
}

int64_t unit_add(enum interval_unit u, int64_t ms, int64_t n)
{
    if (!units[u].months)
        return ms + n * units[u].ms;
    struct civil date = calendar__civil(calendar__div(ms, MS_DAY));
    date = calendar__add_months(date, n * units[u].months);
    return calendar__days(date.year, date.month, date.day) * MS_DAY + calendar__mod(ms, MS_DAY);
}

/* The number of unit boundaries at or before ms, from a fixed one. */
static int64_t boundaries(enum interval_unit u, int64_t ms)
{
    return units[u].months ? calendar__div(month_of(ms), units[u].months)
                           : calendar__div(ms, units[u].ms);
}

int64_t unit_between(enum interval_unit u, int64_t start, int64_t end)
{
    int64_t n = boundaries(u, end) - boundaries(u, unit_ceil(u, start));
    return MAX(n, 0);
}
