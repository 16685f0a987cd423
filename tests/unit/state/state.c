#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "state/state.h"
#include "statedb.h"

#include <string.h>

#define HOUR 3600000LL

struct fixture {
    struct db *db;
    struct queue *q;
    struct state *s;
    int64_t project;
};

#define OK(call)                                                                                   \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        if (!(call))                                                                               \
            fail_msg("%s", error ? error->message : "failed without an error");                    \
    } while (0)

int setup(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    g_autofree char *url = statedb_url("sqlite::memory:");

    OK((f->db = db_open(url, &error)) != NULL);
    OK((f->q = queue_new(f->db, &(struct queue_settings){30000, 3}, &error)) != NULL);
    OK((f->s = state_new(f->db, &error)) != NULL);
    OK(db_begin(f->db, &error));
    OK(state_project(f->s, "acme/shop", &f->project, &error));
    *state = f;
    return 0;
}

int teardown(void **state)
{
    struct fixture *f = *state;

    db_rollback(f->db);
    queue_free(f->q);
    state_free(f->s);
    db_close(f->db);
    g_free(f);
    return 0;
}

static struct wire_snapshot *snapshot(const char *name, const char *identifier, const char *version)
{
    struct wire_snapshot *s = wire_snapshot_new();

    s->name = g_strdup(name);
    s->identifier = g_strdup(identifier);
    s->version = g_strdup(version);
    s->dev_version = g_strconcat("d", identifier, NULL);
    s->kind = KIND_FULL;
    s->physical_schema = g_strdup("sqlmesh__shop");
    s->definition = json_pack("{s:s}", "query", "SELECT 1");
    return s;
}

static void put(struct fixture *f, const char *name, const char *identifier, const char *version)
{
    g_autoptr(wire_snapshot) s = snapshot(name, identifier, version);

    OK(state_add_snapshot(f->s, f->project, s, 1000, &error));
}

static struct wire_environment *environment(const char *name, const char *model,
                                            const char *identifier)
{
    struct wire_environment *e = wire_environment_new();
    struct wire_member *m = wire_member_new();

    e->name = g_strdup(name);
    e->plan_id = g_strdup("p1");
    e->finalized_ms = 5;
    m->name = g_strdup(model);
    m->identifier = g_strdup(identifier);
    m->promoted = true;
    g_ptr_array_add(e->members, m);
    return e;
}

static void put_environment(struct fixture *f, const char *name, const char *model,
                            const char *identifier)
{
    g_autoptr(wire_environment) e = environment(name, model, identifier);
    g_autoptr(GHashTable) targets = g_hash_table_new(g_str_hash, g_str_equal);

    g_hash_table_insert(targets, (void *)model, (void *)"the table");
    OK(state_put_environment(f->s, f->project, e, targets, &error));
}

void test_a_project_keeps_its_number(void **state)
{
    struct fixture *f = *state;
    int64_t again, other;

    OK(state_project(f->s, "acme/shop", &again, &error));
    OK(state_project(f->s, "acme/bank", &other, &error));
    assert_int_equal(again, f->project);
    assert_int_not_equal(other, f->project);
}

void test_a_stored_snapshot_keeps_its_version(void **state)
{
    struct fixture *f = *state;
    g_autoptr(state_snapshot) one = NULL;

    put(f, "a", "1", "v1");
    put(f, "a", "1", "v2");
    OK((one = state_find_snapshot(f->s, f->project, "a", "1", &error)) != NULL);
    assert_string_equal(one->snapshot->version, "v1");
    assert_null(one->snapshot->definition);
    g_clear_pointer(&one, state_snapshot_free);
    OK((one = state_find_snapshot(f->s, f->project, "a", "1", &error)) != NULL);
    g_autoptr(state_snapshot) whole = NULL;
    OK((whole = state_get_snapshot(f->s, one->id, true, &error)) != NULL);
    assert_string_equal(json_get_string(whole->snapshot->definition, "query", ""), "SELECT 1");
}

static int64_t number_of(struct fixture *f, const char *name, const char *identifier)
{
    g_autoptr(state_snapshot) one = NULL;

    OK((one = state_find_snapshot(f->s, f->project, name, identifier, &error)) != NULL);
    return one->id;
}

/* SQLite gives the number of what was undone to the next one. */
void test_what_was_undone_is_not_remembered(void **state)
{
    struct fixture *f = *state;
    g_autoptr(state_snapshot) again = NULL;

    OK(db_run(f->db, NULL, "SAVEPOINT part", "", &error));
    put(f, "a", "1", "undone");
    assert_true(number_of(f, "a", "1") > 0);
    OK(db_run(f->db, NULL, "ROLLBACK TO SAVEPOINT part", "", &error));
    state_undone(f->s);
    put(f, "a", "1", "kept");
    OK((again = state_get_snapshot(f->s, number_of(f, "a", "1"), true, &error)) != NULL);
    assert_string_equal(again->snapshot->version, "kept");
}

#define MANY 300 /* more than have their definitions at hand */

void test_each_of_many_snapshots_has_its_own_definition(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("m%d", i);
        g_autoptr(wire_snapshot) s = snapshot(name, "1", "2");

        json_object_set_new(s->definition, "query", json_string(name));
        OK(state_add_snapshot(f->s, f->project, s, 1000, &error));
    }
    for (int i = 0; i < 2 * MANY; i++) {
        g_autofree char *name = g_strdup_printf("m%d", i % MANY);
        g_autoptr(state_snapshot) one = NULL, bare = NULL;
        int64_t id = number_of(f, name, "1");

        OK((one = state_get_snapshot(f->s, id, true, &error)) != NULL);
        OK((bare = state_get_snapshot(f->s, id, false, &error)) != NULL);
        assert_string_equal(one->snapshot->name, name);
        assert_string_equal(json_get_string(one->snapshot->definition, "query", ""), name);
        assert_null(bare->snapshot->definition);
    }
}

void test_intervals_are_merged_and_cut(void **state)
{
    struct fixture *f = *state;
    struct state_table t = {f->project, "a", "v1", false};
    g_autoptr(intervals) cut = intervals_of(1 * HOUR, 2 * HOUR);
    g_autoptr(intervals) have = NULL;
    int64_t rows_left = 0;

    OK(state_add_interval(f->s, &t, 0, HOUR, &error));
    OK(state_add_interval(f->s, &t, 2 * HOUR, 3 * HOUR, &error));
    OK(state_add_interval(f->s, &t, HOUR, 2 * HOUR, &error));
    OK((have = state_intervals(f->s, &t, &error)) != NULL);
    assert_int_equal(intervals_count(have), 1);
    {
        GError *error = NULL;
        g_autoptr(db_rows) rows = db_query(f->db, "SELECT count(*) FROM filled", "", &error);

        assert_true(db_next(rows, NULL));
        rows_left = db_int(rows, 0);
    }
    assert_int_equal(rows_left, 1); /* merged in the table, too */
    OK(state_remove_intervals(f->s, &t, cut, &error));
    g_clear_pointer(&have, intervals_free);
    OK((have = state_intervals(f->s, &t, &error)) != NULL);
    assert_int_equal(intervals_count(have), 2);
    assert_int_equal(intervals_get(have, 0).end, HOUR);
    assert_int_equal(intervals_get(have, 1).start, 2 * HOUR);
}

void test_snapshots_that_share_a_table_share_its_intervals(void **state)
{
    struct fixture *f = *state;
    struct state_table t = {f->project, "a", "v1", false};
    g_autoptr(state_snapshot) second = NULL;

    put(f, "a", "1", "v1");
    put(f, "a", "2", "v1");
    OK(state_add_interval(f->s, &t, 0, HOUR, &error));
    OK((second = state_find_snapshot(f->s, f->project, "a", "2", &error)) != NULL);
    assert_true(intervals_contains(second->snapshot->intervals, 0, HOUR));
    assert_int_equal(intervals_count(second->snapshot->dev_intervals), 0);
}

void test_an_environment_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GHashTable) targets = NULL;
    const struct wire_member *m;

    put(f, "a", "1", "v1");
    put_environment(f, "dev", "a", "1");
    OK(state_environment(f->s, f->project, "dev", &e, &error));
    assert_string_equal(e->plan_id, "p1");
    assert_int_equal(e->finalized_ms, 5);
    assert_int_equal(e->expiration_ms, TIME_NONE);
    m = e->members->pdata[0];
    assert_string_equal(m->identifier, "1");
    assert_true(m->promoted);
    OK((targets = state_targets(f->s, f->project, "dev", &error)) != NULL);
    assert_string_equal(g_hash_table_lookup(targets, "a"), "the table");
    g_clear_pointer(&e, wire_environment_free);
    OK(state_environment(f->s, f->project, "none", &e, &error));
    assert_null(e);
}

void test_a_snapshot_is_deployed_while_prod_shows_it(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *environment, *identifier;
        bool first, second; /* is it deployed afterwards? */
    } steps[] = {
        {"dev",  "1", false, false},
        {"prod", "1", true,  false},
        {"prod", "2", false, true },
    };

    put(f, "a", "1", "v1");
    put(f, "a", "2", "v1");
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(state_snapshot) first = NULL, second = NULL;

        put_environment(f, steps[i].environment, "a", steps[i].identifier);
        OK((first = state_find_snapshot(f->s, f->project, "a", "1", &error)) != NULL);
        OK((second = state_find_snapshot(f->s, f->project, "a", "2", &error)) != NULL);
        assert_int_equal(first->snapshot->deployed, steps[i].first);
        assert_int_equal(second->snapshot->deployed, steps[i].second);
    }
}

static char *without_shortcut(struct fixture *f, const char *name)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GPtrArray) members = NULL;

    OK(state_environment(f->s, f->project, name, &e, &error));
    OK((members = state_members(f->s, f->project, e, &error)) != NULL);
    for (guint i = 0; i < members->len; i++)
        g_ptr_array_add(e->snapshots,
                        g_steal_pointer(&((struct state_snapshot *)members->pdata[i])->snapshot));
    return wire_to_text(&wire_environment_type, e);
}

void test_an_environments_text_says_what_its_messages_do(void **state)
{
    static const char *const names[] = {"dev", "prod"};
    struct fixture *f = *state;
    struct state_table t = {f->project, "a", "v1", false};
    g_autofree char *none = NULL;

    put(f, "a", "1", "v1");
    put(f, "a", "2", "v2");
    OK(state_add_interval(f->s, &t, 10, 20, &error));
    OK(state_add_interval(f->s, &t, 30, 40, &error));
    t.version = "v2";
    OK(state_add_interval(f->s, &t, 5, 6, &error));
    put_environment(f, "dev", "a", "1");
    put_environment(f, "prod", "a", "2");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = NULL, *again = NULL, *expected = without_shortcut(f, names[i]);
        g_autoptr(wire_environment) e = NULL;

        OK(state_environment_text(f->s, f->project, names[i], &text, &error));
        e = wire_from_text(&wire_environment_type, text, strlen(text), NULL);
        assert_non_null(e);
        again = wire_to_text(&wire_environment_type, e);
        assert_string_equal(again, expected);
        assert_non_null(strstr(text, i == 0 ? "[[10,20],[30,40]]" : "[[5,6]]"));
    }
    OK(state_environment_text(f->s, f->project, "none", &none, &error));
    assert_null(none);
}

void test_only_prod_runs_by_itself_until_told_otherwise(void **state)
{
    struct fixture *f = *state;
    g_autoptr(GPtrArray) places = NULL;

    put(f, "a", "1", "v1");
    put_environment(f, "dev", "a", "1");
    put_environment(f, "prod", "a", "1");
    OK((places = state_on_cadence(f->s, &error)) != NULL);
    assert_int_equal(places->len, 1);
    assert_string_equal(((struct state_place *)places->pdata[0])->environment, "prod");
    OK(state_pause(f->s, f->project, "prod", "ann", &error));
    OK(state_pause(f->s, f->project, "dev", NULL, &error));
    put_environment(f, "prod", "a", "1"); /* a plan does not wake what is paused */
    g_clear_pointer(&places, g_ptr_array_unref);
    OK((places = state_on_cadence(f->s, &error)) != NULL);
    assert_int_equal(places->len, 1);
    assert_string_equal(((struct state_place *)places->pdata[0])->environment, "dev");
}

void test_the_sweep_spares_what_is_used_young_or_shared(void **state)
{
    struct fixture *f = *state;
    struct state_table t = {f->project, "a", "v1", false};
    g_autoptr(GPtrArray) swept = g_ptr_array_new_with_free_func((GDestroyNotify)state_swept_free);
    const struct state_swept *one;

    put(f, "a", "1", "v1"); /* unused, but its table is that of 2 */
    put(f, "a", "2", "v1");
    put(f, "a", "3", "v3"); /* unused */
    put_environment(f, "dev", "a", "2");
    OK(state_set_built(f->s, &t, 1, &error));
    t.version = "v3";
    OK(state_set_built(f->s, &t, 1, &error));
    OK(state_sweep(f->s, f->project, 999, swept, &error));
    assert_int_equal(swept->len, 0);
    OK(state_sweep(f->s, f->project, 1000, swept, &error));
    assert_int_equal(swept->len, 2);
    one = swept->pdata[0];
    assert_false(one->version_unused);
    one = swept->pdata[1];
    assert_true(one->version_unused);
    assert_false(one->dev_unused);
}

void test_works_are_open_until_they_end(void **state)
{
    struct fixture *f = *state;
    struct state_work w = {.uid = (char *)"u1",
                           .project = f->project,
                           .kind = WORK_RUN,
                           .environment = (char *)"prod",
                           .created_ms = 1,
                           .started_ms = 2,
                           .ended_ms = TIME_NONE,
                           .execution_ms = 3};
    g_autoptr(GPtrArray) open = NULL, runs = NULL;
    g_autoptr(state_work) found = NULL;

    OK(state_add_work(f->s, &w, &error));
    OK((open = state_open_works(f->s, 0, &error)) != NULL);
    assert_int_equal(open->len, 1);
    w.ended_ms = 9;
    w.status = STATUS_FAILED;
    w.error = (char *)"why";
    OK(state_update_work(f->s, &w, &error));
    g_clear_pointer(&open, g_ptr_array_unref);
    OK((open = state_open_works(f->s, f->project, &error)) != NULL);
    assert_int_equal(open->len, 0);
    OK((found = state_find_work(f->s, f->project, WORK_RUN, "u1", &error)) != NULL);
    assert_string_equal(found->error, "why");
    OK((runs = state_runs(f->s, f->project, "prod", 10, &error)) != NULL);
    assert_int_equal(runs->len, 1);
    assert_int_equal(((struct wire_run *)runs->pdata[0])->status, STATUS_FAILED);
}

void test_gateways_are_as_reported_last(void **state)
{
    struct fixture *f = *state;
    g_autoptr(wire_hello) hello = wire_hello_new(), back = NULL;
    struct wire_gateway *g = wire_gateway_new();
    g_autoptr(GPtrArray) gateways = NULL;
    g_autoptr(GError) none = NULL;

    hello->executor_id = g_strdup("e1");
    hello->kind = g_strdup("apply");
    g->name = g_strdup("Main");
    g->type = g_strdup("duckdb");
    g->is_default = true;
    g_ptr_array_add(hello->gateways, g);
    OK(state_hello(f->s, f->project, hello, 1, &error));
    g_free(g->type);
    g->type = g_strdup("postgres");
    OK(state_hello(f->s, f->project, hello, 2, &error));
    OK((gateways = state_gateways(f->s, f->project, &error)) != NULL);
    assert_int_equal(gateways->len, 1);
    assert_string_equal(((struct wire_gateway *)gateways->pdata[0])->type, "postgres");
    OK((back = state_executor(f->s, f->project, "e1", &error)) != NULL);
    assert_string_equal(back->kind, "apply");
    assert_null(state_executor(f->s, f->project, "e2", &none));
    assert_true(error_is(none, ERROR_NOT_FOUND));
}

static bool takes(struct fixture *f, const char *holder, int64_t now_ms)
{
    struct state_duty duty = {"scheduler", holder, 10000};
    bool held = false;

    OK(state_take_duty(f->s, &duty, now_ms, &held, &error));
    return held;
}

static guint holders(struct fixture *f, int64_t now_ms)
{
    g_autoptr(GPtrArray) list = NULL;

    OK((list = state_duty_holders(f->db, now_ms, &error)) != NULL);
    return list->len;
}

void test_a_duty_is_one_servers_until_it_is_silent_for_too_long(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(holders(f, 1000), 0);
    assert_true(takes(f, "a", 1000));
    assert_false(takes(f, "b", 1000));
    assert_true(takes(f, "a", 7000)); /* said again: until 17000 */
    assert_false(takes(f, "b", 16999));
    assert_true(takes(f, "b", 17000));
    assert_false(takes(f, "a", 17000));
    assert_int_equal(holders(f, 26999), 1);
    assert_int_equal(holders(f, 27000), 0);
    OK(state_leave_duties(f->db, "b", &error));
    assert_true(takes(f, "a", 17001));
}
