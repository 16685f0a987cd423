/* server.h -- an HTTP server, thin over libmicrohttpd: a table of routes, long polls that cost no
 * thread while they wait, ceilings on everything.
 *
 * Routes    `/v1/tasks/{id}/log`: a part in braces matches one path segment, percent-decoded, and
 *           is asked for with http_param(). The first row that fits wins. Path known but no such
 *           method is 405; unknown path 404.
 * Handlers  run on the server's threads; one call a request, after the whole body arrived. A
 * handler either answers (http_reply*) or suspends (http_suspend) and answers later from any
 * thread.
 * Guard     called before every handler, when the headers are here and before the body is read; it
 * may answer by itself (401, 403) and return false. It is where tokens and scopes are checked;
 * `needs` of the route is its argument.
 * Paths     and queries that are no UTF-8 when decoded, or hold "." or ".." as a step, are 400.
 * HEAD is served where GET is.
 */
#ifndef HEDDLE_HTTP_SERVER_H
#define HEDDLE_HTTP_SERVER_H

#include "base/json.h"

#include <stdint.h>

struct http_server;
struct http_call; /* one request being answered */

struct http_route;
typedef void (*http_handler)(struct http_call *call, void *data);
typedef bool (*http_guard)(struct http_call *call, unsigned needs, void *data);
/* An answer has been sent, or its peer hung up: for metrics. `route` is NULL for an address or a
 * method that is not served. The time counts from the headers on and includes waiting. */
typedef void (*http_observer)(const struct http_route *route, const char *method, unsigned status,
                              double seconds, void *data);

struct http_route {
    const char *method, *path;
    unsigned needs; /* for the guard: whatever the owner of the table means by it */
    http_handler handler;
    const char *help;          /* one sentence, for documents */
    const char *takes, *gives; /* names of message types, for documents; or NULL */
    size_t max_body;           /* 0: MAX_HTTP_UNASKED */
};

enum { HTTP_KINDS = 8 }; /* of callers; what they mean is the guard's */
struct http_server_settings {
    const char *listen;              /* "127.0.0.1:8080", "[::]:8080", "0.0.0.0:0" for any port */
    const struct http_route *routes; /* ends with a row whose method is NULL */
    http_guard guard;
    http_observer observer;         /* or NULL */
    void *data;                     /* for guard, observer and handlers */
    unsigned threads;               /* 0: 2 */
    unsigned connections;           /* at once; 0: MAX_HTTP_CONNECTIONS. Fewer when the process may
                                     * not have so many descriptors. */
    size_t bodies[HTTP_KINDS];      /* bytes of bodies that callers of each kind have here at once;
                                     * 0: MAX_HTTP_BODIES. What is more is answered 503. */
    const char *tls_cert, *tls_key; /* PEM texts, or NULL for plain HTTP; TLS 1.2 at least */
    const char *trusted_proxies;    /* networks, "ADDRESS[/BITS],…", whose X-Forwarded-For is
                                     * believed; or NULL */
};
/* Can this be trusted_proxies? ERROR_INVALID. */
bool http_check_networks(const char *list, GError **error) MUST_CHECK;

struct http_server *http_server_start(const struct http_server_settings *settings,
                                      GError **error) MUST_CHECK;
/* Stop accepting; suspended calls must have been answered; waits for those under way. */
void http_server_stop(struct http_server *s);
int http_server_port(const struct http_server *s);
/* Show another certificate from the next connection on; any thread. The old one stays when the new
 * one cannot be used: ERROR_INVALID. */
bool http_server_renew(struct http_server *s, const char *tls_cert, const char *tls_key,
                       GError **error) MUST_CHECK;

/* The request. Borrowed until it is answered. */
const char *http_method(const struct http_call *c);
const char *http_path(const struct http_call *c);
const char *http_target(const struct http_call *c);                   /* path and query, as sent */
const char *http_param(const struct http_call *c, const char *name);  /* of the path */
const char *http_query(const struct http_call *c, const char *name);  /* NULL when not there */
const char *http_header(const struct http_call *c, const char *name); /* likewise */
const GString *http_body(const struct http_call *c);
/* A new reference. ERROR_INVALID: no JSON; ERROR_LIMIT: more than MAX_JSON_VALUES. */
json_t *http_body_json(struct http_call *c, GError **error) MUST_CHECK;
void http_drop_body(struct http_call *c); /* it is read: its room is for others */
const char *http_peer(
    const struct http_call *c); /* the client's address, a proxy's when it is not trusted */
const struct http_route *http_route_of(const struct http_call *c);
/* Something the guard leaves for the handler; freed with the call. */
void http_set_user(struct http_call *c, void *user, GDestroyNotify free_user);
void *http_user(const struct http_call *c);
/* For the guard: which kind of caller it is, below HTTP_KINDS. Else 0. */
void http_set_kind(struct http_call *c, unsigned kind);

/* Answers. After one of these the call is gone. */
void http_reply(struct http_call *c, unsigned status, const char *content_type, const char *body,
                size_t len);
/* Takes fd; the first `size` bytes of it, sent as the peer takes them. Not for a suspended call. */
void http_reply_file(struct http_call *c, const char *content_type, int fd, uint64_t size);
void http_reply_json(struct http_call *c, unsigned status, json_t *body); /* takes body */
/* {"error": word, "message": …, "detail": the same} */
void http_reply_problem(struct http_call *c, unsigned status, const char *word, const char *format,
                        ...) G_GNUC_PRINTF(4, 5);
/* The status and word that fit an error's code (ERROR_NOT_FOUND: 404, ERROR_CONFLICT: 409, …). */
void http_reply_error(struct http_call *c, const GError *error);
void http_add_header(struct http_call *c, const char *name, const char *value); /* before */
/* Keep the call without a thread; answer it later with the functions above. Every suspended call
 * must be answered, also when its peer hung up. */
void http_suspend(struct http_call *c);
/* Has the peer of a suspended call hung up? Cheap; ask before handing out what it would lose. */
bool http_is_gone(const struct http_call *c);

#endif
