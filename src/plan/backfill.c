/* Which models a plan fills, and how far: nothing outside the changed part of the graph, and no
 * further than prod is filled, unless a person says so. */
#include "plan/plan_int.h"

#include <string.h>

static GHashTable *set_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static GHashTable *set_of(char **names)
{
    GHashTable *out = set_new();

    for (size_t i = 0; names[i]; i++)
        g_hash_table_add(out, g_strdup(names[i]));
    return out;
}

char **plan__select(const struct plan *p, char **patterns, GError **error)
{
    char **names = project_select(p->project, (const char *const *)patterns, error);

    if (!names || names[0])
        return names;
    g_set_error(error, plan_error(), ERROR_NOT_FOUND,
                "Selector did not return any models. Please check your model selection and "
                "try again.");
    g_strfreev(names);
    return NULL;
}

static bool select_named(struct plan *p, char **patterns, GError **error)
{
    g_auto(GStrv) names = plan__select(p, patterns, error);

    if (!names)
        return false;
    p->inside->backfill = set_of(names);
    p->inside->selected = true;
    return true;
}

static GHashTable *changed_models(const struct plan *p)
{
    GHashTable *out = set_new();

    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (item->snapshot)
            g_hash_table_add(out, g_strdup(item->snapshot->name));
    }
    return out;
}

bool plan__select_backfill(struct plan *p, GError **error)
{
    struct plan_inside *in = p->inside;
    const struct plan_options *o = &p->options;
    char **named = o->backfill_models ? o->backfill_models : o->select_models;

    if (named)
        return select_named(p, named, error);
    if (!p->is_dev || o->include_unmodified || in->restate)
        return true;
    in->backfill = changed_models(p);
    if (g_hash_table_size(in->backfill) == 0)
        g_clear_pointer(&in->backfill, g_hash_table_unref);
    return true;
}

static void close_upwards(const struct plan *p, const char *name, GHashTable *out)
{
    const struct wire_snapshot *s = g_hash_table_lookup(p->inside->by_name, name);

    if (!s || g_hash_table_contains(out, name))
        return;
    g_hash_table_add(out, g_strdup(name));
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        close_upwards(p, id->name, out);
    }
}

static GHashTable *closed(const struct plan *p, GHashTable *names)
{
    GHashTable *out = set_new();
    GHashTableIter i;
    gpointer name;

    g_hash_table_iter_init(&i, names);
    while (g_hash_table_iter_next(&i, &name, NULL))
        close_upwards(p, name, out);
    return out;
}

static GHashTable *restated_names(const struct plan *p)
{
    GHashTable *out = set_new();

    for (guint i = 0; i < p->inside->restatements->len; i++) {
        const struct wire_restatement *r = p->inside->restatements->pdata[i];

        g_hash_table_add(out, g_strdup(r->name));
    }
    return out;
}

/* ---- how far prod is filled ---- */

static void note_end(struct plan_inside *in, const struct wire_snapshot *s)
{
    size_t n = intervals_count(s->intervals);
    int64_t end;

    if (n == 0)
        return;
    end = intervals_get(s->intervals, n - 1).end;
    g_hash_table_insert(in->ends, g_strdup(s->name), g_memdup2(&end, sizeof end));
}

static const struct wire_environment *prod_of(const struct plan *p)
{
    const struct plan_state *s = &p->inside->state;
    const struct wire_environment *candidates[] = {s->prod, s->environment, s->base};

    for (unsigned i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (candidates[i] && strcmp(candidates[i]->name, "prod") == 0)
            return candidates[i];
    return NULL;
}

static void note_ends(const struct plan *p)
{
    const struct wire_environment *prod = prod_of(p);
    GHashTableIter i;
    gpointer value;

    if (!prod) {
        g_hash_table_iter_init(&i, p->inside->known);
        while (g_hash_table_iter_next(&i, NULL, &value))
            if (((const struct wire_snapshot *)value)->deployed)
                note_end(p->inside, value);
        return;
    }
    for (guint k = 0; k < prod->members->len; k++) {
        const struct wire_member *m = prod->members->pdata[k];
        const struct wire_snapshot *s = plan__known(p, m->name, m->identifier);

        if (s)
            note_end(p->inside, s);
    }
}

static void keep_only(GHashTable *ends, GHashTable *names)
{
    GHashTableIter i;
    gpointer name;

    g_hash_table_iter_init(&i, ends);
    while (g_hash_table_iter_next(&i, &name, NULL))
        if (!g_hash_table_contains(names, name))
            g_hash_table_iter_remove(&i);
}

static bool is_seed(const struct plan *p, const char *name)
{
    const struct wire_snapshot *s = g_hash_table_lookup(p->inside->by_name, name);

    return s && s->kind == KIND_SEED;
}

static int64_t latest_end(const struct plan *p)
{
    int64_t latest = TIME_NONE;
    GHashTableIter i;
    gpointer name, end;

    g_hash_table_iter_init(&i, p->inside->ends);
    while (g_hash_table_iter_next(&i, &name, &end))
        if (!is_seed(p, name))
            latest = MAX(latest, *(int64_t *)end);
    return latest;
}

/* With an execution time of its own a plan may go beyond what prod has. */
static void raise_ends(struct plan *p)
{
    struct plan_inside *in = p->inside;
    GHashTableIter i;
    gpointer end;

    if (in->default_end_ms == TIME_NONE)
        return;
    if (p->options.execution_time && !in->end_given && p->execution_ms > in->default_end_ms) {
        g_hash_table_iter_init(&i, in->ends);
        while (g_hash_table_iter_next(&i, NULL, &end))
            *(int64_t *)end = MAX(*(int64_t *)end, p->execution_ms);
        in->default_end_ms = p->execution_ms;
    }
    in->default_end_ms = MIN(in->default_end_ms, p->execution_ms);
}

/* The last unit before the end, of the model whose unit is longest. */
static bool find_default_start(struct plan *p, GHashTable *names, GError **error)
{
    struct plan_inside *in = p->inside;

    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        const int64_t *end = g_hash_table_lookup(in->ends, s->name);
        int64_t start;

        if (!g_hash_table_contains(names, s->name))
            continue;
        if (!schedule_last_unit(s, end ? *end : TIME_NONE, in->default_end_ms, &start, error))
            return false;
        if (in->default_start_ms == TIME_NONE || start < in->default_start_ms)
            in->default_start_ms = start;
    }
    return true;
}

static bool find_ends(struct plan *p, GError **error)
{
    struct plan_inside *in = p->inside;
    g_autoptr(GHashTable) above = in->backfill ? closed(p, in->backfill) : NULL;
    g_autoptr(GHashTable) changed = changed_models(p);
    GHashTable *names = in->backfill                     ? in->backfill
                        : g_hash_table_size(changed) > 0 ? changed
                                                         : in->ends;

    note_ends(p);
    if (above)
        keep_only(in->ends, above);
    in->default_end_ms = latest_end(p);
    if (in->default_end_ms == TIME_NONE)
        return true;
    if (!find_default_start(p, names, error))
        return false;
    raise_ends(p);
    return true;
}

bool plan__find_ends(struct plan *p, GError **error)
{
    g_hash_table_remove_all(p->inside->ends);
    p->inside->default_start_ms = p->inside->default_end_ms = TIME_NONE;
    return find_ends(p, error);
}

/* ---- bounds ---- */

static void add_bound(struct plan *p, const struct wire_snapshot *s)
{
    struct wire_restatement *r = wire_restatement_new();
    const int64_t *end =
        p->inside->end_given ? NULL : g_hash_table_lookup(p->inside->ends, s->name);

    r->name = g_strdup(s->name);
    if (end)
        r->end_ms = *end;
    g_ptr_array_add(p->inside->bounds, r);
}

static struct wire_restatement *bound_of(const struct plan *p, const char *name)
{
    for (guint i = 0; i < p->inside->bounds->len; i++) {
        struct wire_restatement *r = p->inside->bounds->pdata[i];

        if (strcmp(r->name, name) == 0)
            return r;
    }
    return NULL;
}

static void push_start_up(const struct plan *p, const struct wire_snapshot *s, int64_t start_ms)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        struct wire_restatement *parent = bound_of(p, id->name);

        if (parent && (parent->start_ms == TIME_NONE || parent->start_ms > start_ms))
            parent->start_ms = start_ms;
    }
}

/* --min-intervals: so many intervals of each model at least, and of what it reads as many as it
 * needs; children first. */
static bool widen(struct plan *p, GError **error)
{
    struct plan_inside *in = p->inside;
    int64_t from = p->start_ms != TIME_NONE ? p->start_ms : in->default_start_ms;
    int64_t to = p->end_ms != TIME_NONE ? p->end_ms : p->execution_ms;

    if (p->options.min_intervals <= 0 || !in->backfill || from == TIME_NONE)
        return true;
    for (guint i = p->snapshots->len; i-- > 0;) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        struct wire_restatement *r = bound_of(p, s->name);
        int64_t start;

        if (!r || !g_hash_table_contains(in->backfill, s->name))
            continue;
        if (!schedule_ticks_back(s, r->end_ms != TIME_NONE ? r->end_ms : to,
                                 p->options.min_intervals, &start, error))
            return false;
        r->start_ms = MIN(MIN(start, from), r->start_ms == TIME_NONE ? from : r->start_ms);
        push_start_up(p, s, r->start_ms);
    }
    return true;
}

bool plan__set_bounds(struct plan *p, GError **error)
{
    struct plan_inside *in = p->inside;

    g_clear_pointer(&in->filled, g_hash_table_unref);
    g_ptr_array_set_size(in->bounds, 0);
    if (in->backfill)
        in->filled = closed(p, in->backfill);
    else if (in->restate) {
        g_autoptr(GHashTable) names = restated_names(p);

        in->filled = closed(p, names);
    }
    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];

        if (!in->filled || g_hash_table_contains(in->filled, s->name))
            add_bound(p, s);
    }
    return widen(p, error);
}
