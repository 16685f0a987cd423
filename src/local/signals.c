/* signals.c -- how the commands that stay are told to end. */
#include "local/local_int.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

static sigset_t the_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

static sigset_t with_hangup(void)
{
    sigset_t set = the_signals();

    sigaddset(&set, SIGHUP);
    return set;
}

void local__block_signals(void)
{
    sigset_t set = the_signals();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void local__block_hangup(void)
{
    sigset_t set = with_hangup();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

bool local__signal_waits(void)
{
    sigset_t waiting;

    sigemptyset(&waiting);
    sigpending(&waiting);
    return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

int local__wait_signal(void)
{
    sigset_t set = the_signals();
    int number;

    while ((number = sigwaitinfo(&set, NULL)) < 0 && errno == EINTR)
        ;
    return number;
}

int local__await_signal(int64_t timeout_ms)
{
    const struct timespec most = {timeout_ms / 1000, timeout_ms % 1000 * 1000000};
    sigset_t set = with_hangup();
    int number = sigtimedwait(&set, NULL, &most);

    return MAX(number, 0);
}
