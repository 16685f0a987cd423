/* model.h -- one model, read and checked: what a MODEL block, its query and its defaults say.
 *
 * A model lives in an arena. model_definition() writes all that execution needs as JSON (the
 * opaque definition of a snapshot), model_from_definition() reads it back on an executor; texts in
 * it still hold their macros, which are expanded with the batch's times at execution.
 */
#ifndef HEDDLE_PROJECT_MODEL_H
#define HEDDLE_PROJECT_MODEL_H

#include "base/arena.h"
#include "project/config.h"
#include "wire/messages.h"

struct model_column {
    const char *name; /* normalized */
    const char *type; /* as written; NULL when only a description is known */
    const char *description;
};

/* A call of an audit: a built-in or one defined in a file or in the model. */
struct model_audit {
    const char *name; /* lower case */
    bool blocking;
    const char *query; /* the audit's query, macros in it; NULL for a built-in */
    const char *dialect;
    json_t *arguments; /* object: name -> SQL text of the argument, the audit's defaults included;
                          never NULL */
    GPtrArray *definitions; /* of struct model_statement: the audit's own @DEF calls; or NULL */
    /* While a project is loaded: */
    bool blocking_given;   /* the call says blocking itself */
    size_t at;             /* its place in the model's file */
    const char *canonical; /* its arguments, for fingerprints */
};

struct model_statement {
    const char *sql; /* without the semicolon, macros in it */
    size_t at;       /* byte offset in the model's file, for errors */
};

struct model_seed {
    const char *path;    /* as resolved, for messages */
    const char *content; /* the file's bytes, NUL-terminated */
    size_t len;
    const char *delimiter, *quotechar, *escapechar, *encoding, *lineterminator;
    bool doublequote, skipinitialspace;
    char **na_values;   /* GStrv in the arena or NULL: the defaults */
    json_t *na_columns; /* na_values by column: object of lists of texts; or NULL */
    bool keep_default_na;
    int64_t batch_size;
};

struct model {
    const char *name; /* as written, macros filled in */
    const char *fqn;  /* "catalog"."schema"."table" */
    const char *catalog, *schema, *table;
    const char *path; /* relative to the project; NULL when read from a definition */
    const char *text; /* the file's text; NULL when read from a definition */
    int kind;         /* enum model_kind */
    const char *dialect;
    const char *cron, *cron_tz, *interval_unit, *start, *end;
    const char *time_column,
        *time_format; /* INCREMENTAL_BY_TIME_RANGE; format in strftime's letters */
    const char *partition_by_time_column; /* NULL or "false" */
    int64_t lookback, batch_size, batch_concurrency;
    bool forward_only, disable_restatement, allow_partials, enabled, insert_overwrite_ok;
    bool depends_on_self; /* its query reads its own table; not in depends_on */
    const char *on_destructive_change, *on_additive_change;
    const char *owner, *description, *stamp, *gateway, *project;
    char **tags, **grains, **references,
        **depends_on;                      /* depends_on: fqns of everything it reads, sorted */
    char **partitioned_by, **clustered_by; /* SQL of the expressions */
    const char *storage_format, *table_format;
    GPtrArray *columns;             /* of struct model_column; NULL when not declared */
    GPtrArray *column_descriptions; /* of struct model_column, from `column_descriptions` or
                                       comments in the query */
    GPtrArray *audits;              /* of struct model_audit; never NULL */
    GPtrArray *definitions;         /* of struct model_statement: @DEF calls */
    GPtrArray *pre, *post, *on_virtual_update; /* of struct model_statement */
    const char *query;                         /* text with macros; NULL for SEED and EXTERNAL */
    size_t query_at;                           /* its place in the file */
    struct model_seed *seed;                   /* SEED */
    json_t *kind_properties;                   /* what other kinds say, as JSON */
    json_t *physical_properties, *virtual_properties, *session_properties; /* objects or NULL */
    json_t *variables;           /* user variables the model reads, with their values */
    json_t *blueprint_variables; /* or NULL */
    json_t *embedded;   /* fqn -> definition of each EMBEDDED model it reads, through others too; or
                           NULL */
    bool columns_known; /* the projections are all known */
    GPtrArray
        *projections; /* of struct model_column: names (type NULL when unknown); may be NULL */
};

/* The model as JSON. A new reference. */
json_t *model_definition(const struct model *m);
struct model *model_from_definition(struct arena *a, const json_t *definition,
                                    GError **error) MUST_CHECK;
/* Columns and their types if every one is declared or cast in the query, else NULL. */
const GPtrArray *model_typed_columns(const struct model *m);

#endif
