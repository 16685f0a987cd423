/* fuzz.h -- what the targets share. Each target gives LLVMFuzzerTestOneInput(); libFuzzer or
 * standalone.c gives main(). The first byte of an input chooses the dialect, 'a' the first. */
#ifndef HEDDLE_TESTS_FUZZ_H
#define HEDDLE_TESTS_FUZZ_H

#include "sql/dialect.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const fuzz_dialects[] = {
    "",         "athena",   "bigquery",   "clickhouse", "databricks", "duckdb", "fabric", "mysql",
    "postgres", "redshift", "risingwave", "snowflake",  "spark",      "trino",  "tsql",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const struct sql_dialect *fuzz_dialect(uint8_t first)
{
    unsigned n = G_N_ELEMENTS(fuzz_dialects);

    return sql_dialect_find(fuzz_dialects[(first + n - 'a' % n) % n], NULL);
}

/* A find: what is wrong and the input; the process ends. */
void fuzz_found(const char *what, const char *text, size_t len, const struct sql_dialect *d);

#endif
