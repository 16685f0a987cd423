/* open.c -- before a job: the turn at the file, a worker process, an open warehouse. */
#include "executor/executor_int.h"

#include <string.h>
#include <unistd.h>

#define TURN_POLL_MS  50
#define BUSY_POLL_MS  500
#define WATCH_MS      100
#define REMIND_MS     60000 /* a wait is logged after a second, then again so often */
#define LOG_AFTER_MS  1000
#define EXIT_GRACE_MS 3000 /* an idle worker that was told to end */

/* Is it still worth preparing? Not with the lock held. */
static bool is_wanted(struct slot *s, const struct job *j)
{
    struct executor *e = s->lane->e;
    bool wanted;

    pthread_mutex_lock(&e->lock);
    wanted = j ? j->state == JOB_QUEUED : e->phase == PHASE_SERVING;
    pthread_mutex_unlock(&e->lock);
    return wanted;
}

static void nap(struct executor *e, int64_t ms)
{
    pthread_mutex_lock(&e->lock);
    executor__wait(e, ms);
    pthread_mutex_unlock(&e->lock);
}

/* A wait that may be long, and when it was last mentioned. */
struct waiting {
    int64_t since_ms, logged_ms;
};

static bool is_worth_a_line(struct waiting *w, int64_t now_ms)
{
    if (!w->since_ms)
        w->since_ms = now_ms;
    if (now_ms - w->since_ms < LOG_AFTER_MS || (w->logged_ms && now_ms - w->logged_ms < REMIND_MS))
        return false;
    w->logged_ms = now_ms;
    return true;
}

static void log_wait(struct waiting *w, struct lane *lane, const char *event, const char *why)
{
    int64_t now = clock_monotonic_ms();
    g_autofree char *seconds = NULL;

    if (!is_worth_a_line(w, now))
        return;
    seconds = g_strdup_printf("%" G_GINT64_FORMAT, (now - w->since_ms) / 1000);
    log_event(LOG_INFO, event, "gateway", lane->name, "seconds", seconds, "why", why, NULL);
}

static void set_turn(struct lane *lane, bool held)
{
    pthread_mutex_lock(&lane->e->lock);
    lane->has_turn = held;
    executor__tell(lane->e);
    pthread_mutex_unlock(&lane->e->lock);
}

static void sign(struct lane *lane)
{
    g_autofree char *who =
        g_strdup_printf("%s executor %s, process %d", lane->e->kind, lane->e->name, (int)getpid());

    executor__turn_sign(lane->turn, who);
}

static void wait_for_turn(struct slot *s, struct waiting *w)
{
    g_autofree char *holder = executor__turn_holder(s->lane->turn);

    executor__lane_set_state(s->lane, LANE_WAITS_FOR_TURN, holder);
    log_wait(w, s->lane, "waiting for our turn at the DuckDB file", holder);
    nap(s->lane->e, TURN_POLL_MS);
}

static enum ready take_turn(struct slot *s, const struct job *j, GError **error)
{
    struct lane *lane = s->lane;
    struct waiting w = {0};
    enum turn_state state = TURN_HELD;

    if (!lane->has_file || lane->has_turn)
        return READY;
    while (is_wanted(s, j) &&
           (state = executor__turn_try(lane->turn, clock_monotonic_ms(), error)) == TURN_WAITS)
        wait_for_turn(s, &w);
    if (state == TURN_HELD && is_wanted(s, j)) {
        sign(lane);
        set_turn(lane, true);
        return READY;
    }
    executor__turn_release(lane->turn);
    return state == TURN_FAILED ? READY_NEVER : READY_NO_MORE;
}

char *executor__slot_end_child(struct slot *s)
{
    s->open = false;
    return executor__child_end(g_steal_pointer(&s->child), EXIT_GRACE_MS);
}

void executor__slot_printed(struct slot *s, const char *text)
{
    log_event(LOG_WARNING, "a worker printed", "gateway", s->lane->name, "text", text, NULL);
}

/* Wait for an answer; NULL when there is none. */
static json_t *answer(struct slot *s, const struct job *j, int64_t patience_ms)
{
    int64_t until = clock_monotonic_ms() + patience_ms;
    enum child_event event = CHILD_QUIET;

    while (event != CHILD_GONE && clock_monotonic_ms() < until &&
           (patience_ms < INT32_MAX || is_wanted(s, j))) {
        json_t *message;
        g_autofree char *text = NULL;

        event = executor__child_next(s->child, WATCH_MS, &message, &text);
        if (event == CHILD_SAYS)
            return message;
        if (event == CHILD_PRINTS)
            executor__slot_printed(s, text);
    }
    return NULL;
}

/* At first sight an executor looks at its rights, too; one inside a command may be there to read.
 */
static json_t *open_order(struct slot *s, const struct job *j)
{
    struct executor *e = s->lane->e;
    bool look = !j && strcmp(e->kind, "both") != 0;
    json_t *order;

    pthread_mutex_lock(&e->lock);
    s->generation = e->generation;
    order =
        json_pack("{s:s, s:s, s:s, s:b, s:o}", "do", "open", "gateway", s->lane->name, "type",
                  s->lane->type, "look", look, "connection", json_deep_copy(s->lane->connection));
    pthread_mutex_unlock(&e->lock);
    return order;
}

/* What was in it is gone with the process that had it, and whoever asks must be told. */
static bool memory_is_lost(const struct slot *s, GError **error)
{
    if (!s->lane->in_memory || !s->was_open || s->open)
        return false;
    g_set_error(error, executor_error(), ERROR_INVALID,
                "The worker that had the DuckDB database of gateway %s in memory has ended, and "
                "the data with it.",
                s->lane->name);
    error_hint(error, "start again, or give the gateway a file as its database.");
    return true;
}

static bool start_child(struct slot *s, GError **error)
{
    if (memory_is_lost(s, error))
        return false;
    if (!s->child)
        s->child = executor__child_start(s->lane->e->program, error);
    s->idle_since_ms = clock_monotonic_ms();
    return s->child != NULL;
}

static enum ready died_opening(struct slot *s, const struct job *j, GError **error)
{
    g_autofree char *how = NULL;

    if (!is_wanted(s, j)) {
        executor__child_kill(s->child);
        g_free(executor__slot_end_child(s));
        return READY_NO_MORE;
    }
    how = executor__slot_end_child(s);
    g_set_error(error, executor_error(), ERROR_UNAVAILABLE,
                "The worker %s while it opened gateway %s (%s).", how, s->lane->name,
                s->lane->type);
    return READY_NEVER;
}

/* It is open. Where the login may make nothing no task would end well; of a gateway that is not the
 * default one it is only said: it may be there to be read. */
static enum ready opened(struct slot *s, const json_t *said, GError **error)
{
    const char *lacks = json_get_string(said, "lacks", NULL);

    if (lacks && s->lane->is_default) {
        g_set_error_literal(error, executor_error(), ERROR_DENIED, lacks);
        g_free(executor__slot_end_child(s));
        return READY_NEVER;
    }
    if (lacks)
        log_event(LOG_WARNING, "the gateway's login lacks rights", "gateway", s->lane->name, "why",
                  lacks, NULL);
    s->open = s->was_open = true;
    executor__lane_opened(s->lane, said);
    return READY;
}

/* One attempt. *busy: another process has the file. */
static enum ready open_once(struct slot *s, const struct job *j, bool *busy, GError **error)
{
    g_autoptr(json_t) order = open_order(s, j), said = NULL;
    int code;

    *busy = false;
    if (executor__child_send(s->child, order))
        said = answer(s, j, INT32_MAX);
    if (!said)
        return died_opening(s, j, error);
    if (strcmp(json_get_string(said, "is", ""), "opened") == 0)
        return opened(s, said, error);
    code = (int)json_get_int(said, "code", ERROR_FAILED);
    *busy = code == ERROR_BUSY;
    g_set_error_literal(error, executor_error(), code, json_get_string(said, "message", ""));
    return READY_NEVER;
}

static enum ready open_warehouse(struct slot *s, const struct job *j, GError **error)
{
    struct waiting w = {0};
    bool busy = true;

    while (busy && is_wanted(s, j)) {
        g_autoptr(GError) why = NULL;
        enum ready ready;

        if (!start_child(s, error))
            return READY_NEVER;
        ready = open_once(s, j, &busy, &why);
        if (ready != READY_NEVER || !busy) {
            if (why)
                g_propagate_error(error, g_steal_pointer(&why));
            return ready;
        }
        executor__lane_set_state(s->lane, LANE_WAITS_FOR_FILE, why->message);
        log_wait(&w, s->lane, "waiting for a DuckDB file that another process has open",
                 why->message);
        nap(s->lane->e, BUSY_POLL_MS);
    }
    return READY_NO_MORE;
}

static bool is_outdated(struct slot *s)
{
    struct executor *e = s->lane->e;
    bool outdated;

    pthread_mutex_lock(&e->lock);
    outdated = s->child && s->generation != e->generation;
    pthread_mutex_unlock(&e->lock);
    return outdated;
}

/* It died while it had nothing to do: no task is to blame. */
static void bury(struct slot *s)
{
    g_autofree char *how = executor__slot_end_child(s);

    log_event(LOG_WARNING, "an idle worker has ended", "gateway", s->lane->name, "how", how, NULL);
}

enum ready executor__slot_prepare(struct slot *s, const struct job *j, GError **error)
{
    enum ready ready = take_turn(s, j, error);

    if (ready != READY)
        return ready;
    if (s->child && executor__child_is_gone(s->child))
        bury(s);
    if (is_outdated(s))
        g_free(executor__slot_end_child(s));
    if (s->child && s->open)
        return READY;
    ready = open_warehouse(s, j, error);
    if (ready != READY && s->lane->has_turn)
        executor__slot_yield(s);
    return ready;
}

void executor__slot_yield(struct slot *s)
{
    g_autoptr(json_t) order = json_pack("{s:s}", "do", "close"), said = NULL;

    if (s->child && s->open) {
        if (executor__child_send(s->child, order))
            said = answer(s, NULL, EXIT_GRACE_MS);
        if (strcmp(json_get_string(said, "is", ""), "closed") != 0)
            executor__child_kill(s->child);
        s->open = false;
        if (!said)
            g_free(executor__slot_end_child(s));
    }
    executor__turn_release(s->lane->turn);
    set_turn(s->lane, false);
}
