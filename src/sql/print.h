/* print.h -- tree to text, twice.
 *
 * print      faithful: what goes to a warehouse and to people. Same meaning, same quoting; white
 *            space normalised; one line unless asked for pretty.
 * canonical  what fingerprints are made of: white space, comments, keyword case, redundant quotes,
 *            redundant brackets and spelled-out defaults make no difference; everything else does.
 *            It never reaches a warehouse.
 */
#ifndef HEDDLE_SQL_PRINT_H
#define HEDDLE_SQL_PRINT_H

#include "sql/dialect.h"
#include "sql/tree.h"

void sql_print_to(GString *out, const struct sql_node *node, const struct sql_dialect *d);
char *sql_print(const struct sql_node *node, const struct sql_dialect *d); /* g_free() */
/* On several lines, indented, for `heddle render` and diffs. Free with g_free(). */
char *sql_print_pretty(const struct sql_node *node, const struct sql_dialect *d);
void sql_canonical_to(GString *out, const struct sql_node *node, const struct sql_dialect *d);
char *sql_canonical(const struct sql_node *node, const struct sql_dialect *d); /* g_free() */

#endif
