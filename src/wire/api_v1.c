/* The tables of the public API's messages. */
#include "wire/api_v1.h"

#include "wire/fields.h"

#define MESSAGE wire_v1_node
static const struct wire_field wire_v1_node_fields[] = {
    NEEDED(name),          NEEDED(model_name),
    NULLABLE(description), NEEDED(source_type),
    STRINGS(tags),         STRINGS(parent_names),
    STRINGS(audit_names),  NEEDED(type),
    NEEDED(link),          END,
};
TYPE(wire_v1_node)
#undef MESSAGE

#define MESSAGE wire_v1_dag
static const struct wire_field wire_v1_dag_fields[] = {
    NEEDED(environment),
    DATE(start_at),
    INT(schedule_seconds),
    NEEDED(schedule_cron),
    OBJECTS(nodes, wire_v1_node),
    NEEDED(link),
    END,
};
TYPE(wire_v1_dag)
#undef MESSAGE

#define MESSAGE wire_v1_run
static const struct wire_field wire_v1_run_fields[] = {
    NEEDED(environment),
    NEEDED(run_id),
    DATE(start_at),
    DATE(end_at),
    NULLABLE(error_message),
    ENUM(status, work_status_names),
    NEEDED(link),
    END,
};
TYPE(wire_v1_run)
#undef MESSAGE

#define MESSAGE wire_v1_plan
static const struct wire_field wire_v1_plan_fields[] = {
    NEEDED(environment),
    NEEDED(plan_id),
    DATE(start_at),
    DATE(end_at),
    NULLABLE(error_message),
    ENUM(status, work_status_names),
    NEEDED(link),
    END,
};
TYPE(wire_v1_plan)
#undef MESSAGE

#define MESSAGE wire_v1_restate
static const struct wire_field wire_v1_restate_fields[] = {
    NEEDED_STRINGS(models),
    DATE(start_at),
    DATE(end_at),
    END,
};
TYPE(wire_v1_restate)
#undef MESSAGE

#define MESSAGE wire_v1_audit
static const struct wire_field wire_v1_audit_fields[] = {
    NEEDED(name),
    DATE(execution_time),
    DATE(interval_start),
    DATE(interval_end),
    ENUM(status, work_status_names),
    NEEDED(link),
    NEEDED(log_link),
    NULLABLE(log),
    END,
};
TYPE(wire_v1_audit)
#undef MESSAGE

#define MESSAGE wire_v1_evaluation
static const struct wire_field wire_v1_evaluation_fields[] = {
    NEEDED(evaluation_id),
    NEEDED(node_name),
    STRING(run_id),
    STRING(plan_id),
    DATE(interval_start),
    DATE(interval_end),
    DATE(start_at),
    DATE(end_at),
    NULLABLE(error_message),
    NULLABLE(log),
    ENUM(status, work_status_names),
    NEEDED(link),
    NEEDED(log_link),
    OBJECTS(audits, wire_v1_audit),
    END,
};
TYPE(wire_v1_evaluation)
#undef MESSAGE
