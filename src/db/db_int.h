/* db_int.h -- shared by the files of db/ alone: the table of calls an engine fills in. */
#ifndef HEDDLE_DB_DB_INT_H
#define HEDDLE_DB_DB_INT_H

#include "base/clock.h"
#include "db/db.h"

#define BUSY_SECONDS 5 /* how long another one's lock is waited for */
enum { MAX_VALUES = 64, MAX_STATEMENTS = 512 };

/* One value of a statement; strings and bytes are borrowed. */
struct db_value {
    char type; /* 's', 'i', 'r' or 'x' */
    bool null;
    union {
        const char *string;
        int64_t integer;
        double real;
        GBytes *bytes;
    };
};

struct db_statement {
    const char *sql;
    const struct db_value *values;
    int count;
};

struct db_engine {
    void (*close)(struct db *db);
    bool (*begin)(struct db *db, GError **error);
    bool (*begin_reading)(struct db *db, GError **error);
    bool (*commit)(struct db *db, GError **error);
    void (*rollback)(struct db *db);
    bool (*run)(struct db *db, const struct db_statement *s, int64_t *changed, GError **error);
    bool (*script)(struct db *db, const char *sql, GError **error);
    struct db_rows *(*query)(struct db *db, const struct db_statement *s, GError **error);
    bool (*next)(struct db_rows *rows, GError **error);
    void (*rows_free)(struct db_rows *rows);
    const char *(*string)(const struct db_rows *rows, int column);
    int64_t (*integer)(const struct db_rows *rows, int column);
    double (*real)(const struct db_rows *rows, int column);
    bool (*is_null)(const struct db_rows *rows, int column);
    GBytes *(*bytes)(const struct db_rows *rows, int column);
    int64_t (*now_ms)(const struct db *db);
};

/* First member of an engine's own structs. */
struct db {
    const struct db_engine *engine;
    bool is_postgres;
};

struct db_rows {
    const struct db_engine *engine;
};

struct db *db__open_sqlite(const char *path, bool alone, GError **error) MUST_CHECK;
struct db *db__open_postgres(const char *url, GError **error) MUST_CHECK;
/* Take a module's steps up to a version, inside the caller's transaction; *version: reached. */
bool db__take_steps(struct db *db, const struct db_schema *schema, int64_t upto, int64_t *version,
                    GError **error) MUST_CHECK;

/* catalog.c */
#define DB_VERSIONS "heddle_schema" /* the table of the modules' versions */
struct db_column {
    char *name;
    char type;       /* as in struct db_value */
    bool is_counted; /* the database gives the numbers, and no number twice */
};
/* Names of our tables, in order. */
GPtrArray *db__tables(struct db *db, GError **error) MUST_CHECK;
/* Of struct db_column; empty for a table that is not there. */
GPtrArray *db__columns(struct db *db, const char *table, GError **error) MUST_CHECK;
const struct db_column *db__counted(const GPtrArray *columns); /* or NULL */
/* PostgreSQL's sequence of a counted column; g_free(). */
char *db__sequence(struct db *db, const char *table, const char *column, GError **error) MUST_CHECK;
bool db__set_next_id(struct db *db, const char *table, const GPtrArray *columns, int64_t next,
                     GError **error) MUST_CHECK;
/* The one number of a query; 0 without a row. */
bool db__number(struct db *db, const char *sql, int64_t *number, GError **error) MUST_CHECK;

/* An error with the engine's words and the start of the statement. */
void db__refuse(GError **error, int code, const char *words, const char *sql);

#endif
