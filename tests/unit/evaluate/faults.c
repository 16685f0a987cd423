/* faults.c -- a worker killed between any two statements, or before the answer, and the task done
 * again: the warehouse is as if it had been done once. */
#include "evaluate/rig.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child of this program does one task on its parent's file. */
static const char *file_of_parent(void)
{
    return getenv("HEDDLE_TEST_FILE");
}

int setup(void **state)
{
    struct rig *g;

    if (!file_of_parent())
        return rig_setup(state);
    g = g_new0(struct rig, 1);
    g->file = g_strdup(file_of_parent());
    g->log = g_string_new(NULL);
    g->stop_after = -1;
    rig_open(g);
    *state = g;
    return 0;
}

int teardown(void **state)
{
    struct rig *g = *state;

    if (!file_of_parent())
        return rig_teardown(state);
    rig_close(g);
    g_string_free(g->log, TRUE);
    g_free(g->file);
    g_free(g);
    return 0;
}

static void make_source(struct rig *g)
{
    rig_run(g, "CREATE SCHEMA IF NOT EXISTS sqlmesh__shop");
    rig_run(g, "CREATE OR REPLACE TABLE sqlmesh__shop.shop__s__1 AS SELECT i AS id, DATE "
               "'2024-01-01' + (i // 2)::INT AS d FROM range(1, 9) AS t(i)");
}

static struct wire_task *create_range(void)
{
    struct wire_task *t = rig_task(
        TASK_CREATE, "inc",
        "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `query`: `SELECT id, d FROM "
        "shop.s`, `description`: `words`, `column_descriptions`: [{`name`: `id`, `description`: "
        "`key`}]");

    rig_parent(t, "s");
    return t;
}

static struct wire_task *range(void)
{
    struct wire_task *t = create_range();

    t->kind = TASK_EVALUATE;
    rig_batch(t, "2024-01-01", "2024-01-04");
    return t;
}

static struct wire_task *full(void)
{
    struct wire_task *t =
        rig_task(TASK_EVALUATE, "full",
                 "`kind`: `FULL`, `query`: `SELECT id FROM shop.s`, `description`: `words`, "
                 "`audits`: [{`name`: `not_null`, `blocking`: true, `arguments`: {`columns`: "
                 "`(id)`}}]");

    rig_parent(t, "s");
    return t;
}

static struct wire_task *seed(void)
{
    return rig_task(TASK_EVALUATE, "seed",
                    "`kind`: `SEED`, `seed`: {`path`: `s.csv`, `delimiter`: `,`, `quotechar`: "
                    "`\\``, `keep_default_na`: true, `content`: `id,w\\n1,a\\n2,b\\n`}");
}

static struct wire_task *promote(void)
{
    struct wire_task *t = full();

    t->kind = TASK_PROMOTE;
    t->view = rig_table("shop", "full");
    return t;
}

static struct wire_task *statements(void)
{
    struct wire_task *t = rig_task(TASK_BEFORE_ALL, "none", NULL);

    t->statements = rig_json("{`before_all`: [`CREATE TABLE IF NOT EXISTS notes (a INT)`, `DELETE "
                             "FROM notes`, `INSERT INTO notes VALUES (1)`]}");
    return t;
}

static struct wire_task *(*const tasks[])(void) = {create_range, range,   full,
                                                   seed,         promote, statements};

void test_a_task_in_a_process_of_its_own(void **state)
{
    const char *which = getenv("HEDDLE_TEST_TASK");
    struct rig *g = *state;
    struct wire_task *t;
    g_autoptr(wire_result) r = NULL;

    if (!file_of_parent())
        make_source(g);
    t = tasks[which ? atoi(which) : 0]();
    r = rig_do(g, t);
    if (which && r->status != STATUS_SUCCESS)
        _exit(r->retry && !r->not_charged ? 77 : 1);
    assert_int_equal(r->status, STATUS_SUCCESS);
    wire_task_free(t);
}

/* With a fault at the n-th passage of a point; how the child ended. */
static int run_child(struct rig *g, size_t task, const char *fault)
{
    g_autofree char *number = g_strdup_printf("%zu", task);
    int status;
    pid_t child;

    rig_close(g);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        g_setenv("HEDDLE_FAULT", fault, TRUE);
        g_setenv("HEDDLE_TEST_FILE", g->file, TRUE);
        g_setenv("HEDDLE_TEST_TASK", number, TRUE);
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(2);
        execl("/proc/self/exe", "faults", "test_a_task_in_a_process_of_its_own", NULL);
        _exit(2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    rig_open(g);
    return status;
}

/* True when the fault met it. */
static bool killed(struct rig *g, size_t task, const char *point, int n)
{
    g_autofree char *fault = g_strdup_printf("%s:%d:kill", point, n);
    int status = run_child(g, task, fault);

    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

/* All that can be seen: objects, columns, comments, rows. */
static char *picture(struct rig *g)
{
    g_autofree char *objects =
        rig_ask(g, "SELECT table_schema, table_name, table_type FROM information_schema.tables "
                   "ORDER BY ALL");
    g_autofree char *columns =
        rig_ask(g, "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE "
                   "NOT internal ORDER BY ALL");
    g_autofree char *comments =
        rig_ask(g, "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL");
    g_auto(GStrv) names = NULL;
    g_autofree char *list =
        rig_ask(g, "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER "
                   "BY ALL");
    GString *out = g_string_new(NULL);

    g_string_printf(out, "%s\n%s\n%s\n", objects, columns, comments);
    names = g_strsplit(list, " / ", -1);
    for (char **name = names; *name && **name; name++) {
        g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY ALL", *name);
        g_autofree char *rows = rig_ask(g, sql);

        g_string_append_printf(out, "%s: %s\n", *name, rows);
    }
    return g_string_free(out, FALSE);
}

static void drop_all(struct rig *g)
{
    rig_run(g, "DROP SCHEMA IF EXISTS shop CASCADE");
    rig_run(g, "DROP SCHEMA IF EXISTS sqlmesh__shop CASCADE");
    rig_run(g, "DROP TABLE IF EXISTS notes");
    make_source(g);
}

static char *clean_run(struct rig *g, size_t task)
{
    drop_all(g);
    rig_succeed(g, tasks[task]());
    return picture(g);
}

static int try_all(struct rig *g, size_t task, const char *point, const char *clean)
{
    int n = 0;
    bool met = true;

    while (met) {
        g_autofree char *after = NULL;

        drop_all(g);
        met = killed(g, task, point, ++n);
        rig_succeed(g, tasks[task]());
        after = picture(g);
        assert_string_equal(after, clean);
    }
    return n - 1;
}

void test_a_task_killed_anywhere_and_done_again_is_done_once(void **state)
{
    struct rig *g = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
        g_autofree char *clean = clean_run(g, i);

        assert_true(try_all(g, i, "evaluate_statement", clean) >= 4);
        assert_true(try_all(g, i, "evaluate_committed", clean) >= 1);
    }
}

void test_a_task_done_twice_is_done_once(void **state)
{
    struct rig *g = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
        g_autofree char *clean = clean_run(g, i);
        g_autofree char *again = NULL;

        rig_succeed(g, tasks[i]());
        again = picture(g);
        assert_string_equal(again, clean);
    }
}

void test_a_lost_connection_is_worth_another_attempt(void **state)
{
    struct rig *g = *state;
    int status;

    make_source(g);
    status = run_child(g, 2, "evaluate_statement:2");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 77);
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'shop__full__1'", "0");
}
