/* text_int.h -- what the files share that write a definition for people. */
#ifndef HEDDLE_PROJECT_TEXT_INT_H
#define HEDDLE_PROJECT_TEXT_INT_H

#include "project/project.h"

struct writer {
    struct arena *arena;
    const struct model *model;
    const struct sql_dialect *dialect;
    GString *out;
    bool any; /* a property is written already */
};

/* `name value` on a line of its own; nothing for NULL and "". */
void project__put_word(struct writer *w, const char *name, const char *value);
/* A JSON value as it might stand in a MODEL block; texts are SQL already. */
void project__append_value(struct writer *w, const json_t *value);
void project__put_kind(struct writer *w);

#endif
