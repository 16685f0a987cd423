/* How fast statements are read and written in their canonical form, on one core.
 *
 *     sql FILE BYTES      FILE: "DIALECT LENGTH\n", the statement's bytes, "\n", and so on
 *
 * The statements are read again and again until so many bytes have been read. Prints JSON: bytes,
 * seconds of processor time, statements, and how often memory was asked for, a statement.
 */
#include "sql/parse.h"
#include "sql/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* glibc's own, so that every request can be counted. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static unsigned long requests;

void *malloc(size_t size)
{
    requests++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    requests++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    requests++;
    return __libc_realloc(p, size);
}

struct statement {
    const struct sql_dialect *dialect;
    struct source source;
};

static GArray *load(char *at, const char *end)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct statement));

    while (at < end) {
        struct statement s;
        char *space = strchr(at, ' '), *text;
        g_autofree char *name = g_strndup(at, (gsize)(space - at));

        s.source.name = "statement";
        s.source.len = strtoul(space + 1, &text, 10);
        s.source.text = text + 1;
        s.dialect = sql_dialect_find(name, NULL);
        if (!s.dialect)
            g_error("no dialect %s", name);
        g_array_append_val(all, s);
        at = text + 1 + s.source.len + 1;
    }
    return all;
}

static void read_all(struct arena *a, const GArray *all, GString *out)
{
    for (guint i = 0; i < all->len; i++) {
        const struct statement *s = &g_array_index(all, struct statement, i);
        g_autoptr(GError) error = NULL;
        struct sql_node *n = sql_parse_statement(a, &s->source, s->dialect, &error);

        g_string_truncate(out, 0);
        if (!n)
            g_error("%s", error->message);
        sql_canonical_to(out, n, s->dialect);
        arena_clear(a);
    }
}

static size_t bytes_of(const GArray *all)
{
    size_t bytes = 0;

    for (guint i = 0; i < all->len; i++)
        bytes += g_array_index(all, struct statement, i).source.len;
    return bytes;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) out = g_string_sized_new(1024 * 1024);
    g_autoptr(GArray) all = NULL;
    g_autoptr(arena) a = arena_new();
    unsigned long rounds = 0, before;
    size_t len, bytes, wanted;
    double began;

    if (argc != 3 || !g_file_get_contents(argv[1], &text, &len, NULL))
        return 2;
    all = load(text, text + len);
    bytes = bytes_of(all);
    wanted = strtoul(argv[2], NULL, 10);
    before = requests;
    for (began = seconds(); rounds * bytes < wanted; rounds++)
        read_all(a, all, out);
    printf("{\"bytes\": %zu, \"seconds\": %.3f, \"statements\": %lu, \"requests\": %.3f}\n",
           rounds * bytes, seconds() - began, rounds * all->len,
           (double)(requests - before) / (double)(rounds * all->len));
    return 0;
}
