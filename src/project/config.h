/* config.h -- a project's config.yaml, the .env file and the environment, as one answer.
 *
 * Order, later wins, as in SQLMesh: the project's config.yaml (or .yml, or sqlmesh.yaml), the
 * personal ~/.sqlmesh/config.yaml, SQLMESH__… variables. The project's .env is read first and wins
 * over the environment. `{{ env_var('X', 'default') }}` is filled in before the YAML is read. An
 * executor has no project folder: config_from_variables() reads the variables alone, and wants
 * every gateway complete; a project may leave connections to its executors.
 * A gateway that stands without a name (`gateways: {connection: …}`, default_connection alone) is
 * called "default". Relative DuckDB files are made absolute from the working directory.
 * Source: SQLMesh, "Configuration"; the chart's SQLMESH__GATEWAYS__<NAME>__CONNECTION__<PARAM>.
 */
#ifndef HEDDLE_PROJECT_CONFIG_H
#define HEDDLE_PROJECT_CONFIG_H

#include "base/json.h"
#include "base/redact.h"
#include "wire/messages.h"

ERROR_DOMAIN(project)

/* A gateway as configured. Names are lower case: environment variables have them in upper case. */
struct config_gateway {
    char *name;
    char *type;         /* connection.type: "duckdb", "postgres", …; "" without a connection */
    json_t *connection; /* object, names lower case; never NULL */
    json_t *variables;  /* object or NULL */
    json_t *model_defaults; /* object or NULL: wins over the project's when it is selected */
    char *state_schema;     /* or NULL */
};

typedef struct config config; /* the typedef is for g_autoptr(config) */
struct config {
    char *path;             /* the project's folder, absolute; NULL for an executor */
    GPtrArray *gateways;    /* of struct config_gateway, in the file's order; owned */
    char *default_gateway;  /* lower case; NULL when there is no gateway and none is named */
    json_t *model_defaults; /* object: kind, dialect, cron, owner, start, audits, … */
    json_t *variables;      /* object, names lower case */
    char **ignore_patterns;
    json_t *before_all, *after_all;   /* lists of statements or NULL */
    int suffix_target;                /* enum suffix_target */
    char *environment_ttl;            /* "in 1 week"; NULL: never */
    char *snapshot_ttl;               /* "in 1 week" */
    json_t *physical_schema_mapping;  /* object: regular expression -> schema; or NULL */
    json_t *raw;                      /* the whole, for settings a command reads itself */
    char *username, *project;         /* or NULL */
    char *default_target_environment; /* "prod" */
    bool infer_python_dependencies;
    json_t *plan;   /* the plan section: auto_categorize_changes, no_diff, … */
    json_t *linter; /* the linter section */
};

struct config *config_load(const char *folder, GError **error) MUST_CHECK;
void config_free(struct config *c);
/* From variables alone ("NAME=value", NULL-terminated). */
struct config *config_from_variables(char **variables, GError **error) MUST_CHECK;
/* By name, any case; NULL name: the default one. NULL and an error that lists the names. Borrowed.
 */
struct config_gateway *config_gateway(const struct config *c, const char *name,
                                      GError **error) MUST_CHECK;
/* Register the values of all secret connection parameters. */
void config_register_secrets(const struct config *c, struct redactor *r);
/* Read a .env file (base/envfile.h; KEY=value, quotes, comments, `export`) and set what is not set
 * yet; override says that the file wins. */
bool config_read_env_file(const char *path, bool override, GError **error) MUST_CHECK;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(config, config_free)

#endif
