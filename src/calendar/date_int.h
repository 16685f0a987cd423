/* date_int.h -- the two ways to write a date; for src/calendar/ only. */
#ifndef HEDDLE_CALENDAR_DATE_INT_H
#define HEDDLE_CALENDAR_DATE_INT_H

#include "calendar/civil_int.h"
#include "calendar/date.h"

/* 1 to 12 for a month's name, whole or its first letters (three or more); 0 for others. */
int calendar__month_named(const char *word, size_t n);
const char *calendar__month_name(int month); /* whole, of 1 to 12 */
/* "2024-01-31 12:00:00", "20240131", milliseconds, "5 Jan 2024": true when it is one of them. */
bool calendar__read_absolute(const char *text, int64_t *ms, bool *is_date);
/* "now", "yesterday", "1 week ago", "in 2 hours", seen from now_ms. */
bool calendar__read_relative(const char *text, int64_t now_ms, int64_t *ms);

#endif
