/* Planted for AddressSanitizer: reads one byte behind a block. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

void test_reads_behind_a_block(void **state)
{
    volatile size_t length = 8;
    char *block = calloc(length, 1);

    (void)state;
    assert_int_not_equal(block[length], 77);
    free(block);
}
