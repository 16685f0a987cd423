/* turn.h -- whose turn it is to have a DuckDB file: locks beside it.
 *
 * `FILE.heddle-lock` is held by the executor whose worker may open FILE. `FILE.heddle-next` is held
 * by the one that waits for its turn, with the moment it began to wait written in it; every turn
 * begins there, so that a holder that gives way does not get its turn back before those who waited.
 * A holder asks turn_wanted() between tasks and gives way when somebody has waited for a second.
 * Both are locked by flock(): a process that dies holds nothing. A gateway with several files has
 * a turn for all of them together, taken in the order of their names.
 * Threads  one at a time.
 */
#ifndef HEDDLE_EXECUTOR_TURN_H
#define HEDDLE_EXECUTOR_TURN_H

#include "base/json.h"

#include <stdint.h>

struct turn;

enum turn_state { TURN_HELD, TURN_WAITS, TURN_FAILED };

/* The DuckDB files of a connection (object with `database` and `catalogs`), sorted; a
 * GPtrArray of char *, empty for a database in memory. */
GPtrArray *executor__turn_files(const json_t *connection);
/* For these files; takes them. */
struct turn *executor__turn_new(GPtrArray *files);
void executor__turn_free(struct turn *t); /* releases; NULL is fine */
/* Get on with taking the turn; call again in a moment while it says TURN_WAITS. */
enum turn_state executor__turn_try(struct turn *t, int64_t now_ms, GError **error) MUST_CHECK;
/* Give the turn, or the waiting for it, up. */
void executor__turn_release(struct turn *t);
/* Has another one waited for at least `for_ms`? Times are monotonic. */
bool executor__turn_wanted(struct turn *t, int64_t for_ms, int64_t now_ms);
/* Who has it now, as written into the lock by turn_sign(), for a person. g_free() */
char *executor__turn_holder(const struct turn *t);
void executor__turn_sign(struct turn *t, const char *who);

#endif
