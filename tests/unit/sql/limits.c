/* Ceilings: texts that are too deep, too long or no text are refused with a sentence that says so,
 * and what is not refused takes time and memory that its length bounds. */
#include "base/limits.h"
#include "sql/lineage.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* begin, then the middle so many times, an end, and its middle as often. */
static GString *nested(const char *begin, const char *open, unsigned times, const char *inner,
                       const char *close)
{
    GString *text = g_string_new(begin);

    for (unsigned i = 0; i < times; i++)
        g_string_append(text, open);
    g_string_append(text, inner);
    for (unsigned i = 0; i < times; i++)
        g_string_append(text, close);
    return text;
}

static void refused(GString *text, const char *why)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct source s = {"deep", text->str, text->len};
    const struct sql_dialect *d = sql_dialect_find("duckdb", NULL);

    assert_null(sql_parse_query(a, &s, d, &error));
    if (!strstr(error->message, why))
        fail_msg("%.200s", error->message);
    g_string_free(text, TRUE);
}

/* Reads, prints and is asked for everything. */
static void accepted(GString *text)
{
    static const struct sql_schema nothing;
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct source s = {"deep", text->str, text->len};
    const struct sql_dialect *d = sql_dialect_find("duckdb", NULL);
    struct sql_node *n = sql_parse_query(a, &s, d, &error);
    g_autofree char *printed = NULL;

    if (!n)
        fail_msg("%.200s", error->message);
    printed = sql_print(n, d);
    assert_true(strlen(printed) >= text->len / 2);
    assert_true(sql_lineage(a, n, d, &nothing)->len > 0);
    assert_non_null(sql_references(a, n, d, &nothing));
    g_string_free(text, TRUE);
}

void test_depth_has_a_ceiling(void **state)
{
    (void)state;
    refused(nested("SELECT ", "(", 2000, "1", ")"), "nested too deep");
    refused(nested("SELECT ", "CASE WHEN a THEN ", 3000, "1", " END"), "");
    refused(nested("SELECT * FROM ", "(SELECT * FROM ", 2000, "t", ") AS s"), "nested too deep");
    refused(nested("SELECT 1::", "STRUCT(a ", 2000, "INT", ")"), "nested too deep");
    refused(nested("SELECT ", "NOT ", 5000, "a", ""), "nested too deep");
    refused(nested("SELECT 1", " + 1", 5000, "", ""), "levels high");
    refused(nested("SELECT 1", " UNION ALL SELECT 1", 5000, "", ""), "levels high");
    accepted(nested("SELECT ", "(", 300, "1", ")"));
    accepted(nested("SELECT * FROM ", "(SELECT * FROM ", 100, "t", ") AS s"));
    accepted(nested("SELECT 1", " + 1", 2000, "", ""));
}

void test_size_has_a_ceiling(void **state)
{
    GString *long_text = g_string_new("SELECT '");
    GString *nul = g_string_new("SELECT 1");

    (void)state;
    g_string_set_size(long_text, MAX_SQL_BYTES + 1);
    memset(long_text->str + 8, 'x', long_text->len - 8);
    refused(long_text, "may have");
    g_string_append_c(nul, '\0');
    refused(nul, "NUL byte");
}

/* Each CTE gives twice the columns of the one before it: 2 to the power of 60 of them. */
void test_stars_that_double_are_cut(void **state)
{
    GString *text = g_string_new("WITH c0 AS (SELECT 1 AS a)");

    (void)state;
    for (unsigned i = 1; i < 60; i++)
        g_string_append_printf(text, ", c%u AS (SELECT * FROM c%u AS x, c%u AS y)", i, i - 1,
                               i - 1);
    g_string_append(text, " SELECT * FROM c59");
    accepted(text);
}
