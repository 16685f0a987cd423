/* cli_test.h -- commands as they are run, with what they print kept, beside a control plane that
 * answers from a script over real HTTP. */
#ifndef HEDDLE_TESTS_CLI_CLI_TEST_H
#define HEDDLE_TESTS_CLI_CLI_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/cli_int.h"

#include "base/redact.h"
#include "http/server.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUTES "/sqlmesh/acme/shop/" CLI_API

/* ---- what a command printed ---- */

struct said {
    int code;
    char *out, *err;
};

static inline void said_free(struct said *s)
{
    g_free(s->out);
    g_free(s->err);
    g_free(s);
}
typedef struct said said;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(said, said_free)

static inline char *text_of(int fd)
{
    GString *out = g_string_new(NULL);
    char buffer[4096];
    ssize_t n;

    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        g_string_append_len(out, buffer, n);
    close(fd);
    return g_string_free(out, FALSE);
}

static inline int scratch_file(void)
{
    char name[] = "/tmp/heddle-cli-XXXXXX";
    int fd = mkstemp(name);

    assert_true(fd >= 0);
    unlink(name);
    return fd;
}

static inline const struct cli_command *command_named(const char *name)
{
    const struct cli_command *c = cli_commands;

    while (c->name && strcmp(c->name, name) != 0)
        c++;
    assert_non_null(c->name);
    return c;
}

static inline bool no_plane(const struct config *config, struct cli_plane *plane, void *data,
                            GError **error)
{
    (void)config, (void)plane, (void)data;
    g_set_error_literal(error, cli_error(), ERROR_UNAVAILABLE, "There is no plane in this test.");
    return false;
}

/* Run `heddle` with these words (the command first) and this standard input. */
static inline struct said *run_words(const char *input, char **words)
{
    int in = scratch_file(), out = scratch_file(), err = scratch_file();
    int before[] = {dup(0), dup(1), dup(2)}, now[] = {in, out, err};
    struct cli_context context = {.start_plane = no_plane, .redactor = redactor_new()};
    struct said *s = g_new0(struct said, 1);

    assert_int_equal(write(in, input, strlen(input)), (ssize_t)strlen(input));
    lseek(in, 0, SEEK_SET);
    fflush(NULL);
    clearerr(stdin);
    for (int i = 0; i < 3; i++)
        dup2(now[i], i);
    s->code = cli_run(command_named(words[0]), &context, (int)g_strv_length(words), words);
    fflush(NULL);
    for (int i = 0; i < 3; i++) {
        dup2(before[i], i);
        close(before[i]);
    }
    close(in);
    s->out = text_of(out);
    s->err = text_of(err);
    redactor_free(context.redactor);
    return s;
}

static inline struct said *run(const char *first, ...) G_GNUC_NULL_TERMINATED;
static inline struct said *run(const char *first, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    va_list args;

    va_start(args, first);
    for (const char *w = first; w; w = va_arg(args, const char *))
        g_ptr_array_add(words, (char *)w);
    va_end(args);
    g_ptr_array_add(words, NULL);
    return run_words("", (char **)words->pdata);
}

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

/* ---- a control plane with a script ---- */

struct scripted {
    struct http_server *server;
    pthread_mutex_t lock;
    GHashTable *answers; /* "GET environments" -> GQueue of "STATUS JSON"; the last one stays */
    GString *calls;      /* "GET environments\n", with the query */
    json_t *last_body;
};
static struct scripted plane = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline void answer_call(struct http_call *c, void *data)
{
    const char *path = http_path(c) + strlen(ROUTES);
    g_autofree char *key = g_strdup_printf("%s %s", http_method(c), path);
    json_t *body = http_body(c)->len > 0 ? http_body_json(c, NULL) : NULL;
    const char *after = http_query(c, "after");
    g_autofree char *text = NULL;
    GQueue *queue;

    (void)data;
    pthread_mutex_lock(&plane.lock);
    g_string_append_printf(plane.calls, "%s%s%s\n", key, after ? "?after=" : "",
                           after ? after : "");
    if (body) {
        json_decref(plane.last_body);
        plane.last_body = body;
    }
    queue = g_hash_table_lookup(plane.answers, key);
    if (queue)
        text = queue->length > 1 ? g_queue_pop_head(queue) : g_strdup(g_queue_peek_head(queue));
    pthread_mutex_unlock(&plane.lock);
    if (text && g_str_has_prefix(text, "INT")) { /* Ctrl-C while this is waited for */
        kill(getpid(), SIGINT);
        g_usleep(500000);
        memcpy(text, "200", 3);
    }
    if (!text)
        http_reply_problem(c, 404, "not_found", "There is no %s.", path);
    else
        http_reply(c, (unsigned)atoi(text), "application/json", text + 4, strlen(text + 4));
}

static inline void give_token(struct http_call *c, void *data)
{
    (void)data;
    http_reply_json(
        c, 200, json_pack("{s:s, s:i}", "access_token", "a-token-of-the-test", "expires_in", 3600));
}

static inline bool admit(struct http_call *c, unsigned needs, void *data)
{
    (void)c, (void)needs, (void)data;
    return true;
}

static const struct http_route scripted_routes[] = {
    {"POST",        "/auth/token", 0, give_token, "A token.", NULL, NULL, 0},
    {"GET",            ROUTES "{a}", 0, answer_call, "A list.", NULL, NULL, 0},
    {"POST",   ROUTES "{a}", 0, answer_call, "A request.", NULL, NULL, 0},
    {"GET",         ROUTES "{a}/{b}", 0, answer_call, "One.", NULL, NULL, 0},
    {"POST",             ROUTES "{a}/{b}", 0, answer_call, "A lookup.", NULL, NULL, 0},
    {"DELETE",ROUTES "{a}/{b}", 0, answer_call, "An end.", NULL, NULL, 0},
    {"POST",  ROUTES "{a}/{b}/{c}", 0, answer_call, "A change.", NULL, NULL, 0},
    {0        },
};

static inline void free_queue(void *queue)
{
    g_queue_free_full(queue, g_free);
}

/* The next answer to this request: "200 {…}". */
static inline void script(const char *request, const char *answer)
{
    GQueue *queue = g_hash_table_lookup(plane.answers, request);

    if (!queue) {
        queue = g_queue_new();
        g_hash_table_insert(plane.answers, g_strdup(request), queue);
    }
    g_queue_push_tail(queue, g_strdup(answer));
}

static inline void start_plane(void)
{
    const struct http_server_settings settings = {
        .listen = "127.0.0.1:0", .routes = scripted_routes, .guard = admit};
    g_autofree char *url = NULL;
    sigset_t set, before;

    plane.answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_queue);
    plane.calls = g_string_new(NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    plane.server = http_server_start(&settings, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_non_null(plane.server);
    url = g_strdup_printf("http://127.0.0.1:%d/sqlmesh/acme/shop", http_server_port(plane.server));
    setenv("TCLOUD_URL", url, 1);
    setenv("TCLOUD_CLIENT_ID", "tester", 1);
    setenv("TCLOUD_CLIENT_SECRET", "the-secret-of-the-test", 1);
    unsetenv("TCLOUD_TOKEN_URL");
}

static inline void stop_plane(void)
{
    http_server_stop(plane.server);
    g_hash_table_unref(plane.answers);
    g_string_free(plane.calls, TRUE);
    json_decref(plane.last_body);
    plane.last_body = NULL;
    unsetenv("TCLOUD_URL");
}

/* ---- a folder of its own ---- */

static inline char *enter_scratch(void)
{
    char *folder = g_strdup("/tmp/heddle-cli-XXXXXX");

    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    return folder;
}

static inline void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        if (g_file_test(inner, G_FILE_TEST_IS_DIR) && !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
            remove_tree(inner);
        else
            unlink(inner);
    }
    if (dir)
        g_dir_close(dir);
    rmdir(path);
}

static inline void leave_scratch(char *folder)
{
    assert_int_equal(chdir("/"), 0);
    remove_tree(folder);
    g_free(folder);
}

#endif
