/* log.h -- structured logs: one line an event, to stderr, through the process's redactor.
 *
 * A line has a time, a level, an event in words, and fields: key, value, …, NULL.
 *     log_event(LOG_INFO, "task finished", "task", id, "seconds", "0.21", NULL);
 *     2026-01-02T03:04:05.678Z INFO task finished task=… seconds=0.21
 * With HEDDLE_LOG_FORMAT=json (or log_setup) a line is a JSON object. HEDDLE_LOG_LEVEL is
 * debug, info (default), warning or error. What a command prints for its user does not go here.
 */
#ifndef HEDDLE_BASE_LOG_H
#define HEDDLE_BASE_LOG_H

#include "base/redact.h"

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Read HEDDLE_LOG_LEVEL and HEDDLE_LOG_FORMAT; `least` is the level when the environment says
 * nothing. Call once, before threads. */
void log_setup(enum log_level least);
/* Everything logged goes through this redactor from now on (not owned; NULL for none). */
void log_redact_with(struct redactor *r);
bool log_wants(enum log_level level);
void log_event(enum log_level level, const char *event, ...) G_GNUC_NULL_TERMINATED;

#endif
