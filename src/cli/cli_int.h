/* cli_int.h -- what the commands share: the session, options, questions, tables, progress.
 *
 * A command's file holds its options, its help and its run(); commands.c has its row. run() begins
 * with cli__parse() and asks the session for what it needs; everything a session has found or
 * started is kept and freed by cli_run().
 */
#ifndef HEDDLE_CLI_CLI_INT_H
#define HEDDLE_CLI_CLI_INT_H

#include "cli/cli.h"
#include "plan/plan.h"
#include "schedule/schedule.h"
#include "wire/messages.h"

#include <stdio.h>

#define CLI_GO (-1) /* cli__parse(): the command line is fine, go on */

#define CLI_API "api/heddle/v1/" /* where the routes of docs/protocol.md begin */

enum {
    CLI_POLL_MS = 20000,       /* how long one question about progress may wait for news */
    CLI_QUERY_MS = 600 * 1000, /* how long a query may take; the server has its own limit */
};

struct cli {
    const struct cli_command *command;
    const struct cli_context *context;
    /* options every command has */
    char *folder;  /* -p, --paths; NULL: the current folder */
    char *gateway; /* --gateway; NULL: the default one */
    char *dotenv;  /* --dotenv */
    gboolean json, no_color, help;
    /* found when first asked for; see session.c */
    bool env_read;
    struct config *config;
    struct cli_plane plane;
    struct api *api;
    struct wire_gateways *gateways;
    struct project *project;
    int64_t now_ms;
};

/* cli.c */
/* Text to stderr, without secrets; for progress, notes and errors. */
void cli__say(const struct cli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool cli__is_terminal(const struct cli *cli); /* stderr is a terminal */
bool cli__may_ask(void);                      /* a person can be asked: stdin and stderr are one */
/* JSON to stdout, indented. Takes the reference. */
void cli__print_json(json_t *value);
/* A work's state, or null. A new reference. */
json_t *cli__progress_json(const struct wire_progress *p);

/* options.c -- CLI_GO, or an exit code: --help was asked for, or *error says what cannot be. What
 * stays in argv (from argv[1]) are at most `max_words` words without a dash. */
struct cli_typed_times { /* as typed, or NULL; g_free() */
    char *start, *end, *execution_time;
};
struct cli_options {
    const GOptionEntry *own; /* NULL: none */
    int min_words, max_words;
    const char *words;             /* what they are, when they must be: "the name of a model" */
    struct cli_typed_times *times; /* -s, -e, --execution-time; NULL: the command has none */
};
void cli__typed_times_clear(struct cli_typed_times *t);
int cli__usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3); /* CLI_USAGE */
int cli__parse(struct cli *cli, const struct cli_options *options, int *argc, char ***argv,
               GError **error);

/* session.c; borrowed results */
/* The .env file, once: as in SQLMesh what it says wins over the environment. */
bool cli__read_env(struct cli *cli, GError **error) MUST_CHECK;
const struct config *cli__config(struct cli *cli, GError **error);
/* The control plane: of TCLOUD_URL, or one inside the command. */
struct api *cli_api(struct cli *cli, GError **error);
/* The project with names as the gateways report them. `plain` is for what needs no state: then a
 * project whose catalog the configuration tells starts no control plane. */
struct project *cli__project(struct cli *cli, bool plain, GError **error);
/* Say which audits of the project nothing runs, if any. */
void cli__mention_standalone(const struct cli *cli);

/* calls.c -- routes of docs/protocol.md; results are the caller's */
/* Call and read the answer. `body` may be NULL. */
void *cli__call(struct cli *cli, const char *method, const char *path, const struct wire_type *type,
                const json_t *body, GError **error);
/* False only on an error: *out is NULL when there is no such environment. */
bool cli__environment(struct cli *cli, const char *name, struct wire_environment **out,
                      GError **error) MUST_CHECK;
/* A lookup of nothing asks nobody. */
struct wire_snapshots *cli__lookup(struct cli *cli, const struct wire_lookup *lookup,
                                   GError **error);
/* A read-only query: {"columns": [{"name", "type"}], "rows": [[…]], "truncated"}. */
json_t *cli__query(struct cli *cli, const char *gateway, const char *sql, int64_t max_rows,
                   GError **error);
/* The path with a name in it, escaped: "environments/" and "a b". g_free(). */
char *cli__path(const char *before, const char *name, const char *after);

/* times.c */
struct cli_times {
    int64_t start_ms, end_ms, execution_ms; /* [start, end) or TIME_NONE */
};
/* What was typed; the others stay as they are. An end that is a whole day means the end of it. */
bool cli__read_times(const struct cli_typed_times *typed, int64_t now_ms, struct cli_times *t,
                     GError **error) MUST_CHECK;
/* When something is given the rest takes SQLMesh's defaults: 1970, a day. False: the end lies
 * before the start. */
bool cli__complete_times(struct cli_times *t, GError **error) MUST_CHECK;
/* [start, end) as people of SQLMesh read it: "2024-01-01 - 2024-01-03" (inclusive), with times
 * when it is not whole days. g_free(). */
char *cli__range_text(int64_t start_ms, int64_t end_ms);

/* prompt.c -- questions on stderr, answers from stdin. */
/* False when there was no yes: at the end of input too. */
bool cli__confirm(const char *question);
/* One line without its end; NULL at the end of input. g_free(). */
char *cli__ask(const char *question);
/* 1…n; 0 at the end of input. */
int cli__choose(const char *const *choices, int n);

/* table.c */
/* Rows of an answer to a query as an aligned table. */
void cli__print_table(FILE *out, const json_t *answer);
/* The same as a list of JSON objects. A new reference. */
json_t *cli__rows_json(const json_t *answer);
/* fetchdf.c -- one or the other to stdout, as --json says; a note when there are more rows than
 * were given though nobody set a limit (0). CLI_DONE. */
int cli__print_answer(struct cli *cli, const json_t *answer, int64_t limit);

/* progress.c -- follow a plan, a run or a janitor's pass to its end. */
struct cli_follow {
    const char *kind; /* "plans", "runs" or "janitor": the collection's path */
    const char *default_catalog;
    const char *environment;
    int suffix_target;
    const GPtrArray *snapshots; /* of struct wire_snapshot: the models' kinds; may be NULL */
};
/* Takes `first`. The last state, or NULL and an error when the control plane stays silent. */
struct wire_progress *cli__follow(struct cli *cli, const struct cli_follow *follow,
                                  struct wire_progress *first, GError **error);
/* What it came to: CLI_DONE, or CLI_FAILED with the failures printed and *error set. */
int cli__outcome(struct cli *cli, const struct cli_follow *follow, const struct wire_progress *p,
                 GError **error);

/* strangers.c -- what a model that failed reads and no model makes: where it stands, and the
 * nearest name. Says nothing when that cannot be why. */
void cli__explain_failure(const struct cli *cli, const struct wire_failure *w);

/* bars.c -- how far it is, on stderr: bars on a terminal, lines elsewhere. */
struct cli_bars;
struct cli_bars *cli__bars_new(const struct cli *cli, const struct cli_follow *follow);
void cli__bars_show(struct cli_bars *b, const struct wire_progress *p);
void cli__bars_note(struct cli_bars *b, const char *note); /* a line above the bars */
void cli__bars_free(struct cli_bars *b);

/* interrupt.c -- Ctrl-C while something is followed. */
struct cli_interrupt;
struct cli_interrupt *cli__interrupt_new(struct api *api);
int cli__interrupt_count(struct cli_interrupt *i);
void cli__interrupt_free(struct cli_interrupt *i);

/* tasks.c -- a model as a task that stays here: for render, evaluate and audit. */
struct cli_models {
    struct project *project;
    struct wire_snapshots *known;
    GHashTable *stored; /* fqn -> struct wire_snapshot with a version: borrowed */
};
typedef struct cli_models cli_models;
/* What of the project is stored, at the versions of the files as they are. */
struct cli_models *cli__models(struct cli *cli, GError **error);
void cli__models_free(struct cli_models *m);
/* `expand` is a set of fqns whose query stands in the place of their table. Models without a table
 * yet are expanded as well. */
struct wire_task *cli__task(const struct cli_models *m, const struct model *model,
                            const struct cli_times *times, GHashTable *expand);
/* The table in the quotes of the model's dialect. g_free(). */
char *cli__table_text(const struct model *model, const struct wire_table *t, GError **error);
const char *cli__gateway_of(const struct cli *cli, const struct model *model);

/* prepare.c -- the project against an environment. */
struct cli_prepared {
    char *name;                                         /* of the environment */
    struct wire_environment *environment, *base, *prod; /* NULL: there is none */
    struct wire_snapshots *known;
    struct plan *plan;
};
typedef struct cli_prepared cli_prepared;
/* As typed, or the project's default; as SQLMesh writes it. g_free(). */
char *cli__environment_name(const struct cli *cli, const char *typed);
/* Fills in what `options` leaves open; what they point at must live as long as the result. */
struct cli_prepared *cli__prepare(struct cli *cli, const char *environment,
                                  struct plan_options *options, GError **error);
/* The plan anew, with other options. */
bool cli__build_plan(struct cli *cli, struct cli_prepared *d, const struct plan_options *options,
                     GError **error);
void cli__prepared_free(struct cli_prepared *d);

/* plan_ask.c -- CLI_GO, or an exit code. */
struct cli_asking {
    bool may_ask, ask_dates, auto_apply;
};
void cli__show_changes(const struct plan *p, bool with_diff);
void cli__show_backfill(const struct plan *p);
int cli__categorize(struct plan *p, const struct cli_asking *asking, GError **error);
int cli__ask_dates(struct cli *cli, struct cli_prepared *d, struct plan_options *options,
                   GError **error);
int cli__ask_apply(const struct plan *p, const struct cli_asking *asking, GError **error);

/* run.c -- ask for a run and follow it; *result is its last state, NULL when there is none. The
 * caller prints that where JSON is wanted. */
int cli__do_run(struct cli *cli, const struct wire_run_request *request,
                struct wire_progress **result, GError **error);

/* dag_page.c -- the graph of some snapshots as HTML. g_free(). */
char *cli__dag_page(const struct project *p, const GPtrArray *snapshots);

/* janitor.c -- a pass of the janitor, followed to its end; *result as above. */
int cli__clean(struct cli *cli, bool ignore_ttl, struct wire_progress **result, GError **error);

/* The commands: see commands.c. */
#define CLI_COMMAND(name)                                                                          \
    int cli__##name(struct cli *cli, int argc, char **argv, GError **error);                       \
    extern const char cli__##name##_help[]
CLI_COMMAND(init);
CLI_COMMAND(plan);
CLI_COMMAND(run);
CLI_COMMAND(audit);
CLI_COMMAND(render);
CLI_COMMAND(evaluate);
CLI_COMMAND(fetchdf);
CLI_COMMAND(dag);
CLI_COMMAND(sql);
CLI_COMMAND(diff);
CLI_COMMAND(info);
CLI_COMMAND(environments);
CLI_COMMAND(invalidate);
CLI_COMMAND(janitor);
CLI_COMMAND(auth);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cli_models, cli__models_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cli_prepared, cli__prepared_free)

#endif
