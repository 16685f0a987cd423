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

struct db *db__open_sqlite(const char *path, GError **error) MUST_CHECK;
struct db *db__open_postgres(const char *url, GError **error) MUST_CHECK;
/* An error with the engine's words and the start of the statement. */
void db__refuse(GError **error, int code, const char *words, const char *sql);

#endif
