/* SQLMesh's own dialect, for models that name none. */
#include "sql/dialect_int.h"

const struct sql_rules sql__base = {
    .name = "base",
    .folding = SQL_FOLD_LOWER,
    .quote = '"',
    .prefixes = " b x n e r u& ",
    .features = SQLD_HINTS,
};
