/* recent.c -- snapshots that a plan or run has to do with. Each of its tasks needs what a snapshot
 * says: it is parsed once for all of them, and the large definition once for those that follow one
 * another. What a row says never changes. A number may be given again, after a rollback: what is
 * added replaces what had it, and at another server's the name and identifier tell. */
#include "state/state_int.h"

#include <string.h>

#define MOST             2048
#define MOST_DEFINITIONS 128

struct recent {
    GHashTable *by_id; /* int64_t -> struct state_snapshot, owned */
    GQueue defined;    /* of struct state_snapshot with a definition, the oldest first */
};

struct recent *state__recent_new(void)
{
    struct recent *r = g_new0(struct recent, 1);

    r->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                     (GDestroyNotify)state_snapshot_free);
    g_queue_init(&r->defined);
    return r;
}

void state__forget_all(struct recent *r)
{
    g_queue_clear(&r->defined);
    g_hash_table_remove_all(r->by_id);
}

void state__recent_free(struct recent *r)
{
    if (!r)
        return;
    state__forget_all(r);
    g_hash_table_unref(r->by_id);
    g_free(r);
}

struct state_snapshot *state__recall(struct recent *r, int64_t id, const char *name,
                                     const char *identifier)
{
    struct state_snapshot *one = g_hash_table_lookup(r->by_id, &id);

    return one && strcmp(one->snapshot->name, name) == 0 &&
                   strcmp(one->snapshot->identifier, identifier) == 0
               ? one
               : NULL;
}

struct state_snapshot *state__remember(struct recent *r, struct state_snapshot *one)
{
    struct state_snapshot *old = g_hash_table_lookup(r->by_id, &one->id);

    if (old) {
        g_queue_remove(&r->defined, old);
        g_hash_table_remove(r->by_id, &one->id);
    } else if (g_hash_table_size(r->by_id) >= MOST)
        state__forget_all(r);
    g_hash_table_insert(r->by_id, &one->id, one);
    return one;
}

void state__define(struct recent *r, struct state_snapshot *one, json_t *definition)
{
    struct state_snapshot *old;

    one->snapshot->definition = definition;
    g_queue_push_tail(&r->defined, one);
    if (g_queue_get_length(&r->defined) <= MOST_DEFINITIONS)
        return;
    old = g_queue_pop_head(&r->defined);
    g_clear_pointer(&old->snapshot->definition, json_decref);
}
