/* cron_int.h -- a cron read into bits, and its clock; for src/calendar/ only. */
#ifndef HEDDLE_CALENDAR_CRON_INT_H
#define HEDDLE_CALENDAR_CRON_INT_H

#include "calendar/civil_int.h"
#include "calendar/cron.h"

enum { FIELD_MINUTE, FIELD_HOUR, FIELD_DAY, FIELD_MONTH, FIELD_WEEKDAY, FIELD_COUNT };
enum { NTH_LAST = 5, NTH_COUNT };

#define CRON_NEVER INT64_MIN

struct cron {
    uint64_t masks[FIELD_COUNT]; /* bit n: value n is due */
    uint8_t nth[NTH_COUNT];      /* weekdays due as the 1st … 5th, or the last, of their month */
    bool last_day;               /* the month's last day is due */
    bool by_nth;
    bool open[FIELD_COUNT]; /* written as "*": the field restricts nothing */
    GTimeZone *zone;        /* NULL for UTC */
};

bool cron__is_due_on(const struct cron *c, int64_t days); /* a day of the zone's calendar */
bool cron__is_due_at(const struct cron *c, int minute_of_day);

/* cron_zone.c */
bool cron__open_zone(struct cron *c, const char *zone, GError **error);
/* What the zone's clock shows at a moment, in milliseconds as if it were UTC. */
int64_t cron__wall(const struct cron *c, int64_t ms);
/* The moments at which the zone's clock shows this: the first, and the second if it comes twice
 * (else CRON_NEVER). A time that is skipped comes at the first minute after the gap. */
int64_t cron__moment(const struct cron *c, int64_t wall, int64_t *again);

#endif
