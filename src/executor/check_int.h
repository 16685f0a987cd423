/* check_int.h -- shared by the files of a check alone. */
#ifndef HEDDLE_EXECUTOR_CHECK_INT_H
#define HEDDLE_EXECUTOR_CHECK_INT_H

#include "executor/check.h"
#include "executor/settings.h"

struct check {
    struct check_options options;
    const char *gateway; /* the one that is looked at */
    int code;
};

/* Put an error's message into the text; CHECK_FAILED. */
enum check_state executor__check_failed(GString *text, const GError *error);
/* From resolving the server's name to what the token may do. */
void executor__check_plane(struct check *c, const struct settings *s);
/* `heddle executor … --check`: a running executor's own word, or all steps. The exit code. */
int executor__check(const struct settings *s, struct redactor *r);

#endif
