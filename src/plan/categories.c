/* Categories by SQLMesh's rules, parents before children: what a change means for those who read.
 */
#include "plan/plan_int.h"

#include <string.h>

/* ---- what a person or the configuration decides ---- */

enum mode { MODE_FULL, MODE_SEMI, MODE_OFF };

static enum mode mode_of(const struct plan *p, const struct wire_snapshot *s)
{
    const json_t *modes = json_object_get(p->project->config->plan, "auto_categorize_changes");
    const char *mode = json_get_string(modes, plan__source_type(p, s), "full");

    return strcmp(mode, "off") == 0 ? MODE_OFF : strcmp(mode, "semi") == 0 ? MODE_SEMI : MODE_FULL;
}

static bool columns_unknown(const struct plan *p, const char *name)
{
    const struct model *m = g_hash_table_lookup(p->project->by_fqn, name);

    return m && m->query && !m->columns && !m->columns_known;
}

/* Whoever reads everything of a model whose columns nobody knows may break by one more. */
static bool any_columns_unknown(const struct plan *p, const char *name)
{
    g_autoptr(GPtrArray) children = plan__children(p, name);

    if (columns_unknown(p, name))
        return true;
    for (guint i = 0; i < children->len; i++)
        if (columns_unknown(p, children->pdata[i]))
            return true;
    return false;
}

static int direct_category(const struct plan *p, const struct plan_item *item)
{
    enum mode mode;

    if (p->options.no_auto_categorization)
        return CATEGORY_NONE;
    if (plan__is_breaking_kind_change(item->before, item->snapshot))
        return CATEGORY_BREAKING;
    mode = mode_of(p, item->snapshot);
    if (mode == MODE_OFF)
        return CATEGORY_NONE;
    if (!any_columns_unknown(p, item->snapshot->name) &&
        plan__judge_change(p, item) == VERDICT_NON_BREAKING)
        return CATEGORY_NON_BREAKING;
    return mode == MODE_FULL ? CATEGORY_BREAKING : CATEGORY_NONE;
}

/* ---- what follows for children ---- */

/* Which categories occur among new snapshots above one, as bits. */
struct above {
    unsigned direct, all;
    bool any_forward_only, any_not_forward_only;
};

static unsigned bit(int category)
{
    return 1u << category;
}

static const struct above *above_of(const struct plan *p, const struct wire_snapshot *s);

static void add_parent(const struct plan *p, const struct wire_snapshot *parent, struct above *out)
{
    const struct above *further = above_of(p, parent);
    const struct nature *n = g_hash_table_lookup(p->inside->natures, parent->name);

    out->all |= further->all;
    out->any_forward_only |= further->any_forward_only;
    out->any_not_forward_only |= further->any_not_forward_only;
    if (!n)
        return;
    out->direct |= bit(n->category);
    out->all |= bit(n->category);
    *(n->forward_only ? &out->any_forward_only : &out->any_not_forward_only) = true;
}

/* Found once for each: whoever is above has been categorized before. */
static const struct above *above_of(const struct plan *p, const struct wire_snapshot *s)
{
    struct above *out = g_hash_table_lookup(p->inside->above, s->name);

    if (out)
        return out;
    out = g_new0(struct above, 1);
    g_hash_table_insert(p->inside->above, s->name, out);
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct wire_snapshot *parent = g_hash_table_lookup(p->inside->by_name, id->name);

        if (parent)
            add_parent(p, parent, out);
    }
    return out;
}

static const struct wire_snapshot_id *parent_named(const struct wire_snapshot *s, const char *name)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (strcmp(id->name, name) == 0)
            return id;
    }
    return NULL;
}

/* Did nothing but metadata of a parent change since the child's version before? */
static bool rows_stayed(const struct plan *p, const struct wire_snapshot_id *now,
                        const struct wire_snapshot *child_before)
{
    const struct wire_snapshot_id *was = parent_named(child_before, now->name);
    const struct wire_snapshot *a, *b;

    if (!was)
        return false;
    if (strcmp(was->identifier, now->identifier) == 0)
        return true;
    a = plan__known(p, was->name, was->identifier);
    b = plan__known(p, now->name, now->identifier);
    return a && b && b->category == CATEGORY_METADATA && g_strcmp0(a->version, b->version) == 0;
}

/* Its changed parents are all stored already: they came by other plans. */
static int orphan_category(const struct plan *p, const struct plan_item *item)
{
    const struct wire_snapshot *s = item->snapshot;

    for (guint i = 0; i < s->parents->len; i++)
        if (!rows_stayed(p, s->parents->pdata[i], item->before))
            return CATEGORY_INDIRECT_BREAKING;
    return CATEGORY_METADATA;
}

static bool is_materialized_view(const struct plan *p, const struct wire_snapshot *s)
{
    const struct model *m = g_hash_table_lookup(p->project->by_fqn, s->name);

    return s->kind == KIND_VIEW && m && json_get_bool(m->kind_properties, "materialized", false);
}

static void indirect(const struct plan *p, const struct plan_item *item, struct nature *n)
{
    const struct wire_snapshot *s = item->snapshot;
    const struct above *above = above_of(p, s);

    if (is_materialized_view(p, s) && !n->forward_only) {
        n->category = CATEGORY_INDIRECT_BREAKING;
        return;
    }
    n->forward_only |= s->forward_only || (above->any_forward_only && !above->any_not_forward_only);
    if (above->direct & (bit(CATEGORY_BREAKING) | bit(CATEGORY_INDIRECT_BREAKING)))
        n->category = CATEGORY_INDIRECT_BREAKING;
    else if (!above->direct)
        n->category = orphan_category(p, item);
    else if (above->all == bit(CATEGORY_METADATA))
        n->category = CATEGORY_METADATA;
    else
        n->category = CATEGORY_INDIRECT_NON_BREAKING;
}

/* ---- one after the other ---- */

static bool goes_forward_only(const struct plan *p, const struct plan_item *item)
{
    const struct wire_snapshot *s = item->snapshot;

    if (!p->options.forward_only && !plan__is_forward_only_model(p, s))
        return false;
    return !item->before ||
           (s->kind != KIND_SEED && !plan__is_breaking_kind_change(item->before, s));
}

static struct nature *find_nature(const struct plan *p, const struct plan_item *item)
{
    struct nature *n = g_new0(struct nature, 1);
    gpointer choice;

    n->forward_only = goes_forward_only(p, item);
    if (g_hash_table_lookup_extended(p->inside->choices, item->snapshot->name, NULL, &choice))
        n->category = GPOINTER_TO_INT(choice);
    else if (item->change == CHANGE_ADDED)
        n->category = CATEGORY_BREAKING;
    else if (item->change == CHANGE_DIRECT) {
        n->category = direct_category(p, item);
        n->forward_only &= !plan__is_breaking_kind_change(item->before, item->snapshot);
    } else if (item->change == CHANGE_INDIRECT)
        indirect(p, item, n);
    else
        n->category = CATEGORY_METADATA;
    return n;
}

static void forget_version(struct wire_snapshot *s)
{
    g_clear_pointer(&s->version, g_free);
    g_clear_pointer(&s->dev_version, g_free);
    g_clear_pointer(&s->intervals, intervals_free);
    g_clear_pointer(&s->dev_intervals, intervals_free);
    s->category = CATEGORY_NONE;
}

static void categorize_one(struct plan *p, struct plan_item *item)
{
    struct nature *n;

    if (!item->snapshot)
        return;
    if (!plan__is_fresh(p, item->snapshot->name)) {
        item->category = item->snapshot->category;
        return;
    }
    n = find_nature(p, item);
    g_hash_table_insert(p->inside->natures, item->snapshot->name, n);
    item->category = n->category;
    item->categorized = n->category != CATEGORY_NONE;
    if (item->categorized)
        plan__set_version(p, item->snapshot, item->before, n);
    else
        forget_version(item->snapshot);
}

/* Fresh snapshots that are in no item: there is none, since what is not stored differs. */
void plan__categorize(struct plan *p)
{
    g_hash_table_remove_all(p->inside->natures);
    g_hash_table_remove_all(p->inside->above);
    for (guint i = 0; i < p->items->len; i++)
        categorize_one(p, p->items->pdata[i]);
}

bool plan_set_category(struct plan *p, const char *name, int category, GError **error)
{
    const struct plan_item *item = plan__item(p, name);

    if (!item || (item->change != CHANGE_DIRECT && item->change != CHANGE_ADDED)) {
        g_set_error(error, plan_error(), ERROR_INVALID,
                    "Only directly modified models can be categorized, and %s is none.", name);
        return false;
    }
    if (!plan__is_fresh(p, name)) {
        g_set_error(error, plan_error(), ERROR_INVALID,
                    "%s is known in this version already: its category cannot be changed.", name);
        return false;
    }
    if (category != CATEGORY_BREAKING && category != CATEGORY_NON_BREAKING) {
        g_set_error(error, plan_error(), ERROR_INVALID,
                    "A change is breaking or non-breaking; %s cannot be said of %s.",
                    change_category_names[category], name);
        return false;
    }
    g_hash_table_insert(p->inside->choices, item->snapshot->name, GINT_TO_POINTER(category));
    return plan__settle(p, error);
}
