/* fingerprint.c -- what changes a fingerprint, and which of its parts; definitions there and back.
 */
#include "project_test.h"

static const char child[] = "MODEL (name m.b, kind FULL); SELECT x FROM m.a";

enum { DATA = 1, METADATA = 2 };

/* Which parts differ between m.a as `one` and as `other`? The child's parents' parts must follow.
 */
static int difference(const char *one, const char *other)
{
    g_autoptr(project) p =
        test_project(FILES("models/a.sql", one, "models/b.sql", child, "models/s.csv", "x\n1\n"));
    g_autoptr(project) q =
        test_project(FILES("models/a.sql", other, "models/b.sql", child, "models/s.csv", "x\n1\n"));
    const struct wire_snapshot *a = project_snapshot(p, "\"db\".\"m\".\"a\""),
                               *b = project_snapshot(q, "\"db\".\"m\".\"a\""),
                               *c = project_snapshot(p, "\"db\".\"m\".\"b\""),
                               *d = project_snapshot(q, "\"db\".\"m\".\"b\"");
    bool data = strcmp(a->data_hash, b->data_hash) != 0;
    bool metadata = strcmp(a->metadata_hash, b->metadata_hash) != 0;

    assert_int_equal(data || metadata, strcmp(a->identifier, b->identifier) != 0);
    assert_int_equal(data, strcmp(c->parent_data_hash, d->parent_data_hash) != 0);
    assert_int_equal(metadata, strcmp(c->parent_metadata_hash, d->parent_metadata_hash) != 0);
    assert_string_equal(c->data_hash, d->data_hash);
    assert_string_equal(c->metadata_hash, d->metadata_hash);
    return (data ? DATA : 0) | (metadata ? METADATA : 0);
}

static const char plain[] = "MODEL (name m.a, kind FULL, audits (not_null(columns := (x))));\n"
                            "SELECT x, y FROM t WHERE y > 1";

void test_formatting_changes_no_fingerprint(void **state)
{
    static const char *const others[] = {
        "MODEL (\n  name m.a,\n  kind full, -- whole\n  audits [NOT_NULL(columns=(x)),],\n);\n\n"
        "select x , y\nfrom t /* that */ where (y > 1);\n",
        "model (audits (not_null ( columns := ( x ) )), kind FULL, name db.M.A); "
        "SELECT x AS x, y FROM t WHERE y > 1",
    };
    (void)state;
    assert_int_equal(difference(plain, others[0]), 0);
    assert_int_equal(difference("MODEL (name m.a, kind FULL, columns (x INT, y DECIMAL(10,2))); "
                                "SELECT x, y FROM t",
                                "MODEL (name m.a, kind FULL, columns (X int, y decimal(10, 2))); "
                                "SELECT x, y FROM t"),
                     0);
}

void test_each_property_belongs_to_data_or_to_metadata(void **state)
{
    static const struct {
        const char *property;
        int parts;
    } cases[] = {
        {"owner jo",                               METADATA       },
        {"description 'x'",                        METADATA       },
        {"cron '@daily'",                          0              },
        {"cron '@hourly'",                         DATA | METADATA}, /* its unit is another too */
        {"cron '0 3 * * *'",                       METADATA       },
        {"tags (x)",                               METADATA       },
        {"grain x",                                METADATA       },
        {"start '2023-01-01'",                     METADATA       },
        {"column_descriptions (x = 'y')",          METADATA       },
        {"session_properties (a = 1)",             METADATA       },
        {"virtual_properties (a = 1)",             METADATA       },
        {"audits (unique_values(columns := (x)))", METADATA       },
        {"allow_partials true",                    METADATA       },
        {"stamp 'x'",                              DATA           },
        {"columns (x INT, y INT)",                 DATA           },
        {"partitioned_by x",                       DATA           },
        {"clustered_by x",                         DATA           },
        {"physical_properties (a = 1)",            DATA           },
        {"storage_format parquet",                 DATA           },
        {"gateway local",                          DATA           },
        {"formatting false",                       0              },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *other = g_strdup_printf(
            "MODEL (name m.a, kind FULL, %s); SELECT x, y FROM t", cases[i].property);
        int parts = difference("MODEL (name m.a, kind FULL); SELECT x, y FROM t", other);

        if (parts != cases[i].parts)
            fail_msg("%s: %d, not %d", cases[i].property, parts, cases[i].parts);
    }
}

void test_the_query_and_what_it_uses_are_data(void **state)
{
    static const char head[] = "MODEL (name m.a, kind FULL); ";
    static const struct {
        const char *one, *other;
        int parts;
    } cases[] = {
        {"SELECT x FROM t",            "SELECT x + 1 AS x FROM t",                         DATA    },
        {"SELECT x FROM t",            "CREATE TABLE u (a INT); SELECT x FROM t",          DATA    },
        {"SELECT x FROM t",            "SELECT x FROM t; DROP TABLE u",                    DATA    },
        {"SELECT @k AS x; @DEF(k, 1)", "SELECT @k AS x; @DEF(k, 2)",                       DATA    },
        {"SELECT x FROM t",
         "SELECT x FROM t; ON_VIRTUAL_UPDATE_BEGIN; GRANT x TO y; ON_VIRTUAL_UPDATE_END;", METADATA},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *one = g_strconcat(head, cases[i].one, NULL);
        g_autofree char *other = g_strconcat(head, cases[i].other, NULL);

        assert_int_equal(difference(one, other), cases[i].parts);
    }
}

void test_an_audits_query_is_metadata(void **state)
{
    (void)state;
    assert_int_equal(
        difference("MODEL (name m.a, audits (z)); SELECT x FROM t; AUDIT (name z); SELECT 1",
                   "MODEL (name m.a, audits (z)); SELECT x FROM t; AUDIT (name z); SELECT 2"),
        METADATA);
    assert_int_equal(
        difference("MODEL (name m.a, audits (z)); SELECT x FROM t; AUDIT (name z); SELECT 1",
                   "MODEL (name m.a, audits (z)); SELECT x FROM t; AUDIT (name z, blocking "
                   "false); SELECT 1"),
        METADATA);
}

static char *fingerprint_of(const char *config, const char *csv, const char *model)
{
    g_autofree char *folder =
        test_folder(FILES("config.yaml", config, "models/s.csv", csv, "models/a.sql", model));
    g_autoptr(project) p = test_load(folder, NULL);

    test_remove(folder);
    assert_non_null(p);
    return g_strdup(((struct wire_snapshot *)p->snapshots->pdata[0])->data_hash);
}

void test_variables_count_when_they_are_read(void **state)
{
    static const char with[] = "MODEL (name m.a, kind FULL); SELECT @n AS x";
    static const char without[] = "MODEL (name m.a, kind FULL); SELECT 1 AS x";
    (void)state;
    g_autofree char *changed = g_strconcat(TEST_CONFIG, "cicd_bot: null\n", NULL);
    char *at = strstr(changed, "n: 1}");
    at[3] = '2';
    g_autofree char *a = fingerprint_of(TEST_CONFIG, "x\n", with);
    g_autofree char *b = fingerprint_of(changed, "x\n", with);
    g_autofree char *c = fingerprint_of(TEST_CONFIG, "x\n", without);
    g_autofree char *d = fingerprint_of(changed, "x\n", without);

    assert_string_not_equal(a, b);
    assert_string_equal(c, d);
}

void test_a_seeds_rows_count_and_their_quotes_do_not(void **state)
{
    static const char model[] = "MODEL (name m.a, kind SEED (path 's.csv'))";
    (void)state;
    g_autofree char *a = fingerprint_of(TEST_CONFIG, "x,y\n1,b\n", model);
    g_autofree char *b = fingerprint_of(TEST_CONFIG, "\"x\",\"y\"\n\"1\",\"b\"\n", model);
    g_autofree char *c = fingerprint_of(TEST_CONFIG, "x,y\n1,c\n", model);

    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
}

void test_a_definition_reads_back_as_it_was(void **state)
{
    (void)state;
    g_autoptr(project) p = test_project(
        FILES("models/s.csv", "a;b\n1;x\n", "models/s.sql",
              "MODEL (name m.s, kind SEED (path 's.csv', csv_settings (delimiter = ';', na_values "
              "= (b = ('n'))))); @INSERT_SEED(); SELECT_1",
              "models/e.sql", "MODEL (name m.e, kind EMBEDDED); SELECT * FROM m.s", "models/a.sql",
              "MODEL (name m.a, kind INCREMENTAL_BY_TIME_RANGE (time_column (\"D d\", '%Y'), "
              "auto_restatement_cron '@weekly', partition_by_time_column false), tags (t), "
              "grains (a, (a, b)), audits (not_null(columns := (a), blocking := false), mine), "
              "partitioned_by (a, lower(b)), physical_properties (k = @n), columns (\"D d\" TEXT, "
              "a INT, b TEXT)); @DEF(q, 1); CREATE TABLE z (a INT); SELECT '2024' AS \"D d\", a, "
              "b FROM m.e WHERE @q = @n; DROP TABLE z; ON_VIRTUAL_UPDATE_BEGIN; GRANT x TO y; "
              "ON_VIRTUAL_UPDATE_END; AUDIT (name mine, defaults (k = 1)); @DEF(u, 2); SELECT @k, "
              "@u FROM @this_model"));

    assert_int_equal(p->models->len, 3);
    for (guint i = 0; i < p->models->len; i++) {
        g_autoptr(arena) a = arena_new();
        g_autoptr(GError) error = NULL;
        const struct wire_snapshot *s = p->snapshots->pdata[i];
        struct model *m = model_from_definition(a, s->definition, &error);
        assert_non_null(m);
        g_autoptr(json_t) again = model_definition(m);
        g_autofree char *before = json_text(s->definition), *after = json_text(again);

        assert_string_equal(before, after);
    }
    const struct model *a = project_find(p, "m.a", NULL);
    const struct model_audit *mine = a->audits->pdata[1];
    assert_string_equal(mine->query, "SELECT @k, @u FROM @this_model");
    assert_string_equal(json_get_string(mine->arguments, "k", ""), "1");
    assert_int_equal(mine->definitions->len, 1);
    assert_false(((struct model_audit *)a->audits->pdata[0])->blocking);
    assert_string_equal(a->time_column, "\"d d\"");
    assert_int_equal(json_get_int(a->variables, "n", 0), 1);
    assert_int_equal(a->pre->len, 1);
    assert_int_equal(a->post->len, 1);
    assert_int_equal(a->on_virtual_update->len, 1);
    assert_int_equal(a->definitions->len, 1);
}

void test_a_wrong_definition_is_refused_with_the_member(void **state)
{
    static const struct {
        const char *json, *part;
    } cases[] = {
        {"[]",                                                  "no JSON object"                           },
        {"{\"kind\": \"ODD\"}",                                 "ODD"                                      },
        {"{\"kind\": \"FULL\"}",                                "no name"                                  },
        {"{\"kind\": \"FULL\", \"name\": 1}",                   "\"name\", which should be a text"         },
        {"{\"kind\": \"FULL\", \"tags\": [1]}",                 "\"tags\", which should be a list of texts"},
        {"{\"kind\": \"FULL\", \"audits\": [1]}",               "\"audits\""                               },
        {"{\"kind\": \"SEED\", \"seed\": {}, \"name\": \"x\"}", "no content"                               },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena) a = arena_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = json_parse(cases[i].json, strlen(cases[i].json), NULL);

        assert_null(model_from_definition(a, json, &error));
        assert_holds(error->message, cases[i].part);
    }
}
