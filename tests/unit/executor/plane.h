/* plane.h -- a control plane of a few lines: it hands out the tasks a test gives it, and remembers
 * what executors say. Real HTTP, real workers: this program itself, called with "worker". */
#ifndef HEDDLE_TESTS_EXECUTOR_PLANE_H
#define HEDDLE_TESTS_EXECUTOR_PLANE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "executor/executor_int.h"
#include "executor/worker.h"
#include "http/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 30000
#define PROJECT     "/sqlmesh/acme/shop"
#define ROUTES      PROJECT "/api/heddle/v1/"
#define SLOW_QUERY  "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"

__attribute__((constructor)) static void be_a_worker(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "worker") == 0)
        _exit(worker_main());
}

struct plane {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_server *server;
    char *url, folder[64];
    pthread_t claims_thread;
    GQueue waiting;            /* of struct waiting_claim * */
    GQueue ready[2];           /* of json_t *: tasks for apply and run executors */
    GHashTable *kind;          /* executor id -> its kind, 0 or 1, as a pointer + 1 */
    json_t *hello;             /* the last one */
    json_t *results;           /* all, in order */
    GString *log;              /* all tasks' logs */
    GString *secrets;          /* client secrets that were used, a line each */
    const char *lose, *cancel; /* task ids whose leases renew answers with */
    const char *lose_older;    /* the same, with the fence of the lease before */
    int hellos, claims, renewals, claimed, ttl_ms, fence;
    int strangers; /* so many results are answered by another program in its place */
    int refused;   /* calls while it was down */
    bool down;     /* answers 503 */
    bool forgets;  /* answers 404 to the next claim */
    bool stopping;
};

static struct plane plane;

static void *answer_json(struct http_call *c, json_t *body)
{
    http_reply_json(c, 200, body);
    return NULL;
}

/* NULL when the call was answered: the plane is down. With the lock held otherwise. */
static json_t *enter_route(struct http_call *c)
{
    json_t *body = http_body_json(c, NULL);

    pthread_mutex_lock(&plane.lock);
    if (!plane.down)
        return body ? body : json_object();
    plane.refused++;
    pthread_cond_broadcast(&plane.changed);
    pthread_mutex_unlock(&plane.lock);
    json_decref(body);
    http_reply_problem(c, 503, "unavailable", "It is down.");
    return NULL;
}

static void leave_route(json_t *body)
{
    pthread_cond_broadcast(&plane.changed);
    pthread_mutex_unlock(&plane.lock);
    json_decref(body);
}

static void plane_hello(struct http_call *c, void *data)
{
    json_t *body = enter_route(c);
    bool run;

    (void)data;
    if (!body)
        return;
    run = strcmp(json_get_string(body, "kind", ""), "run") == 0;
    g_hash_table_replace(plane.kind, g_strdup(json_get_string(body, "executor_id", "")),
                         GINT_TO_POINTER(run + 1));
    json_decref(plane.hello);
    plane.hello = json_incref(body);
    plane.hellos++;
    leave_route(body);
    answer_json(c,
                json_pack("{s:i, s:i, s:I, s:i, s:b}", "lease_ttl_ms", plane.ttl_ms, "poll_ms", 500,
                          "now_ms", clock_now_ms(), "max_log_bytes", 1000000, "queries", 1));
}

static json_t *take(GQueue *ready, const char *executor, int64_t n)
{
    json_t *tasks = json_array(), *task;

    while (n-- > 0 && (task = g_queue_pop_head(ready))) {
        json_object_set_new(task, "fence", json_integer(++plane.fence));
        json_object_set_new(task, "executor", json_string(executor));
        json_array_append_new(tasks, task);
        plane.claimed++;
    }
    return tasks;
}

static void wait_a_little(int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&plane.changed, &plane.lock, &until);
}

/* A claim that waits holds no thread of the server: those are for other connections. */
struct waiting_claim {
    struct http_call *call;
    char *executor;
    int kind;
    int64_t free, until_ms;
};

static bool is_due(const struct waiting_claim *w)
{
    return !g_queue_is_empty(&plane.ready[w->kind]) || clock_monotonic_ms() >= w->until_ms ||
           plane.stopping;
}

/* With the lock held. Takes `w`. */
static void answer_claim(struct waiting_claim *w)
{
    answer_json(w->call,
                json_pack("{s:o}", "tasks", take(&plane.ready[w->kind], w->executor, w->free)));
    g_free(w->executor);
    g_free(w);
}

static void *answer_claims(void *data)
{
    (void)data;
    pthread_mutex_lock(&plane.lock);
    while (!plane.stopping || plane.waiting.head) {
        for (GList *at = plane.waiting.head, *next; at; at = next) {
            next = at->next;
            if (!is_due(at->data))
                continue;
            answer_claim(at->data);
            g_queue_delete_link(&plane.waiting, at);
        }
        wait_a_little(20);
    }
    pthread_mutex_unlock(&plane.lock);
    return NULL;
}

static void plane_claim(struct http_call *c, void *data)
{
    json_t *body = enter_route(c);
    const char *executor = json_get_string(body, "executor_id", "");
    const json_t *slot = json_array_get(json_object_get(body, "slots"), 0);
    struct waiting_claim *w;
    int kind;

    (void)data;
    if (!body)
        return;
    plane.claims++;
    kind = GPOINTER_TO_INT(g_hash_table_lookup(plane.kind, executor)) - 1;
    if (kind < 0 || plane.forgets) {
        plane.forgets = false;
        leave_route(body);
        http_reply_problem(c, 404, "not_found", "Say hello first.");
        return;
    }
    w = g_new0(struct waiting_claim, 1);
    *w = (struct waiting_claim){c, g_strdup(executor), kind, json_get_int(slot, "free", 0),
                                clock_monotonic_ms() + json_get_int(body, "wait_ms", 0)};
    http_suspend(c);
    g_queue_push_tail(&plane.waiting, w);
    leave_route(body);
}

static void plane_renew(struct http_call *c, void *data)
{
    json_t *body = enter_route(c), *leases = json_object_get(body, "leases"), *answer;

    (void)data;
    if (!body)
        return;
    answer = json_pack("{s:[], s:[]}", "lost", "cancelled");
    for (size_t i = 0; i < json_array_size(leases); i++) {
        json_t *l = json_array_get(leases, i);
        const char *id = json_get_string(l, "task_id", "");

        if (g_strcmp0(id, plane.lose) == 0)
            json_array_append(json_object_get(answer, "lost"), l);
        if (g_strcmp0(id, plane.lose_older) == 0)
            json_array_append_new(json_object_get(answer, "lost"),
                                  json_pack("{s:s, s:I}", "task_id", id, "fence",
                                            (json_int_t)json_get_int(l, "fence", 0) - 1));
        if (g_strcmp0(id, plane.cancel) == 0)
            json_array_append(json_object_get(answer, "cancelled"), l);
    }
    plane.renewals++;
    leave_route(body);
    answer_json(c, answer);
}

static void plane_finish(struct http_call *c, void *data)
{
    json_t *body = enter_route(c);

    (void)data;
    if (!body)
        return;
    if (plane.strangers > 0) {
        plane.strangers--;
        leave_route(body);
        answer_json(c, json_pack("{s:s}", "hello", "world"));
        return;
    }
    json_array_extend(plane.results, json_object_get(body, "results"));
    leave_route(body);
    answer_json(c, json_pack("{s:[]}", "stale"));
}

static void plane_logs(struct http_call *c, void *data)
{
    json_t *body = enter_route(c), *piece;
    size_t i;

    (void)data;
    if (!body)
        return;
    json_array_foreach (json_object_get(body, "pieces"), i, piece)
        g_string_append(plane.log, json_get_string(piece, "text", ""));
    leave_route(body);
    answer_json(c, json_pack("{s:[]}", "stale"));
}

static void plane_token(struct http_call *c, void *data)
{
    const char *header = http_header(c, "Authorization");
    gsize n = 0;
    g_autofree guchar *pair =
        header && g_str_has_prefix(header, "Basic ") ? g_base64_decode(header + 6, &n) : NULL;

    (void)data;
    pthread_mutex_lock(&plane.lock);
    g_string_append_printf(plane.secrets, "%.*s\n", (int)n, pair ? (char *)pair : "");
    pthread_mutex_unlock(&plane.lock);
    if (pair && g_strstr_len((char *)pair, (gssize)n, "wrong"))
        http_reply_problem(c, 401, "invalid_client", "The client id or secret is wrong.");
    else
        answer_json(c, json_pack("{s:s, s:s, s:i}", "access_token", "a-token-of-the-plane",
                                 "token_type", "Bearer", "expires_in", 3600));
}

static bool admit(struct http_call *c, unsigned needs, void *data)
{
    (void)c;
    (void)needs;
    (void)data;
    return true;
}

static const struct http_route plane_routes[] = {
    {"POST", ROUTES "executors/hello", 0, plane_hello,  NULL, NULL, NULL, 0            },
    {"POST", ROUTES "tasks/claim",     0, plane_claim,  NULL, NULL, NULL, 0            },
    {"POST", ROUTES "tasks/renew",     0, plane_renew,  NULL, NULL, NULL, 0            },
    {"POST", ROUTES "tasks/finish",    0, plane_finish, NULL, NULL, NULL, 0            },
    {"POST", ROUTES "tasks/logs",      0, plane_logs,   NULL, NULL, NULL, MAX_HTTP_BODY},
    {"POST", "/auth/token",            0, plane_token,  NULL, NULL, NULL, 0            },
    {NULL,   NULL,                     0, NULL,         NULL, NULL, NULL, 0            },
};

static int plane_start(void)
{
    struct http_server_settings settings = {
        .listen = "127.0.0.1:0", .routes = plane_routes, .guard = admit, .threads = 2};

    plane = (struct plane){.ttl_ms = 1500};
    pthread_mutex_init(&plane.lock, NULL);
    pthread_cond_init(&plane.changed, NULL);
    g_strlcpy(plane.folder, "/tmp/heddle-executor-XXXXXX", sizeof plane.folder);
    plane.kind = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    plane.results = json_array();
    plane.log = g_string_new(NULL);
    plane.secrets = g_string_new(NULL);
    plane.server = http_server_start(&settings, NULL);
    if (!g_mkdtemp(plane.folder) || !plane.server ||
        pthread_create(&plane.claims_thread, NULL, answer_claims, NULL) != 0)
        return -1;
    plane.url = g_strdup_printf("http://127.0.0.1:%d" PROJECT, http_server_port(plane.server));
    return 0;
}

static int plane_stop(void)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", plane.folder);

    pthread_mutex_lock(&plane.lock);
    plane.stopping = true;
    pthread_mutex_unlock(&plane.lock);
    pthread_join(plane.claims_thread, NULL);
    http_server_stop(plane.server);
    g_queue_clear_full(&plane.ready[0], (GDestroyNotify)json_decref);
    g_queue_clear_full(&plane.ready[1], (GDestroyNotify)json_decref);
    g_hash_table_unref(plane.kind);
    json_decref(plane.hello);
    json_decref(plane.results);
    g_string_free(plane.log, TRUE);
    g_string_free(plane.secrets, TRUE);
    g_free(plane.url);
    return g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL) ? 0 : -1;
}

/* A query for an executor of kind 0 (apply) or 1 (run). */
static void plane_add_task(int kind, json_t *task)
{
    pthread_mutex_lock(&plane.lock);
    g_queue_push_tail(&plane.ready[kind], task);
    pthread_cond_broadcast(&plane.changed);
    pthread_mutex_unlock(&plane.lock);
}

static void plane_add(int kind, const char *id, const char *query)
{
    plane_add_task(kind, json_pack("{s:s, s:s, s:i, s:i, s:s, s:i, s:I}", "id", id, "kind", "query",
                                   "attempt", 1, "max_attempts", 3, "query", query, "max_rows", 100,
                                   "execution_ms", (json_int_t)clock_now_ms()));
}

/* How many results came before a task's; all of them when it has none. */
static size_t place_of(const char *id)
{
    size_t i;
    json_t *r;

    json_array_foreach (plane.results, i, r)
        if (strcmp(json_get_string(r, "task_id", ""), id) == 0)
            break;
    return i;
}

static json_t *result_of(const char *id)
{
    return json_incref(json_array_get(plane.results, place_of(id)));
}

/* The first result of a task; fails the test when there is none in time. */
static json_t *plane_result(const char *id)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    json_t *r;

    pthread_mutex_lock(&plane.lock);
    while (!(r = result_of(id)) && clock_monotonic_ms() < until)
        wait_a_little(100);
    pthread_mutex_unlock(&plane.lock);
    if (!r)
        fail_msg("no result of task %s", id);
    return r;
}

static size_t plane_result_count(void)
{
    size_t n;

    pthread_mutex_lock(&plane.lock);
    n = json_array_size(plane.results);
    pthread_mutex_unlock(&plane.lock);
    return n;
}

#define plane_set(member, value)                                                                   \
    do {                                                                                           \
        pthread_mutex_lock(&plane.lock);                                                           \
        plane.member = (value);                                                                    \
        pthread_mutex_unlock(&plane.lock);                                                         \
    } while (0)

/* Wait until something holds of the plane. */
#define plane_await(condition)                                                                     \
    do {                                                                                           \
        int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;                                     \
        pthread_mutex_lock(&plane.lock);                                                           \
        while (!(condition) && clock_monotonic_ms() < until_ms)                                    \
            wait_a_little(50);                                                                     \
        bool held = (condition);                                                                   \
        pthread_mutex_unlock(&plane.lock);                                                         \
        assert_true(held);                                                                         \
    } while (0)

/* A configuration with one DuckDB gateway; `more` are further connection parameters. */
static struct config *duckdb_config(const char *file, json_t *more)
{
    char *variables[] = {(char *)"SQLMESH__GATEWAYS__LOCAL__CONNECTION__TYPE=duckdb",
                         (char *)"SQLMESH__DEFAULT_GATEWAY=local", NULL};
    struct config *c = config_from_variables(variables, NULL);
    g_autofree char *path = g_build_filename(plane.folder, file, NULL);
    struct config_gateway *g;

    assert_non_null(c);
    g = c->gateways->pdata[0];
    json_object_set_new(g->connection, "database", json_string(file ? path : ":memory:"));
    if (more)
        json_object_update(g->connection, more);
    json_decref(more);
    return c;
}

static struct executor_options options_for(const char *kind, const struct config *config)
{
    return (struct executor_options){.kind = kind,
                                     .name = "tested",
                                     .url = plane.url,
                                     .token = "a-token-of-the-test",
                                     .config = config,
                                     .cancel_grace_ms = 5000};
}

static struct executor *start_executor(const char *kind, const struct config *config)
{
    struct executor_options options = options_for(kind, config);
    g_autoptr(GError) error = NULL;
    struct executor *e = executor_start(&options, &error);

    if (!e)
        fail_msg("%s", error->message);
    return e;
}

#endif
