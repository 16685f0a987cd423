#include "executor/health.h"

#include "executor/executor_int.h"

#include <string.h>

#define TOO_OLD_MS 120000 /* a long poll, its timeout and some rest */

static void reply(struct http_call *c, unsigned status, const char *text)
{
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    http_reply(c, status, "text/plain; charset=utf-8", line, strlen(line));
}

static void healthz(struct http_call *c, void *data)
{
    int64_t age = executor__age_ms(data, clock_monotonic_ms());
    g_autofree char *text =
        g_strdup_printf("the slowest loop turned %" G_GINT64_FORMAT " ms ago", age);

    reply(c, age < TOO_OLD_MS ? 200 : 503, text);
}

static void readyz(struct http_call *c, void *data)
{
    g_autofree char *why = NULL;
    bool ready = executor__is_ready(data, &why);

    reply(c, ready ? 200 : 503, ready ? "ready" : why);
}

static void add(GString *out, const char *name, const char *type, int64_t value)
{
    g_string_append_printf(
        out, "# TYPE heddle_executor_%s %s\nheddle_executor_%s %" G_GINT64_FORMAT "\n", name, type,
        name, value);
}

static void add_counters(GString *out, const struct counters *c)
{
    add(out, "tasks_succeeded_total", "counter", c->succeeded);
    add(out, "tasks_failed_total", "counter", c->failed);
    add(out, "tasks_given_back_total", "counter", c->released);
    add(out, "results_stale_total", "counter", c->stale);
    add(out, "leases_lost_total", "counter", c->leases_lost);
    add(out, "claims_total", "counter", c->claims);
    add(out, "claims_failed_total", "counter", c->claims_failed);
    add(out, "workers_died_total", "counter", c->workers_died);
}

static void add_jobs(GString *out, const struct executor *e)
{
    int64_t states[JOB_REPORTED + 1] = {0}, log_bytes = 0;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, e->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct job *j = value;

        states[j->state]++;
        log_bytes += (int64_t)j->log.pending->len;
    }
    add(out, "tasks_waiting", "gauge", states[JOB_QUEUED]);
    add(out, "tasks_running", "gauge", states[JOB_RUNNING]);
    add(out, "results_waiting", "gauge", states[JOB_ENDED]);
    add(out, "log_bytes_waiting", "gauge", log_bytes);
    add(out, "ready", "gauge", e->phase == PHASE_SERVING && e->welcomed && !e->trouble);
}

static void add_lanes(GString *out, const struct executor *e)
{
    g_string_append(out, "# TYPE heddle_executor_gateway gauge\n");
    for (guint i = 0; i < e->lanes->len; i++) {
        const struct lane *lane = e->lanes->pdata[i];

        g_string_append_printf(out, "heddle_executor_gateway{name=\"%s\",state=\"%s\"} 1\n",
                               lane->name, executor__lane_state_names[lane->state]);
    }
}

static void metrics(struct http_call *c, void *data)
{
    struct executor *e = data;
    g_autoptr(GString) out = g_string_new(NULL);

    pthread_mutex_lock(&e->lock);
    add_counters(out, &e->counters);
    add_jobs(out, e);
    add_lanes(out, e);
    pthread_mutex_unlock(&e->lock);
    http_reply(c, 200, "text/plain; version=0.0.4", out->str, out->len);
}

static const struct http_route routes[] = {
    {"GET", "/healthz", 0, healthz, "every loop turns",                 NULL, NULL, 1},
    {"GET", "/readyz",  0, readyz,  "logged in and allowed to claim",   NULL, NULL, 1},
    {"GET", "/metrics", 0, metrics, "counts, in Prometheus' text form", NULL, NULL, 1},
    {NULL,  NULL,       0, NULL,    NULL,                               NULL, NULL, 0},
};

struct http_server *executor__health_start(struct executor *e, const char *listen, GError **error)
{
    struct http_server_settings settings = {
        .listen = listen, .routes = routes, .data = e, .threads = 1};

    return http_server_start(&settings, error);
}
