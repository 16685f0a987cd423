/* statedb.h -- an empty state database for a test. SQLite as the test names it; with the
 * environment HEDDLE_TEST_STATE=postgres a real PostgreSQL server, which ends with the test
 * program. So the same tests run on both. */
#ifndef HEDDLE_TEST_STATEDB_H
#define HEDDLE_TEST_STATEDB_H

#include "db/db.h"
#include "warehouse/server.h"

static struct server *statedb_server;
static pid_t statedb_owner;

static inline bool statedb_is_postgres(void)
{
    return g_strcmp0(getenv("HEDDLE_TEST_STATE"), "postgres") == 0;
}

static inline void statedb_stop(void)
{
    if (getpid() == statedb_owner)
        server_stop(statedb_server);
}

/* Host, user and password of the server, for a database of it. g_free(). */
static inline char *statedb_postgres_url(const char *database)
{
    const char *why = "";

    if (!statedb_server) {
        if (!(statedb_server = server_start(&why))) {
            g_printerr("no state on PostgreSQL: %s\n", why);
            abort();
        }
        statedb_owner = getpid();
        atexit(statedb_stop);
    }
    return g_strdup_printf("postgresql://admin:p%%40ss%%2Fw%%3Ao%%20rd%%25@/%s?host=%s", database,
                           statedb_server->folder);
}

/* A new URL; the database behind it is empty. g_free(). */
static inline char *statedb_url(const char *sqlite)
{
    g_autofree char *url = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(db) db = NULL;

    if (!statedb_is_postgres())
        return g_strdup(sqlite);
    url = statedb_postgres_url("postgres");
    if (!(db = db_open(url, &error)) ||
        !db_script(db, "DROP SCHEMA heddle CASCADE; CREATE SCHEMA heddle", &error)) {
        g_printerr("%s\n", error->message);
        abort();
    }
    return g_steal_pointer(&url);
}

#endif
