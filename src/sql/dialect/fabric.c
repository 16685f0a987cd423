/* Microsoft Fabric Warehouse: T-SQL whose names keep their case. */
#include "sql/dialect_int.h"

const struct sql_rules sql__fabric = {
    .name = "fabric",
    .folding = SQL_FOLD_CASE,
    .quote = '[',
    .prefixes = " n ",
    .features = SQLD_HINTS | SQLD_BRACKET_NAME | SQLD_HASH_NAME | SQLD_NESTED_COMMENT |
                SQLD_STRING_ALIAS | SQLD_RECURSIVE_CTE,
};
