/* Seed files: the cases of tests/cases/project/seeds.txt, recorded from SQLMesh; errors; speed. */
#include "project/seed.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct seed_case {
    char *title;
    GString *file, *expected, *got;
    json_t *settings;
    GPtrArray *declared; /* of "column TYPE" */
    bool any;
};

static void case_clear(struct seed_case *c)
{
    g_free(c->title);
    if (c->file) {
        g_string_free(c->file, TRUE);
        g_string_free(c->expected, TRUE);
        g_string_free(c->got, TRUE);
        g_ptr_array_unref(c->declared);
    }
    json_decref(c->settings);
    memset(c, 0, sizeof *c);
}

static void case_begin(struct seed_case *c, const char *title)
{
    case_clear(c);
    c->title = g_strdup(title);
    c->file = g_string_new(NULL);
    c->expected = g_string_new(NULL);
    c->got = g_string_new(NULL);
    c->declared = g_ptr_array_new_with_free_func(g_free);
}

static void append_unescaped(GString *to, const char *text)
{
    for (; *text; text++) {
        if (*text != '\\') {
            g_string_append_c(to, *text);
            continue;
        }
        text++;
        if (g_str_has_prefix(text, "ufeff")) {
            g_string_append(to, "\xEF\xBB\xBF");
            text += 4;
        } else
            g_string_append_c(to, *text == 'r'   ? '\r'
                                  : *text == 't' ? '\t'
                                  : *text == 'n' ? '\n'
                                                 : *text);
    }
}

static void append_escaped(GString *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            g_string_append(to, "\\n");
        else if (*text == '\t')
            g_string_append(to, "\\t");
        else if (*text == '\\')
            g_string_append(to, "\\\\");
        else
            g_string_append_c(to, *text);
    }
}

/* The cells of a table as the case file writes them. */
static void write_rows(struct seed_case *c, const struct seed_table *t)
{
    for (size_t row = 0; row < t->n_rows; row++) {
        g_string_append(c->got, "| ");
        for (size_t i = 0; i < t->n_columns; i++) {
            const char *cell = t->columns[i].cells[row];

            g_string_append(c->got, i ? " | " : "");
            g_string_append(c->got, cell ? "'" : "NULL");
            append_escaped(c->got, cell ? cell : "");
            g_string_append(c->got, cell ? "'" : "");
        }
        g_string_append_c(c->got, '\n');
    }
}

static void convert(struct seed_case *c, struct seed_table *t)
{
    for (guint i = 0; i < c->declared->len; i++) {
        g_auto(GStrv) words = g_strsplit(c->declared->pdata[i], " ", 2);
        int column = seed_find(t, words[0]);

        assert_true(column >= 0);
        assert_true(seed_convert(t, (size_t)column, words[1], NULL));
    }
}

static void set_na_values(struct seed_case *c, struct model_seed *s, GPtrArray *words)
{
    json_t *values = json_object_get(c->settings, "na_values"), *value;
    size_t i;

    if (json_is_object(values))
        s->na_columns = values;
    if (!json_is_array(values))
        return;
    json_array_foreach (values, i, value)
        g_ptr_array_add(words, json_scalar_text(value));
    g_ptr_array_add(words, NULL);
    s->na_values = (char **)words->pdata;
}

static void run(struct seed_case *c)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(seed_table) t = NULL;
    struct model_seed s = {.path = "seeds/x.csv", .content = c->file->str, .len = c->file->len};

    seed_settings_init(&s);
    s.delimiter = json_get_string(c->settings, "delimiter", NULL);
    s.escapechar = json_get_string(c->settings, "escapechar", NULL);
    s.lineterminator = json_get_string(c->settings, "lineterminator", NULL);
    s.doublequote = json_get_bool(c->settings, "doublequote", true);
    s.skipinitialspace = json_get_bool(c->settings, "skipinitialspace", false);
    s.keep_default_na = json_get_bool(c->settings, "keep_default_na", true);
    set_na_values(c, &s, words);
    t = seed_read(&s, &error);
    if (!t) {
        assert_non_null(strstr(error->message, "seeds/x.csv"));
        g_string_append(c->got, "error\n");
        return;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        g_autofree char *lower = g_ascii_strdown(t->columns[i].name, -1);

        g_string_append(c->got, "> ");
        append_escaped(c->got, lower);
        g_string_append_printf(c->got, " %s\n", seed_type_names[t->columns[i].type]);
    }
    convert(c, t);
    write_rows(c, t);
}

static bool case_end(struct seed_case *c)
{
    if (!c->title)
        return true;
    run(c);
    if (strcmp(c->got->str, c->expected->str) == 0)
        return true;
    print_error("== %s\nexpected:\n%s\ngot:\n%s\n", c->title, c->expected->str, c->got->str);
    return false;
}

static void take_line(struct seed_case *c, const char *line)
{
    if (g_str_has_prefix(line, "settings "))
        c->settings = json_loads(line + 9, 0, NULL);
    else if (g_str_has_prefix(line, "< ")) {
        append_unescaped(c->file, line + 2);
        g_string_append_c(c->file, '\n');
    } else if (strcmp(line, "no line break at the end") == 0)
        g_string_truncate(c->file, c->file->len ? c->file->len - 1 : 0);
    else if (g_str_has_prefix(line, "declare "))
        g_ptr_array_add(c->declared, g_strdup(line + 8));
    else if (g_str_has_prefix(line, "error"))
        g_string_append(c->expected, "error\n");
    else if (g_str_has_prefix(line, "> ")) {
        g_autofree char *lower = g_ascii_strdown(line, -1);
        char *type = strrchr(lower, ' ');

        *type = '\0';
        g_string_append_printf(c->expected, "%s %s\n", lower, strrchr(line, ' ') + 1);
    } else
        g_string_append_printf(c->expected, "%s\n", line);
}

void test_seed_files_are_read_as_sqlmesh_reads_them(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    struct seed_case c = {0};
    int cases = 0, bad = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/project/seeds.txt", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, "== ")) {
            bad += !case_end(&c);
            case_begin(&c, *line + 3);
            cases++;
        } else if (c.title && **line)
            take_line(&c, *line);
    }
    bad += !case_end(&c);
    case_clear(&c);
    assert_true(cases > 90);
    assert_int_equal(bad, 0);
}

static struct seed_table *read_text(const char *text, GError **error)
{
    struct model_seed s = {.path = "seeds/orders.csv", .content = text, .len = strlen(text)};

    seed_settings_init(&s);
    return seed_read(&s, error);
}

void test_a_ragged_row_is_an_error_that_shows_where_and_counts_fields(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(read_text("id,name\r\n1,a\r\n2,b,c,d\r\n3,e\r\n", &error));
    assert_string_equal(error->message,
                        "seeds/orders.csv: line 3, column 5: this row has 4 fields; the file has 2 "
                        "columns.\n    2,b,c,d\r\n        ^\nhint: put a text that holds the "
                        "delimiter in quotes.");
}

void test_what_the_first_row_has_too_much_is_not_dropped_silently(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(read_text("id,name\n1,a,lost\n", &error));
    assert_non_null(strstr(error->message, "this row has 3 fields"));
}

void test_a_quote_that_is_never_closed_is_shown_where_it_opens(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(read_text("id,name\n1,\"abc\n2,b\n", &error));
    assert_non_null(strstr(error->message, "line 2, column 3: this quote is never closed."));
}

void test_bytes_that_are_no_utf8_need_their_encoding(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(seed_table) t = NULL;
    struct model_seed s = {.path = "s.csv", .content = "name\ncaf\xe9\n", .len = 10};

    (void)state;
    seed_settings_init(&s);
    assert_null(seed_read(&s, &error));
    assert_non_null(strstr(error->message, "s.csv is not UTF-8 text: byte 9"));
    s.encoding = "latin1";
    t = seed_read(&s, NULL);
    assert_non_null(t);
    assert_string_equal(t->columns[0].cells[0], "caf\xc3\xa9");
}

void test_the_digest_of_a_column_does_not_hang_on_quotes(void **state)
{
    g_autoptr(seed_table) a = read_text("x,y\n\"a\",1\nb,2\n", NULL);
    g_autoptr(seed_table) b = read_text("y,x\r\n1,a\r\n2,\"b\"\r\n", NULL);
    g_autoptr(seed_table) c = read_text("x,y\na,1\n,2\n", NULL);

    (void)state;
    assert_int_equal(seed_column_digest(a, 0), seed_column_digest(b, 1));
    assert_int_equal(seed_column_digest(a, 1), seed_column_digest(b, 0));
    assert_int_not_equal(seed_column_digest(a, 0), seed_column_digest(c, 0));
}

/* A generous bound: the point is that nothing grows with the square of the file. */
void test_a_million_cells_are_read_in_no_time(void **state)
{
    g_autoptr(GString) text = g_string_new("id,name,amount,price,flag\n");
    g_autoptr(seed_table) t = NULL;
    int64_t before, took;

    (void)state;
    for (int i = 0; i < 200000; i++)
        g_string_append_printf(text, "%d,\"name %d\",%d.%02d,%d.5,%s\n", i, i, i % 977, i % 90 + 9,
                               i % 100, i % 2 ? "true" : "false");
    before = clock_monotonic_ms();
    t = read_text(text->str, NULL);
    took = clock_monotonic_ms() - before;
    assert_non_null(t);
    assert_int_equal(t->n_rows, 200000);
    assert_int_equal(t->columns[0].type, SEED_BIGINT);
    assert_int_equal(t->columns[2].type, SEED_DOUBLE);
    assert_int_equal(t->columns[4].type, SEED_BOOLEAN);
    print_message("a million cells: %d ms\n", (int)took);
    assert_true(took < 3000);
}
