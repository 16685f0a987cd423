/* snapshot.c -- a model as a snapshot: what scheduling needs as columns beside the definition. */
#include "calendar/cron.h"
#include "project/project_int.h"

#include <string.h>

/* The unit a cron implies; each expression is read once. */
static bool cron_interval(struct loader *l, const struct draft *d, enum interval_unit *unit,
                          GError **error)
{
    const char *cron = d->model->cron;
    gpointer known = g_hash_table_lookup(l->units, cron);
    GError *e = NULL;
    struct cron *c;

    if (!known) {
        if (!(c = cron_new(cron, NULL, &e))) {
            project__fail_draft(d, 0, error, "the cron of %s cannot be read: %s", d->model->name,
                                e->message);
            g_error_free(e);
            return false;
        }
        known = GINT_TO_POINTER((int)cron_unit(c) + 1);
        cron_free(c);
        g_hash_table_insert(l->units, (char *)cron, known);
    }
    *unit = (enum interval_unit)(GPOINTER_TO_INT(known) - 1);
    if (*unit == UNIT_COUNT)
        return project__fail_draft(d, 0, error,
                                   "the cron '%s' of %s comes more often than every five minutes.",
                                   cron, d->model->name);
    return true;
}

static bool find_unit(struct loader *l, const struct draft *d, enum interval_unit *unit,
                      GError **error)
{
    const struct model *m = d->model;
    enum interval_unit implied;

    if (!cron_interval(l, d, &implied, error))
        return false;
    *unit = implied;
    if (!m->interval_unit)
        return true;
    if (!unit_parse(m->interval_unit, unit, error))
        return false;
    if (*unit < implied && !m->allow_partials)
        return project__fail_draft(d, 0, error,
                                   "the cron '%s' of %s comes more often than its interval_unit, "
                                   "%s; allow_partials true admits that.",
                                   m->cron, m->name, m->interval_unit);
    return true;
}

/* sqlmesh__<schema>, or what physical_schema_mapping says for it. */
static char *physical_schema(const struct loader *l, const struct model *m)
{
    const char *schema = m->schema ? m->schema : "default", *pattern;
    json_t *mapped;

    json_object_foreach (l->config->physical_schema_mapping, pattern, mapped)
        if (json_is_string(mapped) &&
            g_regex_match_simple(pattern, schema, 0, G_REGEX_MATCH_ANCHORED))
            return g_strdup(json_string_value(mapped));
    return g_strconcat("sqlmesh__", schema, NULL);
}

static void add_parent(struct wire_snapshot *s, GHashTable *seen, const struct wire_snapshot *p)
{
    struct wire_snapshot_id *id;

    if (!g_hash_table_add(seen, p->name))
        return;
    id = wire_snapshot_id_new();
    id->name = g_strdup(p->name);
    id->identifier = g_strdup(p->identifier);
    g_ptr_array_add(s->parents, id);
}

/* An EMBEDDED parent brings its own parents: their tables are read in its place. */
static void add_parents(struct loader *l, const struct draft *d, struct wire_snapshot *s)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (char **name = d->model->depends_on; *name; name++) {
        const struct wire_snapshot *p = g_hash_table_lookup(l->project->snapshots_by_name, *name);

        if (!p)
            continue;
        add_parent(s, seen, p);
        for (guint i = 0; p->kind == KIND_EMBEDDED && i < p->parents->len; i++) {
            const struct wire_snapshot_id *id = p->parents->pdata[i];

            add_parent(s, seen, g_hash_table_lookup(l->project->snapshots_by_name, id->name));
        }
    }
}

static bool depends_on_past(const struct model *m)
{
    return m->depends_on_self || m->kind == KIND_FULL || m->kind == KIND_VIEW;
}

static const char *source_of(const struct model *m)
{
    if (m->kind == KIND_SEED)
        return "seed";
    if (m->kind == KIND_EXTERNAL)
        return "external";
    return m->query ? "sql" : "python";
}

static void list_audits(struct wire_snapshot *s, const struct model *m)
{
    for (guint i = 0; i < m->audits->len; i++) {
        const struct model_audit *a = m->audits->pdata[i];

        if (!g_ptr_array_find_with_equal_func(s->audits, a->name, g_str_equal, NULL))
            g_ptr_array_add(s->audits, g_strdup(a->name));
    }
}

static void fill(struct wire_snapshot *s, const struct loader *l, const struct model *m)
{
    s->name = g_strdup(m->fqn);
    s->kind = m->kind;
    s->cron = g_strdup(m->cron);
    s->cron_tz = g_strdup(m->cron_tz);
    s->start = g_strdup(m->start);
    s->end = g_strdup(m->end);
    s->lookback = m->lookback;
    s->batch_size = m->kind == KIND_SEED ? 0 : m->batch_size;
    s->batch_concurrency = m->batch_concurrency;
    s->forward_only = m->forward_only;
    s->disable_restatement = m->disable_restatement;
    s->allow_partials = m->allow_partials;
    s->depends_on_past = depends_on_past(m);
    s->gateway = g_strdup(m->gateway);
    s->view = wire_table_new();
    s->view->catalog = g_strdup(m->catalog);
    s->view->schema = g_strdup(m->schema ? m->schema : "default");
    s->view->name = g_strdup(m->table);
    s->physical_schema = physical_schema(l, m);
    for (char **tag = m->tags; *tag; tag++)
        g_ptr_array_add(s->tags, g_strdup(*tag));
    s->owner = g_strdup(m->owner);
    s->description = g_strdup(m->description);
    s->source = g_strdup(source_of(m));
    list_audits(s, m);
    s->created_ms = l->options->now_ms;
}

struct wire_snapshot *project__snapshot(struct loader *l, struct draft *d, GError **error)
{
    struct wire_snapshot *s;
    enum interval_unit unit;

    if (!find_unit(l, d, &unit, error))
        return NULL;
    s = wire_snapshot_new();
    fill(s, l, d->model);
    s->interval_unit = g_strdup(unit_name(unit));
    add_parents(l, d, s);
    project__fingerprint(l, d, s);
    s->definition = model_definition(d->model);
    return s;
}
