/* Beside the planted faults: a test without one passes under every sanitizer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>

static int sum;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *add(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&lock);
        sum++;
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

void test_two_threads_add_with_a_lock(void **state)
{
    pthread_t other;
    void *block = malloc(10);

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, add, NULL), 0);
    add(NULL);
    pthread_join(other, NULL);
    assert_int_equal(sum, 2000);
    free(block);
}
