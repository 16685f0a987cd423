/* What the clock asks for: expired leases, models that are due, the janitor. */
#include "control/neighbours.h"
#include "control/outline.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "schedule/names.h"

#include <string.h>

#define REFRESH_MS 10000
#define TICK_MS    1000
#define AGAIN_MS   5000  /* a run is still at work */
#define TROUBLE_MS 60000 /* the schedule could not be made */
#define DUTY_MS    10000 /* how long a server that died keeps its duties */
#define HOUR_MS    (3600 * 1000LL)

static char *place_key(int64_t project, const char *environment)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "/%s", project, environment);
}

void control__look_again(struct control *c, int64_t project, const char *environment)
{
    g_autofree char *key = place_key(project, environment);

    g_hash_table_remove(c->due, key);
    c->next_tick_ms = MIN(c->next_tick_ms, c->now_ms);
    control__tell(c, TOLD_LOOK, json_string(key));
}

static void set_due(struct control *c, const struct state_place *p, int64_t at_ms)
{
    g_hash_table_replace(c->due, place_key(p->project, p->environment),
                         g_memdup2(&at_ms, sizeof at_ms));
}

static bool is_due(struct control *c, const struct state_place *p)
{
    g_autofree char *key = place_key(p->project, p->environment);
    const int64_t *due = g_hash_table_lookup(c->due, key);

    return !due || c->now_ms >= *due;
}

static bool is_running(struct control *c, const struct state_place *p, bool *yes, GError **error)
{
    g_autoptr(GPtrArray) open = state_open_works(c->state, p->project, error);

    *yes = false;
    for (guint i = 0; open && i < open->len; i++) {
        const struct state_work *w = open->pdata[i];

        *yes |= w->kind == WORK_RUN && strcmp(w->environment, p->environment) == 0;
    }
    return open != NULL;
}

/* Is anything to be run now? If not, *next_ms says when to look again. */
static bool find_due(struct control *c, const struct state_place *p, bool *due, int64_t *next_ms,
                     GError **error)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(outline) o = NULL;
    g_autoptr(GPtrArray) tasks = NULL;
    struct schedule_request request = {
        .start_ms = TIME_NONE,
        .end_ms = TIME_NONE,
        .execution_ms = c->now_ms,
        .now_ms = c->now_ms,
        .is_dev = !names_is_prod(p->environment),
    };

    if (!state_environment(c->state, p->project, p->environment, &e, error) || !e ||
        !(o = control__outline(c, p->project, e, error)) ||
        !control__outline_schedule(o, &request, error) ||
        !control__leave_out_paused(c, p, o, error))
        return false;
    tasks = schedule_tasks(o->schedule, &(struct schedule_stages){.is_run = true});
    *due = tasks->len > 0;
    *next_ms = MIN(schedule_next_due(o->snapshots, c->now_ms), c->now_ms + HOUR_MS);
    return true;
}

static bool add_run(struct control *c, const struct state_place *p, GError **error)
{
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(state_work) w = g_new0(struct state_work, 1);

    r->environment = g_strdup(p->environment);
    r->trigger = g_strdup("cadence");
    w->uid = id_new();
    w->project = p->project;
    w->kind = WORK_RUN;
    w->environment = g_strdup(p->environment);
    w->request = wire_to_text(&wire_run_request_type, r);
    w->trigger = g_strdup("cadence");
    w->execution_ms = c->now_ms;
    return control__add_work(c, w, error);
}

static bool look(struct control *c, const struct state_place *p, GError **error)
{
    bool running, due;
    int64_t next_ms;

    if (!is_running(c, p, &running, error))
        return false;
    if (running) {
        set_due(c, p, c->now_ms + AGAIN_MS);
        return true;
    }
    if (!find_due(c, p, &due, &next_ms, error))
        return false;
    set_due(c, p, next_ms);
    return !due || add_run(c, p, error);
}

/* In a savepoint, so that one environment's trouble is its own. */
static void look_safely(struct control *c, const struct state_place *p)
{
    g_autoptr(GError) error = NULL;
    bool ok;

    if (!control__begin_part(c, &error))
        return;
    if (!(ok = look(c, p, &error))) {
        log_event(LOG_ERROR, "no run could be made", "environment", p->environment, "error",
                  error ? error->message : "it is gone", NULL);
        set_due(c, p, c->now_ms + TROUBLE_MS);
    }
    control__close_part(c, ok);
}

static void run_cadence(struct control *c)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) places = state_on_cadence(c->state, &error);

    for (guint i = 0; places && i < places->len; i++)
        if (is_due(c, places->pdata[i]))
            look_safely(c, places->pdata[i]);
    if (error)
        log_event(LOG_ERROR, "the cadence could not be read", "error", error->message, NULL);
}

static void reap(struct control *c)
{
    g_autoptr(GError) error = NULL;
    int64_t next_ms = INT64_MAX;

    if (!queue_tick(c->queue, c->now_ms, &next_ms, &error))
        log_event(LOG_ERROR, "leases could not be looked at", "error", error->message, NULL);
    c->next_tick_ms = MIN(c->next_tick_ms, MAX(next_ms, c->now_ms + 1));
}

static void clean(struct control *c)
{
    if (c->now_ms < c->next_janitor_ms)
        return;
    control__janitor_tick(c);
    c->next_janitor_ms = c->now_ms + HOUR_MS;
}

static const struct {
    const char *name;
    void (*carry_out)(struct control *c);
} duties[DUTY_COUNT] = {
    [DUTY_LEASES] = {"leases",    reap       },
    [DUTY_SCHEDULER] = {"scheduler", run_cadence},
    [DUTY_JANITOR] = {"janitor",   clean      },
};

static bool wants(const struct control *c, int duty)
{
    return !(duty == DUTY_SCHEDULER && c->settings.no_scheduler) &&
           !(duty == DUTY_JANITOR && c->settings.no_janitor);
}

static bool has(struct control *c, int duty)
{
    struct state_duty d = {duties[duty].name, c->uid, DUTY_MS};
    g_autoptr(GError) error = NULL;
    bool held = false;

    if (!wants(c, duty) || !c->ear)
        return wants(c, duty);
    if (!state_take_duty(c->state, &d, c->now_ms, &held, &error))
        log_event(LOG_ERROR, "a duty could not be taken", "duty", d.name, "error", error->message,
                  NULL);
    return held;
}

/* Whoever had it before may have died in the middle of anything. */
static void take_over(struct control *c, int duty)
{
    g_autoptr(GError) error = NULL;

    if (c->ear)
        log_event(LOG_INFO, "this server takes a duty over", "duty", duties[duty].name, NULL);
    g_hash_table_remove_all(c->due);
    c->unsettled = c->ear != NULL;
    if (duty != DUTY_LEASES || !c->must_mend)
        return;
    c->must_mend = false;
    if (!queue_mend_times(c->queue, c->now_ms, &error))
        log_event(LOG_ERROR, "leases could not be mended", "error", error->message, NULL);
}

/* Duties of a server that is gone need not wait for their end. */
static void bury_the_dead(struct control *c)
{
    g_autoptr(GError) error = NULL;
    bool living, misses = false;

    for (int i = 0; i < DUTY_COUNT; i++)
        misses |= wants(c, i) && !(c->duties & 1u << i);
    if (c->ear && misses && !control__find_living(c->db, c->now_ms, &living, &error))
        log_event(LOG_ERROR, "other servers could not be looked at", "error", error->message, NULL);
}

/* Keys and what has ended, as other processes have left them. */
static void refresh(struct control *c)
{
    g_autoptr(GError) error = NULL;

    if (c->now_ms < c->next_refresh_ms && c->next_refresh_ms <= c->now_ms + REFRESH_MS)
        return;
    c->next_refresh_ms = c->now_ms + REFRESH_MS;
    if (!auth_refresh(c->auth, c->now_ms, &error))
        log_event(LOG_ERROR, "keys could not be read anew", "error", error->message, NULL);
}

void control__tick(struct control *c)
{
    unsigned before = c->duties;

    c->next_tick_ms = c->now_ms + TICK_MS;
    refresh(c);
    bury_the_dead(c);
    c->duties = 0;
    for (int i = 0; i < DUTY_COUNT; i++) {
        if (!has(c, i))
            continue;
        c->duties |= 1u << i;
        if (!(before & 1u << i))
            take_over(c, i);
        duties[i].carry_out(c);
    }
    if (c->unsettled && control__note_open_works(c, NULL))
        c->unsettled = false;
    c->ticked_ms = clock_monotonic_ms();
}
