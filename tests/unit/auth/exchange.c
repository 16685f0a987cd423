#include "auth/auth_test.h"

#include "auth/people.h"

#define ALL_OF(p) "tbk:scope:project:acme:" p

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

static char *token_of(struct fixture *f, const char *project, int role, int64_t ttl_ms)
{
    struct auth_identity who = {.subject = (char *)"x",
                                .name = (char *)"X",
                                .organisation = (char *)"acme",
                                .project = (char *)project,
                                .role = role};
    char *token;

    OK((token = auth_sign(f->auth, &who, ISSUER, NOW, ttl_ms, &error)) != NULL);
    return token;
}

static json_t *exchange(struct fixture *f, const char *token, const char *scope, int64_t now_ms,
                        GError **error)
{
    struct auth_grant grant = {.scope = scope, .issuer = ISSUER, .peer = "192.0.2.1"};
    g_autofree char *text = auth_exchange(f->auth, &grant, token, now_ms, error);

    return text ? json_loads(text, 0, NULL) : NULL;
}

static bool exchanges(struct fixture *f, const char *token, const char *scope, int64_t now_ms,
                      GError **error)
{
    g_autoptr(json_t) answer = exchange(f, token, scope, now_ms, error);

    return answer != NULL;
}

/* Which roles a token of each role may be narrowed to; none is ever widened. */
void test_a_role_is_narrowed_and_never_widened(void **state)
{
    static const char *const may[ROLE_COUNT] = {
        [ROLE_EXECUTOR] = "executor",
        [ROLE_VIEWER] = "viewer",
        [ROLE_DEVELOPER] = "viewer developer",
        [ROLE_ADMIN] = "viewer developer admin",
    };
    struct fixture *f = *state;

    for (int has = 0; has < ROLE_COUNT; has++) {
        g_autofree char *token = token_of(f, "shop", has, HOUR);
        g_auto(GStrv) allowed = g_strsplit(may[has], " ", 0);

        for (int wants = 0; wants < ROLE_COUNT; wants++) {
            g_autofree char *scope = g_strconcat(ALL_OF("shop:"), auth_role_names[wants], NULL);

            if (g_strv_contains((const char *const *)allowed, auth_role_names[wants]))
                OK(exchanges(f, token, scope, NOW, &error));
            else
                FAILS(exchanges(f, token, scope, NOW, &error), ERROR_INVALID, "is more than");
        }
    }
}

void test_the_narrowed_token_is_what_was_asked_for(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, NULL, ROLE_ADMIN, HOUR);
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK((answer = exchange(f, token, ALL_OF("bank:viewer"), NOW, &error)) != NULL);
    assert_string_equal(json_get_string(answer, "scope", ""), ALL_OF("bank:viewer"));
    assert_string_equal(json_get_string(answer, "issued_token_type", ""),
                        "urn:ietf:params:oauth:token-type:access_token");
    OK((who = auth_verify(f->auth, json_get_string(answer, "id_token", ""), NOW, &error)) != NULL);
    assert_string_equal(who->subject, "x");
    assert_string_equal(who->project, "bank");
    assert_int_equal(who->role, ROLE_VIEWER);
}

void test_another_project_or_organisation_is_not_reached(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, "shop", ROLE_ADMIN, HOUR);

    FAILS(exchanges(f, token, ALL_OF("bank"), NOW, &error), ERROR_INVALID, "is more than");
    FAILS(exchanges(f, token, "tbk:scope:project:other:shop", NOW, &error), ERROR_INVALID,
          "is more than");
}

/* Exchanging again and again does not make a token live longer. */
void test_the_narrowed_token_ends_no_later(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, "shop", ROLE_DEVELOPER, HOUR / 2);
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK((answer = exchange(f, token, ALL_OF("shop:viewer"), NOW + HOUR / 4, &error)) != NULL);
    assert_int_equal(json_get_int(answer, "expires_in", 0), HOUR / 4 / 1000);
    OK((who = auth_verify(f->auth, json_get_string(answer, "id_token", ""), NOW + HOUR / 4,
                          &error)) != NULL);
    assert_int_equal(who->expires_ms, NOW + HOUR / 2);
}

void test_a_token_that_is_no_good_is_not_exchanged(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, "shop", ROLE_DEVELOPER, HOUR);

    FAILS(exchanges(f, token, ALL_OF("shop"), NOW + HOUR, &error), ERROR_DENIED, "has expired");
    FAILS(exchanges(f, "a.b.c", ALL_OF("shop"), NOW, &error), ERROR_DENIED, "The token");
    FAILS(exchanges(f, token, NULL, NOW, &error), ERROR_INVALID, "needs the scope");
    FAILS(exchanges(f, token, "everything", NOW, &error), ERROR_INVALID, "is not known");
}

/* ---- with what a made token ends ---- */

/* A narrower token, made from `token` at this server at that moment. */
static char *made_from(struct auth *a, const char *token, int64_t now_ms)
{
    struct auth_grant grant = {
        .scope = ALL_OF("shop:viewer"), .issuer = ISSUER, .peer = "192.0.2.1"};
    g_autofree char *text = NULL;
    g_autoptr(json_t) answer = NULL;

    OK((text = auth_exchange(a, &grant, token, now_ms, &error)) != NULL);
    answer = json_loads(text, 0, NULL);
    return g_strdup(json_get_string(answer, "access_token", ""));
}

static bool verifies(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, error);

    return who != NULL;
}

void test_a_token_ends_with_those_it_was_made_from(void **state)
{
    struct auth *a = ((struct fixture *)*state)->auth;
    g_autofree char *first = token_of(*state, NULL, ROLE_ADMIN, HOUR);
    g_autofree char *second = made_from(a, first, NOW), *third = made_from(a, second, NOW);
    g_autofree char *other = made_from(a, first, NOW);

    OK(auth_revoke(a, second, "192.0.2.1", NOW, &error));
    FAILS(verifies(a, second, NOW, &error), ERROR_DENIED, "revoked");
    FAILS(verifies(a, third, NOW, &error), ERROR_DENIED, "revoked");
    OK(verifies(a, first, NOW, &error)); /* neither does it end what it was made from */
    OK(verifies(a, other, NOW, &error));
    OK(auth_revoke(a, first, "192.0.2.1", NOW, &error));
    FAILS(verifies(a, other, NOW, &error), ERROR_DENIED, "revoked");
}

/* Another server goes on with a token of which it has not heard yet; not for long. */
void test_a_token_made_from_an_ended_one_ends_when_the_news_arrives(void **state)
{
    struct fixture *f = *state;
    struct auth *behind;
    g_autofree char *first = token_of(f, NULL, ROLE_ADMIN, HOUR), *second = NULL;

    OK((behind = auth_new(f->db, NOW, &error)) != NULL);
    OK(auth_revoke(f->auth, first, "192.0.2.1", NOW, &error));
    second = made_from(behind, first, NOW + 5000);
    OK(verifies(behind, second, NOW + 5000, &error));
    FAILS(verifies(f->auth, second, NOW + 5000, &error), ERROR_DENIED, "revoked");
    OK(auth_refresh(behind, NOW + 10000, &error));
    FAILS(verifies(behind, second, NOW + 10000, &error), ERROR_DENIED, "revoked");
    auth_free(behind);
}

/* What is made after the end of all of somebody, from a token of before, has ended with those. */
void test_a_token_made_late_ends_with_the_client_of_the_first(void **state)
{
    static const struct auth_client ops = {.organisation = "acme",
                                           .role = ROLE_ADMIN,
                                           .client_id = "x", /* as token_of() says */
                                           .client_secret = SECRET};
    struct fixture *f = *state;
    struct auth *behind;
    g_autofree char *first = token_of(f, NULL, ROLE_ADMIN, HOUR), *late = NULL, *later = NULL;

    OK(create(f, &ops, &error));
    OK((behind = auth_new(f->db, NOW, &error)) != NULL);
    OK(auth_remove_client(f->auth, "x", NOW, &error));
    late = made_from(behind, first, NOW + 5000);
    later = made_from(behind, late, NOW + 6000);
    OK(auth_refresh(behind, NOW + 10000, &error));
    FAILS(verifies(behind, late, NOW + 10000, &error), ERROR_DENIED, "revoked");
    FAILS(verifies(behind, later, NOW + 10000, &error), ERROR_DENIED, "revoked");
    auth_free(behind);
}

void test_a_token_made_late_ends_with_the_password_of_the_first(void **state)
{
    struct fixture *f = *state;
    struct auth *behind;
    g_autofree char *password = NULL, *fresh = NULL, *late = NULL, *session = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK(auth_first_account(f->auth, NULL, NOW, &password, &error));
    OK((session = auth_session(f->auth, "admin", ISSUER, NOW, &error)) != NULL);
    OK((behind = auth_new(f->db, NOW, &error)) != NULL);
    OK(auth_set_password(f->auth, "admin", NULL, NOW + 1000, &fresh, &error));
    late = made_from(behind, session, NOW + 5000);
    OK((who = auth_verify(behind, late, NOW + 5000, &error)) != NULL);
    assert_string_equal(who->audience, AUTH_PAGES); /* still for pages alone */
    OK(auth_refresh(behind, NOW + 10000, &error));
    FAILS(verifies(behind, late, NOW + 10000, &error), ERROR_DENIED, "revoked");
    auth_free(behind);
}

/* A token says of what it was made, so that there is an end to it. */
void test_tokens_are_not_made_from_each_other_without_end(void **state)
{
    struct fixture *f = *state;
    g_autofree char *token = token_of(f, NULL, ROLE_ADMIN, HOUR);

    for (int i = 0; i < 8; i++) {
        char *next = made_from(f->auth, token, NOW);

        g_free(token);
        token = next;
    }
    FAILS(exchanges(f, token, ALL_OF("shop"), NOW, &error), ERROR_DENIED, "by 8 exchanges");
}

/* It names the key that tokens are signed with, and nothing of the private half. */
void test_the_key_set_shows_the_public_half_only(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) set = NULL;
    g_autofree char *token = token_of(f, "shop", ROLE_VIEWER, HOUR);
    g_autofree guchar *header = NULL;
    g_auto(GStrv) parts = g_strsplit(token, ".", 2);
    g_autofree char *padded = g_strconcat(parts[0], "==", NULL), *text = NULL;
    gsize n;
    json_t *key;

    OK((set = auth_key_set(f->auth, &error)) != NULL);
    assert_int_equal(json_array_size(json_object_get(set, "keys")), 1);
    key = json_array_get(json_object_get(set, "keys"), 0);
    header = g_base64_decode(padded, &n);
    text = g_strndup((const char *)header, n);
    assert_non_null(strstr(text, json_get_string(key, "kid", "?")));
    assert_string_equal(json_get_string(key, "crv", ""), "P-256");
    assert_int_equal(strlen(json_get_string(key, "x", "")), 43);
    assert_int_equal(strlen(json_get_string(key, "y", "")), 43);
    assert_null(json_object_get(key, "d"));
}
