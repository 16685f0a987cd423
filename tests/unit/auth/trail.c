#include "auth/auth_test.h"

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

static void record(struct fixture *f, int from, int to, int64_t now_ms)
{
    for (int i = from; i < to; i++) {
        g_autofree char *what = g_strdup_printf("%d", i);
        const struct auth_deed d = {.who = "x", .what = what, .organisation = "acme"};

        OK(auth_record(f->auth, &d, now_ms, &error));
    }
}

static json_t *read_log(struct fixture *f, const char *before, int64_t limit, GError **error)
{
    const struct auth_identity boss = {.organisation = (char *)"*", .role = ROLE_ADMIN};
    const struct auth_log_query q = {&boss, "acme", "shop", before, limit, 0};

    return auth_read_log(f->auth, &q, error);
}

/* `from` and those before it, down to `to`. */
static void expect(const json_t *deeds, int from, int to)
{
    assert_int_equal(json_array_size(deeds), from - to + 1);
    for (size_t i = 0; i < json_array_size(deeds); i++)
        assert_int_equal(atoi(json_get_string(json_array_get(deeds, i), "what", "-1")),
                         from - (int)i);
}

void test_deeds_of_one_millisecond_are_in_the_order_of_what_was_done(void **state)
{
    g_autoptr(json_t) all = NULL;

    record(*state, 0, 50, NOW);
    OK((all = read_log(*state, NULL, 100, &error)) != NULL);
    expect(all, 49, 0);
}

void test_a_clock_that_goes_back_does_not_change_the_order(void **state)
{
    g_autoptr(json_t) all = NULL;

    record(*state, 0, 5, NOW);
    record(*state, 5, 10, NOW - HOUR);
    OK((all = read_log(*state, NULL, 100, &error)) != NULL);
    expect(all, 9, 0);
}

void test_the_log_is_read_page_by_page(void **state)
{
    g_autoptr(json_t) first = NULL, second = NULL, third = NULL;
    const char *last;

    record(*state, 0, 7, NOW);
    OK((first = read_log(*state, NULL, 4, &error)) != NULL);
    expect(first, 6, 3);
    last = json_get_string(json_array_get(first, 3), "id", "");
    OK((second = read_log(*state, last, 4, &error)) != NULL);
    expect(second, 2, 0);
    last = json_get_string(json_array_get(second, 2), "id", "");
    OK((third = read_log(*state, last, 4, &error)) != NULL);
    expect(third, -1, 0);
    FAILS(read_log(*state, "no deed's id", 4, &error), ERROR_NOT_FOUND, "no deed \"no deed's id\"");
}

void test_old_deeds_go_and_the_order_goes_on(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) kept = NULL, all = NULL;

    record(f, 0, 5, NOW);
    record(f, 5, 8, NOW + HOUR);
    OK(auth_forget_deeds(f->auth, NOW + HOUR, &error));
    OK((kept = read_log(f, NULL, 100, &error)) != NULL);
    expect(kept, 7, 5);
    OK(auth_forget_deeds(f->auth, NOW + 2 * HOUR,
                         &error)); /* the last one stays: it has the number */
    record(f, 8, 9, NOW + 2 * HOUR);
    OK((all = read_log(f, NULL, 100, &error)) != NULL);
    expect(all, 8, 7);
}

void test_an_operator_sees_all_of_it(void **state)
{
    static const struct auth_deed deeds[] = {
        {.who = "a",   .what = "0",            .organisation = "*"    },
        {                    .who = "b", .what = "1", .organisation = "acme",       .project = "shop", .peer = "192.0.2.1"},
        { .who = "c",   .what = "2",            .organisation = "other", .subject = "x"},
    };
    struct fixture *f = *state;
    struct auth_log_query q = {.limit = 100};
    g_autoptr(json_t) all = NULL, late = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++)
        OK(auth_record(f->auth, &deeds[i], NOW + (int64_t)i * MINUTE, &error));
    OK((all = auth_read_log(f->auth, &q, &error)) != NULL);
    expect(all, 2, 0);
    q.since_ms = NOW + MINUTE;
    OK((late = auth_read_log(f->auth, &q, &error)) != NULL);
    expect(late, 2, 1);
}
