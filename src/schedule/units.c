/* Questions about one snapshot's units and ticks. */
#include "schedule/schedule_int.h"

/* An almanac of one. */
static struct almanac *almanac_of(const struct wire_snapshot *s, int64_t now_ms)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();

    g_ptr_array_add(one, (void *)s);
    return schedule__almanac(one, now_ms);
}

bool schedule_last_unit(const struct wire_snapshot *s, int64_t end_ms, int64_t else_ms,
                        int64_t *start_ms, GError **error)
{
    g_autoptr(almanac) a = almanac_of(s, else_ms);
    const struct cron *c = schedule__cron(a, s, error);
    enum interval_unit unit;

    if (!c || !schedule__unit(a, s, &unit, error))
        return false;
    if (end_ms == TIME_NONE)
        end_ms = cron_floor(c, else_ms);
    *start_ms = unit_add(unit, unit_floor(unit, end_ms), -1);
    return true;
}

bool schedule_ticks_back(const struct wire_snapshot *s, int64_t from_ms, int64_t n,
                         int64_t *start_ms, GError **error)
{
    g_autoptr(almanac) a = almanac_of(s, from_ms);
    const struct cron *c = schedule__cron(a, s, error);

    if (!c)
        return false;
    *start_ms = cron_floor(c, from_ms);
    while (n-- > 0)
        *start_ms = cron_prev(c, *start_ms);
    return true;
}

bool schedule_restated(const struct wire_snapshot *s, struct interval asked, int64_t now_ms,
                       bool preview, struct interval *out, GError **error)
{
    g_autoptr(almanac) a = almanac_of(s, now_ms);
    bool one_history = schedule__is_one_history(s->kind);
    enum interval_unit unit;

    if (!schedule__unit(a, s, &unit, error))
        return false;
    if (one_history || s->depends_on_past)
        asked.end = now_ms;
    if (one_history && !preview && intervals_count(s->intervals) > 0)
        asked.start = intervals_get(s->intervals, 0).start;
    out->start = unit_floor(unit, asked.start);
    out->end = s->allow_partials ? asked.end : unit_ceil(unit, asked.end);
    return true;
}
