/* A connection to PostgreSQL: how it is opened, and what its errors mean. */
#include "db/postgres_int.h"

#include <string.h>

/* An error's SQLSTATE, or the class that begins it. */
static int error_code(const char *state)
{
    static const struct {
        const char *state;
        int code;
    } table[] = {
        {"23505", ERROR_CONFLICT   },
        {"55P03", ERROR_BUSY       }, /* lock_timeout */
        {"40",    ERROR_BUSY       }, /* deadlock, serialization */
        {"08",    ERROR_UNAVAILABLE}, /* the connection */
        {"53",    ERROR_UNAVAILABLE}, /* disk full, out of memory, too many connections */
        {"57P",   ERROR_UNAVAILABLE}, /* shutting down, starting up, timeouts of a session */
        {"25P03", ERROR_UNAVAILABLE}, /* idle in a transaction for too long */
        {"25006", ERROR_UNAVAILABLE}, /* read-only: it is a standby now */
        {"58",    ERROR_UNAVAILABLE}, /* input and output */
        {"28",    ERROR_DENIED     },
        {"42501", ERROR_DENIED     },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_has_prefix(state, table[i].state))
            return table[i].code;
    return ERROR_FAILED;
}

bool db__postgres_is_lost(const PGconn *connection)
{
    return !connection || PQstatus(connection) != CONNECTION_OK;
}

/* A server's words as part of a sentence of ours; g_free(). */
static char *tidy(const char *said)
{
    char *words = g_strdup(said);

    g_strdelimit(g_strchomp(words), "\n\t", ' ');
    while (g_str_has_suffix(words, "."))
        words[strlen(words) - 1] = '\0';
    return words;
}

void db__postgres_refuse(const PGconn *connection, const PGresult *result, const char *sql,
                         GError **error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *said = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    g_autofree char *words = tidy(said ? said : PQerrorMessage(connection));
    int code = state ? error_code(state) : ERROR_FAILED;

    if (db__postgres_is_lost(connection))
        code = ERROR_UNAVAILABLE;
    db__refuse(error, code, words, sql);
}

/* libpq's words about a URL quote pieces of it; what follows the first colon is left out. */
static bool check_url(const char *url, GError **error)
{
    char *words = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &words);

    if (options) {
        PQconninfoFree(options);
        return true;
    }
    g_set_error(error, db_error(), ERROR_INVALID, "The state database's URL cannot be read: %.*s.",
                words ? (int)strcspn(words, ":\n\"") : 0, words ? words : "");
    error_hint(error, "write postgresql://USER@HOST:PORT/DATABASE; in a password, write %%25 for "
                      "%%, %%40 for @, %%2F for / and %%3A for :.");
    PQfreemem(words);
    return false;
}

static void hear_nothing(void *data, const PGresult *result)
{
    (void)data;
    (void)result;
}

/* What the URL says wins over the settings before it. */
static PGconn *dial(const char *url)
{
    const char *const names[] = {"fallback_application_name",
                                 "connect_timeout",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "dbname",
                                 "client_encoding",
                                 NULL};
    const char *const values[] = {"heddle", "5", "10", "5", "3", "20000", url, "UTF8", NULL};

    return PQconnectdbParams(names, values, 1);
}

static bool carry_out(PGconn *connection, const char *sql, GError **error)
{
    PGresult *result = PQexec(connection, sql);
    bool ok =
        PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!ok)
        db__postgres_refuse(connection, result, sql, error);
    PQclear(result);
    return ok;
}

/* Only who may not use a schema that is there already needs to be told how to make one. */
static bool make_schema(PGconn *connection, GError **error)
{
    PGresult *result =
        PQexec(connection, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'heddle'");
    bool there = PQntuples(result) > 0;

    PQclear(result);
    if (there ||
        carry_out(connection, "BEGIN; " WRITE_LOCK "; CREATE SCHEMA IF NOT EXISTS heddle; COMMIT",
                  error))
        return true;
    error_hint(error,
               "Heddle keeps its tables in a schema of its own. Let an administrator say "
               "CREATE SCHEMA heddle AUTHORIZATION \"%s\" in the database \"%s\".",
               PQuser(connection), PQdb(connection));
    return false;
}

/* A server that is stopped inside a transaction must not keep the others waiting for ever. */
static bool prepare(PGconn *connection, GError **error)
{
    static const char settings[] = "SET search_path TO heddle; SET lock_timeout = '" G_STRINGIFY(
        BUSY_SECONDS) "s'; SET idle_in_transaction_session_timeout = '10s'; "
                      "SET client_min_messages = error; SET bytea_output = hex; "
                      "SET standard_conforming_strings = on; SET statement_timeout = 0";
    /* Who waits for a lock notices when its program is gone. */
    const char *watch = PQserverVersion(connection) >= 140000
                            ? "SET client_connection_check_interval = '2s'"
                            : "SELECT 1";
    const char *encoding = PQparameterStatus(connection, "server_encoding");

    PQsetNoticeReceiver(connection, hear_nothing, NULL);
    if (g_strcmp0(encoding, "UTF8") == 0)
        return carry_out(connection, settings, error) && carry_out(connection, watch, error) &&
               make_schema(connection, error);
    g_set_error(error, db_error(), ERROR_INVALID,
                "The database \"%s\" has the encoding %s; Heddle's state needs UTF8.",
                PQdb(connection), encoding ? encoding : "?");
    error_hint(error,
               "make another one: CREATE DATABASE heddle ENCODING 'UTF8' TEMPLATE template0.");
    return false;
}

PGconn *db__postgres_connect(const char *url, GError **error)
{
    PGconn *connection;

    if (!check_url(url, error))
        return NULL;
    connection = dial(url);
    if (db__postgres_is_lost(connection)) {
        g_autofree char *words = tidy(connection ? PQerrorMessage(connection) : "no memory");

        g_set_error(error, db_error(), ERROR_UNAVAILABLE,
                    "The state database cannot be reached: %s.", words);
        error_hint(error, "see that the server is up, and that host, port, user, database and TLS "
                          "parameters of the state's URL are right; a password may stand in the "
                          "URL, in PGPASSWORD or in ~/.pgpass.");
    } else if (prepare(connection, error)) {
        return connection;
    }
    PQfinish(connection);
    return NULL;
}

char *db__postgres_number(const char *sql, int *count)
{
    GString *out = g_string_sized_new(strlen(sql) + 16);
    char quote = '\0';

    *count = 0;
    for (const char *p = sql; *p; p++) {
        if (quote)
            quote = *p == quote ? '\0' : quote;
        else if (*p == '\'' || *p == '"')
            quote = *p;
        if (*p == '?' && !quote)
            g_string_append_printf(out, "$%d", ++*count);
        else
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}
