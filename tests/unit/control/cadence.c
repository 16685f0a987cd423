#include "control/control_test.h"

int setup(void **state)
{
    *state = world_new((struct control_settings){0});
    return 0;
}

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

void test_the_scheduler_runs_prod_by_itself_when_models_are_due(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 4, 10000);
    g_autoptr(wire_runs) runs = NULL;
    const struct wire_task *t;
    const struct wire_run *run;

    assert_int_equal(got->tasks->len, 1);
    t = got->tasks->pdata[0];
    assert_int_equal(t->start_ms, T0 + 3 * DAY);
    assert_int_equal(t->end_ms, clock_now_ms() / DAY * DAY);
    assert_true(finish(w->run, "run-1", result_of(t, STATUS_SUCCESS)));
    g_free(work_off(w->run, "run-1"));
    runs = read_as(&wire_runs_type, get(w->dev, V1 "runs"));
    assert_int_equal(runs->runs->len, 1); /* no second one: nothing is due any more */
    run = runs->runs->pdata[0];
    assert_string_equal(run->trigger, "cadence");
    assert_string_equal(run->id, t->run_id);
    assert_int_equal(run->status, STATUS_SUCCESS);
}

void test_a_failed_run_is_not_repeated_before_the_next_tick_of_a_cron(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 4, 10000);
    g_autoptr(wire_claimed) again = NULL;

    assert_int_equal(got->tasks->len, 1);
    assert_true(finish(w->run, "run-1", result_of(got->tasks->pdata[0], STATUS_FAILED)));
    again = claim(w->run, "run-1", 4, 2500);
    assert_int_equal(again->tasks->len, 0);
}

void test_a_paused_environment_rests_until_it_is_resumed(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_claimed) first = claim(w->run, "run-1", 4, 10000), paused = NULL, got = NULL;
    g_autoptr(wire_environment) e = NULL;

    json_decref(post(w->dev, V1 "environments/prod/pause", NULL, NULL));
    assert_true(finish(w->run, "run-1", result_of(first->tasks->pdata[0], STATUS_FAILED)));
    paused = claim(w->run, "run-1", 4, 1500);
    assert_int_equal(paused->tasks->len, 0);
    e = environment(w, "prod");
    assert_non_null(e->paused_by);
    json_decref(post(w->dev, V1 "environments/prod/resume", NULL, NULL));
    got = claim(w->run, "run-1", 4, 10000);
    assert_int_equal(got->tasks->len, 1);
}
