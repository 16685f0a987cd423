/* Several processes on one database: locks, death in the middle, migrations at the same time. */
#include "db_test.h"

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

/* Start a child that takes the write lock, says so, holds it and commits. */
static pid_t hold_lock(const struct fixture *f, int hold_ms)
{
    int ends[2];
    char c;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        struct db *db = db_open(f->url, NULL);
        bool ok = db && db_begin(db, NULL) &&
                  db_run(db, NULL, "UPDATE t SET n = n + 1", "", (GError **)NULL) &&
                  write(ends[1], "x", 1) == 1;

        usleep((useconds_t)hold_ms * 1000);
        _exit(ok && db_commit(db, NULL) ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &c, 1), 1);
    close(ends[0]);
    return pid;
}

static void make_table(struct db *db)
{
    OK(db_script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (0)", &error));
}

void test_a_writer_waits_for_another_process(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t child;

    make_table(f->db);
    child = hold_lock(f, 300);
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0); /* readers do not wait */
    OK(db_begin(f->db, &error));
    OK(db_run(f->db, NULL, "UPDATE t SET n = n + 1", "", &error));
    OK(db_commit(f->db, &error));
    assert_int_equal(number(f->db, "SELECT n FROM t"), 2);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

void test_a_lock_that_is_held_too_long_is_busy(void **state)
{
    struct fixture *f = *state;
    int64_t start_ms;
    pid_t child;

    make_table(f->db);
    child = hold_lock(f, 60000);
    start_ms = clock_monotonic_ms();
    FAILS(db_begin(f->db, &error), ERROR_BUSY, statedb_is_postgres() ? "lock timeout" : "locked");
    assert_in_range(clock_monotonic_ms() - start_ms, 4500, 9000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    OK(db_begin(f->db, &error)); /* the lock died with its holder */
    assert_int_equal(number(f->db, "SELECT n FROM t"), 0);
}

void test_what_was_committed_survives_a_kill_and_the_rest_does_not(void **state)
{
    struct fixture *f = *state;
    int status;
    pid_t pid;

    make_table(f->db);
    if ((pid = fork()) == 0) {
        struct db *db = db_open(f->url, NULL);

        if (db && db_run(db, NULL, "UPDATE t SET n = 5", "", (GError **)NULL) &&
            db_begin(db, NULL) && db_run(db, NULL, "UPDATE t SET n = 6", "", (GError **)NULL))
            raise(SIGKILL);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(number(f->db, "SELECT n FROM t"), 5);
}

/* A step that would fail, or count wrongly, if it were applied twice. */
static const struct db_migration steps[] = {
    {1, "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1)"       },
    {2, "ALTER TABLE a ADD COLUMN m BIGINT; UPDATE a SET n = n + 10"},
    {3, "INSERT INTO a (n) VALUES (100); CREATE TABLE b (x TEXT)"   },
};

static const struct db_schema one = {"one", steps, 3};

void test_steps_are_applied_once_and_in_order(void **state)
{
    struct fixture *f = *state;

    OK(db_migrate(f->db, &(struct db_schema){"one", steps, 1}, &error));
    assert_int_equal(number(f->db, "SELECT sum(n) FROM a"), 1);
    OK(db_migrate(f->db, &one, &error));
    OK(db_migrate(f->db, &one, &error));
    assert_int_equal(number(f->db, "SELECT sum(n) FROM a"), 111);
}

void test_modules_count_for_themselves(void **state)
{
    static const struct db_migration other[] = {
        {1, "CREATE TABLE other (n BIGINT)"}
    };
    struct fixture *f = *state;

    OK(db_migrate(f->db, &one, &error));
    OK(db_migrate(f->db, &(struct db_schema){"two", other, 1}, &error));
    assert_int_equal(number(f->db, "SELECT count(*) FROM heddle_schema"), 2);
}

void test_a_database_ahead_of_the_program_is_refused(void **state)
{
    struct fixture *f = *state;

    OK(db_migrate(f->db, &one, &error));
    FAILS(db_migrate(f->db, &(struct db_schema){"one", steps, 2}, &error), ERROR_INVALID,
          "module one have version 3, this program knows version 2");
}

void test_a_step_that_fails_leaves_the_version_there_was(void **state)
{
    static const struct db_migration broken[] = {
        {1, "CREATE TABLE a (n BIGINT)"                                  },
        {2, "ALTER TABLE a ADD COLUMN m BIGINT"                          },
        {3, "INSERT INTO a VALUES (1, 2); INSERT INTO missing VALUES (1)"},
    };
    struct fixture *f = *state;

    OK(db_migrate(f->db, &(struct db_schema){"one", broken, 1}, &error));
    FAILS(db_migrate(f->db, &(struct db_schema){"one", broken, 3}, &error), ERROR_FAILED,
          "Migration 3 of one failed.");
    assert_int_equal(number(f->db, "SELECT version FROM heddle_schema"), 1);
    assert_int_equal(number(f->db, "SELECT count(*) FROM a"), 0);
    OK(db_run(f->db, NULL, "INSERT INTO a VALUES (1)", "", &error)); /* a has one column */
}

void test_processes_that_migrate_at_once_do_it_once(void **state)
{
    struct fixture *f = *state;
    pid_t children[4];

    for (size_t i = 0; i < G_N_ELEMENTS(children); i++)
        if ((children[i] = fork()) == 0) {
            struct db *db = db_open(f->url, NULL);

            _exit(db && db_migrate(db, &one, NULL) ? 0 : 1);
        }
    for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
        int status;

        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number(f->db, "SELECT sum(n) FROM a"), 111);
}
