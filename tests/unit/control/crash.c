/* The server is killed (SIGKILL) around its commits, again and again, while a plan is carried out:
 * nothing that was answered is lost, nothing is recorded twice. */
#include "control/control_test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct plane {
    pid_t pid;
    int port;
    char *executor, *developer;
};

/* In the child: serve until killed. The port and the tokens go to the parent through a pipe. */
static void serve(const char *state_url, const char *fault, int fd)
{
    struct control_settings settings = {
        .state_url = state_url, .listen = "127.0.0.1:0", .lease_ttl_ms = 600, .no_scheduler = true};
    g_autoptr(GError) error = NULL;
    char *executor, *developer;
    struct control *c;

    g_setenv("HEDDLE_FAULT", fault, true);
    log_setup(LOG_ERROR);
    c = control_start(&settings, &error);
    if (!c || !control_local_tokens(c, "acme", "shop", &executor, &developer, &error)) {
        dprintf(fd, "0\n\n\n");
        _exit(1);
    }
    dprintf(fd, "%d\n%s\n%s\n", control_port(c), executor, developer);
    close(fd);
    for (;;)
        pause();
}

/* False when it died before it could say where it is. */
static bool start_plane(struct plane *s, const char *state_url, const char *fault)
{
    char port[32], executor[4096], developer[4096];
    int fds[2];
    FILE *in;
    bool told;

    assert_int_equal(pipe(fds), 0);
    s->pid = fork();
    if (s->pid == 0) {
        close(fds[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failing test leaves nothing behind */
        serve(state_url, fault, fds[1]);
    }
    close(fds[1]);
    in = fdopen(fds[0], "r");
    told = fgets(port, sizeof port, in) && fgets(executor, sizeof executor, in) &&
           fgets(developer, sizeof developer, in);
    fclose(in);
    if (!told) {
        waitpid(s->pid, NULL, 0);
        return false;
    }
    s->port = atoi(port);
    assert_int_not_equal(s->port, 0);
    s->executor = g_strdup(g_strchomp(executor));
    s->developer = g_strdup(g_strchomp(developer));
    return true;
}

static void stop_plane(struct plane *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    g_free(s->executor);
    g_free(s->developer);
}

/* What the executor has carried out, and what the server has said it recorded. */
struct story {
    GHashTable *recorded; /* "kind target" of acknowledged results */
    char *plan;
    bool ended;
};

static json_t *try_call(struct api *a, const char *method, const char *path,
                        const struct wire_type *type, const void *message)
{
    g_autoptr(json_t) body = message ? wire_to_json(type, message) : NULL;

    return api_call(a, method, path, body, 0, NULL);
}

static struct wire_claimed *try_claim(struct api *a)
{
    g_autoptr(wire_claim) m = wire_claim_new();
    g_autoptr(json_t) answer = NULL;
    struct wire_slot *s = wire_slot_new();

    m->executor_id = g_strdup("apply-1");
    m->wait_ms = 1000;
    s->gateway = g_strdup("main");
    s->free = 2;
    g_ptr_array_add(m->slots, s);
    answer = try_call(a, "POST", V1 "tasks/claim", &wire_claim_type, m);
    return answer ? wire_from_json(&wire_claimed_type, answer, NULL) : NULL;
}

/* Report one task's success; false when the server died. */
static bool try_finish(struct api *a, const struct wire_task *t, struct story *s)
{
    g_autoptr(wire_finish) m = wire_finish_new();
    g_autoptr(wire_finished) out = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autofree char *what = g_strdup_printf("%s %s %" G_GINT64_FORMAT, task_kind_names[t->kind],
                                            t->view ? t->view->name : t->target->name, t->start_ms);

    m->executor_id = g_strdup("apply-1");
    g_ptr_array_add(m->results, result_of(t, STATUS_SUCCESS));
    answer = try_call(a, "POST", V1 "tasks/finish", &wire_finish_type, m);
    if (!answer)
        return false;
    out = wire_from_json(&wire_finished_type, answer, NULL);
    if (out->stale->len == 0) {
        /* What was acknowledged is never handed out again. */
        assert_false(g_hash_table_contains(s->recorded, what));
        g_hash_table_add(s->recorded, g_steal_pointer(&what));
    }
    return true;
}

static bool try_plan(struct api *a, struct story *s)
{
    g_autoptr(wire_plan) p = plan_for("prod", NULL);
    g_autoptr(json_t) answer = NULL;
    struct wire_snapshot *model_a = model("a", "1", NULL, NULL);

    model_a->batch_size = 1;
    add_model(p, model_a);
    add_model(p, model("b", "2", "a", "1"));
    answer = try_call(a, "POST", V1 "plans", &wire_plan_type, p);
    if (answer)
        s->plan = g_strdup(json_get_string(answer, "id", NULL));
    return answer != NULL;
}

static void play(struct plane *server, struct story *s)
{
    struct api *executor = connect_with(server->port, server->executor);
    struct api *developer = connect_with(server->port, server->developer);
    g_autoptr(wire_claimed) got = NULL;
    bool alive = s->plan || try_plan(developer, s);

    while (alive && !s->ended) {
        g_autofree char *path = g_strdup_printf(V1 "plans/%s", s->plan);
        g_autoptr(json_t) p = try_call(developer, "GET", path, NULL, NULL);

        s->ended = p && json_object_get(p, "ended_ms");
        g_clear_pointer(&got, wire_claimed_free);
        alive = p && (s->ended || (got = try_claim(executor)) != NULL);
        for (guint i = 0; alive && got && i < got->tasks->len; i++)
            alive = try_finish(executor, got->tasks->pdata[i], s);
    }
    api_free(executor);
    api_free(developer);
}

static void say_hello(const char *state_url)
{
    struct plane s;
    struct api *a;

    assert_true(start_plane(&s, state_url, "none:0"));
    a = connect_with(s.port, s.executor);
    hello(a, "apply-1", "apply");
    api_free(a);
    stop_plane(&s);
}

static void check_end(const char *state_url, const struct story *s)
{
    struct plane server;
    struct world w = {0};
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(wire_evaluations) all = NULL;
    g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    assert_true(start_plane(&server, state_url, "none:0"));
    w.dev = connect_with(server.port, server.developer);
    assert_int_equal(status_of(&w, "plan", s->plan), STATUS_SUCCESS);
    e = environment(&w, "prod");
    assert_string_equal(e->plan_id, s->plan);
    assert_true(intervals_contains(snapshot_in(e, "a")->intervals, T0, T0 + 3 * DAY));
    assert_true(intervals_contains(snapshot_in(e, "b")->intervals, T0, T0 + 3 * DAY));
    all = read_as(&wire_evaluations_type, get(w.dev, V1 "evaluations"));
    for (guint i = 0; i < all->evaluations->len; i++) {
        const struct wire_evaluation *one = all->evaluations->pdata[i];

        if (one->status == STATUS_SUCCESS)
            assert_true(
                g_hash_table_add(done, g_strdup_printf("%s %" G_GINT64_FORMAT, one->snapshot_name,
                                                       one->interval_start_ms)));
    }
    assert_int_equal(g_hash_table_size(done), 4); /* three batches of a, one of b */
    api_free(w.dev);
    stop_plane(&server);
}

/* Kill at the n-th commit of each life, n walking on, before or after it reached the disk. */
static void survive(const char *point, int first)
{
    g_autofree char *dir = g_dir_make_tmp("heddle-crash-XXXXXX", NULL);
    g_autofree char *sqlite = g_strdup_printf("sqlite:%s/state.db", dir);
    g_autofree char *url = statedb_url(sqlite);
    struct story s = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), NULL, false};
    int lives = 0;

    say_hello(url);
    for (int n = first; !s.ended; n = n % 7 + 2) {
        g_autofree char *fault = g_strdup_printf("%s:%d:kill", point, n);
        struct plane server;

        assert_true(++lives < 200);
        if (!start_plane(&server, url, fault))
            continue;
        play(&server, &s);
        stop_plane(&server);
    }
    assert_true(lives > 1);
    check_end(url, &s);
    g_hash_table_unref(s.recorded);
    g_free(s.plan);
    remove_dir(dir);
}

void test_killed_before_its_commits_the_server_loses_and_doubles_nothing(void **state)
{
    (void)state;
    survive("control_before_commit", 3);
}

void test_killed_after_its_commits_the_server_loses_and_doubles_nothing(void **state)
{
    (void)state;
    survive("control_after_commit", 3);
}
