/* heddle janitor */
#include "cli/cli_int.h"

const char cli__janitor_help[] =
    "The control plane does this by itself every hour. Tables of a snapshot that no environment "
    "uses live for a week\nmore, so that a change can be taken back; --ignore-ttl drops them at "
    "once.\n\nExit codes: 0 done, 1 failed, 2 the command line cannot be, 4 the control plane does "
    "not answer.";

int cli__clean(struct cli *cli, bool ignore_ttl, struct wire_progress **result, GError **error)
{
    const struct cli_follow follow = {.kind = "janitor"};
    struct wire_progress *p =
        cli__call(cli, "POST", ignore_ttl ? CLI_API "janitor?ignore_ttl=1" : CLI_API "janitor",
                  &wire_progress_type, NULL, error);
    int code;

    if (!p || !(*result = p = cli__follow(cli, &follow, p, error)))
        return CLI_FAILED;
    code = cli__outcome(cli, &follow, p, error);
    if (code == CLI_DONE && !cli->json)
        puts(p->status == STATUS_SKIPPED ? "There was nothing to clean up." : "Cleanup complete.");
    return code;
}

int cli__janitor(struct cli *cli, int argc, char **argv, GError **error)
{
    g_autoptr(wire_progress) result = NULL;
    gboolean ignore_ttl = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"ignore-ttl", 0, 0, G_OPTION_ARG_NONE, &ignore_ttl, "Drop tables no environment uses without waiting for their time.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    code = cli__clean(cli, ignore_ttl, &result, error);
    if (cli->json && result)
        cli__print_json(cli__progress_json(result));
    return code;
}
