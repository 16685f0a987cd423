/* dialect_int.h -- the fields of a dialect's table; for src/sql/ only. */
#ifndef HEDDLE_SQL_DIALECT_INT_H
#define HEDDLE_SQL_DIALECT_INT_H

#include "sql/dialect.h"

#include <stdint.h>

enum sql_feature {
    SQLD_BACKSLASH = 1 << 0,        /* \ escapes in ordinary strings */
    SQLD_DOUBLE_STRING = 1 << 1,    /* "…" is a string */
    SQLD_BACKTICK = 1 << 2,         /* `…` is an identifier */
    SQLD_BRACKET_NAME = 1 << 3,     /* […] is an identifier */
    SQLD_HASH_COMMENT = 1 << 4,     /* # to the end of the line */
    SQLD_SLASH_COMMENT = 1 << 5,    /* // to the end of the line */
    SQLD_NESTED_COMMENT = 1 << 6,   /* comments nest */
    SQLD_DOLLAR_QUOTE = 1 << 7,     /* $$…$$ and $tag$…$tag$ */
    SQLD_TRIPLE_QUOTE = 1 << 8,     /* '''…''' */
    SQLD_DIGIT_NAME = 1 << 9,       /* a name may begin with a digit */
    SQLD_COLON_PATH = 1 << 10,      /* a:b.c reads into JSON */
    SQLD_QUESTION_OP = 1 << 11,     /* ? is an operator on JSON */
    SQLD_BRACE_STRUCT = 1 << 12,    /* {'a': 1} */
    SQLD_PREFIX_ALIAS = 1 << 13,    /* name: expression */
    SQLD_DASH_TABLE = 1 << 14,      /* my-project.a.b */
    SQLD_HASH_NAME = 1 << 15,       /* #temporary */
    SQLD_STAGE = 1 << 16,           /* @stage/path */
    SQLD_BACKSLASH_ONLY = 1 << 17,  /* a quote in a string is written \', never '' */
    SQLD_STRING_ALIAS = 1 << 18,    /* a string may be an alias */
    SQLD_CASE_MATTERS = 1 << 19,    /* function names are compared with case */
    SQLD_PERCENT_PARAM = 1 << 20,   /* %s and %(name)s */
    SQLD_AND_AND = 1 << 21,         /* && and || are AND and OR */
    SQLD_NAME_BACKSLASH = 1 << 24,  /* \ escapes in quoted names */
    SQLD_HINTS = 1 << 23,           /* SELECT with a comment that begins with + */
    SQLD_IMPLICIT_UNNEST = 1 << 22, /* FROM t, t.items reads a column of t; AT gives its place */
    SQLD_UNION_LIMIT = 1 << 25,   /* SELECT … LIMIT 1 UNION …: the limit is the first query's */
    SQLD_RECURSIVE_CTE = 1 << 26, /* a CTE may read itself without RECURSIVE */
    SQLD_TERNARY = 1 << 27,       /* x ? a : b, x APPLY(f), and(a, b), a.:Type, WITH value AS a */
    SQLD_PIVOT_PREFIX = 1 << 28,  /* PIVOT: sum_x, where others have x_sum */
    SQLD_PIVOT_QUOTES = 1 << 29,  /* PIVOT: a string names its column with its quotes */
    SQLD_PIVOT_PLAIN = 1 << 30,   /* PIVOT: the name of an only aggregate is left out */
};

/* How a name is made ready for comparison. */
enum sql_folding {
    SQL_FOLD_DEFAULT, /* as the dialect has it */
    SQL_FOLD_LOWER,   /* unquoted names to lower case */
    SQL_FOLD_UPPER,   /* unquoted names to upper case */
    SQL_FOLD_CASE,    /* no name changes */
    SQL_FOLD_NOCASE,  /* all names, quoted too, to lower case */
    SQL_FOLD_NOCASE_UPPER,
    SQL_FOLD_COUNT
};

/* Where NULLs stand when ORDER BY does not say: with DESC the other way round, but for LAST. */
enum sql_nulls { SQL_NULLS_ARE_LAST, SQL_NULLS_ARE_LARGE, SQL_NULLS_ARE_SMALL };

/* What is done otherwise than the same words say elsewhere; such words are not translated. */
enum sql_manner {
    SQLM_INT_DIVISION = 1 << 0,  /* 7 / 2 is 3, and 1 / 0 an error */
    SQLM_CAST_CUTS = 1 << 1,     /* CAST(2.7 AS INT) is 2 */
    SQLM_CAST_NULLS = 1 << 2,    /* CAST('x' AS INT) is NULL */
    SQLM_AVG_CUTS = 1 << 3,      /* AVG of whole numbers is one */
    SQLM_DOUBLES = 1 << 4,       /* 1.5 is a DOUBLE */
    SQLM_TRIMS_ALL = 1 << 5,     /* TRIM takes tabs and ends of lines, too */
    SQLM_QUALIFY = 1 << 6,       /* it has QUALIFY */
    SQLM_EXCLUDE = 1 << 7,       /* and * EXCLUDE */
    SQLM_TRY_CAST = 1 << 8,      /* and TRY_CAST of anything */
    SQLM_GREATEST_NULL = 1 << 9, /* GREATEST(1, NULL) is NULL */
    SQLM_ROUNDS_EVEN = 1 << 10,  /* ROUND of the double 2.5 is 2 */
};

/* What translate.c must know of a dialect. */
struct sql_common {
    enum sql_nulls nulls;
    uint32_t manners;         /* enum sql_manner */
    const char *const *types; /* "a type here=the common one"; ends with NULL */
    const char *const *says;  /* "a common type=what it is here", if other; NULL: it is only read */
};

/* One dialect: src/sql/dialect/NAME.c. */
struct sql_rules {
    const char *name;
    enum sql_folding folding;
    bool tables_keep_case;           /* folding is for columns and CTEs only */
    char quote;                      /* the opening quote identifiers are printed with */
    const char *prefixes;            /* what may stand before a string, lower case: " e b x n " */
    uint32_t features;               /* enum sql_feature */
    const struct sql_common *common; /* NULL: nothing of it is translated */
};

/* A dialect with a way of folding, which users may choose themselves. */
struct sql_dialect {
    const struct sql_rules *rules;
    enum sql_folding folding;
};

/* Every dialect, the base dialect first: NAME. */
#define SQL_DIALECTS(X)                                                                            \
    X(base)                                                                                        \
    X(athena)                                                                                      \
    X(bigquery)                                                                                    \
    X(clickhouse)                                                                                  \
    X(databricks)                                                                                  \
    X(duckdb)                                                                                      \
    X(fabric)                                                                                      \
    X(mysql)                                                                                       \
    X(postgres)                                                                                    \
    X(redshift)                                                                                    \
    X(risingwave)                                                                                  \
    X(snowflake)                                                                                   \
    X(spark)                                                                                       \
    X(trino)                                                                                       \
    X(tsql)

/* Types of PostgreSQL and its relatives, and of Spark and Databricks. */
extern const char *const sql__postgres_types[], *const sql__spark_types[];
/* Types that are called so in many dialects. */
#define SQL_COMMON_TYPES                                                                           \
    "BOOLEAN=BOOLEAN", "SMALLINT=SMALLINT", "INT=INT", "INTEGER=INT", "BIGINT=BIGINT",             \
        "DECIMAL=DECIMAL", "NUMERIC=DECIMAL", "DATE=DATE"

#define X(name) extern const struct sql_rules sql__##name;
SQL_DIALECTS(X)
#undef X

enum sql_folding sql__folding(const struct sql_dialect *d);

/* How tight an operator of enum sql_op binds between two expressions here; see sql/keyword.h. */
int sql__op_binds(const struct sql_dialect *d, int op);

static inline bool sql__has(const struct sql_dialect *d, uint32_t feature)
{
    return (d->rules->features & feature) != 0;
}

#endif
