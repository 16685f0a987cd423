/* pivot.h -- the columns that PIVOT and UNPIVOT make of a source's; for src/sql/ only.
 *
 * PIVOT gives the source's columns that it does not name (or those of its GROUP BY), then a column
 * for each value and aggregate. UNPIVOT gives the columns it does not name, then the names and the
 * values.
 */
#ifndef HEDDLE_SQL_PIVOT_H
#define HEDDLE_SQL_PIVOT_H

#include "sql/dialect_int.h"
#include "sql/tree.h"

/* A column that was not there before. */
struct pivot_column {
    const char *name;      /* normalized */
    struct sql_node *from; /* its value is made of the columns in this; NULL: of none */
};

struct pivot {
    bool known;                  /* false: what it makes depends on rows, or is not understood */
    GPtrArray *gone;             /* of char *: columns of the source that it takes */
    GPtrArray *kept;             /* of char *: with GROUP BY, those that stay; else NULL */
    GPtrArray *made;             /* of struct pivot_column */
    struct sql_node *list, *key; /* PIVOT: what stands before and behind FOR */
};

/* Everything is in the arena. */
void sql__pivot_read(struct arena *a, struct sql_node *pivot, const struct sql_dialect *d,
                     struct pivot *out);
bool sql__pivot_keeps(const struct pivot *p, const char *column);

#endif
