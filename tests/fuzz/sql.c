/* Fuzz target of src/sql/: any bytes, every reader, and what must hold of what was read.
 *
 *   clang -fsanitize=fuzzer,address,undefined …      with libFuzzer
 *   cc -DSTANDALONE …; a.out [-n MUTATIONS] FILE…    reads files, and damaged versions of each line
 *
 * The first byte chooses the dialect. What is read must print to a text that reads the same: the
 * canonical forms of both are equal.
 */
#include "sql/diff.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const dialects[] = {
    "",      "duckdb", "postgres", "bigquery",   "snowflake", "spark",
    "mysql", "tsql",   "trino",    "clickhouse", "redshift",  "databricks",
};

static void use(struct arena *a, struct sql_node *n, const struct sql_dialect *d)
{
    g_autofree char *pretty = sql_print_pretty(n, d);
    struct sql_node *copy = sql_clone(a, n);
    bool complete;

    g_ptr_array_unref(sql_tables(a, n, d));
    g_ptr_array_unref(sql_projections(a, n, d, NULL, NULL, &complete));
    if (!sql_equal(n, copy) || sql_diff(n, copy, d) != SQL_SAME)
        abort();
}

typedef struct sql_node *(*reader)(struct arena *a, const struct source *s,
                                   const struct sql_dialect *d, GError **error);

static void read_again(struct arena *a, reader read, const struct sql_node *n,
                       const struct sql_dialect *d, const struct source *s)
{
    g_autofree char *text = sql_print(n, d);
    g_autofree char *before = sql_canonical(n, d);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;
    struct source printed = {"printed", text, strlen(text)};
    struct sql_node *again = read(a, &printed, d, &error);

    if (again)
        after = sql_canonical(again, d);
    if (g_strcmp0(before, after) == 0)
        return;
    fprintf(stderr, "dialect %s\nsource  %.*s\nprinted %s\nbefore  %s\nafter   %s\n%s\n",
            sql_dialect_name(d), (int)s->len, s->text, text, before, after ? after : "",
            error ? error->message : "");
    abort();
}

static void try_reader(reader read, const struct source *s, const struct sql_dialect *d)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct sql_node *n = read(a, s, d, &error);

    if (!n == !error)
        abort();
    if (!n)
        return;
    use(a, n, d);
    if (!memchr(s->text, '\0', s->len))
        read_again(a, read, n, d, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const reader readers[] = {sql_parse_query, sql_parse_statement, sql_parse_expression,
                                     sql_parse_type, sql_parse_table};
    const struct sql_dialect *d;
    g_autofree char *text = NULL;
    struct source s;

    if (size == 0)
        return 0;
    text = g_strndup((const char *)data + 1, size - 1);
    s = (struct source){"input", text, size - 1};
    d = sql_dialect_find(dialects[data[0] % G_N_ELEMENTS(dialects)], NULL);
    g_array_unref(sql_split(&s, d));
    for (unsigned i = 0; i < G_N_ELEMENTS(readers); i++)
        try_reader(readers[i], &s, d);
    return 0;
}

#ifdef STANDALONE
static uint32_t state = 1;

static uint32_t next_random(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return below ? (state >> 8) % below : 0;
}

/* Damage a text: bytes changed, taken out, doubled, brackets and quotes put in. */
static void damage(GString *text)
{
    static const char *const pieces[] = {"(",  ")",        "'",    "\"", ",", " ",   "@",
                                         "{",  "}",        "[",    "]",  ".", ":",   "--",
                                         "/*", " SELECT ", " AS ", "->", "*", "NOT "};

    for (uint32_t i = next_random(4) + 1; i > 0 && text->len > 2; i--) {
        gsize at = 1 + next_random(text->len - 1), n = next_random(16);

        n = MIN(n, text->len - at);

        switch (next_random(4)) {
        case 0:
            text->str[at] = (char)next_random(256);
            break;
        case 1:
            g_string_erase(text, at, n);
            break;
        case 2:
            g_string_insert(text, at, pieces[next_random(G_N_ELEMENTS(pieces))]);
            break;
        default:
            g_string_insert_len(text, at, text->str + at, n);
        }
    }
}

static void run_line(const char *line, size_t len, unsigned mutations)
{
    for (unsigned d = 0; d < G_N_ELEMENTS(dialects); d++)
        for (unsigned i = 0; i <= mutations; i++) {
            g_autoptr(GString) text = g_string_new_len((const char[]){(char)d}, 1);

            g_string_append_len(text, line, len);
            if (i > 0)
                damage(text);
            LLVMFuzzerTestOneInput((const uint8_t *)text->str, text->len);
        }
}

int main(int argc, char **argv)
{
    unsigned mutations = 0;
    int first = 1;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        mutations = strtoul(argv[2], NULL, 10);
        first = 3;
    }
    for (int i = first; i < argc; i++) {
        g_autofree char *text = NULL;
        gsize len;

        if (!g_file_get_contents(argv[i], &text, &len, NULL))
            return 1;
        for (char *line = text, *end; line < text + len; line = end + 1) {
            end = memchr(line, '\n', text + len - line);
            if (!end)
                end = text + len;
            run_line(line, end - line, mutations);
        }
    }
    return 0;
}
#endif
