/* definition.c -- a model as JSON and back, by one table of its members. */
#include "base/json.h"
#include "project/model.h"
#include "project/project_int.h"

#include <string.h>

enum member_kind {
    M_STRING,
    M_INT,
    M_BOOL,
    M_STRINGS,    /* GStrv in the arena */
    M_JSON,       /* json_t *, an own reference */
    M_COLUMNS,    /* GPtrArray of struct model_column */
    M_STATEMENTS, /* GPtrArray of struct model_statement */
    M_AUDITS,     /* GPtrArray of struct model_audit */
};

struct member {
    const char *name;
    size_t offset;
    enum member_kind kind;
};

#define MEMBER(type, field, kind)                                                                  \
    {                                                                                              \
#field, offsetof(struct type, field), kind                                                 \
    }

static const struct member model_members[] = {
    MEMBER(model, name, M_STRING),
    MEMBER(model, fqn, M_STRING),
    MEMBER(model, catalog, M_STRING),
    MEMBER(model, schema, M_STRING),
    MEMBER(model, table, M_STRING),
    MEMBER(model, dialect, M_STRING),
    MEMBER(model, cron, M_STRING),
    MEMBER(model, cron_tz, M_STRING),
    MEMBER(model, interval_unit, M_STRING),
    MEMBER(model, start, M_STRING),
    MEMBER(model, end, M_STRING),
    MEMBER(model, time_column, M_STRING),
    MEMBER(model, time_format, M_STRING),
    MEMBER(model, partition_by_time_column, M_STRING),
    MEMBER(model, lookback, M_INT),
    MEMBER(model, batch_size, M_INT),
    MEMBER(model, batch_concurrency, M_INT),
    MEMBER(model, forward_only, M_BOOL),
    MEMBER(model, disable_restatement, M_BOOL),
    MEMBER(model, allow_partials, M_BOOL),
    MEMBER(model, enabled, M_BOOL),
    MEMBER(model, insert_overwrite_ok, M_BOOL),
    MEMBER(model, depends_on_self, M_BOOL),
    MEMBER(model, on_destructive_change, M_STRING),
    MEMBER(model, on_additive_change, M_STRING),
    MEMBER(model, owner, M_STRING),
    MEMBER(model, description, M_STRING),
    MEMBER(model, stamp, M_STRING),
    MEMBER(model, gateway, M_STRING),
    MEMBER(model, project, M_STRING),
    MEMBER(model, tags, M_STRINGS),
    MEMBER(model, grains, M_STRINGS),
    MEMBER(model, references, M_STRINGS),
    MEMBER(model, depends_on, M_STRINGS),
    MEMBER(model, partitioned_by, M_STRINGS),
    MEMBER(model, clustered_by, M_STRINGS),
    MEMBER(model, storage_format, M_STRING),
    MEMBER(model, table_format, M_STRING),
    MEMBER(model, columns, M_COLUMNS),
    MEMBER(model, column_descriptions, M_COLUMNS),
    MEMBER(model, audits, M_AUDITS),
    MEMBER(model, definitions, M_STATEMENTS),
    MEMBER(model, pre, M_STATEMENTS),
    MEMBER(model, post, M_STATEMENTS),
    MEMBER(model, on_virtual_update, M_STATEMENTS),
    MEMBER(model, query, M_STRING),
    MEMBER(model, kind_properties, M_JSON),
    MEMBER(model, physical_properties, M_JSON),
    MEMBER(model, virtual_properties, M_JSON),
    MEMBER(model, session_properties, M_JSON),
    MEMBER(model, variables, M_JSON),
    MEMBER(model, blueprint_variables, M_JSON),
    MEMBER(model, embedded, M_JSON),
    MEMBER(model, columns_known, M_BOOL),
    MEMBER(model, projections, M_COLUMNS),
    {NULL, 0, 0},
};

static const struct member seed_members[] = {
    MEMBER(model_seed, path, M_STRING),
    MEMBER(model_seed, delimiter, M_STRING),
    MEMBER(model_seed, quotechar, M_STRING),
    MEMBER(model_seed, escapechar, M_STRING),
    MEMBER(model_seed, encoding, M_STRING),
    MEMBER(model_seed, lineterminator, M_STRING),
    MEMBER(model_seed, doublequote, M_BOOL),
    MEMBER(model_seed, skipinitialspace, M_BOOL),
    MEMBER(model_seed, na_values, M_STRINGS),
    MEMBER(model_seed, na_columns, M_JSON),
    MEMBER(model_seed, keep_default_na, M_BOOL),
    MEMBER(model_seed, batch_size, M_INT),
    {NULL, 0, 0},
};

static const struct member column_members[] = {
    MEMBER(model_column, name, M_STRING),
    MEMBER(model_column, type, M_STRING),
    MEMBER(model_column, description, M_STRING),
    {NULL, 0, 0},
};

static const struct member statement_members[] = {
    MEMBER(model_statement, sql, M_STRING),
    MEMBER(model_statement, at, M_INT),
    {NULL, 0, 0},
};

static const struct member audit_members[] = {
    MEMBER(model_audit, name, M_STRING),
    MEMBER(model_audit, blocking, M_BOOL),
    MEMBER(model_audit, query, M_STRING),
    MEMBER(model_audit, dialect, M_STRING),
    MEMBER(model_audit, arguments, M_JSON),
    MEMBER(model_audit, definitions, M_STATEMENTS),
    {NULL, 0, 0},
};

/* What a list's elements are. */
static const struct element {
    const struct member *members;
    size_t size;
} elements[] = {
    [M_COLUMNS] = {column_members,    sizeof(struct model_column)   },
    [M_STATEMENTS] = {statement_members, sizeof(struct model_statement)},
    [M_AUDITS] = {audit_members,     sizeof(struct model_audit)    },
};

/* ---- to JSON -------------------------------------------------------------------------------- */

static json_t *write_members(const void *object, const struct member *members);

static json_t *write_strings(char *const *list)
{
    json_t *array = list ? json_array() : NULL;

    for (; list && *list; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static json_t *write_list(const GPtrArray *list, enum member_kind kind)
{
    json_t *array = list ? json_array() : NULL;

    for (guint i = 0; list && i < list->len; i++)
        json_array_append_new(array, write_members(list->pdata[i], elements[kind].members));
    return array;
}

static json_t *write_member(const void *at, enum member_kind kind)
{
    switch (kind) {
    case M_STRING: {
        const char *text = *(const char *const *)at;
        return text ? json_string(text) : NULL;
    }
    case M_INT:
        return *(const int64_t *)at ? json_integer(*(const int64_t *)at) : NULL;
    case M_BOOL:
        return *(const bool *)at ? json_true() : NULL;
    case M_STRINGS:
        return write_strings(*(char *const *const *)at);
    case M_JSON:
        return json_incref(*(json_t *const *)at);
    default:
        return write_list(*(GPtrArray *const *)at, kind);
    }
}

/* Members that have the value a reader would give them anyway are left out. */
static json_t *write_members(const void *object, const struct member *members)
{
    json_t *json = json_object();

    for (const struct member *m = members; m->name; m++) {
        json_t *value = write_member((const char *)object + m->offset, m->kind);

        if (value)
            json_object_set_new_nocheck(json, m->name, value);
    }
    return json;
}

/* Bytes that are no UTF-8 (a seed with an encoding of its own) travel as base64. */
static json_t *write_seed(const struct model_seed *seed)
{
    json_t *json = write_members(seed, seed_members);

    if (g_utf8_validate_len(seed->content, seed->len, NULL)) {
        json_object_set_new(json, "content", json_stringn_nocheck(seed->content, seed->len));
    } else {
        g_autofree char *text = g_base64_encode((const guchar *)seed->content, seed->len);
        json_object_set_new(json, "content_base64", json_string(text));
    }
    return json;
}

json_t *model_definition(const struct model *m)
{
    json_t *json = write_members(m, model_members);

    json_object_set_new(json, "kind", json_string(model_kind_names[m->kind]));
    if (m->seed)
        json_object_set_new(json, "seed", write_seed(m->seed));
    return json;
}

/* ---- from JSON ------------------------------------------------------------------------------ */

static bool read_members(struct arena *a, void *object, const struct member *members,
                         const json_t *json, GError **error);

static bool wrong(const struct member *m, const char *wanted, GError **error)
{
    g_set_error(error, project_error(), ERROR_INVALID,
                "A model's definition holds \"%s\", which should be %s and is not.", m->name,
                wanted);
    return false;
}

static bool read_strings(struct arena *a, char ***out, const struct member *m, const json_t *json,
                         GError **error)
{
    size_t n = json_array_size(json), i;
    char **list = arena_alloc(a, (n + 1) * sizeof *list);
    json_t *item;

    json_array_foreach (json, i, item) {
        if (!json_is_string(item))
            return wrong(m, "a list of texts", error);
        list[i] = arena_strdup(a, json_string_value(item));
    }
    list[n] = NULL;
    *out = list;
    return true;
}

static bool read_list(struct arena *a, GPtrArray **out, const struct member *m, const json_t *json,
                      GError **error)
{
    GPtrArray *list = project__list(a);
    const struct element *e = &elements[m->kind];
    size_t i;
    json_t *item;

    json_array_foreach (json, i, item) {
        void *object = arena_zalloc(a, e->size);

        if (!json_is_object(item))
            return wrong(m, "a list of objects", error);
        if (!read_members(a, object, e->members, item, error))
            return false;
        g_ptr_array_add(list, object);
    }
    *out = list;
    return true;
}

static bool read_member(struct arena *a, void *at, const struct member *m, json_t *json,
                        GError **error)
{
    switch (m->kind) {
    case M_STRING:
        if (!json_is_string(json))
            return wrong(m, "a text", error);
        *(const char **)at = arena_strndup(a, json_string_value(json), json_string_length(json));
        return true;
    case M_INT:
        if (!json_is_integer(json))
            return wrong(m, "a whole number", error);
        *(int64_t *)at = json_integer_value(json);
        return true;
    case M_BOOL:
        if (!json_is_boolean(json))
            return wrong(m, "true or false", error);
        *(bool *)at = json_is_true(json);
        return true;
    case M_JSON:
        *(json_t **)at = project__keep_json(a, json_incref(json));
        return true;
    case M_STRINGS:
        return json_is_array(json) ? read_strings(a, at, m, json, error)
                                   : wrong(m, "a list of texts", error);
    default:
        return json_is_array(json) ? read_list(a, at, m, json, error)
                                   : wrong(m, "a list of objects", error);
    }
}

static bool read_members(struct arena *a, void *object, const struct member *members,
                         const json_t *json, GError **error)
{
    for (const struct member *m = members; m->name; m++) {
        json_t *value = json_object_get(json, m->name);

        if (value && !json_is_null(value) &&
            !read_member(a, (char *)object + m->offset, m, value, error))
            return false;
    }
    return true;
}

static bool read_seed(struct arena *a, struct model *m, const json_t *json, GError **error)
{
    struct model_seed *seed = arena_new_of(a, struct model_seed);
    const json_t *content = json_object_get(json, "content");
    const char *encoded = json_get_string(json, "content_base64", NULL);

    if (!read_members(a, seed, seed_members, json, error))
        return false;
    if (json_is_string(content)) {
        seed->len = json_string_length(content);
        seed->content = arena_strndup(a, json_string_value(content), seed->len);
    } else if (encoded) {
        g_autofree guchar *bytes = g_base64_decode(encoded, &seed->len);
        char *copy = arena_alloc(a, seed->len + 1);

        memcpy(copy, bytes, seed->len);
        copy[seed->len] = '\0';
        seed->content = copy;
    } else {
        g_set_error(error, project_error(), ERROR_INVALID,
                    "The definition of the seed %s holds no content.", m->name);
        return false;
    }
    m->seed = seed;
    return true;
}

static bool read_kind(struct model *m, const json_t *definition, GError **error)
{
    const char *word = json_get_string(definition, "kind", "");

    for (m->kind = 0; model_kind_names[m->kind]; m->kind++)
        if (strcmp(model_kind_names[m->kind], word) == 0)
            return true;
    g_set_error(error, project_error(), ERROR_INVALID,
                "A model's definition names the kind \"%s\", which this version does not know.",
                word);
    return false;
}

struct model *model_from_definition(struct arena *a, const json_t *definition, GError **error)
{
    struct model *m = arena_new_of(a, struct model);
    const json_t *seed = json_object_get(definition, "seed");

    if (!json_is_object(definition)) {
        g_set_error_literal(error, project_error(), ERROR_INVALID,
                            "A model's definition is missing or is no JSON object.");
        return NULL;
    }
    if (!read_kind(m, definition, error) || !read_members(a, m, model_members, definition, error) ||
        (json_is_object(seed) && !read_seed(a, m, seed, error)))
        return NULL;
    if (!m->name || !m->fqn || !m->table) {
        g_set_error_literal(error, project_error(), ERROR_INVALID,
                            "A model's definition holds no name.");
        return NULL;
    }
    project__fill_lists(a, m);
    return m;
}
