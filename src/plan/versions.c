/* A snapshot's version names its table: a new one, or the one the model has had. */
#include "plan/plan_int.h"

#include "base/ids.h"

#include <string.h>

/* CRC-32 of texts joined by semicolons, in decimal: as SQLMesh makes hashes. g_free(). */
static char *hash_of(const char *a, const char *b)
{
    g_autofree char *text = g_strdup_printf("%s;%s", a ? a : "", b ? b : "");

    return g_strdup_printf("%u", crc32_add(0, text, strlen(text)));
}

static void set_text(char **member, const char *text)
{
    char *copy = g_strdup(text);

    g_free(*member);
    *member = copy;
}

/* The versions of a table that is filled already count for whoever shares it. */
static void share_intervals(struct wire_snapshot *s, const struct wire_snapshot *before)
{
    g_clear_pointer(&s->intervals, intervals_free);
    g_clear_pointer(&s->dev_intervals, intervals_free);
    if (!before)
        return;
    if (before->intervals && g_strcmp0(before->version, s->version) == 0)
        s->intervals = intervals_copy(before->intervals);
    if (before->dev_intervals && g_strcmp0(before->dev_version, s->dev_version) == 0)
        s->dev_intervals = intervals_copy(before->dev_intervals);
}

void plan__set_version(struct plan *p, struct wire_snapshot *s, const struct wire_snapshot *before,
                       const struct nature *nature)
{
    const struct wire_snapshot *own = g_hash_table_lookup(p->project->snapshots_by_name, s->name);
    bool rows_stay =
        nature->category == CATEGORY_INDIRECT_NON_BREAKING || nature->category == CATEGORY_METADATA;
    bool keeps = (nature->forward_only || rows_stay) && before && before->version;
    g_autofree char *fingerprint = hash_of(s->data_hash, s->parent_data_hash);

    if (keeps)
        set_text(&s->version, before->version);
    else if (s->forward_only && !before) {
        g_free(s->version);
        s->version = hash_of(s->name, model_kind_names[s->kind]);
    } else
        set_text(&s->version, fingerprint);
    set_text(&s->dev_version, fingerprint);
    set_text(&s->physical_schema, own ? own->physical_schema : s->physical_schema);
    if (keeps)
        set_text(&s->physical_schema, before->physical_schema);
    if (keeps && rows_stay && s->kind != KIND_VIEW && schedule_has_table(s->kind))
        set_text(&s->dev_version, before->dev_version);
    s->category = nature->forward_only && nature->category != CATEGORY_METADATA
                      ? CATEGORY_FORWARD_ONLY
                      : nature->category;
    share_intervals(s, before);
}
