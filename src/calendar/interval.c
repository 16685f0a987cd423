#include "calendar/interval.h"

struct intervals {
    GArray *ranges; /* of struct interval, sorted, disjoint, not touching */
};

#define RANGE(s, i) g_array_index((s)->ranges, struct interval, (i))

struct intervals *intervals_new(void)
{
    struct intervals *s = g_new(struct intervals, 1);
    s->ranges = g_array_new(FALSE, FALSE, sizeof(struct interval));
    return s;
}

struct intervals *intervals_of(int64_t start, int64_t end)
{
    struct intervals *s = intervals_new();
    intervals_add(s, start, end);
    return s;
}

struct intervals *intervals_copy(const struct intervals *s)
{
    struct intervals *copy = intervals_new();
    if (intervals_count(s) > 0)
        g_array_append_vals(copy->ranges, s->ranges->data, s->ranges->len);
    return copy;
}

void intervals_free(struct intervals *s)
{
    if (!s)
        return;
    g_array_unref(s->ranges);
    g_free(s);
}

size_t intervals_count(const struct intervals *s)
{
    return s ? s->ranges->len : 0;
}

struct interval intervals_get(const struct intervals *s, size_t i)
{
    g_assert(i < intervals_count(s));
    return RANGE(s, i);
}

/* The first range that ends at or after `ms`; all before it end earlier. */
static size_t first_ending_from(const struct intervals *s, int64_t ms)
{
    size_t low = 0, high = intervals_count(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (RANGE(s, middle).end < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_in_place_of(struct intervals *s, size_t first, size_t count,
                            const struct interval *with, size_t n)
{
    if (count > 0)
        g_array_remove_range(s->ranges, (guint)first, (guint)count);
    if (n > 0)
        g_array_insert_vals(s->ranges, (guint)first, with, (guint)n);
}

void intervals_add(struct intervals *s, int64_t start, int64_t end)
{
    if (start >= end)
        return;
    struct interval merged = {start, end};
    size_t first = first_ending_from(s, start);
    size_t i = first;
    for (; i < s->ranges->len && RANGE(s, i).start <= end; i++) {
        merged.start = MIN(merged.start, RANGE(s, i).start);
        merged.end = MAX(merged.end, RANGE(s, i).end);
    }
    put_in_place_of(s, first, i - first, &merged, 1);
}

void intervals_remove(struct intervals *s, int64_t start, int64_t end)
{
    if (start >= end)
        return;
    struct interval rest[2];
    size_t n = 0;
    size_t first = first_ending_from(s, start);
    size_t i = first;
    for (; i < s->ranges->len && RANGE(s, i).start < end; i++) {
        if (RANGE(s, i).start < start)
            rest[n++] = (struct interval){RANGE(s, i).start, start};
        if (RANGE(s, i).end > end)
            rest[n++] = (struct interval){end, RANGE(s, i).end};
    }
    put_in_place_of(s, first, i - first, rest, n);
}

void intervals_add_all(struct intervals *s, const struct intervals *other)
{
    if (s == other)
        return;
    for (size_t i = 0; i < intervals_count(other); i++)
        intervals_add(s, RANGE(other, i).start, RANGE(other, i).end);
}

void intervals_remove_all(struct intervals *s, const struct intervals *other)
{
    if (s == other) {
        g_array_set_size(s->ranges, 0);
        return;
    }
    for (size_t i = 0; i < intervals_count(other); i++)
        intervals_remove(s, RANGE(other, i).start, RANGE(other, i).end);
}

void intervals_clip(struct intervals *s, int64_t start, int64_t end)
{
    if (start >= end) {
        g_array_set_size(s->ranges, 0);
        return;
    }
    intervals_remove(s, INT64_MIN, start);
    intervals_remove(s, end, INT64_MAX);
}

bool intervals_contains(const struct intervals *s, int64_t start, int64_t end)
{
    if (start >= end)
        return true;
    size_t i = first_ending_from(s, end);
    return i < intervals_count(s) && RANGE(s, i).start <= start;
}

bool intervals_equal(const struct intervals *a, const struct intervals *b)
{
    size_t n = intervals_count(a);
    if (n != intervals_count(b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (RANGE(a, i).start != RANGE(b, i).start || RANGE(a, i).end != RANGE(b, i).end)
            return false;
    return true;
}
