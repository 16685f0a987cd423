/* server.h -- a real PostgreSQL server of a test's own: in a folder of its own, on a socket there,
 * as a user without rights. It ends with the test program. */
#ifndef HEDDLE_TEST_WAREHOUSE_SERVER_H
#define HEDDLE_TEST_WAREHOUSE_SERVER_H

#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    char *folder, *data;
    pid_t pid;
};

/* The folder of initdb and postgres; NULL when no server is installed. g_free(). */
static inline char *server_programs(void)
{
    g_autoptr(GDir) versions = g_dir_open("/usr/lib/postgresql", 0, NULL);
    const char *version;

    while (versions && (version = g_dir_read_name(versions))) {
        g_autofree char *bin = g_build_filename("/usr/lib/postgresql", version, "bin", NULL);
        g_autofree char *initdb = g_build_filename(bin, "initdb", NULL);

        if (access(initdb, X_OK) == 0)
            return g_steal_pointer(&bin);
    }
    return NULL;
}

/* In a child: PostgreSQL refuses to run as root. */
static inline void server_become_nobody(void)
{
    const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;

    if (user && (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

/* The programs look for each other beside the path they were called by. */
static inline pid_t server_spawn(const char *bin, const char **words)
{
    g_autofree char *path = g_build_filename(bin, words[0], NULL);
    pid_t pid = fork();

    if (pid == 0) {
        server_become_nobody();
        if (chdir("/") || !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        words[0] = path;
        execv(path, (char *const *)words);
        _exit(127);
    }
    return pid;
}

static inline bool server_make_cluster(const struct server *s, const char *bin)
{
    const char *words[] = {"initdb",
                           "-D",
                           s->data,
                           "-U",
                           "admin",
                           "-A",
                           "scram-sha-256",
                           "-N",
                           "--no-instructions",
                           "--locale=C.UTF-8",
                           "--pwfile",
                           NULL,
                           NULL};
    g_autofree char *password = g_build_filename(s->folder, "password", NULL);
    int status = -1;

    words[11] = password;
    if (!g_file_set_contents(password, "p@ss/w:o rd%\n", -1, NULL) || chmod(password, 0644) != 0)
        return false;
    waitpid(server_spawn(bin, words), &status, 0);
    return status == 0;
}

/* The server writes its state into this file, last of all. */
static inline bool server_is_up(const struct server *s)
{
    g_autofree char *file = g_build_filename(s->data, "postmaster.pid", NULL);

    for (int i = 0; i < 300; i++) {
        g_autofree char *text = NULL;

        if (g_file_get_contents(file, &text, NULL, NULL) && strstr(text, "ready"))
            return true;
        g_usleep(50000);
    }
    return false;
}

/* Start it (again) on the folder it has. */
static inline bool server_resume(struct server *s)
{
    g_autofree char *bin = server_programs();
    const char *words[] = {"postgres",          "-D", s->data,     "-k", s->folder, "-c",
                           "listen_addresses=", "-c", "fsync=off", NULL};

    s->pid = server_spawn(bin, words);
    return server_is_up(s);
}

/* Stop it as a crash does; server_resume() starts it again. */
static inline void server_halt(const struct server *s)
{
    g_autofree char *file = g_build_filename(s->data, "postmaster.pid", NULL);

    kill(s->pid, SIGQUIT);
    waitpid(s->pid, NULL, 0);
    unlink(file);
}

/* NULL when no server is installed or it does not start; see *why. */
static inline struct server *server_start(const char **why)
{
    g_autofree char *bin = server_programs();
    struct server *s;

    *why = "no PostgreSQL server is installed (apt-get install postgresql)";
    if (!bin)
        return NULL;
    s = g_new0(struct server, 1);
    s->folder = g_dir_make_tmp("heddle-postgres-XXXXXX", NULL);
    s->data = g_build_filename(s->folder, "data", NULL);
    *why = "the PostgreSQL server does not start";
    if (chmod(s->folder, 0777) != 0 || !server_make_cluster(s, bin))
        return NULL;
    return server_resume(s) ? s : NULL;
}

static inline void server_stop(struct server *s)
{
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", s->folder);

    kill(s->pid, SIGQUIT);
    waitpid(s->pid, NULL, 0);
    if (system(remove) != 0)
        g_printerr("%s stays\n", s->folder);
    g_free(s->folder);
    g_free(s->data);
    g_free(s);
}

#endif
