/* The table of the data engineer's commands. */
#include "cli/cli_int.h"

/* clang-format off */
const struct cli_command cli_commands[] = {
    {"init", "[ENGINE]", "Write a small project into this folder to begin with.", cli__init_help, cli__init},
    {"plan", "[ENVIRONMENT]", "Show what the project changes in an environment, and apply it.", cli__plan_help, cli__plan},
    {"run", "[ENVIRONMENT]", "Fill in what is due in an environment.", cli__run_help, cli__run},
    {"diff", "ENVIRONMENT", "Show how the project differs from an environment.", cli__diff_help, cli__diff},
    {"audit", "", "Run the audits of models on the data as it is.", cli__audit_help, cli__audit},
    {"render", "MODEL", "Print a model's query as the warehouse gets it.", cli__render_help, cli__render},
    {"evaluate", "MODEL", "Run a model's query and show its rows; nothing is written.", cli__evaluate_help, cli__evaluate},
    {"fetchdf", "SQL", "Run a query and show its rows.", cli__fetchdf_help, cli__fetchdf},
    {"dag", "[FILE]", "Show which model reads which; with FILE as a page of HTML.", cli__dag_help, cli__dag},
    {"sql", "VERB [FILE…]", "Show what Heddle understands of a text of SQL.", cli__sql_help, cli__sql},
    {"info", "", "Count the project's models and see whether the warehouse answers.", cli__info_help, cli__info},
    {"environments", "", "List the environments and when they expire.", cli__environments_help, cli__environments},
    {"invalidate", "ENVIRONMENT", "Let an environment expire now.", cli__invalidate_help, cli__invalidate},
    {"auth", "login|logout|status|token", "Sign in at a server, as a person.", cli__auth_help, cli__auth},
    {"janitor", "", "Drop expired environments and the tables nobody needs.", cli__janitor_help, cli__janitor},
    {NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */
