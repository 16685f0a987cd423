#include "base/envfile.h"

#include "base/limits.h"

#include <string.h>
#include <sys/stat.h>

ERROR_DOMAIN_DEFINE(envfile)

static char *read_text(const char *path, GError **error)
{
    g_autoptr(GError) why = NULL;
    struct stat st;
    char *text = NULL;

    if (stat(path, &st) == 0 && st.st_size > MAX_CONFIG_BYTES)
        g_set_error(error, envfile_error(), ERROR_LIMIT, "%s is larger than %d bytes.", path,
                    MAX_CONFIG_BYTES);
    else if (!g_file_get_contents(path, &text, NULL, &why))
        g_set_error(error, envfile_error(), ERROR_NOT_FOUND, "%s cannot be read: %s.", path,
                    why->message);
    return text;
}

static bool is_name(const char *name)
{
    if (!g_ascii_isalpha(*name) && *name != '_')
        return false;
    while (g_ascii_isalnum(*name) || *name == '_')
        name++;
    return *name == '\0';
}

static char escaped(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* A quoted value; NULL when the quote is never closed. */
static char *quoted(const char *at)
{
    GString *out = g_string_new(NULL);
    char quote = *at++;

    for (; *at && *at != quote; at++) {
        if (*at == '\\' && quote == '"' && at[1])
            g_string_append_c(out, escaped(*++at));
        else
            g_string_append_c(out, *at);
    }
    return g_string_free(out, *at != quote);
}

static char *plain(const char *at)
{
    const char *end = at;

    while (*end && !(*end == '#' && (end == at || g_ascii_isspace(end[-1]))))
        end++;
    return g_strchomp(g_strndup(at, (gsize)(end - at)));
}

/* True for a line that says nothing, too. */
static bool read_line(char *line, GHashTable *into)
{
    char *at = g_strstrip(line), *equals, *value;

    if (!*at || *at == '#')
        return true;
    if (g_str_has_prefix(at, "export "))
        at = g_strchug(at + strlen("export "));
    equals = strchr(at, '=');
    if (!equals)
        return false;
    *equals = '\0';
    value = g_strchug(equals + 1);
    value = *value == '"' || *value == '\'' ? quoted(value) : plain(value);
    if (!value || !is_name(g_strchomp(at))) {
        g_free(value);
        return false;
    }
    g_hash_table_replace(into, g_strdup(at), value);
    return true;
}

bool envfile_read(const char *path, GHashTable *into, GError **error)
{
    g_autofree char *text = read_text(path, error);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;

    if (!lines)
        return false;
    for (guint i = 0; lines[i]; i++) {
        if (read_line(lines[i], into))
            continue;
        g_set_error(error, envfile_error(), ERROR_INVALID,
                    "%s, line %u: a line must be NAME=value.\nhint: close quotes on the line that "
                    "opens them.",
                    path, i + 1);
        return false;
    }
    return true;
}

static bool read_secret(const char *folder, const char *name, GHashTable *into, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text;
    size_t n;

    if (!is_name(name) || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return true;
    text = read_text(path, error);
    if (!text)
        return false;
    n = strlen(text);
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    g_hash_table_replace(into, g_strdup(name), text);
    return true;
}

bool envfile_read_folder(const char *folder, GHashTable *into, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &why);
    const char *name;

    if (!dir) {
        g_set_error(error, envfile_error(), ERROR_NOT_FOUND, "The folder %s cannot be read: %s.",
                    folder, why->message);
        return false;
    }
    while ((name = g_dir_read_name(dir)))
        if (!read_secret(folder, name, into, error))
            return false;
    return true;
}

static void stamp_one(GString *out, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        g_string_append_printf(out, "%s %lld %lld %lld.%09ld\n", path, (long long)st.st_ino,
                               (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                               st.st_mtim.tv_nsec);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *envfile_stamp(const char *path)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    stamp_one(out, path);
    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        stamp_one(out, names->pdata[i]);
    return g_string_free(out, FALSE);
}
