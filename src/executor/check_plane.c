/* check_plane.c -- from the server's name to what the token may do there. */
#include "executor/check_int.h"
#include "executor/executor_int.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 5000
#define ANSWER_MS  10000
#define SKEW_OK    2000   /* the server tells whole seconds */
#define SKEW_BAD   300000 /* certificates and tokens begin to be too young or too old */

/* What one step finds for the next. */
struct walk {
    const struct settings *settings;
    GUri *url;
    char *origin;                   /* of the control plane: before /sqlmesh/ */
    char *proxy_host, *host, *port; /* where to connect; proxy_host NULL: directly */
    struct addrinfo *addresses;
    struct http_client *client;
    struct http_answer *answer; /* of /healthz */
    GError *no_answer;
    int64_t asked_ms, answered_ms; /* the wall clock, around it */
    struct api *api;
};

static bool is_https(const struct walk *w)
{
    return strcmp(g_uri_get_scheme(w->url), "https") == 0;
}

static const char *first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *value = g_getenv(*names);

        if (value && *value)
            return value;
    }
    return NULL;
}

/* As libcurl reads NO_PROXY: names, which mean what is below them too, or "*". */
static bool is_excepted(const char *host)
{
    static const char *const names[] = {"no_proxy", "NO_PROXY", NULL};
    const char *list = first_set(names);
    g_auto(GStrv) parts = g_strsplit_set(list ? list : "", ", ", -1);

    for (char **p = parts; *p; p++) {
        const char *name = **p == '.' ? *p + 1 : *p;
        size_t n = strlen(name), len = strlen(host);

        if (n == 0)
            continue;
        if (strcmp(name, "*") == 0 || g_ascii_strcasecmp(host, name) == 0 ||
            (len > n && host[len - n - 1] == '.' && g_ascii_strcasecmp(host + len - n, name) == 0))
            return true;
    }
    return false;
}

/* NULL: none; g_free(). libcurl does not read HTTP_PROXY: a web server could have set it. */
static GUri *proxy_of(const struct walk *w)
{
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        NULL};
    static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    const char *text = first_set(is_https(w) ? https : http);
    g_autofree char *full = NULL;

    if (!text || is_excepted(g_uri_get_host(w->url)))
        return NULL;
    full = strstr(text, "://") ? g_strdup(text) : g_strconcat("http://", text, NULL);
    return g_uri_parse(full, G_URI_FLAGS_NONE, NULL);
}

static char *port_of(const GUri *uri, int missing)
{
    int port = g_uri_get_port((GUri *)uri);

    return g_strdup_printf("%d", port > 0 ? port : missing);
}

static void set_target(struct walk *w)
{
    g_autoptr(GUri) proxy = proxy_of(w);

    w->host = g_strdup(g_uri_get_host(proxy ? proxy : w->url));
    w->proxy_host = proxy ? g_strdup(w->host) : NULL;
    w->port = proxy ? port_of(proxy, 1080) : port_of(w->url, is_https(w) ? 443 : 80);
}

static enum check_state resolve(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    int rc = getaddrinfo(w->host, w->port, &hints, &w->addresses);
    char number[64];

    (void)c;
    if (rc != 0) {
        g_string_append_printf(text, "%s has no address: %s.\nhint: see %s.", w->host,
                               rc == EAI_SYSTEM ? g_strerror(errno) : gai_strerror(rc),
                               w->proxy_host ? "HTTPS_PROXY and NO_PROXY"
                                             : "the host's name in TCLOUD_URL, and the DNS here");
        return CHECK_FAILED;
    }
    g_string_append_printf(text, "%s%s is ", w->proxy_host ? "the proxy " : "", w->host);
    for (const struct addrinfo *a = w->addresses; a; a = a->ai_next)
        if (getnameinfo(a->ai_addr, a->ai_addrlen, number, sizeof number, NULL, 0,
                        NI_NUMERICHOST) == 0)
            g_string_append_printf(text, "%s%s", a == w->addresses ? "" : ", ", number);
    g_string_append_c(text, '.');
    return CHECK_OK;
}

/* 0, or errno of why not. */
static int connect_to(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), why = 0;
    socklen_t len = sizeof why;
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

    if (fd < 0)
        return errno;
    if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)
        why = errno;
    else if (poll(&poll_fd, 1, CONNECT_MS) != 1)
        why = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len) != 0)
        why = errno;
    close(fd);
    return why;
}

static enum check_state try_connection(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    int why = 0;

    (void)c;
    for (const struct addrinfo *a = w->addresses; a; a = a->ai_next)
        if ((why = connect_to(a)) == 0) {
            g_string_append_printf(text, "%s takes connections at port %s.", w->host, w->port);
            return CHECK_OK;
        }
    g_string_append_printf(text,
                           "%s takes no connection at port %s: %s.\nhint: see that the server runs,"
                           " that host and port are right, and what firewalls are between.",
                           w->host, w->port, g_strerror(why));
    return CHECK_FAILED;
}

static void ask_health(struct walk *w)
{
    g_autofree char *url = g_strconcat(w->origin, "/healthz", NULL);
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = ANSWER_MS};

    w->asked_ms = clock_now_ms();
    w->answer = http_send(w->client, &request, &w->no_answer);
    w->answered_ms = clock_now_ms();
}

static bool is_about_tls(const GError *error)
{
    return error_is(error, ERROR_DENIED) || strstr(error->message, "SSL") ||
           strstr(error->message, "TLS");
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           g_str_has_prefix(host, "127.");
}

static enum check_state try_tls(struct check *c, void *data, GString *text)
{
    struct walk *w = data;

    (void)c;
    ask_health(w);
    if (!is_https(w) && is_loopback(g_uri_get_host(w->url))) {
        g_string_append(text, "none, and none is needed: the server is on this machine.");
        return CHECK_OK;
    }
    if (!is_https(w)) {
        g_string_append(text, "none: secrets travel in the clear.\nhint: let TCLOUD_URL begin with "
                              "https://.");
        return CHECK_WARNING;
    }
    if (w->no_answer && is_about_tls(w->no_answer))
        return executor__check_failed(text, w->no_answer);
    g_string_append(text, "the certificate is trusted.");
    return CHECK_OK;
}

static enum check_state try_server(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    g_autoptr(json_t) body = NULL;
    const char *version;

    (void)c;
    if (!w->answer)
        return executor__check_failed(text, w->no_answer);
    body = json_loadb(w->answer->body->str, w->answer->body->len, 0, NULL);
    version = json_get_string(body, "version", NULL);
    if (w->answer->status != 200 || !version) {
        g_string_append_printf(text,
                               "%s/healthz answers %ld and is no control plane's.\nhint: see "
                               "TCLOUD_URL: https://HOST/sqlmesh/ORGANISATION/PROJECT.",
                               w->origin, w->answer->status);
        return CHECK_FAILED;
    }
    g_string_append_printf(text, "%s answers; version %s.", w->origin, version);
    if (strcmp(version, HEDDLE_VERSION) == 0)
        return CHECK_OK;
    g_string_append(text,
                    "\nhint: this program is version " HEDDLE_VERSION "; update the older one.");
    return CHECK_WARNING;
}

static enum check_state try_state(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    g_autofree char *url = g_strconcat(w->origin, "/readyz", NULL);
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = ANSWER_MS};
    g_autoptr(GError) error = NULL;
    g_autoptr(http_answer) answer = http_send(w->client, &request, &error);

    (void)c;
    if (!answer)
        return executor__check_failed(text, error);
    if (answer->status != 200) {
        g_string_append_printf(text, "%s answers %ld.\nhint: see the server's log.", url,
                               answer->status);
        return CHECK_FAILED;
    }
    g_string_append(text, "the server's state database answers.");
    return CHECK_OK;
}

/* How far this clock is before the server's, as far as whole seconds and the way tell. */
static int64_t skew_ms(const struct walk *w)
{
    int64_t date = w->answer->date_ms;

    if (w->answered_ms < date)
        return w->answered_ms - date;
    return w->asked_ms > date + 1000 ? w->asked_ms - date - 1000 : 0;
}

static enum check_state try_clock(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    int64_t skew = w->answer->date_ms ? skew_ms(w) : 0;

    (void)c;
    if (!w->answer->date_ms) {
        g_string_append(text, "the server does not say what time it is.");
        return CHECK_WARNING;
    }
    if (ABS(skew) < SKEW_OK) {
        g_string_append(text, "this clock and the server's agree.");
        return CHECK_OK;
    }
    g_string_append_printf(text,
                           "this clock is %" G_GINT64_FORMAT " s %s the server's.\nhint: let both "
                           "follow the same time server (timedatectl set-ntp true).",
                           ABS(skew) / 1000, skew < 0 ? "behind" : "ahead of");
    return ABS(skew) < SKEW_BAD ? CHECK_WARNING : CHECK_FAILED;
}

static enum check_state try_login(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    const struct settings *s = w->settings;
    struct api_settings settings = {.url = s->url,
                                    .token_url = s->token_url,
                                    .client_id = s->client_id,
                                    .client_secret = s->client_secret};
    g_autoptr(GError) error = NULL;

    if (!s->client_id && !c->options.sign_in(&settings, &error))
        return executor__check_failed(text, error);
    w->api = api_new(&settings, &error);
    if (!w->api || !api_login(w->api, &error)) {
        if (!strstr(error->message, "\nhint: "))
            error_hint(&error, "see TCLOUD_URL and TCLOUD_TOKEN_URL.");
        return executor__check_failed(text, error);
    }
    redactor_add(c->options.redactor, api_secret_token(w->api));
    if (s->client_id)
        g_string_append_printf(text, "client %s was given a token.", s->client_id);
    else
        g_string_append(text, "the sign-in of heddle auth has a token.");
    return CHECK_OK;
}

/* Requests that change nothing, and are answered otherwise than 403 to who may make them. */
static const struct ability {
    const char *method, *path, *body;
    int answer; /* the error's code; 0: none */
    const struct wire_type *type;
} takes_tasks = {"POST", "tasks/renew", "{\"executor_id\": \"check\", \"leases\": []}", 0,
                 &wire_renewed_type},
  plans = {"POST", "runs/check/cancel", NULL, ERROR_NOT_FOUND, &wire_progress_type},
  reads = {"GET", "gateways", NULL, 0, &wire_gateways_type};

/* False with the refusal, or what else went wrong, in *error. */
static bool is_able(const struct walk *w, const struct ability *a, GError **error)
{
    g_autofree char *path = g_strconcat(EXECUTOR_ROUTES, a->path, NULL);
    g_autoptr(json_t) body = a->body ? json_loads(a->body, 0, NULL) : NULL, answer = NULL;
    GError *own = NULL;
    void *message;

    answer = api_call(w->api, a->method, path, body, 0, &own);
    message = wire_from_answer(a->type, answer, w->api, path, &own);
    wire_free(a->type, message);
    if (message || (a->answer && error_is(own, a->answer))) {
        g_clear_error(&own);
        return true;
    }
    g_propagate_error(error, own);
    return false;
}

static enum check_state judge_person(const struct walk *w, GString *text)
{
    g_autoptr(GError) error = NULL;

    if (is_able(w, &plans, NULL)) {
        g_string_append(text, "it may look, plan and run.");
        return CHECK_OK;
    }
    if (is_able(w, &reads, &error)) {
        g_string_append(text, "it may look, and neither plan nor run.\nhint: a client of role "
                              "developer may.");
        return CHECK_WARNING;
    }
    if (is_able(w, &takes_tasks, NULL)) {
        g_string_append(text, "it may take and report tasks, and nothing else; no gateway is "
                              "configured here.\nhint: to plan and run use a client of role "
                              "developer; an executor needs SQLMESH__GATEWAYS__… variables.");
        return CHECK_WARNING;
    }
    return executor__check_failed(text, error);
}

static enum check_state judge_token(struct check *c, void *data, GString *text)
{
    struct walk *w = data;
    g_autoptr(GError) error = NULL;

    if (!c->options.claims)
        return judge_person(w, text);
    if (is_able(w, &takes_tasks, &error)) {
        g_string_append(text, "it may take and report tasks.");
        return CHECK_OK;
    }
    if (error_is(error, ERROR_DENIED))
        error_hint(&error, "an executor needs a client of role executor, of this project: heddle "
                           "client create.");
    return executor__check_failed(text, error);
}

/* Without one that is `vital` the others cannot be tried. */
static const struct {
    enum check_step step;
    check_run run;
    bool vital;
} steps[] = {
    {CHECK_NAME,       resolve,        true },
    {CHECK_CONNECTION, try_connection, true },
    {CHECK_TLS,        try_tls,        true },
    {CHECK_SERVER,     try_server,     true },
    {CHECK_STATE,      try_state,      false},
    {CHECK_CLOCK,      try_clock,      false},
    {CHECK_LOGIN,      try_login,      true },
    {CHECK_TOKEN,      judge_token,    true },
};

/* Before /sqlmesh/ORGANISATION/PROJECT. */
static char *origin_of(const char *url)
{
    const char *end = strstr(url, "/sqlmesh/");
    char *origin = end ? g_strndup(url, (gsize)(end - url)) : g_strdup(url);

    while (g_str_has_suffix(origin, "/"))
        origin[strlen(origin) - 1] = '\0';
    return origin;
}

static void walk_clear(struct walk *w)
{
    if (w->url)
        g_uri_unref(w->url);
    if (w->addresses)
        freeaddrinfo(w->addresses);
    http_answer_free(w->answer);
    http_client_free(w->client);
    g_clear_error(&w->no_answer);
    api_free(w->api);
    g_free(w->origin);
    g_free(w->proxy_host);
    g_free(w->host);
    g_free(w->port);
}

static enum check_state refuse_url(struct check *c, void *data, GString *text)
{
    struct walk *w = data;

    (void)c;
    g_string_append_printf(text,
                           "\"%s\" is no address of a control plane.\nhint: set TCLOUD_URL to "
                           "https://HOST/sqlmesh/ORGANISATION/PROJECT.",
                           w->settings->url);
    return CHECK_FAILED;
}

static bool has_host(const struct walk *w)
{
    const char *host = w->url ? g_uri_get_host(w->url) : NULL;

    return host && *host && (is_https(w) || strcmp(g_uri_get_scheme(w->url), "http") == 0);
}

void executor__check_plane(struct check *c, const struct settings *s)
{
    struct walk w = {.settings = s, .client = http_client_new()};
    bool broken;

    w.url = g_uri_parse(s->url, G_URI_FLAGS_NONE, NULL);
    w.origin = origin_of(s->url);
    broken = !has_host(&w);
    if (broken)
        executor_check_do(c, CHECK_NAME, refuse_url, &w);
    else
        set_target(&w);
    for (size_t i = broken ? 1 : 0; i < G_N_ELEMENTS(steps); i++) {
        if (broken)
            executor_check_skip(c, steps[i].step);
        else if (executor_check_do(c, steps[i].step, steps[i].run, &w) == CHECK_FAILED)
            broken = steps[i].vital;
    }
    walk_clear(&w);
}
