#include "http/http_int.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    IDLE_S = 75,                    /* a connection on which nothing moves is closed */
    HEADERS_AND_BUFFER = 64 * 1024, /* memory of a connection; longer headers are refused */
    DESCRIPTORS_OF_OTHERS = 128,    /* that are left to the rest of the process */
    STOP_S = 5,                     /* what requests under way are given */
};

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static void *start_call(void *data, const char *target, struct MHD_Connection *connection)
{
    struct http_server *s = data;

    (void)connection;
    pthread_mutex_lock(&s->lock);
    s->calls++;
    pthread_mutex_unlock(&s->lock);
    return http__call_new(s, target);
}

static void observe(struct http_server *s, const struct http_call *c)
{
    if (s->observer && c->response)
        s->observer(c->route, c->method, c->status,
                    (double)(clock_monotonic_us() - c->began_us) / 1e6, s->data);
}

static void end_call(void *data, struct MHD_Connection *connection, void **context,
                     enum MHD_RequestTerminationCode why)
{
    struct http_server *s = data;

    (void)connection;
    (void)why;
    if (!*context)
        return;
    observe(s, *context);
    http__call_free(*context);
    *context = NULL;
    pthread_mutex_lock(&s->lock);
    s->calls--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static enum MHD_Result send_answer(struct http_call *c)
{
    return MHD_queue_response(c->connection, c->status, c->response);
}

static guint64 announced_size(const struct http_call *c)
{
    const char *text = http_header(c, "Content-Length");

    return text ? g_ascii_strtoull(text, NULL, 10) : 0;
}

/* Everything that can be refused without the body is refused before one byte of it is kept, so
 * that a stranger without a token costs no memory. */
static void judge_headers(struct http_call *c)
{
    if (atomic_load(&c->server->stopping)) {
        http_add_header(c, "Connection", "close");
        http_reply_problem(c, 503, "unavailable", "The server is stopping.");
        return;
    }
    if (!http__route(c))
        return;
    c->max_body = c->route->max_body ? c->route->max_body : MAX_HTTP_UNASKED;
    if (c->server->guard && !c->server->guard(c, c->route->needs, c->server->data)) {
        if (!c->response)
            http_reply_problem(c, 403, "denied", "This is not allowed.");
        return;
    }
    if (announced_size(c) > c->max_body)
        http__refuse_size(c);
    else if (!http__has_room(c, (size_t)announced_size(c)))
        http__refuse_room(c);
}

static enum MHD_Result begin(struct http_call *c)
{
    judge_headers(c);
    if (c->response && (announced_size(c) > MAX_DRAINED || http_header(c, "Expect")))
        return send_answer(c);
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_call *c, const char *data, size_t len)
{
    if (!c->response)
        http__take_piece(c, data, len);
    if (!c->response)
        return MHD_YES;
    c->drained += len;
    return c->drained <= MAX_DRAINED ? MHD_YES : MHD_NO;
}

static enum MHD_Result handle(struct http_call *c)
{
    c->route->handler(c, c->server->data);
    if (c->suspended) /* perhaps answered by now; libmicrohttpd calls again when it is */
        return MHD_YES;
    if (!c->response)
        http_reply_problem(c, 500, "failed", "The request was not answered.");
    return send_answer(c);
}

/* Called by libmicrohttpd with the headers, with each piece of the body, at the end of it, and once
 * more after a resume. */
static enum MHD_Result serve(void *data, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload,
                             size_t *upload_len, void **context)
{
    struct http_call *c = *context;
    size_t len = *upload_len;

    (void)data;
    (void)url;
    (void)version;
    if (!c->connection) {
        http__call_begin(c, connection, method);
        return begin(c);
    }
    *upload_len = 0;
    if (len > 0)
        return take_body(c, upload, len);
    return c->response ? send_answer(c) : handle(c);
}

static void log_words(void *data, const char *format, va_list args) G_GNUC_PRINTF(2, 0);
static void log_words(void *data, const char *format, va_list args)
{
    g_autofree char *words = NULL;

    (void)data;
    if (!log_wants(LOG_DEBUG))
        return;
    words = g_strdup_vprintf(format, args);
    log_event(LOG_DEBUG, "http", "words", g_strchomp(words), NULL);
}

/* As many connections as are wanted and the process has descriptors for. */
static unsigned connection_limit(unsigned most)
{
    struct rlimit r;
    rlim_t wanted = most + DESCRIPTORS_OF_OTHERS;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return most / 8;
    if (r.rlim_cur < wanted) {
        r.rlim_cur = MIN(wanted, r.rlim_max);
        if (setrlimit(RLIMIT_NOFILE, &r) != 0 || getrlimit(RLIMIT_NOFILE, &r) != 0)
            return most / 8;
    }
    if (r.rlim_cur >= wanted)
        return most;
    return (unsigned)MAX(r.rlim_cur, 2 * DESCRIPTORS_OF_OTHERS) - DESCRIPTORS_OF_OTHERS;
}

/* A number that was asked for and cannot be had is told at the start, not found out by people who
 * are turned away. */
static unsigned admitted(unsigned connections)
{
    unsigned most = connections ? connections : MAX_HTTP_CONNECTIONS;
    unsigned limit = connection_limit(most);
    g_autofree char *wanted = g_strdup_printf("%u", most);
    g_autofree char *got = g_strdup_printf("%u", limit);

    if (connections && limit < most)
        log_event(LOG_WARNING,
                  "fewer connections than wanted: the process may not have so many descriptors",
                  "wanted", wanted, "admitted", got, NULL);
    return limit;
}

static struct MHD_Daemon *start_daemon(struct http_server *s,
                                       const struct http_server_settings *settings)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    unsigned threads = settings->threads ? settings->threads : 2;
    /* The last rows are taken away when they do not apply. */
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_COMPLETED,                                (intptr_t)end_call,              s   },
        {MHD_OPTION_URI_LOG_CALLBACK,                                (intptr_t)start_call,            s   },
        {MHD_OPTION_LISTEN_SOCKET,                                   s->listener,                     NULL},
        {MHD_OPTION_CONNECTION_LIMIT,                                admitted(settings->connections), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT,                         HEADERS_AND_BUFFER,              NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT,                              IDLE_S,                          NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads,                         NULL},
        {MHD_OPTION_END,                                             0,                               NULL},
    };
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0,                        (void *)(intptr_t)http__tls_show},
        {MHD_OPTION_HTTPS_PRIORITIES,    0,                        (void *)TLS_PRIORITIES          },
        {MHD_OPTION_NOTIFY_CONNECTION,   (intptr_t)http__tls_meet, s->tls                          },
        {MHD_OPTION_END,                 0,                        NULL                            },
    };

    if (s->tls)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(flags, 0, NULL, NULL, serve, s, MHD_OPTION_EXTERNAL_LOGGER, log_words,
                            NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static void server_free(struct http_server *s)
{
    if (s->listener >= 0)
        close(s->listener);
    http__tls_free(s->tls);
    if (s->proxies)
        g_array_unref(s->proxies);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    g_free(s);
}

static struct http_server *server_new(const struct http_server_settings *settings)
{
    struct http_server *s = g_new0(struct http_server, 1);

    s->routes = settings->routes;
    s->guard = settings->guard;
    s->observer = settings->observer;
    s->data = settings->data;
    for (unsigned i = 0; i < HTTP_KINDS; i++)
        s->bodies[i] = settings->bodies[i] ? settings->bodies[i] : MAX_HTTP_BODIES;
    s->listener = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    return s;
}

static bool set_tls(struct http_server *s, const struct http_server_settings *settings,
                    GError **error)
{
    if (!settings->tls_cert && !settings->tls_key)
        return true;
    if (settings->tls_cert && settings->tls_key && MHD_is_feature_supported(MHD_FEATURE_TLS)) {
        s->tls = http__tls_new();
        return http__tls_take(s->tls, settings->tls_cert, settings->tls_key, error);
    }
    g_set_error(error, http_error(), ERROR_INVALID, "TLS cannot be served: %s.",
                settings->tls_cert && settings->tls_key ? "this build's libmicrohttpd has none"
                                                        : "it needs both a certificate and a key");
    return false;
}

struct http_server *http_server_start(const struct http_server_settings *settings, GError **error)
{
    struct http_server *s = server_new(settings);

    http__set_up();
    s->proxies = http__networks(settings->trusted_proxies, error);
    if (s->proxies && set_tls(s, settings, error))
        s->listener = http__listen(settings->listen, &s->port, error);
    if (s->listener >= 0 && (s->daemon = start_daemon(s, settings)))
        return s;
    if (s->listener >= 0)
        g_set_error(error, http_error(), ERROR_FAILED, "The server on %s could not start.",
                    settings->listen);
    server_free(s);
    return NULL;
}

bool http_server_renew(struct http_server *s, const char *tls_cert, const char *tls_key,
                       GError **error)
{
    if (s->tls)
        return http__tls_take(s->tls, tls_cert, tls_key, error);
    g_set_error_literal(error, http_error(), ERROR_INVALID, "This server speaks no TLS.");
    return false;
}

static void wait_for_calls(struct http_server *s)
{
    struct timespec until;
    int waited = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_S;
    pthread_mutex_lock(&s->lock);
    while (s->calls > 0 && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    while (s->suspended > 0) /* whoever holds them must answer: they cannot be dropped */
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void http_server_stop(struct http_server *s)
{
    if (!s)
        return;
    /* No MHD_quiesce_daemon(): it and the daemon's threads take the listener out of epoll at the
     * same time, and the second one aborts the process. What comes in the meantime is refused. */
    atomic_store(&s->stopping, true);
    wait_for_calls(s);
    MHD_stop_daemon(s->daemon);
    s->listener = -1; /* the daemon has closed it */
    server_free(s);
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}
