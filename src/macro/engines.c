#include "macro/macro_int.h"

#include <string.h>

#define AS(type) "CAST('%s' AS " type ")"

/* The first row is SQLMesh's own dialect, and what an unlisted one gets. */
static const struct macro_engine engines[] = {
    {"",           AS("DATE"),     AS("TIMESTAMPTZ"),                          AS("TIMESTAMPTZ"),                 AS("TIMESTAMP"),    AS("TIMESTAMP"),     "TEXT",
     NULL,                                                                                                                                                                                         NULL,                              CONCAT_CALL,  SPINE_ARRAY,     true },
    {"duckdb",     AS("DATE"),     AS("TIMESTAMPTZ"),                          AS("TIMESTAMPTZ"),                 AS("TIMESTAMP"),    AS("TIMESTAMP"),
     "TEXT",                                                                                                                                                                   NULL,               NULL,                              CONCAT_PIPES, SPINE_DUCKDB,    true },
    {"postgres",   AS("DATE"),     AS("TIMESTAMPTZ"),                          AS("TIMESTAMPTZ"),                 AS("TIMESTAMP"),    AS("TIMESTAMP"),
     "TEXT",                                                                                                                                                                   "DOUBLE PRECISION", NULL,                              CONCAT_PIPES, SPINE_POSTGRES,  false},
    {"risingwave", AS("DATE"),     AS("TIMESTAMPTZ"),                          AS("TIMESTAMPTZ"),                 AS("TIMESTAMP"),
     AS("TIMESTAMP"),                                                                                                                                      "TEXT",             "DOUBLE PRECISION", NULL,                              CONCAT_PIPES, SPINE_POSTGRES,  false},
    {"redshift",   AS("DATE"),     AS("TIMESTAMP WITH TIME ZONE"),             AS("TIMESTAMP WITH TIME ZONE"),
     AS("TIMESTAMP"),                                                                                                                 AS("TIMESTAMP"),     "VARCHAR(MAX)",     "DOUBLE PRECISION", NULL,                              CONCAT_PIPES,
     SPINE_DATEADD,                                                                                                                                                                                                                                                  true },
    {"bigquery",   AS("DATE"),     AS("TIMESTAMP"),                            AS("TIMESTAMP"),                   AS("DATETIME"),     AS("DATETIME"),
     "STRING",                                                                                                                                                                 NULL,               "TO_HEX(MD5(%s))",                 CONCAT_CALL,  SPINE_BIGQUERY,  true },
    {"snowflake",  AS("DATE"),     AS("TIMESTAMPTZ"),                          AS("TIMESTAMPTZ"),                 AS("TIMESTAMP"),
     AS("TIMESTAMP"),                                                                                                                                      "VARCHAR",          NULL,               NULL,                              CONCAT_CALL,  SPINE_SNOWFLAKE, true },
    {"databricks", AS("DATE"),     AS("TIMESTAMP"),                            AS("TIMESTAMP"),                   AS("TIMESTAMP"),    AS("TIMESTAMP"),
     "STRING",                                                                                                                                                                 NULL,               NULL,                              CONCAT_CALL,  SPINE_SPARK,     true },
    {"spark",      AS("DATE"),     AS("TIMESTAMP"),                            AS("TIMESTAMP"),                   AS("TIMESTAMP"),    AS("TIMESTAMP"),
     "STRING",                                                                                                                                                                 NULL,               NULL,                              CONCAT_CALL,  SPINE_SPARK,     false},
    {"mysql",      AS("DATE"),     "TIMESTAMP('%s')",                          "TIMESTAMP('%s')",                 AS("DATETIME"),     AS("DATETIME(6)"),
     "CHAR",                                                                                                                                                                   NULL,               NULL,                              CONCAT_CALL,  SPINE_MYSQL,     false},
    {"tsql",       AS("DATE"),     AS("DATETIMEOFFSET") " AT TIME ZONE 'UTC'",
     AS("DATETIMEOFFSET") " AT TIME ZONE 'UTC'",                                                                  AS("DATETIME2"),    AS("DATETIME2"),     "VARCHAR(MAX)",
     "FLOAT",                                                                                                                                                                                      "HASHBYTES('MD5', %s)",            CONCAT_PLUS,  SPINE_DATEADD,   false},
    {"fabric",     AS("DATE"),     AS("DATETIME2(6)") " AT TIME ZONE 'UTC'",
     AS("DATETIME2(6)") " AT TIME ZONE 'UTC'",                                                                    AS("DATETIME2(6)"), AS("DATETIME2(6)"),
     "VARCHAR(MAX)",                                                                                                                                                           "FLOAT",            "HASHBYTES('MD5', %s)",            CONCAT_PLUS,  SPINE_DATEADD,   false},
    {"trino",      AS("DATE"),     AS("TIMESTAMP WITH TIME ZONE"),             AS("TIMESTAMP(6) WITH TIME ZONE"),
     AS("TIMESTAMP"),                                                                                                                 AS("TIMESTAMP(6)"),  "VARCHAR",          "DOUBLE",           "LOWER(TO_HEX(MD5(TO_UTF8(%s))))",
     CONCAT_CAST,                                                                                                                                                                                                                                   SPINE_TRINO,     false},
    {"athena",     AS("DATE"),     AS("TIMESTAMP WITH TIME ZONE"),             AS("TIMESTAMP(6) WITH TIME ZONE"),
     AS("TIMESTAMP"),                                                                                                                 AS("TIMESTAMP(6)"),  "VARCHAR",          "DOUBLE",           "LOWER(TO_HEX(MD5(TO_UTF8(%s))))",
     CONCAT_CAST,                                                                                                                                                                                                                                   SPINE_TRINO,     false},
    {"clickhouse", "toDate('%s')", AS("DateTime64(6, 'UTC')"),                 AS("DateTime64(6, 'UTC')"),
     AS("DateTime64(6)"),                                                                                                             AS("DateTime64(6)"), "Nullable(String)", NULL,               "LOWER(HEX(MD5(%s)))",
     CONCAT_CALL,                                                                                                                                                                                                                                   SPINE_ARRAY,     true },
};

const struct macro_engine *macro__engine(const struct macro_run *run)
{
    const char *name = sql_dialect_name(run->context->dialect);
    for (size_t i = 0; i < G_N_ELEMENTS(engines); i++)
        if (strcmp(name, engines[i].dialect) == 0)
            return &engines[i];
    return &engines[0];
}
