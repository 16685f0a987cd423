/* From a schedule to tasks: stages and edges. A plan is shown as one line a task. */
#include "schedule_test.h"

#define NOW "2024-01-04 12:00:00"

static GHashTable *set_of(const char *name, ...)
{
    GHashTable *out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    va_list more;

    va_start(more, name);
    for (; name; name = va_arg(more, const char *))
        g_hash_table_add(out, g_strdup_printf("\"db\".\"shop\".\"%s\"", name));
    va_end(more);
    return out;
}

static void put_waits(GString *out, const char *mark, const GArray *waits, guint i)
{
    g_string_append(out, waits->len ? mark : "");
    for (guint k = 0; k < waits->len; k++) {
        guint after = g_array_index(waits, guint, k);

        assert_true(after < i);
        g_string_append_printf(out, " %u", after);
    }
}

/* "2 evaluate b 1 <- 0 1": number, kind, model, day of the batch, what it waits for; after "<~" the
 * end of what. */
static char *tasks_text(const GPtrArray *tasks)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < tasks->len; i++) {
        const struct schedule_task *t = tasks->pdata[i];

        g_string_append_printf(out, "%u %s", i, task_kind_names[t->kind]);
        if (t->snapshot)
            g_string_append_printf(out, " %s", t->snapshot->view->name);
        if (t->kind == TASK_EVALUATE || t->kind == TASK_AUDIT)
            g_string_append_printf(out, " %d", (int)((t->batch.start - at("2023-12-31")) / DAY));
        put_waits(out, " <-", t->after, i);
        put_waits(out, " <~", t->ended, i);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static void check_request(const struct schedule_request *r, const struct schedule_stages *stages,
                          const char *expected)
{
    g_autoptr(schedule) s = must_schedule(r);
    g_autoptr(GPtrArray) tasks = schedule_tasks(s, stages);
    g_autofree char *got = tasks_text(tasks);

    assert_string_equal(got, expected);
}

static void check(const GPtrArray *all, const struct schedule_stages *stages, const char *expected)
{
    struct schedule_request r = request_at(all, NOW);

    check_request(&r, stages, expected);
}

static void fill(struct wire_snapshot *s)
{
    s->intervals = intervals_of(at("2024-01-01"), at("2024-01-04"));
}

void test_a_plan_creates_fills_and_shows_parents_first(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(GHashTable) names = set_of("a", "b", NULL);

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, model("b", "a", NULL));
    check(all, &(struct schedule_stages){names, names, true, true, false},
          "0 before_all\n"
          "1 create a <- 0\n"
          "2 evaluate a 1 <- 1\n"
          "3 create b <- 2\n"
          "4 evaluate b 1 <- 3\n"
          "5 promote a <- 4\n"
          "6 promote b <- 4\n"
          "7 after_all <- 5 6\n");
}

void test_a_run_only_evaluates(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, model("b", "a", NULL));
    g_ptr_array_add(all, model("c", NULL));
    check(all, &(struct schedule_stages){.is_run = true},
          "0 evaluate a 1\n"
          "1 evaluate b 1 <- 0\n"
          "2 evaluate c 1\n");
}

void test_batches_run_side_by_side_unless_the_model_says_otherwise(void **state)
{
    static const struct {
        int concurrency;
        bool depends_on_past;
        const char *expected;
    } cases[] = {
        {0, false, "0 evaluate a 1\n1 evaluate a 2\n2 evaluate a 3\n3 evaluate b 1 <- 0 1 2\n"   },
        {1, false,
         "0 evaluate a 1\n1 evaluate a 2 <- 0\n2 evaluate a 3 <- 1\n3 evaluate b 1 <- 2\n"       },
        {2, false, "0 evaluate a 1\n1 evaluate a 2\n2 evaluate a 3 <- 0\n3 evaluate b 1 <- 1 2\n"},
        {0, true,
         "0 evaluate a 1\n1 evaluate a 2 <- 0\n2 evaluate a 3 <- 1\n3 evaluate b 1 <- 2\n"       },
    };

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) all = graph_new();
        struct wire_snapshot *a = model("a", NULL);

        a->batch_size = 1;
        a->batch_concurrency = cases[i].concurrency;
        a->depends_on_past = cases[i].depends_on_past;
        g_ptr_array_add(all, a);
        g_ptr_array_add(all, model("b", "a", NULL));
        check(all, &(struct schedule_stages){.is_run = true}, cases[i].expected);
    }
}

void test_a_model_without_work_passes_on_what_it_waits_for(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    struct wire_snapshot *b = model("b", "a", NULL), *c = model("c", "b", NULL);

    (void)state;
    fill(b);
    c->kind = KIND_EMBEDDED;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, b);
    g_ptr_array_add(all, c);
    g_ptr_array_add(all, model("d", "c", NULL));
    check(all, &(struct schedule_stages){.is_run = true},
          "0 evaluate a 1\n"
          "1 evaluate d 1 <- 0\n");
}

void test_a_virtual_update_is_views_only(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(GHashTable) names = set_of("a", "b", "e", NULL);
    struct wire_snapshot *a = model("a", NULL), *e = model("e", NULL);

    (void)state;
    fill(a);
    e->kind = KIND_EXTERNAL;
    g_ptr_array_add(all, a);
    g_ptr_array_add(all, e);
    check(all, &(struct schedule_stages){.promote = names, .before_all = true},
          "0 before_all\n"
          "1 promote a <- 0\n");
}

void test_after_all_of_a_run_waits_for_the_end_of_all_however_it_is(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, model("b", NULL));
    check(all, &(struct schedule_stages){.is_run = true, .before_all = true, .after_all = true},
          "0 before_all\n"
          "1 evaluate a 1 <- 0\n"
          "2 evaluate b 1 <- 0\n"
          "3 after_all <- 0 <~ 1 2\n");
    check(all, &(struct schedule_stages){.is_run = true, .after_all = true},
          "0 evaluate a 1\n"
          "1 evaluate b 1\n"
          "2 after_all <~ 0 1\n");
}

void test_edges_of_a_diamond_are_few(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();

    (void)state;
    g_ptr_array_add(all, model("a", NULL));
    g_ptr_array_add(all, model("b", "a", NULL));
    g_ptr_array_add(all, model("c", "a", NULL));
    g_ptr_array_add(all, model("d", "b", "c", "a", NULL));
    check(all, &(struct schedule_stages){.is_run = true},
          "0 evaluate a 1\n"
          "1 evaluate b 1 <- 0\n"
          "2 evaluate c 1 <- 0\n"
          "3 evaluate d 1 <- 1 2 0\n");
}

void test_what_is_filled_is_audited_before_more_is_filled(void **state)
{
    g_autoptr(GPtrArray) all = graph_new(), audits = g_ptr_array_new();
    g_autoptr(GHashTable) names = set_of("a", NULL);
    struct wire_snapshot *a = model("a", NULL);
    struct wire_restatement of_a = {a->name, TIME_NONE, TIME_NONE};
    struct schedule_request r;

    (void)state;
    a->batch_size = 1;
    a->intervals = intervals_of(at("2024-01-01"), at("2024-01-03"));
    g_ptr_array_add(all, a);
    g_ptr_array_add(all, model("b", "a", NULL));
    g_ptr_array_add(audits, &of_a);
    r = request_at(all, NOW);
    r.audits = audits;
    check_request(&r, &(struct schedule_stages){.promote = names},
                  "0 audit a 1\n"
                  "1 audit a 2\n"
                  "2 evaluate a 3 <- 0 1\n"
                  "3 evaluate b 1 <- 2\n"
                  "4 promote a <- 3\n");
    of_a.start_ms = at("2024-01-02");
    fill(g_ptr_array_index(all, 1));
    intervals_add(a->intervals, at("2024-01-03"), at("2024-01-04"));
    check_request(&r, &(struct schedule_stages){.promote = names},
                  "0 audit a 2\n"
                  "1 audit a 3\n"
                  "2 promote a <- 0 1\n");
}
