/* db_test.h -- a state database in a folder of its own. */
#ifndef HEDDLE_TESTS_DB_TEST_H
#define HEDDLE_TESTS_DB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "db/db.h"
#include "statedb.h"

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

/* The call must fail with this code and say these words. */
#define FAILS(call, wanted, words)                                                                 \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (call)                                                                                  \
            fail_msg("%s worked", #call);                                                          \
        assert_non_null(error);                                                                    \
        if (error->code != (wanted) || !strstr(error->message, (words)))                           \
            fail_msg("code %d: %s", error->code, error->message);                                  \
        g_error_free(error);                                                                       \
    } while (0)

struct fixture {
    char *folder, *path, *url;
    struct db *db;
};

static inline int fixture_open(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    g_autofree char *sqlite = NULL;

    f->folder = g_dir_make_tmp("heddle-db-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "state.db", NULL);
    sqlite = g_strconcat("sqlite:", f->path, NULL);
    f->url = statedb_url(sqlite);
    OK((f->db = db_open(f->url, &error)) != NULL);
    *state = f;
    return 0;
}

static inline int fixture_close(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct fixture *f = *state;

    db_close(f->db);
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *name = g_strconcat(f->path, suffixes[i], NULL);

        unlink(name);
    }
    rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f->url);
    g_free(f);
    return 0;
}

/* The one number a query gives. */
static inline int64_t number(struct db *db, const char *sql)
{
    GError *error = NULL;
    g_autoptr(db_rows) rows = db_query(db, sql, "", &error);
    int64_t n;

    assert_null(error);
    assert_true(db_next(rows, &error));
    n = db_int(rows, 0);
    assert_false(db_next(rows, &error));
    assert_null(error);
    return n;
}

#endif
