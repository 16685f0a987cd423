/* Planted for ThreadSanitizer: two threads add to one number without a lock. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>

static int sum;

static void *add(void *unused)
{
    for (int i = 0; i < 1000; i++)
        sum++;
    return unused;
}

void test_two_threads_add_without_a_lock(void **state)
{
    pthread_t other;

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, add, NULL), 0);
    add(NULL);
    pthread_join(other, NULL);
    assert_true(sum > 0);
}
