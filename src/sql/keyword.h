/* keyword.h -- the words and operators the parser asks for by number.
 *
 * A row is a word and what it may not be when it stands unquoted: R, a column or function name; A,
 * an alias without AS (in a projection); T, an alias of a table without AS. Words that only
 * patterns use (sql/grammar.c) need no row. After a change run tools/keywords, which writes the
 * hash table of keyword.c.
 */
#ifndef HEDDLE_SQL_KEYWORD_H
#define HEDDLE_SQL_KEYWORD_H

#include "sql/lex.h"

enum { BAR_R = 1, BAR_A = 2, BAR_T = 4, BAR_AT = BAR_A | BAR_T, BAR_RAT = BAR_R | BAR_A | BAR_T };

#define SQL_KEYWORDS(X)                                                                            \
    X(ALL, BAR_AT)                                                                                 \
    X(AND, BAR_RAT)                                                                                \
    X(ANTI, BAR_T)                                                                                 \
    X(ANY, 0)                                                                                      \
    X(APPLY, 0)                                                                                    \
    X(ARRAY, 0)                                                                                    \
    X(AS, BAR_RAT)                                                                                 \
    X(ASC, BAR_AT)                                                                                 \
    X(ASOF, BAR_T)                                                                                 \
    X(AT, BAR_A)                                                                                   \
    X(BEFORE, 0)                                                                                   \
    X(BETWEEN, BAR_RAT)                                                                            \
    X(CASE, BAR_R | BAR_A)                                                                         \
    X(CAST, 0)                                                                                     \
    X(CLUSTER, BAR_T)                                                                              \
    X(COLLATE, BAR_AT)                                                                             \
    X(CONNECT, BAR_T)                                                                              \
    X(CONNECT_BY_ROOT, 0)                                                                          \
    X(CREATE, BAR_R)                                                                               \
    X(CROSS, BAR_AT)                                                                               \
    X(CURRENT_DATE, 0)                                                                             \
    X(CURRENT_TIME, 0)                                                                             \
    X(CURRENT_TIMESTAMP, 0)                                                                        \
    X(CURRENT_USER, 0)                                                                             \
    X(DATE, 0)                                                                                     \
    X(DESC, BAR_AT)                                                                                \
    X(DESCRIBE, 0)                                                                                 \
    X(DIRECTED, BAR_T)                                                                             \
    X(DISTINCT, BAR_R | BAR_A)                                                                     \
    X(DISTRIBUTE, BAR_T)                                                                           \
    X(DIV, BAR_A)                                                                                  \
    X(ELSE, BAR_RAT)                                                                               \
    X(END, BAR_RAT)                                                                                \
    X(ESCAPE, BAR_AT)                                                                              \
    X(EXCEPT, BAR_RAT)                                                                             \
    X(EXCLUDE, BAR_A)                                                                              \
    X(EXISTS, 0)                                                                                   \
    X(FALSE, BAR_R)                                                                                \
    X(FETCH, BAR_RAT)                                                                              \
    X(FILTER, BAR_A)                                                                               \
    X(FINAL, BAR_T)                                                                                \
    X(FOR, BAR_RAT)                                                                                \
    X(FORMAT, BAR_AT)                                                                              \
    X(FROM, BAR_RAT)                                                                               \
    X(FULL, BAR_AT)                                                                                \
    X(GLOB, BAR_AT)                                                                                \
    X(GLOBAL, BAR_AT)                                                                              \
    X(GROUP, BAR_RAT)                                                                              \
    X(GROUPING, 0)                                                                                 \
    X(HAVING, BAR_RAT)                                                                             \
    X(IGNORE, BAR_AT)                                                                              \
    X(ILIKE, BAR_AT)                                                                               \
    X(IN, BAR_RAT)                                                                                 \
    X(INNER, BAR_AT)                                                                               \
    X(INTERSECT, BAR_RAT)                                                                          \
    X(INTERVAL, 0)                                                                                 \
    X(INTO, BAR_RAT)                                                                               \
    X(IRLIKE, BAR_AT)                                                                              \
    X(IS, BAR_RAT)                                                                                 \
    X(ISNULL, BAR_A)                                                                               \
    X(JOIN, BAR_RAT)                                                                               \
    X(LAMBDA, 0)                                                                                   \
    X(LATERAL, BAR_RAT)                                                                            \
    X(LEFT, BAR_AT)                                                                                \
    X(LIKE, BAR_AT)                                                                                \
    X(LIMIT, BAR_RAT)                                                                              \
    X(LOCK, BAR_T)                                                                                 \
    X(MAP, 0)                                                                                      \
    X(MATCH_CONDITION, BAR_T)                                                                      \
    X(MATCH_RECOGNIZE, BAR_T)                                                                      \
    X(MATERIALIZED, 0)                                                                             \
    X(MEMBER, BAR_A)                                                                               \
    X(MINUS, BAR_AT)                                                                               \
    X(MOD, 0)                                                                                      \
    X(NATURAL, BAR_AT)                                                                             \
    X(NOT, BAR_RAT)                                                                                \
    X(NOTNULL, BAR_A)                                                                              \
    X(NULL, BAR_R)                                                                                 \
    X(NULLS, BAR_A)                                                                                \
    X(OFFSET, BAR_AT)                                                                              \
    X(ON, BAR_RAT)                                                                                 \
    X(ONLY, 0)                                                                                     \
    X(OPERATOR, BAR_A)                                                                             \
    X(OPTION, BAR_T)                                                                               \
    X(OR, BAR_RAT)                                                                                 \
    X(ORDER, BAR_RAT)                                                                              \
    X(OUTER, BAR_AT)                                                                               \
    X(OVER, BAR_A)                                                                                 \
    X(OVERLAPS, BAR_A)                                                                             \
    X(PARTITION, BAR_T)                                                                            \
    X(PASTE, BAR_T)                                                                                \
    X(PIVOT, BAR_T)                                                                                \
    X(POSITIONAL, BAR_T)                                                                           \
    X(PREWHERE, BAR_T)                                                                             \
    X(PRIOR, 0)                                                                                    \
    X(QUALIFY, BAR_RAT)                                                                            \
    X(RECURSIVE, 0)                                                                                \
    X(REGEXP, BAR_AT)                                                                              \
    X(RENAME, BAR_A)                                                                               \
    X(REPLACE, 0)                                                                                  \
    X(RESPECT, BAR_AT)                                                                             \
    X(RETURNING, BAR_AT)                                                                           \
    X(RIGHT, BAR_AT)                                                                               \
    X(RLIKE, BAR_AT)                                                                               \
    X(ROW, 0)                                                                                      \
    X(ROWS, BAR_A)                                                                                 \
    X(SAMPLE, BAR_T)                                                                               \
    X(SELECT, BAR_RAT)                                                                             \
    X(SEMI, BAR_T)                                                                                 \
    X(SEPARATOR, BAR_AT)                                                                           \
    X(SET, BAR_AT)                                                                                 \
    X(SETTINGS, BAR_T)                                                                             \
    X(SHOW, 0)                                                                                     \
    X(SIMILAR, BAR_AT)                                                                             \
    X(SOME, 0)                                                                                     \
    X(SORT, BAR_T)                                                                                 \
    X(SOUNDS, BAR_A)                                                                               \
    X(START, BAR_T)                                                                                \
    X(STRAIGHT_JOIN, BAR_AT)                                                                       \
    X(STRUCT, 0)                                                                                   \
    X(SUMMARIZE, 0)                                                                                \
    X(TABLE, BAR_A)                                                                                \
    X(TABLESAMPLE, BAR_AT)                                                                         \
    X(THEN, BAR_RAT)                                                                               \
    X(TIME, 0)                                                                                     \
    X(TIMESTAMP, 0)                                                                                \
    X(TO, BAR_A)                                                                                   \
    X(TOP, 0)                                                                                      \
    X(TRUE, BAR_R)                                                                                 \
    X(UNION, BAR_RAT)                                                                              \
    X(UNNEST, 0)                                                                                   \
    X(UNPIVOT, BAR_T)                                                                              \
    X(USING, BAR_RAT)                                                                              \
    X(VALUES, BAR_AT)                                                                              \
    X(VERSION, 0)                                                                                  \
    X(VIEW, 0)                                                                                     \
    X(WHEN, BAR_RAT)                                                                               \
    X(WHERE, BAR_RAT)                                                                              \
    X(WINDOW, BAR_AT)                                                                              \
    X(WITH, BAR_RAT)                                                                               \
    X(WITHIN, BAR_A)                                                                               \
    X(XOR, BAR_A)

enum sql_keyword {
    KW_NONE,
#define X(name, flags) KW_##name,
    SQL_KEYWORDS(X)
#undef X
        KW_COUNT
};

/* The tables behind the questions below, which are asked for every token. */
struct sql_keyword_row {
    char text[18];
    uint8_t len, flags;
};
struct sql_op_row {
    const char *text;
    uint8_t len, binds;
};
enum { KEYWORD_BUCKETS = 512 };
extern const struct sql_keyword_row sql_keyword_rows[];
extern const uint8_t sql_keyword_buckets[KEYWORD_BUCKETS];
extern const struct sql_op_row sql_op_rows[];

/* The keyword these bytes spell in any case, or KW_NONE. */
static inline enum sql_keyword sql_keyword_find(const char *word, size_t len)
{
    const unsigned char *c = (const unsigned char *)word;
    unsigned h, k;

    if (len < 2 || len >= sizeof sql_keyword_rows[0].text)
        return KW_NONE;
    h = (c[0] | 0x20u) + 31 * (c[1] | 0x20u) + 7 * (c[len - 2] | 0x20u) +
        127 * (c[len - 1] | 0x20u) + 3 * (unsigned)len;
    for (h %= KEYWORD_BUCKETS; (k = sql_keyword_buckets[h]); h = (h + 1) % KEYWORD_BUCKETS)
        if (sql_keyword_rows[k].len == len && sql_same_letters(sql_keyword_rows[k].text, word, len))
            return (enum sql_keyword)k;
    return KW_NONE;
}
/* In upper case, NUL-terminated. */
static inline const char *sql_keyword_text(enum sql_keyword k)
{
    return sql_keyword_rows[k].text;
}
/* BAR_R, BAR_A and BAR_T. */
static inline unsigned sql_keyword_flags(enum sql_keyword k)
{
    return sql_keyword_rows[k].flags;
}

/* Binding strength of operators, from loose to tight. */
enum {
    BIND_NONE,
    BIND_ASSIGN,
    BIND_OR,
    BIND_XOR,
    BIND_AND,
    BIND_NOT,
    BIND_IS,      /* IS, = and its like: sqlglot and DuckDB chain them from the left */
    BIND_COMPARE, /* < <= > >= */
    BIND_RANGE,   /* BETWEEN, IN, LIKE */
    BIND_OTHER,   /* user-defined and JSON operators, || where it concatenates */
    BIND_BIT_OR,
    BIND_BIT_XOR,
    BIND_BIT_AND,
    BIND_SHIFT,
    BIND_ADD,
    BIND_MULTIPLY,
    BIND_POWER,
    BIND_AT, /* AT TIME ZONE, COLLATE */
    BIND_UNARY,
    BIND_POSTFIX, /* :: [ . */
};

/* Operators and punctuation: name, spelling, how tight it binds between two expressions. Marks that
 * begin alike stand together, the shortest first: the tokenizer takes the last that fits. */
#define SQL_OPERATORS(X)                                                                           \
    X(LPAREN, "(", BIND_NONE)                                                                      \
    X(RPAREN, ")", BIND_NONE)                                                                      \
    X(LBRACKET, "[", BIND_POSTFIX)                                                                 \
    X(RBRACKET, "]", BIND_NONE)                                                                    \
    X(LBRACE, "{", BIND_NONE)                                                                      \
    X(RBRACE, "}", BIND_NONE)                                                                      \
    X(COMMA, ",", BIND_NONE)                                                                       \
    X(SEMICOLON, ";", BIND_NONE)                                                                   \
    X(DOT, ".", BIND_POSTFIX)                                                                      \
    X(COLON, ":", BIND_NONE)                                                                       \
    X(CAST, "::", BIND_POSTFIX)                                                                    \
    X(ASSIGN, ":=", BIND_ASSIGN)                                                                   \
    X(QUESTION, "?", BIND_OTHER)                                                                   \
    X(QUESTION_OR, "?|", BIND_OTHER)                                                               \
    X(QUESTION_AND, "?&", BIND_OTHER)                                                              \
    X(CAST_TRY, "?::", BIND_POSTFIX)                                                               \
    X(EQ, "=", BIND_IS)                                                                            \
    X(ARROW_FAT, "=>", BIND_NONE)                                                                  \
    X(EQ_EQ, "==", BIND_IS)                                                                        \
    X(BIT_OR, "|", BIND_BIT_OR)                                                                    \
    X(PIPE_FORWARD, "|>", BIND_NONE)                                                               \
    X(CONCAT, "||", BIND_OTHER)                                                                    \
    X(SQRT, "|/", BIND_NONE)                                                                       \
    X(CBRT, "||/", BIND_NONE)                                                                      \
    X(LT, "<", BIND_COMPARE)                                                                       \
    X(NE, "<>", BIND_IS)                                                                           \
    X(LE, "<=", BIND_COMPARE)                                                                      \
    X(SHIFT_LEFT, "<<", BIND_SHIFT)                                                                \
    X(CONTAINED, "<@", BIND_OTHER)                                                                 \
    X(NULL_SAFE_EQ, "<=>", BIND_IS)                                                                \
    X(DISTANCE, "<->", BIND_OTHER)                                                                 \
    X(DISTANCE_INNER, "<#>", BIND_OTHER)                                                           \
    X(DISTANCE_TAXI, "<+>", BIND_OTHER)                                                            \
    X(BANG, "!", BIND_NONE)                                                                        \
    X(NE_BANG, "!=", BIND_IS)                                                                      \
    X(NOT_MATCH, "!~", BIND_OTHER)                                                                 \
    X(NOT_MATCH_NOCASE, "!~*", BIND_OTHER)                                                         \
    X(NOT_LIKE_TILDE, "!~~", BIND_RANGE)                                                           \
    X(NOT_ILIKE_TILDE, "!~~*", BIND_RANGE)                                                         \
    X(GT, ">", BIND_COMPARE)                                                                       \
    X(GE, ">=", BIND_COMPARE)                                                                      \
    X(SHIFT_RIGHT, ">>", BIND_SHIFT)                                                               \
    X(PLUS, "+", BIND_ADD)                                                                         \
    X(MINUS, "-", BIND_ADD)                                                                        \
    X(ARROW, "->", BIND_OTHER)                                                                     \
    X(ARROW_TEXT, "->>", BIND_OTHER)                                                               \
    X(ADJACENT, "-|-", BIND_OTHER)                                                                 \
    X(STAR, "*", BIND_MULTIPLY)                                                                    \
    X(POWER, "**", BIND_POWER)                                                                     \
    X(SLASH, "/", BIND_MULTIPLY)                                                                   \
    X(SLASH_SLASH, "//", BIND_MULTIPLY)                                                            \
    X(PERCENT, "%", BIND_MULTIPLY)                                                                 \
    X(CARET, "^", BIND_POWER)                                                                      \
    X(CARET_AT, "^@", BIND_OTHER)                                                                  \
    X(BIT_AND, "&", BIND_BIT_AND)                                                                  \
    X(AND_AND, "&&", BIND_OTHER)                                                                   \
    X(NOT_RIGHT, "&<", BIND_OTHER)                                                                 \
    X(NOT_LEFT, "&>", BIND_OTHER)                                                                  \
    X(BIT_NOT, "~", BIND_OTHER)                                                                    \
    X(MATCH_NOCASE, "~*", BIND_OTHER)                                                              \
    X(LIKE_TILDE, "~~", BIND_RANGE)                                                                \
    X(ILIKE_TILDE, "~~*", BIND_RANGE)                                                              \
    X(GLOB_TILDE, "~~~", BIND_RANGE)                                                               \
    X(HASH, "#", BIND_OTHER)                                                                       \
    X(HASH_ARROW, "#>", BIND_OTHER)                                                                \
    X(HASH_MINUS, "#-", BIND_OTHER)                                                                \
    X(HASH_ARROW_TEXT, "#>>", BIND_OTHER)                                                          \
    X(AT, "@", BIND_NONE)                                                                          \
    X(CONTAINS, "@>", BIND_OTHER)                                                                  \
    X(AT_AT, "@@", BIND_OTHER)                                                                     \
    X(AT_QUESTION, "@?", BIND_OTHER)                                                               \
    X(BACKSLASH, "\\", BIND_NONE)                                                                  \
    X(DOLLAR, "$", BIND_NONE)                                                                      \
    X(AND, "AND", BIND_AND)                                                                        \
    X(OR, "OR", BIND_OR)                                                                           \
    X(XOR, "XOR", BIND_XOR)                                                                        \
    X(NOT, "NOT", BIND_NOT)                                                                        \
    X(IS, "IS", BIND_IS)                                                                           \
    X(IS_DISTINCT, "IS DISTINCT FROM", BIND_IS)                                                    \
    X(ISNULL, "ISNULL", BIND_IS)                                                                   \
    X(NOTNULL, "NOTNULL", BIND_IS)                                                                 \
    X(IN, "IN", BIND_RANGE)                                                                        \
    X(GLOBAL_IN, "GLOBAL IN", BIND_RANGE)                                                          \
    X(BETWEEN, "BETWEEN", BIND_RANGE)                                                              \
    X(LIKE, "LIKE", BIND_RANGE)                                                                    \
    X(ILIKE, "ILIKE", BIND_RANGE)                                                                  \
    X(GLOB, "GLOB", BIND_RANGE)                                                                    \
    X(RLIKE, "RLIKE", BIND_RANGE)                                                                  \
    X(REGEXP, "REGEXP", BIND_RANGE)                                                                \
    X(IRLIKE, "IRLIKE", BIND_RANGE)                                                                \
    X(SIMILAR, "SIMILAR TO", BIND_RANGE)                                                           \
    X(MEMBER, "MEMBER OF", BIND_RANGE)                                                             \
    X(SOUNDS, "SOUNDS LIKE", BIND_RANGE)                                                           \
    X(OVERLAPS, "OVERLAPS", BIND_RANGE)                                                            \
    X(ESCAPE, "ESCAPE", BIND_NONE)                                                                 \
    X(DIV, "DIV", BIND_MULTIPLY)                                                                   \
    X(MOD, "MOD", BIND_MULTIPLY)                                                                   \
    X(COLLATE, "COLLATE", BIND_AT)                                                                 \
    X(AT_TIME_ZONE, "AT TIME ZONE", BIND_AT)                                                       \
    X(AT_LOCAL, "AT LOCAL", BIND_AT)                                                               \
    X(OPERATOR, "OPERATOR", BIND_OTHER)                                                            \
    X(PRIOR, "PRIOR", BIND_NONE)                                                                   \
    X(CONNECT_BY_ROOT, "CONNECT_BY_ROOT", BIND_NONE)                                               \
    X(LAMBDA, "LAMBDA", BIND_NONE)                                                                 \
    X(MATERIALIZED, "MATERIALIZED", BIND_NONE)                                                     \
    X(NOT_MATERIALIZED, "NOT MATERIALIZED", BIND_NONE)                                             \
    X(TYPE_SUFFIX, "[]", BIND_NONE)

enum sql_op {
    OP_NONE,
#define X(name, spelling, binds) OP_##name,
    SQL_OPERATORS(X)
#undef X
        OP_COUNT
};

static inline const char *sql_op_text(enum sql_op op)
{
    return sql_op_rows[op].text;
}
/* Of its text. */
static inline size_t sql_op_length(enum sql_op op)
{
    return sql_op_rows[op].len;
}
static inline int sql_op_binds(enum sql_op op)
{
    return sql_op_rows[op].binds;
}
int sql_op_binds_unary(enum sql_op op); /* before its operand; BIND_NONE when it cannot */
/* The longest operator these bytes begin with, or OP_NONE. */
enum sql_op sql_op_find(const char *s, size_t n);

#endif
