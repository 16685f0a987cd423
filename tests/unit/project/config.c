/* Configuration: files, variables, .env, and what is said about mistakes. */
#include "project/config.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct folders {
    char *project, *home, *old_home;
};

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    g_mkdir_with_parents(dir, 0700);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

int setup(void **state)
{
    struct folders *f = g_new0(struct folders, 1);

    f->project = g_dir_make_tmp("heddle-config-XXXXXX", NULL);
    f->home = g_dir_make_tmp("heddle-home-XXXXXX", NULL);
    f->old_home = g_strdup(g_getenv("HOME"));
    g_setenv("HOME", f->home, TRUE);
    *state = f;
    return 0;
}

static void remove_all(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            remove_all(path);
        else
            g_remove(path);
    }
    g_rmdir(folder);
}

int teardown(void **state)
{
    struct folders *f = *state;

    g_setenv("HOME", f->old_home ? f->old_home : "/", TRUE);
    remove_all(f->project);
    remove_all(f->home);
    g_free(f->project);
    g_free(f->home);
    g_free(f->old_home);
    g_free(f);
    return 0;
}

static struct config *load(void **state, const char *yaml, GError **error)
{
    struct folders *f = *state;

    put(f->project, "config.yaml", yaml);
    return config_load(f->project, error);
}

static struct config *load_well(void **state, const char *yaml)
{
    g_autoptr(GError) error = NULL;
    struct config *c = load(state, yaml, &error);

    if (error)
        print_error("%s\n", error->message);
    assert_non_null(c);
    return c;
}

static void assert_refused(void **state, const char *yaml, const char *expected)
{
    g_autoptr(GError) error = NULL;
    struct config *c = load(state, yaml, &error);

    assert_null(c);
    if (!strstr(error->message, expected))
        fail_msg("expected:\n%s\ngot:\n%s", expected, error->message);
}

#define DIALECT "model_defaults: {dialect: duckdb}\n"

void test_a_project_is_read_with_everything_it_says(void **state)
{
    g_autoptr(config) c =
        load_well(state, "gateways:\n"
                         "  Local:\n"
                         "    connection:\n"
                         "      type: duckdb\n"
                         "      database: /data/shop.duckdb\n"
                         "    variables: {Region: eu}\n"
                         "  prod:\n"
                         "    connection: {type: postgres, host: db, user: u, password: 'p w',\n"
                         "                 port: 5432, database: d}\n"
                         "    state_schema: state\n"
                         "default_gateway: PROD\n"
                         "model_defaults:\n"
                         "  dialect: duckdb\n"
                         "  start: 2024-01-01\n"
                         "  cron: '@daily'\n"
                         "  audits: [not_null(columns := id)]\n"
                         "variables:\n"
                         "  Limit: 10\n"
                         "  names: [a, b]\n"
                         "ignore_patterns: ['models/old/*']\n"
                         "before_all:\n"
                         "  - CREATE SCHEMA IF NOT EXISTS x\n"
                         "environment_suffix_target: table\n"
                         "environment_ttl: in 2 days\n"
                         "physical_schema_mapping:\n"
                         "  '^shop$': store\n"
                         "username: jo\n"
                         "project: shop\n"
                         "default_target_environment: dev\n"
                         "plan: {no_diff: true, auto_categorize_changes: {sql: off}}\n"
                         "linter: {enabled: yes, rules: [ambiguousorinvalidcolumn]}\n");
    const struct config_gateway *g = c->gateways->pdata[0];

    assert_int_equal(c->gateways->len, 2);
    assert_string_equal(g->name, "local");
    assert_string_equal(g->type, "duckdb");
    assert_string_equal(json_get_string(g->connection, "database", ""), "/data/shop.duckdb");
    assert_string_equal(json_get_string(g->variables, "region", ""), "eu");
    assert_string_equal(c->default_gateway, "prod");
    assert_ptr_equal(config_gateway(c, NULL, NULL), c->gateways->pdata[1]);
    assert_ptr_equal(config_gateway(c, "LOCAL", NULL), g);
    assert_string_equal(config_gateway(c, "prod", NULL)->state_schema, "state");
    assert_int_equal(json_get_int(c->variables, "limit", 0), 10);
    assert_string_equal(json_get_string(c->model_defaults, "start", ""), "2024-01-01");
    assert_string_equal(c->ignore_patterns[0], "models/old/*");
    assert_int_equal(json_array_size(c->before_all), 1);
    assert_null(c->after_all);
    assert_int_equal(c->suffix_target, SUFFIX_TABLE);
    assert_string_equal(c->environment_ttl, "in 2 days");
    assert_string_equal(c->snapshot_ttl, "in 1 week");
    assert_string_equal(json_get_string(c->physical_schema_mapping, "^shop$", ""), "store");
    assert_string_equal(c->username, "jo");
    assert_string_equal(c->project, "shop");
    assert_string_equal(c->default_target_environment, "dev");
    assert_true(json_get_bool(c->plan, "no_diff", false));
    assert_string_equal(
        json_get_string(json_object_get(c->plan, "auto_categorize_changes"), "sql", ""), "off");
    assert_true(json_get_bool(c->linter, "enabled", false));
    assert_true(g_path_is_absolute(c->path));
}

void test_what_is_not_said_is_what_sqlmesh_has(void **state)
{
    g_autoptr(config) c = load_well(state, DIALECT);

    assert_int_equal(c->gateways->len, 0);
    assert_null(c->default_gateway);
    assert_null(config_gateway(c, NULL, NULL));
    assert_int_equal(c->suffix_target, SUFFIX_SCHEMA);
    assert_string_equal(c->environment_ttl, "in 1 week");
    assert_string_equal(c->default_target_environment, "prod");
    assert_string_equal(c->ignore_patterns[0], ".ipynb_checkpoints/*");
    assert_null(c->project);
    assert_true(c->infer_python_dependencies);
}

void test_gateways_may_stand_in_old_ways(void **state)
{
    g_autoptr(config) one =
        load_well(state, "gateway: {connection: {type: duckdb}, state_schema: s}\n" DIALECT);
    g_autoptr(config) many = load_well(
        state,
        "gateway: {b: {connection: {type: duckdb}}, a: {connection: {type: duckdb}}}\n" DIALECT);
    g_autoptr(config) alone = load_well(state, "default_connection: {type: duckdb}\n" DIALECT);
    g_autoptr(config) shared =
        load_well(state, "default_connection: {type: duckdb, database: ':memory:'}\n"
                         "gateways: {x: {variables: {a: 1}}}\n" DIALECT);

    assert_string_equal(one->default_gateway, "default");
    assert_string_equal(config_gateway(one, NULL, NULL)->state_schema, "s");
    assert_string_equal(many->default_gateway, "b");
    assert_int_equal(many->gateways->len, 2);
    assert_string_equal(config_gateway(alone, NULL, NULL)->type, "duckdb");
    assert_string_equal(
        json_get_string(config_gateway(shared, "x", NULL)->connection, "database", ""), ":memory:");
}

void test_old_schema_overrides_become_a_mapping(void **state)
{
    g_autoptr(config) c = load_well(state, "physical_schema_override: {shop: store}\n" DIALECT);

    assert_string_equal(json_get_string(c->physical_schema_mapping, "^shop$", ""), "store");
}

void test_duckdb_files_are_relative_to_the_working_directory(void **state)
{
    g_autoptr(config) c = load_well(
        state, "gateways:\n"
               "  a: {connection: {type: duckdb, database: x/shop.db}}\n"
               "  b: {connection: {type: duckdb, catalogs: {m: ':memory:', f: f.db,\n"
               "      d: 'ducklake:meta.db', s: {type: sqlite, path: s.db}, p: {type: postgres, "
               "path: 'dbname=x'}}}}\n" DIALECT);
    g_autofree char *shop = g_canonicalize_filename("x/shop.db", NULL);
    g_autofree char *f = g_canonicalize_filename("f.db", NULL);
    g_autofree char *s = g_canonicalize_filename("s.db", NULL);
    const json_t *catalogs = json_object_get(config_gateway(c, "b", NULL)->connection, "catalogs");

    assert_string_equal(json_get_string(config_gateway(c, "a", NULL)->connection, "database", ""),
                        shop);
    assert_string_equal(json_get_string(catalogs, "m", ""), ":memory:");
    assert_string_equal(json_get_string(catalogs, "f", ""), f);
    assert_string_equal(json_get_string(catalogs, "d", ""), "ducklake:meta.db");
    assert_string_equal(json_get_string(json_object_get(catalogs, "s"), "path", ""), s);
    assert_string_equal(json_get_string(json_object_get(catalogs, "p"), "path", ""), "dbname=x");
}

void test_the_environment_wins_over_the_personal_file_and_that_over_the_project(void **state)
{
    struct folders *f = *state;
    g_autoptr(config) c = NULL;

    put(f->home, ".sqlmesh/config.yaml",
        "project: personal\nusername: personal\n"
        "env_vars: {PG_HOST: from-personal}\n");
    g_setenv("SQLMESH__USERNAME", "variable", TRUE);
    g_setenv("SQLMESH__GATEWAYS__PG__CONNECTION__PORT", "6543", TRUE);
    g_setenv("SQLMESH__GATEWAYS__PG__CONNECTION__CONCURRENT_TASKS", "7", TRUE);
    c = load_well(state,
                  "gateways:\n  Pg:\n    connection:\n      type: postgres\n"
                  "      host: {{ env_var('PG_HOST', 'localhost') }}\n"
                  "      password: {{ env_var(\"PG_NO_SUCH\") }}\n"
                  "      port: 5432\n"
                  "project: project\nusername: project\n"
                  "# {% if this %} is only a remark {% endif %}\n"
                  "variables: {user: \"{{ user() }}\", x: {{ env_var('NO_SUCH', 5) }}}\n" DIALECT);
    g_unsetenv("SQLMESH__USERNAME");
    g_unsetenv("SQLMESH__GATEWAYS__PG__CONNECTION__PORT");
    g_unsetenv("SQLMESH__GATEWAYS__PG__CONNECTION__CONCURRENT_TASKS");
    assert_string_equal(c->username, "variable");
    assert_string_equal(c->project, "personal");
    assert_int_equal(c->gateways->len, 1);
    assert_int_equal(json_get_int(config_gateway(c, "pg", NULL)->connection, "port", 0), 6543);
    assert_int_equal(json_get_int(config_gateway(c, "pg", NULL)->connection, "concurrent_tasks", 0),
                     7);
    assert_string_equal(json_get_string(config_gateway(c, "pg", NULL)->connection, "host", ""),
                        "from-personal");
    assert_string_equal(json_get_string(config_gateway(c, "pg", NULL)->connection, "password", ""),
                        "None");
    assert_int_equal(json_get_int(c->variables, "x", 0), 5);
    assert_true(*json_get_string(c->variables, "user", ""));
}

void test_the_env_file_wins_over_the_environment(void **state)
{
    struct folders *f = *state;
    g_autoptr(config) c = NULL;

    g_setenv("HEDDLE_TEST_NAME", "environment", TRUE);
    put(f->project, ".env",
        "export HEDDLE_TEST_NAME='file' # a remark\n"
        "HEDDLE_TEST_LONG=\"${HEDDLE_TEST_NAME}-${HEDDLE_TEST_NONE:-else}\"\n");
    c = load_well(state, "project: {{ env_var('HEDDLE_TEST_NAME') }}\n"
                         "username: {{ env_var('HEDDLE_TEST_LONG') }}\n" DIALECT);
    assert_string_equal(c->project, "file");
    assert_string_equal(c->username, "file-else");
    g_unsetenv("HEDDLE_TEST_NAME");
    g_unsetenv("HEDDLE_TEST_LONG");
}

void test_an_env_file_may_yield_to_what_is_set(void **state)
{
    struct folders *f = *state;
    g_autofree char *path = g_build_filename(f->project, "x.env", NULL);

    put(f->project, "x.env", "HEDDLE_TEST_A=file\nHEDDLE_TEST_B=file\n");
    g_setenv("HEDDLE_TEST_A", "environment", TRUE);
    assert_true(config_read_env_file(path, false, NULL));
    assert_string_equal(g_getenv("HEDDLE_TEST_A"), "environment");
    assert_string_equal(g_getenv("HEDDLE_TEST_B"), "file");
    g_unsetenv("HEDDLE_TEST_A");
    g_unsetenv("HEDDLE_TEST_B");
}

void test_yaml_anchors_merge_keys_and_block_texts_are_read(void **state)
{
    g_autoptr(config) c =
        load_well(state, "variables:\n  base: &base {a: 1, b: 2}\n"
                         "  more:\n    <<: *base\n    b: 3\n"
                         "  long: |\n    one\n    two\n"
                         "  off: off\n  yes_: yes\n  n: 0x10\n  f: 1.5e3\n  none: ~\n  t: True\n"
                         "  date: 2024-01-01\n  under: 1_000\n  quoted: '12'\n" DIALECT);
    const json_t *more = json_object_get(c->variables, "more");

    assert_int_equal(json_get_int(more, "a", 0), 1);
    assert_int_equal(json_get_int(more, "b", 0), 3);
    assert_string_equal(json_get_string(c->variables, "long", ""), "one\ntwo\n");
    assert_string_equal(json_get_string(c->variables, "off", ""), "off");
    assert_string_equal(json_get_string(c->variables, "yes_", ""), "yes");
    assert_int_equal(json_get_int(c->variables, "n", 0), 16);
    assert_true(json_real_value(json_object_get(c->variables, "f")) == 1500);
    assert_true(json_is_null(json_object_get(c->variables, "none")));
    assert_true(json_get_bool(c->variables, "t", false));
    assert_string_equal(json_get_string(c->variables, "date", ""), "2024-01-01");
    assert_int_equal(json_get_int(c->variables, "under", 0), 1000);
    assert_string_equal(json_get_string(c->variables, "quoted", ""), "12");
}

void test_mistakes_are_shown_where_they_stand(void **state)
{
    assert_refused(state, "gateways:\n  x:\n    conection: {type: duckdb}\n" DIALECT,
                   "config.yaml: line 3, column 5: gateways.x.conection: there is no such key "
                   "here.\n        conection: {type: duckdb}\n        ^");
    assert_refused(state, "modle_defaults: {dialect: duckdb}\n",
                   "hint: did you mean \"model_defaults\"?");
    assert_refused(state, "gateway:\n  connection: {type: duckdb, databse: x}\n" DIALECT,
                   "line 2, column 30: gateways.default.connection.databse: there is no such key");
    assert_refused(state, "gateways: {Big: {connection: {type: duckdbb}}}\n" DIALECT,
                   "there is no connection type \"duckdbb\".");
    assert_refused(state, "gateways: {x: {connection: {database: d}}}\n" DIALECT,
                   "gateways.x.connection: a connection needs a type.");
    assert_refused(state, "log_limit: many\n" DIALECT,
                   "line 1, column 1: log_limit: this must be a whole number, not a text.");
    assert_refused(state, "project: 12\n" DIALECT, "project: this must be a text, not a number.");
    assert_refused(state, "before_all: DROP TABLE x\n" DIALECT,
                   "before_all: this must be a list, not a text.");
    assert_refused(state, "before_all:\n  - SELECT 1\n  - [2]\n" DIALECT,
                   "before_all.1: this must be a text, not a list.");
    assert_refused(state, "environment_suffix_target: schemas\n" DIALECT,
                   "\"schemas\" is none of schema, table, catalog.");
    assert_refused(state, "auto_categorize_changes: {sql: full}\n" DIALECT,
                   "this is called plan.auto_categorize_changes today.");
    assert_refused(state, "virtual_environment_mode: dev_only\n" DIALECT,
                   "Heddle carries out \"full\" only so far.");
    assert_refused(state, "environment_catalog_mapping: {'.*': x}\n" DIALECT,
                   "Heddle does not carry this setting out yet.");
    assert_refused(state, "environment_ttl: 1 week\n" DIALECT,
                   "is \"1 week\", which is in the past.");
    assert_refused(state,
                   "default_gateway: b\ngateways: {a: {connection: {type: duckdb}}}\n" DIALECT,
                   "config.yaml: line 1, column 1: default_gateway: there is no gateway \"b\"; "
                   "these are configured: a.");
    assert_refused(state, "a: [1\n" DIALECT, "this is not YAML: ");
    assert_refused(state, "project: a\nproject: b\n" DIALECT, "line 2, column 1");
    assert_refused(state, "- a\n", "a configuration must be a mapping of keys.");
    assert_refused(state, "", "this file is empty.");
    assert_refused(state, "project: x\n", "names no dialect");
    assert_refused(state, "project: {{ var('x') }}\n" DIALECT,
                   "line 1, column 10: Heddle does not read this Jinja expression.");
    assert_refused(state, "{% if x %}\nproject: x\n{% endif %}\n" DIALECT,
                   "line 1, column 1: Heddle does not read Jinja statements here.");
    assert_refused(state, "project: {{ env_var('x'\n" DIALECT, "this is never closed.");
    assert_refused(state,
                   "gateways: {x: {connection: {type: postgres, port: \"{{ "
                   "env_var('NO_SUCH') }}\"}}}\n" DIALECT,
                   "hint: None is what {{ env_var(…) }} gives");
}

/* The same lines that errors show must not give secrets away. */
void test_no_error_shows_a_secret(void **state)
{
    static const char *const texts[] = {
        "gateways:\n  x:\n    connection:\n      type: postgres\n      password: "
        "[hunter2]\n" DIALECT,
        "gateways:\n  x:\n    connection:\n      type: postgres\n      pasword: hunter2\n" DIALECT,
        "gateways: {x: {connection: {type: postgres, prt: 1, password: hunter2}}}\n" DIALECT,
        "gateways:\n  x:\n    connection:\n      type: postgres\n      password: "
        "\"hunter2\n" DIALECT,
        "gateways:\n  x:\n    connection:\n      password: hunter2\n      type: {{ what "
        "}}\n" DIALECT,
        "gateways:\n  x:\n    connection: {password: hunter2, type: {{ what }}}\n" DIALECT,
        "gateways:\n  x:\n    connection: {type: postgres, port: {{ env_var('HEDDLE_TEST_SECRET') "
        "}}}"
        "\n" DIALECT};

    g_setenv("HEDDLE_TEST_SECRET", "hunter2", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(load(state, texts[i], &error));
        if (strstr(error->message, "hunter2"))
            fail_msg("%s", error->message);
    }
    g_unsetenv("HEDDLE_TEST_SECRET");
}

void test_a_configuration_in_python_is_named_as_what_it_is(void **state)
{
    struct folders *f = *state;
    g_autoptr(GError) error = NULL;

    put(f->project, "config.py", "config = None\n");
    assert_null(config_load(f->project, &error));
    assert_non_null(strstr(error->message, "configured by config.py"));
    g_clear_error(&error);
    put(f->project, "config.yaml", DIALECT);
    put(f->project, "config.yml", DIALECT);
    assert_null(config_load(f->project, &error));
    assert_non_null(strstr(error->message, "There are two configurations in"));
}

void test_a_folder_without_configuration_says_what_to_do(void **state)
{
    struct folders *f = *state;
    g_autoptr(GError) error = NULL;

    assert_null(config_load(f->project, &error));
    assert_true(error_is(error, ERROR_NOT_FOUND));
    assert_non_null(strstr(error->message, "hint: go to the project's folder"));
}

static struct config *from_variables(GError **error, const char *first, ...)
{
    GPtrArray *list = g_ptr_array_new();
    struct config *c;
    va_list args;

    va_start(args, first);
    for (const char *v = first; v; v = va_arg(args, const char *))
        g_ptr_array_add(list, (char *)v);
    va_end(args);
    g_ptr_array_add(list, NULL);
    c = config_from_variables((char **)list->pdata, error);
    g_ptr_array_unref(list);
    return c;
}

void test_an_executor_is_configured_by_variables_alone(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(config) c = from_variables(
        &error, "PATH=/bin", "SQLMESH__DEFAULT_GATEWAY=Warehouse",
        "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__TYPE=bigquery",
        "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__KEYFILE_JSON={\"private_key\": \"abcdef\"}",
        "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__SCOPES=[\"a\", \"b\"]",
        "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__REGISTER_COMMENTS=false",
        "SQLMESH__GATEWAYS__A__CONNECTION__TYPE=duckdb", "SQLMESH__VARIABLES__LIMIT=10", NULL);
    const json_t *connection;

    (void)state;
    assert_null(error);
    assert_string_equal(c->default_gateway, "warehouse");
    connection = config_gateway(c, NULL, NULL)->connection;
    assert_string_equal(
        json_get_string(json_object_get(connection, "keyfile_json"), "private_key", ""), "abcdef");
    assert_int_equal(json_array_size(json_object_get(connection, "scopes")), 2);
    assert_false(json_get_bool(connection, "register_comments", true));
    assert_string_equal(json_get_string(c->variables, "limit", ""), "10");
    assert_string_equal(((struct config_gateway *)c->gateways->pdata[0])->name, "a");
    assert_null(c->path);
}

void test_secrets_that_no_connection_has_a_use_for_are_left_out(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(config) c = from_variables(
        &error, "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__TYPE=postgres",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__HOST=h",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PORT=5432",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__USER=u",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__DATABASE=d",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD=p",
        "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__API_TOKEN=t",
        "SQLMESH__GATEWAYS__GATEWAY_B__CONNECTION__CLIENT_SECRET=another-secret", NULL);
    const json_t *connection;

    (void)state;
    assert_null(error);
    assert_int_equal(c->gateways->len, 1);
    connection = config_gateway(c, "gateway_a", NULL)->connection;
    assert_string_equal(json_get_string(connection, "password", ""), "p");
    assert_null(json_object_get(connection, "api_token"));
}

void test_empty_variables_that_a_connection_has_no_use_for_count_as_not_given(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(config) c =
        from_variables(&error, "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__TYPE=duckdb",
                       "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__DATABASE=d",
                       "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__HOST=",
                       "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PORT=",
                       "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD=", NULL);

    (void)state;
    assert_null(error);
    assert_int_equal(json_object_size(config_gateway(c, "gateway_a", NULL)->connection), 2);
}

void test_variables_that_cannot_be_are_named(void **state)
{
    static const struct {
        const char *variables[4];
        const char *expected;
    } cases[] = {
        {{"SQLMESH__GATEWAYS__X__CONNECTION__HOST=h"},                                    "a connection needs a type"                     },
        {{"SQLMESH__GATEWAYS__X__STATE_SCHEMA=h"},                                        "The gateway x has no connection."              },
        {{"SQLMESH__GATEWAYS__X__CONNECTION__TYPE=postgres",
          "SQLMESH__GATEWAYS__X__CONNECTION__HOST=h"},
         "The gateway x has no user"                                                                                                      },
        {{"SQLMESH__GATEWAYS__X__CONNECTION__TYPE=duckdb",
          "SQLMESH__GATEWAYS__X__CONNECTION__DATABSE=h"},
         "The variable SQLMESH__GATEWAYS__X__CONNECTION__DATABSE: there is no such key"                                                   },
        {{"SQLMESH__GATEWAYS__X__CONNECTION__TYPE=duckdb",
          "SQLMESH__GATEWAYS__X__CONNECTION__CONCURRENT_TASKS=many"},
         "this must be a whole number"                                                                                                    },
        {{"SQLMESH__GATEWAYS__X=1", "SQLMESH__GATEWAYS__X__CONNECTION__TYPE=duckdb"},
         "another variable gives a value"                                                                                                 },
        {{"SQLMESH__GATEWAYS____X=1"},                                                    "a name between its double underscores is empty"},
        {{"SQLMESH__DEFAULT_GATEWAY=y", "SQLMESH__GATEWAYS__X__CONNECTION__TYPE=duckdb"},
         "there is no gateway \"y\"; these are configured: x."                                                                            },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        char *list[5] = {0};

        for (int j = 0; j < 4; j++)
            list[j] = (char *)cases[i].variables[j];
        assert_null(config_from_variables(list, &error));
        if (!strstr(error->message, cases[i].expected))
            fail_msg("expected:\n%s\ngot:\n%s", cases[i].expected, error->message);
    }
}

void test_all_secrets_of_connections_are_registered(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(config) c = from_variables(
        &error, "SQLMESH__GATEWAYS__A__CONNECTION__TYPE=bigquery",
        "SQLMESH__GATEWAYS__A__CONNECTION__KEYFILE_JSON={\"private_key\": \"pk-secret\", "
        "\"project_id\": \"visible\"}",
        "SQLMESH__GATEWAYS__B__CONNECTION__TYPE=duckdb",
        "SQLMESH__GATEWAYS__B__CONNECTION__SECRETS=[{\"type\": \"s3visible\", \"secret\": "
        "\"s3-secret\"}]",
        "SQLMESH__GATEWAYS__B__CONNECTION__DATABASE=md:x?motherduck_token=md-secret&a=visible",
        "SQLMESH__GATEWAYS__B__STATE_CONNECTION__TYPE=postgres",
        "SQLMESH__GATEWAYS__B__STATE_CONNECTION__PASSWORD=state-secret", NULL);
    struct redactor *r = redactor_new();
    g_autofree char *text = NULL;

    (void)state;
    assert_null(error);
    config_register_secrets(c, r);
    text = redact_text(r, "pk-secret s3-secret md-secret state-secret visible s3visible");
    assert_string_equal(text, "*** *** *** *** visible s3visible");
    redactor_free(r);
}
