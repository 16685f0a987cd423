#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calendar/interval.h"

static char *text(const struct intervals *s)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < intervals_count(s); i++) {
        struct interval r = intervals_get(s, i);
        g_string_append_printf(out, "[%d,%d)", (int)r.start, (int)r.end);
    }
    return g_string_free(out, FALSE);
}

static void assert_is(const struct intervals *s, const char *expected)
{
    g_autofree char *seen = text(s);
    assert_string_equal(seen, expected);
}

void test_adding_merges_what_touches(void **state)
{
    (void)state;
    g_autoptr(intervals) s = intervals_new();
    intervals_add(s, 10, 20);
    intervals_add(s, 40, 50);
    intervals_add(s, 20, 25);
    assert_is(s, "[10,25)[40,50)");
    intervals_add(s, 25, 40);
    assert_is(s, "[10,50)");
    intervals_add(s, 0, 5);
    intervals_add(s, 60, 70);
    intervals_add(s, 7, 7);
    intervals_add(s, 9, 3);
    assert_is(s, "[0,5)[10,50)[60,70)");
    intervals_add(s, -5, 100);
    assert_is(s, "[-5,100)");
}

void test_removing_cuts_and_splits(void **state)
{
    (void)state;
    g_autoptr(intervals) s = intervals_of(0, 100);
    intervals_remove(s, 40, 60);
    assert_is(s, "[0,40)[60,100)");
    intervals_remove(s, 30, 70);
    assert_is(s, "[0,30)[70,100)");
    intervals_remove(s, 30, 70);
    intervals_remove(s, 5, 5);
    assert_is(s, "[0,30)[70,100)");
    intervals_remove(s, -10, 200);
    assert_is(s, "");
}

void test_clip_keeps_what_lies_inside(void **state)
{
    (void)state;
    g_autoptr(intervals) s = intervals_of(0, 10);
    intervals_add(s, 20, 30);
    intervals_clip(s, 5, 25);
    assert_is(s, "[5,10)[20,25)");
    intervals_clip(s, 9, 9);
    assert_is(s, "");
}

void test_contains_needs_one_range_around(void **state)
{
    (void)state;
    g_autoptr(intervals) s = intervals_of(0, 10);
    intervals_add(s, 20, 30);
    assert_true(intervals_contains(s, 0, 10));
    assert_true(intervals_contains(s, 21, 30));
    assert_false(intervals_contains(s, 5, 25));
    assert_false(intervals_contains(s, 29, 31));
    assert_true(intervals_contains(s, 15, 15));
    assert_false(intervals_contains(NULL, 0, 1));
}

void test_whole_sets_are_added_removed_compared(void **state)
{
    (void)state;
    g_autoptr(intervals) a = intervals_of(0, 10);
    g_autoptr(intervals) b = intervals_of(5, 15);
    intervals_add(b, 20, 30);
    g_autoptr(intervals) sum = intervals_copy(a);
    intervals_add_all(sum, b);
    assert_is(sum, "[0,15)[20,30)");
    intervals_remove_all(sum, a);
    assert_is(sum, "[10,15)[20,30)");
    assert_false(intervals_equal(sum, b));
    intervals_add(sum, 5, 10);
    assert_true(intervals_equal(sum, b));
    intervals_add_all(sum, sum);
    assert_true(intervals_equal(sum, b));
    intervals_remove_all(sum, sum);
    assert_true(intervals_equal(sum, NULL));
    assert_int_equal(intervals_count(NULL), 0);
}

/* Against a plain array of bits, over many random changes. */
void test_sets_agree_with_bits(void **state)
{
    (void)state;
    enum { SIZE = 64, ROUNDS = 5000 };
    bool bits[SIZE] = {false};
    g_autoptr(intervals) s = intervals_new();
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int round = 0; round < ROUNDS; round++) {
        int start = g_rand_int_range(random, 0, SIZE), end = g_rand_int_range(random, 0, SIZE + 1);
        bool add = g_rand_boolean(random);
        (add ? intervals_add : intervals_remove)(s, start, end);
        for (int i = start; i < end; i++)
            bits[i] = add;
        size_t runs = 0;
        for (int i = 0; i < SIZE; i++) {
            assert_int_equal(intervals_contains(s, i, i + 1), bits[i]);
            runs += bits[i] && (i == 0 || !bits[i - 1]);
        }
        assert_int_equal(intervals_count(s), runs);
    }
}
