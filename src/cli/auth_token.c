/* Tokens of a sign-in: asked for, kept, refreshed by one process at a time. */
#include "cli/auth_int.h"

#include "base/clock.h"

#include <stdarg.h>
#include <string.h>

enum {
    LIFE_S = 3600,      /* of a token, when the server does not say */
    ENOUGH_MS = 120000, /* a token that lives shorter is refreshed */
};

char *cli__form(const char *first, ...)
{
    g_autoptr(GString) form = g_string_new(NULL);
    va_list args;

    va_start(args, first);
    for (const char *name = first; name; name = va_arg(args, const char *)) {
        g_autofree char *value = g_uri_escape_string(va_arg(args, const char *), NULL, FALSE);

        g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", name, value);
    }
    va_end(args);
    return g_string_free(g_steal_pointer(&form), FALSE);
}

static void set_refused(const char *url, const struct http_answer *a, const json_t *body,
                        GError **error)
{
    const char *words = json_get_string(
        body, "message",
        json_get_string(body, "error_description", json_get_string(body, "error", NULL)));
    int code = a->status == 429 ? ERROR_LIMIT : a->status < 500 ? ERROR_DENIED : ERROR_UNAVAILABLE;

    if (words) {
        g_set_error(error, cli_error(), code, "%s refused (status %ld): %s", url, a->status, words);
        return;
    }
    g_set_error(error, cli_error(), ERROR_UNAVAILABLE,
                "%s answered %ld, and not as a control plane does.", url, a->status);
    error_hint(error, "see TCLOUD_URL, TCLOUD_AUTH_URL and TCLOUD_TOKEN_URL, and whether a proxy "
                      "answers in its place.");
}

json_t *cli__oauth_post(const char *url, const char *form, char **word, GError **error)
{
    const struct http_request r = {
        .method = "POST",
        .url = url,
        .content_type = "application/x-www-form-urlencoded",
        .body = form,
        .body_len = strlen(form),
    };
    struct http_client *client = http_client_new();
    g_autoptr(http_answer) answer = http_send(client, &r, error);
    g_autoptr(json_t) body = NULL;

    http_client_free(client);
    *word = NULL;
    if (!answer)
        return NULL;
    body = json_parse(answer->body->str, answer->body->len, NULL);
    if (answer->status == 200 && json_is_object(body))
        return g_steal_pointer(&body);
    *word = g_strdup(json_get_string(body, "error", ""));
    set_refused(url, answer, body, error);
    return NULL;
}

bool cli__signin_keep(struct signins *s, const struct signin_at *at, const json_t *answer,
                      GError **error)
{
    const char *access = json_get_string(answer, "access_token", NULL);
    const char *refresh = json_get_string(answer, "refresh_token", NULL);
    int64_t expires_ms = clock_now_ms() + json_get_int(answer, "expires_in", LIFE_S) * 1000;

    if (!access || !refresh) {
        g_set_error(error, cli_error(), ERROR_UNAVAILABLE,
                    "%s answered without an access token and a refresh token.", at->token_url);
        error_hint(error, "see that TCLOUD_TOKEN_URL is a token endpoint.");
        return false;
    }
    json_object_set_new(s->plane, at->origin,
                        json_pack("{s:s, s:s, s:s, s:s, s:I}", "token_url", at->token_url,
                                  "auth_url", at->auth_url, "access_token", access, "refresh_token",
                                  refresh, "expires_ms", (json_int_t)expires_ms));
    return cli__signins_write(s, error);
}

static void set_signed_out(const char *origin, const char *why, GError **error)
{
    g_set_error(error, cli_error(), ERROR_DENIED, "%s %s.", why, origin);
    error_hint(error, "sign in with heddle auth login.");
}

/* A sign-in the server has ended is forgotten: its refresh token is good for nothing. */
static bool refresh(struct signins *s, const char *origin, GError **error)
{
    const json_t *entry = json_object_get(s->plane, origin);
    struct signin_at at = {(char *)origin, (char *)json_get_string(entry, "auth_url", ""),
                           (char *)json_get_string(entry, "token_url", "")};
    g_autofree char *form =
        cli__form("grant_type", "refresh_token", "client_id", SIGNIN_CLIENT, "refresh_token",
                  json_get_string(entry, "refresh_token", ""), NULL);
    g_autofree char *word = NULL;
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) answer = cli__oauth_post(at.token_url, form, &word, &why);

    if (answer)
        return cli__signin_keep(s, &at, answer, error);
    if (g_strcmp0(word, "invalid_grant") != 0) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    json_object_del(s->plane, origin);
    if (cli__signins_write(s, error))
        set_signed_out(origin, "The server has ended the sign-in at", error);
    return false;
}

static char *usable(const json_t *entry, const char *spent, int64_t *life_ms)
{
    const char *token = json_get_string(entry, "access_token", NULL);

    *life_ms = json_get_int(entry, "expires_ms", 0) - clock_now_ms();
    return token && *life_ms > ENOUGH_MS && g_strcmp0(token, spent) != 0 ? g_strdup(token) : NULL;
}

char *cli__signin_token(void *data, const char *spent, int64_t *life_ms, GError **error)
{
    const char *origin = data;
    g_auto(signins) s = {.lock = -1};
    GError *own = NULL;
    g_autoptr(json_t) seen = cli__signin_peek(origin, &own);
    char *token = usable(seen, spent, life_ms);

    if (own) {
        g_propagate_error(error, own);
        return NULL;
    }
    if (token || !cli__signins_open(&s, error))
        return token;
    if (!json_object_get(s.plane, origin)) {
        set_signed_out(origin, "Nobody is signed in at", error);
        return NULL;
    }
    /* another process may have refreshed it while this one waited for the lock */
    token = usable(json_object_get(s.plane, origin), spent, life_ms);
    if (token || !refresh(&s, origin, error))
        return token;
    *life_ms = json_get_int(json_object_get(s.plane, origin), "expires_ms", 0) - clock_now_ms();
    return g_strdup(json_get_string(json_object_get(s.plane, origin), "access_token", NULL));
}
