/* unit.h -- interval units: the grain in which a model's time is filled. */
#ifndef HEDDLE_CALENDAR_UNIT_H
#define HEDDLE_CALENDAR_UNIT_H

#include "calendar/interval.h"

ERROR_DOMAIN(calendar)

enum interval_unit {
    UNIT_YEAR,
    UNIT_MONTH,
    UNIT_DAY,
    UNIT_HOUR,
    UNIT_HALF_HOUR,
    UNIT_QUARTER_HOUR,
    UNIT_FIVE_MINUTE,
    UNIT_COUNT,
};

const char *unit_name(enum interval_unit u); /* "year" … "five_minute", as SQLMesh spells it */
bool unit_parse(const char *name, enum interval_unit *u, GError **error) MUST_CHECK;
int64_t unit_floor(enum interval_unit u, int64_t ms); /* start of the unit ms lies in, UTC */
int64_t unit_ceil(enum interval_unit u, int64_t ms);
int64_t unit_add(enum interval_unit u, int64_t ms, int64_t n);          /* n units on (or back) */
int64_t unit_between(enum interval_unit u, int64_t start, int64_t end); /* whole units in it */

#endif
