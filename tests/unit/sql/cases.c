/* Runs the cases of tests/cases/sql/: readable files of SQL and what is to be said of it.
 *
 *     # a remark
 *     [duckdb] a title
 *     SELECT 1 a              lines up to "=> " or the end of the block are the input
 *     => SELECT 1 AS a        what is expected, on lines that begin with "=> "; none: the input
 *
 * Blocks are parted by empty lines. What a file's cases ask is its name.
 */
#include "sql/diff.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"
#include "sql/translate.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct block {
    const struct sql_dialect *dialect;
    char *title;
    GString *input, *expected;
    bool answered;
};

typedef char *(*question)(struct arena *a, const struct block *b);

static void append_line(GString *to, const char *line)
{
    if (to->len > 0)
        g_string_append_c(to, '\n');
    g_string_append(to, line);
}

static void begin_block(struct block *b, const char *line)
{
    const char *end = strchr(line, ']');
    g_autofree char *name = g_strndup(line + 1, end - line - 1);

    b->dialect = sql_dialect_find(name, NULL);
    assert_non_null(b->dialect);
    b->title = g_strdup(line);
}

static bool end_block(struct block *b, question ask)
{
    g_autoptr(arena) a = arena_new();
    g_autofree char *answer = NULL;
    const char *expected = b->answered ? b->expected->str : b->input->str;
    bool good = true;

    if (!b->title)
        return true;
    answer = ask(a, b);
    if (strcmp(answer, expected) != 0) {
        good = false;
        printf("%s\n  input    %s\n  expected %s\n  answer   %s\n", b->title, b->input->str,
               expected, answer);
    }
    g_clear_pointer(&b->title, g_free);
    g_string_truncate(b->input, 0);
    g_string_truncate(b->expected, 0);
    b->answered = false;
    return good;
}

static void run(const char *name, question ask)
{
    g_autofree char *path = g_strdup_printf("tests/cases/sql/%s.txt", name);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    struct block b = {.input = g_string_new(NULL), .expected = g_string_new(NULL)};
    unsigned wrong = 0, cases = 0;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        if (lines[i][0] == '#')
            continue;
        if (lines[i][0] == '\0') {
            wrong += !end_block(&b, ask);
        } else if (!b.title) {
            begin_block(&b, lines[i]);
            cases++;
        } else if (g_str_has_prefix(lines[i], "=> ")) {
            append_line(b.expected, lines[i] + 3);
            b.answered = true;
        } else {
            append_line(b.input, lines[i]);
        }
    }
    wrong += !end_block(&b, ask);
    g_string_free(b.input, TRUE);
    g_string_free(b.expected, TRUE);
    assert_int_equal(wrong, 0);
    assert_true(cases > 0);
}

static struct sql_node *read_part(struct arena *a, const char *sql, size_t len,
                                  const struct sql_dialect *d, GError **error)
{
    struct source s = {"case", sql, len};

    return sql_parse_statement(a, &s, d, error);
}

static struct sql_node *read_block(struct arena *a, const struct block *b, GError **error)
{
    return read_part(a, b->input->str, b->input->len, b->dialect, error);
}

static char *printed(struct arena *a, const struct block *b)
{
    g_autoptr(GError) error = NULL;
    struct sql_node *n = read_block(a, b, &error);

    if (!n)
        return g_strdup(error->message);
    if (n->flags & SQL_OPAQUE)
        return g_strdup_printf("kept as text: %.*s", (int)n->len, n->text);
    return sql_print(n, b->dialect);
}

static char *printed_pretty(struct arena *a, const struct block *b)
{
    g_autoptr(GError) error = NULL;
    struct sql_node *n = read_block(a, b, &error);

    return n ? sql_print_pretty(n, b->dialect) : g_strdup(error->message);
}

static char *error_of(struct arena *a, const struct block *b)
{
    g_autoptr(GError) error = NULL;
    struct source s = {"m.sql", b->input->str, b->input->len};

    return sql_parse_query(a, &s, b->dialect, &error) ? g_strdup("no error")
                                                      : g_strdup(error->message);
}

/* The print of a query, or the first line of what is wrong with it. */
static char *found(struct arena *a, const struct block *b)
{
    g_autoptr(GError) error = NULL;
    struct source s = {"m.sql", b->input->str, b->input->len};
    struct sql_node *n = sql_parse_query(a, &s, b->dialect, &error);

    return n ? sql_print(n, b->dialect) : g_strndup(error->message, strcspn(error->message, "\n"));
}

static char *tables(struct arena *a, const struct block *b)
{
    struct sql_node *n = read_block(a, b, NULL);
    g_autoptr(GPtrArray) found = sql_tables(a, n, b->dialect);
    GString *all = g_string_new(NULL);

    for (unsigned i = 0; i < found->len; i++) {
        const struct sql_table *t = found->pdata[i];

        g_string_append_printf(all, "%s%s%s%s%s%s", i ? " " : "", t->catalog ? t->catalog : "",
                               t->catalog ? "." : "", t->schema ? t->schema : "",
                               t->schema ? "." : "", t->name);
    }
    if (all->len == 0)
        g_string_assign(all, "none");
    return g_string_free(all, FALSE);
}

static char *canonical(struct arena *a, const struct block *b)
{
    return sql_canonical(read_block(a, b, NULL), b->dialect);
}

/* For each dialect of a warehouse: what is said there, or the first line of why not. */
static char *translated(struct arena *a, const struct block *b)
{
    static const char *const names[] = {"duckdb", "postgres"};
    GString *all = g_string_new(NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        const struct sql_dialect *to = sql_dialect_find(names[i], NULL);
        struct source s = {NULL, b->input->str, b->input->len};
        g_autoptr(GError) error = NULL;
        struct sql_node *n = read_block(a, b, NULL);
        g_autofree char *text = NULL;

        if (sql_same_dialect(b->dialect, to))
            continue;
        text = sql_translate(a, n, b->dialect, to, &s, &error) ? sql_print(n, to) : NULL;
        g_string_append_printf(all, "%s%s: %.*s", all->len ? "\n" : "", names[i],
                               error ? (int)strcspn(error->message, "\n") : (int)strlen(text),
                               error ? error->message : text);
    }
    return g_string_free(all, FALSE);
}

/* Two inputs, parted by a line "--- same" or "--- another". */
static char *compared(struct arena *a, const struct block *b)
{
    const char *cut = strstr(b->input->str, "\n--- "), *second;
    g_autofree char *x = NULL, *y = NULL;
    struct sql_node *n, *m;

    assert_non_null(cut);
    second = strchr(cut + 1, '\n') + 1;
    n = read_part(a, b->input->str, cut - b->input->str, b->dialect, NULL);
    m = read_part(a, second, strlen(second), b->dialect, NULL);
    x = sql_canonical(n, b->dialect);
    y = sql_canonical(m, b->dialect);
    return g_strdup_printf("%.*s\n--- %s\n%s", (int)(cut - b->input->str), b->input->str,
                           strcmp(x, y) == 0 ? "same" : "another", second);
}

/* Two queries, parted by a line with what differs. */
static char *difference(struct arena *a, const struct block *b)
{
    static const char *const words[] = {"same", "added", "otherwise"};
    const char *cut = strstr(b->input->str, "\n--- "), *second;
    bool stricter = strncmp(cut, "\n--- !", 6) == 0;
    struct sql_node *n, *m;

    assert_non_null(cut);
    second = strchr(cut + 1, '\n') + 1;
    n = read_part(a, b->input->str, cut - b->input->str, b->dialect, NULL);
    m = read_part(a, second, strlen(second), b->dialect, NULL);
    assert_true(n && m);
    return g_strdup_printf("%.*s\n--- %s%s\n%s", (int)(cut - b->input->str), b->input->str,
                           stricter ? "!" : "", words[sql_diff(n, m, b->dialect)], second);
}

void test_differences_are_those_that_sqlmesh_sees(void **state)
{
    (void)state;
    run("diff", difference);
}

void test_statements_print_what_they_mean(void **state)
{
    (void)state;
    run("print", printed);
}

void test_macros_are_read_in_every_place(void **state)
{
    (void)state;
    run("macros", printed);
}

void test_dialects_have_their_own_quotes_and_words(void **state)
{
    (void)state;
    run("dialects", printed);
}

void test_statements_that_are_no_queries_are_read(void **state)
{
    (void)state;
    run("statements", printed);
}

void test_pretty_print_indents(void **state)
{
    (void)state;
    run("pretty", printed_pretty);
}

void test_errors_point_at_the_place(void **state)
{
    (void)state;
    run("errors", error_of);
}

void test_what_the_fuzzer_found_is_right_now(void **state)
{
    (void)state;
    run("finds", found);
}

void test_what_dialects_have_in_common_is_said_in_the_other_one(void **state)
{
    (void)state;
    run("translate", translated);
}

void test_tables_are_found(void **state)
{
    (void)state;
    run("tables", tables);
}

void test_recorded_canonical_forms_do_not_change(void **state)
{
    (void)state;
    run("canonical", canonical);
}

/* DIGEST [dialect] query */
static bool has_digest(const char *line)
{
    g_autoptr(arena) a = arena_new();
    const char *end = strchr(line, ']'), *sql = end + 2;
    g_autofree char *dialect = g_strndup(line + 18, end - line - 18);
    const struct sql_dialect *d = sql_dialect_find(dialect, NULL);
    struct sql_node *n = read_part(a, sql, strlen(sql), d, NULL);
    g_autofree char *form = n ? sql_canonical(n, d) : g_strdup("");
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, form, -1);

    if (strncmp(digest, line, 16) == 0)
        return true;
    printf("%s\n  has the digest %.16s now, of %s\n", line, digest, form);
    return false;
}

void test_recorded_digests_do_not_change(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned wrong = 0, right = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/sql/digests.txt", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_ascii_isxdigit(**line))
            has_digest(*line) ? right++ : wrong++;
    assert_int_equal(wrong, 0);
    assert_true(right > 100);
}

void test_canonical_forms_are_equal_when_meanings_are(void **state)
{
    (void)state;
    run("same", compared);
}
