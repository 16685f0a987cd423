/* civil_int.h -- days and dates of the proleptic Gregorian calendar; for src/calendar/ only. */
#ifndef HEDDLE_CALENDAR_CIVIL_INT_H
#define HEDDLE_CALENDAR_CIVIL_INT_H

#include <stdbool.h>
#include <stdint.h>

#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR   (60 * MS_MINUTE)
#define MS_DAY    (24 * MS_HOUR)

struct civil {
    int64_t year;
    int month, day; /* both from 1 */
};

/* Division and remainder that round down, also below zero. */
static inline int64_t calendar__div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int64_t calendar__mod(int64_t a, int64_t b)
{
    return a % b + (a % b < 0 ? b : 0);
}

int64_t calendar__days(int64_t year, int month, int day); /* since 1970-01-01 */
struct civil calendar__civil(int64_t days);
int calendar__month_days(int64_t year, int month);
int calendar__weekday(int64_t days); /* 0 is Sunday */
/* A date `months` later (or earlier); a day the month has not becomes its last. */
struct civil calendar__add_months(struct civil date, int64_t months);

#endif
