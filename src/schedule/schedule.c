/* A schedule: for each snapshot of an environment what is missing, in batches. */
#include "schedule/schedule_int.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(schedule)

bool schedule_is_whole(int kind)
{
    return kind == KIND_VIEW || kind == KIND_FULL || kind == KIND_SEED ||
           kind == KIND_SCD_TYPE_2_BY_TIME || kind == KIND_SCD_TYPE_2_BY_COLUMN ||
           kind == KIND_MANAGED;
}

bool schedule_has_table(int kind)
{
    return kind != KIND_EMBEDDED && kind != KIND_EXTERNAL;
}

bool schedule_is_incremental(int kind)
{
    switch (kind) {
    case KIND_INCREMENTAL_BY_TIME_RANGE:
    case KIND_INCREMENTAL_BY_UNIQUE_KEY:
    case KIND_INCREMENTAL_BY_PARTITION:
    case KIND_INCREMENTAL_UNMANAGED:
    case KIND_SCD_TYPE_2_BY_TIME:
    case KIND_SCD_TYPE_2_BY_COLUMN:
        return true;
    default:
        return false;
    }
}

/* What the making of one schedule needs at hand. */
struct maker {
    const struct schedule_request *request;
    struct almanac *almanac;
    GHashTable *deployability; /* NULL: everything is deployable */
    GHashTable *restatements;  /* name -> struct wire_restatement, borrowed */
    GHashTable *bounds;        /* the same; NULL: no bounds */
    GHashTable *audits;        /* the same */
};

static GHashTable *ranges_by_name(const GPtrArray *ranges)
{
    GHashTable *out = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; ranges && i < ranges->len; i++) {
        struct wire_restatement *r = ranges->pdata[i];

        g_hash_table_insert(out, r->name, r);
    }
    return out;
}

static int64_t given_or(int64_t ms, int64_t otherwise)
{
    return ms == TIME_NONE ? otherwise : ms;
}

/* The range asked of one snapshot, before its own start and end are looked at. False: none. */
static bool asked_range(const struct maker *m, const struct wire_snapshot *s, struct interval *out)
{
    const struct schedule_request *request = m->request;
    const struct wire_restatement *bound =
        m->bounds ? g_hash_table_lookup(m->bounds, s->name) : NULL;
    const struct wire_restatement *again = g_hash_table_lookup(m->restatements, s->name);

    if (m->bounds && !bound)
        return false;
    *out = (struct interval){given_or(request->start_ms, INT64_MIN),
                             given_or(request->end_ms, request->now_ms)};
    if (bound)
        out->start = given_or(bound->start_ms, out->start);
    if (again)
        *out = (struct interval){given_or(again->start_ms, INT64_MIN),
                                 given_or(again->end_ms, out->end)};
    if (bound && bound->end_ms != TIME_NONE) {
        if (out->start >= bound->end_ms)
            return false;
        out->end = bound->end_ms;
    }
    return true;
}

/* The same within the snapshot's own start and end. An empty range: nothing is asked. */
static bool own_range(const struct maker *m, const struct wire_snapshot *s, struct interval *r,
                      GError **error)
{
    int64_t start, moment, end;

    if (!schedule__start(m->almanac, s, r->end, &start, error) ||
        !schedule__end(m->almanac, s, &moment, &end, error))
        return false;
    r->start = MAX(r->start, start);
    if (moment == TIME_NONE)
        return true;
    if (r->start > moment)
        r->end = r->start;
    else if (moment < r->end)
        r->end = end;
    return true;
}

/* What is filled already, without what is restated. */
static struct intervals *filled_of(const struct maker *m, const struct schedule_item *item)
{
    struct intervals *have = schedule__filled(item->snapshot, item->deployable);
    const struct wire_restatement *again =
        g_hash_table_lookup(m->restatements, item->snapshot->name);

    if (again)
        intervals_remove(have, given_or(again->start_ms, INT64_MIN),
                         given_or(again->end_ms, INT64_MAX));
    return have;
}

static struct intervals *missing_of(const struct maker *m, const struct schedule_item *item,
                                    GError **error)
{
    const struct schedule_request *request = m->request;
    const struct wire_snapshot *s = item->snapshot;
    g_autoptr(intervals) have = NULL;
    struct interval r;

    if (!schedule_has_table(s->kind) || !asked_range(m, s, &r))
        return intervals_new();
    if (!own_range(m, s, &r, error))
        return NULL;
    have = filled_of(m, item);
    if (r.start >= r.end || (s->kind == KIND_SEED && intervals_count(have) > 0))
        return intervals_new();
    return schedule__missing(m->almanac, s,
                             &(struct search){r.start, r.end, request->execution_ms,
                                              request->ignore_cron, request->end_bounded, have},
                             error);
}

/* What of the range an audit is asked for is filled already, and not about to be filled again. */
static struct intervals *audited_of(const struct maker *m, const struct schedule_item *item,
                                    const struct wire_restatement *asked, GError **error)
{
    g_autoptr(intervals) have = schedule__filled(item->snapshot, item->deployable);
    g_autoptr(intervals) out = NULL;
    struct interval r = {given_or(asked->start_ms, INT64_MIN),
                         given_or(asked->end_ms, given_or(m->request->end_ms, m->request->now_ms))};

    if (!own_range(m, item->snapshot, &r, error))
        return NULL;
    out = intervals_copy(have);
    intervals_clip(out, r.start, r.end);
    intervals_remove_all(out, item->missing);
    return g_steal_pointer(&out);
}

static bool add_audits(const struct maker *m, struct schedule_item *item, GError **error)
{
    const struct wire_restatement *asked = g_hash_table_lookup(m->audits, item->snapshot->name);
    g_autoptr(intervals) audited = NULL;
    enum interval_unit unit;

    if (!asked || !schedule_has_table(item->snapshot->kind))
        return true;
    if (!(audited = audited_of(m, item, asked, error)) ||
        !schedule__unit(m->almanac, item->snapshot, &unit, error))
        return false;
    g_array_unref(item->audits);
    item->audits = schedule__batches(item->snapshot, unit, audited);
    return true;
}

static void item_free(void *data)
{
    struct schedule_item *item = data;

    g_array_unref(item->audits);
    intervals_free(item->missing);
    g_array_unref(item->batches);
    g_free(item);
}

/* *frozen: prod's rows are read here, and this environment must not write them. */
static bool is_deployable(const struct maker *m, const struct wire_snapshot *s, bool *frozen)
{
    const struct deployability *d =
        m->deployability ? g_hash_table_lookup(m->deployability, s->name) : NULL;

    *frozen = d && d->frozen;
    return !d || d->deployable || d->representative;
}

static bool add_item(const struct maker *m, const struct wire_snapshot *s, struct schedule *out,
                     GError **error)
{
    struct schedule_item *item = g_new0(struct schedule_item, 1);
    enum interval_unit unit = UNIT_DAY;
    bool frozen;

    item->snapshot = s;
    item->batches = g_array_new(FALSE, FALSE, sizeof(struct interval));
    item->audits = g_array_new(FALSE, FALSE, sizeof(struct interval));
    g_ptr_array_add(out->items, item);
    g_hash_table_insert(out->by_name, s->name, item);
    item->deployable = is_deployable(m, s, &frozen);
    item->missing = frozen ? intervals_new() : missing_of(m, item, error);
    if (!item->missing ||
        (intervals_count(item->missing) > 0 && !schedule__unit(m->almanac, s, &unit, error)))
        return false;
    g_array_unref(item->batches);
    item->batches = schedule__batches(s, unit, item->missing);
    return add_audits(m, item, error);
}

static bool add_items(struct maker *m, struct schedule *out, GError **error)
{
    const struct schedule_request *request = m->request;
    g_autoptr(GPtrArray) sorted = schedule__sorted(m->almanac, request->snapshots);

    if (request->is_dev &&
        !(m->deployability = schedule__deployability(m->almanac, sorted, request, error)))
        return false;
    for (guint i = 0; i < sorted->len; i++)
        if (!add_item(m, sorted->pdata[i], out, error))
            return false;
    return true;
}

struct schedule *schedule_new(const struct schedule_request *request, GError **error)
{
    g_autoptr(schedule) out = g_new0(struct schedule, 1);
    g_autoptr(almanac) a = schedule__almanac(request->snapshots, request->now_ms);
    struct maker m = {request,
                      a,
                      NULL,
                      ranges_by_name(request->restatements),
                      request->bounds ? ranges_by_name(request->bounds) : NULL,
                      ranges_by_name(request->audits)};
    bool ok;

    out->items = g_ptr_array_new_with_free_func(item_free);
    out->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    ok = add_items(&m, out, error);
    g_hash_table_unref(m.restatements);
    g_hash_table_unref(m.audits);
    g_clear_pointer(&m.bounds, g_hash_table_unref);
    g_clear_pointer(&m.deployability, g_hash_table_unref);
    return ok ? g_steal_pointer(&out) : NULL;
}

void schedule_free(struct schedule *s)
{
    if (!s)
        return;
    g_clear_pointer(&s->items, g_ptr_array_unref);
    g_clear_pointer(&s->by_name, g_hash_table_unref);
    g_free(s);
}

int64_t schedule_next_due(const GPtrArray *snapshots, int64_t now_ms)
{
    g_autoptr(almanac) a = schedule__almanac(snapshots, now_ms);
    int64_t next = INT64_MAX;

    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        const struct cron *c =
            schedule_has_table(s->kind) && s->kind != KIND_SEED ? schedule__cron(a, s, NULL) : NULL;

        if (c)
            next = MIN(next, cron_next(c, now_ms));
    }
    return next;
}

bool schedule_start(const struct wire_snapshot *s, const GPtrArray *all, int64_t now_ms,
                    int64_t *start_ms, GError **error)
{
    g_autoptr(almanac) a = schedule__almanac(all, now_ms);

    return schedule__start(a, s, now_ms, start_ms, error);
}
