#include "sql/diff.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *a;
static const struct sql_dialect *duckdb;

int setup(void **state)
{
    (void)state;
    a = arena_new();
    duckdb = sql_dialect_find("duckdb", NULL);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct sql_node *parse(const char *sql)
{
    struct source s = {"test", sql, strlen(sql)};
    g_autoptr(GError) error = NULL;
    struct sql_node *n = sql_parse_query(a, &s, duckdb, &error);

    if (!n)
        fail_msg("%s", error->message);
    return n;
}

static void tables_are(const char *sql, const char *expected)
{
    g_autoptr(GPtrArray) tables = sql_tables(a, parse(sql), duckdb);
    g_autoptr(GString) all = g_string_new(NULL);

    for (unsigned i = 0; i < tables->len; i++) {
        const struct sql_table *t = tables->pdata[i];

        g_string_append_printf(all, "%s%s%s%s", i ? " " : "", t->schema ? t->schema : "",
                               t->schema ? "." : "", t->name);
    }
    assert_string_equal(all->str, expected);
}

void test_a_cte_is_no_table(void **state)
{
    (void)state;
    tables_are("WITH x AS (SELECT * FROM a.B), y AS (SELECT * FROM x) SELECT * FROM y JOIN s.x "
               "ON (SELECT max(z) FROM c) > 1",
               "a.b s.x c");
    tables_are("WITH t AS (SELECT * FROM t) SELECT * FROM t", "t");
    tables_are("WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT * FROM t) SELECT * FROM t", "");
}

static struct sql_node *rename_all(const struct sql_table *t, void *data)
{
    const char *name = arena_printf(a, "p.%s_1", t->name);
    struct source s = {NULL, name, strlen(name)};

    (void)data;
    return sql_parse_table(a, &s, duckdb, NULL);
}

void test_a_renamed_table_keeps_its_name_as_alias(void **state)
{
    struct sql_node *n = parse("SELECT a.t.x, u.* FROM a.t, a.u AS u TABLESAMPLE (10 PERCENT)");
    g_autofree char *printed = NULL;

    (void)state;
    sql_rename_tables(a, n, duckdb, rename_all, NULL);
    printed = sql_print(n, duckdb);
    assert_string_equal(printed,
                        "SELECT t.x, u.* FROM p.t_1 AS t, p.u_1 AS u TABLESAMPLE (10 PERCENT)");
}

static char **columns_of(const struct sql_table *table, void *data)
{
    (void)data;
    return strcmp(table->name, "t") == 0 ? g_strsplit("a,b,c", ",", -1) : NULL;
}

static void projections_are(const char *sql, const char *expected)
{
    bool complete;
    g_autoptr(GPtrArray) p = sql_projections(a, parse(sql), duckdb, columns_of, NULL, &complete);
    g_autoptr(GString) all = g_string_new(NULL);

    for (unsigned i = 0; i < p->len; i++) {
        const char *name = ((struct sql_projection *)p->pdata[i])->name;

        g_string_append_printf(all, "%s%s", i ? " " : "", name ? name : "?");
    }
    g_string_append(all, complete ? "" : " …");
    assert_string_equal(all->str, expected);
}

void test_stars_are_expanded_where_columns_are_known(void **state)
{
    (void)state;
    projections_are("SELECT x.A, b::INT, count(*), c + 1 AS D FROM t AS x", "a b ? d");
    projections_are("SELECT * EXCLUDE (b) FROM t", "a c");
    projections_are("SELECT * RENAME (b AS e) REPLACE (1 AS a) FROM t", "a e c");
    projections_are("WITH w(q) AS (SELECT * FROM t) SELECT w.*, * FROM w JOIN t USING (b)",
                    "q b c q b c a c");
    projections_are("SELECT * FROM u", "? …");
    projections_are("SELECT * FROM (SELECT 1 AS one, * FROM t) AS s (x) UNION ALL SELECT 2",
                    "x a b c");
    projections_are("SELECT x.* FROM (VALUES (1, 2)) AS x (m, n)", "m n");
    projections_are("FROM t", "a b c");
    projections_are(
        "SELECT * FROM t PIVOT (SUM(a) AS s, MAX(a) AS m FOR b IN ('x', 'y' AS z)) AS p",
        "c x_s x_m z_s z_m");
    projections_are("SELECT p.* FROM t UNPIVOT (v FOR n IN (a, b)) AS p (c1, d1)", "c1 d1 v");
    projections_are("SELECT * FROM t PIVOT (SUM(a) FOR b IN (SELECT b FROM u)) AS p", "? …");
    projections_are("SELECT * FROM u PIVOT (SUM(a) FOR b IN (1)) AS p", "? …");
}

static enum sql_difference difference(const char *before, const char *after)
{
    return sql_diff(parse(before), parse(after), duckdb);
}

void test_columns_that_redshift_excludes_are_not_given(void **state)
{
    const struct sql_dialect *kept = duckdb;

    (void)state;
    duckdb = sql_dialect_find("redshift", NULL);
    projections_are("SELECT *, a + 1 AS d EXCLUDE (b) FROM t", "a c d");
    projections_are("SELECT a, b AS x, c EXCLUDE x FROM t", "a c");
    duckdb = kept;
}

void test_added_projections_are_told_from_other_changes(void **state)
{
    (void)state;
    assert_int_equal(difference("select a, (b) from t", "SELECT a, b FROM T -- x"), SQL_SAME);
    assert_int_equal(difference("SELECT a, b FROM t", "SELECT a, 1 AS x, b, y FROM t"),
                     SQL_PROJECTIONS_ADDED);
    assert_int_equal(difference("WITH q AS (SELECT a FROM t) SELECT a FROM q",
                                "WITH q AS (SELECT a, b FROM t) SELECT a, b FROM q"),
                     SQL_PROJECTIONS_ADDED);
    assert_int_equal(difference("SELECT a FROM t", "SELECT a, UNNEST(b) FROM t"), SQL_OTHERWISE);
    assert_int_equal(difference("SELECT a, b FROM t", "SELECT b, a FROM t"), SQL_OTHERWISE);
    assert_int_equal(difference("SELECT a FROM t", "SELECT a FROM t WHERE a"), SQL_OTHERWISE);
    assert_int_equal(difference("SELECT DISTINCT a FROM t", "SELECT DISTINCT a, b FROM t"),
                     SQL_OTHERWISE);
}

static bool canonical_equal(const char *x, const char *y)
{
    g_autofree char *p = sql_canonical(parse(x), duckdb);
    g_autofree char *q = sql_canonical(parse(y), duckdb);

    return strcmp(p, q) == 0;
}

void test_the_canonical_form_sees_meaning_only(void **state)
{
    (void)state;
    assert_true(canonical_equal("select A, \"b\" from T where ((a)) <> 1 order by a asc",
                                "SELECT a, B /* x */ FROM \"t\" WHERE a != 1 ORDER BY A"));
    assert_true(canonical_equal("select cast(a as int) x from t inner join u on 1",
                                "select a::INT as x from t join u on (1)"));
    assert_false(canonical_equal("SELECT 'a'", "SELECT 'A'"));
    assert_false(canonical_equal("SELECT (1 + 2) * 3", "SELECT 1 + 2 * 3"));
    assert_false(canonical_equal("SELECT a FROM t", "SELECT DISTINCT a FROM t"));
    assert_false(canonical_equal("SELECT a FROM t", "SELECT a FROM t LIMIT 1"));
}
