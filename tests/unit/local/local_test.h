/* local_test.h -- a project's folder that is gone after the test. */
#ifndef HEDDLE_TESTS_LOCAL_TEST_H
#define HEDDLE_TESTS_LOCAL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "local/local_int.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK(call)                                                                                   \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (!(call))                                                                               \
            fail_msg("%s", error ? error->message : "failed without an error");                    \
    } while (0)

static inline int make_project(void **state)
{
    log_setup(LOG_ERROR);
    *state = g_dir_make_tmp("heddle-local-XXXXXX", NULL);
    return *state ? 0 : -1;
}

static inline void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inside = g_build_filename(path, name, NULL);

        remove_tree(inside);
    }
    if (dir)
        g_dir_close(dir);
    remove(path);
}

static inline int drop_project(void **state)
{
    remove_tree(*state);
    g_free(*state);
    return 0;
}

static inline int mode_of(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    struct stat st;

    if (stat(path, &st) != 0)
        return -1;
    return (int)(st.st_mode & 0777);
}

#endif
