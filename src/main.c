/* main.c -- the table of commands. */
#include "base/log.h"
#include "local/local.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct cli_command *const tables[] = {cli_commands, local_commands};

static const struct cli_command *find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct cli_command *c = tables[i]; c->name; c++)
            if (strcmp(c->name, name) == 0)
                return c;
    return NULL;
}

static void print_help(FILE *out)
{
    fputs("heddle " HEDDLE_VERSION ": control plane and executors for SQLMesh projects\n\n"
          "Usage: heddle COMMAND [OPTIONS]\n",
          out);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        fputc('\n', out);
        for (const struct cli_command *c = tables[i]; c->name; c++)
            fprintf(out, "  %-14s %s\n", c->name, c->help);
    }
    fputs("\nheddle COMMAND --help says more of one. With TCLOUD_URL commands talk to that server; "
          "without it they work\non the project in the current folder by themselves.\n",
          out);
}

static int unknown(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *near;

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct cli_command *c = tables[i]; c->name; c++)
            g_ptr_array_add(names, (char *)c->name);
    g_ptr_array_add(names, NULL);
    near = nearest_name(name, (const char *const *)names->pdata);
    fprintf(stderr, "Error: There is no command \"%s\"%s.\n", name,
            *name == '-' ? ", and no such option before one" : "");
    if (near)
        fprintf(stderr, "hint: heddle %s is near; heddle --help lists all.\n", near);
    else
        fputs("hint: heddle --help lists all commands.\n", stderr);
    return CLI_USAGE;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct local *local = NULL;
    struct cli_context context = {local_plane, local_expect_work, &local, redactor_new()};
    int code;

    log_setup(LOG_WARNING);
    log_redact_with(context.redactor);
    signal(SIGPIPE, SIG_IGN);
    code = cli_run(command, &context, argc, argv);
    local_stop(local);
    log_redact_with(NULL);
    redactor_free(context.redactor);
    return code;
}

/* Options that may stand before the command, too. */
static const struct {
    const char *name;
    bool takes_value;
} early_options[] = {
    {"-p",         true },
    {"--paths",    true },
    {"--gateway",  true },
    {"--dotenv",   true },
    {"--json",     false},
    {"--no-color", false},
};

/* How many words of the command line an option takes up; 0: it is none of the above. */
static int words_of(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(early_options); i++) {
        size_t len = strlen(early_options[i].name);

        if (strcmp(word, early_options[i].name) == 0)
            return early_options[i].takes_value ? 2 : 1;
        if (early_options[i].takes_value && strncmp(word, early_options[i].name, len) == 0 &&
            word[len] == '=')
            return 1;
    }
    return 0;
}

/* "-p folder plan dev" becomes "plan -p folder dev". The command; NULL: there is none. */
static const char *put_command_first(int argc, char **argv)
{
    int at = 1, words;
    char *command;

    while (at < argc && (words = words_of(argv[at])) > 0)
        at += words;
    if (at >= argc)
        return NULL;
    command = argv[at];
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    argv[1] = command;
    return command;
}

/* The C library gives each thread that allocates a heap of its own; ours mostly wait. */
static void share_heaps(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
#endif
}

int main(int argc, char **argv)
{
    const struct cli_command *command;
    const char *word;

    if (argc > 1 && strcmp(argv[1], "--") == 0) { /* docker run IMAGE -- executor run */
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    word = put_command_first(argc, argv);
    if (!word) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("heddle " HEDDLE_VERSION);
        return CLI_DONE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return CLI_DONE;
    }
    share_heaps();
    command = find(word);
    return command ? run(command, argc - 1, argv + 1) : unknown(word);
}
