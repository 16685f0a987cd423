/* Commands that read a project: the example of `heddle init`, against a control plane that knows
 * nothing yet. */
#include "cli_test.h"

static char *folder;

int setup(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    folder = enter_scratch();
    s = run("init", NULL);
    start_plane();
    script("GET gateways", "200 {\"gateways\": [{\"name\": \"warehouse\", \"type\": \"duckdb\", "
                           "\"default_catalog\": \"warehouse\", \"is_default\": true}]}");
    script("POST snapshots/lookup", "200 {\"snapshots\": []}");
    return s->code;
}

int teardown(void **state)
{
    (void)state;
    stop_plane();
    leave_scratch(folder);
    return 0;
}

#define PROGRESS                                                                                   \
    "\"id\": \"p1\", \"kind\": \"plan\", \"environment\": \"prod\", \"started_ms\": 1, "           \
    "\"version\": 1"

void test_without_a_terminal_a_plan_is_shown_and_not_applied(void **state)
{
    static const char *const options[] = {"--skip-tests", "--no-prompts", "--json"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(said) s = run("plan", options[i], NULL);

        assert_int_equal(s->code, CLI_DECLINED);
        assert_holds(s->out, "library.loans");
        assert_holds(s->err, "there is nobody to ask");
        assert_holds(s->err, "--auto-apply");
        assert_holds(s->err, "--no-prompts");
        assert_lacks(plane.calls->str, "POST plans");
    }
}

void test_a_dry_run_changes_nothing_and_is_no_failure(void **state)
{
    g_autoptr(said) s = run("plan", "dev", "--dry-run", NULL);

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->out, "library__dev.popular_books");
    assert_holds(s->err, "does not run unit tests; 1 file in tests/ was left alone");
    assert_lacks(plane.calls->str, "POST plans");
}

void test_standalone_audits_are_named_and_left_alone(void **state)
{
    g_autoptr(said) planned = NULL, counted = NULL;

    (void)state;
    assert_true(g_file_set_contents(
        "audits/books.sql",
        "AUDIT (name no_books, standalone true); SELECT 1 AS a FROM library.books WHERE FALSE", -1,
        NULL));
    planned = run("plan", "dev", "--dry-run", NULL);
    counted = run("info", "--skip-connection", NULL);
    remove("audits/books.sql");
    assert_int_equal(planned->code, CLI_DONE);
    assert_holds(planned->err, "does not run standalone audits; left alone: no_books.");
    assert_holds(counted->out, "Standalone audits: 1, which are not run");
}

void test_json_is_all_of_stdout(void **state)
{
    g_autoptr(said) s = run("plan", "--dry-run", "--json", NULL);
    g_autoptr(json_t) json = json_parse(s->out, strlen(s->out), NULL);
    const json_t *plan = json_object_get(json, "plan");

    (void)state;
    assert_non_null(json);
    assert_string_equal(json_get_string(plan, "environment", ""), "prod");
    assert_int_equal(json_array_size(json_object_get(plan, "changes")), 5);
    assert_false(json_get_bool(json, "applied", true));
    assert_true(json_is_null(json_object_get(json, "result")));
}

void test_what_was_shown_is_posted_and_followed(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST plans", "200 {" PROGRESS ", \"status\": \"in_progress\"}");
    script("GET plans/p1", "200 {" PROGRESS ", \"status\": \"success\", \"ended_ms\": 5, "
                           "\"stages\": [{\"name\": \"promote\", \"total\": 5, \"done\": 5}]}");
    s = run("plan", "--auto-apply", "--no-prompts", "--no-gaps", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->out, "Environment `prod` is as planned.");
    assert_holds(s->err, "Updating virtual layer: 5 done");
    assert_int_equal(json_array_size(json_object_get(plane.last_body, "snapshots")), 5);
    assert_true(json_get_bool(plane.last_body, "no_gaps", false));
    assert_lacks(s->err, "the-secret-of-the-test");
}

void test_a_plan_that_came_too_late_says_to_plan_again(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST plans",
           "409 {\"error\": \"conflict\", \"message\": \"The environment has changed.\"}");
    s = run("plan", "--auto-apply", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->err, "Error: The environment has changed.\nhint: plan again");
}

void test_a_plan_before_any_gateway_says_the_servers_sentence(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST plans", "422 {\"error\": \"invalid\", \"message\": \"No executor has reported a "
                         "gateway yet.\"}");
    s = run("plan", "--auto-apply", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->err, "Error: No executor has reported a gateway yet.");
}

void test_uncategorized_changes_need_a_person(void **state)
{
    g_autoptr(said) s = run("plan", "Dev-1", "--dry-run", "--no-auto-categorization", NULL);

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(plane.calls->str, "GET environments/dev_1\n");
}

void test_a_difference_is_exit_code_1(void **state)
{
    g_autoptr(said) s = run("diff", "prod", NULL);

    (void)state;
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->out, "library.loans");
    assert_string_equal(s->err, "");
}

void test_the_graph_as_text_json_and_page(void **state)
{
    g_autoptr(said) text = run("dag", NULL);
    g_autoptr(said) some = run("dag", "--json", "--select-model", "raw.*", NULL);
    g_autoptr(said) page = run("dag", "graph.html", NULL);
    g_autoptr(json_t) json = json_parse(some->out, strlen(some->out), NULL);
    g_autofree char *html = NULL;

    (void)state;
    assert_int_equal(text->code, CLI_DONE);
    assert_holds(text->out, "library.popular_books (FULL) <- library.loans\n");
    assert_holds(text->out, "raw.books (SEED)\n");
    assert_int_equal(json_array_size(json_object_get(json, "nodes")), 2);
    assert_int_equal(page->code, CLI_DONE);
    assert_string_equal(page->out, "");
    assert_true(g_file_get_contents("graph.html", &html, NULL, NULL));
    assert_holds(html, ">library.popular_books</text>");
    assert_lacks(html, "<script");
}

void test_a_query_is_rendered_with_its_times(void **state)
{
    g_autoptr(said) s =
        run("render", "library.loans", "-s", "2026-01-01", "-e", "2026-01-31", "--no-format", NULL);
    g_autoptr(said) other = run("render", "library.loans", "--dialect", "snowflake", NULL);
    g_autoptr(said) wrong = run("render", "library.loan", NULL);
    g_autoptr(said) said_there =
        run("render", "library.loans", "--dialect", "postgres", "--no-format", NULL);

    (void)state;
    assert_int_equal(said_there->code, CLI_DONE);
    assert_holds(said_there->out, "BETWEEN CAST('1970-01-01' AS DATE)");
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->out, "BETWEEN CAST('2026-01-01' AS DATE) AND CAST('2026-01-31' AS DATE)");
    assert_int_equal(other->code, CLI_FAILED);
    assert_holds(other->err, "does not translate");
    assert_int_equal(wrong->code, CLI_FAILED);
    assert_holds(wrong->err, "library.loans");
}

void test_models_without_a_table_stand_there_as_queries(void **state)
{
    g_autoptr(said) s = NULL;

    (void)state;
    script("POST queries", "200 {\"columns\": [{\"name\": \"title\"}], \"rows\": []}");
    s = run("evaluate", "library.popular_books", "--limit", "3", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(json_get_string(plane.last_body, "sql", ""), "LIMIT 3");
    assert_holds(json_get_string(plane.last_body, "sql", ""), "returned_on");
}

void test_an_audit_needs_a_table(void **state)
{
    g_autoptr(said) s = run("audit", "--model", "library.loans", NULL);

    (void)state;
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->err, "has no table at the version in its file");
    assert_holds(s->err, "heddle plan");
}

void test_models_are_counted_and_the_warehouse_tried(void **state)
{
    g_autoptr(said) s = NULL, failed = NULL;

    (void)state;
    script("POST queries", "200 {\"columns\": [{\"name\": \"n\"}], \"rows\": [[1]]}");
    s = run("info", NULL);
    assert_int_equal(s->code, CLI_DONE);
    assert_string_equal(s->out, "Models: 5\nMacros: 0\nThe data warehouse answers.\n");
    script("POST queries", "504 {\"error\": \"unavailable\", \"message\": \"Nobody took it.\"}");
    failed = run("info", NULL);
    said_free(failed);
    failed = run("info", NULL);
    assert_int_equal(failed->code, CLI_UNAVAILABLE);
    assert_holds(failed->err, "The data warehouse was not reached:");
    assert_holds(failed->err, "Nobody took it.");
}
