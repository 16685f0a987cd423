/* lineage_int.h -- sources and places, shared by the files of lineage; for src/sql/ only. */
#ifndef HEDDLE_SQL_LINEAGE_INT_H
#define HEDDLE_SQL_LINEAGE_INT_H

#include "sql/lineage.h"
#include "sql/scope_int.h"

enum { MAX_OUTPUTS = 20000, MAX_ORIGINS = 2000, MAX_LINEAGE_DEPTH = 1000 };

/* What a query or a source gives: struct sql_output. */
struct line_columns {
    GPtrArray *list;
    bool known; /* these are all */
};

/* Something in FROM. */
struct line_source {
    struct line_source *next;
    const char *name; /* NULL: none */
    struct line_columns columns;
    const struct sql_table *table; /* of a table */
    GPtrArray *through;            /* what any column of a table function comes from, or NULL */
    const struct sql_node *join;   /* the JOIN it stands in, or NULL */
    bool hidden;                   /* from *: the right side of a SEMI or ANTI join */
};

struct line_cte {
    const struct line_cte *next;
    const char *name;
    struct line_columns columns;
};

/* A name joined by USING or NATURAL, and the sources that have it. */
struct line_merged {
    struct line_merged *next;
    const char *name;
    GPtrArray *sources; /* of struct line_source */
};

/* Names of a lambda. */
struct line_bound {
    const struct line_bound *next;
    const char *name;
};

/* The place an expression stands at: a SELECT. */
struct line_place {
    const struct line_place *outer;
    struct line_source *first, *last;
    struct line_merged *merged;
    const struct line_bound *bound;
    GPtrArray *given;  /* of struct sql_output: projections so far */
    GPtrArray *values; /* the same of ClickHouse's WITH value AS name; NULL: none */
    const struct line_cte *ctes;
    enum sql_slot clause;
};

struct line {
    struct arena *arena;
    const struct sql_dialect *dialect;
    const struct sql_schema *schema;
    GPtrArray *references; /* of struct sql_reference, or NULL */
    GHashTable *origins;   /* each struct sql_origin once */
    bool expands;          /* stars are replaced in the tree */
    unsigned expanded, depth;
};

/* lineage.c: columns */
GPtrArray *sql__line_array(struct line *l);
struct sql_output *sql__line_add(struct line *l, struct line_columns *to, const char *name,
                                 const struct sql_node *expression);
/* Add origins that are not there yet. */
void sql__line_take(struct sql_output *out, const GPtrArray *origins, bool complete);
const struct sql_origin *sql__line_origin(struct line *l, const struct sql_table *t,
                                          const char *name);
/* The columns of a query, whose outer place and CTEs in sight are given. */
struct line_columns sql__line_query(struct line *l, struct sql_node *query,
                                    const struct line_place *outer, const struct line_cte *ctes);

/* lineage_from.c */
void sql__line_from(struct line *l, struct line_place *p, struct sql_node *select);
void sql__line_star(struct line *l, struct line_place *p, struct sql_node *select,
                    struct sql_node *star, struct line_columns *out);

/* lineage_pivot.c: the source has the columns that a PIVOT or UNPIVOT of it gives. */
void sql__line_pivot(struct line *l, struct line_source *s, struct sql_node *pivot);

/* lineage_expr.c: what an expression is made of, into `out`. */
void sql__line_expression(struct line *l, const struct line_place *p, struct sql_node *n,
                          struct sql_output *out);
/* What a column of this name is made of in one source; false: it has none. */
bool sql__line_column_of(struct line *l, struct line_source *s, const char *name,
                         struct sql_output *out);
bool sql__line_may_have(const struct line_source *s, const char *name);

#endif
