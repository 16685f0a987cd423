/* Command lines: help, and what cannot be. */
#include "cli_test.h"

void test_every_command_helps_on_stdout(void **state)
{
    (void)state;
    for (const struct cli_command *c = cli_commands; c->name; c++) {
        g_autoptr(said) s = run(c->name, "--help", NULL);

        assert_int_equal(s->code, CLI_DONE);
        assert_holds(s->out, c->help);
        assert_holds(s->out, "--paths");
        assert_holds(s->out, "Exit codes: 0");
        assert_string_equal(s->err, "");
    }
}

void test_a_wrong_option_is_told_with_the_nearest(void **state)
{
    g_autoptr(said) s = run("plan", "--auto-aply", NULL);

    (void)state;
    assert_int_equal(s->code, CLI_USAGE);
    assert_string_equal(s->out, "");
    assert_holds(s->err, "--auto-aply");
    assert_holds(s->err, "hint: --auto-apply is near.");
    assert_holds(s->err, "heddle plan --help");
}

void test_words_are_counted(void **state)
{
    g_autoptr(said) few = run("fetchdf", NULL);
    g_autoptr(said) many = run("fetchdf", "SELECT", "1", NULL);

    (void)state;
    assert_int_equal(few->code, CLI_USAGE);
    assert_holds(few->err, "heddle fetchdf needs a query.");
    assert_int_equal(many->code, CLI_USAGE);
    assert_holds(many->err, "\"1\" is one word too many");
}

void test_options_that_exclude_each_other_are_refused(void **state)
{
    static const char *const cases[][4] = {
        {"plan",     "--skip-backfill",  "--empty-backfill", "exclude each other"  },
        {"plan",     "--effective-from", "2026-01-01",       "--effective-from"    },
        {"plan",     "--min-intervals",  "-1",               "must not be negative"},
        {"evaluate", "--limit=0",        "a.b",              "greater than 0"      },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(said) s = run(cases[i][0], cases[i][1], cases[i][2], NULL);

        assert_int_equal(s->code, CLI_USAGE);
        assert_holds(s->err, cases[i][3]);
    }
}
