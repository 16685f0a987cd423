/* options.c -- command lines of the commands here. */
#include "local/local_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool local__usage_error(GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
    return false;
}

bool local__read_secret(const char *path, char **secret, GError **error)
{
    gsize len;

    if (!g_file_get_contents(path, secret, &len, error))
        return false;
    if (strlen(*secret) == len)
        return true;
    explicit_bzero(*secret, len);
    g_clear_pointer(secret, g_free);
    g_set_error(error, local_error(), ERROR_INVALID,
                "%s holds a byte of zero, and so no text: a secret would end there.", path);
    return false;
}

void local__print_json(const json_t *value)
{
    g_autofree char *text = json_text_as_built(value);

    puts(text);
}

static GOptionContext *context_for(const struct cli_command *command, const GOptionEntry *own,
                                   gboolean *help)
{
    const GOptionEntry common[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, help, "Show this help and exit.", NULL},
        {0    },
    };
    GOptionContext *context = g_option_context_new(command->usage);

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, command->help);
    g_option_context_set_description(context, command->more);
    if (own)
        g_option_context_add_main_entries(context, own, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    return context;
}

static bool check_words(const struct cli_command *command, const struct local_options *o, int words,
                        char **argv, GError **error)
{
    if (words < o->min_words)
        local__usage_error(error, "heddle %s needs %s.\nhint: see heddle %s --help.", command->name,
                           command->usage, command->name);
    else if (words > o->max_words)
        local__usage_error(error,
                           "heddle %s: \"%s\" is one word too many.\nhint: see heddle %s "
                           "--help.",
                           command->name, argv[o->max_words + 1], command->name);
    return words >= o->min_words && words <= o->max_words;
}

int local__parse(const struct cli_command *command, const struct local_options *options, int *argc,
                 char ***argv, GError **error)
{
    g_autofree char *program = g_strconcat("heddle ", command->name, NULL);
    gboolean help = FALSE;
    GOptionContext *context = context_for(command, options->own, &help);
    g_autofree char **words = g_memdup2(*argv, (gsize)*argc * sizeof **argv);
    int count = *argc;
    bool parsed;

    g_set_prgname(program);
    parsed = g_option_context_parse(context, argc, argv, error);
    local__hide_passwords(words, count);
    if (!parsed)
        error_hint(error, "see heddle %s --help.", command->name);
    if (parsed && help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

        fputs(text, stdout);
    }
    g_option_context_free(context);
    if (!parsed)
        return CLI_USAGE;
    if (help)
        return CLI_DONE;
    return check_words(command, options, *argc - 1, *argv, error) ? LOCAL_GO : CLI_USAGE;
}
