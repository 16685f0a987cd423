/* parse.h -- text to tree. Recursive descent with a table of precedences.
 *
 * Everything is made in the arena the caller gives. Errors are at the place (error_set_at): what
 * was expected, and where an unclosed bracket or quote was opened. Ceilings: MAX_SQL_BYTES,
 * MAX_SQL_DEPTH.
 */
#ifndef HEDDLE_SQL_PARSE_H
#define HEDDLE_SQL_PARSE_H

#include "sql/dialect.h"
#include "sql/lex.h"
#include "sql/tree.h"

ERROR_DOMAIN(sql)

/* One query (SELECT, WITH, VALUES, set operation, FROM-first, or a macro in its place). */
struct sql_node *sql_parse_query(struct arena *a, const struct source *s,
                                 const struct sql_dialect *d, GError **error) MUST_CHECK;
/* One expression, e.g. a time column, a property of a MODEL block or an audit's argument. */
struct sql_node *sql_parse_expression(struct arena *a, const struct source *s,
                                      const struct sql_dialect *d, GError **error) MUST_CHECK;
/* One type: `DECIMAL(18, 2)`, `STRUCT<a INT>`, `INT[]`. */
struct sql_node *sql_parse_type(struct arena *a, const struct source *s,
                                const struct sql_dialect *d, GError **error) MUST_CHECK;
/* A possibly qualified table name. */
struct sql_node *sql_parse_table(struct arena *a, const struct source *s,
                                 const struct sql_dialect *d, GError **error) MUST_CHECK;
/* Any one statement: a query, DDL, DML, or a bare macro call. What is not understood is a STATEMENT
 * with SQL_OPAQUE and its bytes; only an unclosed quote or bracket is an error. */
struct sql_node *sql_parse_statement(struct arena *a, const struct source *s,
                                     const struct sql_dialect *d, GError **error) MUST_CHECK;
/* The same functions on a part of a source: places in errors are those of the whole. */
struct sql_node *sql_parse_query_in(struct arena *a, const struct source *s, struct sql_range r,
                                    const struct sql_dialect *d, GError **error) MUST_CHECK;
struct sql_node *sql_parse_expression_in(struct arena *a, const struct source *s,
                                         struct sql_range r, const struct sql_dialect *d,
                                         GError **error) MUST_CHECK;
struct sql_node *sql_parse_statement_in(struct arena *a, const struct source *s, struct sql_range r,
                                        const struct sql_dialect *d, GError **error) MUST_CHECK;
/* Does this part begin as a query does? Then what cannot be read is a mistake, not another kind of
 * statement. */
bool sql_begins_query(const struct source *s, struct sql_range r, const struct sql_dialect *d);

#endif
