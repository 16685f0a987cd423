/* oauth.h -- the routes that need no token because they are about getting one. */
#ifndef HEDDLE_CONTROL_OAUTH_H
#define HEDDLE_CONTROL_OAUTH_H

#include "control/control_int.h"

/* tokens.c: the token endpoint. Replies by itself, outside the loop's transaction. */
bool control__token(struct control *c, struct op *op, GError **error) MUST_CHECK;
json_t *control__grant_types(void); /* their names; a new reference */

/* discovery.c */
bool control__discovery(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__key_set(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
