/* Planted for LeakSanitizer: a block nobody can reach any more. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static void *volatile kept;

void test_forgets_a_block(void **state)
{
    (void)state;
    kept = malloc(1000);
    assert_non_null(kept);
    kept = NULL;
}
