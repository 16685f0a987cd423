#include "control/control_test.h"

#include "state/state.h"

#include <pthread.h>

/* The clock of this process; written in place, so that no thread sees the environment move. */
static char offset[] = "HEDDLE_CLOCK_OFFSET_MS=+00000";

static void set_clock(const char *ms)
{
    memcpy(strchr(offset, '=') + 1, ms, strlen("+00000"));
}

int setup(void **state)
{
    set_clock("+00000");
    assert_int_equal(putenv(offset), 0);
    *state = world_new((struct control_settings){
        .no_scheduler = true, .lease_ttl_ms = 1000, .query_timeout_ms = 1500});
    return 0;
}

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

static struct wire_progress *plan_one(struct world *w, const char *environment)
{
    g_autoptr(wire_plan) p = plan_for(environment, NULL);

    add_model(p, model("a", "1", NULL, NULL));
    return post_plan(w, p);
}

struct later {
    struct world *w;
    int status;
};

static void *plan_later(void *data)
{
    struct later *l = data;

    usleep(300000);
    wire_progress_free(plan_one(l->w, "prod"));
    return NULL;
}

void test_a_waiting_claim_is_answered_as_soon_as_there_is_work(void **state)
{
    struct world *w = *state;
    struct later later = {w, 0};
    int64_t start = clock_monotonic_ms();
    g_autoptr(wire_claimed) got = NULL;
    pthread_t thread;

    hello(w->apply, "apply-1", "apply");
    assert_int_equal(pthread_create(&thread, NULL, plan_later, &later), 0);
    got = claim(w->apply, "apply-1", 1, 20000);
    pthread_join(thread, NULL);
    assert_int_equal(got->tasks->len, 1);
    assert_in_range(clock_monotonic_ms() - start, 250, 5000);
}

void test_a_waiting_claim_ends_empty_after_its_time(void **state)
{
    struct world *w = *state;
    int64_t start = clock_monotonic_ms();
    g_autoptr(wire_claimed) got = NULL;

    hello(w->apply, "apply-1", "apply");
    got = claim(w->apply, "apply-1", 1, 400);
    assert_int_equal(got->tasks->len, 0);
    assert_in_range(clock_monotonic_ms() - start, 390, 3000);
}

void test_work_of_a_silent_executor_goes_to_another(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) first = NULL, second = NULL;
    const struct wire_task *t;

    hello(w->apply, "apply-1", "apply");
    hello(w->apply, "apply-2", "apply");
    plan = plan_one(w, "prod");
    first = claim(w->apply, "apply-1", 1, 0);
    second = claim(w->apply, "apply-2", 1, 10000);
    t = second->tasks->pdata[0];
    assert_string_equal(t->id, ((struct wire_task *)first->tasks->pdata[0])->id);
    assert_false(finish(w->apply, "apply-1", result_of(first->tasks->pdata[0], STATUS_SUCCESS)));
    assert_true(finish(w->apply, "apply-2", result_of(t, STATUS_SUCCESS)));
    g_free(work_off(w->apply, "apply-2"));
    assert_int_equal(status_of(w, "plan", plan->id), STATUS_SUCCESS);
}

void test_work_of_a_silent_executor_goes_to_another_though_the_clock_goes_back(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) first = NULL, second = NULL;

    hello(w->apply, "apply-1", "apply");
    hello(w->apply, "apply-2", "apply");
    plan = plan_one(w, "prod");
    first = claim(w->apply, "apply-1", 1, 0);
    set_clock("-50000");
    second = claim(w->apply, "apply-2", 1, 10000);
    assert_int_equal(second->tasks->len, 1);
}

void test_a_lease_is_not_lost_because_the_clock_goes_ahead(void **state)
{
    struct world *w;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) got = NULL;

    world_free(*state);
    *state = w = world_new((struct control_settings){.no_scheduler = true, .lease_ttl_ms = 30000});
    hello(w->apply, "apply-1", "apply");
    plan = plan_one(w, "prod");
    got = claim(w->apply, "apply-1", 1, 0);
    set_clock("+50000");
    usleep(1500000);
    assert_true(finish(w->apply, "apply-1", result_of(got->tasks->pdata[0], STATUS_SUCCESS)));
}

void test_an_executor_that_did_not_say_hello_is_told_to(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_claim) m = wire_claim_new();
    g_autofree char *why = NULL;

    m->executor_id = g_strdup("stranger");
    assert_int_equal(post_code(w->apply, V1 "tasks/claim", &wire_claim_type, m, &why),
                     ERROR_NOT_FOUND);
    assert_non_null(strstr(why, "say hello"));
}

void test_an_executor_of_before_a_restart_goes_on(void **state)
{
    struct world *w;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) got = NULL;

    /* with a lease that outlives the restart, however slow the machine is */
    world_free(*state);
    *state = w = world_new((struct control_settings){.no_scheduler = true, .lease_ttl_ms = 30000});
    hello(w->apply, "apply-1", "apply");
    plan = plan_one(w, "prod");
    got = claim(w->apply, "apply-1", 1, 0);
    world_stop(w);
    world_start(w, (struct control_settings){.no_scheduler = true});
    assert_true(finish(w->apply, "apply-1", result_of(got->tasks->pdata[0], STATUS_SUCCESS)));
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(status_of(w, "plan", plan->id), STATUS_SUCCESS);
}

void test_a_plane_that_is_alone_gives_leases_of_before_out_at_once(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) before = NULL, after = NULL;

    hello(w->apply, "apply-1", "apply");
    plan = plan_one(w, "prod");
    before = claim(w->apply, "apply-1", 1, 0);
    world_stop(w);
    world_start(w, (struct control_settings){.no_scheduler = true, .alone = true});
    hello(w->apply, "apply-2", "apply");
    after = claim(w->apply, "apply-2", 1, 0);
    assert_int_equal(after->tasks->len, 1);
    assert_false(finish(w->apply, "apply-1", result_of(before->tasks->pdata[0], STATUS_SUCCESS)));
    assert_true(finish(w->apply, "apply-2", result_of(after->tasks->pdata[0], STATUS_SUCCESS)));
    g_free(work_off(w->apply, "apply-2"));
    assert_int_equal(status_of(w, "plan", plan->id), STATUS_SUCCESS);
}

void test_one_executor_may_serve_plans_and_runs(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(wire_progress) plan = NULL, run = NULL;
    g_autofree char *log = NULL;

    hello(w->apply, "all", "both");
    plan = plan_one(w, "prod");
    g_free(work_off(w->apply, "all"));
    assert_int_equal(status_of(w, "plan", plan->id), STATUS_SUCCESS);
    r->environment = g_strdup("prod");
    r->execution_ms = T0 + 6 * DAY;
    run = read_as(&wire_progress_type, post(w->dev, V1 "runs", &wire_run_request_type, r));
    assert_null(run->waiting);
    log = work_off(w->apply, "all");
    assert_true(g_str_has_prefix(log, "evaluate shop__a__"));
    assert_int_equal(status_of(w, "run", run->id), STATUS_SUCCESS);
}

void test_progress_says_that_nobody_works(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_progress) plan = NULL;

    hello(w->apply, "run-1", "run");
    plan = plan_one(w, "prod");
    assert_non_null(strstr(plan->waiting, "none of kind apply"));
}

void test_progress_says_that_nobody_has_the_gateway(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) plan = NULL;
    struct wire_snapshot *a = model("a", "1", NULL, NULL);

    hello(w->apply, "apply-1", "apply");
    a->gateway = g_strdup("other");
    add_model(p, a);
    plan = post_plan(w, p);
    assert_non_null(strstr(plan->waiting, "a gateway named other"));
}

void test_a_log_comes_with_its_evaluation(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_evaluations) some = NULL;

    hello(w->apply, "apply-1", "apply");
    plan = plan_one(w, "prod");
    for (int i = 0; i < 2; i++) {
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];
        g_autoptr(wire_logs) logs = wire_logs_new();
        struct wire_log *log = wire_log_new();

        logs->executor_id = g_strdup("apply-1");
        g_ptr_array_add(logs->pieces, log);
        log->task_id = g_strdup(t->id);
        log->fence = t->fence;
        log->text = g_strdup("INSERT INTO …\n");
        json_decref(post(w->apply, V1 "tasks/logs", &wire_logs_type, logs));
        assert_true(finish(w->apply, "apply-1", result_of(t, STATUS_SUCCESS)));
    }
    some = read_as(&wire_evaluations_type, get(w->dev, V1 "evaluations?environment=prod&log=1"));
    assert_int_equal(some->evaluations->len, 1);
    assert_string_equal(((struct wire_evaluation *)some->evaluations->pdata[0])->log,
                        "INSERT INTO …\n");
}

/* ---- queries ---- */

static void *answer_query(void *data)
{
    struct later *l = data;
    g_autoptr(wire_claimed) got = claim(l->w->apply, "apply-1", 1, 5000);
    const struct wire_task *t = got->tasks->pdata[0];
    struct wire_result *r = result_of(t, l->status);

    assert_int_equal(t->kind, TASK_QUERY);
    assert_string_equal(t->query, "SELECT 42");
    assert_int_equal(t->max_rows, 10);
    if (l->status == STATUS_SUCCESS)
        r->data = json_pack("{s:[{s:s}], s:[[i]]}", "columns", "name", "x", "rows", 42);
    else
        r->error = g_strdup("no such table");
    finish(l->w->apply, "apply-1", r);
    return NULL;
}

static struct wire_query *query_of(const char *sql)
{
    struct wire_query *q = wire_query_new();

    q->sql = g_strdup(sql);
    q->max_rows = 10;
    return q;
}

static bool file_contains(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL), *content = NULL;
    gsize len = 0;

    if (!g_file_get_contents(path, &content, &len, NULL))
        return false;
    for (gsize i = 0; i + strlen(text) <= len; i++)
        if (memcmp(content + i, text, strlen(text)) == 0)
            return true;
    return false;
}

void test_a_query_brings_its_rows_and_stores_none(void **state)
{
    struct world *w = *state;
    struct later later = {w, STATUS_SUCCESS};
    g_autoptr(wire_query) q = query_of("SELECT 42");
    g_autoptr(json_t) rows = NULL;
    pthread_t thread;

    hello(w->apply, "apply-1", "apply");
    assert_int_equal(pthread_create(&thread, NULL, answer_query, &later), 0);
    rows = post(w->dev, V1 "queries", &wire_query_type, q);
    pthread_join(thread, NULL);
    assert_int_equal(
        json_integer_value(json_array_get(json_array_get(json_object_get(rows, "rows"), 0), 0)),
        42);
    assert_false(file_contains(w->dir, "state.db-wal", "\"rows\""));
}

static void change(struct db *db, const char *sql)
{
    MUST(db_begin(db, &error));
    MUST(db_run(db, NULL, sql, "", &error));
    MUST(db_commit(db, &error));
}

/* SQLite gives the number of a task that was undone to the next one, whose rows are not for whoever
 * asked before. */
void test_a_query_whose_transaction_fails_does_not_wait_for_its_task(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_query) q = NULL;
    struct db *db;
    int code;

    if (statedb_is_postgres())
        skip();
    q = query_of("SELECT 42");
    hello(w->apply, "apply-1", "apply");
    MUST((db = db_open(w->state_url, &error)) != NULL);
    change(db, "CREATE TABLE nobody (id INTEGER PRIMARY KEY)");
    change(db,
           "CREATE TABLE somebody (id INTEGER REFERENCES nobody DEFERRABLE INITIALLY DEFERRED)");
    change(db, "CREATE TRIGGER commit_fails AFTER INSERT ON task BEGIN"
               " INSERT INTO somebody VALUES (1); END");
    code = post_code(w->dev, V1 "queries", &wire_query_type, q, NULL);
    change(db, "DROP TRIGGER commit_fails");
    db_close(db);
    assert_int_not_equal(code, 0);
    assert_int_not_equal(code, ERROR_NOT_FOUND); /* so it would have looked for the task */
}

void test_a_failing_query_says_why(void **state)
{
    struct world *w = *state;
    struct later later = {w, STATUS_FAILED};
    g_autoptr(wire_query) q = query_of("SELECT 42");
    g_autofree char *why = NULL;
    pthread_t thread;

    hello(w->apply, "apply-1", "apply");
    assert_int_equal(pthread_create(&thread, NULL, answer_query, &later), 0);
    assert_int_equal(post_code(w->dev, V1 "queries", &wire_query_type, q, &why), ERROR_INVALID);
    pthread_join(thread, NULL);
    assert_string_equal(why, "no such table");
}

void test_a_query_nobody_takes_ends_in_time(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_query) q = query_of("SELECT 42");
    g_autofree char *why = NULL, *log = NULL;

    assert_int_equal(post_code(w->dev, V1 "queries", &wire_query_type, q, &why), ERROR_UNAVAILABLE);
    assert_non_null(strstr(why, "No apply executor has taken the query."));
    hello(w->apply, "apply-1", "apply");
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "");
}

void test_queries_can_be_switched_off(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_query) q = query_of("SELECT 42");

    world_stop(w);
    world_start(w, (struct control_settings){.no_queries = true});
    assert_int_equal(post_code(w->dev, V1 "queries", &wire_query_type, q, NULL), ERROR_DENIED);
}

/* ---- environments that end ---- */

void test_an_invalidated_environment_loses_views_and_then_tables(void **state)
{
    struct world *w = *state;
    g_autofree char *prod = NULL, *log = NULL;
    g_autoptr(wire_plan) p = plan_for("dev", NULL);
    g_autoptr(json_t) gone = NULL;
    g_autoptr(GError) error = NULL;

    prod = make_prod(w);
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "9", "a", "1"));
    wire_progress_free(post_plan(w, p));
    g_free(work_off(w->apply, "apply-1"));
    MUST((gone = api_call(w->dev, "DELETE", V1 "environments/dev", NULL, 0, &error)) != NULL);
    usleep(1300000); /* the janitor's next look */
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "demote a, demote b, cleanup -"); /* the schema */
    assert_null(api_call(w->dev, "GET", V1 "environments/dev", NULL, 0, &error));
    assert_true(error_is(error, ERROR_NOT_FOUND));
    json_decref(post(w->dev, V1 "janitor?ignore_ttl=1", NULL, NULL));
    {
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];

        assert_int_equal(t->kind, TASK_CLEANUP);
        assert_int_equal(json_array_size(t->statements), 1);
        assert_string_equal(json_get_string(json_array_get(t->statements, 0), "name", ""),
                            "shop__b__90");
    }
}

static bool call_delete(struct api *a, const char *path, GError **error)
{
    g_autoptr(json_t) gone = api_call(a, "DELETE", path, NULL, 0, error);

    return gone != NULL;
}

static int64_t passes(struct db *db)
{
    g_autoptr(db_rows) rows = NULL;

    MUST((rows = db_query(db, "SELECT count(*) FROM work WHERE kind = ?", "i",
                          (int64_t)WORK_JANITOR, &error)) != NULL);
    MUST(db_next(rows, &error));
    return db_int(rows, 0);
}

/* What it found for the first project is undone with what failed at the second. */
void test_a_janitor_that_fails_leaves_nothing_behind(void **state)
{
    struct world *w = *state;
    g_autofree char *prod = NULL, *log = NULL;
    g_autoptr(wire_plan) p = NULL;
    struct db *db;

    if (statedb_is_postgres())
        skip();
    prod = make_prod(w);
    p = plan_for("dev", NULL);
    add_model(p, model("a", "1", NULL, NULL));
    wire_progress_free(post_plan(w, p));
    g_free(work_off(w->apply, "apply-1"));
    MUST((db = db_open(w->state_url, &error)) != NULL);
    change(db, "INSERT INTO state_project (path) VALUES ('acme/other')");
    change(db, "CREATE TRIGGER no_pass BEFORE INSERT ON work WHEN NEW.project <>"
               " (SELECT id FROM state_project WHERE path = 'acme/shop') BEGIN"
               " SELECT RAISE(ABORT, 'planned'); END");
    MUST(call_delete(w->dev, V1 "environments/dev", &error));
    usleep(1300000); /* the janitor's next look */
    assert_int_equal(passes(db), 0);
    change(db, "DROP TRIGGER no_pass");
    MUST(call_delete(w->dev, V1 "environments/dev", &error));
    usleep(1300000);
    log = work_off(w->apply, "apply-1");
    assert_non_null(strstr(log, "demote a"));
    assert_int_equal(passes(db), 1);
    db_close(db);
}

void test_prod_cannot_be_invalidated(void **state)
{
    struct world *w = *state;
    g_autofree char *prod = make_prod(w);
    g_autoptr(GError) error = NULL;

    assert_null(api_call(w->dev, "DELETE", V1 "environments/prod", NULL, 0, &error));
    assert_true(error_is(error, ERROR_INVALID));
}

void test_figures_are_served(void **state)
{
    struct world *w = *state;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/metrics", control_port(w->c));
    struct http_client *client = http_client_new();
    struct http_request request = {.method = "GET", .url = url};
    g_autoptr(http_answer) answer = NULL;

    MUST((answer = http_send(client, &request, &error)) != NULL);
    assert_int_equal(answer->status, 200);
    assert_non_null(
        strstr(answer->body->str, "heddle_queue_depth{queue=\"apply\",kind=\"evaluate\"} 0"));
    http_client_free(client);
}

void test_a_lease_does_not_live_for_ever_when_a_server_starts_with_its_clock_set_back(void **state)
{
    struct world *w;
    g_autoptr(wire_progress) plan = NULL;
    g_autoptr(wire_claimed) dead = NULL, after = NULL;

    world_free(*state);
    set_clock("+99000");
    *state = w = world_new((struct control_settings){.no_scheduler = true, .lease_ttl_ms = 2000});
    hello(w->apply, "apply-1", "apply");
    plan = plan_one(w, "prod");
    dead = claim(w->apply, "apply-1", 1, 0);
    assert_int_equal(dead->tasks->len, 1);
    world_stop(w);
    set_clock("-99000");
    world_start(w, (struct control_settings){.no_scheduler = true, .lease_ttl_ms = 2000});
    hello(w->apply, "apply-2", "apply");
    after = claim(w->apply, "apply-2", 1, 10000);
    assert_int_equal(after->tasks->len, 1);
}
