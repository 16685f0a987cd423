/* Commands that only ask a control plane. */
#include "cli_test.h"

static char *folder;

int setup(void **state)
{
    (void)state;
    folder = enter_scratch();
    start_plane();
    return 0;
}

int teardown(void **state)
{
    (void)state;
    stop_plane();
    leave_scratch(folder);
    return 0;
}

#define PROGRESS "\"kind\": \"run\", \"environment\": \"prod\", \"started_ms\": 1"

void test_environments_are_listed_with_their_expiry(void **state)
{
    g_autoptr(said) text = NULL, json = NULL;
    g_autoptr(json_t) list = NULL;

    (void)state;
    script("GET environments",
           "200 {\"environments\": ["
           "{\"name\": \"prod\", \"suffix_target\": \"schema\", \"finalized_ms\": 1},"
           "{\"name\": \"dev\", \"suffix_target\": \"schema\", \"finalized_ms\": 1,"
           " \"expiration_ms\": 1796083200000, \"paused_by\": \"ann\"}]}");
    text = run("environments", NULL);
    assert_int_equal(text->code, CLI_DONE);
    assert_string_equal(text->out, "Number of environments: 2\n"
                                   "prod - No Expiry\n"
                                   "dev - 2026-12-01 00:00:00 (paused by ann)\n");
    json = run("environments", "--json", NULL);
    list = json_parse(json->out, strlen(json->out), NULL);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_get_string(json_array_get(list, 1), "name", ""), "dev");
}

void test_rows_of_a_query_are_shown(void **state)
{
    g_autoptr(said) table = NULL, json = NULL;

    (void)state;
    script("POST queries", "200 {\"columns\": [{\"name\": \"n\", \"type\": \"BIGINT\"}],"
                           " \"rows\": [[1], [22]], \"truncated\": true}");
    table = run("fetchdf", "SELECT n FROM a", NULL);
    assert_int_equal(table->code, CLI_DONE);
    assert_string_equal(table->out, " n\n──\n 1\n22\n");
    assert_holds(table->err, "the first 2 rows; there are more");
    assert_string_equal(json_get_string(plane.last_body, "sql", ""), "SELECT n FROM a");
    json = run("fetchdf", "--json", "--limit", "2", "SELECT n FROM a", NULL);
    assert_holds(json->out, "\"n\": 22");
    assert_string_equal(json->err, "");
    assert_int_equal(json_get_int(plane.last_body, "max_rows", 0), 2);
}

void test_a_query_can_come_from_stdin(void **state)
{
    char *words[] = {(char *)"fetchdf", (char *)"-", NULL};
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST queries", "200 {\"columns\": [{\"name\": \"n\"}], \"rows\": []}");
    s = run_words("SELECT 5 AS n\n", words);
    assert_int_equal(s->code, CLI_DONE);
    assert_string_equal(json_get_string(plane.last_body, "sql", ""), "SELECT 5 AS n\n");
}

void test_a_refused_query_says_the_servers_own_words(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST queries",
           "422 {\"error\": \"invalid\", \"message\": \"No such table the-secret-of-the-test.\"}");
    s = run("fetchdf", "SELECT 1", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_string_equal(s->out, "");
    assert_string_equal(s->err, "Error: No such table ***.\n");
}

void test_with_json_an_error_is_json_too(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    s = run("render", "no.such.model", "--no-such-option", "--json", NULL);
    assert_int_equal(s->code, CLI_USAGE);
    assert_string_equal(s->out, "");
    assert_string_equal(
        s->err, "{\"error\":{\"code\":\"usage\",\"message\":\"Unknown option "
                "--no-such-option\\nhint: see heddle render --help.\",\"file\":null,\"line\":null,"
                "\"column\":null,\"what\":\"Unknown option --no-such-option\",\"why\":null,"
                "\"source\":null,\"hint\":\"see heddle render --help.\"}}\n");
}

void test_a_silent_control_plane_has_its_exit_code(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("GET environments",
           "503 {\"error\": \"unavailable\", \"message\": \"It is being updated.\"}");
    s = run("environments", NULL);
    assert_int_equal(s->code, CLI_UNAVAILABLE);
    setenv("TCLOUD_URL", "http://127.0.0.1:1/sqlmesh/acme/shop", 1);
    said_free(s);
    s = run("environments", NULL);
    assert_int_equal(s->code, CLI_UNAVAILABLE);
}

void test_a_run_is_followed_to_its_end(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST runs", "200 {\"id\": \"r1\", " PROGRESS
                        ", \"status\": \"in_progress\", \"version\": 1, \"stages\": [{\"name\": "
                        "\"evaluate\", \"total\": 2, \"done\": 0}]}");
    script("GET runs/r1",
           "200 {\"id\": \"r1\", " PROGRESS
           ", \"status\": \"in_progress\", \"version\": 4, \"stages\": [{\"name\": \"evaluate\", "
           "\"total\": 2, \"done\": 1}], \"events\": [{\"task_kind\": \"evaluate\", "
           "\"snapshot_name\": \"\\\"w\\\".\\\"shop\\\".\\\"sales\\\"\", \"status\": \"success\", "
           "\"interval_start_ms\": 0, \"interval_end_ms\": 86400000, \"rows\": 7, \"seconds\": "
           "0.25}]}");
    script("GET runs/r1",
           "200 {\"id\": \"r1\", " PROGRESS
           ", \"status\": \"success\", \"version\": 6, \"ended_ms\": 9, \"stages\": [{\"name\": "
           "\"evaluate\", \"total\": 2, \"done\": 2}]}");
    script("GET gateways", "200 {\"gateways\": [{\"name\": \"main\", \"type\": \"duckdb\", "
                           "\"default_catalog\": \"w\", \"is_default\": true}]}");
    s = run("run", "--execution-time", "2026-01-01", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_string_equal(s->out, "Run finished.\n");
    assert_string_equal(s->err, "[1/2] shop.sales  [1970-01-01 - 1970-01-01, 7 rows]  0.25s\n"
                                "Executing model batches: 2 done\n");
    assert_holds(plane.calls->str, "GET runs/r1?after=1\nGET runs/r1?after=4\n");
    assert_string_equal(json_get_string(plane.last_body, "environment", ""), "prod");
    assert_string_equal(json_get_string(plane.last_body, "trigger", ""), "cli");
}

void test_what_failed_is_told_with_model_interval_and_reason(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("GET gateways", "200 {\"gateways\": [{\"name\": \"main\", \"type\": \"duckdb\", "
                           "\"default_catalog\": \"w\", \"is_default\": true}]}");
    script("POST runs",
           "200 {\"id\": \"r1\", " PROGRESS
           ", \"status\": \"failed\", \"version\": 6, \"ended_ms\": 9, \"stages\": [{\"name\": "
           "\"evaluate\", \"total\": 3, \"done\": 1, \"failed\": 1, \"cancelled\": 1}], "
           "\"failures\": [{\"task_kind\": \"evaluate\", \"snapshot_name\": "
           "\"\\\"w\\\".\\\"shop\\\".\\\"sales\\\"\", \"interval_start_ms\": 0, "
           "\"interval_end_ms\": 86400000, \"attempts\": 3, \"message\": \"No table x.\\nLINE "
           "1\"}]}");
    s = run("run", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_string_equal(s->out, "");
    assert_holds(s->err, "Failed: evaluate shop.sales [1970");
    assert_holds(s->err, "[1970-01-01 - 1970-01-01], after 3 attempts\n"
                         "    No table x.\n    LINE 1\n");
    assert_holds(s->err, "Error: The run r1 failed: 1 of 3 tasks done, 1 failed, 1 cancelled.");
}

void test_nothing_due_says_when_something_will_be(void **state)
{
    g_autoptr(said) s = NULL, coded = NULL;

    (void)state;
    script("POST runs", "200 {\"id\": \"r1\", " PROGRESS
                        ", \"status\": \"skipped\", \"version\": 1, \"ended_ms\": 9}");
    s = run("run", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->out, "Nothing is due");
    coded = run("run", "--exit-code", NULL);
    assert_int_equal(coded->code, CLI_NOTHING);
}

void test_an_outage_while_following_is_waited_out(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST runs",
           "200 {\"id\": \"r1\", " PROGRESS ", \"status\": \"in_progress\", \"version\": 1}");
    script("GET runs/r1", "503 {\"error\": \"unavailable\", \"message\": \"Restarting.\"}");
    script("GET runs/r1", "200 {\"id\": \"r1\", " PROGRESS
                          ", \"status\": \"success\", \"version\": 2, \"ended_ms\": 9}");
    s = run("run", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->err, "The control plane does not answer; trying again.");
}

void test_ctrl_c_cancels_at_the_control_plane(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST runs",
           "200 {\"id\": \"r1\", " PROGRESS ", \"status\": \"in_progress\", \"version\": 1}");
    script("GET runs/r1", "INT {}");
    script("GET runs/r1", "200 {\"id\": \"r1\", " PROGRESS
                          ", \"status\": \"aborted\", \"version\": 3, \"ended_ms\": 9}");
    script("POST runs/r1/cancel",
           "200 {\"id\": \"r1\", " PROGRESS ", \"status\": \"in_progress\", \"version\": 2}");
    s = run("run", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(plane.calls->str, "POST runs/r1/cancel\n");
    assert_holds(s->err, "The run is being cancelled");
    assert_holds(s->err, "The run r1 was cancelled");
}

void test_a_second_ctrl_c_leaves(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST runs",
           "200 {\"id\": \"r1\", " PROGRESS ", \"status\": \"in_progress\", \"version\": 1}");
    script("GET runs/r1", "INT {}");
    script("POST runs/r1/cancel",
           "200 {\"id\": \"r1\", " PROGRESS ", \"status\": \"in_progress\", \"version\": 2}");
    s = run("run", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->err, "Left without waiting; the run r1 is still being stopped.");
}

void test_an_environment_is_invalidated(void **state)
{
    g_autoptr(said) done = NULL, missing = NULL;

    (void)state;
    script("DELETE environments/dev", "200 {}");
    done = run("invalidate", "dev", NULL);
    assert_int_equal(done->code, CLI_DONE);
    assert_holds(done->out, "'dev'");
    missing = run("invalidate", "a b", NULL);
    assert_int_equal(missing->code, CLI_FAILED);
    assert_holds(missing->err, "There is no environments/a%20b.");
}

void test_the_janitor_tells_whether_there_was_something(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST janitor", "200 {\"id\": \"j1\", \"kind\": \"janitor\", \"status\": \"skipped\", "
                           "\"version\": 0, \"started_ms\": 1, \"ended_ms\": 1}");
    s = run("janitor", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_string_equal(s->out, "There was nothing to clean up.\n");
}
