/* warehouse.h -- one connection to a warehouse: one table of calls over ADBC drivers (and REST
 * ones), and what each engine's DDL and DML look like.
 *
 * Drivers are shared objects that only a worker loads: found by the table in driver.c, in the
 * folders HEDDLE_DRIVERS (colon-separated), then $prefix/lib/heddle beside the executable, then
 * the build cache. A gateway type without a driver is ERROR_NOT_FOUND and says which types are
 * there. Results travel as Arrow (arrow.h). Threads  one thread at a time, except
 * warehouse_cancel(). Errors   domain warehouse_error(); the message holds the warehouse's own
 * words and, behind "statement: ", the statement. ERROR_UNAVAILABLE: the connection is lost;
 * ERROR_BUSY: a DuckDB file held by another process; ERROR_CANCELLED; ERROR_DENIED: login or
 * rights.
 */
#ifndef HEDDLE_WAREHOUSE_WAREHOUSE_H
#define HEDDLE_WAREHOUSE_WAREHOUSE_H

#include "base/json.h"
#include "wire/messages.h"

ERROR_DOMAIN(warehouse)

typedef struct warehouse warehouse;
typedef struct warehouse_rows warehouse_rows;

/* `type` is SQLMesh's connection type, `connection` its parameters (object, lower-case names). */
struct warehouse *warehouse_open(const char *type, const json_t *connection,
                                 GError **error) MUST_CHECK;
void warehouse_close(struct warehouse *w); /* NULL is fine */
/* Stop what runs; any thread. What ran ends with ERROR_CANCELLED. */
void warehouse_cancel(struct warehouse *w);
/* Facts for the control plane: version text, default catalog. g_free(). */
char *warehouse_version(struct warehouse *w, GError **error) MUST_CHECK;
char *warehouse_default_catalog(struct warehouse *w, GError **error) MUST_CHECK;
/* May the login make anything? Asked, not tried. false with *error: it may not, and what would help
 * (ERROR_DENIED). Engines that cannot be asked say true. */
bool warehouse_may_create(struct warehouse *w, GError **error) MUST_CHECK;
/* What the server calls this connection ("PostgreSQL backend 4242"), for those who look from its
 * side; NULL when it has no name for it. */
const char *warehouse_session(const struct warehouse *w);
/* A comment put in front of every statement from now on (a plan's or run's id); NULL: none. */
void warehouse_set_comment(struct warehouse *w, const char *comment);

/* Run a statement (on DuckDB also several, one after the other: the last one's rows count).
 * Free the rows of a query first: PostgreSQL answers one at a time. `rows` (may be NULL) gets the
 * number of rows it changed, -1 when unknown. */
bool warehouse_execute(struct warehouse *w, const char *sql, int64_t *rows,
                       GError **error) MUST_CHECK;
bool warehouse_begin(struct warehouse *w, GError **error) MUST_CHECK;
bool warehouse_begin_reading(struct warehouse *w, GError **error) MUST_CHECK; /* refuses writes */
bool warehouse_commit(struct warehouse *w, GError **error) MUST_CHECK;
void warehouse_rollback(struct warehouse *w);

/* A query, read row by row. Values come as texts in one form on every engine (docs/internals/
 * warehouse.md); NULL is NULL. */
struct warehouse_rows *warehouse_query(struct warehouse *w, const char *sql,
                                       GError **error) MUST_CHECK;
int warehouse_width(const struct warehouse_rows *r);
const char *warehouse_column_name(const struct warehouse_rows *r, int column);
const char *warehouse_column_type(const struct warehouse_rows *r, int column);
/* To the next row: false at the end or on an error (tell them apart by *error). */
bool warehouse_next(struct warehouse_rows *r, GError **error);
const char *warehouse_value(const struct warehouse_rows *r, int column); /* until the next row */
/* The value as JSON: numbers (while they lose no digit) and booleans as such, lists and structs as
 * arrays and objects, the rest as strings. A new reference. */
json_t *warehouse_value_json(const struct warehouse_rows *r, int column);
void warehouse_rows_free(struct warehouse_rows *r);
/* The one number a query gives. */
bool warehouse_number(struct warehouse *w, const char *sql, int64_t *value,
                      GError **error) MUST_CHECK;

/* Rows of texts into a table that exists (seeds), by Arrow; the engine casts. `values` are
 * rows * width texts, NULL for null; columns are names. */
struct warehouse_batch {
    const struct wire_table *table;
    const char *const *columns;
    int width;
    GPtrArray *values; /* of const char * */
};
bool warehouse_ingest(struct warehouse *w, const struct warehouse_batch *batch,
                      GError **error) MUST_CHECK;

/* Columns of a table or view in order: a GPtrArray of struct warehouse_column; NULL without an
 * error when there is no such table. */
struct warehouse_column {
    char *name, *type;
};
bool warehouse_columns(struct warehouse *w, const struct wire_table *table, GPtrArray **columns,
                       GError **error) MUST_CHECK;

/* What of this name there is. Outside a transaction DuckDB looks at this one name; inside one it
 * goes through all there are, because a name that is missing would end the transaction. */
enum warehouse_object { OBJECT_NONE, OBJECT_TABLE, OBJECT_VIEW };
bool warehouse_object(struct warehouse *w, const struct wire_table *table,
                      enum warehouse_object *what, GError **error) MUST_CHECK;

/* What this engine's DDL and DML look like; see dialect.h. */
const struct warehouse_dialect *warehouse_dialect(const struct warehouse *w);
/* Does the connection want descriptions as comments (SQLMesh's register_comments)? */
bool warehouse_registers_comments(const struct warehouse *w);
/* Can this type be opened here? Type names with a driver, NULL-terminated; g_strfreev(). */
char **warehouse_types_available(void);
/* Load the driver of a type, which stays loaded: can it be? */
bool warehouse_has_driver(const char *type, GError **error) MUST_CHECK;
/* SQLMesh's dialect of a connection type ("postgres" for "postgres", …) or NULL. */
const char *warehouse_dialect_name(const char *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(warehouse, warehouse_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(warehouse_rows, warehouse_rows_free)

#endif
