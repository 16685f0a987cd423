/* Microsoft SQL Server. */
#include "sql/dialect_int.h"

const struct sql_rules sql__tsql = {
    .name = "tsql",
    .folding = SQL_FOLD_NOCASE,
    .quote = '[',
    .prefixes = " n ",
    .features = SQLD_HINTS | SQLD_BRACKET_NAME | SQLD_HASH_NAME | SQLD_NESTED_COMMENT |
                SQLD_STRING_ALIAS | SQLD_RECURSIVE_CTE,
};
