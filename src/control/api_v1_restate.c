/* A plan that changes nothing and fills models again, for who has no project at hand. */
#include "control/api_v1.h"
#include "control/outline.h"
#include "schedule/names.h"

#include <string.h>

/* What is asked for, with the environment it is asked of. */
struct wish {
    const struct wire_v1_restate *message;
    const struct wire_environment *environment;
    GPtrArray *snapshots; /* parents before children; borrowed */
    GHashTable *names;    /* set, of full names; borrowed of the snapshots */
    bool is_dev;
};

static bool is_wanted(const struct wire_snapshot *s, void *wish)
{
    return g_hash_table_contains(((struct wish *)wish)->names, s->name);
}

static bool may(const struct wire_snapshot *s, void *wish)
{
    return !schedule_refuses_restating(s, ((struct wish *)wish)->is_dev);
}

static bool find_names(struct wish *w, GError **error)
{
    const GPtrArray *models = w->message->models;
    g_autoptr(GHashTable) known = control__v1_models(w->snapshots);

    for (guint i = 0; i < models->len; i++) {
        const struct wire_snapshot *s = control__v1_model(known, models->pdata[i], error);
        const char *why = s ? schedule_refuses_restating(s, w->is_dev) : NULL;

        if (!s)
            return false;
        if (why) {
            g_set_error(error, control_error(), ERROR_INVALID, "%s cannot be restated: %s.",
                        s->name, *why ? why : "nothing of its kind is filled by intervals");
            return false;
        }
        g_hash_table_add(w->names, s->name);
    }
    if (models->len > 0)
        return true;
    g_set_error(error, control_error(), ERROR_INVALID, "The list \"models\" is empty.");
    return false;
}

static bool find_range(struct control *c, const struct wish *w, struct interval *out,
                       GError **error)
{
    out->start = w->message->start_at;
    out->end = w->message->end_at == TIME_NONE ? c->now_ms : w->message->end_at;
    if (out->start == TIME_NONE && !schedule_earliest(w->snapshots, c->now_ms, &out->start, error))
        return false;
    if (out->start < out->end)
        return true;
    g_set_error(error, control_error(), ERROR_INVALID,
                "start_at must be before end_at, and not in the "
                "future.");
    return false;
}

/* The environment as it is; only what is restated is filled. */
static struct wire_plan *plan_of(const struct wish *w, GPtrArray *ranges)
{
    struct wire_plan *p = wire_plan_new();

    p->environment = wire_copy(&wire_environment_type, w->environment);
    p->expected_plan_id = g_strdup(w->environment->plan_id);
    p->is_dev = w->is_dev;
    for (guint i = 0; i < ranges->len; i++)
        g_ptr_array_add(p->bounds, wire_copy(&wire_restatement_type, ranges->pdata[i]));
    control__move_items(ranges, p->restatements);
    return p;
}

static struct wire_plan *make_plan(struct control *c, struct wish *w, GError **error)
{
    struct schedule_restate ask = {.snapshots = w->snapshots,
                                   .now_ms = c->now_ms,
                                   .is_wanted = is_wanted,
                                   .may = may,
                                   .data = w};
    GPtrArray *ranges;

    if (!find_names(w, error) || !find_range(c, w, &ask.asked, error))
        return NULL;
    ranges = g_ptr_array_new_with_free_func((GDestroyNotify)wire_restatement_free);
    if (schedule_restate(&ask, ranges, error))
        return plan_of(w, ranges);
    g_ptr_array_unref(ranges);
    return NULL;
}

/* The snapshots, parents before children. */
static struct outline *sorted(struct control *c, int64_t project, const struct wire_environment *e,
                              GPtrArray *out, GError **error)
{
    struct schedule_request request = {.start_ms = TIME_NONE,
                                       .end_ms = TIME_NONE,
                                       .execution_ms = c->now_ms,
                                       .now_ms = c->now_ms,
                                       .is_dev = !names_is_prod(e->name)};
    g_autoptr(outline) o = control__outline(c, project, e, error);

    if (!o || !control__outline_schedule(o, &request, error))
        return NULL;
    for (guint i = 0; i < o->schedule->items->len; i++)
        g_ptr_array_add(out,
                        (void *)((struct schedule_item *)o->schedule->items->pdata[i])->snapshot);
    return g_steal_pointer(&o);
}

bool control__v1_restate(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GPtrArray) snapshots = g_ptr_array_new();
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(outline) o = NULL;
    g_autoptr(wire_plan) p = NULL;
    g_autoptr(state_work) w = NULL;
    const char *name = http_param(op->call, "name");
    struct wish wish = {op->message, NULL, snapshots, names, !names_is_prod(name)};

    if (!control__settled_environment(c, op->project, name, &e, error) ||
        !(o = sorted(c, op->project, e, snapshots, error)))
        return false;
    wish.environment = e;
    return (p = make_plan(c, &wish, error)) && control__add_plan(c, op, p, &w, error) &&
           control__answer_work(c, op, w, error);
}
