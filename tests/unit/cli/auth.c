/* The file of sign-ins, and tokens out of it. */
#include "cli_test.h"

#include "base/clock.h"
#include "cli/auth_int.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define ORIGIN "http://127.0.0.1:1"

static char *folder;

int setup(void **state)
{
    (void)state;
    folder = enter_scratch();
    setenv("XDG_STATE_HOME", folder, 1);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    unsetenv("XDG_STATE_HOME");
    leave_scratch(folder);
    return 0;
}

static bool keep(const char *origin, const char *access, int life_s, GError **error)
{
    struct signin_at at = {(char *)origin, (char *)ORIGIN "/auth", (char *)ORIGIN "/auth/token"};
    g_autoptr(json_t) answer = json_pack("{s:s, s:s, s:i}", "access_token", access, "refresh_token",
                                         "r", "expires_in", life_s);
    g_auto(signins) s = {.lock = -1};

    return cli__signins_open(&s, error) && cli__signin_keep(&s, &at, answer, error);
}

void test_only_the_owner_may_read_what_is_kept(void **state)
{
    struct stat is;

    (void)state;
    assert_true(keep(ORIGIN, "a", 3600, NULL));
    assert_int_equal(stat("heddle/sign-ins.json", &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    assert_int_equal(stat("heddle", &is), 0);
    assert_int_equal(is.st_mode & 0777, 0700);
    assert_int_equal(chmod("heddle/sign-ins.json", 0644), 0);
    assert_true(keep(ORIGIN, "b", 3600, NULL));
    assert_int_equal(stat("heddle/sign-ins.json", &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
}

void test_each_server_has_its_own_entry(void **state)
{
    g_autoptr(json_t) one = NULL, other = NULL;

    (void)state;
    assert_true(keep(ORIGIN, "a", 3600, NULL));
    assert_true(keep("https://heddle.example", "b", 3600, NULL));
    one = cli__signin_peek(ORIGIN, NULL);
    other = cli__signin_peek("https://heddle.example", NULL);
    assert_string_equal(json_get_string(one, "access_token", ""), "a");
    assert_string_equal(json_get_string(other, "access_token", ""), "b");
    assert_null(cli__signin_peek("http://heddle.example", NULL));
}

void test_an_origin_is_scheme_host_and_port(void **state)
{
    static const char *const cases[][2] = {
        {"http://127.0.0.1:8080/sqlmesh/acme/shop", "http://127.0.0.1:8080" },
        {"https://user:pw@heddle.example/a?b#c",    "https://heddle.example"},
        {"ftp://heddle.example/",                   NULL                    },
        {"heddle.example",                          NULL                    },
        {"",                                        NULL                    },
    };

    (void)state;
    assert_null(cli__origin(NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *origin = cli__origin(cases[i][0]);

        assert_int_equal(g_strcmp0(origin, cases[i][1]), 0);
    }
}

void test_a_broken_file_is_an_error_that_shows_nothing_of_it(void **state)
{
    static const char *const texts[] = {"{\"secret", "[]", "", "\"secret\""};

    (void)state;
    assert_int_equal(mkdir("heddle", 0700), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL, again = NULL;

        assert_true(g_file_set_contents("heddle/sign-ins.json", texts[i], -1, NULL));
        assert_null(cli__signin_peek(ORIGIN, &error));
        assert_true(error_is(error, ERROR_INVALID));
        assert_holds(error->message, "heddle auth login");
        assert_lacks(error->message, "secret");
        assert_false(keep(ORIGIN, "a", 3600, &again));
    }
}

void test_what_cannot_be_written_leaves_the_old_file(void **state)
{
    g_autoptr(json_t) kept = NULL;
    g_auto(signins) s = {.lock = -1};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(keep(ORIGIN, "a", 3600, NULL));
    assert_true(cli__signins_open(&s, NULL));
    g_free(s.path);
    s.path = g_build_filename(folder, "no-such-folder", "sign-ins.json", NULL);
    json_object_clear(s.plane);
    assert_false(cli__signins_write(&s, &error));
    assert_holds(error->message, "cannot be written");
    kept = cli__signin_peek(ORIGIN, NULL);
    assert_string_equal(json_get_string(kept, "access_token", ""), "a");
}

void test_a_token_that_lives_is_given_without_asking_the_server(void **state)
{
    g_autofree char *token = NULL, *spent = NULL;
    g_autoptr(GError) error = NULL;
    int64_t life_ms;

    (void)state;
    assert_true(keep(ORIGIN, "a", 3600, NULL));
    token = cli__signin_token((char *)ORIGIN, NULL, &life_ms, NULL);
    assert_string_equal(token, "a");
    assert_true(life_ms > 3500000 && life_ms <= 3600000);
    spent = cli__signin_token((char *)ORIGIN, "a", &life_ms, &error);
    assert_null(spent); /* nobody listens there to refresh it */
    assert_true(error_is(error, ERROR_UNAVAILABLE));
}

void test_nobody_signed_in_is_said_with_what_to_do(void **state)
{
    g_autoptr(GError) error = NULL;
    int64_t life_ms;

    (void)state;
    assert_null(cli__signin_token((char *)ORIGIN, NULL, &life_ms, &error));
    assert_true(error_is(error, ERROR_DENIED));
    assert_holds(error->message, "heddle auth login");
}
