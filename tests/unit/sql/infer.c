/* infer.c -- runs tests/cases/sql/types.txt and types_postgres.txt: a query, and the line of what
 * it gives. Blocks are parted by empty lines; "?" is a type that cannot be told, "nothing" columns
 * that cannot. The tables are in the file's first block. tests/parity/infer_types.py holds the same
 * files against the real SQLMesh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sql/infer.h"
#include "sql/parse.h"

/* "x: i INT, t TEXT" */
static char **definition_of(const char *tables, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(tables, "\n", -1);
    g_autofree char *begin = g_strdup_printf("%s: ", name);

    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, begin))
            return g_strsplit(*line + strlen(begin), "; ", -1);
    return NULL;
}

static char **columns_of(const struct sql_table *table, void *data)
{
    char **columns = definition_of(data, table->name);

    for (char **c = columns; c && *c; c++)
        *strchr(*c, ' ') = '\0';
    return columns;
}

static const char *type_of(const struct sql_table *table, const char *column, void *data)
{
    static char found[64];
    g_auto(GStrv) columns = definition_of(data, table->name);

    for (char **c = columns; *c; c++) {
        char *space = strchr(*c, ' ');

        *space = '\0';
        if (strcmp(*c, column) == 0)
            g_strlcpy(found, space + 1, sizeof found);
    }
    return strcmp(found, "?") == 0 ? NULL : found;
}

static char *infer(const char *sql, const char *tables, const char *dialect)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct source source = {"case", sql, strlen(sql)};
    const struct sql_dialect *d = sql_dialect_find(dialect, NULL);
    struct sql_schema schema = {columns_of, type_of, (void *)tables};
    struct sql_node *query = sql_parse_query(a, &source, d, &error);
    const GPtrArray *typed;
    GString *out = g_string_new(NULL);

    if (!query)
        return g_strdup(error->message);
    typed = sql_infer(a, query, d, &schema);
    if (!typed)
        g_string_assign(out, "nothing");
    for (guint i = 0; typed && i < typed->len; i++) {
        const struct sql_typed *t = typed->pdata[i];

        g_string_append_printf(out, "%s%s %s", i ? ", " : "", t->name, t->type ? t->type : "?");
    }
    return g_string_free(out, FALSE);
}

static void hold(const char *file, const char *dialect)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned wrong = 0, cases = 0;

    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    for (char **b = blocks + 1; *b; b++) {
        char *line = strrchr(*b, '\n');
        g_autofree char *got = NULL;

        assert_non_null(line);
        *line++ = '\0';
        got = infer(*b, blocks[0], dialect);
        cases++;
        if (strcmp(got, line) != 0) {
            print_error("%s\n  expected %s\n  got      %s\n", *b, line, got);
            wrong++;
        }
    }
    assert_true(cases > 50);
    assert_int_equal(wrong, 0);
}

void test_types_are_those_that_sqlmesh_infers(void **state)
{
    (void)state;
    hold("tests/cases/sql/types.txt", "duckdb");
}

void test_on_postgresql_too(void **state)
{
    (void)state;
    hold("tests/cases/sql/types_postgres.txt", "postgres");
}

void test_in_other_dialects_casts_and_columns_keep_their_words(void **state)
{
    g_autofree char *got =
        infer("SELECT i, a::FLOAT8 AS f, SUM(i) AS s, b.z FROM (SELECT i, i AS a FROM x) AS q, y "
              "AS b",
              "x: i int4\ny: z DOUBLE PRECISION", "redshift");

    (void)state;
    assert_string_equal(got, "i int4, f FLOAT8, s ?, z DOUBLE PRECISION");
}
