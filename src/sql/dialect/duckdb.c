/* DuckDB. */
#include "sql/dialect_int.h"

static const char *const types[] = {SQL_COMMON_TYPES,
                                    "BOOL=BOOLEAN",
                                    "INT2=SMALLINT",
                                    "INT4=INT",
                                    "INT8=BIGINT",
                                    "REAL=REAL",
                                    "FLOAT4=REAL",
                                    "FLOAT=REAL",
                                    "FLOAT8=DOUBLE",
                                    "DOUBLE=DOUBLE",
                                    "TEXT=TEXT",
                                    "VARCHAR=TEXT",
                                    "STRING=TEXT",
                                    "TIMESTAMP=TIMESTAMP",
                                    "DATETIME=TIMESTAMP",
                                    "TIMESTAMPTZ=TIMESTAMPTZ",
                                    "TIMESTAMP WITH TIME ZONE=TIMESTAMPTZ",
                                    NULL};

static const char *const says[] = {"VARCHAR=TEXT", NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LAST,
    .manners = SQLM_QUALIFY | SQLM_EXCLUDE | SQLM_TRY_CAST,
    .types = types,
    .says = says,
};

const struct sql_rules sql__duckdb = {
    .name = "duckdb",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " e b x ",
    .features = SQLD_NESTED_COMMENT | SQLD_DOLLAR_QUOTE | SQLD_BRACE_STRUCT | SQLD_PREFIX_ALIAS |
                SQLD_STRING_ALIAS,
    .common = &common,
};
