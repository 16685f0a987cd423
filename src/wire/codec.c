#include "wire/codec.h"

#include "calendar/date.h"
#include "calendar/interval.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(wire)

#define MEMBER(message, field, type) (*(type *)((char *)(message) + (field)->offset))

static void free_list_item(const struct wire_field *f, void *item)
{
    if (f->kind == WIRE_OBJECTS)
        wire_free(f->type, item);
    else
        g_free(item);
}

static void free_list(const struct wire_field *f, GPtrArray *list)
{
    for (guint i = 0; list && i < list->len; i++)
        free_list_item(f, list->pdata[i]);
    if (list)
        g_ptr_array_unref(list);
}

void *wire_new(const struct wire_type *type)
{
    void *message = g_malloc0(type->size);

    for (const struct wire_field *f = type->fields; f->name; f++)
        if (f->kind == WIRE_STRINGS || f->kind == WIRE_OBJECTS)
            MEMBER(message, f, GPtrArray *) = g_ptr_array_new();
        else if (f->kind == WIRE_TIME || f->kind == WIRE_DATE)
            MEMBER(message, f, int64_t) = TIME_NONE;
    return message;
}

static void free_member(const struct wire_field *f, void *message)
{
    switch (f->kind) {
    case WIRE_STRING:
    case WIRE_NULLABLE:
        g_free(MEMBER(message, f, char *));
        break;
    case WIRE_STRINGS:
    case WIRE_OBJECTS:
        free_list(f, MEMBER(message, f, GPtrArray *));
        break;
    case WIRE_INTERVALS:
        intervals_free(MEMBER(message, f, struct intervals *));
        break;
    case WIRE_JSON:
        json_decref(MEMBER(message, f, json_t *));
        break;
    case WIRE_OBJECT:
        wire_free(f->type, MEMBER(message, f, void *));
        break;
    default:
        break;
    }
}

void wire_free(const struct wire_type *type, void *message)
{
    if (!message)
        return;
    for (const struct wire_field *f = type->fields; f->name; f++)
        free_member(f, message);
    g_free(message);
}

static void copy_list(const struct wire_field *f, const GPtrArray *from, GPtrArray *to)
{
    for (guint i = 0; from && i < from->len; i++)
        g_ptr_array_add(to, f->kind == WIRE_OBJECTS ? wire_copy(f->type, from->pdata[i])
                                                    : g_strdup(from->pdata[i]));
}

static void copy_member(const struct wire_field *f, const void *from, void *to)
{
    switch (f->kind) {
    case WIRE_STRING:
    case WIRE_NULLABLE:
        MEMBER(to, f, char *) = g_strdup(MEMBER(from, f, char *));
        break;
    case WIRE_INT:
    case WIRE_TIME:
    case WIRE_DATE:
        MEMBER(to, f, int64_t) = MEMBER(from, f, int64_t);
        break;
    case WIRE_REAL:
        MEMBER(to, f, double) = MEMBER(from, f, double);
        break;
    case WIRE_BOOL:
        MEMBER(to, f, bool) = MEMBER(from, f, bool);
        break;
    case WIRE_ENUM:
        MEMBER(to, f, int) = MEMBER(from, f, int);
        break;
    case WIRE_STRINGS:
    case WIRE_OBJECTS:
        copy_list(f, MEMBER(from, f, GPtrArray *), MEMBER(to, f, GPtrArray *));
        break;
    case WIRE_INTERVALS:
        if (MEMBER(from, f, struct intervals *))
            MEMBER(to, f, struct intervals *) = intervals_copy(MEMBER(from, f, struct intervals *));
        break;
    case WIRE_JSON:
        MEMBER(to, f, json_t *) = json_incref(MEMBER(from, f, json_t *));
        break;
    case WIRE_OBJECT:
        MEMBER(to, f, void *) = wire_copy(f->type, MEMBER(from, f, void *));
        break;
    }
}

void *wire_copy(const struct wire_type *type, const void *message)
{
    void *copy = message ? wire_new(type) : NULL;

    for (const struct wire_field *f = type->fields; message && f->name; f++)
        copy_member(f, message, copy);
    return copy;
}

static json_t *intervals_to_json(const struct intervals *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < intervals_count(s); i++) {
        struct interval r = intervals_get(s, i);

        json_array_append_new(list, json_pack("[I, I]", (json_int_t)r.start, (json_int_t)r.end));
    }
    return list;
}

static json_t *list_to_json(const struct wire_field *f, const GPtrArray *list)
{
    json_t *out = json_array();

    for (guint i = 0; list && i < list->len; i++)
        json_array_append_new(out, f->kind == WIRE_OBJECTS ? wire_to_json(f->type, list->pdata[i])
                                                           : json_string(list->pdata[i]));
    return out;
}

static json_t *date_to_json(int64_t ms)
{
    g_autofree char *text = ms == TIME_NONE ? NULL : date_iso(ms);

    return text ? json_string(text) : json_null();
}

/* A new reference, or NULL when the member is left out. */
static json_t *member_to_json(const struct wire_field *f, const void *message)
{
    void *pointer;

    switch (f->kind) {
    case WIRE_STRING:
        pointer = MEMBER(message, f, char *);
        return pointer ? json_string(pointer) : NULL;
    case WIRE_NULLABLE:
        pointer = MEMBER(message, f, char *);
        return pointer ? json_string(pointer) : json_null();
    case WIRE_DATE:
        return date_to_json(MEMBER(message, f, int64_t));
    case WIRE_INT:
        return json_integer(MEMBER(message, f, int64_t));
    case WIRE_TIME:
        return MEMBER(message, f, int64_t) == TIME_NONE ? NULL
                                                        : json_integer(MEMBER(message, f, int64_t));
    case WIRE_REAL:
        return json_real(MEMBER(message, f, double));
    case WIRE_BOOL:
        return json_boolean(MEMBER(message, f, bool));
    case WIRE_ENUM:
        return json_string(f->names[MEMBER(message, f, int)]);
    case WIRE_STRINGS:
    case WIRE_OBJECTS:
        return list_to_json(f, MEMBER(message, f, GPtrArray *));
    case WIRE_INTERVALS:
        pointer = MEMBER(message, f, struct intervals *);
        return pointer ? intervals_to_json(pointer) : NULL;
    case WIRE_JSON:
        return json_incref(MEMBER(message, f, json_t *));
    case WIRE_OBJECT:
        pointer = MEMBER(message, f, void *);
        return pointer ? wire_to_json(f->type, pointer) : NULL;
    }
    return NULL;
}

json_t *wire_to_json(const struct wire_type *type, const void *message)
{
    json_t *out = json_object();

    for (const struct wire_field *f = type->fields; f->name; f++) {
        json_t *value = member_to_json(f, message);

        if (value)
            json_object_set_new(out, f->name, value);
    }
    return out;
}

static bool wrong(const struct wire_type *type, const struct wire_field *f, const char *wanted,
                  GError **error)
{
    g_set_error(error, wire_error(), ERROR_INVALID, "In a message of type %s, \"%s\" must be %s.",
                type->name, f->name, wanted);
    return false;
}

static struct intervals *intervals_from_json(const json_t *list)
{
    g_autoptr(intervals) out = intervals_new();
    size_t i;
    json_t *range;

    json_array_foreach (list, i, range) {
        const json_t *start = json_array_get(range, 0), *end = json_array_get(range, 1);

        if (!json_is_integer(start) || !json_is_integer(end))
            return NULL;
        intervals_add(out, json_integer_value(start), json_integer_value(end));
    }
    return g_steal_pointer(&out);
}

static bool read_list(const struct wire_type *type, const struct wire_field *f, const json_t *json,
                      GPtrArray *list, GError **error)
{
    size_t i;
    json_t *item;

    if (!json_is_array(json))
        return wrong(type, f, "a list", error);
    json_array_foreach (json, i, item) {
        void *value;

        if (f->kind == WIRE_STRINGS && !json_is_string(item))
            return wrong(type, f, "a list of strings", error);
        value = f->kind == WIRE_STRINGS ? (void *)g_strdup(json_string_value(item))
                                        : wire_from_json(f->type, item, error);
        if (!value)
            return false;
        g_ptr_array_add(list, value);
    }
    return true;
}

static bool read_enum(const struct wire_type *type, const struct wire_field *f, const json_t *json,
                      int *value, GError **error)
{
    const char *word = json_string_value(json);

    for (int i = 0; word && f->names[i]; i++)
        if (strcmp(f->names[i], word) == 0) {
            *value = i;
            return true;
        }
    return wrong(type, f, "one of the known names", error);
}

static bool read_pointer(const struct wire_type *type, const struct wire_field *f,
                         const json_t *json, void *message, GError **error)
{
    switch (f->kind) {
    case WIRE_STRING:
    case WIRE_NULLABLE:
        if (!json_is_string(json))
            return wrong(type, f, "a string", error);
        MEMBER(message, f, char *) = g_strdup(json_string_value(json));
        return true;
    case WIRE_INTERVALS:
        if (!json_is_array(json) ||
            !(MEMBER(message, f, struct intervals *) = intervals_from_json(json)))
            return wrong(type, f, "a list of [start, end]", error);
        return true;
    case WIRE_JSON:
        MEMBER(message, f, json_t *) = json_incref((json_t *)json);
        return true;
    default:
        return (MEMBER(message, f, void *) = wire_from_json(f->type, json, error)) != NULL;
    }
}

static bool read_date(const struct wire_type *type, const struct wire_field *f, const json_t *json,
                      int64_t *ms, GError **error)
{
    const char *text = json_string_value(json);

    if (text && !date_is_relative(text) && date_parse(text, 0, ms, NULL, NULL))
        return true;
    return wrong(type, f, "a date, or a date and a time", error);
}

static bool read_member(const struct wire_type *type, const struct wire_field *f,
                        const json_t *json, void *message, GError **error)
{
    switch (f->kind) {
    case WIRE_INT:
    case WIRE_TIME:
        if (!json_is_integer(json))
            return wrong(type, f, "a whole number", error);
        MEMBER(message, f, int64_t) = json_integer_value(json);
        return true;
    case WIRE_DATE:
        return read_date(type, f, json, &MEMBER(message, f, int64_t), error);
    case WIRE_REAL:
        if (!json_is_number(json))
            return wrong(type, f, "a number", error);
        MEMBER(message, f, double) = json_number_value(json);
        return true;
    case WIRE_BOOL:
        if (!json_is_boolean(json))
            return wrong(type, f, "true or false", error);
        MEMBER(message, f, bool) = json_is_true(json);
        return true;
    case WIRE_ENUM:
        return read_enum(type, f, json, &MEMBER(message, f, int), error);
    case WIRE_STRINGS:
    case WIRE_OBJECTS:
        return read_list(type, f, json, MEMBER(message, f, GPtrArray *), error);
    default:
        return read_pointer(type, f, json, message, error);
    }
}

void *wire_from_json(const struct wire_type *type, const json_t *json, GError **error)
{
    void *message;

    if (!json_is_object(json)) {
        g_set_error(error, wire_error(), ERROR_INVALID, "A message of type %s must be an object.",
                    type->name);
        return NULL;
    }
    message = wire_new(type);
    for (const struct wire_field *f = type->fields; f->name; f++) {
        const json_t *value = json_object_get(json, f->name);
        bool absent = !value || json_is_null(value);

        if (absent ? f->required && !wrong(type, f, "given", error)
                   : !read_member(type, f, value, message, error)) {
            wire_free(type, message);
            return NULL;
        }
    }
    return message;
}

void *wire_from_answer(const struct wire_type *type, const json_t *answer, const struct api *a,
                       const char *path, GError **error)
{
    g_autoptr(GError) why = NULL;
    void *message = answer ? wire_from_json(type, answer, &why) : NULL;

    if (why)
        api_set_strange(a, path, answer, why->message, error);
    return message;
}

char *wire_to_text(const struct wire_type *type, const void *message)
{
    g_autoptr(json_t) json = wire_to_json(type, message);

    return json_text_as_built(json);
}

void *wire_from_text(const struct wire_type *type, const char *text, size_t len, GError **error)
{
    g_autoptr(json_t) json = json_parse(text, len, error);

    return json ? wire_from_json(type, json, error) : NULL;
}
