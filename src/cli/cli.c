/* One command from start to end, and the list of them. */
#include "cli/cli_int.h"

#include "base/clock.h"
#include "base/redact.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

ERROR_DOMAIN_DEFINE(cli)

static void say(const struct cli_context *context, const char *text)
{
    g_autofree char *clean =
        context->redactor ? redact_text(context->redactor, text) : g_strdup(text);

    fputs(clean, stderr);
    fputc('\n', stderr);
}

const struct cli_context *cli_context_of(const struct cli *cli)
{
    return cli->context;
}

void cli__say(const struct cli *cli, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    say(cli->context, text);
}

bool cli__is_terminal(const struct cli *cli)
{
    const char *kind = g_getenv("TERM");

    return !cli->no_color && isatty(STDERR_FILENO) && g_strcmp0(kind, "dumb") != 0 &&
           !g_getenv("NO_COLOR");
}

bool cli__may_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

void cli__print_json(json_t *value)
{
    g_autofree char *text = json_text_pretty(value);

    puts(text);
    json_decref(value);
}

static void clear(struct cli *cli)
{
    project_free(cli->project);
    wire_gateways_free(cli->gateways);
    api_free(cli->api);
    g_free(cli->plane.url);
    g_free(cli->plane.token);
    config_free(cli->config);
    g_free(cli->folder);
    g_free(cli->gateway);
    g_free(cli->dotenv);
}

/* Whatever of the command line can be understood: an error in it is JSON, too. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* The last line of stderr: {"error": …} */
static void say_json(const struct cli *cli, const GError *error)
{
    g_autofree char *clean = cli->context->redactor
                                 ? redact_text(cli->context->redactor, error->message)
                                 : g_strdup(error->message);
    g_autoptr(GError) told = g_error_new_literal(error->domain, error->code, clean);
    g_autoptr(json_t) out = json_pack("{s:o}", "error", error_to_json(told));
    g_autofree char *text = NULL;

    if (error->domain == G_OPTION_ERROR)
        json_object_set_new(json_object_get(out, "error"), "code", json_string("usage"));
    text = json_text_as_built(out);
    fprintf(stderr, "%s\n", text);
}

static int exit_code(int code, const GError *error)
{
    if (error->domain == G_OPTION_ERROR)
        return CLI_USAGE;
    if (code == CLI_DONE || code == CLI_FAILED)
        return error_is(error, ERROR_UNAVAILABLE) || error_is(error, ERROR_BUSY) ? CLI_UNAVAILABLE
                                                                                 : CLI_FAILED;
    return code;
}

int cli_run(const struct cli_command *command, const struct cli_context *context, int argc,
            char **argv)
{
    struct cli cli = {.command = command, .context = context, .now_ms = clock_now_ms()};
    g_autoptr(GError) error = NULL;
    bool json = wants_json(argc, argv);
    int code = command->run(&cli, argc, argv, &error);

    if (error) {
        code = exit_code(code, error);
        fflush(stdout);
        if (json)
            say_json(&cli, error);
        else
            cli__say(&cli, "Error: %s", error->message);
    }
    clear(&cli);
    if (fflush(stdout) != 0 && code == CLI_DONE) {
        say(context, "Error: the output could not be written.");
        code = CLI_FAILED;
    }
    return code;
}
