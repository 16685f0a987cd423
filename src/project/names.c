/* names.c -- what a model is called: as written, as parts, fully qualified, by its path. */
#include "project/project_int.h"
#include "sql/print.h"

#include <string.h>

static void append_part(GString *out, const char *part)
{
    if (!part)
        return;
    g_string_append(out, out->len > 0 ? ".\"" : "\"");
    for (; *part; part++) {
        if (*part == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *part);
    }
    g_string_append_c(out, '"');
}

/* "catalog"."schema"."table"; NULL parts are left out. */
static const char *fqn_of(struct arena *a, const char *catalog, const char *schema,
                          const char *table)
{
    g_autoptr(GString) out = g_string_sized_new(64);

    append_part(out, catalog);
    append_part(out, schema);
    append_part(out, table);
    return arena_strndup(a, out->str, out->len);
}

/* A name without a schema gets no catalog either, as in SQLMesh. */
const char *project__table_fqn(struct arena *a, const struct sql_table *t, const char *catalog)
{
    return fqn_of(a, t->catalog ? t->catalog : t->schema ? catalog : NULL, t->schema, t->name);
}

bool project__set_name(struct draft *d, const char *catalog, struct sql_node *table)
{
    struct model *m = d->model;
    const char *parts[3] = {NULL, NULL, NULL};
    unsigned n = 0;
    g_autofree char *text = NULL;

    SQL_EACH_CHILD (table, c) {
        if (c->slot != SLOT_PART || c->kind != SQL_IDENTIFIER || n++ == 3)
            return false;
        parts[0] = parts[1];
        parts[1] = parts[2];
        parts[2] = sql_normalize(d->arena, c, d->dialect);
    }
    if (n == 0)
        return false;
    text = sql_print(table, d->dialect);
    m->name = arena_strdup(d->arena, text);
    m->catalog = parts[0] ? parts[0] : parts[1] ? catalog : NULL;
    m->schema = parts[1];
    m->table = parts[2];
    m->fqn = fqn_of(d->arena, m->catalog, m->schema, m->table);
    return true;
}

char *project__name_of_path(struct arena *a, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    guint n = g_strv_length(parts), first = 0;
    g_autofree char *joined = NULL;
    char *dot;

    while (first < n && strcmp(parts[first], "models") != 0)
        first++;
    first = first + 1 < n ? first + 1 : 0;
    if (n - first > 3)
        first = n - 3;
    if ((dot = strrchr(parts[n - 1], '.')))
        *dot = '\0';
    joined = g_strjoinv(".", parts + first);
    return arena_strdup(a, joined);
}

/* ---- the default catalog --------------------------------------------------------------------- */

/* DuckDB calls a file's catalog by its base name. */
static const char *duckdb_catalog(struct arena *a, const json_t *connection)
{
    json_t *catalogs = json_object_get(connection, "catalogs");
    const char *database = json_get_string(connection, "database", NULL);
    g_autofree char *base = NULL;
    char *dot;

    if (json_is_object(catalogs) && json_object_size(catalogs) > 0)
        return json_object_iter_key(json_object_iter(catalogs));
    if (!database || !*database || strcmp(database, ":memory:") == 0)
        return "memory";
    base = g_path_get_basename(database);
    if ((dot = strrchr(base, '.')) && dot > base)
        *dot = '\0';
    return arena_strdup(a, base);
}

/* The member of a connection that is the catalog. */
static const struct {
    const char *type, *member;
} members[] = {
    {"postgres",     "database"    },
    {"redshift",     "database"    },
    {"snowflake",    "database"    },
    {"mssql",        "database"    },
    {"fabric",       "database"    },
    {"gcp_postgres", "db"          },
    {"databricks",   "catalog"     },
    {"trino",        "catalog"     },
    {"bigquery",     "project"     },
    {"athena",       "catalog_name"},
};

static const char *configured_catalog(const struct loader *l, const struct config_gateway *g)
{
    if (!g->type || strcmp(g->type, "duckdb") == 0)
        return duckdb_catalog(l->arena, g->connection);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        if (strcmp(members[i].type, g->type) == 0)
            return json_get_string(g->connection, members[i].member, NULL);
    return NULL;
}

static const char *reported_catalog(const GPtrArray *gateways, const char *name)
{
    for (guint i = 0; gateways && i < gateways->len; i++) {
        const struct wire_gateway *g = gateways->pdata[i];

        if (name ? g_ascii_strcasecmp(g->name, name) == 0 : g->is_default)
            return g->default_catalog;
    }
    return NULL;
}

/* SQLMesh folds it as the dialect folds a name without quotes. */
static const char *folded(const struct loader *l, const char *catalog)
{
    const struct sql_dialect *d = sql_dialect_find(l->dialect, NULL);

    return catalog && d
               ? sql_normalize(l->arena, sql_node_new(l->arena, SQL_IDENTIFIER, catalog, -1), d)
               : catalog;
}

const char *project__catalog(const struct loader *l, const char *gateway)
{
    const char *name = gateway ? gateway : l->gateway;
    const char *reported;
    const struct config_gateway *g;

    if (!gateway && l->catalog_known)
        return l->project->default_catalog;
    if ((reported = reported_catalog(l->options->gateways, name)))
        return folded(l, reported);
    if (!l->config->gateways || l->config->gateways->len == 0)
        return "memory";
    g = config_gateway(l->config, name, NULL);
    return g && g->type && *g->type ? folded(l, configured_catalog(l, g)) : NULL;
}
