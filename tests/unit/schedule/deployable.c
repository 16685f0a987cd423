/* What a development environment may write into tables of prod. */
#include "schedule_test.h"

#define NOW "2024-01-10 12:00:00"

static const struct schedule_item *dev_item(const GPtrArray *all, const char *start,
                                            const char *name, struct schedule **out)
{
    struct schedule_request r = request_at(all, NOW);

    r.is_dev = true;
    if (start)
        r.start_ms = at(start);
    *out = must_schedule(&r);
    return item_of(*out, name);
}

/* One model in dev: is it deployable, and how many batches does it need? */
static void check_one(struct wire_snapshot *s, const char *start, bool deployable, guint batches)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) schedule = NULL;
    const struct schedule_item *item;

    g_ptr_array_add(all, s);
    item = dev_item(all, start, "a", &schedule);
    assert_int_equal(item->deployable, deployable);
    assert_int_equal(item->batches->len, batches);
}

static struct wire_snapshot *filled(int category)
{
    struct wire_snapshot *s = model("a", NULL);

    s->category = category;
    s->intervals = intervals_of(at("2024-01-01"), at("2024-01-10"));
    return s;
}

void test_a_breaking_change_writes_the_table_prod_will_use(void **state)
{
    (void)state;
    check_one(model("a", NULL), NULL, true, 1);
    check_one(filled(CATEGORY_METADATA), NULL, true, 0);
}

void test_a_forward_only_change_is_not_deployable_and_filled_by_previews_only(void **state)
{
    struct wire_snapshot *deployed = filled(CATEGORY_FORWARD_ONLY);

    (void)state;
    check_one(filled(CATEGORY_FORWARD_ONLY), NULL, false, 0);
    deployed->deployed = true;
    check_one(deployed, NULL, true, 0);
}

void test_a_new_forward_only_model_is_filled_in_a_table_of_its_own(void **state)
{
    struct wire_snapshot *s = model("a", NULL);

    (void)state;
    s->forward_only = true;
    check_one(s, NULL, false, 1);
}

void test_rows_shared_with_prod_are_read_there(void **state)
{
    struct wire_snapshot *view = filled(CATEGORY_INDIRECT_NON_BREAKING);

    (void)state;
    check_one(filled(CATEGORY_INDIRECT_NON_BREAKING), NULL, true, 0);
    view->kind = KIND_VIEW; /* a view has to be made over the new parents */
    check_one(view, NULL, false, 1);
}

void test_what_depends_on_the_past_must_begin_with_it(void **state)
{
    struct wire_snapshot *late = model("a", NULL), *early = model("a", NULL),
                         *range = model("a", NULL), *in_prod = filled(CATEGORY_BREAKING);

    (void)state;
    late->kind = early->kind = KIND_FULL;
    check_one(late, "2024-01-05", false, 1);
    check_one(early, "2024-01-01", true, 1);
    check_one(range, "2024-01-05", true, 1);
    in_prod->kind = KIND_FULL;
    in_prod->deployed = true;
    intervals_remove(in_prod->intervals, at("2024-01-02"), at("2024-01-10"));
    check_one(in_prod, "2024-01-05", true, 0); /* prod's rows are read, and left alone */
}

void test_children_of_what_is_not_deployable_are_not_either(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct wire_snapshot *a = filled(CATEGORY_FORWARD_ONLY), *old = model("old", "a", NULL);

    (void)state;
    old->deployed = true;
    g_ptr_array_add(all, a);
    g_ptr_array_add(all, model("b", "a", NULL));
    g_ptr_array_add(all, model("c", "b", NULL));
    g_ptr_array_add(all, model("other", NULL));
    g_ptr_array_add(all, old);
    assert_false(dev_item(all, NULL, "b", &s)->deployable);
    assert_false(item_of(s, "c")->deployable);
    assert_true(item_of(s, "other")->deployable);
    assert_true(item_of(s, "old")->deployable);
}

void test_in_prod_everything_is_deployable(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct wire_snapshot *view = filled(CATEGORY_INDIRECT_NON_BREAKING);
    struct schedule_request r;

    (void)state;
    view->kind = KIND_VIEW;
    g_ptr_array_add(all, view);
    r = request_at(all, NOW);
    s = must_schedule(&r);
    assert_true(item_of(s, "a")->deployable);
    assert_int_equal(item_of(s, "a")->batches->len, 1); /* made again over the new parents */
}

void test_a_view_that_was_made_over_changed_parents_is_not_made_again(void **state)
{
    struct wire_snapshot *view = filled(CATEGORY_INDIRECT_NON_BREAKING);

    (void)state;
    view->kind = KIND_VIEW;
    view->dev_intervals = intervals_of(at("2024-01-05"), at("2024-01-10"));
    check_one(view, NULL, false, 0);
}

void test_a_new_view_over_a_preview_is_a_preview(void **state)
{
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) schedule = NULL, then = NULL;
    struct wire_snapshot *full = model("a", NULL), *view = model("b", "a", NULL);

    (void)state;
    full->kind = KIND_FULL;
    view->kind = KIND_VIEW;
    full->category = CATEGORY_BREAKING;
    view->category = CATEGORY_INDIRECT_BREAKING;
    g_ptr_array_add(all, full);
    g_ptr_array_add(all, view);
    assert_false(dev_item(all, "2024-01-05", "b", &schedule)->deployable);
    assert_int_equal(item_of(schedule, "b")->batches->len, 1);
    assert_int_equal(item_of(schedule, "a")->batches->len, 1);
    full->deployed = view->deployed = true; /* prod's: this environment must not write them */
    assert_int_equal(dev_item(all, "2024-01-05", "b", &then)->batches->len, 0);
}
