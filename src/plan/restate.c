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
    const char *why = schedule_refuses_restating(s, p->is_dev);

    if (why && *why)
        warn(p, s, why);
    return !why;
}

static bool is_wanted(const struct wire_snapshot *s, void *plan)
{
    const struct plan *p = plan;

    return p->inside->restate ? g_hash_table_contains(p->inside->restate, s->name)
                              : wants_preview(p, s);
}

static bool may(const struct wire_snapshot *s, void *plan)
{
    const struct plan *p = plan;

    return p->inside->restate ? may_restate(p, s) : s->kind != KIND_SEED;
}

bool plan__restate(struct plan *p, GError **error)
{
    struct schedule_restate ask = {
        .snapshots = p->snapshots,
        .asked = {p->start_ms, p->end_ms == TIME_NONE ? p->execution_ms : p->end_ms},
        .now_ms = p->execution_ms,
        .preview = !p->inside->restate,
        .is_wanted = is_wanted,
        .may = may,
        .data = p,
    };

    g_ptr_array_set_size(p->inside->restatements, 0);
    if (ask.preview ? !plan__previews(p) : !check_names(p, error))
        return ask.preview;
    if (p->start_ms == TIME_NONE &&
        !schedule_earliest(p->snapshots, p->execution_ms, &ask.asked.start, error))
        return false;
    return schedule_restate(&ask, p->inside->restatements, error);
}
