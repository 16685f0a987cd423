/* infer_int.h -- types as inference sees them, and what its files share; for src/sql/ only. */
#ifndef HEDDLE_SQL_INFER_INT_H
#define HEDDLE_SQL_INFER_INT_H

#include "sql/infer.h"
#include "sql/scope_int.h"

/* Within a family, the later one takes the earlier one in. */
enum type_base {
    TYPE_UNKNOWN,
    TYPE_NULL,
    TYPE_VARCHAR,
    TYPE_TEXT,
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INT,
    TYPE_BIGINT,
    TYPE_DECIMAL,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_INT128, /* and the unsigned ones: numbers that nothing takes in */
    TYPE_DATE,
    TYPE_DATETIME,
    TYPE_TIMESTAMP,
    TYPE_TIMESTAMPTZ,
    TYPE_TIME,
    TYPE_INTERVAL,
    TYPE_BOOLEAN,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_OTHER,
};

struct sql__type {
    uint8_t base; /* enum type_base */
    bool parameters;
    const char *text;                /* as SQL */
    const struct sql__type *element; /* of an ARRAY */
};

enum { MAX_COLUMNS = 20000, MAX_INFER_DEPTH = 300 };

struct infer_column {
    const char *name;
    const struct sql__type *type;
};

/* Something in FROM. */
struct infer_source {
    struct infer_source *next;
    const char *name;
    GPtrArray *columns; /* of struct infer_column */
    bool known;         /* these are all of its columns */
};

/* A CTE in sight, with its columns. */
struct infer_cte {
    const struct infer_cte *next;
    const char *name;
    GPtrArray *columns;
    bool known;
};

/* The place an expression stands at. */
struct infer_place {
    const struct infer_place *outer;
    struct infer_source *sources;
    GHashTable *merged; /* names in a USING, or NULL */
    GPtrArray *given;   /* of struct infer_column: projections so far */
    const struct infer_cte *ctes;
};

struct infer {
    struct arena *arena;
    const struct sql_dialect *dialect;
    const struct sql_schema *schema;
    bool failed; /* a name could not be found: SQLMesh then infers nothing from tables */
    bool bare;   /* without tables */
    bool postgres;
    bool foreign; /* a dialect whose functions and names of types are not known here */
    unsigned depth;
};

/* infer.c */
/* The columns of a query; *known is false when there may be others. */
GPtrArray *sql__infer_columns(struct infer *in, struct sql_node *query,
                              const struct infer_place *outer, const struct infer_cte *ctes,
                              bool *known);
const struct sql__type *sql__column_type(struct infer *in, const struct sql_node *n,
                                         const struct infer_place *p);

/* infer_expr.c */
const struct sql__type *sql__type_of(struct infer *in, const struct sql_node *n,
                                     const struct infer_place *p);

/* A type as the dialect writes it, read and written. NULL: it cannot be told. */
const struct sql__type *sql__infer_read(const struct infer *in, const char *sql);
const char *sql__infer_write(const struct infer *in, const struct sql__type *t);

/* infer_type.c */
const struct sql__type *sql__type_other(struct arena *a, const char *sql);
const struct sql__type *sql__type_plain(enum type_base base);
const struct sql__type *sql__type_read(struct arena *a, const char *sql, bool postgres);
const struct sql__type *sql__type_array(struct arena *a, const struct sql__type *element);
/* The type of two that meet: `b` when `a` fits into it. */
const struct sql__type *sql__type_meet(const struct sql__type *a, const struct sql__type *b);
bool sql__type_is_text(const struct sql__type *t);
bool sql__type_is_number(const struct sql__type *t);
bool sql__type_is_whole(const struct sql__type *t);

/* infer_function.c */
enum function_rule {
    RULE_UNKNOWN,
    RULE_TYPE,  /* always the same */
    RULE_FIRST, /* its first argument's */
    RULE_ALL,   /* what all arguments meet in */
    RULE_TWO,   /* what the first two meet in */
    RULE_SUM,
    RULE_LIST,  /* an array of the first argument's */
    RULE_RANGE, /* an array of what all meet in */
    RULE_ELEMENT,
    RULE_IF,
    RULE_TRUNC,
};
struct sql__function {
    const char *name;
    enum function_rule rule;
    enum type_base type;
};
const struct sql__function *sql__function_find(const char *name, bool postgres);

#endif
