/* Long polls: calls that wait without a thread and are answered from another one. */
#include "http_test.h"

enum { MANY = 600 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *waiting; /* of struct http_call */
static struct http_server *server;
static int port;

static void wait_here(struct http_call *c, void *data)
{
    (void)data;
    http_suspend(c);
    pthread_mutex_lock(&lock);
    g_ptr_array_add(waiting, c);
    pthread_mutex_unlock(&lock);
}

static void quick(struct http_call *c, void *data)
{
    (void)data;
    http_reply(c, 200, NULL, "quick", 5);
}

static void away(struct http_call *c, void *data)
{
    (void)data;
    http_reply_problem(c, 504, "unavailable", "Nobody took it.\nhint: does one run?");
}

static const struct http_route routes[] = {
    {"POST", "/wait/{id}", 0, wait_here, "",   NULL, NULL, 0},
    {"GET",  "/quick",     0, quick,     "",   NULL, NULL, 0},
    {"GET",  "/away",      0, away,      "",   NULL, NULL, 0},
    {NULL,   NULL,         0, NULL,      NULL, NULL, NULL, 0},
};

static void answer_one(struct http_call *c)
{
    g_autofree char *text = g_strdup_printf("%s=%s", http_param(c, "id"), http_body(c)->str);

    http_reply(c, 200, "text/plain", text, strlen(text));
}

static void answer_all(void)
{
    g_autoptr(GPtrArray) now = NULL;

    pthread_mutex_lock(&lock);
    now = waiting;
    waiting = g_ptr_array_new();
    pthread_mutex_unlock(&lock);
    for (guint i = 0; i < now->len; i++)
        answer_one(now->pdata[i]);
}

int setup(void **state)
{
    (void)state;
    waiting = g_ptr_array_new();
    server = start(routes, NULL);
    port = http_server_port(server);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    answer_all();
    http_server_stop(server);
    g_ptr_array_unref(waiting);
    return 0;
}

static void wait_for(guint count)
{
    for (int i = 0; i < 2000; i++) {
        guint now;

        pthread_mutex_lock(&lock);
        now = waiting->len;
        pthread_mutex_unlock(&lock);
        if (now >= count)
            return;
        usleep(10000);
    }
    fail_msg("fewer than %u calls came", count);
}

static int poll_for(int i)
{
    int fd = dial(port);
    g_autofree char *body = g_strdup_printf("body%d", i);
    g_autofree char *text = g_strdup_printf(
        "POST /wait/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
        i, strlen(body), body);

    say(fd, text);
    return fd;
}

static void *answer_in_thread(void *unused)
{
    answer_all();
    return unused;
}

void test_hundreds_of_calls_wait_on_two_threads_and_each_gets_its_own_answer(void **state)
{
    int fds[MANY];
    pthread_t thread;

    (void)state;
    for (int i = 0; i < MANY; i++)
        fds[i] = poll_for(i);
    wait_for(MANY);
    assert_answer(raw_get(port, "/quick"), 200, "quick");
    assert_int_equal(pthread_create(&thread, NULL, answer_in_thread, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        g_autofree char *wanted = g_strdup_printf("%d=body%d", i, i);

        assert_answer(hear_all(fds[i]), 200, wanted);
    }
    pthread_join(thread, NULL);
}

void test_a_server_that_is_away_is_quoted(void **state)
{
    struct http_client *client = http_client_new();
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/away", port);
    struct http_request r = {.method = "GET", .url = url};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(http_send(client, &r, &error));
    assert_true(error_is(error, ERROR_UNAVAILABLE));
    assert_string_equal(error->message, "Nobody took it.\nhint: does one run?");
    http_client_free(client);
}

static atomic_bool enough;

static void *answer_at_once(void *unused)
{
    while (!enough)
        answer_all();
    return unused;
}

static void *ask_often(void *unused)
{
    struct http_client *client = http_client_new();
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/wait/a%%20b", port);

    for (int i = 0; i < 300; i++) {
        g_autofree char *body = g_strdup_printf("%d", i);
        g_autofree char *wanted = g_strdup_printf("a b=%d", i);
        struct http_request r = {
            .method = "POST", .url = url, .body = body, .body_len = strlen(body)};
        g_autoptr(http_answer) answer = http_send(client, &r, NULL);

        if (!answer || strcmp(answer->body->str, wanted) != 0)
            abort();
    }
    http_client_free(client);
    return unused;
}

/* The answer often comes while the handler that suspended has not returned. */
void test_answers_may_come_at_any_moment_after_the_suspension(void **state)
{
    pthread_t answerer, askers[4];

    (void)state;
    enough = false;
    assert_int_equal(pthread_create(&answerer, NULL, answer_at_once, NULL), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(askers); i++)
        assert_int_equal(pthread_create(&askers[i], NULL, ask_often, NULL), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(askers); i++)
        pthread_join(askers[i], NULL);
    enough = true;
    pthread_join(answerer, NULL);
}

void test_a_peer_that_hung_up_is_seen_and_may_still_be_answered(void **state)
{
    int stays = poll_for(1), leaves = poll_for(2);
    struct http_call *calls[2];

    (void)state;
    wait_for(2);
    for (guint i = 0; i < 2; i++) {
        struct http_call *c = waiting->pdata[i];

        calls[strcmp(http_param(c, "id"), "1") != 0] = c;
    }
    assert_false(http_is_gone(calls[0]));
    assert_false(http_is_gone(calls[1]));
    close(leaves);
    for (int i = 0; i < 500 && !http_is_gone(calls[1]); i++)
        usleep(10000);
    assert_true(http_is_gone(calls[1]));
    assert_false(http_is_gone(calls[0]));
    answer_all();
    assert_answer(hear_all(stays), 200, "1=body1");
    assert_answer(raw_get(port, "/quick"), 200, "quick");
}

static void *stop(void *unused)
{
    http_server_stop(server);
    return unused;
}

void test_stopping_waits_for_those_who_wait(void **state)
{
    int fd = poll_for(7), idle = dial(port);
    pthread_t thread;

    (void)state;
    wait_for(1);
    assert_int_equal(pthread_create(&thread, NULL, stop, NULL), 0);
    usleep(100000);
    answer_all();
    assert_answer(hear_all(fd), 200, "7=body7");
    pthread_join(thread, NULL);
    assert_answer(hear_all(idle), 0, "");
    server = start(routes, NULL); /* for teardown */
}
