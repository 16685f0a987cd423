/* Real projects on disk: one file changed, and what SQLMesh 0.236.4 was seen to make of it. */
#include "plan_test.h"

#include <glib/gstdio.h>

static const struct {
    const char *path, *text;
} base[] = {
    {"config.yaml",
     "gateways:\n  local:\n    connection:\n      type: duckdb\n      database: db.duckdb\n"
     "default_gateway: local\nmodel_defaults:\n  dialect: duckdb\n  start: 2024-01-01\n"    },
    {"seeds/raw.csv",   "id,v,ds\n1,2,2024-01-01\n2,3,2024-01-02\n"                         },
    {"models/raw.sql",  "MODEL (name a.raw, kind SEED (path '../seeds/raw.csv'), "
                       "columns (id INT, v INT, ds DATE));\n"         },
    {"models/inc.sql",
     "MODEL (name a.inc, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), cron '@daily');\n"
     "SELECT id::INT AS id, v::INT AS v, ds::DATE AS ds FROM a.raw "
     "WHERE ds BETWEEN @start_date AND @end_date\n"                                         },
    {"models/full.sql",
     "MODEL (name a.full, kind FULL);\nSELECT id, SUM(v)::INT AS s FROM a.inc GROUP BY id\n"},
    {"models/vw.sql",   "MODEL (name a.vw, kind VIEW);\nSELECT id, s FROM a.full\n"         },
    {"models/leaf.sql", "MODEL (name a.leaf, kind FULL);\nSELECT id FROM a.vw\n"            },
};

struct desk {
    char *folder;
    struct world *world;
};

static void write_file(const struct desk *d, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(d->folder, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_mkdir_with_parents(folder, 0700);
    assert_true(g_file_set_contents(full, text, -1, NULL));
}

static void write_base(const struct desk *d)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(base); i++)
        write_file(d, base[i].path, base[i].text);
}

int setup(void **state)
{
    struct desk *d = g_new0(struct desk, 1);

    d->folder = g_dir_make_tmp("heddle-plan-XXXXXX", NULL);
    d->world = world_new("2024-01-10 12:00:00");
    write_base(d);
    *state = d;
    return 0;
}

int teardown(void **state)
{
    struct desk *d = *state;
    const char *command[] = {"rm", "-rf", d->folder, NULL};

    g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    world_free(d->world);
    g_free(d->folder);
    g_free(d);
    return 0;
}

static struct project *load(const struct desk *d)
{
    GError *error = NULL;
    struct project *p = project_load(
        &(struct project_options){.folder = d->folder, .now_ms = d->world->now_ms}, &error);

    if (!p)
        fail_msg("%s", error->message);
    return p;
}

/* Plan an environment; what it changes as "full=breaking leaf=indirect_breaking", parents first,
 * without metadata and the model `new` (which is there because dev needs a change). */
static char *plan_in(struct desk *d, const char *environment, bool apply, char **summary)
{
    g_autoptr(project) p = load(d);
    struct plan_options o = {
        .environment = environment, .create_from = "prod", .now_ms = d->world->now_ms};
    struct answers a = {0};
    GError *error = NULL;
    g_autoptr(plan) plan = world_plan(d->world, p, &o, &a, &error);
    g_autoptr(GString) out = g_string_new(NULL);

    if (!plan)
        fail_msg("%s", error->message);
    for (guint i = 0; i < plan->items->len; i++) {
        const struct plan_item *item = plan->items->pdata[i];

        if (item->change != CHANGE_METADATA && strcmp(item->snapshot->view->name, "new") != 0)
            g_string_append_printf(out, "%s=%s ", item->snapshot->view->name,
                                   change_category_names[item->category]);
    }
    if (summary)
        *summary = plan_summary(plan, true);
    if (apply)
        world_apply(d->world, plan);
    g_clear_pointer(&plan, plan_free);
    answers_clear(&a);
    return g_strdup(g_strchomp(out->str));
}

static char *changed(const char *path, const char *from, const char *to)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(base); i++)
        if (strcmp(base[i].path, path) == 0) {
            g_autoptr(GString) text = g_string_new(base[i].text);

            assert_int_equal(g_string_replace(text, from, to, 0), 1);
            return g_strdup(text->str);
        }
    fail_msg("no file %s", path);
    return NULL;
}

#define BELOW_FULL(category) " vw=" category " leaf=" category
#define BELOW_INC(category)  " full=" category BELOW_FULL(category)
#define BELOW_RAW(category)  " inc=" category BELOW_INC(category)

void test_a_change_has_the_category_sqlmesh_gives_it(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *path, *from, *to, *expected;
    } cases[] = {
        {"models/full.sql", "AS s",             "AS s, COUNT(*)::INT AS n",
         "full=non_breaking" BELOW_FULL("indirect_non_breaking")                                                                              },
        {"models/full.sql", "GROUP",            "WHERE id > 0 GROUP",
         "full=breaking" BELOW_FULL("indirect_breaking")                                                                                      },
        {"models/full.sql", "SUM(v)",           "sum( v ) /* of all */",                         ""                                           },
        {"models/full.sql", "kind FULL",        "kind FULL, columns (id INT, s BIGINT)",
         "full=non_breaking" BELOW_FULL("indirect_non_breaking")                                                                              },
        {"models/full.sql", "kind FULL",        "kind FULL, cron '@hourly'",
         "full=non_breaking" BELOW_FULL("indirect_non_breaking")                                                                              },
        {"models/full.sql", "kind FULL",        "kind FULL, description 'x', owner bob",         ""                                           },
        {"models/full.sql", "kind FULL",        "kind FULL, audits (not_null(columns := (id)))", ""                                           },
        {"models/full.sql", "kind FULL",        "kind VIEW",
         "full=breaking" BELOW_FULL("indirect_breaking")                                                                                      },
        {"models/inc.sql",  "(time_column ds)", "(time_column ds, lookback 2)",
         "inc=breaking" BELOW_INC("indirect_breaking")                                                                                        },
        {"models/inc.sql",  "(time_column ds)", "(time_column ds, batch_size 2)",                ""                                           },
        {"models/inc.sql",  "cron '@daily'",    "cron '@daily', partitioned_by (id)",
         "inc=non_breaking" BELOW_INC("indirect_non_breaking")                                                                                },
        {"models/leaf.sql", "SELECT id",        "SELECT id, 5 AS k",                             "leaf=non_breaking"                          },
        {"seeds/raw.csv",   "1,2,2024",         "1,4,2024",                                      "raw=breaking" BELOW_RAW("indirect_breaking")},
    };

    g_free(plan_in(d, "prod", true, NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = changed(cases[i].path, cases[i].from, cases[i].to);
        g_autofree char *name = g_strdup_printf("case_%u", i), *got = NULL;

        write_file(d, cases[i].path, text);
        write_file(d, "models/new.sql", "MODEL (name a.new, kind FULL);\nSELECT 1 AS one\n");
        got = plan_in(d, name, false, NULL);
        write_base(d);
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("%s to %s:\n%s\ninstead of\n%s", cases[i].from, cases[i].to, got,
                     cases[i].expected);
    }
}

void test_a_seed_with_one_more_column_is_non_breaking(void **state)
{
    struct desk *d = *state;
    g_autofree char *got = NULL;

    g_free(plan_in(d, "prod", true, NULL));
    write_file(d, "seeds/raw.csv", "id,v,ds,x\n1,2,2024-01-01,1\n2,3,2024-01-02,2\n");
    write_file(d, "models/raw.sql",
               "MODEL (name a.raw, kind SEED (path '../seeds/raw.csv'), "
               "columns (id INT, v INT, ds DATE, x INT));\n");
    got = plan_in(d, "dev", false, NULL);
    assert_string_equal(got, "raw=non_breaking" BELOW_RAW("indirect_non_breaking"));
}

void test_the_difference_of_a_definition_is_shown(void **state)
{
    struct desk *d = *state;
    g_autofree char *text = changed("models/full.sql", "AS s", "AS s, COUNT(*)::INT AS n");
    g_autofree char *summary = NULL;

    g_free(plan_in(d, "prod", true, NULL));
    write_file(d, "models/full.sql", text);
    g_free(plan_in(d, "dev", false, &summary));
    assert_non_null(strstr(summary, "\n---\n+++\n@@ "));
    assert_non_null(strstr(summary, "\n+  COUNT(*)::INT AS n\n FROM a.inc\n"));
    assert_non_null(strstr(summary, "\nDirectly Modified: a__dev.full (Non-breaking)\n"
                                    "└── Indirectly Modified Children:\n"
                                    "    ├── a__dev.leaf (Indirect Non-breaking)\n"
                                    "    └── a__dev.vw (Indirect Non-breaking)\n"));
}

void test_the_same_files_are_no_change(void **state)
{
    struct desk *d = *state;
    g_autofree char *first = plan_in(d, "prod", true, NULL);
    g_autofree char *second = plan_in(d, "prod", false, NULL);

    assert_string_not_equal(first, "");
    assert_string_equal(second, "");
}
