/* Ctrl-C while a plan or a run is followed: a thread waits for the signal and interrupts the
 * request under way. The first is for whoever asks cli__interrupt_count(); after the second the
 * signal does what it does by default. */
#include "cli/cli_int.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

struct cli_interrupt {
    struct api *api;
    pthread_t thread;
    atomic_int count;
    atomic_bool done;
    sigset_t before;
};

static sigset_t only_sigint(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    return set;
}

static void *wait_for_signals(void *data)
{
    struct cli_interrupt *i = data;
    sigset_t set = only_sigint();

    while (atomic_load(&i->count) < 2)
        if (sigwaitinfo(&set, NULL) == SIGINT) {
            if (atomic_load(&i->done))
                break;
            atomic_fetch_add(&i->count, 1);
            api_interrupt(i->api);
        }
    return NULL;
}

struct cli_interrupt *cli__interrupt_new(struct api *api)
{
    struct cli_interrupt *i = g_new0(struct cli_interrupt, 1);
    sigset_t set = only_sigint();

    i->api = api;
    pthread_sigmask(SIG_BLOCK, &set, &i->before);
    if (pthread_create(&i->thread, NULL, wait_for_signals, i) != 0)
        g_error("a thread could not be started");
    return i;
}

int cli__interrupt_count(struct cli_interrupt *i)
{
    return atomic_load(&i->count);
}

void cli__interrupt_free(struct cli_interrupt *i)
{
    if (!i)
        return;
    atomic_store(&i->done, true);
    pthread_kill(i->thread, SIGINT); /* to that thread alone: it wakes up and sees */
    pthread_join(i->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &i->before, NULL);
    g_free(i);
}
