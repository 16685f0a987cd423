/* Trino. */
#include "sql/dialect_int.h"

const struct sql_rules sql__trino = {
    .name = "trino",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " x u& ",
    .features = SQLD_HINTS,
};
