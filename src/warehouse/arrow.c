/* arrow.c -- a column's Arrow type by its format; a value as text and as JSON. */
#include "warehouse/arrow.h"

#include "warehouse/arrow_int.h"
#include "warehouse/warehouse.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_DEPTH    64
#define EXACT_DIGITS 15 /* of a double */

/* Bytes with their length in front, as Arrow's metadata has them. */
static char *take_bytes(const char **at)
{
    int32_t len;
    char *bytes;

    memcpy(&len, *at, sizeof len);
    bytes = g_strndup(*at + sizeof len, (gsize)len);
    *at += sizeof len + (size_t)len;
    return bytes;
}

/* The value of a key; NULL when it is not there. g_free(). */
static char *metadata(const struct ArrowSchema *schema, const char *key)
{
    const char *at = schema->metadata;
    int32_t pairs = 0;

    if (at) {
        memcpy(&pairs, at, sizeof pairs);
        at += sizeof pairs;
    }
    for (; pairs > 0; pairs--) {
        g_autofree char *name = take_bytes(&at), *value = take_bytes(&at);

        if (strcmp(name, key) == 0)
            return g_steal_pointer(&value);
    }
    return NULL;
}

/* What kind of bytes an extension says these are: its own name, or an opaque type's. */
static const struct arrow_type *extension(const struct ArrowSchema *schema)
{
    g_autofree char *name = metadata(schema, "ARROW:extension:name");
    g_autofree char *more = metadata(schema, "ARROW:extension:metadata");
    g_autoptr(json_t) opaque = more ? json_parse(more, strlen(more), NULL) : NULL;

    if (g_strcmp0(name, "arrow.opaque") == 0)
        return warehouse__extension_type(json_get_string(opaque, "type_name", NULL));
    return name ? warehouse__extension_type(name) : NULL;
}

static const struct arrow_type *find_type(const char *format)
{
    const struct arrow_type *tables[] = {warehouse__scalar_types, warehouse__byte_types,
                                         warehouse__nested_types};

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct arrow_type *t = tables[i]; t->format; t++)
            if (t->exact ? strcmp(format, t->format) == 0 : g_str_has_prefix(format, t->format))
                return t;
    return NULL;
}

static bool read_type(struct arrow_field *f, const struct ArrowSchema *schema, GError **error)
{
    const struct arrow_type *named = extension(schema);

    f->type = find_type(schema->format);
    if (!f->type ||
        (f->type->read && !f->type->read(f, schema->format + strlen(f->type->format)))) {
        g_set_error(error, warehouse_error(), ERROR_FAILED,
                    "Column %s has a type that is not understood here: Arrow format \"%s\".",
                    f->name, schema->format);
        return false;
    }
    if (named)
        f->type = named;
    return true;
}

/* As the engine calls it when it says so. */
static void name_type(struct arrow_field *f, const struct ArrowSchema *schema)
{
    char *said = metadata(schema, "POSTGRESQL:type");

    if (said || !f->type_name) {
        g_free(f->type_name);
        f->type_name = said            ? said
                       : f->dictionary ? g_strdup(f->dictionary->type_name)
                                       : g_strdup(f->type->name);
    }
}

static struct arrow_field *read_field(const struct ArrowSchema *schema, int depth, GError **error);

static bool read_children(struct arrow_field *f, const struct ArrowSchema *schema, int depth,
                          GError **error)
{
    if (depth > MAX_DEPTH) {
        g_set_error(error, warehouse_error(), ERROR_LIMIT, "Column %s is nested more than %d deep.",
                    f->name, MAX_DEPTH);
        return false;
    }
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct arrow_field *child = read_field(schema->children[i], depth + 1, error);

        if (!child)
            return false;
        g_ptr_array_add(f->children, child);
    }
    if (schema->dictionary)
        f->dictionary = read_field(schema->dictionary, depth + 1, error);
    return !schema->dictionary || f->dictionary;
}

static struct arrow_field *read_field(const struct ArrowSchema *schema, int depth, GError **error)
{
    g_autoptr(arrow_field) f = g_new0(struct arrow_field, 1);

    f->name = g_strdup(schema->name ? schema->name : "");
    f->children = g_ptr_array_new_with_free_func((GDestroyNotify)warehouse__field_free);
    if (!read_children(f, schema, depth, error) || !read_type(f, schema, error))
        return NULL;
    name_type(f, schema);
    return g_steal_pointer(&f);
}

struct arrow_field *warehouse__field_new(const struct ArrowSchema *schema, GError **error)
{
    return read_field(schema, 0, error);
}

void warehouse__field_free(struct arrow_field *f)
{
    if (!f)
        return;
    g_free(f->name);
    g_free(f->type_name);
    g_free(f->type_ids);
    g_ptr_array_unref(f->children);
    warehouse__field_free(f->dictionary);
    g_free(f);
}

/* The value a dictionary's index stands for. */
static struct arrow_cell resolved(const struct arrow_cell *c)
{
    g_autoptr(GString) index = NULL;

    if (!c->field->dictionary)
        return *c;
    index = g_string_new(NULL);
    c->field->type->text(c, index);
    return (struct arrow_cell){c->field->dictionary, c->array->dictionary,
                               g_ascii_strtoll(index->str, NULL, 10)};
}

static bool is_union(const struct arrow_cell *c)
{
    return c->field->type_ids != NULL;
}

static bool is_marked_null(const struct arrow_cell *c)
{
    const uint8_t *valid = c->array->n_buffers > 0 ? c->array->buffers[0] : NULL;
    int64_t i = warehouse__at(c);

    return valid && !(valid[i / 8] >> (i % 8) & 1);
}

bool warehouse__is_null(const struct arrow_cell *cell)
{
    struct arrow_cell value;

    if (cell->array->n_buffers == 0)
        return true;
    if (is_union(cell))
        return warehouse__union_is_null(cell);
    if (is_marked_null(cell))
        return true;
    value = resolved(cell);
    return value.field != cell->field && warehouse__is_null(&value);
}

void warehouse__append_text(const struct arrow_cell *cell, GString *out)
{
    struct arrow_cell value;

    if (warehouse__is_null(cell))
        return;
    value = resolved(cell);
    value.field->type->text(&value, out);
}

void warehouse__append_quoted(const char *text, GString *out)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(json_t) string = json_string(valid);
    g_autofree char *quoted = json_text(string);

    g_string_append(out, quoted);
}

static bool is_bare(const struct arrow_field *f, const char *text)
{
    return f->type->json == JSON_AS_FLOAT ? !strpbrk(text, "aI") : f->type->json != JSON_AS_TEXT;
}

void warehouse__append_json(const struct arrow_cell *cell, GString *out)
{
    struct arrow_cell value;
    g_autoptr(GString) text = NULL;

    if (warehouse__is_null(cell)) {
        g_string_append(out, "null");
        return;
    }
    value = resolved(cell);
    text = g_string_new(NULL);
    value.field->type->text(&value, text);
    if (is_bare(value.field, text->str))
        g_string_append_len(out, text->str, (gssize)text->len);
    else
        warehouse__append_quoted(text->str, out);
}

static json_t *string_of(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    return json_string(valid);
}

static json_t *integer_of(const char *text)
{
    char *end;
    gint64 value;

    errno = 0;
    value = g_ascii_strtoll(text, &end, 10);
    return errno || *end ? string_of(text) : json_integer(value);
}

static json_t *float_of(const char *text)
{
    double value = g_ascii_strtod(text, NULL);

    return isfinite(value) ? json_real(value) : string_of(text);
}

/* A number where a double holds all its digits, else a text. */
static json_t *decimal_of(const char *text)
{
    if (!strchr(text, '.'))
        return integer_of(text);
    return strlen(text) <= EXACT_DIGITS + 1 && !strpbrk(text, "NI") ? float_of(text)
                                                                    : string_of(text);
}

static json_t *boolean_of(const char *text)
{
    return json_boolean(strcmp(text, "true") == 0);
}

static json_t *nested_of(const char *text)
{
    json_t *value = json_parse(text, strlen(text), NULL);

    return value ? value : string_of(text);
}

json_t *warehouse__cell_json(const struct arrow_cell *cell)
{
    static json_t *(*const make[])(const char *) = {
        [JSON_AS_TEXT] = string_of,     [JSON_AS_INTEGER] = integer_of,
        [JSON_AS_FLOAT] = float_of,     [JSON_AS_DECIMAL] = decimal_of,
        [JSON_AS_BOOLEAN] = boolean_of, [JSON_AS_NESTED] = nested_of};
    struct arrow_cell value;
    g_autoptr(GString) text = NULL;

    if (warehouse__is_null(cell))
        return json_null();
    value = resolved(cell);
    text = g_string_new(NULL);
    value.field->type->text(&value, text);
    return make[value.field->type->json](text->str);
}
