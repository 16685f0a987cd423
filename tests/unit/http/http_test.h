/* http_test.h -- a server on a port of its own, and bytes sent to it as no library would. */
#ifndef HEDDLE_TESTS_HTTP_TEST_H
#define HEDDLE_TESTS_HTTP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "http/api.h"
#include "http/client.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK(call)                                                                                   \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (!(call))                                                                               \
            fail_msg("%s", error ? error->message : "failed without an error");                    \
    } while (0)

/* The call must fail with this code and say these words. */
#define FAILS(call, wanted, words)                                                                 \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (call)                                                                                  \
            fail_msg("%s worked", #call);                                                          \
        assert_non_null(error);                                                                    \
        if (error->code != (wanted) || !strstr(error->message, (words)))                           \
            fail_msg("code %d: %s", error->code, error->message);                                  \
        g_error_free(error);                                                                       \
    } while (0)

static inline struct http_server *start(const struct http_route *routes, http_guard guard)
{
    struct http_server *s;

    OK((s = http_server_start(&(struct http_server_settings){.listen = "127.0.0.1:0",
                                                             .routes = routes,
                                                             .guard = guard},
                              &error)) != NULL);
    return s;
}

/* A connection to the server. */
static inline int dial(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {20, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static inline void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Read until the peer closes; "" when nothing came. */
static inline char *hear_all(int fd)
{
    GString *out = g_string_new(NULL);
    char buf[4096];
    ssize_t n;

    while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
        g_string_append_len(out, buf, n);
    close(fd);
    return g_string_free(out, FALSE);
}

/* One whole answer to a request sent as it is, on a connection that is closed afterwards. */
static inline char *raw(int port, const char *request_line, const char *rest)
{
    int fd = dial(port);
    g_autofree char *text =
        g_strdup_printf("%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", request_line, rest);

    say(fd, text);
    return hear_all(fd);
}

static inline char *raw_get(int port, const char *target)
{
    g_autofree char *line = g_strdup_printf("GET %s", target);

    return raw(port, line, "\r\n");
}

static inline int status_of(const char *answer)
{
    return strlen(answer) > 12 ? atoi(answer + 9) : 0;
}

static inline const char *body_of(const char *answer)
{
    const char *gap = strstr(answer, "\r\n\r\n");

    return gap ? gap + 4 : "";
}

#define assert_answer(answer, status, body)                                                        \
    do {                                                                                           \
        g_autofree char *text = (answer);                                                          \
        assert_int_equal(status_of(text), (status));                                               \
        assert_string_equal(body_of(text), (body));                                                \
    } while (0)
#define assert_status(answer, status)                                                              \
    do {                                                                                           \
        g_autofree char *text = (answer);                                                          \
        assert_int_equal(status_of(text), (status));                                               \
    } while (0)

#endif
