#include "sql/keyword.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static char *round_trip(const char *dialect, const char *sql)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct source s = {"test", sql, strlen(sql)};
    const struct sql_dialect *d = sql_dialect_find(dialect, &error);
    struct sql_node *n = sql_parse_query(a, &s, d, &error);

    return n ? sql_print(n, d) : g_strdup(error->message);
}

static void same(const char *dialect, const char *sql)
{
    g_autofree char *printed = round_trip(dialect, sql);

    assert_string_equal(printed, sql);
}

void test_every_keyword_finds_itself(void **state)
{
    (void)state;
    for (unsigned k = 1; k < KW_COUNT; k++) {
        const char *text = sql_keyword_text(k);

        assert_int_equal(sql_keyword_find(text, strlen(text)), k);
    }
    assert_int_equal(sql_keyword_find("selec", 5), KW_NONE);
    assert_int_equal(sql_keyword_find("sElEcT", 6), KW_SELECT);
}

void test_a_query_with_macros_prints_as_it_was(void **state)
{
    (void)state;
    same("duckdb", "SELECT @f(x, y -> y + 1)::INT[], @{a}, @x.b, foo_@{x} FROM @this_model AS t "
                   "@JOIN(@v = 1) u ON a = b @WHERE(@x) b = 1 GROUP BY ALL LIMIT 3");
}

void test_an_error_names_the_open_bracket(void **state)
{
    g_autofree char *message = round_trip("", "SELECT (1 +\n  2");

    (void)state;
    assert_non_null(strstr(message, "test: line 2, column 4"));
    assert_non_null(strstr(message, "the \"(\" at line 1, column 8 is open"));
}
