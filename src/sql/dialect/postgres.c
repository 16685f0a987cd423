/* PostgreSQL. */
#include "sql/dialect_int.h"

const char *const sql__postgres_types[] = {SQL_COMMON_TYPES,
                                           "BOOL=BOOLEAN",
                                           "INT2=SMALLINT",
                                           "INT4=INT",
                                           "INT8=BIGINT",
                                           "REAL=REAL",
                                           "FLOAT4=REAL",
                                           "FLOAT=DOUBLE",
                                           "FLOAT8=DOUBLE",
                                           "DOUBLE PRECISION=DOUBLE",
                                           "TEXT=TEXT",
                                           "VARCHAR=VARCHAR",
                                           "CHARACTER VARYING=VARCHAR",
                                           "TIMESTAMP=TIMESTAMP",
                                           "TIMESTAMP WITHOUT TIME ZONE=TIMESTAMP",
                                           "TIMESTAMPTZ=TIMESTAMPTZ",
                                           "TIMESTAMP WITH TIME ZONE=TIMESTAMPTZ",
                                           NULL};

static const char *const says[] = {"DOUBLE=FLOAT8", NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LARGE,
    .manners = SQLM_INT_DIVISION | SQLM_ROUNDS_EVEN,
    .types = sql__postgres_types,
    .says = says,
};

const struct sql_rules sql__postgres = {
    .name = "postgres",
    .folding = SQL_FOLD_LOWER,
    .quote = '"',
    .prefixes = " e b x n u& ",
    .features = SQLD_NESTED_COMMENT | SQLD_DOLLAR_QUOTE | SQLD_QUESTION_OP,
    .common = &common,
};
