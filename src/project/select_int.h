/* select_int.h -- between the selectors and what they ask git. */
#ifndef HEDDLE_PROJECT_SELECT_INT_H
#define HEDDLE_PROJECT_SELECT_INT_H

#include "project/project.h"

/* Absolute paths of the files that differ from a branch: committed since, changed, or new. A set
 * of char *; NULL and git's own words. */
GHashTable *project__git_changes(const char *folder, const char *branch, GError **error) MUST_CHECK;

#endif
