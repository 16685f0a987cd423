/* Rows loaded into a real DuckDB. */
#include "duckdb_test.h"

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

void test_a_hundred_thousand_rows_are_loaded_whole(void **state)
{
    static const char *const columns[] = {"i", "Name", "d"};
    struct wire_table table = {NULL, (char *)"main", (char *)"t"};
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    struct warehouse_batch batch = {&table, columns, 3, values};
    g_autoptr(warehouse) w = open_memory();
    g_autofree char *sums = NULL;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_ptr_array_add(values, (void *)"12");
        g_ptr_array_add(values, (void *)"a name of some length");
        g_ptr_array_add(values, (void *)"2024-01-02");
    }
    execute(w, "CREATE TABLE t (i BIGINT, \"Name\" TEXT, d DATE)");
    assert_true(warehouse_ingest(w, &batch, NULL));
    sums = text_of(
        w, "SELECT COUNT(*) || ' ' || SUM(i) || ' ' || MIN(\"Name\") || ' ' || MAX(d) FROM t");
    assert_string_equal(sums, "100000 1200000 a name of some length 2024-01-02");
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
