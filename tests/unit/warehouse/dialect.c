/* Quoting, and which dialect belongs to which type of connection. */
#include "warehouse/dialect.h"
#include "sql/dialect.h"
#include "warehouse/warehouse.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

void test_names_are_quoted_as_the_engine_does(void **state)
{
    static const char *const cases[][3] = {
        {"duckdb",   "a \"b\"", "\"a \"\"b\"\"\""},
        {"postgres", "Total",   "\"Total\""      },
        {"bigquery", "a-b",     "`a-b`"          },
        {"mssql",    "a]b",     "[a]]b]"         },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *quoted =
            warehouse_quote_identifier(warehouse_dialect_find(cases[i][0]), cases[i][1]);

        assert_string_equal(quoted, cases[i][2]);
    }
}

void test_strings_are_quoted_as_the_engine_does(void **state)
{
    static const char *const cases[][3] = {
        {"duckdb",   "it's \\n", "'it''s \\n'"   },
        {"postgres", "it's",     "'it''s'"       },
        {"bigquery", "it's \\n", "'it\\'s \\\\n'"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *quoted =
            warehouse_quote_string(warehouse_dialect_find(cases[i][0]), cases[i][1]);

        assert_string_equal(quoted, cases[i][2]);
    }
}

void test_a_catalog_is_named_only_where_engines_can(void **state)
{
    const struct wire_table t = {(char *)"c", (char *)"s", (char *)"t"};
    g_autofree char *duckdb = warehouse_quote_table(warehouse_dialect_find("duckdb"), &t);
    g_autofree char *postgres = warehouse_quote_table(warehouse_dialect_find("postgres"), &t);

    (void)state;
    assert_string_equal(duckdb, "\"c\".\"s\".\"t\"");
    assert_string_equal(postgres, "\"s\".\"t\"");
}

void test_names_that_are_too_long_stay_two_names(void **state)
{
    const struct warehouse_dialect *d = warehouse_dialect_find("postgres");
    g_autofree char *same = g_strnfill(70, 'x');
    g_autofree char *one = g_strconcat(same, "1", NULL), *two = g_strconcat(same, "2", NULL);
    g_autofree char *umlauts = g_strconcat("a", "ööööööööööööööööööööööööööööööööööööö", NULL);
    g_autofree char *first = warehouse_quote_identifier(d, one);
    g_autofree char *second = warehouse_quote_identifier(d, two);
    g_autofree char *third = warehouse_quote_identifier(d, umlauts);

    (void)state;
    assert_int_equal(strlen(first), 63 + 2);
    assert_string_not_equal(first, second);
    assert_true(strlen(third) <= 63 + 2);
    assert_true(g_utf8_validate(third, -1, NULL));
}

void test_types_of_connections_have_dialects_that_can_be_read(void **state)
{
    static const char *const types[] = {
        "duckdb",   "motherduck", "postgres", "gcp_postgres", "snowflake", "bigquery",
        "redshift", "databricks", "spark",    "mysql",        "mssql",     "azuresql",
        "fabric",   "trino",      "athena",   "clickhouse",   "risingwave"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        const char *name = warehouse_dialect_name(types[i]);

        assert_non_null(name);
        assert_non_null(sql_dialect_find(name, NULL));
    }
    assert_string_equal(warehouse_dialect_name("mssql"), "tsql");
    assert_null(warehouse_dialect_name("abacus"));
}
