/* Opening a real DuckDB: a file two want, catalogs, parameters, drivers, settings. */
#include "duckdb_test.h"

#include <sys/wait.h>
#include <unistd.h>

static GError *refused(json_t *connection)
{
    GError *error = NULL;

    assert_null(warehouse_open("duckdb", connection, &error));
    json_decref(connection);
    return error;
}

/* Open the file in a process of its own; the code of the error, 0 when it opens. */
static int code_elsewhere(const char *path)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        GError *error = NULL;
        struct warehouse *w = open_file(path, &error);

        _exit(w ? 0 : error->code);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

void test_a_file_held_by_another_process_is_busy(void **state)
{
    g_autofree char *path = file_name();
    int ready[2], done[2];
    char byte = 0;
    pid_t pid;
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(pipe(ready) + pipe(done), 0);
    pid = fork();
    if (pid == 0) {
        struct warehouse *w = open_file(path, NULL);

        if (!w || write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1)
            _exit(1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_null(open_file(path, &error));
    assert_true(error_is(error, ERROR_BUSY));
    assert_int_equal(write(done[1], &byte, 1), 1);
    waitpid(pid, NULL, 0);
    unlink(path);
}

void test_a_closed_file_is_free_for_another_process(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 1 AS i");
    warehouse_close(w);
    assert_int_equal(code_elsewhere(path), 0);
    unlink(path);
}

void test_the_holder_of_a_busy_file_is_named(void **state)
{
    g_autofree char *path = file_name();
    g_autofree char *holder = NULL;
    int ready[2], done[2];
    char byte = 0;
    pid_t pid;
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(pipe(ready) + pipe(done), 0);
    pid = fork();
    if (pid == 0) {
        struct warehouse *w = open_file(path, NULL);

        close(done[1]);
        if (!w || write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 0)
            _exit(1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_null(open_file(path, &error));
    holder = g_strdup_printf("PID %d", (int)pid);
    assert_non_null(strstr(error->message, holder));
    assert_non_null(strstr(error->message, "hint: "));
    close(done[1]);
    waitpid(pid, NULL, 0);
    unlink(path);
}

void test_catalogs_are_attached_and_the_first_is_used(void **state)
{
    g_autoptr(json_t) connection =
        json_pack("{s:{s:s, s:{s:s}}}", "catalogs", "one", ":memory:", "two", "path", ":memory:");
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, NULL);
    g_autofree char *catalog = warehouse_default_catalog(w, NULL);

    (void)state;
    assert_string_equal(catalog, "one");
    execute(w, "CREATE TABLE two.main.t AS SELECT 1 AS i");
}

void test_a_database_and_catalogs_exclude_each_other(void **state)
{
    g_autoptr(GError) error =
        refused(json_pack("{s:s, s:{s:s}}", "database", ":memory:", "catalogs", "a", ":memory:"));

    (void)state;
    assert_int_equal(error->code, ERROR_INVALID);
}

void test_catalogs_may_be_read_only_quoted_and_given_as_text(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);
    g_autofree char *text = g_strdup_printf("{\"memory\": \":memory:\", \"\\\"My cat\\\"\": "
                                            "{\"path\": \"%s\", \"read_only\": true}}",
                                            path);
    g_autoptr(json_t) connection = json_pack("{s:s}", "catalogs", text);
    g_autoptr(GError) error = NULL;
    int64_t n = 0;

    (void)state;
    execute(w, "CREATE TABLE t AS SELECT 5 AS i");
    warehouse_close(w);
    w = warehouse_open("duckdb", connection, &error);
    if (!w)
        fail_msg("%s", error->message);
    assert_true(warehouse_number(w, "SELECT i FROM \"My cat\".main.t", &n, NULL));
    assert_int_equal(n, 5);
    assert_false(warehouse_execute(w, "DROP TABLE \"My cat\".main.t", NULL, &error));
    assert_non_null(strstr(error->message, "read-only"));
    warehouse_close(w);
    unlink(path);
}

void test_an_unknown_parameter_is_named_with_the_nearest(void **state)
{
    g_autoptr(json_t) connection = json_pack("{s:s}", "databse", "x.db");
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(warehouse_open("duckdb", connection, &error));
    assert_string_equal(error->message, "A connection of type duckdb has no parameter "
                                        "\"databse\".\nhint: did you mean \"database\"?");
}

void test_a_type_without_a_driver_is_refused_with_those_there_are(void **state)
{
    g_autoptr(json_t) connection = json_object();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) types = warehouse_types_available();

    (void)state;
    assert_null(warehouse_open("snowflake", connection, &error));
    assert_int_equal(error->code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, "snowflake"));
    assert_non_null(strstr(error->message, "duckdb"));
    assert_true(g_strv_contains((const char *const *)types, "duckdb"));
}

void test_drivers_are_looked_for_in_the_folders_named_first(void **state)
{
    g_autoptr(json_t) connection = json_object();
    g_autofree char *folder = g_dir_make_tmp("heddle-drivers-XXXXXX", NULL);
    g_autofree char *driver = g_build_filename(folder, "libduckdb.so", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(g_file_set_contents(driver, "no library", -1, NULL));
    g_setenv("HEDDLE_DRIVERS", folder, TRUE);
    assert_null(warehouse_open("duckdb", connection, &error));
    g_unsetenv("HEDDLE_DRIVERS");
    assert_int_equal(error->code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error->message, driver));
    unlink(driver);
    rmdir(folder);
}

void test_settings_are_made_and_wrong_ones_named(void **state)
{
    g_autoptr(json_t) connection = json_pack("{s:{s:i, s:b}}", "connector_config", "threads", 1,
                                             "preserve_insertion_order", 0);
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, NULL);
    g_autofree char *order = text_of(w, "SELECT current_setting('preserve_insertion_order')");
    g_autoptr(GError) error =
        refused(json_pack("{s:{s:s}}", "connector_config", "no_such_setting", "x"));

    (void)state;
    assert_string_equal(order, "false");
    assert_non_null(strstr(error->message, "no_such_setting"));
}

void test_built_in_extensions_load_without_a_network(void **state)
{
    g_autoptr(json_t) connection =
        json_pack("{s:[s, {s:s}]}", "extensions", "json", "name", "parquet");
    g_autoptr(GError) error = NULL;
    g_autoptr(warehouse) w = warehouse_open("duckdb", connection, &error);

    (void)state;
    if (!w)
        fail_msg("%s", error->message);
}

void test_an_error_of_a_secret_does_not_show_it(void **state)
{
    g_autoptr(GError) error = refused(json_pack("{s:{s:{s:s, s:s}}}", "secrets", "mine", "type",
                                                "no_such_type", "secret", "hunter2hunter2"));

    (void)state;
    assert_non_null(strstr(error->message, "mine"));
    assert_null(strstr(error->message, "hunter2"));
    assert_null(strstr(error->message, "statement: "));
}

void test_rows_that_outlive_their_connection_say_so(void **state)
{
    g_autofree char *path = file_name();
    struct warehouse *w = open_file(path, NULL);
    struct warehouse_rows *r = warehouse_query(w, "SELECT * FROM range(100000)", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(warehouse_next(r, NULL));
    warehouse_close(w);
    assert_int_equal(code_elsewhere(path), 0);
    assert_null(warehouse_value(r, 0));
    assert_false(warehouse_next(r, &error));
    assert_non_null(error);
    warehouse_rows_free(r);
    unlink(path);
}
