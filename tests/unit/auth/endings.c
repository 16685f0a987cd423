#include "auth/auth_test.h"

#include "auth/people.h"

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

static const struct auth_client shop = {
    .organisation = "acme",
    .project = "shop",
    .role = ROLE_DEVELOPER,
    .client_id = "dev",
    .client_secret = SECRET,
};

static char *token_at(struct fixture *f, const char *secret, int64_t now_ms)
{
    g_autofree char *text = NULL;
    g_autoptr(json_t) answer = NULL;

    OK((text = log_in(f, "dev", secret, now_ms, &error)) != NULL);
    answer = json_loads(text, 0, NULL);
    return g_strdup(json_get_string(answer, "id_token", ""));
}

static bool verifies(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, error);

    return who != NULL;
}

static size_t shown(struct auth *a)
{
    g_autoptr(json_t) set = NULL;

    OK((set = auth_key_set(a, &error)) != NULL);
    return json_array_size(json_object_get(set, "keys"));
}

/* The key id in a token's header. */
static char *signer_of(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", 3);
    g_autofree char *padded = g_strconcat(parts[0], "==", NULL);
    g_autofree guchar *data = NULL;
    g_autoptr(json_t) header = NULL;
    gsize n;

    data = g_base64_decode(padded, &n);
    header = json_loadb((const char *)data, n, 0, NULL);
    return g_strdup(json_get_string(header, "kid", ""));
}

void test_two_keys_verify_while_they_rotate_and_the_third_ends_the_first(void **state)
{
    struct fixture *f = *state;
    g_autofree char *old = NULL, *young = NULL, *second = NULL, *third = NULL, *kid = NULL;
    int64_t now_ms = NOW + 2 * MINUTE;

    OK(create(f, &shop, &error));
    old = token_at(f, SECRET, NOW);
    OK(auth_rotate_keys(f->auth, now_ms, &second, &error));
    assert_int_equal(shown(f->auth), 2);
    OK(verifies(f->auth, old, now_ms, &error));

    young = token_at(f, SECRET, now_ms); /* the new key does not sign yet */
    kid = signer_of(young);
    assert_string_not_equal(kid, second);
    g_free(young);
    g_free(kid);
    young = token_at(f, SECRET, now_ms + MINUTE);
    kid = signer_of(young);
    assert_string_equal(kid, second);

    FAILS(auth_rotate_keys(f->auth, now_ms + MINUTE - 1, &third, &error), ERROR_CONFLICT, "59 s");
    OK(auth_rotate_keys(f->auth, now_ms + MINUTE, &third, &error));
    assert_int_equal(shown(f->auth), 2);
    FAILS(verifies(f->auth, old, now_ms, &error), ERROR_DENIED, "does not have");
    OK(verifies(f->auth, young, now_ms + MINUTE, &error));
}

void test_another_server_learns_of_keys_before_they_sign(void **state)
{
    struct fixture *f = *state;
    struct auth *other;
    g_autofree char *token = NULL, *id = NULL;
    int64_t now_ms = NOW + 2 * MINUTE;

    OK((other = auth_new(f->db, NOW, &error)) != NULL);
    OK(create(f, &shop, &error));
    OK(auth_rotate_keys(f->auth, now_ms, &id, &error));
    token = token_at(f, SECRET, now_ms);
    OK(verifies(other, token, now_ms, &error)); /* not told yet: the old key signed */
    OK(auth_refresh(other, now_ms + 10000, &error));
    g_free(token);
    token = token_at(f, SECRET, now_ms + MINUTE);
    OK(verifies(other, token, now_ms + MINUTE, &error));
    auth_free(other);
}

void test_a_revoked_token_is_void_and_others_are_not(void **state)
{
    struct fixture *f = *state;
    g_autofree char *one = NULL, *two = NULL;

    OK(create(f, &shop, &error));
    one = token_at(f, SECRET, NOW);
    two = token_at(f, SECRET, NOW);
    OK(auth_revoke(f->auth, one, "192.0.2.1", NOW, &error));
    FAILS(verifies(f->auth, one, NOW, &error), ERROR_DENIED, "revoked");
    OK(verifies(f->auth, two, NOW, &error));
    OK(auth_revoke(f->auth, "what no server ever made", "192.0.2.1", NOW, &error));
    OK(auth_revoke(f->auth, one, "192.0.2.1", NOW, &error));
}

static void expect_deed(struct fixture *f, const char *who, const char *what, const char *peer)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db,
                        "SELECT count(*) FROM auth_deed WHERE who = ? AND what = ? AND"
                        " coalesce(peer, '') = ?",
                        "sss", who, what, peer, &error)) != NULL);
    OK(db_next(rows, &error));
    if (db_int(rows, 0) != 1)
        fail_msg("%s %s from \"%s\": %d times", who, what, peer, (int)db_int(rows, 0));
}

void test_a_revoked_refresh_token_ends_its_sign_in(void **state)
{
    static const char challenge[] = "KqzFVVoj1xIeRMaYoKBsIWuO4_VBBpZdnQDgP3WuG_k";
    struct fixture *f = *state;
    struct auth_request r = {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, NULL, challenge, "S256"};
    struct auth_redeem redeem = {.kind = PROOF_CODE,
                                 .client_id = AUTH_PUBLIC_CLIENT,
                                 .redirect = AUTH_REDIRECT,
                                 .verifier =
                                     "a-verifier-of-more-than-forty-three-characters-0123456789"};
    g_autofree char *password = NULL, *code = NULL, *text = NULL;
    g_autoptr(json_t) answer = NULL;
    const char *access;

    OK(auth_first_account(f->auth, NULL, NOW, &password, &error));
    OK((code = auth_approve(f->auth, "admin", &r, NOW, &error)) != NULL);
    redeem.secret = code;
    OK((text = auth_redeem(f->auth, &redeem, NOW, &error)) != NULL);
    answer = json_loads(text, 0, NULL);
    redeem.kind = PROOF_REFRESH;
    redeem.secret = json_get_string(answer, "refresh_token", "");
    access = json_get_string(answer, "access_token", "");
    OK(verifies(f->auth, access, NOW, &error));
    OK(auth_revoke(f->auth, redeem.secret, "192.0.2.1", NOW, &error));
    FAILS(verifies(f->auth, access, NOW, &error), ERROR_DENIED, "revoked");
    FAILS(auth_redeem(f->auth, &redeem, NOW, &error), ERROR_DENIED, "not known");
    expect_deed(f, "admin", "signed out", "192.0.2.1");
}

void test_a_session_stays_revoked_for_as_long_as_it_would_have_lived(void **state)
{
    struct fixture *f = *state;
    g_autofree char *password = NULL, *session = NULL, *other = NULL;

    OK(auth_first_account(f->auth, NULL, NOW, &password, &error));
    OK((session = auth_session(f->auth, "admin", ISSUER, NOW, &error)) != NULL);
    OK((other = auth_session(f->auth, "admin", ISSUER, NOW, &error)) != NULL);
    OK(auth_revoke(f->auth, session, "192.0.2.1", NOW, &error));
    for (int64_t now_ms = NOW; now_ms < NOW + AUTH_SESSION_MS; now_ms += 30 * MINUTE) {
        OK(auth_refresh(f->auth, now_ms, &error));
        FAILS(verifies(f->auth, session, now_ms, &error), ERROR_DENIED, "revoked");
        OK(verifies(f->auth, other, now_ms, &error));
    }
}

void test_a_client_that_is_removed_takes_its_tokens_along(void **state)
{
    struct fixture *f = *state;
    g_autofree char *before = NULL, *after = NULL;

    OK(create(f, &shop, &error));
    before = token_at(f, SECRET, NOW);
    OK(auth_remove_client(f->auth, "dev", NOW + 10, &error));
    FAILS(verifies(f->auth, before, NOW + 10, &error), ERROR_DENIED, "revoked");
    FAILS(logs_in(f, "dev", SECRET, NOW + 10, &error), ERROR_DENIED, "no client");
    FAILS(auth_remove_client(f->auth, "dev", NOW, &error), ERROR_NOT_FOUND, "no client dev");

    OK(create(f, &shop, &error)); /* a new one of the same id is another one, at once */
    after = token_at(f, SECRET, NOW + 20);
    OK(verifies(f->auth, after, NOW + 20, &error));
    FAILS(verifies(f->auth, before, NOW + 20, &error), ERROR_DENIED, "revoked");
}

static int64_t count(struct fixture *f, const char *sql)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db, sql, "", &error)) != NULL);
    OK(db_next(rows, &error));
    return db_int(rows, 0);
}

static char *token_of(struct fixture *f, const char *subject, int64_t now_ms)
{
    struct auth_identity who = {.subject = (char *)subject,
                                .organisation = (char *)"acme",
                                .project = (char *)"shop",
                                .role = ROLE_VIEWER};
    char *token;

    OK((token = auth_sign(f->auth, &who, ISSUER, now_ms, HOUR, &error)) != NULL);
    return token;
}

/* A thousand are remembered one by one; then the older half is "all until then". */
void test_one_who_ends_tokens_without_end_fills_neither_memory_nor_log(void **state)
{
    enum { MOST = 1000, MORE = 1100 };
    struct fixture *f = *state;
    g_autofree char *old = token_of(f, "busy", NOW), *other = token_of(f, "quiet", NOW);
    g_autofree char *fresh = NULL;
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_free);
    int64_t now_ms = NOW;

    for (int i = 0; i < MORE; i++, now_ms += 1000) {
        g_ptr_array_add(ended, token_of(f, "busy", now_ms));
        OK(auth_revoke(f->auth, ended->pdata[i], "192.0.2.1", now_ms, &error));
        assert_true(count(f, "SELECT count(*) FROM auth_ended") <= MOST + 1);
        if (i == MOST - 1)
            OK(verifies(f->auth, old, now_ms, &error));
    }
    for (guint i = 0; i < ended->len; i++)
        FAILS(verifies(f->auth, ended->pdata[i], now_ms, &error), ERROR_DENIED, "revoked");
    FAILS(verifies(f->auth, old, now_ms, &error), ERROR_DENIED, "revoked");
    OK(verifies(f->auth, other, now_ms, &error));
    fresh = token_of(f, "busy", now_ms);
    OK(verifies(f->auth, fresh, now_ms, &error));
    assert_in_range(count(f, "SELECT count(*) FROM auth_deed WHERE who = 'busy'"), 100,
                    100 + MORE / 60 + 1);
    assert_true(count(f, "SELECT count(*) FROM auth_deed WHERE what LIKE '%than are recorded'") >
                0);
}

/* All of one moment: what is issued next is not among what has ended. */
void test_tokens_ended_faster_than_the_clock_goes_do_not_end_the_next_one(void **state)
{
    struct fixture *f = *state;
    g_autofree char *next = NULL;

    for (int i = 0; i < 1600; i++) {
        g_autofree char *token = token_of(f, "busy", NOW);

        OK(verifies(f->auth, token, NOW, &error));
        OK(auth_revoke(f->auth, token, "192.0.2.1", NOW, &error));
        FAILS(verifies(f->auth, token, NOW, &error), ERROR_DENIED, "revoked");
    }
    next = token_of(f, "busy", NOW);
    OK(verifies(f->auth, next, NOW, &error));
}

void test_what_has_ended_is_remembered_no_longer_than_it_would_have_lived(void **state)
{
    struct fixture *f = *state;
    g_autofree char *one = token_of(f, "busy", NOW), *two = token_of(f, "busy", NOW + 2 * HOUR);

    OK(auth_revoke(f->auth, one, "192.0.2.1", NOW, &error));
    OK(auth_revoke(f->auth, two, "192.0.2.1", NOW + 2 * HOUR, &error));
    assert_int_equal(count(f, "SELECT count(*) FROM auth_ended"), 1);
}

void test_secrets_rotate_with_two_valid_until_the_old_one_is_retired(void **state)
{
    struct fixture *f = *state;
    g_autofree char *second = NULL, *third = NULL;

    OK(create(f, &shop, &error));
    OK(auth_rotate_secret(f->auth, "dev", NOW + 1, &second, &error));
    OK(logs_in(f, "dev", SECRET, NOW, &error));
    OK(logs_in(f, "dev", second, NOW, &error));
    OK(auth_rotate_secret(f->auth, "dev", NOW + 2, &third, &error));
    FAILS(logs_in(f, "dev", SECRET, NOW, &error), ERROR_DENIED, "");
    OK(logs_in(f, "dev", second, NOW, &error));
    OK(auth_retire_secret(f->auth, "dev", &error));
    FAILS(logs_in(f, "dev", second, NOW, &error), ERROR_DENIED, "");
    OK(logs_in(f, "dev", third, NOW, &error));
    FAILS(auth_rotate_secret(f->auth, "none", NOW, &second, &error), ERROR_NOT_FOUND, "none");
}

void test_clients_are_listed_without_secrets(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) list = NULL;
    g_autofree char *text = NULL;

    OK(create(f, &shop, &error));
    OK((list = auth_list_clients(f->auth, &error)) != NULL);
    text = json_text(list);
    assert_non_null(strstr(text, "\"client_id\":\"dev\""));
    assert_non_null(strstr(text, "\"secrets\":1"));
    assert_null(strstr(text, SECRET));
}

/* A state of before said of clients and people alike that they had ended. */
void test_people_who_had_ended_before_an_upgrade_have_still(void **state)
{
    const struct db_schema before = {"auth", auth_schema.migrations, 6};
    struct auth_identity ann = {.subject = (char *)"ann",
                                .audience = (char *)AUTH_PUBLIC_CLIENT,
                                .granted_ms = NOW - MINUTE};
    struct fixture f = {0};
    g_autofree char *url = statedb_url("sqlite::memory:");

    (void)state;
    OK((f.db = db_open(url, &error)) != NULL);
    OK(db_migrate(f.db, &before, &error));
    OK(db_run(f.db, NULL, "INSERT INTO auth_ended (what, before_ms, expires_ms) VALUES (?, ?, ?)",
              "sii", "sub ann", NOW, NOW + HOUR, &error));
    OK((f.auth = auth_new(f.db, NOW, &error)) != NULL);
    assert_true(auth_has_ended(f.auth, &ann));
    ann.audience = NULL; /* a client of that name */
    assert_true(auth_has_ended(f.auth, &ann));
    ann.granted_ms = NOW + 1000;
    assert_false(auth_has_ended(f.auth, &ann));
    auth_free(f.auth);
    db_close(f.db);
}
