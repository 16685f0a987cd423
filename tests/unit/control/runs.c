#include "control/control_test.h"

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

int setup(void **state)
{
    *state = world_new((struct control_settings){.no_scheduler = true});
    return 0;
}

static struct wire_progress *post_run(struct world *w, int64_t execution_ms)
{
    g_autoptr(wire_run_request) r = wire_run_request_new();

    r->environment = g_strdup("prod");
    r->execution_ms = execution_ms;
    return read_as(&wire_progress_type, post(w->dev, V1 "runs", &wire_run_request_type, r));
}

void test_a_run_fills_what_became_due(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *log = NULL, *none = NULL;
    g_autoptr(wire_progress) run = post_run(w, T0 + 4 * DAY + 1);
    g_autoptr(wire_environment) e = NULL;

    assert_int_equal(run->status, STATUS_IN_PROGRESS);
    none = work_off(w->apply, "apply-1"); /* a run is for run executors */
    assert_string_equal(none, "");
    log = work_off(w->run, "run-1");
    assert_string_equal(log, "evaluate shop__a__10, evaluate shop__b__20");
    assert_int_equal(status_of(w, "run", run->id), STATUS_SUCCESS);
    e = environment(w, "prod");
    assert_true(intervals_contains(snapshot_in(e, "b")->intervals, T0, T0 + 4 * DAY));
    assert_string_equal(e->plan_id, plan);
}

void test_a_run_has_the_statements_of_its_environment_around_it(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL, run = NULL, idle = NULL;
    g_autofree char *planned = NULL, *log = NULL;

    hello(w->apply, "apply-1", "apply");
    hello(w->run, "run-1", "run");
    add_model(p, model("a", "1", NULL, NULL));
    p->environment->statements =
        json_pack("{s:[s], s:[s]}", "before_all", "SELECT 1", "after_all", "SELECT 2");
    started = post_plan(w, p);
    planned = work_off(w->apply, "apply-1");
    assert_non_null(strstr(planned, "before_all -"));
    run = post_run(w, T0 + 4 * DAY + 1);
    log = work_off(w->run, "run-1");
    assert_string_equal(log, "before_all -, evaluate shop__a__10, after_all -");
    assert_int_equal(status_of(w, "run", run->id), STATUS_SUCCESS);
    idle = post_run(w, T0 + 4 * DAY + 2);
    assert_int_equal(idle->status, STATUS_SKIPPED);
}

/* What the executor claims of a run; tasks of one kind fail. */
static char *work_off_failing(struct api *a, const char *id, int failing)
{
    g_autoptr(GString) log = g_string_new(NULL);

    for (;;) {
        g_autoptr(wire_claimed) claimed = claim(a, id, 1, 0);
        const struct wire_task *t;
        struct wire_result *r;

        if (claimed->tasks->len == 0)
            return g_string_free(g_steal_pointer(&log), FALSE);
        t = claimed->tasks->pdata[0];
        r = result_of(t, t->kind == failing ? STATUS_FAILED : STATUS_SUCCESS);
        g_string_append_printf(log, "%s%s", log->len ? ", " : "", task_kind_names[t->kind]);
        assert_true(finish(a, id, r));
    }
}

void test_a_run_ends_with_after_all_though_models_failed_but_not_though_before_all_did(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL, run = NULL, again = NULL;
    g_autofree char *planned = NULL, *log = NULL, *log_again = NULL;

    hello(w->apply, "apply-1", "apply");
    hello(w->run, "run-1", "run");
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "1", "a", "1"));
    p->environment->statements =
        json_pack("{s:[s], s:[s]}", "before_all", "SELECT 1", "after_all", "SELECT 2");
    started = post_plan(w, p);
    planned = work_off(w->apply, "apply-1");
    run = post_run(w, T0 + 4 * DAY + 1);
    log = work_off_failing(w->run, "run-1", TASK_EVALUATE);
    assert_string_equal(log, "before_all, evaluate, after_all");
    assert_int_equal(status_of(w, "run", run->id), STATUS_FAILED);
    again = post_run(w, T0 + 4 * DAY + 2);
    log_again = work_off_failing(w->run, "run-1", TASK_BEFORE_ALL);
    assert_string_equal(log_again, "before_all");
    assert_int_equal(status_of(w, "run", again->id), STATUS_FAILED);
}

void test_a_run_with_nothing_due_is_skipped(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_progress) run = post_run(w, T0 + 3 * DAY + 1);

    assert_int_equal(run->status, STATUS_SKIPPED);
    assert_true(run->ended_ms != TIME_NONE);
}

void test_runs_on_one_environment_do_not_overlap(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_progress) one = post_run(w, T0 + 4 * DAY);
    g_autoptr(wire_progress) two = post_run(w, T0 + 5 * DAY);

    assert_int_equal(two->status, STATUS_SCHEDULED);
    g_free(work_off(w->run, "run-1"));
    assert_int_equal(status_of(w, "run", one->id), STATUS_SUCCESS);
    assert_int_equal(status_of(w, "run", two->id), STATUS_SUCCESS);
}

void test_a_selected_run_takes_what_is_upstream_along(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *log = NULL;
    g_autoptr(wire_run_request) r = wire_run_request_new();

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + 4 * DAY;
    r->no_upstream = true;
    g_ptr_array_add(r->select, g_strdup("\"db\".\"shop\".\"b\""));
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    log = work_off(w->run, "run-1");
    assert_string_equal(log, "evaluate shop__b__20");
    r->no_upstream = false;
    r->execution_ms = T0 + 5 * DAY;
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    g_free(log);
    log = work_off(w->run, "run-1");
    assert_string_equal(log, "evaluate shop__a__10, evaluate shop__b__20");
}

void test_a_run_of_no_environment_is_not_found(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_run_request) r = wire_run_request_new();

    r->environment = g_strdup("nowhere");
    assert_int_equal(post_code(w->dev, V1 "runs", &wire_run_request_type, r, NULL),
                     ERROR_NOT_FOUND);
}

void test_runs_and_evaluations_can_be_listed(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_progress) run = post_run(w, T0 + 4 * DAY);
    g_autoptr(wire_runs) runs = NULL;
    g_autoptr(wire_evaluations) some = NULL;
    g_autofree char *path = g_strdup_printf(V1 "evaluations?run_id=%s", run->id);
    const struct wire_evaluation *e;

    g_free(work_off(w->run, "run-1"));
    runs = read_as(&wire_runs_type, get(w->dev, V1 "runs?environment=prod&limit=5"));
    assert_int_equal(runs->runs->len, 1);
    assert_string_equal(((struct wire_run *)runs->runs->pdata[0])->id, run->id);
    some = read_as(&wire_evaluations_type, get(w->dev, path));
    assert_int_equal(some->evaluations->len, 2);
    e = some->evaluations->pdata[0];
    assert_string_equal(e->snapshot_name, "\"db\".\"shop\".\"b\"");
    assert_string_equal(e->executor, "run-1");
    assert_int_equal(e->rows, 7);
    assert_int_equal(e->status, STATUS_SUCCESS);
    assert_int_equal(e->interval_end_ms, T0 + 4 * DAY);
}

void test_a_cancelled_run_is_aborted(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_progress) run = post_run(w, T0 + 4 * DAY);
    g_autofree char *path = g_strdup_printf(V1 "runs/%s/cancel", run->id);
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 1, 0);
    g_autoptr(wire_renew) renew = wire_renew_new();
    g_autoptr(wire_renewed) renewed = NULL;
    const struct wire_task *t = got->tasks->pdata[0];
    struct wire_lease *lease = wire_lease_new();

    json_decref(post(w->dev, path, NULL, NULL));
    renew->executor_id = g_strdup("run-1");
    lease->task_id = g_strdup(t->id);
    lease->fence = t->fence;
    g_ptr_array_add(renew->leases, lease);
    renewed = read_as(&wire_renewed_type, post(w->run, V1 "tasks/renew", &wire_renew_type, renew));
    assert_int_equal(renewed->cancelled->len, 1);
    assert_int_equal(renewed->lost->len, 0);
    assert_true(finish(w->run, "run-1", result_of(t, STATUS_ABORTED)));
    assert_int_equal(status_of(w, "run", run->id), STATUS_ABORTED);
}

void test_a_failing_audit_is_told_and_its_interval_not_recorded(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_progress) run = post_run(w, T0 + 4 * DAY), end = NULL;
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 1, 0);
    struct wire_result *r = result_of(got->tasks->pdata[0], STATUS_FAILED);
    struct wire_audit *audit = wire_audit_new();
    g_autoptr(wire_environment) e = NULL;

    audit->name = g_strdup("not_null");
    audit->status = STATUS_FAILED;
    audit->blocking = true;
    audit->count = 3;
    g_ptr_array_add(r->audits, audit);
    r->error = g_strdup("audit not_null found 3 rows");
    assert_true(finish(w->run, "run-1", r));
    end = progress(w, "run", run->id, 0, 0);
    assert_int_equal(end->status, STATUS_FAILED);
    assert_int_equal(end->events->len, 2);
    assert_int_equal(((struct wire_event *)end->events->pdata[0])->audits->len, 1);
    e = environment(w, "prod");
    assert_false(intervals_contains(snapshot_in(e, "a")->intervals, T0, T0 + 4 * DAY));
}
