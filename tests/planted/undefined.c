/* Planted for UndefinedBehaviorSanitizer: a signed sum that does not fit. */
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

void test_adds_past_the_end(void **state)
{
    volatile int most = INT_MAX;

    (void)state;
    assert_int_not_equal(most + 1, 7);
}
