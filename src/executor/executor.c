#include "executor/executor_int.h"

#include "base/ids.h"

#include <signal.h>
#include <string.h>

#define LEASE_TTL_MS 30000 /* until the control plane has said */
#define POLL_MS      20000
#define GRACE_MS     10000

static bool check_options(const struct executor_options *o, GError **error)
{
    static const char *const kinds[] = {"apply", "run", "both", NULL};

    if (!g_strv_contains(kinds, o->kind)) {
        g_set_error(error, executor_error(), ERROR_INVALID,
                    "There is no executor of kind \"%s\".\nhint: say apply or run.", o->kind);
        return false;
    }
    if (o->config->gateways->len > 0)
        return true;
    g_set_error(error, executor_error(), ERROR_INVALID, "No gateway is configured.");
    error_hint(error, "set SQLMESH__GATEWAYS__<NAME>__CONNECTION__TYPE and the connection's other "
                      "parameters.");
    return false;
}

static bool add_lane(struct executor *e, const struct executor_options *o, guint i,
                     const struct api_settings *api, GError **error)
{
    const struct config *config = o->config;
    const struct config_gateway *g = config->gateways->pdata[i];
    struct lane *lane = executor__lane_new(e, g, error);

    if (!lane)
        return false;
    g_ptr_array_add(e->lanes, lane);
    lane->is_default = executor__is_default(config, g);
    executor__lane_know(lane, o->known);
    return executor__caller_open(&lane->claimer, e, "claimer", api, error);
}

static bool open_callers(struct executor *e, const struct executor_options *o,
                         const struct api_settings *api, GError **error)
{
    for (guint i = 0; i < o->config->gateways->len; i++)
        if (!add_lane(e, o, i, api, error))
            return false;
    return executor__caller_open(&e->greeter, e, "greeter", api, error) &&
           executor__caller_open(&e->keeper, e, "lease keeper", api, error) &&
           executor__caller_open(&e->reporter, e, "reporter", api, error) &&
           executor__caller_open(&e->shipper, e, "log shipper", api, error);
}

static void init_lock(struct executor *e)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&e->lock, NULL);
    e->metrics = executor__metrics_new();
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&e->changed, &attributes);
    pthread_cond_init(&e->flow, &attributes);
    pthread_condattr_destroy(&attributes);
}

static struct executor *executor_new(const struct executor_options *o)
{
    struct executor *e = g_new0(struct executor, 1);

    init_lock(e);
    e->id = id_new();
    e->kind = g_strdup(o->kind);
    e->name = g_strdup(o->name ? o->name : g_get_host_name());
    e->program = g_strdup(o->worker_program);
    e->once = o->once;
    e->memory_allowed = o->memory_allowed;
    e->grace_ms = o->cancel_grace_ms > 0 ? o->cancel_grace_ms : GRACE_MS;
    e->owns_redactor = !o->redactor;
    e->redactor = o->redactor ? o->redactor : redactor_new();
    e->client_secret = g_strdup(o->client_secret);
    e->lanes = g_ptr_array_new_with_free_func((GDestroyNotify)executor__lane_free);
    e->jobs =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)executor__job_free);
    e->lease_ttl_ms = LEASE_TTL_MS;
    e->clock_ms = clock_now_ms() - clock_monotonic_ms();
    e->poll_ms = POLL_MS;
    e->needs_hello = true;
    redactor_add(e->redactor, o->client_secret);
    redactor_add(e->redactor, o->token);
    config_register_secrets(o->config, e->redactor);
    return e;
}

static void executor_free(struct executor *e)
{
    executor__caller_close(&e->greeter);
    executor__caller_close(&e->keeper);
    executor__caller_close(&e->reporter);
    executor__caller_close(&e->shipper);
    g_hash_table_unref(e->jobs);
    g_ptr_array_unref(e->lanes);
    if (e->owns_redactor)
        redactor_free(e->redactor);
    metrics_free(e->metrics);
    g_free(e->client_secret);
    g_free(e->trouble);
    g_free(e->program);
    g_free(e->name);
    g_free(e->kind);
    g_free(e->id);
    pthread_cond_destroy(&e->changed);
    pthread_cond_destroy(&e->flow);
    pthread_mutex_destroy(&e->lock);
    g_free(e);
}

static void start_thread(pthread_t *thread, bool *started, void *(*loop)(void *), void *data)
{
    int failed = pthread_create(thread, NULL, loop, data);

    if (failed)
        g_error("a thread cannot be started: %s", g_strerror(failed));
    *started = true;
}

static void start_caller(struct caller *c, void *(*loop)(void *), void *data)
{
    start_thread(&c->thread, &c->started, loop, data);
}

static void start_lane(struct lane *lane)
{
    start_caller(&lane->claimer, executor__claim_loop, lane);
    for (int64_t i = 0; i < lane->slot_count; i++)
        start_thread(&lane->slots[i].thread, &lane->slots[i].started, executor__slot_loop,
                     &lane->slots[i]);
}

/* Signals are for the command's own thread. */
static void start_threads(struct executor *e)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (guint i = 0; i < e->lanes->len; i++)
        start_lane(e->lanes->pdata[i]);
    start_caller(&e->greeter, executor__greeter_loop, e);
    start_caller(&e->keeper, executor__keeper_loop, e);
    start_caller(&e->reporter, executor__reporter_loop, e);
    start_caller(&e->shipper, executor__shipper_loop, e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct executor *executor_start(const struct executor_options *o, GError **error)
{
    struct api_settings api = {.url = o->url,
                               .token_url = o->token_url,
                               .client_id = o->client_id,
                               .client_secret = o->client_secret,
                               .token = o->token};
    struct executor *e;

    if (!check_options(o, error))
        return NULL;
    e = executor_new(o);
    if (!open_callers(e, o, &api, error)) {
        executor_free(e);
        return NULL;
    }
    start_threads(e);
    return e;
}

/* Why it is not welcomed, as far as it is known. */
static void set_trouble(const struct executor *e, GError **error)
{
    if (e->trouble) {
        g_set_error_literal(error, executor_error(), e->trouble_code, e->trouble);
        return;
    }
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        if (lane->facts)
            continue;
        g_set_error(error, executor_error(), ERROR_UNAVAILABLE, "Gateway %s is not open (%s)%s%s",
                    lane->name, executor__lane_state_names[lane->state], lane->trouble ? ": " : ".",
                    lane->trouble ? lane->trouble : "");
        return;
    }
    g_set_error(error, executor_error(), ERROR_UNAVAILABLE,
                "The control plane has not answered yet.");
}

/* Waiting longer will not help: every gateway refused, or the login. */
static bool is_hopeless(const struct executor *e)
{
    bool refused = true;

    for (guint i = 0; i < e->lanes->len; i++)
        refused = refused && ((const struct lane *)e->lanes->pdata[i])->state == LANE_DOWN;
    return refused || (e->trouble && e->trouble_code == ERROR_DENIED);
}

bool executor_wait_ready(struct executor *e, int64_t timeout_ms, GError **error)
{
    int64_t until = clock_monotonic_ms() + timeout_ms, left;
    bool ready;

    pthread_mutex_lock(&e->lock);
    while (!e->welcomed && !is_hopeless(e) && (left = until - clock_monotonic_ms()) > 0)
        executor__wait(e, left);
    ready = e->welcomed;
    if (!ready)
        set_trouble(e, error);
    pthread_mutex_unlock(&e->lock);
    return ready;
}

GPtrArray *executor_gateways(struct executor *e)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)wire_gateway_free);

    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        if (lane->facts)
            g_ptr_array_add(list, wire_copy(&wire_gateway_type, lane->facts));
    }
    pthread_mutex_unlock(&e->lock);
    return list;
}

bool executor_wait_ended(struct executor *e, int64_t timeout_ms)
{
    int64_t until = clock_monotonic_ms() + timeout_ms, left;
    bool ended;

    pthread_mutex_lock(&e->lock);
    while (!e->ended && (left = until - clock_monotonic_ms()) > 0)
        executor__wait(e, left);
    ended = e->ended;
    pthread_mutex_unlock(&e->lock);
    return ended;
}

/* Jobs that may stop now: those not begun, and when cancelling those that run. */
static void stop_jobs(struct executor *e)
{
    g_autoptr(GList) jobs = g_hash_table_get_values(e->jobs);

    for (GList *at = jobs; at; at = at->next) {
        struct job *j = at->data;

        if (j->state == JOB_QUEUED || e->phase == PHASE_CANCELLING)
            executor__job_stop(j, STOP_SHUTDOWN);
    }
}

static void enter(struct executor *e, enum phase phase)
{
    pthread_mutex_lock(&e->lock);
    if (e->phase < phase) {
        e->phase = phase;
        e->cancel_ms = clock_monotonic_ms();
        stop_jobs(e);
        executor__tell(e);
    }
    pthread_mutex_unlock(&e->lock);
    for (guint i = 0; i < e->lanes->len; i++)
        api_interrupt(((struct lane *)e->lanes->pdata[i])->claimer.api);
}

void executor_expect_work(struct executor *e)
{
    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < e->lanes->len; i++) {
        struct lane *lane = e->lanes->pdata[i];

        lane->work_expected = lane->is_default;
    }
    executor__tell(e);
    pthread_mutex_unlock(&e->lock);
}

void executor_drain(struct executor *e)
{
    enter(e, PHASE_DRAINING);
}

void executor_cancel(struct executor *e)
{
    enter(e, PHASE_CANCELLING);
}

static void join_caller(struct caller *c)
{
    if (c->started)
        pthread_join(c->thread, NULL);
}

static void join_lane(struct lane *lane)
{
    join_caller(&lane->claimer);
    for (int64_t i = 0; i < lane->slot_count; i++)
        if (lane->slots[i].started)
            pthread_join(lane->slots[i].thread, NULL);
}

void executor_stop(struct executor *e, int64_t drain_ms)
{
    if (!e)
        return;
    executor_drain(e);
    if (!executor_wait_ended(e, drain_ms))
        executor_cancel(e);
    for (guint i = 0; i < e->lanes->len; i++)
        join_lane(e->lanes->pdata[i]);
    join_caller(&e->reporter);
    join_caller(&e->shipper);
    join_caller(&e->greeter);
    join_caller(&e->keeper);
    executor_free(e);
}

static void reload_lane(struct lane *lane, const struct config *config)
{
    struct config_gateway *g = config_gateway(config, lane->name, NULL);

    if (!g) {
        log_event(LOG_WARNING, "a gateway is no longer configured: restart to be rid of it",
                  "gateway", lane->name, NULL);
        return;
    }
    json_decref(lane->connection);
    lane->connection = json_deep_copy(g->connection);
    lane->probe_ms = 0;
}

void executor__reload(struct executor *e, const struct config *config, const char *client_secret)
{
    config_register_secrets(config, e->redactor);
    redactor_add(e->redactor, client_secret);
    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < e->lanes->len; i++)
        reload_lane(e->lanes->pdata[i], config);
    if (config->gateways->len > e->lanes->len)
        log_event(LOG_WARNING, "a gateway was added: restart to use it", NULL);
    g_free(e->client_secret);
    e->client_secret = g_strdup(client_secret);
    e->generation++;
    executor__tell(e);
    pthread_mutex_unlock(&e->lock);
    log_event(LOG_INFO, "settings were read again: workers open their gateways anew", NULL);
}

bool executor__is_ready(struct executor *e, char **why)
{
    g_autoptr(GError) error = NULL;
    bool ready;

    pthread_mutex_lock(&e->lock);
    ready = e->phase == PHASE_SERVING && e->welcomed && !e->trouble;
    if (e->phase != PHASE_SERVING)
        *why = g_strdup("This executor is draining: it claims nothing more.");
    else if (!ready)
        set_trouble(e, &error);
    pthread_mutex_unlock(&e->lock);
    if (error)
        *why = g_strdup(error->message);
    return ready;
}

static int64_t older(int64_t age, const struct caller *c, int64_t now_ms)
{
    return c->turn_ms ? MAX(age, now_ms - c->turn_ms) : age;
}

int64_t executor__age_ms(struct executor *e, int64_t now_ms)
{
    int64_t age = 0;

    pthread_mutex_lock(&e->lock);
    for (guint i = 0; i < e->lanes->len; i++)
        age = older(age, &((const struct lane *)e->lanes->pdata[i])->claimer, now_ms);
    age = older(age, &e->greeter, now_ms);
    age = older(age, &e->keeper, now_ms);
    age = older(age, &e->reporter, now_ms);
    age = older(age, &e->shipper, now_ms);
    pthread_mutex_unlock(&e->lock);
    return age;
}
