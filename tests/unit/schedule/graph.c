/* Starts, kinds, bounds, restatements, batches over a graph of snapshots. */
#include "schedule_test.h"

#include "base/clock.h"

#define NOW "2024-01-10 12:00:00"

static void set(char **member, const char *text)
{
    g_free(*member);
    *member = g_strdup(text);
}

static void check_missing(const struct schedule *s, const char *name, const char *expected)
{
    g_autofree char *got = ranges_text(item_of(s, name)->missing);

    g_strchomp(got);
    assert_string_equal(got, expected);
}

void test_parents_come_before_children(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct schedule_request r;
    static const char *const order[] = {"a", "b", "c"};

    (void)state;
    g_ptr_array_add(all, model("c", "b", "a", NULL));
    g_ptr_array_add(all, model("b", "a", NULL));
    g_ptr_array_add(all, model("a", NULL));
    r = request_at(all, NOW);
    s = must_schedule(&r);
    assert_int_equal(s->items->len, 3);
    for (guint i = 0; i < 3; i++)
        assert_ptr_equal(s->items->pdata[i], item_of(s, order[i]));
}

void test_a_start_is_inherited_from_the_earliest_parent(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    struct wire_snapshot *c = model("c", "a", "b", NULL), *b = model("b", NULL);
    int64_t start;

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, b);
    g_ptr_array_add(all, c);
    set(&b->start, "2023-05-05");
    set(&c->start, NULL);
    assert_true(schedule_start(c, all, at(NOW), &start, NULL));
    assert_int_equal(start, at("2023-05-05"));
}

void test_without_any_start_it_is_yesterday_by_the_clock(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct wire_snapshot *m = model("a", NULL);
    struct schedule_request r;

    (void)state;
    set(&m->start, NULL);
    g_ptr_array_add(all, m);
    r = request_at(all, NOW);
    s = must_schedule(&r);
    check_missing(s, "a", "2024-01-09 00:00:00 - 2024-01-10 00:00:00");
}

void test_a_relative_start_is_seen_from_the_clock(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    struct wire_snapshot *m = model("a", NULL);
    g_autoptr(schedule) s = NULL;
    struct schedule_request r;

    (void)state;
    set(&m->start, "3 days ago");
    g_ptr_array_add(all, m);
    r = request_at(all, NOW);
    r.execution_ms = at("2024-01-09 01:00:00");
    s = must_schedule(&r);
    check_missing(s, "a", "2024-01-07 00:00:00 - 2024-01-09 00:00:00");
}

void test_a_cron_that_cannot_be_read_names_its_model(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(GError) error = NULL;
    struct wire_snapshot *m = model("a", NULL);
    struct schedule_request r;

    (void)state;
    set(&m->cron, "every day");
    g_ptr_array_add(all, m);
    r = request_at(all, NOW);
    assert_null(schedule_new(&r, &error));
    assert_non_null(strstr(error->message, "\"shop\".\"a\""));
}

void test_whole_kinds_have_one_batch_and_symbolic_ones_none(void **state)
{
    static const struct {
        int kind;
        guint batches;
    } cases[] = {
        {KIND_FULL,                      1},
        {KIND_VIEW,                      1},
        {KIND_SEED,                      1},
        {KIND_SCD_TYPE_2_BY_TIME,        1},
        {KIND_EMBEDDED,                  0},
        {KIND_EXTERNAL,                  0},
        {KIND_INCREMENTAL_BY_TIME_RANGE, 3},
    };

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) all = graph_new();
        g_autoptr(schedule) s = NULL;
        struct wire_snapshot *m = model("a", NULL);
        struct schedule_request r;

        m->kind = cases[i].kind;
        m->batch_size = 2;
        m->intervals = intervals_of(at("2024-01-04"), at("2024-01-07"));
        if (m->kind == KIND_SEED)
            g_clear_pointer(&m->intervals, intervals_free);
        g_ptr_array_add(all, m);
        r = request_at(all, "2024-01-08 01:00:00");
        s = must_schedule(&r);
        assert_int_equal(item_of(s, "a")->batches->len, cases[i].batches);
    }
}

void test_a_seed_is_filled_once(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct wire_snapshot *m = model("a", NULL);
    struct schedule_request r;

    (void)state;
    m->kind = KIND_SEED;
    m->intervals = intervals_of(at("2024-01-04"), at("2024-01-05"));
    g_ptr_array_add(all, m);
    r = request_at(all, NOW);
    s = must_schedule(&r);
    check_missing(s, "a", "");
}

void test_a_batch_holds_batch_size_units(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct wire_snapshot *m = model("a", NULL);
    const GArray *batches;
    struct schedule_request r;

    (void)state;
    m->batch_size = 4;
    m->intervals = intervals_of(at("2024-01-03"), at("2024-01-04"));
    g_ptr_array_add(all, m);
    r = request_at(all, "2024-01-11 01:00:00");
    s = must_schedule(&r);
    batches = item_of(s, "a")->batches;
    assert_int_equal(batches->len, 3);
    assert_int_equal(g_array_index(batches, struct interval, 0).end, at("2024-01-03"));
    assert_int_equal(g_array_index(batches, struct interval, 1).end, at("2024-01-08"));
    assert_int_equal(g_array_index(batches, struct interval, 2).end, at("2024-01-11"));
}

void test_bounds_say_what_is_filled_and_how_far(void **state)
{
    g_autoptr(GPtrArray) all = graph_new(), bounds = g_ptr_array_new();
    struct wire_restatement a = {(char *)"\"db\".\"shop\".\"a\"", TIME_NONE, at("2024-01-05")};
    g_autoptr(schedule) s = NULL;
    struct schedule_request r;

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, model("b", NULL));
    g_ptr_array_add(bounds, &a);
    r = request_at(all, NOW);
    r.bounds = bounds;
    s = must_schedule(&r);
    check_missing(s, "a", "2024-01-01 00:00:00 - 2024-01-05 00:00:00");
    check_missing(s, "b", "");
}

void test_what_is_restated_is_missing_again(void **state)
{
    g_autoptr(GPtrArray) all = graph_new(), again = g_ptr_array_new();
    struct wire_restatement a = {(char *)"\"db\".\"shop\".\"a\"", at("2024-01-03"),
                                 at("2024-01-05")};
    struct wire_snapshot *m = model("a", NULL);
    g_autoptr(schedule) s = NULL;
    struct schedule_request r;

    (void)state;
    m->intervals = intervals_of(at("2024-01-01"), at("2024-01-10"));
    g_ptr_array_add(all, m);
    g_ptr_array_add(again, &a);
    r = request_at(all, NOW);
    r.restatements = again;
    s = must_schedule(&r);
    check_missing(s, "a", "2024-01-03 00:00:00 - 2024-01-05 00:00:00");
}

void test_a_restatement_takes_in_all_of_one_history(void **state)
{
    g_autoptr(wire_snapshot) m = model("a", NULL);
    struct interval asked = {at("2024-01-03 05:00:00"), at("2024-01-04")}, out;

    (void)state;
    m->intervals = intervals_of(at("2024-01-01"), at("2024-01-10"));
    assert_true(schedule_restated(m, asked, at(NOW), false, &out, NULL));
    assert_int_equal(out.start, at("2024-01-03"));
    assert_int_equal(out.end, at("2024-01-04"));
    m->kind = KIND_FULL;
    assert_true(schedule_restated(m, asked, at(NOW), false, &out, NULL));
    assert_int_equal(out.start, at("2024-01-01"));
    assert_int_equal(out.end, at("2024-01-11"));
    assert_true(schedule_restated(m, asked, at(NOW), true, &out, NULL));
    assert_int_equal(out.start, at("2024-01-03"));
}

void test_the_next_tick_of_all_crons_is_when_to_look_again(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    struct wire_snapshot *b = model("b", NULL), *c = model("c", NULL);

    (void)state;
    assert_int_equal(schedule_next_due(all, at(NOW)), INT64_MAX);
    g_ptr_array_add(all, model("a", NULL));
    assert_int_equal(schedule_next_due(all, at(NOW)), at("2024-01-11"));
    set(&b->cron, "30 * * * *");
    g_ptr_array_add(all, b);
    assert_int_equal(schedule_next_due(all, at(NOW)), at("2024-01-10 12:30:00"));
    set(&c->cron, "*/5 * * * *");
    c->kind = KIND_SEED;
    g_ptr_array_add(all, c);
    assert_int_equal(schedule_next_due(all, at(NOW)), at("2024-01-10 12:30:00"));
}

void test_years_of_five_minutes_are_arithmetic(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    struct wire_snapshot *m = model("a", NULL);
    struct schedule_request r;
    int64_t began;

    (void)state;
    set(&m->cron, "*/5 * * * *");
    set(&m->interval_unit, "five_minute");
    set(&m->start, "2020-01-01");
    g_ptr_array_add(all, m);
    r = request_at(all, NOW);
    began = clock_monotonic_us();
    for (int i = 0; i < 1000; i++) {
        g_autoptr(schedule) s = must_schedule(&r);

        assert_int_equal(item_of(s, "a")->batches->len, 1);
    }
    assert_true(clock_monotonic_us() - began < 2000000); /* seen: 10 microseconds each */
}
