/* What is posted, what is looked up, what a person may decide. */
#include "plan_test.h"

#include "base/json.h"

struct desk {
    struct world *world;
    struct project *project;
    struct answers answers;
    struct plan_options options;
};

int setup(void **state)
{
    struct desk *d = g_new0(struct desk, 1);

    d->world = world_new("2024-01-10 12:00:00");
    d->options = (struct plan_options){
        .environment = "prod", .create_from = "prod", .now_ms = d->world->now_ms};
    *state = d;
    return 0;
}

int teardown(void **state)
{
    struct desk *d = *state;

    answers_clear(&d->answers);
    sketch_free(d->project);
    world_free(d->world);
    g_free(d);
    return 0;
}

static void set_project(struct desk *d, const char *models)
{
    sketch_free(d->project);
    d->project = sketch(models);
}

static struct plan *try_plan(struct desk *d, const char *environment, GError **error)
{
    answers_clear(&d->answers);
    d->options.environment = environment;
    return world_plan(d->world, d->project, &d->options, &d->answers, error);
}

static struct plan *must_plan(struct desk *d, const char *environment)
{
    GError *error = NULL;
    struct plan *p = try_plan(d, environment, &error);

    if (!p)
        fail_msg("%s", error->message);
    return p;
}

static void apply(struct desk *d, const char *environment)
{
    g_autoptr(plan) p = must_plan(d, environment);

    world_apply(d->world, p);
}

void test_only_new_snapshots_are_sent_with_definitions(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(wire_plan) m = NULL;

    set_project(d, "a FULL\nb FULL < a\n");
    apply(d, "prod");
    set_project(d, "a FULL\nb FULL < a\nc FULL < b\n");
    p = must_plan(d, "prod");
    m = plan_message(p);
    assert_int_equal(m->snapshots->len, 1);
    assert_string_equal(((struct wire_snapshot *)m->snapshots->pdata[0])->view->name, "c");
    assert_non_null(((struct wire_snapshot *)m->snapshots->pdata[0])->definition);
    assert_int_equal(m->environment->members->len, 3);
    assert_string_equal(m->expected_plan_id, "p1");
    assert_false(m->is_dev);
    assert_true(m->execution_ms == TIME_NONE);
}

void test_an_environments_name_becomes_part_of_a_schema(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(wire_plan) m = NULL;

    set_project(d, "a FULL\n");
    p = must_plan(d, "Feature-7");
    m = plan_message(p);
    assert_string_equal(m->environment->name, "feature_7");
    assert_true(m->is_dev);
}

void test_dev_expires_a_week_ahead_and_prod_never(void **state)
{
    struct desk *d = *state;

    set_project(d, "a FULL\n");
    for (int i = 0; i < 4; i++) {
        g_autoptr(plan) p = NULL;
        g_autoptr(wire_plan) m = NULL;

        d->project->config->environment_ttl = i == 2 ? (char *)"in 2 days" : NULL;
        if (i == 3)
            d->project->config->raw = json_pack("{s:[s]}", "pinned_environments", "dev");
        p = must_plan(d, i == 0 ? "prod" : "dev");
        m = plan_message(p);
        assert_int_equal(m->environment->expiration_ms, i == 1   ? at("2024-01-17")
                                                        : i == 2 ? at("2024-01-12")
                                                                 : TIME_NONE);
    }
}

void test_the_suffix_and_the_catalog_are_the_configurations(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(wire_plan) m = NULL;

    set_project(d, "a FULL\n");
    d->project->config->suffix_target = SUFFIX_TABLE;
    d->project->config->raw =
        json_pack("{s:{s:s, s:s}}", "environment_catalog_mapping", "^prod$", "p", "^de", "sandbox");
    p = must_plan(d, "dev");
    m = plan_message(p);
    assert_int_equal(m->environment->suffix_target, SUFFIX_TABLE);
    assert_string_equal(m->environment->catalog, "sandbox");
}

void test_statements_alone_are_a_change(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) same = NULL, other = NULL;
    g_autofree char *summary = NULL;
    g_autoptr(wire_plan) m = NULL;

    set_project(d, "a FULL\n");
    apply(d, "prod");
    d->project->statements = json_pack("{s:[]}", "before_all");
    same = must_plan(d, "prod");
    assert_true(plan_is_empty(same));
    json_decref(d->project->statements);
    d->project->statements = json_pack("{s:[s]}", "after_all", "SELECT 1");
    other = must_plan(d, "prod");
    assert_false(plan_is_empty(other));
    summary = plan_summary(other, true);
    assert_non_null(strstr(summary, "Environment statements:\n\nafter_all:\n  + SELECT 1\n"));
    m = plan_message(other);
    assert_true(json_equal(m->environment->statements, d->project->statements));
}

void test_a_plan_that_did_not_end_well_is_made_again(void **state)
{
    struct desk *d = *state;
    struct wire_environment *prod;
    g_autoptr(plan) p = NULL;

    set_project(d, "a FULL\n");
    apply(d, "prod");
    prod = g_hash_table_lookup(d->world->environments, "prod");
    prod->finalized_ms = TIME_NONE;
    p = must_plan(d, "prod");
    assert_true(p->has_changes);
    assert_false(plan_is_empty(p));
}

void test_an_expired_environment_begins_as_prod_again(void **state)
{
    struct desk *d = *state;
    struct wire_environment *dev;
    g_autoptr(plan) p = NULL;
    g_autoptr(wire_plan) m = NULL;

    set_project(d, "a FULL : SELECT 1 AS x\n");
    apply(d, "prod");
    set_project(d, "a FULL : SELECT 2 AS x\n");
    apply(d, "dev");
    dev = g_hash_table_lookup(d->world->environments, "dev");
    dev->expiration_ms = d->world->now_ms;
    p = must_plan(d, "dev");
    assert_true(p->is_new_environment);
    assert_int_equal(p->items->len, 1);
    m = plan_message(p);
    assert_string_equal(m->expected_plan_id, dev->plan_id);
}

void test_a_persons_choice_reaches_the_children(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(GError) error = NULL;
    const struct plan_item *a, *b;

    set_project(d, "a FULL : SELECT 1 AS x\nb FULL < a : SELECT x FROM a.a\n");
    apply(d, "prod");
    set_project(d, "a FULL : SELECT 2 AS x\nb FULL < a : SELECT x FROM a.a\n");
    d->project->config->plan = json_pack("{s:{s:s}}", "auto_categorize_changes", "sql", "semi");
    p = must_plan(d, "prod");
    a = p->items->pdata[0];
    b = p->items->pdata[1];
    assert_false(a->categorized);
    assert_null(a->snapshot->version);
    assert_true(plan_set_category(p, a->snapshot->name, CATEGORY_NON_BREAKING, NULL));
    assert_true(a->categorized);
    assert_int_equal(b->category, CATEGORY_INDIRECT_NON_BREAKING);
    assert_string_equal(b->snapshot->version, b->before->version);
    assert_true(plan_set_category(p, a->snapshot->name, CATEGORY_BREAKING, NULL));
    assert_int_equal(b->category, CATEGORY_INDIRECT_BREAKING);
    assert_string_not_equal(b->snapshot->version, b->before->version);
    assert_false(plan_set_category(p, b->snapshot->name, CATEGORY_BREAKING, &error));
    assert_int_equal(error->code, ERROR_INVALID);
}

void test_the_configuration_says_what_is_decided_automatically(void **state)
{
    static const struct {
        const char *mode, *query;
        bool categorized;
    } cases[] = {
        {"full", "SELECT 2 AS x",         true },
        {"semi", "SELECT 2 AS x",         false},
        {"semi", "SELECT 1 AS x, 2 AS y", true },
        {"off",  "SELECT 1 AS x, 2 AS y", false},
    };
    struct desk *d = *state;

    set_project(d, "a FULL : SELECT 1 AS x\n");
    apply(d, "prod");
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *models = g_strdup_printf("a FULL : %s\n", cases[i].query);
        g_autoptr(plan) p = NULL;

        set_project(d, models);
        d->project->config->plan =
            json_pack("{s:{s:s}}", "auto_categorize_changes", "sql", cases[i].mode);
        p = must_plan(d, "prod");
        assert_int_equal(((struct plan_item *)p->items->pdata[0])->categorized,
                         cases[i].categorized);
    }
}

void test_a_reference_to_a_removed_model_is_refused(void **state)
{
    struct desk *d = *state;
    g_autoptr(GError) error = NULL;
    char *reads[] = {(char *)"\"db\".\"a\".\"gone\"", NULL};

    set_project(d, "gone FULL\nb FULL < gone\n");
    apply(d, "prod");
    set_project(d, "b FULL\n");
    ((struct model *)d->project->models->pdata[0])->depends_on = reads;
    assert_null(try_plan(d, "prod", &error));
    assert_non_null(strstr(error->message, "Removed model a.gone is referenced in a.b."));
}

void test_what_is_looked_up_is_the_project_and_the_environment(void **state)
{
    struct desk *d = *state;
    g_autoptr(wire_lookup) needs = NULL;
    g_autoptr(wire_environment) told = NULL;

    set_project(d, "a FULL : SELECT 1 AS x\nb FULL < a\n");
    apply(d, "prod");
    set_project(d, "a FULL : SELECT 2 AS x\nc FULL\n");
    needs = plan_needs(d->project, g_hash_table_lookup(d->world->environments, "prod"));
    assert_int_equal(needs->ids->len, 4);
    wire_lookup_free(needs);
    set_project(d, "a FULL : SELECT 1 AS x\nb FULL < a\nc FULL\n");
    needs = plan_needs(d->project, g_hash_table_lookup(d->world->environments, "prod"));
    assert_int_equal(needs->ids->len, 3);
    wire_lookup_free(needs);
    told = world_environment(d->world, "prod");
    needs = plan_needs(d->project, told);
    assert_int_equal(needs->ids->len, 1);
    assert_string_equal(((struct wire_snapshot_id *)needs->ids->pdata[0])->name,
                        "\"db\".\"a\".\"c\"");
    assert_true(needs->definitions);
}

void test_a_plan_for_programs_says_the_same(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(json_t) json = NULL;
    const json_t *change, *fill;

    set_project(d, "a INCREMENTAL_BY_TIME_RANGE\n");
    p = must_plan(d, "dev");
    json = plan_json(p);
    change = json_array_get(json_object_get(json, "changes"), 0);
    fill = json_array_get(json_object_get(json, "backfill"), 0);
    assert_string_equal(json_get_string(json, "environment", ""), "dev");
    assert_true(json_get_bool(json, "is_new", false));
    assert_string_equal(json_get_string(change, "change", ""), "added");
    assert_string_equal(json_get_string(change, "category", ""), "breaking");
    assert_string_equal(json_get_string(fill, "display_name", ""), "a__dev.a");
    assert_string_equal(
        json_string_value(json_array_get(json_array_get(json_object_get(fill, "intervals"), 0), 1)),
        "2024-01-10T00:00:00.000Z");
}

void test_models_whose_audits_alone_changed_are_named(void **state)
{
    static const struct {
        const char *models;
        const char *audited;
    } cases[] = {
        {"a FULL owner=me audit=x audit=y\nb FULL < a\nc FULL audit=x\n",        ""   },
        {"a FULL audit=x audit=z\nb FULL < a audit=x\nc FULL\n",                 "a b"},
        {"a FULL audit=y audit=x\nb FULL < a\nc FULL audit=z : SELECT 2 AS y\n", ""   },
    };
    struct desk *d = *state;

    set_project(d, "a FULL audit=x audit=y\nb FULL < a\nc FULL audit=x\n");
    apply(d, "prod");
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(plan) p = NULL;
        g_autoptr(wire_plan) m = NULL;
        g_autoptr(GString) got = g_string_new(NULL);

        set_project(d, cases[i].models);
        p = must_plan(d, "dev");
        m = plan_message(p);
        for (guint k = 0; k < m->audits->len; k++) {
            const struct wire_restatement *r = m->audits->pdata[k];
            g_autoptr(wire_table) name = names_split(r->name, NULL);

            assert_true(r->start_ms == TIME_NONE);
            g_string_append_printf(got, "%s%s", got->len ? " " : "", name->name);
        }
        assert_string_equal(got->str, cases[i].audited);
    }
}

void test_audits_begin_where_the_plan_begins(void **state)
{
    struct desk *d = *state;
    g_autoptr(plan) p = NULL;
    g_autoptr(wire_plan) m = NULL;
    const struct wire_restatement *r;

    set_project(d, "a INCREMENTAL_BY_TIME_RANGE\n");
    apply(d, "prod");
    set_project(d, "a INCREMENTAL_BY_TIME_RANGE audit=x\n");
    d->options.start = "2024-01-03";
    d->options.end = "2024-01-04";
    p = must_plan(d, "dev");
    m = plan_message(p);
    assert_int_equal(m->audits->len, 1);
    r = m->audits->pdata[0];
    assert_int_equal(r->start_ms, at("2024-01-03"));
    assert_int_equal(r->end_ms, at("2024-01-05"));
}
