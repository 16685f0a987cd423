/* interval.h -- half-open time ranges [start, end) in UTC milliseconds, and sets of them.
 *
 * A set is sorted, its ranges are disjoint and do not touch. Every operation is arithmetic on
 * ranges: a set that covers years of five-minute ticks is one range.
 */
#ifndef HEDDLE_CALENDAR_INTERVAL_H
#define HEDDLE_CALENDAR_INTERVAL_H

#include "base/errors.h"

#include <stdint.h>

struct interval {
    int64_t start, end;
};

typedef struct intervals intervals; /* the typedef is for g_autoptr(intervals) */

struct intervals *intervals_new(void);
struct intervals *intervals_of(int64_t start, int64_t end); /* one range; empty if start >= end */
struct intervals *intervals_copy(const struct intervals *s);
void intervals_free(struct intervals *s); /* NULL is fine */

size_t intervals_count(const struct intervals *s); /* ranges in it; 0 for NULL */
struct interval intervals_get(const struct intervals *s, size_t i);
void intervals_add(struct intervals *s, int64_t start, int64_t end);
void intervals_remove(struct intervals *s, int64_t start, int64_t end);
void intervals_add_all(struct intervals *s, const struct intervals *other);
void intervals_remove_all(struct intervals *s, const struct intervals *other);
/* Keep only what lies in [start, end). */
void intervals_clip(struct intervals *s, int64_t start, int64_t end);
bool intervals_contains(const struct intervals *s, int64_t start, int64_t end);
bool intervals_equal(const struct intervals *a, const struct intervals *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(intervals, intervals_free)

#endif
