/* auth_test.h -- an auth object over a state database in memory. */
#ifndef HEDDLE_TESTS_AUTH_TEST_H
#define HEDDLE_TESTS_AUTH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "base/json.h"
#include "statedb.h"

#include <string.h>

#define NOW     1700000000000LL
#define MINUTE  60000LL
#define HOUR    (60 * MINUTE)
#define ISSUER  "https://heddle.example"
#define SECRET  "a secret of enough bytes"
#define SECRET2 "another secret, as long"
#define SECRET3 "a third secret, as long"

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
    struct db *db;
    struct auth *auth;
};

static inline int fixture_open(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    g_autofree char *url = statedb_url("sqlite::memory:");

    OK((f->db = db_open(url, &error)) != NULL);
    OK((f->auth = auth_new(f->db, NOW, &error)) != NULL);
    *state = f;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct fixture *f = *state;

    auth_free(f->auth);
    db_close(f->db);
    g_free(f);
    return 0;
}

static inline bool create(struct fixture *f, const struct auth_client *client, GError **error)
{
    g_autofree char *id = NULL, *secret = NULL;

    return auth_create_client(f->auth, client, NOW, &id, &secret, error);
}

static inline char *log_in(struct fixture *f, const char *id, const char *secret, int64_t now_ms,
                           GError **error)
{
    struct auth_grant grant = {id, secret, NULL, ISSUER, "192.0.2.1"};

    return auth_client_credentials(f->auth, &grant, now_ms, error);
}

static inline bool logs_in(struct fixture *f, const char *id, const char *secret, int64_t now_ms,
                           GError **error)
{
    g_autofree char *answer = log_in(f, id, secret, now_ms, error);

    return answer != NULL;
}

#endif
