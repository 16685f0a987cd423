/* kinds.c -- each kind of model filled in a real DuckDB file. */
#include "evaluate/rig.h"

int setup(void **state)
{
    return rig_setup(state);
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static const char full[] =
    "`kind`: `FULL`, `query`: `SELECT id, Name AS N2, amount::DOUBLE FROM shop.s`, `description`: "
    "`It's full`, `column_descriptions`: [{`name`: `id`, `description`: `the id`}, {`name`: "
    "`gone`, `description`: `no such column`}]";

static void make_source(struct rig *g)
{
    rig_run(g, "CREATE SCHEMA sqlmesh__shop");
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__s__1 AS SELECT i AS id, 'n' || i AS name, "
               "(i * 1.5)::DECIMAL(10, 2) AS amount, DATE '2024-01-01' + (i // 2)::INT AS d FROM "
               "range(1, 9) AS t(i)");
}

static struct wire_task *task(int kind, const char *name, const char *more)
{
    struct wire_task *t = rig_task(kind, name, more);

    rig_parent(t, "s");
    return t;
}

#define COLUMNS(table)                                                                             \
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '" table               \
    "' ORDER BY column_index"

void test_a_full_model_becomes_a_table_with_folded_names(void **state)
{
    struct rig *g = *state;

    make_source(g);
    assert_int_equal(rig_succeed(g, task(TASK_EVALUATE, "f", full)), 8);
    rig_expect(g, COLUMNS("shop__f__1"), "id|BIGINT / n2|VARCHAR / amount|DOUBLE");
    rig_expect(g, "SELECT COUNT(*), SUM(amount)::INT FROM sqlmesh__shop.shop__f__1", "8|54");
    rig_expect(g, "SELECT comment FROM duckdb_tables() WHERE table_name = 'shop__f__1'",
               "It's full");
    rig_expect(g,
               "SELECT comment FROM duckdb_columns() WHERE table_name = 'shop__f__1' AND "
               "column_name = 'id'",
               "the id");
}

void test_a_full_model_filled_again_has_the_new_rows_alone(void **state)
{
    struct rig *g = *state;

    make_source(g);
    rig_succeed(g, task(TASK_CREATE, "f", full));
    rig_expect(g, "SELECT COUNT(*) FROM sqlmesh__shop.shop__f__1", "0");
    rig_succeed(g, task(TASK_EVALUATE, "f", full));
    rig_run(g, "DELETE FROM sqlmesh__shop.shop__s__1 WHERE id > 2");
    assert_int_equal(rig_succeed(g, task(TASK_EVALUATE, "f", full)), 2);
    rig_expect(g, "SELECT COUNT(*) FROM sqlmesh__shop.shop__f__1", "2");
}

void test_declared_types_are_the_tables(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `FULL`, `query`: `SELECT name, id FROM shop.s`, `columns`: "
                       "[{`name`: `id`, `type`: `SMALLINT`}, {`name`: `name`, `type`: `TEXT`}]";

    make_source(g);
    rig_succeed(g, task(TASK_CREATE, "typed", more));
    rig_expect(g, COLUMNS("shop__typed__1"), "id|SMALLINT / name|VARCHAR");
    rig_succeed(g, task(TASK_EVALUATE, "typed", more));
    rig_expect(g, COLUMNS("shop__typed__1"), "id|SMALLINT / name|VARCHAR");
    rig_expect(g, "SELECT MAX(id), MIN(name) FROM sqlmesh__shop.shop__typed__1", "8|n1");
}

void test_a_star_keeps_the_columns_the_table_has(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `FULL`, `query`: `SELECT * FROM shop.s`";

    make_source(g);
    rig_succeed(g, task(TASK_EVALUATE, "star", more));
    rig_run(g, "ALTER TABLE sqlmesh__shop.shop__s__1 ADD COLUMN late INT");
    rig_succeed(g, task(TASK_EVALUATE, "star", more));
    rig_expect(g, COLUMNS("shop__star__1"),
               "id|BIGINT / name|VARCHAR / amount|DECIMAL(10,2) / d|DATE");
}

void test_a_view_stands_on_its_parents_tables(void **state)
{
    struct rig *g = *state;
    const char *more =
        "`kind`: `VIEW`, `query`: `WITH c AS (SELECT id FROM shop.s) SELECT c.id, s.name AS nm "
        "FROM c JOIN db.shop.s AS s ON s.id = c.id`, `columns_known`: true, `projections`: "
        "[{`name`: `id`}, {`name`: `nm`}], `description`: `a view`, `column_descriptions`: "
        "[{`name`: `nm`, `description`: `its name`}]";

    make_source(g);
    rig_succeed(g, task(TASK_CREATE, "v", more));
    rig_succeed(g, task(TASK_EVALUATE, "v", more));
    rig_expect(g, "SELECT COUNT(*), MIN(nm) FROM sqlmesh__shop.shop__v__1", "8|n1");
    rig_expect(g, "SELECT comment FROM duckdb_views() WHERE view_name = 'shop__v__1'", "a view");
    rig_expect(g,
               "SELECT comment FROM duckdb_columns() WHERE table_name = 'shop__v__1' AND "
               "column_name = 'nm'",
               "its name");
    rig_run(g, "INSERT INTO sqlmesh__shop.shop__s__1 VALUES (9, 'n9', 1, NULL)");
    rig_expect(g, "SELECT COUNT(*) FROM sqlmesh__shop.shop__v__1", "9");
}

void test_an_embedded_model_stands_as_a_query_in_brackets(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = task(
        TASK_EVALUATE, "user",
        "`kind`: `FULL`, `query`: `SELECT e.k, emb.id FROM shop.emb AS e JOIN shop.emb ON e.id = "
        "shop.emb.id`, `embedded`: {`\\`db\\`.\\`shop\\`.\\`emb\\``: {`name`: `shop.emb`, `fqn`: "
        "`\\`db\\`.\\`shop\\`.\\`emb\\``, `catalog`: `db`, `schema`: `shop`, `table`: `emb`, "
        "`dialect`: `duckdb`, `kind`: `EMBEDDED`, `query`: `SELECT id, name || 'k' AS k FROM "
        "shop.s`}}");

    make_source(g);
    assert_int_equal(rig_succeed(g, t), 8);
    rig_expect(g, "SELECT MIN(k), MAX(id) FROM sqlmesh__shop.shop__user__1", "n1k|8");
}

static const char by_day[] =
    "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `time_format`: `%Y-%m-%d`, `query`: "
    "`SELECT id::INT AS id, d::DATE AS d, @start_ds::TEXT AS s, @execution_ds::TEXT AS e FROM "
    "shop.s WHERE d BETWEEN @start_date AND @end_date`, `columns_known`: true, `projections`: "
    "[{`name`: `id`, `type`: `INT`}, {`name`: `d`, `type`: `DATE`}, {`name`: `s`, `type`: "
    "`TEXT`}, {`name`: `e`, `type`: `TEXT`}], `description`: `by day`";

static struct wire_task *day(int kind, const char *name, const char *more, const char *start,
                             const char *end)
{
    struct wire_task *t = task(kind, name, more);

    rig_batch(t, start, end);
    return t;
}

void test_a_batch_replaces_its_own_time_and_nothing_else(void **state)
{
    struct rig *g = *state;

    make_source(g);
    rig_succeed(g, task(TASK_CREATE, "inc", by_day));
    rig_expect(g, COLUMNS("shop__inc__1"), "id|INTEGER / d|DATE / s|VARCHAR / e|VARCHAR");
    rig_expect(g, "SELECT comment FROM duckdb_tables() WHERE table_name = 'shop__inc__1'",
               "by day");
    assert_int_equal(rig_succeed(g, day(TASK_EVALUATE, "inc", by_day, "2024-01-01", "2024-01-03")),
                     3);
    assert_int_equal(rig_succeed(g, day(TASK_EVALUATE, "inc", by_day, "2024-01-03", "2024-01-04")),
                     2);
    rig_run(g, "UPDATE sqlmesh__shop.shop__s__1 SET name = 'changed'");
    rig_run(g, "DELETE FROM sqlmesh__shop.shop__s__1 WHERE id = 2");
    assert_int_equal(rig_succeed(g, day(TASK_EVALUATE, "inc", by_day, "2024-01-02", "2024-01-03")),
                     1);
    rig_expect(g, "SELECT d, id, s, e FROM sqlmesh__shop.shop__inc__1 ORDER BY ALL",
               "2024-01-01|1|2024-01-01|2024-01-10 / 2024-01-02|3|2024-01-02|2024-01-10 / "
               "2024-01-03|4|2024-01-03|2024-01-10 / 2024-01-03|5|2024-01-03|2024-01-10");
}

void test_rows_outside_the_batch_are_left_out(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, `query`: `SELECT "
                       "id, d FROM shop.s`";

    make_source(g);
    rig_succeed(g, day(TASK_EVALUATE, "loose", more, "2024-01-02", "2024-01-03"));
    rig_expect(g, "SELECT MIN(d), MAX(d), COUNT(*) FROM sqlmesh__shop.shop__loose__1",
               "2024-01-02|2024-01-02|2");
    rig_expect(g, COLUMNS("shop__loose__1"), "id|BIGINT / d|DATE");
}

/* What the time column may be, and how SQLMesh writes the bounds then. */
static const struct {
    const char *expression, *format, *bounds;
} times[] = {
    {"d::DATE",                    "%Y-%m-%d", "CAST('2024-01-02' AS DATE) AND CAST('2024-01-03' AS DATE)"},
    {"d::TIMESTAMP",               "%Y-%m-%d",
     "CAST('2024-01-02 00:00:00' AS TIMESTAMP) AND CAST('2024-01-03 23:59:59.999999' AS "
     "TIMESTAMP)"                                                                                         },
    {"d::TIMESTAMPTZ",             "%Y-%m-%d",
     "CAST('2024-01-02 00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE) AND CAST('2024-01-03 "
     "23:59:59.999999+00:00' AS TIMESTAMP WITH TIME ZONE)"                                                },
    {"d::VARCHAR",                 "%Y-%m-%d", "'2024-01-02' AND '2024-01-03'"                            },
    {"strftime(d, '%Y%m%d')",      "%Y%m%d",   "'20240102' AND '20240103'"                                },
    {"strftime(d, '%Y%m%d')::INT", "%Y%m%d",   "20240102 AND 20240103"                                    },
};

void test_bounds_are_written_for_the_time_columns_type(void **state)
{
    struct rig *g = *state;

    make_source(g);
    rig_run(g, "SET TimeZone = 'UTC'");
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *name = g_strdup_printf("t%zu", i);
        g_autofree char *more =
            g_strdup_printf("`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `ds`, "
                            "`time_format`: `%s`, `query`: `SELECT id, %s AS ds FROM shop.s`",
                            times[i].format, times[i].expression);
        g_autofree char *where = g_strdup_printf("\"ds\" BETWEEN %s", times[i].bounds);

        assert_int_equal(rig_succeed(g, day(TASK_EVALUATE, name, more, "2024-01-02", "2024-01-04")),
                         4);
        if (!strstr(g->log->str, where))
            fail_msg("expected %s in\n%s", where, g->log->str);
    }
}

void test_a_time_column_that_is_none_is_an_error(void **state)
{
    struct rig *g = *state;

    make_source(g);
    rig_fail(g,
             day(TASK_EVALUATE, "bad",
                 "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `nix`, `query`: `SELECT id "
                 "FROM shop.s`",
                 "2024-01-02", "2024-01-03"),
             "The time column \"nix\" is no column of shop.bad.");
}

void test_what_the_query_lacks_is_null_when_changes_are_ignored(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`, "
                       "`on_destructive_change`: `ignore`, `query`: `SELECT d, id FROM shop.s`";

    make_source(g);
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__ign__1 (old TEXT, id INT, d DATE)");
    rig_succeed(g, day(TASK_EVALUATE, "ign", more, "2024-01-01", "2024-01-02"));
    rig_expect(g, "SELECT * FROM sqlmesh__shop.shop__ign__1", "NULL|1|2024-01-01");
}

void test_a_seed_is_its_file(void **state)
{
    struct rig *g = *state;
    const char *more =
        "`kind`: `SEED`, `description`: `a seed`, `columns`: [{`name`: `id`, `type`: `INT`}, "
        "{`name`: `d`, `type`: `DATE`}, {`name`: `flag`, `type`: `BOOLEAN`}, {`name`: `amount`, "
        "`type`: `DECIMAL(10, 2)`}, {`name`: `name`, `type`: `TEXT`}], `seed`: {`path`: `s.csv`, "
        "`delimiter`: `,`, `quotechar`: `\\``, `doublequote`: true, `keep_default_na`: true, "
        "`content`: `ID,name,amount,d,flag\\n1,a,1.5,2024-01-01,true\\n2,\\`b "
        "\\`\\`x\\`\\`\\`,2.25,2024-01-02,false\\n3,,,,\\n`}";

    assert_int_equal(rig_succeed(g, rig_task(TASK_EVALUATE, "seed", more)), 3);
    assert_int_equal(rig_succeed(g, rig_task(TASK_EVALUATE, "seed", more)), 3);
    rig_expect(g, COLUMNS("shop__seed__1"),
               "id|INTEGER / d|DATE / flag|BOOLEAN / amount|DECIMAL(10,2) / name|VARCHAR");
    rig_expect(g, "SELECT * FROM sqlmesh__shop.shop__seed__1 ORDER BY id",
               "1|2024-01-01|true|1.50|a / 2|2024-01-02|false|2.25|b \"x\" / "
               "3|NULL|NULL|NULL|NULL");
}

void test_a_seed_without_columns_has_inferred_ones(void **state)
{
    struct rig *g = *state;
    const char *more =
        "`kind`: `SEED`, `seed`: {`path`: `s.csv`, `delimiter`: `,`, `quotechar`: `\\``, "
        "`doublequote`: true, `keep_default_na`: true, `content`: "
        "`Id,Amount,Word,Flag\\n1,1.5,x,true\\n2,2,y,false\\n`}";

    rig_succeed(g, rig_task(TASK_EVALUATE, "seed", more));
    rig_expect(g, COLUMNS("shop__seed__1"),
               "id|BIGINT / amount|DOUBLE / word|VARCHAR / flag|BOOLEAN");
}

#define GAPS                                                                                       \
    "`seed`: {`path`: `s.csv`, `delimiter`: `,`, `quotechar`: `\\``, `keep_default_na`: true, "    \
    "`content`: `id,flag\\n1,true\\n2,\\n`}"

void test_booleans_with_gaps_are_texts_as_the_warehouse_writes_them(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, rig_task(TASK_EVALUATE, "seed", "`kind`: `SEED`, " GAPS));
    rig_expect(g, "SELECT flag FROM sqlmesh__shop.shop__seed__1 ORDER BY id", "true / NULL");
    rig_succeed(g,
                rig_task(TASK_EVALUATE, "seed",
                         "`kind`: `SEED`, `columns`: [{`name`: `flag`, `type`: `TEXT`}], " GAPS));
    rig_expect(g, "SELECT flag FROM sqlmesh__shop.shop__seed__1 ORDER BY 1", "True / NULL");
}

void test_a_seed_lacking_a_declared_column_is_an_error(void **state)
{
    rig_fail(*state,
             rig_task(TASK_EVALUATE, "seed",
                      "`kind`: `SEED`, `columns`: [{`name`: `nix`, `type`: `INT`}], `seed`: "
                      "{`path`: `s.csv`, `delimiter`: `,`, `quotechar`: `\\``, `keep_default_na`: "
                      "true, `content`: `id\\n1\\n`}"),
             "has no column \"nix\", which the model declares");
}

void test_statements_run_around_the_filling(void **state)
{
    struct rig *g = *state;
    const char *more =
        "`kind`: `FULL`, `query`: `SELECT 1 AS one`, `pre`: [{`sql`: `CREATE TABLE IF NOT EXISTS "
        "notes (stage TEXT, word TEXT)`}, {`sql`: `INSERT INTO notes VALUES (@runtime_stage, "
        "'pre')`}], `post`: [{`sql`: `INSERT INTO notes SELECT @runtime_stage, 'rows ' || COUNT(*) "
        "FROM @this_model`}]";
    struct wire_task *again = rig_task(TASK_EVALUATE, "p", more);

    again->has_data = true;
    rig_succeed(g, rig_task(TASK_EVALUATE, "p", more));
    rig_succeed(g, again);
    rig_expect(g, "SELECT stage, word FROM notes",
               "creating|pre / creating|rows 1 / evaluating|pre / evaluating|rows 1");
}

void test_a_query_that_needs_its_statements_has_them_at_creation(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `FULL`, `query`: `SELECT twice(21) AS n`, `pre`: [{`sql`: `CREATE "
                       "OR REPLACE TEMP MACRO twice(x) AS x * 2`}]";

    rig_succeed(g, rig_task(TASK_CREATE, "needs", more));
    rig_succeed(g, rig_task(TASK_EVALUATE, "needs", more));
    rig_expect(g, "SELECT n FROM sqlmesh__shop.shop__needs__1", "42");
}

void test_a_statement_that_fails_leaves_the_table_as_it_was(void **state)
{
    struct rig *g = *state;
    const char *good = "`kind`: `FULL`, `query`: `SELECT 1 AS one`";
    const char *bad = "`kind`: `FULL`, `query`: `SELECT 2 AS one`, `post`: [{`sql`: `INSERT INTO "
                      "nowhere VALUES (1)`}]";

    rig_succeed(g, rig_task(TASK_EVALUATE, "kept", good));
    rig_fail(g, rig_task(TASK_EVALUATE, "kept", bad), "INSERT INTO nowhere VALUES (1)");
    rig_expect(g, "SELECT one FROM sqlmesh__shop.shop__kept__1", "1");
}

void test_a_wrong_query_is_told_whole(void **state)
{
    struct rig *g = *state;
    struct wire_task *t =
        rig_task(TASK_EVALUATE, "wrong", "`kind`: `FULL`, `query`: `SELECT nix FROM shop.s`");
    g_autoptr(wire_result) r = NULL;

    make_source(g);
    rig_parent(t, "s");
    rig_batch(t, "2024-01-01", "2024-01-02");
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_FAILED);
    assert_false(r->retry);
    assert_non_null(strstr(r->error, "\"db\".\"shop\".\"wrong\""));
    assert_non_null(strstr(r->error, "2024-01-01 00:00:00 to 2024-01-02 00:00:00"));
    assert_non_null(strstr(r->error, "Referenced column \"nix\" not found"));
    assert_non_null(strstr(r->error, "sqlmesh__shop"));
    wire_task_free(t);
}

void test_a_stopped_task_is_aborted_and_leaves_nothing(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = rig_task(TASK_EVALUATE, "f", full);
    g_autoptr(wire_result) r = NULL;

    make_source(g);
    rig_parent(t, "s");
    g->stop_after = 2;
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_ABORTED);
    assert_non_null(strstr(r->error, "asked to stop"));
    g->stop_after = -1;
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'shop__f__1'", "0");
    wire_task_free(t);
}

void test_kinds_that_have_no_table_do_nothing(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, rig_task(TASK_EVALUATE, "e", "`kind`: `EXTERNAL`"));
    rig_succeed(g, rig_task(TASK_CREATE, "e", "`kind`: `EMBEDDED`, `query`: `SELECT 1 AS a`"));
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables()", "0");
}

void test_a_kind_of_a_later_version_is_refused_by_name(void **state)
{
    rig_fail(*state, rig_task(TASK_EVALUATE, "m", "`kind`: `MANAGED`, `query`: `SELECT 1 AS a`"),
             "Models of kind MANAGED cannot be filled");
}

void test_a_task_without_its_parts_is_refused(void **state)
{
    struct wire_task *t = rig_task(TASK_EVALUATE, "m", "`kind`: `FULL`, `query`: `SELECT 1 AS a`");

    wire_table_free(t->target);
    t->target = NULL;
    rig_fail(*state, t, "needs a table to work on");
    rig_fail(*state, rig_task(TASK_EVALUATE, "m", NULL), "needs a model's definition");
}

void test_a_table_that_became_a_view_is_replaced(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, rig_task(TASK_EVALUATE, "k", "`kind`: `FULL`, `query`: `SELECT 1 AS a`"));
    rig_succeed(g, rig_task(TASK_EVALUATE, "k", "`kind`: `VIEW`, `query`: `SELECT 2 AS a`"));
    rig_expect(g,
               "SELECT table_type FROM information_schema.tables WHERE table_name = 'shop__k__1'",
               "VIEW");
    rig_succeed(g, rig_task(TASK_EVALUATE, "k", "`kind`: `FULL`, `query`: `SELECT 3 AS a`"));
    rig_expect(g, "SELECT a FROM sqlmesh__shop.shop__k__1", "3");
}

void test_a_view_that_became_a_table_of_batches_is_replaced(void **state)
{
    struct rig *g = *state;

    make_source(g);
    rig_succeed(g, rig_task(TASK_EVALUATE, "inc", "`kind`: `VIEW`, `query`: `SELECT 2 AS a`"));
    rig_succeed(g, task(TASK_CREATE, "inc", by_day));
    assert_int_equal(rig_succeed(g, day(TASK_EVALUATE, "inc", by_day, "2024-01-01", "2024-01-03")),
                     3);
    rig_expect(g, "SELECT count(*) FROM sqlmesh__shop.shop__inc__1", "3");
}
