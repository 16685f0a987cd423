/* heddle info */
#include "cli/cli_int.h"

#include <string.h>

const char cli__info_help[] =
    "The connection is tried by an apply executor, with SELECT 1 on the default gateway (or "
    "--gateway).\n\nExit codes: 0 all well, 1 failed, 2 the command line cannot be, 4 the "
    "warehouse "
    "or the control plane does not\nanswer.";

struct counts {
    int models, external, macros;
};

static int macros_in_file(const char *path)
{
    g_autofree char *text = NULL;
    int n = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        n += g_str_has_prefix(line, "@macro");
    }
    return n;
}

/* User macros are functions of Python marked @macro. */
static int count_macros(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "macros", NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    int n = 0;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        if (g_str_has_suffix(name, ".py"))
            n += macros_in_file(file);
    }
    if (dir)
        g_dir_close(dir);
    return n;
}

static struct counts count(const struct project *p)
{
    struct counts n = {.macros = count_macros(p->config->path)};

    for (guint i = 0; i < p->models->len; i++) {
        const struct model *m = p->models->pdata[i];

        if (m->kind == KIND_EXTERNAL)
            n.external++;
        else
            n.models++;
    }
    return n;
}

static json_t *gateways_json(const struct config *config)
{
    json_t *out = json_array();

    for (guint i = 0; i < config->gateways->len; i++) {
        const struct config_gateway *g = config->gateways->pdata[i];

        json_array_append_new(out, json_pack("{s:s, s:s, s:b}", "name", g->name, "type", g->type,
                                             "default",
                                             g_strcmp0(g->name, config->default_gateway) == 0));
    }
    return out;
}

static bool is_answering(struct cli *cli, GError **error)
{
    const char *gateway = cli->gateway ? cli->gateway : cli->config->default_gateway;
    g_autoptr(json_t) answer = cli__query(cli, gateway, "SELECT 1", 1, error);

    if (!answer)
        g_prefix_error(error, "The data warehouse was not reached: ");
    return answer != NULL;
}

int cli__info(struct cli *cli, int argc, char **argv, GError **error)
{
    gboolean skip = FALSE, verbose = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"skip-connection", 0, 0, G_OPTION_ARG_NONE, &skip, "Do not try the warehouse.", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "List the gateways too.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries};
    const struct project *p;
    struct counts n;
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    if (!(p = cli__project(cli, skip, error)))
        return CLI_FAILED;
    n = count(p);
    if (!cli->json) {
        printf("Models: %d\nMacros: %d\n", n.models, n.macros);
        if (n.external > 0)
            printf("External models: %d\n", n.external);
        if (p->standalone_audits->len > 0)
            printf("Standalone audits: %u, which are not run\n", p->standalone_audits->len);
        for (guint i = 0; verbose && i < p->config->gateways->len; i++) {
            const struct config_gateway *g = p->config->gateways->pdata[i];

            printf("Gateway %s: %s%s\n", g->name, g->type,
                   g_strcmp0(g->name, p->config->default_gateway) == 0 ? " (default)" : "");
        }
        fflush(stdout);
    }
    if (!skip && !is_answering(cli, error))
        code = CLI_FAILED;
    else
        code = CLI_DONE;
    if (cli->json)
        cli__print_json(json_pack("{s:i, s:i, s:i, s:i, s:o, s:o}", "models", n.models,
                                  "external_models", n.external, "macros", n.macros,
                                  "standalone_audits", (int)p->standalone_audits->len, "gateways",
                                  gateways_json(p->config), "connection",
                                  skip ? json_null() : json_boolean(code == CLI_DONE)));
    else if (!skip && code == CLI_DONE)
        puts("The data warehouse answers.");
    return code;
}
