/* Memory that lives and dies together. */
#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void count(void *calls)
{
    ++*(int *)calls;
}

void test_what_is_taken_is_aligned_and_stays(void **state)
{
    g_autoptr(arena) a = arena_new();
    char *first = arena_strdup(a, "first");

    (void)state;
    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        char *p = arena_zalloc(a, size);

        assert_int_equal((uintptr_t)p % 16, 0);
        assert_int_equal(p[size - 1], 0);
        memset(p, 'x', size);
    }
    assert_string_equal(first, "first");
}

void test_a_cleared_arena_is_as_new(void **state)
{
    g_autoptr(arena) a = arena_new();
    void *first = arena_alloc(a, 10);
    int calls = 0;

    (void)state;
    for (int round = 0; round < 3; round++) {
        arena_defer(a, count, &calls);
        memset(arena_alloc(a, 500000), 'x', 500000);
        arena_clear(a);
        assert_int_equal(calls, round + 1);
        assert_ptr_equal(arena_alloc(a, 10), first);
        arena_clear(a);
    }
    assert_int_equal(calls, 3);
}
