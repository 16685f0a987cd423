/* engine_postgres.c -- PostgreSQL: a libpq URI from the connection's parameters, what a new
 * connection is told, and how its driver's results are to be read. */
#include "warehouse/warehouse_int.h"

#include "base/log.h"

#include <ctype.h>
#include <string.h>

/* Parameters and their names in libpq. SQLMesh's, and some of libpq's own. */
static const struct {
    const char *name, *libpq, *otherwise;
} options[] = {
    {"host",                "host",                NULL},
    {"port",                "port",                NULL},
    {"user",                "user",                NULL},
    {"password",            "password",            NULL},
    {"database",            "dbname",              NULL},
    {"sslmode",             "sslmode",             NULL},
    {"sslrootcert",         "sslrootcert",         NULL},
    {"sslcert",             "sslcert",             NULL},
    {"sslkey",              "sslkey",              NULL},
    {"keepalives_idle",     "keepalives_idle",     NULL},
    {"keepalives_interval", "keepalives_interval", NULL},
    {"keepalives_count",    "keepalives_count",    NULL},
    {"connect_timeout",     "connect_timeout",     "10"},
    {"application_name",    "application_name",    NULL},
};

static const char *const parameters[] = {"host",
                                         "port",
                                         "user",
                                         "password",
                                         "database",
                                         "sslmode",
                                         "sslrootcert",
                                         "sslcert",
                                         "sslkey",
                                         "keepalives_idle",
                                         "keepalives_interval",
                                         "keepalives_count",
                                         "connect_timeout",
                                         "application_name",
                                         "role",
                                         "search_path",
                                         NULL};

/* While connecting there is no SQLSTATE. */
static const struct complaint complaints[] = {
    {NULL, "authentication failed",           ERROR_DENIED     },
    {NULL, "no pg_hba.conf entry",            ERROR_DENIED     },
    {NULL, "no password supplied",            ERROR_DENIED     },
    {NULL, "FATAL:  role ",                   ERROR_DENIED     },
    {NULL, "permission denied",               ERROR_DENIED     },
    {NULL, "FATAL:  database ",               ERROR_NOT_FOUND  },
    {NULL, "could not translate host name",   ERROR_UNAVAILABLE},
    {NULL, "connection to server",            ERROR_UNAVAILABLE},
    {NULL, "server closed the connection",    ERROR_UNAVAILABLE},
    {NULL, "no connection to the server",     ERROR_UNAVAILABLE},
    {NULL, "connection has been closed",      ERROR_UNAVAILABLE},
    {NULL, "connection not open",             ERROR_UNAVAILABLE},
    {NULL, "terminating connection",          ERROR_UNAVAILABLE},
    {NULL, "canceling statement due to user", ERROR_CANCELLED  },
    {NULL, NULL,                              0                },
};

/* Everything stands in the query: there, each value is percent-encoded alike, sockets' folders
 * too. Never to be logged: it holds the password. */
static char *uri_of(const json_t *connection)
{
    GString *uri = g_string_new("postgresql://");

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree char *given = warehouse__parameter(connection, options[i].name);
        const char *value = given ? given : options[i].otherwise;
        g_autofree char *escaped = value ? g_uri_escape_string(value, NULL, FALSE) : NULL;

        if (escaped)
            g_string_append_printf(uri, "%c%s=%s", strchr(uri->str, '?') ? '&' : '?',
                                   options[i].libpq, escaped);
    }
    return g_string_free(uri, FALSE);
}

static bool prepare(struct warehouse *w, const json_t *connection, GError **error)
{
    g_autofree char *uri = uri_of(connection);

    return warehouse__set_database(w, ADBC_OPTION_URI, uri, error);
}

/* The server shall notice that a worker died while its statement runs, not only at its end. Old
 * servers cannot. */
static void ask_to_be_watched(struct warehouse *w)
{
    g_autoptr(GError) ignored = NULL;

    if (!warehouse_execute(w, "SET client_connection_check_interval = '2s'", NULL, &ignored))
        log_event(LOG_DEBUG, "the server does not look after its clients", "error",
                  ignored->message, NULL);
}

static bool learn_session(struct warehouse *w, GError **error)
{
    g_autofree char *pid = warehouse__text(w, "SELECT pg_backend_pid()", error);

    if (pid)
        w->session = g_strdup_printf("PostgreSQL backend %s", pid);
    return pid != NULL;
}

static bool greet(struct warehouse *w, const json_t *connection, GError **error)
{
    g_autofree char *role = warehouse__parameter(connection, "role");
    g_autofree char *path = warehouse__parameter(connection, "search_path");
    g_autofree char *quoted_role = role ? warehouse_quote_identifier(w->dialect, role) : NULL;
    g_autofree char *quoted_path = path ? warehouse_quote_string(w->dialect, path) : NULL;
    g_autofree char *set_role = role ? g_strdup_printf("SET ROLE %s", quoted_role) : NULL;
    g_autofree char *set_path =
        path ? g_strdup_printf("SELECT set_config('search_path', %s, false)", quoted_path) : NULL;

    ask_to_be_watched(w);
    return learn_session(w, error) && (!role || warehouse__say(w, set_role, error)) &&
           (!path || warehouse__say(w, set_path, error));
}

/* Past white space, brackets and comments. */
static const char *first_word(const char *sql)
{
    for (;;) {
        if (isspace((unsigned char)*sql) || *sql == '(')
            sql++;
        else if (g_str_has_prefix(sql, "--"))
            sql += strcspn(sql, "\n");
        else if (g_str_has_prefix(sql, "/*") && strstr(sql + 2, "*/"))
            sql = strstr(sql + 2, "*/") + 2;
        else
            return sql;
    }
}

/* The driver reads by COPY, which takes these only. */
static bool can_be_copied(const char *sql)
{
    static const char *const words[] = {"select", "with",   "values", "table",
                                        "insert", "update", "delete"};
    const char *first = first_word(sql);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strncasecmp(first, words[i], strlen(words[i])) == 0 &&
            !g_ascii_isalnum(first[strlen(words[i])]) && first[strlen(words[i])] != '_')
            return true;
    return false;
}

static bool tune(struct warehouse *w, struct AdbcStatement *s, const char *sql, GError **error)
{
    return can_be_copied(sql) ||
           warehouse__set_statement(w, s, "adbc.postgresql.use_copy", "false", error);
}

static bool columns(struct warehouse *w, const struct wire_table *t, GPtrArray *found,
                    GError **error)
{
    g_autofree char *table = warehouse_quote_table(w->dialect, t);
    g_autofree char *name = warehouse_quote_string(w->dialect, table);
    g_autofree char *sql =
        g_strdup_printf("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE "
                        "attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped "
                        "ORDER BY attnum",
                        name);

    return warehouse__columns_from(w, sql, found, error) && found->len > 0;
}

/* The driver puts the statement before and behind the server's words; it is given once, by us. */
static void trim(char **words)
{
    static const char server[] = ": ERROR:  ", driver[] = "[libpq] ";
    char *query = strstr(*words, "\n\nQuery was:"), *begin;

    if (query)
        *query = '\0';
    begin = strstr(*words, server);
    if (begin)
        begin += strlen(server);
    else
        begin = *words + (g_str_has_prefix(*words, driver) ? strlen(driver) : 0);
    memmove(*words, begin, strlen(begin) + 1);
}

/* A schema, or a table in one that is there. Before version 15 everybody could make tables in
 * "public", which says nothing. */
#define MAY_CREATE                                                                                 \
    "SELECT (has_database_privilege(current_database(), 'CREATE') OR EXISTS (SELECT FROM "         \
    "pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND (nspname <> "    \
    "'public' OR current_setting('server_version_num')::INT >= 150000) AND "                       \
    "has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE')))::INT"

const struct driver warehouse__postgres = {
    .type = "postgres",
    .library = "libadbc_driver_postgresql.so",
    .entry = "AdbcDriverInit",
    .version_sql = "SELECT current_setting('server_version')",
    .catalog_sql = "SELECT current_database()",
    .may_create_sql = MAY_CREATE,
    .temporary_schema = "pg_temp",
    .parameters = parameters,
    .complaints = complaints,
    .commit_hides = true,
    .prepare = prepare,
    .greet = greet,
    .tune = tune,
    .columns = columns,
    .trim = trim,
};
