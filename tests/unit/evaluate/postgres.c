/* postgres.c -- what a server with many connections asks of a task. */
#include "evaluate/rig.h"
#include "warehouse/server.h"

#include <pthread.h>

static struct server *server;

static void stop_at_exit(void)
{
    server_stop(server);
}

static bool start_server(void)
{
    const char *why;

    if (server)
        return true;
    server = server_start(&why);
    if (server)
        atexit(stop_at_exit);
    else if (!strstr(why, "installed"))
        fail_msg("%s", why);
    return server != NULL;
}

static struct warehouse *open_server(void)
{
    g_autoptr(json_t) connection =
        json_pack("{s:s, s:s, s:s, s:s}", "host", server->folder, "user", "admin", "password",
                  "p@ss/w:o rd%", "database", "postgres");
    g_autoptr(GError) error = NULL;
    struct warehouse *w = warehouse_open("postgres", connection, &error);

    if (!w)
        fail_msg("%s", error->message);
    return w;
}

static struct rig *connect_rig(void)
{
    struct rig *g = g_new0(struct rig, 1);

    g->log = g_string_new(NULL);
    g->stop_after = -1;
    g->w = open_server();
    return g;
}

static void disconnect(struct rig *g)
{
    rig_close(g);
    g_string_free(g->log, TRUE);
    g_free(g);
}

/* A task on the model "postgres"."shop"."NAME"; the catalog is the server's database. */
static struct wire_task *pg_task(int kind, const char *name, const char *more)
{
    struct wire_task *t = rig_task(kind, name, more);
    g_autofree char *fqn = g_strdup_printf("\"postgres\".\"shop\".\"%s\"", name);

    json_object_set_new(t->definition, "dialect", json_string("postgres"));
    json_object_set_new(t->definition, "catalog", json_string("postgres"));
    json_object_set_new(t->definition, "fqn", json_string(fqn));
    g_free(t->target->catalog);
    t->target->catalog = g_strdup("postgres");
    return t;
}

static struct wire_task *slow_day(void)
{
    struct wire_task *t =
        pg_task(TASK_EVALUATE, "slow",
                "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `query`: `SELECT 1::INT "
                "AS id, DATE '2024-01-02' AS d FROM pg_sleep(1)`, `columns_known`: true, "
                "`projections`: [{`name`: `id`, `type`: `INT`}, {`name`: `d`, `type`: `DATE`}]");

    rig_batch(t, "2024-01-02", "2024-01-03");
    return t;
}

static void *do_slow_day(void *data)
{
    struct rig *g = data;
    struct evaluate_context c = {g->w, "local", rig_log, g, rig_stopped};
    struct wire_task *t = slow_day();
    struct wire_result *r = evaluate_task(&c, t);

    wire_task_free(t);
    return r;
}

/* A worker that does not know yet that it lost its lease, and the one that has it now. */
void test_a_batch_done_by_two_at_the_same_time_is_there_once(void **state)
{
    struct rig *one, *two;
    pthread_t thread;
    void *first;
    g_autoptr(wire_result) a = NULL, b = NULL;

    (void)state;
    if (!start_server())
        skip();
    one = connect_rig();
    two = connect_rig();
    rig_succeed(one, slow_day()); /* the table is there */
    rig_run(one, "DELETE FROM sqlmesh__shop.shop__slow__1");
    assert_int_equal(pthread_create(&thread, NULL, do_slow_day, one), 0);
    g_usleep(300000);
    b = do_slow_day(two);
    assert_int_equal(pthread_join(thread, &first), 0);
    a = first;
    if (a->status != STATUS_SUCCESS || b->status != STATUS_SUCCESS)
        fail_msg("%s %s", a->error ? a->error : "", b->error ? b->error : "");
    rig_expect(two, "SELECT COUNT(*) FROM sqlmesh__shop.shop__slow__1", "1");
    disconnect(one);
    disconnect(two);
}

/* What is found in pg_stat_activity leads to the task's log and to its plan, and back. */
void test_the_servers_activity_and_a_tasks_log_name_each_other(void **state)
{
    static const char by_plan[] = "SELECT pid FROM pg_stat_activity WHERE query LIKE "
                                  "'/* SQLMESH_PLAN: 4711 */%pg_sleep(1)%' AND state = 'active'";
    struct rig *one, *other;
    pthread_t thread;
    g_autofree char *pid = NULL, *line = NULL;
    void *first;
    g_autoptr(wire_result) r = NULL;

    (void)state;
    if (!start_server())
        skip();
    one = connect_rig();
    other = connect_rig();
    warehouse_set_comment(one->w, "SQLMESH_PLAN: 4711");
    assert_int_equal(pthread_create(&thread, NULL, do_slow_day, one), 0);
    for (int tries = 0; tries < 1000 && (!pid || !*pid); tries++) {
        g_free(pid);
        pid = rig_ask(other, by_plan);
        g_usleep(10000);
    }
    assert_int_equal(pthread_join(thread, &first), 0);
    r = first;
    assert_int_equal(r->status, STATUS_SUCCESS);
    line = g_strdup_printf("On PostgreSQL backend %s\n", pid);
    if (!g_str_has_prefix(one->log->str, line))
        fail_msg("expected: %s\nbefore: %s", line, one->log->str);
    disconnect(one);
    disconnect(other);
}

static struct wire_task *with_end(const char *name, const char *kind, const char *query,
                                  const char *post)
{
    g_autofree char *more =
        g_strdup_printf("`kind`: `%s`, `query`: `%s`, `pre`: [{`sql`: `CREATE TABLE begun (x "
                        "INT)`}], `post`: [{`sql`: `DROP TABLE begun`}, {`sql`: `%s`}]",
                        kind, query, post);

    return pg_task(TASK_EVALUATE, name, more);
}

void test_a_task_whose_last_statement_fails_leaves_nothing_half_made(void **state)
{
    static const char bad[] = "INSERT INTO nowhere VALUES (1)", good[] = "SELECT 1";
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_fail(g, with_end("unborn", "FULL", "SELECT 1 AS a", bad), "nowhere");
    rig_expect(g, "SELECT to_regclass('sqlmesh__shop.shop__unborn__1')", "NULL");
    rig_succeed(g, with_end("whole", "FULL", "SELECT 1 AS a", good));
    rig_fail(g, with_end("whole", "FULL", "SELECT 2 AS a", bad), "nowhere");
    rig_expect(g, "SELECT a FROM sqlmesh__shop.shop__whole__1", "1");
    rig_succeed(g, with_end("shown", "VIEW", "SELECT 1 AS a", good));
    rig_fail(g, with_end("shown", "VIEW", "SELECT 2 AS a, 3 AS b", bad), "nowhere");
    rig_expect(g, "SELECT * FROM sqlmesh__shop.shop__shown__1", "1");
    rig_expect(g, "SELECT to_regclass('public.begun')", "NULL");
    rig_succeed(g, with_end("whole", "FULL", "SELECT 2 AS a", good));
    rig_expect(g, "SELECT a FROM sqlmesh__shop.shop__whole__1", "2");
    disconnect(g);
}

void test_a_deadlock_is_worth_another_attempt(void **state)
{
    g_autoptr(wire_result) r = NULL;
    struct wire_task *t;
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    t = rig_task(TASK_BEFORE_ALL, "none", NULL);
    g_free(t->target->catalog);
    t->target->catalog = NULL;
    g = connect_rig();
    rig_run(g, "CREATE FUNCTION fail_as(code text) RETURNS int LANGUAGE plpgsql AS "
               "'BEGIN RAISE EXCEPTION USING MESSAGE = code, ERRCODE = code; END'");
    t->statements = rig_json("{`before_all`: [`SELECT fail_as('40P01')`]}");
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_FAILED);
    assert_true(r->retry);
    assert_false(r->not_charged);
    wire_task_free(t);
    disconnect(g);
}

static struct wire_task *promotion(const char *name, const char *more)
{
    struct wire_task *t = pg_task(TASK_PROMOTE, name, more);

    t->view = rig_table("shop", name);
    g_free(t->view->catalog);
    t->view->catalog = g_strdup("postgres");
    return t;
}

#define ONE_ROW(query) "`kind`: `FULL`, `description`: `One.`, `query`: `" query "`"
#define FULL_OF(query) pg_task(TASK_EVALUATE, "kept", ONE_ROW(query))

void test_a_full_model_is_filled_under_the_views_that_show_it(void **state)
{
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_succeed(g, FULL_OF("SELECT 1::INT AS id"));
    rig_succeed(g, promotion("kept", ONE_ROW("SELECT 1::INT AS id")));
    rig_run(g, "CREATE VIEW public.built AS SELECT id + 1 AS next FROM shop.kept");
    rig_succeed(g, FULL_OF("SELECT 2::INT AS id"));
    rig_expect(g, "SELECT next FROM public.built", "3");
    rig_expect(g, "SELECT obj_description('sqlmesh__shop.shop__kept__1'::regclass)", "One.");
    disconnect(g);
}

void test_a_full_model_may_read_its_own_rows(void **state)
{
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__grows__1 AS SELECT 1 AS n");
    rig_succeed(g, pg_task(TASK_EVALUATE, "grows",
                           "`kind`: `FULL`, `query`: `SELECT MAX(n) + 1 AS n FROM shop.grows`"));
    rig_expect(g, "SELECT n FROM sqlmesh__shop.shop__grows__1", "2");
    disconnect(g);
}

void test_a_view_keeps_grants_until_its_columns_change(void **state)
{
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__open__1 AS SELECT 1 AS a");
    rig_run(g, "CREATE ROLE reader");
    rig_succeed(g, promotion("open", "`kind`: `FULL`, `description`: `Old.`, "
                                     "`column_descriptions`: [{`name`: `a`, `description`: `A.`}], "
                                     "`query`: `SELECT 1 AS a`"));
    rig_run(g, "GRANT SELECT ON shop.open TO reader");
    rig_run(g, "ALTER TABLE sqlmesh__shop.shop__open__1 ADD COLUMN b TEXT");
    rig_succeed(g, promotion("open", "`kind`: `FULL`, `query`: `SELECT 1 AS a, NULL::TEXT AS b`"));
    rig_expect(g, "SELECT has_table_privilege('reader', 'shop.open', 'SELECT')", "true");
    rig_expect(g, "SELECT COUNT(*) FROM pg_description WHERE objoid = 'shop.open'::regclass", "0");
    rig_run(g, "ALTER TABLE sqlmesh__shop.shop__open__1 DROP COLUMN a CASCADE");
    rig_succeed(g, promotion("open", "`kind`: `FULL`, `query`: `SELECT NULL::TEXT AS b`"));
    rig_expect(g, "SELECT attname FROM pg_attribute WHERE attrelid = 'shop.open'::regclass", "b");
    rig_run(g, "DROP VIEW shop.open; DROP ROLE reader");
    disconnect(g);
}

/* The first worker is gone but for its connection, which holds the batch. */
void test_another_attempt_ends_the_connection_of_the_first(void **state)
{
    struct rig *gone, *next;
    struct wire_task *t;

    (void)state;
    if (!start_server())
        skip();
    gone = connect_rig();
    next = connect_rig();
    t = slow_day();
    rig_run(gone, "BEGIN");
    rig_expect(gone,
               "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended("
               "'\"sqlmesh__shop\".\"shop__slow__1\" 1704153600000 1704240000000', 0))",
               "1");
    t->attempt = 2;
    rig_succeed(next, t);
    assert_false(warehouse_execute(gone->w, "SELECT 1", NULL, NULL));
    disconnect(gone);
    disconnect(next);
}

/* What a worker of another plan or run has at a table whose lease is this task's now. */
static struct rig *at_the_table(const char *table, const char *group)
{
    struct rig *g = connect_rig();
    g_autofree char *sql = g_strdup_printf(
        "SELECT COUNT(*) FROM (SELECT pg_advisory_xact_lock_shared(hashtextextended('%s of %s', "
        "0)), pg_advisory_xact_lock_shared(hashtextextended('%s', 0))) AS l",
        table, group, table);

    rig_run(g, "BEGIN");
    rig_expect(g, sql, "1");
    return g;
}

#define SLOW "\"sqlmesh__shop\".\"shop__slow__1\""

static void *leave_soon(void *data)
{
    g_usleep(300000);
    rig_run(data, "DELETE FROM sqlmesh__shop.shop__slow__1");
    rig_run(data, "INSERT INTO sqlmesh__shop.shop__slow__1 VALUES (7, DATE '2024-01-02')");
    rig_run(data, "COMMIT");
    return NULL;
}

/* A run that was frozen, and its successor, whose range is another one. */
void test_what_another_run_still_does_to_the_table_is_seen(void **state)
{
    struct rig *gone, *next;
    pthread_t thread;

    (void)state;
    if (!start_server())
        skip();
    next = connect_rig();
    rig_succeed(next, slow_day()); /* the table is there */
    gone = at_the_table(SLOW, "another run");
    assert_int_equal(pthread_create(&thread, NULL, leave_soon, gone), 0);
    rig_succeed(next, slow_day());
    assert_int_equal(pthread_join(thread, NULL), 0);
    rig_expect(next, "SELECT string_agg(id::TEXT, ' ') FROM sqlmesh__shop.shop__slow__1", "1");
    disconnect(gone);
    disconnect(next);
}

void test_another_run_that_stays_at_the_table_is_ended(void **state)
{
    struct rig *gone, *next;

    (void)state;
    if (!start_server())
        skip();
    next = connect_rig();
    rig_succeed(next, slow_day());
    gone = at_the_table(SLOW, "another run");
    rig_run(gone, "INSERT INTO sqlmesh__shop.shop__slow__1 VALUES (7, DATE '2024-01-02')");
    rig_succeed(next, slow_day());
    assert_false(warehouse_execute(gone->w, "COMMIT", NULL, NULL));
    rig_expect(next, "SELECT string_agg(id::TEXT, ' ') FROM sqlmesh__shop.shop__slow__1", "1");
    disconnect(gone);
    disconnect(next);
}

static struct wire_task *slow_day_of(const char *plan)
{
    struct wire_task *t = slow_day();

    g_free(t->plan_id);
    t->plan_id = g_strdup(plan);
    return t;
}

void test_other_batches_of_the_same_plan_stay_at_the_table(void **state)
{
    struct rig *other, *next;

    (void)state;
    if (!start_server())
        skip();
    next = connect_rig();
    rig_succeed(next, slow_day_of("4711"));
    other = at_the_table(SLOW, "4711");
    rig_succeed(next, slow_day_of("4711"));
    rig_run(other, "COMMIT");
    disconnect(other);
    disconnect(next);
}

static void *make_schema(void *data)
{
    struct rig *g = connect_rig();
    struct evaluate_context c = {g->w, "local", rig_log, g, rig_stopped};
    struct wire_task *t = pg_task(TASK_CREATE, data, "`kind`: `FULL`, `query`: `SELECT 1 AS a`");
    struct wire_result *r;

    g_free(t->target->schema);
    t->target->schema = g_strdup("sqlmesh__new");
    r = evaluate_task(&c, t);
    wire_task_free(t);
    disconnect(g);
    return r;
}

void test_many_may_make_one_schema_at_the_same_time(void **state)
{
    static char *names[] = {(char *)"a", (char *)"b", (char *)"c", (char *)"d"};
    pthread_t threads[G_N_ELEMENTS(names)];

    (void)state;
    if (!start_server())
        skip();
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_schema, names[i]), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        void *result;
        g_autoptr(wire_result) r = NULL;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        r = result;
        if (r->status != STATUS_SUCCESS)
            fail_msg("%s", r->error);
    }
}

void test_types_that_only_grow_keep_their_rows(void **state)
{
    static const struct {
        const char *before, *after, *rows;
    } cases[] = {
        {"NUMERIC(10, 2)", "NUMERIC(12, 2)", "7.00"},
        {"NUMERIC(10, 2)", "NUMERIC",        "7.00"},
        {"VARCHAR(5)",     "TEXT",           "7"   },
        {"TEXT",           "VARCHAR",        "7"   },
        {"VARCHAR(9)",     "VARCHAR(5)",     "NULL"},
        {"NUMERIC(12, 2)", "NUMERIC(10, 2)", "NULL"},
        {"INT",            "BIGINT",         "NULL"},
        {"INT",            "TEXT",           "NULL"},
    };
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *make = g_strdup_printf("CREATE TABLE sqlmesh__shop.shop__grown__1 AS "
                                                "SELECT CAST('7' AS %s) AS v",
                                                cases[i].before);
        g_autofree char *more = g_strdup_printf(
            "`kind`: `FULL`, `query`: `SELECT CAST('7' AS %s) AS v`", cases[i].after);

        rig_run(g, make);
        rig_succeed(g, pg_task(TASK_CREATE, "grown", more));
        rig_expect(g, "SELECT v FROM sqlmesh__shop.shop__grown__1", cases[i].rows);
        rig_run(g, "DROP TABLE sqlmesh__shop.shop__grown__1");
    }
    disconnect(g);
}

void test_a_physical_view_stays_until_it_is_another(void **state)
{
    static const char view[] = "`kind`: `VIEW`, `query`: `SELECT 1 AS a`";
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_succeed(g, pg_task(TASK_EVALUATE, "seen", view));
    rig_run(g, "CREATE VIEW public.seeing AS SELECT a FROM sqlmesh__shop.shop__seen__1");
    rig_succeed(g, pg_task(TASK_EVALUATE, "seen", view));
    rig_succeed(g, pg_task(TASK_CREATE, "seen", "`kind`: `VIEW`, `query`: `SELECT 2 AS a`"));
    rig_expect(g, "SELECT a FROM public.seeing", "2");
    rig_succeed(g, pg_task(TASK_CREATE, "seen", "`kind`: `VIEW`, `query`: `SELECT 'x' AS a`"));
    rig_expect(g, "SELECT a FROM sqlmesh__shop.shop__seen__1", "x");
    rig_expect(g, "SELECT to_regclass('public.seeing')", "NULL");
    disconnect(g);
}

void test_a_name_that_is_too_long_is_refused_before_anything_is_made(void **state)
{
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_fail(
        g,
        pg_task(TASK_CREATE, "a_name_of_some_length_that_grows_beyond_what_is_there_for_it",
                "`kind`: `FULL`, `query`: `SELECT 1 AS a`"),
        "The table \"shop__a_name_of_some_length_that_grows_beyond_what_is_there_for_it__1\" has "
        "69 bytes, and postgres allows 63.\nhint: give the model");
    disconnect(g);
}

void test_a_model_in_another_database_is_refused(void **state)
{
    struct wire_task *t = pg_task(TASK_CREATE, "far", "`kind`: `FULL`, `query`: `SELECT 1 AS a`");
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    g_free(t->target->catalog);
    t->target->catalog = g_strdup("other");
    rig_fail(
        g, t,
        "sqlmesh__shop.shop__far__1 is in the catalog \"other\", and this gateway's connection is "
        "to \"postgres\": on postgres a connection reaches one only.\nhint: leave the catalog out");
    disconnect(g);
}

void test_types_of_other_engines_become_those_of_the_server(void **state)
{
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_succeed(
        g, pg_task(TASK_EVALUATE, "words",
                   "`kind`: `FULL`, `columns`: [{`name`: `a`, `type`: `DOUBLE`}, {`name`: `b`, "
                   "`type`: `TINYINT`}, {`name`: `c`, `type`: `DOUBLE[]`}, {`name`: `d`, "
                   "`type`: `DATETIME(3)`}, {`name`: `e`, `type`: `DOUBLE PRECISION`}], "
                   "`query`: `SELECT 1::DOUBLE AS a, 2::TINYINT AS b, ARRAY[3::DOUBLE] AS c, "
                   "'2024-01-02'::DATETIME AS d, 5::DOUBLE PRECISION AS e`"));
    rig_expect(
        g,
        "SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM "
        "pg_attribute WHERE attrelid = 'sqlmesh__shop.shop__words__1'::regclass AND attnum > 0",
        "double precision, smallint, double precision[], timestamp(3) without time zone, "
        "double precision");
    disconnect(g);
}

void test_comments_that_nobody_wants_are_not_made(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) connection = NULL;
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    g = connect_rig();
    rig_close(g);
    connection =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "host", server->folder, "user", "admin", "password",
                  "p@ss/w:o rd%", "database", "postgres", "register_comments", 0);
    g->w = warehouse_open("postgres", connection, &error);
    assert_non_null(g->w);
    rig_succeed(g, pg_task(TASK_EVALUATE, "quiet", ONE_ROW("SELECT 1::INT AS id")));
    rig_expect(g, "SELECT obj_description('sqlmesh__shop.shop__quiet__1'::regclass)", "NULL");
    disconnect(g);
}
