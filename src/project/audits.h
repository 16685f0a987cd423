/* audits.h -- the audits SQLMesh has built in, by name and parameters.
 *
 * Their queries are evaluate's. Each also exists as NAME_non_blocking.
 * Source: SQLMesh, "Auditing: built-in audits".
 */
#ifndef HEDDLE_PROJECT_AUDITS_H
#define HEDDLE_PROJECT_AUDITS_H

#include <stdbool.h>

struct builtin_audit {
    const char *name;
    const char *required[5]; /* parameters that must be given; NULL-terminated */
    /* Parameters that may be given and what they are without: name, SQL, name, SQL, …, NULL */
    const char *optional[11];
};

extern const struct builtin_audit project_builtin_audits[]; /* ends with a row whose name is NULL */

/* The row of an audit by its name, any case, with or without _non_blocking; NULL: none. */
const struct builtin_audit *project_builtin_audit(const char *name, bool *blocking);

#endif
