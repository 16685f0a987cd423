/* grammar.h -- the rules that patterns name; see grammar.c. */
#ifndef HEDDLE_SQL_GRAMMAR_H
#define HEDDLE_SQL_GRAMMAR_H

#include "sql/parse_int.h"

/* What may begin a rule. */
enum begin {
    B_EXPRESSION, /* anything but a closing mark */
    B_NAME,
    B_STRING,
    B_BRACKET,
    B_PATTERN, /* what begins the rule's pattern */
};

struct sql__rule {
    const char *name;
    enum begin begin;
    sql__reader read;    /* or */
    const char *pattern; /* a PHRASE */
};

/* The rule of this name; there is one: an unknown name ends the process, and a test reads every
 * pattern. */
const struct sql__rule *sql__rule(const char *name);

#endif
