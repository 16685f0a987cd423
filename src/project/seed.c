/* Seed files: header, rows, columns. */
#include "project/seed_int.h"

#include "base/ids.h"

#include <string.h>

const char *const seed_type_names[] = {"BIGINT", "DOUBLE", "BOOLEAN", "TEXT", NULL};

struct reading {
    const struct model_seed *settings;
    struct seed_table *table;
    struct source source;
    struct seed_scanner scanner;
    struct seed_missing *missing;
    GPtrArray *cells; /* row by row */
    size_t most;      /* fields that a row may have: those of the first one may be more */
};

void seed_settings_init(struct model_seed *s)
{
    s->delimiter = s->quotechar = s->escapechar = s->encoding = s->lineterminator = NULL;
    s->doublequote = true;
    s->skipinitialspace = false;
    s->na_values = NULL;
    s->na_columns = NULL;
    s->keep_default_na = true;
    s->batch_size = 0;
}

/* ---- the first line -------------------------------------------------------------------------- */

/* A name that stands there already becomes name.1, name.2, … */
static const char *free_name(struct arena *a, GHashTable *counts, GHashTable *written,
                             const char *name)
{
    const char *unique = name;
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));

    while (n > 0) {
        g_hash_table_insert(counts, (char *)name, GUINT_TO_POINTER(n + 1));
        unique = arena_printf(a, "%s.%u", name, n);
        n = g_hash_table_contains(written, unique)
                ? n + 1
                : GPOINTER_TO_UINT(g_hash_table_lookup(counts, unique));
    }
    g_hash_table_insert(counts, (char *)unique, GUINT_TO_POINTER(1));
    return unique;
}

static void set_names(struct seed_table *t, GPtrArray *names)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) written = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < names->len; i++) {
        if (!*(char *)names->pdata[i])
            names->pdata[i] = arena_printf(t->arena, "Unnamed: %u", i);
        g_hash_table_add(written, names->pdata[i]);
    }
    t->n_columns = names->len;
    t->columns = arena_zalloc(t->arena, names->len * sizeof *t->columns);
    for (guint i = 0; i < names->len; i++)
        t->columns[i].name = free_name(t->arena, counts, written, names->pdata[i]);
}

static bool read_header(struct reading *r, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    struct seed_field field;
    enum seed_end end;

    if (!seed__next_row(&r->scanner)) {
        g_set_error(error, project_error(), ERROR_INVALID, "%s has no line with columns' names.",
                    r->source.name);
        return false;
    }
    do {
        if (!seed__next_field(&r->scanner, &field, &end, error))
            return false;
        g_ptr_array_add(names, (char *)field.text);
    } while (end == SEED_FIELD);
    set_names(r->table, names);
    return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Where the row ends, to say how many fields it has. */
static bool fail_long_row(struct reading *r, size_t found, size_t at, enum seed_end end,
                          GError **error)
{
    struct seed_field field;

    while (end == SEED_FIELD && seed__next_field(&r->scanner, &field, &end, NULL))
        found++;
    error_set_at(error, project_error(), ERROR_INVALID, &r->source, at,
                 "this row has %zu fields; the file has %zu columns.", found, r->table->n_columns);
    error_hint(error, "put a text that holds the delimiter in quotes.");
    return false;
}

static void add_cell(struct reading *r, size_t column, const char *text)
{
    bool missing = seed__is_missing(r->missing, r->table->columns[column].name, text);

    g_ptr_array_add(r->cells, missing ? NULL : (char *)text);
}

/* One row; the fields it lacks are NULL. Too many are let pass where they are empty and the first
 * row has as many: files may end each line with a delimiter. */
static bool read_row(struct reading *r, GError **error)
{
    const struct seed_table *t = r->table;
    bool first = r->cells->len == 0;
    struct seed_field field;
    enum seed_end end;
    size_t n = 0;

    do {
        if (!seed__next_field(&r->scanner, &field, &end, error))
            return false;
        n++;
        if (n <= t->n_columns) {
            add_cell(r, n - 1, field.text);
        } else if (*field.text || (!first && n > r->most))
            return fail_long_row(r, n, field.at, end, error);
    } while (end == SEED_FIELD);
    if (first)
        r->most = n;
    for (; n < t->n_columns; n++)
        add_cell(r, n, "");
    return true;
}

static void set_columns(struct reading *r)
{
    struct seed_table *t = r->table;
    size_t n = t->n_columns;

    t->n_rows = r->cells->len / n;
    for (size_t c = 0; c < n; c++) {
        const char **cells = arena_alloc(t->arena, MAX(t->n_rows, 1) * sizeof *cells);

        for (size_t i = 0; i < t->n_rows; i++)
            cells[i] = r->cells->pdata[i * n + c];
        t->columns[c].cells = cells;
        seed__infer(t->arena, &t->columns[c], t->n_rows);
    }
}

static bool read_all(struct reading *r, GError **error)
{
    char *buffer = arena_alloc(r->table->arena, r->source.len + 1);

    if (!seed__scanner_init(&r->scanner, r->settings, &r->source, buffer, error) ||
        !read_header(r, error))
        return false;
    while (seed__next_row(&r->scanner))
        if (!read_row(r, error))
            return false;
    set_columns(r);
    return true;
}

/* ---- the file's bytes ------------------------------------------------------------------------ */

static bool names_utf8(const char *encoding)
{
    return !encoding || g_ascii_strcasecmp(encoding, "utf-8") == 0 ||
           g_ascii_strcasecmp(encoding, "utf8") == 0 ||
           g_ascii_strcasecmp(encoding, "utf-8-sig") == 0;
}

/* The text in UTF-8: as it is, or *converted from the encoding that the model names. */
static bool as_utf8(struct reading *r, char **converted, GError **error)
{
    const struct model_seed *s = r->settings;
    const char *bad;
    gsize n;

    if (g_utf8_validate(s->content, (gssize)s->len, &bad))
        return true;
    if (!names_utf8(s->encoding))
        *converted = g_convert(s->content, (gssize)s->len, "UTF-8", s->encoding, NULL, &n, NULL);
    if (*converted) {
        r->source.text = *converted;
        r->source.len = n;
        return true;
    }
    g_set_error(error, project_error(), ERROR_INVALID, "%s is not %s text: byte %zu does not fit.",
                s->path, s->encoding ? s->encoding : "UTF-8", (size_t)(bad - s->content) + 1);
    error_hint(error, "save it as UTF-8, or name its encoding in csv_settings.");
    return false;
}

struct seed_table *seed_read(const struct model_seed *s, GError **error)
{
    g_autoptr(seed_table) t = g_new0(struct seed_table, 1);
    g_autofree char *converted = NULL;
    struct reading r = {.settings = s, .table = t};
    bool good;

    t->arena = arena_new();
    r.source = (struct source){s->path, s->content, s->len};
    if (!as_utf8(&r, &converted, error))
        return NULL;
    r.cells = g_ptr_array_new();
    r.missing = seed__missing_new(s);
    good = read_all(&r, error);
    seed__missing_free(r.missing);
    g_ptr_array_unref(r.cells);
    return good ? g_steal_pointer(&t) : NULL;
}

void seed_free(struct seed_table *t)
{
    if (!t)
        return;
    arena_free(t->arena);
    g_free(t);
}

int seed_find(const struct seed_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

uint32_t seed_column_digest(const struct seed_table *t, size_t column)
{
    const struct seed_column *c = &t->columns[column];
    uint32_t crc = crc32_add(0, seed_type_names[c->type], 1);

    for (size_t i = 0; i < t->n_rows; i++) {
        if (c->cells[i])
            crc = crc32_add(crc, c->cells[i], strlen(c->cells[i]) + 1);
        else
            crc = crc32_add(crc, "\xff", 1); /* no text begins so */
    }
    return crc;
}
