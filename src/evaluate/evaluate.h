/* evaluate.h -- a task becomes warehouse statements: model kinds, audits, the virtual layer.
 *
 * evaluate_task() carries out one wire_task on an open warehouse and fills in a wire_result. It is
 * idempotent: done twice, the warehouse is as if done once. It never records anything elsewhere.
 * Source: SQLMesh-FACTS in docs/internals/evaluate.md, "Loading by kind".
 */
#ifndef HEDDLE_EVALUATE_EVALUATE_H
#define HEDDLE_EVALUATE_EVALUATE_H

#include "warehouse/warehouse.h"
#include "wire/messages.h"

ERROR_DOMAIN(evaluate)

struct evaluate_context {
    struct warehouse *warehouse;
    const char *gateway; /* for @gateway */
    /* One line of the task's log (statements as they run, rows, seconds). May be NULL. */
    void (*log)(const char *line, void *data);
    void *data;
    bool (*stopped)(void *data); /* asked between statements; may be NULL */
};

/* Carry out a task. Always returns a result (never NULL): status, error, rows, seconds, audits. */
struct wire_result *evaluate_task(const struct evaluate_context *c, const struct wire_task *task);

/* The statement an evaluation would run, for `heddle render` and `heddle evaluate`: the model's
 * query with macros expanded for the times of `task` and its parents' tables named. g_free(). */
char *evaluate_render(const struct wire_task *task, const char *gateway, const char *runtime_stage,
                      GError **error) MUST_CHECK;

/* The query of the model's audit number `audit`: the rows that must not be there, for `heddle
 * audit`. `columns` are those of the task's target (struct warehouse_column); a model filled by
 * time range needs them, others may give NULL. g_free(). */
char *evaluate_render_audit(const struct wire_task *task, const char *gateway, guint audit,
                            const GPtrArray *columns, GError **error) MUST_CHECK;

#endif
