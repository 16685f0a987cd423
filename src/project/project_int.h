/* project_int.h -- what the files of src/project/ that read models share.
 *
 * Loading goes: files to drafts (model_file.c: block, properties, statements), names and audits
 * (load.c), what each reads (depends.c), the graph's order (graph.c), columns through the parents
 * (columns.c), fingerprints and snapshots (fingerprint.c, snapshot.c). A draft is a model with what
 * only loading needs.
 */
#ifndef HEDDLE_PROJECT_PROJECT_INT_H
#define HEDDLE_PROJECT_PROJECT_INT_H

#include "macro/macro.h"
#include "project/audits.h"
#include "project/project.h"
#include "sql/lex.h"
#include "sql/scope.h"

/* A column that partitioned_by or clustered_by names. */
struct key {
    const char *property, *column;
    uint32_t at;
};

struct draft {
    struct arena *arena;
    struct model *model;
    size_t name_at;        /* the name in the file */
    GPtrArray *keys;       /* of struct key */
    uint32_t seed_at;      /* the seed's path in the file */
    bool has_descriptions; /* the block has column_descriptions */
    struct source source;
    const struct sql_dialect *dialect;
    struct sql_node *query;    /* as read; NULL once expanded */
    struct sql_node *expanded; /* macros expanded for load time */
    GPtrArray *definitions;    /* of struct sql_node: @DEF calls */
    GHashTable *inline_audits; /* name -> struct audit_definition; or NULL */
    GString *data, *metadata;  /* what its hashes are made of */
    GHashTable *canonical;     /* property -> canonical text of its SQL, for the hashes */
    char **explicit_depends_on;
    bool columns_need_parents; /* its macros ask for the columns of what it reads */
    int visited;               /* graph.c */
};

struct loader {
    struct arena *arena;
    struct project *project;
    const struct config *config;
    const struct project_options *options;
    const char *root;           /* the project's folder, absolute */
    const char *gateway;        /* the selected one */
    json_t *model_defaults;     /* of the project and, over them, of its gateway */
    const char *dialect;        /* of model_defaults */
    bool infer_names;           /* model_naming.infer_names */
    json_t *variables;          /* of the project and its gateway */
    bool catalog_known;         /* project->default_catalog is set */
    GHashTable *audits;         /* name -> struct audit_definition, of files */
    GHashTable *units;          /* cron -> enum interval_unit */
    GPtrArray *drafts;          /* of struct draft */
    GHashTable *drafts_by_name; /* fqn -> struct draft */
};

/* One property of a block: `name value`. */
struct property {
    const char *name; /* lower case */
    uint32_t at;      /* of the name */
    struct sql_range value;
    bool has_macro;
};

/* A block being read. */
struct reading {
    struct loader *loader;
    struct draft *draft;
    struct arena *arena;
    struct source source;
    const struct sql_dialect *dialect;
    struct macro_context macros;
};

/* ---- lists and JSON that die with an arena --------------------------------------------------- */
GPtrArray *project__list(struct arena *a);
json_t *project__keep_json(struct arena *a, json_t *json);  /* takes the reference */
void project__fill_lists(struct arena *a, struct model *m); /* lists that are never NULL */

/* ---- block.c --------------------------------------------------------------------------------- */
/* Does the statement begin with WORD ( ? */
bool project__is_block(const struct source *s, const struct sql_dialect *d, struct sql_range r,
                       const char *word);
/* Is it this one word? */
bool project__is_word(const struct source *s, const struct sql_dialect *d, struct sql_range r,
                      const char *word);
/* The properties of WORD (name value, …): a GArray of struct property; NULL and an error. */
GArray *project__read_block(struct reading *r, struct sql_range block, GError **error) MUST_CHECK;
/* The parts of a bracketed list `(a, b)`, split at its commas: a GArray of struct sql_range. */
GArray *project__read_list(struct reading *r, struct sql_range list, GError **error) MUST_CHECK;
/* The first token at or after an offset. */
struct sql_token project__token_at(const struct reading *r, uint32_t at);

/* ---- value.c: a property's value as … -------------------------------------------------------- */
struct sql_node *project__expression(struct reading *r, const struct property *p,
                                     GError **error) MUST_CHECK;
/* The same with macros left in it. */
struct sql_node *project__unexpanded(struct reading *r, const struct property *p,
                                     GError **error) MUST_CHECK;
bool project__text(struct reading *r, const struct property *p, const char **out,
                   GError **error) MUST_CHECK;
bool project__bool(struct reading *r, const struct property *p, bool *out,
                   GError **error) MUST_CHECK;
bool project__count(struct reading *r, const struct property *p, int64_t *out,
                    GError **error) MUST_CHECK;
/* The nodes of a list in any brackets, or the one node. A GPtrArray of struct sql_node. */
GPtrArray *project__items(struct arena *a, struct sql_node *value);
/* A name, text or number as text; NULL for anything else. */
const char *project__scalar(struct arena *a, const struct sql_node *n);
/* The two sides of name = value, name := value, name => value; false for anything else. */
bool project__pair(const struct sql_node *n, const char **name, struct sql_node **value,
                   struct arena *a);
bool project__fail(struct reading *r, uint32_t at, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* Read a property from a text of its own (a default of config.yaml, the result of a macro). */
struct property project__property_of(struct reading *sub, const struct reading *r, const char *name,
                                     const char *where, const char *text);

/* ---- properties.c, kinds.c, defaults.c ------------------------------------------------------- */
struct property_row {
    const char *name;
    bool (*set)(struct reading *r, const struct property_row *row, const struct property *p,
                GError **error);
    size_t offset; /* in struct model */
    const char *note;
};
bool project__set_properties(struct reading *r, const GArray *properties,
                             GError **error) MUST_CHECK;
/* Set one property by the rows of a table; an unknown one is an error with the nearest name. */
bool project__set_by_rows(struct reading *r, const struct property_row *rows, const char *what,
                          const struct property *p, GError **error) MUST_CHECK;
/* Setters that both tables use. */
bool project__set_flag(struct reading *r, const struct property_row *row, const struct property *p,
                       GError **error);
bool project__set_count(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error);
bool project__set_kind(struct reading *r, const struct property_row *row, const struct property *p,
                       GError **error);
/* The kind when nothing says one. */
bool project__default_kind(struct reading *r, GError **error) MUST_CHECK;
/* Set what config.model_defaults says under `name`, if it does. */
bool project__set_default(struct reading *r, const struct property_row *rows, const char *name,
                          GError **error) MUST_CHECK;
bool project__set_columns(struct reading *r, const struct property_row *row,
                          const struct property *p, GError **error);
bool project__set_column_descriptions(struct reading *r, const struct property_row *row,
                                      const struct property *p, GError **error);
bool project__set_audits(struct reading *r, const struct property_row *row,
                         const struct property *p, GError **error);
bool project__set_object(struct reading *r, const struct property_row *row,
                         const struct property *p, GError **error);
/* Descriptions of columns that stand as comments in the query. */
void project__describe_columns(struct draft *d);

/* ---- time_format.c: a time column's format ----------------------------------------------------
 */
/* In the dialect's words ('YYYYMMDD') as strftime's letters (%Y%m%d), and back. */
const char *project__read_time_format(struct arena *a, const struct sql_dialect *d,
                                      const char *text);
const char *project__write_time_format(struct arena *a, const struct sql_dialect *d,
                                       const char *text);

/* ---- seeds ----------------------------------------------------------------------------------- */
bool project__set_csv_settings(struct reading *r, const struct property_row *row,
                               const struct property *p, GError **error);
bool project__set_seed_batch(struct reading *r, const struct property_row *row,
                             const struct property *p, GError **error);
bool project__set_seed_path(struct reading *r, const struct property_row *row,
                            const struct property *p, GError **error);
/* Read the file of a SEED model: columns, hashes. */
bool project__read_seed(struct loader *l, struct draft *d, GError **error) MUST_CHECK;

/* ---- names.c --------------------------------------------------------------------------------- */
/* Set name, fqn and its parts from a SQL_TABLE or SQL_COLUMN without macros. */
bool project__set_name(struct draft *d, const char *catalog, struct sql_node *table);
/* The name SQLMesh infers from a path below models/. */
char *project__name_of_path(struct arena *a, const char *path);
/* A table as a query reads it, qualified. */
const char *project__table_fqn(struct arena *a, const struct sql_table *t, const char *catalog);
/* The catalog of a gateway (NULL: the selected one): as reported, else as the config says. */
const char *project__catalog(const struct loader *l, const char *gateway);

/* ---- audits.c -------------------------------------------------------------------------------- */
struct audit_definition {
    const char *name, *query, *dialect;
    const char *canonical; /* of the query, for hashes */
    bool blocking, skip, standalone;
    json_t *defaults;            /* object: name -> SQL text */
    GPtrArray *definitions;      /* of struct model_statement */
    GPtrArray *definition_trees; /* of struct sql_node */
    struct sql_node *tree;       /* of the query */
    const char *path;
};
bool project__read_audit_file(struct loader *l, const char *path, GError **error) MUST_CHECK;
/* AUDIT (…); query; at ranges[i]; *used says how many ranges it took. */
struct audit_definition *project__read_audit(struct reading *r, const GArray *ranges, guint i,
                                             guint *used, GError **error) MUST_CHECK;
/* Give each of the model's audits its query, defaults and blocking. */
bool project__bind_audits(struct loader *l, struct draft *d, GError **error) MUST_CHECK;

/* ---- blueprints.c ---------------------------------------------------------------------------- */
/* The variables of each blueprint of the file, objects; NULL without an error when it has none. */
GPtrArray *project__read_blueprints(struct reading *r, GError **error);
/* Bind those of the draft that are SQL, as @DEF does. */
bool project__bind_blueprint(struct reading *r, GError **error) MUST_CHECK;
/* Comments above the block, which ends its text at `end`, become the description. True. */
bool project__describe_block(struct reading *r, uint32_t end);

/* ---- source.c ----------------------------------------------------------------------- */
/* A file below the project's folder as a source in the arena, named by its relative path. */
bool project__read_source(struct loader *l, const char *path, struct source *out,
                          GError **error) MUST_CHECK;
/* Does a word in lower case stand anywhere in a text, in any case? One that ends in _ may go on. */
bool project__mentions(const char *text, const char *word);
/* Refuse Jinja: it needs Python. */
bool project__check_jinja(struct reading *r, GError **error) MUST_CHECK;
/* Refuse macros that are neither built in nor defined: they need Python. */
bool project__check_macros(struct reading *r, struct sql_node *tree, GPtrArray *definitions,
                           GError **error) MUST_CHECK;
/* Note the variables that a tree reads in the model and in a hash. */
void project__add_variables(struct loader *l, struct draft *d, struct sql_node *tree,
                            GPtrArray *definitions, GString *hash);

/* ---- model_file.c, depends.c, graph.c, fingerprint.c, snapshot.c ----------------------------- */
bool project__read_model_file(struct loader *l, const char *path, GError **error) MUST_CHECK;
struct draft *project__draft_new(struct loader *l, const struct source *source);
void project__draft_clear(struct draft *d); /* what the arena does not hold */
void project__start_reading(struct reading *r, struct loader *l, struct draft *d);
bool project__find_dependencies(struct loader *l, struct draft *d, GError **error) MUST_CHECK;
/* Columns, once those of the parents are known. */
bool project__find_columns(struct loader *l, struct draft *d, GError **error) MUST_CHECK;
/* A model of another dialect than its gateway's: what may mean something else there is an error. */
bool project__check_dialect(const struct loader *l, const struct draft *d,
                            GError **error) MUST_CHECK;
/* A type of another dialect in this one; NULL: it is not known to mean the same. */
const char *project__translated_type(struct arena *a, const char *type,
                                     const struct sql_dialect *from, const struct sql_dialect *to);
/* Sort the drafts, parents first. */
bool project__order(struct loader *l, GError **error) MUST_CHECK;
/* Definitions of the EMBEDDED models it reads. */
void project__embed(struct loader *l, struct draft *d);
struct wire_snapshot *project__snapshot(struct loader *l, struct draft *d,
                                        GError **error) MUST_CHECK;
void project__fingerprint(struct loader *l, struct draft *d, struct wire_snapshot *s);
/* Add a text to what a hash is made of; NULL and "" are the same, lists keep their borders. */
void project__hash(GString *to, const char *text);
/* An error about a draft's file. */
bool project__fail_draft(const struct draft *d, size_t at, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

#endif
