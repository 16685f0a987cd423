/* commands.c -- the table of the commands here, and their help. */
#include "local/local_int.h"

#include <string.h>

static const char server_help[] =
    "The address is printed when it serves. SIGTERM or SIGINT stops it: what waits is answered "
    "503, "
    "nothing is lost.\n\n"
    "Examples:\n"
    "  heddle server\n"
    "  heddle server --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem \\\n"
    "      --state sqlite:/var/lib/heddle/heddle.db --public-url https://heddle.example.com\n\n"
    "Exit codes: 0 stopped, 1 it could not start, 2 the command line cannot be, 4 the state's "
    "database does\nnot answer.";

static const char executor_help[] =
    "An executor is told by its environment where the control plane is (TCLOUD_URL), who it is "
    "itself\n(TCLOUD_CLIENT_ID, TCLOUD_CLIENT_SECRET) and what gateways it has "
    "(SQLMESH__GATEWAYS__…): docs/settings.md.\n"
    "apply carries out plans and queries, run keeps models fresh. SIGTERM: what runs is finished, "
    "nothing more\nis claimed; a second one cancels it.\n\n"
    "Examples:\n"
    "  heddle executor apply\n"
    "  heddle executor run --once\n"
    "  heddle executor apply --check\n\n"
    "Exit codes: 0 done, 1 it could not start, or --check found what does not answer, 2 the "
    "command "
    "line cannot be.";

static const char worker_help[] =
    "Executors start workers by themselves; this is no command for people.";

static const char client_help[] =
    "Works beside a running server, on the same state database. Organisation and project come into "
    "being with the\nclient. With --client-id and --secret-file create may be repeated without "
    "harm. rotate makes a second secret:\ngive it out, then retire the first. remove ends a "
    "client with its secrets and tokens; servers know of it ten\nseconds later.\n\n"
    "Examples:\n"
    "  heddle client create --org acme --project shop --name executors --role executor --json\n"
    "  heddle client create --org acme --all-projects --role admin --client-id ops --secret-file "
    "secret\n  heddle client list\n  heddle client rotate ops && heddle client retire ops\n\n"
    "Exit codes: 0 done, 1 it could not be done, 2 the command line cannot be, 4 the state's "
    "database does\nnot answer.";

static const char user_help[] =
    "People sign in with an account at the server's pages, and may what it says. Works beside a "
    "running server, on the\nsame state database. A password comes from a file, from standard "
    "input, "
    "or is made and printed once. passwd and\nremove end the person's sign-ins and tokens; other "
    "servers know of it ten seconds later.\n\n"
    "Examples:\n"
    "  heddle user add ann --org acme --role developer --email ann@example.com\n"
    "  heddle user add bob --org acme --project shop --role viewer --password-file bob.txt\n"
    "  heddle user passwd ann\n"
    "  heddle user remove bob\n\n"
    "Exit codes: 0 done, 1 it could not be done, 2 the command line cannot be, 4 the state's "
    "database does\nnot answer.";

static const char keys_help[] =
    "Works beside running servers, on the same state database. A new key signs when it is a minute "
    "old, so that every\nserver knows it by then; the key before goes on verifying until the next "
    "rotation.\n\nExamples:\n  heddle keys list\n  heddle keys rotate\n\nExit codes: 0 done, "
    "1 it could not be done, 2 the command line cannot be, 4 the state's database does\nnot "
    "answer.";

static const char log_help[] =
    "Sign-ins, requests of developers that were carried out, changed clients, accounts and keys, "
    "revoked tokens: the\nnewest first, for 400 days. Works beside running servers, on the same "
    "state database.\n\n"
    "Examples:\n  heddle log\n  heddle log --since '1 week ago' --limit 1000 --json\n\n"
    "Exit codes: 0 done, 1 it could not be done, 2 the command line cannot be, 4 the state's "
    "database does\nnot answer.";

static const char state_help[] =
    "backup writes the whole state, as lines of JSON, whatever database keeps it; servers go on "
    "meanwhile. \"-\" is\nstandard output. restore reads such a file (\"-\": standard input) into "
    "a "
    "database without a state, also of the\nother kind: so a state moves from SQLite to PostgreSQL "
    "and back. It needs all servers stopped, and changes\neverything or nothing. The file holds "
    "the "
    "keys that sign tokens: keep it as you keep a password.\n\n"
    "Examples:\n"
    "  heddle state backup heddle.jsonl --state sqlite:/var/lib/heddle/heddle.db\n"
    "  HEDDLE_STATE=postgresql://heddle@db/heddle heddle state restore heddle.jsonl\n\n"
    "Exit codes: 0 done, 1 it could not be done, and nothing was changed, 2 the command line "
    "cannot be, 4 the\nstate's database does not answer.";

static const char dev_help[] =
    "State is in .heddle/state.db, the warehouse as config.yaml says. The address is printed; "
    "other "
    "heddle commands in\nthis folder find it by themselves. SIGINT (Ctrl-C) or SIGTERM stops "
    "it.\n\n"
    "Examples:\n"
    "  heddle dev\n"
    "  heddle dev --listen 127.0.0.1:8087\n\n"
    "Exit codes: 0 stopped, 1 it could not start, 2 the command line cannot be.";

static const char doctor_help[] =
    "With TCLOUD_URL: the server's name, the connection, TLS, the clocks, the login, what the "
    "token "
    "may do, and\neach gateway that SQLMESH__GATEWAYS__… variables name. Without: the project in "
    "this folder, its state and\ngateways. A scratch schema is made in each gateway and dropped "
    "again; with --read-only nothing is written.\n\nExamples:\n  heddle doctor\n  heddle doctor "
    "--read-only --json\n\nExit codes: 0 nothing failed; 10 to 21 by the first step that failed "
    "(docs/cli/doctor.md); 2 the command\nline cannot be.";

const struct cli_command local_commands[] = {
    {"dev",      "",                                          "Run everything for the project in this folder, with the scheduler.", dev_help,
     local__run_dev                                                                                                                                                 },
    {"server",   "",                                          "Run the control plane: API, scheduler, state.",                      server_help, local__run_server  },
    {"executor", "apply|run",                                 "Run an executor: it pulls work from the control plane.",
     executor_help,                                                                                                                              local__run_executor},
    {"doctor",   "",                                          "Try every step on the way to work, and say what fails and why.",     doctor_help,
     local__run_doctor                                                                                                                                              },
    {"worker",   "",                                          "Carry out tasks for an executor.",                                   worker_help, local__run_worker  },
    {"state",    "backup|restore FILE",                       "Keep the whole state in a file, or bring it back.",
     state_help,                                                                                                                                 local__run_state   },
    {"client",   "create|list|rotate ID|retire ID|remove ID", "Ids and secrets to log in with.",
     client_help,                                                                                                                                local__run_client  },
    {"keys",     "list|rotate",                               "The keys that sign tokens.",                                         keys_help,   local__run_keys    },
    {"log",      "",                                          "Who did what: the audit log.",                                       log_help,    local__run_log     },
    {"user",     "add NAME|passwd NAME|list|remove NAME",     "Accounts that people sign in with.",
     user_help,                                                                                                                                  local__run_user    },
    {NULL,       NULL,                                        NULL,                                                                 NULL,        NULL               },
};

const struct cli_command *local__command(const char *name)
{
    const struct cli_command *c = local_commands;

    while (c->name && strcmp(c->name, name) != 0)
        c++;
    return c;
}
