#include "auth/auth_test.h"

#include <pthread.h>

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

static char *token_of(struct fixture *f, int role, int64_t now_ms)
{
    struct auth_identity who = {.subject = (char *)"x",
                                .name = (char *)"X",
                                .organisation = (char *)"acme",
                                .project = (char *)"shop",
                                .role = role};
    char *token;

    OK((token = auth_sign(f->auth, &who, ISSUER, now_ms, HOUR, &error)) != NULL);
    return token;
}

static bool verifies(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, error);

    return who != NULL;
}

static char *encoded(const char *text)
{
    char *out = g_base64_encode((const guchar *)text, strlen(text));

    g_strdelimit(out, "+", '-');
    g_strdelimit(out, "/", '_');
    out[strcspn(out, "=")] = '\0';
    return out;
}

/* The token with one of its three parts replaced. */
static char *with_part(const char *token, int n, const char *part)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", 3);

    g_free(parts[n]);
    parts[n] = g_strdup(part);
    return g_strjoinv(".", parts);
}

static json_t *decoded(const char *token, int n)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", 3);
    g_autofree char *padded = g_strconcat(parts[n], "==", NULL);
    g_autofree guchar *data = NULL;
    json_t *value;
    gsize len;

    g_strdelimit(padded, "-", '+');
    g_strdelimit(padded, "_", '/');
    data = g_base64_decode(padded, &len);
    assert_non_null(value = json_loadb((const char *)data, len, 0, NULL));
    return value;
}

void test_a_token_says_who_it_is_for(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_DEVELOPER, NOW);
    g_autoptr(auth_identity) who = NULL;

    OK((who = auth_verify(f->auth, token, NOW, &error)) != NULL);
    assert_string_equal(who->subject, "x");
    assert_string_equal(who->name, "X");
    assert_string_equal(who->organisation, "acme");
    assert_string_equal(who->project, "shop");
    assert_int_equal(who->role, ROLE_DEVELOPER);
    assert_int_equal(who->expires_ms, NOW + HOUR);
}

void test_a_token_has_what_openid_connect_clients_read(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_EXECUTOR, NOW);
    g_autoptr(json_t) header = decoded(token, 0), claims = decoded(token, 1);

    assert_string_equal(json_get_string(header, "alg", ""), "ES256");
    assert_non_null(json_get_string(header, "kid", NULL));
    assert_string_equal(json_get_string(claims, "iss", ""), ISSUER);
    assert_string_equal(json_get_string(claims, "sub", ""), "x");
    assert_string_equal(json_get_string(claims, "aud", ""), "x");
    assert_int_equal(json_get_int(claims, "exp", 0), (NOW + HOUR) / 1000);
}

void test_the_algorithm_none_is_refused(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_ADMIN, NOW);
    g_autofree char *none = encoded("{\"alg\":\"none\",\"typ\":\"JWT\"}");
    g_autofree char *changed = with_part(token, 0, none);
    g_autofree char *unsigned_ = with_part(changed, 2, "");

    FAILS(verifies(f->auth, changed, NOW, &error), ERROR_DENIED, "does not say ES256");
    FAILS(verifies(f->auth, unsigned_, NOW, &error), ERROR_DENIED, "does not say ES256");
}

/* Even with the right key named, nothing but ES256 is tried: no HMAC with the public key. */
void test_another_algorithm_with_our_key_is_refused(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_ADMIN, NOW);
    g_autoptr(json_t) header = decoded(token, 0);
    g_autofree char *text = NULL, *part = NULL, *changed = NULL;

    json_object_set_new(header, "alg", json_string("HS256"));
    text = json_text(header);
    part = encoded(text);
    changed = with_part(token, 0, part);
    FAILS(verifies(f->auth, changed, NOW, &error), ERROR_DENIED, "does not say ES256");
}

void test_a_token_of_another_server_is_refused(void **state)
{
    struct fixture *f = *state;
    void *other = NULL;
    g_autofree char *token = NULL;

    fixture_open(&other);
    token = token_of(other, ROLE_ADMIN, NOW);
    FAILS(verifies(f->auth, token, NOW, &error), ERROR_DENIED, "a key that this server does not");
    fixture_close(&other);
}

/* The other server's signature under a header that names our key. */
void test_a_signature_with_another_key_is_wrong(void **state)
{
    struct fixture *f = *state;
    void *other = NULL;
    g_autofree char *ours = token_of(f, ROLE_ADMIN, NOW);
    g_autofree char *theirs = NULL, *mixed = NULL;
    g_auto(GStrv) header = g_strsplit(ours, ".", 2);

    fixture_open(&other);
    theirs = token_of(other, ROLE_ADMIN, NOW);
    mixed = with_part(theirs, 0, header[0]);
    FAILS(verifies(f->auth, mixed, NOW, &error), ERROR_DENIED, "signature is wrong");
    fixture_close(&other);
}

void test_a_tampered_payload_is_refused(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);
    g_autoptr(json_t) claims = decoded(token, 1);
    g_autofree char *text = NULL, *part = NULL, *changed = NULL;

    json_object_set_new(claims, "role", json_string("admin"));
    text = json_text(claims);
    part = encoded(text);
    changed = with_part(token, 1, part);
    FAILS(verifies(f->auth, changed, NOW, &error), ERROR_DENIED, "signature is wrong");
}

/* That a signature was found right is remembered, and nothing else. */
void test_a_token_that_was_verified_is_looked_at_again(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);
    g_autofree char *changed = g_strdup(token);

    OK(verifies(f->auth, token, NOW, &error));
    OK(verifies(f->auth, token, NOW, &error));
    FAILS(verifies(f->auth, token, NOW + 2 * 3600 * 1000LL, &error), ERROR_DENIED, "expired");
    changed[strlen(changed) - 8] ^= 1;
    FAILS(verifies(f->auth, changed, NOW, &error), ERROR_DENIED, "");
    OK(auth_revoke(f->auth, token, "192.0.2.1", NOW, &error));
    FAILS(verifies(f->auth, token, NOW, &error), ERROR_DENIED, "revoked");
}

void test_every_changed_byte_is_noticed(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);

    for (size_t i = 0; token[i]; i++) {
        g_autofree char *changed = g_strdup(token);
        GError *error = NULL;

        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (verifies(f->auth, changed, NOW, &error))
            fail_msg("byte %zu", i);
        assert_int_equal(error->code, ERROR_DENIED);
        g_error_free(error);
    }
}

void test_a_token_ends(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);

    OK(verifies(f->auth, token, NOW + HOUR - 1, &error));
    FAILS(verifies(f->auth, token, NOW + HOUR, &error), ERROR_DENIED, "has expired");
}

void test_a_token_of_the_future_is_not_valid_yet(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);

    OK(verifies(f->auth, token, NOW - MINUTE, &error)); /* clocks differ a little */
    FAILS(verifies(f->auth, token, NOW - 2 * MINUTE, &error), ERROR_DENIED, "not valid yet");
}

void test_what_is_no_token_is_refused(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);
    g_autofree char *padded = g_strconcat(token, "==", NULL),
                    *more = g_strconcat(token, ".x", NULL);
    g_autofree char *spaced = g_strconcat(token, "\n", NULL), *huge = g_strnfill(100000, 'e');
    const char *const texts[] = {"", ".", "..", "a.b.c", "nonsense", padded, more, spaced, huge};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        FAILS(verifies(f->auth, texts[i], NOW, &error), ERROR_DENIED, "The token");
}

void test_a_key_outlives_the_server(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, ROLE_VIEWER, NOW);
    struct auth *again;

    OK((again = auth_new(f->db, NOW + HOUR / 2, &error)) != NULL);
    OK(verifies(again, token, NOW + HOUR / 2, &error));
    auth_free(again);
}

/* Columns: executor, viewer, developer, admin. */
void test_roles_projects_and_organisations(void **state)
{
    static const struct {
        const char *organisation, *project, *wants_organisation, *wants_project;
        bool fits;
    } places[] = {
        {"acme", "shop", "acme",  "shop", true },
        {"acme", "shop", "acme",  "bank", false},
        {"acme", NULL,   "acme",  "bank", true },
        {"acme", "shop", "other", "shop", false},
        {"acme", NULL,   "other", "shop", false},
        {"acme", "shop", "acme",  NULL,   false},
        {"acme", NULL,   NULL,    NULL,   false},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        for (int role = 0; role < ROLE_COUNT; role++)
            for (unsigned needs = 0; needs < 1u << ROLE_COUNT; needs++) {
                struct auth_identity who = {.organisation = (char *)places[i].organisation,
                                            .project = (char *)places[i].project,
                                            .role = role};
                bool may =
                    auth_may(&who, places[i].wants_organisation, places[i].wants_project, needs);

                assert_int_equal(may, places[i].fits && (needs >> role & 1));
            }
    assert_false(auth_may(NULL, "acme", "shop", ~0u));
}

struct many {
    struct fixture *f;
    const char *good, *bad;
    int wrong;
};

static void *verify_many(void *data)
{
    struct many *m = data;

    for (int i = 0; i < 200; i++) {
        if (!verifies(m->f->auth, m->good, NOW, NULL))
            m->wrong++;
        if (verifies(m->f->auth, m->bad, NOW, NULL))
            m->wrong++;
    }
    return NULL;
}

void test_many_threads_verify_at_once(void **state)
{
    struct fixture *f = *state;
    g_autofree char *good = token_of(f, ROLE_VIEWER, NOW), *bad = token_of(f, ROLE_VIEWER, 0);
    struct many many[4];
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        many[i] = (struct many){f, good, bad, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, verify_many, &many[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(many[i].wrong, 0);
    }
}
