/* dialect.c -- what most engines' DDL and DML share: finding a dialect, quoting. */
#include "warehouse/dialect_int.h"

#include "warehouse/warehouse.h"

#include <string.h>

#define HASH_DIGITS 8

const struct warehouse_dialect *warehouse_dialect_find(const char *type)
{
    static const struct warehouse_dialect *const tables[] = {
        warehouse__duckdb_dialects, warehouse__postgres_dialects, warehouse__other_dialects};

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct warehouse_dialect *d = tables[i]; d->type; d++)
            if (g_ascii_strcasecmp(d->type, type) == 0)
                return d;
    return NULL;
}

const char *warehouse_dialect_name(const char *type)
{
    const struct warehouse_dialect *d = warehouse_dialect_find(type);

    return d ? d->sql_dialect : NULL;
}

/* Two long names with the same beginning stay two. */
static char *shortened(const char *name, size_t max)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
    size_t keep = max - HASH_DIGITS - 1;

    while (keep > 0 && ((unsigned char)name[keep] & 0xC0) == 0x80)
        keep--;
    return g_strdup_printf("%.*s_%.*s", (int)keep, name, HASH_DIGITS, hash);
}

char *warehouse_quote_identifier(const struct warehouse_dialect *d, const char *name)
{
    g_autofree char *fitting =
        strlen(name) > d->max_identifier ? shortened(name, d->max_identifier) : g_strdup(name);
    GString *out = g_string_new(NULL);

    g_string_append_c(out, d->quote[0]);
    for (const char *c = fitting; *c; c++) {
        if (*c == d->quote[1])
            g_string_append_c(out, *c);
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, d->quote[1]);
    return g_string_free(out, FALSE);
}

char *warehouse_quote_table(const struct warehouse_dialect *d, const struct wire_table *t)
{
    const char *parts[] = {d->catalogs ? t->catalog : NULL, t->schema, t->name};
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *part =
            parts[i] && *parts[i] ? warehouse_quote_identifier(d, parts[i]) : NULL;

        if (part)
            g_string_append_printf(out, "%s%s", out->len ? "." : "", part);
    }
    return g_string_free(out, FALSE);
}

char *warehouse_quote_string(const struct warehouse_dialect *d, const char *value)
{
    GString *out = g_string_new("'");

    for (; *value; value++) {
        if (*value == '\'' || (*value == '\\' && d->backslash))
            g_string_append_c(out, d->backslash ? '\\' : '\'');
        g_string_append_c(out, *value);
    }
    g_string_append_c(out, '\'');
    return g_string_free(out, FALSE);
}
