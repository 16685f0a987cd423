/* redeem.c -- codes, device codes and refresh tokens, each good for one token. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <openssl/crypto.h>
#include <string.h>

#define REFRESH_TTL_MS (30 * 24 * 3600 * 1000LL)
#define MOST_USED      100 /* refresh tokens of one sign-in that are known when shown again */

struct kept {
    char *digest, *family, *account, *client, *scope, *challenge, *redirect;
    int64_t expires_ms;
    bool used;
};

static void kept_clear(struct kept *k)
{
    g_free(k->digest);
    g_free(k->family);
    g_free(k->account);
    g_free(k->client);
    g_free(k->scope);
    g_free(k->challenge);
    g_free(k->redirect);
}

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, auth_error(), ERROR_DENIED, "%s", why);
    error_hint(error, "sign in again.");
    return false;
}

static bool find(struct auth *a, const struct auth_redeem *r, struct kept *k, GError **error)
{
    g_autoptr(db_rows) rows = NULL;
    GError *why = NULL;

    k->digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, r->secret, -1);
    rows = db_query(a->db,
                    "SELECT family, account, client, scope, challenge, redirect, expires_ms, used"
                    " FROM auth_pending WHERE digest = ? AND kind = ?",
                    "si", k->digest, (int64_t)r->kind, error);
    if (!rows)
        return false;
    if (!db_next(rows, &why)) {
        if (why)
            g_propagate_error(error, why);
        return why ? false : refuse(error, "This code is not known here, or has expired.");
    }
    k->family = g_strdup(db_string(rows, 0));
    k->account = g_strdup(db_string(rows, 1));
    k->client = g_strdup(db_string(rows, 2));
    k->scope = g_strdup(db_string(rows, 3));
    k->challenge = g_strdup(db_string(rows, 4));
    k->redirect = g_strdup(db_string(rows, 5));
    k->expires_ms = db_int(rows, 6);
    k->used = db_int(rows, 7) != 0;
    return true;
}

static bool is_verified(const struct kept *k, const char *verifier)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *text = NULL;
    guchar raw[32];
    gsize n = sizeof raw;

    if (!verifier || !k->challenge)
        return false;
    g_checksum_update(sum, (const guchar *)verifier, -1);
    g_checksum_get_digest(sum, raw, &n);
    text = auth__base64url(raw, n);
    return strlen(text) == strlen(k->challenge) &&
           CRYPTO_memcmp(text, k->challenge, strlen(text)) == 0;
}

static bool check(const struct kept *k, const struct auth_redeem *r, int64_t now_ms, GError **error)
{
    if (k->used)
        return refuse(error, "This code was used before, so all that came of it has ended.");
    if (k->expires_ms <= now_ms)
        return refuse(error, "This code has expired.");
    if (g_strcmp0(k->client, r->client_id) != 0)
        return refuse(error, "This code was made for another client.");
    if (!k->account) {
        g_set_error(error, auth_error(), AUTH_PENDING, "Nobody has approved this device yet.");
        return false;
    }
    if (r->kind != PROOF_CODE)
        return true;
    if (g_strcmp0(k->redirect, r->redirect) != 0)
        return refuse(error, "The redirect_uri is another than the code was made for.");
    return is_verified(k, r->verifier) ||
           refuse(error, "The code_verifier does not fit the code_challenge.");
}

static char *answer(const char *token, const char *refresh, const char *scope)
{
    g_autoptr(json_t) body =
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "access_token", token, "id_token", token,
                  "token_type", "Bearer", "expires_in", (json_int_t)(TOKEN_TTL_MS / 1000), "scope",
                  scope && *scope ? scope : "tbk:scope:projects", "refresh_token", refresh);

    return json_text_as_built(body);
}

/* A refresh may ask for less than was granted; the next one may ask for all of that again. */
static char *issue(struct auth *a, const struct kept *k, const struct auth_redeem *r,
                   int64_t now_ms, GError **error)
{
    bool less = r->kind == PROOF_REFRESH && r->scope && *r->scope;
    g_autoptr(auth_identity) who = auth__person(a, k->account, error);
    g_autofree char *refresh = random_hex(SECRET_BYTES), *token = NULL;
    struct pending p = {.kind = PROOF_REFRESH,
                        .secret = refresh,
                        .family = k->family,
                        .account = k->account,
                        .client = k->client,
                        .scope = k->scope,
                        .ttl_ms = REFRESH_TTL_MS};

    if (who)
        who->sign_in = g_strdup(k->family);
    if (!who || !auth__narrow(who, k->scope, error) ||
        (less && !auth__narrow(who, r->scope, error)) ||
        !(token = auth_sign(a, who, r->issuer, now_ms, TOKEN_TTL_MS, error)) ||
        !auth__keep(a, &p, now_ms, error))
        return NULL;
    return answer(token, refresh, less ? r->scope : k->scope);
}

static bool burn(struct auth *a, const struct kept *k, int64_t now_ms, GError **error)
{
    if (k->used)
        return auth__end_sign_in(a, k->family, k->account, now_ms, error) &&
               (!k->account ||
                auth__record_person(a, k->account,
                                    "lost a sign-in: its code or refresh token was shown again",
                                    NULL, now_ms, error));
    return db_run(a->db, NULL, "UPDATE auth_pending SET used = 1 WHERE digest = ?", "s", k->digest,
                  error);
}

/* One that refreshes without end does not fill the state. */
static bool forget_oldest(struct auth *a, const char *family, GError **error)
{
    return db_run(a->db, NULL,
                  "DELETE FROM auth_pending WHERE family = ? AND used = 1 AND digest NOT IN"
                  " (SELECT digest FROM auth_pending WHERE family = ? AND used = 1"
                  "  ORDER BY expires_ms DESC, digest LIMIT ?)",
                  "ssi", family, family, (int64_t)MOST_USED, error);
}

/* A code that was shown is spent, also when it was shown wrongly. */
static char *redeem(struct auth *a, const struct kept *k, const struct auth_redeem *r,
                    int64_t now_ms, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = NULL;
    bool right = check(k, r, now_ms, &why);

    if (right && !(text = issue(a, k, r, now_ms, error)))
        return NULL;
    if ((right || !error_is(why, AUTH_PENDING)) && !burn(a, k, now_ms, error))
        return NULL;
    if (right && !forget_oldest(a, k->family, error))
        return NULL;
    if (!db_commit(a->db, error) || (k->used && !auth_refresh(a, now_ms, error)))
        return NULL;
    if (!right)
        g_propagate_error(error, g_steal_pointer(&why));
    return g_steal_pointer(&text);
}

char *auth_redeem(struct auth *a, const struct auth_redeem *r, int64_t now_ms, GError **error)
{
    struct kept k = {0};
    char *text = NULL;

    if (!db_begin(a->db, error))
        return NULL;
    if (find(a, r, &k, error))
        text = redeem(a, &k, r, now_ms, error);
    if (!text)
        db_rollback(a->db);
    kept_clear(&k);
    return text;
}
