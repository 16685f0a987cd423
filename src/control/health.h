/* health.h -- what watches over processes asks, and what sends requests to them. */
#ifndef HEDDLE_CONTROL_HEALTH_H
#define HEDDLE_CONTROL_HEALTH_H

#include "control/control_int.h"

/* /healthz: does the loop turn? The database may be away. A handler. */
void control__alive(struct http_call *call, void *data);
/* /readyz: does the state database answer, and will this server stay? */
bool control__health(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
