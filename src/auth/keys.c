/* keys.c -- signing keys (P-256) and where they are kept: the state database. */
#include "auth/auth_int.h"

#include "base/ids.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

void auth__set_openssl_error(GError **error, const char *what)
{
    char words[256] = "no reason was given";
    unsigned long code = ERR_get_error();

    if (code)
        ERR_error_string_n(code, words, sizeof words);
    ERR_clear_error();
    g_set_error(error, auth_error(), ERROR_FAILED, "%s OpenSSL says: %s.", what, words);
}

void auth__key_free(struct key *k)
{
    if (!k)
        return;
    g_free(k->id);
    EVP_PKEY_free(k->pair);
    g_free(k);
}

static EVP_PKEY *from_pem(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *pair = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    return pair;
}

static char *to_pem(EVP_PKEY *pair)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data, *pem = NULL;

    if (bio && PEM_write_bio_PKCS8PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL)) {
        long n = BIO_get_mem_data(bio, &data);

        pem = g_strndup(data, (gsize)n);
    }
    BIO_free(bio);
    return pem;
}

static struct key *key_of(const db_rows *row, GError **error)
{
    EVP_PKEY *pair = from_pem(db_string(row, 1));
    struct key *k;

    if (!pair) {
        auth__set_openssl_error(error, "A signing key in the state database cannot be read.");
        return NULL;
    }
    k = g_new0(struct key, 1);
    k->id = g_strdup(db_string(row, 0));
    k->pair = pair;
    k->created_ms = db_int(row, 2);
    return k;
}

bool auth__read_keys(struct auth *a, GPtrArray *keys, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT id, pem, created_ms FROM auth_key ORDER BY created_ms DESC, id", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        struct key *k = key_of(rows, error);

        if (!k)
            return false;
        g_ptr_array_add(keys, k);
    }
    return auth__ended_well(why, error);
}

static bool make_key(struct auth *a, int64_t now_ms, char **id, GError **error)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    g_autofree char *pem = pair ? to_pem(pair) : NULL;

    EVP_PKEY_free(pair);
    if (!pem) {
        auth__set_openssl_error(error, "No signing key could be made.");
        return false;
    }
    *id = random_hex(8);
    return db_run(a->db, NULL, "INSERT INTO auth_key (id, pem, created_ms) VALUES (?, ?, ?)", "ssi",
                  *id, pem, now_ms, error);
}

/* When the newest key was made; INT64_MIN: there is none. */
static bool newest(struct auth *a, int64_t *created_ms, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT created_ms FROM auth_key ORDER BY created_ms DESC LIMIT 1", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    *created_ms = db_next(rows, &why) ? db_int(rows, 0) : INT64_MIN;
    return auth__ended_well(why, error);
}

static bool ensure_key(struct auth *a, int64_t now_ms, GError **error)
{
    g_autofree char *id = NULL;
    int64_t created_ms;

    return newest(a, &created_ms, error) &&
           (created_ms != INT64_MIN || make_key(a, now_ms, &id, error));
}

/* Of two servers that start at once on one database, the second finds the first one's key. */
bool auth__ensure_key(struct auth *a, int64_t now_ms, GError **error)
{
    if (!db_begin(a->db, error))
        return false;
    if (ensure_key(a, now_ms, error) && db_commit(a->db, error))
        return true;
    db_rollback(a->db);
    return false;
}

/* All servers must know a key before another one takes its place. */
static bool check_settled(struct auth *a, int64_t now_ms, GError **error)
{
    int64_t created_ms;

    if (!newest(a, &created_ms, error))
        return false;
    if (created_ms == INT64_MIN || created_ms <= now_ms - SETTLE_MS)
        return true;
    g_set_error(error, auth_error(), ERROR_CONFLICT,
                "The newest key was made %" G_GINT64_FORMAT " seconds ago.",
                (now_ms - created_ms) / 1000);
    error_hint(error, "rotate again when it is a minute old: servers need so long to learn of it.");
    return false;
}

static bool rotate(struct auth *a, int64_t now_ms, char **id, GError **error)
{
    return check_settled(a, now_ms, error) &&
           db_run(a->db, NULL,
                  "DELETE FROM auth_key WHERE id NOT IN"
                  " (SELECT id FROM auth_key ORDER BY created_ms DESC, id LIMIT ?)",
                  "i", (int64_t)(KEYS_AT_ONCE - 1), error) &&
           make_key(a, now_ms, id, error);
}

static bool record(struct auth *a, const char *id, int64_t now_ms, GError **error)
{
    const struct auth_deed d = {.who = AUTH_OPERATOR,
                                .what = "rotated the signing keys",
                                .subject = id,
                                .organisation = "*"};

    return auth_record(a, &d, now_ms, error);
}

bool auth_rotate_keys(struct auth *a, int64_t now_ms, char **id, GError **error)
{
    *id = NULL;
    if (!db_begin(a->db, error))
        return false;
    if (rotate(a, now_ms, id, error) && record(a, *id, now_ms, error) && db_commit(a->db, error))
        return auth_refresh(a, now_ms, error);
    db_rollback(a->db);
    g_clear_pointer(id, g_free);
    return false;
}
