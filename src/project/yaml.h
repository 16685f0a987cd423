/* yaml.h -- a YAML file as JSON, with the way back from a value to its place in the file.
 *
 * Scalars mean what YAML 1.2 says (true, null, 12, 1.5; "yes" is a text), dates stay texts. Aliases
 * and merge keys (<<) are followed; a key that stands twice is an error.
 * Errors   domain project_error(), libfyaml's own words with file, line, caret.
 */
#ifndef HEDDLE_PROJECT_YAML_H
#define HEDDLE_PROJECT_YAML_H

#include "base/json.h"
#include "base/errors.h"

/* Where a piece of the text that is read was written: from byte `at` on, at `written`; `fixed` says
 * that the piece was filled in, so that all of it is the place `written`. */
struct yaml_move {
    size_t at, written;
    bool fixed;
};

struct yaml;

/* `shown` is what errors show (it is copied); `text` what is read, and `moves` (of struct
 * yaml_move, by `at`) how the two correspond. NULL for both: `shown` itself is read. */
struct yaml *yaml_read(const struct source *shown, const char *text, const GArray *moves,
                       GError **error) MUST_CHECK;
struct yaml *yaml_read_file(const char *path, const char *name, GError **error) MUST_CHECK;
void yaml_free(struct yaml *y);
json_t *yaml_root(const struct yaml *y);                /* borrowed; null for an empty file */
const struct source *yaml_source(const struct yaml *y); /* as written */
/* The place of the key of a member (or of a list's item), by the steps from the root: names, and
 * items' indexes in decimal. The nearest step above when it is not there. */
size_t yaml_place(const struct yaml *y, const char *const *steps, size_t n);

typedef struct yaml yaml; /* the typedef is for g_autoptr(yaml) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(yaml, yaml_free)

#endif
