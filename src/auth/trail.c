/* trail.c -- the audit log: who did what, and when. Rows are added and never changed. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#define MOST_DEEDS 1000
#define AFTER_ALL  "g" /* ids are hexadecimal, the newer the greater */

bool auth_record(struct auth *a, const struct auth_deed *d, int64_t now_ms, GError **error)
{
    g_autofree char *id = id_new();

    return db_run(a->db, NULL,
                  "INSERT INTO auth_deed (id, at_ms, who, what, subject, peer, organisation,"
                  " project) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  "sissssss", id, now_ms, d->who, d->what, d->subject, d->peer, d->organisation,
                  d->project, error);
}

bool auth__record_client(struct auth *a, const char *id, const char *what, int64_t now_ms,
                         GError **error)
{
    GError *why = NULL;
    g_autoptr(client) c = auth__find_client(a, id, &why);
    struct auth_deed d = {.who = AUTH_OPERATOR, .what = what, .subject = id};

    if (!auth__ended_well(why, error))
        return false;
    d.organisation = c ? c->organisation : EVERY_ORGANISATION;
    d.project = c ? c->project : NULL;
    return auth_record(a, &d, now_ms, error);
}

bool auth_record_sign_in(struct auth *a, const struct auth_person *who, bool admitted,
                         int64_t now_ms, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) p = auth__find_account(a, who->name, &why);
    struct auth_deed d = {.who = p ? p->name : "-",
                          .what = admitted ? "signed in" : "failed to sign in",
                          .peer = who->peer,
                          .organisation = p ? p->organisation : EVERY_ORGANISATION,
                          .project = p ? p->project : NULL};

    return auth__ended_well(why, error) && auth_record(a, &d, now_ms, error);
}

static json_t *deed_json(struct db_rows *rows)
{
    return json_pack("{s:s, s:I, s:s, s:s, s:s?, s:s?, s:s, s:s?}", "id", db_string(rows, 0),
                     "at_ms", (json_int_t)db_int(rows, 1), "who", db_string(rows, 2), "what",
                     db_string(rows, 3), "subject", db_string(rows, 4), "peer", db_string(rows, 5),
                     "organisation", db_string(rows, 6), "project", db_string(rows, 7));
}

json_t *auth_read_log(struct auth *a, const struct auth_log_query *q, GError **error)
{
    const struct auth_identity *i = q->reader;
    bool is_wide = i->project == NULL, sees_all = g_strcmp0(i->organisation, "*") == 0;
    int64_t limit = CLAMP(q->limit, 1, MOST_DEEDS);
    g_autoptr(db_rows) rows =
        db_query(a->db,
                 "SELECT id, at_ms, who, what, subject, peer, organisation, project FROM auth_deed"
                 " WHERE id < ? AND ((organisation = ? AND project = ?)"
                 " OR (organisation = ? AND project IS NULL) OR organisation = ?)"
                 " ORDER BY id DESC LIMIT ?",
                 "sssssi", q->before ? q->before : AFTER_ALL, q->organisation, q->project,
                 is_wide ? q->organisation : "", is_wide && sees_all ? EVERY_ORGANISATION : "",
                 limit, error);
    g_autoptr(json_t) out = json_array();
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        json_array_append_new(out, deed_json(rows));
    return auth__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
