#include "wire/fields.h"
#include "wire/messages.h"

const char *const model_kind_names[] = {"VIEW",
                                        "FULL",
                                        "SEED",
                                        "INCREMENTAL_BY_TIME_RANGE",
                                        "INCREMENTAL_BY_UNIQUE_KEY",
                                        "INCREMENTAL_BY_PARTITION",
                                        "INCREMENTAL_UNMANAGED",
                                        "SCD_TYPE_2_BY_TIME",
                                        "SCD_TYPE_2_BY_COLUMN",
                                        "EMBEDDED",
                                        "EXTERNAL",
                                        "MANAGED",
                                        "CUSTOM",
                                        NULL};

const char *const change_category_names[] = {"none",
                                             "breaking",
                                             "non_breaking",
                                             "forward_only",
                                             "indirect_breaking",
                                             "indirect_non_breaking",
                                             "metadata",
                                             NULL};

const char *const suffix_target_names[] = {"schema", "table", "catalog", NULL};

const char *const work_status_names[] = {"scheduled", "in_progress", "skipped", "success",
                                         "failed",    "preempted",   "aborted", NULL};

const char *const task_kind_names[] = {"before_all", "create",    "evaluate", "audit", "promote",
                                       "demote",     "after_all", "cleanup",  "query", NULL};

#define MESSAGE wire_table
static const struct wire_field wire_table_fields[] = {
    STRING(catalog),
    STRING(schema),
    NEEDED(name),
    END,
};
TYPE(wire_table)
#undef MESSAGE

#define MESSAGE wire_snapshot_id
static const struct wire_field wire_snapshot_id_fields[] = {
    NEEDED(name),
    STRING(identifier),
    END,
};
TYPE(wire_snapshot_id)
#undef MESSAGE

#define MESSAGE wire_snapshot
static const struct wire_field wire_snapshot_fields[] = {
    NEEDED(name),
    STRING(data_hash),
    STRING(metadata_hash),
    STRING(parent_data_hash),
    STRING(parent_metadata_hash),
    NEEDED(identifier),
    STRING(version),
    STRING(dev_version),
    ENUM(category, change_category_names),
    ENUM(kind, model_kind_names),
    OBJECTS(parents, wire_snapshot_id),
    STRING(cron),
    STRING(cron_tz),
    STRING(interval_unit),
    STRING(start),
    STRING(end),
    INT(lookback),
    INT(batch_size),
    INT(batch_concurrency),
    BOOL(forward_only),
    BOOL(disable_restatement),
    BOOL(allow_partials),
    BOOL(depends_on_past),
    STRING(gateway),
    OBJECT(view, wire_table),
    STRING(physical_schema),
    STRINGS(tags),
    STRING(owner),
    STRING(description),
    STRING(source),
    STRINGS(audits),
    JSON(definition),
    TIME(created_ms),
    INTERVALS(intervals),
    INTERVALS(dev_intervals),
    BOOL(deployed),
    END,
};
TYPE(wire_snapshot)
#undef MESSAGE

#define MESSAGE wire_member
static const struct wire_field wire_member_fields[] = {
    NEEDED(name),
    NEEDED(identifier),
    BOOL(promoted),
    END,
};
TYPE(wire_member)
#undef MESSAGE

#define MESSAGE wire_environment
static const struct wire_field wire_environment_fields[] = {
    NEEDED(name),
    ENUM(suffix_target, suffix_target_names),
    STRING(catalog),
    OBJECTS(members, wire_member),
    OBJECTS(snapshots, wire_snapshot),
    STRING(plan_id),
    STRING(previous_plan_id),
    TIME(start_ms),
    TIME(end_ms),
    TIME(expiration_ms),
    TIME(finalized_ms),
    JSON(statements),
    STRING(paused_by),
    END,
};
TYPE(wire_environment)
#undef MESSAGE

#define MESSAGE wire_gateway
static const struct wire_field wire_gateway_fields[] = {
    NEEDED(name),
    NEEDED(type),
    STRING(default_catalog),
    STRING(version),
    STRING(dialect),
    BOOL(is_default),
    INT(slots),
    END,
};
TYPE(wire_gateway)
#undef MESSAGE

#define MESSAGE wire_restatement
static const struct wire_field wire_restatement_fields[] = {
    NEEDED(name),
    TIME(start_ms),
    TIME(end_ms),
    END,
};
TYPE(wire_restatement)
#undef MESSAGE

#define MESSAGE wire_plan
static const struct wire_field wire_plan_fields[] = {
    NEEDED_OBJECT(environment, wire_environment),
    STRING(expected_plan_id),
    OBJECTS(snapshots, wire_snapshot),
    OBJECTS(restatements, wire_restatement),
    OBJECTS(bounds, wire_restatement),
    OBJECTS(audits, wire_restatement),
    TIME(start_ms),
    TIME(end_ms),
    TIME(execution_ms),
    BOOL(skip_backfill),
    BOOL(empty_backfill),
    BOOL(no_gaps),
    BOOL(is_dev),
    STRING(user),
    END,
};
TYPE(wire_plan)
#undef MESSAGE

#define MESSAGE wire_audit
static const struct wire_field wire_audit_fields[] = {
    NEEDED(name),
    ENUM(status, work_status_names),
    BOOL(blocking),
    INT(count),
    STRING(query),
    STRING(message),
    END,
};
TYPE(wire_audit)
#undef MESSAGE

#define MESSAGE wire_evaluation
static const struct wire_field wire_evaluation_fields[] = {
    STRING(id),
    STRING(environment),
    STRING(plan_id),
    STRING(run_id),
    STRING(snapshot_name),
    STRING(identifier),
    STRING(node_name),
    STRING(executor),
    INT(attempt),
    TIME(interval_start_ms),
    TIME(interval_end_ms),
    TIME(started_ms),
    TIME(ended_ms),
    INT(rows),
    REAL(seconds),
    ENUM(status, work_status_names),
    STRING(error),
    STRING(log),
    OBJECTS(audits, wire_audit),
    END,
};
TYPE(wire_evaluation)
#undef MESSAGE

#define MESSAGE wire_stage
static const struct wire_field wire_stage_fields[] = {
    STRING(name), INT(total), INT(done), INT(failed), INT(cancelled), INT(running), END,
};
TYPE(wire_stage)
#undef MESSAGE

#define MESSAGE wire_failure
static const struct wire_field wire_failure_fields[] = {
    STRING(task_kind),
    STRING(snapshot_name),
    STRING(message),
    TIME(interval_start_ms),
    TIME(interval_end_ms),
    INT(attempts),
    END,
};
TYPE(wire_failure)
#undef MESSAGE

#define MESSAGE wire_event
static const struct wire_field wire_event_fields[] = {
    STRING(task_kind),
    STRING(snapshot_name),
    STRING(message),
    STRING(executor),
    TIME(interval_start_ms),
    TIME(interval_end_ms),
    INT(rows),
    REAL(seconds),
    ENUM(status, work_status_names),
    OBJECTS(audits, wire_audit),
    END,
};
TYPE(wire_event)
#undef MESSAGE

#define MESSAGE wire_progress
static const struct wire_field wire_progress_fields[] = {
    NEEDED(id),
    STRING(kind),
    STRING(environment),
    NEEDED_ENUM(status, work_status_names),
    NEEDED_INT(version),
    TIME(started_ms),
    TIME(ended_ms),
    OBJECTS(stages, wire_stage),
    OBJECTS(events, wire_event),
    OBJECTS(failures, wire_failure),
    STRING(error),
    STRING(waiting),
    STRING(link),
    END,
};
TYPE(wire_progress)
#undef MESSAGE

#define MESSAGE wire_parent
static const struct wire_field wire_parent_fields[] = {
    NEEDED(name),
    OBJECT(table, wire_table),
    END,
};
TYPE(wire_parent)
#undef MESSAGE

#define MESSAGE wire_task
static const struct wire_field wire_task_fields[] = {
    NEEDED(id),
    NEEDED_ENUM(kind, task_kind_names),
    NEEDED_INT(fence),
    INT(attempt),
    INT(max_attempts),
    STRING(environment),
    STRING(plan_id),
    STRING(run_id),
    STRING(gateway),
    STRING(snapshot_name),
    STRING(identifier),
    ENUM(snapshot_kind, model_kind_names),
    JSON(definition),
    OBJECT(target, wire_table),
    OBJECT(view, wire_table),
    BOOL(is_prod),
    BOOL(is_dev_table),
    BOOL(has_data),
    BOOL(is_new),
    OBJECTS(parents, wire_parent),
    TIME(start_ms),
    TIME(end_ms),
    TIME(execution_ms),
    JSON(statements),
    STRING(query),
    INT(max_rows),
    END,
};
TYPE(wire_task)
#undef MESSAGE

#define MESSAGE wire_lease
static const struct wire_field wire_lease_fields[] = {
    NEEDED(task_id),
    NEEDED_INT(fence),
    END,
};
TYPE(wire_lease)
#undef MESSAGE

#define MESSAGE wire_hello
static const struct wire_field wire_hello_fields[] = {
    NEEDED(executor_id),
    STRING(name),
    NEEDED(kind),
    STRING(version),
    NEEDED_OBJECTS(gateways, wire_gateway),
    END,
};
TYPE(wire_hello)
#undef MESSAGE

#define MESSAGE wire_welcome
static const struct wire_field wire_welcome_fields[] = {
    NEEDED_INT(lease_ttl_ms), NEEDED_INT(poll_ms), INT(now_ms),
    INT(max_log_bytes),       BOOL(queries),       END,
};
TYPE(wire_welcome)
#undef MESSAGE

#define MESSAGE wire_slot
static const struct wire_field wire_slot_fields[] = {
    STRING(gateway),
    NEEDED_INT(free),
    END,
};
TYPE(wire_slot)
#undef MESSAGE

#define MESSAGE wire_claim
static const struct wire_field wire_claim_fields[] = {
    NEEDED(executor_id),
    NEEDED_OBJECTS(slots, wire_slot),
    INT(wait_ms),
    END,
};
TYPE(wire_claim)
#undef MESSAGE

#define MESSAGE wire_claimed
static const struct wire_field wire_claimed_fields[] = {
    NEEDED_OBJECTS(tasks, wire_task),
    END,
};
TYPE(wire_claimed)
#undef MESSAGE

#define MESSAGE wire_renew
static const struct wire_field wire_renew_fields[] = {
    NEEDED(executor_id),
    NEEDED_OBJECTS(leases, wire_lease),
    END,
};
TYPE(wire_renew)
#undef MESSAGE

#define MESSAGE wire_renewed
static const struct wire_field wire_renewed_fields[] = {
    NEEDED_OBJECTS(lost, wire_lease),
    NEEDED_OBJECTS(cancelled, wire_lease),
    END,
};
TYPE(wire_renewed)
#undef MESSAGE

#define MESSAGE wire_result
static const struct wire_field wire_result_fields[] = {
    NEEDED(task_id),
    NEEDED_INT(fence),
    NEEDED_ENUM(status, work_status_names),
    BOOL(retry),
    BOOL(not_charged),
    STRING(error),
    TIME(started_ms),
    TIME(ended_ms),
    INT(rows),
    REAL(seconds),
    OBJECTS(audits, wire_audit),
    JSON(data),
    END,
};
TYPE(wire_result)
#undef MESSAGE

#define MESSAGE wire_finish
static const struct wire_field wire_finish_fields[] = {
    NEEDED(executor_id),
    NEEDED_OBJECTS(results, wire_result),
    END,
};
TYPE(wire_finish)
#undef MESSAGE

#define MESSAGE wire_finished
static const struct wire_field wire_finished_fields[] = {
    NEEDED_STRINGS(stale),
    END,
};
TYPE(wire_finished)
#undef MESSAGE

#define MESSAGE wire_log
static const struct wire_field wire_log_fields[] = {
    NEEDED(task_id), NEEDED_INT(fence), NEEDED_INT(sequence), NEEDED_INT(offset), NEEDED(text), END,
};
TYPE(wire_log)
#undef MESSAGE

#define MESSAGE wire_logs
static const struct wire_field wire_logs_fields[] = {
    NEEDED(executor_id),
    NEEDED_OBJECTS(pieces, wire_log),
    END,
};
TYPE(wire_logs)
#undef MESSAGE

#define MESSAGE wire_lookup
static const struct wire_field wire_lookup_fields[] = {
    NEEDED_OBJECTS(ids, wire_snapshot_id),
    BOOL(definitions),
    END,
};
TYPE(wire_lookup)
#undef MESSAGE

#define MESSAGE wire_snapshots
static const struct wire_field wire_snapshots_fields[] = {
    NEEDED_OBJECTS(snapshots, wire_snapshot),
    END,
};
TYPE(wire_snapshots)
#undef MESSAGE

#define MESSAGE wire_gateways
static const struct wire_field wire_gateways_fields[] = {
    NEEDED_OBJECTS(gateways, wire_gateway),
    END,
};
TYPE(wire_gateways)
#undef MESSAGE

#define MESSAGE wire_environments
static const struct wire_field wire_environments_fields[] = {
    NEEDED_OBJECTS(environments, wire_environment),
    END,
};
TYPE(wire_environments)
#undef MESSAGE

#define MESSAGE wire_run_request
static const struct wire_field wire_run_request_fields[] = {
    NEEDED(environment), TIME(start_ms),    TIME(end_ms),
    TIME(execution_ms),  BOOL(ignore_cron), STRINGS(select),
    BOOL(no_upstream),   STRING(trigger),   END,
};
TYPE(wire_run_request)
#undef MESSAGE

#define MESSAGE wire_run
static const struct wire_field wire_run_fields[] = {
    STRING(id),
    STRING(environment),
    STRING(trigger),
    ENUM(status, work_status_names),
    TIME(started_ms),
    TIME(ended_ms),
    TIME(execution_ms),
    STRING(error),
    END,
};
TYPE(wire_run)
#undef MESSAGE

#define MESSAGE wire_runs
static const struct wire_field wire_runs_fields[] = {
    NEEDED_OBJECTS(runs, wire_run),
    END,
};
TYPE(wire_runs)
#undef MESSAGE

#define MESSAGE wire_evaluations
static const struct wire_field wire_evaluations_fields[] = {
    NEEDED_OBJECTS(evaluations, wire_evaluation),
    END,
};
TYPE(wire_evaluations)
#undef MESSAGE

#define MESSAGE wire_query
static const struct wire_field wire_query_fields[] = {
    STRING(gateway),
    NEEDED(sql),
    INT(max_rows),
    END,
};
TYPE(wire_query)
#undef MESSAGE

#define MESSAGE wire_problem
static const struct wire_field wire_problem_fields[] = {
    NEEDED(error),
    NEEDED(message),
    STRING(detail),
    END,
};
TYPE(wire_problem)
#undef MESSAGE
