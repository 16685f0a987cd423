/* http_int.h -- shared by the files of http/ alone. */
#ifndef HEDDLE_HTTP_HTTP_INT_H
#define HEDDLE_HTTP_HTTP_INT_H

#include "base/limits.h"
#include "http/client.h"
#include "http/server.h"

#include <curl/curl.h>
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/* What is read and thrown away of a body that came with a refused request, so that the client gets
 * to reading the answer. */
enum { MAX_DRAINED = 1024 * 1024 };

struct http_header {
    char *name, *value;
};

struct http_call {
    struct http_server *server;
    struct MHD_Connection *connection; /* NULL until the headers are here */
    const char *method;                /* libmicrohttpd's, as long as the call lives */
    char *target;                      /* as sent: path and query */
    char *path;                        /* as sent */
    char **segments;                   /* of the path, decoded; NULL when it cannot be */
    GHashTable *query;
    const struct http_route *route;
    GString *body;
    size_t max_body, drained;
    size_t counted; /* of the server's `kept` */
    unsigned kind;
    char peer[64];
    void *user;
    GDestroyNotify free_user;
    GArray *headers; /* of struct http_header, for the answer */
    struct MHD_Response *response;
    unsigned status;
    int64_t began_us; /* monotonic */
    bool suspended;
};

struct http_tls;

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_tls *tls; /* NULL: plain HTTP */
    const struct http_route *routes;
    http_guard guard;
    http_observer observer;
    void *data;
    GArray *proxies; /* that are trusted; see origin.c */
    int listener, port;
    atomic_bool stopping;
    size_t bodies[HTTP_KINDS];      /* at most */
    atomic_size_t kept[HTTP_KINDS]; /* by the calls of each kind */
    pthread_mutex_t lock;           /* guards what follows */
    pthread_cond_t changed;
    unsigned calls, suspended;
};

/* call.c */
struct http_call *http__call_new(struct http_server *s, const char *target);
void http__call_free(struct http_call *c);
/* The headers are here: who asks, and for what. */
void http__call_begin(struct http_call *c, struct MHD_Connection *connection, const char *method);

/* origin.c */
/* "ADDRESS[/BITS],…", NULL for none; g_array_unref(). NULL: ERROR_INVALID. */
GArray *http__networks(const char *list, GError **error) MUST_CHECK;
/* Set the call's peer. */
void http__note_origin(struct http_call *c);

/* body.c */
/* Is there room for so much more? */
bool http__has_room(const struct http_call *c, size_t more);
/* Keep a piece, or answer that it is too much: 413, 503. What follows of it is not kept. */
void http__take_piece(struct http_call *c, const char *data, size_t len);
void http__refuse_size(struct http_call *c);
void http__refuse_room(struct http_call *c);

/* route.c */
/* Find the row; false when the call was answered instead (400, 404, 405). */
bool http__route(struct http_call *c);

/* url.c */
/* The segments of a path, NULL-terminated; NULL when one cannot be decoded, or leads elsewhere
 * ("..", even in %2e). g_strfreev(). */
char **http__segments(const char *path);
/* Names to values of a query, or NULL when one cannot be decoded. A name's first value counts. */
GHashTable *http__parse_query(const char *query);

/* listen.c */
/* A listening socket for "HOST:PORT"; -1 and an error. */
int http__listen(const char *address, int *port, GError **error) MUST_CHECK;

/* tls.c -- certificates of a server; old ones are kept for handshakes under way. */
struct http_tls *http__tls_new(void);
void http__tls_free(struct http_tls *t);
/* Show this one from the next handshake on. */
bool http__tls_take(struct http_tls *t, const char *cert, const char *key,
                    GError **error) MUST_CHECK;
/* libmicrohttpd's MHD_OPTION_NOTIFY_CONNECTION, its argument the struct http_tls. */
void http__tls_meet(void *data, struct MHD_Connection *connection, void **context,
                    enum MHD_ConnectionNotificationCode what);
/* Its MHD_OPTION_HTTPS_CERT_CALLBACK. */
int http__tls_show(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                   const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                   gnutls_pcert_st **chain, unsigned *length, gnutls_privkey_t *key);

/* peer.c -- what was wrong with the certificate that a server showed us. */
struct http_peer *http__peer_new(void);
void http__peer_free(struct http_peer *p);
void http__peer_forget(struct http_peer *p); /* before a request */
/* libcurl's CURLOPT_SSL_CTX_FUNCTION, its argument the struct http_peer. */
CURLcode http__peer_watch(CURL *easy, void *ssl_ctx, void *data);
/* Set the error for a certificate that libcurl has refused: why, what it says of itself, and what
 * to do. `words` are libcurl's, `what` the request. */
void http__peer_refused(const struct http_peer *p, const char *what, const char *host,
                        const char *words, GError **error);

/* failure.c -- why there was no answer, or none of the server. */
struct http_failure {
    const struct http_request *request;
    const struct http_answer *answer; /* as far as it came */
    CURL *easy;
    const struct http_peer *peer;
    CURLcode result;
    const char *words; /* libcurl's, or NULL */
    bool too_large;
};
void http__set_failure(const struct http_failure *f, GError **error);
/* Does a proxy, or the server itself, say that it is not to be reached? */
bool http__is_away(const struct http_answer *a);

/* words.c -- the other side's own words. */
/* Of a problem, of an OAuth error, a page's title, or the start of whatever it sent; "" when it
 * sent nothing. g_free() both. */
char *http__words(const struct http_answer *a);
/* The address without user and query: they may hold secrets. */
char *http__public_url(const char *url);
/* It answered, but not as a control plane does: say so, and who may have. */
void http__set_strange(const char *what, const struct http_answer *a, int code, GError **error);

/* client.c */
/* Once a process: libcurl's set-up; a peer that hangs up is an error, not a signal. */
void http__set_up(void);

#endif
