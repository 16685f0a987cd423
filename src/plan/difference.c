/* The difference between a project's snapshots and an environment's. */
#include "plan/plan_int.h"

#include <string.h>

static int change_of(const struct wire_snapshot *before, const struct wire_snapshot *after)
{
    if (g_strcmp0(before->data_hash, after->data_hash) != 0)
        return CHANGE_DIRECT;
    if (g_strcmp0(before->parent_data_hash, after->parent_data_hash) != 0)
        return CHANGE_INDIRECT;
    return CHANGE_METADATA;
}

static void add_item(struct plan *p, int change, struct wire_snapshot *after,
                     const struct wire_snapshot *before)
{
    struct plan_item *item = g_new0(struct plan_item, 1);

    item->change = change;
    item->snapshot = after;
    item->before = before;
    item->categorized = true;
    g_ptr_array_add(p->items, item);
    g_hash_table_insert(p->inside->items, after ? after->name : before->name, item);
}

static void compare_one(struct plan *p, struct wire_snapshot *s)
{
    const struct wire_snapshot *before = g_hash_table_lookup(p->inside->before, s->name);

    if (!before)
        add_item(p, CHANGE_ADDED, s, NULL);
    else if (strcmp(before->identifier, s->identifier) != 0)
        add_item(p, change_of(before, s), s, before);
}

void plan__compare(struct plan *p)
{
    const struct wire_environment *base = p->inside->base;

    for (guint i = 0; i < p->snapshots->len; i++)
        compare_one(p, p->snapshots->pdata[i]);
    for (guint i = 0; base && i < base->members->len; i++) {
        const struct wire_member *m = base->members->pdata[i];
        const struct wire_snapshot *before = g_hash_table_lookup(p->inside->before, m->name);

        if (before && !g_hash_table_contains(p->inside->by_name, m->name))
            add_item(p, CHANGE_REMOVED, NULL, before);
    }
}

const struct plan_item *plan__item(const struct plan *p, const char *name)
{
    return g_hash_table_lookup(p->inside->items, name);
}

bool plan__is_forward_only_model(const struct plan *p, const struct wire_snapshot *s)
{
    const struct plan_item *item = plan__item(p, s->name);

    return s->forward_only && item && item->before &&
           (item->change == CHANGE_DIRECT || item->change == CHANGE_INDIRECT) &&
           !plan__is_breaking_kind_change(item->before, s);
}

static bool check_reader(const struct plan *p, const struct model *reader, const char *removed,
                         GError **error)
{
    g_autofree char *what = NULL, *where = NULL;

    if (!reader->depends_on || !g_strv_contains((const char *const *)reader->depends_on, removed))
        return true;
    what = plan__display(p, removed);
    where = plan__display(p, reader->fqn);
    g_set_error(error, plan_error(), ERROR_INVALID,
                "Removed model %s is referenced in %s.\n"
                "hint: remove the reference before planning.",
                what, where);
    return false;
}

bool plan__check_references(const struct plan *p, GError **error)
{
    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (item->change != CHANGE_REMOVED || item->before->kind == KIND_EXTERNAL)
            continue;
        for (guint k = 0; k < p->project->models->len; k++)
            if (!check_reader(p, p->project->models->pdata[k], item->before->name, error))
                return false;
    }
    return true;
}

/* An empty list and none at all are the same. */
static bool same_statements(const json_t *a, const json_t *b, const char *which)
{
    const json_t *x = json_object_get(a, which), *y = json_object_get(b, which);

    if (json_array_size(x) == 0 && json_array_size(y) == 0)
        return true;
    return json_equal(x, y);
}

bool plan__statements_differ(const struct plan *p)
{
    const json_t *before = p->inside->base ? p->inside->base->statements : NULL;
    const json_t *after = p->project->statements;

    return !same_statements(before, after, "before_all") ||
           !same_statements(before, after, "after_all");
}
