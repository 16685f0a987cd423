/* What OAuth clients find out by themselves: where things are (OpenID Connect Discovery 1.0, RFC
 * 8414) and which keys verify our tokens. */
#include "control/oauth.h"

static json_t *at(const struct control *c, const char *path)
{
    return json_sprintf("%s%s", c->issuer, path);
}

bool control__discovery(struct control *c, struct op *op, GError **error)
{
    (void)error;
    op->answer = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:[s], s:[s], s:o, s:[s], s:[s], s:[s, s, s], s:[s],"
        " s:[s, s, s, s, s, s, s, s, s, s, s, s, s, s, s]}",
        "issuer", c->issuer, "token_endpoint", at(c, "/auth/token"), "jwks_uri",
        at(c, "/.well-known/jwks.json"), "authorization_endpoint", at(c, "/auth"),
        "device_authorization_endpoint", at(c, "/auth/device"), "revocation_endpoint",
        at(c, "/auth/revoke"), "response_types_supported", "code",
        "code_challenge_methods_supported", "S256", "grant_types_supported", control__grant_types(),
        "subject_types_supported", "public", "id_token_signing_alg_values_supported", "ES256",
        "token_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post",
        "none", "scopes_supported", "tbk:scope:projects", "claims_supported", "iss", "sub", "aud",
        "exp", "nbf", "iat", "jti", "sid", "auth_time", "from", "name", "email", "scope", "org",
        "role");
    return true;
}

bool control__key_set(struct control *c, struct op *op, GError **error)
{
    return (op->answer = auth_key_set(c->auth, error)) != NULL;
}
