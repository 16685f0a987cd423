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

/* As narrow as it is, in the words it can be asked for with. g_free(). */
static char *scope_of(const struct auth_identity *i)
{
    return i->project ? g_strdup_printf("tbk:scope:project:%s:%s:%s", i->organisation, i->project,
                                        auth_role_names[i->role])
                      : g_strdup("tbk:scope:projects");
}

static json_t *texts_json(char **texts)
{
    json_t *out = json_array();

    for (char **text = texts; *text; text++)
        json_array_append_new(out, json_string(*text));
    return out;
}

static json_t *claims_of(const struct auth_identity *i, const char *issuer, int64_t issued_s,
                         int64_t expires_s)
{
    g_autofree char *id = id_new(), *scope = scope_of(i);
    json_t *claims = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "jti", id, "sub", i->subject, "aud",
        i->audience ? i->audience : i->subject, "name", i->name ? i->name : i->subject, "scope",
        scope, "org", i->organisation, "role", auth_role_names[i->role], "iat",
        (json_int_t)issued_s, "nbf", (json_int_t)issued_s, "exp", (json_int_t)expires_s);

    if (i->project)
        json_object_set_new(claims, "project", json_string(i->project));
    if (i->email)
        json_object_set_new(claims, "email", json_string(i->email));
    if (i->sign_in)
        json_object_set_new(claims, "sid", json_string(i->sign_in));
    if (i->origins) {
        json_object_set_new(claims, "auth_time", json_integer(i->granted_ms / 1000));
        json_object_set_new(claims, "from", texts_json(i->origins));
    }
    if (issuer)
        json_object_set_new(claims, "iss", json_string(issuer));
    return claims;
}

static char *sign(const struct key *k, const json_t *claims, GError **error)
{
    g_autoptr(json_t) header =
        json_pack("{s:s, s:s, s:s}", "alg", "ES256", "typ", "JWT", "kid", k->id);
    g_autofree char *first = encode_json(header), *second = encode_json(claims);
    g_autofree char *text = g_strconcat(first, ".", second, NULL);
    g_autofree char *third = NULL;
    guchar signature[SIGNATURE_BYTES];

    if (!auth__sign(k, text, signature, error))
        return NULL;
    third = auth__base64url(signature, sizeof signature);
    return g_strconcat(text, ".", third, NULL);
}

/* The times are whole seconds: what is issued in the second up to which all has ended says the next
 * one. */
char *auth_sign(struct auth *a, const struct auth_identity *identity, const char *issuer,
                int64_t now_ms, int64_t ttl_ms, GError **error)
{
    struct known *known = auth__known(a);
    int64_t ended_ms = auth__ended_ms(known, auth__kind_of(identity), identity->subject);
    int64_t issued_s = MAX(now_ms / 1000, ended_ms / 1000 + 1);
    g_autoptr(json_t) claims = claims_of(identity, issuer, issued_s, (now_ms + ttl_ms) / 1000);
    char *token = sign(auth__signer(known, now_ms), claims, error);

    auth__known_unref(known);
    return token;
}

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, auth_error(), ERROR_DENIED, "%s", why);
    error_hint(error, "log in again: a token comes from /auth/token with a client id and secret.");
    return false;
}

/* The key the header names. Whatever algorithm it names, ours is the only one. */
static const struct key *key_of(const struct known *known, const char *part, GError **error)
{
    g_autoptr(json_t) header = decode_json(part);
    const struct key *k;

    if (!header || strcmp(json_get_string(header, "alg", ""), "ES256") != 0) {
        refuse(error, "The token is not one of this server's: its header does not say ES256.");
        return NULL;
    }
    if (!(k = auth__find_key(known, json_get_string(header, "kid", NULL))))
        refuse(error, "The token was signed with a key that this server does not have.");
    return k;
}

static bool check_signature(const struct known *known, char **parts, const char *token,
                            GError **error)
{
    const struct key *k = key_of(known, parts[0], error);
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
    if (strcmp(subject, audience) != 0 && strcmp(audience, AUTH_PUBLIC_CLIENT) != 0 &&
        strcmp(audience, AUTH_PAGES) != 0)
        return refuse(error, "The token is meant for somebody else.");
    if (json_get_int(claims, "exp", 0) * 1000 <= now_ms)
        return refuse(error, "The token has expired.");
    if (json_get_int(claims, "nbf", INT64_MAX / 1000) * 1000 > now_ms + SKEW_S * 1000)
        return refuse(error, "The token is not valid yet; a clock is wrong.");
    return true;
}

/* NULL for none. */
static char **texts_of(const json_t *array)
{
    size_t n = json_array_size(array);
    char **out = n > 0 ? g_new0(char *, n + 1) : NULL;

    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(array, i));

        out[i] = g_strdup(text ? text : "");
    }
    return out;
}

static struct auth_identity *identity_of(const json_t *claims)
{
    struct auth_identity *i = g_new0(struct auth_identity, 1);
    const char *audience = json_get_string(claims, "aud", "");

    if (strcmp(audience, json_get_string(claims, "sub", "")) != 0)
        i->audience = g_strdup(audience);
    i->id = g_strdup(json_get_string(claims, "jti", NULL));
    i->subject = g_strdup(json_get_string(claims, "sub", NULL));
    i->name = g_strdup(json_get_string(claims, "name", i->subject));
    i->email = g_strdup(json_get_string(claims, "email", NULL));
    i->organisation = g_strdup(json_get_string(claims, "org", NULL));
    i->project = g_strdup(json_get_string(claims, "project", NULL));
    i->role = auth__role(json_get_string(claims, "role", NULL));
    i->sign_in = g_strdup(json_get_string(claims, "sid", NULL));
    i->origins = texts_of(json_object_get(claims, "from"));
    i->issued_ms = json_get_int(claims, "iat", 0) * 1000;
    i->granted_ms = json_get_int(claims, "auth_time", i->issued_ms / 1000) * 1000;
    i->expires_ms = json_get_int(claims, "exp", 0) * 1000;
    return i;
}

static bool is_ended(const struct known *known, const char *kind, const char *id)
{
    return id && auth__ended_ms(known, kind, id) != INT64_MIN;
}

bool auth_has_ended(struct auth *a, const struct auth_identity *i)
{
    struct known *known = auth__known(a);
    int64_t all_ms = auth__ended_ms(known, auth__kind_of(i), i->subject);
    bool ended = is_ended(known, ENDED_TOKEN, i->id) ||
                 is_ended(known, ENDED_SIGN_IN, i->sign_in) ||
                 i->granted_ms / 1000 <= all_ms / 1000;

    for (char **from = i->origins; !ended && from && *from; from++)
        ended = is_ended(known, ENDED_TOKEN, *from);
    auth__known_unref(known);
    return ended;
}

static json_t *check(const struct known *known, char **parts, const char *token, int64_t now_ms,
                     GError **error)
{
    g_autoptr(json_t) claims = NULL;

    if (!auth__is_proven(known->proven, token)) {
        if (!check_signature(known, parts, token, error))
            return NULL;
        auth__prove(known->proven, token);
    }
    claims = decode_json(parts[1]);
    return check_claims(claims, now_ms, error) ? g_steal_pointer(&claims) : NULL;
}

struct auth_identity *auth_verify(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_auto(GStrv) parts = NULL;
    g_autoptr(json_t) claims = NULL;
    g_autoptr(auth_identity) who = NULL;
    struct known *known;

    if (strlen(token) <= MAX_TOKEN_BYTES)
        parts = g_strsplit(token, ".", 4);
    if (!parts || g_strv_length(parts) != 3) {
        refuse(error, "The token is not a JWT.");
        return NULL;
    }
    known = auth__known(a);
    claims = check(known, parts, token, now_ms, error);
    auth__known_unref(known);
    who = claims ? identity_of(claims) : NULL;
    if (who && auth_has_ended(a, who)) {
        refuse(error, "The token has been revoked.");
        return NULL;
    }
    return g_steal_pointer(&who);
}
