/* known.c -- what gateways are, without opening them: so that a command starts no worker before
 * there is work. */
#include "local/local_int.h"

#include <string.h>

#define FILE_NAME "gateways.json"

static bool is_duckdb(const struct config_gateway *g)
{
    return strcmp(g->type, "duckdb") == 0;
}

static bool is_memory_path(const char *path)
{
    return !path || !*path || g_str_has_prefix(path, ":memory:");
}

bool local__is_memory(const struct config_gateway *g)
{
    return is_duckdb(g) && json_object_size(json_object_get(g->connection, "catalogs")) == 0 &&
           is_memory_path(json_get_string(g->connection, "database", NULL));
}

/* DuckDB names the catalog of a file by what stands before the dot. Names it changes, and those on
 * which SQLMesh and DuckDB differ, are for a worker to find out. */
static char *catalog_of_path(const char *path)
{
    static const char *const changed[] = {"main", "temp", "system", NULL};
    g_autofree char *name = NULL;
    char *dot;

    if (is_memory_path(path))
        return g_strdup("memory");
    if (strchr(path, ':'))
        return NULL;
    name = g_path_get_basename(path);
    dot = strchr(name, '.');
    if (dot == name || (dot && strchr(dot + 1, '.')))
        return NULL;
    if (dot)
        *dot = '\0';
    return g_strv_contains(changed, name) ? NULL : g_steal_pointer(&name);
}

/* g_free(); NULL: not known. */
static char *duckdb_catalog(const struct config_gateway *g)
{
    json_t *catalogs = json_object_get(g->connection, "catalogs");
    void *first = json_object_iter(catalogs);

    if (first)
        return g_strdup(json_object_iter_key(first));
    return catalog_of_path(json_get_string(g->connection, "database", NULL));
}

/* A text that changes when the connection does. Secrets have no part in it. */
static char *stamp_of(const struct config_gateway *g)
{
    g_autoptr(json_t) open = json_object();
    g_autofree char *text = NULL;
    const char *name;
    json_t *value;

    json_object_foreach (g->connection, name, value)
        if (!is_secret_name(name))
            json_object_set(open, name, value);
    json_object_set_new(open, "type", json_string(g->type));
    text = json_text(open);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static struct wire_gateway *remembered(const json_t *file, const struct config_gateway *g)
{
    json_t *row = json_object_get(file, g->name);
    g_autofree char *stamp = stamp_of(g);

    if (strcmp(json_get_string(row, "connection", ""), stamp) != 0)
        return NULL;
    return wire_from_json(&wire_gateway_type, json_object_get(row, "gateway"), NULL);
}

static struct wire_gateway *from_config(const struct config_gateway *g)
{
    g_autofree char *catalog = is_duckdb(g) ? duckdb_catalog(g) : NULL;
    struct wire_gateway *known;

    if (!catalog)
        return NULL;
    known = wire_gateway_new();
    known->name = g_strdup(g->name);
    known->type = g_strdup(g->type);
    known->default_catalog = g_steal_pointer(&catalog);
    return known;
}

GPtrArray *local__known(const struct folder *f, const struct config *config)
{
    GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_gateway_free);
    g_autofree char *path = local__folder_file(f, FILE_NAME);
    g_autoptr(json_t) file = json_load_file(path, 0, NULL);

    for (guint i = 0; i < config->gateways->len; i++) {
        const struct config_gateway *g = config->gateways->pdata[i];
        struct wire_gateway *known = remembered(file, g);

        if (!known)
            known = from_config(g);
        if (known)
            g_ptr_array_add(out, known);
    }
    return out;
}

static const struct wire_gateway *fact_of(const GPtrArray *facts, const char *name)
{
    for (guint i = 0; i < facts->len; i++) {
        const struct wire_gateway *g = facts->pdata[i];

        if (g_ascii_strcasecmp(g->name, name) == 0)
            return g;
    }
    return NULL;
}

json_t *local__stamps(const struct config *config)
{
    json_t *stamps = json_object();

    for (guint i = 0; i < config->gateways->len; i++) {
        const struct config_gateway *g = config->gateways->pdata[i];
        g_autofree char *stamp = stamp_of(g);

        json_object_set_new(stamps, g->name, json_string(stamp));
    }
    return stamps;
}

bool local__remember(const struct folder *f, json_t *stamps, const GPtrArray *facts, GError **error)
{
    g_autofree char *path = local__folder_file(f, FILE_NAME), *before = NULL, *now = NULL;
    g_autoptr(json_t) file = json_object();
    const char *name;
    json_t *stamp;

    json_object_foreach (stamps, name, stamp) {
        const struct wire_gateway *fact = fact_of(facts, name);

        /* Without a version it was never opened. */
        if (fact && fact->version && *fact->version)
            json_object_set_new(file, name,
                                json_pack("{s:O, s:o}", "connection", stamp, "gateway",
                                          wire_to_json(&wire_gateway_type, fact)));
    }
    now = json_text_pretty(file);
    if (json_object_size(file) == 0 ||
        (g_file_get_contents(path, &before, NULL, NULL) && strcmp(before, now) == 0))
        return true;
    return local__folder_write(f, FILE_NAME, now, error);
}
