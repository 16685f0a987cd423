#include "local/local_test.h"

int setup(void **state)
{
    return make_project(state);
}

int teardown(void **state)
{
    return drop_project(state);
}

struct held {
    pid_t pid;
    int end; /* close it to let the process go */
};

/* Another process that takes the folder, and tells where its plane is when `url` is given. */
static struct held hold(const char *project, const char *url)
{
    int ready[2], end[2];
    struct held held;
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    held.pid = fork();
    if (held.pid == 0) {
        struct folder f = {0};
        struct cli_plane none = {0}, plane = {(char *)url, (char *)"token"};

        close(end[1]);
        if (!local__folder_open(&f, project, NULL) || !local__folder_take(&f, &none, NULL) ||
            (url && !local__folder_tell(&f, &plane, NULL)))
            _exit(1);
        (void)!write(ready[1], "x", 1);
        (void)!read(end[0], &byte, 1);
        local__folder_close(&f);
        _exit(0);
    }
    close(end[0]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    held.end = end[1];
    return held;
}

static void let_go(struct held *held)
{
    close(held->end);
    assert_int_equal(waitpid(held->pid, NULL, 0), held->pid);
}

static void take(struct folder *f, const char *project, struct cli_plane *running)
{
    OK(local__folder_open(f, project, &error));
    OK(local__folder_take(f, running, &error));
}

void test_a_new_folder_is_for_its_owner_and_not_for_git(void **state)
{
    struct folder f = {0};
    struct cli_plane none = {0}, plane = {(char *)"http://x", (char *)"secret"};
    g_autofree char *ignored = NULL;

    take(&f, *state, &none);
    assert_null(none.url);
    OK(local__folder_tell(&f, &plane, &error));
    assert_int_equal(mode_of(*state, ".heddle"), 0700);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), 0600);
    assert_int_equal(mode_of(*state, ".heddle/lock"), 0600);
    ignored = local__folder_file(&f, ".gitignore");
    {
        g_autofree char *text = NULL;

        OK(g_file_get_contents(ignored, &text, NULL, &error));
        assert_string_equal(text, "*\n");
    }
    local__folder_close(&f);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), -1);
}

void test_a_running_dev_is_found_at_once(void **state)
{
    struct held dev = hold(*state, "http://127.0.0.1:1/sqlmesh/local/project");
    struct cli_plane running = {0};
    struct folder f = {0};
    int64_t since = clock_monotonic_ms();

    take(&f, *state, &running);
    assert_string_equal(running.url, "http://127.0.0.1:1/sqlmesh/local/project");
    assert_string_equal(running.token, "token");
    assert_in_range(clock_monotonic_ms() - since, 0, 500);
    g_free(running.url);
    g_free(running.token);
    local__folder_close(&f);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), 0600); /* the dev's */
    let_go(&dev);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), -1);
}

void test_a_command_waits_for_the_one_before(void **state)
{
    struct held command = hold(*state, NULL);
    struct cli_plane running = {0};
    struct folder f = {0};
    int64_t since = clock_monotonic_ms();
    pid_t releaser = fork();

    if (releaser == 0) {
        usleep(200000);
        kill(command.pid, SIGKILL);
        _exit(0);
    }
    take(&f, *state, &running);
    assert_null(running.url);
    assert_in_range(clock_monotonic_ms() - since, 150, 5000);
    waitpid(releaser, NULL, 0);
    let_go(&command);
    local__folder_close(&f);
}

void test_waiting_for_another_command_can_be_interrupted(void **state)
{
    struct held command = hold(*state, NULL);
    struct cli_plane running = {0};
    struct folder f = {0};
    g_autoptr(GError) error = NULL;
    int64_t since = clock_monotonic_ms();

    local__block_signals();
    assert_int_equal(kill(getpid(), SIGINT), 0);
    OK(local__folder_open(&f, *state, &error));
    alarm(20); /* what would otherwise wait for ever */
    assert_false(local__folder_take(&f, &running, &error));
    alarm(0);
    assert_int_equal(error->code, ERROR_CANCELLED);
    assert_in_range(clock_monotonic_ms() - since, 0, 5000);
    assert_int_equal(local__wait_signal(), SIGINT);
    local__folder_close(&f);
    let_go(&command);
}

void test_a_dev_that_crashed_blocks_nobody(void **state)
{
    struct held dev = hold(*state, "http://127.0.0.1:1/sqlmesh/local/project");
    struct cli_plane running = {0};
    struct folder f = {0};

    kill(dev.pid, SIGKILL);
    let_go(&dev);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), 0600); /* left behind */
    take(&f, *state, &running);
    assert_null(running.url);
    assert_int_equal(mode_of(*state, ".heddle/plane.json"), -1);
    local__folder_close(&f);
}

/* What a crashed dev left is not taken for the word of the command that has the folder now. */
void test_an_old_plane_is_not_believed(void **state)
{
    struct held dev = hold(*state, "http://127.0.0.1:1/sqlmesh/local/project"), command;
    struct cli_plane running = {0};
    struct folder f = {0};
    pid_t releaser;

    kill(dev.pid, SIGKILL);
    let_go(&dev);
    command = hold(*state, NULL);
    releaser = fork();
    if (releaser == 0) {
        usleep(100000);
        kill(command.pid, SIGKILL);
        _exit(0);
    }
    take(&f, *state, &running);
    assert_null(running.url);
    waitpid(releaser, NULL, 0);
    let_go(&command);
    local__folder_close(&f);
}

void test_a_folder_that_cannot_be_made_is_an_error_with_its_reason(void **state)
{
    struct folder f = {0};
    GError *error = NULL;

    (void)state;
    assert_false(local__folder_open(&f, "/proc/1/nowhere", &error));
    assert_non_null(strstr(error->message, "/proc/1/nowhere/.heddle cannot be made"));
    assert_non_null(strstr(error->message, "hint: "));
    g_error_free(error);
    local__folder_close(&f);
}
