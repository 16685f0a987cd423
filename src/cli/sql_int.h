/* sql_int.h -- the verbs of `heddle sql`: what each says about a text of SQL.
 *
 * A verb makes a JSON value of a source, one file or standard input, and shows that value to
 * people. With --json the value itself is printed, so both say the same. A verb that wants options
 * of its own adds them to struct cli_sql and to the table of options in sql.c.
 */
#ifndef HEDDLE_CLI_SQL_INT_H
#define HEDDLE_CLI_SQL_INT_H

#include "cli/cli_int.h"

#include "sql/parse.h"

struct cli_sql {
    struct cli *cli;
    const struct sql_dialect *dialect;
    const struct sql_dialect *to; /* --to: what print is said in; NULL: the same */
    json_t *tables;               /* --schema: an object of tables, or NULL */
    json_t *variables;            /* --variables: of macros, or NULL */
};

struct cli_sql_verb {
    const char *name;
    /* A new reference, or NULL and an error at its place. */
    json_t *(*ask)(const struct cli_sql *s, const struct source *source, GError **error);
    void (*show)(const json_t *answer); /* to stdout */
    /* A verb about two files has this instead of ask. */
    json_t *(*compare)(const struct cli_sql *s, const struct source *before,
                       const struct source *after, GError **error);
};

/* One statement, read as a query when it begins like one: then a mistake is an error at its place;
 * other statements that are not understood become opaque text. */
struct sql_node *cli__sql_statement(struct arena *a, const struct source *source,
                                    struct sql_range range, const struct sql_dialect *d,
                                    GError **error);
/* What every statement of a source gives, as a JSON list. */
typedef json_t *(*cli_sql_each)(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                                const struct source *source);
json_t *cli__sql_statements(const struct cli_sql *s, const struct source *source, cli_sql_each each,
                            GError **error);
/* Bytes as JSON: what is no UTF-8 is shown as Latin-1. */
json_t *cli__sql_text(const char *text, size_t len);
/* A list of texts, a line each. */
void cli__sql_show_lines(const json_t *texts);

/* sql_read.c -- tokens, tree, print, canonical, tables. */
json_t *cli__sql_tokens(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_tree(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_print(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_canonical(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_tables(const struct cli_sql *s, const struct source *source, GError **error);
void cli__sql_show_tokens(const json_t *answer);
void cli__sql_show_tree(const json_t *answer);
void cli__sql_show_statements(const json_t *answer);
/* The tables a statement reads or writes, as written but for their quotes; CTEs are none. */
json_t *cli__sql_tables_of(struct arena *a, struct sql_node *n, const struct sql_dialect *d);

/* sql_scope.c -- columns, lineage, expand, diff. */
json_t *cli__sql_columns(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_lineage(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_expand(const struct cli_sql *s, const struct source *source, GError **error);
json_t *cli__sql_diff(const struct cli_sql *s, const struct source *before,
                      const struct source *after, GError **error);
void cli__sql_show_columns(const json_t *answer);
void cli__sql_show_lineage(const json_t *answer);
void cli__sql_show_diff(const json_t *answer);
/* The JSON object a file holds; without a path there is none. */
bool cli__sql_object(const char *path, json_t **object, GError **error);

/* sql_batch.c -- JSON lines from stdin, an answer for each to stdout; CLI_DONE. */
int cli__sql_batch(const char *dialect, const char *to, GError **error);

#endif
