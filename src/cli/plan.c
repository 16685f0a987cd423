/* heddle plan [ENVIRONMENT]: show, ask, apply, follow. */
#include "cli/plan_options.h"

#include <string.h>

const char cli__plan_help[] =
    "Compares the project's files with the environment (prod, or as config.yaml says), shows what "
    "would change and what must be\ncomputed, and applies it after a yes. Without a terminal "
    "nobody is asked: then --auto-apply is the yes.\n--dry-run only shows; what SQLMesh calls "
    "--dry-run, a virtual update without computing, is --skip-backfill here.\n\nExamples:\n  "
    "heddle "
    "plan\n  heddle plan dev --start '1 week ago'\n  heddle plan --auto-apply --no-prompts\n  "
    "heddle plan --restate-model shop.sales --start 2026-01-01 --end 2026-01-31\n  heddle plan dev "
    "--dry-run --json\n\nExit codes: 0 applied, or nothing to do, 1 failed, 2 the command line "
    "cannot be, 3 nobody said yes, 4 the control\nplane or the warehouse does not answer, 5 (with "
    "--exit-code) nothing to do.";

static int count_tests(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "tests", NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    int n = 0;

    while (dir && (name = g_dir_read_name(dir)))
        n += g_str_has_prefix(name, "test") &&
             (g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml"));
    if (dir)
        g_dir_close(dir);
    return n;
}

static void mention_tests(const struct cli *cli, const struct cli_plan_options *o)
{
    int n = o->skip_tests ? 0 : count_tests(cli->config->path);

    if (n > 0)
        cli__say(cli, "Note: Heddle does not run unit tests; %d file%s in tests/ %s left alone.", n,
                 n == 1 ? "" : "s", n == 1 ? "was" : "were");
}

/* Show, and get a yes. CLI_GO: apply it. */
static int decide(struct cli *cli, struct cli_plan_options *o, struct cli_prepared *d,
                  GError **error)
{
    const struct cli_asking asking = {
        .may_ask = !o->no_prompts && !o->dry_run && !cli->json && cli__may_ask(),
        .ask_dates = !json_get_bool(cli->config->plan, "no_prompts", true),
        .auto_apply = o->auto_apply,
    };
    int code = CLI_GO;

    if (!cli->json)
        cli__show_changes(d->plan, !o->no_diff);
    if (!o->dry_run && (code = cli__categorize(d->plan, &asking, error)) != CLI_GO)
        return code;
    if (!cli->json)
        cli__show_backfill(d->plan);
    if (o->dry_run)
        return CLI_DONE;
    if (asking.may_ask && asking.ask_dates &&
        (code = cli__ask_dates(cli, d, &o->plan, error)) != CLI_GO)
        return code;
    return cli__ask_apply(d->plan, &asking, error);
}

static struct wire_progress *post(struct cli *cli, const struct cli_plan_options *o,
                                  const struct cli_prepared *d, GError **error)
{
    g_autoptr(wire_plan) message = plan_message(d->plan);
    g_autoptr(json_t) body = NULL;
    GError *own = NULL;
    struct wire_progress *p;

    message->no_gaps = o->no_gaps;
    body = wire_to_json(&wire_plan_type, message);
    p = cli__call(cli, "POST", CLI_API "plans", &wire_progress_type, body, &own);
    if (own && error_is(own, ERROR_CONFLICT) && !strstr(own->message, "hint: "))
        error_hint(&own, "plan again: the difference is taken against the environment as it is "
                         "now.");
    if (own)
        g_propagate_error(error, own);
    return p;
}

static struct cli_follow follow_of(const struct cli *cli, const struct cli_prepared *d)
{
    return (struct cli_follow){
        .kind = "plans",
        .default_catalog = cli->project->default_catalog,
        .environment = d->name,
        .suffix_target = cli->project->config->suffix_target,
        .snapshots = d->plan->snapshots,
    };
}

static int apply(struct cli *cli, const struct cli_plan_options *o, struct cli_prepared *d,
                 struct wire_progress **result, GError **error)
{
    const struct cli_follow follow = follow_of(cli, d);
    struct wire_progress *p = post(cli, o, d, error);
    int code;

    if (!p || !(*result = cli__follow(cli, &follow, p, error)))
        return CLI_FAILED;
    code = cli__outcome(cli, &follow, *result, error);
    if (code == CLI_DONE && !cli->json)
        printf("Environment `%s` is as planned.\n", d->name);
    return code;
}

/* What became of a plan, and of the run behind it. */
struct ending {
    struct wire_progress *result, *run;
};

static void print_json(const struct cli_prepared *d, const struct ending *e)
{
    json_t *out = json_pack("{s:o, s:b, s:o, s:o}", "plan", plan_json(d->plan), "applied",
                            e->result && e->result->status == STATUS_SUCCESS, "result",
                            cli__progress_json(e->result), "run", cli__progress_json(e->run));

    cli__print_json(out);
}

static int run_after(struct cli *cli, const struct cli_plan_options *o,
                     const struct cli_prepared *d, struct ending *e, GError **error)
{
    g_autoptr(wire_run_request) request = wire_run_request_new();

    request->environment = g_strdup(d->name);
    request->ignore_cron = o->ignore_cron;
    request->trigger = g_strdup("cli");
    return cli__do_run(cli, request, &e->run, error);
}

static int carry_out(struct cli *cli, struct cli_plan_options *o, struct cli_prepared *d,
                     struct ending *e, GError **error)
{
    int code;

    if (plan_is_empty(d->plan)) {
        if (!cli->json)
            printf("No changes to plan: project files match the `%s` environment\n", d->name);
        return o->exit_code ? CLI_NOTHING : CLI_DONE;
    }
    if (o->auto_apply && !o->dry_run && cli->context->expect_work)
        cli->context->expect_work(cli->context->data);
    code = decide(cli, o, d, error);
    return code == CLI_GO ? apply(cli, o, d, &e->result, error) : code;
}

static int plan_and_run(struct cli *cli, struct cli_plan_options *o, struct cli_prepared *d,
                        GError **error)
{
    struct ending e = {NULL, NULL};
    int code;

    mention_tests(cli, o);
    cli__mention_standalone(cli);
    code = carry_out(cli, o, d, &e, error);
    if (o->run && !o->dry_run && (code == CLI_DONE || code == CLI_NOTHING) && !d->plan->is_dev)
        code = run_after(cli, o, d, &e, error);
    if (cli->json)
        print_json(d, &e);
    wire_progress_free(e.result);
    wire_progress_free(e.run);
    return code;
}

int cli__plan(struct cli *cli, int argc, char **argv, GError **error)
{
    struct cli_plan_options o = {0};
    g_autoptr(cli_prepared) d = NULL;
    int code = cli__plan_parse(cli, &o, &argc, &argv, error);

    if (code == CLI_GO) {
        const struct config *config = cli__config(cli, error);

        if (config) {
            cli__plan_fill(&o, config);
            d = cli__prepare(cli, argc > 1 ? argv[1] : NULL, &o.plan, error);
        }
        code = d ? plan_and_run(cli, &o, d, error) : CLI_FAILED;
    }
    cli__plan_clear(&o);
    return code;
}
