/* errors.h -- how Heddle reports that something went wrong.
 *
 * An error is a GError: a domain a module, a code that callers may branch on, and a message for a
 * person. A message is whole sentences that say what, where, why (in the other side's own words)
 * and, on a last line that starts with "hint: ", what to do. Functions that may fail return
 * false or NULL and take `GError **error` last; *error is untouched on success.
 *
 * An error about a text carries its place as words in the message, drawn by error_set_at():
 *
 *     models/orders.sql: line 3, column 8: this "(" is never closed.
 *         SELECT (1 + 2
 *                ^
 */
#ifndef HEDDLE_BASE_ERRORS_H
#define HEDDLE_BASE_ERRORS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK G_GNUC_WARN_UNUSED_RESULT

/* Codes that mean the same in every module; a module's own codes start at ERROR_OWN. */
enum error_code {
    ERROR_FAILED = 1,  /* anything else */
    ERROR_INVALID,     /* the input is wrong; asking again will not help */
    ERROR_NOT_FOUND,   /* what was named does not exist */
    ERROR_DENIED,      /* credentials or rights are missing */
    ERROR_UNAVAILABLE, /* the other side did not answer; asking again may help */
    ERROR_CONFLICT,    /* somebody else was first (a stale fence, a changed environment) */
    ERROR_LIMIT,       /* a ceiling of limits.h was reached */
    ERROR_CANCELLED,   /* asked to stop */
    ERROR_BUSY,        /* in use by another process; waiting may help */
    ERROR_OWN = 100,
};

/* A text and where it came from; `name` is a file path or a title such as "model a.b". */
struct source {
    const char *name;
    const char *text;
    size_t len;
};

/* Declare (in a header) and define (in one .c) the domain of a module: ERROR_DOMAIN(sql) gives
 * `GQuark sql_error(void)`. */
#define ERROR_DOMAIN(module) GQuark module##_error(void);
#define ERROR_DOMAIN_DEFINE(module)                                                                \
    GQuark module##_error(void)                                                                    \
    {                                                                                              \
        return g_quark_from_static_string("heddle-" #module);                                      \
    }

/* Set an error that points at byte `offset` of a source: name, line, column, the line, a caret. */
void error_set_at(GError **error, GQuark domain, int code, const struct source *source,
                  size_t offset, const char *format, ...) G_GNUC_PRINTF(6, 7);
/* Line and column (both from 1; the column counts UTF-8 characters) of a byte offset. */
void source_place(const struct source *source, size_t offset, unsigned *line, unsigned *column);
/* Append "hint: …" as the message's last line; fine when error or *error is NULL. */
void error_hint(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Is the code of an error this one, whatever module it comes from? False for NULL. */
bool error_is(const GError *error, int code);
/* The name nearest to `word` among `names` (NULL-terminated) if it is near enough to suggest,
 * else NULL. */
const char *nearest_name(const char *word, const char *const *names);

#endif
