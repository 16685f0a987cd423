/* names.h -- what SQLMesh calls the physical tables and the views of a model.
 * See docs/internals/schedule.md for the rules and where they were observed. */
#ifndef HEDDLE_SCHEDULE_NAMES_H
#define HEDDLE_SCHEDULE_NAMES_H

#include "wire/messages.h"

/* `"catalog"."schema"."model"` as parts; doubled quotes are undone. ERROR_INVALID otherwise. */
struct wire_table *names_split(const char *fqn, GError **error) MUST_CHECK;
/* The physical table: sqlmesh__<schema>.<schema>__<model>__<version>, or …__<dev version>__dev. */
struct wire_table *names_physical(const struct wire_snapshot *s, bool dev);
/* The view in an environment: <schema>.<model> in prod, <schema>__<env>.<model> elsewhere (or the
 * suffix on table or catalog). */
struct wire_table *names_view(const struct wire_snapshot *s, const struct wire_environment *env);
/* SQLMesh's name of a model for people: without quotes and without the default catalog. g_free().
 */
char *names_display(const char *fqn, const char *default_catalog, const char *environment,
                    int suffix_target);
bool names_is_prod(const char *environment);

#endif
