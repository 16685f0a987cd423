/* trail.c -- the audit log: who did what, and when. Rows are added and never changed;
 * the old ones go. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#define MOST_DEEDS 1000

/* Writers are one at a time, so numbers are in the order of what was done. */
bool auth_record(struct auth *a, const struct auth_deed *d, int64_t now_ms, GError **error)
{
    g_autofree char *id = id_new();

    return db_run(a->db, NULL,
                  "INSERT INTO auth_deed (id, at_ms, who, what, subject, peer, organisation,"
                  " project, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
                  " (SELECT coalesce(max(number), 0) + 1 FROM auth_deed))",
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

bool auth__record_alone(struct auth *a, const struct auth_deed *d, int64_t now_ms, GError **error)
{
    if (!db_begin(a->db, error))
        return false;
    if (auth_record(a, d, now_ms, error) && db_commit(a->db, error))
        return true;
    db_rollback(a->db);
    return false;
}

bool auth__record_person(struct auth *a, const char *name, const char *what, const char *peer,
                         int64_t now_ms, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) p = auth__find_account(a, name, &why);
    struct auth_deed d = {.who = name, .what = what, .peer = peer};

    if (!auth__ended_well(why, error))
        return false;
    d.organisation = p ? p->organisation : EVERY_ORGANISATION;
    d.project = p ? p->project : NULL;
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

    return auth__ended_well(why, error) && auth__record_alone(a, &d, now_ms, error);
}

static json_t *deed_json(struct db_rows *rows)
{
    return json_pack("{s:s, s:I, s:s, s:s, s:s?, s:s?, s:s, s:s?}", "id", db_string(rows, 0),
                     "at_ms", (json_int_t)db_int(rows, 1), "who", db_string(rows, 2), "what",
                     db_string(rows, 3), "subject", db_string(rows, 4), "peer", db_string(rows, 5),
                     "organisation", db_string(rows, 6), "project", db_string(rows, 7));
}

/* Of the deed that is named; after all of them when none is. */
static bool number_of(struct auth *a, const char *id, int64_t *number, GError **error)
{
    g_autoptr(db_rows) rows = NULL;
    GError *why = NULL;

    *number = INT64_MAX;
    if (!id)
        return true;
    if (!(rows = db_query(a->db, "SELECT number FROM auth_deed WHERE id = ?", "s", id, error)))
        return false;
    if (db_next(rows, &why)) {
        *number = db_int(rows, 0);
        return true;
    }
    if (auth__ended_well(why, error))
        g_set_error(error, auth_error(), ERROR_NOT_FOUND,
                    "The audit log has no deed \"%s\"; it may have been dropped by its age.", id);
    return false;
}

bool auth_forget_deeds(struct auth *a, int64_t before_ms, GError **error)
{
    return db_run(a->db, NULL,
                  "DELETE FROM auth_deed WHERE at_ms < ? AND"
                  " number < (SELECT max(number) FROM auth_deed)",
                  "i", before_ms, error);
}

/* Each part has an index in the order of the answer: what is done elsewhere costs nothing. */
#define PART(project, name)                                                                        \
    "SELECT * FROM (SELECT id, at_ms, who, what, subject, peer, organisation, project, number"     \
    " FROM auth_deed WHERE number < ? AND at_ms >= ? AND organisation = ? AND " project            \
    " ORDER BY number DESC LIMIT ?) AS " name

static struct db_rows *select_all(struct auth *a, const struct auth_log_query *q, int64_t before,
                                  GError **error)
{
    return db_query(a->db,
                    "SELECT id, at_ms, who, what, subject, peer, organisation, project"
                    " FROM auth_deed WHERE number < ? AND at_ms >= ? ORDER BY number DESC LIMIT ?",
                    "iii", before, q->since_ms, CLAMP(q->limit, 1, MOST_DEEDS), error);
}

static struct db_rows *select_deeds(struct auth *a, const struct auth_log_query *q, int64_t before,
                                    GError **error)
{
    const struct auth_identity *i = q->reader;
    bool is_wide = i->project == NULL;
    bool sees_all = is_wide && g_strcmp0(i->organisation, EVERY_ORGANISATION) == 0;
    int64_t limit = CLAMP(q->limit, 1, MOST_DEEDS);

    return db_query(
        a->db,
        PART("project = ?", "own") " UNION " PART("project IS NULL", "wider") " UNION " PART(
            "1 = 1", "widest") " ORDER BY number DESC LIMIT ?",
        "iissiiisiiisii", before, q->since_ms, q->organisation, q->project, limit, before,
        q->since_ms, is_wide ? q->organisation : "", limit, before, q->since_ms,
        sees_all ? EVERY_ORGANISATION : "", limit, limit, error);
}

json_t *auth_read_log(struct auth *a, const struct auth_log_query *q, GError **error)
{
    g_autoptr(json_t) out = json_array();
    g_autoptr(db_rows) rows = NULL;
    GError *why = NULL;
    int64_t before;

    if (!number_of(a, q->before, &before, error))
        return NULL;
    rows = q->reader ? select_deeds(a, q, before, error) : select_all(a, q, before, error);
    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        json_array_append_new(out, deed_json(rows));
    return auth__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
