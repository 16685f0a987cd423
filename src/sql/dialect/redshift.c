/* Amazon Redshift. */
#include "sql/dialect_int.h"

const struct sql_rules sql__redshift = {
    .name = "redshift",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " e b x n u& ",
    .features = SQLD_HASH_NAME | SQLD_HINTS | SQLD_IMPLICIT_UNNEST | SQLD_NESTED_COMMENT |
                SQLD_DOLLAR_QUOTE | SQLD_BACKSLASH,
};
