/* Amazon Redshift. */
#include "sql/dialect_int.h"

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LARGE,
    .manners = SQLM_INT_DIVISION | SQLM_AVG_CUTS | SQLM_QUALIFY,
    .types = sql__postgres_types,
};

const struct sql_rules sql__redshift = {
    .name = "redshift",
    .folding = SQL_FOLD_NOCASE,
    .quote = '"',
    .prefixes = " e b x n u& ",
    .features = SQLD_HASH_NAME | SQLD_HINTS | SQLD_IMPLICIT_UNNEST | SQLD_NESTED_COMMENT |
                SQLD_DOLLAR_QUOTE | SQLD_BACKSLASH,
    .common = &common,
};
