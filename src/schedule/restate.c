/* What is filled again, and over which range. */
#include "schedule/schedule_int.h"

const char *schedule_refuses_restating(const struct wire_snapshot *s, bool is_dev)
{
    if (!schedule_has_table(s->kind) || s->kind == KIND_SEED)
        return "";
    if (is_dev && s->deployed)
        return "prod uses this version; restate it in prod";
    return s->disable_restatement ? "its disable_restatement forbids it" : NULL;
}

struct restating {
    const struct schedule_restate *ask;
    GPtrArray *out;
    GHashTable *ranges;      /* name -> struct wire_restatement: whose range children take over */
    GHashTable *passed_down; /* set of names: those, and those whose range they do not */
};

/* The widest range of incremental parents that are restated. */
static struct interval parents_range(const struct restating *r, const struct wire_snapshot *s,
                                     struct interval own)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct wire_restatement *parent = g_hash_table_lookup(r->ranges, id->name);

        if (!parent)
            continue;
        own.start = MIN(own.start, parent->start_ms);
        own.end = MAX(own.end, parent->end_ms);
    }
    return own;
}

static bool has_restated_parent(const struct restating *r, const struct wire_snapshot *s)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (g_hash_table_contains(r->passed_down, id->name))
            return true;
    }
    return false;
}

static void add_range(struct restating *r, const struct wire_snapshot *s, struct interval range)
{
    struct wire_restatement *one = wire_restatement_new();

    one->name = g_strdup(s->name);
    one->start_ms = range.start;
    one->end_ms = range.end;
    g_ptr_array_add(r->out, one);
    g_hash_table_add(r->passed_down, s->name);
    if (schedule_is_incremental(s->kind))
        g_hash_table_insert(r->ranges, s->name, one);
}

static bool restate_one(struct restating *r, const struct wire_snapshot *s, GError **error)
{
    const struct schedule_restate *ask = r->ask;
    struct interval range;

    if (!has_restated_parent(r, s) && !ask->is_wanted(s, ask->data))
        return true;
    if (!schedule_has_table(s->kind)) {
        g_hash_table_add(r->passed_down, s->name);
        return true;
    }
    if (!ask->may(s, ask->data))
        return true;
    if (!schedule_restated(s, ask->asked, ask->now_ms, ask->preview, &range, error))
        return false;
    range = parents_range(r, s, range);
    if (!schedule_restated(s, range, ask->now_ms, true, &range, error))
        return false;
    add_range(r, s, range);
    return true;
}

bool schedule_restate(const struct schedule_restate *ask, GPtrArray *out, GError **error)
{
    struct restating r = {ask, out, g_hash_table_new(g_str_hash, g_str_equal),
                          g_hash_table_new(g_str_hash, g_str_equal)};
    bool ok = true;

    for (guint i = 0; ok && i < ask->snapshots->len; i++)
        ok = restate_one(&r, ask->snapshots->pdata[i], error);
    g_hash_table_unref(r.ranges);
    g_hash_table_unref(r.passed_down);
    return ok;
}

bool schedule_earliest(const GPtrArray *snapshots, int64_t now_ms, int64_t *ms, GError **error)
{
    *ms = INT64_MAX;
    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        int64_t start;

        if (!schedule_start(s, snapshots, now_ms, &start, error))
            return false;
        if (intervals_count(s->intervals) > 0)
            start = MIN(start, intervals_get(s->intervals, 0).start);
        *ms = MIN(*ms, start);
    }
    return true;
}
