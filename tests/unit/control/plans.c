#include "control/control_test.h"

int setup(void **state)
{
    *state = world_new((struct control_settings){.no_scheduler = true});
    return 0;
}

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

void test_a_plan_goes_from_post_to_finalized(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL, ended = NULL;
    g_autoptr(wire_environment) e = NULL;
    g_autofree char *log = NULL;

    hello(w->apply, "apply-1", "apply");
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    started = post_plan(w, p);
    assert_int_equal(started->status, STATUS_IN_PROGRESS);
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "create shop__a__10, evaluate shop__a__10, create shop__b__20, "
                             "evaluate shop__b__20, promote a, promote b");
    ended = progress(w, "plan", started->id, started->version, 0);
    assert_int_equal(ended->status, STATUS_SUCCESS);
    assert_int_equal(ended->events->len, 6);
    assert_int_equal(ended->stages->len, 3);
    e = environment(w, "prod");
    assert_string_equal(e->plan_id, started->id);
    assert_true(e->finalized_ms != TIME_NONE);
    assert_true(intervals_contains(snapshot_in(e, "b")->intervals, T0, T0 + 3 * DAY));
    assert_null(snapshot_in(e, "b")->definition);
}

void test_a_task_carries_what_an_executor_needs(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL;

    hello(w->apply, "apply-1", "apply");
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    started = post_plan(w, p);
    for (;;) {
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];
        const struct wire_parent *parent;

        assert_int_equal(got->tasks->len, 1);
        if (t->kind != TASK_EVALUATE || strcmp(t->identifier, "2") != 0) {
            assert_true(finish(w->apply, "apply-1", result_of(t, STATUS_SUCCESS)));
            continue;
        }
        assert_string_equal(t->plan_id, started->id);
        assert_string_equal(t->environment, "prod");
        assert_true(t->is_prod);
        assert_false(t->has_data);
        assert_int_equal(t->start_ms, T0);
        assert_int_equal(t->end_ms, T0 + 3 * DAY);
        assert_int_equal(t->execution_ms, T0 + 3 * DAY + 1000);
        assert_string_equal(json_get_string(t->definition, "name", ""), "b");
        parent = t->parents->pdata[0];
        assert_string_equal(parent->name, "\"db\".\"shop\".\"a\"");
        assert_string_equal(parent->table->name, "shop__a__10");
        break;
    }
}

void test_a_plan_before_any_gateway_is_known_is_refused(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autofree char *why = NULL;

    add_model(p, model("a", "1", NULL, NULL));
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, p, &why), ERROR_CONFLICT);
    assert_non_null(strstr(why, "No executor has reported a gateway"));
}

void test_a_plan_made_against_another_state_is_refused(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autofree char *why = NULL;

    add_model(p, model("a", "1", NULL, NULL));
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, p, &why), ERROR_CONFLICT);
    assert_non_null(strstr(why, "has changed since this plan was made"));
    p->expected_plan_id = g_strdup(id);
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, p, NULL), 0);
}

void test_what_is_filled_is_reused_by_another_environment(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) p = plan_for("dev", NULL);
    g_autofree char *log = NULL;

    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "3", "a", "1"));
    wire_progress_free(post_plan(w, p));
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "create shop__b__30, evaluate shop__b__30, promote a, promote b");
}

void test_promotion_changes_the_views_that_differ_and_drops_the_rest(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *log = NULL;
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_environment) e = NULL;

    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("c", "4", "a", "1"));
    p->skip_backfill = true;
    wire_progress_free(post_plan(w, p));
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "create shop__c__40, promote c, demote b");
    e = environment(w, "prod");
    assert_string_equal(e->previous_plan_id, id);
    assert_int_equal(e->members->len, 2);
    assert_int_equal(intervals_count(snapshot_in(e, "c")->intervals), 0);
}

void test_an_empty_backfill_records_what_it_did_not_compute(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *log = NULL;
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_environment) e = NULL;

    add_model(p, model("c", "4", NULL, NULL));
    p->empty_backfill = true;
    wire_progress_free(post_plan(w, p));
    log = work_off(w->apply, "apply-1");
    assert_null(strstr(log, "evaluate"));
    e = environment(w, "prod");
    assert_true(intervals_contains(snapshot_in(e, "c")->intervals, T0, T0 + 3 * DAY));
}

void test_a_restatement_computes_again_what_is_filled(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *log = NULL;
    g_autoptr(wire_plan) p = plan_for("prod", id);
    struct wire_restatement *r = wire_restatement_new();

    r->name = g_strdup("\"db\".\"shop\".\"b\"");
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    g_ptr_array_add(p->restatements, r);
    wire_progress_free(post_plan(w, p));
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "evaluate shop__b__20");
}

static void restate(struct wire_plan *p, const char *name, int64_t start_ms)
{
    struct wire_restatement *r = wire_restatement_new();

    r->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    r->start_ms = start_ms;
    g_ptr_array_add(p->restatements, r);
}

/* A run has read the old rows of a and fills b while the plan begins: b must be computed again. */
void test_a_restatement_does_not_take_what_a_run_filled_meanwhile_for_its_own(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *first = NULL, *then = NULL;
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_claimed) a = NULL, b = NULL;

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + 4 * DAY + 1;
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    a = claim(w->run, "run-1", 1, 0);
    assert_true(finish(w->run, "run-1", result_of(a->tasks->pdata[0], STATUS_SUCCESS)));
    b = claim(w->run, "run-1", 1, 0);
    assert_int_equal(b->tasks->len, 1);
    p->execution_ms = T0 + 4 * DAY + 1000;
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    restate(p, "a", T0 + 3 * DAY);
    restate(p, "b", T0 + 3 * DAY);
    wire_progress_free(post_plan(w, p));
    first = work_off(w->apply, "apply-1");
    assert_string_equal(first, "evaluate shop__a__10"); /* the run is still at b */
    assert_true(finish(w->run, "run-1", result_of(b->tasks->pdata[0], STATUS_SUCCESS)));
    then = work_off(w->apply, "apply-1");
    assert_string_equal(then, "evaluate shop__b__20");
}

static int64_t filled_to(struct world *w, const char *environment_name, const char *name)
{
    g_autoptr(wire_environment) e = environment(w, environment_name);
    const struct intervals *have = snapshot_in(e, name)->intervals;

    return intervals_count(have) ? intervals_get(have, 0).end : T0;
}

static struct wire_progress *restate_b(struct world *w, const char *expected, int64_t start_ms)
{
    g_autoptr(wire_plan) p = plan_for("prod", expected);

    p->execution_ms = T0 + 4 * DAY + 1000;
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    restate(p, "b", start_ms);
    return post_plan(w, p);
}

/* A run that is at a range while a plan begins to restate it stands on what held before: were its
 * result to count, a plan that fails then would leave stale rows that pass for computed. */
static void restate_under_a_run(struct world *w, bool is_claimed)
{
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(wire_progress) p = NULL;
    g_autoptr(wire_claimed) a = NULL, b = NULL, again = NULL;
    g_autofree char *last = NULL;

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + 4 * DAY + 1;
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    a = claim(w->run, "run-1", 1, 0);
    if (is_claimed) {
        assert_true(finish(w->run, "run-1", result_of(a->tasks->pdata[0], STATUS_SUCCESS)));
        b = claim(w->run, "run-1", 1, 0);
        p = restate_b(w, id, T0 + 3 * DAY);
    } else {
        p = restate_b(w, id, T0 + 3 * DAY);
        assert_true(finish(w->run, "run-1", result_of(a->tasks->pdata[0], STATUS_SUCCESS)));
        b = claim(w->run, "run-1", 1, 0);
    }
    assert_int_equal(b->tasks->len, 1);
    assert_true(finish(w->run, "run-1", result_of(b->tasks->pdata[0], STATUS_SUCCESS)));
    assert_int_equal(filled_to(w, "prod", "a"), T0 + 4 * DAY);
    assert_int_equal(filled_to(w, "prod", "b"), T0 + 3 * DAY);
    again = claim(w->apply, "apply-1", 1, 0);
    assert_int_equal(again->tasks->len, 1);
    assert_true(finish(w->apply, "apply-1", result_of(again->tasks->pdata[0], STATUS_FAILED)));
    assert_int_equal(status_of(w, "plan", p->id), STATUS_FAILED);
    assert_int_equal(filled_to(w, "prod", "b"), T0 + 3 * DAY);
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    last = work_off(w->run, "run-1");
    assert_string_equal(last, "evaluate shop__b__20");
    assert_int_equal(filled_to(w, "prod", "b"), T0 + 4 * DAY);
}

void test_what_is_at_work_when_its_range_begins_to_be_restated_does_not_count(void **state)
{
    restate_under_a_run(*state, true);
}

void test_what_waits_for_a_parent_when_its_range_begins_to_be_restated_does_not_count(void **state)
{
    restate_under_a_run(*state, false);
}

void test_a_restatement_beside_what_is_at_work_lets_it_count(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_claimed) a = NULL, b = NULL;
    struct wire_restatement *range;

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + 4 * DAY + 1;
    json_decref(post(w->dev, V1 "runs", &wire_run_request_type, r));
    a = claim(w->run, "run-1", 1, 0);
    assert_true(finish(w->run, "run-1", result_of(a->tasks->pdata[0], STATUS_SUCCESS)));
    b = claim(w->run, "run-1", 1, 0);
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    restate(p, "b", T0);
    range = p->restatements->pdata[0];
    range->end_ms = T0 + 3 * DAY; /* where the run's begins */
    wire_progress_free(post_plan(w, p));
    assert_true(finish(w->run, "run-1", result_of(b->tasks->pdata[0], STATUS_SUCCESS)));
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(filled_to(w, "prod", "b"), T0 + 4 * DAY);
}

/* dev computes its own version of b while prod restates: it may have read what held before. */
void test_what_another_version_computes_when_a_restatement_of_prod_ends_does_not_count(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) dev = plan_for("dev", NULL);
    g_autoptr(wire_progress) p = NULL;
    g_autoptr(wire_claimed) create = NULL, evaluate = NULL;

    add_model(dev, model("a", "1", NULL, NULL));
    add_model(dev, model("b", "3", "a", "1"));
    wire_progress_free(post_plan(w, dev));
    create = claim(w->apply, "apply-1", 1, 0);
    assert_true(finish(w->apply, "apply-1", result_of(create->tasks->pdata[0], STATUS_SUCCESS)));
    evaluate = claim(w->apply, "apply-1", 1, 0);
    assert_string_equal(((struct wire_task *)evaluate->tasks->pdata[0])->target->name,
                        "shop__b__30");
    p = restate_b(w, id, T0 + DAY);
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(status_of(w, "plan", p->id), STATUS_SUCCESS);
    assert_true(finish(w->apply, "apply-1", result_of(evaluate->tasks->pdata[0], STATUS_SUCCESS)));
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(filled_to(w, "dev", "b"), T0);
}

void test_a_restatement_of_prod_makes_the_range_missing_in_other_versions(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) dev = plan_for("dev", NULL), p = plan_for("prod", id);
    struct wire_restatement *r = wire_restatement_new();
    g_autoptr(wire_environment) e = NULL;

    add_model(dev, model("a", "1", NULL, NULL));
    add_model(dev, model("b", "3", "a", "1"));
    wire_progress_free(post_plan(w, dev));
    g_free(work_off(w->apply, "apply-1"));
    r->name = g_strdup("\"db\".\"shop\".\"b\"");
    r->start_ms = T0 + DAY;
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    g_ptr_array_add(p->restatements, r);
    wire_progress_free(post_plan(w, p));
    g_free(work_off(w->apply, "apply-1"));
    e = environment(w, "dev");
    assert_int_equal(intervals_get(snapshot_in(e, "b")->intervals, 0).end, T0 + DAY);
    wire_environment_free(g_steal_pointer(&e));
    e = environment(w, "prod");
    assert_true(intervals_contains(snapshot_in(e, "b")->intervals, T0, T0 + 3 * DAY));
}

void test_a_failed_backfill_leaves_the_environment_as_it_was(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_progress) started = NULL, ended = NULL;
    g_autoptr(wire_environment) e = NULL;

    add_model(p, model("a", "5", NULL, NULL));
    add_model(p, model("b", "6", "a", "5"));
    started = post_plan(w, p);
    for (int i = 0; i < 2; i++) {
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];
        struct wire_result *r =
            result_of(t, t->kind == TASK_CREATE ? STATUS_SUCCESS : STATUS_FAILED);

        r->error = g_strdup("there is no table x");
        assert_true(finish(w->apply, "apply-1", r));
    }
    ended = progress(w, "plan", started->id, 0, 0);
    assert_int_equal(ended->status, STATUS_FAILED);
    assert_non_null(strstr(ended->error, "there is no table x"));
    assert_int_equal(ended->failures->len, 1);
    e = environment(w, "prod");
    assert_string_equal(e->plan_id, id);
    assert_string_equal(snapshot_in(e, "a")->identifier, "1");
}

void test_plans_on_one_environment_wait_for_each_other(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) p = plan_for("prod", id), other = plan_for("dev", NULL);
    g_autoptr(wire_progress) one = NULL, two = NULL, dev = NULL, cancelled = NULL, then = NULL;
    g_autofree char *cancel = NULL;

    add_model(p, model("a", "5", NULL, NULL));
    add_model(other, model("a", "5", NULL, NULL));
    one = post_plan(w, p);
    g_free(p->user);
    p->user = g_strdup("bob");
    two = post_plan(w, p);
    dev = post_plan(w, other);
    assert_int_equal(one->status, STATUS_IN_PROGRESS);
    assert_int_equal(two->status, STATUS_SCHEDULED);
    assert_non_null(strstr(two->waiting, one->id));
    assert_int_equal(dev->status, STATUS_IN_PROGRESS);
    cancel = g_strdup_printf(V1 "plans/%s/cancel", one->id);
    cancelled = read_as(&wire_progress_type, post(w->dev, cancel, NULL, NULL));
    then = progress(w, "plan", one->id, cancelled->version, 2000);
    assert_int_equal(then->status, STATUS_ABORTED);
    assert_int_equal(status_of(w, "plan", two->id), STATUS_IN_PROGRESS);
}

void test_a_plan_whose_ground_moved_while_it_waited_is_aborted(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w);
    g_autoptr(wire_plan) p = plan_for("prod", id);
    g_autoptr(wire_progress) one = NULL, two = NULL, end = NULL;

    add_model(p, model("a", "5", NULL, NULL));
    one = post_plan(w, p);
    g_free(p->user);
    p->user = g_strdup("bob");
    two = post_plan(w, p);
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(status_of(w, "plan", one->id), STATUS_SUCCESS);
    end = progress(w, "plan", two->id, 0, 0);
    assert_int_equal(end->status, STATUS_ABORTED);
    assert_non_null(strstr(end->error, "has changed since"));
}

void test_a_dev_environment_reads_dev_tables_of_what_is_not_deployable(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *log = NULL;
    g_autoptr(wire_plan) p = plan_for("dev", NULL);
    struct wire_snapshot *a = model("a", "7", NULL, NULL);

    a->forward_only = true;
    g_free(a->version);
    a->version = g_strdup("10");
    add_model(p, a);
    add_model(p, model("b", "8", "a", "7"));
    wire_progress_free(post_plan(w, p));
    for (bool seen = false; !seen;) {
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];

        assert_int_equal(got->tasks->len, 1);
        if (t->kind == TASK_EVALUATE && strcmp(t->identifier, "8") == 0) {
            const struct wire_parent *parent = t->parents->pdata[0];

            assert_string_equal(parent->table->name, "shop__a__71__dev");
            seen = true;
        }
        if (strcmp(t->identifier, "7") == 0)
            assert_true(t->is_dev_table);
        assert_true(finish(w->apply, "apply-1", result_of(t, STATUS_SUCCESS)));
    }
}

void test_a_plan_that_cannot_be_is_refused(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) twice = plan_for("prod", NULL), bad_name = plan_for("a b", NULL);
    g_autoptr(wire_plan) open = plan_for("prod", NULL);
    struct wire_snapshot *undecided = model("a", "1", NULL, NULL);

    hello(w->apply, "apply-1", "apply");
    add_model(twice, model("a", "1", NULL, NULL));
    add_model(twice, model("a", "2", NULL, NULL));
    g_clear_pointer(&undecided->version, g_free);
    add_model(open, undecided);
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, twice, NULL), ERROR_INVALID);
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, bad_name, NULL), ERROR_INVALID);
    assert_int_equal(post_code(w->dev, V1 "plans", &wire_plan_type, open, NULL), ERROR_INVALID);
}

void test_a_plan_posted_twice_is_one_plan(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) one = NULL, two = NULL;

    hello(w->apply, "apply-1", "apply");
    add_model(p, model("a", "1", NULL, NULL));
    one = post_plan(w, p);
    two = post_plan(w, p);
    assert_string_equal(one->id, two->id);
}

void test_an_unknown_plan_is_not_found(void **state)
{
    struct world *w = *state;
    g_autoptr(GError) error = NULL;

    assert_null(api_call(w->dev, "GET", V1 "plans/nope", NULL, 0, &error));
    assert_true(error_is(error, ERROR_NOT_FOUND));
}

void test_an_executor_may_not_plan_and_a_developer_may_not_claim(void **state)
{
    struct world *w = *state;
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_claim) c = wire_claim_new();

    c->executor_id = g_strdup("x");
    assert_int_equal(post_code(w->apply, V1 "plans", &wire_plan_type, p, NULL), ERROR_DENIED);
    assert_int_equal(post_code(w->dev, V1 "tasks/claim", &wire_claim_type, c, NULL), ERROR_DENIED);
}

/* Prod with model a in another version of the same table, to be audited. */
static struct wire_plan *plan_with_audit(const char *environment, const char *expected)
{
    struct wire_plan *p = plan_for(environment, expected);
    struct wire_snapshot *a = model("a", "7", NULL, NULL);
    struct wire_restatement *r = wire_restatement_new();

    g_free(a->version);
    a->version = g_strdup("10");
    a->category = CATEGORY_METADATA;
    r->name = g_strdup(a->name);
    g_ptr_array_add(p->audits, r);
    add_model(p, a);
    add_model(p, model("b", "2", "a", "1"));
    return p;
}

void test_changed_audits_are_run_once_over_what_is_filled(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *dev = NULL, *log = NULL;
    g_autoptr(wire_plan) first = plan_with_audit("dev", NULL), then = plan_with_audit("prod", id);
    g_autoptr(wire_claimed) got = NULL;
    const struct wire_task *t;

    wire_progress_free(post_plan(w, first));
    got = claim(w->apply, "apply-1", 1, 0);
    t = got->tasks->pdata[0];
    assert_int_equal(t->kind, TASK_AUDIT);
    assert_string_equal(t->target->name, "shop__a__10");
    assert_int_equal(t->start_ms, T0);
    assert_int_equal(t->end_ms, T0 + 3 * DAY);
    assert_true(finish(w->apply, "apply-1", result_of(t, STATUS_SUCCESS)));
    dev = work_off(w->apply, "apply-1");
    assert_string_equal(dev, "promote a, promote b");
    wire_progress_free(post_plan(w, then));
    log = work_off(w->apply, "apply-1");
    assert_string_equal(log, "promote a");
}

void test_a_changed_audit_that_fails_fails_the_plan_before_views_change(void **state)
{
    struct world *w = *state;
    g_autofree char *id = make_prod(w), *log = NULL;
    g_autoptr(wire_environment) e = NULL;

    for (int i = 0; i < 2; i++) { /* a snapshot that is stored by now is audited all the same */
        g_autoptr(wire_plan) p = plan_with_audit("prod", id);
        g_autoptr(wire_progress) started = post_plan(w, p), ended = NULL;
        g_autoptr(wire_claimed) got = claim(w->apply, "apply-1", 1, 0);
        const struct wire_task *t = got->tasks->pdata[0];
        struct wire_result *r = result_of(t, STATUS_FAILED);

        assert_int_equal(t->kind, TASK_AUDIT);
        r->error = g_strdup("4 rows");
        assert_true(finish(w->apply, "apply-1", r));
        ended = progress(w, "plan", started->id, 0, 0);
        assert_int_equal(ended->status, STATUS_FAILED);
        log = work_off(w->apply, "apply-1");
        assert_string_equal(log, "");
        g_clear_pointer(&log, g_free);
    }
    e = environment(w, "prod");
    assert_string_equal(e->plan_id, id);
}
