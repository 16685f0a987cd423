/* A model as a task that is not sent: what render, evaluate and audit expand. */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <string.h>

static struct wire_lookup *ids_of(const struct project *p)
{
    struct wire_lookup *lookup = wire_lookup_new();

    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        struct wire_snapshot_id *id = wire_snapshot_id_new();

        id->name = g_strdup(s->name);
        id->identifier = g_strdup(s->identifier);
        g_ptr_array_add(lookup->ids, id);
    }
    return lookup;
}

struct cli_models *cli__models(struct cli *cli, GError **error)
{
    struct project *project = cli__project(cli, false, error);
    g_autoptr(wire_lookup) lookup = project ? ids_of(project) : NULL;
    struct wire_snapshots *known = lookup ? cli__lookup(cli, lookup, error) : NULL;
    struct cli_models *m;

    if (!known)
        return NULL;
    m = g_new0(struct cli_models, 1);
    m->project = project;
    m->known = known;
    m->stored = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < known->snapshots->len; i++) {
        struct wire_snapshot *s = known->snapshots->pdata[i];

        if (s->version)
            g_hash_table_insert(m->stored, s->name, s);
    }
    return m;
}

void cli__models_free(struct cli_models *m)
{
    if (!m)
        return;
    g_hash_table_unref(m->stored);
    wire_snapshots_free(m->known);
    g_free(m);
}

/* The table with the snapshot's rows: the dev one when only that was ever filled. */
static struct wire_table *table_of(const struct wire_snapshot *s)
{
    return names_physical(s, intervals_count(s->intervals) == 0 &&
                                 intervals_count(s->dev_intervals) > 0);
}

struct collect {
    const struct cli_models *m;
    GHashTable *expand, *seen;
    json_t *embedded; /* fqn -> definition */
    GPtrArray *parents;
};

static void collect(struct collect *c, const struct wire_snapshot *s);

static void add_parent(struct collect *c, const char *name)
{
    const struct wire_snapshot *parent = project_snapshot(c->m->project, name);
    const struct wire_snapshot *stored = g_hash_table_lookup(c->m->stored, name);
    bool has_query = parent && parent->kind != KIND_SEED && schedule_has_table(parent->kind);
    struct wire_parent *p;

    if (!parent || !g_hash_table_add(c->seen, (char *)name))
        return;
    if (!schedule_has_table(parent->kind)) { /* embedded ones stand in the definition already */
        collect(c, parent);
        return;
    }
    if (has_query && (!stored || (c->expand && g_hash_table_contains(c->expand, name)))) {
        json_object_set(c->embedded, name, parent->definition);
        collect(c, parent);
        return;
    }
    p = wire_parent_new();
    p->name = g_strdup(name);
    p->table = stored ? table_of(stored) : NULL;
    g_ptr_array_add(c->parents, p);
}

static void collect(struct collect *c, const struct wire_snapshot *s)
{
    const json_t *own = json_object_get(s->definition, "embedded");
    const char *fqn;
    json_t *definition;

    json_object_foreach ((json_t *)own, fqn, definition)
        json_object_set(c->embedded, fqn, definition);
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        add_parent(c, id->name);
    }
}

struct wire_task *cli__task(const struct cli_models *m, const struct model *model,
                            const struct cli_times *times, GHashTable *expand)
{
    const struct wire_snapshot *s = project_snapshot(m->project, model->fqn);
    const struct wire_snapshot *stored = g_hash_table_lookup(m->stored, model->fqn);
    struct wire_task *task = wire_task_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    struct collect c = {m, expand, seen, json_object(), task->parents};

    task->kind = TASK_EVALUATE;
    task->snapshot_name = g_strdup(model->fqn);
    task->snapshot_kind = model->kind;
    task->definition = json_copy(s->definition);
    task->target = stored ? table_of(stored) : wire_copy(&wire_table_type, s->view);
    task->start_ms = times->start_ms;
    task->end_ms = times->end_ms;
    task->execution_ms = times->execution_ms;
    task->has_data = stored && intervals_count(stored->intervals) > 0;
    collect(&c, s);
    if (json_object_size(c.embedded) > 0)
        json_object_set(task->definition, "embedded", c.embedded);
    json_decref(c.embedded);
    return task;
}

const char *cli__gateway_of(const struct cli *cli, const struct model *model)
{
    if (model->gateway)
        return model->gateway;
    return cli->gateway ? cli->gateway : cli->config->default_gateway;
}

char *cli__table_text(const struct model *model, const struct wire_table *t, GError **error)
{
    const struct sql_dialect *d = sql_dialect_find(model->dialect, error);
    const char *parts[] = {t->catalog, t->schema, t->name};
    GString *out;

    if (!d)
        return NULL;
    out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *quoted = parts[i] ? sql_quote_identifier(d, parts[i]) : NULL;

        if (quoted)
            g_string_append_printf(out, "%s%s", quoted, i + 1 < G_N_ELEMENTS(parts) ? "." : "");
    }
    return g_string_free(out, FALSE);
}
