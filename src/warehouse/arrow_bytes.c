/* arrow_bytes.c -- texts and bytes, and what extensions say bytes are. */
#include "warehouse/arrow_int.h"

#include <string.h>

struct bytes {
    const char *data;
    int64_t len;
};

static struct bytes small_bytes(const struct arrow_cell *c)
{
    const int32_t *ends = c->array->buffers[1];
    int64_t i = warehouse__at(c);

    return (struct bytes){(const char *)c->array->buffers[2] + ends[i], ends[i + 1] - ends[i]};
}

static struct bytes large_bytes(const struct arrow_cell *c)
{
    const int64_t *ends = c->array->buffers[1];
    int64_t i = warehouse__at(c);

    return (struct bytes){(const char *)c->array->buffers[2] + ends[i], ends[i + 1] - ends[i]};
}

/* A view: a length, then up to twelve bytes, or four of them, a buffer and a place in it. */
static struct bytes view_bytes(const struct arrow_cell *c)
{
    const char *view = (const char *)c->array->buffers[1] + 16 * warehouse__at(c);
    int32_t len, buffer, place;

    memcpy(&len, view, sizeof len);
    if (len <= 12)
        return (struct bytes){view + 4, len};
    memcpy(&buffer, view + 8, sizeof buffer);
    memcpy(&place, view + 12, sizeof place);
    return (struct bytes){(const char *)c->array->buffers[2 + buffer] + place, len};
}

static struct bytes fixed_bytes(const struct arrow_cell *c)
{
    int64_t width = c->field->width;

    return (struct bytes){(const char *)c->array->buffers[1] + width * warehouse__at(c), width};
}

static void append_hex(struct bytes b, GString *out)
{
    g_string_append(out, "\\x");
    for (int64_t i = 0; i < b.len; i++)
        g_string_append_printf(out, "%02x", (unsigned char)b.data[i]);
}

#define TEXT_OF_BYTES(name, get)                                                                   \
    static void text_##name(const struct arrow_cell *c, GString *out)                              \
    {                                                                                              \
        struct bytes b = get(c);                                                                   \
                                                                                                   \
        g_string_append_len(out, b.data, (gssize)b.len);                                           \
    }                                                                                              \
    static void hex_##name(const struct arrow_cell *c, GString *out)                               \
    {                                                                                              \
        append_hex(get(c), out);                                                                   \
    }

TEXT_OF_BYTES(small, small_bytes)
TEXT_OF_BYTES(large, large_bytes)
TEXT_OF_BYTES(view, view_bytes)

static void hex_fixed(const struct arrow_cell *c, GString *out)
{
    append_hex(fixed_bytes(c), out);
}

static void text_uuid(const struct arrow_cell *c, GString *out)
{
    struct bytes b = fixed_bytes(c);

    for (int64_t i = 0; i < b.len; i++)
        g_string_append_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                               (unsigned char)b.data[i]);
}

/* PostgreSQL's NUMERIC travels as a text; what is no number is written as floats have it. */
static void text_numeric(const struct arrow_cell *c, GString *out)
{
    static const char *const special[][2] = {
        {"nan",  "NaN"      },
        {"inf",  "Infinity" },
        {"-inf", "-Infinity"}
    };
    struct bytes b = small_bytes(c);

    for (size_t i = 0; i < G_N_ELEMENTS(special); i++)
        if (b.len >= 3 && g_ascii_strncasecmp(special[i][0], b.data, strlen(special[i][0])) == 0) {
            g_string_append(out, special[i][1]);
            return;
        }
    g_string_append_len(out, b.data, (gssize)b.len);
}

static uint64_t big_endian(const char *data, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)data[i];
    return value;
}

/* PostgreSQL's TIME WITH TIME ZONE as it travels: microseconds, then seconds west of Greenwich. */
static void text_timetz(const struct arrow_cell *c, GString *out)
{
    struct bytes b = small_bytes(c);
    int32_t east;

    if (b.len != 12) {
        append_hex(b, out);
        return;
    }
    east = -(int32_t)(uint32_t)big_endian(b.data + 8, 4);
    warehouse__append_time((int64_t)big_endian(b.data, 8), 1000000, out);
    g_string_append_printf(out, "%c%02d:%02d", east < 0 ? '-' : '+', ABS(east) / 3600,
                           ABS(east) / 60 % 60);
}

static bool read_width(struct arrow_field *f, const char *rest)
{
    f->width = g_ascii_strtoll(rest, NULL, 10);
    return f->width > 0;
}

const struct arrow_type warehouse__byte_types[] = {
    {"u",  true,  "VARCHAR", JSON_AS_TEXT, text_small, NULL      },
    {"U",  true,  "VARCHAR", JSON_AS_TEXT, text_large, NULL      },
    {"vu", true,  "VARCHAR", JSON_AS_TEXT, text_view,  NULL      },
    {"z",  true,  "BLOB",    JSON_AS_TEXT, hex_small,  NULL      },
    {"Z",  true,  "BLOB",    JSON_AS_TEXT, hex_large,  NULL      },
    {"vz", true,  "BLOB",    JSON_AS_TEXT, hex_view,   NULL      },
    {"w:", false, "BLOB",    JSON_AS_TEXT, hex_fixed,  read_width},
    {NULL, false, NULL,      JSON_AS_TEXT, NULL,       NULL      },
};

static const struct arrow_type extensions[] = {
    {"arrow.uuid", true, "UUID",                JSON_AS_TEXT,    text_uuid,    NULL},
    {"numeric",    true, "NUMERIC",             JSON_AS_DECIMAL, text_numeric, NULL},
    {"timetz",     true, "TIME WITH TIME ZONE", JSON_AS_TEXT,    text_timetz,  NULL},
};

const struct arrow_type *warehouse__extension_type(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++)
        if (g_strcmp0(extensions[i].format, name) == 0)
            return &extensions[i];
    return NULL;
}
