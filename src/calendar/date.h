/* date.h -- dates as people and macros write them. All UTC. */
#ifndef HEDDLE_CALENDAR_DATE_H
#define HEDDLE_CALENDAR_DATE_H

#include "calendar/unit.h"

/* Read "2024-01-31", "2024-01-31 12:00:00[.5][Z|+02:00]", "20240131", milliseconds since the epoch,
 * or a relative form ("1 week ago", "yesterday", "now", "3 days ago", "today", "tomorrow", "in 2
 * hours") seen from now_ms. *is_date (may be NULL) says whether it names a whole day: as an end it
 * then means the end of it. As in SQLMesh only "2024-01-31" and "20240131" do; "yesterday" is its
 * first moment. */
bool date_parse(const char *text, int64_t now_ms, int64_t *ms, bool *is_date,
                GError **error) MUST_CHECK;
bool date_is_relative(const char *text);
/* By strftime's letters, in UTC and the C locale, as Python's: %f is microseconds, %-d a number
 * without zeros before it; what is no letter of strftime stays as it is. g_free(). */
char *date_format(int64_t ms, const char *format);
char *date_format_us(int64_t us, const char *format); /* the same, of microseconds */
char *date_ds(int64_t ms);                            /* 2024-01-31 */
char *date_timestamp(int64_t ms);                     /* 2024-01-31 12:00:00[.mmm] */
char *date_timestamp_us(int64_t us); /* 2024-01-31 12:00:00[.ffffff], of microseconds */
char *date_iso(int64_t ms);          /* 2024-01-31T12:00:00.000Z, for APIs and logs */

#endif
