#define _GNU_SOURCE /* POLLRDHUP */
#include "http/http_int.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>

static void header_clear(void *data)
{
    struct http_header *h = data;

    g_free(h->name);
    g_free(h->value);
}

struct http_call *http__call_new(struct http_server *s, const char *target)
{
    struct http_call *c = g_new0(struct http_call, 1);

    c->server = s;
    c->target = g_strdup(target);
    c->path = g_strndup(target, strcspn(target, "?"));
    c->body = g_string_new(NULL);
    c->headers = g_array_new(FALSE, FALSE, sizeof(struct http_header));
    g_array_set_clear_func(c->headers, header_clear);
    return c;
}

void http__call_free(struct http_call *c)
{
    if (c->user && c->free_user)
        c->free_user(c->user);
    if (c->query)
        g_hash_table_unref(c->query);
    if (c->response)
        MHD_destroy_response(c->response);
    g_strfreev(c->segments);
    http_drop_body(c);
    g_string_free(c->body, TRUE);
    g_array_unref(c->headers);
    g_free(c->target);
    g_free(c->path);
    g_free(c);
}

void http__call_begin(struct http_call *c, struct MHD_Connection *connection, const char *method)
{
    const char *query = strchr(c->target, '?');

    c->connection = connection;
    c->began_us = clock_monotonic_us();
    c->method = method;
    c->segments = http__segments(c->path);
    c->query = http__parse_query(query ? query + 1 : "");
    http__note_origin(c);
}

const char *http_method(const struct http_call *c)
{
    return c->method;
}

const char *http_target(const struct http_call *c)
{
    return c->target;
}

const char *http_path(const struct http_call *c)
{
    return c->path;
}

const char *http_query(const struct http_call *c, const char *name)
{
    return g_hash_table_lookup(c->query, name);
}

const char *http_header(const struct http_call *c, const char *name)
{
    return MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);
}

const char *http_peer(const struct http_call *c)
{
    return c->peer;
}

const struct http_route *http_route_of(const struct http_call *c)
{
    return c->route;
}

void http_set_user(struct http_call *c, void *user, GDestroyNotify free_user)
{
    if (c->user && c->free_user)
        c->free_user(c->user);
    c->user = user;
    c->free_user = free_user;
}

void *http_user(const struct http_call *c)
{
    return c->user;
}

bool http_is_gone(const struct http_call *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd p = {.fd = info ? (int)info->connect_fd : -1, .events = POLLRDHUP};

    return poll(&p, 1, 0) == 1;
}

void http_add_header(struct http_call *c, const char *name, const char *value)
{
    struct http_header h = {g_strdup(name), g_strdup(value)};

    g_array_append_val(c->headers, h);
}

void http_suspend(struct http_call *c)
{
    pthread_mutex_lock(&c->server->lock);
    c->server->suspended++;
    pthread_mutex_unlock(&c->server->lock);
    c->suspended = true;
    MHD_suspend_connection(c->connection);
}

/* From here on the answer belongs to libmicrohttpd's thread: when the call was suspended it may be
 * sent, and the call freed, before this returns. */
static void answer(struct http_call *c, unsigned status, struct MHD_Response *response)
{
    struct http_server *s = c->server;

    if (c->response)
        g_error("%s %s was answered twice", c->method, c->path);
    for (guint i = 0; i < c->headers->len; i++) {
        const struct http_header *h = &g_array_index(c->headers, struct http_header, i);

        MHD_add_response_header(response, h->name, h->value);
    }
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    c->status = status;
    c->response = response;
    if (!c->suspended)
        return;
    MHD_resume_connection(c->connection);
    pthread_mutex_lock(&s->lock);
    s->suspended--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void http_reply(struct http_call *c, unsigned status, const char *content_type, const char *body,
                size_t len)
{
    /* libmicrohttpd copies what it is given and does not write to it. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);

    if (content_type)
        http_add_header(c, "Content-Type", content_type);
    answer(c, status, response);
}

void http_reply_file(struct http_call *c, const char *content_type, int fd, uint64_t size)
{
    struct MHD_Response *response = MHD_create_response_from_fd64(size, fd);

    http_add_header(c, "Content-Type", content_type);
    answer(c, 200, response);
}

void http_reply_json(struct http_call *c, unsigned status, json_t *body)
{
    char *text = body ? json_text_as_built(body) : NULL;

    json_decref(body);
    if (!text) {
        http_reply_problem(c, 500, "failed", "The answer could not be written as JSON.");
        return;
    }
    http_add_header(c, "Content-Type", "application/json");
    answer(c, status,
           MHD_create_response_from_buffer_with_free_callback(strlen(text), text, g_free));
}

void http_reply_problem(struct http_call *c, unsigned status, const char *word, const char *format,
                        ...)
{
    g_autofree char *message = NULL, *valid = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    valid = g_utf8_make_valid(message, -1);
    http_reply_json(c, status,
                    json_pack("{s:s, s:s, s:s}", "error", word, "message", valid, "detail", valid));
}

void http_reply_error(struct http_call *c, const GError *error)
{
    static const struct {
        int code;
        unsigned status;
        const char *word;
    } table[] = {
        {ERROR_INVALID,     400, "invalid"    },
        {ERROR_NOT_FOUND,   404, "not_found"  },
        {ERROR_DENIED,      403, "denied"     },
        {ERROR_CONFLICT,    409, "conflict"   },
        {ERROR_LIMIT,       413, "limit"      },
        {ERROR_BUSY,        503, "busy"       },
        {ERROR_UNAVAILABLE, 503, "unavailable"},
        {ERROR_CANCELLED,   503, "cancelled"  },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (error_is(error, table[i].code)) {
            if (table[i].status == 503)
                http_add_header(c, "Retry-After", "1");
            http_reply_problem(c, table[i].status, table[i].word, "%s", error->message);
            return;
        }
    log_event(LOG_ERROR, "a request failed", "method", c->method, "path", c->path, "error",
              error->message, NULL);
    http_reply_problem(c, 500, "failed", "%s", error->message);
}
