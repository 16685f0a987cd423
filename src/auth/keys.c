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

const struct key *auth__find_key(const struct auth *a, const char *id)
{
    for (guint i = 0; id && i < a->keys->len; i++) {
        const struct key *k = a->keys->pdata[i];

        if (strcmp(k->id, id) == 0)
            return k;
    }
    return NULL;
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

static bool add_key(struct auth *a, const char *id, const char *pem, GError **error)
{
    EVP_PKEY *pair = from_pem(pem);
    struct key *k;

    if (!pair) {
        auth__set_openssl_error(error, "A signing key in the state database cannot be read.");
        return false;
    }
    k = g_new0(struct key, 1);
    k->id = g_strdup(id);
    k->pair = pair;
    g_ptr_array_add(a->keys, k);
    return true;
}

static bool read_keys(struct auth *a, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(a->db, "SELECT id, pem FROM auth_key ORDER BY created_ms DESC, id", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why))
        if (!add_key(a, db_string(rows, 0), db_string(rows, 1), error))
            return false;
    if (!why)
        return true;
    g_propagate_error(error, why);
    return false;
}

static bool make_key(struct auth *a, int64_t now_ms, GError **error)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    g_autofree char *pem = pair ? to_pem(pair) : NULL;
    g_autofree char *id = random_hex(8);

    EVP_PKEY_free(pair);
    if (!pem) {
        auth__set_openssl_error(error, "No signing key could be made.");
        return false;
    }
    return db_run(a->db, NULL, "INSERT INTO auth_key (id, pem, created_ms) VALUES (?, ?, ?)", "ssi",
                  id, pem, now_ms, error) &&
           add_key(a, id, pem, error);
}

/* Of two servers that start at once on one database, the second finds the first one's key. */
static bool make_first_key(struct auth *a, int64_t now_ms, GError **error)
{
    if (!db_begin(a->db, error))
        return false;
    if (read_keys(a, error) && (a->keys->len > 0 || make_key(a, now_ms, error)) &&
        db_commit(a->db, error))
        return true;
    db_rollback(a->db);
    return false;
}

bool auth__load_keys(struct auth *a, int64_t now_ms, GError **error)
{
    return read_keys(a, error) && (a->keys->len > 0 || make_first_key(a, now_ms, error));
}
