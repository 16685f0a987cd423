#include "http/http_int.h"

#include "base/ids.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000, POLL_MS = 1000 };

struct http_client {
    CURL *easy;
    CURLM *multi; /* waits can be woken up through it */
    atomic_bool interrupted;
};

/* One request under way. */
struct exchange {
    struct http_answer *answer;
    struct curl_slist *headers;
    char words[CURL_ERROR_SIZE];
    bool too_large;
};

ERROR_DOMAIN_DEFINE(http)

static void set_up_once(void)
{
    struct sigaction now;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

void http__set_up(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_up_once);
}

struct http_client *http_client_new(void)
{
    struct http_client *c = g_new0(struct http_client, 1);

    http__set_up();
    c->easy = curl_easy_init();
    c->multi = curl_multi_init();
    if (!c->easy || !c->multi)
        g_error("libcurl has no memory");
    return c;
}

void http_client_free(struct http_client *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->easy);
    curl_multi_cleanup(c->multi);
    g_free(c);
}

void http_client_interrupt(struct http_client *c)
{
    atomic_store(&c->interrupted, true);
    curl_multi_wakeup(c->multi);
}

void http_answer_free(struct http_answer *a)
{
    if (!a)
        return;
    g_string_free(a->body, TRUE);
    g_free(a->content_type);
    g_free(a);
}

static size_t take_body(char *data, size_t size, size_t n, void *context)
{
    struct exchange *x = context;

    if (size * n > MAX_HTTP_BODY - x->answer->body->len) {
        x->too_large = true;
        return 0;
    }
    g_string_append_len(x->answer->body, data, (gssize)(size * n));
    return size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *context)
{
    struct exchange *x = context;
    g_autofree char *line = g_strndup(data, size * n);

    if (g_ascii_strncasecmp(line, "Date:", 5) == 0)
        x->answer->date_ms = MAX(curl_getdate(line + 5, NULL), 0) * 1000LL;
    return size * n;
}

static void set_method(CURL *easy, const struct http_request *r)
{
    bool has_body = r->body || strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0;

    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)(r->body ? r->body_len : 0));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body ? r->body : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void add_header(struct exchange *x, const char *name, const char *value)
{
    g_autofree char *line = g_strdup_printf("%s: %s", name, value);

    x->headers = curl_slist_append(x->headers, line);
}

static void set_credentials(CURL *easy, const struct http_request *r, struct exchange *x)
{
    g_autofree char *bearer = r->bearer ? g_strdup_printf("Bearer %s", r->bearer) : NULL;

    if (bearer)
        add_header(x, "Authorization", bearer);
    if (r->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, r->password ? r->password : "");
    }
}

/* libcurl itself reads the proxies' variables, but not those of certificates. */
static void set_authorities(CURL *easy)
{
    const char *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");

    if (file && *file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    if (folder && *folder)
        curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
}

static void prepare(struct http_client *c, const struct http_request *r, struct exchange *x)
{
    int64_t timeout_ms = r->timeout_ms > 0 ? r->timeout_ms : TIMEOUT_MS;
    CURL *easy = c->easy;

    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, r->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "heddle/" HEDDLE_VERSION);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(timeout_ms, CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->words);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
    set_method(easy, r);
    set_credentials(easy, r, x);
    set_authorities(easy);
    if (r->body)
        add_header(x, "Content-Type", r->content_type ? r->content_type : "application/json");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers);
}

/* How the transfer ended; CURLE_ABORTED_BY_CALLBACK when it was interrupted. */
static CURLcode perform(struct http_client *c)
{
    CURLcode result = CURLE_ABORTED_BY_CALLBACK;
    int running = 1, left;
    CURLMsg *message;

    curl_multi_add_handle(c->multi, c->easy);
    while (!atomic_exchange(&c->interrupted, false)) {
        if (curl_multi_perform(c->multi, &running) != CURLM_OK)
            running = 0;
        if (running == 0) {
            message = curl_multi_info_read(c->multi, &left);
            result = message ? message->data.result : CURLE_FAILED_INIT;
            break;
        }
        curl_multi_poll(c->multi, NULL, 0, POLL_MS, NULL);
    }
    curl_multi_remove_handle(c->multi, c->easy);
    return result;
}

/* What a transfer's end means; the last row is for all others. */
static const struct failure {
    CURLcode result;
    int code;
    const char *hint;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST,     ERROR_UNAVAILABLE, "see that the host's name is right."             },
    {CURLE_COULDNT_RESOLVE_PROXY,    ERROR_UNAVAILABLE, "see HTTPS_PROXY, HTTP_PROXY and NO_PROXY."      },
    {CURLE_COULDNT_CONNECT,          ERROR_UNAVAILABLE,
     "see that the server runs, and that host and port are right."                                       },
    {CURLE_OPERATION_TIMEDOUT,       ERROR_UNAVAILABLE,
     "the network or the server may be slow; try again."                                                 },
    {CURLE_SSL_CONNECT_ERROR,        ERROR_UNAVAILABLE, "does the port speak TLS (https), or plain http?"},
    {CURLE_PEER_FAILED_VERIFICATION, ERROR_DENIED,
     "SSL_CERT_FILE may name a file with the certificate authority to trust."                            },
    {CURLE_SSL_CACERT_BADFILE,       ERROR_DENIED,      "see SSL_CERT_FILE and SSL_CERT_DIR."            },
    {CURLE_SSL_CERTPROBLEM,          ERROR_DENIED,      NULL                                             },
    {CURLE_SSL_ISSUER_ERROR,         ERROR_DENIED,      NULL                                             },
    {CURLE_URL_MALFORMAT,            ERROR_INVALID,     "an address looks like https://host/path."       },
    {CURLE_UNSUPPORTED_PROTOCOL,     ERROR_INVALID,     "an address begins with https:// or http://."    },
    {CURLE_ABORTED_BY_CALLBACK,      ERROR_CANCELLED,   NULL                                             },
    {CURLE_OK,                       ERROR_UNAVAILABLE, NULL                                             },
};

/* The address without user and query: they may hold secrets. */
static char *public_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return uri ? g_uri_to_string_partial(uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY)
               : g_strndup(url, strcspn(url, "?"));
}

static void set_error(const struct http_request *r, const struct exchange *x, CURLcode result,
                      GError **error)
{
    g_autofree char *url = public_url(r->url);
    const struct failure *f = failures;

    if (x->too_large) {
        g_set_error(error, http_error(), ERROR_LIMIT, "%s %s: the answer is larger than %d bytes.",
                    r->method, url, MAX_HTTP_BODY);
        return;
    }
    while (f->result != CURLE_OK && f->result != result)
        f++;
    if (f->code == ERROR_CANCELLED)
        g_set_error(error, http_error(), f->code, "%s %s: interrupted.", r->method, url);
    else
        g_set_error(error, http_error(), f->code, "%s %s: no answer: %s.", r->method, url,
                    *x->words ? x->words : curl_easy_strerror(result));
    if (f->hint)
        error_hint(error, "%s", f->hint);
}

/* Whoever stands between us and the server says that it is away, or it says so itself. */
static bool is_away(const struct http_answer *a)
{
    return a->status == 502 || a->status == 503 || a->status == 504;
}

static void set_away(const struct http_request *r, const struct http_answer *a, GError **error)
{
    g_autofree char *url = public_url(r->url);
    g_autofree char *words = g_utf8_make_valid(a->body->str, (gssize)MIN(a->body->len, 300));
    g_autoptr(json_t) problem = json_parse(a->body->str, a->body->len, NULL);
    const char *message = json_get_string(problem, "message", NULL);

    if (message && *message) {
        g_set_error_literal(error, http_error(), ERROR_UNAVAILABLE, message);
        return;
    }
    g_set_error(error, http_error(), ERROR_UNAVAILABLE, "%s %s: answered %ld: %s", r->method, url,
                a->status, g_strstrip(words));
}

static void read_facts(CURL *easy, struct http_answer *a)
{
    curl_off_t after_s = 0;
    char *type = NULL;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &a->status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after_s);
    a->content_type = g_strdup(type);
    a->retry_after_ms = CLAMP(after_s, 0, 86400) * 1000;
}

struct http_answer *http_send(struct http_client *c, const struct http_request *r, GError **error)
{
    g_autoptr(http_answer) answer = g_new0(struct http_answer, 1);
    struct exchange x = {.answer = answer};
    CURLcode result;

    answer->body = g_string_new(NULL);
    prepare(c, r, &x);
    result = perform(c);
    read_facts(c->easy, answer);
    curl_slist_free_all(x.headers);
    if (result != CURLE_OK) {
        set_error(r, &x, result, error);
        return NULL;
    }
    if (is_away(answer)) {
        set_away(r, answer, error);
        return NULL;
    }
    return g_steal_pointer(&answer);
}

int64_t http_backoff_ms(unsigned attempt, int64_t base_ms, int64_t cap_ms)
{
    int64_t wait_ms = MAX(base_ms, 1);

    for (unsigned i = 1; i < attempt && wait_ms < cap_ms; i++)
        wait_ms *= 2;
    wait_ms = CLAMP(wait_ms, 1, MAX(cap_ms, 1));
    return wait_ms + random_below((uint32_t)MIN(wait_ms, UINT32_MAX));
}
