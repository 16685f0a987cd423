/* executor.c -- `heddle executor` and `heddle worker`: the processes that carry out work. */
#include "executor/executor.h"

#include "executor/worker.h"
#include "local/local_int.h"

#include <string.h>

int local__run_executor(struct cli *cli, int argc, char **argv, GError **error)
{
    gboolean once = FALSE, check = FALSE;
    const GOptionEntry own[] = {
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, "Work off what is ready, then exit", NULL},
        {"check",     0, 0, G_OPTION_ARG_NONE, &check,
         "Only say whether the token, the control plane and every gateway answer", NULL},
        {0},
    };
    const struct local_options options = {own, 1, 1};
    int code = local__parse(local__command("executor"), &options, &argc, &argv, error);
    struct executor_settings settings = {.once = once, .check = check};

    (void)cli;
    if (code != LOCAL_GO)
        return code;
    settings.kind = argv[1];
    if (strcmp(settings.kind, "apply") == 0 || strcmp(settings.kind, "run") == 0)
        return executor_main(&settings);
    local__usage_error(error,
                       "There is no executor \"%s\".\nhint: say heddle executor apply or "
                       "heddle executor run.",
                       settings.kind);
    return CLI_USAGE;
}

int local__run_worker(struct cli *cli, int argc, char **argv, GError **error)
{
    const struct local_options options = {NULL, 0, 0};
    int code = local__parse(local__command("worker"), &options, &argc, &argv, error);

    (void)cli;
    return code == LOCAL_GO ? worker_main() : code;
}
