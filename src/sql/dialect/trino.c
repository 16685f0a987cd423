/* Trino. */
#include "sql/dialect_int.h"

static const char *const types[] = {SQL_COMMON_TYPES,
                                    "REAL=REAL",
                                    "DOUBLE=DOUBLE",
                                    "VARCHAR=VARCHAR",
                                    "TIMESTAMP WITH TIME ZONE=TIMESTAMPTZ",
                                    NULL};

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LAST,
    .manners = SQLM_INT_DIVISION | SQLM_TRIMS_ALL | SQLM_GREATEST_NULL,
    .types = types,
};

const struct sql_rules sql__trino = {
    .name = "trino",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " x u& ",
    .features = SQLD_HINTS,
    .common = &common,
};
