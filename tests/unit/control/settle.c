#include "control/control_test.h"

#include <stdlib.h>

int setup(void **state)
{
    setenv("HEDDLE_FAULT", "control_settle:1", 1); /* before any thread, and read once */
    *state = world_new((struct control_settings){.no_scheduler = true});
    return 0;
}

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

void test_a_plan_that_could_not_be_ended_at_once_ends_a_moment_later(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL;
    int64_t until = clock_monotonic_ms() + 20000;

    hello(w->apply, "apply-1", "apply");
    add_model(p, model("a", "1", NULL, NULL));
    started = post_plan(w, p);
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(status_of(w, "plan", started->id), STATUS_IN_PROGRESS);
    while (status_of(w, "plan", started->id) != STATUS_SUCCESS && clock_monotonic_ms() < until)
        usleep(100000);
    assert_int_equal(status_of(w, "plan", started->id), STATUS_SUCCESS);
}
