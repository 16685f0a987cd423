/* ended.c -- what ends before its time: a token (RFC 7009), all tokens of somebody. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include <string.h>

/* Nothing that was signed for a client or a person lives longer, so that it need not be remembered
 * longer. */
#define REMEMBERED_MS (MAX(TOKEN_TTL_MS, AUTH_SESSION_MS) + LATE_MS)
#define LATE_MS       60000 /* for a server whose clock is behind */
#define MOST_SINGLE   1000  /* endings of one by one that are remembered of somebody */

struct ending {
    const char *what;    /* "KIND ID" */
    const char *subject; /* "KIND ID" of whose it is; NULL: it is that itself */
    int64_t before_ms;   /* what was granted later goes on */
    int64_t expires_ms;
};

const char *auth__kind_of(const struct auth_identity *i)
{
    return i->audience ? ENDED_PERSON : ENDED_CLIENT;
}

/* An ending that is there already is never taken back. */
static bool keep(struct auth *a, const struct ending *e, GError **error)
{
    return db_run(a->db, NULL,
                  "INSERT INTO auth_ended (what, subject, before_ms, expires_ms)"
                  " VALUES (?, ?, ?, ?) ON CONFLICT (what) DO UPDATE SET"
                  " before_ms = CASE WHEN excluded.before_ms > auth_ended.before_ms"
                  " THEN excluded.before_ms ELSE auth_ended.before_ms END,"
                  " expires_ms = CASE WHEN excluded.expires_ms > auth_ended.expires_ms"
                  " THEN excluded.expires_ms ELSE auth_ended.expires_ms END",
                  "ssii", e->what, e->subject, e->before_ms, e->expires_ms, error);
}

/* All of somebody up to this moment; what ended one by one until then need not be remembered. */
static bool end_up_to(struct auth *a, const char *subject, int64_t before_ms, int64_t expires_ms,
                      GError **error)
{
    const struct ending all = {subject, NULL, before_ms, expires_ms};

    return db_run(a->db, NULL, "DELETE FROM auth_ended WHERE subject = ? AND before_ms < ?", "si",
                  subject, (before_ms / 1000 + 1) * 1000, error) &&
           keep(a, &all, error);
}

struct crowd {
    int64_t count, middle_ms, expires_ms;
};

static bool count(struct auth *a, const char *subject, struct crowd *c, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT count(*), coalesce(max(expires_ms), 0) FROM auth_ended WHERE subject = ?",
        "s", subject, error);

    if (!rows || !db_next(rows, error))
        return false;
    c->count = db_int(rows, 0);
    c->expires_ms = db_int(rows, 1);
    return true;
}

static bool find_middle(struct auth *a, const char *subject, struct crowd *c, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db,
        "SELECT before_ms FROM auth_ended WHERE subject = ? ORDER BY before_ms LIMIT 1 OFFSET ?",
        "si", subject, (int64_t)(MOST_SINGLE / 2), error);

    if (!rows || !db_next(rows, error))
        return false;
    c->middle_ms = db_int(rows, 0);
    return true;
}

/* Of too many the older half becomes one: all that was granted until then. */
static bool bound(struct auth *a, const char *subject, int64_t now_ms, GError **error)
{
    struct crowd c = {0};

    if (!count(a, subject, &c, error))
        return false;
    if (c.count < MOST_SINGLE)
        return true;
    return find_middle(a, subject, &c, error) &&
           end_up_to(a, subject, c.middle_ms, MAX(now_ms + REMEMBERED_MS, c.expires_ms), error);
}

static bool end_single(struct auth *a, const struct ending *e, int64_t now_ms, GError **error)
{
    return db_run(a->db, NULL, "DELETE FROM auth_ended WHERE expires_ms <= ?", "i", now_ms,
                  error) &&
           bound(a, e->subject, now_ms, error) && keep(a, e, error);
}

static char *key_of(const char *kind, const char *id)
{
    return g_strdup_printf("%s %s", kind, id);
}

bool auth__end_client(struct auth *a, const char *id, int64_t now_ms, GError **error)
{
    g_autofree char *subject = key_of(ENDED_CLIENT, id);

    return end_up_to(a, subject, now_ms, now_ms + REMEMBERED_MS, error);
}

bool auth__end_person(struct auth *a, const char *account, int64_t now_ms, GError **error)
{
    g_autofree char *subject = key_of(ENDED_PERSON, account);

    return end_up_to(a, subject, now_ms, now_ms + REMEMBERED_MS, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_pending WHERE account = ?", "s", account, error);
}

bool auth__end_sign_in(struct auth *a, const char *family, const char *account, int64_t now_ms,
                       GError **error)
{
    g_autofree char *what = key_of(ENDED_SIGN_IN, family);
    g_autofree char *subject = account ? key_of(ENDED_PERSON, account) : NULL;
    const struct ending e = {what, subject, now_ms, now_ms + TOKEN_TTL_MS + LATE_MS};

    return (!account || end_single(a, &e, now_ms, error)) &&
           db_run(a->db, NULL, "DELETE FROM auth_pending WHERE family = ?", "s", family, error);
}

/* The log grows no faster than this admits, however fast somebody takes and ends tokens. *last: it
 * is the last one that is recorded for a while. */
static bool is_recorded(struct auth *a, const char *subject, int64_t now_ms, bool *last)
{
    if (auth__limiter_wait(a->endings, subject, now_ms) > 0)
        return false;
    auth__limiter_failed(a->endings, subject, now_ms);
    *last = auth__limiter_wait(a->endings, subject, now_ms) > 0;
    return true;
}

static bool record(struct auth *a, const struct auth_identity *who, const char *subject,
                   const char *peer, int64_t now_ms, GError **error)
{
    struct auth_deed d = {.who = who->subject,
                          .subject = who->id,
                          .peer = peer,
                          .organisation = who->organisation,
                          .project = who->project};
    bool last;

    if (!is_recorded(a, subject, now_ms, &last))
        return true;
    d.what = last ? "revoked a token, one of more than are recorded" : "revoked a token";
    return auth_record(a, &d, now_ms, error);
}

static bool end_token(struct auth *a, const struct auth_identity *who, const char *peer,
                      int64_t now_ms, GError **error)
{
    g_autofree char *what = key_of(ENDED_TOKEN, who->id);
    g_autofree char *subject = key_of(auth__kind_of(who), who->subject);
    const struct ending e = {what, subject, who->granted_ms, who->expires_ms + LATE_MS};

    return end_single(a, &e, now_ms, error) && record(a, who, subject, peer, now_ms, error);
}

static bool sign_out(struct auth *a, const char *family, const char *account, const char *peer,
                     int64_t now_ms, GError **error)
{
    g_autofree char *subject = account ? key_of(ENDED_PERSON, account) : NULL;
    bool last;

    if (!auth__end_sign_in(a, family, account, now_ms, error))
        return false;
    return !account || !is_recorded(a, subject, now_ms, &last) ||
           auth__record_person(
               a, account, last ? "signed out, one time of more than are recorded" : "signed out",
               peer, now_ms, error);
}

/* *family: of a code, a device code or a refresh token; NULL: it is none. */
static bool find_family(struct auth *a, const char *secret, char **family, char **account,
                        GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT family, account FROM auth_pending WHERE digest = ?", "s", digest, error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why)) {
        *family = g_strdup(db_string(rows, 0));
        *account = g_strdup(db_string(rows, 1));
    }
    return auth__ended_well(why, error);
}

static bool revoke(struct auth *a, const char *token, const char *peer, int64_t now_ms, bool *known,
                   GError **error)
{
    g_autoptr(auth_identity) who = auth_verify(a, token, now_ms, NULL);
    g_autofree char *family = NULL, *account = NULL;

    *known = true;
    if (who && who->id)
        return end_token(a, who, peer, now_ms, error);
    if (!find_family(a, token, &family, &account, error))
        return false;
    *known = family != NULL;
    return !family || sign_out(a, family, account, peer, now_ms, error);
}

bool auth_revoke(struct auth *a, const char *token, const char *peer, int64_t now_ms,
                 GError **error)
{
    bool known;

    if (!db_begin(a->db, error))
        return false;
    if (!revoke(a, token, peer, now_ms, &known, error) || !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    return !known || auth_refresh(a, now_ms, error);
}
