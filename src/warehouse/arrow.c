/* arrow.c -- Arrow C data: formats to fields, cells to texts and JSON, by one table of types.
 * Source: Apache Arrow, "The Arrow C data interface". */
#include "warehouse/arrow.h"

#include "warehouse/warehouse.h"

#include <string.h>

struct arrow_type {
    const char *format; /* a format that ends in ':' is a prefix with parameters behind it */
    const char *name;   /* for people */
    void (*append)(const struct arrow_cell *cell, GString *out); /* NULL: nested, as JSON */
    enum { AS_TEXT, AS_INTEGER, AS_REAL, AS_DECIMAL, AS_BOOLEAN, AS_NESTED } json;
    int64_t per_second;
};

/* ---- reading buffers ------------------------------------------------------------------------- */

static int64_t at(const struct arrow_cell *c)
{
    return c->array->offset + c->row;
}

#define READ(cell, type, buffer) (((const type *)(cell)->array->buffers[buffer])[at(cell)])

static bool bit(const void *bits, int64_t i)
{
    return ((const uint8_t *)bits)[i / 8] >> (i % 8) & 1;
}

static void append_int8(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%d", READ(c, int8_t, 1));
}

static void append_uint8(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%u", READ(c, uint8_t, 1));
}

static void append_int16(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%d", READ(c, int16_t, 1));
}

static void append_uint16(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%u", READ(c, uint16_t, 1));
}

static void append_int32(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%d", READ(c, int32_t, 1));
}

static void append_uint32(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%u", READ(c, uint32_t, 1));
}

static void append_int64(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%" G_GINT64_FORMAT, READ(c, int64_t, 1));
}

static void append_uint64(const struct arrow_cell *c, GString *out)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, READ(c, uint64_t, 1));
}

static void append_bool(const struct arrow_cell *c, GString *out)
{
    g_string_append(out, bit(c->array->buffers[1], at(c)) ? "true" : "false");
}

static void append_float(const struct arrow_cell *c, GString *out)
{
    warehouse__append_float(READ(c, float, 1), out);
}

static void append_double(const struct arrow_cell *c, GString *out)
{
    warehouse__append_double(READ(c, double, 1), out);
}

static void append_decimal(const struct arrow_cell *c, GString *out)
{
    const uint8_t *values = c->array->buffers[1];
    size_t bytes = (size_t)c->field->width;

    warehouse__append_decimal(values + (size_t)at(c) * bytes, bytes, c->field->scale, out);
}

static void append_date_days(const struct arrow_cell *c, GString *out)
{
    warehouse__append_date(READ(c, int32_t, 1), out);
}

static void append_date_ms(const struct arrow_cell *c, GString *out)
{
    warehouse__append_date(READ(c, int64_t, 1) / 86400000, out);
}

static void append_timestamp(const struct arrow_cell *c, GString *out)
{
    warehouse__append_timestamp(READ(c, int64_t, 1), c->field->per_second, c->field->zoned, out);
}

static void append_time32(const struct arrow_cell *c, GString *out)
{
    warehouse__append_time(READ(c, int32_t, 1), c->field->per_second, out);
}

static void append_time64(const struct arrow_cell *c, GString *out)
{
    warehouse__append_time(READ(c, int64_t, 1), c->field->per_second, out);
}

static void append_duration(const struct arrow_cell *c, GString *out)
{
    int64_t unit_ns = INT64_C(1000000000) / c->field->per_second;

    warehouse__append_interval(0, 0, READ(c, int64_t, 1) * unit_ns, out);
}

static void append_months(const struct arrow_cell *c, GString *out)
{
    warehouse__append_interval(READ(c, int32_t, 1), 0, 0, out);
}

static void append_month_day_nano(const struct arrow_cell *c, GString *out)
{
    struct month_day_nano {
        int32_t months, days;
        int64_t nanoseconds;
    } v = READ(c, struct month_day_nano, 1);

    warehouse__append_interval(v.months, v.days, v.nanoseconds, out);
}

/* ---- texts and bytes ------------------------------------------------------------------------- */

struct bytes {
    const char *data;
    size_t len;
};

static struct bytes bytes_small(const struct arrow_cell *c)
{
    const int32_t *ends = (const int32_t *)c->array->buffers[1] + at(c);

    return (struct bytes){(const char *)c->array->buffers[2] + ends[0],
                          (size_t)(ends[1] - ends[0])};
}

static struct bytes bytes_large(const struct arrow_cell *c)
{
    const int64_t *ends = (const int64_t *)c->array->buffers[1] + at(c);

    return (struct bytes){(const char *)c->array->buffers[2] + ends[0],
                          (size_t)(ends[1] - ends[0])};
}

/* A view holds at most 12 bytes itself; longer ones are in a buffer it names. */
static struct bytes bytes_view(const struct arrow_cell *c)
{
    const char *view = (const char *)c->array->buffers[1] + 16 * at(c);
    int32_t parts[4];

    memcpy(parts, view, sizeof parts);
    if (parts[0] <= 12)
        return (struct bytes){view + 4, (size_t)parts[0]};
    return (struct bytes){(const char *)c->array->buffers[2 + parts[2]] + parts[3],
                          (size_t)parts[0]};
}

static void append_hex(struct bytes b, GString *out)
{
    g_string_append(out, "\\x");
    for (size_t i = 0; i < b.len; i++)
        g_string_append_printf(out, "%02x", (unsigned char)b.data[i]);
}

static void append_text(const struct arrow_cell *c, GString *out)
{
    struct bytes b = bytes_small(c);

    g_string_append_len(out, b.data, (gssize)b.len);
}

static void append_large_text(const struct arrow_cell *c, GString *out)
{
    struct bytes b = bytes_large(c);

    g_string_append_len(out, b.data, (gssize)b.len);
}

static void append_view_text(const struct arrow_cell *c, GString *out)
{
    struct bytes b = bytes_view(c);

    g_string_append_len(out, b.data, (gssize)b.len);
}

static void append_binary(const struct arrow_cell *c, GString *out)
{
    append_hex(bytes_small(c), out);
}

static void append_large_binary(const struct arrow_cell *c, GString *out)
{
    append_hex(bytes_large(c), out);
}

static void append_view_binary(const struct arrow_cell *c, GString *out)
{
    append_hex(bytes_view(c), out);
}

static void append_fixed_binary(const struct arrow_cell *c, GString *out)
{
    size_t width = (size_t)c->field->width;

    append_hex((struct bytes){(const char *)c->array->buffers[1] + (size_t)at(c) * width, width},
               out);
}

static void append_null(const struct arrow_cell *c, GString *out)
{
    (void)c;
    (void)out;
}

/* ---- the table of types ---------------------------------------------------------------------- */

static const struct arrow_type types[] = {
    {"n",    "NULL",      append_null,           AS_TEXT,    0         },
    {"b",    "BOOLEAN",   append_bool,           AS_BOOLEAN, 0         },
    {"c",    "TINYINT",   append_int8,           AS_INTEGER, 0         },
    {"C",    "UTINYINT",  append_uint8,          AS_INTEGER, 0         },
    {"s",    "SMALLINT",  append_int16,          AS_INTEGER, 0         },
    {"S",    "USMALLINT", append_uint16,         AS_INTEGER, 0         },
    {"i",    "INTEGER",   append_int32,          AS_INTEGER, 0         },
    {"I",    "UINTEGER",  append_uint32,         AS_INTEGER, 0         },
    {"l",    "BIGINT",    append_int64,          AS_INTEGER, 0         },
    {"L",    "UBIGINT",   append_uint64,         AS_DECIMAL, 0         },
    {"f",    "FLOAT",     append_float,          AS_REAL,    0         },
    {"g",    "DOUBLE",    append_double,         AS_REAL,    0         },
    {"d:",   "DECIMAL",   append_decimal,        AS_DECIMAL, 0         },
    {"u",    "VARCHAR",   append_text,           AS_TEXT,    0         },
    {"U",    "VARCHAR",   append_large_text,     AS_TEXT,    0         },
    {"vu",   "VARCHAR",   append_view_text,      AS_TEXT,    0         },
    {"z",    "BLOB",      append_binary,         AS_TEXT,    0         },
    {"Z",    "BLOB",      append_large_binary,   AS_TEXT,    0         },
    {"vz",   "BLOB",      append_view_binary,    AS_TEXT,    0         },
    {"w:",   "BLOB",      append_fixed_binary,   AS_TEXT,    0         },
    {"tdD",  "DATE",      append_date_days,      AS_TEXT,    0         },
    {"tdm",  "DATE",      append_date_ms,        AS_TEXT,    0         },
    {"tts",  "TIME",      append_time32,         AS_TEXT,    1         },
    {"ttm",  "TIME",      append_time32,         AS_TEXT,    1000      },
    {"ttu",  "TIME",      append_time64,         AS_TEXT,    1000000   },
    {"ttn",  "TIME",      append_time64,         AS_TEXT,    1000000000},
    {"tss:", "TIMESTAMP", append_timestamp,      AS_TEXT,    1         },
    {"tsm:", "TIMESTAMP", append_timestamp,      AS_TEXT,    1000      },
    {"tsu:", "TIMESTAMP", append_timestamp,      AS_TEXT,    1000000   },
    {"tsn:", "TIMESTAMP", append_timestamp,      AS_TEXT,    1000000000},
    {"tDs",  "INTERVAL",  append_duration,       AS_TEXT,    1         },
    {"tDm",  "INTERVAL",  append_duration,       AS_TEXT,    1000      },
    {"tDu",  "INTERVAL",  append_duration,       AS_TEXT,    1000000   },
    {"tDn",  "INTERVAL",  append_duration,       AS_TEXT,    1000000000},
    {"tiM",  "INTERVAL",  append_months,         AS_TEXT,    0         },
    {"tin",  "INTERVAL",  append_month_day_nano, AS_TEXT,    0         },
    {"+l",   "LIST",      NULL,                  AS_NESTED,  0         },
    {"+L",   "LIST",      NULL,                  AS_NESTED,  0         },
    {"+vl",  "LIST",      NULL,                  AS_NESTED,  0         },
    {"+w:",  "ARRAY",     NULL,                  AS_NESTED,  0         },
    {"+s",   "STRUCT",    NULL,                  AS_NESTED,  0         },
    {"+m",   "MAP",       NULL,                  AS_NESTED,  0         },
    {"+ud:", "UNION",     NULL,                  AS_NESTED,  0         },
    {"+us:", "UNION",     NULL,                  AS_NESTED,  0         },
};

static bool fits(const struct arrow_type *t, const char *format)
{
    return g_str_has_suffix(t->format, ":") ? g_str_has_prefix(format, t->format)
                                            : strcmp(t->format, format) == 0;
}

static const struct arrow_type *find_type(const char *format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (fits(&types[i], format))
            return &types[i];
    return NULL;
}

static bool is_type(const struct arrow_field *f, const char *format)
{
    return strcmp(f->type->format, format) == 0;
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* What stands behind the colon: "10,2[,256]" of decimals, a width, a time zone, ids of a union. */
static void read_parameters(struct arrow_field *f, const char *format)
{
    const char *colon = strchr(format, ':'), *behind = colon ? colon + 1 : "";
    g_auto(GStrv) numbers = g_strsplit(behind, ",", -1);
    guint n = g_strv_length(numbers);

    f->per_second = f->type->per_second;
    if (g_str_has_prefix(format, "ts"))
        f->zoned = *behind != '\0';
    else if (g_str_has_prefix(format, "d:")) {
        f->precision = n > 0 ? atoi(numbers[0]) : 0;
        f->scale = n > 1 ? atoi(numbers[1]) : 0;
        f->width = (n > 2 ? atoi(numbers[2]) : 128) / 8;
    } else if (g_str_has_prefix(format, "+u")) {
        f->type_ids = g_new0(int8_t, 128);
        for (guint i = 0; i < n; i++)
            f->type_ids[atoi(numbers[i]) & 127] = (int8_t)i;
    } else
        f->width = atoi(behind);
}

/* The words of metadata `key`, or NULL; g_free(). Source: the C data interface, "metadata". */
static char *metadata_of(const struct ArrowSchema *schema, const char *key)
{
    const char *p = schema->metadata;
    int32_t count = 0, len;
    char *found = NULL;

    if (!p)
        return NULL;
    memcpy(&count, p, sizeof count);
    p += sizeof count;
    for (int32_t i = 0; i < count && !found; i++) {
        bool is_key;

        memcpy(&len, p, sizeof len);
        is_key = (size_t)len == strlen(key) && memcmp(p + sizeof len, key, (size_t)len) == 0;
        p += sizeof len + (size_t)len;
        memcpy(&len, p, sizeof len);
        if (is_key)
            found = g_strndup(p + sizeof len, (gsize)len);
        p += sizeof len + (size_t)len;
    }
    return found;
}

/* An engine's own type that Arrow has none for ("arrow.opaque") says its name in its metadata. */
static char *opaque_name(const struct ArrowSchema *schema)
{
    g_autofree char *extension = metadata_of(schema, "ARROW:extension:name");
    g_autofree char *text = metadata_of(schema, "ARROW:extension:metadata");
    g_autoptr(json_t) facts = text ? json_loads(text, 0, NULL) : NULL;
    const char *name = json_get_string(facts, "type_name", NULL);

    if (extension && strcmp(extension, "arrow.uuid") == 0)
        return g_strdup("UUID");
    return name ? g_ascii_strup(name, -1) : NULL;
}

static char *name_type(const struct arrow_field *f, const struct ArrowSchema *schema)
{
    char *own = opaque_name(schema);

    if (own)
        return own;
    if (is_type(f, "d:"))
        return g_strdup_printf("DECIMAL(%d,%d)", f->precision, f->scale);
    return g_strdup_printf("%s%s", f->type->name, f->zoned ? " WITH TIME ZONE" : "");
}

static bool add_children(struct arrow_field *f, const struct ArrowSchema *schema, GError **error)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct arrow_field *child = warehouse__field_new(schema->children[i], error);

        if (!child)
            return false;
        g_ptr_array_add(f->children, child);
    }
    if (schema->dictionary)
        f->dictionary = warehouse__field_new(schema->dictionary, error);
    return !schema->dictionary || f->dictionary;
}

struct arrow_field *warehouse__field_new(const struct ArrowSchema *schema, GError **error)
{
    const struct arrow_type *type = find_type(schema->format);
    g_autoptr(arrow_field) f = NULL;

    if (!type) {
        g_set_error(error, warehouse_error(), ERROR_INVALID,
                    "Column \"%s\" has the Arrow type \"%s\", which cannot be read.\n"
                    "hint: cast it to text in the query.",
                    schema->name ? schema->name : "", schema->format);
        return NULL;
    }
    f = g_new0(struct arrow_field, 1);
    f->type = type;
    f->name = g_strdup(schema->name ? schema->name : "");
    f->children = g_ptr_array_new_with_free_func((GDestroyNotify)warehouse__field_free);
    read_parameters(f, schema->format);
    if (!add_children(f, schema, error))
        return NULL;
    f->type_name = f->dictionary ? g_strdup(f->dictionary->type_name) : name_type(f, schema);
    return g_steal_pointer(&f);
}

void warehouse__field_free(struct arrow_field *f)
{
    if (!f)
        return;
    g_ptr_array_unref(f->children);
    warehouse__field_free(f->dictionary);
    g_free(f->type_ids);
    g_free(f->type_name);
    g_free(f->name);
    g_free(f);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static struct arrow_cell child_of(const struct arrow_cell *c, guint child, int64_t row)
{
    return (struct arrow_cell){c->field->children->pdata[child], c->array->children[child], row};
}

/* The cell of a union, of a dictionary's index, or the cell itself. */
static struct arrow_cell resolve(const struct arrow_cell *c)
{
    if (c->field->dictionary) {
        g_autoptr(GString) index = g_string_new(NULL);

        c->field->type->append(c, index);
        return (struct arrow_cell){c->field->dictionary, c->array->dictionary,
                                   g_ascii_strtoll(index->str, NULL, 10)};
    }
    if (c->field->type_ids) {
        int8_t id = ((const int8_t *)c->array->buffers[0])[at(c)];
        bool dense = is_type(c->field, "+ud:");

        return child_of(c, (guint)c->field->type_ids[id & 127],
                        dense ? ((const int32_t *)c->array->buffers[1])[at(c)] : at(c));
    }
    return *c;
}

bool warehouse__is_null(const struct arrow_cell *cell)
{
    struct arrow_cell inner;

    if (is_type(cell->field, "n"))
        return true;
    if (!cell->field->type_ids && cell->array->buffers[0] &&
        !bit(cell->array->buffers[0], at(cell)))
        return true;
    if (!cell->field->dictionary && !cell->field->type_ids)
        return false;
    inner = resolve(cell);
    return warehouse__is_null(&inner);
}

void warehouse__append_text(const struct arrow_cell *cell, GString *out)
{
    struct arrow_cell c;

    if (warehouse__is_null(cell))
        return;
    c = resolve(cell);
    if (c.field != cell->field)
        warehouse__append_text(&c, out);
    else if (c.field->type->append)
        c.field->type->append(&c, out);
    else
        warehouse__append_json(&c, out);
}

/* The rows of the child array that a list holds: [*from, *to). */
static void list_range(const struct arrow_cell *c, int64_t *from, int64_t *to)
{
    int64_t i = at(c);
    const void *ends = c->array->n_buffers > 1 ? c->array->buffers[1] : NULL;

    if (is_type(c->field, "+w:")) {
        *from = i * c->field->width;
        *to = *from + c->field->width;
    } else if (is_type(c->field, "+L")) {
        *from = ((const int64_t *)ends)[i];
        *to = ((const int64_t *)ends)[i + 1];
    } else {
        *from = ((const int32_t *)ends)[i];
        *to = is_type(c->field, "+vl") ? *from + ((const int32_t *)c->array->buffers[2])[i]
                                       : ((const int32_t *)ends)[i + 1];
    }
}

static json_t *list_json(const struct arrow_cell *c)
{
    json_t *out = json_array();
    int64_t from, to;

    list_range(c, &from, &to);
    for (int64_t i = from; i < to; i++) {
        struct arrow_cell item = child_of(c, 0, i);

        json_array_append_new(out, warehouse__cell_json(&item));
    }
    return out;
}

static json_t *struct_json(const struct arrow_cell *c)
{
    json_t *out = json_object();

    for (guint i = 0; i < c->field->children->len; i++) {
        struct arrow_cell member = child_of(c, i, at(c));

        json_object_set_new(out, member.field->name, warehouse__cell_json(&member));
    }
    return out;
}

/* Keys of JSON are texts. */
static json_t *map_json(const struct arrow_cell *c)
{
    json_t *out = json_object();
    int64_t from, to;

    list_range(c, &from, &to);
    for (int64_t i = from; i < to; i++) {
        struct arrow_cell entry = child_of(c, 0, i);
        struct arrow_cell key = child_of(&entry, 0, at(&entry)),
                          value = child_of(&entry, 1, at(&entry));
        g_autoptr(GString) name = g_string_new(NULL);

        warehouse__append_text(&key, name);
        json_object_set_new(out, name->str, warehouse__cell_json(&value));
    }
    return out;
}

static json_t *nested_json(const struct arrow_cell *c)
{
    if (is_type(c->field, "+s"))
        return struct_json(c);
    return is_type(c->field, "+m") ? map_json(c) : list_json(c);
}

#define EXACT_DIGITS 15 /* of a double */

/* A number where JSON's readers lose nothing of it, else a text. */
static json_t *decimal_json(const char *text)
{
    size_t digits = strspn(text, "-0123456789.");
    char *end;
    int64_t whole = g_ascii_strtoll(text, &end, 10);

    if (!*end && digits < 19)
        return json_integer(whole);
    return digits <= EXACT_DIGITS + 1 ? json_real(g_ascii_strtod(text, NULL)) : json_string(text);
}

static json_t *real_json(const char *text)
{
    json_t *out = json_real(g_ascii_strtod(text, NULL)); /* NULL for what JSON has no word for */

    return out ? out : json_string(text);
}

json_t *warehouse__cell_json(const struct arrow_cell *cell)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct arrow_cell c;

    if (warehouse__is_null(cell))
        return json_null();
    c = resolve(cell);
    if (c.field != cell->field)
        return warehouse__cell_json(&c);
    if (c.field->type->json == AS_NESTED)
        return nested_json(&c);
    c.field->type->append(&c, text);
    switch (c.field->type->json) {
    case AS_INTEGER:
        return json_integer(g_ascii_strtoll(text->str, NULL, 10));
    case AS_REAL:
        return real_json(text->str);
    case AS_DECIMAL:
        return decimal_json(text->str);
    case AS_BOOLEAN:
        return json_boolean(text->str[0] == 't');
    default:
        return json_stringn_nocheck(text->str, text->len);
    }
}

void warehouse__append_json(const struct arrow_cell *cell, GString *out)
{
    g_autoptr(json_t) value = warehouse__cell_json(cell);
    g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);

    g_string_append(out, text ? text : "null");
}
