/* state.c -- `heddle state backup|restore`: the whole state in a file. */
#include "local/local_int.h"

#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct texts {
    char *state;
    gboolean replace;
};

static bool fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, local_error(), ERROR_UNAVAILABLE, "%s cannot be %s: %s.", path, what,
                g_strerror(errno));
    return false;
}

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* On the disk, all of it. */
static bool finish(FILE *out, const char *path, GError **error)
{
    bool ok = fflush(out) == 0 && fsync(fileno(out)) == 0;

    if (!ok)
        fail(error, path, "written");
    if (fclose(out) != 0 && ok)
        ok = fail(error, path, "written");
    return ok;
}

/* A file that only its owner may read, whole or not at all: it holds the keys that sign tokens. */
static bool backup_to(const char *url, const char *path, int64_t *rows, GError **error)
{
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok;

    if (!out)
        return fail(error, part, "written");
    ok = control_backup(url, out, rows, error);
    if (!ok)
        fclose(out);
    else
        ok = finish(out, part, error);
    if (ok && rename(part, path) != 0)
        ok = fail(error, path, "written");
    if (!ok)
        unlink(part);
    return ok;
}

static bool backup_to_standard(const char *url, int64_t *rows, GError **error)
{
    if (!control_backup(url, stdout, rows, error))
        return false;
    return fflush(stdout) == 0 || fail(error, "Standard output", "written");
}

static int backup(const struct texts *t, const char *path, GError **error)
{
    const char *url = local__state_url(t->state);
    int64_t rows;

    if (t->replace) {
        local__usage_error(error, "--replace is for heddle state restore.");
        return CLI_USAGE;
    }
    if (!(is_standard(path) ? backup_to_standard(url, &rows, error)
                            : backup_to(url, path, &rows, error)))
        return CLI_FAILED;
    fprintf(stderr, "Backed up %" G_GINT64_FORMAT " rows.\n", rows);
    return CLI_DONE;
}

static int restore(const struct texts *t, const char *path, GError **error)
{
    struct control_restore r = {is_standard(path) ? "standard input" : path, NULL, t->replace};
    int64_t rows;
    bool ok;

    r.in = is_standard(path) ? stdin : fopen(path, "re");
    if (!r.in) {
        fail(error, path, "read");
        return CLI_FAILED;
    }
    ok = control_restore(local__state_url(t->state), &r, &rows, error);
    if (!is_standard(path))
        fclose(r.in);
    if (!ok) {
        if (error_is(*error, ERROR_CONFLICT))
            error_hint(error, "with --replace it is given up for the backup.");
        return CLI_FAILED;
    }
    fprintf(stderr, "Restored %" G_GINT64_FORMAT " rows.\n", rows);
    return CLI_DONE;
}

static int run(const struct texts *t, char **words, GError **error)
{
    if (strcmp(words[0], "backup") == 0)
        return backup(t, words[1], error);
    if (strcmp(words[0], "restore") == 0)
        return restore(t, words[1], error);
    local__usage_error(error,
                       "There is no heddle state %s.\nhint: say heddle state backup FILE or heddle "
                       "state restore FILE.",
                       words[0]);
    return CLI_USAGE;
}

int local__run_state(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"state",   0, 0, G_OPTION_ARG_STRING, &t.state,
         "The server's state. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"replace",        0, 0, G_OPTION_ARG_NONE, &t.replace,
         "Give up the state that is there for the backup", NULL},
        {0},
    };
    const struct local_options options = {own, 2, 2};
    int code = local__parse(local__command("state"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, argv + 1, error);
    g_free(t.state);
    return code;
}
