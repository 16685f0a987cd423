/* engine_duckdb.c -- DuckDB: its file or catalogs, extensions, settings and secrets, as SQLMesh's
 * connection of type duckdb has them. */
#include "warehouse/warehouse_int.h"

#include <string.h>

static const char *const parameters[] = {"database", "catalogs", "extensions",  "connector_config",
                                         "secrets",  "token",    "filesystems", NULL};

static const struct complaint complaints[] = {
    {NULL,                         "Could not set lock on file", ERROR_BUSY       },
    {"INTERRUPT Error",            NULL,                         ERROR_CANCELLED  },
    {"Parser Error",               NULL,                         ERROR_INVALID    },
    {"Binder Error",               NULL,                         ERROR_INVALID    },
    {"Catalog Error",              "does not exist",             ERROR_NOT_FOUND  },
    {"Catalog Error",              NULL,                         ERROR_INVALID    },
    {"TransactionContext Error",   "onflict",                    ERROR_CONFLICT   },
    {"Permission Error",           NULL,                         ERROR_DENIED     },
    {"IO Error: Cannot open file", "Permission denied",          ERROR_DENIED     },
    {"IO Error: Cannot open file", "No such file",               ERROR_NOT_FOUND  },
    {"FATAL Error",                NULL,                         ERROR_UNAVAILABLE},
    {"No statements found",        NULL,                         ERROR_INVALID    },
    {NULL,                         NULL,                         0                },
};

static bool prepare(struct warehouse *w, const json_t *connection, GError **error)
{
    g_autofree char *database = warehouse__parameter(connection, "database");

    if (database && json_object_get(connection, "catalogs")) {
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "A duckdb connection has either \"database\" or \"catalogs\".");
        error_hint(error, "put every file under catalogs; the first is the default.");
        return false;
    }
    if (json_object_get(connection, "filesystems")) {
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "\"filesystems\" are Python's (fsspec) and not read here.");
        error_hint(error, "use the extension httpfs and \"secrets\".");
        return false;
    }
    return warehouse__set_database(w, "path", database ? database : ":memory:", error);
}

/* INSTALL needs a network or an installed extension; LOAD alone also finds built-in ones. */
static bool load_extension(struct warehouse *w, const json_t *e, GError **error)
{
    const char *name = json_is_string(e) ? json_string_value(e) : json_get_string(e, "name", "");
    const char *repository = json_get_string(e, "repository", NULL);
    bool force = warehouse__is_true(json_object_get(e, "force_install"));
    g_autofree char *install =
        g_strdup_printf("%sINSTALL %s%s%s", force ? "FORCE " : "", name, repository ? " FROM " : "",
                        repository ? repository : "");
    g_autofree char *load = g_strdup_printf("LOAD %s", name);
    g_autoptr(GError) why = NULL;

    warehouse__say(w, install, &why);
    if ((!why || !force) && warehouse__say(w, load, NULL))
        return true;
    if (!why)
        warehouse__say(w, load, &why);
    g_set_error(error, warehouse_error(), why->code, "Extension %s cannot be loaded: %s", name,
                why->message);
    return false;
}

static bool load_extensions(struct warehouse *w, const json_t *all, GError **error)
{
    size_t i;
    const json_t *e;

    json_array_foreach (all, i, e)
        if (!load_extension(w, e, error))
            return false;
    return true;
}

static bool is_value_already(struct warehouse *w, const char *name, const char *value)
{
    g_autofree char *quoted = warehouse_quote_string(w->dialect, name);
    g_autofree char *sql =
        g_strdup_printf("SELECT value FROM duckdb_settings() WHERE name = %s", quoted);
    g_autofree char *is = warehouse__text(w, sql, NULL);

    return is && strcmp(is, value) == 0;
}

/* Some settings can no longer be set, not even to what they are. */
static bool set(struct warehouse *w, const char *name, const json_t *value, GError **error)
{
    g_autofree char *text = json_scalar_text(value);
    g_autofree char *quoted = text ? warehouse_quote_string(w->dialect, text) : NULL;
    g_autofree char *sql = quoted ? g_strdup_printf("SET %s = %s", name, quoted) : NULL;
    GError *why = NULL;

    if (!text) {
        g_set_error(error, warehouse_error(), ERROR_INVALID,
                    "connector_config: the value of %s must be a text, a number or a boolean.",
                    name);
        return false;
    }
    if (warehouse__say(w, sql, &why) || is_value_already(w, name, text)) {
        g_clear_error(&why);
        return true;
    }
    g_propagate_prefixed_error(error, why, "connector_config: %s cannot be set: ", name);
    return false;
}

static bool set_all(struct warehouse *w, const json_t *settings, GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)settings, name, value)
        if (!set(w, name, value, error))
            return false;
    return true;
}

static bool create_secret(struct warehouse *w, const char *name, const json_t *secret,
                          GError **error)
{
    g_autoptr(GString) sql = g_string_new("CREATE OR REPLACE SECRET ");
    const char *field, *separator = " (";
    json_t *value;

    if (json_object_size(secret) == 0)
        return true;
    g_string_append(sql, name);
    json_object_foreach ((json_t *)secret, field, value) {
        g_autofree char *text = json_scalar_text(value);
        g_autofree char *quoted = warehouse_quote_string(w->dialect, text ? text : "");

        g_string_append_printf(sql, "%s%s %s", separator, field, quoted);
        separator = ", ";
    }
    g_string_append_c(sql, ')');
    if (warehouse__say(w, sql->str, error))
        return true;
    g_prefix_error(error, "Secret %s cannot be created: ", *name ? name : "without a name");
    return false;
}

/* A list of secrets, or a mapping of names to them. */
static bool create_secrets(struct warehouse *w, const json_t *secrets, GError **error)
{
    const char *name;
    json_t *secret;
    size_t i;

    json_array_foreach (secrets, i, secret)
        if (!create_secret(w, "", secret, error))
            return false;
    json_object_foreach ((json_t *)secrets, name, secret)
        if (!create_secret(w, name, secret, error))
            return false;
    return true;
}

static const struct {
    const char *name;
    bool (*apply)(struct warehouse *w, const json_t *value, GError **error);
} steps[] = {
    {"extensions",       load_extensions         },
    {"connector_config", set_all                 },
    {"secrets",          create_secrets          },
    {"catalogs",         warehouse__duckdb_attach},
};

static bool greet(struct warehouse *w, const json_t *connection, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        GError *why = NULL;
        g_autoptr(json_t) value = warehouse__parameter_json(connection, steps[i].name, &why);

        if (!why && value)
            steps[i].apply(w, value, &why);
        if (why) {
            g_propagate_error(error, why);
            return false;
        }
    }
    return true;
}

/* Without a schema: the default one, or a temporary table. */
static char *place(const struct warehouse *w, const struct wire_table *t)
{
    g_autofree char *catalog = t->catalog ? warehouse_quote_string(w->dialect, t->catalog) : NULL;
    g_autofree char *schema = t->schema ? warehouse_quote_string(w->dialect, t->schema) : NULL;

    if (!schema)
        return g_strdup("(database_name = 'temp' OR (database_name = current_database() AND "
                        "schema_name = current_schema()))");
    return g_strdup_printf("lower(schema_name) = lower(%s) AND lower(database_name) = lower(%s)",
                           schema, catalog ? catalog : "current_database()");
}

/* Does this error say that there is no such table, and not that a view reads one? */
static bool is_missing(const GError *error, const struct wire_table *t)
{
    g_autofree char *alone = g_strdup_printf(" with name %s does not exist", t->name);
    g_autofree char *no_schema = g_strdup_printf(".%s\" does not exist because schema", t->name);

    return error_is(error, ERROR_NOT_FOUND) &&
           (strstr(error->message, alone) || strstr(error->message, no_schema));
}

/* A cancel, a lost file: asking in another way does not help. */
static bool is_final(const GError *error)
{
    return error_is(error, ERROR_CANCELLED) || error_is(error, ERROR_UNAVAILABLE) ||
           error_is(error, ERROR_BUSY);
}

/* DuckDB's lists of tables and views are made anew for each question and hold all there are: too
 * slow to be asked for each of thousands. Planning a DELETE of nothing looks at one name. */
static bool object(struct warehouse *w, const struct wire_table *t, enum warehouse_object *what,
                   GError **error)
{
    g_autofree char *table = warehouse_quote_table(w->dialect, t);
    g_autofree char *sql = g_strdup_printf("EXPLAIN DELETE FROM %s WHERE FALSE", table);
    g_autoptr(GError) why = NULL;

    if (w->in_transaction)
        return false;
    if (warehouse_execute(w, sql, NULL, &why))
        *what = OBJECT_TABLE;
    else if (strstr(why->message, "Can only delete from base table"))
        *what = OBJECT_VIEW;
    else if (is_missing(why, t))
        *what = OBJECT_NONE;
    else {
        if (is_final(why))
            g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    return true;
}

static bool is_there(struct warehouse *w, const struct wire_table *t, GError **error)
{
    g_autofree char *where = place(w, t);
    g_autofree char *name = warehouse_quote_string(w->dialect, t->name);
    g_autofree char *count = g_strdup_printf(
        "SELECT (SELECT count(*) FROM duckdb_tables() WHERE lower(table_name) = lower(%s) AND %s) "
        "+ (SELECT count(*) FROM duckdb_views() WHERE lower(view_name) = lower(%s) AND %s)",
        name, where, name, where);
    int64_t n = 0;

    return warehouse_number(w, count, &n, error) && n > 0;
}

/* DESCRIBE tells what a view gives now; for a view that is broken it fails. */
static bool columns(struct warehouse *w, const struct wire_table *t, GPtrArray *found,
                    GError **error)
{
    g_autofree char *table = warehouse_quote_table(w->dialect, t);
    g_autofree char *describe = g_strdup_printf("DESCRIBE %s", table);
    GError *why = NULL;

    if (w->in_transaction && !is_there(w, t, error))
        return false;
    if (warehouse__columns_from(w, describe, found, &why))
        return true;
    if (!is_missing(why, t) || w->in_transaction)
        g_propagate_error(error, why);
    else
        g_error_free(why);
    return false;
}

const struct driver warehouse__duckdb = {
    .type = "duckdb",
    .library = "libduckdb.so",
    .entry = "duckdb_adbc_init",
    .version_sql = "SELECT version()",
    .catalog_sql = "SELECT current_database()",
    .temporary_schema = "temp.main",
    .parameters = parameters,
    .complaints = complaints,
    .count_in_rows = true,
    .prepare = prepare,
    .greet = greet,
    .columns = columns,
    .object = object,
};
