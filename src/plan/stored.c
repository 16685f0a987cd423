/* What the control plane knows already, and the snapshots a plan is about. */
#include "plan/plan_int.h"

#include <string.h>

static char *key_of(const char *name, const char *identifier)
{
    return g_strdup_printf("%s %s", name, identifier);
}

static void know(struct plan_inside *in, const struct wire_snapshot *s)
{
    char *key = key_of(s->name, s->identifier);
    const struct wire_snapshot *have = g_hash_table_lookup(in->known, key);

    if (!have || (!have->definition && s->definition))
        g_hash_table_replace(in->known, key, (void *)s);
    else
        g_free(key);
}

static void know_all(struct plan_inside *in, const GPtrArray *snapshots)
{
    for (guint i = 0; snapshots && i < snapshots->len; i++)
        know(in, snapshots->pdata[i]);
}

const struct wire_snapshot *plan__known(const struct plan *p, const char *name,
                                        const char *identifier)
{
    g_autofree char *key = key_of(name, identifier);

    return g_hash_table_lookup(p->inside->known, key);
}

bool plan__is_fresh(const struct plan *p, const char *name)
{
    return g_hash_table_contains(p->inside->fresh, name);
}

void plan__index_state(struct plan *p)
{
    struct plan_inside *in = p->inside;
    const struct plan_state *state = &in->state;

    know_all(in, state->known ? state->known->snapshots : NULL);
    know_all(in, state->environment ? state->environment->snapshots : NULL);
    know_all(in, state->base ? state->base->snapshots : NULL);
    know_all(in, state->prod ? state->prod->snapshots : NULL);
    for (guint i = 0; in->base && i < in->base->members->len; i++) {
        const struct wire_member *m = in->base->members->pdata[i];
        const struct wire_snapshot *s = plan__known(p, m->name, m->identifier);

        if (s)
            g_hash_table_insert(in->before, m->name, (void *)s);
    }
}

static void add(struct plan *p, struct wire_snapshot *s)
{
    g_ptr_array_add(p->snapshots, s);
    g_hash_table_insert(p->inside->by_name, s->name, s);
}

static void set_text(char **member, const char *text)
{
    g_free(*member);
    *member = g_strdup(text);
}

/* What was decided when it was stored holds for good. */
static void take_over(struct wire_snapshot *s, const struct wire_snapshot *stored)
{
    set_text(&s->version, stored->version);
    set_text(&s->dev_version, stored->dev_version);
    set_text(&s->physical_schema, stored->physical_schema);
    s->category = stored->category;
    s->created_ms = stored->created_ms;
    s->deployed = stored->deployed;
    intervals_free(s->intervals);
    intervals_free(s->dev_intervals);
    s->intervals = stored->intervals ? intervals_copy(stored->intervals) : NULL;
    s->dev_intervals = stored->dev_intervals ? intervals_copy(stored->dev_intervals) : NULL;
}

/* An environment's own answer has no definitions; the project has that of the same model. */
void plan__add_stored(struct plan *p, const struct wire_snapshot *stored)
{
    struct wire_snapshot *s = wire_copy(&wire_snapshot_type, stored);
    const struct wire_snapshot *local = project_snapshot(p->project, s->name);

    if (!s->definition && local && strcmp(local->identifier, s->identifier) == 0)
        s->definition = json_incref(local->definition);
    add(p, s);
}

void plan__add_local(struct plan *p, const struct wire_snapshot *local)
{
    struct wire_snapshot *s = wire_copy(&wire_snapshot_type, local);
    const struct wire_snapshot *stored = plan__known(p, s->name, s->identifier);

    add(p, s);
    if (stored)
        take_over(s, stored);
    else
        g_hash_table_add(p->inside->fresh, s->name);
}

static bool take_environment(struct plan *p, GError **error)
{
    const struct wire_environment *e = p->inside->state.environment;

    if (!e) {
        g_set_error(error, plan_error(), ERROR_NOT_FOUND,
                    "Environment %s must exist before its models can be restated.\n"
                    "hint: plan it without --restate-model first.",
                    p->inside->environment);
        return false;
    }
    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];
        const struct wire_snapshot *s = plan__known(p, m->name, m->identifier);

        if (!s) {
            g_set_error(error, plan_error(), ERROR_NOT_FOUND,
                        "The control plane holds %s in environment %s, but did not send it.",
                        m->name, e->name);
            return false;
        }
        plan__add_stored(p, s);
    }
    return true;
}

bool plan__take_snapshots(struct plan *p, GError **error)
{
    if (p->inside->restate)
        return take_environment(p, error);
    if (p->options.select_models)
        return plan__take_selected(p, error);
    for (guint i = 0; i < p->project->snapshots->len; i++)
        plan__add_local(p, p->project->snapshots->pdata[i]);
    return true;
}
