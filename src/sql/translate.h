/* translate.h -- a tree of one dialect said in another, where both mean the same by it.
 *
 * What is known to mean the same is a short list (translate.c, translate_call.c and the `common`
 * of each dialect); everything else is refused at its place. SQLMesh's answers are the measure:
 * what is translated is what it sends (tests/roundtrip/translations.py), and
 * docs/decisions/dialects.md says what is refused though SQLMesh sends it.
 */
#ifndef HEDDLE_SQL_TRANSLATE_H
#define HEDDLE_SQL_TRANSLATE_H

#include "sql/dialect.h"
#include "sql/tree.h"

/* Are these one dialect, whatever they do with the case of names? */
bool sql_same_dialect(const struct sql_dialect *a, const struct sql_dialect *b);
/* Names of the tree as the dialect compares them. */
void sql_fold_names(struct arena *a, struct sql_node *tree, const struct sql_dialect *d);
/* Change the tree of a query, an expression or a type, without macros, so that its print in `to`
 * says what it said in `from`. Its names are folded as `from` does, and in quotes. False and an
 * error that points at the first thing that is not known to mean the same. */
bool sql_translate(struct arena *a, struct sql_node *tree, const struct sql_dialect *from,
                   const struct sql_dialect *to, const struct source *source,
                   GError **error) MUST_CHECK;

#endif
