/* jwks.c -- the public halves of the signing keys, for whoever checks our tokens by himself. */
#include "auth/auth_int.h"

#include <openssl/core_names.h>

#define HALF 32 /* bytes of a coordinate of P-256 */

/* A point as X9.62 writes it: 4, then both coordinates. */
static json_t *key_json(const struct key *k, GError **error)
{
    guchar point[1 + 2 * HALF];
    size_t n = 0;
    g_autofree char *x = NULL, *y = NULL;

    if (EVP_PKEY_get_octet_string_param(k->pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                        &n) != 1 ||
        n != sizeof point || point[0] != 4) {
        auth__set_openssl_error(error, "A signing key has no public half that can be shown.");
        return NULL;
    }
    x = auth__base64url(point + 1, HALF);
    y = auth__base64url(point + 1 + HALF, HALF);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256", "use",
                     "sig", "alg", "ES256", "kid", k->id, "x", x, "y", y);
}

static bool add_keys(json_t *out, const struct known *known, GError **error)
{
    for (guint i = 0; i < known->keys->len; i++) {
        json_t *key = key_json(known->keys->pdata[i], error);

        if (!key)
            return false;
        json_array_append_new(out, key);
    }
    return true;
}

json_t *auth_key_set(struct auth *a, GError **error)
{
    g_autoptr(json_t) keys = json_array();
    struct known *known = auth__known(a);
    bool ok = add_keys(keys, known, error);

    auth__known_unref(known);
    return ok ? json_pack("{s:O}", "keys", keys) : NULL;
}
