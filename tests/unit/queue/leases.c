#include "queue/queue_test.h"

int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static int renew(struct fixture *f, const char *executor, int64_t id, int64_t fence, int64_t now)
{
    struct queue_lease lease = {1, id, fence, executor};
    enum queue_lease_state state;

    OK(queue_renew(f->q, &lease, now, &state, &error));
    return state;
}

static int64_t tick(struct fixture *f, int64_t now)
{
    int64_t next;

    OK(queue_tick(f->q, now, &next, &error));
    return next;
}

void test_a_lost_lease_can_record_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), old, new;

    assert_int_equal(claim(f, "one", 0, &old), id);
    assert_int_equal(tick(f, TTL - 1), TTL);
    tick(f, TTL);
    assert_int_equal(claim(f, "two", TTL, &new), id);
    assert_true(new > old);
    assert_int_equal(renew(f, "one", id, old, TTL + 1), LEASE_LOST);
    assert_int_equal(finish(f, "one", id, old, SUCCESS, TTL + 1), -1);
    assert_int_equal(state_of(f, id), QUEUE_LEASED);
    assert_int_equal(finish(f, "one", id, new, SUCCESS, TTL + 1), -1); /* a guessed fence */
    assert_int_equal(finish(f, "two", id, new, SUCCESS, TTL + 2), QUEUE_DONE);
    assert_int_equal(queue_leases_lost(f->q), 1);
}

void test_an_executor_that_claims_its_lost_task_again_holds_the_newer_lease_alone(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), old, new;

    claim(f, "e", 0, &old);
    tick(f, TTL);
    assert_int_equal(claim(f, "e", TTL, &new), id);
    assert_int_equal(renew(f, "e", id, old, TTL), LEASE_LOST);
    assert_int_equal(finish(f, "e", id, old, SUCCESS, TTL), -1);
    assert_int_equal(finish(f, "e", id, new, SUCCESS, TTL), QUEUE_DONE);
}

void test_a_renewed_lease_lives_on(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence;

    claim(f, "e", 0, &fence);
    assert_int_equal(renew(f, "e", id, fence, TTL - 1), LEASE_HELD);
    assert_int_equal(tick(f, TTL), 2 * TTL - 1);
    assert_int_equal(state_of(f, id), QUEUE_LEASED);
}

void test_finishing_twice_changes_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence;

    claim(f, "e", 0, &fence);
    assert_int_equal(finish(f, "e", id, fence, SUCCESS, 1), QUEUE_DONE);
    assert_int_equal(finish(f, "e", id, fence, FAILURE("no"), 2), -1);
    assert_int_equal(state_of(f, id), QUEUE_DONE);
}

void test_after_three_attempts_a_task_fails_with_the_story_of_each(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence, now = 0;
    g_autofree char *story = NULL;

    claim(f, "one", now, &fence);
    renew(f, "one", id, fence, now);
    tick(f, now += TTL);
    claim(f, "two", now, &fence);
    assert_int_equal(finish(f, "two", id, fence, RETRY("connection reset"), now), QUEUE_READY);
    assert_int_equal(claim(f, "three", now, NULL), 0); /* a moment later only */
    now = tick(f, now);
    assert_int_equal(claim(f, "three", now, &fence), id);
    assert_int_equal(finish(f, "three", id, fence, RETRY("out of memory"), now), QUEUE_FAILED);
    story = message_of(f, id);
    assert_non_null(strstr(story, "attempt 1 (one): The executor stopped renewing"));
    assert_non_null(strstr(story, "attempt 2 (two): connection reset"));
    assert_non_null(strstr(story, "attempt 3 (three): out of memory"));
}

void test_when_all_executors_are_gone_their_leases_end_at_once_and_uncharged(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence;

    for (int i = 0; i < 5; i++) {
        assert_int_equal(claim(f, "one", 2, &fence), id);
        renew(f, "one", id, fence, 2);
        OK(queue_end_leases(f->q, 2, &error));
        assert_int_equal(state_of(f, id), QUEUE_READY);
        assert_int_equal(finish(f, "one", id, fence, SUCCESS, 2), -1);
    }
}

void test_a_story_names_executors_as_people_do(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), now = 0;
    struct queue_slot slot = {"main", true, 1};
    struct queue_claim c = {1, CLASS_APPLY, "01ab", &slot, 1, "pod-7"};
    g_autofree char *story = NULL;

    for (int64_t fence = 1; fence <= 3; fence++) {
        g_autoptr(GPtrArray) got = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);

        OK(queue_claim(f->q, &c, now += 1000000, got, &error));
        assert_int_equal(got->len, 1);
        finish(f, "01ab", id, fence, RETRY("no"), now);
    }
    story = message_of(f, id);
    assert_non_null(strstr(story, "attempt 1 (pod-7): no"));
}

void test_what_nobody_received_is_not_charged_but_not_endless(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), now = 0, leases = 0;

    for (; state_of(f, id) == QUEUE_READY; leases++) {
        assert_int_equal(claim(f, "e", now, NULL), id);
        tick(f, now += TTL);
    }
    assert_int_equal(state_of(f, id), QUEUE_FAILED);
    assert_true(leases > 3 && leases < 50);
}

void test_waiting_for_a_lock_is_never_a_failed_attempt(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence, now = 0;
    struct wire_result busy = {.status = STATUS_ABORTED, .not_charged = true};

    for (int i = 0; i < 100; i++) {
        assert_int_equal(claim(f, "e", now, &fence), id);
        renew(f, "e", id, fence, now);
        assert_int_equal(finish(f, "e", id, fence, busy, now), QUEUE_READY);
        now += 10000;
    }
    assert_int_equal(claim(f, "e", now, &fence), id);
    assert_int_equal(finish(f, "e", id, fence, SUCCESS, now), QUEUE_DONE);
}

void test_a_log_shows_its_gaps_and_takes_repeats(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), fence;
    struct wire_log chunk = {.text = (char *)"one\n", .sequence = 0, .offset = 0};
    struct queue_lease lease = {1, id, 0, "e"};
    g_autofree char *text = NULL;
    g_autoptr(GError) refused = NULL;

    claim(f, "e", 0, &fence);
    lease.fence = fence;
    OK(queue_log(f->q, &lease, &chunk, &error));
    OK(queue_log(f->q, &lease, &chunk, &error));
    chunk = (struct wire_log){.text = (char *)"three\n", .sequence = 2, .offset = 8};
    OK(queue_log(f->q, &lease, &chunk, &error));
    OK((text = queue_log_text(f->q, id, fence, &error)) != NULL);
    assert_string_equal(text, "one\n[... 4 bytes of the log are missing ...]\nthree\n");
    lease.executor = "thief";
    assert_false(queue_log(f->q, &lease, &chunk, &refused));
    assert_true(error_is(refused, ERROR_CONFLICT));
}

void test_leases_written_by_another_clock_last_one_lease_from_the_start_on(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), hour = 3600000, fence, next;

    claim(f, "e", hour, &fence); /* the clock is set back by an hour, and the server started */
    OK(queue_mend_times(f->q, 0, &error));
    assert_int_equal(tick(f, TTL - 1), TTL);
    assert_int_equal(renew(f, "e", id, fence, TTL - 1), LEASE_HELD);
    OK(queue_mend_times(f->q, hour, &error)); /* set ahead */
    assert_int_equal(tick(f, hour), hour + TTL);
    OK(queue_mend_times(f->q, hour + 1, &error)); /* nothing is wrong: it stays as it is */
    next = tick(f, hour + 1);
    assert_int_equal(next, hour + TTL);
    OK(queue_mend_times(f->q, hour + TTL, &error)); /* once is enough: nobody has renewed it */
    tick(f, hour + TTL);
    assert_int_equal(state_of(f, id), QUEUE_READY);
}

void test_a_task_made_ready_by_a_clock_ahead_can_be_claimed_after_a_start(void **state)
{
    struct fixture *f = *state;
    int64_t id = add(f, (struct queue_task){0}, 0, 0), hour = 3600000, fence;

    claim(f, "e", hour, &fence);
    OK(queue_end_leases(f->q, hour, &error));
    assert_int_equal(claim(f, "e", 0, &fence), 0);
    OK(queue_mend_times(f->q, 0, &error));
    assert_int_equal(claim(f, "e", 0, &fence), id);
}
