/* accounts.c -- people, and their passwords as scrypt (RFC 7914) makes them. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <openssl/crypto.h>
#include <string.h>

#define SALT_BYTES     16
#define HASH_BYTES     32
#define COST           16384 /* N; with r 8 and p 1 it takes 16 MB */
#define MOST_MEMORY    (64 * 1024 * 1024)
#define PASSWORD_BYTES 16 /* of what we make, as hex */

static bool hash(const char *password, const char *salt, guchar out[HASH_BYTES], GError **error)
{
    if (strlen(password) <= MOST_SECRET &&
        EVP_PBE_scrypt(password, strlen(password), (const guchar *)salt, strlen(salt), COST, 8, 1,
                       MOST_MEMORY, out, HASH_BYTES) == 1)
        return true;
    auth__set_openssl_error(error, "A password could not be hashed.");
    return false;
}

/* The same work is done for a name that does not exist. */
static bool fits(const char *password, const char *salt, const char *wanted, bool *yes,
                 GError **error)
{
    guchar raw[HASH_BYTES];
    g_autofree char *text = NULL;

    if (!hash(password, salt ? salt : "nobody", raw, error))
        return false;
    text = auth__base64url(raw, sizeof raw);
    *yes =
        wanted && strlen(wanted) == strlen(text) && CRYPTO_memcmp(wanted, text, strlen(text)) == 0;
    return true;
}

static bool insert(struct auth *a, const char *password, int64_t now_ms, GError **error)
{
    g_autofree char *salt = random_hex(SALT_BYTES), *text = NULL;
    guchar raw[HASH_BYTES];

    if (!hash(password, salt, raw, error))
        return false;
    text = auth__base64url(raw, sizeof raw);
    return db_run(a->db, NULL,
                  "INSERT INTO auth_account (name, organisation, role, salt, digest, created_ms)"
                  " VALUES ('admin', ?, 'admin', ?, ?, ?)",
                  "sssi", EVERY_ORGANISATION, salt, text, now_ms, error);
}

static bool has_accounts(struct auth *a, bool *yes, GError **error)
{
    g_autoptr(db_rows) rows = db_query(a->db, "SELECT 1 FROM auth_account LIMIT 1", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    *yes = db_next(rows, &why);
    if (!why)
        return true;
    g_propagate_error(error, why);
    return false;
}

bool auth_first_account(struct auth *a, int64_t now_ms, char **password, GError **error)
{
    g_autofree char *made = random_hex(PASSWORD_BYTES);
    bool there = false;

    *password = NULL;
    if (!db_begin(a->db, error))
        return false;
    if (!has_accounts(a, &there, error) || (!there && !insert(a, made, now_ms, error)) ||
        !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    if (!there)
        *password = g_steal_pointer(&made);
    return true;
}

/* Name, organisation, role, salt, digest; on no row of this name all of it is NULL. */
static bool read_account(struct auth *a, const char *name, char *out[5], GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT name, organisation, role, salt, digest FROM auth_account WHERE name = ?",
        "s", name, error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why))
        for (int i = 0; i < 5; i++)
            out[i] = g_strdup(db_string(rows, i));
    if (!why)
        return true;
    g_propagate_error(error, why);
    return false;
}

static void free_account(char *row[5])
{
    for (int i = 0; i < 5; i++)
        g_free(row[i]);
}

struct auth_identity *auth__person(struct auth *a, const char *name, GError **error)
{
    struct auth_identity *i = NULL;
    char *row[5] = {NULL};

    if (!read_account(a, name, row, error))
        return NULL;
    if (row[0]) {
        i = g_new0(struct auth_identity, 1);
        i->subject = g_strdup(row[0]);
        i->name = g_strdup(row[0]);
        i->audience = g_strdup(AUTH_PUBLIC_CLIENT);
        i->organisation = g_strdup(row[1]);
        i->role = auth__role(row[2]);
    } else {
        g_set_error(error, auth_error(), ERROR_DENIED, "There is no account %s any more.", name);
    }
    free_account(row);
    return i;
}

bool auth__sign_in(struct auth *a, const struct auth_person *who, int64_t now_ms, GError **error)
{
    g_autofree char *key = g_strconcat("person ", who->peer ? who->peer : "-", NULL);
    int64_t wait_ms = auth__limiter_wait(a->limiter, key, now_ms);
    char *row[5] = {NULL};
    bool ok, right = false;

    if (wait_ms > 0) {
        g_set_error(error, auth_error(), ERROR_LIMIT,
                    "Too many failed logins; the next is admitted in %" G_GINT64_FORMAT " seconds.",
                    (wait_ms + 999) / 1000);
        return false;
    }
    ok = read_account(a, who->name, row, error) &&
         fits(who->password, row[3], row[4], &right, error);
    free_account(row);
    if (!ok || right)
        return ok;
    auth__limiter_failed(a->limiter, key, now_ms);
    g_set_error(error, auth_error(), ERROR_DENIED,
                "There is no account of this name with this password.");
    return false;
}
