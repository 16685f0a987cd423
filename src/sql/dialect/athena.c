/* Amazon Athena: Trino for queries, Hive (with its backticks) for DDL. */
#include "sql/dialect_int.h"

const struct sql_rules sql__athena = {
    .name = "athena",
    .folding = SQL_FOLD_LOWER,
    .quote = '"',
    .prefixes = " x u& ",
    .features = SQLD_HINTS | SQLD_BACKTICK | SQLD_NESTED_COMMENT | SQLD_DIGIT_NAME,
};
