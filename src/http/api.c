#include "http/api.h"

#include "http/http_int.h"

#include "base/clock.h"

#include <string.h>

#define SCOPE "tbk:scope:projects"

enum {
    CALL_MS = 30000,
    EARLY_MS = 60000,    /* a token is renewed so long before it ends */
    TOKEN_LIFE_S = 3600, /* when the server does not say */
};

struct api {
    struct http_client *client;
    char *url, *token_url, *client_id, *client_secret;
    char *token;
    bool is_given;    /* the token: there is nothing to renew it with */
    int64_t renew_ms; /* monotonic */
    api_renew renew;
    void *renew_data;
    GDestroyNotify renew_free;
};

static bool check_settings(const struct api_settings *s, GError **error)
{
    g_autoptr(GUri) uri = s->url ? g_uri_parse(s->url, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";

    if (!uri || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
        !g_uri_get_host(uri) || !*g_uri_get_host(uri)) {
        g_set_error(error, http_error(), ERROR_INVALID, "\"%s\" is no address of a control plane.",
                    s->url ? s->url : "");
        error_hint(error, "set TCLOUD_URL to https://HOST/sqlmesh/ORGANISATION/PROJECT.");
        return false;
    }
    if (s->token || s->renew ||
        (s->client_id && *s->client_id && s->client_secret && *s->client_secret))
        return true;
    g_set_error_literal(error, http_error(), ERROR_DENIED,
                        "There is no client id and secret to log in with.");
    error_hint(error, "set TCLOUD_CLIENT_ID and TCLOUD_CLIENT_SECRET, or sign in with heddle auth "
                      "login.");
    return false;
}

/* The origin of the URL and /auth/token. */
static char *default_token_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
                      g_uri_get_port(uri), "/auth/token", NULL, NULL);
}

struct api *api_new(const struct api_settings *s, GError **error)
{
    struct api *a;

    if (!check_settings(s, error)) {
        if (s->renew_free)
            s->renew_free(s->renew_data);
        return NULL;
    }
    a = g_new0(struct api, 1);
    a->client = http_client_new();
    a->url = g_strdup(s->url);
    while (g_str_has_suffix(a->url, "/"))
        a->url[strlen(a->url) - 1] = '\0';
    a->token_url =
        s->token_url && *s->token_url ? g_strdup(s->token_url) : default_token_url(a->url);
    a->client_id = g_strdup(s->client_id);
    a->client_secret = g_strdup(s->client_secret);
    a->token = g_strdup(s->token);
    a->is_given = s->token != NULL;
    a->renew = s->renew;
    a->renew_data = s->renew_data;
    a->renew_free = s->renew_free;
    return a;
}

void api_free(struct api *a)
{
    if (!a)
        return;
    http_client_free(a->client);
    if (a->renew_free)
        a->renew_free(a->renew_data);
    g_free(a->url);
    g_free(a->token_url);
    g_free(a->client_id);
    g_free(a->client_secret);
    g_free(a->token);
    g_free(a);
}

void api_interrupt(struct api *a)
{
    http_client_interrupt(a->client);
}

void api_set_secret(struct api *a, const char *client_secret)
{
    g_free(a->client_secret);
    a->client_secret = g_strdup(client_secret);
}

const char *api_secret_token(const struct api *a)
{
    return a->token;
}

static int code_of(long status)
{
    static const struct {
        long status;
        int code;
    } table[] = {
        {400, ERROR_INVALID  },
        {401, ERROR_DENIED   },
        {403, ERROR_DENIED   },
        {404, ERROR_NOT_FOUND},
        {409, ERROR_CONFLICT },
        {413, ERROR_LIMIT    },
        {422, ERROR_INVALID  },
        {429, ERROR_LIMIT    },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].status == status)
            return table[i].code;
    return status >= 500 ? ERROR_UNAVAILABLE : ERROR_FAILED;
}

static bool is_problem(const struct http_answer *a)
{
    return a->content_type && g_str_has_prefix(a->content_type, "application/json");
}

static void set_problem(const char *url, const struct http_answer *a, GError **error)
{
    g_autofree char *words = NULL;

    if (!is_problem(a)) {
        http__set_strange(url, a, code_of(a->status), error);
        return;
    }
    words = http__words(a);
    g_set_error_literal(error, http_error(), code_of(a->status), words);
}

static void set_login_problem(const struct api *a, const struct http_answer *answer, GError **error)
{
    g_autofree char *words = http__words(answer);
    int code = code_of(answer->status);

    if (!is_problem(answer)) {
        http__set_strange(a->token_url, answer, code, error);
        return;
    }
    if (code == ERROR_INVALID) /* invalid_grant, invalid_scope: RFC 6749, 5.2 */
        code = ERROR_DENIED;
    g_set_error(error, http_error(), code, "%s refused to log in client %s (status %ld): %s",
                a->token_url, a->client_id, answer->status, words);
    if (strstr(words, "hint: "))
        return;
    if (code == ERROR_DENIED)
        error_hint(error, "see TCLOUD_CLIENT_ID and TCLOUD_CLIENT_SECRET.");
    else if (code == ERROR_NOT_FOUND)
        error_hint(error, "see TCLOUD_TOKEN_URL and TCLOUD_URL.");
}

static void use_token(struct api *a, char *token, int64_t life_ms)
{
    g_free(a->token);
    a->token = token;
    a->renew_ms = clock_monotonic_ms() + life_ms - MIN(EARLY_MS, life_ms / 2);
}

static bool keep_token(struct api *a, const struct http_answer *answer, GError **error)
{
    g_autoptr(json_t) body = json_parse(answer->body->str, answer->body->len, NULL);
    const char *token = json_get_string(body, "access_token", NULL);
    int64_t life_ms = json_get_int(body, "expires_in", TOKEN_LIFE_S) * 1000;

    if (!token)
        token = json_get_string(body, "id_token", NULL);
    if (!token && !is_problem(answer)) {
        http__set_strange(a->token_url, answer, ERROR_UNAVAILABLE, error);
        return false;
    }
    if (!token) {
        g_set_error(error, http_error(), ERROR_UNAVAILABLE, "%s answered without a token.",
                    a->token_url);
        error_hint(error, "see that TCLOUD_TOKEN_URL is a token endpoint.");
        return false;
    }
    use_token(a, g_strdup(token), life_ms);
    return true;
}

static bool renew(struct api *a, GError **error)
{
    int64_t life_ms = 0;
    char *token = a->renew(a->renew_data, a->token, &life_ms, error);

    if (token)
        use_token(a, token, life_ms);
    return token != NULL;
}

bool api_login(struct api *a, GError **error)
{
    static const char form[] = "grant_type=client_credentials&scope=" SCOPE;
    g_autofree char *user = NULL, *password = NULL;
    struct http_request r = {
        .method = "POST",
        .url = a->token_url,
        .content_type = "application/x-www-form-urlencoded",
        .body = form,
        .body_len = sizeof form - 1,
    };
    g_autoptr(http_answer) answer = NULL;

    if (a->is_given)
        return true;
    if (a->renew)
        return renew(a, error);
    /* RFC 6749, 2.3.1: id and secret are form-encoded before Basic. */
    r.user = user = g_uri_escape_string(a->client_id, NULL, FALSE);
    r.password = password = g_uri_escape_string(a->client_secret, NULL, FALSE);
    if (!(answer = http_send(a->client, &r, error)))
        return false;
    if (answer->status == 200)
        return keep_token(a, answer, error);
    set_login_problem(a, answer, error);
    return false;
}

static bool have_token(struct api *a, GError **error)
{
    if (a->token && (a->is_given || clock_monotonic_ms() < a->renew_ms))
        return true;
    return api_login(a, error);
}

static struct http_answer *send_logged_in(struct api *a, struct http_request *r, GError **error)
{
    struct http_answer *answer;

    if (!have_token(a, error))
        return NULL;
    r->bearer = a->token;
    answer = http_send(a->client, r, error);
    if (!answer || answer->status != 401 || a->is_given)
        return answer;
    http_answer_free(answer);
    if (!api_login(a, error))
        return NULL;
    r->bearer = a->token;
    return http_send(a->client, r, error);
}

/* g_free(). */
static char *url_of(const struct api *a, const char *path)
{
    return g_strdup_printf("%s/%s", a->url, path + (*path == '/'));
}

void api_set_strange(const struct api *a, const char *path, const json_t *answer, const char *why,
                     GError **error)
{
    g_autofree char *url = url_of(a, path);
    g_autofree char *text = json_text_as_built(answer);

    g_set_error(error, http_error(), ERROR_UNAVAILABLE,
                "%s: answered with JSON that is no control plane's. %s It begins: %.60s", url, why,
                text);
    error_hint(error, "a proxy or an Ingress in between may have answered, or another program: see "
                      "TCLOUD_URL, HTTPS_PROXY and NO_PROXY.");
}

json_t *api_call(struct api *a, const char *method, const char *path, const json_t *body,
                 int64_t wait_ms, GError **error)
{
    g_autofree char *url = url_of(a, path);
    g_autofree char *text = body ? json_text_as_built(body) : NULL;
    struct http_request r = {
        .method = method,
        .url = url,
        .body = text,
        .body_len = text ? strlen(text) : 0,
        .timeout_ms = CALL_MS + wait_ms,
    };
    g_autoptr(http_answer) answer = send_logged_in(a, &r, error);
    g_autoptr(GError) why = NULL;
    json_t *value;

    if (!answer)
        return NULL;
    if (answer->status < 200 || answer->status > 299) {
        set_problem(url, answer, error);
        return NULL;
    }
    if (answer->body->len == 0)
        return json_object();
    if ((value = json_parse(answer->body->str, answer->body->len, &why)))
        return value;
    if (!is_problem(answer)) {
        http__set_strange(url, answer, ERROR_UNAVAILABLE, error);
        return NULL;
    }
    g_set_error(error, http_error(), ERROR_UNAVAILABLE, "%s: the answer is no whole JSON. %s", url,
                why->message);
    error_hint(error, "it was cut off, or spoiled on its way; ask again.");
    return NULL;
}
