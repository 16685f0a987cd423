/* heddle diff ENVIRONMENT */
#include "cli/cli_int.h"

const char cli__diff_help[] =
    "Models added, removed and modified, with the differences of their texts. Nothing is changed "
    "anywhere.\n\nExit codes: 0 no difference, 1 there are differences (as sqlmesh diff and diff "
    "itself), or it failed, 2 the command\nline cannot be, 4 the control plane does not answer.";

int cli__diff(struct cli *cli, int argc, char **argv, GError **error)
{
    gboolean no_diff = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"no-diff", 0, 0, G_OPTION_ARG_NONE, &no_diff, "Leave out the texts.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {
        .own = entries, .min_words = 1, .max_words = 1, .words = "the name of an environment"};
    struct plan_options plan = {.include_unmodified = true};
    g_autoptr(cli_prepared) d = NULL;
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    if (!(d = cli__prepare(cli, argv[1], &plan, error)))
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(plan_json(d->plan));
    else if (d->plan->has_changes || d->plan->is_new_environment) {
        g_autofree char *summary = plan_summary(d->plan, !no_diff);

        fputs(summary, stdout);
    } else
        printf("No differences: project files match the `%s` environment\n", d->name);
    return d->plan->has_changes || d->plan->is_new_environment ? CLI_FAILED : CLI_DONE;
}
