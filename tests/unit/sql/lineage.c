/* Runs tests/cases/sql/lineage.txt: a query, a line for each column it gives ("name <- table.column
 * …"), and one of the columns it reads when stars are expanded, each with the source it belongs to.
 * The tables are in the file's first block. tests/parity/sql_lineage.py holds the same file against
 * sqlglot. */
#include "sql/lineage.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* "t: a, b" */
static char **columns_of(const struct sql_table *table, void *data)
{
    g_auto(GStrv) lines = g_strsplit(data, "\n", -1);
    g_autofree char *lower = g_ascii_strdown(table->name, -1);
    g_autofree char *begin = g_strdup_printf("%s: ", lower);
    bool upper = strcmp(lower, table->name) != 0;

    for (char **line = lines; *line; line++) {
        g_autofree char *columns = NULL;

        if (!g_str_has_prefix(*line, begin))
            continue;
        columns =
            upper ? g_ascii_strup(*line + strlen(begin), -1) : g_strdup(*line + strlen(begin));
        return g_strsplit(columns, ", ", -1);
    }
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once, lower case. */
static void append_all(GString *out, GPtrArray *texts)
{
    const char *last = "";

    g_ptr_array_sort(texts, by_text);
    for (unsigned i = 0; i < texts->len; i++) {
        if (strcmp(texts->pdata[i], last) != 0)
            g_string_append_printf(out, " %s", (char *)texts->pdata[i]);
        last = texts->pdata[i];
    }
    g_ptr_array_unref(texts);
}

static void add(GPtrArray *texts, const char *table, const char *column)
{
    g_autofree char *text = g_strdup_printf("%s.%s", table, column);

    g_ptr_array_add(texts, g_ascii_strdown(text, -1));
}

static void append_outputs(GString *out, const GPtrArray *outputs)
{
    for (unsigned i = 0; i < outputs->len; i++) {
        const struct sql_output *o = outputs->pdata[i];
        bool star = !o->name && o->expression && o->expression->kind == SQL_STAR;
        g_autofree char *name = g_ascii_strdown(o->name ? o->name : star ? "*" : "?", -1);
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

        for (unsigned k = 0; k < o->origins->len; k++) {
            const struct sql_origin *from = o->origins->pdata[k];

            add(texts, from->table->name, from->column);
        }
        g_string_append_printf(out, "=> %s <-", name);
        append_all(out, texts);
        g_string_append_c(out, '\n');
    }
}

static void append_reads(GString *out, const GPtrArray *references)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

    for (unsigned i = 0; i < references->len; i++) {
        const struct sql_reference *r = references->pdata[i];

        if (r->source && r->column && r->clause != SLOT_HAVING && r->clause != SLOT_QUALIFY)
            add(texts, r->source, r->column);
    }
    g_string_append(out, "=> reads");
    append_all(out, texts);
}

static char *answer(const char *sql, const char *dialect, const char *tables)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct source source = {"case", sql, strlen(sql)};
    const struct sql_dialect *d = sql_dialect_find(dialect, NULL);
    const struct sql_schema schema = {columns_of, NULL, (void *)tables};
    struct sql_node *query = sql_parse_query(a, &source, d, &error);
    GString *out = g_string_new(NULL);

    if (!query)
        return g_strdup(error->message);
    append_outputs(out, sql_lineage(a, query, d, &schema));
    sql_expand_stars(a, query, d, &schema);
    append_reads(out, sql_references(a, query, d, &schema));
    return g_string_free(out, FALSE);
}

static bool block_is_right(const char *block, const char *tables)
{
    const char *line = strchr(block, '\n') + 1, *cut = strstr(line, "\n=> ");
    g_autofree char *dialect = g_strndup(block + 1, strcspn(block, "]") - 1);
    g_autofree char *sql = NULL, *got = NULL;

    assert_non_null(cut);
    sql = g_strndup(line, cut - line);
    got = answer(sql, dialect, tables);
    if (strcmp(got, cut + 1) == 0)
        return true;
    print_error("%s\n  but got\n%s\n\n", block, got);
    return false;
}

void test_columns_come_from_where_sqlglot_sees_them_come_from(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned wrong = 0, cases = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/sql/lineage.txt", &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    for (char **b = blocks + 1; *b; b++, cases++)
        wrong += !block_is_right(*b, blocks[0]);
    assert_true(cases > 200);
    assert_int_equal(wrong, 0);
}

static char *expanded(const char *sql)
{
    g_autoptr(arena) a = arena_new();
    struct source source = {"case", sql, strlen(sql)};
    const struct sql_dialect *d = sql_dialect_find("duckdb", NULL);
    const struct sql_schema schema = {columns_of, NULL, (void *)"t: a, b\nu: a, c"};
    struct sql_node *query = sql_parse_query(a, &source, d, NULL);

    sql_expand_stars(a, query, d, &schema);
    return sql_print(query, d);
}

static void expands_to(const char *sql, const char *expected)
{
    g_autofree char *got = expanded(sql);

    assert_string_equal(got, expected);
}

void test_stars_are_replaced_by_known_columns(void **state)
{
    (void)state;
    expands_to("SELECT * FROM t", "SELECT \"t\".\"a\", \"t\".\"b\" FROM t");
    expands_to("SELECT 1, x.*, 2 FROM t AS x", "SELECT 1, \"x\".\"a\", \"x\".\"b\", 2 FROM t AS x");
    expands_to("SELECT * EXCLUDE (a) RENAME (b AS d) FROM t", "SELECT \"t\".\"b\" AS \"d\" FROM t");
    expands_to("SELECT * FROM t JOIN u USING (a)",
               "SELECT \"a\", \"t\".\"b\", \"u\".\"c\" FROM t JOIN u USING (a)");
    expands_to("SELECT * FROM unknown", "SELECT * FROM unknown");
    expands_to("WITH w AS (SELECT * FROM u) SELECT * FROM w",
               "WITH w AS (SELECT \"u\".\"a\", \"u\".\"c\" FROM u) SELECT \"w\".\"a\", \"w\".\"c\" "
               "FROM w");
}
