/* clients.c -- OAuth clients and their secrets, which are kept as salted SHA-256 only. */
#include "auth/auth_int.h"

#include "base/ids.h"
#include "base/limits.h"

#include <openssl/crypto.h>
#include <string.h>

#define SALT_BYTES 16

void auth__client_free(struct client *c)
{
    if (!c)
        return;
    g_free(c->id);
    g_free(c->name);
    g_free(c->organisation);
    g_free(c->project);
    g_free(c);
}

/* ---- secrets ---- */

/* Hex of SHA-256 over salt and secret. g_free(). */
static char *digest_of(const char *salt, const char *secret)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(sum, (const guchar *)salt, -1);
    g_checksum_update(sum, (const guchar *)secret, -1);
    return g_strdup(g_checksum_get_string(sum));
}

static bool is_same(const char *a, const char *b)
{
    size_t n = strlen(a);

    return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}

bool auth__secret_fits(struct auth *a, const char *id, const char *secret, bool *fits,
                       GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db, "SELECT salt, digest FROM auth_secret WHERE client = ?", "s", id, error);
    GError *why = NULL;

    *fits = false;
    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        g_autofree char *digest = digest_of(db_string(rows, 0), secret);

        if (is_same(digest, db_string(rows, 1)))
            *fits = true;
    }
    return auth__ended_well(why, error);
}

/* The new secret, and the newest of those before it. */
static bool add_secret(struct auth *a, const char *id, const char *secret, int64_t now_ms,
                       GError **error)
{
    g_autofree char *salt = random_hex(SALT_BYTES);
    g_autofree char *digest = digest_of(salt, secret);

    return db_run(a->db, NULL,
                  "DELETE FROM auth_secret WHERE client = ? AND salt NOT IN"
                  " (SELECT salt FROM auth_secret WHERE client = ?"
                  "  ORDER BY created_ms DESC, salt LIMIT ?)",
                  "ssi", id, id, (int64_t)(SECRETS_AT_ONCE - 1), error) &&
           db_run(a->db, NULL,
                  "INSERT INTO auth_secret (client, salt, digest, created_ms) VALUES (?, ?, ?, ?)",
                  "sssi", id, salt, digest, now_ms, error);
}

static bool add_secret_once(struct auth *a, const char *id, const char *secret, int64_t now_ms,
                            GError **error)
{
    bool fits;

    return auth__secret_fits(a, id, secret, &fits, error) &&
           (fits || (add_secret(a, id, secret, now_ms, error) &&
                     auth__record_client(a, id, "added a client's secret", now_ms, error)));
}

/* ---- clients ---- */

struct client *auth__find_client(struct auth *a, const char *id, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT id, name, organisation, project, role FROM auth_client WHERE id = ?", "s",
        id, error);
    GError *why = NULL;
    struct client *c;

    if (!rows)
        return NULL;
    if (!db_next(rows, &why)) {
        auth__ended_well(why, error);
        return NULL;
    }
    c = g_new0(struct client, 1);
    c->id = g_strdup(db_string(rows, 0));
    c->name = g_strdup(db_string(rows, 1));
    c->organisation = g_strdup(db_string(rows, 2));
    c->project = g_strdup(db_string(rows, 3));
    c->role = auth__role(db_string(rows, 4));
    return c;
}

static bool check_secret(const char *secret, GError **error)
{
    size_t n = strlen(secret);

    if (n >= LEAST_SECRET && n <= MOST_SECRET)
        return true;
    return auth__is_wrong(error, "A client's secret", "must have 16 to 1024 bytes");
}

static bool check_client(const struct auth_client *c, GError **error)
{
    if (c->role < 0 || c->role >= ROLE_COUNT)
        return auth__is_wrong(error, "The role", "must be executor, viewer, developer or admin");
    return auth__check_name("The organisation", c->organisation, "", error) &&
           (!c->project || auth__check_name("The project", c->project, "", error)) &&
           (!c->name || auth__check_words("The name", c->name, error)) &&
           (!c->client_id || auth__check_name("The client id", c->client_id, "", error)) &&
           (!c->client_secret || check_secret(c->client_secret, error));
}

static bool check_same(const struct client *old, const struct auth_client *wanted, GError **error)
{
    if (strcmp(old->organisation, wanted->organisation) == 0 &&
        g_strcmp0(old->project, wanted->project) == 0 && old->role == wanted->role)
        return true;
    g_set_error(error, auth_error(), ERROR_CONFLICT,
                "There is a client %s already, of role %s in %s/%s.", old->id,
                auth_role_names[old->role], old->organisation, old->project ? old->project : "*");
    error_hint(error, "choose another client id; what a client may does not change.");
    return false;
}

static bool insert(struct auth *a, const struct auth_client *c, const char *id, int64_t now_ms,
                   GError **error)
{
    return db_run(a->db, NULL,
                  "INSERT INTO auth_client (id, organisation, project, name, role, created_ms)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "sssssi", id, c->organisation, c->project, c->name && *c->name ? c->name : id,
                  auth_role_names[c->role], now_ms, error) &&
           (!c->project ||
            db_run(a->db, NULL,
                   "INSERT INTO auth_project (organisation, name, created_ms) VALUES (?, ?, ?)"
                   " ON CONFLICT (organisation, name) DO NOTHING",
                   "ssi", c->organisation, c->project, now_ms, error)) &&
           auth__record_client(a, id, "created a client", now_ms, error);
}

static bool store(struct auth *a, const struct auth_client *c, const char *id, const char *secret,
                  int64_t now_ms, GError **error)
{
    GError *why = NULL;
    g_autoptr(client) old = auth__find_client(a, id, &why);

    if (!auth__ended_well(why, error))
        return false;
    if (old)
        return check_same(old, c, error) && add_secret_once(a, id, secret, now_ms, error);
    return auth__check_subject(a, "The client id", id, error) && insert(a, c, id, now_ms, error) &&
           add_secret(a, id, secret, now_ms, error);
}

bool auth_create_client(struct auth *a, const struct auth_client *client, int64_t now_ms, char **id,
                        char **secret, GError **error)
{
    g_autofree char *own_id = client->client_id ? g_strdup(client->client_id) : id_new();
    g_autofree char *own_secret =
        client->client_secret ? g_strdup(client->client_secret) : random_hex(SECRET_BYTES);

    if (!check_client(client, error) || !db_begin(a->db, error))
        return false;
    if (!store(a, client, own_id, own_secret, now_ms, error) || !db_commit(a->db, error)) {
        db_rollback(a->db);
        return false;
    }
    *id = g_steal_pointer(&own_id);
    *secret = g_steal_pointer(&own_secret);
    return true;
}

/* ---- what becomes of them ---- */

static bool there_is_none(GError **error, const char *id)
{
    g_set_error(error, auth_error(), ERROR_NOT_FOUND, "There is no client %s.", id);
    error_hint(error, "heddle client list shows them all.");
    return false;
}

static bool in_transaction(struct auth *a, bool ok, GError **error)
{
    if (ok && db_commit(a->db, error))
        return true;
    db_rollback(a->db);
    return false;
}

static bool check_there(struct auth *a, const char *id, GError **error)
{
    GError *why = NULL;
    g_autoptr(client) c = auth__find_client(a, id, &why);

    return auth__ended_well(why, error) && (c || there_is_none(error, id));
}

bool auth_rotate_secret(struct auth *a, const char *id, int64_t now_ms, char **secret,
                        GError **error)
{
    g_autofree char *made = random_hex(SECRET_BYTES);

    if (!db_begin(a->db, error) ||
        !in_transaction(a,
                        check_there(a, id, error) && add_secret(a, id, made, now_ms, error) &&
                            auth__record_client(a, id, "rotated a client's secret", now_ms, error),
                        error))
        return false;
    *secret = g_steal_pointer(&made);
    return true;
}

static bool retire(struct auth *a, const char *id, GError **error)
{
    return check_there(a, id, error) &&
           db_run(a->db, NULL,
                  "DELETE FROM auth_secret WHERE client = ? AND salt NOT IN"
                  " (SELECT salt FROM auth_secret WHERE client = ?"
                  "  ORDER BY created_ms DESC, salt LIMIT 1)",
                  "ss", id, id, error) &&
           auth__record_client(a, id, "retired a client's secret", db_now_ms(a->db), error);
}

bool auth_retire_secret(struct auth *a, const char *id, GError **error)
{
    return db_begin(a->db, error) && in_transaction(a, retire(a, id, error), error);
}

static bool drop(struct auth *a, const char *id, int64_t now_ms, GError **error)
{
    return check_there(a, id, error) &&
           auth__record_client(a, id, "removed a client", now_ms, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_secret WHERE client = ?", "s", id, error) &&
           db_run(a->db, NULL, "DELETE FROM auth_client WHERE id = ?", "s", id, error) &&
           auth__end_client(a, id, now_ms, error);
}

bool auth_remove_client(struct auth *a, const char *id, int64_t now_ms, GError **error)
{
    return db_begin(a->db, error) && in_transaction(a, drop(a, id, now_ms, error), error) &&
           auth_refresh(a, now_ms, error);
}

json_t *auth_list_clients(struct auth *a, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db,
                 "SELECT id, name, organisation, project, role, created_ms,"
                 " (SELECT count(*) FROM auth_secret WHERE client = auth_client.id)"
                 " FROM auth_client ORDER BY organisation, coalesce(project, ''), name, id",
                 "", error);
    g_autoptr(json_t) out = json_array();
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        json_array_append_new(
            out, json_pack("{s:s, s:s, s:s, s:s?, s:s, s:I, s:I}", "client_id", db_string(rows, 0),
                           "name", db_string(rows, 1), "organisation", db_string(rows, 2),
                           "project", db_string(rows, 3), "role", db_string(rows, 4), "created_ms",
                           (json_int_t)db_int(rows, 5), "secrets", (json_int_t)db_int(rows, 6)));
    return auth__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}
