/* MySQL. */
#include "sql/dialect_int.h"

const struct sql_rules sql__mysql = {
    .name = "mysql",
    .folding = SQL_FOLD_CASE,
    .quote = '`',
    .prefixes = " n b x ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_DOUBLE_STRING | SQLD_BACKTICK |
                SQLD_HASH_COMMENT | SQLD_DIGIT_NAME | SQLD_AND_AND | SQLD_STRING_ALIAS,
};
