/* Building a plan, step by step. */
#include "plan/plan_int.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(plan)

static GHashTable *map(GDestroyNotify key, GDestroyNotify value)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, key, value);
}

/* Letters, digits and underscores, lower case: what may be part of a schema's name. */
static char *sanitized(const char *environment)
{
    GString *out = g_string_new(NULL);

    for (const char *p = environment; *p; p = g_utf8_next_char(p))
        g_string_append_c(out, g_ascii_isalnum(*p) ? g_ascii_tolower(*p) : '_');
    return g_string_free(out, FALSE);
}

/* What the difference is taken against: an environment that has expired begins anew. */
static const struct wire_environment *base_of(const struct plan_options *o,
                                              const struct plan_state *state)
{
    const struct wire_environment *e = state->environment;
    bool from_prod = !o->create_from || strcmp(o->create_from, "prod") == 0;

    if (e && (e->expiration_ms == TIME_NONE || e->expiration_ms > o->now_ms))
        return e;
    return state->base ? state->base : e && from_prod ? state->prod : NULL;
}

static struct plan_inside *inside_new(const struct plan_options *o, const struct plan_state *state)
{
    struct plan_inside *in = g_new0(struct plan_inside, 1);

    in->state = *state;
    in->environment = sanitized(o->environment);
    in->base = base_of(o, state);
    in->known = map(g_free, NULL);
    in->by_name = map(NULL, NULL);
    in->before = map(NULL, NULL);
    in->items = map(NULL, NULL);
    in->fresh = map(NULL, NULL);
    in->natures = map(NULL, g_free);
    in->above = map(NULL, g_free);
    in->choices = map(NULL, NULL);
    in->ends = map(g_free, g_free);
    in->restatements = g_ptr_array_new_with_free_func((GDestroyNotify)wire_restatement_free);
    in->bounds = g_ptr_array_new_with_free_func((GDestroyNotify)wire_restatement_free);
    return in;
}

static void inside_free(struct plan_inside *in)
{
    GHashTable *tables[] = {in->known,   in->above,    in->by_name, in->before,
                            in->items,   in->fresh,    in->ends,    in->natures,
                            in->choices, in->backfill, in->filled,  in->restate};

    for (unsigned i = 0; i < G_N_ELEMENTS(tables); i++)
        g_clear_pointer(&tables[i], g_hash_table_unref);
    g_ptr_array_unref(in->restatements);
    g_ptr_array_unref(in->bounds);
    g_free(in->environment);
    g_free(in);
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    schedule_free(p->schedule);
    g_ptr_array_unref(p->items);
    inside_free(p->inside);
    g_ptr_array_unref(p->snapshots);
    g_free(p);
}

static struct plan *plan_new(const struct project *project, const struct plan_options *o,
                             const struct plan_state *state)
{
    struct plan *p = g_new0(struct plan, 1);

    p->project = project;
    p->options = *o;
    p->items = g_ptr_array_new_with_free_func(g_free);
    p->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
    p->inside = inside_new(o, state);
    p->is_dev = strcmp(p->inside->environment, "prod") != 0;
    p->is_new_environment = !state->environment || p->inside->base != state->environment;
    return p;
}

static char *key_of(const char *name, const char *identifier)
{
    return g_strdup_printf("%s %s", name, identifier);
}

static void add_id(struct wire_lookup *l, GHashTable *seen, const char *name,
                   const char *identifier)
{
    struct wire_snapshot_id *id;

    if (!g_hash_table_add(seen, key_of(name, identifier)))
        return;
    id = wire_snapshot_id_new();
    id->name = g_strdup(name);
    id->identifier = g_strdup(identifier);
    g_ptr_array_add(l->ids, id);
}

/* What the environment told of already needs no asking: its definition is the project's. */
static void pass_over_same(const struct project *p, const struct wire_environment *env,
                           GHashTable *seen)
{
    for (guint i = 0; env && i < env->snapshots->len; i++) {
        const struct wire_snapshot *s = env->snapshots->pdata[i];
        const struct wire_snapshot *local = project_snapshot(p, s->name);

        if (local && strcmp(local->identifier, s->identifier) == 0)
            g_hash_table_add(seen, key_of(s->name, s->identifier));
    }
}

struct wire_lookup *plan_needs(const struct project *p, const struct wire_environment *env)
{
    struct wire_lookup *l = wire_lookup_new();
    g_autoptr(GHashTable) seen = map(g_free, NULL);

    l->definitions = true;
    pass_over_same(p, env, seen);
    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];

        add_id(l, seen, s->name, s->identifier);
    }
    for (guint i = 0; env && i < env->members->len; i++) {
        const struct wire_member *m = env->members->pdata[i];

        add_id(l, seen, m->name, m->identifier);
    }
    return l;
}

static bool make_schedule(struct plan *p, GError **error)
{
    struct schedule_request request = {
        .snapshots = p->snapshots,
        .restatements = p->inside->restatements,
        .bounds = p->inside->bounds,
        .start_ms = p->start_ms,
        .end_ms = p->end_ms,
        .execution_ms = p->execution_ms,
        .now_ms = p->options.now_ms,
        .is_dev = p->is_dev,
        .end_bounded = p->end_ms != TIME_NONE,
    };

    g_clear_pointer(&p->schedule, schedule_free);
    p->schedule = schedule_new(&request, error);
    return p->schedule != NULL;
}

bool plan__settle(struct plan *p, GError **error)
{
    plan__categorize(p);
    return plan__restate(p, error) && plan__set_bounds(p, error) && make_schedule(p, error);
}

static bool check_new_environment(const struct plan *p, GError **error)
{
    if (!p->is_dev || !p->is_new_environment || p->items->len > 0 ||
        p->options.include_unmodified || p->inside->selected || plan__statements_differ(p))
        return true;
    g_set_error(error, plan_error(), ERROR_INVALID,
                "Creating a new environment requires a change, but project files match the `%s` "
                "environment. Make a change or use the --include-unmodified flag to create a new "
                "environment without changes.",
                p->options.create_from ? p->options.create_from : "prod");
    return false;
}

static void note_changes(struct plan *p)
{
    const struct wire_environment *e = p->inside->state.environment;

    p->has_changes = p->items->len > 0 || p->is_new_environment ||
                     (!p->inside->restate && plan__statements_differ(p)) ||
                     (e && e->finalized_ms == TIME_NONE);
}

static bool build(struct plan *p, GError **error)
{
    if (!plan__read_times(p, error) || !plan__select_restated(p, error))
        return false;
    plan__index_state(p);
    if (!plan__take_snapshots(p, error))
        return false;
    if (!p->inside->restate)
        plan__compare(p);
    note_changes(p);
    return plan__select_backfill(p, error) && check_new_environment(p, error) &&
           plan__check_times(p, error) &&
           (p->inside->restate || plan__check_references(p, error)) && plan__find_ends(p, error) &&
           plan__default_times(p, error) && plan__settle(p, error);
}

struct plan *plan_build(const struct project *project, const struct plan_options *options,
                        const struct plan_state *state, GError **error)
{
    g_autoptr(plan) p = plan_new(project, options, state);

    return build(p, error) ? g_steal_pointer(&p) : NULL;
}

static bool fills_something(const struct plan *p)
{
    for (guint i = 0; i < p->schedule->items->len; i++) {
        const struct schedule_item *item = p->schedule->items->pdata[i];

        if (item->batches->len > 0)
            return true;
    }
    return false;
}

/* With --include-unmodified: is there a model without a view yet? */
static bool shows_more(const struct plan *p)
{
    const struct wire_environment *e = p->inside->state.environment;

    if (!p->is_dev || !p->options.include_unmodified || !e)
        return false;
    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];

        if (!m->promoted)
            return true;
    }
    return false;
}

bool plan_is_empty(const struct plan *p)
{
    return !p->has_changes && !shows_more(p) &&
           ((p->options.skip_backfill && !p->options.empty_backfill) || !fills_something(p));
}
