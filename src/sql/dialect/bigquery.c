/* Google BigQuery. Names of columns and CTEs ignore case, names of tables do not. */
#include "sql/dialect_int.h"

static const char *const types[] = {
    SQL_COMMON_TYPES, "BOOL=BOOLEAN",       "INT64=BIGINT",          "FLOAT64=DOUBLE",
    "STRING=TEXT",    "DATETIME=TIMESTAMP", "TIMESTAMP=TIMESTAMPTZ", NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_SMALL,
    .manners = SQLM_DOUBLES | SQLM_TRIMS_ALL | SQLM_GREATEST_NULL | SQLM_QUALIFY | SQLM_EXCLUDE,
    .types = types,
};

const struct sql_rules sql__bigquery = {
    .name = "bigquery",
    .folding = SQL_FOLD_NOCASE,
    .tables_keep_case = true,
    .quote = '`',
    .prefixes = " r b rb br ",
    .features = SQLD_NAME_BACKSLASH | SQLD_HINTS | SQLD_IMPLICIT_UNNEST | SQLD_BACKSLASH |
                SQLD_BACKSLASH_ONLY | SQLD_DOUBLE_STRING | SQLD_BACKTICK | SQLD_HASH_COMMENT |
                SQLD_TRIPLE_QUOTE | SQLD_DASH_TABLE | SQLD_PIVOT_PREFIX,
    .common = &common,
};
