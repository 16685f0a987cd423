/* kinds.h -- every kind of node and every slot. See tree.h.
 * The sql module owns this list and completes it; macro/, project/ and evaluate/ rely on those that
 * stand here. */
#ifndef HEDDLE_SQL_KINDS_H
#define HEDDLE_SQL_KINDS_H

#define SQL_KINDS(X)                                                                               \
    X(LIST, "a bracketless list of nodes: the result of a macro that gives several")               \
    X(SELECT, "one SELECT; children by slot in clause order")                                      \
    X(SET_OPERATION, "UNION, EXCEPT, INTERSECT of LEFT and RIGHT")                                 \
    X(SUBQUERY, "a query in brackets; as a table it may have an ALIAS")                            \
    X(VALUES, "VALUES rows")                                                                       \
    X(WITH, "the CTEs of a query")                                                                 \
    X(CTE, "one CTE: text is its name; child QUERY")                                               \
    X(JOIN, "one join: text is its words (\"LEFT JOIN\", \",\"); TABLE, ON or USING")              \
    X(TABLE, "a table reference: 1-3 IDENTIFIER parts (or macros in their place), ALIAS")          \
    X(TABLE_FUNCTION, "a function in FROM")                                                        \
    X(ALIAS, "expression AS name: child EXPRESSION, text the name")                                \
    X(COLUMN, "a column reference: 1-4 IDENTIFIER parts, the last the column")                     \
    X(IDENTIFIER, "one part of a name: text, quote")                                               \
    X(STAR, "* or t.*, with EXCLUDE, REPLACE, RENAME")                                             \
    X(STRING, "a string literal; text is the value without quotes and escapes")                    \
    X(NUMBER, "a numeric literal as written")                                                      \
    X(BOOLEAN, "TRUE or FALSE")                                                                    \
    X(NULL, "NULL")                                                                                \
    X(PARAMETER, "a parameter of a prepared statement")                                            \
    X(UNARY, "an operator before or after ARG")                                                    \
    X(BINARY, "LEFT op RIGHT")                                                                     \
    X(BETWEEN, "ARG BETWEEN LOW AND HIGH")                                                         \
    X(IN, "ARG IN list, query or array")                                                           \
    X(CASE, "CASE ARG WHEN … ELSE …")                                                              \
    X(WHEN, "one WHEN … THEN …")                                                                   \
    X(CAST, "CAST in all spellings: ARG, TYPE")                                                    \
    X(TYPE, "a type's name, parameters and nested types")                                          \
    X(FUNCTION, "name(arguments): text is the name; ARG…, FILTER, OVER, …")                        \
    X(WINDOW, "what stands in OVER(…)")                                                            \
    X(PAREN, "an expression in brackets")                                                          \
    X(TUPLE, "(a, b)")                                                                             \
    X(ARRAY, "[a, b] or ARRAY[a, b]")                                                              \
    X(STRUCT, "{'a': 1}")                                                                          \
    X(LAMBDA, "x -> body, (x, y) -> body")                                                         \
    X(PROPERTY, "name = value, name := value, name => value")                                      \
    X(INTERVAL, "INTERVAL literal")                                                                \
    X(STATEMENT, "a statement that is no query, understood in part or kept byte for byte")         \
    X(MACRO_VAR, "@name or @{name}: text is the name as written")                                  \
    X(MACRO_CALL, "@NAME(args): text is the name as written; ARG…")                                \
    X(MACRO_STRING, "@'…': a string whose @{…} are filled in")                                     \
    X(JINJA, "a Jinja block, kept byte for byte")

#define SQL_SLOTS(X)                                                                               \
    X(NONE)                                                                                        \
    X(WITH)                                                                                        \
    X(DISTINCT)                                                                                    \
    X(PROJECTION)                                                                                  \
    X(FROM)                                                                                        \
    X(JOIN)                                                                                        \
    X(WHERE)                                                                                       \
    X(GROUP_BY)                                                                                    \
    X(HAVING)                                                                                      \
    X(WINDOW)                                                                                      \
    X(QUALIFY)                                                                                     \
    X(ORDER_BY)                                                                                    \
    X(LIMIT)                                                                                       \
    X(OFFSET)                                                                                      \
    X(LEFT)                                                                                        \
    X(RIGHT)                                                                                       \
    X(QUERY)                                                                                       \
    X(TABLE)                                                                                       \
    X(ON)                                                                                          \
    X(USING)                                                                                       \
    X(ALIAS)                                                                                       \
    X(EXPRESSION)                                                                                  \
    X(PART)                                                                                        \
    X(ARG)                                                                                         \
    X(LOW)                                                                                         \
    X(HIGH)                                                                                        \
    X(THEN)                                                                                        \
    X(ELSE)                                                                                        \
    X(TYPE)                                                                                        \
    X(FILTER)                                                                                      \
    X(OVER)                                                                                        \
    X(VALUE)                                                                                       \
    X(BODY)

enum sql_kind {
#define X(name, says) SQL_##name,
    SQL_KINDS(X)
#undef X
        SQL_KIND_COUNT
};

enum sql_slot {
#define X(name) SLOT_##name,
    SQL_SLOTS(X)
#undef X
        SLOT_COUNT
};

#endif
