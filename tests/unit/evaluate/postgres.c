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

static struct wire_task *slow_day(void)
{
    struct wire_task *t =
        rig_task(TASK_EVALUATE, "slow",
                 "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `query`: `SELECT 1::INT "
                 "AS id, DATE '2024-01-02' AS d FROM pg_sleep(1)`, `columns_known`: true, "
                 "`projections`: [{`name`: `id`, `type`: `INT`}, {`name`: `d`, `type`: `DATE`}]");

    json_object_set_new(t->definition, "dialect", json_string("postgres"));
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

void test_a_deadlock_is_worth_another_attempt(void **state)
{
    g_autoptr(wire_result) r = NULL;
    struct wire_task *t;
    struct rig *g;

    (void)state;
    if (!start_server())
        skip();
    t = rig_task(TASK_BEFORE_ALL, "none", NULL);
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
