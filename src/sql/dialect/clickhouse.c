/* ClickHouse. Names keep their case. */
#include "sql/dialect_int.h"

const struct sql_rules sql__clickhouse = {
    .name = "clickhouse",
    .folding = SQL_FOLD_CASE,
    .quote = '"',
    .prefixes = " b x ",
    .features = SQLD_NAME_BACKSLASH | SQLD_HINTS | SQLD_BACKSLASH | SQLD_BACKTICK |
                SQLD_NESTED_COMMENT | SQLD_HASH_COMMENT | SQLD_CASE_MATTERS | SQLD_DOLLAR_QUOTE |
                SQLD_DIGIT_NAME | SQLD_BRACE_STRUCT | SQLD_UNION_LIMIT | SQLD_TERNARY,
};
