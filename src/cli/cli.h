/* cli.h -- what a data engineer types: one file a command, one row a command in main.c's table.
 *
 * A command speaks HTTP to a control plane and nothing else. Which one: the server TCLOUD_URL
 * names, or, without it, the one that `start_plane` starts for the project in the current folder
 * (local/local.h); a command asks with cli_api() when it needs it and never knows the difference.
 *
 * Output    what was asked for goes to stdout; progress, prompts and errors to stderr
 * Exit      enum cli_exit; docs/cli/ lists them
 * Threads   one
 */
#ifndef HEDDLE_CLI_CLI_H
#define HEDDLE_CLI_CLI_H

#include "http/api.h"
#include "project/project.h"

ERROR_DOMAIN(cli)

enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,      /* it was tried and did not work: the error says why */
    CLI_USAGE = 2,       /* the command line cannot be */
    CLI_DECLINED = 3,    /* a person, or --no-prompts, did not say yes to what was shown */
    CLI_UNAVAILABLE = 4, /* the control plane or the warehouse did not answer */
    CLI_NOTHING = 5,     /* `run` found nothing due, `plan --dry-run` no changes; only with
                            --exit-code */
};

struct cli;

/* A control plane inside the command: started on first need, with the project's gateways. */
struct cli_plane {
    char *url, *token; /* g_free() */
};
typedef bool (*cli_start_plane)(const struct config *config, struct cli_plane *plane, void *data,
                                GError **error);
/* Tasks are about to come: an executor inside the command may get ready. Only once it has started.
 */
typedef void (*cli_expect_work)(void *data);

struct cli_command {
    const char *name;
    const char *usage; /* what stands behind the name: "[ENVIRONMENT] [OPTIONS]" */
    const char *help;  /* one sentence for the list of commands */
    const char *more;  /* paragraphs for --help: examples, exit codes; or NULL */
    /* argv[0] is the command's name. Returns an exit code; an error is printed by cli_run(). */
    int (*run)(struct cli *cli, int argc, char **argv, GError **error);
};

/* The data engineer's commands; ends with a row whose name is NULL. */
extern const struct cli_command cli_commands[];

/* One command, start to end: runs it, prints its error, returns the exit code. */
struct cli_context {
    cli_start_plane start_plane;
    cli_expect_work expect_work; /* or NULL */
    void *data;
    struct redactor *redactor; /* every error goes through it */
};
/* The sign-in of heddle auth at settings->url, if there is one and neither client id nor secret: it
 * becomes what tokens are renewed with. */
bool cli_use_signin(struct api_settings *settings, GError **error) MUST_CHECK;
const struct cli_context *cli_context_of(const struct cli *cli);
int cli_run(const struct cli_command *command, const struct cli_context *context, int argc,
            char **argv);

#endif
