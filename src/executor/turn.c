#include "executor/turn.h"

#include "executor/executor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct lock {
    char *path; /* of the database */
    int held, next;
    bool has_held, has_next;
};

struct turn {
    struct lock *locks;
    guint count;
    guint taken; /* locks[0 … taken) are held */
};

static bool is_memory(const char *path)
{
    return !path || !*path || g_str_has_prefix(path, ":memory:") || g_str_has_prefix(path, "md:") ||
           g_str_has_prefix(path, "motherduck:") || strstr(path, "://");
}

static void add_file(GPtrArray *files, const char *path)
{
    g_autofree char *canonical = NULL;

    if (is_memory(path))
        return;
    canonical = g_canonicalize_filename(path, NULL);
    if (!g_ptr_array_find_with_equal_func(files, canonical, g_str_equal, NULL))
        g_ptr_array_add(files, g_steal_pointer(&canonical));
}

/* A catalog is a path, or an object with `path` and perhaps a `type` that is not DuckDB's. */
static void add_catalog(GPtrArray *files, const json_t *catalog)
{
    if (json_is_string(catalog))
        add_file(files, json_string_value(catalog));
    else if (g_ascii_strcasecmp(json_get_string(catalog, "type", "duckdb"), "duckdb") == 0)
        add_file(files, json_get_string(catalog, "path", NULL));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *executor__turn_files(const json_t *connection)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    json_t *catalogs = json_object_get(connection, "catalogs");
    const char *name;
    json_t *catalog;

    add_file(files, json_get_string(connection, "database", NULL));
    json_object_foreach (catalogs, name, catalog)
        add_catalog(files, catalog);
    g_ptr_array_sort(files, by_name);
    return files;
}

struct turn *executor__turn_new(GPtrArray *files)
{
    struct turn *t = g_new0(struct turn, 1);

    t->count = files->len;
    t->locks = g_new0(struct lock, files->len + 1);
    for (guint i = 0; i < files->len; i++)
        t->locks[i] = (struct lock){g_strdup(files->pdata[i]), -1, -1, false, false};
    g_ptr_array_unref(files);
    return t;
}

void executor__turn_free(struct turn *t)
{
    if (!t)
        return;
    for (guint i = 0; i < t->count; i++) {
        if (t->locks[i].held >= 0)
            close(t->locks[i].held);
        if (t->locks[i].next >= 0)
            close(t->locks[i].next);
        g_free(t->locks[i].path);
    }
    g_free(t->locks);
    g_free(t);
}

/* Another user's lock file may be readable only; that is enough for a lock. */
static int open_lock(const char *path, const char *suffix, GError **error)
{
    g_autofree char *name = g_strconcat(path, suffix, NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    if (fd < 0 && (errno == EACCES || errno == EROFS))
        fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, executor_error(), ERROR_FAILED, "The lock %s cannot be opened: %s.",
                    name, g_strerror(errno));
        error_hint(error, "executors that share a DuckDB file need to write into its folder.");
    }
    return fd;
}

static bool open_locks(struct lock *l, GError **error)
{
    if (l->held < 0)
        l->held = open_lock(l->path, ".heddle-lock", error);
    if (l->held >= 0 && l->next < 0)
        l->next = open_lock(l->path, ".heddle-next", error);
    return l->held >= 0 && l->next >= 0;
}

static bool try_lock(int fd)
{
    int done;

    do
        done = flock(fd, LOCK_EX | LOCK_NB);
    while (done < 0 && errno == EINTR);
    return done == 0;
}

static void write_text(int fd, const char *text)
{
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, strlen(text), 0) < 0)
        return; /* a full disk: the lock itself counts, its text is for people */
}

static void announce(struct lock *l, int64_t now_ms)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n", now_ms);

    write_text(l->next, text);
    l->has_next = true;
}

static enum turn_state take_one(struct lock *l, int64_t now_ms, GError **error)
{
    if (!open_locks(l, error))
        return TURN_FAILED;
    if (!l->has_next && !try_lock(l->next))
        return TURN_WAITS;
    if (!l->has_next)
        announce(l, now_ms);
    if (!try_lock(l->held))
        return TURN_WAITS;
    l->has_held = true;
    l->has_next = false;
    flock(l->next, LOCK_UN);
    return TURN_HELD;
}

enum turn_state executor__turn_try(struct turn *t, int64_t now_ms, GError **error)
{
    while (t->taken < t->count) {
        enum turn_state state = take_one(&t->locks[t->taken], now_ms, error);

        if (state != TURN_HELD)
            return state;
        t->taken++;
    }
    return TURN_HELD;
}

void executor__turn_release(struct turn *t)
{
    for (guint i = 0; i < t->count; i++) {
        struct lock *l = &t->locks[i];

        if (l->has_held) {
            write_text(l->held, "");
            flock(l->held, LOCK_UN);
        }
        if (l->has_next)
            flock(l->next, LOCK_UN);
        l->has_held = l->has_next = false;
    }
    t->taken = 0;
}

static char *read_text(int fd)
{
    char text[256];
    ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof text - 1, 0);

    return g_strchomp(g_strndup(text, n > 0 ? (gsize)n : 0));
}

static bool is_wanted(struct lock *l, int64_t for_ms, int64_t now_ms)
{
    g_autofree char *text = NULL;
    int64_t since;

    if (try_lock(l->next)) {
        flock(l->next, LOCK_UN);
        return false;
    }
    text = read_text(l->next);
    since = g_ascii_strtoll(text, NULL, 10);
    return since > now_ms || now_ms - since >= for_ms; /* a clock that is not ours: give way */
}

bool executor__turn_wanted(struct turn *t, int64_t for_ms, int64_t now_ms)
{
    for (guint i = 0; i < t->taken; i++)
        if (is_wanted(&t->locks[i], for_ms, now_ms))
            return true;
    return false;
}

char *executor__turn_holder(const struct turn *t)
{
    return t->taken < t->count ? read_text(t->locks[t->taken].held) : g_strdup("");
}

void executor__turn_sign(struct turn *t, const char *who)
{
    for (guint i = 0; i < t->taken; i++)
        write_text(t->locks[i].held, who);
}
