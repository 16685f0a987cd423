/* Snowflake. */
#include "sql/dialect_int.h"

static const char *const types[] = {SQL_COMMON_TYPES,
                                    "NUMBER=DECIMAL",
                                    "FLOAT=DOUBLE",
                                    "FLOAT8=DOUBLE",
                                    "DOUBLE=DOUBLE",
                                    "DOUBLE PRECISION=DOUBLE",
                                    "TEXT=TEXT",
                                    "STRING=TEXT",
                                    "VARCHAR=VARCHAR",
                                    "TIMESTAMP=TIMESTAMP",
                                    "TIMESTAMPTZ=TIMESTAMPTZ",
                                    "TIMESTAMP_TZ=TIMESTAMPTZ",
                                    "DATETIME=TIMESTAMP",
                                    "TIMESTAMP_NTZ=TIMESTAMP",
                                    "TIMESTAMPNTZ=TIMESTAMP",
                                    NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LARGE,
    .manners = SQLM_QUALIFY | SQLM_EXCLUDE | SQLM_GREATEST_NULL,
    .types = types,
};

const struct sql_rules sql__snowflake = {
    .name = "snowflake",
    .folding = SQL_FOLD_UPPER,
    .quote = '"',
    .prefixes = " x ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_SLASH_COMMENT | SQLD_DOLLAR_QUOTE |
                SQLD_COLON_PATH | SQLD_BRACE_STRUCT | SQLD_STAGE | SQLD_PIVOT_QUOTES,
    .common = &common,
};
