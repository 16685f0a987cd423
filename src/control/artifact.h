/* artifact.h -- the executor that the public client installs: one file, served as it lies on disk.
 *
 * Its version is the SHA-256 of its content. It is looked at with each request about it, and read
 * again when it has changed; the open file is kept, so that what is sent is what was digested.
 * Threads  all calls any, but for the two that have a `struct op`: the loop's.
 */
#ifndef HEDDLE_CONTROL_ARTIFACT_H
#define HEDDLE_CONTROL_ARTIFACT_H

#include "control/control_int.h"

/* Beside roles in what a route needs: such a token counts, too. */
#define FOR_DOWNLOAD (1u << 29)

/* The subject of tokens that are good for the download and nothing else. */
#define ARTIFACT_SUBJECT AUTH_DOWNLOADS

/* NULL for a path of NULL is no error: such a server has none. */
bool control__artifact_open(struct control *c, GError **error) MUST_CHECK;
void control__artifact_close(struct artifact *a); /* NULL is fine */
/* Has the file changed? ERROR_NOT_FOUND: there is none; ERROR_UNAVAILABLE: it cannot be read. */
bool control__artifact_look(struct control *c, GError **error) MUST_CHECK;

/* The two questions about it, and its sending; the last replies by itself. */
bool control__artifact_version(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__artifact_upgrade(struct control *c, struct op *op, GError **error) MUST_CHECK;
void control__artifact_send(struct http_call *call, void *data);

#endif
