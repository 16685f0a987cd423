/* Which units of a range are not filled, and how they are cut into batches: arithmetic on ranges.
 */
#include "schedule/schedule_int.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

/* A unit's length where SQLMesh compares lengths: the shortest month, a common year. */
static int64_t unit_length(enum interval_unit unit)
{
    return unit == UNIT_YEAR    ? 365 * DAY_MS
           : unit == UNIT_MONTH ? 28 * DAY_MS
                                : unit_add(unit, 0, 1);
}

/* The units that a range of time stands for. Empty when it is too short for one. */
static bool units_of(struct almanac *a, const struct wire_snapshot *s, const struct search *search,
                     enum interval_unit unit, struct interval *out, GError **error)
{
    const struct cron *cron = schedule__cron(a, s, error);
    int64_t upper = search->execution_ms;

    if (!cron)
        return false;
    *out = (struct interval){unit_floor(unit, search->start_ms), search->end_ms};
    /* An end at midnight stands for a whole day, which is never too short. */
    if (!s->allow_partials && search->end_ms % DAY_MS != 0 &&
        search->end_ms - search->start_ms < unit_length(unit)) {
        out->end = out->start;
        return true;
    }
    if (!s->allow_partials)
        out->end = unit_ceil(unit, out->end);
    if (!search->ignore_cron)
        upper = cron_floor(cron, upper);
    if (search->end_bounded)
        upper = MIN(upper, out->end);
    if (!s->allow_partials)
        upper = unit_floor(unit, upper);
    out->end = MIN(out->end, upper);
    return true;
}

/* A unit that is filled in part is missing as a whole. */
static struct intervals *not_filled(enum interval_unit unit, struct interval range,
                                    const struct intervals *have)
{
    g_autoptr(intervals) gaps = intervals_of(range.start, range.end);
    struct intervals *out = intervals_new();

    intervals_remove_all(gaps, have);
    for (size_t i = 0; i < intervals_count(gaps); i++) {
        struct interval gap = intervals_get(gaps, i);

        intervals_add(out, unit_floor(unit, gap.start), MIN(unit_ceil(unit, gap.end), range.end));
    }
    return out;
}

/* How many units end of the range lies behind the model's end: they use up its lookback. */
static int64_t lookback_left(enum interval_unit unit, int64_t lookback, int64_t range_end,
                             int64_t model_end)
{
    if (model_end == TIME_NONE || model_end >= range_end)
        return lookback;
    return MAX(lookback -
                   unit_between(unit, unit_floor(unit, model_end), unit_floor(unit, range_end - 1)),
               0);
}

/* What lies up to `lookback` units before something missing is missing as well. */
static void look_back(enum interval_unit unit, int64_t lookback, struct interval range,
                      struct intervals *missing)
{
    g_autoptr(intervals) direct = intervals_copy(missing);

    if (lookback <= 0)
        return;
    for (size_t i = 0; i < intervals_count(direct); i++) {
        struct interval r = intervals_get(direct, i);

        intervals_add(missing, unit_add(unit, r.start, -lookback),
                      unit_add(unit, unit_ceil(unit, r.end), -lookback));
    }
    intervals_add(missing, unit_add(unit, unit_ceil(unit, range.end), -lookback), range.end);
    intervals_clip(missing, range.start, range.end);
}

struct intervals *schedule__missing(struct almanac *a, const struct wire_snapshot *s,
                                    const struct search *search, GError **error)
{
    enum interval_unit unit;
    struct interval range;
    int64_t moment, end;
    struct intervals *out;

    if (!schedule__unit(a, s, &unit, error) || !units_of(a, s, search, unit, &range, error) ||
        !schedule__end(a, s, &moment, &end, error))
        return NULL;
    if (range.start >= range.end)
        return intervals_new();
    out = not_filled(unit, range, search->have);
    if (intervals_count(out) > 0)
        look_back(unit, lookback_left(unit, s->lookback, range.end, end), range, out);
    if (end != TIME_NONE)
        intervals_clip(out, INT64_MIN, unit_ceil(unit, end));
    return out;
}

static void add_batches(GArray *out, enum interval_unit unit, int64_t size, struct interval range)
{
    while (range.start < range.end) {
        struct interval batch = range;

        if (size > 0)
            batch.end = MIN(unit_add(unit, range.start, size), range.end);
        g_array_append_val(out, batch);
        range.start = batch.end;
    }
}

GArray *schedule__batches(const struct wire_snapshot *s, enum interval_unit unit,
                          const struct intervals *missing)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct interval));
    size_t n = intervals_count(missing);

    if (n == 0)
        return out;
    if (schedule_is_whole(s->kind)) {
        struct interval all = {intervals_get(missing, 0).start, intervals_get(missing, n - 1).end};

        g_array_append_val(out, all);
        return out;
    }
    for (size_t i = 0; i < n; i++)
        add_batches(out, unit, s->batch_size, intervals_get(missing, i));
    return out;
}
