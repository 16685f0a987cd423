/* recent.c -- snapshots that were read lately. The tasks of a model follow one another closely, and
 * each needs what its snapshot says: it is parsed once for all of them. What a row says never
 * changes; a number may be given again to another snapshot, so the name and identifier count. */
#include "state/state_int.h"

#include <string.h>

#define MOST 128

struct recent {
    GHashTable *by_id; /* int64_t -> struct state_snapshot, owned */
    GQueue ids;        /* of int64_t *, the oldest first; borrowed from there */
};

struct recent *state__recent_new(void)
{
    struct recent *r = g_new0(struct recent, 1);

    r->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                     (GDestroyNotify)state_snapshot_free);
    g_queue_init(&r->ids);
    return r;
}

void state__recent_free(struct recent *r)
{
    if (!r)
        return;
    g_queue_clear(&r->ids);
    g_hash_table_unref(r->by_id);
    g_free(r);
}

static void forget(struct recent *r, const int64_t *id)
{
    g_queue_remove(&r->ids, id);
    g_hash_table_remove(r->by_id, id);
}

const struct wire_snapshot *state__recall(struct recent *r, int64_t id, const char *name,
                                          const char *identifier, bool definition)
{
    const struct state_snapshot *one = g_hash_table_lookup(r->by_id, &id);

    if (!one || (definition && !one->snapshot->definition))
        return NULL;
    return strcmp(one->snapshot->name, name) == 0 &&
                   strcmp(one->snapshot->identifier, identifier) == 0
               ? one->snapshot
               : NULL;
}

void state__remember(struct recent *r, struct state_snapshot *one)
{
    const struct state_snapshot *old = g_hash_table_lookup(r->by_id, &one->id);

    if (old)
        forget(r, &old->id);
    else if (g_queue_get_length(&r->ids) >= MOST)
        forget(r, g_queue_peek_head(&r->ids));
    g_hash_table_insert(r->by_id, &one->id, one);
    g_queue_push_tail(&r->ids, &one->id);
}

void state__forget_all(struct recent *r)
{
    g_queue_clear(&r->ids);
    g_hash_table_remove_all(r->by_id);
}
