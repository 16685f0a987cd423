/* infer.h -- the types of a query's columns, inferred before anything runs.
 *
 * SQLMesh makes tables with the types its optimizer infers, when it can tell all of them: SUM of a
 * DECIMAL(10, 2) stays one, ROUND gives DOUBLE, ROW_NUMBER cannot be told. These are its answers,
 * not the warehouse's (tests/cases/sql/types*.txt); they were observed for DuckDB and PostgreSQL.
 * In other dialects only casts and declared columns have a type.
 */
#ifndef HEDDLE_SQL_INFER_H
#define HEDDLE_SQL_INFER_H

#include "sql/scope.h"

/* What is known of the tables a query reads. */
struct sql_schema {
    sql_columns_of columns_of; /* GStrv of names, or NULL: nothing is known of this table */
    /* A column's type as SQL; NULL: not known. */
    const char *(*type_of)(const struct sql_table *table, const char *column, void *data);
    void *data;
};

struct sql_typed {
    const char *name;
    const char *type; /* as SQL of the dialect; NULL: cannot be told */
};

/* The columns a query gives: a GPtrArray of struct sql_typed that the arena frees, or NULL when
 * not every column has a known name. */
GPtrArray *sql_infer(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                     const struct sql_schema *schema);

#endif
