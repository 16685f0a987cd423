/* macro.h -- SQLMesh's macro language, expanded over trees.
 *
 * Expanding replaces @variables, @functions, @DEF functions, @'strings', @{names} and macro clauses
 * (@WHERE(…) …) in a tree; the result holds none of them, or there is an error that names the macro
 * and its place. A macro that is neither built in nor defined by @DEF goes to the `call` call-back
 * (Python and Jinja live there); without one it is an error.
 * Source of every rule: SQLMesh's documentation, "SQLMesh macros".
 */
#ifndef HEDDLE_MACRO_MACRO_H
#define HEDDLE_MACRO_MACRO_H

#include "sql/dialect.h"
#include "sql/tree.h"

#include <jansson.h>

ERROR_DOMAIN(macro)

struct macro_context {
    const struct sql_dialect *dialect;
    const struct source *source; /* for places in errors; may be NULL */

    /* The time the predefined variables are about: [start_ms, end_ms) is the batch, execution_ms
     * the execution time; all UTC. With has_times false every time variable takes its value for
     * the epoch, as SQLMesh does at load time. */
    bool has_times;
    int64_t start_ms, end_ms, execution_ms;

    const char *runtime_stage; /* loading, creating, evaluating, promoting, auditing, testing,
                                  before_all, after_all */
    const char *this_model;    /* name of the table itself, quoted, or NULL */
    const char *this_env;      /* environment's name or NULL */
    /* before_all and after_all: lists of text, the environment's schemas and views; or NULL */
    const json_t *schemas, *views;
    const char *model_kind_name; /* "FULL" or NULL */
    const char *gateway;         /* or NULL */
    json_t *variables;           /* object: user variables, lower-case names; borrowed; or NULL */
    json_t *blueprint_variables; /* object; borrowed; or NULL */
    GPtrArray *definitions;      /* of struct sql_node *: the model's @DEF calls; or NULL */

    /* Columns of a table for @STAR and its like: GStrv of names, or NULL when unknown. */
    char **(*columns_of)(const struct sql_node *table, void *data);
    /* Their types, one for each name, as this dialect writes them: then @STAR and @UNION cast as
     * SQLMesh's do. NULL when the call-back is, or when a type is not known. */
    char **(*types_of)(const struct sql_node *table, void *data);
    void *data; /* for the call-backs */
    /* A macro that is not built in. Returns its replacement in `a`, or NULL with an error. */
    struct sql_node *(*call)(struct arena *a, const struct sql_node *call, void *data,
                             GError **error);
};

/* Expand a tree (a query, statement or expression). The given tree is not to be used afterwards.
 * The result may be a SQL_LIST when a top-level macro gave several statements, or NULL without an
 * error when it gave none. */
struct sql_node *macro_expand(struct arena *a, struct sql_node *tree,
                              const struct macro_context *context, GError **error) MUST_CHECK;

/* Names of user variables (@VAR('x'), @x) a tree may read, lower case, sorted, without duplicates:
 * what a fingerprint must include. GStrv in order; free with g_strfreev(). */
char **macro_variables_read(struct sql_node *tree, const struct macro_context *context);
/* Names of macros a tree calls that are not built in (GStrv, lower case). */
char **macro_unknown_calls(struct sql_node *tree, const struct macro_context *context);

#endif
