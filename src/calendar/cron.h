/* cron.h -- when a model is due: cron expressions with time zones.
 *
 * Five fields (minute hour day-of-month month day-of-week) with * , - / names, and @yearly
 * @annually @monthly @weekly @daily @midnight @hourly; also L (the month's last day), 5#2 (its
 * second Friday), L5 (its last Friday). When both day fields are restricted a day that fits either
 * is due (POSIX crontab). Times that a zone skips in spring are due at the first minute after the
 * gap; times that come twice in autumn are due once, or twice when every hour is due.
 * Source: SQLMesh, "Model configuration: cron"; POSIX.1 crontab(1).
 */
#ifndef HEDDLE_CALENDAR_CRON_H
#define HEDDLE_CALENDAR_CRON_H

#include "calendar/unit.h"

struct cron;

/* `zone` is an IANA name or NULL for UTC. */
struct cron *cron_new(const char *expression, const char *zone, GError **error) MUST_CHECK;
void cron_free(struct cron *c);
int64_t cron_next(const struct cron *c, int64_t ms);  /* the first tick after ms */
int64_t cron_prev(const struct cron *c, int64_t ms);  /* the last tick before ms */
int64_t cron_floor(const struct cron *c, int64_t ms); /* the last tick at or before ms */
/* The interval unit SQLMesh infers from a cron: the largest unit not longer than the shortest
 * time between ticks. UNIT_COUNT when ticks come more often than every five minutes: SQLMesh
 * refuses such a cron. */
enum interval_unit cron_unit(const struct cron *c);

#endif
