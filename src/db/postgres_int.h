/* postgres_int.h -- shared by the files of db/ that speak to PostgreSQL. */
#ifndef HEDDLE_DB_POSTGRES_INT_H
#define HEDDLE_DB_POSTGRES_INT_H

#include "db/db_int.h"

#include <libpq-fe.h>

/* The advisory lock that one writing transaction at a time holds: "heddle" as a number. */
#define WRITE_LOCK "SELECT pg_advisory_xact_lock(114784820031589)"
/* The server's clock in milliseconds. */
#define SERVER_CLOCK "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

/* A connection made ready: our schema, our limits. NULL on an error, which holds no password. */
PGconn *db__postgres_connect(const char *url, GError **error) MUST_CHECK;
/* Was the connection lost, as far as is known? */
bool db__postgres_is_lost(const PGconn *connection);
/* Say what the server said, NULL: what libpq says of the connection. */
void db__postgres_refuse(const PGconn *connection, const PGresult *result, const char *sql,
                         GError **error);
/* "a = ? AND b = ?" as "a = $1 AND b = $2"; *count: how many. g_free(). */
char *db__postgres_number(const char *sql, int *count);

#endif
