/* project.c -- a loaded project: its end, and models by the names that people type. */
#include "project/project_int.h"
#include "sql/parse.h"

#include <string.h>

void project_free(struct project *p)
{
    if (!p)
        return;
    g_ptr_array_unref(p->models);
    g_hash_table_unref(p->by_fqn);
    g_hash_table_unref(p->snapshots_by_name);
    g_ptr_array_unref(p->snapshots);
    g_ptr_array_unref(p->standalone_audits);
    json_decref(p->statements);
    arena_free(p->arena);
    config_free(p->config);
    g_free(p);
}

/* The typed name as an fqn: with the default catalog when it has none. */
static const char *typed_fqn(struct arena *a, const struct project *p, const char *name)
{
    const struct sql_dialect *d = sql_dialect_find(p->default_dialect, NULL);
    struct source s = {"the name", name, strlen(name)};
    struct sql_node *n = sql_parse_table(a, &s, d, NULL);
    struct sql_table t = {0};

    if (!n)
        return NULL;
    SQL_EACH_CHILD (n, c) {
        if (c->slot != SLOT_PART || c->kind != SQL_IDENTIFIER)
            return NULL;
        t.catalog = t.schema;
        t.schema = t.name;
        t.name = sql_normalize(a, c, d);
    }
    return t.name ? project__table_fqn(a, &t, p->default_catalog) : NULL;
}

struct model *project_find(const struct project *p, const char *name, GError **error)
{
    g_autoptr(arena) a = arena_new();
    const char *fqn = typed_fqn(a, p, name), *near;
    struct model *m = g_hash_table_lookup(p->by_fqn, name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (!m && fqn)
        m = g_hash_table_lookup(p->by_fqn, fqn);
    for (guint i = 0; !m && i < p->models->len; i++) {
        struct model *other = p->models->pdata[i];

        if (g_ascii_strcasecmp(other->name, name) == 0)
            m = other;
        g_ptr_array_add(names, (char *)other->name);
    }
    if (m)
        return m;
    g_ptr_array_add(names, NULL);
    g_set_error(error, project_error(), ERROR_NOT_FOUND, "The project has no model \"%s\".", name);
    if ((near = nearest_name(name, (const char *const *)names->pdata)))
        error_hint(error, "did you mean \"%s\"?", near);
    return NULL;
}

struct wire_snapshot *project_snapshot(const struct project *p, const char *fqn)
{
    return g_hash_table_lookup(p->snapshots_by_name, fqn);
}
