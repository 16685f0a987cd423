/* duckdb.c -- DuckDB, in a file, in memory and at MotherDuck. */
#include "warehouse/dialect_int.h"

/* DuckDB 1.5 knows MERGE INTO; SQLMesh 0.236 does not use it there (delete and insert). */
#define DUCKDB                                                                                     \
    .sql_dialect = "duckdb", .quote = "\"\"", .max_identifier = 65536,                             \
    .create_or_replace_table = true, .create_or_replace_view = true, .transactional_ddl = true,    \
    .comments = true, .catalogs = true, .merge = false, .bool_true = "TRUE", .text_type = "TEXT"

const struct warehouse_dialect warehouse__duckdb_dialects[] = {
    {.type = "duckdb", DUCKDB},
    {.type = "motherduck",                DUCKDB},
    {.type = NULL},
};
