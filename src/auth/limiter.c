/* limiter.c -- failed logins, counted before any secret is looked at. */
#include "auth/auth_int.h"

#include <arpa/inet.h>
#include <string.h>

#define MOST_KEYS 10000

/* A bucket is as full as time has made it: `owes_until_ms` moves ahead by `one_more_ms` a failure,
 * and no further try is admitted while it is more than `tries` of them ahead of the clock. */
struct bucket {
    int64_t owes_until_ms;
};

struct limiter {
    int tries;           /* at once */
    int64_t one_more_ms; /* a try comes back after this long */
    GHashTable *buckets; /* key -> struct bucket */
    struct bucket rest;  /* for all keys that found no room */
};

char *auth__limiter_peer(const char *peer)
{
    struct in6_addr a;
    char text[INET6_ADDRSTRLEN];

    if (!peer || inet_pton(AF_INET6, peer, &a) != 1)
        return g_strdup(peer ? peer : "-");
    memset(a.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &a, text, sizeof text);
    return g_strdup(text);
}

struct limiter *auth__limiter_new(int tries, int64_t one_more_ms)
{
    struct limiter *l = g_new0(struct limiter, 1);

    l->tries = tries;
    l->one_more_ms = one_more_ms;
    l->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return l;
}

void auth__limiter_free(struct limiter *l)
{
    if (!l)
        return;
    g_hash_table_unref(l->buckets);
    g_free(l);
}

bool auth__admit(struct auth *a, int64_t wait_ms, GError **error)
{
    if (wait_ms <= 0)
        return true;
    a->wait_ms = wait_ms;
    g_set_error(error, auth_error(), ERROR_LIMIT,
                "Too many failed logins; the next is admitted in %" G_GINT64_FORMAT " seconds.",
                auth_wait_s(a));
    return false;
}

int64_t auth_wait_s(const struct auth *a)
{
    return (a->wait_ms + 999) / 1000;
}

static gboolean is_paid(gpointer key, gpointer value, gpointer now_ms)
{
    (void)key;
    return ((struct bucket *)value)->owes_until_ms <= *(const int64_t *)now_ms;
}

/* The key's bucket, made when there is room. */
static struct bucket *bucket_of(struct limiter *l, const char *key, int64_t now_ms)
{
    struct bucket *b = g_hash_table_lookup(l->buckets, key);

    if (b)
        return b;
    if (g_hash_table_size(l->buckets) >= MOST_KEYS)
        g_hash_table_foreach_remove(l->buckets, is_paid, &now_ms);
    if (g_hash_table_size(l->buckets) >= MOST_KEYS)
        return &l->rest;
    b = g_new0(struct bucket, 1);
    g_hash_table_insert(l->buckets, g_strdup(key), b);
    return b;
}

int64_t auth__limiter_wait(struct limiter *l, const char *key, int64_t now_ms)
{
    struct bucket *b = g_hash_table_lookup(l->buckets, key);

    if (!b && g_hash_table_size(l->buckets) < MOST_KEYS)
        return 0;
    if (!b)
        b = &l->rest;
    /* No more than this can be owed, unless the clock was put back. */
    b->owes_until_ms = MIN(b->owes_until_ms, now_ms + l->tries * l->one_more_ms);
    return MAX(b->owes_until_ms - now_ms - (l->tries - 1) * l->one_more_ms, 0);
}

void auth__limiter_failed(struct limiter *l, const char *key, int64_t now_ms)
{
    struct bucket *b = bucket_of(l, key, now_ms);

    b->owes_until_ms = MAX(b->owes_until_ms, now_ms) + l->one_more_ms;
}

void auth__limiter_give_back(struct limiter *l, const char *key, int64_t now_ms)
{
    bucket_of(l, key, now_ms)->owes_until_ms -= l->one_more_ms;
}
