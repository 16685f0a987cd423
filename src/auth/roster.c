/* roster.c -- changing the accounts of people: adding, passwords, removing; who there is. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"
#include "base/limits.h"

#include <string.h>

#define SALT_BYTES     16
#define PASSWORD_BYTES 16 /* of what we make, as hex */

static bool is_wrong(GError **error, const char *why)
{
    g_set_error(error, auth_error(), ERROR_INVALID, "%s", why);
    return false;
}

bool auth__check_password(const char *password, GError **error)
{
    size_t n = strlen(password);

    if (n >= AUTH_PASSWORD_LEAST && n <= MOST_SECRET)
        return true;
    g_set_error(error, auth_error(), ERROR_INVALID,
                "A password has %d to %d bytes; this one has %zu.", AUTH_PASSWORD_LEAST,
                MOST_SECRET, n);
    return false;
}

void auth__proof_clear(struct proof *p)
{
    g_free(p->salt);
    g_free(p->digest);
}

/* A given password, or one that is made: then *made is that. */
static bool prove(const char *given, struct proof *p, char **made, GError **error)
{
    g_autofree char *own = given ? NULL : random_hex(PASSWORD_BYTES);

    *made = NULL;
    if (given && !auth__check_password(given, error))
        return false;
    p->salt = random_hex(SALT_BYTES);
    if (!(p->digest = auth__hash(given ? given : own, p->salt, error)))
        return false;
    *made = g_steal_pointer(&own);
    return true;
}

static bool in_transaction(struct auth *a, bool ok, GError **error)
{
    if (ok && db_commit(a->db, error))
        return true;
    db_rollback(a->db);
    return false;
}

static bool record(struct auth *a, const struct account *p, const char *what, int64_t now_ms,
                   GError **error)
{
    const struct auth_deed d = {.who = AUTH_OPERATOR,
                                .what = what,
                                .subject = p->name,
                                .organisation = p->organisation,
                                .project = p->project};

    return auth_record(a, &d, now_ms, error);
}

/* ---- adding ---- */

static bool check_email(const char *email, GError **error)
{
    const char *at = strchr(email, '@');

    if (!at || at == email || !at[1] || strchr(at + 1, '@') || strlen(email) > MAX_NAME_BYTES)
        return is_wrong(error, "The email must be NAME@HOST, of 256 bytes at most.");
    for (const char *p = email; *p; p++)
        if (!g_ascii_isgraph(*p) || strchr("<>\"", *p))
            return is_wrong(error, "The email may hold no spaces, quotes and angle brackets.");
    return true;
}

static bool check_account(const struct auth_account *w, GError **error)
{
    if (w->role < 0 || w->role >= ROLE_COUNT || w->role == ROLE_EXECUTOR)
        return is_wrong(error, "The role of a person must be viewer, developer or admin.");
    if (w->project && !w->organisation)
        return is_wrong(error, "A project needs its organisation.");
    return auth__check_name("The name", w->name, "@+", error) &&
           (!w->email || check_email(w->email, error)) &&
           (!w->organisation || auth__check_name("The organisation", w->organisation, "", error)) &&
           (!w->project || auth__check_name("The project", w->project, "", error));
}

static bool insert(struct auth *a, const struct auth_account *w, const struct proof *p,
                   int64_t now_ms, GError **error)
{
    const struct account row = {
        .name = (char *)w->name,
        .organisation = (char *)(w->organisation ? w->organisation : EVERY_ORGANISATION),
        .project = (char *)w->project};

    return db_run(a->db, NULL,
                  "INSERT INTO auth_account (name, email, organisation, project, role, salt,"
                  " digest, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  "sssssssi", row.name, w->email, row.organisation, row.project,
                  auth_role_names[w->role], p->salt, p->digest, now_ms, error) &&
           record(a, &row, "created an account", now_ms, error);
}

bool auth_add_account(struct auth *a, const struct auth_account *wanted, int64_t now_ms,
                      char **password, GError **error)
{
    struct proof p = {0};
    g_autofree char *made = NULL;
    bool ok = check_account(wanted, error) && prove(wanted->password, &p, &made, error) &&
              db_begin(a->db, error) &&
              in_transaction(a,
                             auth__check_subject(a, "The name", wanted->name, error) &&
                                 insert(a, wanted, &p, now_ms, error),
                             error);

    auth__proof_clear(&p);
    *password = ok ? g_steal_pointer(&made) : NULL;
    return ok;
}

bool auth_first_account(struct auth *a, const char *given, int64_t now_ms, char **password,
                        GError **error)
{
    const struct auth_account first = {.name = "admin", .role = ROLE_ADMIN};
    struct proof p = {0};
    g_autofree char *made = NULL;
    bool there = false, ok;

    *password = NULL;
    ok = auth__has_accounts(a, &there, error);
    if (!ok || there)
        return ok;
    ok = prove(given, &p, &made, error) && db_begin(a->db, error) &&
         in_transaction(a,
                        auth__has_accounts(a, &there, error) &&
                            (there || insert(a, &first, &p, now_ms, error)),
                        error);
    auth__proof_clear(&p);
    if (ok && !there)
        *password = g_steal_pointer(&made);
    return ok;
}

/* ---- what becomes of them ---- */

static struct account *find(struct auth *a, const char *name, GError **error)
{
    GError *why = NULL;
    struct account *p = auth__find_account(a, name, &why);

    if (!auth__ended_well(why, error) || p)
        return p;
    g_set_error(error, auth_error(), ERROR_NOT_FOUND, "There is no account %s.", name);
    error_hint(error, "heddle user list shows them all.");
    return NULL;
}

static bool replace(struct auth *a, const char *name, const struct proof *p, int64_t now_ms,
                    GError **error)
{
    return db_run(a->db, NULL, "UPDATE auth_account SET salt = ?, digest = ? WHERE name = ?", "sss",
                  p->salt, p->digest, name, error) &&
           auth__end_person(a, name, now_ms, error);
}

static bool reset(struct auth *a, const char *name, const struct proof *p, int64_t now_ms,
                  GError **error)
{
    g_autoptr(account) old = find(a, name, error);

    return old && replace(a, name, p, now_ms, error) &&
           record(a, old, "changed an account's password", now_ms, error);
}

bool auth_set_password(struct auth *a, const char *name, const char *given, int64_t now_ms,
                       char **password, GError **error)
{
    struct proof p = {0};
    g_autofree char *made = NULL;
    bool ok = prove(given, &p, &made, error) && db_begin(a->db, error) &&
              in_transaction(a, reset(a, name, &p, now_ms, error), error) &&
              auth_refresh(a, now_ms, error);

    auth__proof_clear(&p);
    *password = ok ? g_steal_pointer(&made) : NULL;
    return ok;
}

static bool change_own(struct auth *a, const struct auth_person *who, const struct proof *p,
                       int64_t now_ms, GError **error)
{
    g_autoptr(account) old = find(a, who->name, error);
    struct auth_deed d = {.who = who->name, .what = "changed the own password", .peer = who->peer};

    if (!old)
        return false;
    d.organisation = old->organisation;
    d.project = old->project;
    return replace(a, who->name, p, now_ms, error) && auth_record(a, &d, now_ms, error);
}

bool auth__change_password(struct auth *a, const struct auth_person *who, const struct proof *p,
                           int64_t now_ms, GError **error)
{
    return db_begin(a->db, error) &&
           in_transaction(a, change_own(a, who, p, now_ms, error), error) &&
           auth_refresh(a, now_ms, error);
}

static bool reaches_all(const struct account *p)
{
    return p->role == ROLE_ADMIN && !p->project && strcmp(p->organisation, EVERY_ORGANISATION) == 0;
}

static bool check_another(struct auth *a, const struct account *p, GError **error)
{
    g_autoptr(db_rows) rows = NULL;
    GError *why = NULL;

    if (!reaches_all(p))
        return true;
    if (!(rows = db_query(a->db,
                          "SELECT 1 FROM auth_account WHERE name <> ? AND role = 'admin' AND"
                          " organisation = ? AND project IS NULL LIMIT 1",
                          "ss", p->name, EVERY_ORGANISATION, error)))
        return false;
    if (db_next(rows, &why))
        return true;
    if (!auth__ended_well(why, error))
        return false;
    g_set_error(error, auth_error(), ERROR_CONFLICT,
                "%s is the last admin of every organisation, and stays.", p->name);
    error_hint(error, "add another first: heddle user add NAME --all-organisations --role admin.");
    return false;
}

static bool drop(struct auth *a, const char *name, int64_t now_ms, GError **error)
{
    g_autoptr(account) p = find(a, name, error);

    return p && check_another(a, p, error) && record(a, p, "removed an account", now_ms, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_account WHERE name = ?", "s", name, error) &&
           auth__end_person(a, name, now_ms, error);
}

bool auth_remove_account(struct auth *a, const char *name, int64_t now_ms, GError **error)
{
    return db_begin(a->db, error) && in_transaction(a, drop(a, name, now_ms, error), error) &&
           auth_refresh(a, now_ms, error);
}

json_t *auth_list_accounts(struct auth *a, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db,
                 "SELECT name, email, organisation, project, role, created_ms FROM auth_account"
                 " ORDER BY name",
                 "", error);
    g_autoptr(json_t) out = json_array();
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        json_array_append_new(out, json_pack("{s:s, s:s?, s:s, s:s?, s:s, s:I}", "name",
                                             db_string(rows, 0), "email", db_string(rows, 1),
                                             "organisation", db_string(rows, 2), "project",
                                             db_string(rows, 3), "role", db_string(rows, 4),
                                             "created_ms", (json_int_t)db_int(rows, 5)));
    return auth__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
