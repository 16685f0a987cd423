/* kinds.h -- every kind of node and every slot. See tree.h.
 *
 * In the sentences, words in capitals are slots of the node's children, in the order they are
 * printed in; "…" says that there may be several. A macro may stand wherever a name or an
 * expression may. The names are part of the canonical form: they do not change.
 */
#ifndef HEDDLE_SQL_KINDS_H
#define HEDDLE_SQL_KINDS_H

#define SQL_KINDS(X)                                                                               \
    X(LIST, "a list without brackets: the result of a macro that gives several; ARG…")             \
    X(SELECT, "one SELECT; children by slot in clause order")                                      \
    X(SET_OPERATION, "LEFT op RIGHT; text is \"UNION ALL\" and so on; WITH, ORDER_BY, …")          \
    X(SUBQUERY, "QUERY in brackets; as a table it may have ALIAS, COLUMN…, PIVOT, SAMPLE")         \
    X(VALUES, "VALUES rows: VALUE…, each a TUPLE or a macro; as a table also ALIAS, COLUMN…")      \
    X(WITH, "the CTEs of a query: CTE in ARG…; SQL_RECURSIVE")                                     \
    X(CTE, "text is its name (or a macro in ALIAS); COLUMN…, QUERY; op says MATERIALIZED")         \
    X(JOIN, "text is its words (\"LEFT JOIN\", \",\"); TABLE, then JOIN…, ON or USING…")           \
    X(TABLE, "PART… (IDENTIFIER or macro), VERSION, ALIAS, COLUMN…, PIVOT…, SAMPLE")               \
    X(TABLE_FUNCTION, "FUNCTION in EXPRESSION, ALIAS, COLUMN…; in FROM")                           \
    X(ALIAS, "EXPRESSION AS name: text is the name, or a macro in ALIAS; COLUMN… for AS (a, b)")   \
    X(COLUMN, "PART…: 1-4 IDENTIFIERs or macros, the last is the column")                          \
    X(IDENTIFIER, "one part of a name: text, quote; SQL_TEMPLATE when it holds @{…} or @name")     \
    X(STAR, "* or t.* (PART…); EXCLUDE…, REPLACE… and RENAME… (ALIAS nodes), ON for LIKE")         \
    X(STRING, "text is the value, or with SQL_VERBATIM the whole literal as written")              \
    X(NUMBER, "a numeric literal as written")                                                      \
    X(BOOLEAN, "text is TRUE or FALSE")                                                            \
    X(NULL, "NULL")                                                                                \
    X(PARAMETER, "of a prepared statement, as written")                                            \
    X(UNARY, "op ARG (or ARG op with SQL_AFTER)")                                                  \
    X(BINARY, "LEFT op RIGHT; SQL_NOT for NOT LIKE, IS NOT; ESCAPE")                               \
    X(BETWEEN, "ARG BETWEEN LOW AND HIGH; SQL_NOT, SQL_SYMMETRIC")                                 \
    X(IN, "ARG IN (VALUE…) or (QUERY) or EXPRESSION; SQL_NOT")                                     \
    X(CASE, "CASE [ARG] WHEN… [ELSE]")                                                             \
    X(WHEN, "WHEN EXPRESSION THEN")                                                                \
    X(CAST, "text is CAST, TRY_CAST, …, \"::\" or \"\" for DATE '…'; ARG, TYPE, FORMAT")           \
    X(TYPE, "text is its name; ARG… (TYPE, PROPERTY for fields, values); op: how it is written")   \
    X(FUNCTION, "text is the name, PART… before it; ARG…, ORDER_BY…, WITHIN…, FILTER, OVER")       \
    X(WINDOW, "in OVER(…): text is a named window; PARTITION…, ORDER_BY…, FRAME")                  \
    X(PAREN, "EXPRESSION in brackets; in FROM: TABLE and JOIN… in brackets, ALIAS")                \
    X(TUPLE, "(a, b): ARG…")                                                                       \
    X(ARRAY, "ARG… in [a, b]; text is ARRAY for ARRAY[a, b]; BODY… for [x for x in y]")            \
    X(STRUCT, "PROPERTY in ARG…; text is MAP for MAP {…}")                                         \
    X(LAMBDA, "ARG… -> BODY; op is OP_LAMBDA for lambda x: body")                                  \
    X(PROPERTY, "name op VALUE: text is the name or any expression in KEY; op is = := => : or 0")  \
    X(INTERVAL, "INTERVAL ARG text: text is the unit, if any (or a macro in TYPE)")                \
    X(STATEMENT, "no query: text is its first word; ARG… in print order; SQL_OPAQUE: text is all") \
    X(MACRO_VAR, "@name, with SQL_BRACED @{name}: text is the name as written")                    \
    X(MACRO_CALL, "@NAME(ARG…): text is the name; SQL_CLAUSE: @WHERE(ARG…) BODY… in WHERE's slot") \
    X(MACRO_STRING, "@'…': text is the value, whose @{…} are filled in")                           \
    X(JINJA, "a Jinja block, kept byte for byte")                                                  \
    X(KEYWORD,                                                                                     \
      "words of the language that stand for themselves, in upper case: ALL, CURRENT_DATE")         \
    X(PHRASE, "ARG… with spaces between: KEYWORDs and expressions, a clause read by a pattern")    \
    X(ORDER, "EXPRESSION of an ORDER BY; SQL_DESC, SQL_NULLS_FIRST, …; FILL for WITH FILL")        \
    X(GROUP, "ARG… in brackets with commas: what stands in a clause's brackets")                   \
    X(PIVOT, "text is PIVOT or UNPIVOT; ARG… in print order; ALIAS, COLUMN…")                      \
    X(INDEX, "ARG[VALUE…]")                                                                        \
    X(SLICE, "LOW:HIGH:STEP, each may be missing; in INDEX")

#define SQL_SLOTS(X)                                                                               \
    X(NONE)                                                                                        \
    X(WITH)                                                                                        \
    X(HINT)                                                                                        \
    X(DISTINCT)                                                                                    \
    X(TOP)                                                                                         \
    X(PROJECTION)                                                                                  \
    X(INTO)                                                                                        \
    X(FROM)                                                                                        \
    X(JOIN)                                                                                        \
    X(WHERE)                                                                                       \
    X(CONNECT)                                                                                     \
    X(GROUP_BY)                                                                                    \
    X(HAVING)                                                                                      \
    X(WINDOW)                                                                                      \
    X(QUALIFY)                                                                                     \
    X(ORDER_BY)                                                                                    \
    X(CLUSTER_BY)                                                                                  \
    X(LIMIT)                                                                                       \
    X(OFFSET)                                                                                      \
    X(LOCK)                                                                                        \
    X(SETTING)                                                                                     \
    X(LEFT)                                                                                        \
    X(RIGHT)                                                                                       \
    X(QUERY)                                                                                       \
    X(TABLE)                                                                                       \
    X(ON)                                                                                          \
    X(USING)                                                                                       \
    X(ALIAS)                                                                                       \
    X(COLUMN)                                                                                      \
    X(EXPRESSION)                                                                                  \
    X(PART)                                                                                        \
    X(ARG)                                                                                         \
    X(LOW)                                                                                         \
    X(HIGH)                                                                                        \
    X(STEP)                                                                                        \
    X(WHEN)                                                                                        \
    X(THEN)                                                                                        \
    X(ELSE)                                                                                        \
    X(TYPE)                                                                                        \
    X(FILTER)                                                                                      \
    X(OVER)                                                                                        \
    X(WITHIN)                                                                                      \
    X(PARTITION)                                                                                   \
    X(FRAME)                                                                                       \
    X(VALUE)                                                                                       \
    X(KEY)                                                                                         \
    X(BODY)                                                                                        \
    X(ESCAPE)                                                                                      \
    X(EXCLUDE)                                                                                     \
    X(REPLACE)                                                                                     \
    X(RENAME)                                                                                      \
    X(VERSION)                                                                                     \
    X(PIVOT)                                                                                       \
    X(SAMPLE)                                                                                      \
    X(FORMAT)                                                                                      \
    X(FILL)                                                                                        \
    X(PIPE)

/* Flags of nodes: name, bit, one sentence. The bits are part of the canonical form. */
#define SQL_FLAGS(X)                                                                               \
    X(OPAQUE, 0, "kept as text, byte for byte")                                                    \
    X(VERBATIM, 1, "a STRING whose text is the literal as written")                                \
    X(TEMPLATE, 2, "a name that holds macros: foo_@{x}")                                           \
    X(BRACED, 3, "@{name}")                                                                        \
    X(CLAUSE, 4, "@WHERE(condition) body: the call stands in the clause's slot")                   \
    X(NOT, 5, "NOT IN, NOT LIKE, IS NOT, …")                                                       \
    X(AFTER, 6, "an operator after its argument")                                                  \
    X(SYMMETRIC, 7, "BETWEEN SYMMETRIC")                                                           \
    X(DISTINCT, 8, "SELECT DISTINCT, COUNT(DISTINCT …)")                                           \
    X(ALL, 9, "SELECT ALL, SUM(ALL …)")                                                            \
    X(RECURSIVE, 10, "WITH RECURSIVE")                                                             \
    X(FROM_FIRST, 11, "FROM t SELECT …")                                                           \
    X(LATERAL, 12, "LATERAL before a table")                                                       \
    X(ONLY, 13, "ONLY before a table")                                                             \
    X(ASC, 14, "")                                                                                 \
    X(DESC, 15, "")                                                                                \
    X(NULLS_FIRST, 16, "")                                                                         \
    X(NULLS_LAST, 17, "")                                                                          \
    X(IGNORE_NULLS, 18, "after the function's brackets")                                           \
    X(RESPECT_NULLS, 19, "")                                                                       \
    X(NULLS_INSIDE, 20, "IGNORE NULLS stands inside the brackets")                                 \
    X(NO_BRACKETS, 21, "a call or a list written without brackets")                                \
    X(AS, 22, "AS was written where it changes the meaning")                                       \
    X(ANGLE, 23, "a type's arguments stand in <…>")                                                \
    X(EXCEPT, 24, "* EXCEPT (…) rather than EXCLUDE")                                              \
    X(COMMA_LIMIT, 25, "LIMIT offset, count")                                                      \
    X(NULLS_AFTER_ORDER, 26, "and inside the brackets, behind ORDER BY")                           \
    X(WITH_ORDINALITY, 27, "")                                                                     \
    X(COMMA_AFTER, 28, "a one-element tuple: (a,)")                                                \
    X(JOINED, 30, "a GROUP right behind a word: NOW()")                                            \
    X(ALIAS_FIRST, 29, "name: expression (DuckDB)")

enum sql_flag {
#define X(name, bit, says) SQL_##name = 1 << bit,
    SQL_FLAGS(X)
#undef X
};

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
