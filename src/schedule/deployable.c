/* Which snapshots of a development environment write tables that prod can take over. */
#include "schedule/schedule_int.h"

bool schedule__is_one_history(int kind)
{
    switch (kind) {
    case KIND_VIEW:
    case KIND_FULL:
    case KIND_INCREMENTAL_BY_UNIQUE_KEY:
    case KIND_INCREMENTAL_BY_PARTITION:
    case KIND_INCREMENTAL_UNMANAGED:
    case KIND_SCD_TYPE_2_BY_TIME:
    case KIND_SCD_TYPE_2_BY_COLUMN:
    case KIND_MANAGED:
        return true;
    default:
        return false;
    }
}

/* A view over parents that changed must be made again, whatever its version is filled for. */
static bool is_stale_view(const struct wire_snapshot *s)
{
    return s->kind == KIND_VIEW && s->category == CATEGORY_INDIRECT_NON_BREAKING && !s->deployed;
}

struct intervals *schedule__filled(const struct wire_snapshot *s, bool deployable)
{
    struct intervals *out = intervals_new();

    if (deployable) {
        if (!is_stale_view(s))
            intervals_add_all(out, s->intervals);
        return out;
    }
    intervals_add_all(out, s->dev_intervals);
    /* A forward-only change is computed in dev where a preview asks for it only; a view that was
     * made again is as far as the one it stands for. */
    if (s->category == CATEGORY_FORWARD_ONLY ||
        (is_stale_view(s) && intervals_count(s->dev_intervals) > 0))
        intervals_add_all(out, s->intervals);
    return out;
}

/* Does the plan begin early enough for a model whose rows depend on earlier ones? */
static bool starts_in_time(struct almanac *a, const struct wire_snapshot *s,
                           const struct schedule_request *request, bool *yes, GError **error)
{
    g_autoptr(intervals) missing = NULL;
    enum interval_unit unit;
    int64_t start, from;

    *yes = true;
    if (request->start_ms == TIME_NONE ||
        (!s->depends_on_past && !schedule__is_one_history(s->kind)))
        return true;
    if (!schedule__start(a, s, a->now_ms, &start, error) || !schedule__unit(a, s, &unit, error))
        return false;
    from = unit_floor(unit, request->start_ms);
    if (intervals_count(s->intervals) == 0) {
        *yes = unit_ceil(unit, start) >= from;
        return true;
    }
    missing = schedule__missing(
        a, s, &(struct search){start, a->now_ms, a->now_ms, false, false, s->intervals}, error);
    if (!missing)
        return false;
    *yes = intervals_count(missing) == 0 || intervals_get(missing, 0).start >= from;
    return true;
}

static bool parents_agree(const struct wire_snapshot *s, GHashTable *closed)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (g_hash_table_contains(closed, id->name))
            return false;
    }
    return true;
}

static bool is_by_nature_not(const struct wire_snapshot *s)
{
    return s->category == CATEGORY_FORWARD_ONLY || s->category == CATEGORY_INDIRECT_NON_BREAKING ||
           (s->forward_only && s->category != CATEGORY_METADATA);
}

static bool has_shared_rows(const struct wire_snapshot *s)
{
    return s->category == CATEGORY_INDIRECT_NON_BREAKING && !is_stale_view(s) &&
           intervals_count(s->intervals) > 0;
}

/* `closed` collects the names whose children cannot be deployable. */
static bool judge(struct almanac *a, const struct wire_snapshot *s,
                  const struct schedule_request *request, GHashTable *closed,
                  struct deployability *out, GError **error)
{
    bool in_time;

    if (!starts_in_time(a, s, request, &in_time, error))
        return false;
    if (!parents_agree(s, closed)) {
        *out = (struct deployability){false, s->deployed, s->deployed && !in_time};
        g_hash_table_add(closed, s->name);
        return true;
    }
    out->deployable = in_time && !is_by_nature_not(s);
    out->representative = !out->deployable && (s->deployed || has_shared_rows(s));
    out->frozen = out->representative && !in_time;
    if (!in_time || (!out->deployable && !out->representative))
        g_hash_table_add(closed, s->name);
    return true;
}

GHashTable *schedule__deployability(struct almanac *a, const GPtrArray *sorted,
                                    const struct schedule_request *request, GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GHashTable) closed = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < sorted->len; i++) {
        struct wire_snapshot *s = sorted->pdata[i];
        struct deployability d;

        if (!judge(a, s, request, closed, &d, error))
            return NULL;
        g_hash_table_insert(out, s->name, g_memdup2(&d, sizeof d));
    }
    return g_steal_pointer(&out);
}
