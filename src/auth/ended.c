/* ended.c -- what ends before its time: a token (RFC 7009), all tokens of somebody. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include <string.h>

/* Nothing that was signed lives longer, so that it need not be remembered longer. */
#define REMEMBERED_MS (MAX(TOKEN_TTL_MS, AUTH_SESSION_MS) + 60000)

static bool end(struct auth *a, const char *kind, const char *id, int64_t now_ms, GError **error)
{
    g_autofree char *what = g_strdup_printf("%s %s", kind, id);

    return db_run(a->db, NULL, "DELETE FROM auth_ended WHERE expires_ms <= ? OR what = ?", "is",
                  now_ms, what, error) &&
           db_run(a->db, NULL,
                  "INSERT INTO auth_ended (what, before_ms, expires_ms) VALUES (?, ?, ?)", "sii",
                  what, now_ms, now_ms + REMEMBERED_MS, error);
}

bool auth__end_all_of(struct auth *a, const char *subject, int64_t now_ms, GError **error)
{
    return end(a, ENDED_SUBJECT, subject, now_ms, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_pending WHERE account = ?", "s", subject, error);
}

bool auth__end_sign_in(struct auth *a, const char *family, int64_t now_ms, GError **error)
{
    return end(a, ENDED_SIGN_IN, family, now_ms, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_pending WHERE family = ?", "s", family, error);
}

/* *family: of a code, a device code or a refresh token; NULL: it is none. */
static bool find_family(struct auth *a, const char *secret, char **family, GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
    g_autoptr(db_rows) rows =
        db_query(a->db, "SELECT family FROM auth_pending WHERE digest = ?", "s", digest, error);
    GError *why = NULL;

    if (!rows)
        return false;
    *family = db_next(rows, &why) ? g_strdup(db_string(rows, 0)) : NULL;
    return auth__ended_well(why, error);
}

static bool end_token(struct auth *a, const struct auth_identity *who, int64_t now_ms,
                      GError **error)
{
    const struct auth_deed d = {.who = who->subject,
                                .what = "revoked a token",
                                .subject = who->id,
                                .organisation = who->organisation,
                                .project = who->project};

    return end(a, ENDED_TOKEN, who->id, now_ms, error) && auth_record(a, &d, now_ms, error);
}

static bool revoke(struct auth *a, const char *token, int64_t now_ms, bool *known, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, NULL);
    g_autofree char *family = NULL;

    *known = true;
    if (who && who->id)
        return end_token(a, who, now_ms, error);
    if (!find_family(a, token, &family, error))
        return false;
    *known = family != NULL;
    return !family || auth__end_sign_in(a, family, now_ms, error);
}

bool auth_revoke(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    bool known;

    if (!db_begin(a->db, error))
        return false;
    if (!revoke(a, token, now_ms, &known, error) || !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    return !known || auth_refresh(a, now_ms, error);
}
