/* db.h -- the state database: one table of calls over SQLite (WAL) and PostgreSQL.
 *
 * SQL is written once, with `?` parameters and what both engines understand (INSERT … ON CONFLICT,
 * RETURNING); the few differences are asked by db_is_postgres(). A connection belongs to one thread
 * at a time; a process that wants several opens several. On PostgreSQL all tables are in the schema
 * `heddle`, which the first connection makes.
 *
 * Statements are prepared once a connection and kept. Values go in by a format, one letter each:
 *     s  const char * (NULL is SQL NULL)    i  int64_t    r  double    b  int, as 0 or 1
 *     t  int64_t, TIME_NONE (INT64_MIN) is SQL NULL       x  GBytes *
 *     db_run(db, &n, "UPDATE task SET state = ? WHERE id = ?", "ss", state, id, &error)
 *
 * Transactions  db_begin() … db_commit(), or db_rollback(); they do not nest. One writer at a time:
 * db_begin() takes the write lock (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock of the
 * database), so that what was read is still so when it is written, whoever else is there. A lock
 * held by another process longer than 5 s is ERROR_BUSY. What db_commit() has done is on disk
 * (SQLite: `synchronous=FULL`). When any call of a transaction fails, roll it back.
 * Connection  One that PostgreSQL has lost is ERROR_UNAVAILABLE for the transaction it was in; the
 * next db_begin() connects again. No error and no log holds the URL's password.
 * Errors  domain db_error(): ERROR_BUSY, ERROR_UNAVAILABLE (the server is gone, the disk is full),
 * ERROR_CONFLICT (a unique key), ERROR_INVALID (no database, or one that is ahead of this
 * program), ERROR_FAILED; the message holds the engine's words and the statement.
 */
#ifndef HEDDLE_DB_DB_H
#define HEDDLE_DB_DB_H

#include "base/errors.h"

#include <stdint.h>

ERROR_DOMAIN(db)

typedef struct db db; /* the typedefs are for g_autoptr */
typedef struct db_rows db_rows;

/* "sqlite:PATH", "sqlite::memory:" or "postgresql://…". */
struct db *db_open(const char *url, GError **error) MUST_CHECK;
/* ERROR_BUSY while another process has the file open (SQLite); otherwise the same. */
struct db *db_open_alone(const char *url, GError **error) MUST_CHECK;
bool db_has_table(struct db *db, const char *table, bool *yes, GError **error) MUST_CHECK;
void db_close(struct db *db); /* NULL is fine; an open transaction is rolled back */
bool db_is_postgres(const struct db *db);

bool db_begin(struct db *db, GError **error) MUST_CHECK;
/* One that sees a single moment, writes nothing and holds up nobody. */
bool db_begin_reading(struct db *db, GError **error) MUST_CHECK;
bool db_commit(struct db *db, GError **error) MUST_CHECK;
void db_rollback(struct db *db); /* nothing to roll back is fine */

/* The database's clock: this machine's for SQLite; for PostgreSQL the server's, taken over with
 * each db_begin(). */
int64_t db_now_ms(const struct db *db);

/* Run a statement; `changed` (may be NULL) gets the number of rows it touched. The values follow
 * the format; `GError **` is the last argument. */
bool db_run(struct db *db, int64_t *changed, const char *sql, const char *format, ...) MUST_CHECK;
/* Run several statements separated by semicolons, without parameters (migrations). */
bool db_script(struct db *db, const char *sql, GError **error) MUST_CHECK;
/* A query. Values and `GError **` as above. Free the rows before the next statement. */
struct db_rows *db_query(struct db *db, const char *sql, const char *format, ...) MUST_CHECK;
/* To the next row: false at the end or on an error (tell them apart by *error). */
bool db_next(struct db_rows *rows, GError **error);
void db_rows_free(struct db_rows *rows);
/* Columns from 0. Strings are borrowed until db_next(); NULL is NULL, 0, or TIME_NONE. */
const char *db_string(const struct db_rows *rows, int column);
int64_t db_int(const struct db_rows *rows, int column);
int64_t db_time(const struct db_rows *rows, int column);
double db_real(const struct db_rows *rows, int column);
bool db_is_null(const struct db_rows *rows, int column);
/* A copy of a blob, NULL for NULL; g_bytes_unref(). */
GBytes *db_bytes(const struct db_rows *rows, int column);

/* One numbered step of a schema. Steps are applied in order, each in its transaction. They are
 * written in SQLite's words; on PostgreSQL a few of them become others (migrate.c): INTEGER PRIMARY
 * KEY AUTOINCREMENT an identity of 64 bits, TEXT one that compares bytes, BLOB a BYTEA. */
struct db_migration {
    int version; /* 1, 2, 3 … without gaps */
    const char *sql;
};
struct db_schema {
    const char *module;
    const struct db_migration *migrations;
    size_t count;
};
/* Bring a module's tables to the newest version. Each module (auth, queue, state) numbers its own
 * steps; table `heddle_schema` (module, version) remembers how far each is. A database that is
 * ahead of this program is refused with the module and both versions named. */
bool db_migrate(struct db *db, const struct db_schema *schema, GError **error) MUST_CHECK;

/* Words to other processes on the same PostgreSQL (LISTEN and NOTIFY); SQLite has none.
 * db_listen() hears `channels` (ends with NULL) on a connection of its own. `heard` is called by a
 * thread of its own, which connects again when the connection is lost; a NULL text says that it
 * was, so that anything may have been missed. */
struct db_ear;
typedef void (*db_heard)(void *data, const char *channel, const char *text);
struct db_ear *db_listen(const char *url, const char *const *channels, db_heard heard, void *data,
                         GError **error) MUST_CHECK;
void db_ear_close(struct db_ear *ear); /* returns when `heard` is called no more; NULL is fine */
/* Does a db_listen() on this channel live, as far as PostgreSQL knows? False on SQLite. */
bool db_is_heard(struct db *db, const char *channel, bool *yes, GError **error) MUST_CHECK;
enum { DB_MOST_TOLD = 7900 }; /* bytes of one text */
/* Said with the commit of the transaction, or never. */
bool db_tell(struct db *db, const char *channel, const char *text, GError **error) MUST_CHECK;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(db, db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(db_rows, db_rows_free)

#endif
