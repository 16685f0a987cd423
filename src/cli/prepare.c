/* The difference between the project and an environment: what plan and diff begin with. */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <string.h>

void cli__prepared_free(struct cli_prepared *d)
{
    if (!d)
        return;
    plan_free(d->plan);
    wire_environment_free(d->environment);
    wire_environment_free(d->base);
    wire_environment_free(d->prod);
    wire_snapshots_free(d->known);
    g_free(d->name);
    g_free(d);
}

char *cli__environment_name(const struct cli *cli, const char *typed)
{
    const char *missing = cli->config ? cli->config->default_target_environment : NULL;
    char *name = g_ascii_strdown(typed ? typed : missing ? missing : "prod", -1);

    for (char *p = name; *p; p++)
        if (!g_ascii_isalnum(*p) && (unsigned char)*p < 0x80)
            *p = '_';
    return name;
}

/* An environment whose time is over begins anew, as if it was not there. */
static bool is_over(const struct cli *cli, const struct wire_environment *e)
{
    return !e || (e->expiration_ms != TIME_NONE && e->expiration_ms <= cli->now_ms);
}

/* What is at hand of prod: it may be what is planned, or what a new environment begins as. */
static const struct wire_environment *prod_of(const struct cli_prepared *d)
{
    if (names_is_prod(d->name))
        return d->environment;
    return d->base && names_is_prod(d->base->name) ? d->base : d->prod;
}

static bool fetch_state(struct cli *cli, struct cli_prepared *d, const char *create_from,
                        GError **error)
{
    g_autoptr(wire_lookup) needs = NULL;
    bool over;

    if (!cli__environment(cli, d->name, &d->environment, error))
        return false;
    over = is_over(cli, d->environment);
    if (over && strcmp(d->name, create_from) != 0 &&
        !cli__environment(cli, create_from, &d->base, error))
        return false;
    if (!names_is_prod(d->name) && !prod_of(d) && !cli__environment(cli, "prod", &d->prod, error))
        return false;
    needs = plan_needs(cli->project, over ? d->base : d->environment);
    d->known = cli__lookup(cli, needs, error);
    return d->known != NULL;
}

bool cli__build_plan(struct cli *cli, struct cli_prepared *d, const struct plan_options *options,
                     GError **error)
{
    const struct plan_state state = {
        .environment = d->environment,
        .base = d->base,
        .prod = prod_of(d),
        .known = d->known,
    };

    g_clear_pointer(&d->plan, plan_free);
    d->plan = plan_build(cli->project, options, &state, error);
    return d->plan != NULL;
}

struct cli_prepared *cli__prepare(struct cli *cli, const char *environment,
                                  struct plan_options *options, GError **error)
{
    struct project *project = cli__project(cli, false, error);
    g_autoptr(cli_prepared) d = g_new0(struct cli_prepared, 1);

    if (!project)
        return NULL;
    d->name = cli__environment_name(cli, environment);
    options->environment = d->name;
    if (!options->create_from)
        options->create_from = "prod";
    options->now_ms = cli->now_ms;
    if (!options->user)
        options->user = project->config->username ? project->config->username : g_get_user_name();
    if (!fetch_state(cli, d, options->create_from, error) ||
        !cli__build_plan(cli, d, options, error))
        return NULL;
    return g_steal_pointer(&d);
}
