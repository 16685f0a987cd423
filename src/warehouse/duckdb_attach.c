/* duckdb_attach.c -- the catalogs of a DuckDB connection. */
#include "warehouse/warehouse_int.h"

#include <string.h>

static void append_option(GString *options, const char *word, const char *text)
{
    g_string_append_printf(options, "%s%s%s%s", options->len ? ", " : "", word, text ? " " : "",
                           text ? text : "");
}

static void append_text_option(const struct warehouse *w, GString *options, const char *word,
                               const json_t *value)
{
    g_autofree char *text = value ? json_scalar_text(value) : NULL;
    g_autofree char *quoted = text ? warehouse_quote_string(w->dialect, text) : NULL;

    if (quoted)
        append_option(options, word, quoted);
}

static char *attach_options(const struct warehouse *w, const char *type, const json_t *o)
{
    GString *options = g_string_new(NULL);
    g_autofree char *upper = g_ascii_strup(type, -1), *limit = NULL;

    if (!g_str_equal(type, "duckdb") && !g_str_equal(type, "ducklake") &&
        !g_str_equal(type, "motherduck"))
        append_option(options, "TYPE", upper);
    if (warehouse__is_true(json_object_get(o, "read_only")))
        append_option(options, "READ_ONLY", NULL);
    if (g_str_equal(type, "ducklake")) {
        append_text_option(w, options, "DATA_PATH", json_object_get(o, "data_path"));
        if (warehouse__is_true(json_object_get(o, "override_data_path")))
            append_option(options, "OVERRIDE_DATA_PATH", "true");
        if (warehouse__is_true(json_object_get(o, "encrypted")))
            append_option(options, "ENCRYPTED", NULL);
        limit = warehouse__parameter(o, "data_inlining_row_limit");
        if (limit)
            append_option(options, "DATA_INLINING_ROW_LIMIT", limit);
        append_text_option(w, options, "METADATA_SCHEMA", json_object_get(o, "metadata_schema"));
    }
    return g_string_free(options, FALSE);
}

/* `catalog` is a path, or an object with path, type and options. */
static char *attach_statement(const struct warehouse *w, const char *alias, const json_t *catalog)
{
    const char *type = json_get_string(catalog, "type", "duckdb");
    const char *path =
        json_is_string(catalog) ? json_string_value(catalog) : json_get_string(catalog, "path", "");
    bool add = g_str_equal(type, "ducklake") && !g_str_has_prefix(path, "ducklake:");
    bool unnamed = g_str_equal(type, "motherduck") || g_str_has_prefix(path, "md:");
    g_autofree char *full = g_strconcat(add ? "ducklake:" : "", path, NULL);
    g_autofree char *quoted = warehouse_quote_string(w->dialect, full);
    g_autofree char *options = attach_options(w, type, catalog);

    return g_strdup_printf("ATTACH IF NOT EXISTS %s%s%s%s%s%s", quoted, unnamed ? "" : " AS ",
                           unnamed ? "" : alias, *options ? " (" : "", options,
                           *options ? ")" : "");
}

/* A name may stand in quotes already, as in SQLMesh. */
static char *alias_of(const struct warehouse *w, const char *name)
{
    size_t len = strlen(name);
    g_autofree char *bare = len > 1 && name[0] == '"' && name[len - 1] == '"'
                                ? g_strndup(name + 1, len - 2)
                                : g_strdup(name);

    return warehouse_quote_identifier(w->dialect, bare);
}

static bool attach(struct warehouse *w, const char *name, const json_t *catalog, bool first,
                   GError **error)
{
    g_autofree char *alias = alias_of(w, name);
    g_autofree char *sql = attach_statement(w, alias, catalog);
    g_autofree char *use = g_strdup_printf("USE %s", alias);
    GError *why = NULL;

    /* `memory: ":memory:"` only says that the database opened is the default one. */
    if (!warehouse__say(w, sql, &why) && !strstr(why->message, "already exists")) {
        g_propagate_prefixed_error(error, why, "Catalog %s cannot be attached: ", name);
        return false;
    }
    g_clear_error(&why);
    return !first || warehouse__say(w, use, error);
}

bool warehouse__duckdb_attach(struct warehouse *w, const json_t *catalogs, GError **error)
{
    const char *name;
    json_t *catalog;
    bool first = true;

    json_object_foreach ((json_t *)catalogs, name, catalog) {
        if (!attach(w, name, catalog, first, error))
            return false;
        first = false;
    }
    return true;
}
