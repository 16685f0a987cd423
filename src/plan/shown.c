/* Names, intervals, categories and differences as people read them. */
#include "plan/plan_int.h"

#include "calendar/date.h"
#include "schedule/names.h"

#include <string.h>

const char *const plan__category_words[] = {
    "Unknown",      "Breaking",          "Non-breaking",
    "Forward-only", "Indirect Breaking", "Indirect Non-breaking",
    "Metadata",
};

char *plan__display(const struct plan *p, const char *name)
{
    return names_display(name, p->project->default_catalog, p->inside->environment,
                         p->project->config->suffix_target);
}

/* The last moment of a range; of whole days their dates. */
static char *moment_text(const struct wire_snapshot *s, int64_t ms)
{
    enum interval_unit unit;

    if (s->interval_unit && unit_parse(s->interval_unit, &unit, NULL) && unit > UNIT_DAY)
        return date_timestamp(ms - ms % 1000);
    return date_ds(ms);
}

static char *ranges_text(const struct schedule_item *item)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < intervals_count(item->missing); i++) {
        struct interval r = intervals_get(item->missing, i);
        g_autofree char *start = moment_text(item->snapshot, r.start);
        g_autofree char *end = moment_text(item->snapshot, r.end - 1);

        g_string_append_printf(out, "%s%s - %s", i ? ", " : "", start, end);
    }
    return g_string_free(out, FALSE);
}

char *plan__missing_text(const struct schedule_item *item)
{
    if (schedule_is_incremental(item->snapshot->kind))
        return ranges_text(item);
    return g_strdup(item->snapshot->kind == KIND_VIEW ? "recreate view" : "full refresh");
}

static void mark_below(const struct plan *p, const char *name, GHashTable *below)
{
    g_hash_table_add(below, (void *)name);
    for (guint i = 0; i < p->snapshots->len; i++) {
        const struct wire_snapshot *s = p->snapshots->pdata[i];

        for (guint k = 0; k < s->parents->len; k++) {
            const struct wire_snapshot_id *id = s->parents->pdata[k];

            if (g_hash_table_contains(below, id->name))
                g_hash_table_add(below, s->name);
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *plan__children(const struct plan *p, const char *name)
{
    g_autoptr(GHashTable) below = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *out = g_ptr_array_new();

    mark_below(p, name, below);
    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (item->change == CHANGE_INDIRECT && g_hash_table_contains(below, item->snapshot->name))
            g_ptr_array_add(out, item->snapshot->name);
    }
    g_ptr_array_sort(out, by_name);
    return out;
}

bool plan__metadata_differs(const struct plan_item *item)
{
    return item->before && item->snapshot &&
           g_strcmp0(item->before->metadata_hash, item->snapshot->metadata_hash) != 0;
}

char *plan__definition_diff(const struct plan_item *item)
{
    g_autofree char *before = NULL, *after = NULL, *out = NULL;

    if (!item->before || !item->snapshot || !item->before->definition ||
        !item->snapshot->definition)
        return NULL;
    before = project_definition_text(item->before->definition, NULL);
    after = project_definition_text(item->snapshot->definition, NULL);
    if (!before || !after)
        return NULL;
    out = plan_text_diff(before, after, "", "");
    return *out ? g_steal_pointer(&out) : NULL;
}
