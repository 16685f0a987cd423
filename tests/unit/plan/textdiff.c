/* textdiff.c -- runs tests/cases/plan/diff.txt: before, after, the difference. */
#include "plan_test.h"

static char *without_last_break(const char *text)
{
    char *copy = g_strdup(text);

    if (g_str_has_suffix(copy, "\n"))
        copy[strlen(copy) - 1] = '\0';
    return copy;
}

static void run_case(const char *text)
{
    g_auto(GStrv) outer = g_strsplit(text, "-- expect", 2);
    g_auto(GStrv) inner = g_strsplit(outer[0], "-- after\n", 2);
    const char *title_end = strchr(inner[0], '\n');
    g_autofree char *got = plan_text_diff(title_end + 1, inner[1], "", "");
    g_autofree char *expected = without_last_break(outer[1] + strspn(outer[1], "\n"));
    g_autofree char *trimmed = without_last_break(got);

    g_strchomp(expected);
    if (strcmp(trimmed, expected) != 0)
        fail_msg("%.*s:\n%s\ninstead of\n%s", (int)(title_end - inner[0]), inner[0], trimmed,
                 expected);
}

void test_differences_are_as_diff_prints_them(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) cases = NULL;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/plan/diff.txt", &text, NULL, NULL));
    cases = g_strsplit(text + strlen("== "), "\n== ", -1);
    for (size_t i = 0; cases[i]; i++)
        run_case(cases[i]);
}

void test_names_stand_in_the_head(void **state)
{
    g_autofree char *got = plan_text_diff("a\n", "b\n", "before.sql", "after.sql");

    (void)state;
    assert_string_equal(got, "--- before.sql\n+++ after.sql\n@@ -1 +1 @@\n-a\n+b\n");
}

/* Follow a difference's hunks over the text before: what comes out must be the text after. */
static char *patched(const char *before, const char *diff)
{
    g_auto(GStrv) old = g_strsplit(before, "\n", -1), lines = g_strsplit(diff, "\n", -1);
    GString *out = g_string_new(NULL);
    size_t at = 0;

    for (size_t i = 0; lines[i]; i++) {
        int first = 0, count = 1;

        if (sscanf(lines[i], "@@ -%d,%d", &first, &count) >= 1)
            for (; (int)at < first - (count > 0); at++)
                g_string_append_printf(out, "%s\n", old[at]);
        else if (g_str_has_prefix(lines[i], "+++") || g_str_has_prefix(lines[i], "---"))
            continue;
        else if (lines[i][0] == ' ' || lines[i][0] == '-')
            assert_string_equal(old[at++], lines[i] + 1);
        if (lines[i][0] == ' ' || (lines[i][0] == '+' && !g_str_has_prefix(lines[i], "+++")))
            g_string_append_printf(out, "%s\n", lines[i] + 1);
    }
    for (; old[at] && *old[at]; at++)
        g_string_append_printf(out, "%s\n", old[at]);
    return g_string_free(out, FALSE);
}

static char *random_text(GRand *r)
{
    GString *out = g_string_new(NULL);
    int n = g_rand_int_range(r, 0, 60);

    for (int i = 0; i < n; i++)
        g_string_append_printf(out, "%c\n", 'a' + g_rand_int_range(r, 0, 6));
    return g_string_free(out, FALSE);
}

void test_a_difference_leads_from_one_text_to_the_other(void **state)
{
    GRand *r = g_rand_new_with_seed(7);

    (void)state;
    for (int i = 0; i < 2000; i++) {
        g_autofree char *before = random_text(r), *after = random_text(r);
        g_autofree char *diff = plan_text_diff(before, after, "", "");
        g_autofree char *got = patched(before, diff);

        assert_string_equal(got, after);
    }
    g_rand_free(r);
}
