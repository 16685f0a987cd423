/* ended.c -- what ends before its time: a token (RFC 7009), all tokens of somebody. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include <string.h>

/* Nothing that was signed lives longer, so that it need not be remembered longer. */
#define REMEMBERED_MS (TOKEN_TTL_MS + 60000)

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

/* A refresh token, and so all of the same sign-in; a code likewise. */
static bool end_family(struct auth *a, const char *token, GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);

    return db_run(a->db, NULL,
                  "DELETE FROM auth_pending WHERE family IN"
                  " (SELECT family FROM auth_pending WHERE digest = ?)",
                  "s", digest, error);
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

bool auth_revoke(struct auth *a, const char *token, int64_t now_ms, GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, NULL);
    bool ok;

    if (!db_begin(a->db, error))
        return false;
    ok = who && who->id ? end_token(a, who, now_ms, error) : end_family(a, token, error);
    if (!ok || !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    return auth_refresh(a, now_ms, error);
}
