/* known.c -- what must be known to check a token without asking the database: the keys, and what
 * has ended before its time. Read anew by auth_refresh(); what was read never changes, so that any
 * thread may hold on to it. */
#include "auth/auth_int.h"

#include <string.h>

static struct known *known_new(void)
{
    struct known *k = g_new0(struct known, 1);

    k->refs = 1;
    k->keys = g_ptr_array_new_with_free_func((GDestroyNotify)auth__key_free);
    k->ended = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    k->proven = auth__proven_new();
    return k;
}

struct known *auth__known(struct auth *a)
{
    struct known *k;

    pthread_mutex_lock(&a->lock);
    k = a->known;
    g_atomic_int_inc(&k->refs);
    pthread_mutex_unlock(&a->lock);
    return k;
}

void auth__known_unref(struct known *k)
{
    if (!k || !g_atomic_int_dec_and_test(&k->refs))
        return;
    g_ptr_array_unref(k->keys);
    g_hash_table_unref(k->ended);
    auth__proven_free(k->proven);
    g_free(k);
}

static bool read_ended(struct auth *a, struct known *k, int64_t now_ms, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        a->db, "SELECT what, before_ms FROM auth_ended WHERE expires_ms > ?", "i", now_ms, error);
    GError *why = NULL;

    if (!rows)
        return false;
    while (db_next(rows, &why)) {
        int64_t *before_ms = g_new(int64_t, 1);

        *before_ms = db_int(rows, 1);
        g_hash_table_insert(k->ended, g_strdup(db_string(rows, 0)), before_ms);
    }
    return auth__ended_well(why, error);
}

bool auth_refresh(struct auth *a, int64_t now_ms, GError **error)
{
    struct known *fresh = known_new(), *old;

    if (!auth__read_keys(a, fresh->keys, error) || !read_ended(a, fresh, now_ms, error)) {
        auth__known_unref(fresh);
        return false;
    }
    pthread_mutex_lock(&a->lock);
    old = a->known;
    a->known = fresh;
    pthread_mutex_unlock(&a->lock);
    auth__known_unref(old);
    return true;
}

const struct key *auth__find_key(const struct known *known, const char *id)
{
    for (guint i = 0; id && i < known->keys->len; i++) {
        const struct key *k = known->keys->pdata[i];

        if (strcmp(k->id, id) == 0)
            return k;
    }
    return NULL;
}

/* A young key is not known to all servers yet; of young ones alone, the oldest. */
const struct key *auth__signer(const struct known *known, int64_t now_ms)
{
    guint i = 0;

    while (i + 1 < known->keys->len &&
           ((const struct key *)known->keys->pdata[i])->created_ms > now_ms - SETTLE_MS)
        i++;
    return known->keys->pdata[i];
}

json_t *auth_list_keys(struct auth *a, int64_t now_ms)
{
    struct known *known = auth__known(a);
    const struct key *signer = auth__signer(known, now_ms);
    json_t *out = json_array();

    for (guint i = 0; i < known->keys->len; i++) {
        const struct key *k = known->keys->pdata[i];

        json_array_append_new(out, json_pack("{s:s, s:I, s:b}", "kid", k->id, "created_ms",
                                             (json_int_t)k->created_ms, "signs", k == signer));
    }
    auth__known_unref(known);
    return out;
}

int64_t auth__ended_ms(const struct known *known, const char *kind, const char *id)
{
    g_autofree char *what = g_strdup_printf("%s %s", kind, id);
    const int64_t *before_ms = g_hash_table_lookup(known->ended, what);

    return before_ms ? *before_ms : INT64_MIN;
}
