/* token.c -- JWTs (RFC 7519): what they say, how they are made and checked. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <string.h>

#define MAX_TOKEN_BYTES 8192
#define SKEW_S          60 /* a token of a server whose clock is ahead of ours */

static char *encode_json(const json_t *value)
{
    g_autofree char *text = json_text(value);

    return auth__base64url(text, strlen(text));
}

static json_t *decode_json(const char *part)
{
    size_t n;
    g_autofree guchar *data = auth__unbase64url(part, &n);

    return data ? json_loadb((const char *)data, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static json_t *claims_of(const struct auth_identity *i, const char *issuer, int64_t now_ms,
                         int64_t ttl_ms)
{
    g_autofree char *id = id_new();
    json_t *claims = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "jti", id, "sub", i->subject, "aud",
        i->audience ? i->audience : i->subject, "name", i->name ? i->name : i->subject, "org",
        i->organisation, "role", auth_role_names[i->role], "iat", (json_int_t)(now_ms / 1000),
        "nbf", (json_int_t)(now_ms / 1000), "exp", (json_int_t)((now_ms + ttl_ms) / 1000));

    if (i->project)
        json_object_set_new(claims, "project", json_string(i->project));
    if (i->email)
        json_object_set_new(claims, "email", json_string(i->email));
    if (issuer)
        json_object_set_new(claims, "iss", json_string(issuer));
    return claims;
}

char *auth_sign(struct auth *a, const struct auth_identity *identity, const char *issuer,
                int64_t now_ms, int64_t ttl_ms, GError **error)
{
    const struct key *k = a->keys->pdata[0];
    g_autoptr(json_t) header =
        json_pack("{s:s, s:s, s:s}", "alg", "ES256", "typ", "JWT", "kid", k->id);
    g_autoptr(json_t) claims = claims_of(identity, issuer, now_ms, ttl_ms);
    g_autofree char *first = encode_json(header), *second = encode_json(claims);
    g_autofree char *text = g_strconcat(first, ".", second, NULL);
    g_autofree char *third = NULL;
    guchar signature[SIGNATURE_BYTES];

    if (!auth__sign(k, text, signature, error))
        return NULL;
    third = auth__base64url(signature, sizeof signature);
    return g_strconcat(text, ".", third, NULL);
}

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, auth_error(), ERROR_DENIED, "%s", why);
    error_hint(error, "log in again: a token comes from /auth/token with a client id and secret.");
    return false;
}

/* The key the header names. Whatever algorithm it names, ours is the only one. */
static const struct key *key_of(const struct auth *a, const char *part, GError **error)
{
    g_autoptr(json_t) header = decode_json(part);
    const struct key *k;

    if (!header || strcmp(json_get_string(header, "alg", ""), "ES256") != 0) {
        refuse(error, "The token is not one of this server's: its header does not say ES256.");
        return NULL;
    }
    if (!(k = auth__find_key(a, json_get_string(header, "kid", NULL))))
        refuse(error, "The token was signed with a key that this server does not have.");
    return k;
}

static bool check_signature(const struct auth *a, char **parts, const char *token, GError **error)
{
    const struct key *k = key_of(a, parts[0], error);
    size_t n = 0;
    g_autofree guchar *signature = NULL;

    if (!k)
        return false;
    signature = auth__unbase64url(parts[2], &n);
    if (signature && n == SIGNATURE_BYTES &&
        auth__is_signed(k, token, strlen(parts[0]) + 1 + strlen(parts[1]), signature))
        return true;
    return refuse(error, "The token's signature is wrong.");
}

static bool check_claims(const json_t *claims, int64_t now_ms, GError **error)
{
    const char *subject = json_get_string(claims, "sub", NULL);
    const char *audience = json_get_string(claims, "aud", "");

    if (!subject || !json_get_string(claims, "org", NULL) ||
        auth__role(json_get_string(claims, "role", NULL)) < 0)
        return refuse(error, "The token does not say who it is for.");
    if (strcmp(subject, audience) != 0 && strcmp(audience, AUTH_PUBLIC_CLIENT) != 0)
        return refuse(error, "The token is meant for somebody else.");
    if (json_get_int(claims, "exp", 0) * 1000 <= now_ms)
        return refuse(error, "The token has expired.");
    if (json_get_int(claims, "nbf", INT64_MAX / 1000) * 1000 > now_ms + SKEW_S * 1000)
        return refuse(error, "The token is not valid yet; a clock is wrong.");
    return true;
}

static struct auth_identity *identity_of(const json_t *claims)
{
    struct auth_identity *i = g_new0(struct auth_identity, 1);
    const char *audience = json_get_string(claims, "aud", "");

    if (strcmp(audience, json_get_string(claims, "sub", "")) != 0)
        i->audience = g_strdup(audience);
    i->subject = g_strdup(json_get_string(claims, "sub", NULL));
    i->name = g_strdup(json_get_string(claims, "name", i->subject));
    i->email = g_strdup(json_get_string(claims, "email", NULL));
    i->organisation = g_strdup(json_get_string(claims, "org", NULL));
    i->project = g_strdup(json_get_string(claims, "project", NULL));
    i->role = auth__role(json_get_string(claims, "role", NULL));
    i->expires_ms = json_get_int(claims, "exp", 0) * 1000;
    return i;
}

struct auth_identity *auth_verify(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_auto(GStrv) parts = NULL;
    g_autoptr(json_t) claims = NULL;

    if (strlen(token) <= MAX_TOKEN_BYTES)
        parts = g_strsplit(token, ".", 4);
    if (!parts || g_strv_length(parts) != 3) {
        refuse(error, "The token is not a JWT.");
        return NULL;
    }
    if (!check_signature(a, parts, token, error))
        return NULL;
    claims = decode_json(parts[1]);
    return check_claims(claims, now_ms, error) ? identity_of(claims) : NULL;
}
