/* Definitions as people see them in diffs. */
#include "project/project.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static char *text_of(const char *definition)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = json_loads(definition, 0, NULL);
    char *text;

    assert_non_null(json);
    text = project_definition_text(json, &error);
    if (error)
        print_error("%s\n", error->message);
    assert_non_null(text);
    return text;
}

void test_a_view_is_its_block_and_its_query(void **state)
{
    g_autofree char *text = text_of(
        "{\"name\": \"shop.v\", \"fqn\": \"\\\"db\\\".\\\"shop\\\".\\\"v\\\"\", \"schema\": "
        "\"shop\", \"table\": \"v\", \"kind\": \"VIEW\", \"dialect\": \"duckdb\", \"start\": "
        "\"2024-01-01\", \"tags\": [\"w\"], \"query\": \"select *   from shop.orders\"}");

    (void)state;
    assert_string_equal(text, "MODEL (\n"
                              "  name shop.v,\n"
                              "  start '2024-01-01',\n"
                              "  tags w,\n"
                              "  dialect duckdb,\n"
                              "  kind VIEW\n"
                              ")\n"
                              "SELECT\n"
                              "  *\n"
                              "FROM shop.orders\n");
}

void test_every_property_has_its_line(void **state)
{
    g_autofree char *text = text_of(
        "{\"name\": \"shop.orders\", \"fqn\": \"\\\"db\\\".\\\"shop\\\".\\\"orders\\\"\", "
        "\"schema\": \"shop\", \"table\": \"orders\", \"kind\": \"INCREMENTAL_BY_TIME_RANGE\", "
        "\"dialect\": \"duckdb\", \"cron\": \"@hourly\", \"owner\": \"jo\", \"description\": "
        "\"All the orders\", \"time_column\": \"ds\", \"time_format\": \"%Y-%m-%d\", \"lookback\": "
        "2, \"batch_size\": 5, \"forward_only\": true, \"columns\": [{\"name\": \"id\", \"type\": "
        "\"int\"}, {\"name\": \"ds\", \"type\": \"date\"}], \"column_descriptions\": [{\"name\": "
        "\"id\", \"description\": \"the id's\"}], \"audits\": [{\"name\": \"not_null\", "
        "\"blocking\": true, \"arguments\": {\"columns\": \"(id, ds)\"}}], \"grains\": [\"id\"], "
        "\"partitioned_by\": [\"ds\", \"id\"], \"pre\": [{\"sql\": \"drop table x\"}], \"query\": "
        "\"select id, ds from raw.orders where ds between @start_ds and @end_ds\", "
        "\"on_virtual_update\": [{\"sql\": \"grant select on x to y\"}]}");

    (void)state;
    assert_string_equal(text, "/* All the orders */\n"
                              "MODEL (\n"
                              "  name shop.orders,\n"
                              "  owner jo,\n"
                              "  cron '@hourly',\n"
                              "  dialect duckdb,\n"
                              "  kind INCREMENTAL_BY_TIME_RANGE (\n"
                              "    time_column (ds, '%Y-%m-%d'),\n"
                              "    batch_size 5,\n"
                              "    lookback 2,\n"
                              "    forward_only TRUE\n"
                              "  ),\n"
                              "  partitioned_by (ds, id),\n"
                              "  columns (\n"
                              "    id INT,\n"
                              "    ds DATE\n"
                              "  ),\n"
                              "  column_descriptions (\n"
                              "    id = 'the id''s'\n"
                              "  ),\n"
                              "  audits (\n"
                              "    not_null(columns := (id, ds))\n"
                              "  ),\n"
                              "  grains (id)\n"
                              ")\n"
                              "DROP TABLE x\n"
                              "SELECT\n"
                              "  id,\n"
                              "  ds\n"
                              "FROM raw.orders\n"
                              "WHERE\n"
                              "  ds BETWEEN @start_ds AND @end_ds\n"
                              "ON_VIRTUAL_UPDATE_BEGIN\n"
                              "GRANT select on x to y\n"
                              "ON_VIRTUAL_UPDATE_END\n");
}

void test_a_seed_shows_its_settings_and_not_its_rows(void **state)
{
    g_autofree char *text = text_of(
        "{\"name\": \"shop.s\", \"fqn\": \"\\\"db\\\".\\\"shop\\\".\\\"s\\\"\", \"schema\": "
        "\"shop\", \"table\": \"s\", \"kind\": \"SEED\", \"dialect\": \"duckdb\", \"seed\": "
        "{\"path\": \"../seeds/s.csv\", \"content\": \"a;b\", \"delimiter\": \";\", "
        "\"doublequote\": true, \"keep_default_na\": true, \"batch_size\": 1000}}");

    (void)state;
    assert_string_equal(text, "MODEL (\n"
                              "  name shop.s,\n"
                              "  dialect duckdb,\n"
                              "  kind SEED (\n"
                              "    path '../seeds/s.csv',\n"
                              "    batch_size 1000,\n"
                              "    csv_settings (\n"
                              "      delimiter = ';'\n"
                              "    )\n"
                              "  )\n"
                              ")\n");
}

void test_a_query_that_cannot_be_read_is_shown_as_it_is(void **state)
{
    g_autofree char *text = text_of(
        "{\"name\": \"shop.v\", \"fqn\": \"\\\"shop\\\".\\\"v\\\"\", \"schema\": \"shop\", "
        "\"table\": \"v\", \"kind\": \"VIEW\", \"dialect\": \"duckdb\", \"query\": \"SELECT ((\"}");

    (void)state;
    assert_non_null(strstr(text, "\nSELECT ((\n"));
}

void test_what_is_no_definition_is_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = json_object();

    (void)state;
    assert_null(project_definition_text(json, &error));
    assert_non_null(error);
}
