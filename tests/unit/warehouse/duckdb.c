/* Real DuckDB: values of all types, rows changed, transactions, cancel, a file two want, ingest. */
#include "base/clock.h"
#include "base/ids.h"
#include "warehouse/dialect.h"
#include "warehouse/warehouse.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void test_values_of_every_type_have_one_text(void **state);
void test_values_as_json_keep_numbers_numbers(void **state);
void test_a_statement_says_how_many_rows_it_changed(void **state);
void test_a_rollback_undoes_tables_too(void **state);
void test_an_error_has_the_engines_words_and_the_statement(void **state);
void test_a_long_query_is_cancelled_from_another_thread(void **state);
void test_a_file_held_by_another_process_is_busy(void **state);
void test_a_closed_file_is_free_for_another_process(void **state);
void test_texts_go_into_typed_columns(void **state);
void test_many_rows_are_taken_in_one_piece(void **state);
void test_columns_of_a_table_are_listed_in_order(void **state);
void test_catalogs_are_attached_and_the_first_is_used(void **state);
void test_an_unknown_parameter_is_named_with_the_nearest(void **state);

static struct warehouse *open_memory(void)
{
    g_autoptr(json_t) connection = json_object();
    GError *error = NULL;
    struct warehouse *w = warehouse_open("duckdb", connection, &error);

    if (!w)
        fail_msg("%s", error->message);
    return w;
}

static void execute(struct warehouse *w, const char *sql)
{
    GError *error = NULL;

    if (!warehouse_execute(w, sql, NULL, &error))
        fail_msg("%s", error->message);
}

static char *text_of(struct warehouse *w, const char *sql)
{
    GError *error = NULL;
    g_autoptr(warehouse_rows) r = warehouse_query(w, sql, &error);

    if (!r || !warehouse_next(r, &error))
        fail_msg("%s: %s", sql, error ? error->message : "no row");
    return g_strdup(warehouse_value(r, 0));
}

void test_values_of_every_type_have_one_text(void **state)
{
    static const char *const cases[][2] = {
        {"CAST(-7 AS TINYINT)",                          "-7"                                     },
        {"CAST(200 AS UTINYINT)",                        "200"                                    },
        {"9223372036854775807",                          "9223372036854775807"                    },
        {"CAST(18446744073709551615 AS UBIGINT)",        "18446744073709551615"                   },
        {"SUM(5)",                                       "5"                                      },
        {"0.1::DOUBLE",                                  "0.1"                                    },
        {"3::DOUBLE",                                    "3.0"                                    },
        {"1e300::DOUBLE",                                "1e+300"                                 },
        {"0.1::FLOAT",                                   "0.1"                                    },
        {"'nan'::DOUBLE",                                "NaN"                                    },
        {"-12.50::DECIMAL(10,2)",                        "-12.50"                                 },
        {"0.05::DECIMAL(4,2)",                           "0.05"                                   },
        {"12345678901234567890123.4567::DECIMAL(38,4)",  "12345678901234567890123.4567"           },
        {"true",                                         "true"                                   },
        {"'ab''c'",                                      "ab'c"                                   },
        {"'a text that is longer than twelve bytes'",    "a text that is longer than twelve bytes"},
        {"'\\xAA\\x01'::BLOB",                           "\\xaa01"                                },
        {"DATE '2024-02-29'",                            "2024-02-29"                             },
        {"DATE '1969-12-31'",                            "1969-12-31"                             },
        {"TIMESTAMP '2024-02-29 12:34:56'",              "2024-02-29 12:34:56"                    },
        {"TIMESTAMP '1969-12-31 23:59:59.5'",            "1969-12-31 23:59:59.500000"             },
        {"TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "2024-01-01 00:00:00.123456789"          },
        {"TIMESTAMPTZ '2024-01-01 00:00:00+02:00'",      "2023-12-31 22:00:00+00:00"              },
        {"TIME '01:02:03'",                              "01:02:03"                               },
        {"INTERVAL '1 year 2 months 3 days 4 hours'",    "1 year 2 months 3 days 04:00:00"        },
        {"'f47ac10b-58cc-4372-a567-0e02b2c3d479'::UUID", "f47ac10b-58cc-4372-a567-0e02b2c3d479"   },
        {"[1, 2, NULL]",                                 "[1, 2, null]"                           },
        {"{'a': 1, 'b': [true]}",                        "{\"a\": 1, \"b\": [true]}"              },
        {"MAP {'k': 1.5}",                               "{\"k\": 1.5}"                           },
        {"'x'::ENUM('x', 'y')",                          "x"                                      },
    };
    g_autoptr(warehouse) w = open_memory();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %s AS v", cases[i][0]);
        g_autofree char *text = text_of(w, sql);

        assert_string_equal(text, cases[i][1]);
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

void test_a_rollback_undoes_tables_too(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    GError *error = NULL;
    int64_t n = -1;

    (void)state;
    assert_true(warehouse_begin(w, NULL));
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    warehouse_rollback(w);
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM duckdb_tables()", &n, NULL));
    assert_int_equal(n, 0);
    assert_true(warehouse_begin(w, NULL));
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    if (!warehouse_commit(w, &error))
        fail_msg("%s", error->message);
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM t", &n, NULL));
    assert_int_equal(n, 1);
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

static void *cancel_soon(void *data)
{
    g_usleep(200000);
    warehouse_cancel(data);
    return NULL;
}

void test_a_long_query_is_cancelled_from_another_thread(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) error = NULL;
    pthread_t thread;
    int64_t n;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, w), 0);
    assert_false(warehouse_number(
        w, "SELECT SUM(a.range * b.range % 7) FROM range(1000000) a, range(10000000) b", &n,
        &error));
    pthread_join(thread, NULL);
    assert_true(error_is(error, ERROR_CANCELLED));
    assert_true(warehouse_number(w, "SELECT 3", &n, NULL));
    assert_int_equal(n, 3);
}

static char *file_name(void)
{
    g_autofree char *tail = random_hex(6);

    return g_strdup_printf("%s/heddle-%s.duckdb", g_get_tmp_dir(), tail);
}

static struct warehouse *open_file(const char *path, GError **error)
{
    g_autoptr(json_t) connection = json_pack("{s:s}", "database", path);

    return warehouse_open("duckdb", connection, error);
}

/* Open the file in a process of its own; the code of the error, 0 when it opens. */
static int code_elsewhere(const char *path)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        GError *error = NULL;
        struct warehouse *w = open_file(path, &error);

        _exit(w ? 0 : error->code);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

void test_a_file_held_by_another_process_is_busy(void **state)
{
    g_autofree char *path = file_name();
    int ready[2], done[2];
    char byte = 0;
    pid_t pid;
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(pipe(ready) + pipe(done), 0);
    pid = fork();
    if (pid == 0) {
        struct warehouse *w = open_file(path, NULL);

        if (!w || write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1)
            _exit(1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_null(open_file(path, &error));
    assert_true(error_is(error, ERROR_BUSY));
    assert_int_equal(write(done[1], &byte, 1), 1);
    waitpid(pid, NULL, 0);
    unlink(path);
}

void test_a_closed_file_is_free_for_another_process(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    warehouse_close(w);
    assert_int_equal(code_elsewhere(path), 0);
    unlink(path);
}

static bool ingest(struct warehouse *w, GPtrArray *values, GError **error)
{
    static const char *const columns[] = {"i", "Name", "d"};
    struct wire_table table = {NULL, (char *)"s", (char *)"t"};
    struct warehouse_batch batch = {&table, columns, 3, values};

    return warehouse_ingest(w, &batch, error);
}

void test_texts_go_into_typed_columns(void **state)
{
    static const char *const cells[] = {"1", "a'b", "2024-01-02", NULL, "", NULL};
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    g_autoptr(GPtrArray) wrong = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
        g_ptr_array_add(values, (void *)cells[i]);
    execute(w, "CREATE SCHEMA s");
    execute(w, "CREATE TABLE s.t (i BIGINT, \"Name\" TEXT, d DATE)");
    assert_true(ingest(w, values, &error));
    text = text_of(w, "SELECT string_agg(t::TEXT, ';' ORDER BY i) FROM s.t");
    assert_string_equal(text, "{'i': 1, 'Name': 'a\\'b', 'd': 2024-01-02};"
                              "{'i': NULL, 'Name': '', 'd': NULL}");
    g_ptr_array_add(wrong, (void *)"x");
    g_ptr_array_add(wrong, (void *)"y");
    g_ptr_array_add(wrong, (void *)"2024-01-02");
    assert_false(ingest(w, wrong, &error));
    assert_non_null(strstr(error->message, "Could not convert string 'x' to INT64"));
}

void test_many_rows_are_taken_in_one_piece(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    int64_t n = 0;
    GError *error = NULL;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_ptr_array_add(values, (void *)"12");
        g_ptr_array_add(values, (void *)"a name of some length");
        g_ptr_array_add(values, (void *)"2024-01-02");
    }
    execute(w, "CREATE SCHEMA s");
    execute(w, "CREATE TABLE s.t (i BIGINT, \"Name\" TEXT, d DATE)");
    assert_true(warehouse_begin(w, NULL));
    assert_true(ingest(w, values, &error));
    assert_true(warehouse_commit(w, &error));
    assert_true(warehouse_number(w, "SELECT SUM(i) FROM s.t", &n, NULL));
    assert_int_equal(n, 1200000);
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

void test_catalogs_are_attached_and_the_first_is_used(void **state)
{
    g_autoptr(json_t) connection =
        json_pack("{s:{s:s, s:{s:s}}}", "catalogs", "one", ":memory:", "two", "path", ":memory:");
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, NULL);
    g_autofree char *catalog = warehouse_default_catalog(w, NULL);

    (void)state;
    assert_string_equal(catalog, "one");
    execute(w, "CREATE TABLE two.main.t AS SELECT 1 AS i");
}

void test_an_unknown_parameter_is_named_with_the_nearest(void **state)
{
    g_autoptr(json_t) connection = json_pack("{s:s}", "databse", "x.db");
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(warehouse_open("duckdb", connection, &error));
    assert_string_equal(error->message, "A connection of type duckdb has no parameter "
                                        "\"databse\".\nhint: did you mean \"database\"?");
}
