/* diff.h -- how two versions of a query differ, as far as SQLMesh's categories need it. */
#ifndef HEDDLE_SQL_DIFF_H
#define HEDDLE_SQL_DIFF_H

#include "sql/dialect.h"
#include "sql/tree.h"

enum sql_difference {
    SQL_SAME,
    SQL_PROJECTIONS_ADDED, /* only new projections, in any SELECT of the query, none of them a table
                              function (UDTF, UNNEST, EXPLODE), none before others where ORDER BY 1
                              counts them: old columns give the same rows */
    SQL_OTHERWISE,
};

enum sql_difference sql_diff(const struct sql_node *before, const struct sql_node *after,
                             const struct sql_dialect *d);

#endif
