/* adbc.c -- the life of a database, its connection, its transactions and its statements. */
#include "warehouse/warehouse_int.h"

#include "base/log.h"

#include <string.h>

/* Say whether a call of the driver went well; if not, `sql` (may be NULL) stands in the error. */
static bool went_well(struct warehouse *w, AdbcStatusCode status, struct AdbcError *e,
                      const char *sql, GError **error)
{
    if (status == ADBC_STATUS_OK) {
        if (e->release)
            e->release(e);
        return true;
    }
    warehouse__fail(w, status, e, sql, error);
    return false;
}

bool warehouse__set_database(struct warehouse *w, const char *option, const char *value,
                             GError **error)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    return went_well(w, w->adbc.DatabaseSetOption(&w->database, option, value, &e), &e, NULL,
                     error);
}

bool warehouse__set_statement(struct warehouse *w, struct AdbcStatement *s, const char *option,
                              const char *value, GError **error)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    return went_well(w, w->adbc.StatementSetOption(s, option, value, &e), &e, NULL, error);
}

static bool open_database(struct warehouse *w, const json_t *connection, GError **error)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    if (!went_well(w, w->adbc.DatabaseNew(&w->database, &e), &e, NULL, error) ||
        !w->driver->prepare(w, connection, error))
        return false;
    e = (struct AdbcError)ADBC_ERROR_INIT;
    return went_well(w, w->adbc.DatabaseInit(&w->database, &e), &e, NULL, error);
}

static bool open_connection(struct warehouse *w, GError **error)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    if (!went_well(w, w->adbc.ConnectionNew(&w->connection, &e), &e, NULL, error))
        return false;
    e = (struct AdbcError)ADBC_ERROR_INIT;
    return went_well(w, w->adbc.ConnectionInit(&w->connection, &w->database, &e), &e, NULL, error);
}

static struct warehouse *new_closed(const struct driver *d)
{
    struct warehouse *w = g_new0(struct warehouse, 1);

    w->driver = d;
    w->dialect = warehouse_dialect_find(d->type);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->left, NULL);
    return w;
}

static bool wants_comments(const json_t *connection)
{
    const json_t *given = json_object_get(connection, "register_comments");

    return !given || json_is_null(given) || warehouse__is_true(given);
}

struct warehouse *warehouse_open(const char *type, const json_t *connection, GError **error)
{
    const struct driver *d = warehouse__driver_find(type, error);
    g_autoptr(warehouse) w = NULL;

    if (!d || !warehouse__parameters_check(d, connection, error))
        return NULL;
    w = new_closed(d);
    w->comments = w->dialect->comments && wants_comments(connection);
    w->user =
        g_strdup(json_get_string(connection, "role", json_get_string(connection, "user", NULL)));
    if (!warehouse__driver_load(w, error) || !open_database(w, connection, error) ||
        !open_connection(w, error) || !d->greet(w, connection, error)) {
        g_prefix_error(error, "The %s connection cannot be opened: ", d->type);
        return NULL;
    }
    return g_steal_pointer(&w);
}

static void release_error(struct AdbcError *e)
{
    if (e->release)
        e->release(e);
    *e = (struct AdbcError)ADBC_ERROR_INIT;
}

/* In the order in which one holds the other: a DuckDB file is free only when all are gone. */
void warehouse_close(struct warehouse *w)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    if (!w)
        return;
    while (w->rows)
        warehouse__rows_abandon(w->rows->data);
    if (w->connection.private_data)
        w->adbc.ConnectionRelease(&w->connection, &e);
    release_error(&e);
    if (w->database.private_data)
        w->adbc.DatabaseRelease(&w->database, &e);
    release_error(&e);
    if (w->adbc.release)
        w->adbc.release(&w->adbc, &e);
    release_error(&e);
    pthread_cond_destroy(&w->left);
    pthread_mutex_destroy(&w->lock);
    g_free(w->comment);
    g_free(w->session);
    g_free(w->catalog);
    g_free(w->user);
    g_free(w);
}

bool warehouse_registers_comments(const struct warehouse *w)
{
    return w->comments;
}

const char *warehouse_session(const struct warehouse *w)
{
    return w->session;
}

const struct warehouse_dialect *warehouse_dialect(const struct warehouse *w)
{
    return w->dialect;
}

char *warehouse_version(struct warehouse *w, GError **error)
{
    return warehouse__text(w, w->driver->version_sql, error);
}

char *warehouse_default_catalog(struct warehouse *w, GError **error)
{
    if (!w->catalog)
        w->catalog = warehouse__text(w, w->driver->catalog_sql, error);
    return g_strdup(w->catalog);
}

/* What would end the comment too early is taken apart. */
void warehouse_set_comment(struct warehouse *w, const char *comment)
{
    g_auto(GStrv) parts = g_strsplit(comment ? comment : "", "*/", -1);

    g_free(w->comment);
    w->comment = comment ? g_strjoinv("* /", parts) : NULL;
}

static bool run_statement(struct warehouse *w, const char *sql, bool wants_rows, struct run *run,
                          GError **error)
{
    g_autofree char *said = w->comment ? g_strdup_printf("/* %s */ %s", w->comment, sql) : NULL;
    struct AdbcError e = ADBC_ERROR_INIT;

    if (!went_well(w, w->adbc.StatementNew(&w->connection, &run->statement, &e), &e, sql, error))
        return false;
    if (wants_rows && w->driver->tune && !w->driver->tune(w, &run->statement, sql, error))
        return false;
    e = (struct AdbcError)ADBC_ERROR_INIT;
    if (!went_well(w, w->adbc.StatementSetSqlQuery(&run->statement, said ? said : sql, &e), &e, sql,
                   error))
        return false;
    if (warehouse__was_cancelled(w)) {
        warehouse__fail_cancelled(sql, error);
        return false;
    }
    e = (struct AdbcError)ADBC_ERROR_INIT;
    return went_well(w,
                     w->adbc.StatementExecuteQuery(
                         &run->statement, wants_rows ? &run->stream : NULL, &run->rows, &e),
                     &e, sql, error);
}

bool warehouse__start(struct warehouse *w, const char *sql, bool wants_rows, struct run *run,
                      GError **error)
{
    memset(run, 0, sizeof *run);
    run->rows = -1;
    if (run_statement(w, sql, wants_rows, run, error))
        return true;
    warehouse__end(w, run);
    return false;
}

void warehouse__end(struct warehouse *w, struct run *run)
{
    struct AdbcError e = ADBC_ERROR_INIT;

    if (run->stream.release)
        run->stream.release(&run->stream);
    if (run->statement.private_data)
        w->adbc.StatementRelease(&run->statement, &e);
    release_error(&e);
    memset(run, 0, sizeof *run);
}

bool warehouse__say(struct warehouse *w, const char *sql, GError **error)
{
    GError *why = NULL;
    const char *statement;

    if (warehouse_execute(w, sql, NULL, &why))
        return true;
    statement = strstr(why->message, "\nstatement: ");
    g_set_error(error, why->domain, why->code, "%.*s",
                (int)(statement ? statement - why->message : (ptrdiff_t)strlen(why->message)),
                why->message);
    g_error_free(why);
    return false;
}

/* By statements, not by ADBC's option: DuckDB's driver takes rows that were read in part for a
 * transaction that is open already, and then begins none. */
static bool say_in_transaction(struct warehouse *w, const char *word, GError **error)
{
    struct run run;
    bool ok;

    if (!warehouse__enter(w, error))
        return false;
    ok = warehouse__start(w, word, false, &run, error);
    warehouse__leave(w);
    warehouse__end(w, &run);
    return ok;
}

static bool begin(struct warehouse *w, const char *word, GError **error)
{
    if (w->in_transaction) {
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "A transaction is open already on this connection.");
        return false;
    }
    w->in_transaction = say_in_transaction(w, word, error);
    w->transaction_failed = false;
    return w->in_transaction;
}

bool warehouse_begin(struct warehouse *w, GError **error)
{
    return begin(w, "BEGIN", error);
}

bool warehouse_begin_reading(struct warehouse *w, GError **error)
{
    return begin(w, "BEGIN TRANSACTION READ ONLY", error);
}

bool warehouse_commit(struct warehouse *w, GError **error)
{
    bool ok = false;

    if (!w->in_transaction)
        g_set_error_literal(error, warehouse_error(), ERROR_INVALID,
                            "There is no transaction to commit on this connection.");
    else if (w->transaction_failed && w->driver->commit_hides)
        g_set_error_literal(error, warehouse_error(), ERROR_FAILED,
                            "A statement of this transaction failed: nothing was committed.");
    else
        ok = say_in_transaction(w, "COMMIT", error);
    if (ok)
        w->in_transaction = false;
    else
        warehouse_rollback(w);
    return ok;
}

/* Also after a cancel: this must be possible. */
void warehouse_rollback(struct warehouse *w)
{
    g_autoptr(GError) ignored = NULL;

    if (!w->in_transaction)
        return;
    while (w->rows)
        warehouse__rows_abandon(w->rows->data);
    if (!say_in_transaction(w, "ROLLBACK", &ignored))
        log_event(LOG_WARNING, "a rollback failed", "error", ignored->message, NULL);
    w->in_transaction = w->transaction_failed = false;
}
