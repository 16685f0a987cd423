/* query.c -- a developer's query: what may be asked, and how much is answered. */
#include "evaluate/rig.h"

int setup(void **state)
{
    struct rig *g = rig_new();

    rig_run(g, "CREATE TABLE t AS SELECT i AS id, 'w' || i AS word, i * 1.5 AS x, i % 2 = 0 AS "
               "even, DATE '2024-01-01' AS d FROM range(5) AS r(i)");
    *state = g;
    return 0;
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static struct wire_task *query(const char *sql, int64_t max_rows)
{
    struct wire_task *t = rig_task(TASK_QUERY, "none", NULL);

    t->query = g_strdup(sql);
    t->max_rows = max_rows;
    return t;
}

static char *answer(struct rig *g, const char *sql, int64_t max_rows)
{
    struct wire_task *t = query(sql, max_rows);
    g_autoptr(wire_result) r = rig_do(g, t);
    char *text;

    if (r->status != STATUS_SUCCESS)
        fail_msg("%s", r->error);
    text = json_text_as_built(r->data);
    wire_task_free(t);
    return text;
}

void test_rows_come_with_names_types_and_values(void **state)
{
    g_autofree char *text =
        answer(*state, "SELECT id, word, even, d, NULL AS n FROM t WHERE id < 2 ORDER BY id;", 10);

    assert_string_equal(
        text,
        "{\"columns\":[{\"name\":\"id\",\"type\":\"BIGINT\"},{\"name\":\"word\",\"type\":"
        "\"VARCHAR\"},{\"name\":\"even\",\"type\":\"BOOLEAN\"},{\"name\":\"d\",\"type\":\"DATE\"},"
        "{\"name\":\"n\",\"type\":\"INTEGER\"}],\"rows\":[[0,\"w0\",true,\"2024-01-01\",null],[1,"
        "\"w1\",false,\"2024-01-01\",null]],\"truncated\":false}");
}

void test_more_rows_than_asked_for_are_left_out_and_said(void **state)
{
    g_autofree char *three = answer(*state, "SELECT id FROM t ORDER BY id", 3);
    g_autofree char *five = answer(*state, "SELECT id FROM t ORDER BY id", 5);

    assert_non_null(strstr(three, "\"rows\":[[0],[1],[2]],\"truncated\":true"));
    assert_non_null(strstr(five, "\"truncated\":false"));
}

void test_a_very_large_answer_is_cut(void **state)
{
    struct wire_task *t = query("SELECT repeat('x', 1000000) AS s FROM range(100)", 0);
    g_autoptr(wire_result) r = rig_do(*state, t);
    size_t rows = json_array_size(json_object_get(r->data, "rows"));

    assert_int_equal(r->status, STATUS_SUCCESS);
    assert_true(json_is_true(json_object_get(r->data, "truncated")));
    assert_true(rows > 10 && rows < 50);
    wire_task_free(t);
}

void test_shapes_of_queries_are_admitted(void **state)
{
    static const char *const queries[] = {
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
        "FROM t",
        "(SELECT 1)",
        "SELECT 1 UNION ALL SELECT 2 -- and a comment",
        "VALUES (1, 2)",
        "DESCRIBE t",
        "SHOW TABLES",
        "SELECT 1;  ",
        "EXPLAIN SELECT * FROM t",
        "explain analyze WITH a AS (SELECT 1 AS x) SELECT * FROM a",
        "EXPLAIN (ANALYZE) SELECT 1",
        "SUMMARIZE t",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autofree char *text = answer(*state, queries[i], 10);

        assert_non_null(strstr(text, "\"rows\":[["));
    }
}

void test_nothing_that_writes_is_admitted(void **state)
{
    static const char *const others[] = {
        "DELETE FROM t",
        "INSERT INTO t SELECT * FROM t",
        "CREATE TABLE u AS SELECT 1",
        "DROP TABLE t",
        "SELECT 1; DROP TABLE t",
        "ATTACH 'other.duckdb'",
        "COPY t TO '/tmp/heddle-test-out.csv'",
        "PRAGMA database_list",
        "SET threads = 1",
        "EXPLAIN ANALYZE COPY t TO '/tmp/heddle-test-out.csv'",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE) DELETE FROM t",
        "EXPLAIN ANALYZE CREATE TABLE u AS SELECT 1",
        "EXPLAIN ANALYZE EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN",
        "DESCRIBE SELECT (1;2)",
        "EXPLAIN ANALYZE SELECT 1; DELETE FROM t",
        "",
        "/* DROP TABLE t */",
        "@x",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        struct wire_task *t = query(others[i], 10);
        g_autoptr(wire_result) r = rig_do(*state, t);

        if (r->status != STATUS_FAILED)
            fail_msg("%s was admitted", others[i]);
        assert_false(r->retry);
        wire_task_free(t);
    }
    rig_expect(*state, "SELECT COUNT(*) FROM t", "5");
    assert_false(g_file_test("/tmp/heddle-test-out.csv", G_FILE_TEST_EXISTS));
}

/* Its words look like those of a statement that wants no transaction. */
void test_a_query_is_never_asked_without_its_transaction(void **state)
{
    struct rig *g = *state;

    rig_fail(g, query("SELECT error('Cannot CHECKPOINT')", 10), "Cannot CHECKPOINT");
    assert_null(strstr(g->log->str, "without a transaction"));
}

void test_a_wrong_query_has_the_warehouses_words(void **state)
{
    rig_fail(*state, query("SELECT nix FROM t", 10), "Referenced column \"nix\" not found");
    rig_fail(*state, query("SELECT (1", 10), "query: line 1");
}
