/* rights.h -- what a gateway's login may do, found out by doing it. */
#ifndef HEDDLE_EXECUTOR_RIGHTS_H
#define HEDDLE_EXECUTOR_RIGHTS_H

#include "warehouse/warehouse.h"

/* Make a schema, a table in it, a row in that; drop both again, also when something was refused.
 * `read_only`: one query. What was possible, as a sentence; NULL and what was refused, with the
 * warehouse's words. g_free() */
char *executor__try_rights(struct warehouse *w, bool read_only, GError **error) MUST_CHECK;

#endif
