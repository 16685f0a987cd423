/* grant.c -- the client credentials grant (RFC 6749, 4.4): a secret in, a token out. */
#include "auth/auth_int.h"

#include <string.h>

static bool refuse(GError **error)
{
    g_set_error(error, auth_error(), ERROR_DENIED,
                "There is no client of this id with this secret.");
    error_hint(error, "make one with `heddle client create`, or give an existing one a new secret "
                      "with --client-id and --secret-file.");
    return false;
}

static bool admit(struct auth *a, const char *key, int64_t now_ms, GError **error)
{
    int64_t wait_ms = auth__limiter_wait(a->limiter, key, now_ms);

    if (wait_ms == 0)
        return true;
    g_set_error(error, auth_error(), ERROR_LIMIT,
                "Too many failed logins; the next is admitted in %" G_GINT64_FORMAT " seconds.",
                (wait_ms + 999) / 1000);
    return false;
}

/* Failures count for client and peer together, so that nobody can lock out another's client;
 * those with an unknown id for the peer alone. */
static char *key_of(const struct client *c, const char *peer)
{
    return g_strdup_printf("%s %s", peer ? peer : "-", c ? c->id : "");
}

static bool check(struct auth *a, const struct client *c, const struct auth_grant *g,
                  int64_t now_ms, GError **error)
{
    g_autofree char *key = key_of(c, g->peer);
    bool fits = false;

    if (!admit(a, key, now_ms, error) ||
        (c && !auth__secret_fits(a, c->id, g->client_secret, &fits, error)))
        return false;
    if (fits)
        return true;
    auth__limiter_failed(a->limiter, key, now_ms);
    return refuse(error);
}

static char *answer(const char *token, const char *scope)
{
    g_autoptr(json_t) body =
        json_pack("{s:s, s:s, s:s, s:I, s:s}", "access_token", token, "id_token", token,
                  "token_type", "Bearer", "expires_in", (json_int_t)(TOKEN_TTL_MS / 1000), "scope",
                  scope && *scope ? scope : "tbk:scope:projects");

    return json_text_as_built(body);
}

static struct auth_identity *identity_of(const struct client *c)
{
    struct auth_identity *i = g_new0(struct auth_identity, 1);

    i->subject = g_strdup(c->id);
    i->name = g_strdup(c->name);
    i->organisation = g_strdup(c->organisation);
    i->project = g_strdup(c->project);
    i->role = c->role;
    return i;
}

char *auth_client_credentials(struct auth *a, const struct auth_grant *grant, int64_t now_ms,
                              GError **error)
{
    GError *why = NULL;
    g_autoptr(client) c = auth__find_client(a, grant->client_id, &why);
    g_autoptr(auth_identity) who = NULL;
    g_autofree char *token = NULL;

    if (why) {
        g_propagate_error(error, why);
        return NULL;
    }
    if (!check(a, c, grant, now_ms, error))
        return NULL;
    who = identity_of(c);
    if (!auth__narrow(who, grant->scope, error) ||
        !(token = auth_sign(a, who, grant->issuer, now_ms, TOKEN_TTL_MS, error)))
        return NULL;
    return answer(token, grant->scope);
}
