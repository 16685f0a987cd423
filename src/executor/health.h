/* health.h -- the executor's own small port, for probes: listens only when HEDDLE_HEALTH_LISTEN is
 * set.
 *
 *     /healthz   200 while every loop has turned lately; 503 when one hangs. A control plane that
 *                does not answer is no reason to be restarted: this stays 200.
 *     /readyz    200 while logged in and allowed to claim; 503 with the reason otherwise
 *     /metrics   counts, in Prometheus' text form
 */
#ifndef HEDDLE_EXECUTOR_HEALTH_H
#define HEDDLE_EXECUTOR_HEALTH_H

#include "executor/executor.h"
#include "http/server.h"

struct http_server *executor__health_start(struct executor *e, const char *listen,
                                           GError **error) MUST_CHECK;

#endif
