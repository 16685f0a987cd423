/* The environment as it shall be, and the plan as it is posted. */
#include "plan/plan_int.h"

#include "calendar/date.h"

#include <string.h>

static GHashTable *promoted_before(const struct plan *p)
{
    GHashTable *out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const struct wire_environment *e = p->is_new_environment ? NULL : p->inside->state.environment;

    for (guint i = 0; e && i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];

        if (m->promoted)
            g_hash_table_add(out, g_strdup_printf("%s %s", m->name, m->identifier));
    }
    return out;
}

/* In prod everything has a view; elsewhere what was changed or asked for. */
static bool is_promoted(const struct plan *p, const struct wire_snapshot *s, GHashTable *before)
{
    g_autofree char *key = g_strdup_printf("%s %s", s->name, s->identifier);

    if (!p->is_dev || (p->options.include_unmodified && !p->inside->backfill))
        return true;
    if (g_hash_table_contains(before, key))
        return true;
    return p->inside->backfill ? g_hash_table_contains(p->inside->backfill, s->name)
                               : plan__item(p, s->name) != NULL;
}

static void add_members(const struct plan *p, struct wire_environment *e)
{
    g_autoptr(GHashTable) before = promoted_before(p);

    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        struct wire_member *m = wire_member_new();

        m->name = g_strdup(s->name);
        m->identifier = g_strdup(s->identifier);
        m->promoted = is_promoted(p, s, before);
        g_ptr_array_add(e->members, m);
    }
}

static bool is_pinned(const struct plan *p)
{
    const json_t *pinned = json_object_get(p->project->config->raw, "pinned_environments");
    size_t i;
    json_t *name;

    json_array_foreach (pinned, i, name)
        if (g_strcmp0(json_string_value(name), p->inside->environment) == 0)
            return true;
    return false;
}

static int64_t expiry(const struct plan *p)
{
    const char *ttl = p->project->config->environment_ttl;
    int64_t ms;

    if (!p->is_dev || is_pinned(p) ||
        !date_parse(ttl ? ttl : "in 1 week", p->options.now_ms, &ms, NULL, NULL))
        return TIME_NONE;
    return ms;
}

/* The catalog that the configuration maps environments of such a name to; NULL: the models' own. */
static char *mapped_catalog(const struct plan *p)
{
    const json_t *mapping = json_object_get(p->project->config->raw, "environment_catalog_mapping");
    const char *pattern;
    json_t *catalog;

    json_object_foreach ((json_t *)mapping, pattern, catalog) {
        g_autofree char *anchored = g_strdup_printf("^(?:%s)", pattern);

        if (g_regex_match_simple(anchored, p->inside->environment, 0, 0))
            return g_strdup(json_string_value(catalog));
    }
    return NULL;
}

static struct wire_environment *environment_of(const struct plan *p)
{
    struct wire_environment *e = wire_environment_new();
    const struct wire_environment *now = p->inside->state.environment;

    e->name = g_strdup(p->inside->environment);
    e->suffix_target = p->project->config->suffix_target;
    e->catalog = mapped_catalog(p);
    e->previous_plan_id = now ? g_strdup(now->plan_id) : NULL;
    e->start_ms = p->start_ms;
    e->end_ms = p->end_ms;
    e->expiration_ms = expiry(p);
    e->statements =
        json_incref(p->inside->restate && now ? now->statements : p->project->statements);
    add_members(p, e);
    return e;
}

static void copy_ranges(const GPtrArray *from, GPtrArray *to)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, wire_copy(&wire_restatement_type, from->pdata[i]));
}

/* Where nothing can be filled there is no list of bounds to say so. */
static bool fills_nothing(const struct plan *p)
{
    return p->inside->bounds->len == 0;
}

struct wire_plan *plan_message(const struct plan *p)
{
    struct wire_plan *m = wire_plan_new();
    const struct wire_environment *now = p->inside->state.environment;

    m->environment = environment_of(p);
    m->expected_plan_id = now ? g_strdup(now->plan_id) : NULL;
    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];

        if (plan__is_fresh(p, s->name))
            g_ptr_array_add(m->snapshots, wire_copy(&wire_snapshot_type, s));
    }
    copy_ranges(p->inside->restatements, m->restatements);
    copy_ranges(p->inside->bounds, m->bounds);
    plan__list_audits(p, m->audits);
    m->start_ms = p->start_ms;
    m->end_ms = p->end_ms;
    m->execution_ms = p->options.execution_time ? p->execution_ms : TIME_NONE;
    m->skip_backfill = !p->options.empty_backfill && (p->options.skip_backfill || fills_nothing(p));
    m->empty_backfill = p->options.empty_backfill;
    m->is_dev = p->is_dev;
    m->user = g_strdup(p->options.user);
    return m;
}
