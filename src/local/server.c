/* server.c -- `heddle server`: the control plane as a process. */
#include "local/local_int.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/control.h"
#include "http/server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { ROUND_MS = 1000, LONG_MS = 3600 * 1000, PASSWORD_BYTES = 12 };
enum { LEAST_CONNECTIONS = 64, MOST_CONNECTIONS = 1000000 };

struct texts {
    char *listen, *metrics_listen, *state, *public_url, *level, *format;
    char *admin_file, *admin_password, *executor_file, *proxies;
    struct certificate tls;
    gboolean no_scheduler, no_queries, plain_http, check;
    int lease_seconds, linger_seconds, connections;
};

static void texts_clear(struct texts *t)
{
    g_free(t->listen);
    g_free(t->metrics_listen);
    g_free(t->state);
    g_free(t->public_url);
    g_free(t->level);
    g_free(t->format);
    g_free(t->admin_file);
    g_free(t->executor_file);
    g_free(t->proxies);
    if (t->admin_password)
        explicit_bzero(t->admin_password, strlen(t->admin_password));
    g_free(t->admin_password);
    local__certificate_clear(&t->tls);
}

static bool check_connections(const struct texts *t, GError **error)
{
    if (t->connections == 0 ||
        (t->connections >= LEAST_CONNECTIONS && t->connections <= MOST_CONNECTIONS))
        return true;
    return local__usage_error(error, "--connections is from %d to %d, not %d.", LEAST_CONNECTIONS,
                              MOST_CONNECTIONS, t->connections);
}

static bool check_seconds(const struct texts *t, GError **error)
{
    if (t->lease_seconds != 0 && (t->lease_seconds < 2 || t->lease_seconds > 3600))
        return local__usage_error(error, "--lease-seconds is from 2 to 3600, not %d.",
                                  t->lease_seconds);
    if (t->linger_seconds < 0 || t->linger_seconds > 3600)
        return local__usage_error(error, "--linger-seconds is from 0 to 3600, not %d.",
                                  t->linger_seconds);
    return true;
}

static bool read_tls(struct texts *t, GError **error)
{
    if (!t->tls.cert != !t->tls.key)
        return local__usage_error(error, "--tls-cert and --tls-key belong together.");
    return local__certificate_read(&t->tls, error);
}

static bool read_admin(struct texts *t, GError **error)
{
    if (!t->admin_file)
        return true;
    if (!local__read_secret(t->admin_file, &t->admin_password, error))
        return false;
    g_strchomp(t->admin_password);
    if (strlen(t->admin_password) >= PASSWORD_BYTES)
        return true;
    return local__usage_error(error, "The password in %s has %zu bytes; it needs %d at least.",
                              t->admin_file, strlen(t->admin_password), PASSWORD_BYTES);
}

static bool is_one_of(const char *option, const char *text, const char *const *words,
                      GError **error)
{
    g_autofree char *list = NULL;

    if (!text || g_strv_contains(words, text))
        return true;
    list = g_strjoinv(", ", (char **)words);
    return local__usage_error(error, "%s is one of %s, not \"%s\".", option, list, text);
}

static bool set_log(const struct texts *t, GError **error)
{
    static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
    static const char *const formats[] = {"text", "json", NULL};

    if (!is_one_of("--log-level", t->level, levels, error) ||
        !is_one_of("--log-format", t->format, formats, error))
        return false;
    if (t->level)
        g_setenv("HEDDLE_LOG_LEVEL", t->level, TRUE);
    if (t->format)
        g_setenv("HEDDLE_LOG_FORMAT", t->format, TRUE);
    log_setup(LOG_INFO);
    return true;
}

static const char *listen_of(const struct texts *t)
{
    return t->listen ? t->listen : "127.0.0.1:8080";
}

static void announce(const struct texts *t, int port)
{
    const char *listen = listen_of(t), *colon = g_strrstr(listen, ":");
    int host = colon ? (int)(colon - listen) : 0;

    if (t->public_url)
        printf("%s\n", t->public_url);
    else
        printf("%s://%.*s:%d\n", t->tls.cert ? "https" : "http", host, listen, port);
    fflush(stdout);
}

static const char *metrics_token(void)
{
    const char *token = g_getenv("HEDDLE_METRICS_TOKEN");

    return token && *token ? token : NULL;
}

static const char *executor_file(const struct texts *t)
{
    const char *file = t->executor_file ? t->executor_file : g_getenv("HEDDLE_EXECUTOR_FILE");

    return file && *file ? file : NULL;
}

static const char *proxies(const struct texts *t)
{
    return t->proxies ? t->proxies : g_getenv("HEDDLE_TRUSTED_PROXIES");
}

/* Until it is told to stop. */
static int wait_for_end(struct texts *t, struct control *c)
{
    int number;

    while ((number = local__await_signal(t->tls.cert ? ROUND_MS : LONG_MS)) == 0 ||
           number == SIGHUP)
        local__certificate_follow(&t->tls, c, number == SIGHUP);
    return number;
}

/* Serve on while load balancers learn that this server is about to stop; a second signal ends it.
 */
static void linger(struct texts *t, struct control *c)
{
    int64_t until_ms = clock_monotonic_ms() + t->linger_seconds * 1000LL, left_ms;
    int number = 0;

    control_retire(c);
    while ((number == 0 || number == SIGHUP) && (left_ms = until_ms - clock_monotonic_ms()) > 0)
        number = local__await_signal(left_ms);
}

static int serve(struct texts *t, GError **error)
{
    struct control_settings settings = {
        .state_url = local__state_url(t->state),
        .listen = listen_of(t),
        .public_url = t->public_url,
        .metrics_listen = t->metrics_listen,
        .metrics_token = metrics_token(),
        .admin_password = t->admin_password,
        .executor_file = executor_file(t),
        .trusted_proxies = proxies(t),
        .tls_cert = t->tls.cert_pem,
        .tls_key = t->tls.key_pem,
        .plain_http = t->plain_http,
        .no_scheduler = t->no_scheduler,
        .no_queries = t->no_queries,
        .connections = (unsigned)t->connections,
        .lease_ttl_ms = t->lease_seconds * 1000LL,
    };
    struct control *c;

    local__block_signals();
    local__block_hangup();
    if (!(c = control_start(&settings, error)))
        return CLI_FAILED;
    announce(t, control_port(c));
    if (control_first_password(c))
        fprintf(stderr,
                "The account of the first person is \"admin\", its password %s; it is not shown "
                "again.\n",
                control_first_password(c));
    log_event(LOG_INFO, "the control plane stops", "signal",
              wait_for_end(t, c) == SIGTERM ? "SIGTERM" : "SIGINT", NULL);
    linger(t, c);
    control_stop(c);
    return CLI_DONE;
}

static int check(const struct texts *t, GError **error)
{
    if (t->tls.cert && !t->public_url) {
        local__usage_error(error, "--check with TLS needs --public-url: the certificate is for "
                                  "that name.");
        return CLI_USAGE;
    }
    return local__check_server(listen_of(t), t->tls.cert ? t->public_url : NULL, error);
}

static int carry_out(struct texts *t, GError **error)
{
    if (!set_log(t, error) || !read_tls(t, error) || !check_seconds(t, error) ||
        !check_connections(t, error) || !http_check_networks(proxies(t), error) ||
        !read_admin(t, error))
        return CLI_USAGE;
    return t->check ? check(t, error) : serve(t, error);
}

int local__run_server(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"listen",           0, 0, G_OPTION_ARG_STRING, &t.listen,
         "Where to listen; port 0 takes a free one. Default: 127.0.0.1:8080", "HOST:PORT"},
        {"state",                 0, 0, G_OPTION_ARG_STRING, &t.state,
         "The state: sqlite:PATH or postgresql://…. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"tls-cert",         0, 0, G_OPTION_ARG_FILENAME, &t.tls.cert, "The certificate chain, PEM",
         "FILE"},
        {"tls-key",       0, 0, G_OPTION_ARG_FILENAME, &t.tls.key, "Its private key, PEM", "FILE"},
        {"metrics-listen",            0, 0, G_OPTION_ARG_STRING, &t.metrics_listen,
         "Serve /metrics at an address of its own, to whoever reaches it", "HOST:PORT"},
        {"public-url",                 0, 0, G_OPTION_ARG_STRING, &t.public_url,
         "How clients reach this server, for links and tokens", "URL"},
        {"plain-http",          0, 0, G_OPTION_ARG_NONE, &t.plain_http,
         "Admit plain HTTP beyond loopback: an Ingress in front speaks TLS", NULL},
        {"no-scheduler",             0, 0, G_OPTION_ARG_NONE, &t.no_scheduler,
         "Do not watch the clock: runs start by request only", NULL},
        {"no-queries",         0, 0, G_OPTION_ARG_NONE, &t.no_queries,
         "Refuse queries (fetchdf, evaluate, audit) of developers", NULL},
        {"lease-seconds",                 0, 0, G_OPTION_ARG_INT, &t.lease_seconds,
         "How long an executor may be silent before its tasks are given to another. Default: 30", "N"},
        {"connections",       0, 0, G_OPTION_ARG_INT, &t.connections,
         "How many connections are admitted at once. Default: 4096", "N"},
        {"admin-password-file",             0, 0, G_OPTION_ARG_FILENAME, &t.admin_file,
         "Holds the password of the first account, admin. Default: one is made and printed", "FILE"},
        {"executor-file",          0, 0, G_OPTION_ARG_FILENAME, &t.executor_file,
         "What tcloud installs as its executor (make artifact). Default: HEDDLE_EXECUTOR_FILE", "FILE"},
        {"trusted-proxies",                 0, 0, G_OPTION_ARG_STRING, &t.proxies,
         "Whose X-Forwarded-For says who asks. Default: HEDDLE_TRUSTED_PROXIES, or nobody's", "CIDR,…"},
        {"linger-seconds",        0, 0, G_OPTION_ARG_INT, &t.linger_seconds,
         "After SIGTERM serve on so long, not ready, until load balancers know. Default: 0", "N"},
        {"check",            0, 0, G_OPTION_ARG_NONE, &t.check,
         "Only say whether the server that listens there is ready", NULL},
        {"log-level",   0, 0, G_OPTION_ARG_STRING, &t.level,
         "debug, info, warning or error. Default: HEDDLE_LOG_LEVEL, or info", "LEVEL"},
        {"log-format",                 0, 0, G_OPTION_ARG_STRING, &t.format,
         "text or json. Default: HEDDLE_LOG_FORMAT, or text", "FORMAT"},
        {0},
    };
    const struct local_options options = {own, 0, 0};
    int code = local__parse(local__command("server"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = carry_out(&t, error);
    texts_clear(&t);
    return code;
}
