/* Fuzz target of src/sql/: any bytes, every reader, and what must hold of what was read: the print
 * says what the text says, and reads back as the same. */
#include "fuzz.h"
#include "said.h"
#include "sql/diff.h"
#include "sql/lineage.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"
#include "sql/translate.h"

/* What is translated is read again by itself; what is refused has a place in the text. */
static void translate(struct arena *a, const struct sql_node *n, const struct sql_dialect *d,
                      const struct source *s)
{
    static const char *const names[] = {"duckdb", "postgres"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        const struct sql_dialect *to = sql_dialect_find(names[i], NULL);
        g_autoptr(GError) error = NULL;

        if (sql_translate(a, sql_clone(a, n), d, to, s, &error) == !!error)
            fuzz_found("neither a translation nor an error, or both", s->text, s->len, d);
    }
}

static void ask(struct arena *a, struct sql_node *n, const struct sql_dialect *d,
                const struct source *s)
{
    static const struct sql_schema nothing;
    g_autofree char *pretty = sql_print_pretty(n, d);
    struct sql_node *copy = sql_clone(a, n);
    bool complete;

    g_ptr_array_unref(sql_tables(a, n, d));
    g_ptr_array_unref(sql_projections(a, n, d, NULL, NULL, &complete));
    sql_infer(a, n, d, &nothing);
    sql_references(a, n, d, &nothing);
    sql_lineage(a, n, d, &nothing);
    if (!sql_equal(n, copy) || sql_diff(n, copy, d) != SQL_SAME)
        fuzz_found("a clone is another", s->text, s->len, d);
    sql_expand_stars(a, copy, d, &nothing);
    translate(a, n, d, s);
}

typedef struct sql_node *(*reader)(struct arena *a, const struct source *s,
                                   const struct sql_dialect *d, GError **error);

static void read_again(struct arena *a, reader read, const struct sql_node *n,
                       const struct sql_dialect *d, const struct source *s)
{
    g_autofree char *text = sql_print(n, d);
    g_autofree char *before = sql_canonical(n, d);
    g_autofree char *after = NULL;
    g_autofree char *token = said_differently(s->text, s->len, text, strlen(text), d);
    g_autoptr(GError) error = NULL;
    struct source printed = {"printed", text, strlen(text)};
    struct sql_node *again;

    if (token) {
        fprintf(stderr, "printed %s\ntoken   %s\n", text, token);
        fuzz_found("the print does not say what the text says", s->text, s->len, d);
    }
    again = read(a, &printed, d, &error);
    if (again)
        after = sql_canonical(again, d);
    if (g_strcmp0(before, after) == 0)
        return;
    fprintf(stderr, "printed %s\nbefore  %s\nafter   %s\n%s\n", text, before, after ? after : "",
            error ? error->message : "");
    fuzz_found("the print reads back as another", s->text, s->len, d);
}

static void try_reader(reader read, const struct source *s, const struct sql_dialect *d)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct sql_node *n = read(a, s, d, &error);

    if (!n == !error)
        fuzz_found("neither a tree nor an error, or both", s->text, s->len, d);
    if (!n)
        return;
    ask(a, n, d, s);
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
    text = g_memdup2(data, size);
    s = (struct source){"input", text + 1, size - 1};
    d = fuzz_dialect(data[0]);
    g_array_unref(sql_split(&s, d));
    for (unsigned i = 0; i < G_N_ELEMENTS(readers); i++)
        try_reader(readers[i], &s, d);
    return 0;
}
