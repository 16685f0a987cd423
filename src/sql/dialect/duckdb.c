/* DuckDB. */
#include "sql/dialect_int.h"

const struct sql_rules sql__duckdb = {
    .name = "duckdb",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " e b x ",
    .features = SQLD_NESTED_COMMENT | SQLD_DOLLAR_QUOTE | SQLD_BRACE_STRUCT | SQLD_PREFIX_ALIAS |
                SQLD_STRING_ALIAS,
};
