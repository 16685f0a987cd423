/* Snowflake. */
#include "sql/dialect_int.h"

const struct sql_rules sql__snowflake = {
    .name = "snowflake",
    .folding = SQL_FOLD_UPPER,
    .quote = '"',
    .prefixes = " x ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_SLASH_COMMENT | SQLD_DOLLAR_QUOTE |
                SQLD_COLON_PATH | SQLD_BRACE_STRUCT | SQLD_STAGE | SQLD_PIVOT_QUOTES,
};
