#include "auth/auth_test.h"

#include "auth/people.h"

#define VERIFIER  "a-verifier-of-more-than-forty-three-characters-0123456789"
#define CHALLENGE "KqzFVVoj1xIeRMaYoKBsIWuO4_VBBpZdnQDgP3WuG_k"
#define PAGE      ISSUER "/auth/device"

struct people {
    struct fixture *f;
    char *password;
};

int setup(void **state)
{
    struct people *p = g_new0(struct people, 1);

    fixture_open((void **)&p->f);
    OK(auth_first_account(p->f->auth, NULL, NOW, &p->password, &error));
    *state = p;
    return 0;
}

int teardown(void **state)
{
    struct people *p = *state;

    fixture_close((void **)&p->f);
    g_free(p->password);
    g_free(p);
    return 0;
}

static bool signs_in(struct people *p, const char *name, const char *password, const char *peer,
                     int64_t now_ms, GError **error)
{
    const struct auth_person who = {name, password, peer, NULL};
    struct auth_try *t = auth_try_new(p->f->auth, &who, now_ms, error);
    bool ok;

    if (!t)
        return false;
    auth_try_hash(t);
    ok = auth_try_end(p->f->auth, t, now_ms, error);
    auth_try_free(t);
    return ok;
}

static struct auth_request request(void)
{
    return (struct auth_request){AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, "tbk:scope:projects", CHALLENGE,
                                 "S256"};
}

static char *code_of(struct people *p, const char *scope)
{
    struct auth_request r = request();
    char *code;

    r.scope = scope;
    OK((code = auth_approve(p->f->auth, "admin", &r, NOW, &error)) != NULL);
    return code;
}

static struct auth_redeem by_code(const char *code)
{
    return (struct auth_redeem){PROOF_CODE, code,  AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, VERIFIER,
                                NULL,       ISSUER};
}

static struct auth_redeem by(enum auth_proof kind, const char *secret)
{
    return (struct auth_redeem){kind, secret, AUTH_PUBLIC_CLIENT, NULL, NULL, NULL, ISSUER};
}

static json_t *redeemed(struct people *p, struct auth_redeem r, int64_t now_ms, GError **error)
{
    g_autofree char *text = auth_redeem(p->f->auth, &r, now_ms, error);

    return text ? json_loads(text, 0, NULL) : NULL;
}

static bool redeems(struct people *p, struct auth_redeem r, int64_t now_ms, GError **error)
{
    g_autoptr(json_t) answer = redeemed(p, r, now_ms, error);

    return answer != NULL;
}

void test_the_first_account_is_made_once(void **state)
{
    struct people *p = *state;
    char *again = NULL;

    assert_int_equal(strlen(p->password), 32);
    OK(auth_first_account(p->f->auth, NULL, NOW, &again, &error));
    assert_null(again);
    OK(signs_in(p, "admin", p->password, "x", NOW, &error));
}

void test_the_first_account_may_bring_its_password(void **state)
{
    struct people p = {0};
    g_autofree char *made = NULL;

    (void)state;
    fixture_open((void **)&p.f);
    OK(auth_first_account(p.f->auth, "a password of mine", NOW, &made, &error));
    assert_null(made);
    OK(signs_in(&p, "admin", "a password of mine", "x", NOW, &error));
    OK(auth_first_account(p.f->auth, "another one", NOW, &made, &error));
    OK(signs_in(&p, "admin", "a password of mine", "x", NOW, &error));
    fixture_close((void **)&p.f);
}

void test_a_wrong_name_and_a_wrong_password_are_told_the_same(void **state)
{
    static const char *const said = "There is no account of this name with this password.";
    struct people *p = *state;

    FAILS(signs_in(p, "admin", "wrong", "x", NOW, &error), ERROR_DENIED, said);
    FAILS(signs_in(p, "nobody", p->password, "x", NOW, &error), ERROR_DENIED, said);
    FAILS(signs_in(p, "admin", "", "x", NOW, &error), ERROR_DENIED, said);
    FAILS(signs_in(p, "", "", "x", NOW, &error), ERROR_DENIED, said);
}

void test_a_password_is_stored_in_no_readable_form(void **state)
{
    struct people *p = *state;
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(p->f->db, "SELECT salt, digest FROM auth_account", "", &error)) != NULL);
    assert_true(db_next(rows, NULL));
    assert_int_equal(strlen(db_string(rows, 0)), 32);
    assert_int_equal(strlen(db_string(rows, 1)), 43); /* base64url of 32 bytes */
    assert_null(strstr(db_string(rows, 1), p->password));
}

void test_after_ten_failures_the_right_password_waits_too(void **state)
{
    struct people *p = *state;

    for (int i = 0; i < 10; i++)
        FAILS(signs_in(p, "admin", "wrong", "x", NOW, &error), ERROR_DENIED, "");
    FAILS(signs_in(p, "admin", p->password, "x", NOW, &error), ERROR_LIMIT, "in 6 seconds");
    assert_int_equal(auth_wait_s(p->f->auth), 6);
    OK(signs_in(p, "admin", p->password, "y", NOW, &error)); /* another peer is not locked out */
    OK(signs_in(p, "admin", p->password, "x", NOW + 6000, &error));
    OK(signs_in(p, "admin", p->password, "x", NOW + 6000, &error)); /* a right one counts not */
}

/* A customer of IPv6 has a network of 64 bits, and as many addresses as he likes. */
void test_addresses_of_one_network_are_one_peer(void **state)
{
    struct people *p = *state;

    for (int i = 0; i < 10; i++) {
        g_autofree char *peer = g_strdup_printf("2001:db8:1:2:%x::%x", i, i + 1);

        FAILS(signs_in(p, "admin", "wrong", peer, NOW, &error), ERROR_DENIED, "");
    }
    FAILS(signs_in(p, "admin", p->password, "2001:db8:1:2::ffff", NOW, &error), ERROR_LIMIT,
          "in 6 seconds");
    OK(signs_in(p, "admin", p->password, "2001:db8:1:3::1", NOW, &error));
}

void test_many_tries_at_once_are_no_way_round_the_limit(void **state)
{
    struct people *p = *state;
    const struct auth_person who = {"admin", "wrong", "x", NULL};
    struct auth_try *tries[10];

    for (size_t i = 0; i < G_N_ELEMENTS(tries); i++)
        OK((tries[i] = auth_try_new(p->f->auth, &who, NOW, &error)) != NULL);
    FAILS(auth_try_new(p->f->auth, &who, NOW, &error), ERROR_LIMIT, "Too many failed logins");
    for (size_t i = 0; i < G_N_ELEMENTS(tries); i++)
        auth_try_free(tries[i]);
}

void test_a_peer_that_tries_many_names_waits_as_well(void **state)
{
    struct people *p = *state;

    for (int i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("name-%d", i);
        const struct auth_person who = {name, "wrong", "x", NULL};
        struct auth_try *t;

        OK((t = auth_try_new(p->f->auth, &who, NOW, &error)) != NULL);
        auth_try_free(t);
    }
    FAILS(signs_in(p, "admin", p->password, "x", NOW, &error), ERROR_LIMIT, "in 1 seconds");
}

void test_a_code_is_good_for_one_token(void **state)
{
    struct people *p = *state;
    g_autofree char *code = code_of(p, "tbk:scope:projects");
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK((answer = redeemed(p, by_code(code), NOW, &error)) != NULL);
    assert_string_equal(json_get_string(answer, "scope", ""), "tbk:scope:projects");
    OK((who = auth_verify(p->f->auth, json_get_string(answer, "id_token", ""), NOW, &error)));
    assert_string_equal(who->subject, "admin");
    assert_string_equal(who->audience, AUTH_PUBLIC_CLIENT);
    assert_true(auth_may(who, "acme", "shop", 1U << ROLE_ADMIN));
    FAILS(redeems(p, by_code(code), NOW, &error), ERROR_DENIED, "used before");
    FAILS(redeems(p, by(PROOF_REFRESH, json_get_string(answer, "refresh_token", "")), NOW, &error),
          ERROR_DENIED, "not known");
}

void test_a_code_shown_wrongly_is_spent(void **state)
{
    static const struct {
        const char *client, *redirect, *verifier, *said;
    } cases[] = {
        {"another",          AUTH_REDIRECT,     VERIFIER,     "another client"},
        {NULL,               AUTH_REDIRECT,     VERIFIER,     "another client"},
        {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT "x", VERIFIER,     "redirect_uri"  },
        {AUTH_PUBLIC_CLIENT, NULL,              VERIFIER,     "redirect_uri"  },
        {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT,     NULL,         "code_verifier" },
        {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT,     CHALLENGE,    "code_verifier" },
        {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT,     VERIFIER "0", "code_verifier" },
    };
    struct people *p = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *code = code_of(p, NULL);
        struct auth_redeem r = by_code(code);

        r.client_id = cases[i].client;
        r.redirect = cases[i].redirect;
        r.verifier = cases[i].verifier;
        FAILS(redeems(p, r, NOW, &error), ERROR_DENIED, cases[i].said);
        FAILS(redeems(p, by_code(code), NOW, &error), ERROR_DENIED, "used before");
    }
}

void test_a_code_lasts_a_minute_and_is_of_its_kind(void **state)
{
    struct people *p = *state;
    g_autofree char *late = code_of(p, NULL), *other = code_of(p, NULL);

    FAILS(redeems(p, by_code(late), NOW + MINUTE, &error), ERROR_DENIED, "expired");
    FAILS(redeems(p, by(PROOF_REFRESH, other), NOW, &error), ERROR_DENIED, "not known");
    FAILS(redeems(p, by(PROOF_DEVICE, other), NOW, &error), ERROR_DENIED, "not known");
}

static void expect_lost_sign_in(struct people *p, const char *who)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(p->f->db,
                        "SELECT 1 FROM auth_deed WHERE who = ? AND what LIKE 'lost a sign-in%'",
                        "s", who, &error)) != NULL);
    OK(db_next(rows, &error));
}

void test_refresh_tokens_are_replaced_and_a_second_use_ends_all(void **state)
{
    struct people *p = *state;
    g_autofree char *code = code_of(p, NULL);
    g_autoptr(json_t) first = NULL, second = NULL;
    const char *old, *newer;

    OK((first = redeemed(p, by_code(code), NOW, &error)) != NULL);
    old = json_get_string(first, "refresh_token", "");
    OK((second = redeemed(p, by(PROOF_REFRESH, old), NOW + HOUR, &error)) != NULL);
    newer = json_get_string(second, "refresh_token", "");
    assert_string_not_equal(old, newer);
    FAILS(redeems(p, by(PROOF_REFRESH, old), NOW + HOUR, &error), ERROR_DENIED, "used before");
    expect_lost_sign_in(p, "admin");
    FAILS(redeems(p, by(PROOF_REFRESH, newer), NOW + HOUR, &error), ERROR_DENIED, "not known");
    FAILS(auth_verify(p->f->auth, json_get_string(second, "access_token", ""), NOW + HOUR, &error),
          ERROR_DENIED, "revoked");
}

static int64_t pending(struct people *p)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(p->f->db, "SELECT count(*) FROM auth_pending", "", &error)) != NULL);
    OK(db_next(rows, &error));
    return db_int(rows, 0);
}

void test_a_program_that_refreshes_without_end_does_not_fill_the_state(void **state)
{
    struct people *p = *state;
    g_autofree char *code = code_of(p, NULL), *early = NULL, *late = NULL;
    json_t *grant;

    OK((grant = redeemed(p, by_code(code), NOW, &error)) != NULL);
    for (int i = 0; i < 150; i++) {
        const char *refresh = json_get_string(grant, "refresh_token", "");
        json_t *next;

        if (i == 10)
            early = g_strdup(refresh);
        if (i == 140)
            late = g_strdup(refresh);
        OK((next = redeemed(p, by(PROOF_REFRESH, refresh), NOW + i * 1000, &error)) != NULL);
        json_decref(grant);
        grant = next;
    }
    assert_in_range(pending(p), 100, 102);
    FAILS(redeems(p, by(PROOF_REFRESH, early), NOW + HOUR, &error), ERROR_DENIED, "not known");
    FAILS(redeems(p, by(PROOF_REFRESH, late), NOW + HOUR, &error), ERROR_DENIED, "used before");
    FAILS(redeems(p, by(PROOF_REFRESH, json_get_string(grant, "refresh_token", "")), NOW + HOUR,
                  &error),
          ERROR_DENIED, "not known");
    json_decref(grant);
}

void test_a_refresh_may_ask_for_less_and_never_for_more(void **state)
{
    struct people *p = *state;
    g_autofree char *code = code_of(p, "tbk:scope:project:acme:shop:developer");
    g_autoptr(json_t) first = NULL, second = NULL;
    g_autoptr(auth_identity) who = NULL;
    struct auth_redeem r;

    OK((first = redeemed(p, by_code(code), NOW, &error)) != NULL);
    r = by(PROOF_REFRESH, json_get_string(first, "refresh_token", ""));
    r.scope = "tbk:scope:project:acme:shop:admin";
    FAILS(redeems(p, r, NOW, &error), ERROR_INVALID, "more than this client may");
    r.scope = "tbk:scope:project:acme:shop:viewer";
    OK((second = redeemed(p, r, NOW, &error)) != NULL);
    OK((who = auth_verify(p->f->auth, json_get_string(second, "id_token", ""), NOW, &error)));
    assert_int_equal(who->role, ROLE_VIEWER);
    assert_string_equal(who->organisation, "acme");
    assert_false(auth_may(who, "acme", "bank", 1U << ROLE_VIEWER));
}

void test_a_device_waits_until_somebody_approves_it(void **state)
{
    struct people *p = *state;
    struct auth_request r = {.client_id = AUTH_PUBLIC_CLIENT};
    g_autofree char *text = NULL, *typed = NULL;
    g_autoptr(json_t) begun = NULL;
    const char *code, *user_code;
    struct auth_redeem redeem;

    OK((text = auth_begin_device(p->f->auth, &r, NULL, PAGE, NOW, &error)) != NULL);
    begun = json_loads(text, 0, NULL);
    code = json_get_string(begun, "device_code", "");
    user_code = json_get_string(begun, "user_code", "");
    redeem = by(PROOF_DEVICE, code);
    assert_int_equal(strlen(user_code), 8);
    FAILS(redeems(p, redeem, NOW, &error), AUTH_PENDING, "approved");
    FAILS(auth_approve_device(p->f->auth, "admin", "BBBBBBBB", NOW, &error), ERROR_INVALID,
          "No device");
    typed = g_strdup_printf("%.4s - %s", user_code, user_code + 4);
    for (char *c = typed; *c; c++)
        *c = g_ascii_tolower(*c);
    OK(auth_approve_device(p->f->auth, "admin", typed, NOW, &error));
    FAILS(auth_approve_device(p->f->auth, "admin", typed, NOW, &error), ERROR_INVALID, "No device");
    OK(redeems(p, redeem, NOW, &error));
    FAILS(redeems(p, redeem, NOW, &error), ERROR_DENIED, "used before");
}

void test_devices_that_wait_have_an_end(void **state)
{
    struct people *p = *state;
    struct auth_request r = {.client_id = AUTH_PUBLIC_CLIENT};
    g_autofree char *later = NULL;

    for (int i = 0; i < 1000; i++) {
        g_autofree char *peer = g_strdup_printf("10.0.0.%d", i / 30), *text = NULL;

        OK((text = auth_begin_device(p->f->auth, &r, peer, PAGE, NOW, &error)) != NULL);
    }
    FAILS(auth_begin_device(p->f->auth, &r, NULL, PAGE, NOW, &error), ERROR_LIMIT,
          "Too many devices");
    OK((later = auth_begin_device(p->f->auth, &r, NULL, PAGE, NOW + 10 * MINUTE, &error)) != NULL);
}

void test_one_peer_does_not_take_the_room_of_all_devices(void **state)
{
    struct people *p = *state;
    struct auth_request r = {.client_id = AUTH_PUBLIC_CLIENT};
    g_autofree char *other = NULL, *later = NULL;

    for (int i = 0; i < 30; i++) {
        g_autofree char *text = NULL;

        OK((text = auth_begin_device(p->f->auth, &r, "10.0.0.1", PAGE, NOW, &error)) != NULL);
    }
    FAILS(auth_begin_device(p->f->auth, &r, "10.0.0.1", PAGE, NOW, &error), ERROR_LIMIT,
          "one address");
    assert_int_equal(auth_wait_s(p->f->auth), 30);
    OK((later = auth_begin_device(p->f->auth, &r, "10.0.0.1", PAGE, NOW + MINUTE, &error)) != NULL);
    OK((other = auth_begin_device(p->f->auth, &r, "10.0.0.2", PAGE, NOW, &error)) != NULL);
}

void test_requests_that_no_page_is_shown_for(void **state)
{
    static const struct {
        struct auth_request r;
        const char *said;
    } cases[] = {
        {{"another", AUTH_REDIRECT, NULL, CHALLENGE, "S256"},                   "client id"     },
        {{NULL, AUTH_REDIRECT, NULL, CHALLENGE, "S256"},                        "client id"     },
        {{AUTH_PUBLIC_CLIENT, "https://evil.example", NULL, CHALLENGE, "S256"}, "redirect_uri"  },
        {{AUTH_PUBLIC_CLIENT, AUTH_REDIRECT "/", NULL, CHALLENGE, "S256"},      "redirect_uri"  },
        {{AUTH_PUBLIC_CLIENT, NULL, NULL, CHALLENGE, "S256"},                   "redirect_uri"  },
        {{AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, NULL, VERIFIER, "plain"},          "must be S256"  },
        {{AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, NULL, CHALLENGE, NULL},            "must be S256"  },
        {{AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, NULL, NULL, "S256"},               "code_challenge"},
        {{AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, NULL, "short", "S256"},            "code_challenge"},
    };
    struct people *p = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAILS(auth_check_request(&cases[i].r, &error), ERROR_INVALID, cases[i].said);
        FAILS(auth_approve(p->f->auth, "admin", &cases[i].r, NOW, &error), ERROR_INVALID,
              cases[i].said);
    }
}
