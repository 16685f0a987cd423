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

static void done(struct fixture *f, int64_t id)
{
    int64_t fence;

    assert_int_equal(claim(f, "e", 9, &fence), id);
    assert_int_equal(finish(f, "e", id, fence, SUCCESS, 2), QUEUE_DONE);
}

void test_a_task_is_ready_when_all_it_waits_for_is_done(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){0}, 0, 0), b = add(f, (struct queue_task){0}, 0, 0);
    int64_t c = add(f, (struct queue_task){0}, a, b);

    done(f, a);
    assert_int_equal(state_of(f, c), QUEUE_BLOCKED);
    done(f, b);
    assert_int_equal(state_of(f, c), QUEUE_READY);
}

void test_a_failure_cancels_what_waits_for_it_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct queue_task named = {.kind = TASK_EVALUATE, .name = (char *)"orders"};
    int64_t a = add(f, named, 0, 0), b = add(f, (struct queue_task){0}, 0, 0);
    int64_t child = add(f, (struct queue_task){0}, a, 0);
    int64_t both = add(f, (struct queue_task){0}, child, b);
    int64_t other = add(f, (struct queue_task){0}, b, 0), fence;
    g_autofree char *why = NULL;
    struct queue_group g;

    assert_int_equal(claim(f, "e", 1, &fence), a);
    assert_int_equal(finish(f, "e", a, fence, FAILURE("no such column"), 2), QUEUE_FAILED);
    assert_int_equal(state_of(f, child), QUEUE_CANCELLED);
    assert_int_equal(state_of(f, both), QUEUE_CANCELLED);
    why = message_of(f, both);
    assert_string_equal(why, "Not run because evaluate of orders failed.");
    done(f, b);
    done(f, other);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(g.open, 0);
    assert_int_equal(g.failed, 1);
    assert_int_equal(g.cancelled, 2);
}

static int64_t add_last(struct fixture *f, int64_t first, int64_t a, int64_t b)
{
    struct queue_task t = {.project = 1, .group = 1, .start_ms = TIME_NONE, .end_ms = TIME_NONE};
    g_autoptr(GArray) after = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) ended = g_array_new(FALSE, FALSE, sizeof(int64_t));

    g_array_append_val(after, first);
    g_array_append_val(ended, a);
    g_array_append_val(ended, b);
    OK(queue_add_after_end(f->q, &t, after, ended, 0, &error));
    return t.id;
}

void test_what_waits_for_an_end_alone_runs_after_failures_and_what_they_cancelled(void **state)
{
    struct fixture *f = *state;
    int64_t first = add(f, (struct queue_task){0}, 0, 0), fence;
    int64_t a = add(f, (struct queue_task){0}, first, 0);
    int64_t child = add(f, (struct queue_task){0}, a, 0);
    int64_t b = add(f, (struct queue_task){0}, first, 0);
    int64_t last = add_last(f, first, child, b);
    struct queue_group g;

    done(f, first);
    assert_int_equal(claim(f, "e", 3, &fence), a);
    assert_int_equal(finish(f, "e", a, fence, FAILURE("no"), 2), QUEUE_FAILED);
    assert_int_equal(state_of(f, child), QUEUE_CANCELLED);
    assert_int_equal(state_of(f, last), QUEUE_BLOCKED);
    assert_int_equal(claim(f, "e", 3, &fence), b);
    assert_int_equal(finish(f, "e", b, fence, FAILURE("no"), 2), QUEUE_FAILED);
    done(f, last);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(g.open, 0);
    assert_int_equal(g.failed, 2);
    assert_int_equal(g.cancelled, 1);
}

void test_what_waits_for_an_end_is_cancelled_with_what_must_be_done_before_it(void **state)
{
    struct fixture *f = *state;
    int64_t first = add(f, (struct queue_task){0}, 0, 0), fence;
    int64_t a = add(f, (struct queue_task){0}, first, 0);
    int64_t b = add(f, (struct queue_task){0}, first, 0);
    int64_t last = add_last(f, first, a, b);

    assert_int_equal(claim(f, "e", 1, &fence), first);
    assert_int_equal(finish(f, "e", first, fence, FAILURE("no"), 2), QUEUE_FAILED);
    assert_int_equal(state_of(f, b), QUEUE_CANCELLED);
    assert_int_equal(state_of(f, last), QUEUE_CANCELLED);
}

void test_what_waits_for_an_end_is_cancelled_with_its_group(void **state)
{
    struct fixture *f = *state;
    int64_t first = add(f, (struct queue_task){0}, 0, 0), fence;
    int64_t a = add(f, (struct queue_task){0}, first, 0);
    int64_t b = add(f, (struct queue_task){0}, a, 0), last = add_last(f, first, a, b);
    struct queue_group g;

    done(f, first);
    assert_int_equal(claim(f, "e", 3, &fence), a);
    OK(queue_cancel_group(f->q, 1, "Cancelled by ann.", 2, &error));
    assert_int_equal(state_of(f, last), QUEUE_CANCELLED);
    assert_int_equal(finish(f, "e", a, fence, (struct wire_result){.status = STATUS_ABORTED}, 4),
                     QUEUE_CANCELLED);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(g.open, 0);
    assert_int_equal(g.cancelled, 3);
}

void test_a_gate_opens_by_itself_and_is_not_counted(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){0}, 0, 0), b = add(f, (struct queue_task){0}, 0, 0);
    int64_t gate = add(f, (struct queue_task){.kind = QUEUE_GATE}, a, b);
    int64_t c = add(f, (struct queue_task){0}, gate, 0);
    g_autoptr(GPtrArray) stages = g_ptr_array_new_with_free_func((GDestroyNotify)wire_stage_free);

    done(f, a);
    assert_int_equal(state_of(f, gate), QUEUE_BLOCKED);
    done(f, b);
    assert_int_equal(state_of(f, gate), QUEUE_DONE);
    done(f, c);
    OK(queue_stages(f->q, 1, stages, &error));
    assert_int_equal(stages->len, 1);
    assert_int_equal(((struct wire_stage *)stages->pdata[0])->done, 3);
}

void test_a_failure_reaches_through_a_gate(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){0}, 0, 0), fence;
    int64_t gate = add(f, (struct queue_task){.kind = QUEUE_GATE}, a, 0);
    int64_t c = add(f, (struct queue_task){0}, gate, 0);
    struct queue_group g;

    assert_int_equal(claim(f, "e", 1, &fence), a);
    assert_int_equal(finish(f, "e", a, fence, FAILURE("no"), 2), QUEUE_FAILED);
    assert_int_equal(state_of(f, c), QUEUE_CANCELLED);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(g.open, 0);
    assert_int_equal(g.cancelled, 1);
}

void test_a_group_without_open_tasks_is_named_once(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){0}, 0, 0);
    GArray *ended;

    done(f, a);
    ended = queue_take_ended(f->q);
    assert_int_equal(ended->len, 1);
    assert_int_equal(g_array_index(ended, int64_t, 0), 1);
    g_array_unref(ended);
    ended = queue_take_ended(f->q);
    assert_int_equal(ended->len, 0);
    g_array_unref(ended);
}

void test_a_cancelled_group_stops_at_once_but_for_what_is_at_work(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){0}, 0, 0), fence;
    int64_t b = add(f, (struct queue_task){0}, 0, 0), c = add(f, (struct queue_task){0}, b, 0);
    enum queue_lease_state lease;
    struct queue_group g;

    assert_int_equal(claim(f, "e", 1, &fence), a);
    OK(queue_cancel_group(f->q, 1, "Cancelled by ann.", 2, &error));
    assert_int_equal(state_of(f, b), QUEUE_CANCELLED);
    assert_int_equal(state_of(f, c), QUEUE_CANCELLED);
    OK(queue_renew(f->q, &(struct queue_lease){1, a, fence, "e"}, 3, &lease, &error));
    assert_int_equal(lease, LEASE_CANCELLED);
    assert_int_equal(finish(f, "e", a, fence, (struct wire_result){.status = STATUS_ABORTED}, 4),
                     QUEUE_CANCELLED);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(g.open, 0);
    assert_int_equal(g.cancelled, 3);
}

void test_progress_counts_stages_and_tells_what_ended_since(void **state)
{
    struct fixture *f = *state;
    struct queue_task create = {.kind = TASK_CREATE, .name = (char *)"a"};
    struct queue_task evaluate = {.kind = TASK_EVALUATE, .name = (char *)"a"};
    int64_t a = add(f, create, 0, 0), b = add(f, evaluate, a, 0), fence;
    g_autoptr(GPtrArray) stages = g_ptr_array_new_with_free_func((GDestroyNotify)wire_stage_free);
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)wire_event_free);
    struct queue_group g;
    const struct wire_stage *s;
    const struct wire_event *e;

    done(f, a);
    OK(queue_group(f->q, 1, &g, &error));
    assert_int_equal(claim(f, "e", 3, &fence), b);
    OK(queue_stages(f->q, 1, stages, &error));
    assert_int_equal(stages->len, 2);
    s = stages->pdata[0];
    assert_string_equal(s->name, "create");
    assert_int_equal(s->done, 1);
    s = stages->pdata[1];
    assert_int_equal(s->running, 1);
    finish(f, "e", b, fence, SUCCESS, 4);
    OK(queue_events(f->q, 1, g.version, events, &error));
    assert_int_equal(events->len, 1);
    e = events->pdata[0];
    assert_string_equal(e->task_kind, "evaluate");
    assert_string_equal(e->executor, "e");
    assert_int_equal(e->rows, 5);
    assert_int_equal(e->status, STATUS_SUCCESS);
}

void test_what_was_stopped_is_aborted_and_what_never_began_skipped(void **state)
{
    struct fixture *f = *state;
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)wire_event_free);
    int64_t a = add(f, (struct queue_task){.kind = TASK_CREATE}, 0, 0), fence;
    const struct wire_event *e;

    add(f, (struct queue_task){.kind = TASK_EVALUATE}, a, 0);
    assert_int_equal(claim(f, "e", 1, &fence), a);
    OK(queue_cancel_group(f->q, 1, "Cancelled by ann.", 2, &error));
    finish(f, "e", a, fence, (struct wire_result){.status = STATUS_ABORTED}, 3);
    OK(queue_events(f->q, 1, 0, events, &error));
    assert_int_equal(events->len, 2);
    e = events->pdata[0];
    assert_string_equal(e->task_kind, "evaluate");
    assert_int_equal(e->status, STATUS_SKIPPED);
    e = events->pdata[1];
    assert_string_equal(e->task_kind, "create");
    assert_int_equal(e->status, STATUS_ABORTED);
}
