#include "auth/auth_test.h"

#include "auth/people.h"

#define FIRST     "the first password"
#define PASSWORD  "a password of ann"
#define SECOND    "another of ann's"
#define VERIFIER  "a-verifier-of-more-than-forty-three-characters-0123456789"
#define CHALLENGE "KqzFVVoj1xIeRMaYoKBsIWuO4_VBBpZdnQDgP3WuG_k"

static const struct auth_account ann = {"ann",  "ann@example.com", "acme",
                                        "shop", ROLE_VIEWER,       PASSWORD};

int setup(void **state)
{
    g_autofree char *made = NULL;

    fixture_open(state);
    OK(auth_first_account(((struct fixture *)*state)->auth, FIRST, NOW, &made, &error));
    return 0;
}

int teardown(void **state)
{
    return fixture_close(state);
}

static bool adds(struct fixture *f, struct auth_account wanted, GError **error)
{
    g_autofree char *made = NULL;
    bool ok = auth_add_account(f->auth, &wanted, NOW, &made, error);

    assert_true(!ok || !made == (wanted.password != NULL));
    return ok;
}

static struct auth_try *tried(struct fixture *f, struct auth_person who, GError **error)
{
    struct auth_try *t = auth_try_new(f->auth, &who, NOW, error);

    if (t)
        auth_try_hash(t);
    return t;
}

static bool signs_in(struct fixture *f, const char *name, const char *password, GError **error)
{
    struct auth_try *t = tried(f, (struct auth_person){name, password, "x", NULL}, error);
    bool ok = t && auth_try_end(f->auth, t, NOW, error);

    auth_try_free(t);
    return ok;
}

static char *code_for(struct fixture *f, const char *name, const char *scope)
{
    const struct auth_request r = {AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, scope, CHALLENGE, "S256"};
    char *code;

    OK((code = auth_approve(f->auth, name, &r, NOW, &error)) != NULL);
    return code;
}

static json_t *redeemed(struct fixture *f, enum auth_proof kind, const char *secret, int64_t now_ms,
                        GError **error)
{
    const struct auth_redeem r = {kind, secret, AUTH_PUBLIC_CLIENT, AUTH_REDIRECT, VERIFIER,
                                  NULL, ISSUER};
    g_autofree char *text = auth_redeem(f->auth, &r, now_ms, error);

    return text ? json_loads(text, 0, NULL) : NULL;
}

/* The token endpoint's answer to a person who has signed in. */
static json_t *granted(struct fixture *f, const char *name, const char *scope, GError **error)
{
    g_autofree char *code = code_for(f, name, scope);

    return redeemed(f, PROOF_CODE, code, NOW, error);
}

static bool verifies(struct fixture *f, const json_t *grant, int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who =
        auth_verify(f->auth, json_get_string(grant, "access_token", ""), now_ms, error);

    return who != NULL;
}

static bool refreshes(struct fixture *f, const json_t *grant, GError **error)
{
    g_autoptr(json_t) next =
        redeemed(f, PROOF_REFRESH, json_get_string(grant, "refresh_token", ""), NOW, error);

    return next != NULL;
}

static void expect_logged(struct fixture *f, const char *who, const char *what, const char *subject)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db,
                        "SELECT count(*) FROM auth_deed WHERE who = ? AND what = ? AND"
                        " coalesce(subject, '') = ?",
                        "sss", who, what, subject, &error)) != NULL);
    OK(db_next(rows, &error));
    if (db_int(rows, 0) != 1)
        fail_msg("%s %s %s is in the log %d times", who, what, subject, (int)db_int(rows, 0));
}

void test_an_account_is_listed_and_signs_in(void **state)
{
    static const char *const wanted =
        "[{\"name\": \"admin\", \"email\": null, \"organisation\": \"*\", \"project\": null, "
        "\"role\": \"admin\", \"created_ms\": 1700000000000}, {\"name\": \"ann\", \"email\": "
        "\"ann@example.com\", \"organisation\": \"acme\", \"project\": \"shop\", \"role\": "
        "\"viewer\", \"created_ms\": 1700000000000}]";
    g_autoptr(json_t) all = NULL;
    g_autofree char *text = NULL;

    OK(adds(*state, ann, &error));
    OK(signs_in(*state, "ann", PASSWORD, &error));
    OK((all = auth_list_accounts(((struct fixture *)*state)->auth, &error)) != NULL);
    text = json_dumps(all, 0);
    assert_string_equal(text, wanted);
    expect_logged(*state, "operator", "created an account", "admin");
    expect_logged(*state, "operator", "created an account", "ann");
}

void test_a_password_is_made_when_none_is_given(void **state)
{
    struct fixture *f = *state;
    struct auth_account bob = {.name = "bob@example.com", .role = ROLE_DEVELOPER};
    g_autofree char *made = NULL;

    OK(auth_add_account(f->auth, &bob, NOW, &made, &error));
    assert_int_equal(strlen(made), 32);
    OK(signs_in(f, "bob@example.com", made, &error));
}

void test_what_cannot_be_an_account_is_refused(void **state)
{
    static const struct {
        struct auth_account wanted;
        int code;
        const char *said;
    } cases[] = {
        {{NULL, NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},           ERROR_INVALID,  "must be given"   },
        {{"a b", NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},          ERROR_INVALID,  "letters, digits" },
        {{"<i>", NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},          ERROR_INVALID,  "letters, digits" },
        {{"operator", NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},     ERROR_INVALID,  "Heddle's own"    },
        {{"-", NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},            ERROR_INVALID,  "may not begin"   },
        {{"bob", "bob", NULL, NULL, ROLE_VIEWER, PASSWORD},         ERROR_INVALID,  "NAME@HOST"       },
        {{"bob", "b@x@y", NULL, NULL, ROLE_VIEWER, PASSWORD},       ERROR_INVALID,  "NAME@HOST"       },
        {{"bob", "b@x\r\nBcc:", NULL, NULL, ROLE_VIEWER, PASSWORD}, ERROR_INVALID,  "no spaces"       },
        {{"bob", NULL, "*", NULL, ROLE_VIEWER, PASSWORD},           ERROR_INVALID,  "organisation"    },
        {{"bob", NULL, "acme", "a/b", ROLE_VIEWER, PASSWORD},       ERROR_INVALID,  "project"         },
        {{"bob", NULL, NULL, "shop", ROLE_VIEWER, PASSWORD},        ERROR_INVALID,  "needs its org"   },
        {{"bob", NULL, NULL, NULL, ROLE_EXECUTOR, PASSWORD},        ERROR_INVALID,  "role of a person"},
        {{"bob", NULL, NULL, NULL, -1, PASSWORD},                   ERROR_INVALID,  "role of a person"},
        {{"bob", NULL, NULL, NULL, ROLE_VIEWER, "eleven byte"},     ERROR_INVALID,  "this one has 11" },
        {{"admin", NULL, NULL, NULL, ROLE_VIEWER, PASSWORD},        ERROR_CONFLICT, "an account admin"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        FAILS(adds(*state, cases[i].wanted, &error), cases[i].code, cases[i].said);
}

void test_a_token_is_what_the_account_may(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) grant = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK(adds(f, ann, &error));
    OK((grant = granted(f, "ann", "tbk:scope:projects", &error)) != NULL);
    OK((who = auth_verify(f->auth, json_get_string(grant, "access_token", ""), NOW, &error)) !=
       NULL);
    assert_int_equal(who->role, ROLE_VIEWER);
    assert_string_equal(who->organisation, "acme");
    assert_string_equal(who->project, "shop");
    assert_string_equal(who->email, "ann@example.com");
}

void test_a_scope_beyond_the_account_is_refused(void **state)
{
    static const char *const beyond[] = {
        "tbk:scope:project:acme:shop:developer", "tbk:scope:project:acme:shop:admin",
        "tbk:scope:project:acme:shop:executor",  "tbk:scope:project:acme:other",
        "tbk:scope:project:evil:shop",           "tbk:scope:project:*:shop",
    };

    OK(adds(*state, ann, &error));
    for (size_t i = 0; i < G_N_ELEMENTS(beyond); i++)
        FAILS(granted(*state, "ann", beyond[i], &error), ERROR_INVALID, "more than");
}

void test_a_device_gets_what_the_account_may(void **state)
{
    struct fixture *f = *state;
    const struct auth_request r = {.client_id = AUTH_PUBLIC_CLIENT};
    g_autofree char *text = NULL;
    g_autoptr(json_t) begun = NULL, grant = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK(adds(f, ann, &error));
    OK((text = auth_begin_device(f->auth, &r, NULL, ISSUER, NOW, &error)) != NULL);
    begun = json_loads(text, 0, NULL);
    OK(auth_approve_device(f->auth, "ann", json_get_string(begun, "user_code", ""), NOW, &error));
    OK((grant = redeemed(f, PROOF_DEVICE, json_get_string(begun, "device_code", ""), NOW,
                         &error)) != NULL);
    OK((who = auth_verify(f->auth, json_get_string(grant, "access_token", ""), NOW, &error)) !=
       NULL);
    assert_int_equal(who->role, ROLE_VIEWER);
    assert_string_equal(who->project, "shop");
}

void test_another_password_ends_sign_ins_and_tokens(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) grant = NULL;
    g_autofree char *made = NULL, *none = NULL;

    OK(adds(f, ann, &error));
    OK((grant = granted(f, "ann", NULL, &error)) != NULL);
    OK(auth_set_password(f->auth, "ann", NULL, NOW + 2000, &made, &error));
    FAILS(verifies(f, grant, NOW + 2000, &error), ERROR_DENIED, "");
    FAILS(refreshes(f, grant, &error), ERROR_DENIED, "not known");
    FAILS(signs_in(f, "ann", PASSWORD, &error), ERROR_DENIED, "no account of this name");
    OK(signs_in(f, "ann", made, &error));
    expect_logged(f, "operator", "changed an account's password", "ann");
    FAILS(auth_set_password(f->auth, "eve", NULL, NOW, &none, &error), ERROR_NOT_FOUND, "eve");
}

void test_who_is_removed_is_gone_with_all_tokens(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) grant = NULL, again = NULL;
    g_autofree char *code = NULL;

    OK(adds(f, ann, &error));
    OK((grant = granted(f, "ann", NULL, &error)) != NULL);
    code = code_for(f, "ann", NULL);
    OK(auth_remove_account(f->auth, "ann", NOW + 2000, &error));
    FAILS(verifies(f, grant, NOW + 2000, &error), ERROR_DENIED, "");
    FAILS(refreshes(f, grant, &error), ERROR_DENIED, "not known");
    FAILS((again = redeemed(f, PROOF_CODE, code, NOW, &error)) != NULL, ERROR_DENIED, "not known");
    FAILS(signs_in(f, "ann", PASSWORD, &error), ERROR_DENIED, "no account of this name");
    FAILS(auth_remove_account(f->auth, "ann", NOW, &error), ERROR_NOT_FOUND, "ann");
    expect_logged(f, "operator", "removed an account", "ann");
}

/* Whoever is admin of a part cannot stand in for the one of everything. */
void test_the_last_admin_of_everything_stays(void **state)
{
    struct fixture *f = *state;
    const struct auth_account part = {"part", NULL, "acme", NULL, ROLE_ADMIN, PASSWORD};
    const struct auth_account boss = {"boss", NULL, NULL, NULL, ROLE_ADMIN, PASSWORD};

    OK(adds(f, part, &error));
    FAILS(auth_remove_account(f->auth, "admin", NOW, &error), ERROR_CONFLICT, "the last admin");
    OK(auth_remove_account(f->auth, "part", NOW, &error));
    OK(adds(f, boss, &error));
    OK(auth_remove_account(f->auth, "admin", NOW, &error));
    FAILS(auth_remove_account(f->auth, "boss", NOW, &error), ERROR_CONFLICT, "the last admin");
}

static bool changes(struct fixture *f, const char *password, const char *fresh, GError **error)
{
    struct auth_try *t = tried(f, (struct auth_person){"ann", password, "192.0.2.1", fresh}, error);
    bool ok =
        t && auth_try_end(f->auth, t, NOW, error) && auth_try_change(f->auth, t, NOW + 2000, error);

    auth_try_free(t);
    return ok;
}

void test_a_person_changes_the_own_password_with_the_old_one(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) grant = NULL;

    OK(adds(f, ann, &error));
    OK((grant = granted(f, "ann", NULL, &error)) != NULL);
    FAILS(changes(f, "a wrong password", SECOND, &error), ERROR_DENIED, "no account of this name");
    FAILS(changes(f, PASSWORD, "too short", &error), ERROR_INVALID, "this one has 9");
    OK(signs_in(f, "ann", PASSWORD, &error));
    OK(verifies(f, grant, NOW + 2000, &error));
    OK(changes(f, PASSWORD, SECOND, &error));
    FAILS(verifies(f, grant, NOW + 2000, &error), ERROR_DENIED, "");
    FAILS(refreshes(f, grant, &error), ERROR_DENIED, "not known");
    FAILS(signs_in(f, "ann", PASSWORD, &error), ERROR_DENIED, "no account of this name");
    OK(signs_in(f, "ann", SECOND, &error));
    expect_logged(f, "ann", "changed the own password", "");
}

/* The old password was right when the try began, and is not any more when it ends. */
void test_a_sign_in_that_a_new_password_overtakes_fails(void **state)
{
    struct fixture *f = *state;
    g_autofree char *made = NULL;
    struct auth_try *t;

    OK(adds(f, ann, &error));
    OK((t = tried(f, (struct auth_person){"ann", PASSWORD, "x", NULL}, &error)) != NULL);
    OK(auth_set_password(f->auth, "ann", SECOND, NOW, &made, &error));
    assert_null(made);
    FAILS(auth_try_end(f->auth, t, NOW, &error), ERROR_DENIED, "was changed while you signed in");
    auth_try_free(t);
}
