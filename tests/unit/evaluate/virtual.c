/* virtual.c -- views of environments, statements around plans, and the end of tables. */
#include "evaluate/rig.h"

int setup(void **state)
{
    struct rig *g = rig_new();

    rig_run(g, "CREATE SCHEMA sqlmesh__shop");
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__f__1 AS SELECT 1 AS id");
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__f__2 AS SELECT 2 AS id, 'x' AS word");
    *state = g;
    return 0;
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static const char model[] =
    "`kind`: `FULL`, `query`: `SELECT 1 AS id`, `description`: `the model`, "
    "`column_descriptions`: [{`name`: `id`, `description`: `the key`}]";

static struct wire_task *promote(const char *more, const char *schema, const char *version)
{
    struct wire_task *t = rig_task(TASK_PROMOTE, "f", more);

    t->view = rig_table(schema, "f");
    g_free(t->target->name);
    t->target->name = g_strdup_printf("shop__f__%s", version);
    t->is_prod = strcmp(schema, "shop") == 0;
    return t;
}

void test_a_view_shows_all_of_its_table_and_moves_to_another(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, promote(model, "shop", "1"));
    rig_expect(g, "SELECT * FROM shop.f", "1");
    rig_succeed(g, promote(model, "shop", "2"));
    rig_succeed(g, promote(model, "shop", "2"));
    rig_expect(g, "SELECT * FROM shop.f", "2|x");
}

void test_comments_stand_on_views_of_prod_only(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, promote(model, "shop", "1"));
    rig_succeed(g, promote(model, "shop__dev", "1"));
    rig_expect(g,
               "SELECT schema_name, comment FROM duckdb_views() WHERE view_name = 'f' ORDER BY 1",
               "shop|the model / shop__dev|NULL");
    rig_expect(g,
               "SELECT comment FROM duckdb_columns() WHERE schema_name = 'shop' AND table_name = "
               "'f' AND column_name = 'id'",
               "the key");
}

void test_a_virtual_update_has_this_environments_views(void **state)
{
    struct rig *g = *state;
    const char *more = "`kind`: `FULL`, `query`: `SELECT 1 AS id`, `on_virtual_update`: [{`sql`: "
                       "`CREATE OR REPLACE VIEW seen AS SELECT m.id, '@this_env' AS e FROM "
                       "@this_model AS m JOIN shop.p AS p ON p.id = m.id`}, {`sql`: `CREATE TABLE "
                       "stages AS SELECT @runtime_stage AS s`}]";
    struct wire_task *t = promote(more, "shop__dev", "1");

    rig_parent(t, "p");
    g_free(t->environment);
    t->environment = g_strdup("dev");
    rig_run(g, "CREATE SCHEMA shop__dev");
    rig_run(g, "CREATE VIEW shop__dev.p AS SELECT 1 AS id");
    rig_succeed(g, t);
    rig_expect(g, "SELECT id FROM seen", "1");
    rig_expect(g, "SELECT s FROM stages", "promoting");
    rig_expect(g,
               "SELECT contains(sql, 'shop__dev.p') FROM duckdb_views() WHERE view_name = 'seen'",
               "true");
}

void test_a_promotion_makes_a_table_that_no_task_has_made(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, promote(model, "shop", "3"));
    rig_expect(g, "SELECT COUNT(*) FROM shop.f", "0");
}

void test_a_view_that_is_a_table_is_not_overwritten(void **state)
{
    struct rig *g = *state;

    rig_run(g, "CREATE SCHEMA shop");
    rig_run(g, "CREATE TABLE shop.f AS SELECT 9 AS mine");
    rig_fail(g, promote(model, "shop", "1"), "f");
    rig_expect(g, "SELECT mine FROM shop.f", "9");
}

void test_a_demotion_drops_the_view_once(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, promote(model, "shop", "1"));
    for (int i = 0; i < 2; i++) {
        struct wire_task *t = rig_task(TASK_DEMOTE, "f", NULL);

        t->view = rig_table("shop", "f");
        rig_succeed(g, t);
    }
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_views() WHERE view_name = 'f'", "0");
    rig_expect(g, "SELECT COUNT(*) FROM sqlmesh__shop.shop__f__1", "1");
}

void test_a_demotion_never_drops_a_table(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = rig_task(TASK_DEMOTE, "f", NULL);

    rig_run(g, "CREATE SCHEMA shop");
    rig_run(g, "CREATE TABLE shop.f AS SELECT 9 AS mine");
    t->view = rig_table("shop", "f");
    rig_fail(g, t, "is no view but a table");
    rig_expect(g, "SELECT mine FROM shop.f", "9");
}

static struct wire_task *statements(int kind, const char *json)
{
    struct wire_task *t = rig_task(kind, "none", NULL);

    t->statements = rig_json(json);
    return t;
}

void test_statements_before_and_after_all_know_the_environment(void **state)
{
    struct rig *g = *state;
    const char *json = "{`before_all`: [`CREATE TABLE Notes (a TEXT, b TEXT)`, `INSERT INTO notes "
                       "VALUES (@this_env, @runtime_stage)`], `after_all`: [`@IF(@this_env = "
                       "'prod', INSERT INTO notes VALUES ('end', @execution_ds))`, `@IF(@this_env "
                       "= 'dev', DROP TABLE notes)`]}";

    rig_succeed(g, statements(TASK_BEFORE_ALL, json));
    rig_succeed(g, statements(TASK_AFTER_ALL, json));
    rig_expect(g, "SELECT * FROM notes", "prod|before_all / end|2024-01-10");
}

void test_statements_before_and_after_all_name_schemas_and_views(void **state)
{
    struct rig *g = *state;
    const char *json =
        "{`before_all`: [`CREATE TABLE said (a TEXT)`, "
        "`INSERT INTO said SELECT x FROM UNNEST(ARRAY[@EACH(@schemas, s -> s)]) AS t(x)`, "
        "`INSERT INTO said SELECT x FROM UNNEST(ARRAY[@EACH(@views, v -> v)]) AS t(x)`], "
        "`views`: [{`catalog`: `db`, `schema`: `shop`, `name`: `f`, `kind`: `VIEW`}, "
        "{`catalog`: `db`, `schema`: `shop`, `name`: `a b`, `kind`: `VIEW`}, "
        "{`catalog`: `other`, `schema`: `mart`, `name`: `1g`, `kind`: `VIEW`}]}";

    rig_succeed(g, statements(TASK_BEFORE_ALL, json));
    rig_expect(g, "SELECT a FROM said ORDER BY rowid",
               "shop / mart / shop.f / shop.\"a b\" / other.mart.\"1g\"");
}

void test_statements_are_done_all_or_none(void **state)
{
    struct rig *g = *state;

    rig_fail(g,
             statements(TASK_BEFORE_ALL,
                        "{`before_all`: [`CREATE TABLE half (a INT)`, `SELECT nonsense`]}"),
             "nonsense");
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'half'", "0");
}

void test_statements_that_no_transaction_holds_stand_alone(void **state)
{
    struct rig *g = *state;

    rig_succeed(g, statements(TASK_BEFORE_ALL, "{`before_all`: [`CREATE TABLE a1 (a INT)`, "
                                               "`CHECKPOINT`, `VACUUM`]}"));
    rig_expect(g, "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'a1'", "1");
}

void test_a_cleanup_drops_tables_and_views_that_are_there(void **state)
{
    struct rig *g = *state;
    const char *json =
        "[{`catalog`: `db`, `schema`: `sqlmesh__shop`, `name`: `shop__f__1`, `kind`: `TABLE`}, "
        "{`catalog`: `db`, `schema`: `sqlmesh__shop`, `name`: `shop__v__1`, `kind`: `VIEW`}, "
        "{`catalog`: `db`, `schema`: `sqlmesh__shop`, `name`: `gone`, `kind`: `TABLE`}]";

    rig_run(g, "CREATE VIEW sqlmesh__shop.shop__v__1 AS SELECT 1 AS a");
    rig_succeed(g, statements(TASK_CLEANUP, json));
    rig_succeed(g, statements(TASK_CLEANUP, json));
    rig_expect(g,
               "SELECT table_name FROM information_schema.tables WHERE table_schema = "
               "'sqlmesh__shop'",
               "shop__f__2");
}

void test_a_cleanup_drops_a_schema_only_when_it_is_empty(void **state)
{
    struct rig *g = *state;
    const char *json = "[{`catalog`: `db`, `schema`: `shop__dev`, `kind`: `SCHEMA`}, "
                       "{`catalog`: `db`, `schema`: `shop__x`, `kind`: `SCHEMA`}, "
                       "{`catalog`: `db`, `schema`: `shop__y`, `kind`: `SCHEMA`}, "
                       "{`catalog`: `db`, `schema`: `gone`, `kind`: `SCHEMA`}]";

    rig_run(g, "CREATE SCHEMA shop__dev");
    rig_run(g, "CREATE SCHEMA shop__x");
    rig_run(g, "CREATE VIEW shop__x.mine AS SELECT 1 AS a");
    rig_run(g, "CREATE SCHEMA shop__y");
    rig_run(g, "CREATE SEQUENCE shop__y.mine");
    rig_succeed(g, statements(TASK_CLEANUP, json));
    rig_expect(g,
               "SELECT string_agg(schema_name, ' ' ORDER BY schema_name) FROM "
               "information_schema.schemata WHERE catalog_name = 'db' AND schema_name LIKE "
               "'shop\\_\\_%' ESCAPE '\\'",
               "shop__x shop__y");
}
