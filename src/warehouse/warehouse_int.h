/* warehouse_int.h -- what the files of src/warehouse/ share: an open connection, a driver's table,
 * one call of the engine.
 *
 * Every use of a driver stands between warehouse__enter() and warehouse__leave(): that is what
 * warehouse_cancel() looks at. Rows that are open count as something that runs, too.
 */
#ifndef HEDDLE_WAREHOUSE_WAREHOUSE_INT_H
#define HEDDLE_WAREHOUSE_WAREHOUSE_INT_H

#include "warehouse/dialect.h"
#include "warehouse/warehouse.h"

#include <adbc.h>
#include <pthread.h>

/* What an engine's words mean: the first row that fits counts. NULL fits all. */
struct complaint {
    const char *begins, *contains;
    int code; /* enum error_code */
};

/* One engine: where its driver is and what ADBC leaves open. */
struct driver {
    const char *type;            /* connection type */
    const char *library, *entry; /* shared object and its AdbcDriverInitFunc */
    const char *version_sql, *catalog_sql;
    const char *may_create_sql;    /* 1 when the login may make anything, else 0; NULL: not told */
    const char *temporary_schema;  /* in which temporary tables are named */
    const char *const *parameters; /* what a connection may say, NULL-terminated */
    const struct complaint *complaints;
    bool count_in_rows; /* a statement may give the number of changed rows as its only row */
    bool commit_hides;  /* COMMIT of a failed transaction succeeds and does nothing */
    /* Options of the database, before it is opened. */
    bool (*prepare)(struct warehouse *w, const json_t *connection, GError **error);
    /* What is said to a new connection. */
    bool (*greet)(struct warehouse *w, const json_t *connection, GError **error);
    /* How this query is to be read; may be NULL. */
    bool (*tune)(struct warehouse *w, struct AdbcStatement *s, const char *sql, GError **error);
    /* Fill `columns`; false without an error when there is no such table. */
    bool (*columns)(struct warehouse *w, const struct wire_table *table, GPtrArray *columns,
                    GError **error);
    /* What of this name there is; false without an error when that is not told this way. */
    bool (*object)(struct warehouse *w, const struct wire_table *table, enum warehouse_object *what,
                   GError **error);
    /* The engine's own words in a message of its driver: may move *words and cut it. */
    void (*trim)(char **words);
};

extern const struct driver warehouse__duckdb, warehouse__postgres;

struct warehouse {
    const struct driver *driver;
    const struct warehouse_dialect *dialect;
    struct AdbcDriver adbc;
    struct AdbcDatabase database;
    struct AdbcConnection connection;
    char *comment, *session;
    char *catalog; /* the default one, once it was asked for */
    char *user;    /* whose rights count, for advice; or NULL */
    bool in_transaction, transaction_failed;
    bool comments; /* are to be registered */
    GList *rows;   /* of struct warehouse_rows *: still open */
    pthread_mutex_t lock;
    pthread_cond_t left;
    uint64_t calls; /* how often a thread went in */
    bool inside;    /* a thread is in the driver */
    bool reading;   /* rows are open */
    bool cancelled; /* what runs was told to stop */
};

/* driver.c */
const struct driver *warehouse__driver_find(const char *type, GError **error);
/* Load the driver's shared object and let it fill in w->adbc. */
bool warehouse__driver_load(struct warehouse *w, GError **error);

/* cancel.c */
bool warehouse__enter(struct warehouse *w, GError **error); /* false when it was cancelled */
void warehouse__leave(struct warehouse *w);
void warehouse__set_reading(struct warehouse *w, bool reading);
bool warehouse__was_cancelled(struct warehouse *w);

/* advice.c: hint at what helps against these words of the engine: a GRANT, a setting. */
void warehouse__advise(const struct warehouse *w, const char *words, const char *sql,
                       GError **error);

/* error.c: `e` is released; sql NULL: it is not to be shown (it may hold secrets). */
void warehouse__fail(struct warehouse *w, AdbcStatusCode status, struct AdbcError *e,
                     const char *sql, GError **error);
void warehouse__fail_stream(struct warehouse *w, struct ArrowArrayStream *stream, const char *sql,
                            GError **error);
void warehouse__fail_cancelled(const char *sql, GError **error);

/* adbc.c */
bool warehouse__set_database(struct warehouse *w, const char *option, const char *value,
                             GError **error);
bool warehouse__set_statement(struct warehouse *w, struct AdbcStatement *s, const char *option,
                              const char *value, GError **error);

/* One statement that was started, between enter and leave. Zeroed, it can be ended. */
struct run {
    struct AdbcStatement statement;
    struct ArrowArrayStream stream; /* no release when rows were not wanted */
    int64_t rows;                   /* as the driver says: -1 unknown */
};
bool warehouse__start(struct warehouse *w, const char *sql, bool wants_rows, struct run *run,
                      GError **error);
void warehouse__end(struct warehouse *w, struct run *run);
/* For statements of a connection's set-up: an error does not show them. */
bool warehouse__say(struct warehouse *w, const char *sql, GError **error);

/* rows.c: what warehouse_close() does to rows that are still open. */
void warehouse__rows_abandon(struct warehouse_rows *r);
/* The one text a query gives; NULL without an error when it is NULL or no row. */
char *warehouse__text(struct warehouse *w, const char *sql, GError **error);

/* columns.c */
/* Add one column for each row of a query of names and types. */
bool warehouse__columns_from(struct warehouse *w, const char *sql, GPtrArray *columns,
                             GError **error);

/* duckdb_attach.c: attach each of an object of catalogs; the first becomes the default. */
bool warehouse__duckdb_attach(struct warehouse *w, const json_t *catalogs, GError **error);

/* parameters.c: connection parameters, which come from YAML or as texts from the environment. */
bool warehouse__parameters_check(const struct driver *d, const json_t *connection, GError **error);
char *warehouse__parameter(const json_t *connection, const char *name); /* text or NULL; g_free() */
/* A parameter that is an object or array, or a text that is its JSON. New reference or NULL. */
json_t *warehouse__parameter_json(const json_t *connection, const char *name, GError **error);
bool warehouse__is_true(const json_t *value);

#endif
