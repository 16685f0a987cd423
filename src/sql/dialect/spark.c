/* Apache Spark. */
#include "sql/dialect_int.h"

const char *const sql__spark_types[] = {SQL_COMMON_TYPES,
                                        "LONG=BIGINT",
                                        "SHORT=SMALLINT",
                                        "FLOAT=REAL",
                                        "REAL=REAL",
                                        "DOUBLE=DOUBLE",
                                        "STRING=TEXT",
                                        "TIMESTAMP=TIMESTAMPTZ",
                                        "TIMESTAMP_NTZ=TIMESTAMP",
                                        NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_SMALL,
    .manners = SQLM_CAST_CUTS | SQLM_CAST_NULLS,
    .types = sql__spark_types,
};

const struct sql_rules sql__spark = {
    .name = "spark",
    .folding = SQL_FOLD_NOCASE,
    .quote = '`',
    .prefixes = " r x b ",
    .features = SQLD_HINTS | SQLD_BACKSLASH | SQLD_BACKSLASH_ONLY | SQLD_DOUBLE_STRING |
                SQLD_BACKTICK | SQLD_NESTED_COMMENT | SQLD_DIGIT_NAME | SQLD_COLON_PATH |
                SQLD_PIVOT_PLAIN,
    .common = &common,
};
