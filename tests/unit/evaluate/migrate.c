/* migrate.c -- a table that a new version of its model goes on using. */
#include "evaluate/rig.h"

int setup(void **state)
{
    struct rig *g = rig_new();

    rig_run(g, "CREATE SCHEMA sqlmesh__shop");
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__m__1 (id INT, old TEXT, d DATE)");
    rig_run(g, "INSERT INTO sqlmesh__shop.shop__m__1 VALUES (1, 'a', DATE '2024-01-01')");
    *state = g;
    return 0;
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static struct wire_task *create(const char *query, const char *more)
{
    g_autofree char *definition = g_strdup_printf(
        "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `query`: `%s`%s", query, more);
    struct wire_task *t = rig_task(TASK_CREATE, "m", definition);

    t->has_data = true;
    return t;
}

#define COLUMNS                                                                                    \
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'shop__m__1' ORDER "   \
    "BY "                                                                                          \
    "column_index"

void test_a_new_column_is_added_and_rows_are_kept(void **state)
{
    struct rig *g = *state;
    const char *query = "SELECT 1::INT AS id, 'x' AS fresh, 'a'::TEXT AS old, DATE '2024-01-01' AS "
                        "d";

    rig_succeed(g, create(query, ""));
    rig_expect(g, COLUMNS, "id|INTEGER / old|VARCHAR / d|DATE / fresh|VARCHAR");
    rig_expect(g, "SELECT * FROM sqlmesh__shop.shop__m__1", "1|a|2024-01-01|NULL");
    rig_succeed(g, create(query, ""));
    rig_expect(g, COLUMNS, "id|INTEGER / old|VARCHAR / d|DATE / fresh|VARCHAR");
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name LIKE '%schema_tmp'", "0");
}

static const char less[] = "SELECT 1::INT AS id, DATE '2024-01-01' AS d";

void test_a_column_is_not_dropped_unless_it_is_allowed(void **state)
{
    struct rig *g = *state;

    rig_fail(g, create(less, ""), "would drop columns \"old\"");
    rig_expect(g, COLUMNS, "id|INTEGER / old|VARCHAR / d|DATE");
    rig_fail(g, create(less, ", `on_destructive_change`: `ERROR`"), "on_destructive_change");
    rig_succeed(g, create(less, ", `on_destructive_change`: `allow`"));
    rig_expect(g, COLUMNS, "id|INTEGER / d|DATE");
    rig_expect(g, "SELECT * FROM sqlmesh__shop.shop__m__1", "1|2024-01-01");
}

void test_a_drop_may_warn_or_be_ignored(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, create(less, ", `on_destructive_change`: `ignore`"));
    rig_expect(g, COLUMNS, "id|INTEGER / old|VARCHAR / d|DATE");
    rig_succeed(g, create(less, ", `on_destructive_change`: `warn`"));
    assert_non_null(strstr(g->log->str, "Warning: columns \"old\""));
    rig_expect(g, COLUMNS, "id|INTEGER / d|DATE");
}

void test_another_type_is_a_drop_and_an_addition(void **state)
{
    struct rig *g = *state;
    const char *query = "SELECT 1::BIGINT AS id, 'a'::TEXT AS old, DATE '2024-01-01' AS d";

    rig_fail(g, create(query, ""), "would drop columns \"id\"");
    rig_succeed(g, create(query, ", `on_destructive_change`: `allow`"));
    rig_expect(g, COLUMNS, "old|VARCHAR / d|DATE / id|BIGINT");
}

void test_additions_may_be_refused_or_ignored(void **state)
{
    struct rig *g = *state;
    const char *query = "SELECT 1::INT AS id, 'x' AS fresh, 'a'::TEXT AS old, DATE '2024-01-01' AS "
                        "d";

    rig_fail(g, create(query, ", `on_additive_change`: `error`"), "would add columns \"fresh\"");
    rig_succeed(g, create(query, ", `on_additive_change`: `ignore`"));
    rig_expect(g, COLUMNS, "id|INTEGER / old|VARCHAR / d|DATE");
}

void test_a_full_models_table_changes_freely(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, rig_task(TASK_CREATE, "m",
                            "`kind`: `FULL`, `query`: `SELECT 1::INT AS id, 2 AS n, DATE "
                            "'2024-01-01' AS d`"));
    rig_expect(g, COLUMNS, "id|INTEGER / d|DATE / n|INTEGER");
}

void test_a_dev_table_has_no_comment_at_creation(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = rig_task(TASK_CREATE, "fresh",
                                   "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, "
                                   "`description`: `words`, `query`: `SELECT DATE '2024-01-01' "
                                   "AS d`");

    t->is_dev_table = true;
    rig_succeed(g, t);
    rig_expect(g, "SELECT comment FROM duckdb_tables() WHERE table_name = 'shop__fresh__1'",
               "NULL");
}
