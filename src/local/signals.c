/* signals.c -- how the commands that stay are told to end. */
#include "local/local_int.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

static sigset_t the_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

void local__block_signals(void)
{
    sigset_t set = the_signals();

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
