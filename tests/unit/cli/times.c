/* Times as typed, ranges as shown. */
#include "cli_test.h"

#define DAY 86400000

void test_an_end_that_is_a_day_means_all_of_it(void **state)
{
    struct cli_typed_times typed = {(char *)"2026-01-01", (char *)"2026-01-31", NULL};
    struct cli_times t = {TIME_NONE, TIME_NONE, TIME_NONE};

    (void)state;
    assert_true(cli__read_times(&typed, 0, &t, NULL));
    assert_int_equal(t.end_ms - t.start_ms, 31 * (int64_t)DAY);
    assert_true(t.execution_ms == TIME_NONE);
    typed.end = (char *)"2026-01-31 12:00:00";
    assert_true(cli__read_times(&typed, 0, &t, NULL));
    assert_int_equal(t.end_ms - t.start_ms, 30 * (int64_t)DAY + DAY / 2);
}

void test_a_wrong_time_names_its_option(void **state)
{
    const struct {
        struct cli_typed_times typed;
        const char *option;
    } cases[] = {
        {{(char *)"someday", NULL, NULL}, "--start"         },
        {{NULL, (char *)"someday", NULL}, "--end"           },
        {{NULL, NULL, (char *)"someday"}, "--execution-time"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        struct cli_times t;

        assert_false(cli__read_times(&cases[i].typed, 0, &t, &error));
        assert_holds(error->message, cases[i].option);
        assert_holds(error->message, "someday");
    }
}

void test_what_is_not_given_is_the_first_day_of_1970(void **state)
{
    struct cli_times none = {TIME_NONE, TIME_NONE, TIME_NONE};
    struct cli_times some = {TIME_NONE, TIME_NONE, 5};

    (void)state;
    assert_true(cli__complete_times(&none, NULL));
    assert_true(none.start_ms == TIME_NONE && none.end_ms == TIME_NONE);
    assert_true(cli__complete_times(&some, NULL));
    assert_int_equal(some.start_ms, 0);
    assert_int_equal(some.end_ms, DAY);
    assert_int_equal(some.execution_ms, 5);
}

void test_an_end_before_the_start_is_refused(void **state)
{
    struct cli_times t = {2 * (int64_t)DAY, DAY, 0};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(cli__complete_times(&t, &error));
    assert_string_equal(error->message, "The end lies before the start.");
}

void test_ranges_are_shown_as_sqlmesh_does(void **state)
{
    static const struct {
        int64_t start_ms, end_ms;
        const char *text;
    } cases[] = {
        {0,    DAY,         "1970-01-01 - 1970-01-01"                      },
        {0,    3 * DAY,     "1970-01-01 - 1970-01-03"                      },
        {3600, DAY + 60000, "1970-01-01 00:00:03.600 - 1970-01-02 00:01:00"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cli__range_text(cases[i].start_ms, cases[i].end_ms);

        assert_string_equal(text, cases[i].text);
    }
}
