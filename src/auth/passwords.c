/* passwords.c -- what scrypt (RFC 7914) makes of passwords, and trying one. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/ids.h"

#include <openssl/crypto.h>
#include <string.h>

#define SALT_BYTES  16
#define HASH_BYTES  32
#define COST        16384 /* N; with r 8 and p 1 it takes 16 MB */
#define MOST_MEMORY (64 * 1024 * 1024)

struct auth_try {
    char *name, *password, *peer, *peer_key, *name_key;
    char *salt, *digest; /* NULL: there is no such account */
    char *fresh;         /* or NULL: the password stays */
    struct proof proof;  /* of what is fresh */
    bool right;
    GError *error; /* the work could not be done */
};

char *auth__hash(const char *password, const char *salt, GError **error)
{
    guchar raw[HASH_BYTES];

    if (EVP_PBE_scrypt(password, strlen(password), (const guchar *)salt, strlen(salt), COST, 8, 1,
                       MOST_MEMORY, raw, sizeof raw) == 1)
        return auth__base64url(raw, sizeof raw);
    auth__set_openssl_error(error, "A password could not be hashed.");
    return NULL;
}

/* What is typed where a name belongs may be a password: it is kept as a digest only. */
static char *key_of(const struct auth_person *who)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, who->name, -1);
    g_autofree char *from = auth__limiter_peer(who->peer);

    return g_strdup_printf("%s %s", from, digest);
}

static bool admit(struct auth *a, const struct auth_try *t, int64_t now_ms, GError **error)
{
    int64_t name_ms = auth__limiter_wait(a->limiter, t->name_key, now_ms);
    int64_t peer_ms = auth__limiter_wait(a->peers, t->peer_key, now_ms);

    if (!auth__admit(a, MAX(name_ms, peer_ms), error))
        return false;
    auth__limiter_failed(a->limiter, t->name_key, now_ms);
    auth__limiter_failed(a->peers, t->peer_key, now_ms);
    return true;
}

static bool look_up(struct auth *a, struct auth_try *t, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) found = auth__find_account(a, t->name, &why);

    if (why) {
        g_propagate_error(error, why);
        return false;
    }
    if (found) {
        t->salt = g_steal_pointer(&found->salt);
        t->digest = g_steal_pointer(&found->digest);
    }
    return true;
}

struct auth_try *auth_try_new(struct auth *a, const struct auth_person *who, int64_t now_ms,
                              GError **error)
{
    struct auth_try *t = g_new0(struct auth_try, 1);

    t->name = g_strdup(who->name);
    t->password = g_strdup(who->password);
    t->peer = g_strdup(who->peer);
    t->fresh = g_strdup(who->fresh);
    t->peer_key = auth__limiter_peer(who->peer);
    t->name_key = key_of(who);
    if ((!who->fresh || auth__check_password(who->fresh, error)) && admit(a, t, now_ms, error) &&
        look_up(a, t, error))
        return t;
    auth_try_free(t);
    return NULL;
}

/* The same work is done for a name that does not exist. */
void auth_try_hash(struct auth_try *t)
{
    g_autofree char *digest = auth__hash(t->password, t->salt ? t->salt : "nobody", &t->error);

    t->right = digest && t->digest && strlen(digest) == strlen(t->digest) &&
               CRYPTO_memcmp(digest, t->digest, strlen(digest)) == 0;
    if (t->right && t->fresh) {
        t->proof.salt = random_hex(SALT_BYTES);
        t->proof.digest = auth__hash(t->fresh, t->proof.salt, &t->error);
    }
}

/* Is the account still as it was when the try began? */
static bool is_as_it_was(struct auth *a, const struct auth_try *t, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) found = auth__find_account(a, t->name, &why);

    if (!auth__ended_well(why, error))
        return false;
    if (found && strcmp(found->salt, t->salt) == 0 && strcmp(found->digest, t->digest) == 0)
        return true;
    g_set_error(error, auth_error(), ERROR_DENIED,
                "The account was changed while you signed in; sign in again.");
    return false;
}

bool auth_try_end(struct auth *a, struct auth_try *t, int64_t now_ms, GError **error)
{
    if (t->right || t->error) {
        auth__limiter_give_back(a->limiter, t->name_key, now_ms);
        auth__limiter_give_back(a->peers, t->peer_key, now_ms);
    }
    if (t->error) {
        g_propagate_error(error, g_steal_pointer(&t->error));
        return false;
    }
    if (t->right)
        return is_as_it_was(a, t, error);
    g_set_error(error, auth_error(), ERROR_DENIED,
                "There is no account of this name with this password.");
    return false;
}

bool auth_try_change(struct auth *a, struct auth_try *t, int64_t now_ms, GError **error)
{
    const struct auth_person who = {.name = t->name, .peer = t->peer};

    return auth__change_password(a, &who, &t->proof, now_ms, error);
}

static void wipe(char *password)
{
    if (password)
        explicit_bzero(password, strlen(password));
    g_free(password);
}

void auth_try_free(struct auth_try *t)
{
    if (!t)
        return;
    wipe(t->password);
    wipe(t->fresh);
    auth__proof_clear(&t->proof);
    g_free(t->peer);
    g_free(t->name);
    g_free(t->peer_key);
    g_free(t->name_key);
    g_free(t->salt);
    g_free(t->digest);
    g_clear_error(&t->error);
    g_free(t);
}
