/* audit_log.h -- writing the audit log, and the route that shows it. */
#ifndef HEDDLE_CONTROL_AUDIT_LOG_H
#define HEDDLE_CONTROL_AUDIT_LOG_H

#include "control/control_int.h"

/* What was carried out, once, if it is something that only developers may do. */
bool control__record(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__audit_log(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
