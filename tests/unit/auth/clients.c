#include "auth/auth_test.h"

#include "auth/people.h"

static const struct auth_client executor = {.organisation = "acme",
                                            .project = "shop",
                                            .name = "executors",
                                            .role = ROLE_EXECUTOR,
                                            .client_id = "ex",
                                            .client_secret = SECRET};

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

static int64_t secrets(struct fixture *f)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db, "SELECT COUNT(*) FROM auth_secret", "", &error)) != NULL);
    assert_true(db_next(rows, NULL));
    return db_int(rows, 0);
}

static json_t *answer_of(struct fixture *f, const char *scope, GError **error)
{
    struct auth_grant grant = {"ex", SECRET, scope, ISSUER, "192.0.2.1"};
    g_autofree char *text = auth_client_credentials(f->auth, &grant, NOW, error);

    return text ? json_parse(text, strlen(text), error) : NULL;
}

void test_a_made_client_logs_in_with_256_bits(void **state)
{
    struct fixture *f = *state;
    struct auth_client client = executor;
    g_autofree char *id = NULL, *secret = NULL;

    client.client_id = client.client_secret = NULL;
    OK(auth_create_client(f->auth, &client, NOW, &id, &secret, &error));
    assert_int_equal(strlen(secret), 64);
    OK(logs_in(f, id, secret, NOW, &error));
    FAILS(logs_in(f, id, id, NOW, &error), ERROR_DENIED, "no client of this id with this secret");
    FAILS(logs_in(f, "nobody", secret, NOW, &error), ERROR_DENIED,
          "no client of this id with this secret");
}

void test_the_answer_is_what_the_public_client_reads(void **state)
{
    struct fixture *f = *state;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL;

    OK(create(f, &executor, &error));
    OK((answer = answer_of(f, "tbk:scope:projects", &error)) != NULL);
    assert_string_equal(json_get_string(answer, "token_type", ""), "Bearer");
    assert_string_equal(json_get_string(answer, "scope", ""), "tbk:scope:projects");
    assert_int_equal(json_get_int(answer, "expires_in", 0), 3600);
    assert_string_equal(json_get_string(answer, "id_token", "a"),
                        json_get_string(answer, "access_token", "b"));
    OK((who = auth_verify(f->auth, json_get_string(answer, "id_token", ""), NOW, &error)) != NULL);
    assert_string_equal(who->subject, "ex");
    assert_string_equal(who->name, "executors");
    assert_int_equal(who->role, ROLE_EXECUTOR);
}

void test_creating_a_client_again_changes_nothing(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 3; i++)
        OK(create(f, &executor, &error));
    assert_int_equal(secrets(f), 1);
    OK(logs_in(f, "ex", SECRET, NOW, &error));
}

void test_two_secrets_are_valid_while_rotating(void **state)
{
    struct fixture *f = *state;
    static const char *const in_turn[] = {SECRET, SECRET2, SECRET3};

    for (size_t i = 0; i < G_N_ELEMENTS(in_turn); i++) {
        struct auth_client client = executor;
        g_autofree char *id = NULL, *secret = NULL;

        client.client_secret = in_turn[i];
        OK(auth_create_client(f->auth, &client, NOW + (int64_t)i, &id, &secret, &error));
    }
    assert_int_equal(secrets(f), 2);
    FAILS(logs_in(f, "ex", SECRET, NOW, &error), ERROR_DENIED, "no client");
    OK(logs_in(f, "ex", SECRET2, NOW, &error));
    OK(logs_in(f, "ex", SECRET3, NOW, &error));
}

void test_a_client_does_not_change_what_it_may(void **state)
{
    struct fixture *f = *state;
    struct auth_client other = executor;

    OK(create(f, &executor, &error));
    other.role = ROLE_ADMIN;
    FAILS(create(f, &other, &error), ERROR_CONFLICT, "of role executor in acme/shop");
    other = executor;
    other.project = NULL;
    FAILS(create(f, &other, &error), ERROR_CONFLICT, "of role executor in acme/shop");
}

void test_what_cannot_be_a_client_is_refused(void **state)
{
    static const struct {
        struct auth_client client;
        const char *why;
    } cases[] = {
        {{"", "shop", "n", ROLE_ADMIN, NULL, NULL},           "organisation must be given"   },
        {{NULL, "shop", "n", ROLE_ADMIN, NULL, NULL},         "organisation must be given"   },
        {{"a/b", "shop", "n", ROLE_ADMIN, NULL, NULL},        "organisation may hold letters"},
        {{"acme", "a:b", "n", ROLE_ADMIN, NULL, NULL},        "project may hold letters"     },
        {{"acme", "shop", "n", ROLE_COUNT, NULL, NULL},       "role must be"                 },
        {{"acme", "shop", "n", ROLE_ADMIN, "a b", NULL},      "client id may hold"           },
        {{"acme", "shop", "n", ROLE_ADMIN, "x", "too short"}, "16 to 1024 bytes"             },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        FAILS(create(*state, &cases[i].client, &error), ERROR_INVALID, cases[i].why);
}

void test_no_secret_stands_in_the_database(void **state)
{
    struct fixture *f = *state;
    g_autoptr(db_rows) rows = NULL;

    OK(create(f, &executor, &error));
    OK((rows = db_query(f->db, "SELECT salt, digest FROM auth_secret", "", &error)) != NULL);
    assert_true(db_next(rows, NULL));
    assert_int_equal(strlen(db_string(rows, 0)), 32);
    assert_int_equal(strlen(db_string(rows, 1)), 64);
    assert_null(strstr(db_string(rows, 1), SECRET));
}

void test_a_scope_narrows_and_never_widens(void **state)
{
    static const struct {
        const char *scope, *refused; /* NULL: granted */
    } cases[] = {
        {NULL,                                      NULL                          },
        {"",                                        NULL                          },
        {"openid profile email tbk:scope:projects", NULL                          },
        {"tbk:scope:project:acme:shop",             NULL                          },
        {"tbk:scope:project:acme:shop:executor",    NULL                          },
        {"tbk:scope:project:acme:shop:developer",   "is more than this client may"},
        {"tbk:scope:project:acme:bank",             "is more than this client may"},
        {"tbk:scope:project:other:shop",            "is more than this client may"},
        {"tbk:scope:project:acme",                  "cannot be read"              },
        {"tbk:scope:project:acme:shop:king",        "cannot be read"              },
        {"everything",                              "is not known"                },
    };
    struct fixture *f = *state;

    OK(create(f, &executor, &error));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) answer = answer_of(f, cases[i].scope, &error);

        if (!cases[i].refused != (answer != NULL))
            fail_msg("%s: %s", cases[i].scope, error ? error->message : "granted");
        if (error && (error->code != ERROR_INVALID || !strstr(error->message, cases[i].refused)))
            fail_msg("%s: %s", cases[i].scope, error->message);
    }
}

void test_an_admin_of_all_projects_asks_for_less(void **state)
{
    struct fixture *f = *state;
    struct auth_client admin = executor;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL;

    admin.project = NULL;
    admin.role = ROLE_ADMIN;
    OK(create(f, &admin, &error));
    OK((answer = answer_of(f, "tbk:scope:project:acme:bank:viewer", &error)) != NULL);
    OK((who = auth_verify(f->auth, json_get_string(answer, "id_token", ""), NOW, &error)) != NULL);
    assert_string_equal(who->project, "bank");
    assert_int_equal(who->role, ROLE_VIEWER);
}

static int failures_until_limited(struct fixture *f, const char *id, int64_t now_ms)
{
    for (int i = 0; i < 100; i++) {
        g_autoptr(GError) error = NULL;

        assert_false(logs_in(f, id, "wrong, and long enough", now_ms, &error));
        if (error->code == ERROR_LIMIT)
            return i;
        assert_int_equal(error->code, ERROR_DENIED);
    }
    return 100;
}

static int64_t failures_in_the_log(struct fixture *f, const char *who)
{
    g_autoptr(db_rows) rows = NULL;

    OK((rows = db_query(f->db,
                        "SELECT count(*) FROM auth_deed WHERE who = ? AND what = 'failed to log in'"
                        " AND peer = '192.0.2.1' AND organisation = 'acme'",
                        "s", who, &error)) != NULL);
    OK(db_next(rows, &error));
    return db_int(rows, 0);
}

void test_guessing_is_slowed_down(void **state)
{
    struct fixture *f = *state;

    OK(create(f, &executor, &error));
    assert_int_equal(failures_until_limited(f, "ex", NOW), 10);
    assert_int_equal(failures_in_the_log(f, "ex"), 10);
    FAILS(logs_in(f, "ex", SECRET, NOW, &error), ERROR_LIMIT, "admitted in 6 seconds");
    assert_int_equal(failures_in_the_log(f, "ex"), 10);
    OK(logs_in(f, "ex", SECRET, NOW + 6000, &error));
    assert_int_equal(failures_until_limited(f, "ex", NOW + 6000), 1);
    assert_int_equal(failures_until_limited(f, "ex", NOW + HOUR), 10);
}

void test_addresses_of_one_network_are_one_peer(void **state)
{
    struct fixture *f = *state;
    struct auth_grant grant = {"ex", "wrong, and long enough", NULL, ISSUER, NULL};
    g_autofree char *answer = NULL;

    OK(create(f, &executor, &error));
    for (int i = 0; i < 10; i++) {
        g_autofree char *peer = g_strdup_printf("2001:db8:1:2:%x::%x", i, i + 1);

        grant.peer = peer;
        FAILS(auth_client_credentials(f->auth, &grant, NOW, &error), ERROR_DENIED, "");
    }
    grant.client_secret = SECRET;
    grant.peer = "2001:db8:1:2::ffff";
    FAILS(auth_client_credentials(f->auth, &grant, NOW, &error), ERROR_LIMIT, "in 6 seconds");
    grant.peer = "2001:db8:1:3::1";
    OK((answer = auth_client_credentials(f->auth, &grant, NOW, &error)) != NULL);
}

void test_a_clock_that_goes_back_locks_nobody_out(void **state)
{
    struct fixture *f = *state;

    OK(create(f, &executor, &error));
    assert_int_equal(failures_until_limited(f, "ex", NOW), 10);
    FAILS(logs_in(f, "ex", SECRET, NOW - HOUR, &error), ERROR_LIMIT, "admitted in 6 seconds");
    OK(logs_in(f, "ex", SECRET, NOW - HOUR + 6000, &error));
}

void test_guesses_of_one_peer_do_not_lock_out_another(void **state)
{
    struct fixture *f = *state;
    struct auth_grant grant = {"ex", SECRET, NULL, ISSUER, "198.51.100.9"};
    g_autofree char *answer = NULL;

    OK(create(f, &executor, &error));
    failures_until_limited(f, "ex", NOW);
    assert_int_equal(failures_until_limited(f, "nobody", NOW), 10);
    OK((answer = auth_client_credentials(f->auth, &grant, NOW, &error)) != NULL);
}

void test_a_peer_that_invents_ids_does_not_lock_out_a_client(void **state)
{
    struct fixture *f = *state;

    OK(create(f, &executor, &error));
    failures_until_limited(f, "nobody", NOW);
    assert_int_equal(failures_in_the_log(f, "nobody"), 0); /* it may be a secret */
    OK(logs_in(f, "ex", SECRET, NOW, &error));
}

/* Tokens and the audit log name both by it. */
void test_a_client_and_a_person_do_not_share_a_name(void **state)
{
    static const struct auth_client ann = {
        .organisation = "acme", .role = ROLE_VIEWER, .client_id = "ann", .client_secret = SECRET};
    static const struct auth_client bob = {
        .organisation = "acme", .role = ROLE_VIEWER, .client_id = "bob", .client_secret = SECRET};
    const struct auth_account person = {"ann", NULL, "acme", NULL, ROLE_VIEWER, "a long password"};
    const struct auth_account same = {"bob", NULL, "acme", NULL, ROLE_VIEWER, "a long password"};
    struct fixture *f = *state;
    char *made = NULL;

    OK(auth_add_account(f->auth, &person, NOW, &made, &error));
    FAILS(create(f, &ann, &error), ERROR_CONFLICT, "There is an account ann");
    OK(create(f, &bob, &error));
    FAILS(auth_add_account(f->auth, &same, NOW, &made, &error), ERROR_CONFLICT,
          "There is a client bob");
}

/* A state of before may have both, and a server's first account is admin whoever else is. */
void test_a_client_and_a_person_of_one_name_end_apart(void **state)
{
    static const struct auth_client admin = {
        .organisation = "acme", .role = ROLE_ADMIN, .client_id = "admin", .client_secret = SECRET};
    struct fixture *f = *state;
    g_autofree char *password = NULL, *fresh = NULL, *session = NULL, *text = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(auth_identity) who = NULL, client = NULL;

    OK(create(f, &admin, &error));
    OK(auth_first_account(f->auth, NULL, NOW, &password, &error));
    assert_non_null(password);
    OK(create(f, &admin, &error)); /* repeating it is still no change */
    OK((text = log_in(f, "admin", SECRET, NOW, &error)) != NULL);
    answer = json_loads(text, 0, NULL);
    OK((session = auth_session(f->auth, "admin", ISSUER, NOW, &error)) != NULL);

    OK(auth_set_password(f->auth, "admin", NULL, NOW, &fresh, &error));
    FAILS((who = auth_verify(f->auth, session, NOW, &error)) != NULL, ERROR_DENIED, "revoked");
    OK((client = auth_verify(f->auth, json_get_string(answer, "access_token", ""), NOW, &error)) !=
       NULL);

    g_free(session);
    OK((session = auth_session(f->auth, "admin", ISSUER, NOW + 5000, &error)) != NULL);
    OK(auth_remove_client(f->auth, "admin", NOW + 10000, &error));
    FAILS((who = auth_verify(f->auth, json_get_string(answer, "access_token", ""), NOW + 10000,
                             &error)) != NULL,
          ERROR_DENIED, "revoked");
    OK((who = auth_verify(f->auth, session, NOW + 10000, &error)) != NULL);
}

void test_names_of_heddles_own_are_no_clients(void **state)
{
    static const char *const own[] = {"operator", "local", "heddle-artifact", "heddle-pages",
                                      AUTH_PUBLIC_CLIENT};
    struct auth_client c = {.organisation = "acme", .role = ROLE_VIEWER, .client_secret = SECRET};

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        c.client_id = own[i];
        FAILS(create(*state, &c, &error), ERROR_INVALID, "Heddle's own");
    }
    c.client_id = "-";
    FAILS(create(*state, &c, &error), ERROR_INVALID, "may not begin");
}
