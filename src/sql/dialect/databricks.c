/* Databricks. */
#include "sql/dialect_int.h"

const struct sql_rules sql__databricks = {
    .name = "databricks",
    .folding = SQL_FOLD_NOCASE,
    .quote = '`',
    .prefixes = " r x b ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_BACKSLASH_ONLY | SQLD_DOUBLE_STRING |
                SQLD_BACKTICK | SQLD_NESTED_COMMENT | SQLD_DIGIT_NAME | SQLD_COLON_PATH |
                SQLD_DOLLAR_QUOTE | SQLD_PIVOT_PLAIN,
};
