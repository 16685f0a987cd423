/* What a command stands on: the project's folder and configuration, the control plane, the project.
 */
#include "cli/auth_int.h"

#include "base/envfile.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static char *folder_of(const struct cli *cli)
{
    return cli->folder ? g_strdup(cli->folder) : g_get_current_dir();
}

bool cli__read_env(struct cli *cli, GError **error)
{
    g_autofree char *folder = folder_of(cli);
    g_autofree char *path =
        cli->dotenv ? g_strdup(cli->dotenv) : g_build_filename(folder, ".env", NULL);

    if (cli->env_read)
        return true;
    if ((cli->dotenv || g_file_test(path, G_FILE_TEST_IS_REGULAR)) &&
        !config_read_env_file(path, true, error))
        return false;
    cli->env_read = true;
    if (cli->context->redactor)
        redactor_add(cli->context->redactor, variable("TCLOUD_CLIENT_SECRET"));
    return true;
}

static bool has_config(const char *folder)
{
    static const char *const names[] = {"config.yaml", "config.yml", "config.py"};
    bool found = false;

    for (size_t i = 0; i < G_N_ELEMENTS(names) && !found; i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);

        found = g_file_test(path, G_FILE_TEST_EXISTS);
    }
    return found;
}

/* The nearest folder above that is a project; NULL: none. g_free(). */
static char *project_above(const char *folder)
{
    g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
    char *at = g_path_get_dirname(absolute);

    while (!has_config(at)) {
        char *above = g_path_get_dirname(at);
        bool top = strcmp(above, at) == 0;

        g_free(at);
        if (top) {
            g_free(above);
            return NULL;
        }
        at = above;
    }
    return at;
}

static bool check_folder(const char *folder, GError **error)
{
    g_autofree char *above = NULL;

    if (has_config(folder))
        return true;
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, cli_error(), ERROR_NOT_FOUND, "There is no folder %s.", folder);
        return false;
    }
    above = project_above(folder);
    g_set_error(error, cli_error(), ERROR_NOT_FOUND, "%s is no project: it holds no config.yaml.",
                folder);
    if (above)
        error_hint(error, "%s is one; go there or say --paths %s.", above, above);
    else
        error_hint(error, "go to the project's folder, name it with --paths, or make one with "
                          "heddle init.");
    return false;
}

const struct config *cli__config(struct cli *cli, GError **error)
{
    g_autofree char *folder = folder_of(cli);

    if (cli->config)
        return cli->config;
    if (!cli__read_env(cli, error) || !check_folder(folder, error) ||
        !(cli->config = config_load(folder, error)))
        return NULL;
    if (cli->context->redactor)
        config_register_secrets(cli->config, cli->context->redactor);
    if (cli->gateway && !config_gateway(cli->config, cli->gateway, error))
        return NULL;
    return cli->config;
}

bool cli_use_signin(struct api_settings *settings, GError **error)
{
    g_autofree char *origin = cli__origin(settings->url);
    GError *own = NULL;
    g_autoptr(json_t) entry = NULL;

    if (settings->client_id || settings->client_secret || !origin)
        return true;
    entry = cli__signin_peek(origin, &own);
    if (own) {
        g_propagate_error(error, own);
        return false;
    }
    if (entry) {
        settings->renew = cli__signin_token;
        settings->renew_data = g_steal_pointer(&origin);
        settings->renew_free = g_free;
    }
    return true;
}

static struct api *remote_api(GError **error)
{
    struct api_settings settings = {
        .url = variable("TCLOUD_URL"),
        .token_url = variable("TCLOUD_TOKEN_URL"),
        .client_id = variable("TCLOUD_CLIENT_ID"),
        .client_secret = variable("TCLOUD_CLIENT_SECRET"),
    };

    return cli_use_signin(&settings, error) ? api_new(&settings, error) : NULL;
}

/* The plane's threads are born with Ctrl-C blocked: it is for the command (interrupt.c). */
static bool start_plane(struct cli *cli, const struct config *config, GError **error)
{
    sigset_t set, before;
    bool ok;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    ok = cli->context->start_plane(config, &cli->plane, cli->context->data, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static struct api *local_api(struct cli *cli, GError **error)
{
    const struct config *config = cli__config(cli, error);
    struct api_settings settings = {0};

    if (!config || !start_plane(cli, config, error))
        return NULL;
    settings.url = cli->plane.url;
    settings.token = cli->plane.token;
    if (cli->context->redactor)
        redactor_add(cli->context->redactor, cli->plane.token);
    return api_new(&settings, error);
}

struct api *cli_api(struct cli *cli, GError **error)
{
    if (!cli->api && cli__read_env(cli, error))
        cli->api = variable("TCLOUD_URL") ? remote_api(error) : local_api(cli, error);
    return cli->api;
}

static bool is_all_duckdb(const struct config *config)
{
    for (guint i = 0; i < config->gateways->len; i++) {
        const struct config_gateway *g = config->gateways->pdata[i];

        if (strcmp(g->type, "duckdb") != 0)
            return false;
    }
    return true;
}

static bool fetch_gateways(struct cli *cli, GError **error)
{
    if (!cli->gateways)
        cli->gateways = cli__call(cli, "GET", CLI_API "gateways", &wire_gateways_type, NULL, error);
    return cli->gateways != NULL;
}

struct project *cli__project(struct cli *cli, bool plain, GError **error)
{
    const struct config *config = cli->project ? cli->config : cli__config(cli, error);
    struct project_options options = {
        .folder = config ? config->path : NULL,
        .gateway = cli->gateway,
        .now_ms = cli->now_ms,
    };

    if (!config || cli->project)
        return cli->project;
    if (!(plain && !variable("TCLOUD_URL") && is_all_duckdb(config))) {
        if (!fetch_gateways(cli, error))
            return NULL;
        if (cli->gateways->gateways->len > 0)
            options.gateways = cli->gateways->gateways;
    }
    return cli->project = project_load(&options, error);
}

void cli__mention_standalone(const struct cli *cli)
{
    g_autoptr(GString) names = g_string_new(NULL);
    const GPtrArray *audits = cli->project->standalone_audits;

    for (guint i = 0; i < audits->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               ((const struct model_audit *)audits->pdata[i])->name);
    if (audits->len > 0)
        cli__say(cli, "Note: Heddle does not run standalone audits; left alone: %s.", names->str);
}
