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
    struct http_peer *peer;
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
    c->peer = http__peer_new();
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
    http__peer_free(c->peer);
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

    if (file && *file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    }
    if (folder && *folder) {
        curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder);
    }
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || g_str_has_suffix(host, ".localhost") ||
           g_str_has_prefix(host, "127.") || strcmp(host, "::1") == 0;
}

/* What libcurl leaves to us: loopback is never behind a proxy, and HTTP_PROXY counts in capitals,
 * too (a CGI program's HTTP_PROXY is its client's header "Proxy"; we are none). */
static void set_proxy(CURL *easy, const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL, *capitals = getenv("HTTP_PROXY");

    if (host && is_loopback(host))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    else if (uri && strcmp(g_uri_get_scheme(uri), "http") == 0 && capitals && *capitals &&
             !getenv("http_proxy") && !getenv("REQUEST_METHOD"))
        curl_easy_setopt(easy, CURLOPT_PROXY, capitals);
}

static void set_tls(struct http_client *c)
{
    curl_easy_setopt(c->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c->easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_FUNCTION, http__peer_watch);
    curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_DATA, c->peer);
    http__peer_forget(c->peer);
    set_authorities(c->easy);
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
    set_tls(c);
    set_proxy(easy, r->url);
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
    if (result == CURLE_OK && !http__is_away(answer))
        return g_steal_pointer(&answer);
    http__set_failure(&(struct http_failure){r, answer, c->easy, c->peer, result,
                                             *x.words ? x.words : NULL, x.too_large},
                      error);
    return NULL;
}

int64_t http_backoff_ms(unsigned attempt, int64_t base_ms, int64_t cap_ms)
{
    int64_t wait_ms = MAX(base_ms, 1);

    for (unsigned i = 1; i < attempt && wait_ms < cap_ms; i++)
        wait_ms *= 2;
    wait_ms = CLAMP(wait_ms, 1, MAX(cap_ms, 1));
    return 1 + random_below((uint32_t)MIN(2 * wait_ms, UINT32_MAX));
}
