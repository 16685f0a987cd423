/* Transactions of a real DuckDB, and statements that are cancelled. */
#include "duckdb_test.h"

#include "base/clock.h"

#include <pthread.h>
#include <unistd.h>

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
