/* The life of a plan, a run or a janitor's pass: stored, waiting for its turn, at work, ended. */
#include "control/control_int.h"

#include "base/faults.h"
#include "base/log.h"

#include <string.h>

typedef bool (*start_work)(struct control *c, struct state_work *w, GError **error);

static const start_work starts[] = {
    [WORK_PLAN] = control__start_plan,
    [WORK_RUN] = control__start_run,
    [WORK_JANITOR] = control__start_janitor,
};

/* Must `other`, which came first, end before `w` may start? Plans on one environment apply one
 * after the other, so do runs; the janitor and plans keep out of each other's way. */
static bool must_wait(const struct state_work *w, const struct state_work *other)
{
    if (w->kind == WORK_JANITOR || other->kind == WORK_JANITOR)
        return w->kind != WORK_RUN && other->kind != WORK_RUN;
    return w->kind == other->kind && strcmp(w->environment, other->environment) == 0;
}

bool control__blocked_by(struct control *c, const struct state_work *w, struct state_work **other,
                         GError **error)
{
    g_autoptr(GPtrArray) open = state_open_works(c->state, w->project, error);

    *other = NULL;
    for (guint i = 0; open && i < open->len && !*other; i++) {
        const struct state_work *o = open->pdata[i];

        if (o->id < w->id && must_wait(w, o))
            *other = g_ptr_array_steal_index(open, i);
    }
    return open != NULL;
}

static bool start(struct control *c, struct state_work *w, GError **error)
{
    w->status = STATUS_IN_PROGRESS;
    w->started_ms = c->now_ms;
    return state_update_work(c->state, w, error) && starts[w->kind](c, w, error) &&
           queue_touch(c->queue, w->id, error);
}

bool control__add_work(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(state_work) other = NULL;

    w->status = STATUS_SCHEDULED;
    w->created_ms = c->now_ms;
    w->started_ms = w->ended_ms = TIME_NONE;
    if (!state_add_work(c->state, w, error) || !queue_open_group(c->queue, w->id, error) ||
        !control__blocked_by(c, w, &other, error))
        return false;
    return other || start(c, w, error);
}

bool control__end_work(struct control *c, struct state_work *w, int status, const char *why,
                       GError **error)
{
    g_autofree char *message = g_strdup(why);

    w->status = status;
    w->ended_ms = c->now_ms;
    if (message) {
        g_free(w->error);
        w->error = g_steal_pointer(&message);
    }
    g_hash_table_remove(c->works, &w->id);
    control__count_work(c, w, status);
    log_event(LOG_INFO, "ended", state_work_names[w->kind], w->uid, "environment",
              w->environment ? w->environment : "", "status", work_status_names[status], NULL);
    return state_update_work(c->state, w, error) && queue_touch(c->queue, w->id, error);
}

/* "2 tasks failed, 3 were not run. evaluate of …: …" */
static char *failure_text(struct control *c, const struct queue_group *g, GError **error)
{
    g_autoptr(GPtrArray) failures =
        g_ptr_array_new_with_free_func((GDestroyNotify)wire_failure_free);
    const struct wire_failure *first;

    if (!queue_failures(c->queue, g->id, failures, error))
        return NULL;
    if (failures->len == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " tasks were not run.", g->cancelled);
    first = failures->pdata[0];
    return g_strdup_printf("%" G_GINT64_FORMAT " tasks failed and %" G_GINT64_FORMAT
                           " were not run because of that. The first: %s of %s: %s",
                           g->failed, g->cancelled, first->task_kind,
                           first->snapshot_name ? first->snapshot_name : "the environment",
                           first->message ? first->message : "no reason was given.");
}

static bool end(struct control *c, struct state_work *w, const struct queue_group *g,
                GError **error)
{
    g_autofree char *why = NULL;

    if (w->kind == WORK_PLAN && !control__end_plan(c, w, error))
        return false;
    if (w->status == STATUS_ABORTED)
        return control__end_work(c, w, STATUS_ABORTED, NULL, error);
    if (g->failed == 0 && g->cancelled == 0)
        return control__end_work(c, w, STATUS_SUCCESS, NULL, error);
    why = failure_text(c, g, error);
    return why && control__end_work(c, w, STATUS_FAILED, why, error);
}

/* A work whose start came later than its request, and failed, has nobody to answer to. */
static bool start_late(struct control *c, struct state_work *w, GError **error)
{
    g_autoptr(state_work) other = NULL;
    g_autoptr(GError) why = NULL;

    if (!control__blocked_by(c, w, &other, error))
        return false;
    if (other)
        return true;
    if (!control__begin_part(c, error))
        return false;
    if (start(c, w, &why))
        return control__keep_part(c, error);
    return control__undo_part(c, error) &&
           control__end_work(c, w, error_is(why, ERROR_CONFLICT) ? STATUS_ABORTED : STATUS_FAILED,
                             why->message, error);
}

/* Look at one open work: has it ended, can it start? */
static bool look_at(struct control *c, struct state_work *w, GError **error)
{
    struct queue_group g;

    if (fault("control_settle")) {
        g_set_error(error, control_error(), ERROR_UNAVAILABLE, "The fault of a test.");
        return false;
    }
    if (w->started_ms == TIME_NONE)
        return start_late(c, w, error);
    return queue_group(c->queue, w->id, &g, error) && (g.open > 0 || end(c, w, &g, error));
}

/* In a savepoint, so that one work's trouble is its own; the next tick looks again. */
static void look_safely(struct control *c, struct state_work *w)
{
    g_autoptr(GError) error = NULL;
    bool ok;

    if (!control__begin_part(c, &error))
        return;
    if (!(ok = look_at(c, w, &error))) {
        log_event(LOG_ERROR, "a plan or run could not be ended", "id", w->uid, "error",
                  error->message, NULL);
        c->unsettled = true;
    }
    control__close_part(c, ok);
}

/* All open works of the group's project, oldest first: an end lets the next one start. */
static bool settle_one(struct control *c, int64_t group, GError **error)
{
    g_autoptr(state_work) w = state_get_work(c->state, group, error);
    g_autoptr(GPtrArray) open = w ? state_open_works(c->state, w->project, error) : NULL;

    for (guint i = 0; open && i < open->len; i++)
        look_safely(c, open->pdata[i]);
    return open != NULL;
}

bool control__note_open_works(struct control *c, GError **error)
{
    g_autoptr(GPtrArray) open = state_open_works(c->state, 0, error);

    for (guint i = 0; open && i < open->len; i++)
        queue_note_ended(c->queue, ((struct state_work *)open->pdata[i])->id);
    return open != NULL;
}

void control__settle(struct control *c)
{
    g_autoptr(GArray) ended = queue_take_ended(c->queue);

    for (guint i = 0; i < ended->len; i++) {
        g_autoptr(GError) error = NULL;
        int64_t group = g_array_index(ended, int64_t, i);

        if (!settle_one(c, group, &error)) {
            log_event(LOG_ERROR, "open plans and runs cannot be read", "error", error->message,
                      NULL);
            c->unsettled = true;
        }
    }
}

bool control__cancel(struct control *c, struct op *op, int kind, GError **error)
{
    g_autoptr(state_work) w =
        state_find_work(c->state, op->project, kind, http_param(op->call, "id"), error);
    const struct auth_identity *who = http_user(op->call);

    if (!w)
        return false;
    if (w->ended_ms == TIME_NONE && w->status != STATUS_ABORTED) {
        g_autofree char *why = g_strdup_printf("Cancelled by %s.", who->name ? who->name : "?");

        w->status = STATUS_ABORTED;
        g_free(w->error);
        w->error = g_strdup(why);
        if (!state_update_work(c->state, w, error) || !queue_touch(c->queue, w->id, error) ||
            !queue_cancel_group(c->queue, w->id, why, c->now_ms, error))
            return false;
        if (w->started_ms == TIME_NONE && !control__end_work(c, w, STATUS_ABORTED, NULL, error))
            return false;
        queue_note_ended(c->queue, w->id);
    }
    return control__answer_work(c, op, w, error);
}
