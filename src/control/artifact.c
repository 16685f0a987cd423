/* The file that the public client installs as its executor: its version, a token for it, its
 * sending. */
#include "control/api_v1.h"
#include "control/artifact.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MS = 10 * 60 * 1000, PIECE = 64 * 1024 };

#define HOST_LETTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_:[]"

struct artifact {
    char *path;
    pthread_mutex_t lock; /* guards what follows */
    int fd;               /* -1: not read yet */
    struct stat stamp;    /* of fd, when it was digested */
    char *version;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool fail(const struct artifact *a, GError **error)
{
    g_set_error(error, control_error(), ERROR_UNAVAILABLE, "The executor's file %s: %s.", a->path,
                g_strerror(errno));
    return false;
}

/* NULL and errno. */
static char *digest_of(int fd)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guchar *piece = g_malloc(PIECE);
    off_t at = 0;
    ssize_t n;

    while ((n = pread(fd, piece, PIECE, at)) > 0) {
        g_checksum_update(sum, piece, n);
        at += n;
    }
    return n < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

/* Takes fd. */
static bool take(struct artifact *a, int fd, GError **error)
{
    struct stat stamp;
    char *version;

    if (fstat(fd, &stamp) != 0 || !(version = digest_of(fd))) {
        fail(a, error);
        close(fd);
        return false;
    }
    if (a->fd >= 0)
        close(a->fd);
    g_free(a->version);
    a->fd = fd;
    a->stamp = stamp;
    a->version = version;
    log_event(LOG_INFO, "executors can be installed from here", "file", a->path, "version", version,
              NULL);
    return true;
}

static bool look(struct artifact *a, GError **error)
{
    struct stat now;
    int fd;

    if (stat(a->path, &now) != 0)
        return fail(a, error);
    if (a->fd >= 0 && is_same(&now, &a->stamp))
        return true;
    if ((fd = open(a->path, O_RDONLY | O_CLOEXEC)) < 0)
        return fail(a, error);
    return take(a, fd, error);
}

bool control__artifact_look(struct control *c, GError **error)
{
    struct artifact *a = c->artifact;
    bool ok;

    if (!a) {
        g_set_error(error, control_error(), ERROR_NOT_FOUND,
                    "This server has no executor to install.\nhint: start it with "
                    "--executor-file; `make artifact` builds the file.");
        return false;
    }
    pthread_mutex_lock(&a->lock);
    ok = look(a, error);
    pthread_mutex_unlock(&a->lock);
    return ok;
}

bool control__artifact_open(struct control *c, GError **error)
{
    if (!c->settings.executor_file)
        return true;
    c->artifact = g_new0(struct artifact, 1);
    c->artifact->path = g_strdup(c->settings.executor_file);
    c->artifact->fd = -1;
    pthread_mutex_init(&c->artifact->lock, NULL);
    return control__artifact_look(c, error);
}

void control__artifact_close(struct artifact *a)
{
    if (!a)
        return;
    if (a->fd >= 0)
        close(a->fd);
    pthread_mutex_destroy(&a->lock);
    g_free(a->version);
    g_free(a->path);
    g_free(a);
}

/* g_free(). */
static char *version_of(struct artifact *a)
{
    char *version;

    pthread_mutex_lock(&a->lock);
    version = g_strdup(a->version);
    pthread_mutex_unlock(&a->lock);
    return version;
}

bool control__artifact_version(struct control *c, struct op *op, GError **error)
{
    g_autofree char *version = c->artifact ? version_of(c->artifact) : NULL;

    (void)error;
    op->answer = json_pack("{s:s, s:s?}", "version", HEDDLE_VERSION, "target_version", version);
    return true;
}

static char *token_for(struct control *c, const struct op *op, GError **error)
{
    struct auth_identity who = {
        .subject = (char *)ARTIFACT_SUBJECT,
        .organisation = (char *)http_param(op->call, "org"),
        .project = (char *)http_param(op->call, "project"),
        .role = ROLE_EXECUTOR,
    };

    return auth_sign(c->auth, &who, c->issuer, c->now_ms, TOKEN_MS, error);
}

static bool is_host(const char *text)
{
    return *text && strlen(text) < 256 && text[strspn(text, HOST_LETTERS)] == '\0';
}

static bool is_passed_on(const struct http_call *call)
{
    static const char *const marks[] = {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via"};

    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (http_header(call, marks[i]))
            return true;
    return false;
}

/* The project's address as the executor reached it: it may stand where the public one leads
 * nowhere, such as in a cluster. Through a proxy it came by the public one. */
static char *reached_at(const struct control *c, const struct op *op)
{
    g_autofree char *public = control__project_link(c, op);
    const char *host = http_header(op->call, "Host");

    if (!host || !is_host(host) || is_passed_on(op->call))
        return g_steal_pointer(&public);
    return g_strdup_printf("%s://%s%s", c->settings.tls_cert ? "https" : "http", host,
                           public + strlen(c->issuer));
}

bool control__artifact_upgrade(struct control *c, struct op *op, GError **error)
{
    g_autofree char *version = version_of(c->artifact), *base = reached_at(c, op);
    g_autofree char *token = token_for(c, op, error);

    if (!token)
        return false;
    op->answer =
        json_pack("{s:s, s:s, s:o}", "target_version", version, "token", token, "executors_pex_url",
                  json_sprintf("%s/api/heddle/v1/artifacts/%s", base, version));
    return true;
}

/* A descriptor of what this version names; -1: it is not the newest any more. */
static int open_version(struct artifact *a, const char *version, struct stat *stamp)
{
    struct stat now;
    int fd = -1;

    pthread_mutex_lock(&a->lock);
    *stamp = a->stamp;
    if (strcmp(a->version, version) == 0 && fstat(a->fd, &now) == 0 && is_same(&now, stamp))
        fd = fcntl(a->fd, F_DUPFD_CLOEXEC, 0);
    pthread_mutex_unlock(&a->lock);
    return fd;
}

void control__artifact_send(struct http_call *call, void *data)
{
    struct control *c = data;
    g_autoptr(GError) error = NULL;
    struct stat stamp;
    int fd;

    if (!control__artifact_look(c, &error)) {
        http_reply_error(call, error);
        return;
    }
    fd = open_version(c->artifact, http_param(call, "version"), &stamp);
    if (fd < 0) {
        http_reply_problem(call, 404, "not_found",
                           "The executor of this version is not served any more.\nhint: ask "
                           "enterprise-version/upgrade for the newest one.");
        return;
    }
    http_reply_file(call, "application/zip", fd, (uint64_t)stamp.st_size);
}
