/* dialects.c -- models of another dialect than the warehouse's, carried out on a real DuckDB file.
 */
#include "evaluate/rig.h"

int setup(void **state)
{
    return rig_setup(state);
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static struct wire_task *task(struct rig *g, int kind, const char *dialect, const char *more)
{
    struct wire_task *t = rig_task(kind, "m", more);

    rig_run(g, "CREATE SCHEMA IF NOT EXISTS sqlmesh__shop");
    rig_run(g, "CREATE OR REPLACE TABLE sqlmesh__shop.shop__s__1 AS SELECT * FROM "
               "(VALUES (1, 'a'), (NULL, 'it''s'), (3, 'tab\tb')) AS t(id, name)");
    rig_parent(t, "s");
    json_object_set_new(t->definition, "dialect", json_string(dialect));
    return t;
}

void test_names_texts_and_nulls_are_those_of_the_models_dialect(void **state)
{
    struct rig *g = *state;

    rig_succeed(
        g, task(g, TASK_EVALUATE, "bigquery",
                "`kind`: `FULL`, `query`: `SELECT Id, IF(Name = \\`it's\\`, 1, 2) AS Which, "
                "ROW_NUMBER() OVER (ORDER BY id) AS n FROM shop.s WHERE name <> 'tab\\\\tb'`"));
    rig_expect(g, "SELECT id, which, n FROM sqlmesh__shop.shop__m__1 ORDER BY n",
               "NULL|1|1 / 1|2|2");
    rig_expect(g, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'shop__m__1'",
               "id / which / n");
}

void test_declared_types_become_the_warehouses(void **state)
{
    struct rig *g = *state;
    static const char model[] = "`kind`: `FULL`, `query`: `SELECT id, name FROM shop.s`, "
                                "`columns`: [{`name`: `id`, `type`: "
                                "`INT64`}, {`name`: `name`, `type`: `%s`}]";
    g_autofree char *good = g_strdup_printf(model, "STRING");
    g_autofree char *bad = g_strdup_printf(model, "GEOGRAPHY");

    rig_succeed(g, task(g, TASK_EVALUATE, "bigquery", good));
    rig_expect(g, "SELECT data_type FROM duckdb_columns() WHERE table_name = 'shop__m__1'",
               "BIGINT / VARCHAR");
    rig_fail(g, task(g, TASK_EVALUATE, "bigquery", bad), "the type GEOGRAPHY is not known");
}

void test_audits_read_the_table_in_the_models_dialect(void **state)
{
    struct rig *g = *state;

    rig_succeed(g,
                task(g, TASK_EVALUATE, "bigquery",
                     "`kind`: `FULL`, `query`: `SELECT id, name FROM shop.s`, `audits`: [{`name`: "
                     "`not_null`, `blocking`: false, `arguments`: {`columns`: `(Name)`}}, {`name`: "
                     "`own`, `blocking`: true, `query`: `SELECT * FROM @this_model WHERE name = "
                     "\\`b\\``, `dialect`: `bigquery`, `arguments`: {}}]"));
    assert_non_null(strstr(g->log->str, "FROM \"db\".\"sqlmesh__shop\".\"shop__m__1\""));
    assert_non_null(strstr(g->log->str, "= 'b'"));
}

void test_nothing_that_may_mean_something_else_reaches_the_warehouse(void **state)
{
    /* clang-format off */
    static const struct {
        const char *model, *error, *never;
    } cases[] = {
        {"`kind`: `FULL`, `query`: `SELECT 7 / 2 AS a`",
         "query of shop.m: line 1, column 10: a division is not known to mean the same",
         "CREATE TABLE"},
        {"`kind`: `FULL`, `query`: `SELECT 1 AS a`, `pre`: [{`sql`: `DELETE FROM x WHERE TRUE`, `at`: 0}]",
         "statement of shop.m: line 1, column 1: DELETE FROM x WHERE TRUE is not known",
         "\nDELETE"},
        {"`kind`: `FULL`, `query`: `SELECT 1 AS a`, `pre`: [{`sql`: `FROBNICATE x`, `at`: 0}]",
         "is not known to mean the same in duckdb as in postgres",
         "\nFROBNICATE"},
        {"`kind`: `FULL`, `query`: `SELECT 1 AS a`, `audits`: [{`name`: `own`, `blocking`: true, `query`: "
         "`SELECT * FROM @this_model WHERE a ~ 'x'`, `dialect`: `postgres`, `arguments`: {}}]",
         "audit own of shop.m: line 1, column 35: ~ is not known to mean the same",
         "SELECT COUNT(*)"},
    };
    /* clang-format on */
    struct rig *g = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        rig_fail(g, task(g, TASK_EVALUATE, "postgres", cases[i].model), cases[i].error);
        if (strstr(g->log->str, cases[i].never))
            fail_msg("sent: %s", g->log->str);
    }
}
