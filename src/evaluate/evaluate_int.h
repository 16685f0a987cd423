/* evaluate_int.h -- one task at work, and what the files of src/evaluate/ share.
 *
 * A run holds everything a task needs; texts made on the way live in its arena. Functions return
 * false (or NULL) with an error; whoever opened a transaction rolls it back.
 */
#ifndef HEDDLE_EVALUATE_EVALUATE_INT_H
#define HEDDLE_EVALUATE_EVALUATE_INT_H

#include "base/arena.h"
#include "evaluate/evaluate.h"
#include "project/model.h"
#include "sql/dialect.h"
#include "sql/tree.h"
#include "warehouse/dialect.h"

struct evaluate_run {
    const struct evaluate_context *c;
    const struct wire_task *task;
    struct arena *arena;
    struct model *model;                    /* NULL: the task is about no model */
    const struct sql_dialect *dialect;      /* the model's, else the warehouse's */
    const struct sql_dialect *spoken;       /* what is sent: another one when the warehouse's is */
    const struct warehouse_dialect *engine; /* NULL when only rendering */
    struct warehouse *warehouse;            /* likewise */
    struct wire_result *result;             /* likewise */
    const char *stage;                      /* runtime stage for macros */
    const json_t *schemas, *views;          /* what @schemas and @views are; NULL: nothing */
    const char *this_model;                 /* what @this_model is; NULL: the target */
    GPtrArray *parents;                     /* of struct evaluate_parent */
    const GPtrArray *columns;               /* of the target, when there is no warehouse to ask */
    bool in_transaction;
    bool plain; /* without transactions: something in it cannot stand in one */
};

/* A model the task may read: its name in parts, and where its rows are. */
struct evaluate_parent {
    const char *fqn, *catalog, *schema, *name;
    const struct wire_table *table; /* NULL: the view layer */
    const json_t *embedded;         /* its definition when it is EMBEDDED */
};

/* The stages of SQLMesh's macros. */
#define STAGE_CREATING   "creating"
#define STAGE_EVALUATING "evaluating"
#define STAGE_PROMOTING  "promoting"
#define STAGE_AUDITING   "auditing"

/* run.c: statements, transactions, names. */
bool evaluate__execute(struct evaluate_run *r, const char *sql, int64_t *rows, GError **error);
bool evaluate__executef(struct evaluate_run *r, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The one number a query gives. */
bool evaluate__number(struct evaluate_run *r, const char *sql, int64_t *value, GError **error);
bool evaluate__begin(struct evaluate_run *r, GError **error);
/* Begin, unless the target is made and filled by one statement, which is atomic by itself. */
bool evaluate__begin_if_needed(struct evaluate_run *r, GError **error);
bool evaluate__begin_reading(struct evaluate_run *r, GError **error);
bool evaluate__commit(struct evaluate_run *r, GError **error);
void evaluate__rollback(struct evaluate_run *r);
/* Until the transaction ends nobody else has the lock of this name; engines without such locks go
 * on at once. */
bool evaluate__lock(struct evaluate_run *r, const char *name, GError **error);
/* predecessor.c: in the transaction, before the table is changed. ERROR_BUSY: somebody stays. */
bool evaluate__take_over(struct evaluate_run *r, GError **error);
void evaluate__log(struct evaluate_run *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool evaluate__invalid(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* In the arena. */
char *evaluate__table(struct evaluate_run *r, const struct wire_table *t);
/* The same for a text that is read as the model's are. */
char *evaluate__table_read(struct evaluate_run *r, const struct wire_table *t);
char *evaluate__name(struct evaluate_run *r, const char *name);
char *evaluate__string(struct evaluate_run *r, const char *value);
void evaluate__add_rows(struct evaluate_run *r, int64_t rows);

/* context.c: a run for a task. */
struct evaluate_run *evaluate__run_new(const struct evaluate_context *c, const struct wire_task *t,
                                       GError **error);
void evaluate__run_free(struct evaluate_run *r);

/* Read in this dialect from now on (NULL or "": the warehouse's). */
bool evaluate__set_dialect(struct evaluate_run *r, const char *name, GError **error);

/* names.c: are the task's names such as the engine takes: short enough, in its catalog? */
bool evaluate__check_names(struct evaluate_run *r, GError **error);

/* macros.c: macros in texts expanded. */
struct sql_node *evaluate__expand(struct evaluate_run *r, struct sql_node *tree,
                                  const struct source *source, GPtrArray *definitions,
                                  GError **error);
/* The model's @DEF calls, then those in `more` (may be NULL), as trees. NULL with an error. */
GPtrArray *evaluate__definitions(struct evaluate_run *r, const GPtrArray *more, GError **error);

/* tables.c: the tables of a tree become those of the warehouse. */
struct evaluate_parent *evaluate__find_parent(const struct evaluate_run *r, const char *catalog,
                                              const char *schema, const char *name);
bool evaluate__place_tables(struct evaluate_run *r, struct sql_node *tree, GError **error);
/* A tree with folded names as the warehouse's dialect has it; an error when that is another one and
 * may mean something else by it. */
bool evaluate__say(struct evaluate_run *r, struct sql_node *tree, const struct source *source,
                   GError **error);
/* A table in a tree becomes a query in brackets; `alias` when it has none. */
void evaluate__put_query(struct evaluate_run *r, struct sql_node *table, struct sql_node *query,
                         const char *alias);
/* Names as the model's dialect folds them; in queries quoted, as SQLMesh has them. */
void evaluate__fold_names(struct evaluate_run *r, struct sql_node *tree);

/* render.c */
struct sql_node *evaluate__query_tree(struct evaluate_run *r, GError **error);
char *evaluate__query(struct evaluate_run *r, GError **error); /* in the arena */
/* Run each of a list of struct model_statement, rendered for the run's stage. */
bool evaluate__statements(struct evaluate_run *r, const GPtrArray *list, GError **error);
/* The texts a statement becomes: a macro may give several, or none. */
GPtrArray *evaluate__statement(struct evaluate_run *r, const char *sql, const char *title,
                               GError **error);

/* columns.c */
/* Columns of the target; *columns is NULL when it does not exist. */
bool evaluate__columns(struct evaluate_run *r, const struct wire_table *t, GPtrArray **columns,
                       GError **error);
/* What is declared or cast in the query as struct warehouse_column, or NULL. */
GPtrArray *evaluate__typed(struct evaluate_run *r);
char *evaluate__column_list(struct evaluate_run *r, const GPtrArray *columns);  /* "a", "b" */
char *evaluate__column_types(struct evaluate_run *r, const GPtrArray *columns); /* "a" INT */
/* SELECT CAST("a" AS INT) AS "a", … FROM (query) AS "_subquery" */
char *evaluate__cast_query(struct evaluate_run *r, const char *query, const GPtrArray *columns);
/* The texts of a query's first column, which is never NULL; they are in the arena. */
bool evaluate__texts(struct evaluate_run *r, const char *sql, GPtrArray **texts, GError **error);
/* The names of a query's columns, without running it. */
bool evaluate__query_columns(struct evaluate_run *r, const char *query, GPtrArray **names,
                             GError **error);

/* comments.c */
bool evaluate__has_comments(const struct evaluate_run *r);
bool evaluate__comment(struct evaluate_run *r, const struct wire_table *t, const char *kind,
                       GError **error);
/* What CREATE OR REPLACE VIEW leaves of an old view's comments is taken away. */
bool evaluate__forget_comments(struct evaluate_run *r, const struct wire_table *view,
                               GError **error);

/* create.c */
bool evaluate__create_schema(struct evaluate_run *r, const struct wire_table *t, GError **error);
/* Drop the target, which `is` something, unless it is what the model's kind wants. */
bool evaluate__drop_other(struct evaluate_run *r, enum warehouse_object is,
                          enum warehouse_object wanted, GError **error);
/* Make the target if it is missing; *made says whether it was. */
bool evaluate__ensure(struct evaluate_run *r, bool *made, GError **error);
bool evaluate__create_empty(struct evaluate_run *r, const struct wire_table *t, bool comments,
                            GError **error);

/* types.c: what the model calls a type, as the engine calls it; in a text, and in all of a tree. */
const char *evaluate__type_words(struct evaluate_run *r, const char *type);
void evaluate__say_types(struct evaluate_run *r, struct sql_node *tree);
/* Does every value of a type fit into the other, so that it is changed in place? */
bool evaluate__type_widens(const struct evaluate_run *r, const char *from, const char *to);

/* migrate.c: the target's columns become those of the model's new version. */
bool evaluate__migrate(struct evaluate_run *r, GError **error);

/* One kind of model each. */
bool evaluate__load_full(struct evaluate_run *r, GError **error);
bool evaluate__load_view(struct evaluate_run *r, GError **error);
/* Likewise, also where it is there and holds what it reads. */
bool evaluate__replace_view(struct evaluate_run *r, GError **error);
bool evaluate__load_seed(struct evaluate_run *r, GError **error);
bool evaluate__load_time_range(struct evaluate_run *r, GError **error);
/* "ds" BETWEEN … AND …: the batch, with bounds of the time column's type. In the arena. */
char *evaluate__time_filter(struct evaluate_run *r, const GPtrArray *columns, GError **error);

/* audits.c */
bool evaluate__audits(struct evaluate_run *r, GError **error);
/* builtin.c: the query of a built-in audit (macros in it), or NULL. */
struct evaluate_builtin {
    const char *name, *query;
};
const struct evaluate_builtin *evaluate__builtin(const char *name);

/* promote.c: on engines with view_binding, before a view of these columns (NULL: not known) is
 * made: *replace says that it can replace what is there; else that is gone, with what is built on
 * it. */
bool evaluate__make_room(struct evaluate_run *r, const struct wire_table *view,
                         const GPtrArray *columns, bool *replace, GError **error);

/* Tasks: see the table in tasks.c. */
bool evaluate__do_create(struct evaluate_run *r, GError **error);
bool evaluate__do_promote(struct evaluate_run *r, GError **error);
bool evaluate__do_demote(struct evaluate_run *r, GError **error);
bool evaluate__do_statements(struct evaluate_run *r, GError **error);
bool evaluate__do_cleanup(struct evaluate_run *r, GError **error);
bool evaluate__do_query(struct evaluate_run *r, GError **error);

#endif
