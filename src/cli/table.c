/* Rows for people, aligned, and for programs, as JSON objects. */
#include "cli/cli_int.h"

#include <string.h>

/* How many columns of a terminal a text takes. */
static int width_of(const char *text)
{
    int width = 0;

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

/* Line breaks and what else would move a terminal's cursor are written as escapes. */
static char *visible(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '\n')
            g_string_append(out, "\\n");
        else if (c == '\t')
            g_string_append(out, "\\t");
        else if (g_unichar_iscntrl(c))
            g_string_append_printf(out, "\\x%02x", c);
        else
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

static char *cell_text(const json_t *value)
{
    g_autofree char *text = NULL;

    if (json_is_real(value))
        return real_text(json_real_value(value));
    if (json_is_null(value))
        return g_strdup("NULL");
    if (json_is_object(value) || json_is_array(value))
        return json_text_as_built(value);
    text = json_scalar_text(value);
    return visible(text ? text : "");
}

struct layout {
    int columns;
    int *width;
    bool *right; /* numbers stand to the right */
};

static bool is_number_column(const json_t *rows, int column)
{
    size_t i;
    json_t *row;
    bool seen = false;

    json_array_foreach (rows, i, row) {
        const json_t *value = json_array_get(row, (size_t)column);

        if (json_is_number(value))
            seen = true;
        else if (!json_is_null(value))
            return false;
    }
    return seen;
}

static GPtrArray *texts_of(const json_t *columns, const json_t *rows)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    size_t i, k;
    json_t *one, *row;

    json_array_foreach (columns, i, one)
        g_ptr_array_add(texts, visible(json_get_string(one, "name", "")));
    json_array_foreach (rows, i, row)
        json_array_foreach (columns, k, one)
            g_ptr_array_add(texts, cell_text(json_array_get(row, k)));
    return texts;
}

static void measure(struct layout *l, const GPtrArray *texts, const json_t *rows)
{
    l->width = g_new0(int, (gsize)l->columns);
    l->right = g_new0(bool, (gsize)l->columns);
    for (guint i = 0; i < texts->len; i++) {
        int *width = &l->width[(int)i % l->columns];

        *width = MAX(*width, width_of(texts->pdata[i]));
    }
    for (int c = 0; c < l->columns; c++)
        l->right[c] = is_number_column(rows, c);
}

static void print_line(FILE *out, const struct layout *l, char **texts)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (int c = 0; c < l->columns; c++) {
        int pad = l->width[c] - width_of(texts[c]);
        const char *gap = c ? "  " : "";

        g_string_append_printf(line, "%s%*s%s%*s", gap, l->right[c] ? pad : 0, "", texts[c],
                               l->right[c] ? 0 : pad, "");
    }
    fprintf(out, "%s\n", g_strchomp(line->str));
}

static void print_rule(FILE *out, const struct layout *l)
{
    for (int c = 0; c < l->columns; c++) {
        fputs(c ? "  " : "", out);
        for (int i = 0; i < l->width[c]; i++)
            fputs("─", out);
    }
    fputc('\n', out);
}

void cli__print_table(FILE *out, const json_t *answer)
{
    const json_t *columns = json_object_get(answer, "columns");
    const json_t *rows = json_object_get(answer, "rows");
    struct layout l = {.columns = (int)json_array_size(columns)};
    g_autoptr(GPtrArray) texts = texts_of(columns, rows);

    if (l.columns == 0)
        return;
    measure(&l, texts, rows);
    for (guint i = 0; i < texts->len; i += (guint)l.columns) {
        print_line(out, &l, (char **)texts->pdata + i);
        if (i == 0)
            print_rule(out, &l);
    }
    g_free(l.width);
    g_free(l.right);
}

/* Names of columns as keys; one that stands there twice is called x_2. */
static char **keys_of(const json_t *columns)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    char **keys = g_new0(char *, json_array_size(columns) + 1);
    size_t i;
    json_t *one;

    json_array_foreach (columns, i, one) {
        const char *name = json_get_string(one, "name", "");
        int n = 2;

        keys[i] = g_strdup(name);
        while (!g_hash_table_add(seen, keys[i])) {
            g_free(keys[i]);
            keys[i] = g_strdup_printf("%s_%d", name, n++);
        }
    }
    return keys;
}

json_t *cli__rows_json(const json_t *answer)
{
    const json_t *columns = json_object_get(answer, "columns");
    g_auto(GStrv) keys = keys_of(columns);
    json_t *out = json_array(), *row;
    size_t i;

    json_array_foreach (json_object_get(answer, "rows"), i, row) {
        json_t *object = json_object();

        for (size_t c = 0; keys[c]; c++)
            json_object_set(object, keys[c], json_array_get(row, c));
        json_array_append_new(out, object);
    }
    return out;
}
