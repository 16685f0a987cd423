/* consent.c -- codes that people make by signing in: for a redirect with PKCE, or for a device. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <string.h>

#define CODE_TTL_MS    60000LL
#define DEVICE_TTL_MS  600000LL
#define MOST_DEVICES   1000
#define CHALLENGE_LEN  43 /* base64url of SHA-256 */
#define USER_CODE_LEN  8
#define MOST_SCOPE_LEN 1024

static bool is_wrong(GError **error, const char *why)
{
    g_set_error(error, auth_error(), ERROR_INVALID, "%s", why);
    return false;
}

static bool check_program(const struct auth_request *r, GError **error)
{
    if (g_strcmp0(r->client_id, AUTH_PUBLIC_CLIENT) != 0)
        return is_wrong(error, "People do not sign in for this client id.");
    return !r->scope || strlen(r->scope) <= MOST_SCOPE_LEN ||
           is_wrong(error, "The scope is longer than 1024 bytes.");
}

bool auth_check_request(const struct auth_request *r, GError **error)
{
    if (!check_program(r, error))
        return false;
    if (g_strcmp0(r->redirect, AUTH_REDIRECT) != 0)
        return is_wrong(error, "The redirect_uri must be " AUTH_REDIRECT ".");
    if (g_strcmp0(r->method, "S256") != 0)
        return is_wrong(error, "The code_challenge_method must be S256.");
    return (r->challenge && strlen(r->challenge) == CHALLENGE_LEN) ||
           is_wrong(error, "The code_challenge is not one of S256.");
}

bool auth__keep(struct auth *a, const struct pending *p, int64_t now_ms, GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, p->secret, -1);

    return db_run(a->db, NULL, "DELETE FROM auth_pending WHERE expires_ms <= ?", "i", now_ms,
                  error) &&
           db_run(a->db, NULL,
                  "INSERT INTO auth_pending (digest, kind, family, account, client, scope,"
                  " challenge, redirect, user_code, expires_ms, used)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                  "sisssssssi", digest, (int64_t)p->kind, p->family, p->account, p->client,
                  p->scope, p->challenge, p->redirect, p->user_code, now_ms + p->ttl_ms, error);
}

char *auth_approve(struct auth *a, const char *account, const struct auth_request *r,
                   int64_t now_ms, GError **error)
{
    g_autofree char *code = random_hex(SECRET_BYTES), *family = id_new();
    struct pending p = {.kind = PROOF_CODE,
                        .secret = code,
                        .family = family,
                        .account = account,
                        .client = r->client_id,
                        .scope = r->scope,
                        .challenge = r->challenge,
                        .redirect = r->redirect,
                        .ttl_ms = CODE_TTL_MS};

    if (!auth_check_request(r, error) || !db_begin(a->db, error))
        return NULL;
    if (auth__keep(a, &p, now_ms, error) && db_commit(a->db, error))
        return g_steal_pointer(&code);
    db_rollback(a->db);
    return NULL;
}

char *auth_session(struct auth *a, const char *account, const char *issuer, int64_t now_ms,
                   GError **error)
{
    g_autoptr(auth_identity) who = NULL;
    char *token = NULL;

    if (!db_begin(a->db, error))
        return NULL;
    if ((who = auth__person(a, account, error))) {
        g_free(who->audience);
        who->audience = g_strdup(AUTH_PAGES);
        token = auth_sign(a, who, issuer, now_ms, AUTH_SESSION_MS, error);
    }
    db_rollback(a->db); /* nothing was written */
    return token;
}

/* Easy to read out, and no words: no vowels. */
static char *make_user_code(void)
{
    static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
    char *out = g_malloc0(USER_CODE_LEN + 1);

    for (int i = 0; i < USER_CODE_LEN; i++)
        out[i] = letters[random_below(sizeof letters - 1)];
    return out;
}

/* Whoever asks has shown nothing yet, so that there is an end to what is kept for him. */
static bool check_room(struct auth *a, int64_t now_ms, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db, "SELECT count(*) FROM auth_pending WHERE kind = ? AND expires_ms > ?", "ii",
                 (int64_t)PROOF_DEVICE, now_ms, error);

    if (!rows || !db_next(rows, error))
        return false;
    if (db_int(rows, 0) < MOST_DEVICES)
        return true;
    g_set_error(error, auth_error(), ERROR_LIMIT,
                "Too many devices wait for somebody to sign in; ask again in ten minutes.");
    a->wait_ms = DEVICE_TTL_MS;
    return false;
}

/* One peer cannot take the room of all others. */
static bool admit(struct auth *a, const char *peer, int64_t now_ms, GError **error)
{
    g_autofree char *key = auth__limiter_peer(peer);
    int64_t wait_ms = auth__limiter_wait(a->devices, key, now_ms);

    if (wait_ms <= 0) {
        auth__limiter_failed(a->devices, key, now_ms);
        return true;
    }
    a->wait_ms = wait_ms;
    g_set_error(error, auth_error(), ERROR_LIMIT,
                "Too many devices of one address ask; the next is admitted in %" G_GINT64_FORMAT
                " seconds.",
                auth_wait_s(a));
    return false;
}

char *auth_begin_device(struct auth *a, const struct auth_request *r, const char *peer,
                        const char *page, int64_t now_ms, GError **error)
{
    g_autofree char *code = random_hex(SECRET_BYTES), *family = id_new();
    g_autofree char *user_code = make_user_code();
    struct pending p = {.kind = PROOF_DEVICE,
                        .secret = code,
                        .family = family,
                        .client = r->client_id,
                        .scope = r->scope,
                        .user_code = user_code,
                        .ttl_ms = DEVICE_TTL_MS};
    g_autoptr(json_t) body =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:i}", "device_code", code, "user_code", user_code,
                  "verification_uri", page, "verification_uri_complete",
                  json_sprintf("%s?user_code=%s", page, user_code), "expires_in",
                  (json_int_t)(DEVICE_TTL_MS / 1000), "interval", 5);

    if (!check_program(r, error) || !admit(a, peer, now_ms, error) || !db_begin(a->db, error))
        return NULL;
    if (check_room(a, now_ms, error) && auth__keep(a, &p, now_ms, error) && db_commit(a->db, error))
        return json_text_as_built(body);
    db_rollback(a->db);
    return NULL;
}

/* As make_user_code() wrote it, however people typed it. g_free(). */
static char *plain_code(const char *typed)
{
    GString *out = g_string_new(NULL);

    for (const char *p = typed; *p; p++)
        if (!strchr(" -", *p))
            g_string_append_c(out, g_ascii_toupper(*p));
    return g_string_free(out, FALSE);
}

bool auth_approve_device(struct auth *a, const char *account, const char *user_code, int64_t now_ms,
                         GError **error)
{
    g_autofree char *code = plain_code(user_code);
    int64_t changed = 0;

    if (!db_begin(a->db, error))
        return false;
    if (!db_run(a->db, &changed,
                "UPDATE auth_pending SET account = ? WHERE kind = ? AND user_code = ? AND"
                " account IS NULL AND used = 0 AND expires_ms > ?",
                "sisi", account, (int64_t)PROOF_DEVICE, code, now_ms, error) ||
        !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    return changed == 1 || is_wrong(error, "No device waits with this code; it may have expired.");
}
