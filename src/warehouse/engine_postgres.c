/* engine_postgres.c -- PostgreSQL through its ADBC driver, which takes a libpq URI.
 * Source: SQLMesh, "Engines: Postgres"; PostgreSQL, "Connection URIs". */
#include "warehouse/warehouse_int.h"

#include <string.h>

static const char *const parameters[] = {
    "host",
    "port",
    "user",
    "password",
    "database",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "keepalives_idle",
    "connect_timeout",
    "application_name",
    "role",
    NULL,
};

/* Words of libpq, which knows no SQLSTATE before there is a session. */
static const struct complaint complaints[] = {
    {NULL, "password authentication failed", ERROR_DENIED     },
    {NULL, "no password supplied",           ERROR_DENIED     },
    {NULL, "no pg_hba.conf entry",           ERROR_DENIED     },
    {NULL, "does not exist",                 ERROR_NOT_FOUND  },
    {NULL, "could not translate host name",  ERROR_UNAVAILABLE},
    {NULL, "Connection refused",             ERROR_UNAVAILABLE},
    {NULL, "timeout expired",                ERROR_UNAVAILABLE},
    {NULL, "server closed the connection",   ERROR_UNAVAILABLE},
    {NULL, "no connection to the server",    ERROR_UNAVAILABLE},
    {NULL, "the database system is",         ERROR_UNAVAILABLE},
    {NULL, NULL,                             0                },
};

/* Parameters of ours and what libpq calls them. */
static const struct {
    const char *ours, *libpq, *missing;
} words[] = {
    {"host",             "host",             NULL    },
    {"port",             "port",             "5432"  },
    {"user",             "user",             NULL    },
    {"password",         "password",         NULL    },
    {"database",         "dbname",           NULL    },
    {"sslmode",          "sslmode",          NULL    },
    {"sslrootcert",      "sslrootcert",      NULL    },
    {"sslcert",          "sslcert",          NULL    },
    {"sslkey",           "sslkey",           NULL    },
    {"sslpassword",      "sslpassword",      NULL    },
    {"keepalives_idle",  "keepalives_idle",  NULL    },
    {"connect_timeout",  "connect_timeout",  "10"    },
    {"application_name", "application_name", "heddle"},
};

static bool prepare(struct warehouse *w, const json_t *connection, GError **error)
{
    GString *uri = g_string_new("postgresql://?");
    bool ok;

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *value = warehouse__parameter(connection, words[i].ours);
        const char *text = value ? value : words[i].missing;
        g_autofree char *escaped = text ? g_uri_escape_string(text, NULL, FALSE) : NULL;

        if (escaped)
            g_string_append_printf(uri, "%s%s=%s", uri->str[uri->len - 1] == '?' ? "" : "&",
                                   words[i].libpq, escaped);
    }
    ok = warehouse__set_database(w, "uri", uri->str, error);
    memset(uri->str, 0, uri->len);
    g_string_free(uri, TRUE);
    return ok;
}

static bool greet(struct warehouse *w, const json_t *connection, GError **error)
{
    g_autofree char *role = warehouse__parameter(connection, "role");
    g_autofree char *name = role ? warehouse_quote_identifier(w->dialect, role) : NULL;
    g_autofree char *sql = name ? g_strdup_printf("SET ROLE %s", name) : NULL;

    return !sql || warehouse__say(w, sql, error);
}

/* COPY, which the driver reads rows by, takes no statement but a query. */
static bool tune(struct warehouse *w, struct AdbcStatement *s, const char *sql, GError **error)
{
    static const char *const queries[] = {"SELECT", "WITH", "VALUES", "TABLE", "(", NULL};

    while (g_ascii_isspace(*sql))
        sql++;
    for (const char *const *q = queries; *q; q++)
        if (g_ascii_strncasecmp(sql, *q, strlen(*q)) == 0)
            return true;
    return warehouse__set_statement(w, s, "adbc.postgresql.use_copy", "false", error);
}

static bool columns(struct warehouse *w, const struct wire_table *table, GPtrArray *out,
                    GError **error)
{
    g_autofree char *schema =
        warehouse_quote_string(w->dialect, table->schema ? table->schema : "public");
    g_autofree char *name = warehouse_quote_string(w->dialect, table->name);
    g_autofree char *sql = g_strdup_printf(
        "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod) "
        "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND "
        "c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        schema, name);

    return warehouse__columns_from(w, sql, out, error) && out->len > 0;
}

/* The server's words stand behind "ERROR: "; what the driver says before them helps nobody. */
static void trim(char **said)
{
    char *behind = strstr(*said, "ERROR:  ");
    char *words_only;

    if (!behind)
        return;
    words_only = g_strdup(behind + strlen("ERROR:  "));
    g_free(*said);
    *said = words_only;
}

const struct driver warehouse__postgres = {
    .type = "postgres",
    .library = "libadbc_driver_postgresql.so",
    .entry = "AdbcDriverInit",
    .version_sql = "SELECT current_setting('server_version')",
    .catalog_sql = "SELECT current_database()::text",
    .parameters = parameters,
    .complaints = complaints,
    .commit_hides = true,
    .prepare = prepare,
    .greet = greet,
    .tune = tune,
    .columns = columns,
    .trim = trim,
};
