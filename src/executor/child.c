#define _GNU_SOURCE /* pipe2, SCHED_BATCH */
#include "executor/child.h"

#include "base/clock.h"
#include "base/limits.h"
#include "executor/executor.h"
#include "executor/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEND_PATIENCE_MS 60000
#define MAX_LINE         (2 * MAX_HTTP_BODY) /* a query's rows, or a seed */
#define MAX_PRINTED_LINE 8192

extern char **environ;

struct child {
    pid_t pid;
    int fd, log, out; /* the socket; the pipe of log lines; its standard output and error */
    GString *said, *logged, *printed;
    size_t looked; /* of `said`: no end of line before */
    bool dead;
};

/* The ends of both sides, before there is a worker. */
struct channels {
    int sockets[2], log[2], out[2];
};

/* DuckDB plans a statement in thousands of small pieces of memory: a thread of a worker keeps more
 * of those it has given back than the seven of a size that glibc has it keep, which makes small
 * statements 5 % faster. Whoever sets this himself is not overruled. */
static const char tunables[] = "GLIBC_TUNABLES=glibc.malloc.tcache_count=1000";

/* Everything but what only the supervisor needs to know. */
static char **worker_environment(void)
{
    GPtrArray *list = g_ptr_array_new();

    if (!g_getenv("GLIBC_TUNABLES"))
        g_ptr_array_add(list, (char *)tunables); /* nobody writes to it */
    for (char **v = environ; *v; v++)
        if (!g_str_has_prefix(*v, "TCLOUD_") && g_ascii_strncasecmp(*v, "SQLMESH__", 9) != 0 &&
            !g_str_has_prefix(*v, "HEDDLE_SECRETS_DIR="))
            g_ptr_array_add(list, *v);
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

void executor_step_back(void)
{
    const struct sched_param none = {0};

    if (sched_getscheduler(0) == SCHED_OTHER)
        sched_setscheduler(0, SCHED_BATCH, &none); /* where that is not allowed, all are alike */
}

/* A worker does not step back. */
static void set_policy(posix_spawnattr_t *a, short *flags)
{
    const struct sched_param none = {0};

    if (sched_getscheduler(0) != SCHED_BATCH)
        return;
    posix_spawnattr_setschedpolicy(a, SCHED_OTHER);
    posix_spawnattr_setschedparam(a, &none);
    *flags |= POSIX_SPAWN_SETSCHEDULER;
}

static void set_attributes(posix_spawnattr_t *a)
{
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    sigset_t none, defaults;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(a);
    posix_spawnattr_setsigmask(a, &none);
    posix_spawnattr_setsigdefault(a, &defaults);
    posix_spawnattr_setpgroup(a, 0);
    set_policy(a, &flags);
    posix_spawnattr_setflags(a, flags);
}

/* What shall be started again for a worker: this program, unless something starts it. */
static const char *own_program(void)
{
    const char *program = g_getenv("HEDDLE_PROGRAM");

    return program && *program ? program : "/proc/self/exe";
}

static int spawn(const char *program, const struct channels *ends, pid_t *pid)
{
    char name[] = "heddle", command[] = "worker";
    char *argv[] = {name, command, NULL};
    g_autofree char **environment = worker_environment();
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int failed;

    set_attributes(&attributes);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends->out[1], STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends->sockets[1], WORKER_FD);
    posix_spawn_file_actions_adddup2(&files, ends->log[1], WORKER_LOG_FD);
    failed =
        posix_spawn(pid, program ? program : own_program(), &files, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static void close_pair(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

static bool open_channels(struct channels *c)
{
    *c = (struct channels){
        {-1, -1},
        {-1, -1},
        {-1, -1}
    };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, c->sockets) == 0 &&
        pipe2(c->log, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(c->out, O_CLOEXEC) == 0) {
        fcntl(c->out[0], F_SETFL, O_NONBLOCK);
        fcntl(c->sockets[0], F_SETFL, O_NONBLOCK);
        return true;
    }
    close_pair(c->sockets);
    close_pair(c->log);
    return false;
}

/* A descriptor that had the number it gets in the worker would be closed there. */
static void move_up(int *fd)
{
    int moved = *fd <= WORKER_LOG_FD ? fcntl(*fd, F_DUPFD_CLOEXEC, WORKER_LOG_FD + 1) : -1;

    if (moved >= 0) {
        close(*fd);
        *fd = moved;
    }
}

static void set_start_error(GError **error, int failed)
{
    g_set_error(error, executor_error(), ERROR_FAILED, "A worker process cannot be started: %s.",
                g_strerror(failed));
}

struct child *executor__child_start(const char *program, GError **error)
{
    struct channels ends;
    struct child *c;
    int failed;
    pid_t pid = 0;

    if (!open_channels(&ends)) {
        set_start_error(error, errno);
        return NULL;
    }
    move_up(&ends.sockets[1]);
    move_up(&ends.log[1]);
    failed = spawn(program, &ends, &pid);
    close(ends.sockets[1]);
    close(ends.log[1]);
    close(ends.out[1]);
    if (failed) {
        close(ends.sockets[0]);
        close(ends.log[0]);
        close(ends.out[0]);
        set_start_error(error, failed);
        return NULL;
    }
    c = g_new0(struct child, 1);
    c->pid = pid;
    c->fd = ends.sockets[0];
    c->log = ends.log[0];
    c->out = ends.out[0];
    c->said = g_string_new(NULL);
    c->logged = g_string_new(NULL);
    c->printed = g_string_new(NULL);
    return c;
}

/* Take a whole line out of `buffer`, or all of it at `max` bytes; NULL when there is none. */
static char *take_line(GString *buffer, size_t from, size_t max)
{
    const char *end = memchr(buffer->str + from, '\n', buffer->len - from);
    size_t n = end ? (size_t)(end - buffer->str) : buffer->len;
    char *line;

    if (!end && buffer->len < max)
        return NULL;
    line = g_strndup(buffer->str, n);
    g_string_erase(buffer, 0, (gssize)(end ? n + 1 : n));
    return line;
}

/* A line of a task's log, when all of it is there. */
static char *take_log(struct child *c)
{
    const char *space = memchr(c->logged->str, ' ', c->logged->len);
    size_t head, n;
    char *line;

    if (!space)
        return NULL;
    head = (size_t)(space - c->logged->str) + 1;
    n = strtoul(c->logged->str, NULL, 10);
    if (c->logged->len - head < n)
        return NULL;
    line = g_strndup(space + 1, n);
    g_string_erase(c->logged, 0, (gssize)(head + n));
    return line;
}

/* Lines of a log that found no room in their pipe. */
static bool is_log(struct child *c, const json_t *message)
{
    if (strcmp(json_get_string(message, "is", ""), "log") != 0)
        return false;
    g_string_append(c->logged, json_get_string(message, "text", ""));
    return true;
}

static enum child_event take_message(struct child *c, json_t **message)
{
    g_autofree char *line = take_line(c->said, c->looked, MAX_LINE);

    c->looked = line ? 0 : c->said->len;
    if (!line)
        return CHILD_QUIET;
    *message = json_parse(line, strlen(line), NULL);
    if (*message)
        return CHILD_SAYS;
    executor__child_kill(c);
    return CHILD_GONE;
}

/* What is there already; CHILD_QUIET when nothing is. */
static enum child_event take(struct child *c, json_t **message, char **text)
{
    enum child_event event;

    if ((*text = take_log(c)))
        return CHILD_LOGS;
    event = take_message(c, message);
    if (event == CHILD_SAYS && is_log(c, *message)) {
        json_decref(g_steal_pointer(message));
        return take(c, message, text);
    }
    if (event != CHILD_QUIET)
        return event;
    *text = take_line(c->printed, 0, c->dead && c->printed->len ? 1 : MAX_PRINTED_LINE);
    if (*text)
        return CHILD_PRINTS;
    return c->dead ? CHILD_GONE : CHILD_QUIET;
}

/* False at the end of the stream. */
static bool drain(int fd, GString *into)
{
    char block[65536];
    ssize_t n;

    do {
        n = read(fd, block, sizeof block);
        if (n > 0)
            g_string_append_len(into, block, n);
    } while (n == sizeof block || (n < 0 && errno == EINTR));
    return n > 0 || (n < 0 && errno == EAGAIN);
}

/* A worker that has something to say may have to be heard before it reads. */
static bool await_room(struct child *c, int64_t until_ms)
{
    struct pollfd p = {c->fd, POLLOUT | POLLIN, 0};
    int64_t left_ms = until_ms - clock_monotonic_ms();

    if (left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0)
        return false;
    if (p.revents & POLLIN && !drain(c->fd, c->said))
        c->dead = true;
    return !c->dead;
}

bool executor__child_send(struct child *c, const json_t *message)
{
    g_autofree char *text = json_text_as_built(message);
    int64_t until_ms = clock_monotonic_ms() + SEND_PATIENCE_MS;
    size_t left;
    const char *at = text;

    text[left = strlen(text)] = '\n'; /* in the place of the final 0 */
    left++;
    while (left > 0) {
        ssize_t n = send(c->fd, at, left, MSG_NOSIGNAL);

        if (n >= 0) {
            at += n;
            left -= (size_t)n;
            until_ms = clock_monotonic_ms() + SEND_PATIENCE_MS;
        } else if (errno != EINTR && (errno != EAGAIN || !await_room(c, until_ms))) {
            return false;
        }
    }
    return true;
}

/* What has come, or come by the end of the time. What is in the log's pipe was said before. */
static void read_more(struct child *c, int64_t timeout_ms)
{
    struct pollfd p[2] = {
        {c->fd,  POLLIN, 0},
        {c->out, POLLIN, 0}
    };

    if (poll(p, 2, (int)MIN(timeout_ms, INT32_MAX)) > 0) {
        if (p[1].revents)
            drain(c->out, c->printed);
        if (p[0].revents && !drain(c->fd, c->said))
            c->dead = true;
    }
    drain(c->log, c->logged);
}

enum child_event executor__child_next(struct child *c, int64_t timeout_ms, json_t **message,
                                      char **text)
{
    enum child_event event;

    *message = NULL;
    *text = NULL;
    event = take(c, message, text);
    if (event != CHILD_QUIET)
        return event;
    read_more(c, timeout_ms);
    return take(c, message, text);
}

bool executor__child_is_gone(const struct child *c)
{
    struct pollfd p = {c->fd, POLLIN, 0};

    return c->dead || (poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR));
}

void executor__child_kill(struct child *c)
{
    kill(c->pid, SIGKILL);
    c->dead = true;
}

static bool has_ended(pid_t pid, int *status, int64_t patience_ms)
{
    int64_t until = clock_monotonic_ms() + patience_ms;
    pid_t got;

    while ((got = waitpid(pid, status, WNOHANG)) == 0 && clock_monotonic_ms() < until)
        g_usleep(2000);
    return got != 0;
}

static char *ending(int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return g_strdup("was killed by signal 9 (Killed), perhaps because memory ran out");
    if (WIFSIGNALED(status))
        return g_strdup_printf("was killed by signal %d (%s)", WTERMSIG(status),
                               strsignal(WTERMSIG(status)));
    return g_strdup_printf("ended with exit code %d", WEXITSTATUS(status));
}

char *executor__child_end(struct child *c, int64_t grace_ms)
{
    int status = 0;

    if (!c)
        return NULL;
    close(c->fd);
    if (!has_ended(c->pid, &status, grace_ms)) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(c->log);
    close(c->out);
    g_string_free(c->said, TRUE);
    g_string_free(c->logged, TRUE);
    g_string_free(c->printed, TRUE);
    g_free(c);
    return ending(status);
}
