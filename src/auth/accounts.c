/* accounts.c -- the accounts of people: finding them. */
#include "auth/auth_int.h"
#include "auth/people.h"

void auth__account_free(struct account *p)
{
    if (!p)
        return;
    g_free(p->name);
    g_free(p->email);
    g_free(p->organisation);
    g_free(p->project);
    g_free(p->salt);
    g_free(p->digest);
    g_free(p);
}

bool auth__has_accounts(struct auth *a, bool *yes, GError **error)
{
    g_autoptr(db_rows) rows = db_query(a->db, "SELECT 1 FROM auth_account LIMIT 1", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    *yes = db_next(rows, &why);
    return auth__ended_well(why, error);
}

struct account *auth__find_account(struct auth *a, const char *name, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db,
                 "SELECT name, email, organisation, project, role, salt, digest FROM auth_account"
                 " WHERE name = ?",
                 "s", name, error);
    GError *why = NULL;
    struct account *p;

    if (!rows)
        return NULL;
    if (!db_next(rows, &why)) {
        auth__ended_well(why, error);
        return NULL;
    }
    p = g_new0(struct account, 1);
    p->name = g_strdup(db_string(rows, 0));
    p->email = g_strdup(db_string(rows, 1));
    p->organisation = g_strdup(db_string(rows, 2));
    p->project = g_strdup(db_string(rows, 3));
    p->role = auth__role(db_string(rows, 4));
    p->salt = g_strdup(db_string(rows, 5));
    p->digest = g_strdup(db_string(rows, 6));
    return p;
}

struct auth_identity *auth__person(struct auth *a, const char *name, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) p = auth__find_account(a, name, &why);
    struct auth_identity *i;

    if (!auth__ended_well(why, error))
        return NULL;
    if (!p) {
        g_set_error(error, auth_error(), ERROR_DENIED, "There is no account %s any more.", name);
        return NULL;
    }
    i = g_new0(struct auth_identity, 1);
    i->subject = g_strdup(p->name);
    i->name = g_strdup(p->name);
    i->email = g_strdup(p->email);
    i->audience = g_strdup(AUTH_PUBLIC_CLIENT);
    i->organisation = g_strdup(p->organisation);
    i->project = g_strdup(p->project);
    i->role = p->role;
    return i;
}
