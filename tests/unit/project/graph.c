/* graph.c -- what models read, their order, and what is wrong between them. */
#include "project_test.h"

static const struct wire_snapshot *snapshot(const struct project *p, const char *name)
{
    g_autofree char *fqn = g_strdup_printf("\"db\".\"m\".\"%s\"", name);
    const struct wire_snapshot *s = project_snapshot(p, fqn);

    assert_non_null(s);
    return s;
}

static bool has_parent(const struct wire_snapshot *s, const struct wire_snapshot *parent)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (strcmp(id->name, parent->name) == 0)
            return strcmp(id->identifier, parent->identifier) == 0;
    }
    return false;
}

void test_models_come_after_what_they_read(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/a.sql", "MODEL (name m.a); SELECT x FROM m.c JOIN m.b USING (x)",
              "models/b.sql", "MODEL (name m.b); WITH c AS (SELECT 1 AS x) SELECT x FROM c",
              "models/c.sql", "MODEL (name m.c); SELECT x FROM M.B, other.t"));
    const char *order[] = {"\"db\".\"m\".\"b\"", "\"db\".\"m\".\"c\"", "\"db\".\"m\".\"a\""};

    assert_int_equal(p->models->len, 3);
    for (guint i = 0; i < 3; i++) {
        assert_string_equal(((struct model *)p->models->pdata[i])->fqn, order[i]);
        assert_string_equal(((struct wire_snapshot *)p->snapshots->pdata[i])->name, order[i]);
    }
    assert_true(has_parent(snapshot(p, "a"), snapshot(p, "b")));
    assert_true(has_parent(snapshot(p, "a"), snapshot(p, "c")));
    assert_int_equal(snapshot(p, "c")->parents->len, 1);
    assert_string_equal(project_find(p, "m.c", NULL)->depends_on[1], "\"db\".\"other\".\"t\"");
}

void test_a_cycle_is_shown_whole(void **state)
{
    (void)state;
    g_autofree char *message =
        test_refusal(FILES("models/a.sql", "MODEL (name m.a); SELECT x FROM m.b", "models/b.sql",
                           "MODEL (name m.b); SELECT x FROM m.c", "models/c.sql",
                           "MODEL (name m.c); SELECT x FROM m.a", "models/d.sql",
                           "MODEL (name m.d); SELECT x FROM m.a"));

    assert_holds(message, "m.a (models/a.sql) reads\n    m.b (models/b.sql) reads\n"
                          "    m.c (models/c.sql) reads\n    m.a");
    assert_null(strstr(message, "m.d"));
}

void test_two_models_of_one_name_are_refused_with_both_files(void **state)
{
    (void)state;
    g_autofree char *message =
        test_refusal(FILES("models/a.sql", "MODEL (name m.a); SELECT 1 AS x", "models/b.sql",
                           "MODEL (name M.A); SELECT 1 AS x"));

    assert_holds(message, "models/b.sql: line 1, column 13");
    assert_holds(message, "models/a.sql");
}

void test_an_embedded_model_brings_its_parents_and_its_definition(void **state)
{
    (void)state;
    g_autoptr(project) p =
        test_project(FILES("models/a.sql", "MODEL (name m.a, kind FULL); SELECT 1 AS x",
                           "models/b.sql", "MODEL (name m.b, kind EMBEDDED); SELECT x FROM m.a",
                           "models/c.sql", "MODEL (name m.c, kind EMBEDDED); SELECT x FROM m.b",
                           "models/d.sql", "MODEL (name m.d, kind FULL); SELECT x FROM m.c"));
    const struct model *d = project_find(p, "m.d", NULL);

    assert_int_equal(snapshot(p, "d")->parents->len, 3);
    assert_true(has_parent(snapshot(p, "d"), snapshot(p, "a")));
    assert_int_equal(json_object_size(d->embedded), 2);
    assert_string_equal(
        json_get_string(json_object_get(d->embedded, "\"db\".\"m\".\"b\""), "query", ""),
        "SELECT x FROM m.a");
    assert_null(project_find(p, "m.a", NULL)->embedded);
}

void test_a_model_that_reads_itself_depends_on_its_past(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(FILES(
        "models/a.sql", "MODEL (name m.a, kind INCREMENTAL_BY_TIME_RANGE (time_column d)); "
                        "SELECT '2024-01-01'::DATE AS d, (SELECT MAX(n) FROM m.a)::INT AS n"));

    assert_true(snapshot(p, "a")->depends_on_past);
    assert_int_equal(snapshot(p, "a")->parents->len, 0);
    assert_null(project_find(p, "m.a", NULL)->depends_on[0]);
}

void test_a_self_reference_without_types_is_refused(void **state)
{
    (void)state;
    g_autofree char *message =
        test_refusal(FILES("models/a.sql", "MODEL (name m.a, kind FULL); SELECT n FROM m.a"));

    assert_holds(message, "models/a.sql");
    assert_holds(message, "types of all its columns");
}

void test_a_star_is_known_through_parents(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/a.sql", "MODEL (name m.a, kind SEED (path '../s.csv'))", "s.csv",
              "X,y\n1,b\n", "models/b.sql", "MODEL (name m.b); SELECT * FROM m.a", "models/c.sql",
              "MODEL (name m.c); SELECT b.*, 1 AS z FROM m.b", "models/d.sql",
              "MODEL (name m.d); SELECT * FROM other.t", "models/e.sql",
              "MODEL (name m.e); SELECT @STAR(m.c, exclude := [y]) FROM m.c"));
    const struct model *b = project_find(p, "m.b", NULL), *e = project_find(p, "m.e", NULL);

    assert_true(b->columns_known);
    assert_int_equal(b->projections->len, 2);
    assert_string_equal(((struct model_column *)b->projections->pdata[0])->name, "x");
    assert_string_equal(((struct model_column *)b->projections->pdata[0])->type, "BIGINT");
    assert_false(project_find(p, "m.d", NULL)->columns_known);
    assert_true(e->columns_known);
    assert_int_equal(e->projections->len, 2);
    assert_string_equal(((struct model_column *)e->projections->pdata[1])->name, "z");
}

void test_models_are_found_by_the_names_people_type(void **state)
{
    static const char *const names[] = {"m.orders", "M.Orders", "db.m.orders",
                                        "\"db\".\"m\".\"orders\"", "\"m\".orders"};
    (void)state;
    g_autoptr(project) p =
        test_project(FILES("models/a.sql", "MODEL (name m.orders); SELECT 1 AS x"));
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        assert_non_null(project_find(p, names[i], NULL));
    assert_null(project_find(p, "m.order", &error));
    assert_int_equal(error->code, ERROR_NOT_FOUND);
    assert_holds(error->message, "m.orders");
}

void test_names_get_the_catalog_that_an_executor_reported(void **state)
{
    (void)state;
    g_autofree char *folder =
        test_folder(FILES("models/a.sql", "MODEL (name m.a); SELECT x FROM m.b"));
    g_autoptr(GPtrArray) gateways = g_ptr_array_new();
    struct wire_gateway gateway = {.name = (char *)"local", .default_catalog = (char *)"lake"};
    g_ptr_array_add(gateways, &gateway);
    struct project_options options = {.folder = folder, .gateways = gateways, .now_ms = 1};
    g_autoptr(project) p = project_load(&options, NULL);

    test_remove(folder);
    assert_non_null(p);
    assert_string_equal(((struct model *)p->models->pdata[0])->fqn, "\"lake\".\"m\".\"a\"");
    assert_string_equal(((struct model *)p->models->pdata[0])->depends_on[0],
                        "\"lake\".\"m\".\"b\"");
}

void test_a_snapshot_says_what_scheduling_needs(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/a.sql",
              "MODEL (name m.a, kind INCREMENTAL_BY_TIME_RANGE (time_column d, lookback 2, "
              "batch_size 5, batch_concurrency 3, forward_only true, disable_restatement true), "
              "cron '*/5 * * * *', cron_tz 'Europe/Berlin', end '2024-06-01', owner jo, "
              "tags (x, y), description 'All', allow_partials true); SELECT 1 AS d"));
    const struct wire_snapshot *s = snapshot(p, "a");

    assert_string_equal(s->cron, "*/5 * * * *");
    assert_string_equal(s->cron_tz, "Europe/Berlin");
    assert_string_equal(s->interval_unit, "five_minute");
    assert_string_equal(s->start, "2024-01-01");
    assert_string_equal(s->end, "2024-06-01");
    assert_int_equal(s->lookback, 2);
    assert_int_equal(s->batch_size, 5);
    assert_int_equal(s->batch_concurrency, 3);
    assert_true(s->forward_only && s->disable_restatement && s->allow_partials);
    assert_false(s->depends_on_past);
    assert_string_equal(s->view->catalog, "db");
    assert_string_equal(s->view->schema, "m");
    assert_string_equal(s->view->name, "a");
    assert_string_equal(s->physical_schema, "sqlmesh__m");
    assert_string_equal(s->tags->pdata[1], "y");
    assert_string_equal(s->owner, "jo");
    assert_null(s->version);
    assert_int_equal(s->created_ms, 1735689600000);
}

void test_what_is_missing_or_broken_is_named_with_its_file(void **state)
{
    static const struct {
        const char *files[4], *parts[2];
    } cases[] = {
        {{"models/a.sql", "MODEL (name m.a, kind SEED (path 'none.csv'))"},
         {"models/a.sql: line 1, column 34", "none.csv"}                                                                                  },
        {{"models/a.sql", "MODEL (name m.a);\nSELECT x FROM"},                                           {"models/a.sql: line 2", "^"}    },
        {{"models/a.sql", "MODEL (name m.a, audits (no_such)); SELECT 1 AS x"},
         {"models/a.sql: line 1, column 26", "no_such"}                                                                                   },
        {{"models/a.sql", "MODEL (name m.a, audits (not_nul(columns := (x)))); SELECT 1 AS x"},
         {"did you mean \"not_null\"?", ""}                                                                                               },
        {{"models/a.sql", "MODEL (name m.a, audits (not_null(column := x))); SELECT 1 AS x"},
         {"needs the argument \"columns\"", ""}                                                                                           },
        {{"models/a.sql", "MODEL (name m.a); SELECT @mine(x) FROM t"},                                   {"column 26", "Python"}          },
        {{"models/a.py", "@model('m.a')\ndef f(): pass"},                                                {"models/a.py: line 1", "Python"}},
        {{"models/a.sql", "MODEL (name m.a);\nSELECT {{ x }}"},                                          {"line 2, column 8", "Jinja"}    },
        {{"models/a.sql", "MODEL (name m.a, cron '* * * * *'); SELECT 1 AS x"},
         {"models/a.sql", "five minutes"}                                                                                                 },
        {{"models/a.sql", "MODEL (name m.a, cron 'often'); SELECT 1 AS x"},
         {"models/a.sql", "cron"}                                                                                                         },
        {{"models/a.sql", "MODEL (name m.a, kind FULL, partitioned_by y); SELECT 1 AS x"},
         {"line 1, column 44", "\"y\", which the model m.a does not have"}                                                                },
        {{"models/a.sql", "MODEL (name m.a, partitioned_by x); SELECT 1 AS x"},                          {"VIEW", ""}                     },
        {{"models/a.sql",
          "MODEL (name m.a, kind EMBEDDED, audits (not_null(columns := (x)))); SELECT 1 AS x"},
         {"models/a.sql", "no audits"}                                                                                                    },
        {{"audits/a.sql", "AUDIT (name a);"},                                                            {"audits/a.sql", "no query"}     },
        {{"audits/a.sql", "AUDIT (name a); SELECT 1; AUDIT (name A); SELECT 2"},
         {"defined twice", ""}                                                                                                            },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = test_refusal(cases[i].files);

        assert_holds(message, cases[i].parts[0]);
        assert_holds(message, cases[i].parts[1]);
    }
}

void test_comments_in_the_query_describe_columns(void **state)
{
    static const struct {
        const char *name, *description;
    } expected[] = {
        {"id",    "the key"  },
        {"b",     "second"   },
        {"total", "all of it"},
        {"k",     "last"     }
    };
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/a.sql", "MODEL (name m.a);\nWITH c AS (\n  SELECT 1 AS z -- inner\n)\n"
                              "SELECT -- of the list\n  id::INT, -- the key\n  a AS b /* second */,"
                              "\n  -- all of it\n  SUM(v /* a part */) AS total,\n  x,\n"
                              "  k -- last\nFROM t -- not this"));
    const GPtrArray *found = project_find(p, "m.a", NULL)->column_descriptions;

    assert_int_equal(found->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < found->len; i++) {
        const struct model_column *c = found->pdata[i];

        assert_string_equal(c->name, expected[i].name);
        assert_string_equal(c->description, expected[i].description);
    }
}

void test_a_blueprint_makes_a_model_of_each_row(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/a.sql", "MODEL (name m.@{who}_x, kind FULL, blueprints ((who := a, w := 1), "
                              "(who := b, w := 2))); SELECT @who AS c, @w AS w FROM m.t"));
    const struct model *a = project_find(p, "m.a_x", NULL), *b = project_find(p, "m.b_x", NULL);

    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(json_get_int(b->blueprint_variables, "w", 0), 2);
    assert_string_equal(((struct model_statement *)a->definitions->pdata[0])->sql, "@DEF(who, a)");
    assert_string_not_equal(project_snapshot(p, a->fqn)->data_hash,
                            project_snapshot(p, b->fqn)->data_hash);
}

void test_a_blueprint_holds_sql_and_lists_of_it(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(FILES(
        "models/a.sql", "MODEL (name m.a, kind FULL, blueprints ((names := [p, q], n := 3))); "
                        "SELECT @BLUEPRINT_VAR('names') AS c, @BLUEPRINT_VAR('n') AS n"));
    const struct model *a = project_find(p, "m.a", NULL);

    assert_string_equal(((struct model_statement *)a->definitions->pdata[0])->sql,
                        "@DEF(names, [p, q])");
    assert_int_equal(a->definitions->len, 1);
    assert_int_equal(json_get_int(a->blueprint_variables, "n", 0), 3);
}

void test_the_selected_gateway_has_defaults_of_its_own(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("config.yaml",
              "gateways:\n  one: {connection: {type: duckdb, database: db.duckdb}, model_defaults: "
              "{owner: ann, cron: '@hourly'}}\n  two: {connection: {type: duckdb}, "
              "model_defaults: {owner: bob}}\n"
              "default_gateway: one\nmodel_defaults: {dialect: duckdb, owner: all, start: "
              "'2024-01-01'}\n",
              "models/a.sql", "MODEL (name m.a); SELECT 1 AS x"));
    const struct model *a = project_find(p, "m.a", NULL);

    assert_string_equal(a->owner, "ann");
    assert_string_equal(a->cron, "@hourly");
    assert_string_equal(a->start, "2024-01-01");
}
