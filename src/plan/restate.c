/* What is filled again: models a person names with all that read them, or previews of forward-only
 * changes. */
#include "plan/plan_int.h"

#include "base/log.h"

#include <string.h>

bool plan__select_restated(struct plan *p, GError **error)
{
    g_auto(GStrv) names = NULL;

    if (!p->options.restate_models)
        return true;
    if (!(names = plan__select(p, p->options.restate_models, error)))
        return false;
    p->inside->restate = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; names[i]; i++)
        g_hash_table_add(p->inside->restate, g_strdup(names[i]));
    return true;
}

static bool check_names(const struct plan *p, GError **error)
{
    GHashTableIter i;
    gpointer name;

    g_hash_table_iter_init(&i, p->inside->restate);
    while (g_hash_table_iter_next(&i, &name, NULL))
        if (!g_hash_table_contains(p->inside->by_name, name)) {
            g_autofree char *shown = plan__display(p, name);

            g_set_error(error, plan_error(), ERROR_NOT_FOUND,
                        "Cannot restate model %s. Model does not exist in environment %s.", shown,
                        p->inside->environment);
            return false;
        }
    return true;
}

/* Forward-only changes of this plan that are no mere change of metadata. */
static bool wants_preview(const struct plan *p, const struct wire_snapshot *s)
{
    const struct plan_item *item = plan__item(p, s->name);
    const struct nature *n = g_hash_table_lookup(p->inside->natures, s->name);

    return item && n && schedule_has_table(s->kind) && (n->forward_only || s->forward_only) &&
           (item->change == CHANGE_DIRECT || item->change == CHANGE_INDIRECT);
}

static void warn(const struct plan *p, const struct wire_snapshot *s, const char *why)
{
    g_autofree char *name = plan__display(p, s->name);

    log_event(LOG_WARNING, "cannot restate a model", "model", name, "why", why, NULL);
}

/* May this one be restated by a person's wish? */
static bool may_restate(const struct plan *p, const struct wire_snapshot *s)
{
    if (!schedule_has_table(s->kind) || s->kind == KIND_SEED)
        return false;
    if (p->is_dev && s->deployed) {
        warn(p, s, "prod uses this version; restate it in prod");
        return false;
    }
    if (s->disable_restatement) {
        warn(p, s, "its disable_restatement forbids it");
        return false;
    }
    return true;
}

static bool is_wanted(const struct plan *p, const struct wire_snapshot *s, bool preview)
{
    return preview ? wants_preview(p, s) : g_hash_table_contains(p->inside->restate, s->name);
}

/* The widest range of incremental parents that are restated; *any: is some parent? */
static struct interval parents_range(const struct wire_snapshot *s, GHashTable *done,
                                     struct interval own, bool *any)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct wire_restatement *r = g_hash_table_lookup(done, id->name);

        if (!r)
            continue;
        *any = true;
        own.start = MIN(own.start, r->start_ms);
        own.end = MAX(own.end, r->end_ms);
    }
    return own;
}

struct restating {
    struct plan *plan;
    bool preview;
    struct interval asked;
    GHashTable *restated;    /* name -> struct wire_restatement: whose range children take over */
    GHashTable *passed_down; /* set of names: those, and those whose range they do not */
};

static bool has_restated_parent(const struct restating *r, const struct wire_snapshot *s)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (g_hash_table_contains(r->passed_down, id->name))
            return true;
    }
    return false;
}

static bool restate_one(struct restating *r, const struct wire_snapshot *s, GError **error)
{
    struct plan *p = r->plan;
    struct interval range;
    struct wire_restatement *one;
    bool any = false;

    if (!has_restated_parent(r, s) && !is_wanted(p, s, r->preview))
        return true;
    if (!schedule_has_table(s->kind)) {
        g_hash_table_add(r->passed_down, s->name);
        return true;
    }
    if (r->preview ? s->kind == KIND_SEED : !may_restate(p, s))
        return true;
    if (!schedule_restated(s, r->asked, p->execution_ms, r->preview, &range, error))
        return false;
    range = parents_range(s, r->restated, range, &any);
    if (!schedule_restated(s, range, p->execution_ms, true, &range, error))
        return false;
    one = wire_restatement_new();
    one->name = g_strdup(s->name);
    one->start_ms = range.start;
    one->end_ms = range.end;
    g_ptr_array_add(p->inside->restatements, one);
    g_hash_table_add(r->passed_down, s->name);
    if (plan__is_incremental(s->kind))
        g_hash_table_insert(r->restated, s->name, one);
    return true;
}

static bool earliest(const struct plan *p, int64_t *ms, GError **error)
{
    *ms = INT64_MAX;
    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        int64_t start;

        if (!schedule_start(s, p->snapshots, p->execution_ms, &start, error))
            return false;
        if (intervals_count(s->intervals) > 0)
            start = MIN(start, intervals_get(s->intervals, 0).start);
        *ms = MIN(*ms, start);
    }
    return true;
}

bool plan__restate(struct plan *p, GError **error)
{
    struct restating r = {.plan = p, .preview = !p->inside->restate};
    bool ok = true;

    g_ptr_array_set_size(p->inside->restatements, 0);
    if (r.preview ? !plan__previews(p) : !check_names(p, error))
        return r.preview;
    r.asked = (struct interval){p->start_ms, p->end_ms == TIME_NONE ? p->execution_ms : p->end_ms};
    if (p->start_ms == TIME_NONE && !earliest(p, &r.asked.start, error))
        return false;
    r.restated = g_hash_table_new(g_str_hash, g_str_equal);
    r.passed_down = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; ok && i < p->snapshots->len; i++)
        ok = restate_one(&r, p->snapshots->pdata[i], error);
    g_hash_table_unref(r.restated);
    g_hash_table_unref(r.passed_down);
    return ok;
}
