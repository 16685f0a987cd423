/* client.h -- HTTP requests, thin over libcurl: connections are kept, proxies and CAs as users
 * expect (docs/tls.md), plain errors.
 *
 * Threads  a client belongs to one thread at a time. http_client_interrupt() may be called from
 *          any thread and ends a request under way with ERROR_CANCELLED; when there is none, the
 *          next one, so that an interrupt just before a request is not lost.
 * Errors   domain http_error(): ERROR_UNAVAILABLE (no answer, or 502, 503, 504), ERROR_DENIED (TLS
 *          refused), ERROR_CANCELLED, ERROR_LIMIT. An answer with any other status is no error:
 * look at `status`. Redirects are not followed: a token goes to no other host.
 */
#ifndef HEDDLE_HTTP_CLIENT_H
#define HEDDLE_HTTP_CLIENT_H

#include "base/errors.h"

#include <stdint.h>

ERROR_DOMAIN(http)

struct http_client;

struct http_request {
    const char *method; /* "GET", "POST", … */
    const char *url;
    const char *bearer;          /* token, or NULL */
    const char *user, *password; /* HTTP Basic, or NULL */
    const char *content_type;    /* of the body; NULL: application/json */
    const char *body;            /* or NULL */
    size_t body_len;
    int64_t timeout_ms; /* 0: 30 s */
};

struct http_answer {
    long status;
    GString *body;
    int64_t retry_after_ms; /* 0: not given */
    int64_t date_ms;        /* the server's clock by its Date header, in whole seconds; 0: none */
    char *content_type;     /* or NULL */
};

typedef struct http_answer http_answer;

struct http_client *http_client_new(void);
void http_client_free(struct http_client *c);
void http_client_interrupt(struct http_client *c);
/* One request, one answer. NULL and an error when there was no answer. */
struct http_answer *http_send(struct http_client *c, const struct http_request *r,
                              GError **error) MUST_CHECK;
void http_answer_free(struct http_answer *a);

/* How long to wait before try number `attempt` (from 1), with full jitter: anything up to twice a
 * span that grows from base_ms to cap_ms, so that many who lost the same server come back apart. */
int64_t http_backoff_ms(unsigned attempt, int64_t base_ms, int64_t cap_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(http_answer, http_answer_free)

#endif
