/* heddle run [ENVIRONMENT] */
#include "cli/cli_int.h"

#include "calendar/date.h"
#include "schedule/names.h"

const char cli__run_help[] =
    "A server, and heddle dev, run prod by themselves whenever models are due; this is for other "
    "environments, and for\nasking now. What is due is found by the models' cron.\n\nExamples:\n  "
    "heddle run\n  heddle run dev --ignore-cron\n  heddle run --select-model shop.sales\n\nExit "
    "codes: 0 done, or nothing was due, 1 failed, 2 the command line cannot be, 4 the control "
    "plane "
    "or the warehouse\ndoes not answer, 5 (with --exit-code) nothing was due.";

struct options {
    struct cli_typed_times times;
    char **select;
    gboolean ignore_cron, no_auto_upstream, skip_janitor, exit_code;
};

static bool fill(struct cli *cli, const struct options *o, struct wire_run_request *r,
                 GError **error)
{
    struct cli_times t = {TIME_NONE, TIME_NONE, TIME_NONE};
    g_auto(GStrv) names = NULL;

    r->ignore_cron = o->ignore_cron;
    r->no_upstream = o->no_auto_upstream;
    r->trigger = g_strdup("cli");
    if (!cli__read_times(&o->times, cli->now_ms, &t, error))
        return false;
    r->start_ms = t.start_ms;
    r->end_ms = t.end_ms;
    r->execution_ms = t.execution_ms;
    if (!o->select)
        return true;
    if (!cli__project(cli, false, error) ||
        !(names = project_select(cli->project, (const char *const *)o->select, error)))
        return false;
    if (!*names) {
        g_set_error_literal(error, cli_error(), ERROR_NOT_FOUND,
                            "--select-model selects no model of this project.");
        return false;
    }
    for (char **n = names; *n; n++)
        g_ptr_array_add(r->select, g_strdup(*n));
    return true;
}

static void say_nothing_due(const struct cli *cli, const struct wire_environment *e)
{
    int64_t next = e ? schedule_next_due(e->snapshots, cli->now_ms) : INT64_MAX;

    puts("Nothing is due: no model's cron has ticked since it was filled.");
    if (next != INT64_MAX) {
        g_autofree char *when = date_timestamp(next);

        printf("The next run is due at %s UTC.\n", when);
    }
}

/* The catalog of the default gateway, which people leave out of names. */
static const char *default_catalog(struct cli *cli)
{
    if (cli->project)
        return cli->project->default_catalog;
    if (!cli->gateways)
        cli->gateways = cli__call(cli, "GET", CLI_API "gateways", &wire_gateways_type, NULL, NULL);
    for (guint i = 0; cli->gateways && i < cli->gateways->gateways->len; i++) {
        const struct wire_gateway *g = cli->gateways->gateways->pdata[i];

        if (g->is_default)
            return g->default_catalog;
    }
    return NULL;
}

int cli__do_run(struct cli *cli, const struct wire_run_request *request,
                struct wire_progress **result, GError **error)
{
    g_autoptr(json_t) body = wire_to_json(&wire_run_request_type, request);
    struct cli_follow follow = {.kind = "runs", .environment = request->environment};
    g_autoptr(wire_environment) e = NULL;
    struct wire_progress *p;
    int code;

    if (!cli__environment(cli, request->environment, &e, error) ||
        !(p = cli__call(cli, "POST", CLI_API "runs", &wire_progress_type, body, error)))
        return CLI_FAILED;
    follow.default_catalog = default_catalog(cli);
    follow.suffix_target = e ? e->suffix_target : SUFFIX_SCHEMA;
    follow.snapshots = e ? e->snapshots : NULL;
    if (!(*result = p = cli__follow(cli, &follow, p, error)))
        return CLI_FAILED;
    code = cli__outcome(cli, &follow, p, error);
    if (p->status == STATUS_SKIPPED && !cli->json)
        say_nothing_due(cli, e);
    else if (code == CLI_DONE && !cli->json)
        puts("Run finished.");
    return code;
}

static int run(struct cli *cli, const struct options *o, const char *environment, GError **error)
{
    g_autoptr(wire_run_request) request = wire_run_request_new();
    g_autoptr(wire_progress) result = NULL;
    int code;

    if (!fill(cli, o, request, error))
        return CLI_FAILED;
    request->environment = cli__environment_name(cli, environment);
    code = cli__do_run(cli, request, &result, error);
    if (cli->json && result)
        cli__print_json(cli__progress_json(result));
    return code == CLI_DONE && result->status == STATUS_SKIPPED && o->exit_code ? CLI_NOTHING
                                                                                : code;
}

int cli__run(struct cli *cli, int argc, char **argv, GError **error)
{
    struct options o = {0};
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"ignore-cron", 0, 0, G_OPTION_ARG_NONE, &o.ignore_cron, "All that is missing, due or not.", NULL},
        {"select-model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.select, "Only these models and what they read; may be repeated.", "MODEL"},
        {"no-auto-upstream", 0, 0, G_OPTION_ARG_NONE, &o.no_auto_upstream, "With --select-model: not what they read.", NULL},
        {"skip-janitor", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o.skip_janitor, NULL, NULL},
        {"exit-code", 0, 0, G_OPTION_ARG_NONE, &o.exit_code, "Exit with 5 when nothing was due.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries, .max_words = 1, .times = &o.times};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code == CLI_GO)
        code = run(cli, &o, argc > 1 ? argv[1] : NULL, error);
    cli__typed_times_clear(&o.times);
    g_strfreev(o.select);
    return code;
}
