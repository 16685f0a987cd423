#include "control_test.h"

#define OPEN "api/v1/"

int teardown(void **state)
{
    world_free(*state);
    return 0;
}

int setup(void **state)
{
    *state = world_new((struct control_settings){.no_scheduler = true});
    return 0;
}

/* A run up to a day after T0; its id. */
static char *post_run(struct world *w, int day)
{
    g_autoptr(wire_run_request) r = wire_run_request_new();
    g_autoptr(wire_progress) p = NULL;

    r->environment = g_strdup("prod");
    r->execution_ms = T0 + day * DAY;
    p = read_as(&wire_progress_type, post(w->dev, V1 "runs", &wire_run_request_type, r));
    return g_strdup(p->id);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void assert_text(const json_t *object, const char *name, const char *wanted)
{
    const char *text = text_of(object, name);

    assert_non_null(text);
    assert_string_equal(text, wanted);
}

/* The members `name` of a list's objects, with spaces between them. Takes the list. */
static char *column(json_t *list, const char *name)
{
    GString *out = g_string_new(NULL);
    size_t i;
    json_t *item;

    assert_true(json_is_array(list));
    json_array_foreach (list, i, item)
        g_string_append_printf(out, "%s%s", i ? " " : "", text_of(item, name));
    json_decref(list);
    return g_string_free(out, FALSE);
}

static void assert_column(struct world *w, const char *path, const char *name, const char *wanted)
{
    g_autofree char *found = column(get(w->dev, path), name);

    assert_string_equal(found, wanted);
}

static int get_code(struct world *w, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) answer = api_call(w->dev, "GET", path, NULL, 30000, &error);

    return answer ? 0 : error->code;
}

void test_a_dag_names_models_parents_and_the_fastest_cron(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autoptr(json_t) dag = get(w->dev, OPEN "dags/prod");
    const json_t *nodes = json_object_get(dag, "nodes"), *b = json_array_get(nodes, 1);

    assert_text(dag, "environment", "prod");
    assert_text(dag, "start_at", "2024-01-01T00:00:00.000Z");
    assert_text(dag, "schedule_cron", "@daily");
    assert_int_equal(json_integer_value(json_object_get(dag, "schedule_seconds")), 86400);
    assert_true(g_str_has_suffix(text_of(dag, "link"), "/sqlmesh/acme/shop/environments/prod"));
    assert_int_equal(json_array_size(nodes), 2);
    assert_text(b, "name", "\"db\".\"shop\".\"b\"");
    assert_text(b, "type", "model");
    assert_text(b, "source_type", "sql");
    assert_true(json_is_null(json_object_get(b, "description")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(b, "parent_names"), 0)),
                        "\"db\".\"shop\".\"a\"");
    assert_true(g_str_has_suffix(
        text_of(b, "link"), "/environments/prod/models/%22db%22.%22shop%22.%22b%22?version=20"));
    assert_int_equal(get_code(w, OPEN "dags/nowhere"), ERROR_NOT_FOUND);
}

void test_runs_are_searched_sorted_and_limited(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w);
    g_autofree char *a = post_run(w, 4), *x = (g_free(work_off(w->run, "run-1")), NULL);
    g_autofree char *b = post_run(w, 5), *y = (g_free(work_off(w->run, "run-1")), NULL);
    g_autofree char *c = post_run(w, 6);
    g_autofree char *up = g_strdup_printf("%s %s %s", a, b, c);
    g_autofree char *down = g_strdup_printf("%s %s %s", c, b, a);
    g_autofree char *after_a = g_strdup_printf("%s %s", b, c);
    g_autofree char *since = g_strdup_printf(OPEN "runs?since_run_id=%s&sort=asc", a);

    (void)x, (void)y;
    assert_column(w, OPEN "runs?environment=&last=&since_run_id=&sort=&limit=", "run_id", down);
    assert_column(w, OPEN "runs?sort=asc&environment=prod&last=false", "run_id", up);
    assert_column(w, OPEN "runs?last=true&sort=asc", "run_id", c);
    assert_column(w, OPEN "runs?limit=1&sort=asc", "run_id", a);
    assert_column(w, OPEN "runs?environment=dev", "run_id", "");
    assert_column(w, since, "run_id", after_a);
    assert_column(w, OPEN "plans", "plan_id", plan);
    assert_int_equal(get_code(w, OPEN "runs?since_run_id=none"), ERROR_NOT_FOUND);
    assert_int_equal(get_code(w, OPEN "runs?limit=0"), ERROR_INVALID);
    assert_int_equal(get_code(w, OPEN "runs?limit=many"), ERROR_INVALID);
    assert_int_equal(get_code(w, OPEN "runs?sort=up"), ERROR_INVALID);
    assert_int_equal(get_code(w, OPEN "runs?last=perhaps"), ERROR_INVALID);
}

void test_a_run_has_null_where_it_has_not_come_to(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *id = post_run(w, 4);
    g_autofree char *path = g_strdup_printf(OPEN "runs/%s", id);
    g_autofree char *link =
        g_strdup_printf("/environments/prod/runs/%s?tab=summary&tab_summary=executions", id);
    g_autoptr(json_t) run = get(w->dev, path), after = NULL;

    assert_text(run, "status", "in_progress");
    assert_true(json_is_null(json_object_get(run, "end_at")));
    assert_true(json_is_null(json_object_get(run, "error_message")));
    assert_true(g_str_has_suffix(text_of(run, "link"), link));
    g_free(work_off(w->run, "run-1"));
    after = get(w->dev, path);
    assert_text(after, "status", "success");
    assert_true(g_str_has_suffix(text_of(after, "end_at"), "Z"));
    assert_int_equal(get_code(w, OPEN "runs/none"), ERROR_NOT_FOUND);
}

void test_evaluations_are_there_before_they_are_claimed_and_end_once(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *id = post_run(w, 4);
    g_autofree char *path = g_strdup_printf(OPEN "runs/%s/evaluations", id);
    g_autofree char *of_b = g_strconcat(path, "?node_name=%22db%22.%22shop%22.%22b%22", NULL);
    g_autoptr(wire_claimed) got = NULL, again = NULL;
    struct wire_result *r;

    assert_column(w, path, "status", "scheduled scheduled");
    got = claim(w->run, "run-1", 1, 0);
    assert_column(w, path, "status", "in_progress scheduled");
    r = result_of(got->tasks->pdata[0], STATUS_FAILED);
    r->not_charged = true;
    r->error = g_strdup("a lock was waited for");
    assert_true(finish(w->run, "run-1", r));
    assert_column(w, path, "status", "scheduled scheduled");
    again = claim(w->run, "run-1", 1, 5000);
    assert_int_equal(again->tasks->len, 1);
    assert_true(finish(w->run, "run-1", result_of(again->tasks->pdata[0], STATUS_SUCCESS)));
    g_free(work_off(w->run, "run-1"));
    assert_column(w, path, "status", "success success");
    assert_column(w, of_b, "node_name", "\"db\".\"shop\".\"b\"");
}

static void send_log(struct world *w, const struct wire_task *t, const char *text, int64_t offset)
{
    g_autoptr(wire_logs) m = wire_logs_new();
    struct wire_log *piece = wire_log_new();

    m->executor_id = g_strdup("run-1");
    piece->task_id = g_strdup(t->id);
    piece->fence = t->fence;
    piece->sequence = offset > 0;
    piece->offset = offset;
    piece->text = g_strdup(text);
    g_ptr_array_add(m->pieces, piece);
    json_decref(post(w->run, V1 "tasks/logs", &wire_logs_type, m));
}

void test_a_failed_evaluation_tells_its_error_audits_and_log(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *id = post_run(w, 4), *log = g_strnfill(40000, 'x');
    g_autofree char *list = g_strdup_printf(OPEN "evaluations?run_id=%s&limit=1", id), *one = NULL;
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 1, 0);
    struct wire_result *r = result_of(got->tasks->pdata[0], STATUS_FAILED);
    struct wire_audit *audit = wire_audit_new();
    g_autoptr(json_t) some = NULL, whole = NULL;
    const json_t *e, *a;

    send_log(w, got->tasks->pdata[0], log, 0);
    send_log(w, got->tasks->pdata[0], "the end\n", 40000 + 5);
    audit->name = g_strdup("not_null");
    audit->status = STATUS_FAILED;
    audit->message = g_strdup("3 rows");
    g_ptr_array_add(r->audits, audit);
    r->error = g_strdup("audit not_null found 3 rows");
    assert_true(finish(w->run, "run-1", r));
    e = json_array_get(some = get(w->dev, list), 0);
    assert_in_range(strlen(text_of(e, "log")), 8 * 1024, 17 * 1024);
    assert_true(g_str_has_suffix(text_of(e, "log"), "the end\n"));
    assert_text(e, "status", "failed");
    assert_text(e, "error_message", "audit not_null found 3 rows");
    assert_text(e, "run_id", id);
    assert_text(e, "interval_start", "2024-01-04T00:00:00.000Z");
    a = json_array_get(json_object_get(e, "audits"), 0);
    assert_text(a, "name", "not_null");
    assert_text(a, "status", "failed");
    assert_text(a, "log", "3 rows");
    assert_text(a, "interval_end", "2024-01-05T00:00:00.000Z");
    one = g_strdup_printf(OPEN "evaluations/%s", text_of(e, "evaluation_id"));
    whole = get(w->dev, one);
    assert_true(g_str_has_prefix(text_of(whole, "log"), "xxx"));
    assert_true(strlen(text_of(whole, "log")) > 40000);
    assert_true(g_str_has_suffix(text_of(whole, "log"),
                                 "[... 5 bytes of the log are not here ...]\nthe end\n"));
    assert_non_null(strstr(text_of(whole, "log_link"), "&tab_evaluation=log"));
    assert_int_equal(get_code(w, OPEN "evaluations/999999"), ERROR_NOT_FOUND);
    assert_int_equal(get_code(w, OPEN "evaluations/none"), ERROR_NOT_FOUND);
}

void test_what_waited_for_a_failure_is_skipped(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *id = post_run(w, 4);
    g_autofree char *path = g_strdup_printf(OPEN "runs/%s/evaluations", id);
    g_autoptr(wire_claimed) got = claim(w->run, "run-1", 1, 0);
    struct wire_result *r = result_of(got->tasks->pdata[0], STATUS_FAILED);

    r->error = g_strdup("no");
    assert_true(finish(w->run, "run-1", r));
    assert_column(w, path, "status", "failed skipped");
}

void test_the_latest_evaluations_are_one_of_each_member(void **state)
{
    struct world *w = *state;
    g_autofree char *plan = make_prod(w), *id = post_run(w, 4);

    assert_column(w, OPEN "evaluations?environment=prod&latest=true&limit=", "status",
                  "scheduled scheduled");
    g_free(work_off(w->run, "run-1"));
    assert_column(w, OPEN "evaluations?environment=prod&latest=true", "node_name",
                  "\"db\".\"shop\".\"a\" \"db\".\"shop\".\"b\"");
    assert_column(w, OPEN "evaluations?environment=prod&sort=desc&limit=3", "status",
                  "success success success");
    assert_column(w, OPEN "evaluations?environment=nowhere&latest=true", "status", "");
    assert_column(w, OPEN "evaluations?environment=prod&run_id=&plan_id=&limit=1", "plan_id", plan);
}
