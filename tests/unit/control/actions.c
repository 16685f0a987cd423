#include "control_test.h"

#include "wire/api_v1.h"

#define OPEN "api/v1/"
#define A    "\"db\".\"shop\".\"a\""

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

static struct wire_v1_run *run_now(struct world *w, int day, const char *select)
{
    g_autoptr(wire_run_request) r = wire_run_request_new();

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + day * DAY;
    r->no_upstream = true;
    if (select)
        g_ptr_array_add(r->select, g_strdup(select));
    return read_as(&wire_v1_run_type, post(w->dev, OPEN "runs", &wire_run_request_type, r));
}

static struct wire_v1_restate *restate_of(const char *model)
{
    struct wire_v1_restate *m = wire_v1_restate_new();

    g_ptr_array_add(m->models, g_strdup(model));
    return m;
}

static int restate_code(struct world *w, struct wire_v1_restate *message, char **text)
{
    g_autoptr(wire_v1_restate) m = message;

    return post_code(w->dev, OPEN "environments/prod/restate", &wire_v1_restate_type, m, text);
}

void test_a_run_is_begun_and_cancelled(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(wire_v1_run) run = run_now(w, 4, NULL), stopped = NULL, idle = NULL;
    g_autofree char *path = g_strdup_printf(OPEN "runs/%s/cancel", run->run_id);

    assert_int_equal(run->status, STATUS_IN_PROGRESS);
    stopped = read_as(&wire_v1_run_type, post(w->dev, path, NULL, NULL));
    assert_string_equal(stopped->run_id, run->run_id);
    assert_int_equal(stopped->status, STATUS_ABORTED);
    assert_int_equal(status_of(w, "run", run->run_id), STATUS_ABORTED);
    idle = run_now(w, 3, NULL);
    assert_int_equal(idle->status, STATUS_SKIPPED);
}

void test_a_paused_model_and_what_reads_it_are_left_out(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *one = NULL, *chosen = NULL, *rest = NULL;

    json_decref(post(w->dev, OPEN "environments/prod/models/shop.b/pause", NULL, NULL));
    wire_v1_run_free(run_now(w, 4, NULL));
    one = work_off(w->run, "run-1");
    assert_string_equal(one, "evaluate shop__a__10");
    json_decref(post(w->dev, OPEN "environments/prod/models/shop.a/pause", NULL, NULL));
    json_decref(post(w->dev, OPEN "environments/prod/models/shop.b/resume", NULL, NULL));
    {
        g_autoptr(wire_v1_run) none = run_now(w, 5, NULL);

        assert_int_equal(none->status, STATUS_SKIPPED);
    }
    wire_v1_run_free(run_now(w, 5, A));
    chosen = work_off(w->run, "run-1");
    assert_string_equal(chosen, "evaluate shop__a__10");
    json_decref(post(w->dev, OPEN "environments/prod/models/db.shop.a/resume", NULL, NULL));
    wire_v1_run_free(run_now(w, 5, NULL));
    rest = work_off(w->run, "run-1");
    assert_string_equal(rest, "evaluate shop__b__20");
    assert_int_equal(
        post_code(w->dev, OPEN "environments/prod/models/shop.c/pause", NULL, NULL, NULL),
        ERROR_NOT_FOUND);
    assert_int_equal(
        post_code(w->dev, OPEN "environments/dev/models/shop.a/pause", NULL, NULL, NULL),
        ERROR_NOT_FOUND);
}

void test_restating_fills_a_model_and_what_reads_it_again(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *log = NULL;
    g_autoptr(wire_v1_restate) m = restate_of("shop.a");
    g_autoptr(wire_v1_plan) p = NULL, same = NULL;
    g_autoptr(wire_environment) during = NULL, after = NULL;

    m->start_at = T0 + DAY;
    m->end_at = T0 + 2 * DAY;
    p = read_as(&wire_v1_plan_type,
                post(w->dev, OPEN "environments/prod/restate", &wire_v1_restate_type, m));
    during = environment(w, "prod");
    assert_false(intervals_contains(snapshot_in(during, "b")->intervals, T0 + DAY, T0 + 2 * DAY));
    assert_true(intervals_contains(snapshot_in(during, "b")->intervals, T0, T0 + DAY));
    same = read_as(&wire_v1_plan_type,
                   post(w->dev, OPEN "environments/prod/restate", &wire_v1_restate_type, m));
    assert_string_equal(same->plan_id,
                        p->plan_id); /* the same request once more is the same plan */
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "evaluate shop__a__10, evaluate shop__b__20");
    after = environment(w, "prod");
    assert_true(intervals_contains(snapshot_in(after, "b")->intervals, T0, T0 + 3 * DAY));
    assert_string_equal(after->plan_id, p->plan_id);
    assert_int_equal(after->members->len, 2);
}

void test_what_cannot_be_restated_is_refused_with_the_reason(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *nothing = NULL, *backwards = NULL, *unknown = NULL;
    struct wire_v1_restate *m = restate_of("shop.a");

    m->start_at = T0 + 2 * DAY;
    m->end_at = T0 + DAY;
    assert_int_equal(restate_code(w, m, &backwards), ERROR_INVALID);
    assert_non_null(strstr(backwards, "start_at must be before end_at"));
    assert_int_equal(restate_code(w, restate_of("shop.c"), &unknown), ERROR_NOT_FOUND);
    assert_non_null(strstr(unknown, "no model shop.c"));
    assert_int_equal(restate_code(w, wire_v1_restate_new(), &nothing), ERROR_INVALID);
    assert_non_null(strstr(nothing, "empty"));
}

void test_a_model_that_forbids_it_is_not_restated(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    struct wire_snapshot *s = model("a", "1", NULL, NULL);
    g_autofree char *text = NULL;

    hello(w->apply, "apply-1", "apply");
    s->disable_restatement = true;
    add_model(p, s);
    wire_progress_free(post_plan(w, p));
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(restate_code(w, restate_of(A), &text), ERROR_INVALID);
    assert_non_null(strstr(text, "its disable_restatement forbids it"));
}
