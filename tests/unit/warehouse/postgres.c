/* Real PostgreSQL: how it is reached, values, errors, transactions, cancel, rows in bulk. */
#include "base/clock.h"
#include "warehouse/dialect.h"
#include "warehouse/server.h"
#include "warehouse/warehouse.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define PASSWORD "p@ss/w:o rd%"

static struct server *server; /* one for all tests: making a cluster takes a second */

static void stop_at_exit(void)
{
    server_stop(server);
}

static struct server *the_server(void)
{
    const char *why;

    if (!server) {
        server = server_start(&why);
        if (server)
            atexit(stop_at_exit);
        else if (strstr(why, "installed")) {
            print_message("%s\n", why);
            skip();
        } else
            fail_msg("%s", why);
    }
    return server;
}

static json_t *connection_to(const char *user, const char *password, const char *database)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "host", the_server()->folder, "user", user,
                     "password", password, "database", database, "port", 5432, "application_name",
                     "a test & more");
}

static struct warehouse *open_with(json_t *connection, GError **error)
{
    struct warehouse *w = warehouse_open("postgres", connection, error);

    json_decref(connection);
    return w;
}

static struct warehouse *open_server(void)
{
    GError *error = NULL;
    struct warehouse *w = open_with(connection_to("admin", PASSWORD, "postgres"), &error);

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

static int64_t number_of(struct warehouse *w, const char *sql)
{
    GError *error = NULL;
    int64_t n = -1;

    if (!warehouse_number(w, sql, &n, &error))
        fail_msg("%s", error->message);
    return n;
}

static GError *failure_of(struct warehouse *w, const char *sql)
{
    GError *error = NULL;

    assert_false(warehouse_execute(w, sql, NULL, &error));
    return error;
}

void test_facts_of_the_server_are_told(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autofree char *version = warehouse_version(w, NULL), *catalog = NULL, *name = NULL;

    (void)state;
    catalog = warehouse_default_catalog(w, NULL);
    name = text_of(w, "SHOW application_name");
    assert_true(g_ascii_isdigit(version[0]));
    assert_string_equal(catalog, "postgres");
    assert_string_equal(name, "a test & more");
}

void test_values_look_as_on_every_engine(void **state)
{
    static const char *const cases[][2] = {
        {"1::int2",                                      "1"                                   },
        {"2::int8",                                      "2"                                   },
        {"0.1::float4",                                  "0.1"                                 },
        {"3::float8",                                    "3.0"                                 },
        {"12.30::numeric(10, 2)",                        "12.30"                               },
        {"SUM(12345678901234567890)",                    "12345678901234567890"                },
        {"'NaN'::numeric",                               "NaN"                                 },
        {"'-infinity'::numeric",                         "-Infinity"                           },
        {"true",                                         "true"                                },
        {"'ab'::char(4)",                                "ab  "                                },
        {"'\\xaa01'::bytea",                             "\\xaa01"                             },
        {"DATE '2024-02-29'",                            "2024-02-29"                          },
        {"'01:02:03.5'::time",                           "01:02:03.500000"                     },
        {"'01:02:03+02:30'::timetz",                     "01:02:03+02:30"                      },
        {"'01:02:03-08'::timetz",                        "01:02:03-08:00"                      },
        {"TIMESTAMP '2024-01-31 12:00:00'",              "2024-01-31 12:00:00"                 },
        {"TIMESTAMPTZ '2024-01-31 12:00:00+02'",         "2024-01-31 10:00:00+00:00"           },
        {"INTERVAL '14 months 3 days -04:05:06'",        "1 year 2 months 3 days -04:05:06"    },
        {"'F47AC10B-58CC-4372-A567-0E02B2C3D479'::uuid", "f47ac10b-58cc-4372-a567-0e02b2c3d479"},
        {"ARRAY['a', NULL]",                             "[\"a\", null]"                       },
        {"ARRAY[1.5, 20]",                               "[1.5, 20]"                           },
        {"'{\"a\": 1}'::jsonb",                          "{\"a\": 1}"                          },
    };
    g_autoptr(warehouse) w = open_server();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %s AS v", cases[i][0]);
        g_autofree char *text = text_of(w, sql);

        assert_string_equal(text, cases[i][1]);
    }
}

void test_numerics_are_numbers_in_json_while_they_lose_nothing(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autoptr(warehouse_rows) r = warehouse_query(
        w, "SELECT 6::numeric, 12.5::numeric(8, 2), 12345678901234567.89::numeric", NULL);
    g_autoptr(json_t) row = json_array();
    g_autofree char *text = NULL;

    (void)state;
    assert_true(warehouse_next(r, NULL));
    for (int i = 0; i < warehouse_width(r); i++)
        json_array_append_new(row, warehouse_value_json(r, i));
    text = json_text(row);
    assert_string_equal(text, "[6,12.5,\"12345678901234567.89\"]");
    assert_string_equal(warehouse_column_type(r, 1), "numeric");
}

void test_statements_that_copy_cannot_take_are_read_too(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autofree char *shown = text_of(w, "/* a comment */ SHOW search_path");
    g_autofree char *plan = text_of(w, "EXPLAIN SELECT 1");
    g_autofree char *value = text_of(w, "-- one\n VALUES (7)");

    (void)state;
    assert_string_equal(shown, "\"$user\", public");
    assert_non_null(strstr(plan, "Result"));
    assert_string_equal(value, "7");
}

void test_rows_changed_are_counted(void **state)
{
    g_autoptr(warehouse) w = open_server();
    int64_t rows = 0;

    (void)state;
    assert_true(warehouse_execute(w, "CREATE TEMP TABLE t AS SELECT generate_series(1, 10) AS i",
                                  &rows, NULL));
    assert_int_equal(rows, 10);
    assert_true(warehouse_execute(w, "DELETE FROM t WHERE i < 4", &rows, NULL));
    assert_int_equal(rows, 3);
}

void test_errors_tell_what_may_be_done_about_them(void **state)
{
    static const struct {
        const char *sql;
        int code;
        const char *words;
    } cases[] = {
        {"SELEC 1",                                      ERROR_INVALID,   "syntax error at or near \"SELEC\" (SQLSTATE 42601)"},
        {"SELECT * FROM no_table",                       ERROR_NOT_FOUND,
         "relation \"no_table\" does not exist (SQLSTATE 42P01)"                                                              },
        {"SELECT no_column FROM pg_class",               ERROR_NOT_FOUND, "column \"no_column\" does not exist"               },
        {"SELECT 1 / 0",                                 ERROR_FAILED,    "division by zero (SQLSTATE 22012)"                 },
        {"INSERT INTO no_table SELECT 'ERROR:  not me'", ERROR_NOT_FOUND, "relation \"no_table\""                             },
    };
    g_autoptr(warehouse) w = open_server();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = failure_of(w, cases[i].sql);
        const char *statement = strstr(error->message, "\nstatement: ");

        assert_int_equal(error->code, cases[i].code);
        assert_true(g_str_has_prefix(error->message, cases[i].words));
        assert_non_null(statement);
        assert_string_equal(statement + strlen("\nstatement: "), cases[i].sql);
        assert_null(strstr(error->message, "Query was"));
    }
}

void test_an_error_in_the_middle_of_rows_is_no_end_of_rows(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autoptr(GError) error = NULL;
    g_autoptr(warehouse_rows) r =
        warehouse_query(w, "SELECT 1 / (x - 60000) FROM generate_series(1, 100000) x", &error);

    (void)state;
    while (r && warehouse_next(r, &error))
        assert_non_null(warehouse_value(r, 0));
    assert_non_null(error);
    assert_non_null(strstr(error->message, "division by zero"));
    assert_non_null(strstr(error->message, "statement: SELECT 1 / (x - 60000)"));
}

void test_rows_left_unread_leave_the_connection_usable(void **state)
{
    g_autoptr(warehouse) w = open_server();
    struct warehouse_rows *r =
        warehouse_query(w, "SELECT x, repeat('y', 1000) FROM generate_series(1, 100000) x", NULL);

    (void)state;
    assert_true(warehouse_next(r, NULL));
    assert_string_equal(warehouse_value(r, 0), "1");
    warehouse_rows_free(r);
    assert_int_equal(number_of(w, "SELECT 3"), 3);
}

void test_logins_that_fail_say_why_and_no_secret(void **state)
{
    static const struct {
        const char *user, *password, *database;
        int code;
    } cases[] = {
        {"admin",  "not-the-password", "postgres",    ERROR_DENIED   },
        {"nobody", "not-the-password", "postgres",    ERROR_DENIED   },
        {"admin",  PASSWORD,           "no_database", ERROR_NOT_FOUND},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(
            open_with(connection_to(cases[i].user, cases[i].password, cases[i].database), &error));
        assert_int_equal(error->code, cases[i].code);
        assert_null(strstr(error->message, cases[i].password));
        assert_non_null(strstr(error->message, "FATAL: "));
    }
}

void test_a_login_that_may_make_nothing_is_told_so_with_the_grant(void **state)
{
    static const struct {
        const char *grant;
        bool may;
    } cases[] = {
        {"SELECT 1",                                                 false},
        {"CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO poor", false},
        {"GRANT CREATE ON SCHEMA sales TO poor",                     true },
        {"REVOKE USAGE ON SCHEMA sales FROM poor",                   false},
        {"GRANT CREATE ON DATABASE narrow TO poor",                  true },
    };
    g_autoptr(warehouse) admin = open_server(), owner = NULL, poor = NULL;
    GError *why = NULL;

    (void)state;
    execute(admin, "CREATE ROLE poor LOGIN PASSWORD 'of the poor'");
    execute(admin, "CREATE DATABASE narrow");
    owner = open_with(connection_to("admin", PASSWORD, "narrow"), &why);
    poor = open_with(connection_to("poor", "of the poor", "narrow"), &why);
    assert_null(why);
    assert_true(warehouse_may_create(owner, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) statements = g_strsplit(cases[i].grant, ";", -1);

        for (char **s = statements; *s; s++)
            execute(owner, *s);
        assert_int_equal(warehouse_may_create(poor, &error), cases[i].may);
        assert_int_equal(error ? error->code : 0, cases[i].may ? 0 : ERROR_DENIED);
        if (error)
            assert_non_null(strstr(error->message,
                                   "hint: whoever owns it can say: "
                                   "GRANT CREATE ON DATABASE \"narrow\" TO \"poor\";"));
    }
}

void test_a_server_that_does_not_answer_is_unavailable(void **state)
{
    g_autoptr(GError) error = NULL;
    json_t *connection = connection_to("admin", PASSWORD, "postgres");

    (void)state;
    json_object_set_new(connection, "host", json_string("/nonexistent"));
    assert_null(open_with(connection, &error));
    assert_int_equal(error->code, ERROR_UNAVAILABLE);
}

void test_a_connection_that_is_cut_is_unavailable(void **state)
{
    g_autoptr(warehouse) w = open_server(), other = open_server();
    int64_t pid = number_of(w, "SELECT pg_backend_pid()");
    g_autofree char *cut = g_strdup_printf("SELECT pg_terminate_backend(%d, 5000)", (int)pid);
    g_autoptr(GError) error = NULL;

    (void)state;
    execute(other, cut);
    error = failure_of(w, "CREATE TABLE never (i int)");
    assert_int_equal(error->code, ERROR_UNAVAILABLE);
}

void test_a_role_and_a_search_path_are_set(void **state)
{
    g_autoptr(warehouse) admin = open_server(), w = NULL;
    json_t *connection = connection_to("admin", PASSWORD, "postgres");
    g_autofree char *role = NULL, *path = NULL;
    g_autoptr(GError) denied = NULL;

    (void)state;
    execute(admin, "CREATE ROLE \"a role\"");
    json_object_set_new(connection, "role", json_string("a role"));
    json_object_set_new(connection, "search_path", json_string("mine, public"));
    w = open_with(connection, NULL);
    role = text_of(w, "SELECT current_user");
    path = text_of(w, "SHOW search_path");
    assert_string_equal(role, "a role");
    assert_string_equal(path, "mine, public");
    denied = failure_of(w, "CREATE SCHEMA refused");
    assert_int_equal(denied->code, ERROR_DENIED);
}

void test_a_transaction_is_whole_or_not_at_all(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autoptr(GError) failed = NULL, error = NULL;

    (void)state;
    execute(w, "CREATE TEMP TABLE t (i int)");
    assert_true(warehouse_begin(w, NULL));
    execute(w, "INSERT INTO t VALUES (1)");
    warehouse_rollback(w);
    assert_int_equal(number_of(w, "SELECT count(*) FROM t"), 0);
    assert_true(warehouse_begin(w, NULL));
    execute(w, "INSERT INTO t VALUES (1)");
    assert_true(warehouse_commit(w, NULL));
    assert_true(warehouse_begin(w, NULL));
    execute(w, "INSERT INTO t VALUES (2)");
    failed = failure_of(w, "INSERT INTO t VALUES ('x')");
    assert_false(warehouse_commit(w, &error)); /* the server would say "ROLLBACK" and mean well */
    assert_non_null(strstr(error->message, "nothing was committed"));
    assert_int_equal(number_of(w, "SELECT count(*) FROM t"), 1);
}

void test_a_transaction_that_reads_refuses_writes(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autoptr(GError) failed = NULL;

    (void)state;
    execute(w, "CREATE TABLE read_only AS SELECT 1 AS i");
    assert_true(warehouse_begin_reading(w, NULL));
    assert_int_equal(number_of(w, "SELECT count(*) FROM read_only"), 1);
    failed = failure_of(w, "DELETE FROM read_only");
    assert_non_null(strstr(failed->message, "read-only"));
    warehouse_rollback(w);
    execute(w, "DELETE FROM read_only");
    execute(w, "DROP TABLE read_only");
}

void test_what_is_done_outside_a_transaction_is_kept(void **state)
{
    struct warehouse *w = open_server();
    g_autoptr(warehouse) again = NULL;

    (void)state;
    execute(w, "CREATE TABLE kept AS SELECT 1 AS i");
    warehouse_close(w);
    again = open_server();
    assert_int_equal(number_of(again, "SELECT i FROM kept"), 1);
    execute(again, "DROP TABLE kept");
}

static void *cancel_soon(void *data)
{
    g_usleep(200000);
    warehouse_cancel(data);
    return NULL;
}

void test_a_long_statement_is_cancelled_from_another_thread(void **state)
{
    g_autoptr(warehouse) w = open_server();
    g_autoptr(GError) error = NULL;
    int64_t began = clock_monotonic_ms();
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, w), 0);
    error = failure_of(w, "SELECT pg_sleep(60)");
    pthread_join(thread, NULL);
    assert_int_equal(error->code, ERROR_CANCELLED);
    assert_in_range(clock_monotonic_ms() - began, 100, 10000);
    assert_int_equal(number_of(w, "SELECT 3"), 3);
}

void test_every_statement_carries_the_comment(void **state)
{
    g_autoptr(warehouse) w = open_server(), other = open_server();
    g_autofree char *query = NULL;

    (void)state;
    warehouse_set_comment(w, "SQLMESH_PLAN: abc */ DROP");
    assert_int_equal(number_of(w, "SELECT 1"), 1);
    query = text_of(other, "SELECT query FROM pg_stat_activity WHERE query LIKE '%SQLMESH_PLAN%' "
                           "AND pid <> pg_backend_pid()");
    assert_non_null(strstr(query, "/* SQLMESH_PLAN: abc * / DROP */ SELECT 1"));
}

void test_columns_have_the_types_the_server_prints(void **state)
{
    struct wire_table t = {(char *)"postgres", (char *)"S x", (char *)"T"},
                      none = {NULL, (char *)"nowhere", (char *)"t"};
    g_autoptr(warehouse) w = open_server();
    g_autoptr(GPtrArray) columns = NULL;
    GPtrArray *missing = NULL;
    static const char *const types[] = {"numeric(10,2)", "character varying(5)",
                                        "timestamp without time zone", "integer[]"};

    (void)state;
    execute(w, "CREATE SCHEMA \"S x\"");
    execute(w, "CREATE TABLE \"S x\".\"T\" (a numeric(10, 2), b varchar(5), c timestamp, d int[])");
    assert_true(warehouse_columns(w, &t, &columns, NULL));
    assert_int_equal(columns->len, G_N_ELEMENTS(types));
    for (guint i = 0; i < columns->len; i++)
        assert_string_equal(((struct warehouse_column *)columns->pdata[i])->type, types[i]);
    assert_true(warehouse_columns(w, &none, &missing, NULL));
    assert_null(missing);
    execute(w, "DROP SCHEMA \"S x\" CASCADE");
}

void test_many_rows_of_texts_become_typed_rows(void **state)
{
    static const char *const names[] = {"i", "name", "d"};
    struct wire_table table = {NULL, (char *)"public", (char *)"seed"};
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    struct warehouse_batch batch = {&table, names, 3, values};
    g_autoptr(warehouse) w = open_server();
    GError *error = NULL;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_ptr_array_add(values, (void *)"12");
        g_ptr_array_add(values, i % 2 ? (void *)"it's" : NULL);
        g_ptr_array_add(values, (void *)"2024-01-02");
    }
    execute(w, "CREATE TABLE seed (i bigint, name text, d date)");
    assert_true(warehouse_begin(w, NULL));
    if (!warehouse_ingest(w, &batch, &error))
        fail_msg("%s", error->message);
    assert_true(warehouse_commit(w, NULL));
    assert_int_equal(number_of(w, "SELECT SUM(i) FROM seed WHERE d = '2024-01-02'"), 1200000);
    assert_int_equal(number_of(w, "SELECT count(*) FROM seed WHERE name = 'it''s'"), 50000);
    execute(w, "DROP TABLE seed");
}
