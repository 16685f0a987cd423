#include "calendar/cron_int.h"

enum {
    DAY_MINUTES = 24 * 60,
    SEARCH_DAYS = 366 * 9, /* February 29 may be eight years away */
    UNIT_TICKS = 4000,     /* enough to see the shortest time between two ticks */
    UNIT_YEARS = 9,
    SQLMESH_TICKS = 5,
};

/* The moment at a wall time nearest to `than` on the side asked for, or CRON_NEVER. */
static int64_t moment_beyond(const struct cron *c, int64_t wall, int64_t than, bool forward)
{
    int64_t again;
    int64_t first = cron__moment(c, wall, &again);
    if (!c->open[FIELD_HOUR])
        again = CRON_NEVER; /* a fixed hour that comes twice is due once */
    if (forward)
        return first > than ? first : again > than ? again : CRON_NEVER;
    if (again != CRON_NEVER && again < than)
        return again;
    return first < than ? first : CRON_NEVER;
}

/* Is the zone's clock changed on this day or next to it? */
static bool has_change(const struct cron *c, int64_t day)
{
    int64_t from = (day - 1) * MS_DAY, to = (day + 2) * MS_DAY;
    return c->zone && cron__wall(c, from) - from != cron__wall(c, to) - to;
}

/* The first due minute of a day from this one on (or back); below 0 or above the day without one.
 */
static int due_minute(const struct cron *c, int minute, bool forward)
{
    while (minute >= 0 && minute < DAY_MINUTES && !cron__is_due_at(c, minute)) {
        int hour = minute / 60;

        if (!(c->masks[FIELD_HOUR] >> hour & 1)) /* none of its minutes is */
            minute = forward ? hour * 60 + 59 : hour * 60;
        minute += forward ? 1 : -1;
    }
    return minute;
}

/* The nearest tick of one day; on an ordinary one, looked for from a minute of it on (or back). */
static int64_t tick_in_day(const struct cron *c, int64_t day, int minute, int64_t than,
                           bool forward)
{
    bool ordinary = !has_change(c, day);
    int64_t best = CRON_NEVER;
    if (!ordinary)
        minute = forward ? 0 : DAY_MINUTES - 1;
    for (;;) {
        minute = due_minute(c, minute, forward);
        if (minute < 0 || minute >= DAY_MINUTES)
            return best;
        int64_t at = moment_beyond(c, day * MS_DAY + minute * MS_MINUTE, than, forward);
        if (at != CRON_NEVER && (best == CRON_NEVER || (forward ? at < best : at > best)))
            best = at;
        if (best != CRON_NEVER && ordinary)
            return best;
        minute += forward ? 1 : -1;
    }
}

static int64_t search(const struct cron *c, int64_t ms, bool forward)
{
    int64_t wall = cron__wall(c, ms);
    int64_t day = calendar__div(wall, MS_DAY);
    int minute = (int)(calendar__mod(wall, MS_DAY) / MS_MINUTE);
    for (int i = 0; i < SEARCH_DAYS; i++) {
        if (cron__is_due_on(c, day)) {
            int64_t at = tick_in_day(c, day, minute, ms, forward);
            if (at != CRON_NEVER)
                return at;
        }
        day += forward ? 1 : -1;
        minute = forward ? 0 : DAY_MINUTES - 1;
    }
    return CRON_NEVER;
}

int64_t cron_next(const struct cron *c, int64_t ms)
{
    return search(c, ms, true);
}

int64_t cron_prev(const struct cron *c, int64_t ms)
{
    return search(c, ms, false);
}

int64_t cron_floor(const struct cron *c, int64_t ms)
{
    return cron_prev(c, ms + 1);
}

static bool is_due_every_day(const struct cron *c)
{
    return c->open[FIELD_DAY] && c->open[FIELD_WEEKDAY] && c->open[FIELD_MONTH];
}

/* The shortest time between two of the first n ticks after 1970 began. */
static int64_t shortest_of(const struct cron *utc, int n)
{
    int64_t last = is_due_every_day(utc) ? 2 * MS_DAY : UNIT_YEARS * 366 * MS_DAY;
    int64_t shortest = INT64_MAX;
    int64_t at = cron_next(utc, -1);
    for (int i = 1; i < n && at < last; i++) {
        int64_t next = cron_next(utc, at);
        shortest = MIN(shortest, next - at);
        at = next;
    }
    return shortest;
}

static enum interval_unit largest_unit(int64_t ms)
{
    static const struct {
        int64_t ms;
        enum interval_unit unit;
    } least[] = {
        {365 * MS_DAY,   UNIT_YEAR        },
        {28 * MS_DAY,    UNIT_MONTH       },
        {MS_DAY,         UNIT_DAY         },
        {MS_HOUR,        UNIT_HOUR        },
        {30 * MS_MINUTE, UNIT_HALF_HOUR   },
        {15 * MS_MINUTE, UNIT_QUARTER_HOUR},
        {5 * MS_MINUTE,  UNIT_FIVE_MINUTE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(least); i++)
        if (least[i].ms <= ms)
            return least[i].unit;
    return UNIT_COUNT;
}

enum interval_unit cron_unit(const struct cron *c)
{
    struct cron utc = *c;
    utc.zone = NULL;
    enum interval_unit unit = largest_unit(shortest_of(&utc, UNIT_TICKS));
    /* Every seventh minute has one short step an hour. SQLMesh looks at five ticks and takes it as
     * a rule. */
    return unit == UNIT_COUNT ? largest_unit(shortest_of(&utc, SQLMESH_TICKS)) : unit;
}
