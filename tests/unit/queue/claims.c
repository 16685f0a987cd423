#include "queue/queue_test.h"

#include <pthread.h>

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

void test_tasks_are_claimed_by_priority_and_then_in_order(void **state)
{
    struct fixture *f = *state;
    int64_t a = add(f, (struct queue_task){.priority = 10}, 0, 0);
    int64_t b = add(f, (struct queue_task){.priority = 10}, 0, 0);
    int64_t query = add(f, (struct queue_task){.priority = 0}, 0, 0);

    assert_int_equal(claim(f, "e", 1, NULL), query);
    assert_int_equal(claim(f, "e", 1, NULL), a);
    assert_int_equal(claim(f, "e", 1, NULL), b);
    assert_int_equal(claim(f, "e", 1, NULL), 0);
}

void test_a_claim_takes_no_more_than_the_free_slots(void **state)
{
    struct fixture *f = *state;
    g_autoptr(GPtrArray) got = NULL;

    for (int i = 0; i < 5; i++)
        add(f, (struct queue_task){0}, 0, 0);
    got = claim_n(f, "e", 3, 1);
    assert_int_equal(got->len, 3);
}

void test_a_claim_gets_only_its_kind_project_and_gateways(void **state)
{
    struct fixture *f = *state;
    int64_t mine;

    add(f, (struct queue_task){.class = CLASS_RUN}, 0, 0);
    add(f, (struct queue_task){.project = 2}, 0, 0);
    add(f, (struct queue_task){.gateway = (char *)"other"}, 0, 0);
    mine = add(f, (struct queue_task){.gateway = (char *)"main"}, 0, 0);
    assert_int_equal(claim(f, "e", 1, NULL), mine);
    assert_int_equal(claim(f, "e", 1, NULL), 0);
}

void test_an_executor_for_everything_gets_plans_before_runs(void **state)
{
    struct fixture *f = *state;
    struct queue_slot slot = {"main", true, 9};
    struct queue_claim c = {1, CLASS_COUNT, "e", &slot, 1, NULL};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);
    int64_t run = add(f, (struct queue_task){.class = CLASS_RUN, .priority = 20}, 0, 0);
    int64_t plan = add(f, (struct queue_task){.class = CLASS_APPLY, .priority = 10}, 0, 0);

    OK(queue_claim(f->q, &c, 1, out, &error));
    assert_int_equal(out->len, 2);
    assert_int_equal(((struct queue_task *)out->pdata[0])->id, plan);
    assert_int_equal(((struct queue_task *)out->pdata[1])->id, run);
}

void test_tasks_without_a_gateway_go_to_the_default_one_alone(void **state)
{
    struct fixture *f = *state;
    struct queue_slot slot = {"second", false, 1};
    struct queue_claim c = {1, CLASS_APPLY, "e", &slot, 1, NULL};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);
    int64_t id = add(f, (struct queue_task){0}, 0, 0);

    OK(queue_claim(f->q, &c, 1, out, &error));
    assert_int_equal(out->len, 0);
    assert_int_equal(claim(f, "e", 1, NULL), id);
}

void test_two_groups_never_write_one_table_side_by_side(void **state)
{
    struct fixture *f = *state;
    int64_t fence, a = add(f, (struct queue_task){.group = 1, .target = (char *)"t"}, 0, 0);
    int64_t same = add(f, (struct queue_task){.group = 1, .target = (char *)"t"}, 0, 0);
    int64_t other = add(f, (struct queue_task){.group = 2, .target = (char *)"t"}, 0, 0);
    g_autoptr(GPtrArray) got = claim_n(f, "e", 9, 1);

    assert_int_equal(got->len, 2); /* the group's own batches may overlap */
    assert_int_equal(((struct queue_task *)got->pdata[0])->id, a);
    assert_int_equal(claim(f, "e", 1, NULL), 0);
    fence = ((struct queue_task *)got->pdata[0])->fence;
    assert_int_equal(finish(f, "e", a, fence, SUCCESS, 2), QUEUE_DONE);
    assert_int_equal(claim(f, "e", 2, NULL), 0);
    assert_int_equal(finish(f, "e", same, 1, SUCCESS, 2), QUEUE_DONE);
    assert_int_equal(claim(f, "e", 2, NULL), other);
}

void test_whoever_waits_for_work_is_told_when_there_is_some(void **state)
{
    struct fixture *f = *state;
    int64_t fence, a = add(f, (struct queue_task){0}, 0, 0);
    GArray *woken;

    add(f, (struct queue_task){0}, a, 0);
    woken = queue_take_woken(f->q);
    assert_int_equal(woken->len, 1);
    assert_int_equal(g_array_index(woken, int64_t, 0), 1);
    g_array_unref(woken);
    claim(f, "e", 1, &fence);
    g_array_unref(queue_take_woken(f->q));
    assert_int_equal(finish(f, "e", a, fence, SUCCESS, 2), QUEUE_DONE);
    woken = queue_take_woken(f->q);
    assert_int_equal(woken->len, 1);
    g_array_unref(woken);
}

void test_a_task_that_somebody_else_has_locked_is_passed_over(void **state)
{
    struct fixture *f = *state;
    g_autofree char *url = NULL;
    g_autoptr(db) other = NULL;
    int64_t a, b;

    if (!statedb_is_postgres())
        skip(); /* on SQLite nobody can lock a row */
    a = add(f, (struct queue_task){.name = (char *)"a"}, 0, 0);
    b = add(f, (struct queue_task){.name = (char *)"b"}, 0, 0);
    OK(db_commit(f->db, &error));
    url = statedb_postgres_url("postgres");
    OK((other = db_open(url, &error)) != NULL);
    OK(db_script(other, "BEGIN; SELECT * FROM task WHERE name = 'a' FOR UPDATE", &error));
    OK(db_begin(f->db, &error));
    assert_int_equal(claim(f, "x", 1, NULL), b);
    assert_int_equal(claim(f, "x", 1, NULL), 0);
    OK(db_script(other, "COMMIT", &error));
    assert_int_equal(claim(f, "x", 1, NULL), a);
}

/* A server beside another one: it claims until there is nothing left. */
struct claimer {
    char *url;
    const char *name;
    pthread_barrier_t *start;
    GArray *got; /* of int64_t */
    GError *error;
};

static bool claim_some(struct claimer *c, struct db *db, struct queue *q, guint *count)
{
    struct queue_slot slot = {"main", true, 3};
    struct queue_claim ask = {1, CLASS_APPLY, c->name, &slot, 1, NULL};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);

    if (!db_begin(db, &c->error) || !queue_claim(q, &ask, 1, out, &c->error) ||
        !db_commit(db, &c->error))
        return false;
    for (guint i = 0; i < out->len; i++)
        g_array_append_val(c->got, ((struct queue_task *)out->pdata[i])->id);
    *count = out->len;
    return true;
}

static void *claim_all(void *data)
{
    struct claimer *c = data;
    struct queue_settings settings = {TTL, 3};
    g_autoptr(db) db = db_open(c->url, &c->error);
    struct queue *q = db ? queue_new(db, &settings, &c->error) : NULL;
    guint count = 1;

    pthread_barrier_wait(c->start);
    while (q && count > 0 && claim_some(c, db, q, &count))
        ;
    queue_free(q);
    return NULL;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void test_two_servers_that_claim_at_once_share_all_and_get_nothing_twice(void **state)
{
    enum { TASKS = 60 };
    struct fixture *f = *state;
    g_autofree char *url = NULL;
    pthread_barrier_t start;
    struct claimer two[2] = {{.name = "x"}, {.name = "y"}};
    pthread_t threads[2];
    int64_t first = 0;

    if (!statedb_is_postgres())
        skip(); /* SQLite's state has one server */
    for (int i = 0; i < TASKS; i++) {
        int64_t id = add(f, (struct queue_task){.kind = TASK_EVALUATE}, 0, 0);

        first = first ? first : id;
    }
    OK(db_commit(f->db, &error));
    url = statedb_postgres_url("postgres");
    pthread_barrier_init(&start, NULL, 2);
    for (int i = 0; i < 2; i++) {
        two[i].url = url;
        two[i].start = &start;
        two[i].got = g_array_new(FALSE, FALSE, sizeof(int64_t));
        assert_int_equal(pthread_create(&threads[i], NULL, claim_all, &two[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        ok(!two[i].error, two[i].error);
    }
    pthread_barrier_destroy(&start);
    g_array_append_vals(two[0].got, two[1].got->data, two[1].got->len);
    g_array_sort(two[0].got, by_number);
    assert_int_equal(two[0].got->len, TASKS);
    for (guint i = 0; i < TASKS; i++)
        assert_int_equal(g_array_index(two[0].got, int64_t, i), first + i);
    for (int i = 0; i < 2; i++)
        g_array_unref(two[i].got);
    OK(db_begin(f->db, &error));
}
