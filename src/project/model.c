/* model.c -- what every model has, wherever it was read from. */
#include "base/json.h"
#include "project/project_int.h"

static void unref_list(void *list)
{
    g_ptr_array_unref(list);
}

static void unref_json(void *json)
{
    json_decref(json);
}

GPtrArray *project__list(struct arena *a)
{
    GPtrArray *list = g_ptr_array_new();

    arena_defer(a, unref_list, list);
    return list;
}

json_t *project__keep_json(struct arena *a, json_t *json)
{
    if (json)
        arena_defer(a, unref_json, json);
    return json;
}

void project__fill_lists(struct arena *a, struct model *m)
{
    char **none = arena_zalloc(a, sizeof *none); /* the empty list */
    char ***strings[] = {&m->tags,       &m->grains,         &m->references,
                         &m->depends_on, &m->partitioned_by, &m->clustered_by};
    GPtrArray **lists[] = {&m->column_descriptions, &m->audits, &m->definitions, &m->pre, &m->post,
                           &m->on_virtual_update};

    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        if (!*strings[i])
            *strings[i] = none;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        if (!*lists[i])
            *lists[i] = project__list(a);
    for (guint i = 0; i < m->audits->len; i++) {
        struct model_audit *audit = m->audits->pdata[i];

        if (!audit->arguments)
            audit->arguments = project__keep_json(a, json_object());
    }
}

static bool all_typed(const GPtrArray *columns)
{
    for (guint i = 0; i < columns->len; i++)
        if (!((const struct model_column *)columns->pdata[i])->type)
            return false;
    return columns->len > 0;
}

const GPtrArray *model_typed_columns(const struct model *m)
{
    if (m->columns)
        return all_typed(m->columns) ? m->columns : NULL;
    return m->columns_known && m->projections && all_typed(m->projections) ? m->projections : NULL;
}
