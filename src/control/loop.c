/* The loop: every request that waits is carried out in one transaction, each in a savepoint of its
 * own, and answered after the commit. */
#include "control/audit_log.h"
#include "control/neighbours.h"
#include "control/porter.h"

#include "auth/people.h"
#include "base/clock.h"
#include "base/faults.h"
#include "base/log.h"

#include <string.h>
#include <time.h>

#define IDLE_MS 1000 /* the longest sleep */
#define JUMP_MS 1000 /* a wall clock that moves so far at once was set */

void control__op_free(struct op *op)
{
    if (!op)
        return;
    if (op->endpoint && op->endpoint->takes)
        wire_free(op->endpoint->takes, op->message);
    json_decref(op->answer);
    auth_try_free(op->attempt);
    g_free(op->text);
    g_clear_error(&op->error);
    g_free(op);
}

static void finish_inside(struct control *c, struct op *op)
{
    pthread_mutex_lock(&c->lock);
    op->done = true;
    pthread_cond_broadcast(&c->done);
    pthread_mutex_unlock(&c->lock);
}

static void reply(struct control *c, struct op *op)
{
    if (!op->call) {
        finish_inside(c, op); /* belongs to the thread that waits for it */
        return;
    }
    if (op->error)
        http_reply_error(op->call, op->error);
    else if (op->text)
        http_reply(op->call, op->status ? op->status : 200, op->text_type, op->text,
                   strlen(op->text));
    else
        http_reply_json(op->call, op->status ? op->status : 200,
                        op->answer ? g_steal_pointer(&op->answer) : json_object());
    control__op_free(op);
}

static void refuse(struct control *c, struct op *op)
{
    g_clear_error(&op->error);
    g_set_error(&op->error, control_error(), ERROR_UNAVAILABLE,
                "The control plane is stopping.\nhint: ask again in a moment.");
    reply(c, op);
}

void control__submit(struct control *c, struct op *op)
{
    bool stopping;

    pthread_mutex_lock(&c->lock);
    stopping = c->stopping;
    if (!stopping) {
        g_queue_push_tail(&c->incoming, op);
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    if (stopping)
        refuse(c, op);
}

/* A project comes into being when somebody asks for it who may change something. */
static bool only_looks(const struct op *op)
{
    const struct auth_identity *who = http_user(op->call);

    return who && who->role == ROLE_VIEWER;
}

static bool find_project(struct control *c, struct op *op, GError **error)
{
    const char *organisation = http_param(op->call, "org");
    g_autofree char *path = NULL;

    if (!organisation || op->project)
        return true;
    path = g_strdup_printf("%s/%s", organisation, http_param(op->call, "project"));
    if (!only_looks(op))
        return state_project(c->state, path, &op->project, error);
    if (!state_find_project(c->state, path, &op->project, error))
        return false;
    if (!op->project)
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no project %.200s.", path);
    return op->project != 0;
}

static bool in_savepoint(struct control *c, struct op *op, GError **error)
{
    if (!control__begin_part(c, error))
        return false;
    if (find_project(c, op, error) && op->endpoint->run(c, op, error) &&
        control__record(c, op, error))
        return control__keep_part(c, error);
    control__close_part(c, false);
    return false;
}

/* What waits may be revoked meanwhile. */
static bool is_void(struct control *c, const struct op *op)
{
    const struct auth_identity *who = op->call ? http_user(op->call) : NULL;

    return who && auth_has_ended(c->auth, who);
}

static void refuse_void(struct op *op)
{
    g_clear_error(&op->error);
    json_decref(op->answer);
    http_add_header(op->call, "WWW-Authenticate", "Bearer");
    op->status = 401;
    op->answer =
        json_pack("{s:s, s:s}", "error", "denied", "message", "The token has been revoked.");
}

/* Carry a request out; afterwards it is parked or waits for the commit to be answered. */
static void run(struct control *c, struct op *op)
{
    op->park = PARK_NOT;
    op->retry_ms = INT64_MAX;
    if (is_void(c, op))
        refuse_void(op);
    else if (!in_savepoint(c, op, &op->error))
        op->park = PARK_NOT;
    g_ptr_array_add(op->park == PARK_NOT ? c->answered : c->parked, op);
}

static bool contains(const GArray *ids, int64_t id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, int64_t, i) == id)
            return true;
    return false;
}

static bool is_called(const struct control *c, const struct op *op, const GArray *woken,
                      const GArray *touched)
{
    return (op->park == PARK_CLAIM &&
            (c->all_woken || contains(woken, op->key) || contains(c->woken, op->key))) ||
           (op->park == PARK_POLL &&
            (c->all_woken || contains(touched, op->key) || contains(c->touched, op->key))) ||
           (op->park == PARK_QUERY && (op->answer || op->error));
}

/* What other servers said counts once. */
static void forget_news(struct control *c)
{
    g_array_set_size(c->woken, 0);
    g_array_set_size(c->touched, 0);
    c->all_woken = false;
}

/* Run again what was waited for; true when something was. */
static bool serve_parked(struct control *c)
{
    g_autoptr(GArray) woken = queue_take_woken(c->queue);
    g_autoptr(GArray) touched = queue_take_touched(c->queue);
    g_autoptr(GPtrArray) all = g_steal_pointer(&c->parked);
    bool served = false;

    control__tell_numbers(c, TOLD_WOKEN, woken);
    control__tell_numbers(c, TOLD_TOUCHED, touched);
    c->parked = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++) {
        struct op *op = all->pdata[i];

        op->expired = c->now_ms >= op->deadline_ms;
        if (op->expired || c->now_ms >= op->retry_ms || is_called(c, op, woken, touched)) {
            run(c, op);
            served = true;
        } else
            g_ptr_array_add(c->parked, op);
    }
    forget_news(c);
    return served;
}

static void answer_all(struct control *c, const GError *error)
{
    for (guint i = 0; i < c->answered->len; i++) {
        struct op *op = c->answered->pdata[i];

        if (error && !op->error)
            op->error = g_error_copy(error);
        reply(c, op);
    }
    g_ptr_array_set_size(c->answered, 0);
}

static double seconds_since(int64_t us)
{
    return (double)(clock_monotonic_us() - us) / 1e6;
}

static bool commit(struct control *c, GError **error)
{
    int64_t began_us = clock_monotonic_us();

    if (fault("control_before_commit")) {
        g_set_error(error, control_error(), ERROR_UNAVAILABLE, "The fault of a test.");
        return false;
    }
    if (!control__send_told(c, error) || !db_commit(c->db, error))
        return false;
    metrics_observe(c->metrics, M_DB_COMMIT_SECONDS, METRIC_PLAIN, seconds_since(began_us));
    fault("control_after_commit");
    return true;
}

int64_t control__now(const struct control *c)
{
    return db_now_ms(c->db);
}

/* What is parked by now began in a transaction that is committed. */
static void note_committed(struct control *c)
{
    c->shift_ms = 0;
    for (guint i = 0; i < c->parked->len; i++)
        ((struct op *)c->parked->pdata[i])->settled = true;
}

static int64_t clock_jump(const struct control *c)
{
    int64_t jump_ms = control__now(c) - clock_monotonic_ms() - c->clock_ms;

    return ABS(jump_ms) > JUMP_MS ? jump_ms : 0;
}

static void shift(int64_t *moment_ms, int64_t by_ms)
{
    if (*moment_ms != INT64_MAX)
        *moment_ms += by_ms;
}

/* What waits for a moment waits no longer, and no shorter, because the wall clock was set. */
static void follow_clock(struct control *c)
{
    int64_t jump_ms = clock_jump(c), *seen_ms;
    GHashTableIter iter;

    c->now_ms = control__now(c);
    c->ahead_ms = c->clock_ms = c->now_ms - clock_monotonic_ms();
    if (jump_ms == 0)
        return;
    c->shift_ms += jump_ms;
    c->next_tick_ms = c->now_ms;
    shift(&c->next_janitor_ms, jump_ms);
    g_hash_table_remove_all(c->due);
    g_hash_table_iter_init(&iter, c->seen);
    while (g_hash_table_iter_next(&iter, NULL, (void **)&seen_ms))
        *seen_ms += jump_ms;
    for (guint i = 0; i < c->parked->len; i++) {
        struct op *op = c->parked->pdata[i];

        shift(&op->deadline_ms, jump_ms);
        shift(&op->retry_ms, jump_ms);
    }
    log_event(LOG_WARNING, "the clock was set: leases keep their length", NULL);
}

static void shift_leases(struct control *c)
{
    g_autoptr(GError) error = NULL;

    if (!(c->duties & 1u << DUTY_LEASES))
        c->shift_ms = 0; /* whoever looks after leases shifts them, once */
    if (c->shift_ms != 0 && !queue_shift(c->queue, c->shift_ms, &error))
        log_event(LOG_ERROR, "leases could not follow the clock", "error", error->message, NULL);
}

static void work(struct control *c, GQueue *ops)
{
    struct op *op;

    shift_leases(c);
    while ((op = g_queue_pop_head(ops))) {
        op->arrived_ms = c->now_ms;
        op->deadline_ms = INT64_MAX;
        run(c, op);
    }
    if (c->now_ms >= c->next_tick_ms)
        control__tick(c);
    do
        control__settle(c);
    while (serve_parked(c));
}

static void take_alone(struct control *c, GQueue *ops)
{
    for (GList *i = ops->head, *next; i; i = next) {
        struct op *op = i->data;

        next = i->next;
        if (op->call && !op->endpoint->alone)
            continue;
        g_queue_delete_link(ops, i);
        if (op->call) {
            op->park = PARK_NOT;
            if (!op->endpoint->run(c, op, &op->error))
                reply(c, op);
            else if (op->park == PARK_HASH)
                control__porter_take(c->porter, op);
            else
                control__op_free(op); /* it has replied by itself */
        } else {
            op->inside(c, op, op->data);
            reply(c, op);
        }
    }
}

/* After a transaction that failed: what was to be looked at by now is answered with the failure,
 * and what began in it: the numbers it waits for were never given, and will be given to others. */
static void take_overdue(struct control *c)
{
    g_autoptr(GPtrArray) all = g_steal_pointer(&c->parked);

    c->parked = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++) {
        struct op *op = all->pdata[i];
        bool overdue = c->now_ms >= MIN(op->deadline_ms, op->retry_ms);

        g_ptr_array_add(overdue || !op->settled ? c->answered : c->parked, op);
    }
    c->all_woken = true; /* nobody knows who was called */
}

/* Everything that waits, once. */
static void cycle(struct control *c, GQueue *ops)
{
    g_autoptr(GError) error = NULL;
    int64_t began_us;
    struct op *op;

    follow_clock(c);
    take_alone(c, ops);
    began_us = clock_monotonic_us();
    if (db_begin(c->db, &error)) {
        follow_clock(c); /* the database has told its time */
        control__hear(c);
        work(c, ops);
        if (commit(c, &error))
            note_committed(c);
        else
            db_rollback(c->db);
    }
    metrics_observe(c->metrics, M_DB_TRANSACTION_SECONDS, METRIC_PLAIN, seconds_since(began_us));
    while ((op = g_queue_pop_head(ops)))
        g_ptr_array_add(c->answered, op);
    if (error) {
        take_overdue(c);
        state_undone(c->state);
        json_object_clear(c->told);
        g_hash_table_remove_all(c->works);
        metrics_add(c->metrics, M_DB_FAILED, METRIC_PLAIN, 1);
        log_event(LOG_ERROR, "a transaction failed", "error", error->message, NULL);
        c->next_tick_ms = c->now_ms + IDLE_MS;
    }
    answer_all(c, error);
}

static int64_t next_duty(const struct control *c)
{
    int64_t next = c->next_tick_ms;

    for (guint i = 0; i < c->parked->len; i++) {
        const struct op *op = c->parked->pdata[i];

        next = MIN(next, MIN(op->deadline_ms, op->retry_ms));
    }
    return next;
}

static void sleep_until(struct control *c, int64_t next_ms)
{
    int64_t ms = CLAMP(next_ms - control__now(c), 0, IDLE_MS);
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (ms > 0)
        pthread_cond_timedwait(&c->wake, &c->lock, &until);
}

/* Wait for requests or a duty; false when it is time to stop. */
static bool await(struct control *c, GQueue *ops)
{
    int64_t next = next_duty(c);
    bool go_on;

    c->turned_ms = clock_monotonic_ms();
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && g_queue_is_empty(&c->incoming) && g_queue_is_empty(&c->told_us) &&
           clock_jump(c) == 0 && control__now(c) < next)
        sleep_until(c, next);
    *ops = c->incoming;
    g_queue_init(&c->incoming);
    c->news = c->told_us;
    g_queue_init(&c->told_us);
    go_on = !c->stopping;
    pthread_mutex_unlock(&c->lock);
    return go_on;
}

static void *loop(void *data)
{
    struct control *c = data;
    GQueue ops = G_QUEUE_INIT;
    struct op *op;

    while (await(c, &ops))
        cycle(c, &ops);
    while ((op = g_queue_pop_head(&ops)))
        refuse(c, op);
    for (guint i = 0; i < c->parked->len; i++)
        refuse(c, c->parked->pdata[i]);
    g_ptr_array_set_size(c->parked, 0);
    return NULL;
}

bool control__loop_start(struct control *c, GError **error)
{
    int rc = pthread_create(&c->thread, NULL, loop, c);

    c->started = rc == 0;
    if (rc != 0)
        g_set_error(error, control_error(), ERROR_FAILED, "No thread for the loop: %s.",
                    g_strerror(rc));
    return rc == 0;
}

void control__loop_stop(struct control *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    if (c->started)
        pthread_join(c->thread, NULL);
    c->started = false;
}
