/* scope_int.h -- CTEs in sight, shared by tables and projections. */
#ifndef HEDDLE_SQL_SCOPE_INT_H
#define HEDDLE_SQL_SCOPE_INT_H

#include "sql/dialect_int.h"
#include "sql/scope.h"

/* The CTEs visible at a place, the nearest first. */
struct cte_scope {
    const struct cte_scope *next;
    const char *name; /* normalized */
    struct sql_node *node;
    GPtrArray *columns; /* of struct sql_projection, once they are known */
    bool recursive;     /* it sees itself */
    bool complete, busy;
};

/* The CTE a table reference names, or NULL. */
struct cte_scope *sql__cte_of(struct arena *a, const struct cte_scope *scope,
                              const struct sql_node *table, const struct sql_dialect *d);
/* The scope with one CTE more. */
struct cte_scope *sql__push_cte(struct arena *a, const struct cte_scope *scope,
                                struct sql_node *cte, const struct sql_dialect *d);
/* The normalized parts of a table's name; false when it has none (a macro, a file). */
bool sql__table_parts(struct arena *a, struct sql_node *node, const struct sql_dialect *d,
                      struct sql_table *out);
/* The name SQLMesh gives a projection: its alias, or its column's through casts and brackets;
 * NULL: none. */
const char *sql__projection_name(struct arena *a, const struct sql_node *e,
                                 const struct sql_dialect *d);
/* What a star says in EXCLUDE, REPLACE or RENAME of a column of this name, or NULL. */
const struct sql_node *sql__star_item(struct arena *a, const struct sql_node *star,
                                      enum sql_slot slot, const char *name,
                                      const struct sql_dialect *d);
/* Normalize a text that is no identifier node of its own (an alias, a CTE's name). */
char *sql__normalize_text(struct arena *a, const struct sql_node *n, const struct sql_dialect *d,
                          bool is_table);

#endif
