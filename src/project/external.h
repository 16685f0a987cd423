/* external.h -- external_models.yaml and external_models/: tables that somebody else fills.
 *
 * externals_read() gives them in file order; those without a gateway first, then those of the
 * selected gateway, which take the place of a base one of the same name. Names are as written:
 * making them fully qualified, and refusing two that become the same, is the caller's.
 * Errors  domain project_error(): file, line, caret.
 */
#ifndef HEDDLE_PROJECT_EXTERNAL_H
#define HEDDLE_PROJECT_EXTERNAL_H

#include "project/model.h"

struct external_model {
    const char *name;
    const char *gateway, *dialect, *description, *owner; /* or NULL; gateway in lower case */
    GPtrArray *columns;   /* of struct model_column, names as written; NULL when none are given */
    char **tags;          /* GStrv; may be empty */
    const json_t *raw;    /* all that the file says of it, for what stands nowhere above */
    const char *path;     /* relative to the project */
    struct source source; /* for errors */
    size_t at;            /* where `name` stands in it */
};

/* A list of struct external_model in the arena; empty when the project has none. `gateway` is the
 * selected one, or NULL. */
GPtrArray *externals_read(struct arena *a, const struct config *config, const char *gateway,
                          GError **error) MUST_CHECK;

#endif
