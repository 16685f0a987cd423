/* audits.c -- whose audits changed while its rows did not, and over which range they are run. */
#include "plan/plan_int.h"

#include <string.h>

static bool holds(const json_t *list, const json_t *audit)
{
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item)
        if (json_equal(item, audit))
            return true;
    return false;
}

/* Their order says nothing. */
static bool same_audits(const json_t *a, const json_t *b)
{
    size_t i;
    json_t *item;

    if (json_array_size(a) != json_array_size(b))
        return false;
    json_array_foreach (a, i, item)
        if (!holds(b, item))
            return false;
    return true;
}

static bool has_other_audits(const struct plan_item *item)
{
    const json_t *before, *after;

    if (item->change == CHANGE_ADDED || item->change == CHANGE_REMOVED ||
        item->snapshot->category != CATEGORY_METADATA || !item->before->definition ||
        !item->snapshot->definition)
        return false;
    before = json_object_get(item->before->definition, "audits");
    after = json_object_get(item->snapshot->definition, "audits");
    return json_array_size(after) > 0 && !same_audits(before, after);
}

/* From the first moment this plan fills, as SQLMesh has it; when it fills nothing, from the
 * beginning. */
static int64_t first_moment(const struct plan *p)
{
    int64_t first = INT64_MAX;

    for (guint i = 0; p->start_ms == TIME_NONE && i < p->schedule->items->len; i++) {
        const struct schedule_item *item = p->schedule->items->pdata[i];

        if (intervals_count(item->missing) > 0)
            first = MIN(first, intervals_get(item->missing, 0).start);
    }
    return first == INT64_MAX ? p->start_ms : first;
}

void plan__list_audits(const struct plan *p, GPtrArray *out)
{
    int64_t first_ms = first_moment(p);

    for (guint i = 0; !p->inside->restate && i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];
        struct wire_restatement *r;

        if (!has_other_audits(item))
            continue;
        r = wire_restatement_new();
        r->name = g_strdup(item->snapshot->name);
        r->start_ms = first_ms;
        r->end_ms = p->end_ms;
        g_ptr_array_add(out, r);
    }
}
