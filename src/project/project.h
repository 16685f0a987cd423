/* project.h -- a SQLMesh project, loaded: its models in order, each as a snapshot.
 *
 * project_load() reads config.yaml, models/, seeds/, audits/, external_models.yaml and
 * external_models/, expands names, resolves what each model reads, orders the graph (a cycle is an
 * error that shows all of it) and computes fingerprints. Everything lives until project_free().
 *
 * A fingerprint's four parts are decimal CRC-32: data (query in canonical form, kind, columns, time
 * column, partitioning, pre- and post-statements, seed content, variables read), metadata (what
 * does not change rows: owner, cron, description, tags, audits, start, …), and the two of all
 * parents, combined. Formatting changes none of them.
 */
#ifndef HEDDLE_PROJECT_PROJECT_H
#define HEDDLE_PROJECT_PROJECT_H

#include "project/model.h"
#include "sql/dialect.h"

struct project_options {
    const char *folder;        /* absolute or relative */
    const char *gateway;       /* the --gateway option, or NULL */
    const GPtrArray *gateways; /* of struct wire_gateway: reported default catalogs; may be NULL,
                                  then names get the catalog the config itself says (DuckDB) */
    int64_t now_ms;
};

struct project {
    struct arena *arena;
    struct config *config;
    GPtrArray *models;    /* of struct model, parents before children, EXTERNAL ones too */
    GHashTable *by_fqn;   /* fqn -> struct model */
    GPtrArray *snapshots; /* of struct wire_snapshot, same order; EXTERNAL ones included; owned */
    GHashTable *snapshots_by_name; /* fqn -> struct wire_snapshot */
    GPtrArray *standalone_audits; /* of struct model_audit with their own file: names and queries */
    const char *default_catalog, *default_dialect;
    json_t *statements; /* before_all and after_all for the environment; NULL without */
};

typedef struct project project;

struct project *project_load(const struct project_options *options, GError **error) MUST_CHECK;
void project_free(struct project *p);
/* A model by any name a user may type (with or without catalog and quotes, any case the dialect
 * folds). NULL and an error with the nearest name. Borrowed. */
struct model *project_find(const struct project *p, const char *name, GError **error) MUST_CHECK;
struct wire_snapshot *project_snapshot(const struct project *p, const char *fqn); /* borrowed */
/* fqns of the models that `patterns` select: names with wildcards, `+name`, `name+`, `tag:x`,
 * `path:glob`, joined by & | ^ ( ). Source: SQLMesh, "Model selection". GStrv; g_strfreev(). */
char **project_select(const struct project *p, const char *const *patterns,
                      GError **error) MUST_CHECK;
/* A definition's texts as lines for a person, to show in diffs: the MODEL block (canonical layout)
 * and the query, pretty. Free with g_free(). */
char *project_definition_text(const json_t *definition, GError **error) MUST_CHECK;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(project, project_free)

#endif
