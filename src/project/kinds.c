/* kinds.c -- model kinds: what each may say, and what it is without saying it. */
#include "project/project_int.h"
#include "project/seed.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

#define AT(field) offsetof(struct model, field)

static void note(struct reading *r, const char *name, json_t *value)
{
    struct model *m = r->draft->model;

    if (!m->kind_properties)
        m->kind_properties = project__keep_json(r->arena, json_object());
    json_object_set_new(m->kind_properties, name, value);
}

static bool set_noted_count(struct reading *r, const struct property_row *row,
                            const struct property *p, GError **error)
{
    int64_t value;

    if (!project__count(r, p, &value, error))
        return false;
    note(r, row->name, json_integer(value));
    return true;
}

static bool set_noted_text(struct reading *r, const struct property_row *row,
                           const struct property *p, GError **error)
{
    const char *text;

    if (!project__text(r, p, &text, error))
        return false;
    note(r, row->name, json_string(text));
    return true;
}

/* on_destructive_change, on_additive_change */
static bool set_reaction(struct reading *r, const struct property_row *row,
                         const struct property *p, GError **error)
{
    static const char *const words[] = {"ERROR", "WARN", "ALLOW", "IGNORE", NULL};
    const char *text;
    g_autofree char *upper = NULL;

    if (!project__text(r, p, &text, error))
        return false;
    upper = g_ascii_strup(text, -1);
    if (!g_strv_contains(words, upper))
        return project__fail(r, p->value.at, error,
                             "\"%s\" is ERROR, WARN, ALLOW or IGNORE, not \"%s\".", p->name, text);
    *(const char **)((char *)r->draft->model + row->offset) = arena_strdup(r->arena, upper);
    return true;
}

static bool set_partition_by_time(struct reading *r, const struct property_row *row,
                                  const struct property *p, GError **error)
{
    bool value;

    (void)row;
    if (!project__bool(r, p, &value, error))
        return false;
    r->draft->model->partition_by_time_column = value ? NULL : "false";
    return true;
}

/* An identifier that needs no quotes stays without: `ds`. */
static void print_column(GString *out, struct reading *r, const struct sql_node *column)
{
    SQL_EACH_CHILD (column, c) {
        const char *name = sql_normalize(r->arena, c, r->dialect);
        bool plain = *name && !g_ascii_isdigit(*name);
        struct sql_node *bare = sql_node_new(r->arena, SQL_IDENTIFIER, name, -1);

        for (const char *s = name; *s; s++)
            plain = plain && (g_ascii_isalnum(*s) || *s == '_');
        plain = plain && strcmp(sql_normalize(r->arena, bare, r->dialect), name) == 0;
        g_autofree char *text = plain ? g_strdup(name) : sql_quote_identifier(r->dialect, name);
        if (out->len > 0)
            g_string_append_c(out, '.');
        g_string_append(out, text);
    }
}

/* ds, or (ds, '%Y-%m-%d') */
static bool set_time_column(struct reading *r, const struct property_row *row,
                            const struct property *p, GError **error)
{
    struct model *m = r->draft->model;
    struct sql_node *n = project__expression(r, p, error);
    g_autoptr(GString) text = g_string_new("");
    GPtrArray *items;

    (void)row;
    if (!n)
        return false;
    items = project__items(r->arena, n);
    if (items->len == 0 || items->len > 2)
        return project__fail(r, p->value.at, error,
                             "\"time_column\" is a column, or (column, 'format').");
    n = items->pdata[0];
    if (n->kind == SQL_STRING) {
        const char *sql = sql_text(r->arena, n);
        struct source s = {"time_column", sql, strlen(sql)};

        if (!(n = sql_parse_expression(r->arena, &s, r->dialect, error)))
            return false;
    }
    if (n->kind == SQL_COLUMN)
        print_column(text, r, n);
    else
        sql_print_to(text, n, r->dialect);
    m->time_column = arena_strdup(r->arena, text->str);
    if (items->len == 2) {
        const char *format = project__scalar(r->arena, items->pdata[1]);

        if (!format)
            return project__fail(r, p->value.at, error, "the time's format is a text in quotes.");
        m->time_format = project__read_time_format(r->arena, r->dialect, format);
    }
    return true;
}

static bool set_materialized(struct reading *r, const struct property_row *row,
                             const struct property *p, GError **error)
{
    bool value;

    (void)row;
    if (!project__bool(r, p, &value, error))
        return false;
    return !value || project__fail(r, p->at, error,
                                   "views that are materialized are not carried out by this "
                                   "version; the kind FULL keeps the rows as well.");
}

static const struct property_row view_rows[] = {
    {"materialized", set_materialized, 0, NULL},
    {NULL,           NULL,             0, NULL},
};

static const struct property_row seed_rows[] = {
    {"path",         project__set_seed_path,    0, NULL},
    {"batch_size",   project__set_seed_batch,   0, NULL},
    {"csv_settings", project__set_csv_settings, 0, NULL},
    {NULL,           NULL,                      0, NULL},
};

static const struct property_row time_range_rows[] = {
    {"time_column",                set_time_column,       0,                         NULL},
    {"partition_by_time_column",   set_partition_by_time, 0,                         NULL},
    {"lookback",                   project__set_count,    AT(lookback),              NULL},
    {"batch_size",                 project__set_count,    AT(batch_size),            NULL},
    {"batch_concurrency",          project__set_count,    AT(batch_concurrency),     NULL},
    {"forward_only",               project__set_flag,     AT(forward_only),          NULL},
    {"disable_restatement",        project__set_flag,     AT(disable_restatement),   NULL},
    {"on_destructive_change",      set_reaction,          AT(on_destructive_change), NULL},
    {"on_additive_change",         set_reaction,          AT(on_additive_change),    NULL},
    {"auto_restatement_cron",      set_noted_text,        0,                         NULL},
    {"auto_restatement_intervals", set_noted_count,       0,                         NULL},
    {"dialect",                    set_noted_text,        0,                         NULL},
    {NULL,                         NULL,                  0,                         NULL},
};

static const struct property_row no_rows[] = {
    {NULL, NULL, 0, NULL}
};

static const struct {
    int kind;
    const struct property_row *rows;
} kinds[] = {
    {KIND_VIEW,                      view_rows      },
    {KIND_FULL,                      no_rows        },
    {KIND_SEED,                      seed_rows      },
    {KIND_INCREMENTAL_BY_TIME_RANGE, time_range_rows},
    {KIND_EMBEDDED,                  no_rows        },
};

static const char *const kind_words[] = {
    "VIEW", "FULL", "SEED", "INCREMENTAL_BY_TIME_RANGE", "EMBEDDED", NULL,
};

static bool refuse_kind(struct reading *r, const struct property *p, const char *word,
                        GError **error)
{
    const char *nearest;

    if (strcmp(word, "EXTERNAL") == 0)
        return project__fail(r, p->value.at, error,
                             "a model of kind EXTERNAL stands in external_models.yaml, not in a "
                             "MODEL block.");
    if (g_strv_contains(model_kind_names, word) || strcmp(word, "SCD_TYPE_2") == 0)
        return project__fail(r, p->value.at, error,
                             "the kind %s is not carried out by this version. It knows VIEW, FULL, "
                             "SEED, INCREMENTAL_BY_TIME_RANGE and EMBEDDED.",
                             word);
    project__fail(r, p->value.at, error, "there is no model kind \"%s\".", word);
    if ((nearest = nearest_name(word, kind_words)))
        error_hint(error, "did you mean %s?", nearest);
    return false;
}

/* What a kind is without saying it, config.model_defaults heard. */
static bool begin_kind(struct reading *r, int kind, GError **error)
{
    static const char *const heard[] = {"batch_concurrency", "on_destructive_change",
                                        "on_additive_change"};
    struct model *m = r->draft->model;

    m->kind = kind;
    m->on_destructive_change = m->on_additive_change = "ALLOW";
    if (kind == KIND_SEED) {
        m->seed = arena_new_of(r->arena, struct model_seed);
        seed_settings_init(m->seed);
        m->seed->batch_size = 1000;
    }
    if (kind != KIND_INCREMENTAL_BY_TIME_RANGE)
        return true;
    m->on_destructive_change = "ERROR";
    m->time_format = json_get_string(r->loader->config->raw, "time_column_format", "%Y-%m-%d");
    for (size_t i = 0; i < G_N_ELEMENTS(heard); i++)
        if (!project__set_default(r, time_range_rows, heard[i], error))
            return false;
    return true;
}

static bool end_kind(struct reading *r, const struct property *p, GError **error)
{
    const struct model *m = r->draft->model;

    if (m->kind == KIND_INCREMENTAL_BY_TIME_RANGE && !m->time_column)
        return project__fail(r, p->value.at, error,
                             "the kind INCREMENTAL_BY_TIME_RANGE needs a time_column.");
    if (m->kind == KIND_SEED && !m->seed->path)
        return project__fail(r, p->value.at, error, "the kind SEED needs the path of its file.");
    return true;
}

static bool set_kind_properties(struct reading *r, const struct property *p,
                                const struct property_row *rows, struct sql_range list,
                                GError **error)
{
    GArray *properties;
    g_autofree char *what = g_strdup_printf("the kind %s", model_kind_names[r->draft->model->kind]);
    bool ok = true;

    if (list.len > 0) {
        if (!(properties = project__read_block(r, list, error)))
            return false;
        for (guint i = 0; ok && i < properties->len; i++)
            ok = project__set_by_rows(r, rows, what, &g_array_index(properties, struct property, i),
                                      error);
        g_array_unref(properties);
    }
    return ok && end_kind(r, p, error);
}

/* kind @x, kind @{x}, kind @IF(…): what the macro gives, read in its place. */
static bool expand_kind(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    struct sql_node *n = project__expression(r, p, error);
    g_autofree char *text = NULL;
    struct reading sub;
    struct property again;

    if (!n)
        return false;
    text = n->kind == SQL_STRING ? g_strdup(sql_text(r->arena, n)) : sql_print(n, r->dialect);
    again = project__property_of(&sub, r, p->name, r->source.name, arena_strdup(r->arena, text));
    again.has_macro = false;
    return project__set_kind(&sub, row, &again, error);
}

bool project__set_kind(struct reading *r, const struct property_row *row, const struct property *p,
                       GError **error)
{
    struct sql_token word = project__token_at(r, p->value.at);
    uint32_t end = p->value.at + p->value.len, after = word.at + word.len;
    g_autofree char *upper = NULL;

    if (word.kind == T_AT && p->has_macro)
        return expand_kind(r, row, p, error);
    if (word.kind == T_STRING || word.kind == T_QUOTED)
        upper = g_ascii_strup(r->source.text + word.at + 1, word.len - 2);
    else
        upper = g_ascii_strup(r->source.text + word.at, word.len);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(model_kind_names[kinds[i].kind], upper) != 0)
            continue;
        struct sql_range list = {.at = after, .len = end - after};
        if (after < end)
            list.at = project__token_at(r, after).at;
        list.len = end - list.at;
        if (after >= end)
            list.len = 0;
        return begin_kind(r, kinds[i].kind, error) &&
               set_kind_properties(r, p, kinds[i].rows, list, error);
    }
    return refuse_kind(r, p, upper, error);
}

bool project__default_kind(struct reading *r, GError **error)
{
    static const struct property_row row[] = {
        {"kind", project__set_kind, 0, NULL},
        {NULL,   NULL,              0, NULL}
    };

    return begin_kind(r, KIND_VIEW, error) && project__set_default(r, row, "kind", error);
}
