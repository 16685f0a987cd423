/* postgres.c -- PostgreSQL and what speaks its protocol. */
#include "warehouse/dialect_int.h"

static const char *const type_words[] = {
    "DOUBLE",   "DOUBLE PRECISION", "TINYINT",       "SMALLINT",  "INT1",
    "SMALLINT", "STRING",           "TEXT",          "LONGTEXT",  "TEXT",
    "NVARCHAR", "VARCHAR",          "BLOB",          "BYTEA",     "BINARY",
    "BYTEA",    "VARBINARY",        "BYTEA",         "NUMBER",    "DECIMAL",
    "DATETIME", "TIMESTAMP",        "TIMESTAMP_NTZ", "TIMESTAMP", NULL,
};

/* A view can be replaced only by one with the same columns first; a table not at all. */
#define POSTGRES                                                                                   \
    .quote = "\"\"", .max_identifier = 63, .create_or_replace_table = false,                       \
    .create_or_replace_view = true, .transactional_ddl = true, .comments = true,                   \
    .type_words = type_words, .catalogs = false, .advisory_locks = true, .view_binding = true,     \
    .bool_true = "TRUE", .text_type = "TEXT"

const struct warehouse_dialect warehouse__postgres_dialects[] = {
    {.type = "postgres", .sql_dialect = "postgres", POSTGRES, .merge = true},
    {.type = "gcp_postgres",          .sql_dialect = "postgres", POSTGRES, .merge = true},
    {.type = NULL                 },
};
