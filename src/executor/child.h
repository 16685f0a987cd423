/* child.h -- a worker process, seen from its supervisor: started, spoken to, ended.
 *
 * Threads  a child belongs to one thread. executor__child_send() gives up on a worker that does not
 * read for a minute, so that thread is never stuck for ever.
 */
#ifndef HEDDLE_EXECUTOR_CHILD_H
#define HEDDLE_EXECUTOR_CHILD_H

#include "base/json.h"

#include <stdint.h>

struct child;

enum child_event {
    CHILD_QUIET,  /* nothing within the time */
    CHILD_SAYS,   /* `message`: a line of the protocol */
    CHILD_LOGS,   /* `text`: an order's number, a space, a line of that task's log */
    CHILD_PRINTS, /* `text`: a line it wrote to its standard output or error */
    CHILD_GONE,   /* it has ended, or broke the protocol */
};

/* Start `program worker` (NULL: this program) with an environment that holds neither TCLOUD_… nor
 * SQLMESH__… variables, in a process group of its own. */
struct child *executor__child_start(const char *program, GError **error) MUST_CHECK;
/* Send a line; false when the worker does not take it. */
bool executor__child_send(struct child *c, const json_t *message);
/* Wait for what happens next. *message is a new reference; *text is freed with g_free(). */
enum child_event executor__child_next(struct child *c, int64_t timeout_ms, json_t **message,
                                      char **text);
/* Has it ended by itself? What it said before may still be read. */
bool executor__child_is_gone(const struct child *c);
void executor__child_kill(struct child *c);
/* Close the socket, wait for it to end, kill it after grace_ms; frees. Returns how it ended, as the
 * end of a sentence ("was killed by signal 9 (Killed)"), g_free(). NULL for NULL. */
char *executor__child_end(struct child *c, int64_t grace_ms);

#endif
