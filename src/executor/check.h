/* check.h -- `heddle executor apply|run --check`: does everything answer that an executor needs? */
#ifndef HEDDLE_EXECUTOR_CHECK_H
#define HEDDLE_EXECUTOR_CHECK_H

#include "executor/settings.h"

/* Print a line for the token, the control plane and each gateway; 0 when all answer. Beside a
 * running executor (HEDDLE_HEALTH_LISTEN answers) that one is asked instead, and nothing logs in.
 * A DuckDB file that another executor has its turn at counts as answering. */
int executor__check(const struct settings *s, struct redactor *r);

#endif
