/* audits.c -- audits on real tables: what passes, fails and warns; the built-in ones as
 * tests/cases/evaluate/audits.txt has them (tests/parity/audit_counts.py holds that file against
 * the real SQLMesh). */
#include "evaluate/rig.h"

#include "evaluate/evaluate_int.h"
#include "project/audits.h"

int setup(void **state)
{
    struct rig *g = rig_new();

    rig_run(g, "CREATE SCHEMA sqlmesh__shop");
    rig_run(g, "CREATE TABLE sqlmesh__shop.shop__s__1 AS SELECT i AS id, DATE '2024-01-01' + (i // "
               "2)::INT AS d FROM range(1, 9) AS t(i)");
    *state = g;
    return 0;
}

int teardown(void **state)
{
    return rig_teardown(state);
}

static struct wire_task *audit_task(const char *kind, const char *audits)
{
    g_autofree char *more =
        g_strdup_printf("%s, `query`: `SELECT id, d FROM shop.s`, `audits`: [%s]", kind, audits);

    return rig_task(TASK_AUDIT, "s", more);
}

#define FULL  "`kind`: `FULL`"
#define RANGE "`kind`: `INCREMENTAL_BY_TIME_RANGE`, `time_column`: `d`"

void test_audits_run_after_the_rows_are_there(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = rig_task(
        TASK_EVALUATE, "f",
        "`kind`: `FULL`, `query`: `SELECT id FROM shop.s`, `audits`: [{`name`: `not_null`, "
        "`blocking`: true, `arguments`: {`columns`: `(id)`}}]");
    g_autoptr(wire_result) r = NULL;
    const struct wire_audit *a;

    rig_parent(t, "s");
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_SUCCESS);
    assert_int_equal(r->audits->len, 1);
    a = r->audits->pdata[0];
    assert_string_equal(a->name, "not_null");
    assert_int_equal(a->status, STATUS_SUCCESS);
    assert_int_equal(a->count, 0);
    assert_true(a->blocking);
    assert_null(a->message);
    assert_non_null(strstr(a->query, "sqlmesh__shop"));
    wire_task_free(t);
}

void test_a_blocking_audit_that_fails_fails_the_task_and_keeps_the_rows(void **state)
{
    struct rig *g = *state;
    struct wire_task *t = rig_task(
        TASK_EVALUATE, "f",
        "`kind`: `FULL`, `query`: `SELECT id FROM shop.s`, `audits`: [{`name`: `few`, `blocking`: "
        "true, `query`: `SELECT * FROM @this_model WHERE id > @most`, `arguments`: {`most`: "
        "`6`}}]");
    g_autoptr(wire_result) r = NULL;
    const struct wire_audit *a;

    rig_parent(t, "s");
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_FAILED);
    assert_false(r->retry);
    assert_int_equal(r->rows, 8);
    a = r->audits->pdata[0];
    assert_int_equal(a->status, STATUS_FAILED);
    assert_int_equal(a->count, 2);
    assert_string_equal(a->message, "The audit few of shop.f found 2 rows that must not be there.");
    assert_non_null(strstr(r->error, a->message));
    assert_non_null(strstr(r->error, a->query));
    rig_expect(g, "SELECT COUNT(*) FROM sqlmesh__shop.shop__f__1", "8");
    wire_task_free(t);
}

void test_an_audit_that_does_not_block_warns(void **state)
{
    struct rig *g = *state;
    struct wire_task *t =
        audit_task(FULL, "{`name`: `none`, `blocking`: false, `query`: `SELECT 1 FROM @this_model "
                         "WHERE id = 1`}");
    g_autoptr(wire_result) r = rig_do(g, t);
    const struct wire_audit *a = r->audits->pdata[0];

    assert_int_equal(r->status, STATUS_SUCCESS);
    assert_null(r->error);
    assert_int_equal(a->status, STATUS_FAILED);
    assert_string_equal(a->message, "The audit none of shop.s found 1 row that must not be there.");
    assert_non_null(strstr(g->log->str, "Warning: The audit none"));
    wire_task_free(t);
}

void test_on_a_time_range_an_audit_sees_the_batch_alone(void **state)
{
    struct rig *g = *state;
    const char *audits =
        "{`name`: `counts`, `blocking`: false, `query`: `SELECT a.id FROM @this_model AS a JOIN "
        "@this_model AS b ON a.id = b.id`}, {`name`: `all`, `blocking`: false, `query`: `SELECT * "
        "FROM shop.s`}";
    struct wire_task *t = audit_task(RANGE, audits);
    g_autoptr(wire_result) r = NULL;

    rig_batch(t, "2024-01-02", "2024-01-04");
    r = rig_do(g, t);
    assert_int_equal(r->status, STATUS_SUCCESS);
    assert_int_equal(((struct wire_audit *)r->audits->pdata[0])->count, 4);
    assert_int_equal(((struct wire_audit *)r->audits->pdata[1])->count, 8);
    assert_non_null(strstr(((struct wire_audit *)r->audits->pdata[0])->query,
                           "BETWEEN CAST('2024-01-02' AS DATE) AND CAST('2024-01-03' AS DATE)"));
    wire_task_free(t);
}

void test_an_audit_knows_the_models_functions_and_its_own(void **state)
{
    struct rig *g = *state;
    struct wire_task *t =
        audit_task("`kind`: `FULL`, `definitions`: [{`sql`: `@DEF(low, 7)`}]",
                   "{`name`: `a`, `blocking`: false, `query`: `SELECT * FROM @this_model WHERE id "
                   ">= @low AND @odd(id)`, `definitions`: [{`sql`: `@DEF(odd, x -> x % 2 = 1)`}]}");
    g_autoptr(wire_result) r = rig_do(g, t);

    assert_int_equal(r->status, STATUS_SUCCESS);
    assert_int_equal(((struct wire_audit *)r->audits->pdata[0])->count, 1);
    wire_task_free(t);
}

void test_an_audit_that_cannot_run_says_which_and_why(void **state)
{
    rig_fail(*state,
             audit_task(FULL, "{`name`: `broken`, `blocking`: false, `query`: `SELECT nix FROM "
                              "@this_model`}"),
             "The audit broken of shop.s could not be carried out: ");
    rig_fail(*state, audit_task(FULL, "{`name`: `unheard_of`}"),
             "the audit unheard_of, which is neither built in nor defined");
    rig_fail(*state,
             audit_task(FULL, "{`name`: `m`, `query`: `SELECT * FROM @this_model WHERE "
                              "@missing`}"),
             "@missing is not defined");
}

static json_t *arguments_of(char **lines)
{
    json_t *out = json_object();

    for (; *lines; lines++) {
        g_auto(GStrv) parts = g_strsplit(*lines, " := ", 2);

        assert_non_null(parts[1]);
        json_object_set_new(out, parts[0], json_string(parts[1]));
    }
    return out;
}

enum outcome { WRONG, RIGHT, REFUSED };

/* A block of the file: the audit's name, its arguments, the number of rows that fail. */
static enum outcome run_block_in(struct rig *g, const char *block, const char *dialect)
{
    g_auto(GStrv) lines = g_strsplit(block, "\n", -1);
    guint n = g_strv_length(lines);
    struct wire_task *t = audit_task(FULL, "");
    g_autoptr(wire_result) r = NULL;
    g_autofree char *expected = lines[n - 1];
    bool ok, refused;

    lines[n - 1] = NULL;
    json_object_set_new(t->definition, "dialect", json_string(dialect));
    json_array_append_new(
        json_object_get(t->definition, "audits"),
        json_pack("{s:s, s:o}", "name", lines[0], "arguments", arguments_of(lines + 1)));
    g_free(t->target->name);
    g_free(t->target->schema);
    t->target->schema = g_strdup("main");
    t->target->name = g_strdup("t");
    r = rig_do(g, t);
    ok = r->status == STATUS_SUCCESS &&
         ((struct wire_audit *)r->audits->pdata[0])->count == g_ascii_strtoll(expected, NULL, 10);
    refused = r->error && strstr(r->error, "is not known to mean the same in duckdb as in ");
    if (!ok && !refused)
        print_error("%s\n  expected %s\n  %s\n%s\n", block, expected, r->error ? r->error : "",
                    g->log->str);
    wire_task_free(t);
    return ok ? RIGHT : refused ? REFUSED : WRONG;
}

static bool run_block(struct rig *g, const char *block)
{
    return run_block_in(g, block, "duckdb") == RIGHT;
}

void test_built_in_audits_count_what_sqlmesh_counts(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned wrong = 0;

    assert_true(g_file_get_contents("tests/cases/evaluate/audits.txt", &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    rig_run(*state, blocks[0]);
    for (char **b = blocks + 1; *b; b++)
        wrong += !run_block(*state, *b);
    assert_true(g_strv_length(blocks) > 50);
    assert_int_equal(wrong, 0);
}

void test_on_models_of_other_dialects_they_count_the_same_or_are_refused(void **state)
{
    static const char *const dialects[] = {"bigquery", "databricks", "postgres",
                                           "redshift", "snowflake",  "trino"};
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;

    assert_true(g_file_get_contents("tests/cases/evaluate/audits.txt", &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    rig_run(*state, blocks[0]);
    for (unsigned i = 0; i < G_N_ELEMENTS(dialects); i++) {
        unsigned counts[3] = {0};

        for (char **b = blocks + 1; *b; b++)
            counts[run_block_in(*state, *b, dialects[i])]++;
        assert_int_equal(counts[WRONG], 0);
        assert_true(counts[RIGHT] > 20);
    }
}

void test_ranges_may_be_apart_by_a_partition(void **state)
{
    struct rig *g = *state;

    rig_run(g, "CREATE TABLE t AS SELECT * FROM (VALUES (1, 1, 5), (2, 2, 6), (1, 6, 7), (2, 5, "
               "9)) AS v(k, low, high)");
    assert_true(run_block(g, "mutually_exclusive_ranges\nlower_bound_column := "
                             "low\nupper_bound_column := high\npartition_clause := PARTITION BY "
                             "k\n1"));
    assert_true(run_block(
        g, "mutually_exclusive_ranges\nlower_bound_column := low\nupper_bound_column := high\n3"));
}

void test_two_columns_with_different_shares_diverge(void **state)
{
    struct rig *g = *state;

    rig_run(g, "CREATE TABLE t AS SELECT * FROM (VALUES (1, 1), (1, 1), (1, 2), (2, 2)) AS v(a, "
               "b)");
    assert_true(run_block(
        g, "kl_divergence\nsource_column := a\ntarget_column := a\nthreshold := 0.01\n0"));
    assert_true(run_block(
        g, "kl_divergence\nsource_column := a\ntarget_column := b\nthreshold := 0.01\n1"));
}

void test_every_audit_the_project_admits_has_a_query(void **state)
{
    (void)state;
    for (const struct builtin_audit *a = project_builtin_audits; a->name; a++)
        if (!evaluate__builtin(a->name))
            fail_msg("%s has no query", a->name);
}
