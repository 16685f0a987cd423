/* dialect.h -- what differs between the SQL of warehouses, as one table a dialect.
 *
 * A dialect is data: rules for identifiers, strings, comments, operators, keywords and the few
 * places where a construct is read or printed in another way. src/sql/dialect/NAME.c holds one
 * `const struct sql_dialect`; adding a dialect is adding a file and a row in dialect.c. Parser and
 * printer ask the table; they never compare a dialect's name.
 */
#ifndef HEDDLE_SQL_DIALECT_H
#define HEDDLE_SQL_DIALECT_H

#include "base/errors.h"

struct sql_dialect; /* its fields are in sql/dialect_int.h, for src/sql/ only */

/* The dialect SQLMesh calls by this name ("" and NULL mean its own base dialect). A setting behind
 * a comma ("duckdb,normalization_strategy=case_sensitive") is understood. NULL and an error that
 * lists the known names when there is none. Never freed. */
const struct sql_dialect *sql_dialect_find(const char *name, GError **error) MUST_CHECK;
/* The name without settings, as warehouses and SQLMesh know it. */
const char *sql_dialect_name(const struct sql_dialect *d);

/* Does this dialect, reading this unquoted identifier, make it lower case (-1), upper case (1),
 * or leave it as it is (0)? SQLMesh normalizes every name by this before comparing. */
int sql_dialect_folds(const struct sql_dialect *d);
/* An identifier in this dialect's quotes, inner quotes doubled. Free with g_free(). */
char *sql_quote_identifier(const struct sql_dialect *d, const char *name);
/* A string literal of this dialect. Free with g_free(). */
char *sql_quote_string(const struct sql_dialect *d, const char *value);

#endif
