/* plan_options.h -- the command line of `heddle plan`. */
#ifndef HEDDLE_CLI_PLAN_OPTIONS_H
#define HEDDLE_CLI_PLAN_OPTIONS_H

#include "cli/cli_int.h"

struct cli_plan_options {
    struct plan_options plan; /* borrows from what follows */
    struct cli_typed_times times;
    char *create_from, *effective_from;
    gboolean auto_apply, no_prompts, skip_backfill, empty_backfill, dry_run, forward_only;
    gboolean include_unmodified, no_gaps, no_diff, skip_tests, enable_preview, exit_code;
    gboolean no_auto_categorization, run, ignore_cron, accepted;
    int min_intervals;
};

/* CLI_GO, or an exit code. Clear it in any case. */
int cli__plan_parse(struct cli *cli, struct cli_plan_options *o, int *argc, char ***argv,
                    GError **error);
/* What the plan section of config.yaml says holds where the command line says nothing. */
void cli__plan_fill(struct cli_plan_options *o, const struct config *config);
void cli__plan_clear(struct cli_plan_options *o);

#endif
