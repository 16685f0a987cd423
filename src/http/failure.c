/* failure.c -- why there was no answer, or none of the server. */
#include "http/http_int.h"

#include <string.h>

/* What a transfer's end means; the last row is for all others. */
static const struct failure {
    CURLcode result;
    int code;
    const char *hint;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST,  ERROR_UNAVAILABLE, "see that the host's name is right."             },
    {CURLE_COULDNT_RESOLVE_PROXY, ERROR_UNAVAILABLE, "see HTTPS_PROXY, HTTP_PROXY and NO_PROXY."      },
    {CURLE_COULDNT_CONNECT,       ERROR_UNAVAILABLE,
     "see that the server runs, and that host and port are right; if that is a proxy's, see "
     "HTTPS_PROXY "
     "and NO_PROXY."                                                                                  },
    {CURLE_OPERATION_TIMEDOUT,    ERROR_UNAVAILABLE,
     "the network or the server may be slow; try again."                                              },
    {CURLE_PARTIAL_FILE,          ERROR_UNAVAILABLE, "the answer was cut off on its way; try again."  },
    {CURLE_SSL_CONNECT_ERROR,     ERROR_UNAVAILABLE, "does the port speak TLS (https), or plain http?"},
    {CURLE_SSL_CACERT_BADFILE,    ERROR_DENIED,
     "SSL_CERT_FILE names a PEM file, SSL_CERT_DIR a folder of them; this process must be allowed "
     "to "
     "read them."                                                                                     },
    {CURLE_SSL_CERTPROBLEM,       ERROR_DENIED,      NULL                                             },
    {CURLE_SSL_ISSUER_ERROR,      ERROR_DENIED,      NULL                                             },
    {CURLE_URL_MALFORMAT,         ERROR_INVALID,     "an address looks like https://host/path."       },
    {CURLE_UNSUPPORTED_PROTOCOL,  ERROR_INVALID,     "an address begins with https:// or http://."    },
    {CURLE_OK,                    ERROR_UNAVAILABLE, NULL                                             },
};

/* "GET https://host/path" */
static char *what_of(const struct http_request *r)
{
    g_autofree char *url = http__public_url(r->url);

    return g_strdup_printf("%s %s", r->method, url);
}

static char *host_of(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return g_strdup(uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : "the server");
}

static void set_by_table(const struct http_failure *f, const char *what, GError **error)
{
    const struct failure *row = failures;

    while (row->result != CURLE_OK && row->result != f->result)
        row++;
    g_set_error(error, http_error(), row->code, "%s: no answer: %s.", what,
                f->words ? f->words : curl_easy_strerror(f->result));
    if (row->hint)
        error_hint(error, "%s", row->hint);
}

/* What the proxy answered instead of a connection, or to a plain request without a login; 0: it
 * did not. */
static long proxy_status(const struct http_failure *f)
{
    long status = 0;

    curl_easy_getinfo(f->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (f->result != CURLE_OK && status >= 300)
        return status;
    return f->answer->status == 407 ? 407 : 0;
}

static void set_proxy_refusal(const struct http_failure *f, const char *what, long status,
                              GError **error)
{
    if (status == 407) {
        g_set_error(error, http_error(), ERROR_DENIED,
                    "%s: the proxy wants a login, or another one (407 Proxy Authentication "
                    "Required).",
                    what);
        error_hint(error, "HTTPS_PROXY (or HTTP_PROXY) may hold it: "
                          "http://USER:PASSWORD@HOST:PORT, with %%40 for an @.");
        return;
    }
    g_set_error(error, http_error(), ERROR_UNAVAILABLE,
                "%s: the proxy does not connect to it: it answered %ld.", what, status);
    error_hint(error, "hosts that are reached without the proxy of HTTPS_PROXY stand in NO_PROXY.");
    (void)f;
}

bool http__is_away(const struct http_answer *a)
{
    return a->status == 502 || a->status == 503 || a->status == 504 || a->status == 407;
}

static void set_away(const struct http_failure *f, const char *what, GError **error)
{
    g_autoptr(json_t) problem = json_parse(f->answer->body->str, f->answer->body->len, NULL);
    const char *message = json_get_string(problem, "message", NULL);

    if (message && *message)
        g_set_error_literal(error, http_error(), ERROR_UNAVAILABLE, message);
    else
        http__set_strange(what, f->answer, ERROR_UNAVAILABLE, error);
}

void http__set_failure(const struct http_failure *f, GError **error)
{
    g_autofree char *what = what_of(f->request), *host = host_of(f->request->url);
    long refused = proxy_status(f);

    if (f->too_large)
        g_set_error(error, http_error(), ERROR_LIMIT, "%s: the answer is larger than %d bytes.",
                    what, MAX_HTTP_BODY);
    else if (f->result == CURLE_ABORTED_BY_CALLBACK)
        g_set_error(error, http_error(), ERROR_CANCELLED, "%s: interrupted.", what);
    else if (refused)
        set_proxy_refusal(f, what, refused, error);
    else if (f->result == CURLE_PEER_FAILED_VERIFICATION)
        http__peer_refused(f->peer, what, host, f->words ? f->words : "no reason given", error);
    else if (f->result == CURLE_OK)
        set_away(f, what, error);
    else
        set_by_table(f, what, error);
}
