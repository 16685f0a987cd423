/* redact.c -- in whatever form a secret leaves, it is not seen. */
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

int setup(void **state)
{
    *state = redactor_new();
    return 0;
}

int teardown(void **state)
{
    redactor_free(*state);
    return 0;
}

static void expect(struct redactor *r, const char *text, const char *clean)
{
    g_autofree char *out = redact_text(r, text);

    assert_string_equal(out, clean);
}

void test_the_forms_of_a_secret_are_all_hidden(void **state)
{
    redactor_add(*state, "it's \"so\" secret");
    expect(*state, "is it's \"so\" secret.", "is ***.");
    expect(*state, "SECRET 'it''s \"so\" secret'", "SECRET '***'");
    expect(*state, "{\"p\":\"it's \\\"so\\\" secret\"}", "{\"p\":\"***\"}");
    expect(*state, "p=it%27s%20%22so%22%20secret&x=1", "p=***&x=1");
    expect(*state, "aXQncyAic28iIHNlY3JldA==", "***==");
    expect(*state, "aXQncyAic28iIHNlY3JldA", "***");
}

void test_a_secret_that_another_one_begins_with_is_hidden_at_the_end_of_a_text(void **state)
{
    redactor_add(*state, "hunter2");
    redactor_add(*state, "hunter2-of-production");
    expect(*state, "password hunter2", "password ***");
    expect(*state, "password hunter2-of", "password ***-of");
    expect(*state, "password hunter2-of-production", "password ***");
}

void test_a_stream_keeps_back_what_may_become_the_longer_secret(void **state)
{
    struct redact_stream *s;
    g_autoptr(GString) out = g_string_new(NULL);

    redactor_add(*state, "hunter2");
    redactor_add(*state, "hunter2-of-production");
    s = redact_stream_new(*state);
    redact_stream_feed(s, "a hunter2", 9, FALSE, out);
    assert_string_equal(out->str, "a ");
    redact_stream_feed(s, "-of-production b hunter2", 24, FALSE, out);
    assert_string_equal(out->str, "a *** b ");
    redact_stream_feed(s, "", 0, TRUE, out);
    assert_string_equal(out->str, "a *** b ***");
    redact_stream_free(s);
}

void test_a_key_is_hidden_line_by_line(void **state)
{
    redactor_add(*state,
                 "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEA\n"
                 "-----END PRIVATE KEY-----\n");
    expect(*state, "bad line: BAQEFAASCBKcwggSjAgEA", "bad line: ***");
    expect(*state, "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----");
}

void test_names_of_secrets_are_known(void **state)
{
    static const char *const secret[] = {"PASSWORD", "SQLMESH__X__TOKEN", "api_key", "AccountKey",
                                         "keyfile_json"};
    static const char *const open[] = {"host",
                                       "user",
                                       "database",
                                       "key_id",
                                       "keepalives_idle",
                                       "PWD",
                                       "instance_connection_string"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(secret); i++)
        assert_true(is_secret_name(secret[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
        assert_false(is_secret_name(open[i]));
}
