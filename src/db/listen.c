/* Words between processes on one PostgreSQL: LISTEN on a connection and a thread of its own. */
#include "db/postgres_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define AGAIN_MS 1000 /* between tries to connect */

/* An ear holds a lock of this class for each channel, which PostgreSQL gives back when it is gone.
 */
#define EAR_LOCK "26725"

struct db_ear {
    char *url;
    char **channels;
    db_heard heard;
    void *data;
    PGconn *connection;
    pthread_t thread;
    int stop[2]; /* a pipe: its end is closed to stop the thread */
};

static bool listen_on(PGconn *connection, const char *channel, GError **error)
{
    char *name = PQescapeIdentifier(connection, channel, strlen(channel));
    char *text = PQescapeLiteral(connection, channel, strlen(channel));
    g_autofree char *sql = g_strdup_printf(
        "LISTEN %s; SELECT pg_advisory_lock_shared(" EAR_LOCK ", hashtext(%s))", name, text);
    PGresult *result = PQexec(connection, sql);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!ok)
        db__postgres_refuse(connection, result, sql, error);
    PQclear(result);
    PQfreemem(name);
    PQfreemem(text);
    return ok;
}

static bool dial(struct db_ear *ear, GError **error)
{
    ear->connection = db__postgres_connect(ear->url, error);
    for (char **name = ear->channels; ear->connection && *name; name++)
        if (!listen_on(ear->connection, *name, error))
            g_clear_pointer(&ear->connection, PQfinish);
    return ear->connection != NULL;
}

/* Until there is something to read, or so long; false when it is time to stop. */
static bool wait_for_words(const struct db_ear *ear, int timeout_ms)
{
    struct pollfd fds[] = {
        {.fd = ear->stop[0],                                     .events = POLLIN},
        {.fd = ear->connection ? PQsocket(ear->connection) : -1, .events = POLLIN},
    };

    while (poll(fds, 2, timeout_ms) < 0 && errno == EINTR)
        ;
    return fds[0].revents == 0;
}

static void hand_on(struct db_ear *ear)
{
    PGnotify *n;

    while ((n = PQnotifies(ear->connection))) {
        ear->heard(ear->data, n->relname, n->extra);
        PQfreemem(n);
    }
}

/* One round: wait, read, and after a loss connect again. False when it is time to stop. */
static bool listen_once(struct db_ear *ear)
{
    if (!wait_for_words(ear, ear->connection ? -1 : AGAIN_MS))
        return false;
    if (!ear->connection) {
        if (dial(ear, NULL))
            ear->heard(ear->data, NULL, NULL);
        return true;
    }
    if (PQconsumeInput(ear->connection))
        hand_on(ear);
    if (db__postgres_is_lost(ear->connection))
        g_clear_pointer(&ear->connection, PQfinish);
    return true;
}

static void *run(void *data)
{
    while (listen_once(data))
        ;
    return NULL;
}

static bool start(struct db_ear *ear, GError **error)
{
    int rc;

    if (pipe(ear->stop) != 0) {
        g_set_error(error, db_error(), ERROR_FAILED, "No pipe: %s.", g_strerror(errno));
        return false;
    }
    for (int i = 0; i < 2; i++)
        fcntl(ear->stop[i], F_SETFD, FD_CLOEXEC);
    rc = pthread_create(&ear->thread, NULL, run, ear);
    if (rc == 0)
        return true;
    g_set_error(error, db_error(), ERROR_FAILED, "No thread to listen: %s.", g_strerror(rc));
    close(ear->stop[0]);
    close(ear->stop[1]);
    return false;
}

static void ear_free(struct db_ear *ear)
{
    PQfinish(ear->connection);
    g_strfreev(ear->channels);
    g_free(ear->url);
    g_free(ear);
}

struct db_ear *db_listen(const char *url, const char *const *channels, db_heard heard, void *data,
                         GError **error)
{
    struct db_ear *ear = g_new0(struct db_ear, 1);

    ear->url = g_strdup(url);
    ear->channels = g_strdupv((char **)channels);
    ear->heard = heard;
    ear->data = data;
    if (dial(ear, error) && start(ear, error))
        return ear;
    ear_free(ear);
    return NULL;
}

void db_ear_close(struct db_ear *ear)
{
    if (!ear)
        return;
    close(ear->stop[1]);
    pthread_join(ear->thread, NULL);
    close(ear->stop[0]);
    ear_free(ear);
}

bool db_tell(struct db *db, const char *channel, const char *text, GError **error)
{
    return !db->is_postgres ||
           db_run(db, NULL, "SELECT pg_notify(?, ?)", "ss", channel, text, error);
}

bool db_is_heard(struct db *db, const char *channel, bool *yes, GError **error)
{
    g_autoptr(db_rows) rows = NULL;

    *yes = false;
    if (!db->is_postgres)
        return true;
    rows = db_query(db,
                    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory'"
                    " AND database = (SELECT oid FROM pg_catalog.pg_database"
                    " WHERE datname = current_database()) AND classid = " EAR_LOCK
                    " AND objid = (hashtext(?)::bigint & 4294967295)::oid AND objsubid = 2",
                    "s", channel, error);
    if (!rows)
        return false;
    *yes = db_next(rows, NULL) && db_int(rows, 0) > 0;
    return true;
}
