/* macro_int.h -- one expansion at work, and what its files share; for src/macro/ only.
 *
 * A macro's result is a chain: nodes linked by `next`, NULL for none. The first error of a run is
 * kept in run->error and ends it; every function returns NULL or false from then on.
 */
#ifndef HEDDLE_MACRO_MACRO_INT_H
#define HEDDLE_MACRO_MACRO_INT_H

#include "macro/macro.h"

/* A name with its value: a @DEF, or an argument of a lambda. The nearest one counts. */
struct macro_binding {
    const char *name; /* lower case */
    struct sql_node *value;
    const struct macro_binding *next;
};

struct macro_run {
    struct arena *arena;
    const struct macro_context *context;
    const struct macro_binding *bindings; /* values and functions (LAMBDA) */
    unsigned depth;
    size_t nodes;    /* made so far */
    unsigned spines; /* @DATE_SPINEs so far */
    bool loose;      /* a result stands where a tree has none of its kind: print and read again */
    GError *error;
};

/* expand.c */
struct sql_node *macro__expand(struct macro_run *run, struct sql_node *node);
/* Expand the children of a node in place. */
bool macro__expand_children(struct macro_run *run, struct sql_node *parent);
struct sql_node *macro__fail(struct macro_run *run, const struct sql_node *at, const char *format,
                             ...) G_GNUC_PRINTF(3, 4);
/* A copy that counts against MAX_MACRO_NODES. */
struct sql_node *macro__clone(struct macro_run *run, const struct sql_node *node);
/* Put a chain behind another; returns the first of both. */
struct sql_node *macro__chain(struct sql_node *first, struct sql_node *second);
/* A TUPLE, ARRAY or LIST of a chain. */
struct sql_node *macro__list(struct macro_run *run, enum sql_kind kind, struct sql_node *chain);
void macro__bind(struct macro_run *run, const char *name, struct sql_node *value);

/* fit.c: what becomes of a parent when macros in it have given their results. */
bool macro__fit(struct macro_run *run, struct sql_node *parent, enum sql_slot slot,
                const struct sql_node *macro, struct sql_node *result);
void macro__settle(struct macro_run *run, struct sql_node *parent);
void macro__settle_orders(struct macro_run *run, struct sql_node *parent);

/* text.c: between text and tree. */
struct sql_node *macro__parse(struct macro_run *run, const char *text, const struct sql_node *at);
struct sql_node *macro__parse_table(struct macro_run *run, const char *text,
                                    const struct sql_node *at);
char *macro__print(struct macro_run *run, const struct sql_node *node); /* in the arena */
/* The same, in brackets when it is an operation. */
char *macro__print_operand(struct macro_run *run, const struct sql_node *node);
/* What a value looks like inside a text: strings and names without their quotes. */
char *macro__bare(struct macro_run *run, const struct sql_node *node);
/* Fill in @name and @{name}; unknown ones stay, "@@" is "@". */
char *macro__template(struct macro_run *run, const char *text, size_t len);
/* Call `see` for each name that macro__template() would look up. */
void macro__template_names(const char *text, size_t len,
                           void (*see)(const char *name, size_t len, void *data), void *data);
struct sql_node *macro__string(struct macro_run *run, const char *text);
/* An identifier; quoted when it must be. */
struct sql_node *macro__identifier(struct macro_run *run, const char *text, bool quoted);
struct sql_node *macro__column(struct macro_run *run, struct sql_node *identifier);
struct sql_node *macro__alias(struct macro_run *run, struct sql_node *expression,
                              const struct sql_node *name);
/* The name an expression is: of a column, identifier or string; NULL for others. */
const char *macro__name(struct macro_run *run, const struct sql_node *node);

/* variables.c */
/* NULL when it is not defined. A list of the project's variables becomes a node of the kind `list`,
 * TUPLE or ARRAY; lists in it are ARRAYs. */
struct sql_node *macro__variable(struct macro_run *run, const char *name, enum sql_kind list);
struct sql_node *macro__from_json(struct macro_run *run, const json_t *value, enum sql_kind list);
bool macro__is_predefined(const char *name);

/* engines.c: what differs between engines in the SQL that macros write. */
enum macro_concat { CONCAT_CALL, CONCAT_PIPES, CONCAT_PLUS, CONCAT_CAST };
enum macro_spine {
    SPINE_ARRAY,
    SPINE_BIGQUERY,
    SPINE_DUCKDB,
    SPINE_POSTGRES,
    SPINE_SPARK,
    SPINE_TRINO,
    SPINE_SNOWFLAKE,
    SPINE_DATEADD,
    SPINE_MYSQL
};

struct macro_engine {
    const char *dialect;
    const char *date;               /* a literal date: %s is its text */
    const char *zoned;              /* a moment with a zone … */
    const char *zoned_fine;         /* … with a fraction of a second */
    const char *plain, *plain_fine; /* without a zone */
    const char *text_type;
    const char *divide_as; /* the type that makes / a true division; NULL when it is one */
    const char *md5;       /* %s is the text; NULL for MD5(%s) */
    enum macro_concat concat;
    enum macro_spine spine;
    bool has_qualify;
};

const struct macro_engine *macro__engine(const struct macro_run *run);

/* eval.c: expressions evaluated as SQLMesh does, in Python's sense. */
enum macro_type {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_NODE
};

struct macro_value {
    enum macro_type type;
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *text;
        const struct sql_node *node; /* of VALUE_NODE; of VALUE_LIST, the list */
    };
};

bool macro__eval(struct macro_run *run, const struct sql_node *node, struct macro_value *out);
bool macro__eval_call(struct macro_run *run, const struct sql_node *call, struct macro_value *out);
/* `at` is the operation, for errors. */
bool macro__power(struct macro_run *run, const struct sql_node *at, const struct macro_value *a,
                  const struct macro_value *b, struct macro_value *out);
bool macro__is_true(const struct macro_value *v);
struct sql_node *macro__node_of(struct macro_run *run, const struct macro_value *v);
/* As a text would have it: numbers in digits, trees as SQL. */
char *macro__value_text(struct macro_run *run, const struct macro_value *v);
char *macro__float_text(struct macro_run *run, double number);

/* lambda.c */
bool macro__is_list(const struct sql_node *node); /* [a, b], (a, b) or (a) */
/* The elements of the only item when it is a list, else the items. In the arena, NULL-terminated.
 */
struct sql_node **macro__items(struct macro_run *run, struct sql_node *const *items, size_t *n);
/* A LAMBDA's body with its names replaced by arguments, expanded. */
struct sql_node *macro__apply(struct macro_run *run, const struct sql_node *lambda,
                              struct sql_node *const *args, size_t n);
struct sql_node *macro__apply_one(struct macro_run *run, const struct sql_node *lambda,
                                  struct sql_node *item);

/* builtin.c: the table of built-in macros. */
enum { MACRO_PARAMETERS = 12 };

struct macro_call {
    struct sql_node *node;
    struct sql_node *named[MACRO_PARAMETERS]; /* by parameter; NULL when not given */
    struct sql_node **rest;                   /* the others, NULL-terminated */
    size_t n_rest;
};

struct macro_builtin {
    const char *name;
    const char
        *parameters;   /* names between blanks; behind "*", which takes any number, by name only */
    unsigned required; /* of the named ones, or at least so many others */
    bool lazy;         /* the arguments are given as written */
    struct sql_node *(*expand)(struct macro_run *run, const struct macro_call *call);
};

const struct macro_builtin *macro__builtin(const char *name, size_t len);
const char *const *macro__builtin_names(void);
/* Run a built-in macro; the call's arguments are expanded unless it is lazy. */
struct sql_node *macro__call(struct macro_run *run, const struct macro_builtin *builtin,
                             struct sql_node *node);

/* spine.c: no engine that counts dates by recursion takes a WITH everywhere; the query's own does.
 */
void macro__hoist_spines(struct macro_run *run, struct sql_node *query);

/* control.c, formulas.c, relations.c, spine.c: the macros themselves. */
#define MACRO_BUILTINS(X)                                                                          \
    X(and)                                                                                         \
    X(blueprint_var)                                                                               \
    X(date_spine)                                                                                  \
    X(deduplicate)                                                                                 \
    X(each)                                                                                        \
    X(eval)                                                                                        \
    X(filter)                                                                                      \
    X(generate_surrogate_key)                                                                      \
    X(haversine_distance)                                                                          \
    X(if)                                                                                          \
    X(or)                                                                                          \
    X(pivot)                                                                                       \
    X(reduce)                                                                                      \
    X(resolve_template)                                                                            \
    X(safe_add)                                                                                    \
    X(safe_div)                                                                                    \
    X(safe_sub)                                                                                    \
    X(sql)                                                                                         \
    X(star)                                                                                        \
    X(union)                                                                                       \
    X(var)
#define X(name)                                                                                    \
    struct sql_node *macro__do_##name(struct macro_run *run, const struct macro_call *call);
MACRO_BUILTINS(X)
#undef X

#endif
