/* api_v1.h -- what the public API (api/v1) answers: its words and shapes are those of the public
 * client, and stay.
 *
 * Times are ISO 8601 in UTC, or null. Links are absolute and open a page about the thing. The
 * structs are as those of messages.h.
 */
#ifndef HEDDLE_WIRE_API_V1_H
#define HEDDLE_WIRE_API_V1_H

#include "wire/messages.h"

struct wire_v1_node {
    char *name;       /* fully qualified and quoted */
    char *model_name; /* for people: without quotes */
    char *description;
    char *source_type; /* sql, seed, python, external, audit */
    GPtrArray *tags, *parent_names, *audit_names;
    char *type; /* model, audit */
    char *link;
};
WIRE_AUTOPTR(wire_v1_node)

/* An environment's models, parents before children. */
struct wire_v1_dag {
    char *environment;
    int64_t start_at;         /* the earliest start of its models */
    int64_t schedule_seconds; /* between ticks of the cron that ticks most often */
    char *schedule_cron;
    GPtrArray *nodes; /* of struct wire_v1_node */
    char *link;
};
WIRE_AUTOPTR(wire_v1_dag)

struct wire_v1_run {
    char *environment, *run_id;
    int64_t start_at, end_at;
    char *error_message;
    int status; /* enum work_status */
    char *link;
};
WIRE_AUTOPTR(wire_v1_run)

struct wire_v1_plan {
    char *environment, *plan_id;
    int64_t start_at, end_at;
    char *error_message;
    int status;
    char *link;
};
WIRE_AUTOPTR(wire_v1_plan)

/* Fill models of an environment again, and all that read them. */
struct wire_v1_restate {
    GPtrArray *models;        /* names, fully qualified or as the project writes them */
    int64_t start_at, end_at; /* not given: all, up to now */
};
WIRE_AUTOPTR(wire_v1_restate)

struct wire_v1_audit {
    char *name;
    int64_t execution_time, interval_start, interval_end;
    int status; /* STATUS_SUCCESS or STATUS_FAILED */
    char *link, *log_link, *log;
};
WIRE_AUTOPTR(wire_v1_audit)

/* One batch of a model in a plan or a run; of several attempts the newest. */
struct wire_v1_evaluation {
    char *evaluation_id, *node_name;
    char *run_id, *plan_id; /* one of them */
    int64_t interval_start, interval_end;
    int64_t start_at, end_at;
    char *error_message, *log;
    int status;
    char *link, *log_link;
    GPtrArray *audits; /* of struct wire_v1_audit */
};
WIRE_AUTOPTR(wire_v1_evaluation)

#endif
