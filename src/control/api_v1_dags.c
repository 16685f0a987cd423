/* The public API's picture of an environment: its models and what they read. */
#include "control/api_v1.h"

#include "schedule/names.h"

#include <string.h>

static char *default_catalog(struct control *c, int64_t project)
{
    g_autoptr(GPtrArray) gateways = state_gateways(c->state, project, NULL);

    for (guint i = 0; gateways && i < gateways->len; i++) {
        const struct wire_gateway *g = gateways->pdata[i];

        if (g->is_default)
            return g_strdup(g->default_catalog);
    }
    return NULL;
}

static void spell(GHashTable *models, const char *name, const struct wire_snapshot *s)
{
    if (!g_hash_table_contains(models, name))
        g_hash_table_insert(models, g_strdup(name), (void *)s);
}

GHashTable *control__v1_models(const GPtrArray *snapshots)
{
    GHashTable *models = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        g_autofree char *display = names_display(s->name, NULL, NULL, SUFFIX_SCHEMA);
        const char *rest = strchr(display, '.');

        spell(models, s->name, s);
        spell(models, display, s);
        if (rest && strchr(rest + 1, '.'))
            spell(models, rest + 1, s);
    }
    return models;
}

const struct wire_snapshot *control__v1_model(GHashTable *models, const char *name, GError **error)
{
    const struct wire_snapshot *s = g_hash_table_lookup(models, name);

    if (!s)
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "The environment has no model %.200s.",
                    name);
    return s;
}

static const char *source_of(const struct wire_snapshot *s)
{
    if (s->source)
        return s->source;
    return s->kind == KIND_SEED ? "seed" : s->kind == KIND_EXTERNAL ? "external" : "sql";
}

static void copy_texts(const GPtrArray *from, GPtrArray *to)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

/* What an environment's nodes have in common. */
struct picture {
    const char *base, *environment, *catalog;
    GHashTable *names; /* of all its models */
};

static struct wire_v1_node *node_of(const struct picture *p, const struct wire_snapshot *s)
{
    struct wire_v1_node *n = wire_v1_node_new();

    n->name = g_strdup(s->name);
    n->model_name = names_display(s->name, p->catalog, NULL, SUFFIX_SCHEMA);
    n->description = g_strdup(s->description);
    n->source_type = g_strdup(source_of(s));
    n->type = g_strdup("model");
    n->link = control__model_link(p->base, p->environment, s);
    copy_texts(s->tags, n->tags);
    copy_texts(s->audits, n->audit_names);
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (g_hash_table_contains(p->names, id->name))
            g_ptr_array_add(n->parent_names, g_strdup(id->name));
    }
    return n;
}

static struct wire_v1_dag *dag_of(const struct picture *p, const GPtrArray *snapshots,
                                  const struct schedule_rhythm *r)
{
    struct wire_v1_dag *d = wire_v1_dag_new();

    d->environment = g_strdup(p->environment);
    d->start_at = r->start_ms;
    d->schedule_seconds = r->seconds;
    d->schedule_cron = g_strdup(r->cron);
    d->link = control__environment_link(p->base, p->environment);
    for (guint i = 0; i < snapshots->len; i++)
        g_hash_table_add(p->names, ((struct wire_snapshot *)snapshots->pdata[i])->name);
    for (guint i = 0; i < snapshots->len; i++)
        g_ptr_array_add(d->nodes, node_of(p, snapshots->pdata[i]));
    return d;
}

bool control__v1_environment(struct control *c, int64_t project, const char *name,
                             struct wire_environment **out, GError **error)
{
    if (!state_environment(c->state, project, name, out, error))
        return false;
    if (!*out)
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no environment %.200s.",
                    name);
    return *out != NULL;
}

bool control__v1_dag(struct control *c, struct op *op, GError **error)
{
    const char *environment = http_param(op->call, "environment");
    g_autofree char *base = control__project_link(c, op);
    g_autofree char *catalog = default_catalog(c, op->project);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    struct picture p = {base, environment, catalog, names};
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GPtrArray) snapshots = NULL;
    g_autoptr(wire_v1_dag) dag = NULL;
    struct schedule_rhythm rhythm;

    if (!control__v1_environment(c, op->project, environment, &e, error) ||
        !(snapshots = state_member_snapshots(c->state, op->project, environment, error)) ||
        !schedule_rhythm(snapshots, c->now_ms, &rhythm, error))
        return false;
    dag = dag_of(&p, snapshots, &rhythm);
    control__answer(op, &wire_v1_dag_type, dag);
    return true;
}
