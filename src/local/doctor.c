/* doctor.c -- `heddle doctor`: every step on the way to work, each tried once. */
#include "local/local_int.h"

#include "executor/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct doctor {
    char *folder, *gateway, *dotenv;
    gboolean read_only, json;
    const struct cli_context *context;
    json_t *steps; /* with --json */
    struct config *config;
};

static void add_json(struct doctor *d, const struct check_result *r)
{
    g_auto(GStrv) parts = g_strsplit(r->text, "\nhint: ", 2);
    json_t *step =
        json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:I}", "step", executor_check_rows[r->step].name,
                  "gateway", r->gateway, "state", executor_check_words[r->state], "what", parts[0],
                  "hint", parts[0] ? parts[1] : NULL, "ms", (json_int_t)r->ms);

    json_array_append_new(d->steps, step);
}

static void report(const struct check_result *r, void *data)
{
    struct doctor *d = data;

    if (d->json)
        add_json(d, r);
    else
        executor_check_print(r);
}

/* As for every command: what the project's .env says wins over the environment. */
static bool read_env(struct doctor *d, GError **error)
{
    g_autofree char *path =
        d->dotenv ? g_strdup(d->dotenv) : g_build_filename(d->folder, ".env", NULL);

    return (!d->dotenv && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) ||
           config_read_env_file(path, true, error);
}

static bool has_server(void)
{
    const char *url = getenv("TCLOUD_URL");

    return url && *url;
}

static enum check_state fail_settings(struct check *c, void *data, GString *text)
{
    const GError *why = data;

    (void)c;
    g_string_append(text, why->message);
    return CHECK_FAILED;
}

static enum check_state read_config(struct check *c, void *data, GString *text)
{
    struct doctor *d = data;
    g_autoptr(GError) error = NULL;
    const struct config_gateway *g;

    if (!(d->config = config_load(d->folder, &error)) ||
        (d->gateway && !config_gateway(d->config, d->gateway, &error)))
        return fail_settings(c, error, text);
    config_register_secrets(d->config, d->context->redactor);
    g_string_append_printf(text, "the project in %s has %u gateway%s", d->config->path,
                           d->config->gateways->len, d->config->gateways->len == 1 ? "" : "s");
    if ((g = config_gateway(d->config, NULL, NULL)))
        g_string_append_printf(text, "; the default one is %s (%s)", g->name, g->type);
    g_string_append_c(text, '.');
    return CHECK_OK;
}

static enum check_state try_state(struct check *c, void *data, GString *text)
{
    const struct doctor *d = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *found = local__check_state(d->config->path, &error);

    if (!found)
        return fail_settings(c, error, text);
    g_string_append(text, found);
    return CHECK_OK;
}

/* Without a server: the project in the folder. */
static void check_project(struct doctor *d, struct check *c)
{
    if (executor_check_do(c, CHECK_SETTINGS, read_config, d) == CHECK_FAILED) {
        executor_check_skip(c, CHECK_STATE);
        return;
    }
    executor_check_do(c, CHECK_STATE, try_state, d);
    executor_check_gateways(c, d->config);
}

static int print_json(struct doctor *d, int code)
{
    g_autoptr(json_t) all = json_pack("{s:O, s:i}", "steps", d->steps, "exit_code", code);
    g_autofree char *text = json_text_pretty(all);

    puts(text);
    return code;
}

static int examine(struct doctor *d)
{
    g_autofree char *gateway = d->gateway ? g_ascii_strdown(d->gateway, -1) : NULL;
    const struct check_options options = {
        .with_rights = true,
        .read_only = d->read_only,
        .gateway = gateway,
        .sign_in = cli_use_signin,
        .report = report,
        .data = d,
        .redactor = d->context->redactor,
    };
    struct check *c = executor_check_new(&options);
    g_autoptr(GError) error = NULL;
    int code;

    if (!read_env(d, &error))
        executor_check_do(c, CHECK_SETTINGS, fail_settings, error);
    else if (has_server())
        executor_check_environment(c);
    else
        check_project(d, c);
    code = executor_check_code(c);
    executor_check_free(c);
    return d->json ? print_json(d, code) : code;
}

int local__run_doctor(struct cli *cli, int argc, char **argv, GError **error)
{
    struct doctor d = {.context = cli_context_of(cli), .steps = json_array()};
    /* clang-format off */
    const GOptionEntry own[] = {
        {"paths", 'p', 0, G_OPTION_ARG_FILENAME, &d.folder, "The project's folder instead of the current one", "FOLDER"},
        {"gateway", 0, 0, G_OPTION_ARG_FILENAME, &d.gateway, "Look at this gateway only", "NAME"},
        {"dotenv", 0, 0, G_OPTION_ARG_FILENAME, &d.dotenv, "A file of variables instead of the project's .env", "FILE"},
        {"read-only", 0, 0, G_OPTION_ARG_NONE, &d.read_only, "Write nothing to warehouses: try a query only", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &d.json, "Print a JSON object", NULL},
        {0},
    };
    /* clang-format on */
    const struct local_options options = {own, 0, 0};
    int code = local__parse(local__command("doctor"), &options, &argc, &argv, error);

    if (!d.folder)
        d.folder = g_get_current_dir();
    if (code == LOCAL_GO)
        code = examine(&d);
    json_decref(d.steps);
    config_free(d.config);
    g_free(d.folder);
    g_free(d.gateway);
    g_free(d.dotenv);
    return code;
}
