/* lineage.h -- which source a column of a query belongs to, and which columns of which tables the
 * columns that a query gives are made of.
 *
 * A column belongs to the one source of its FROM that has it; a source whose columns are not known
 * may have any. A CTE hides a table of its name, an inner one hides an outer one, and the names of
 * a lambda hide columns. A subquery sees the query around it; one in FROM does so when it is
 * LATERAL, and so do functions and UNNEST. A column joined by USING or NATURAL belongs to both
 * sides. Names of projections are seen behind them, and first of all in ORDER BY. A PIVOT's columns
 * are made of its aggregates, an UNPIVOT's of the columns it takes, those of ClickHouse's WITH
 * value AS name of the value.
 *
 * Everything is in the arena, arrays included; names are normalized as in scope.h. Macros are not
 * expanded here: a column that one may stand for is not complete.
 */
#ifndef HEDDLE_SQL_LINEAGE_H
#define HEDDLE_SQL_LINEAGE_H

#include "sql/infer.h"

enum sql_belongs {
    SQL_TO_NOTHING, /* no source has it, several may, or a macro names it */
    SQL_TO_SOURCE,  /* to a source of its own query's FROM */
    SQL_TO_OUTER,   /* to one of a query around it: it is correlated */
    SQL_TO_ALIAS,   /* it names a projection */
};

/* One place in a query that names a column. One of USING gives a reference for each side. */
struct sql_reference {
    const struct sql_node *node; /* the SQL_COLUMN */
    const char *column;
    const char *source;            /* the name its source has in FROM, or NULL */
    const struct sql_table *table; /* when the source is a table, else NULL */
    enum sql_belongs belongs;
    enum sql_slot clause; /* of the SELECT, SLOT_ON for a join's condition */
};

/* A column of a table; "*" says that it is some column nobody knows. */
struct sql_origin {
    const struct sql_table *table;
    const char *column;
};

/* One column a query gives. */
struct sql_output {
    const char *name; /* NULL: it has none, or it is a * that stays */
    const struct sql_node *expression;
    GPtrArray *origins; /* of struct sql_origin, in order of appearance, each once */
    bool complete;      /* these are all */
};

/* References of a query and its subqueries; within one SELECT in the order of its clauses. `schema`
 * says which columns tables have; its call-back may be NULL. A GPtrArray of struct sql_reference.
 */
GPtrArray *sql_references(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                          const struct sql_schema *schema);
/* The columns a query gives, * expanded where it can be: through CTEs, subqueries and set
 * operations (whose terms are taken together by place, or by name). A GPtrArray of struct
 * sql_output. */
GPtrArray *sql_lineage(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                       const struct sql_schema *schema);
/* Replace every `*` of the query's SELECTs whose columns are known by those columns. Returns how
 * many were replaced. */
unsigned sql_expand_stars(struct arena *a, struct sql_node *query, const struct sql_dialect *d,
                          const struct sql_schema *schema);

#endif
