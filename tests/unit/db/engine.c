/* What every engine does in the same way. */
#include "db_test.h"

static const struct db_migration table[] = {
    {1, "CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT UNIQUE, size DOUBLE PRECISION,"
        " at_ms BIGINT, on_off INTEGER, data BLOB)"},
};

int setup(void **state)
{
    fixture_open(state);
    OK(db_migrate(((struct fixture *)*state)->db, &(struct db_schema){"t", table, 1}, &error));
    return 0;
}

int teardown(void **state)
{
    return fixture_close(state);
}

static void insert(struct db *db, int64_t id, const char *name)
{
    OK(db_run(db, NULL, "INSERT INTO t (id, name) VALUES (?, ?)", "is", id, name, &error));
}

void test_values_of_every_kind_come_back_as_they_went_in(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;
    g_autoptr(GBytes) blob = g_bytes_new_static("a\0b\xff", 4);
    g_autoptr(GBytes) back = NULL;
    g_autoptr(db_rows) rows = NULL;
    GError *error = NULL;

    OK(db_run(db, NULL, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", "isrtbx", INT64_MAX,
              "it's \xc3\xa4 ?", 0.1, (int64_t)-5, 7, blob, &error));
    rows = db_query(db, "SELECT * FROM t WHERE id = ?", "i", INT64_MAX, &error);
    assert_true(db_next(rows, &error));
    assert_int_equal(db_int(rows, 0), INT64_MAX);
    assert_string_equal(db_string(rows, 1), "it's \xc3\xa4 ?");
    assert_true(db_real(rows, 2) == 0.1);
    assert_int_equal(db_time(rows, 3), -5);
    assert_int_equal(db_int(rows, 4), 1);
    back = db_bytes(rows, 5);
    assert_true(g_bytes_equal(blob, back));
    assert_false(db_next(rows, &error));
    assert_null(error);
}

void test_null_goes_in_and_comes_back_as_null(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;
    g_autoptr(db_rows) rows = NULL;

    OK(db_run(db, NULL, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", "isrtbx", (int64_t)1, NULL, 0.0,
              TIME_NONE, 0, NULL, &error));
    OK((rows = db_query(db, "SELECT name, at_ms, data, on_off FROM t", "", &error)) != NULL);
    OK(db_next(rows, &error));
    assert_null(db_string(rows, 0));
    assert_true(db_time(rows, 1) == TIME_NONE);
    assert_int_equal(db_int(rows, 1), 0);
    assert_null(db_bytes(rows, 2));
    assert_true(db_is_null(rows, 2));
    assert_false(db_is_null(rows, 3));
}

void test_changed_counts_the_rows_touched(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;
    int64_t n = -1;

    insert(db, 1, "a");
    insert(db, 2, "b");
    OK(db_run(db, &n, "UPDATE t SET size = 1", "", &error));
    assert_int_equal(n, 2);
    OK(db_run(db, &n, "DELETE FROM t WHERE id = ?", "i", (int64_t)9, &error));
    assert_int_equal(n, 0);
}

void test_returning_gives_rows(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(db, "INSERT INTO t (id) VALUES (?) RETURNING id + 1", "i", (int64_t)4,
                        &error)) != NULL);
    OK(db_next(rows, &error));
    assert_int_equal(db_int(rows, 0), 5);
    assert_false(db_next(rows, NULL));
}

void test_a_second_row_with_a_unique_key_is_a_conflict(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;

    insert(db, 1, "a");
    FAILS(db_run(db, NULL, "INSERT INTO t (id) VALUES (?)", "i", (int64_t)1, &error),
          ERROR_CONFLICT,
          statedb_is_postgres() ? "duplicate key value violates unique constraint \"t_pkey\""
                                : "UNIQUE constraint failed: t.id");
    FAILS(db_run(db, NULL, "INSERT INTO t (id, name) VALUES (?, ?)", "is", (int64_t)2, "a", &error),
          ERROR_CONFLICT, "INSERT INTO t (id, name)");
}

void test_a_wrong_statement_is_quoted_with_what_the_engine_says(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;

    FAILS(db_run(db, NULL, "SELEKT 1", "", &error), ERROR_FAILED, "syntax error");
    FAILS(db_query(db, "SELECT x FROM nowhere", "", &error) != NULL, ERROR_FAILED,
          statedb_is_postgres() ? "relation \"nowhere\" does not exist" : "no such table: nowhere");
    FAILS(db_run(db, NULL, "DELETE FROM t WHERE id = ?", "", &error), ERROR_FAILED,
          "it takes 1 values and was given 0");
}

void test_a_statement_works_again_after_an_error_and_beside_itself(void **state)
{
    static const char sql[] = "SELECT id FROM t ORDER BY id";
    struct db *db = ((struct fixture *)*state)->db;
    g_autoptr(db_rows) outer = NULL;

    insert(db, 1, "a");
    FAILS(db_run(db, NULL, "INSERT INTO t (id, name) VALUES (?, ?)", "is", (int64_t)1, "b", &error),
          ERROR_CONFLICT, "");
    insert(db, 2, "b");
    OK((outer = db_query(db, sql, "", &error)) != NULL);
    OK(db_next(outer, &error));
    {
        g_autoptr(db_rows) inner = db_query(db, sql, "", NULL);

        assert_true(db_next(inner, NULL) && db_next(inner, NULL));
        assert_int_equal(db_int(inner, 0), 2);
    }
    assert_int_equal(db_int(outer, 0), 1);
    OK(db_next(outer, &error));
    assert_int_equal(db_int(outer, 0), 2);
}

void test_rollback_forgets_and_commit_keeps(void **state)
{
    struct fixture *f = *state;

    OK(db_begin(f->db, &error));
    insert(f->db, 1, "a");
    db_rollback(f->db);
    db_rollback(f->db);
    assert_int_equal(number(f->db, "SELECT count(*) FROM t"), 0);
    OK(db_begin(f->db, &error));
    insert(f->db, 1, "a");
    OK(db_commit(f->db, &error));
    FAILS(db_commit(f->db, &error), ERROR_FAILED, "no transaction");
    db_close(f->db);
    OK((f->db = db_open(f->url, &error)) != NULL);
    assert_int_equal(number(f->db, "SELECT count(*) FROM t"), 1);
}

void test_many_different_texts_do_not_pile_up_and_still_work(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;

    for (int64_t i = 0; i < 3000; i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %d", (int)i);

        assert_int_equal(number(db, sql), i);
    }
}

void test_the_schema_may_change_under_prepared_statements(void **state)
{
    struct db *db = ((struct fixture *)*state)->db;

    insert(db, 1, "a");
    OK(db_script(db, "ALTER TABLE t ADD COLUMN more TEXT; CREATE INDEX i ON t (size)", &error));
    insert(db, 2, "b");
    assert_int_equal(number(db, "SELECT count(*) FROM t WHERE more IS NULL"), 2);
}

void test_texts_compare_by_their_bytes(void **state)
{
    static const char *const names[] = {"a", "B", "\xc3\xa4", "Z", "b-a", "b_a", "ba"};
    struct db *db = ((struct fixture *)*state)->db;
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(db_rows) rows = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        insert(db, (int64_t)i, names[i]);
    OK((rows = db_query(db, "SELECT name FROM t WHERE name > ? ORDER BY name", "s", "A", &error)) !=
       NULL);
    while (db_next(rows, NULL))
        g_string_append_printf(got, "%s ", db_string(rows, 0));
    assert_string_equal(got->str, "B Z a b-a b_a ba \xc3\xa4 ");
}

void test_a_transaction_for_reading_sees_one_moment_and_holds_up_nobody(void **state)
{
    struct fixture *f = *state;
    g_autoptr(db) other = db_open(f->url, NULL);

    insert(f->db, 1, "a");
    OK(db_begin_reading(f->db, &error));
    assert_int_equal(number(f->db, "SELECT count(*) FROM t"), 1);
    OK(db_begin(other, &error));
    insert(other, 2, "b");
    OK(db_commit(other, &error));
    assert_int_equal(number(f->db, "SELECT count(*) FROM t"), 1);
    db_rollback(f->db);
    assert_int_equal(number(f->db, "SELECT count(*) FROM t"), 2);
}

void test_the_clock_is_about_now(void **state)
{
    struct fixture *f = *state;

    OK(db_begin(f->db, &error));
    assert_in_range(db_now_ms(f->db), clock_now_ms() - 60000, clock_now_ms() + 60000);
}

void test_no_error_about_a_url_holds_its_password(void **state)
{
    (void)state;
    FAILS(db_open("mysql://ann:geheim@host/x", &error) != NULL, ERROR_INVALID,
          "\"mysql:…\" does not name a state database.\nhint: write sqlite:PATH");
    FAILS(db_open("sqlite:", &error) != NULL, ERROR_INVALID, "hint: write sqlite:PATH");
}
