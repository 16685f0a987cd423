#include "executor/plane.h"

int setup(void **state)
{
    (void)state;
    return plane_start();
}

int teardown(void **state)
{
    (void)state;
    return plane_stop();
}

static const char *status_of(const json_t *result)
{
    return json_get_string(result, "status", "");
}

static struct config *config_of_test(void)
{
    return duckdb_config("w.db", NULL);
}

void test_a_task_is_carried_out_and_reported(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;
    const json_t *gateway, *row;

    (void)state;
    assert_true(executor_wait_ready(e, PATIENCE_MS, NULL));
    plane_add(0, "1", "SELECT 40 + 2 AS answer");
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    row = json_array_get(json_object_get(json_object_get(r, "data"), "rows"), 0);
    assert_int_equal(json_integer_value(json_array_get(row, 0)), 42);
    assert_int_equal(json_get_int(r, "fence", 0), 1);
    gateway = json_array_get(json_object_get(plane.hello, "gateways"), 0);
    assert_string_equal(json_get_string(gateway, "name", ""), "local");
    assert_string_equal(json_get_string(gateway, "type", ""), "duckdb");
    assert_string_equal(json_get_string(gateway, "default_catalog", ""), "w");
    assert_non_null(strstr(json_get_string(gateway, "version", ""), "1."));
    assert_true(json_get_bool(gateway, "is_default", false));
    executor_stop(e, PATIENCE_MS);
}

void test_a_wrong_statement_fails_with_the_warehouses_words(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;

    (void)state;
    plane_add(0, "1", "SELECT * FROM nowhere_at_all");
    r = plane_result("1");
    assert_string_equal(status_of(r), "failed");
    assert_non_null(strstr(json_get_string(r, "error", ""), "nowhere_at_all"));
    assert_false(json_get_bool(r, "retry", false));
    executor_stop(e, PATIENCE_MS);
}

/* The first of this process's children; 0 when it has none. */
static int64_t worker_pid(void)
{
    g_autoptr(GDir) threads = g_dir_open("/proc/self/task", 0, NULL);
    int64_t pid = 0;
    const char *id;

    while (!pid && (id = g_dir_read_name(threads))) {
        g_autofree char *path = g_strdup_printf("/proc/self/task/%s/children", id), *text = NULL;

        if (g_file_get_contents(path, &text, NULL, NULL))
            pid = g_ascii_strtoll(text, NULL, 10);
    }
    return pid;
}

/* Wait until a task runs in the first worker. */
static void await_running(struct executor *e)
{
    int64_t running = 0;

    for (int i = 0; i < 300 && !running; i++) {
        g_autoptr(GList) jobs = NULL;

        g_usleep(100000);
        pthread_mutex_lock(&e->lock);
        jobs = g_hash_table_get_values(e->jobs);
        for (GList *at = jobs; at; at = at->next)
            running += ((struct job *)at->data)->state == JOB_RUNNING;
        pthread_mutex_unlock(&e->lock);
    }
    assert_true(running > 0);
    g_usleep(200000); /* the order is on its way: let the statement begin */
}

void test_a_killed_worker_is_a_failed_attempt_of_its_task_alone(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) killed = NULL, next = NULL;
    const char *why;

    (void)state;
    plane_add(0, "1", SLOW_QUERY);
    plane_add(0, "2", "SELECT 1");
    await_running(e);
    assert_int_equal(kill((pid_t)worker_pid(), SIGKILL), 0);
    killed = plane_result("1");
    assert_string_equal(status_of(killed), "failed");
    assert_true(json_get_bool(killed, "retry", false));
    assert_false(json_get_bool(killed, "not_charged", false));
    why = json_get_string(killed, "error", "");
    assert_non_null(strstr(why, "signal 9"));
    assert_non_null(strstr(why, "task 1, attempt 1"));
    next = plane_result("2");
    assert_string_equal(status_of(next), "success");
    executor_stop(e, PATIENCE_MS);
}

void test_a_worker_killed_while_idle_costs_no_task_an_attempt(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) first = NULL, next = NULL;
    siginfo_t ended;
    id_t worker;

    (void)state;
    plane_add(0, "1", "SELECT 1");
    first = plane_result("1");
    assert_string_equal(status_of(first), "success");
    worker = (id_t)worker_pid();
    assert_int_equal(kill((pid_t)worker, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, worker, &ended, WEXITED | WNOWAIT), 0);
    plane_add(0, "2", "SELECT 1");
    next = plane_result("2");
    assert_string_equal(status_of(next), "success");
    executor_stop(e, PATIENCE_MS);
}

/* Leases live for hours here: whoever hears of a cancel when they are renewed for their sake comes
 * too late. */
void test_all_that_waited_in_a_killed_worker_is_done_by_the_next(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);

    (void)state;
    plane_add(0, "1", SLOW_QUERY);
    for (int i = 2; i <= 14; i++) { /* more than it has behind the one it is at */
        g_autofree char *id = g_strdup_printf("%d", i);

        plane_add(0, id, "SELECT 1");
    }
    await_running(e);
    assert_int_equal(kill((pid_t)worker_pid(), SIGKILL), 0);
    for (int i = 1; i <= 14; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);
        g_autoptr(json_t) r = plane_result(id);

        assert_string_equal(status_of(r), i == 1 ? "failed" : "success");
    }
    executor_stop(e, PATIENCE_MS);
}

/* Statements of a log that is larger than a pipe: the third one alone is. */
static json_t *talkative_task(int statements)
{
    g_autofree char *padding = g_strnfill(300, '.'), *wide = g_strnfill(70000, '.');
    json_t *list = json_array();

    for (int i = 0; i < statements; i++) {
        g_autofree char *sql = g_strdup_printf("SELECT '%s', %d", i == 2 ? wide : padding, i);

        json_array_append_new(list, json_string(sql));
    }
    return json_pack("{s:s, s:s, s:i, s:i, s:{s:o}, s:I}", "id", "1", "kind", "before_all",
                     "attempt", 1, "max_attempts", 3, "statements", "before_all", list,
                     "execution_ms", (json_int_t)clock_now_ms());
}

void test_a_log_of_any_length_arrives_whole_and_in_order(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;
    const char *at;

    (void)state;
    plane_add_task(0, talkative_task(300));
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    executor_stop(e, PATIENCE_MS);
    at = plane.log->str;
    for (int i = 0; i < 300; i++) {
        g_autofree char *end = g_strdup_printf(".', %d\n", i);

        at = strstr(at, end);
        assert_non_null(at);
        assert_ptr_equal(strstr(at + 1, end), NULL);
    }
}

void test_a_cancelled_task_stops_and_is_aborted(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    g_autoptr(json_t) r = NULL;

    (void)state;
    plane.ttl_ms = 10 * 3600 * 1000;
    e = start_executor("apply", config);
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    plane_set(cancel, "1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "aborted");
    executor_stop(e, PATIENCE_MS);
}

void test_a_task_that_waits_in_the_worker_is_cancelled_at_once(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    g_autoptr(json_t) waits = NULL, runs = NULL, next = NULL;

    (void)state;
    e = start_executor("apply", config);
    plane_add(0, "1", SLOW_QUERY);
    plane_add(0, "2", "SELECT 2");
    plane_add(0, "3", "SELECT 3");
    await_running(e);
    plane_set(cancel, "2");
    waits = plane_result("2");
    assert_string_equal(status_of(waits), "aborted");
    assert_non_null(strstr(json_get_string(waits, "error", ""), "before it began"));
    plane_set(cancel, "1");
    runs = plane_result("1");
    assert_string_equal(status_of(runs), "aborted");
    next = plane_result("3");
    assert_string_equal(status_of(next), "success");
    executor_stop(e, PATIENCE_MS);
}

static struct job *running_job(struct executor *e, const char *id)
{
    GHashTableIter i;
    gpointer value;

    g_hash_table_iter_init(&i, e->jobs);
    while (g_hash_table_iter_next(&i, NULL, &value)) {
        struct job *j = value;

        if (strcmp(j->task->id, id) == 0 && j->state == JOB_RUNNING)
            return j;
    }
    return NULL;
}

/* The supervisor is kept from listening until the worker has done both tasks. */
void test_a_task_that_was_done_when_it_was_cancelled_is_not_said_to_be_unbegun(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) done = NULL;
    struct job *second = NULL;

    (void)state;
    plane_add(0, "1", "SELECT count(*) FROM range(200000000) t(a) WHERE hash(a) % 1000 = 3");
    plane_add(0, "2", "SELECT 2");
    for (int i = 0; i < PATIENCE_MS && !second; i++) {
        pthread_mutex_lock(&e->lock);
        second = running_job(e, "2");
        if (second) {
            executor__job_stop(second, STOP_CANCELLED);
            g_usleep(5 * 1000 * 1000);
        }
        pthread_mutex_unlock(&e->lock);
        g_usleep(1000);
    }
    done = plane_result("2");
    assert_string_equal(status_of(done), "success");
    executor_stop(e, PATIENCE_MS);
}

/* A figure that has no labels, or all of its text up to the value. */
static int64_t figure(struct executor *e, const char *series)
{
    g_autofree char *text = executor__metrics_text(e);
    g_autofree char *line = g_strdup_printf("\n%s ", series);
    const char *at = strstr(text, line);

    assert_non_null(at);
    return g_ascii_strtoll(at + strlen(line), NULL, 10);
}

static int64_t leases_lost(struct executor *e)
{
    return figure(e, "heddle_executor_leases_lost_total");
}

void test_a_lost_lease_stops_the_query_and_reports_nothing(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;

    (void)state;
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    plane_set(lose, "1");
    plane_add(0, "2", "SELECT 1");
    r = plane_result("2");
    assert_string_equal(status_of(r), "success");
    assert_int_equal(plane_result_count(), 1);
    assert_int_equal(leases_lost(e), 1);
    executor_stop(e, PATIENCE_MS);
    assert_int_equal(plane_result_count(), 1);
}

void test_the_loss_of_an_older_lease_leaves_the_newer_one_alone(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;
    int renewals;

    (void)state;
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    plane_set(lose_older, "1");
    pthread_mutex_lock(&plane.lock);
    renewals = plane.renewals;
    pthread_mutex_unlock(&plane.lock);
    plane_await(plane.renewals >= renewals + 2);
    assert_int_equal(leases_lost(e), 0);
    plane_set(cancel, "1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "aborted");
    executor_stop(e, PATIENCE_MS);
}

void test_leases_that_cannot_be_renewed_stop_before_they_expire(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    int64_t began;

    (void)state;
    plane.ttl_ms = 4000;
    e = start_executor("apply", config);
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    began = clock_monotonic_ms();
    plane_set(down, true);
    while (leases_lost(e) == 0 && clock_monotonic_ms() - began < PATIENCE_MS)
        g_usleep(50000);
    assert_int_equal(leases_lost(e), 1);
    assert_true(clock_monotonic_ms() - began <= 4100);
    executor_stop(e, 0);
    assert_int_equal(plane_result_count(), 0);
}

/* A worker that does not listen could commit when another executor has the task. */
void test_a_worker_that_does_not_stop_is_gone_before_its_lease_expires(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    int64_t began;
    pid_t worker;

    (void)state;
    plane.ttl_ms = 4000;
    e = start_executor("apply", config);
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    worker = (pid_t)worker_pid();
    assert_int_equal(kill(worker, SIGSTOP), 0);
    began = clock_monotonic_ms();
    plane_set(down, true);
    while (kill(worker, 0) == 0 && clock_monotonic_ms() - began < PATIENCE_MS)
        g_usleep(20000);
    assert_true(clock_monotonic_ms() - began <= 4100);
    executor_stop(e, 0);
    assert_int_equal(plane_result_count(), 0);
}

void test_a_drain_finishes_what_runs_and_gives_back_what_has_not_begun(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) ran = NULL, waited = NULL;
    int claims;

    (void)state;
    assert_true(executor_wait_ready(e, PATIENCE_MS, NULL));
    plane_add(0, "1", "SELECT count(*) FROM range(300000000) t(a) WHERE hash(a) % 1000 = 3");
    plane_add(0, "2", "SELECT 2");
    await_running(e);
    plane_await(plane.claimed == 2);
    executor_drain(e);
    waited = plane_result("2");
    assert_string_equal(status_of(waited), "failed");
    assert_true(json_get_bool(waited, "retry", false));
    assert_true(json_get_bool(waited, "not_charged", false));
    ran = plane_result("1");
    assert_string_equal(status_of(ran), "success");
    assert_true(executor_wait_ended(e, PATIENCE_MS));
    executor_stop(e, 0);
    claims = plane.claims;
    g_usleep(700000);
    assert_int_equal(plane.claims, claims);
}

void test_an_end_without_patience_cancels_and_charges_nobody(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;
    int64_t began;

    (void)state;
    plane_add(0, "1", SLOW_QUERY);
    await_running(e);
    began = clock_monotonic_ms();
    executor_stop(e, 0);
    assert_true(clock_monotonic_ms() - began < 6000);
    r = plane_result("1");
    assert_string_equal(status_of(r), "failed");
    assert_true(json_get_bool(r, "retry", false));
    assert_true(json_get_bool(r, "not_charged", false));
}

void test_no_secret_leaves_in_results_errors_or_logs(void **state)
{
    g_autoptr(config) config =
        duckdb_config("w.db", json_pack("{s:{s:s}}", "secrets", "password", "pa55word-of-w"));
    struct redactor *redactor = redactor_new();
    struct executor_options options = options_for("apply", config);
    struct executor *e;
    g_autoptr(json_t) rows = NULL, wrong = NULL, statement = NULL;
    g_autofree char *text = NULL, *error = NULL;

    (void)state;
    config_free(config);
    config = config_of_test();
    options.config = config;
    options.redactor = redactor;
    redactor_add(redactor, "pa55word-of-w");
    e = executor_start(&options, NULL);
    plane_add(0, "1", "SELECT 'x pa55word-of-w y', 'cGE1NXdvcmQtb2Ytdw=='");
    plane_add(0, "2", "SELECT * FROM \"pa55word-of-w\"");
    rows = plane_result("1");
    text = json_text(rows);
    assert_null(strstr(text, "pa55word"));
    assert_null(strstr(text, "cGE1NXdvcmQ"));
    assert_non_null(strstr(text, "x *** y"));
    wrong = plane_result("2");
    error = json_text(wrong);
    assert_null(strstr(error, "pa55word"));
    plane_add_task(0, json_pack("{s:s, s:s, s:i, s:i, s:{s:[s]}, s:I}", "id", "3", "kind",
                                "before_all", "attempt", 1, "max_attempts", 3, "statements",
                                "before_all", "SELECT 'pa55word-of-w, logged'", "execution_ms",
                                (json_int_t)clock_now_ms()));
    statement = plane_result("3");
    assert_string_equal(status_of(statement), "success");
    executor_stop(e, PATIENCE_MS);
    assert_null(strstr(plane.log->str, "pa55word"));
    assert_non_null(strstr(plane.log->str, "SELECT '***, logged'"));
    assert_null(strstr(plane.log->str, "x ***")); /* queries have no log */
    redactor_free(redactor);
}

void test_once_works_off_what_is_ready_and_ends(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor_options options = options_for("run", config);
    struct executor *e;

    (void)state;
    for (int i = 0; i < 10; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);

        plane_add(1, id, "SELECT 1");
    }
    options.once = true;
    e = executor_start(&options, NULL);
    assert_true(executor_wait_ended(e, PATIENCE_MS));
    assert_int_equal(plane_result_count(), 10);
    executor_stop(e, 0);
}

void test_an_outage_is_waited_out_and_the_result_told_afterwards(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    g_autoptr(json_t) r = NULL, again = NULL;

    (void)state;
    plane.ttl_ms = 30000;
    e = start_executor("apply", config);
    plane_add(0, "1", "SELECT count(*) FROM range(30000000) t(a) WHERE hash(a) % 1000 = 3");
    plane_await(plane.claimed == 1);
    plane_set(down, true);
    g_usleep(1500000);
    assert_int_equal(plane_result_count(), 0);
    plane_set(down, false);
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    plane_add(0, "2", "SELECT 2");
    again = plane_result("2");
    executor_stop(e, PATIENCE_MS);
}

static json_t *hello_of(const struct executor *e)
{
    return json_pack("{s:s, s:s, s:[]}", "executor_id", e->id, "kind", "apply", "gateways");
}

/* Has a caller been answered since this one's last call began? */
static bool has_recovered(struct executor *e, const struct caller *since)
{
    bool recovered;

    pthread_mutex_lock(&e->lock);
    recovered = e->recoveries != since->recoveries;
    pthread_mutex_unlock(&e->lock);
    return recovered;
}

/* A caller at its longest wait goes on as soon as any other hears that the outage is over. */
void test_an_outage_that_is_over_for_one_caller_is_over_for_all(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor_options options = options_for("apply", config);
    struct executor *e = start_executor("apply", config);
    struct api_settings api = {.url = options.url, .token = options.token};
    struct caller late = {0};
    g_autoptr(GError) error = NULL;

    (void)state;
    plane_await(plane.hellos > 0);
    assert_true(executor__caller_open(&late, e, "late one", &api, NULL));
    plane_set(down, true);
    assert_null(
        executor__call(&late, "executors/hello", hello_of(e), 0, &wire_welcome_type, &error));
    assert_true(error_is(error, ERROR_UNAVAILABLE));
    assert_true(executor__back_off(&late)); /* nobody is answered yet: it waits its time */
    late.attempts = 30;
    plane_await(plane.refused > 1); /* by the claimer, too */
    plane_set(down, false);
    /* How long it waits is chance: until the claimer is answered it may have to wait again. */
    while (executor__back_off(&late) && !has_recovered(e, &late))
        ;
    assert_false(executor__back_off(&late));
    executor__caller_close(&late);
    executor_stop(e, PATIENCE_MS);
}

void test_a_result_that_another_program_took_is_told_again(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e;
    g_autoptr(json_t) r = NULL;

    (void)state;
    plane.ttl_ms = 30000;
    e = start_executor("apply", config);
    plane_set(strangers, 2);
    plane_add(0, "1", "SELECT 1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    assert_int_equal(plane.strangers, 0);
    executor_stop(e, PATIENCE_MS);
}

void test_a_control_plane_that_forgot_hears_hello_again(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor *e = start_executor("apply", config);
    g_autoptr(json_t) r = NULL;

    (void)state;
    assert_true(executor_wait_ready(e, PATIENCE_MS, NULL));
    plane_set(forgets, true);
    plane_await(plane.hellos >= 2);
    plane_add(0, "1", "SELECT 1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    executor_stop(e, PATIENCE_MS);
}

void test_rotated_settings_reach_workers_and_logins(void **state)
{
    g_autoptr(config) config = config_of_test(), other = duckdb_config("other.db", NULL);
    struct executor_options options = options_for("apply", config);
    struct executor *e;
    g_autoptr(json_t) before = NULL, after = NULL;
    g_autofree char *first = NULL, *second = NULL;

    (void)state;
    options.token = NULL;
    options.client_id = "id";
    options.client_secret = "first-secret";
    e = executor_start(&options, NULL);
    plane_add(0, "1", "SELECT current_database()");
    before = plane_result("1");
    executor__reload(e, other, "second-secret");
    plane_add(0, "2", "SELECT current_database()");
    after = plane_result("2");
    first = json_text(json_object_get(before, "data"));
    second = json_text(json_object_get(after, "data"));
    assert_non_null(strstr(first, "\"w\""));
    assert_non_null(strstr(second, "\"other\""));
    plane_await(plane.hellos >= 2); /* another catalog is news */
    assert_non_null(strstr(plane.secrets->str, "id:first-secret"));
    executor_stop(e, PATIENCE_MS);
}

void test_a_refused_login_is_said(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor_options options = options_for("apply", config);
    g_autoptr(GError) error = NULL;
    struct executor *e;

    (void)state;
    options.token = NULL;
    options.client_id = "id";
    options.client_secret = "wrong-secret";
    e = executor_start(&options, NULL);
    assert_false(executor_wait_ready(e, PATIENCE_MS, &error));
    assert_true(error_is(error, ERROR_DENIED));
    assert_null(strstr(error->message, "wrong-secret"));
    executor_stop(e, 0);
}

void test_duckdb_in_memory_is_refused_unless_it_is_the_only_one(void **state)
{
    g_autoptr(config) config = duckdb_config(NULL, NULL);
    struct executor_options options = options_for("apply", config);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) r = NULL;
    struct executor *e;

    (void)state;
    assert_null(executor_start(&options, &error));
    assert_true(error_is(error, ERROR_INVALID));
    assert_non_null(strstr(error->message, "memory"));
    options.memory_allowed = true;
    e = executor_start(&options, NULL);
    plane_add(0, "1", "SELECT 1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    executor_stop(e, PATIENCE_MS);
}

void test_what_is_known_beforehand_needs_no_worker_before_work_is_expected(void **state)
{
    g_autoptr(config) config = config_of_test();
    struct executor_options options = options_for("both", config);
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func((GDestroyNotify)wire_gateway_free);
    struct wire_gateway *fact = wire_gateway_new();
    g_autoptr(json_t) r = NULL;
    struct executor *e;

    (void)state;
    fact->name = g_strdup("LOCAL");
    fact->type = g_strdup("duckdb");
    fact->default_catalog = g_strdup("w");
    g_ptr_array_add(known, fact);
    options.known = known;
    e = executor_start(&options, NULL);
    assert_non_null(e);
    assert_true(executor_wait_ready(e, PATIENCE_MS, NULL));
    g_usleep(200000);
    assert_int_equal(worker_pid(), 0);
    executor_expect_work(e);
    plane_await(plane.hellos == 2); /* the version was not known: it is told once it is open */
    assert_int_not_equal(worker_pid(), 0);
    plane_add(0, "1", "SELECT 1");
    r = plane_result("1");
    assert_string_equal(status_of(r), "success");
    executor_stop(e, PATIENCE_MS);
}
