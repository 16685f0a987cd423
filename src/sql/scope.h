/* scope.h -- what a query reads and what it gives.
 *
 * A table reference that names a CTE in scope, an alias or a lateral column is no table. Unquoted
 * identifiers are normalized by the dialect; results are normalized names.
 */
#ifndef HEDDLE_SQL_SCOPE_H
#define HEDDLE_SQL_SCOPE_H

#include "sql/dialect.h"
#include "sql/tree.h"

/* A table read by a query: normalized parts (catalog and schema may be NULL) and the node. */
struct sql_table {
    const char *catalog, *schema, *name;
    struct sql_node *node; /* the SQL_TABLE */
};

/* Normalize an identifier node's text by the dialect: quoted stays, unquoted is folded. */
char *sql_normalize(struct arena *a, const struct sql_node *identifier,
                    const struct sql_dialect *d);
/* Every SQL_TABLE read anywhere in the query that is no CTE; in order of appearance, duplicates
 * kept. A GPtrArray of struct sql_table in the arena; free the array with g_ptr_array_unref(). */
GPtrArray *sql_tables(struct arena *a, struct sql_node *query, const struct sql_dialect *d);

/* Rename tables: for each table read, `rename` may return the replacement parts (a SQL_TABLE made
 * in the arena, without alias) or NULL to leave it. The old name stays visible as an alias when the
 * reference had none, so that qualified columns still resolve. */
typedef struct sql_node *(*sql_renamer)(const struct sql_table *table, void *data);
void sql_rename_tables(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                       sql_renamer rename, void *data);

/* One column a query gives: its normalized output name (NULL when it has none), the expression,
 * and the type when a cast says it (else NULL). */
struct sql_projection {
    const char *name;
    struct sql_node *expression;
    const struct sql_node *type; /* SQL_TYPE, from CAST(… AS type) at the top */
};
/* The projections of a query's first SELECT (left-most of a set operation; through CTEs and
 * brackets for `*` where the columns are known in the query itself or by `columns_of`, which may be
 * NULL and returns a GStrv of column names or NULL). *complete is false when a `*` stays. */
typedef char **(*sql_columns_of)(const struct sql_table *table, void *data);
GPtrArray *sql_projections(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                           sql_columns_of columns_of, void *data, bool *complete);

#endif
