/* statements.h -- the table of statements that are no queries; see statements.c. */
#ifndef HEDDLE_SQL_STATEMENTS_H
#define HEDDLE_SQL_STATEMENTS_H

#include "sql/parse_int.h"

struct sql__statement {
    const char *first;   /* the word it begins with */
    const char *objects; /* "A|B C": one of these says what it is about; NULL: there is none */
    const char *names;   /* "|A|B C|": behind these words {words} reads a table's name; begins
                            with "~" when marks keep the white space they have around them */
    const char *pattern;
};

/* The next row behind this one (NULL: the first row) that the statement at the current token may
 * be; NULL: none is left. p->object then spans the words that say what the statement is about. */
const struct sql__statement *sql__statement_row(struct parser *p,
                                                const struct sql__statement *before);

#endif
