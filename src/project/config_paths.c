/* DuckDB's files are relative to the folder a command is started in, as in SQLMesh. */
#include "project/config_int.h"

#include <string.h>

/* A file, and not ":memory:", "md:…", "s3://…" or "ducklake:…". */
static bool is_relative_file(const char *path)
{
    return *path && !strchr(path, ':') && !g_path_is_absolute(path);
}

static void make_absolute(json_t *object, const char *name)
{
    const char *path = json_get_string(object, name, NULL);
    g_autofree char *absolute = NULL;

    if (!path || !is_relative_file(path))
        return;
    absolute = g_canonicalize_filename(path, NULL);
    json_object_set_new(object, name, json_string(absolute));
}

static bool attaches_a_file(const json_t *options)
{
    static const char *const types[] = {"duckdb", "sqlite", NULL};

    return g_strv_contains(types, json_get_string(options, "type", "duckdb"));
}

static void make_catalogs_absolute(json_t *catalogs)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(catalogs, next, name, value)
    {
        if (json_is_string(value))
            make_absolute(catalogs, name);
        else if (json_is_object(value) && attaches_a_file(value))
            make_absolute(value, "path");
    }
}

void project__config_absolute(struct config *c)
{
    for (guint i = 0; i < c->gateways->len; i++) {
        struct config_gateway *g = c->gateways->pdata[i];

        if (strcmp(g->type, "duckdb") != 0)
            continue;
        make_absolute(g->connection, "database");
        make_catalogs_absolute(json_object_get(g->connection, "catalogs"));
    }
}
