/* heddle init [ENGINE] */
#include "cli/init_files.h"
#include "cli/cli_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char cli__init_help[] =
    "ENGINE is duckdb (if nothing is said) or postgres. The project has seeds, an incremental "
    "model, "
    "a full one, a view, an\naudit and a unit test; --template empty leaves all that out. No file "
    "that exists is touched.\n\nExamples:\n  heddle init\n  heddle init postgres --template "
    "empty\n  heddle init && heddle plan\n\nExit codes: 0 done, 1 files are in the way or could "
    "not "
    "be written, 2 the command line cannot be.";

static const struct init_engine *find_engine(const char *name, GError **error)
{
    for (const struct init_engine *e = cli__init_engines; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e;
    cli__usage(error,
               "There is no template for the engine \"%s\".\nhint: duckdb and postgres are "
               "there; other gateways are written into config.yaml by hand.",
               name);
    return NULL;
}

static bool is_wanted(const struct init_file *f, bool empty)
{
    return f->always || !empty;
}

/* The files that would be written over, one a line; NULL: none. */
static char *in_the_way(const char *folder, bool empty)
{
    static const char *const configs[] = {"config.yaml", "config.yml", "config.py", NULL};
    GString *out = g_string_new(NULL);

    for (const char *const *name = configs; *name; name++) {
        g_autofree char *path = g_build_filename(folder, *name, NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS))
            g_string_append_printf(out, "\n    %s", *name);
    }
    for (const struct init_file *f = cli__init_files; f->path; f++) {
        g_autofree char *path = g_build_filename(folder, f->path, NULL);

        if (is_wanted(f, empty) && !f->always && g_file_test(path, G_FILE_TEST_EXISTS))
            g_string_append_printf(out, "\n    %s", f->path);
    }
    return g_string_free(out, out->len == 0);
}

static bool fail(const char *path, GError **error)
{
    g_set_error(error, cli_error(), ERROR_FAILED, "%s could not be written: %s.", path,
                g_strerror(errno));
    return false;
}

static bool make_folder(const char *path, GError **error)
{
    return g_mkdir_with_parents(path, 0777) == 0 || fail(path, error);
}

static bool write_all(int fd, const char *text)
{
    size_t len = strlen(text), at = 0;

    while (at < len) {
        ssize_t n = write(fd, text + at, len - at);

        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* A new file; one that is there already stays as it is when `keep`, else it is an error. */
static bool write_file(const char *folder, const char *name, const char *text, bool keep,
                       GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    int fd;
    bool ok;

    if (!make_folder(parent, error))
        return false;
    if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) < 0)
        return (keep && errno == EEXIST) || fail(path, error);
    ok = write_all(fd, text);
    if (close(fd) != 0 || !ok)
        return fail(path, error);
    return true;
}

static bool write_project(const char *folder, const struct init_engine *engine, bool empty,
                          GError **error)
{
    bool ok = true;

    for (const char *const *name = cli__init_folders; ok && *name; name++) {
        g_autofree char *path = g_build_filename(folder, *name, NULL);

        ok = make_folder(path, error);
    }
    for (const struct init_file *f = cli__init_files; ok && f->path; f++)
        if (is_wanted(f, empty))
            ok = write_file(folder, f->path, f->text, f->always, error);
    return ok && write_file(folder, "config.yaml", engine->config, false, error);
}

static int init(struct cli *cli, const char *engine_name, const char *template, GError **error)
{
    const char *folder = cli->folder ? cli->folder : ".";
    const struct init_engine *engine = find_engine(engine_name, error);
    bool empty = strcmp(template, "empty") == 0;
    g_autofree char *there = NULL;

    if (!engine)
        return CLI_USAGE;
    if (!empty && strcmp(template, "default") != 0)
        return cli__usage(error, "There is no template \"%s\"; default and empty are there.",
                          template);
    if ((there = in_the_way(folder, empty))) {
        g_set_error(error, cli_error(), ERROR_CONFLICT,
                    "These files are there already, and nothing was written:%s", there);
        error_hint(error, "begin in an empty folder, or name another with --paths.");
        return CLI_FAILED;
    }
    if (!write_project(folder, engine, empty, error))
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(json_pack("{s:s, s:s}", "engine", engine->name, "template", template));
    else
        printf("A %s project for %s is written.\nNext: %s\n", empty ? "new" : "small example",
               engine->name,
               empty ? "write a model into models/, then heddle plan" : "heddle plan");
    return CLI_DONE;
}

int cli__init(struct cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *template = NULL;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"template", 't', 0, G_OPTION_ARG_FILENAME, &template, "default: a small example; empty: config.yaml and empty folders.", "NAME"},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries, .max_words = 1};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    return init(cli, argc > 1 ? argv[1] : "duckdb", template ? template : "default", error);
}
