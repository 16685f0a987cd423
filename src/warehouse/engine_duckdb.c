/* engine_duckdb.c -- DuckDB: a file or memory, attached catalogs, extensions, settings, secrets.
 * Source: SQLMesh, "Engines: DuckDB". */
#include "warehouse/warehouse_int.h"

#include <string.h>

static const char *const parameters[] = {
    "database", "catalogs",         "extensions", "connector_config", "secrets", "filesystems",
    "token",    "motherduck_token", NULL,
};

static const struct complaint complaints[] = {
    {"IO Error",         "Could not set lock on file", ERROR_BUSY       },
    {"IO Error",         "Conflicting lock is held",   ERROR_BUSY       },
    {"INTERRUPT",        NULL,                         ERROR_CANCELLED  },
    {NULL,               "Interrupted!",               ERROR_CANCELLED  },
    {"IO Error",         NULL,                         ERROR_UNAVAILABLE},
    {"Permission Error", NULL,                         ERROR_DENIED     },
    {"Catalog Error",    "does not exist",             ERROR_NOT_FOUND  },
    {"Catalog Error",    NULL,                         ERROR_INVALID    },
    {"Parser Error",     NULL,                         ERROR_INVALID    },
    {"Binder Error",     NULL,                         ERROR_INVALID    },
    {"TransactionCon",   NULL,                         ERROR_CONFLICT   },
    {NULL,               NULL,                         0                },
};

static bool prepare(struct warehouse *w, const json_t *connection, GError **error)
{
    g_autofree char *path = warehouse__parameter(connection, "database");

    if (json_object_get(connection, "filesystems") &&
        json_array_size(json_object_get(connection, "filesystems")) > 0) {
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "`filesystems` are Python objects (fsspec), which are not here.\n"
                            "hint: use DuckDB's own extensions (httpfs) and `secrets`.");
        return false;
    }
    return warehouse__set_database(w, "path", path ? path : ":memory:", error);
}

static char *quoted(const struct warehouse *w, const char *text)
{
    return warehouse_quote_string(w->dialect, text);
}

static bool add_extension(struct warehouse *w, const json_t *extension, GError **error)
{
    const char *name = json_is_string(extension) ? json_string_value(extension)
                                                 : json_get_string(extension, "name", NULL);
    const char *repository = json_get_string(extension, "repository", NULL);
    bool force = warehouse__is_true(json_object_get(extension, "force_install"));
    g_autofree char *load = NULL, *install = NULL;

    if (!name) {
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "An entry of `extensions` has no `name`.");
        return false;
    }
    load = g_strdup_printf("LOAD %s", name);
    if (!force && !repository && warehouse__say(w, load, NULL))
        return true; /* it is there already: nothing to be fetched */
    install = g_strdup_printf("%sINSTALL %s%s%s", force ? "FORCE " : "", name,
                              repository ? " FROM " : "", repository ? repository : "");
    if (warehouse__say(w, install, error) && warehouse__say(w, load, error))
        return true;
    g_prefix_error(error, "The extension %s cannot be loaded: ", name);
    return false;
}

static bool add_extensions(struct warehouse *w, const json_t *connection, GError **error)
{
    GError *why = NULL;
    g_autoptr(json_t) list = warehouse__parameter_json(connection, "extensions", &why);
    size_t i;
    json_t *one;

    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    if (json_is_string(list))
        return add_extension(w, list, error);
    json_array_foreach (list, i, one)
        if (!add_extension(w, one, error))
            return false;
    return true;
}

static bool set_options(struct warehouse *w, const json_t *connection, GError **error)
{
    GError *why = NULL;
    g_autoptr(json_t) options = warehouse__parameter_json(connection, "connector_config", &why);
    const char *name;
    json_t *value;

    json_object_foreach (options, name, value) {
        g_autofree char *text = json_scalar_text(value), *literal = quoted(w, text ? text : "");
        g_autofree char *sql = g_strdup_printf("SET %s = %s", name, literal);

        if (!why && !warehouse__say(w, sql, &why))
            g_prefix_error(&why, "The setting %s of `connector_config`: ", name);
    }
    if (why)
        g_propagate_error(error, why);
    return !why;
}

static bool add_secret(struct warehouse *w, const char *name, const json_t *secret, GError **error)
{
    GString *sql = g_string_new("CREATE OR REPLACE SECRET ");
    const char *key;
    json_t *value;
    bool ok, first = true;

    g_string_append_printf(sql, "%s (", name);
    json_object_foreach ((json_t *)secret, key, value) {
        g_autofree char *text = json_scalar_text(value), *literal = quoted(w, text ? text : "");

        g_string_append_printf(sql, "%s%s %s", first ? "" : ", ", key, literal);
        first = false;
    }
    g_string_append_c(sql, ')');
    ok = warehouse__say(w, sql->str, error);
    if (!ok)
        g_prefix_error(error, "A secret of DuckDB cannot be made: ");
    memset(sql->str, 0, sql->len);
    g_string_free(sql, TRUE);
    return ok;
}

static bool add_secrets(struct warehouse *w, const json_t *connection, GError **error)
{
    GError *why = NULL;
    g_autoptr(json_t) secrets = warehouse__parameter_json(connection, "secrets", &why);
    const char *name;
    size_t i;
    json_t *one;

    if (json_is_object(secrets)) {
        json_object_foreach (secrets, name, one)
            if (!why && !add_secret(w, name, one, &why))
                break;
    } else {
        json_array_foreach (secrets, i, one)
            if (!why && !add_secret(w, "", one, &why))
                break;
    }
    if (why)
        g_propagate_error(error, why);
    return !why;
}

/* " (TYPE sqlite, READ_ONLY)" of a catalog that is an object; g_free(). */
static char *attach_options(const json_t *catalog)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *type = json_get_string(catalog, "type", NULL);
    const char *schema = json_get_string(catalog, "data_path", NULL);
    g_autofree char *joined = NULL;

    if (type && strcmp(type, "duckdb") != 0 && strcmp(type, "motherduck") != 0)
        g_ptr_array_add(words, g_strdup_printf("TYPE %s", type));
    if (warehouse__is_true(json_object_get(catalog, "read_only")))
        g_ptr_array_add(words, g_strdup("READ_ONLY"));
    if (schema)
        g_ptr_array_add(words, g_strdup_printf("DATA_PATH '%s'", schema));
    g_ptr_array_add(words, NULL);
    joined = g_strjoinv(", ", (char **)words->pdata);
    return *joined ? g_strdup_printf(" (%s)", joined) : g_strdup("");
}

static bool attach(struct warehouse *w, const char *name, const json_t *catalog, GError **error)
{
    const char *path =
        json_is_string(catalog) ? json_string_value(catalog) : json_get_string(catalog, "path", "");
    g_autofree char *alias = warehouse_quote_identifier(w->dialect, name);
    g_autofree char *literal = quoted(w, path), *options = attach_options(catalog);
    g_autofree char *sql = NULL;

    if (strcmp(name, "memory") == 0 && strcmp(path, ":memory:") == 0)
        return true; /* it is what DuckDB starts with */
    sql = g_strdup_printf("ATTACH IF NOT EXISTS %s AS %s%s", literal, alias, options);
    if (warehouse__say(w, sql, error))
        return true;
    g_prefix_error(error, "The catalog %s cannot be attached: ", name);
    return false;
}

static bool attach_all(struct warehouse *w, const json_t *connection, GError **error)
{
    GError *why = NULL;
    g_autoptr(json_t) catalogs = warehouse__parameter_json(connection, "catalogs", &why);
    g_autofree char *use = NULL;
    const char *name;
    json_t *one;

    json_object_foreach (catalogs, name, one) {
        if (why || !attach(w, name, one, &why))
            break;
        if (!use) {
            g_autofree char *alias = warehouse_quote_identifier(w->dialect, name);

            use = g_strdup_printf("USE %s", alias);
        }
    }
    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    return !use || warehouse__say(w, use, error);
}

static bool greet(struct warehouse *w, const json_t *connection, GError **error)
{
    return add_extensions(w, connection, error) && set_options(w, connection, error) &&
           add_secrets(w, connection, error) && attach_all(w, connection, error);
}

static bool columns(struct warehouse *w, const struct wire_table *table, GPtrArray *out,
                    GError **error)
{
    g_autofree char *schema = quoted(w, table->schema ? table->schema : "main");
    g_autofree char *name = quoted(w, table->name);
    g_autofree char *catalog = table->catalog ? quoted(w, table->catalog) : NULL;
    g_autofree char *sql = g_strdup_printf(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = %s AND "
        "schema_name = %s AND table_name = %s ORDER BY column_index",
        catalog ? catalog : "current_database()", schema, name);

    return warehouse__columns_from(w, sql, out, error) && out->len > 0;
}

const struct driver warehouse__duckdb = {
    .type = "duckdb",
    .library = "libduckdb.so",
    .entry = "duckdb_adbc_init",
    .version_sql = "SELECT version()",
    .catalog_sql = "SELECT current_database()",
    .parameters = parameters,
    .complaints = complaints,
    .count_in_rows = true,
    .prepare = prepare,
    .greet = greet,
    .columns = columns,
};
