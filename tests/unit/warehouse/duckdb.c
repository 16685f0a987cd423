/* Real DuckDB: values of all types, rows changed, errors, columns and objects. */
#include "duckdb_test.h"

void test_values_of_every_type_have_one_text(void **state)
{
    static const char *const cases[][2] = {
        {"CAST(-7 AS TINYINT)",                                 "-7"                                      },
        {"CAST(200 AS UTINYINT)",                               "200"                                     },
        {"9223372036854775807",                                 "9223372036854775807"                     },
        {"CAST(18446744073709551615 AS UBIGINT)",               "18446744073709551615"                    },
        {"SUM(5)",                                              "5"                                       },
        {"0.1::DOUBLE",                                         "0.1"                                     },
        {"3::DOUBLE",                                           "3.0"                                     },
        {"1e300::DOUBLE",                                       "1e+300"                                  },
        {"0.1::FLOAT",                                          "0.1"                                     },
        {"'nan'::DOUBLE",                                       "NaN"                                     },
        {"-12.50::DECIMAL(10,2)",                               "-12.50"                                  },
        {"0.05::DECIMAL(4,2)",                                  "0.05"                                    },
        {"12345678901234567890123.4567::DECIMAL(38,4)",         "12345678901234567890123.4567"            },
        {"true",                                                "true"                                    },
        {"'ab''c'",                                             "ab'c"                                    },
        {"'a text that is longer than twelve bytes'",           "a text that is longer than twelve bytes" },
        {"'\\xAA\\x01'::BLOB",                                  "\\xaa01"                                 },
        {"DATE '2024-02-29'",                                   "2024-02-29"                              },
        {"DATE '1969-12-31'",                                   "1969-12-31"                              },
        {"TIMESTAMP '2024-02-29 12:34:56'",                     "2024-02-29 12:34:56"                     },
        {"TIMESTAMP '1969-12-31 23:59:59.5'",                   "1969-12-31 23:59:59.500000"              },
        {"TIMESTAMP_NS '2024-01-01 00:00:00.123456789'",        "2024-01-01 00:00:00.123456789"           },
        {"TIMESTAMPTZ '2024-01-01 00:00:00+02:00'",             "2023-12-31 22:00:00+00:00"               },
        {"TIME '01:02:03'",                                     "01:02:03"                                },
        {"INTERVAL '1 year 2 months 3 days 4 hours'",           "1 year 2 months 3 days 04:00:00"         },
        {"'f47ac10b-58cc-4372-a567-0e02b2c3d479'::UUID",        "f47ac10b-58cc-4372-a567-0e02b2c3d479"    },
        {"[1, 2, NULL]",                                        "[1, 2, null]"                            },
        {"{'a': 1, 'b': [true]}",                               "{\"a\": 1, \"b\": [true]}"               },
        {"MAP {'k': 1.5}",                                      "{\"k\": 1.5}"                            },
        {"NULL::INTEGER[]",                                     ""                                        },
        {"[[1], NULL, []]",                                     "[[1], null, []]"                         },
        {"array_value(1.5::DECIMAL(3,1), NULL)",                "[1.5, null]"                             },
        {"{'d': DATE '2024-01-02', 'n': 'nan'::DOUBLE}",        "{\"d\": \"2024-01-02\", \"n\": \"NaN\"}" },
        {"MAP {DATE '2024-01-02': [NULL]}",                     "{\"2024-01-02\": [null]}"                },
        {"union_value(k := 7)",                                 "7"                                       },
        {"'infinity'::TIMESTAMP",                               "infinity"                                },
        {"'-infinity'::DATE",                                   "-infinity"                               },
        {"DATE '0044-03-15 (BC)'",                              "0044-03-15 (BC)"                         },
        {"170141183460469231731687303715884105727::HUGEINT",
         "170141183460469231731687303715884105727"                                                        },
        {"'-170141183460469231731687303715884105728'::HUGEINT",
         "-170141183460469231731687303715884105728"                                                       },
        {"0::DECIMAL(38, 38)",                                  "0.00000000000000000000000000000000000000"},
        {"INTERVAL '-90 minutes'",                              "-01:30:00"                               },
        {"INTERVAL '0 days'",                                   "00:00:00"                                },
        {"'{\"a\": 1}'::JSON",                                  "{\"a\": 1}"                              },
        {"'ö' || chr(128512)",                                 "ö😀"                                  },
        {"'x'::ENUM('x', 'y')",                                 "x"                                       },
    };
    g_autoptr(warehouse) w = open_memory();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %s AS v", cases[i][0]);
        g_autofree char *text = text_of(w, sql);

        assert_string_equal(text ? text : "", cases[i][1]);
    }
}

void test_values_as_json_keep_numbers_numbers(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(warehouse_rows) r = warehouse_query(
        w, "SELECT 7, 1.5::DECIMAL(4,1), 0.25::DOUBLE, false, NULL, 'x', DATE '2024-01-02'", NULL);
    g_autoptr(json_t) row = json_array();
    g_autofree char *text = NULL;

    (void)state;
    assert_true(warehouse_next(r, NULL));
    for (int i = 0; i < warehouse_width(r); i++)
        json_array_append_new(row, warehouse_value_json(r, i));
    text = json_text_as_built(row);
    assert_string_equal(text, "[7,1.5,0.25,false,null,\"x\",\"2024-01-02\"]");
    assert_false(warehouse_next(r, NULL));
}

void test_a_statement_says_how_many_rows_it_changed(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    int64_t rows = 0;

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT range AS i FROM range(10)");
    assert_true(warehouse_execute(w, "DELETE FROM t WHERE i < 4", &rows, NULL));
    assert_int_equal(rows, 4);
    assert_true(warehouse_execute(w, "INSERT INTO t SELECT 1 FROM range(3)", &rows, NULL));
    assert_int_equal(rows, 3);
}

void test_an_error_has_the_engines_words_and_the_statement(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(warehouse_execute(w, "SELECT nope FROM (SELECT 1 AS a)", NULL, &error));
    assert_true(error_is(error, ERROR_INVALID));
    assert_non_null(strstr(error->message, "Referenced column \"nope\" not found"));
    assert_non_null(strstr(error->message, "statement: SELECT nope FROM (SELECT 1 AS a)"));
}

void test_columns_of_a_table_are_listed_in_order(void **state)
{
    struct wire_table table = {NULL, (char *)"s", (char *)"T"}, none = {NULL, NULL, (char *)"no"};
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GPtrArray) columns = NULL;
    GPtrArray *missing = NULL;
    struct warehouse_column *second;

    (void)state;
    execute(w, "CREATE SCHEMA s");
    execute(w, "CREATE TABLE s.\"T\" (b DECIMAL(18, 3), \"A x\" STRUCT(q INTEGER[]))");
    assert_true(warehouse_columns(w, &table, &columns, NULL));
    assert_int_equal(columns->len, 2);
    second = columns->pdata[1];
    assert_string_equal(second->name, "A x");
    assert_string_equal(second->type, "STRUCT(q INTEGER[])");
    assert_true(warehouse_columns(w, &none, &missing, NULL));
    assert_null(missing);
}

void test_a_table_made_from_a_query_counts_its_rows(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    int64_t rows = 0;

    (void)state;
    assert_true(warehouse_execute(w, "CREATE TABLE t AS SELECT * FROM range(12)", &rows, NULL));
    assert_int_equal(rows, 12);
    assert_true(warehouse_execute(w, "CREATE VIEW v AS SELECT * FROM t", &rows, NULL));
    assert_int_equal(rows, -1);
}

void test_several_statements_run_in_order_and_none_when_one_cannot_be_read(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    int64_t rows = 0, n = 0;

    (void)state;
    assert_true(
        warehouse_execute(w, "CREATE TABLE t (i INT); INSERT INTO t VALUES (1), (2)", &rows, NULL));
    assert_int_equal(rows, 2);
    assert_false(warehouse_execute(w, "INSERT INTO t VALUES (3); SELEC 1", NULL, NULL));
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM t", &n, NULL));
    assert_int_equal(n, 2);
}

void test_no_statement_is_an_error(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(warehouse_execute(w, "", NULL, &error));
    assert_int_equal(error->code, ERROR_INVALID);
}

void test_a_query_for_one_number_wants_one(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    static const char *const none[] = {"SELECT NULL", "SELECT 'x'", "SELECT 1 WHERE false",
                                       "SELECT 1.5"};
    int64_t n;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(warehouse_number(w, none[i], &n, &error));
        assert_int_equal(error->code, ERROR_INVALID);
    }
}

void test_columns_of_a_view_are_those_it_gives_now(void **state)
{
    struct wire_table view = {(char *)"memory", (char *)"main", (char *)"v"};
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GPtrArray) columns = NULL;
    g_autoptr(GError) error = NULL;
    GPtrArray *broken = NULL;

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    execute(w, "CREATE VIEW v AS SELECT i, i::DECIMAL(9, 2) AS d FROM t");
    assert_true(warehouse_columns(w, &view, &columns, NULL));
    assert_string_equal(((struct warehouse_column *)columns->pdata[1])->type, "DECIMAL(9,2)");
    execute(w, "DROP TABLE t");
    assert_false(warehouse_columns(w, &view, &broken, &error)); /* it is there, and broken */
    assert_int_equal(error->code, ERROR_NOT_FOUND);
}

void test_an_object_is_a_table_a_view_or_nothing(void **state)
{
    static const struct {
        const char *schema, *name;
        enum warehouse_object is;
    } cases[] = {
        {"main", "t",       OBJECT_TABLE},
        {"main", "v",       OBJECT_VIEW },
        {"main", "broken",  OBJECT_VIEW },
        {"main", "nothing", OBJECT_NONE },
        {"none", "t",       OBJECT_NONE },
    };
    g_autoptr(warehouse) w = open_memory();

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    execute(w, "CREATE VIEW v AS SELECT i AS rowid FROM t");
    execute(w, "CREATE TABLE gone AS SELECT 1 AS i");
    execute(w, "CREATE VIEW broken AS SELECT i FROM gone");
    execute(w, "DROP TABLE gone");
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        struct wire_table t = {(char *)"memory", (char *)cases[i / 2].schema,
                               (char *)cases[i / 2].name};
        enum warehouse_object is = OBJECT_NONE;
        bool in_transaction = i % 2;

        if (in_transaction)
            assert_true(warehouse_begin(w, NULL));
        assert_true(warehouse_object(w, &t, &is, NULL));
        assert_int_equal(is, cases[i / 2].is);
        if (in_transaction)
            assert_true(warehouse_commit(w, NULL));
    }
}

void test_a_comment_stands_before_every_statement(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autofree char *query = NULL;

    (void)state;
    warehouse_set_comment(w, "SQLMESH_RUN: */ DROP");
    query = text_of(w, "SELECT current_query()");
    assert_string_equal(query, "/* SQLMESH_RUN: * / DROP */ SELECT current_query()");
    warehouse_set_comment(w, NULL);
    g_free(query);
    query = text_of(w, "SELECT current_query()");
    assert_string_equal(query, "SELECT current_query()");
}
