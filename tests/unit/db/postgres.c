/* What is PostgreSQL's alone: connections that are lost, refused or held up. */
#include "db_test.h"

#include <errno.h>

int setup(void **state)
{
    setenv("HEDDLE_TEST_STATE", "postgres", 1);
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

/* End every session but one's own, as an operator or a fail-over does. */
static void end_sessions(struct fixture *f)
{
    g_autoptr(db) other = db_open(f->url, NULL);

    OK(db_script(other,
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
                 &error));
    usleep(100000);
}

static void make_table(struct db *db)
{
    OK(db_script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (0)", &error));
}

void test_a_lost_connection_fails_its_transaction_and_the_next_one_works(void **state)
{
    struct fixture *f = *state;

    make_table(f->db);
    OK(db_begin(f->db, &error));
    OK(db_run(f->db, NULL, "UPDATE t SET n = 1", "", &error));
    end_sessions(f);
    FAILS(db_run(f->db, NULL, "UPDATE t SET n = 2", "", &error), ERROR_UNAVAILABLE,
          "hint: see that the database is there");
    FAILS(db_run(f->db, NULL, "UPDATE t SET n = 2", "", &error), ERROR_UNAVAILABLE,
          "was lost in a transaction");
    FAILS(db_commit(f->db, &error), ERROR_UNAVAILABLE, "was lost in a transaction");
    db_rollback(f->db);
    OK(db_begin(f->db, &error));
    OK(db_run(f->db, NULL, "UPDATE t SET n = n + 10", "", &error));
    OK(db_commit(f->db, &error));
    assert_int_equal(number(f->db, "SELECT n FROM t"), 10);
}

void test_a_connection_lost_between_transactions_is_not_noticed(void **state)
{
    struct fixture *f = *state;

    make_table(f->db);
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
    end_sessions(f);
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
    end_sessions(f);
    OK(db_begin(f->db, &error));
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
    OK(db_commit(f->db, &error));
}

void test_a_server_that_is_down_is_unavailable_until_it_is_back(void **state)
{
    struct fixture *f = *state;

    make_table(f->db);
    server_halt(statedb_server);
    FAILS(db_begin(f->db, &error), ERROR_UNAVAILABLE, "cannot be reached");
    FAILS(db_begin(f->db, &error), ERROR_UNAVAILABLE, "hint: see that the server is up");
    assert_true(server_resume(statedb_server));
    OK(db_begin(f->db, &error));
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
    OK(db_commit(f->db, &error));
}

void test_a_wrong_password_is_told_without_it(void **state)
{
    g_autofree char *url =
        g_strdup_printf("postgresql://admin:geheim@/postgres?host=%s", statedb_server->folder);
    g_autoptr(GError) why = NULL;

    (void)state;
    assert_null(db_open(url, &why));
    assert_true(error_is(why, ERROR_UNAVAILABLE));
    assert_non_null(strstr(why->message, "password authentication failed for user \"admin\""));
    assert_null(strstr(why->message, "geheim"));
}

void test_a_url_that_cannot_be_read_is_told_without_its_password(void **state)
{
    static const char *const urls[] = {
        "postgresql://ann:ge%heim@host/x",
        "postgresql://ann:geheim@[::1/x",
        "postgresql://ann:geheim@host/x?nonsense=1",
        "postgresql://ann:geheim@host:5432/x?sslmode",
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(GError) why = NULL;

        assert_null(db_open(urls[i], &why));
        assert_true(error_is(why, ERROR_INVALID));
        assert_non_null(strstr(why->message, "hint: write postgresql://USER@HOST"));
        assert_null(strstr(why->message, "heim"));
    }
}

void test_the_password_may_come_from_the_environment(void **state)
{
    g_autofree char *url =
        g_strdup_printf("postgresql://admin@/postgres?host=%s", statedb_server->folder);
    g_autoptr(db) db = NULL;

    (void)state;
    setenv("PGPASSWORD", "p@ss/w:o rd%", 1);
    OK((db = db_open(url, &error)) != NULL);
    unsetenv("PGPASSWORD");
    assert_int_equal(number(db, "SELECT 1"), 1);
}

void test_a_database_of_another_encoding_is_refused(void **state)
{
    struct fixture *f = *state;
    g_autofree char *url = statedb_postgres_url("latin");

    OK(db_script(f->db, "DROP DATABASE IF EXISTS latin", &error));
    OK(db_script(f->db, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
                 &error));
    FAILS(db_open(url, &error) != NULL, ERROR_INVALID,
          "\"latin\" has the encoding LATIN1; Heddle's state needs UTF8");
}

void test_who_may_not_make_the_schema_is_told_how_to_get_it(void **state)
{
    struct fixture *f = *state;
    g_autofree char *url =
        g_strdup_printf("postgresql://bob:bob@/bare?host=%s", statedb_server->folder);
    g_autofree char *admin = statedb_postgres_url("bare");
    g_autoptr(db) db = NULL;

    OK(db_script(f->db, "DROP DATABASE IF EXISTS bare", &error));
    OK(db_script(f->db, "DROP ROLE IF EXISTS bob", &error));
    OK(db_script(f->db, "CREATE ROLE bob LOGIN PASSWORD 'bob'", &error));
    OK(db_script(f->db, "CREATE DATABASE bare", &error));
    FAILS(db_open(url, &error) != NULL, ERROR_DENIED,
          "CREATE SCHEMA heddle AUTHORIZATION \"bob\" in the database \"bare\"");
    {
        g_autoptr(db) owner = db_open(admin, NULL);

        OK(db_script(owner, "DROP SCHEMA heddle; CREATE SCHEMA heddle AUTHORIZATION bob", &error));
    }
    OK((db = db_open(url, &error)) != NULL);
    make_table(db);
}

void test_a_statement_that_failed_leaves_nothing_to_commit(void **state)
{
    struct fixture *f = *state;

    make_table(f->db);
    OK(db_begin(f->db, &error));
    OK(db_run(f->db, NULL, "UPDATE t SET n = 1", "", &error));
    FAILS(db_run(f->db, NULL, "SELEKT 1", "", &error), ERROR_FAILED, "syntax error");
    FAILS(db_commit(f->db, &error), ERROR_FAILED, "had failed before");
    db_rollback(f->db);
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
}

void test_a_question_mark_in_a_text_is_no_place_for_a_value(void **state)
{
    struct fixture *f = *state;
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db, "SELECT 'it''s ?', ? AS \"a?\"", "s", "x?", &error)) != NULL);
    assert_true(db_next(rows, NULL));
    assert_string_equal(db_string(rows, 0), "it's ?");
    assert_string_equal(db_string(rows, 1), "x?");
}
