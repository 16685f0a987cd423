/* Command lines: the options every command has, its own, and help. */
#include "cli/cli_int.h"

#include <stdarg.h>
#include <string.h>

int cli__usage(GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
    return CLI_USAGE;
}

void cli__typed_times_clear(struct cli_typed_times *t)
{
    g_free(t->start);
    g_free(t->end);
    g_free(t->execution_time);
    *t = (struct cli_typed_times){0};
}

static void add_times(GOptionContext *context, struct cli_typed_times *t)
{
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"start", 's', 0, G_OPTION_ARG_FILENAME, &t->start, "The first moment (UTC) the command is about.", "TIME"},
        {"end", 'e', 0, G_OPTION_ARG_FILENAME, &t->end, "The last one; a day means all of it.", "TIME"},
        {"execution-time", 0, 0, G_OPTION_ARG_FILENAME, &t->execution_time, "As if it was this moment (now).", "TIME"},
        {0},
    };
    /* clang-format on */

    g_option_context_add_main_entries(context, entries, NULL);
}

static GOptionContext *context_for(struct cli *cli, const struct cli_options *o)
{
    /* clang-format off */
    const GOptionEntry common[] = {
        {"paths", 'p', 0, G_OPTION_ARG_FILENAME, &cli->folder, "The project's folder instead of the current one.", "FOLDER"},
        {"gateway", 0, 0, G_OPTION_ARG_FILENAME, &cli->gateway, "The gateway to use instead of the default one.", "NAME"},
        {"dotenv", 0, 0, G_OPTION_ARG_FILENAME, &cli->dotenv, "A file of variables instead of the project's .env.", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &cli->json, "Print JSON, and nothing else, to stdout.", NULL},
        {"no-color", 0, 0, G_OPTION_ARG_NONE, &cli->no_color, "No colors and no bars, as if stderr were no terminal.", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &cli->help, "Show this help and exit.", NULL},
        {0},
    };
    /* clang-format on */
    GOptionContext *context = g_option_context_new(cli->command->usage);

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, cli->command->help);
    g_option_context_set_description(context, cli->command->more);
    if (o->times)
        add_times(context, o->times);
    if (o->own)
        g_option_context_add_main_entries(context, o->own, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    return context;
}

static void print_help(GOptionContext *context)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

    fputs(text, stdout);
}

/* "--startt" is near "start" of these. */
static void suggest(const GOptionEntry *own, char **argv, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *near = NULL;

    for (const GOptionEntry *o = own; o && o->long_name; o++)
        g_ptr_array_add(names, (char *)o->long_name);
    g_ptr_array_add(names, NULL);
    for (char **a = argv; *a && !near; a++) {
        g_auto(GStrv) parts = g_strsplit(*a, "=", 2);

        if (g_str_has_prefix(*a, "--") &&
            !g_strv_contains((const char *const *)names->pdata, parts[0] + 2) &&
            g_strrstr((*error)->message, parts[0]))
            near = nearest_name(parts[0] + 2, (const char *const *)names->pdata);
    }
    if (near)
        error_hint(error, "--%s is near.", near);
}

static int check_words(const struct cli *cli, const struct cli_options *o, int words, char **argv,
                       GError **error)
{
    const char *name = cli->command->name;

    if (words < o->min_words)
        return cli__usage(error, "heddle %s needs %s.\nhint: see heddle %s --help.", name,
                          o->words ? o->words : cli->command->usage, name);
    if (words > o->max_words)
        return cli__usage(error,
                          "heddle %s: \"%s\" is one word too many.\nhint: see heddle %s --help.",
                          name, argv[o->max_words + 1], name);
    return CLI_GO;
}

/* A `--` that only ended the options is no word. */
static void drop_dashes(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
            (*argc)--;
            return;
        }
}

int cli__parse(struct cli *cli, const struct cli_options *options, int *argc, char ***argv,
               GError **error)
{
    g_autofree char *program = g_strconcat("heddle ", cli->command->name, NULL);
    GOptionContext *context = context_for(cli, options);
    g_auto(GStrv) given = g_strdupv(*argv);
    GError *own = NULL;
    int code = CLI_GO;

    g_set_prgname(program);
    if (!g_option_context_parse(context, argc, argv, &own)) {
        suggest(options->own, given, &own);
        error_hint(&own, "see %s --help.", program);
        g_propagate_error(error, own);
        code = CLI_USAGE;
    } else if (cli->help) {
        print_help(context);
        code = CLI_DONE;
    }
    g_option_context_free(context);
    if (code != CLI_GO)
        return code;
    drop_dashes(argc, *argv);
    return check_words(cli, options, *argc - 1, *argv, error);
}
