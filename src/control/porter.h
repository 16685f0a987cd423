/* porter.h -- hashes the passwords of sign-ins on a thread of its own, one at a time.
 *
 * A request that sets op->attempt and op->park = PARK_HASH is handed to the porter by the loop, and
 * submitted to it again when the hash is there. There is room for a few only: ask before. Stop it
 * after the loop: what it still has is then answered with 503.
 */
#ifndef HEDDLE_CONTROL_PORTER_H
#define HEDDLE_CONTROL_PORTER_H

#include "control/control_int.h"

struct porter *control__porter_start(struct control *c, GError **error) MUST_CHECK;
void control__porter_stop(struct porter *p); /* NULL is fine */
bool control__porter_has_room(struct porter *p);
void control__porter_take(struct porter *p, struct op *op);

#endif
