/* The command line of `heddle plan`, and what config.yaml adds to it. */
#include "cli/plan_options.h"

void cli__plan_clear(struct cli_plan_options *o)
{
    cli__typed_times_clear(&o->times);
    g_free(o->create_from);
    g_free(o->effective_from);
    g_strfreev(o->plan.restate_models);
    g_strfreev(o->plan.select_models);
    g_strfreev(o->plan.backfill_models);
}

static int check(const struct cli_plan_options *o, GError **error)
{
    if (o->skip_backfill && o->empty_backfill)
        return cli__usage(error, "--skip-backfill and --empty-backfill exclude each other.");
    if (o->effective_from) {
        cli__usage(error, "--effective-from is not carried out by Heddle.");
        error_hint(error, "apply the change, then plan --restate-model MODEL --start %s.",
                   o->effective_from);
        return CLI_USAGE;
    }
    if (o->min_intervals < 0)
        return cli__usage(error, "--min-intervals must not be negative.");
    return CLI_GO;
}

int cli__plan_parse(struct cli *cli, struct cli_plan_options *o, int *argc, char ***argv,
                    GError **error)
{
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"create-from", 0, 0, G_OPTION_ARG_FILENAME, &o->create_from, "The environment a new one begins as (prod).", "ENVIRONMENT"},
        {"restate-model", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->plan.restate_models, "Compute this model and what reads it again; may be repeated.", "MODEL"},
        {"select-model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->plan.select_models, "Take only these models' changes; may be repeated.", "MODEL"},
        {"backfill-model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->plan.backfill_models, "Compute only these models; may be repeated.", "MODEL"},
        {"auto-apply", 0, 0, G_OPTION_ARG_NONE, &o->auto_apply, "Apply without asking.", NULL},
        {"no-prompts", 0, 0, G_OPTION_ARG_NONE, &o->no_prompts, "Ask nothing; without --auto-apply nothing is applied.", NULL},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &o->dry_run, "Show the plan and change nothing.", NULL},
        {"explain", 0, 0, G_OPTION_ARG_NONE, &o->dry_run, "The same.", NULL},
        {"skip-backfill", 0, 0, G_OPTION_ARG_NONE, &o->skip_backfill, "Change the views only; compute nothing.", NULL},
        {"empty-backfill", 0, 0, G_OPTION_ARG_NONE, &o->empty_backfill, "Compute nothing, and record the intervals as if it was.", NULL},
        {"forward-only", 0, 0, G_OPTION_ARG_NONE, &o->forward_only, "Changes apply to new data only; no table is rebuilt.", NULL},
        {"effective-from", 0, 0, G_OPTION_ARG_FILENAME, &o->effective_from, "Refused: see docs/cli/plan.md.", "TIME"},
        {"include-unmodified", 0, 0, G_OPTION_ARG_NONE, &o->include_unmodified, "Give the environment a view of every model.", NULL},
        {"no-auto-categorization", 0, 0, G_OPTION_ARG_NONE, &o->no_auto_categorization, "Let a person say of each change whether it is breaking.", NULL},
        {"enable-preview", 0, 0, G_OPTION_ARG_NONE, &o->enable_preview, "Compute previews of forward-only changes in dev.", NULL},
        {"no-gaps", 0, 0, G_OPTION_ARG_NONE, &o->no_gaps, "New versions must have all the intervals of those before.", NULL},
        {"min-intervals", 0, 0, G_OPTION_ARG_INT, &o->min_intervals, "Compute at least so many intervals of each model.", "N"},
        {"no-diff", 0, 0, G_OPTION_ARG_NONE, &o->no_diff, "Leave out the differences of texts.", NULL},
        {"skip-tests", 0, 0, G_OPTION_ARG_NONE, &o->skip_tests, "Do not mention the project's unit tests.", NULL},
        {"test-changed-only", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o->accepted, NULL, NULL},
        {"skip-linter", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o->accepted, NULL, NULL},
        {"run", 0, 0, G_OPTION_ARG_NONE, &o->run, "Then fill in what is due (prod only).", NULL},
        {"ignore-cron", 0, 0, G_OPTION_ARG_NONE, &o->ignore_cron, "With --run: all that is missing, due or not.", NULL},
        {"exit-code", 0, 0, G_OPTION_ARG_NONE, &o->exit_code, "Exit with 5 when there is nothing to do.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries, .max_words = 1, .times = &o->times};
    int code = cli__parse(cli, &options, argc, argv, error);

    return code == CLI_GO ? check(o, error) : code;
}

void cli__plan_fill(struct cli_plan_options *o, const struct config *config)
{
    struct plan_options *p = &o->plan;

    o->auto_apply |= json_get_bool(config->plan, "auto_apply", false);
    o->no_diff |= json_get_bool(config->plan, "no_diff", false);
    p->start = o->times.start;
    p->end = o->times.end;
    p->execution_time = o->times.execution_time;
    p->create_from = o->create_from;
    p->skip_backfill = o->skip_backfill;
    p->empty_backfill = o->empty_backfill;
    p->forward_only = o->forward_only || json_get_bool(config->plan, "forward_only", false);
    p->include_unmodified =
        o->include_unmodified || json_get_bool(config->plan, "include_unmodified", false);
    p->enable_preview = o->enable_preview || json_get_bool(config->plan, "enable_preview", false);
    p->no_auto_categorization = o->no_auto_categorization;
    p->min_intervals = o->min_intervals;
}
