/* A new project's files. */
#include "cli_test.h"

static char *folder;

int setup(void **state)
{
    (void)state;
    folder = enter_scratch();
    return 0;
}

int teardown(void **state)
{
    (void)state;
    leave_scratch(folder);
    return 0;
}

static char *read_file(const char *path)
{
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("%s is not there", path);
    return text;
}

void test_a_project_is_written(void **state)
{
    g_autoptr(said) s = run("init", NULL);
    g_autofree char *config = NULL, *model = NULL;

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    config = read_file("config.yaml");
    model = read_file("models/library/loans.sql");
    assert_holds(config, "type: duckdb");
    assert_holds(model, "INCREMENTAL_BY_TIME_RANGE");
    assert_true(g_file_test("seeds/loans.csv", G_FILE_TEST_EXISTS));
    assert_true(g_file_test("audits/returned_after_lent.sql", G_FILE_TEST_EXISTS));
    assert_true(g_file_test("tests/test_popular_books.yaml", G_FILE_TEST_EXISTS));
}

void test_the_empty_one_has_no_models(void **state)
{
    g_autoptr(said) s = run("init", "postgres", "-t", "empty", NULL);
    g_autofree char *config = NULL;
    GDir *dir = g_dir_open("models", 0, NULL);

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    assert_non_null(dir);
    assert_null(g_dir_read_name(dir));
    g_dir_close(dir);
    config = read_file("config.yaml");
    assert_holds(config, "type: postgres");
}

void test_nothing_is_written_over(void **state)
{
    g_autoptr(said) s = NULL;
    g_autofree char *kept = NULL;

    (void)state;
    g_mkdir_with_parents("models/library", 0777);
    assert_true(g_file_set_contents("models/library/loans.sql", "mine", -1, NULL));
    s = run("init", NULL);
    assert_int_equal(s->code, CLI_FAILED);
    assert_holds(s->err, "models/library/loans.sql");
    kept = read_file("models/library/loans.sql");
    assert_string_equal(kept, "mine");
    assert_false(g_file_test("config.yaml", G_FILE_TEST_EXISTS));
    assert_false(g_file_test("seeds", G_FILE_TEST_EXISTS));
}

void test_a_project_in_any_form_is_in_the_way(void **state)
{
    static const char *const names[] = {"config.yaml", "config.yml", "config.py"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(said) s = NULL;

        assert_true(g_file_set_contents(names[i], "mine", -1, NULL));
        s = run("init", "-t", "empty", NULL);
        assert_int_equal(s->code, CLI_FAILED);
        assert_holds(s->err, names[i]);
        unlink(names[i]);
    }
}

void test_a_gitignore_stays_as_it_is(void **state)
{
    g_autoptr(said) s = NULL;
    g_autofree char *kept = NULL;

    (void)state;
    assert_true(g_file_set_contents(".gitignore", "mine", -1, NULL));
    s = run("init", NULL);
    assert_int_equal(s->code, CLI_DONE);
    kept = read_file(".gitignore");
    assert_string_equal(kept, "mine");
}

void test_engines_and_templates_that_are_not_there_are_refused(void **state)
{
    g_autoptr(said) engine = run("init", "oracle", NULL);
    g_autoptr(said) template = run("init", "-t", "dbt", NULL);

    (void)state;
    assert_int_equal(engine->code, CLI_USAGE);
    assert_holds(engine->err, "duckdb and postgres");
    assert_int_equal(template->code, CLI_USAGE);
    assert_holds(template->err, "default and empty");
}

void test_a_folder_without_a_project_says_where_one_is(void **state)
{
    g_autoptr(said) none = run("dag", NULL);
    g_autoptr(said) written = run("init", NULL), above = NULL;

    (void)state;
    assert_int_equal(none->code, CLI_FAILED);
    assert_holds(none->err, "it holds no config.yaml");
    assert_holds(none->err, "heddle init");
    assert_int_equal(written->code, CLI_DONE);
    above = run("dag", "-p", "models/library", NULL);
    assert_int_equal(above->code, CLI_FAILED);
    assert_holds(above->err, "is one; go there or say --paths");
}
