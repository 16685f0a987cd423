/* RisingWave, PostgreSQL's relative for streams. */
#include "sql/dialect_int.h"

static const struct sql_common common = {
    .nulls = SQL_NULLS_ARE_LARGE,
    .manners = SQLM_INT_DIVISION | SQLM_ROUNDS_EVEN,
    .types = sql__postgres_types,
};

const struct sql_rules sql__risingwave = {
    .name = "risingwave",
    .folding = SQL_FOLD_LOWER,
    .quote = '"',
    .prefixes = " e b x n u& ",
    .features = SQLD_NESTED_COMMENT | SQLD_DOLLAR_QUOTE | SQLD_QUESTION_OP,
    .common = &common,
};
