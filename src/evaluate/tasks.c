/* tasks.c -- what carries out each kind of task, and how its end becomes a result. */
#include "evaluate/evaluate_int.h"

#include "base/clock.h"
#include "base/limits.h"
#include "calendar/date.h"

#include <string.h>

/* How a kind of model is filled. */
static const struct loader {
    int kind;
    enum warehouse_object object; /* what the target is */
    bool (*load)(struct evaluate_run *r, GError **error);
} loaders[] = {
    {KIND_VIEW,                      OBJECT_VIEW,  evaluate__load_view      },
    {KIND_FULL,                      OBJECT_TABLE, evaluate__load_full      },
    {KIND_SEED,                      OBJECT_TABLE, evaluate__load_seed      },
    {KIND_INCREMENTAL_BY_TIME_RANGE, OBJECT_TABLE, evaluate__load_time_range},
};

static const struct loader *find_loader(const struct evaluate_run *r, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(loaders); i++)
        if (loaders[i].kind == r->model->kind)
            return &loaders[i];
    evaluate__invalid(error, "Models of kind %s cannot be filled by this version of Heddle.",
                      model_kind_names[r->model->kind]);
    return NULL;
}

/* Statements of the user around the filling, all of it or nothing. */
static bool fill(struct evaluate_run *r, const struct loader *l, enum warehouse_object is,
                 GError **error)
{
    if (!evaluate__create_schema(r, r->task->target, error) ||
        !(is == OBJECT_NONE ? evaluate__begin_if_needed(r, error) : evaluate__begin(r, error)) ||
        !evaluate__take_over(r, error) || !evaluate__drop_other(r, is, l->object, error) ||
        !evaluate__statements(r, r->model->pre, error) || !l->load(r, error) ||
        !evaluate__statements(r, r->model->post, error))
        return false;
    return evaluate__commit(r, error);
}

/* Is there something of another kind, so that nothing could take its place? */
static bool stands_in_the_way(struct evaluate_run *r, const struct loader *l, const GError *why,
                              enum warehouse_object *is)
{
    return error_is(why, ERROR_INVALID) &&
           warehouse_object(r->warehouse, r->task->target, is, NULL) && *is != OBJECT_NONE &&
           *is != l->object;
}

/* Whoever made the model's kind another left the old object in place, for its rows were still
 * read. That is rare: it is looked for when filling fails, not before each. */
static bool fill_anew(struct evaluate_run *r, const struct loader *l, GError **error)
{
    enum warehouse_object is;
    GError *own = NULL;
    bool ok = fill(r, l, OBJECT_NONE, &own);

    if (!ok)
        evaluate__rollback(r);
    if (!ok && stands_in_the_way(r, l, own, &is)) {
        g_clear_error(&own);
        ok = fill(r, l, is, &own);
    }
    if (own)
        g_propagate_error(error, own);
    return ok;
}

static bool do_evaluate(struct evaluate_run *r, GError **error)
{
    const struct loader *l = find_loader(r, error);
    bool by_batch = r->model->kind == KIND_INCREMENTAL_BY_TIME_RANGE, made;

    if (!l || (by_batch && !evaluate__ensure(r, &made, error)))
        return false;
    r->stage = by_batch || r->task->has_data ? STAGE_EVALUATING : STAGE_CREATING;
    if (!fill_anew(r, l, error)) {
        evaluate__rollback(r);
        return false;
    }
    return evaluate__audits(r, error);
}

static const struct {
    bool needs_model, needs_target;
    bool (*carry_out)(struct evaluate_run *r, GError **error);
} tasks[TASK_KIND_COUNT] = {
    [TASK_BEFORE_ALL] = {false, false, evaluate__do_statements},
    [TASK_CREATE] = {true,  true,  evaluate__do_create    },
    [TASK_EVALUATE] = {true,  true,  do_evaluate            },
    [TASK_AUDIT] = {true,  true,  evaluate__audits       },
    [TASK_PROMOTE] = {false, true,  evaluate__do_promote   },
    [TASK_DEMOTE] = {false, false, evaluate__do_demote    },
    [TASK_AFTER_ALL] = {false, false, evaluate__do_statements},
    [TASK_CLEANUP] = {false, false, evaluate__do_cleanup   },
    [TASK_QUERY] = {false, false, evaluate__do_query     },
};

static bool has_table(int kind)
{
    return kind != KIND_EMBEDDED && kind != KIND_EXTERNAL;
}

static bool carry_out(struct evaluate_run *r, GError **error)
{
    int kind = r->task->kind;

    if (tasks[kind].needs_model && !r->model)
        return evaluate__invalid(error, "This task needs a model's definition, and has none.");
    if (r->model && !has_table(r->model->kind) && tasks[kind].needs_target)
        return true; /* nothing in the warehouse is theirs */
    if (tasks[kind].needs_target && (!r->task->target || !r->task->target->name))
        return evaluate__invalid(error, "This task needs a table to work on, and names none.");
    return tasks[kind].carry_out(r, error);
}

/* What DuckDB says of statements of the user that no transaction holds. */
static const char *const no_transaction[] = {
    "can only write to a single attached database",
    "cannot start a transaction within a transaction",
    "Cannot CHECKPOINT",
};

static bool wants_no_transaction(const GError *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(no_transaction); i++)
        if (strstr(error->message, no_transaction[i]))
            return true;
    return false;
}

static void forget_audits(struct wire_result *result)
{
    for (guint i = 0; i < result->audits->len; i++)
        wire_audit_free(result->audits->pdata[i]);
    g_ptr_array_set_size(result->audits, 0);
}

static bool attempt(struct evaluate_run *r, GError **error)
{
    GError *own = NULL;
    bool ok = carry_out(r, &own);

    evaluate__rollback(r);
    if (!ok && own && r->task->kind != TASK_QUERY && wants_no_transaction(own)) {
        evaluate__log(r, "Once more without a transaction: %s", own->message);
        g_clear_error(&own);
        forget_audits(r->result);
        r->result->rows = -1;
        r->plain = true;
        ok = carry_out(r, &own);
    }
    if (own)
        g_propagate_error(error, own);
    return ok;
}

/* "evaluate of "db"."shop"."orders" from 2026-01-01 to 2026-01-02" */
static char *describe(const struct wire_task *t)
{
    GString *out = g_string_new(task_kind_names[t->kind]);

    if (t->snapshot_name)
        g_string_append_printf(out, " of %s", t->snapshot_name);
    if (t->start_ms != TIME_NONE && t->end_ms != TIME_NONE) {
        g_autofree char *start = date_timestamp(t->start_ms);
        g_autofree char *end = date_timestamp(t->end_ms);

        g_string_append_printf(out, " from %s to %s", start, end);
    }
    return g_string_free(out, FALSE);
}

static void set_failure(struct wire_result *result, const struct wire_task *t, const GError *error)
{
    g_autofree char *what = describe(t);

    result->status = error_is(error, ERROR_CANCELLED) ? STATUS_ABORTED : STATUS_FAILED;
    result->retry = error_is(error, ERROR_UNAVAILABLE) || error_is(error, ERROR_BUSY) ||
                    error_is(error, ERROR_CONFLICT); /* a deadlock, a lock not given */
    result->not_charged = error_is(error, ERROR_BUSY);
    result->error = g_strdup_printf("The %s failed: %s", what, error->message);
    if (strlen(result->error) > MAX_ERROR_BYTES) {
        char *end = g_utf8_find_prev_char(result->error, result->error + MAX_ERROR_BYTES);

        *(end ? end : result->error + MAX_ERROR_BYTES) = '\0';
    }
}

static void run_task(const struct evaluate_context *c, const struct wire_task *t,
                     struct wire_result *result)
{
    GError *error = NULL;
    struct evaluate_run *r = NULL;
    bool ok = false;

    if (t->kind < 0 || t->kind >= TASK_KIND_COUNT)
        evaluate__invalid(&error, "This executor does not know tasks of kind %d.", t->kind);
    else if ((r = evaluate__run_new(c, t, &error))) {
        r->result = result;
        if (r->warehouse && warehouse_session(r->warehouse))
            evaluate__log(r, "On %s", warehouse_session(r->warehouse));
        ok = (!r->warehouse || evaluate__check_names(r, &error)) && attempt(r, &error);
    }
    if (!ok && !error)
        g_set_error(&error, evaluate_error(), ERROR_FAILED, "The reason was not told.");
    if (error) {
        set_failure(result, t, error);
        if (r)
            evaluate__log(r, "%s", result->error);
    } else
        result->status = STATUS_SUCCESS;
    g_clear_error(&error);
    evaluate__run_free(r);
}

struct wire_result *evaluate_task(const struct evaluate_context *c, const struct wire_task *t)
{
    struct wire_result *result = wire_result_new();
    int64_t began_us = clock_monotonic_us(), took_us;

    result->task_id = g_strdup(t->id);
    result->fence = t->fence;
    result->rows = -1;
    result->started_ms = clock_now_ms();
    run_task(c, t, result);
    took_us = clock_monotonic_us() - began_us;
    result->ended_ms = result->started_ms + took_us / 1000; /* whatever the wall clock did */
    result->seconds = (double)took_us / 1e6;
    return result;
}
