/* Signing in: by a browser on this machine (code with PKCE), or by a code on another one. */
#include "cli/auth_int.h"

#include "base/clock.h"
#include "base/ids.h"
#include "http/server.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define SCOPE "tbk:scope:projects"

enum {
    BROWSER_MS = 600000, /* how long a person may take */
    POLL_S = 5,
};

static char *address(const char *variable, const char *origin, const char *path)
{
    const char *value = g_getenv(variable);

    return value && *value ? g_strdup(value) : g_strconcat(origin, path, NULL);
}

bool cli__signin_at(struct signin_at *at, GError **error)
{
    const char *url = g_getenv("TCLOUD_URL");

    at->origin = cli__origin(url);
    if (!at->origin) {
        if (!url || !*url)
            g_set_error(error, cli_error(), ERROR_INVALID, "TCLOUD_URL is not set.");
        else
            g_set_error(error, cli_error(), ERROR_INVALID,
                        "\"%s\" is no address of a control plane to sign in at.", url);
        error_hint(error, "set TCLOUD_URL to https://HOST/sqlmesh/ORGANISATION/PROJECT.");
        return false;
    }
    at->auth_url = address("TCLOUD_AUTH_URL", at->origin, "/auth");
    at->token_url = address("TCLOUD_TOKEN_URL", at->origin, "/auth/token");
    return true;
}

void cli__signin_at_clear(struct signin_at *at)
{
    g_free(at->origin);
    g_free(at->auth_url);
    g_free(at->token_url);
    *at = (struct signin_at){0};
}

/* What the browser brings back; the server's threads write, the command waits. */
struct visit {
    pthread_mutex_t lock;
    pthread_cond_t came;
    const char *state;
    char *code, *refused;
};

static void take_visit(struct http_call *call, void *data)
{
    struct visit *v = data;
    const char *state = http_query(call, "state"), *code = http_query(call, "code");
    const char *refused = http_query(call, "error");
    bool ours = g_strcmp0(state, v->state) == 0 && (code || refused);
    const char *words = ours && code ? "Signed in. You may close this page.\n"
                        : ours       ? "Not signed in. You may close this page.\n"
                                     : "This is not the sign-in that heddle waits for.\n";

    if (ours) {
        pthread_mutex_lock(&v->lock);
        if (!v->code && !v->refused) {
            v->code = g_strdup(code);
            v->refused = code ? NULL : g_strdup(refused);
        }
        pthread_mutex_unlock(&v->lock);
    }
    http_add_header(call, "Cache-Control", "no-store");
    http_reply(call, ours ? 200 : 400, "text/plain; charset=utf-8", words, strlen(words));
    if (ours)
        pthread_cond_signal(&v->came);
}

static const struct http_route routes[] = {
    {.method = "GET",        .path = "/auth/handler", .handler = take_visit},
    {0},
};

static char *await_code(struct visit *v, GError **error)
{
    struct timespec until;
    bool in_time = true;
    char *code;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += BROWSER_MS / 1000;
    pthread_mutex_lock(&v->lock);
    while (in_time && !v->code && !v->refused)
        in_time = pthread_cond_timedwait(&v->came, &v->lock, &until) != ETIMEDOUT;
    code = g_steal_pointer(&v->code);
    pthread_mutex_unlock(&v->lock);
    if (code)
        return code;
    if (v->refused)
        g_set_error(error, cli_error(), ERROR_DENIED, "The sign-in was refused: %s.", v->refused);
    else
        g_set_error_literal(error, cli_error(), ERROR_UNAVAILABLE,
                            "Nobody signed in within ten minutes.");
    error_hint(error, "with heddle auth login --device the browser may be on another machine.");
    return NULL;
}

static void open_browser(const char *url)
{
    const char *argv[] = {"xdg-open", url, NULL};

    if (g_getenv("DISPLAY") || g_getenv("WAYLAND_DISPLAY"))
        g_spawn_async(NULL, (char **)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, NULL, NULL);
}

/* RFC 7636: base64url of the verifier's SHA-256. */
static char *challenge_of(const char *verifier)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize len = sizeof digest;
    char *text;

    g_checksum_update(sum, (const guchar *)verifier, -1);
    g_checksum_get_digest(sum, digest, &len);
    g_checksum_free(sum);
    text = g_base64_encode(digest, len);
    g_strdelimit(g_strdelimit(text, "+", '-'), "/", '_');
    *strchr(text, '=') = '\0';
    return text;
}

static char *code_from_browser(struct cli *cli, const struct signin_at *at, const char *verifier,
                               GError **error)
{
    g_autofree char *state = random_hex(16), *challenge = challenge_of(verifier), *code = NULL;
    g_autofree char *query =
        cli__form("response_type", "code", "client_id", SIGNIN_CLIENT, "redirect_uri",
                  SIGNIN_REDIRECT, "scope", SCOPE, "state", state, "code_challenge", challenge,
                  "code_challenge_method", "S256", NULL);
    g_autofree char *url = g_strconcat(at->auth_url, "?", query, NULL);
    struct visit visit = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, state, NULL, NULL};
    const struct http_server_settings settings = {
        .listen = "127.0.0.1:29525", .routes = routes, .data = &visit, .threads = 1};
    struct http_server *server;

    if (!(server = http_server_start(&settings, error))) {
        error_hint(error, "another sign-in may be waiting; with --device no port is needed.");
    } else {
        cli__say(cli, "Open this page in a browser on this machine and sign in:\n\n%s\n", url);
        open_browser(url);
        code = await_code(&visit, error);
        http_server_stop(server);
    }
    g_free(visit.code);
    g_free(visit.refused);
    pthread_mutex_destroy(&visit.lock);
    pthread_cond_destroy(&visit.came);
    return g_steal_pointer(&code);
}

json_t *cli__signin_by_browser(struct cli *cli, const struct signin_at *at, GError **error)
{
    g_autofree char *verifier = random_hex(32), *form = NULL, *word = NULL;
    g_autofree char *code = code_from_browser(cli, at, verifier, error);

    if (!code)
        return NULL;
    form = cli__form("grant_type", "authorization_code", "client_id", SIGNIN_CLIENT, "code", code,
                     "redirect_uri", SIGNIN_REDIRECT, "code_verifier", verifier, NULL);
    return cli__oauth_post(at->token_url, form, &word, error);
}

/* Ask again and again until somebody has approved, or nobody may any more. */
static json_t *poll(const struct signin_at *at, const json_t *begun, GError **error)
{
    g_autofree char *form =
        cli__form("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id",
                  SIGNIN_CLIENT, "device_code", json_get_string(begun, "device_code", ""), NULL);
    int64_t pause_s = CLAMP(json_get_int(begun, "interval", POLL_S), 1, 60);
    int64_t until_ms = clock_monotonic_ms() +
                       CLAMP(json_get_int(begun, "expires_in", BROWSER_MS / 1000), 1, 3600) * 1000;

    while (clock_monotonic_ms() < until_ms) {
        g_autofree char *word = NULL;
        g_autoptr(GError) why = NULL;
        json_t *answer = cli__oauth_post(at->token_url, form, &word, &why);
        bool slower = g_strcmp0(word, "slow_down") == 0;

        if (answer)
            return answer;
        if (!slower && g_strcmp0(word, "authorization_pending") != 0 &&
            !error_is(why, ERROR_UNAVAILABLE)) {
            g_propagate_error(error, g_steal_pointer(&why));
            return NULL;
        }
        pause_s += slower ? POLL_S : 0;
        g_usleep((gulong)pause_s * G_USEC_PER_SEC);
    }
    g_set_error_literal(error, cli_error(), ERROR_DENIED,
                        "Nobody approved this device before its code ended.");
    error_hint(error, "start again with heddle auth login --device.");
    return NULL;
}

json_t *cli__signin_by_device(struct cli *cli, const struct signin_at *at, GError **error)
{
    g_autofree char *form = cli__form("client_id", SIGNIN_CLIENT, "scope", SCOPE, NULL);
    g_autofree char *url = g_strconcat(at->auth_url, "/device", NULL), *word = NULL;
    g_autoptr(json_t) begun = cli__oauth_post(url, form, &word, error);
    const char *page;

    if (!begun)
        return NULL;
    page = json_get_string(begun, "verification_uri_complete", NULL);
    if (!page || !json_get_string(begun, "device_code", NULL)) {
        g_set_error(error, cli_error(), ERROR_UNAVAILABLE,
                    "%s answered without a device code and its page.", url);
        error_hint(error, "see TCLOUD_AUTH_URL.");
        return NULL;
    }
    cli__say(cli, "Open this page in any browser and sign in; it shows the code %s:\n\n%s\n",
             json_get_string(begun, "user_code", ""), page);
    return poll(at, begun, error);
}
