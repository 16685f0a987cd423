#include "base/faults.h"

#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char *name;
    int left;
    bool kill;
} armed;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void arm(void)
{
    const char *wish = getenv("HEDDLE_FAULT");
    g_auto(GStrv) parts = wish ? g_strsplit(wish, ":", 3) : NULL;

    if (!parts || !parts[0] || !parts[1])
        return;
    armed.left = (int)g_ascii_strtoll(parts[1], NULL, 10);
    armed.kill = parts[2] && strcmp(parts[2], "kill") == 0;
    armed.name = g_strdup(parts[0]);
}

bool fault(const char *name)
{
    bool hit;

    pthread_once(&once, arm);
    if (!armed.name || strcmp(armed.name, name) != 0)
        return false;
    pthread_mutex_lock(&lock);
    hit = --armed.left == 0;
    pthread_mutex_unlock(&lock);
    if (hit && armed.kill)
        kill(getpid(), SIGKILL);
    return hit;
}
