/* arrow_nested.c -- lists, structs, maps and unions: their text is JSON. */
#include "warehouse/arrow_int.h"

#include <string.h>

static struct arrow_cell child_at(const struct arrow_cell *c, guint child, int64_t row)
{
    return (struct arrow_cell){c->field->children->pdata[child], c->array->children[child], row};
}

static void append_elements(const struct arrow_cell *c, int64_t from, int64_t n, GString *out)
{
    g_string_append_c(out, '[');
    for (int64_t i = 0; i < n; i++) {
        struct arrow_cell element = child_at(c, 0, from + i);

        if (i > 0)
            g_string_append(out, ", ");
        warehouse__append_json(&element, out);
    }
    g_string_append_c(out, ']');
}

static int64_t offset_at(const struct arrow_cell *c, int buffer, int64_t i, bool wide)
{
    return wide ? ((const int64_t *)c->array->buffers[buffer])[i]
                : ((const int32_t *)c->array->buffers[buffer])[i];
}

/* Lists and maps keep where each value begins; the next one's beginning is its end. */
static void bounds(const struct arrow_cell *c, bool wide, int64_t *from, int64_t *n)
{
    int64_t i = warehouse__at(c);

    *from = offset_at(c, 1, i, wide);
    *n = offset_at(c, 1, i + 1, wide) - *from;
}

static void text_list(const struct arrow_cell *c, GString *out)
{
    int64_t from, n;

    bounds(c, false, &from, &n);
    append_elements(c, from, n, out);
}

static void text_large_list(const struct arrow_cell *c, GString *out)
{
    int64_t from, n;

    bounds(c, true, &from, &n);
    append_elements(c, from, n, out);
}

static void text_list_view(const struct arrow_cell *c, GString *out)
{
    int64_t i = warehouse__at(c);

    append_elements(c, offset_at(c, 1, i, false), offset_at(c, 2, i, false), out);
}

static void text_large_list_view(const struct arrow_cell *c, GString *out)
{
    int64_t i = warehouse__at(c);

    append_elements(c, offset_at(c, 1, i, true), offset_at(c, 2, i, true), out);
}

static void text_fixed_list(const struct arrow_cell *c, GString *out)
{
    append_elements(c, warehouse__at(c) * c->field->width, c->field->width, out);
}

static void append_member(const char *name, const struct arrow_cell *value, bool first,
                          GString *out)
{
    if (!first)
        g_string_append(out, ", ");
    warehouse__append_quoted(name, out);
    g_string_append(out, ": ");
    warehouse__append_json(value, out);
}

static void text_struct(const struct arrow_cell *c, GString *out)
{
    g_string_append_c(out, '{');
    for (guint i = 0; i < c->field->children->len; i++) {
        struct arrow_cell member = child_at(c, i, warehouse__at(c));

        append_member(member.field->name, &member, i == 0, out);
    }
    g_string_append_c(out, '}');
}

/* An object: keys that are no strings become their texts. */
static void text_map(const struct arrow_cell *c, GString *out)
{
    int64_t from, n;

    bounds(c, false, &from, &n);
    g_string_append_c(out, '{');
    for (int64_t i = 0; i < n; i++) {
        struct arrow_cell entry = child_at(c, 0, from + i);
        struct arrow_cell key = child_at(&entry, 0, warehouse__at(&entry));
        struct arrow_cell value = child_at(&entry, 1, warehouse__at(&entry));
        g_autoptr(GString) name = g_string_new(NULL);

        warehouse__append_text(&key, name);
        append_member(name->str, &value, i == 0, out);
    }
    g_string_append_c(out, '}');
}

/* The child a value is in: sparse unions have a place for each value in every child. */
static bool union_member(const struct arrow_cell *c, struct arrow_cell *member)
{
    int64_t i = warehouse__at(c);
    int id = ((const int8_t *)c->array->buffers[0])[i];
    int child = id < 0 ? -1 : c->field->type_ids[id];

    if (child < 0 || (guint)child >= c->field->children->len)
        return false;
    *member = child_at(c, (guint)child,
                       c->array->n_buffers > 1 ? ((const int32_t *)c->array->buffers[1])[i] : i);
    return true;
}

bool warehouse__union_is_null(const struct arrow_cell *c)
{
    struct arrow_cell member;

    return !union_member(c, &member) || warehouse__is_null(&member);
}

static void text_union(const struct arrow_cell *c, GString *out)
{
    struct arrow_cell member;

    if (union_member(c, &member))
        warehouse__append_json(&member, out);
}

static const struct arrow_field *child(const struct arrow_field *f, guint i)
{
    return f->children->pdata[i];
}

static bool read_list(struct arrow_field *f, const char *rest)
{
    (void)rest;
    if (f->children->len != 1)
        return false;
    f->type_name = g_strconcat(child(f, 0)->type_name, "[]", NULL);
    return true;
}

static bool read_fixed_list(struct arrow_field *f, const char *rest)
{
    f->width = g_ascii_strtoll(rest, NULL, 10);
    if (f->children->len != 1 || f->width < 0)
        return false;
    f->type_name = g_strdup_printf("%s[%" G_GINT64_FORMAT "]", child(f, 0)->type_name, f->width);
    return true;
}

static char *members_of(const struct arrow_field *f, const char *title)
{
    GString *out = g_string_new(title);

    for (guint i = 0; i < f->children->len; i++)
        g_string_append_printf(out, "%s%s %s", i == 0 ? "(" : ", ", child(f, i)->name,
                               child(f, i)->type_name);
    g_string_append_c(out, ')');
    return g_string_free(out, FALSE);
}

static bool read_struct(struct arrow_field *f, const char *rest)
{
    (void)rest;
    f->type_name = members_of(f, "STRUCT");
    return true;
}

static bool read_map(struct arrow_field *f, const char *rest)
{
    const struct arrow_field *entries = f->children->len == 1 ? child(f, 0) : NULL;

    (void)rest;
    if (!entries || entries->children->len != 2)
        return false;
    f->type_name =
        g_strdup_printf("MAP(%s, %s)", child(entries, 0)->type_name, child(entries, 1)->type_name);
    return true;
}

/* The ids of the children: "0,1,2" */
static bool read_union(struct arrow_field *f, const char *rest)
{
    g_auto(GStrv) ids = g_strsplit(rest, ",", -1);

    f->type_ids = g_malloc(128);
    memset(f->type_ids, -1, 128);
    for (guint i = 0; ids[i]; i++) {
        gint64 id = g_ascii_strtoll(ids[i], NULL, 10);

        if (id < 0 || id > 127 || i > 127)
            return false;
        f->type_ids[id] = (int8_t)i;
    }
    f->type_name = members_of(f, "UNION");
    return true;
}

const struct arrow_type warehouse__nested_types[] = {
    {"+l",   true,  NULL, JSON_AS_NESTED, text_list,            read_list      },
    {"+L",   true,  NULL, JSON_AS_NESTED, text_large_list,      read_list      },
    {"+vl",  true,  NULL, JSON_AS_NESTED, text_list_view,       read_list      },
    {"+vL",  true,  NULL, JSON_AS_NESTED, text_large_list_view, read_list      },
    {"+w:",  false, NULL, JSON_AS_NESTED, text_fixed_list,      read_fixed_list},
    {"+s",   true,  NULL, JSON_AS_NESTED, text_struct,          read_struct    },
    {"+m",   true,  NULL, JSON_AS_NESTED, text_map,             read_map       },
    {"+us:", false, NULL, JSON_AS_NESTED, text_union,           read_union     },
    {"+ud:", false, NULL, JSON_AS_NESTED, text_union,           read_union     },
    {NULL,   false, NULL, JSON_AS_TEXT,   NULL,                 NULL           },
};
