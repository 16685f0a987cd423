/* heddle invalidate ENVIRONMENT */
#include "cli/cli_int.h"

const char cli__invalidate_help[] =
    "Its views are dropped by the janitor soon after, its tables when their time is over. prod "
    "cannot be invalidated.\n\nExit codes: 0 done, 1 there is no such environment, 2 the command "
    "line cannot be, 4 the control plane does not\nanswer.";

static bool remove_environment(struct cli *cli, const char *name, GError **error)
{
    g_autofree char *path = cli__path("environments/", name, "");
    struct api *api = cli_api(cli, error);
    g_autoptr(json_t) answer = api ? api_call(api, "DELETE", path, NULL, 0, error) : NULL;

    return answer != NULL;
}

int cli__invalidate(struct cli *cli, int argc, char **argv, GError **error)
{
    g_autoptr(wire_progress) cleaned = NULL;
    gboolean sync = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"sync", 's', 0, G_OPTION_ARG_NONE, &sync, "Wait until its views are dropped.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {
        .own = entries, .min_words = 1, .max_words = 1, .words = "the name of an environment"};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    if (!remove_environment(cli, argv[1], error))
        return CLI_FAILED;
    code = sync ? cli__clean(cli, false, &cleaned, error) : CLI_DONE;
    if (cli->json)
        cli__print_json(json_pack("{s:s, s:o}", "invalidated", argv[1], "janitor",
                                  cli__progress_json(cleaned)));
    else if (!sync)
        printf("Environment '%s' is invalidated; the janitor drops its views.\n", argv[1]);
    return code;
}
