/* neighbours.h -- what servers on one PostgreSQL tell each other; on SQLite nothing is told.
 *
 * Words go out with the commit of the transaction they are about (NOTIFY), and reach the loop of
 * every other server as its next cycle begins. Those who wait at one server so hear what was
 * carried out at another; what gets lost costs time, never work. A query's rows go to the server
 * where somebody waits for them, and into no table.
 */
#ifndef HEDDLE_CONTROL_NEIGHBOURS_H
#define HEDDLE_CONTROL_NEIGHBOURS_H

#include "control/control_int.h"

#define TOLD_WOKEN   "woken"   /* projects that may have work to claim */
#define TOLD_TOUCHED "touched" /* plans and runs with news */
#define TOLD_SEEN    "seen"    /* keys of `seen` */
#define TOLD_HELLO   "hello"   /* keys of `executors` that changed */
#define TOLD_LOOK    "look"    /* keys of `due` to look at */
#define TOLD_CLEAN   "clean"   /* the janitor is asked for */
bool control__neighbours_start(struct control *c, GError **error) MUST_CHECK;
void control__neighbours_stop(struct control *c);
/* Does a server that has a duty live? Those that do not lose theirs. */
bool control__find_living(struct db *db, int64_t now_ms, bool *living, GError **error) MUST_CHECK;
/* Add an item to what is told with the commit; takes it. */
void control__tell(struct control *c, const char *what, json_t *item);
void control__tell_numbers(struct control *c, const char *what, const GArray *numbers);
/* Before the commit. */
bool control__send_told(struct control *c, GError **error) MUST_CHECK;
/* Apply what others have told. */
void control__hear(struct control *c);
/* {"data": …} or {"error": …} to the server where somebody waits for a query's task. */
bool control__send_answer(struct control *c, const char *server, int64_t task, json_t *answer,
                          GError **error) MUST_CHECK;

#endif
