#include "http/http_int.h"

#include <string.h>

static bool decode_byte(const char *at, const char *end, char *byte)
{
    int high = end - at > 2 ? g_ascii_xdigit_value(at[1]) : -1;
    int low = end - at > 2 ? g_ascii_xdigit_value(at[2]) : -1;

    *byte = (char)(high * 16 + low);
    return high >= 0 && low >= 0 && *byte != '\0';
}

/* NULL when that is no UTF-8 text or holds a zero byte. g_free(). */
static char *decode(const char *text, size_t len, bool plus_is_space)
{
    g_autofree char *out = g_malloc(len + 1);
    const char *end = text + len;
    size_t n = 0;

    for (const char *at = text; at < end; at++) {
        out[n] = *at == '+' && plus_is_space ? ' ' : *at;
        if (*at == '%') {
            if (!decode_byte(at, end, &out[n]))
                return NULL;
            at += 2;
        }
        n++;
    }
    out[n] = '\0';
    return g_utf8_validate(out, (gssize)n, NULL) ? g_steal_pointer(&out) : NULL;
}

/* Does a decoded segment hold a step up or nowhere, alone or between slashes of its own? */
static bool leads_elsewhere(const char *segment)
{
    g_auto(GStrv) parts = g_strsplit(segment, "/", -1);

    for (char **p = parts; *p; p++)
        if (strcmp(*p, ".") == 0 || strcmp(*p, "..") == 0)
            return true;
    return false;
}

char **http__segments(const char *path)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
    const char *at = path + (*path == '/');

    while (*at) {
        size_t len = strcspn(at, "/");
        char *segment = decode(at, len, false);

        if (!segment)
            return NULL;
        g_ptr_array_add(out, segment);
        if (leads_elsewhere(segment))
            return NULL;
        at += len + (at[len] == '/');
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_steal(out, NULL);
}

GHashTable *http__parse_query(const char *query)
{
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) pairs = g_strsplit(query, "&", -1);

    for (char **p = pairs; *p; p++) {
        size_t len = strcspn(*p, "=");
        g_autofree char *name = decode(*p, len, true);
        const char *rest = *p + len + ((*p)[len] == '=');
        g_autofree char *value = decode(rest, strlen(rest), true);

        if (!name || !value)
            return NULL;
        if (*name && !g_hash_table_contains(out, name))
            g_hash_table_insert(out, g_steal_pointer(&name), g_steal_pointer(&value));
    }
    return g_steal_pointer(&out);
}
