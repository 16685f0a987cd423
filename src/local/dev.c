/* dev.c -- `heddle dev`: everything under one command, with the scheduler, until it is stopped. */
#include "local/local_int.h"

#include "base/log.h"

#include <stdio.h>

struct texts {
    char *folder, *listen;
};

static bool read_env(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, ".env", NULL);

    return !g_file_test(path, G_FILE_TEST_IS_REGULAR) || config_read_env_file(path, false, error);
}

static int serve(const struct config *config, const char *listen, GError **error)
{
    const struct local_settings settings = {config, true, listen};
    struct redactor *redactor = redactor_new();
    struct local *l;

    config_register_secrets(config, redactor);
    log_redact_with(redactor);
    local__block_signals();
    l = local_start(&settings, error);
    if (l) {
        printf("%s\n", local_url(l));
        fflush(stdout);
        local__wait_signal();
        log_event(LOG_INFO, "stopping: what runs has a few seconds to end", NULL);
        local_stop(l);
    }
    log_redact_with(NULL);
    redactor_free(redactor);
    return l ? CLI_DONE : CLI_FAILED;
}

static int run(const struct texts *t, GError **error)
{
    const char *folder = t->folder ? t->folder : ".";
    g_autoptr(config) config = NULL;

    log_setup(LOG_INFO);
    if (!read_env(folder, error) || !(config = config_load(folder, error)))
        return CLI_FAILED;
    return serve(config, t->listen, error);
}

int local__run_dev(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"paths",    'p', 0, G_OPTION_ARG_FILENAME, &t.folder,
         "The project's folder. Default: the current one", "FOLDER"},
        {"listen",         0, 0, G_OPTION_ARG_STRING, &t.listen,
         "Where to listen, on loopback. Default: a free port", "HOST:PORT"},
        {0},
    };
    const struct local_options options = {own, 0, 0};
    int code = local__parse(local__command("dev"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, error);
    g_free(t.folder);
    g_free(t.listen);
    return code;
}
