/* clock.h -- time as Heddle counts it: milliseconds since 1970-01-01 UTC, in an int64_t.
 *
 * Only the outermost loops read the clock; everything below takes the time as an argument, so that
 * leases, cron and retries are tested without sleeping. HEDDLE_CLOCK_OFFSET_MS shifts
 * clock_now_ms() for tests and demos that need "a day later" in whole processes.
 */
#ifndef HEDDLE_BASE_CLOCK_H
#define HEDDLE_BASE_CLOCK_H

#include <stdint.h>

#define TIME_NONE INT64_MIN /* no time */

int64_t clock_now_ms(void);       /* wall clock, UTC */
int64_t clock_offset_ms(void);    /* what HEDDLE_CLOCK_OFFSET_MS says, else 0 */
int64_t clock_monotonic_ms(void); /* never goes back; for waiting and measuring */
int64_t clock_monotonic_us(void);

#endif
