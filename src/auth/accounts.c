/* accounts.c -- the accounts of people: who there is, and the first one. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <string.h>

#define SALT_BYTES     16
#define PASSWORD_BYTES 16 /* of what we make, as hex */

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

static bool insert(struct auth *a, const char *password, int64_t now_ms, GError **error)
{
    g_autofree char *salt = random_hex(SALT_BYTES);
    g_autofree char *digest = auth__hash(password, salt, error);

    return digest &&
           db_run(a->db, NULL,
                  "INSERT INTO auth_account (name, organisation, role, salt, digest, created_ms)"
                  " VALUES ('admin', ?, 'admin', ?, ?, ?)",
                  "sssi", EVERY_ORGANISATION, salt, digest, now_ms, error);
}

static bool has_accounts(struct auth *a, bool *yes, GError **error)
{
    g_autoptr(db_rows) rows = db_query(a->db, "SELECT 1 FROM auth_account LIMIT 1", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    *yes = db_next(rows, &why);
    return auth__ended_well(why, error);
}

bool auth_first_account(struct auth *a, const char *given, int64_t now_ms, char **password,
                        GError **error)
{
    g_autofree char *made = random_hex(PASSWORD_BYTES);
    bool there = false;

    *password = NULL;
    if (!db_begin(a->db, error))
        return false;
    if (!has_accounts(a, &there, error) ||
        (!there && !insert(a, given ? given : made, now_ms, error)) || !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    if (!there && !given)
        *password = g_steal_pointer(&made);
    return true;
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
