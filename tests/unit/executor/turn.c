#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "executor/turn.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

int setup(void **state)
{
    (void)state;
    g_strlcpy(folder, "/tmp/heddle-turn-XXXXXX", sizeof folder);
    return g_mkdtemp(folder) ? 0 : -1;
}

int teardown(void **state)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", folder);

    (void)state;
    return g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL) ? 0 : -1;
}

static struct turn *turn_at(const char *a, const char *b)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(files, g_build_filename(folder, a, NULL));
    if (b)
        g_ptr_array_add(files, g_build_filename(folder, b, NULL));
    return executor__turn_new(files);
}

void test_one_has_the_turn_and_the_other_waits(void **state)
{
    struct turn *a = turn_at("x.db", NULL), *b = turn_at("x.db", NULL);
    g_autofree char *holder = NULL;

    (void)state;
    assert_int_equal(executor__turn_try(a, 1000, NULL), TURN_HELD);
    executor__turn_sign(a, "apply executor one");
    assert_false(executor__turn_wanted(a, 0, 1000));
    assert_int_equal(executor__turn_try(b, 2000, NULL), TURN_WAITS);
    holder = executor__turn_holder(b);
    assert_string_equal(holder, "apply executor one");
    assert_false(executor__turn_wanted(a, 1000, 2999));
    assert_true(executor__turn_wanted(a, 1000, 3000));
    executor__turn_release(a);
    assert_int_equal(executor__turn_try(b, 3001, NULL), TURN_HELD);
    executor__turn_free(a);
    executor__turn_free(b);
}

void test_who_gives_way_comes_after_who_waited(void **state)
{
    struct turn *a = turn_at("x.db", NULL), *b = turn_at("x.db", NULL);

    (void)state;
    assert_int_equal(executor__turn_try(a, 0, NULL), TURN_HELD);
    assert_int_equal(executor__turn_try(b, 10, NULL), TURN_WAITS);
    executor__turn_release(a);
    assert_int_equal(executor__turn_try(a, 20, NULL), TURN_WAITS);
    assert_int_equal(executor__turn_try(b, 30, NULL), TURN_HELD);
    assert_int_equal(executor__turn_try(a, 40, NULL), TURN_WAITS);
    assert_true(executor__turn_wanted(b, 0, 40));
    executor__turn_free(a);
    executor__turn_free(b);
}

void test_two_files_are_one_turn(void **state)
{
    struct turn *both = turn_at("x.db", "y.db"), *one = turn_at("y.db", NULL);

    (void)state;
    assert_int_equal(executor__turn_try(one, 0, NULL), TURN_HELD);
    assert_int_equal(executor__turn_try(both, 0, NULL), TURN_WAITS);
    assert_true(executor__turn_wanted(one, 0, 0));
    executor__turn_release(both); /* no longer waits */
    assert_false(executor__turn_wanted(one, 0, 0));
    executor__turn_release(one);
    assert_int_equal(executor__turn_try(both, 0, NULL), TURN_HELD);
    executor__turn_free(both);
    executor__turn_free(one);
}

void test_a_process_that_is_killed_holds_nothing(void **state)
{
    struct turn *mine = turn_at("x.db", NULL);
    int ready[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct turn *t = turn_at("x.db", NULL);
        bool held = executor__turn_try(t, 0, NULL) == TURN_HELD;

        if (write(ready[1], held ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(executor__turn_try(mine, 0, NULL), TURN_WAITS);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(executor__turn_try(mine, 0, NULL), TURN_HELD);
    executor__turn_free(mine);
    close(ready[0]);
    close(ready[1]);
}

static guint files_of(const char *connection, const char *first)
{
    g_autoptr(json_t) json = json_loads(connection, 0, NULL);
    g_autoptr(GPtrArray) files = executor__turn_files(json);

    if (first)
        assert_string_equal(files->pdata[0], first);
    return files->len;
}

void test_the_files_of_a_connection(void **state)
{
    (void)state;
    assert_int_equal(files_of("{}", NULL), 0);
    assert_int_equal(files_of("{\"database\": \":memory:\"}", NULL), 0);
    assert_int_equal(files_of("{\"database\": \"/b/../a.db\"}", "/a.db"), 1);
    assert_int_equal(files_of("{\"catalogs\": {\"x\": \"/z.db\", \"y\": {\"type\": \"duckdb\", "
                              "\"path\": \"/c.db\"}, \"p\": {\"type\": \"postgres\", \"path\": "
                              "\"host=x\"}, \"m\": \":memory:\"}}",
                              "/c.db"),
                     2);
}

void test_a_folder_one_cannot_write_to_is_said(void **state)
{
    struct turn *t = turn_at("nowhere/x.db", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(executor__turn_try(t, 0, &error), TURN_FAILED);
    assert_non_null(strstr(error->message, "nowhere/x.db.heddle-lock"));
    assert_non_null(strstr(error->message, "hint: "));
    executor__turn_free(t);
}
