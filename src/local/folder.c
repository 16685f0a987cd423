/* folder.c -- the project's .heddle folder, and who has it. */
#include "local/local_int.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_AGAIN_US 20000 /* while another process has the folder */
#define MENTION_MS    1000

char *local__folder_file(const struct folder *f, const char *name)
{
    return g_build_filename(f->path, name, NULL);
}

static bool fail(GError **error, const char *what, const char *path)
{
    int code = errno == EACCES || errno == EROFS || errno == EPERM ? ERROR_DENIED : ERROR_FAILED;

    g_set_error(error, local_error(), code, "%s %s: %s.", path, what, g_strerror(errno));
    error_hint(error, "without TCLOUD_URL the state of a project is kept in its folder .heddle, "
                      "which must be writable.");
    return false;
}

static bool write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t n = write(fd, text, left);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
        }
    }
    return true;
}

bool local__folder_write(const struct folder *f, const char *name, const char *text, GError **error)
{
    g_autofree char *path = local__folder_file(f, name), *random = random_hex(4);
    g_autofree char *temporary = g_strconcat(path, ".", random, NULL);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return fail(error, "cannot be written", path);
    ok = write_all(fd, text);
    ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
    if (ok)
        return true;
    fail(error, "cannot be written", path);
    unlink(temporary);
    return false;
}

static bool make(const struct folder *f, GError **error)
{
    if (mkdir(f->path, 0700) == 0)
        return local__folder_write(f, ".gitignore", "*\n", error);
    return errno == EEXIST || fail(error, "cannot be made", f->path);
}

bool local__folder_open(struct folder *f, const char *project, GError **error)
{
    g_autofree char *lock = NULL;

    f->path = g_build_filename(project, ".heddle", NULL);
    f->plane = local__folder_file(f, "plane.json");
    f->lock = -1;
    if (!make(f, error))
        return false;
    lock = local__folder_file(f, "lock");
    f->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return f->lock >= 0 || fail(error, "cannot be opened", lock);
}

/* Is the plane that plane.json names this process's? */
static bool is_own(const struct folder *f)
{
    g_autoptr(json_t) told = json_load_file(f->plane, 0, NULL);

    return told && json_get_int(told, "process", 0) == getpid();
}

void local__folder_close(struct folder *f)
{
    if (f->lock >= 0) {
        if (is_own(f))
            unlink(f->plane);
        close(f->lock);
    }
    f->lock = -1;
    g_clear_pointer(&f->path, g_free);
    g_clear_pointer(&f->plane, g_free);
}

/* Take the lock, or say which process has it. */
static bool try_lock(const struct folder *f, pid_t *holder, GError **error)
{
    struct flock wish = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    *holder = 0;
    if (fcntl(f->lock, F_SETLK, &wish) == 0)
        return true;
    if (errno != EACCES && errno != EAGAIN)
        return fail(error, "cannot be locked", f->path);
    if (fcntl(f->lock, F_GETLK, &wish) == 0 && wish.l_type != F_UNLCK)
        *holder = wish.l_pid;
    else
        *holder = -1; /* gone meanwhile, or in a place we cannot see */
    return true;
}

/* What a dev told, when it is the one that has the lock now. */
static bool read_plane(const struct folder *f, pid_t holder, struct cli_plane *running)
{
    g_autoptr(json_t) told = json_load_file(f->plane, 0, NULL);
    const char *url = told ? json_get_string(told, "url", NULL) : NULL;
    const char *token = told ? json_get_string(told, "token", NULL) : NULL;

    if (!url || !token || json_get_int(told, "process", 0) != holder)
        return false;
    running->url = g_strdup(url);
    running->token = g_strdup(token);
    return true;
}

static void mention(pid_t holder, const char *path)
{
    g_autofree char *process = g_strdup_printf("%d", (int)holder);

    log_event(LOG_WARNING, "waiting for another heddle command on this project", "process", process,
              "folder", path, NULL);
}

/* What a dev that crashed left: its number may be another process's by now. */
static void forget_plane(const struct folder *f)
{
    if (unlink(f->plane) < 0 && errno != ENOENT)
        log_event(LOG_WARNING, "an old plane.json cannot be removed", "path", f->plane, "why",
                  g_strerror(errno), NULL);
}

/* True after Ctrl-C, which whoever starts threads has blocked. */
static bool is_interrupted(const struct folder *f, pid_t holder, GError **error)
{
    if (!local__signal_waits())
        return false;
    g_set_error(error, local_error(), ERROR_CANCELLED,
                "Interrupted while another heddle command (process %d) works on %s.", (int)holder,
                f->path);
    return true;
}

bool local__folder_take(struct folder *f, struct cli_plane *running, GError **error)
{
    int64_t since_ms = clock_monotonic_ms();
    bool mentioned = false;
    pid_t holder;

    for (;;) {
        if (!try_lock(f, &holder, error))
            return false;
        if (holder == 0)
            forget_plane(f);
        if (holder == 0 || read_plane(f, holder, running))
            return true;
        if (is_interrupted(f, holder, error))
            return false;
        if (!mentioned && clock_monotonic_ms() - since_ms > MENTION_MS) {
            mention(holder, f->path);
            mentioned = true;
        }
        g_usleep(LOOK_AGAIN_US);
    }
}

bool local__folder_tell(const struct folder *f, const struct cli_plane *plane, GError **error)
{
    g_autoptr(json_t) told = json_pack("{s:s, s:s, s:i}", "url", plane->url, "token", plane->token,
                                       "process", (int)getpid());
    g_autofree char *text = json_text_pretty(told);

    return local__folder_write(f, "plane.json", text, error);
}
