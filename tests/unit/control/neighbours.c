/* Two servers on one PostgreSQL. */
#include "control_test.h"

#include "base/json.h"

struct pair {
    struct world *a, b;
};

int setup(void **state)
{
    (void)state;
    return setenv("HEDDLE_TEST_STATE", "postgres", 1);
}

static void pair_start(struct pair *p, struct control_settings settings)
{
    settings.lease_ttl_ms = 30000;
    p->a = world_new(settings);
    p->b = (struct world){.state_url = p->a->state_url};
    world_start(&p->b, settings);
}

static void pair_end(struct pair *p)
{
    world_stop(&p->b);
    world_free(p->a);
}

/* What a thread does at server B meanwhile. */
struct helper {
    struct pair *p;
    char *got;
};

/* Wait for work at B. Nothing but a word from A can end this before its time. */
static gpointer wait_for_work(gpointer data)
{
    struct helper *h = data;
    g_autoptr(wire_claimed) got = claim(h->p->b.apply, "apply-1", 1, 20000);
    const struct wire_task *t = got->tasks->len ? got->tasks->pdata[0] : NULL;

    h->got = g_strdup(t ? t->target->name : "nothing");
    if (t)
        finish(h->p->b.apply, "apply-1", result_of(t, STATUS_SUCCESS));
    return NULL;
}

static struct wire_plan *small_plan(void)
{
    struct wire_plan *p = plan_for("prod", NULL);

    add_model(p, model("a", "1", NULL, NULL));
    return p;
}

void test_a_claim_that_waits_at_one_server_gets_what_came_to_the_other(void **state)
{
    struct pair p;
    struct helper h = {&p, NULL};
    g_autoptr(wire_plan) plan = small_plan();
    g_autoptr(wire_progress) started = NULL, moved = NULL;
    GThread *thread;

    (void)state;
    pair_start(&p, (struct control_settings){.no_scheduler = true});
    hello(p.b.apply, "apply-1", "apply");
    thread = g_thread_new("claim", wait_for_work, &h);
    g_usleep(200000);
    started = post_plan(p.a, plan);
    /* ... and the one that follows the plan here hears what was finished there. */
    moved = progress(p.a, "plan", started->id, started->version, 20000);
    assert_true(moved->version > started->version);
    g_thread_join(thread);
    assert_string_equal(h.got, "shop__a__10");
    g_free(h.got);
    g_free(work_off(p.b.apply, "apply-1"));
    assert_int_equal(status_of(p.a, "plan", started->id), STATUS_SUCCESS);
    pair_end(&p);
}

void test_an_executor_at_one_server_is_known_to_the_other(void **state)
{
    struct pair p;
    g_autoptr(wire_plan) plan = small_plan();
    g_autoptr(wire_progress) started = NULL, seen = NULL;
    bool served = false;

    (void)state;
    pair_start(&p, (struct control_settings){.no_scheduler = true});
    hello(p.b.apply, "apply-1", "apply");
    started = post_plan(p.a, plan);
    for (int i = 0; i < 100 && !served; i++) {
        g_autoptr(wire_progress) now = progress(p.a, "plan", started->id, 0, 0);

        served = now->waiting == NULL;
        g_usleep(20000);
    }
    assert_true(served);
    g_free(work_off(p.a->apply, "apply-1")); /* it said hello there, and works here */
    assert_int_equal(status_of(&p.b, "plan", started->id), STATUS_SUCCESS);
    pair_end(&p);
}

/* Carry out a query that comes to B; its rows are `data`, a borrowed text. */
static gpointer carry_out_query(gpointer data)
{
    struct helper *h = data;
    g_autoptr(wire_claimed) got = claim(h->p->b.apply, "apply-1", 1, 20000);
    struct wire_result *r;

    if (got->tasks->len == 0)
        return NULL;
    r = result_of(got->tasks->pdata[0], h->got ? STATUS_SUCCESS : STATUS_FAILED);
    if (h->got)
        r->data = json_pack("{s:s}", "rows", h->got);
    else
        r->error = g_strdup("no such table");
    finish(h->p->b.apply, "apply-1", r);
    return NULL;
}

static json_t *ask(struct pair *p, const char *rows, GError **error)
{
    struct helper h = {p, (char *)rows};
    g_autoptr(json_t) body = json_pack("{s:s}", "sql", "SELECT 1");
    GThread *thread = g_thread_new("query", carry_out_query, &h);
    json_t *answer = api_call(p->a->dev, "POST", V1 "queries", body, 30000, error);

    g_thread_join(thread);
    return answer;
}

void test_rows_reach_whoever_waits_at_the_other_server(void **state)
{
    struct pair p;
    g_autofree char *rows = g_strnfill(300000, 'x');
    g_autoptr(json_t) answer = NULL, none = NULL;
    g_autoptr(GError) why = NULL;
    g_autoptr(db) db = NULL;
    g_autoptr(db_rows) left = NULL;

    (void)state;
    memcpy(rows + 100000, "\xc3\xa4 \" \\", 6);
    pair_start(&p, (struct control_settings){.no_scheduler = true});
    hello(p.b.apply, "apply-1", "apply");
    MUST((answer = ask(&p, rows, &error)) != NULL);
    assert_string_equal(json_get_string(answer, "rows", ""), rows);
    none = ask(&p, NULL, &why);
    assert_null(none);
    assert_non_null(strstr(why->message, "no such table"));
    MUST((db = db_open(p.a->state_url, &error)) != NULL);
    MUST((left = db_query(db, "SELECT count(*) FROM task", "", &error)) != NULL);
    assert_true(db_next(left, NULL));
    assert_int_equal(db_int(left, 0), 0);
    pair_end(&p);
}

/* Who has a duty, as the database says; g_free(). */
static char *holder_of(struct pair *p, const char *duty)
{
    g_autoptr(db) db = db_open(p->a->state_url, NULL);
    g_autoptr(db_rows) rows =
        db_query(db, "SELECT holder FROM duty WHERE name = ?", "s", duty, (GError **)NULL);

    return rows && db_next(rows, NULL) ? g_strdup(db_string(rows, 0)) : NULL;
}

/* Until a duty has another holder than `before`; g_free(). */
static char *await_holder(struct pair *p, const char *duty, const char *before)
{
    for (int i = 0; i < 400; i++) {
        char *now = holder_of(p, duty);

        if (now && g_strcmp0(now, before) != 0)
            return now;
        g_free(now);
        g_usleep(20000);
    }
    fail_msg("nobody took the duty %s", duty);
    return NULL;
}

void test_a_server_that_stops_leaves_its_duties_to_the_other(void **state)
{
    static const char *const duties[] = {"leases", "scheduler", "janitor"};
    struct pair p;

    (void)state;
    pair_start(&p, (struct control_settings){0});
    for (size_t i = 0; i < G_N_ELEMENTS(duties); i++)
        g_free(await_holder(&p, duties[i], NULL));
    {
        g_autofree char *before = holder_of(&p, "scheduler");

        world_stop(p.a); /* it was there first */
        g_free(await_holder(&p, "scheduler", before));
    }
    pair_end(&p);
}

void test_who_must_not_schedule_leaves_it_to_the_other(void **state)
{
    struct pair p;
    g_autofree char *leases = NULL, *scheduler = NULL;

    (void)state;
    p.a = world_new((struct control_settings){.no_scheduler = true});
    leases = await_holder(&p, "leases", NULL);
    p.b = (struct world){.state_url = p.a->state_url};
    world_start(&p.b, (struct control_settings){0});
    scheduler = await_holder(&p, "scheduler", NULL);
    assert_string_not_equal(leases, scheduler);
    pair_end(&p);
}

void test_words_are_heard_again_after_all_connections_were_lost(void **state)
{
    struct pair p;
    struct helper h = {&p, NULL};
    g_autoptr(wire_plan) plan = small_plan();
    g_autoptr(wire_progress) started = NULL;
    GThread *thread;

    (void)state;
    pair_start(&p, (struct control_settings){.no_scheduler = true});
    hello(p.b.apply, "apply-1", "apply");
    thread = g_thread_new("claim", wait_for_work, &h);
    g_usleep(200000);
    server_halt(statedb_server);
    assert_true(server_resume(statedb_server));
    g_usleep(2500000); /* longer than between two tries */
    started = post_plan(p.a, plan);
    g_thread_join(thread);
    assert_string_equal(h.got, "shop__a__10");
    g_free(h.got);
    pair_end(&p);
}
