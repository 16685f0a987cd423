/* A plan as its user reads it, in SQLMesh's words and layout. */
#include "plan/plan_int.h"
#include "plan/tree_int.h"

#include <string.h>

static int by_item_name(const void *a, const void *b)
{
    const struct plan_item *x = *(struct plan_item *const *)a;
    const struct plan_item *y = *(struct plan_item *const *)b;

    return strcmp(x->snapshot ? x->snapshot->name : x->before->name,
                  y->snapshot ? y->snapshot->name : y->before->name);
}

/* Items by name. Caller unrefs. */
static GPtrArray *sorted_items(const struct plan *p)
{
    GPtrArray *out = g_ptr_array_new();

    for (guint i = 0; i < p->items->len; i++)
        g_ptr_array_add(out, p->items->pdata[i]);
    g_ptr_array_sort(out, by_item_name);
    return out;
}

/* ---- what is different ---- */

static void put_headline(const struct plan *p, GString *out)
{
    const struct wire_environment *base = p->inside->base;
    const char *name = p->inside->environment;

    if (p->is_new_environment && !base)
        g_string_append_printf(out, "\n`%s` environment will be initialized\n\n", name);
    else if (p->is_new_environment)
        g_string_append_printf(out, "\nNew environment `%s` will be created from `%s`\n\n", name,
                               base->name);
    if (p->is_new_environment && p->items->len == 0)
        return;
    if (!p->has_changes)
        g_string_append_printf(
            out, "\nNo changes to plan: project files match the `%s` environment\n\n", name);
    else if (base)
        g_string_append_printf(out, "\nDifferences from the `%s` environment:\n\n", base->name);
}

/* Statements one a line; NULL is none. */
static char *statements_text(const json_t *statements, const char *which)
{
    const json_t *list = json_object_get(statements, which);
    GString *out = g_string_new(NULL);
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one)
        g_string_append_printf(out, "%s\n", json_string_value(one) ? json_string_value(one) : "");
    return g_string_free(out, FALSE);
}

static void put_statements_of(const struct plan *p, const char *which, GString *out)
{
    g_autofree char *before =
        statements_text(p->inside->base ? p->inside->base->statements : NULL, which);
    g_autofree char *after = statements_text(p->project->statements, which);
    g_autofree char *diff = plan_text_diff(before, after, "", "");
    g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);

    if (!*diff)
        return;
    g_string_append_printf(out, "%s:\n", which);
    for (size_t i = 2; lines[i]; i++) /* behind the two lines of names */
        if (lines[i][0] && lines[i][0] != '@')
            g_string_append_printf(out, "  %c %s\n", lines[i][0], lines[i] + 1);
    g_string_append_c(out, '\n');
}

static void put_statements(const struct plan *p, GString *out)
{
    if (!plan__statements_differ(p))
        return;
    g_string_append(out, "Environment statements:\n\n");
    put_statements_of(p, "before_all", out);
    put_statements_of(p, "after_all", out);
}

static const struct {
    enum plan_change change;
    const char *title;
} groups[] = {
    {CHANGE_ADDED,    "Added:"              },
    {CHANGE_REMOVED,  "Removed:"            },
    {CHANGE_DIRECT,   "Directly Modified:"  },
    {CHANGE_INDIRECT, "Indirectly Modified:"},
    {CHANGE_METADATA, "Metadata Updated:"   },
};

static void add_group(const struct plan *p, const GPtrArray *items, enum plan_change change,
                      struct tree *group)
{
    for (guint i = 0; i < items->len; i++) {
        const struct plan_item *item = items->pdata[i];
        g_autofree char *name = NULL;

        if (item->change != change || (change == CHANGE_METADATA && !plan__metadata_differs(item)))
            continue;
        name = plan__display(p, item->snapshot ? item->snapshot->name : item->before->name);
        plan__tree_add(group, name);
    }
    if (change != CHANGE_DIRECT)
        plan__tree_shorten(group);
}

static void put_models(const struct plan *p, GString *out)
{
    g_autoptr(GPtrArray) items = sorted_items(p);
    g_autoptr(tree) models = plan__tree_new("Models:");

    for (unsigned i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_autoptr(tree) group = plan__tree_new(groups[i].title);

        add_group(p, items, groups[i].change, group);
        if (plan__tree_size(group) > 0)
            plan__tree_adopt(models, g_steal_pointer(&group));
    }
    if (items->len > 0)
        plan__tree_print(models, out);
}

/* ---- one model's change ---- */

static void add_children(const struct plan *p, const struct plan_item *item, struct tree *t)
{
    g_autoptr(GPtrArray) children = plan__children(p, item->snapshot->name);
    struct tree *list;

    if (children->len == 0)
        return;
    list = plan__tree_add(t, "Indirectly Modified Children:");
    for (guint i = 0; i < children->len; i++) {
        const struct plan_item *child = plan__item(p, children->pdata[i]);
        g_autofree char *name = plan__display(p, children->pdata[i]);
        g_autofree char *label =
            item->categorized
                ? g_strdup_printf("%s (%s)", name, plan__category_words[child->category])
                : g_strdup(name);

        plan__tree_add(list, label);
    }
    plan__tree_shorten(list);
}

static struct tree *change_tree(const struct plan *p, const struct plan_item *item)
{
    g_autofree char *name = plan__display(p, item->snapshot->name);
    g_autofree char *label = NULL;
    struct tree *t;

    if (item->change != CHANGE_DIRECT)
        label = g_strdup_printf("Metadata Updated: %s", name);
    else if (item->categorized)
        label = g_strdup_printf("Directly Modified: %s (%s)", name,
                                plan__category_words[item->category]);
    else
        label = g_strdup_printf("Directly Modified: %s", name);
    t = plan__tree_new(label);
    if (item->change == CHANGE_DIRECT)
        add_children(p, item, t);
    return t;
}

static void put_change(const struct plan *p, const struct plan_item *item, GString *out)
{
    g_autofree char *diff = plan__definition_diff(item);
    g_autoptr(tree) t = change_tree(p, item);

    if (diff)
        g_string_append_printf(out, "\n%s", diff);
    g_string_append_c(out, '\n');
    plan__tree_print(t, out);
}

static void put_changes(const struct plan *p, GString *out)
{
    g_autoptr(GPtrArray) items = sorted_items(p);

    for (guint i = 0; i < items->len; i++) {
        const struct plan_item *item = items->pdata[i];

        if (item->change == CHANGE_DIRECT ||
            ((item->change == CHANGE_INDIRECT || item->change == CHANGE_METADATA) &&
             plan__metadata_differs(item)))
            put_change(p, item, out);
    }
}

static void put_restated(const struct plan *p, GString *out)
{
    g_autoptr(tree) t = plan__tree_new(
        "Models selected for restatement:\n"
        "This causes backfill of the model itself as well as affected downstream models");
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(p->inside->restate), (GCompareFunc)strcmp);

    for (const GList *i = names; i; i = i->next) {
        g_autofree char *name = plan__display(p, i->data);

        plan__tree_add(t, name);
    }
    plan__tree_print(t, out);
}

char *plan_summary(const struct plan *p, bool with_diff)
{
    GString *out = g_string_new(NULL);

    if (p->inside->restate) {
        put_restated(p, out);
        return g_string_free(out, FALSE);
    }
    put_headline(p, out);
    if (with_diff)
        put_statements(p, out);
    put_models(p, out);
    if (with_diff)
        put_changes(p, out);
    return g_string_free(out, FALSE);
}

/* ---- what has to be filled ---- */

static int by_schedule_name(const void *a, const void *b)
{
    const struct schedule_item *x = *(struct schedule_item *const *)a;
    const struct schedule_item *y = *(struct schedule_item *const *)b;

    return strcmp(x->snapshot->name, y->snapshot->name);
}

static bool computes(const struct plan *p)
{
    return !p->options.skip_backfill && !p->options.empty_backfill;
}

char *plan_backfill_summary(const struct plan *p)
{
    g_autoptr(tree) t = plan__tree_new("Models needing backfill:");
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    GString *out = g_string_new(NULL);

    for (guint i = 0; computes(p) && i < p->schedule->items->len; i++) {
        const struct schedule_item *item = p->schedule->items->pdata[i];

        if (item->batches->len > 0)
            g_ptr_array_add(items, (void *)item);
    }
    g_ptr_array_sort(items, by_schedule_name);
    for (guint i = 0; i < items->len; i++) {
        const struct schedule_item *item = items->pdata[i];
        g_autofree char *name = plan__display(p, item->snapshot->name);
        g_autofree char *when = plan__missing_text(item);
        g_autofree char *label =
            g_strdup_printf("%s: [%s]%s", name, when, item->deployable ? "" : " (preview)");

        plan__tree_add(t, label);
    }
    plan__tree_shorten(t);
    if (items->len > 0)
        plan__tree_print(t, out);
    return g_string_free(out, FALSE);
}
