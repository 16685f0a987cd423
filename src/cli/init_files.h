/* init_files.h -- what `heddle init` writes. */
#ifndef HEDDLE_CLI_INIT_FILES_H
#define HEDDLE_CLI_INIT_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct init_engine {
    const char *name, *config; /* config.yaml */
};

struct init_file {
    const char *path, *text;
    bool always; /* in the empty template too */
};

/* Each ends with a row of NULL. */
extern const struct init_engine cli__init_engines[];
extern const struct init_file cli__init_files[];
extern const char *const cli__init_folders[];

#endif
