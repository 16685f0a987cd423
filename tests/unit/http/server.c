/* Routes, decoding, ceilings, the guard, slow and rude clients. */
#include "http_test.h"

#include "base/limits.h"

static atomic_int handled;

static void echo(struct http_call *c, void *data)
{
    const char *b = http_param(c, "b"), *q = http_query(c, "q");
    g_autofree char *text =
        g_strdup_printf("%s|%s|%s", http_param(c, "a"), b ? b : "-", q ? q : "-");

    (void)data;
    http_add_header(c, "X-Mine", "yes");
    http_reply(c, 200, "text/plain", text, strlen(text));
}

static void count_body(struct http_call *c, void *data)
{
    g_autofree char *text = g_strdup_printf("%zu", http_body(c)->len);

    (void)data;
    handled++;
    http_reply(c, 200, "text/plain", text, strlen(text));
}

static void name(struct http_call *c, void *data)
{
    (void)data;
    http_reply(c, 200, "text/plain", http_route_of(c)->help, strlen(http_route_of(c)->help));
}

static void say_nothing(struct http_call *c, void *data)
{
    (void)c;
    (void)data;
}

static void problem(struct http_call *c, void *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = http_body_json(c, &error);

    (void)data;
    if (!body)
        http_reply_error(c, error);
    else
        http_reply_json(c, 201, g_steal_pointer(&body));
}

static void peer(struct http_call *c, void *data)
{
    (void)data;
    http_reply(c, 200, NULL, http_peer(c), strlen(http_peer(c)));
}

static void user(struct http_call *c, void *data)
{
    (void)data;
    http_reply(c, 200, NULL, http_user(c), strlen(http_user(c)));
}

static const struct http_route routes[] = {
    {"GET",  "/",              0, name,        "root",  NULL, NULL, 0            },
    {"GET",  "/one/{a}",       0, echo,        "",      NULL, NULL, 0            },
    {"GET",  "/two/{a}/x/{b}", 0, echo,        "",      NULL, NULL, 0            },
    {"GET",  "/first/fixed",   0, name,        "fixed", NULL, NULL, 0            },
    {"GET",  "/first/{any}",   0, name,        "any",   NULL, NULL, 0            },
    {"PUT",  "/first/fixed",   0, name,        "put",   NULL, NULL, 0            },
    {"POST", "/small",         0, count_body,  "",      NULL, NULL, 1000         },
    {"POST", "/large",         0, count_body,  "",      NULL, NULL, MAX_HTTP_BODY},
    {"POST", "/closed",        1, count_body,  "",      NULL, NULL, 0            },
    {"GET",  "/user",          2, user,        "",      NULL, NULL, 0            },
    {"GET",  "/silent",        0, say_nothing, "",      NULL, NULL, 0            },
    {"POST", "/problem",       0, problem,     "",      NULL, NULL, 0            },
    {"GET",  "/peer",          0, peer,        "",      NULL, NULL, 0            },
    {NULL,   NULL,             0, NULL,        NULL,    NULL, NULL, 0            },
};

static bool guard(struct http_call *c, unsigned needs, void *data)
{
    (void)data;
    if (needs == 2)
        http_set_user(c, g_strdup(http_header(c, "authorization")), g_free);
    if (needs == 1)
        http_reply_problem(c, 401, "denied", "Who are you?");
    return needs != 1;
}

static struct http_server *server;
static int port;

int setup(void **state)
{
    (void)state;
    handled = 0;
    server = start(routes, guard);
    port = http_server_port(server);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

void test_parts_of_the_path_are_handed_over(void **state)
{
    (void)state;
    assert_answer(raw_get(port, "/one/abc"), 200, "abc|-|-");
    assert_answer(raw_get(port, "/two/1/x/2?q=3"), 200, "1|2|3");
    assert_answer(raw_get(port, "/one/abc/"), 200, "abc|-|-");
    assert_answer(raw_get(port, "/"), 200, "root");
}

void test_the_first_row_that_fits_wins(void **state)
{
    (void)state;
    assert_answer(raw_get(port, "/first/fixed"), 200, "fixed");
    assert_answer(raw_get(port, "/first/other"), 200, "any");
    assert_answer(raw(port, "PUT /first/fixed", "\r\n"), 200, "put");
}

void test_paths_and_queries_are_percent_decoded(void **state)
{
    (void)state;
    assert_answer(raw_get(port, "/one/%22db%22.%22a%20b%22?q=%22x%26y%22+z&r=1"), 200,
                  "\"db\".\"a b\"|-|\"x&y\" z");
    assert_answer(raw_get(port, "/one/a%2Fb"), 200, "a/b|-|-");
    assert_answer(raw_get(port, "/one/a+b"), 200, "a+b|-|-");
    assert_answer(raw_get(port, "/one/%C3%A4?q=%C3%A4"), 200, "\xc3\xa4|-|\xc3\xa4");
    assert_answer(raw_get(port, "/one/%2561"), 200, "%61|-|-"); /* once, not twice */
}

void test_an_empty_value_is_not_a_missing_one(void **state)
{
    (void)state;
    assert_answer(raw_get(port, "/one/a?q="), 200, "a|-|");
    assert_answer(raw_get(port, "/one/a?q"), 200, "a|-|");
    assert_answer(raw_get(port, "/one/a?p=1"), 200, "a|-|-");
    assert_answer(raw_get(port, "/one/a?q=1&q=2"), 200, "a|-|1");
}

void test_addresses_that_lead_elsewhere_or_are_no_text_are_refused(void **state)
{
    static const char *const targets[] = {
        "/one/..",         "/one/../../etc/passwd",
        "/one/%2e%2e",     "/one/..%2f..%2fetc",
        "/one/a%2f..%2fb", "/one/.",
        "/one/%00",        "/one/a%0",
        "/one/%zz",        "/one/%ff%fe",
        "/one/%",          "/one/a?q=%00",
        "/one/a?q=%f",     "/one/a?%ff=1",
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *answer = raw_get(port, targets[i]);

        if (status_of(answer) != 400)
            fail_msg("%s: %.200s", targets[i], answer);
    }
}

void test_unknown_paths_and_methods_are_told_apart(void **state)
{
    g_autofree char *answer = NULL;

    (void)state;
    assert_status(raw_get(port, "/nothing"), 404);
    assert_status(raw_get(port, "/one"), 404);
    assert_status(raw_get(port, "/one/"), 404);
    assert_status(raw_get(port, "/one//"), 404);
    assert_status(raw_get(port, "/two/1/y/2"), 404);
    answer = raw(port, "DELETE /first/fixed", "\r\n");
    assert_int_equal(status_of(answer), 405);
    assert_non_null(strstr(answer, "Allow: GET, PUT\r"));
}

void test_head_answers_as_get_without_a_body(void **state)
{
    g_autofree char *answer = raw(port, "HEAD /one/abc", "\r\n");

    (void)state;
    assert_int_equal(status_of(answer), 200);
    assert_non_null(strstr(answer, "X-Mine: yes"));
    assert_string_equal(body_of(answer), "");
}

static char *post(const char *path, size_t size)
{
    g_autofree char *body = g_strnfill(size, 'x');
    g_autofree char *line = g_strdup_printf("POST %s", path);
    g_autofree char *rest = g_strdup_printf("Content-Length: %zu\r\n\r\n%s", size, body);

    return raw(port, line, rest);
}

void test_a_body_may_be_as_large_as_the_row_says_and_no_larger(void **state)
{
    g_autofree char *answer = NULL;

    (void)state;
    assert_answer(post("/small", 0), 200, "0");
    assert_answer(post("/small", 1000), 200, "1000");
    answer = post("/small", 1001);
    assert_int_equal(status_of(answer), 413);
    assert_non_null(strstr(answer, "larger than 1000 bytes"));
    assert_int_equal(handled, 2);
}

void test_a_body_of_unknown_size_has_the_same_ceiling(void **state)
{
    g_autofree char *piece = g_strnfill(0x1f4, 'x');
    g_autofree char *twice = g_strdup_printf(
        "Transfer-Encoding: chunked\r\n\r\n1f4\r\n%s\r\n1f4\r\n%s\r\n0\r\n\r\n", piece, piece);
    g_autofree char *thrice =
        g_strdup_printf("Transfer-Encoding: chunked\r\n\r\n1f4\r\n%s\r\n1f4\r\n%s\r\n1f4\r\n%s\r\n"
                        "0\r\n\r\n",
                        piece, piece, piece);

    (void)state;
    assert_answer(raw(port, "POST /small", twice), 200, "1000");
    assert_status(raw(port, "POST /small", thrice), 413);
    assert_int_equal(handled, 1);
}

void test_a_body_of_many_megabytes_arrives_whole(void **state)
{
    (void)state;
    assert_answer(post("/large", 20 * 1024 * 1024), 200, "20971520");
}

void test_a_stranger_is_refused_before_the_body_is_read(void **state)
{
    (void)state;
    /* No byte of the 200 MB is ever sent, and the answer comes all the same. */
    assert_status(raw(port, "POST /closed", "Content-Length: 200000000\r\n\r\n"), 401);
    assert_status(raw(port, "POST /closed", "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"),
                  401);
    assert_status(post("/closed", 500000), 401);
    assert_status(raw(port, "POST /small", "Content-Length: 200000000\r\n\r\n"), 413);
    assert_int_equal(handled, 0);
}

void test_what_the_guard_leaves_is_there_for_the_handler(void **state)
{
    (void)state;
    assert_answer(raw(port, "GET /user", "Authorization: Bearer abc\r\n\r\n"), 200, "Bearer abc");
}

void test_a_handler_that_says_nothing_is_a_server_error(void **state)
{
    (void)state;
    assert_status(raw_get(port, "/silent"), 500);
}

void test_a_body_that_is_no_json_is_a_problem_with_its_place(void **state)
{
    g_autofree char *answer = raw(port, "POST /problem", "Content-Length: 5\r\n\r\n{\"a\":");

    (void)state;
    assert_int_equal(status_of(answer), 400);
    assert_non_null(strstr(answer, "\"error\":\"invalid\",\"message\":\"This is not JSON: line 1"));
    assert_answer(raw(port, "POST /problem", "Content-Length: 7\r\n\r\n{\"a\":1}"), 201,
                  "{\"a\":1}");
}

void test_the_peer_has_an_address(void **state)
{
    (void)state;
    assert_answer(raw_get(port, "/peer"), 200, "127.0.0.1");
}

void test_long_headers_are_refused(void **state)
{
    g_autofree char *value = g_strnfill(200000, 'a');
    g_autofree char *header = g_strdup_printf("X-Long: %s\r\n\r\n", value);
    int fd = dial(port);
    g_autofree char *answer = NULL;

    (void)state;
    say(fd, "GET /one/a HTTP/1.1\r\nHost: x\r\n");
    if (send(fd, header, strlen(header), MSG_NOSIGNAL) < 0)
        assert_true(true); /* closed already: fine too */
    answer = hear_all(fd);
    assert_true(status_of(answer) == 0 || status_of(answer) == 431);
    assert_answer(raw_get(port, "/one/abc"), 200, "abc|-|-");
}

void test_slow_clients_keep_nobody_waiting(void **state)
{
    int slow[50];

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = dial(port);
        say(slow[i], i % 2 ? "GET /one/s"
                           : "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
                             "Connection: close\r\n\r\nx");
    }
    for (int i = 0; i < 20; i++)
        assert_answer(raw_get(port, "/one/quick"), 200, "quick|-|-");
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        if (i % 2) {
            say(slow[i], "low HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assert_answer(hear_all(slow[i]), 200, "slow|-|-");
        } else {
            say(slow[i], "12345678");
            assert_answer(hear_all(slow[i]), 200, "9");
        }
    }
}

void test_clients_that_hang_up_in_the_middle_do_no_harm(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        int fd = dial(port);

        say(fd,
            i % 2 ? "GET /on" : "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nxx");
        close(fd);
    }
    assert_answer(raw_get(port, "/one/abc"), 200, "abc|-|-");
}

void test_several_requests_go_over_one_connection(void **state)
{
    int fd = dial(port);
    g_autofree char *answers = NULL;

    (void)state;
    say(fd, "GET /one/first HTTP/1.1\r\nHost: x\r\n\r\n"
            "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
            "GET /one/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    answers = hear_all(fd);
    assert_non_null(strstr(answers, "first|-|-"));
    assert_non_null(strstr(answers, "\r\n\r\n2HTTP/1.1"));
    assert_non_null(strstr(answers, "last|-|-"));
}

void test_addresses_to_listen_on_are_checked(void **state)
{
    g_autofree char *taken = g_strdup_printf("127.0.0.1:%d", port);
    struct http_server_settings s = {.listen = taken, .routes = routes};

    (void)state;
    FAILS(http_server_start(&s, &error) != NULL, ERROR_UNAVAILABLE, "hint: choose another port");
    s.listen = "8080";
    FAILS(http_server_start(&s, &error) != NULL, ERROR_INVALID, "hint: write HOST:PORT");
    s.listen = "127.0.0.1:0";
    s.tls_key = "x";
    FAILS(http_server_start(&s, &error) != NULL, ERROR_INVALID, "both a certificate and a key");
}

void test_tries_come_with_full_jitter_up_to_twice_the_cap(void **state)
{
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t first = http_backoff_ms(1, 500, 10000), late = http_backoff_ms(50, 500, 10000);

        assert_in_range(first, 1, 1000);
        assert_in_range(late, 1, 20000);
        least = MIN(least, late);
        most = MAX(most, late);
    }
    assert_true(least < 5000 && most > 15000);
}
