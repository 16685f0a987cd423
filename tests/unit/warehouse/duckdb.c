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

void test_a_transaction_that_reads_refuses_writes(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) failed = NULL;
    int64_t n = 0;

    (void)state;
    execute(w, "CREATE TABLE read_only AS SELECT 1 AS i");
    assert_true(warehouse_begin_reading(w, NULL));
    assert_true(warehouse_number(w, "SELECT count(*) FROM read_only", &n, NULL));
    assert_int_equal(n, 1);
    assert_false(warehouse_execute(w, "DELETE FROM read_only", NULL, &failed));
    assert_non_null(strstr(failed->message, "read-only"));
    warehouse_rollback(w);
    execute(w, "DELETE FROM read_only");
    execute(w, "DROP TABLE read_only");
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

static GError *refused(json_t *connection)
{
    GError *error = NULL;

    assert_null(warehouse_open("duckdb", connection, &error));
    json_decref(connection);
    return error;
}

void test_a_type_without_a_driver_is_refused_with_those_there_are(void **state)
{
    g_autoptr(json_t) connection = json_object();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) types = warehouse_types_available();

    (void)state;
    assert_null(warehouse_open("snowflake", connection, &error));
    assert_int_equal(error->code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, "snowflake"));
    assert_non_null(strstr(error->message, "duckdb"));
    assert_true(g_strv_contains((const char *const *)types, "duckdb"));
}

void test_drivers_are_looked_for_in_the_folders_named_first(void **state)
{
    g_autoptr(json_t) connection = json_object();
    g_autofree char *folder = g_dir_make_tmp("heddle-drivers-XXXXXX", NULL);
    g_autofree char *driver = g_build_filename(folder, "libduckdb.so", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(g_file_set_contents(driver, "no library", -1, NULL));
    g_setenv("HEDDLE_DRIVERS", folder, TRUE);
    assert_null(warehouse_open("duckdb", connection, &error));
    g_unsetenv("HEDDLE_DRIVERS");
    assert_int_equal(error->code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, driver));
    unlink(driver);
    rmdir(folder);
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

void test_a_long_write_is_cancelled_and_leaves_nothing(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) error = NULL;
    int64_t began = clock_monotonic_ms(), n = -1;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, w), 0);
    assert_false(warehouse_execute(w,
                                   "CREATE TABLE t AS SELECT SUM(a.range * b.range % 7) AS s "
                                   "FROM range(1000000) a, range(10000000) b",
                                   NULL, &error));
    pthread_join(thread, NULL);
    assert_int_equal(error->code, ERROR_CANCELLED);
    assert_in_range(clock_monotonic_ms() - began, 100, 20000);
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM duckdb_tables()", &n, NULL));
    assert_int_equal(n, 0);
}

void test_reading_rows_is_cancelled_too(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    struct warehouse_rows *r = warehouse_query(w, "SELECT * FROM range(100000000)", NULL);
    g_autoptr(GError) error = NULL;
    int64_t n = 0;

    (void)state;
    assert_true(warehouse_next(r, &error));
    warehouse_cancel(w);
    assert_false(warehouse_next(r, &error));
    assert_int_equal(error->code, ERROR_CANCELLED);
    warehouse_rows_free(r);
    assert_true(warehouse_number(w, "SELECT 3", &n, NULL));
}

void test_a_cancel_when_nothing_runs_hits_nothing(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    int64_t n = 0;

    (void)state;
    warehouse_cancel(w);
    assert_true(warehouse_number(w, "SELECT SUM(range) FROM range(1000)", &n, NULL));
    assert_int_equal(n, 499500);
}

void test_rows_that_outlive_their_connection_say_so(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);
    struct warehouse_rows *r = warehouse_query(w, "SELECT * FROM range(100000)", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(warehouse_next(r, NULL));
    warehouse_close(w);
    assert_int_equal(code_elsewhere(path), 0);
    assert_null(warehouse_value(r, 0));
    assert_false(warehouse_next(r, &error));
    assert_non_null(error);
    warehouse_rows_free(r);
    unlink(path);
}

void test_the_holder_of_a_busy_file_is_named(void **state)
{
    g_autofree char *path = file_name();
    g_autofree char *holder = NULL;
    int ready[2], done[2];
    char byte = 0;
    pid_t pid;
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(pipe(ready) + pipe(done), 0);
    pid = fork();
    if (pid == 0) {
        struct warehouse *w = open_file(path, NULL);

        close(done[1]);
        if (!w || write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 0)
            _exit(1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_null(open_file(path, &error));
    holder = g_strdup_printf("PID %d", (int)pid);
    assert_non_null(strstr(error->message, holder));
    assert_non_null(strstr(error->message, "hint: "));
    close(done[1]);
    waitpid(pid, NULL, 0);
    unlink(path);
}

void test_settings_are_made_and_wrong_ones_named(void **state)
{
    g_autoptr(json_t) connection = json_pack("{s:{s:i, s:b}}", "connector_config", "threads", 1,
                                             "preserve_insertion_order", 0);
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, NULL);
    g_autofree char *order = text_of(w, "SELECT current_setting('preserve_insertion_order')");
    g_autoptr(GError) error =
        refused(json_pack("{s:{s:s}}", "connector_config", "no_such_setting", "x"));

    (void)state;
    assert_string_equal(order, "false");
    assert_non_null(strstr(error->message, "no_such_setting"));
}

void test_built_in_extensions_load_without_a_network(void **state)
{
    g_autoptr(json_t) connection =
        json_pack("{s:[s, {s:s}]}", "extensions", "json", "name", "parquet");
    g_autoptr(GError) error = NULL;
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, &error);

    (void)state;
    if (!w)
        fail_msg("%s", error->message);
}

void test_an_error_of_a_secret_does_not_show_it(void **state)
{
    g_autoptr(GError) error = refused(json_pack("{s:{s:{s:s, s:s}}}", "secrets", "mine", "type",
                                                "no_such_type", "secret", "hunter2hunter2"));

    (void)state;
    assert_non_null(strstr(error->message, "mine"));
    assert_null(strstr(error->message, "hunter2"));
    assert_null(strstr(error->message, "statement: "));
}

void test_a_database_and_catalogs_exclude_each_other(void **state)
{
    g_autoptr(GError) error =
        refused(json_pack("{s:s, s:{s:s}}", "database", ":memory:", "catalogs", "a", ":memory:"));

    (void)state;
    assert_int_equal(error->code, ERROR_INVALID);
}

void test_catalogs_may_be_read_only_quoted_and_given_as_text(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);
    g_autofree char *text = g_strdup_printf("{\"memory\": \":memory:\", \"\\\"My cat\\\"\": "
                                            "{\"path\": \"%s\", \"read_only\": true}}",
                                            path);
    g_autoptr(json_t) connection = json_pack("{s:s}", "catalogs", text);
    g_autoptr(GError) error = NULL;
    int64_t n = 0;

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 5 AS i");
    warehouse_close(w);
    w = warehouse_open("duckdb", connection, &error);
    if (!w)
        fail_msg("%s", error->message);
    assert_true(warehouse_number(w, "SELECT i FROM \"My cat\".main.t", &n, NULL));
    assert_int_equal(n, 5);
    assert_false(warehouse_execute(w, "DROP TABLE \"My cat\".main.t", NULL, &error));
    assert_non_null(strstr(error->message, "read-only"));
    warehouse_close(w);
    unlink(path);
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

void test_a_hundred_thousand_rows_take_less_than_a_second(void **state)
{
    static const char *const columns[] = {"i", "Name", "d"};
    struct wire_table table = {NULL, (char *)"main", (char *)"t"};
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    struct warehouse_batch batch = {&table, columns, 3, values};
    g_autoptr(warehouse) w = open_memory();
    int64_t best = INT64_MAX;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_ptr_array_add(values, (void *)"12");
        g_ptr_array_add(values, (void *)"a name of some length");
        g_ptr_array_add(values, (void *)"2024-01-02");
    }
    execute(w, "CREATE TABLE t (i BIGINT, \"Name\" TEXT, d DATE)");
    for (int i = 0; i < 3; i++) {
        int64_t began = clock_monotonic_ms();

        assert_true(warehouse_ingest(w, &batch, NULL));
        best = MIN(best, clock_monotonic_ms() - began);
    }
    print_message("100000 rows of 3 columns: %d ms\n", (int)best);
    assert_in_range(best, 0, 1000);
}

void test_rows_that_cannot_be_loaded_say_where(void **state)
{
    static const char *const columns[] = {"i", "nope"}, *const one[] = {"i"};
    struct wire_table table = {NULL, (char *)"main", (char *)"t"},
                      missing = {NULL, (char *)"main", (char *)"no"};
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    struct warehouse_batch batch = {&table, columns, 2, values};
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) unknown = NULL, text = NULL, none = NULL;

    (void)state;
    execute(w, "CREATE TABLE t (i BIGINT)");
    g_ptr_array_add(values, (void *)"1");
    g_ptr_array_add(values, (void *)"\xff");
    assert_false(warehouse_ingest(w, &batch, &text));
    assert_non_null(strstr(text->message, "Row 1, column nope"));
    values->pdata[1] = (void *)"2";
    assert_false(warehouse_ingest(w, &batch, &unknown));
    assert_non_null(strstr(unknown->message, "no column nope"));
    batch = (struct warehouse_batch){&missing, one, 1, values};
    assert_false(warehouse_ingest(w, &batch, &none));
    assert_int_equal(none->code, ERROR_NOT_FOUND);
}

void test_a_cancelled_transaction_can_be_rolled_back_and_followed(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    g_autoptr(GError) error = NULL, next = NULL;
    pthread_t thread;
    int64_t n = -1;

    (void)state;
    assert_true(warehouse_begin(w, NULL));
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, w), 0);
    assert_false(warehouse_number(
        w, "SELECT SUM(a.range * b.range % 7) FROM range(1000000) a, range(10000000) b", &n,
        &error));
    pthread_join(thread, NULL);
    warehouse_rollback(w);
    assert_true(warehouse_begin(w, &next));
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM duckdb_tables()", &n, &next));
    assert_int_equal(n, 0);
    assert_true(warehouse_commit(w, &next));
}

void test_a_transaction_begins_beside_rows_read_in_part(void **state)
{
    g_autoptr(warehouse) w = open_memory();
    struct warehouse_rows *r = warehouse_query(w, "SELECT * FROM range(100000)", NULL);
    int64_t n = -1;

    (void)state;
    assert_true(warehouse_next(r, NULL));
    warehouse_rows_free(r);
    assert_true(warehouse_begin(w, NULL));
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    warehouse_rollback(w);
    assert_true(warehouse_number(w, "SELECT COUNT(*) FROM duckdb_tables()", &n, NULL));
    assert_int_equal(n, 0);
}
