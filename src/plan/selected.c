/* --select-model: only the selected models' changes are taken; all else stays as the environment
 * has it. */
#include "plan/plan_int.h"

#include "schedule/names.h"

#include <string.h>

struct selection {
    struct plan *plan;
    GHashTable *names; /* of selected models */
};

static bool blame(const struct plan *p, const struct wire_snapshot *s, const char *parent,
                  GError **error)
{
    const char *catalog = p->project->default_catalog;
    g_autofree char *name = names_display(s->name, catalog, "prod", SUFFIX_SCHEMA);
    g_autofree char *other = names_display(parent, catalog, "prod", SUFFIX_SCHEMA);

    g_set_error(error, plan_error(), ERROR_INVALID,
                "%s is selected, and %s, which it reads, has changed as well.\n"
                "hint: select both, for example with --select-model '+%s'.",
                name, other, name);
    return false;
}

/* A selected model is what it is on top of its parents: they must be selected or unchanged. */
static bool check_parents(const struct selection *s, const struct wire_snapshot *local,
                          GError **error)
{
    for (guint i = 0; i < local->parents->len; i++) {
        const struct wire_snapshot_id *id = local->parents->pdata[i];
        const struct wire_snapshot *before = g_hash_table_lookup(s->plan->inside->before, id->name);

        if (!g_hash_table_contains(s->names, id->name) &&
            (!before || strcmp(before->identifier, id->identifier) != 0))
            return blame(s->plan, local, id->name, error);
    }
    return true;
}

static bool take_one(const struct selection *s, const struct wire_snapshot *local, GError **error)
{
    const struct wire_snapshot *before = g_hash_table_lookup(s->plan->inside->before, local->name);

    if (g_hash_table_contains(s->names, local->name)) {
        plan__add_local(s->plan, local);
        return check_parents(s, local, error);
    }
    if (before)
        plan__add_stored(s->plan, before);
    return true;
}

/* What was removed from the project without being selected stays, too. */
static void keep_removed(struct plan *p)
{
    const struct wire_environment *base = p->inside->base;

    for (guint i = 0; base && i < base->members->len; i++) {
        const struct wire_member *m = base->members->pdata[i];
        const struct wire_snapshot *before = g_hash_table_lookup(p->inside->before, m->name);

        if (before && !g_hash_table_contains(p->inside->by_name, m->name))
            plan__add_stored(p, before);
    }
}

bool plan__take_selected(struct plan *p, GError **error)
{
    g_auto(GStrv) names =
        project_select(p->project, (const char *const *)p->options.select_models, error);
    g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
    struct selection s = {p, set};

    if (!names)
        return false;
    for (size_t i = 0; names[i]; i++)
        g_hash_table_add(set, names[i]);
    for (guint i = 0; i < p->project->snapshots->len; i++)
        if (!take_one(&s, p->project->snapshots->pdata[i], error))
            return false;
    keep_removed(p);
    return true;
}
