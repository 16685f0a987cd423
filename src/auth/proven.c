/* proven.c -- tokens whose signatures have been found right, so that an executor that asks a
 * hundred times a second is not checked as often: that costs more than most of what it asks for.
 *
 * They are known by their SHA-256: who guesses at tokens learns nothing from how long a comparison
 * takes. The keys that proved them are those of the same struct known, and go with it. Only the
 * signature is remembered: what a token says, and whether it has ended, is looked at each time.
 */
#include "auth/auth_int.h"

#include <string.h>

enum { DIGEST_BYTES = 32, MOST_PROVEN = 1024 };

struct proven {
    pthread_mutex_t lock;
    GHashTable *digests; /* of DIGEST_BYTES */
};

static guint hash(gconstpointer digest)
{
    guint h;

    memcpy(&h, digest, sizeof h);
    return h;
}

static gboolean is_same(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, DIGEST_BYTES) == 0;
}

struct proven *auth__proven_new(void)
{
    struct proven *p = g_new0(struct proven, 1);

    pthread_mutex_init(&p->lock, NULL);
    p->digests = g_hash_table_new_full(hash, is_same, g_free, NULL);
    return p;
}

void auth__proven_free(struct proven *p)
{
    g_hash_table_unref(p->digests);
    pthread_mutex_destroy(&p->lock);
    g_free(p);
}

static bool digest_of(const char *token, guchar digest[DIGEST_BYTES])
{
    return EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL) == 1;
}

bool auth__is_proven(struct proven *p, const char *token)
{
    guchar digest[DIGEST_BYTES];
    bool found;

    if (!digest_of(token, digest))
        return false;
    pthread_mutex_lock(&p->lock);
    found = g_hash_table_contains(p->digests, digest);
    pthread_mutex_unlock(&p->lock);
    return found;
}

void auth__prove(struct proven *p, const char *token)
{
    guchar digest[DIGEST_BYTES];

    if (!digest_of(token, digest))
        return;
    pthread_mutex_lock(&p->lock);
    if (g_hash_table_size(p->digests) >= MOST_PROVEN)
        g_hash_table_remove_all(p->digests);
    g_hash_table_add(p->digests, g_memdup2(digest, sizeof digest));
    pthread_mutex_unlock(&p->lock);
}
