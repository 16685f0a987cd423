/* Databricks. */
#include "sql/dialect_int.h"

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_SMALL,
    .manners = SQLM_CAST_CUTS | SQLM_QUALIFY | SQLM_EXCLUDE,
    .types = sql__spark_types,
};

const struct sql_rules sql__databricks = {
    .name = "databricks",
    .folding = SQL_FOLD_NOCASE,
    .quote = '`',
    .prefixes = " r x b ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_BACKSLASH_ONLY | SQLD_DOUBLE_STRING |
                SQLD_BACKTICK | SQLD_NESTED_COMMENT | SQLD_DIGIT_NAME | SQLD_COLON_PATH |
                SQLD_DOLLAR_QUOTE | SQLD_PIVOT_PLAIN,
    .common = &common,
};
