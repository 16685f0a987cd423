#include "calendar/cron_int.h"

#include <string.h>

bool cron__open_zone(struct cron *c, const char *zone, GError **error)
{
    if (!zone || !*zone || g_ascii_strcasecmp(zone, "UTC") == 0)
        return true;
    bool is_name = g_ascii_isalpha(*zone) && !strstr(zone, "..");
    if (is_name)
        c->zone = g_time_zone_new_identifier(zone);
    if (c->zone)
        return true;
    g_set_error(error, calendar_error(), ERROR_INVALID, "The time zone \"%s\" is not known.", zone);
    error_hint(error, "use an IANA name such as Europe/Berlin; Debian has them in the package "
                      "tzdata");
    return false;
}

static int64_t offset_at(const struct cron *c, int64_t ms)
{
    int interval =
        g_time_zone_find_interval(c->zone, G_TIME_TYPE_UNIVERSAL, calendar__div(ms, MS_SECOND));
    return interval < 0 ? 0 : g_time_zone_get_offset(c->zone, interval) * MS_SECOND;
}

int64_t cron__wall(const struct cron *c, int64_t ms)
{
    return c->zone ? ms + offset_at(c, ms) : ms;
}

/* The first minute in (from, to] at which the offset is no longer what it is at `from`. */
static int64_t transition(const struct cron *c, int64_t from, int64_t to)
{
    int64_t before = offset_at(c, from);
    int64_t low = calendar__div(from, MS_MINUTE), high = calendar__div(to, MS_MINUTE);
    while (low + 1 < high) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(c, middle * MS_MINUTE) == before)
            low = middle;
        else
            high = middle;
    }
    return high * MS_MINUTE;
}

int64_t cron__moment(const struct cron *c, int64_t wall, int64_t *again)
{
    *again = CRON_NEVER;
    if (!c->zone)
        return wall;
    int64_t before = offset_at(c, wall - MS_DAY), after = offset_at(c, wall + MS_DAY);
    int64_t early = wall - before, late = wall - after;
    if (before == after)
        return early;
    bool early_fits = offset_at(c, early) == before, late_fits = offset_at(c, late) == after;
    if (!early_fits && !late_fits)
        return transition(c, late, early);
    if (early_fits && late_fits)
        *again = MAX(early, late);
    return early_fits ? early : late;
}
