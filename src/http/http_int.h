/* http_int.h -- shared by the files of http/ alone. */
#ifndef HEDDLE_HTTP_HTTP_INT_H
#define HEDDLE_HTTP_HTTP_INT_H

#include "base/limits.h"
#include "http/client.h"
#include "http/server.h"

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
    char peer[64];
    void *user;
    GDestroyNotify free_user;
    GArray *headers; /* of struct http_header, for the answer */
    struct MHD_Response *response;
    unsigned status;
    int64_t began_us; /* monotonic */
    bool suspended;
};

struct http_server {
    struct MHD_Daemon *daemon;
    const struct http_route *routes;
    http_guard guard;
    http_observer observer;
    void *data;
    int listener, port;
    atomic_bool stopping;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    unsigned calls, suspended;
};

/* call.c */
struct http_call *http__call_new(struct http_server *s, const char *target);
void http__call_free(struct http_call *c);
/* The headers are here: who asks, and for what. */
void http__call_begin(struct http_call *c, struct MHD_Connection *connection, const char *method);

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

/* client.c */
/* Once a process: libcurl's set-up; a peer that hangs up is an error, not a signal. */
void http__set_up(void);

#endif
