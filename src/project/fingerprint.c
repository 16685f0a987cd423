/* fingerprint.c -- the four parts that say whether two versions of a model are the same. */
#include "base/ids.h"
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

void project__hash(GString *to, const char *text)
{
    g_string_append(to, text ? text : "");
    g_string_append_c(to, ';');
}

static char *digest(const char *text, size_t len)
{
    return g_strdup_printf("%u", crc32_add(0, text, len));
}

static void hash_int(GString *to, int64_t n)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, n);

    project__hash(to, text);
}

static void hash_json(GString *to, const json_t *value)
{
    g_autofree char *text = value ? json_text(value) : NULL;

    project__hash(to, text);
}

static void hash_noted(GString *to, const struct model *m, const char *name)
{
    hash_json(to, json_object_get(m->kind_properties, name));
}

static void hash_canonical(GString *to, const struct draft *d, const char *name)
{
    project__hash(to, g_hash_table_lookup(d->canonical, name));
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void hash_sorted(GString *to, char *const *list)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (; *list; list++)
        g_ptr_array_add(sorted, *list);
    g_ptr_array_sort(sorted, by_text);
    for (guint i = 0; i < sorted->len; i++)
        project__hash(to, sorted->pdata[i]);
}

/* What an external model declares. */
static void hash_columns(GString *to, const GPtrArray *columns)
{
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];

        project__hash(to, c->name);
        project__hash(to, c->type);
    }
}

/* What makes the rows. Query, statements, seeds and variables are in it already. */
static void finish_data(struct draft *d, const char *unit, const char *physical_schema)
{
    const struct model *m = d->model;
    GString *to = d->data;

    project__hash(to, model_kind_names[m->kind]);
    hash_noted(to, m, "materialized");
    project__hash(to, m->time_column);
    project__hash(to, m->time_format);
    project__hash(to, m->table_format);
    project__hash(to, m->storage_format);
    hash_int(to, m->lookback);
    hash_canonical(to, d, "partitioned_by");
    hash_canonical(to, d, "clustered_by");
    project__hash(to, m->stamp);
    project__hash(to, physical_schema);
    project__hash(to, m->gateway);
    project__hash(to, unit);
    if (m->kind == KIND_EXTERNAL)
        hash_columns(to, m->columns);
    else
        hash_canonical(to, d, "columns");
    hash_json(to, m->physical_properties);
}

static void hash_descriptions(GString *to, const struct model *m)
{
    for (guint i = 0; i < m->column_descriptions->len; i++) {
        const struct model_column *c = m->column_descriptions->pdata[i];

        project__hash(to, c->name);
        project__hash(to, c->description);
    }
}

/* What changes no row. Audits and on-virtual-update statements are in it already. */
static void finish_metadata(struct draft *d)
{
    const struct model *m = d->model;
    const char *texts[] = {
        m->dialect,
        m->owner,
        m->description,
        m->cron,
        m->cron_tz,
        m->start,
        m->end,
        m->project,
        m->on_destructive_change,
        m->on_additive_change,
        m->partition_by_time_column,
    };
    GString *to = d->metadata;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        project__hash(to, texts[i]);
    hash_descriptions(to, m);
    hash_int(to, m->batch_size);
    hash_int(to, m->batch_concurrency);
    hash_int(to, m->allow_partials | m->forward_only << 1 | m->disable_restatement << 2);
    hash_sorted(to, m->tags);
    project__hash(to, "");
    hash_canonical(to, d, "references");
    hash_canonical(to, d, "grains");
    hash_canonical(to, d, "grain");
    hash_noted(to, m, "auto_restatement_cron");
    hash_noted(to, m, "auto_restatement_intervals");
    hash_json(to, m->session_properties);
    hash_json(to, m->virtual_properties);
    if (m->seed)
        hash_int(to, m->seed->batch_size);
}

/* The digest of texts joined by ";", sorted; they are freed. */
static char *digest_sorted(GPtrArray *texts)
{
    g_autofree char *joined = NULL;

    g_ptr_array_sort(texts, by_text);
    g_ptr_array_add(texts, NULL);
    joined = g_strjoinv(";", (char **)texts->pdata);
    return digest(joined, strlen(joined));
}

static void hash_parents(struct loader *l, struct draft *d, struct wire_snapshot *s)
{
    g_autoptr(GPtrArray) data = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) metadata = g_ptr_array_new_with_free_func(g_free);

    for (char **name = d->model->depends_on; *name; name++) {
        const struct wire_snapshot *p = g_hash_table_lookup(l->project->snapshots_by_name, *name);

        if (!p)
            continue;
        g_autofree char *both = g_strdup_printf("%s;%s", p->data_hash, p->parent_data_hash);
        g_ptr_array_add(data, digest(both, strlen(both)));
        g_ptr_array_add(metadata, g_strdup(p->metadata_hash));
        g_ptr_array_add(metadata, g_strdup(p->parent_metadata_hash));
    }
    s->parent_data_hash = digest_sorted(data);
    s->parent_metadata_hash = digest_sorted(metadata);
}

void project__fingerprint(struct loader *l, struct draft *d, struct wire_snapshot *s)
{
    g_autofree char *all = NULL;

    finish_data(d, s->interval_unit, s->physical_schema);
    finish_metadata(d);
    s->data_hash = digest(d->data->str, d->data->len);
    s->metadata_hash = digest(d->metadata->str, d->metadata->len);
    hash_parents(l, d, s);
    all = g_strdup_printf("%s;%s;%s;%s", s->data_hash, s->metadata_hash, s->parent_data_hash,
                          s->parent_metadata_hash);
    s->identifier = digest(all, strlen(all));
}
