/* grant.c -- the grants: a client's secret (RFC 6749, 4.4) or a token that may more (RFC 8693) in,
 * a token out. */
#include "auth/auth_int.h"

#include <string.h>

enum { MOST_ORIGINS = 8 }; /* tokens one behind the other, each made from the one before */

static bool refuse(GError **error)
{
    g_set_error(error, auth_error(), ERROR_DENIED,
                "There is no client of this id with this secret.");
    error_hint(error, "make one with `heddle client create`, or give an existing one a new secret "
                      "with --client-id and --secret-file.");
    return false;
}

/* Failures count for client and peer together, so that nobody can lock out another's client;
 * those with an unknown id for the peer alone. */
static char *key_of(const struct client *c, const char *peer)
{
    g_autofree char *from = auth__limiter_peer(peer);

    return g_strdup_printf("%s %s", from, c ? c->id : "");
}

/* An id that does not exist may be a secret: only one that does is recorded. */
static bool record_failure(struct auth *a, const struct client *c, const char *peer, int64_t now_ms,
                           GError **error)
{
    const struct auth_deed d = {.who = c->id,
                                .what = "failed to log in",
                                .peer = peer,
                                .organisation = c->organisation,
                                .project = c->project};

    return auth__record_alone(a, &d, now_ms, error);
}

static bool check(struct auth *a, const struct client *c, const struct auth_grant *g,
                  int64_t now_ms, GError **error)
{
    g_autofree char *key = key_of(c, g->peer);
    bool fits = false;

    if (!auth__admit(a, auth__limiter_wait(a->limiter, key, now_ms), error) ||
        (c && !auth__secret_fits(a, c->id, g->client_secret, &fits, error)))
        return false;
    if (fits)
        return true;
    auth__limiter_failed(a->limiter, key, now_ms);
    return (!c || record_failure(a, c, g->peer, now_ms, error)) && refuse(error);
}

static json_t *answer(const char *token, const char *scope, int64_t ttl_ms)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:s}", "access_token", token, "id_token", token,
                     "token_type", "Bearer", "expires_in", (json_int_t)(ttl_ms / 1000), "scope",
                     scope && *scope ? scope : "tbk:scope:projects");
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

/* Sign what is left of `who` after the scope. */
static json_t *grant_to(struct auth *a, struct auth_identity *who, const struct auth_grant *grant,
                        int64_t now_ms, int64_t ttl_ms, GError **error)
{
    g_autofree char *token = NULL;

    if (!auth__narrow(who, grant->scope, error) ||
        !(token = auth_sign(a, who, grant->issuer, now_ms, ttl_ms, error)))
        return NULL;
    return answer(token, grant->scope, ttl_ms);
}

char *auth_client_credentials(struct auth *a, const struct auth_grant *grant, int64_t now_ms,
                              GError **error)
{
    GError *why = NULL;
    g_autoptr(client) c = auth__find_client(a, grant->client_id, &why);
    g_autoptr(auth_identity) who = NULL;
    g_autoptr(json_t) body = NULL;

    if (why) {
        g_propagate_error(error, why);
        return NULL;
    }
    if (!check(a, c, grant, now_ms, error))
        return NULL;
    who = identity_of(c);
    body = grant_to(a, who, grant, now_ms, TOKEN_TTL_MS, error);
    return body ? json_text_as_built(body) : NULL;
}

/* From now on `who` is what is made from its token. */
static bool derive(struct auth_identity *who, GError **error)
{
    guint n = who->origins ? g_strv_length(who->origins) : 0;

    if (n >= MOST_ORIGINS) {
        g_set_error(error, auth_error(), ERROR_DENIED,
                    "This token was made from another by %d exchanges, and no further one is "
                    "made from it.",
                    MOST_ORIGINS);
        error_hint(error, "exchange one that is nearer to the login.");
        return false;
    }
    who->origins = g_renew(char *, who->origins, n + 2);
    who->origins[n] = g_steal_pointer(&who->id);
    who->origins[n + 1] = NULL;
    return true;
}

char *auth_exchange(struct auth *a, const struct auth_grant *grant, const char *subject_token,
                    int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, subject_token, now_ms, error);
    g_autoptr(json_t) body = NULL;

    if (!who)
        return NULL;
    if (!grant->scope || !*grant->scope) {
        g_set_error(error, auth_error(), ERROR_INVALID,
                    "An exchange needs the scope to narrow to.");
        error_hint(error, "ask for tbk:scope:project:ORGANISATION:PROJECT[:ROLE].");
        return NULL;
    }
    if (!derive(who, error))
        return NULL;
    body = grant_to(a, who, grant, now_ms, MIN(TOKEN_TTL_MS, who->expires_ms - now_ms), error);
    if (body)
        json_object_set_new(body, "issued_token_type",
                            json_string("urn:ietf:params:oauth:token-type:access_token"));
    return body ? json_text_as_built(body) : NULL;
}
