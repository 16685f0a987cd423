/* main.c -- the table of commands. */
#include "base/log.h"
#include "local/local.h"

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
    fprintf(stderr, "Error: There is no command \"%s\".\n", name);
    if (near)
        fprintf(stderr, "hint: heddle %s is near; heddle --help lists all.\n", near);
    else
        fputs("hint: heddle --help lists all commands.\n", stderr);
    return CLI_USAGE;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct local *local = NULL;
    struct cli_context context = {local_plane, &local, redactor_new()};
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

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    const struct cli_command *command;

    if (strcmp(word, "--version") == 0) {
        puts("heddle " HEDDLE_VERSION);
        return CLI_DONE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(argc > 1 ? stdout : stderr);
        return argc > 1 ? CLI_DONE : CLI_USAGE;
    }
    command = find(word);
    return command ? run(command, argc - 1, argv + 1) : unknown(word);
}
