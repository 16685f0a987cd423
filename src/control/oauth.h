/* oauth.h -- the routes that need no token because they are about getting one. */
#ifndef HEDDLE_CONTROL_OAUTH_H
#define HEDDLE_CONTROL_OAUTH_H

#include "control/control_int.h"

/* tokens.c: the token endpoint. Replies by itself, outside the loop's transaction. */
bool control__token(struct control *c, struct op *op, GError **error) MUST_CHECK;
json_t *control__grant_types(void); /* their names; a new reference */

/* Retry-After, as the last ERROR_LIMIT of c->auth says. */
void control__add_wait(const struct control *c, struct http_call *call);
bool control__device(struct control *c, struct op *op, GError **error) MUST_CHECK;

bool control__revoke(struct control *c, struct op *op, GError **error) MUST_CHECK;

/* signin.c: pages. They reply by themselves, too. */
bool control__sign_in_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__sign_in(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__device_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__device_approve(struct control *c, struct op *op, GError **error) MUST_CHECK;

/* The same for a browser that shall see a page (pages.h). */
bool control__session_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__session_begin(struct control *c, struct op *op, GError **error) MUST_CHECK;

/* account.c */
bool control__password_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__password_change(struct control *c, struct op *op, GError **error) MUST_CHECK;

/* discovery.c */
bool control__discovery(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__key_set(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
