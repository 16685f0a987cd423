/* A control plane on a loopback port, and a test that plays data engineer and executor over HTTP.
 */
#ifndef HEDDLE_TESTS_CONTROL_TEST_H
#define HEDDLE_TESTS_CONTROL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "control/control.h"
#include "http/api.h"
#include "statedb.h"
#include "wire/messages.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400000LL
#define V1  "api/heddle/v1/"
#define T0  1704067200000LL /* 2024-01-01 */

struct world {
    char *dir, *state_url;
    struct control *c;
    struct api *dev, *apply, *run;
};

#define MUST(call)                                                                                 \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (!(call))                                                                               \
            fail_msg("%s", error ? error->message : "failed without an error");                    \
    } while (0)

static inline json_t *post(struct api *a, const char *path, const struct wire_type *type,
                           const void *message)
{
    g_autoptr(json_t) body = message ? wire_to_json(type, message) : json_object();
    json_t *answer;

    MUST((answer = api_call(a, "POST", path, body, 0, &error)) != NULL);
    return answer;
}

/* The code of the error that a request answers; 0 when it does not. */
static inline int post_code(struct api *a, const char *path, const struct wire_type *type,
                            const void *message, char **text)
{
    g_autoptr(json_t) body = message ? wire_to_json(type, message) : json_object();
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) answer = api_call(a, "POST", path, body, 0, &error);

    if (text)
        *text = g_strdup(error ? error->message : "");
    return answer ? 0 : error->code;
}

static inline json_t *get(struct api *a, const char *path)
{
    json_t *answer;

    MUST((answer = api_call(a, "GET", path, NULL, 30000, &error)) != NULL);
    return answer;
}

static inline void *read_as(const struct wire_type *type, json_t *json)
{
    g_autoptr(json_t) own = json;
    void *message;

    MUST((message = wire_from_json(type, own, &error)) != NULL);
    return message;
}

static inline struct api *connect_with(int port, const char *token)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/sqlmesh/acme/shop", port);
    struct api_settings settings = {.url = url, .token = token};
    struct api *a;

    MUST((a = api_new(&settings, &error)) != NULL);
    return a;
}

static inline void hello(struct api *a, const char *id, const char *kind)
{
    g_autoptr(wire_hello) m = wire_hello_new();
    struct wire_gateway *g = wire_gateway_new();

    m->executor_id = g_strdup(id);
    m->name = g_strdup(id);
    m->kind = g_strdup(kind);
    g->name = g_strdup("main");
    g->type = g_strdup("duckdb");
    g->is_default = true;
    g->slots = 4;
    g_ptr_array_add(m->gateways, g);
    json_decref(post(a, V1 "executors/hello", &wire_hello_type, m));
}

static inline void world_start(struct world *w, struct control_settings settings)
{
    g_autofree char *executor = NULL;
    g_autofree char *developer = NULL;

    settings.state_url = w->state_url;
    settings.listen = "127.0.0.1:0";
    MUST((w->c = control_start(&settings, &error)) != NULL);
    MUST(control_local_tokens(w->c, "acme", "shop", &executor, &developer, &error));
    w->dev = connect_with(control_port(w->c), developer);
    w->apply = connect_with(control_port(w->c), executor);
    w->run = connect_with(control_port(w->c), executor);
}

static inline void world_stop(struct world *w)
{
    api_free(w->dev);
    api_free(w->apply);
    api_free(w->run);
    control_stop(w->c);
    w->c = NULL;
}

static inline struct world *world_new(struct control_settings settings)
{
    struct world *w = g_new0(struct world, 1);
    g_autofree char *sqlite = NULL;

    log_setup(LOG_ERROR);
    MUST((w->dir = g_dir_make_tmp("heddle-control-XXXXXX", &error)) != NULL);
    sqlite = g_strdup_printf("sqlite:%s/state.db", w->dir);
    w->state_url = statedb_url(sqlite);
    if (!settings.lease_ttl_ms)
        settings.lease_ttl_ms = 30000;
    world_start(w, settings);
    return w;
}

static inline void remove_dir(const char *dir)
{
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm"};

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(dir, files[i], NULL);

        g_unlink(path);
    }
    g_rmdir(dir);
}

static inline void world_free(struct world *w)
{
    if (w->c)
        world_stop(w);
    remove_dir(w->dir);
    g_free(w->dir);
    g_free(w->state_url);
    g_free(w);
}

/* ---- what a data engineer sends ---- */

static inline struct wire_snapshot *model(const char *name, const char *identifier,
                                          const char *parent, const char *parent_identifier)
{
    struct wire_snapshot *s = wire_snapshot_new();

    s->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    s->identifier = g_strdup(identifier);
    s->version = g_strdup_printf("%s0", identifier);
    s->dev_version = g_strdup_printf("%s1", identifier);
    s->category = CATEGORY_BREAKING;
    s->kind = KIND_INCREMENTAL_BY_TIME_RANGE;
    s->cron = g_strdup("@daily");
    s->interval_unit = g_strdup("day");
    s->start = g_strdup_printf("%" G_GINT64_FORMAT, (int64_t)T0);
    s->physical_schema = g_strdup("sqlmesh__shop");
    s->view = wire_table_new();
    s->view->schema = g_strdup("shop");
    s->view->name = g_strdup(name);
    s->definition = json_pack("{s:s}", "name", name);
    if (parent) {
        struct wire_snapshot_id *id = wire_snapshot_id_new();

        id->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", parent);
        id->identifier = g_strdup(parent_identifier);
        g_ptr_array_add(s->parents, id);
    }
    return s;
}

static inline struct wire_plan *plan_for(const char *environment, const char *expected)
{
    struct wire_plan *p = wire_plan_new();

    p->environment = wire_environment_new();
    p->environment->name = g_strdup(environment);
    p->expected_plan_id = g_strdup(expected);
    p->execution_ms = T0 + 3 * DAY + 1000;
    p->user = g_strdup("ann");
    return p;
}

/* Takes the snapshot: a promoted member of the plan's environment. */
static inline void add_model(struct wire_plan *p, struct wire_snapshot *s)
{
    struct wire_member *m = wire_member_new();

    m->name = g_strdup(s->name);
    m->identifier = g_strdup(s->identifier);
    m->promoted = true;
    g_ptr_array_add(p->environment->members, m);
    g_ptr_array_add(p->snapshots, s);
}

static inline struct wire_progress *post_plan(struct world *w, struct wire_plan *p)
{
    return read_as(&wire_progress_type, post(w->dev, V1 "plans", &wire_plan_type, p));
}

static inline struct wire_progress *progress(struct world *w, const char *what, const char *id,
                                             int64_t after, int wait_ms)
{
    g_autofree char *path = g_strdup_printf(V1 "%ss/%s?after=%" G_GINT64_FORMAT "&wait_ms=%d", what,
                                            id, after, wait_ms);

    return read_as(&wire_progress_type, get(w->dev, path));
}

static inline int status_of(struct world *w, const char *what, const char *id)
{
    g_autoptr(wire_progress) p = progress(w, what, id, 0, 0);

    return p->status;
}

static inline struct wire_environment *environment(struct world *w, const char *name)
{
    g_autofree char *path = g_strdup_printf(V1 "environments/%s", name);

    return read_as(&wire_environment_type, get(w->dev, path));
}

static inline struct wire_snapshot *snapshot_in(const struct wire_environment *e, const char *name)
{
    g_autofree char *full = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);

    for (guint i = 0; i < e->snapshots->len; i++) {
        struct wire_snapshot *s = e->snapshots->pdata[i];

        if (strcmp(s->name, full) == 0)
            return s;
    }
    fail_msg("environment %s has no %s", e->name, name);
    return NULL;
}

/* ---- what an executor does ---- */

static inline struct wire_claimed *claim(struct api *a, const char *id, int slots, int wait_ms)
{
    g_autoptr(wire_claim) m = wire_claim_new();
    struct wire_slot *s = wire_slot_new();

    m->executor_id = g_strdup(id);
    m->wait_ms = wait_ms;
    s->gateway = g_strdup("main");
    s->free = slots;
    g_ptr_array_add(m->slots, s);
    return read_as(&wire_claimed_type, post(a, V1 "tasks/claim", &wire_claim_type, m));
}

static inline struct wire_result *result_of(const struct wire_task *t, int status)
{
    struct wire_result *r = wire_result_new();

    r->task_id = g_strdup(t->id);
    r->fence = t->fence;
    r->status = status;
    r->rows = 7;
    return r;
}

/* True when the result was recorded. Takes the result. */
static inline bool finish(struct api *a, const char *id, struct wire_result *r)
{
    g_autoptr(wire_finish) m = wire_finish_new();
    g_autoptr(wire_finished) out = NULL;

    m->executor_id = g_strdup(id);
    g_ptr_array_add(m->results, r);
    out = read_as(&wire_finished_type, post(a, V1 "tasks/finish", &wire_finish_type, m));
    return out->stale->len == 0;
}

/* Do all there is to do, successfully; "create shop.a, …" in the order of the claims. */
static inline char *work_off(struct api *a, const char *id)
{
    GString *log = g_string_new(NULL);

    for (;;) {
        g_autoptr(wire_claimed) got = claim(a, id, 1, 0);
        const struct wire_task *t;

        if (got->tasks->len == 0)
            return g_string_free(log, FALSE);
        t = got->tasks->pdata[0];
        g_string_append_printf(log, "%s%s %s", log->len ? ", " : "", task_kind_names[t->kind],
                               t->view     ? t->view->name
                               : t->target ? t->target->name
                                           : "-");
        assert_true(finish(a, id, result_of(t, STATUS_SUCCESS)));
    }
}

/* A prod with models a -> b, applied up to T0 + 3 days. Its plan's id. */
static inline char *make_prod(struct world *w)
{
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(wire_progress) started = NULL;

    hello(w->apply, "apply-1", "apply");
    hello(w->run, "run-1", "run");
    add_model(p, model("a", "1", NULL, NULL));
    add_model(p, model("b", "2", "a", "1"));
    started = post_plan(w, p);
    g_free(work_off(w->apply, "apply-1"));
    assert_int_equal(status_of(w, "plan", started->id), STATUS_SUCCESS);
    return g_strdup(started->id);
}

#endif
