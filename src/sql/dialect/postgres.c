/* PostgreSQL. */
#include "sql/dialect_int.h"

const struct sql_rules sql__postgres = {
    .name = "postgres",
    .folding = SQL_FOLD_LOWER,
    .quote = '"',
    .prefixes = " e b x n u& ",
    .features = SQLD_NESTED_COMMENT | SQLD_DOLLAR_QUOTE | SQLD_QUESTION_OP,
};
