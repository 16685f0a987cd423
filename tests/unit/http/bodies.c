/* How much is kept of bodies: of one, of those of all callers of a kind, and of values in JSON. */
#include "http_test.h"

#include "base/limits.h"

enum { ROOM = 3000 };

static struct http_server *server;
static int port;
static struct http_call *held;
static atomic_int holding;

static void count(struct http_call *c, void *data)
{
    g_autofree char *text = g_strdup_printf("%zu", http_body(c)->len);

    (void)data;
    http_reply(c, 200, "text/plain", text, strlen(text));
}

/* Until the test lets go. */
static void hold(struct http_call *c, void *data)
{
    (void)data;
    http_suspend(c);
    held = c;
    holding = 1;
}

static void drop_and_hold(struct http_call *c, void *data)
{
    http_drop_body(c);
    hold(c, data);
}

static void values(struct http_call *c, void *data)
{
    g_autoptr(GError) error = NULL;
    json_t *body = http_body_json(c, &error);

    (void)data;
    if (body)
        http_reply_json(c, 200, json_integer((json_int_t)json_array_size(body)));
    else
        http_reply_error(c, error);
    json_decref(body);
}

/* What a route needs is the kind of its callers. */
static const struct http_route routes[] = {
    {"GET",  "/none",  0, count,         "",   NULL, NULL, 0            },
    {"POST", "/one",   1, count,         "",   NULL, NULL, ROOM         },
    {"POST", "/other", 2, count,         "",   NULL, NULL, ROOM         },
    {"POST", "/hold",  1, hold,          "",   NULL, NULL, ROOM         },
    {"POST", "/drop",  1, drop_and_hold, "",   NULL, NULL, ROOM         },
    {"POST", "/json",  3, values,        "",   NULL, NULL, MAX_HTTP_BODY},
    {NULL,   NULL,     0, NULL,          NULL, NULL, NULL, 0            },
};

static bool guard(struct http_call *c, unsigned needs, void *data)
{
    (void)data;
    http_set_kind(c, needs);
    return true;
}

int setup(void **state)
{
    (void)state;
    holding = 0;
    OK((server = http_server_start(
            &(struct http_server_settings){
                .listen = "127.0.0.1:0",
                .routes = routes,
                .guard = guard,
                .bodies = {0, ROOM, ROOM}
    },
            &error)) != NULL);
    port = http_server_port(server);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

static char *post(const char *path, size_t size)
{
    g_autofree char *body = g_strnfill(size, 'x');
    g_autofree char *line = g_strdup_printf("POST %s", path);
    g_autofree char *rest = g_strdup_printf("Content-Length: %zu\r\n\r\n%s", size, body);

    return raw(port, line, rest);
}

static char *post_in_chunks(const char *path, size_t size, int chunks)
{
    g_autofree char *piece = g_strnfill(size, 'x'), *line = g_strdup_printf("POST %s", path);
    g_autoptr(GString) rest = g_string_new("Transfer-Encoding: chunked\r\n\r\n");

    for (int i = 0; i < chunks; i++)
        g_string_append_printf(rest, "%zx\r\n%s\r\n", size, piece);
    g_string_append(rest, "0\r\n\r\n");
    return raw(port, line, rest->str);
}

/* Would a body of this size be admitted now? None of it is sent. */
static bool has_room(const char *path, size_t size)
{
    g_autofree char *text =
        g_strdup_printf("POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, size);
    char answer[64] = "";
    int fd = dial(port);

    say(fd, text);
    assert_true(recv(fd, answer, sizeof answer - 1, 0) > 12);
    close(fd);
    return status_of(answer) == 100;
}

/* What was sent arrives, and what has ended is given back, in a moment. */
static void await(const char *path, size_t size, bool room)
{
    int64_t until_ms = clock_monotonic_ms() + 20000;

    while (has_room(path, size) != room)
        assert_true(clock_monotonic_ms() < until_ms);
}

/* The connection of a request whose body of 2500 has come but for 500. */
static int begin(const char *path)
{
    g_autofree char *most = g_strnfill(2000, 'x');
    g_autofree char *text =
        g_strdup_printf("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2500"
                        "\r\n\r\n%s",
                        path, most);
    int fd = dial(port);

    say(fd, text);
    return fd;
}

void test_bodies_of_one_kind_of_callers_have_a_ceiling_together(void **state)
{
    g_autofree char *least = g_strnfill(500, 'x');
    int fd = begin("/one");

    (void)state;
    await("/one", 1001, false);
    assert_answer(post("/one", 900), 200, "900"); /* for which there is room */
    await("/one", 1000, true);
    assert_status(post_in_chunks("/one", 500, 3), 503);
    assert_answer(post("/other", 3000), 200, "3000");
    say(fd, least);
    assert_answer(hear_all(fd), 200, "2500");
    await("/one", 3000, true);
    assert_answer(post_in_chunks("/one", 500, 5), 200, "2500");
}

void test_one_that_hangs_up_gives_its_room_back(void **state)
{
    int fd = begin("/one");

    (void)state;
    await("/one", 1001, false);
    close(fd);
    await("/one", 3000, true);
}

void test_what_was_refused_gives_its_room_back(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_status(post_in_chunks("/one", 500, 7), 413);
    assert_answer(post("/one", 3000), 200, "3000");
}

static void *send_and_hear(void *path)
{
    return post(path, 2500);
}

static void hold_while(const char *path, int status)
{
    pthread_t thread;
    void *answer;

    pthread_create(&thread, NULL, send_and_hear, (void *)path);
    while (!holding)
        g_usleep(1000);
    assert_status(post("/one", 2500), status);
    http_reply(held, 200, "text/plain", "held", 4);
    pthread_join(thread, &answer);
    assert_answer(answer, 200, "held");
}

void test_a_body_that_was_read_takes_no_room_while_its_answer_waits(void **state)
{
    (void)state;
    hold_while("/drop", 200);
}

void test_a_body_that_is_still_needed_does(void **state)
{
    (void)state;
    hold_while("/hold", 503);
}

void test_a_request_that_needs_no_body_has_a_small_one_at_most(void **state)
{
    g_autofree char *piece = g_strnfill(1000, 'x');
    g_autoptr(GString) rest = g_string_new("Transfer-Encoding: chunked\r\n\r\n");

    (void)state;
    for (int i = 0; i < MAX_HTTP_UNASKED / 1000; i++)
        g_string_append_printf(rest, "3e8\r\n%s\r\n", piece);
    {
        g_autofree char *fits = g_strconcat(rest->str, "0\r\n\r\n", NULL);
        g_autofree char *exceeds = g_strconcat(rest->str, "3e8\r\n", piece, "\r\n0\r\n\r\n", NULL);

        assert_answer(raw(port, "GET /none", fits), 200, "16000");
        assert_status(raw(port, "GET /none", exceeds), 413);
    }
    assert_status(raw(port, "GET /none", "Content-Length: 200000000\r\n\r\n"), 413);
}

static char *post_json(const char *open, const char *each, size_t times, const char *close)
{
    g_autoptr(GString) body = g_string_new(open);
    g_autofree char *rest = NULL;

    for (size_t i = 0; i < times; i++)
        g_string_append(body, each);
    g_string_append(body, close);
    rest = g_strdup_printf("Content-Length: %zu\r\n\r\n%s", body->len, body->str);
    return raw(port, "POST /json", rest);
}

/* 16 MB of text would be more than 100 times that in memory. */
void test_json_of_too_many_values_is_refused_before_it_is_built(void **state)
{
    g_autofree char *answer = post_json("[0", ",0", MAX_JSON_VALUES, "]");

    (void)state;
    assert_int_equal(status_of(answer), 413);
    assert_non_null(strstr(answer, "more than 8000000 values"));
    assert_status(post_json("[[]", ",[]", MAX_JSON_VALUES / 2, "]"), 413);
}

void test_what_stands_in_a_text_of_json_is_no_value(void **state)
{
    (void)state;
    assert_answer(post_json("[\"", ",", MAX_JSON_VALUES + 1, "\"]"), 200, "1");
    assert_answer(post_json("[\"\\\"", ",", MAX_JSON_VALUES + 1, "\", \"[\\\\\", {}]"), 200, "3");
    assert_answer(post_json("[0", ",0", 1000, "]"), 200, "1001");
}
