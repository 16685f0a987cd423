#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "executor/child.h"

#include "base/clock.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static char program[64];

/* A worker of a few lines of shell. */
static struct child *start(const char *script)
{
    g_autofree char *text = g_strconcat("#!/bin/bash\n", script, "\n", NULL);
    struct child *c;

    g_strlcpy(program, "/tmp/heddle-child-XXXXXX", sizeof program);
    assert_true(g_close(g_mkstemp(program), NULL));
    assert_true(g_file_set_contents(program, text, -1, NULL));
    g_chmod(program, 0755);
    c = executor__child_start(program, NULL);
    assert_non_null(c);
    return c;
}

static void end(struct child *c, const char *how)
{
    g_autofree char *ended = executor__child_end(c, 5000);

    g_unlink(program);
    assert_non_null(strstr(ended, how));
}

static enum child_event next(struct child *c, json_t **message, char **text)
{
    enum child_event event = CHILD_QUIET;

    for (int i = 0; i < 100 && event == CHILD_QUIET; i++)
        event = executor__child_next(c, 100, message, text);
    return event;
}

void test_lines_go_both_ways(void **state)
{
    struct child *c = start("read -r line <&3; echo \"{\\\"said\\\": $line}\" >&3; exit 3");
    g_autoptr(json_t) order = json_pack("{s:s}", "do", "this");
    g_autoptr(json_t) message = NULL;
    json_t *none;
    char *text;

    (void)state;
    assert_true(executor__child_send(c, order));
    assert_int_equal(next(c, &message, &text), CHILD_SAYS);
    assert_true(json_equal(json_object_get(message, "said"), order));
    assert_int_equal(next(c, &none, &text), CHILD_GONE);
    end(c, "ended with exit code 3");
}

/* Both sides' buffers are full before either reads. */
void test_much_is_said_both_ways_at_once(void **state)
{
    struct child *c = start("big=$(printf '%01000000d' 0); echo \"{\\\"n\\\": \\\"$big\\\"}\" >&3; "
                            "read -r line <&3; echo \"{\\\"n\\\": ${#line}}\" >&3");
    g_autofree char *big = g_strnfill(1000000, 'x');
    g_autoptr(json_t) order = json_pack("{s:s}", "do", big);
    g_autoptr(json_t) first = NULL, second = NULL;
    char *text;

    (void)state;
    assert_true(executor__child_send(c, order));
    assert_int_equal(next(c, &first, &text), CHILD_SAYS);
    assert_int_equal(strlen(json_get_string(first, "n", "")), 1000000);
    assert_int_equal(next(c, &second, &text), CHILD_SAYS);
    assert_int_equal(json_get_int(second, "n", 0), 1000000 + (int)strlen("{\"do\":\"\"}"));
    end(c, "ended with exit code 0");
}

void test_what_it_prints_arrives_before_its_end(void **state)
{
    struct child *c = start("echo one; echo -n two >&2; kill -SEGV $$");
    json_t *message;
    g_autofree char *one = NULL, *two = NULL;
    char *none;

    (void)state;
    assert_int_equal(next(c, &message, &one), CHILD_PRINTS);
    assert_string_equal(one, "one");
    assert_int_equal(next(c, &message, &two), CHILD_PRINTS);
    assert_string_equal(two, "two");
    assert_int_equal(next(c, &message, &none), CHILD_GONE);
    end(c, "was killed by signal 11");
}

void test_it_knows_nothing_of_the_supervisors_secrets(void **state)
{
    struct child *c;
    g_autoptr(json_t) message = NULL;
    char *text;

    (void)state;
    setenv("TCLOUD_CLIENT_SECRET", "hidden", 1);
    setenv("SQLMESH__GATEWAYS__A__CONNECTION__PASSWORD", "hidden", 1);
    setenv("MY_SETTING", "shown", 1);
    c = start("echo \"{\\\"a\\\": \\\"$TCLOUD_CLIENT_SECRET$SQLMESH__GATEWAYS__A__CONNECTION__"
              "PASSWORD\\\", \\\"b\\\": \\\"$MY_SETTING\\\", \\\"c\\\": \\\"$*\\\"}\" >&3");
    assert_int_equal(next(c, &message, &text), CHILD_SAYS);
    assert_string_equal(json_get_string(message, "a", NULL), "");
    assert_string_equal(json_get_string(message, "b", NULL), "shown");
    assert_string_equal(json_get_string(message, "c", NULL), "worker");
    end(c, "ended with exit code 0");
}

void test_a_worker_that_breaks_the_protocol_is_gone(void **state)
{
    struct child *c = start("echo 'this is no JSON' >&3; sleep 60");
    json_t *message;
    char *text;

    (void)state;
    assert_int_equal(next(c, &message, &text), CHILD_GONE);
    end(c, "was killed by signal 9");
}

void test_one_that_does_not_end_is_killed_after_its_grace(void **state)
{
    struct child *c = start("trap '' TERM; sleep 60");
    int64_t began = clock_monotonic_ms();
    g_autofree char *how = executor__child_end(c, 200);

    (void)state;
    g_unlink(program);
    assert_non_null(strstr(how, "signal 9"));
    assert_true(clock_monotonic_ms() - began < 5000);
}

void test_a_long_line_arrives_whole(void **state)
{
    struct child *c = start("read -r line <&3; echo \"$line\" >&3");
    g_autofree char *long_text = g_strnfill(3000000, 'x');
    g_autoptr(json_t) order = json_pack("{s:s}", "text", long_text);
    g_autoptr(json_t) message = NULL;
    char *text;

    (void)state;
    assert_true(executor__child_send(c, order));
    assert_int_equal(next(c, &message, &text), CHILD_SAYS);
    assert_true(json_equal(message, order));
    end(c, "ended with exit code 0");
}

static void logs(struct child *c, const char *line)
{
    json_t *message;
    g_autofree char *text = NULL;

    assert_int_equal(next(c, &message, &text), CHILD_LOGS);
    assert_string_equal(text, line);
}

void test_lines_of_logs_come_before_what_is_said_after_them(void **state)
{
    struct child *c =
        start("printf '5 2 one11 2 two\nlines' >&4; echo '{\"a\": 1}' >&3; read -r line <&3");
    g_autoptr(json_t) message = NULL, order = json_object();
    char *text;

    (void)state;
    logs(c, "2 one");
    logs(c, "2 two\nlines");
    assert_int_equal(next(c, &message, &text), CHILD_SAYS);
    assert_int_equal(json_get_int(message, "a", 0), 1);
    assert_true(executor__child_send(c, order));
    end(c, "ended with exit code 0");
}

void test_the_last_line_of_a_log_outlives_the_worker(void **state)
{
    struct child *c = start("printf '5 2 one' >&4; kill -SEGV $$");
    json_t *none;
    char *text;

    (void)state;
    logs(c, "2 one");
    assert_int_equal(next(c, &none, &text), CHILD_GONE);
    end(c, "was killed by signal 11");
}

void test_lines_that_found_no_room_come_through_the_socket(void **state)
{
    struct child *c = start("printf '5 2 one' >&4; "
                            "echo '{\"is\": \"log\", \"text\": \"5 2 two5 3 one\"}' >&3");
    json_t *none;
    char *text;

    (void)state;
    logs(c, "2 one");
    logs(c, "2 two");
    logs(c, "3 one");
    assert_int_equal(next(c, &none, &text), CHILD_GONE);
    end(c, "ended with exit code 0");
}
