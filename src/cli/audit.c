/* heddle audit: the audits of models, as queries. */
#include "cli/cli_int.h"

#include "evaluate/evaluate.h"

#include <string.h>

const char cli__audit_help[] =
    "Looks for rows that must not be there, in the tables of the models as they stand in the "
    "files; nothing is written and\nno interval is recorded. Models filled by time range are "
    "looked at from --start to --end, without them as a whole.\n\nExamples:\n  heddle audit\n  "
    "heddle audit --model shop.sales -s 2026-01-01 -e 2026-01-31\n\nExit codes: 0 every audit "
    "passed, 1 one found rows or failed, 2 the command line cannot be, 4 nobody answers.";

struct options {
    struct cli_typed_times times;
    char **models;
};

struct auditing {
    struct cli *cli;
    const struct cli_models *m;
    struct cli_times asked;
    json_t *results; /* of {"model", "audit", "blocking", "count", "query"} */
    int failed;
};

static bool has_audits(const struct model *m)
{
    return m->audits->len > 0 && schedule_has_table(m->kind);
}

/* Free the array only. */
static GPtrArray *models_of(const struct project *p, char **names, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new();

    for (char **n = names; n && *n; n++) {
        struct model *m = project_find(p, *n, error);

        if (!m)
            return NULL;
        if (has_audits(m))
            g_ptr_array_add(out, m);
    }
    for (guint i = 0; !names && i < p->models->len; i++)
        if (has_audits(p->models->pdata[i]))
            g_ptr_array_add(out, p->models->pdata[i]);
    return g_steal_pointer(&out);
}

static bool check_stored(const struct cli_models *m, const GPtrArray *models, GError **error)
{
    for (guint i = 0; i < models->len; i++) {
        const struct model *model = models->pdata[i];

        if (g_hash_table_contains(m->stored, model->fqn))
            continue;
        g_set_error(error, cli_error(), ERROR_NOT_FOUND,
                    "%s has no table at the version in its file, so there is nothing to audit.",
                    model->name);
        error_hint(error, "apply a plan first: heddle plan.");
        return false;
    }
    return true;
}

static bool times_of(const struct auditing *a, const struct model *model, struct cli_times *t,
                     GError **error)
{
    *t = a->asked;
    if (t->start_ms == TIME_NONE &&
        !schedule_start(project_snapshot(a->m->project, model->fqn), a->m->project->snapshots,
                        a->cli->now_ms, &t->start_ms, error))
        return false;
    if (t->end_ms == TIME_NONE)
        t->end_ms = MAX(a->cli->now_ms, t->start_ms);
    return cli__complete_times(t, error);
}

static void free_column(void *data)
{
    struct warehouse_column *c = data;

    g_free(c->name);
    g_free(c->type);
    g_free(c);
}

/* The table's columns: how times are compared depends on their types. */
static GPtrArray *columns_of(struct auditing *a, const struct model *model,
                             const struct wire_task *task, GError **error)
{
    g_autofree char *table = cli__table_text(model, task->target, error);
    g_autofree char *sql = table ? g_strdup_printf("SELECT * FROM %s LIMIT 0", table) : NULL;
    g_autoptr(json_t) answer =
        sql ? cli__query(a->cli, cli__gateway_of(a->cli, model), sql, 1, error) : NULL;
    GPtrArray *out;
    size_t i;
    json_t *one;

    if (!answer)
        return NULL;
    out = g_ptr_array_new_with_free_func(free_column);
    json_array_foreach (json_object_get(answer, "columns"), i, one) {
        struct warehouse_column *c = g_new0(struct warehouse_column, 1);

        c->name = g_strdup(json_get_string(one, "name", ""));
        c->type = g_strdup(json_get_string(one, "type", ""));
        g_ptr_array_add(out, c);
    }
    return out;
}

static bool count_rows(struct auditing *a, const struct model *model, const char *sql, int64_t *n,
                       GError **error)
{
    g_autofree char *query = g_strdup_printf("SELECT COUNT(*) AS n FROM (\n%s\n) AS audit", sql);
    g_autoptr(json_t) answer = cli__query(a->cli, cli__gateway_of(a->cli, model), query, 1, error);
    g_autofree char *text = NULL;

    if (!answer)
        return false;
    text = json_scalar_text(json_array_get(json_array_get(json_object_get(answer, "rows"), 0), 0));
    *n = text ? g_ascii_strtoll(text, NULL, 10) : 0;
    return true;
}

static void record(struct auditing *a, const struct model *model, const struct model_audit *audit,
                   const char *sql, int64_t n)
{
    a->failed += n > 0;
    json_array_append_new(a->results, json_pack("{s:s, s:s, s:b, s:I, s:s}", "model", model->name,
                                                "audit", audit->name, "blocking", audit->blocking,
                                                "count", (json_int_t)n, "query", sql));
    if (a->cli->json)
        return;
    if (n > 0)
        printf("%s on model %s ❌ FAIL [%" G_GINT64_FORMAT "].\n", audit->name, model->name, n);
    else
        printf("%s on model %s ✅ PASS.\n", audit->name, model->name);
    fflush(stdout);
}

static bool audit_model(struct auditing *a, const struct model *model, GError **error)
{
    struct cli_times times;
    g_autoptr(wire_task) task = NULL;
    g_autoptr(GPtrArray) columns = NULL;
    int64_t n;

    if (!times_of(a, model, &times, error))
        return false;
    task = cli__task(a->m, model, &times, NULL);
    if (model->kind == KIND_INCREMENTAL_BY_TIME_RANGE &&
        !(columns = columns_of(a, model, task, error)))
        return false;
    for (guint i = 0; i < model->audits->len; i++) {
        const struct model_audit *audit = model->audits->pdata[i];
        g_autofree char *sql =
            evaluate_render_audit(task, cli__gateway_of(a->cli, model), i, columns, error);

        if (!sql || !count_rows(a, model, sql, &n, error)) {
            g_prefix_error(error, "The audit %s of %s could not be carried out: ", audit->name,
                           model->name);
            return false;
        }
        record(a, model, audit, sql, n);
    }
    return true;
}

static void print_failures(const struct auditing *a)
{
    size_t i;
    json_t *r;

    printf("\n%zu audit%s run, %d failed.\n", json_array_size(a->results),
           json_array_size(a->results) == 1 ? "" : "s", a->failed);
    json_array_foreach (a->results, i, r)
        if (json_get_int(r, "count", 0) > 0)
            printf("\nFailure in audit %s of %s: %" G_GINT64_FORMAT " rows, expected 0.\n%s\n",
                   json_get_string(r, "audit", ""), json_get_string(r, "model", ""),
                   json_get_int(r, "count", 0), json_get_string(r, "query", ""));
}

static bool audit_all(struct auditing *a, const GPtrArray *models, GError **error)
{
    unsigned total = 0;
    bool ok = check_stored(a->m, models, error);

    for (guint i = 0; i < models->len; i++)
        total += ((struct model *)models->pdata[i])->audits->len;
    if (ok && !a->cli->json)
        printf("%u audit%s to run.\n", total, total == 1 ? "" : "s");
    for (guint i = 0; ok && i < models->len; i++)
        ok = audit_model(a, models->pdata[i], error);
    return ok;
}

static int audit(struct cli *cli, const struct options *o, GError **error)
{
    struct auditing a = {
        .cli = cli, .asked = {TIME_NONE, TIME_NONE, cli->now_ms}
    };
    g_autoptr(cli_models) m =
        cli__read_times(&o->times, cli->now_ms, &a.asked, error) ? cli__models(cli, error) : NULL;
    g_autoptr(GPtrArray) models = m ? models_of(m->project, o->models, error) : NULL;
    bool ok;

    if (!models)
        return CLI_FAILED;
    cli__mention_standalone(cli);
    a.m = m;
    a.results = json_array();
    ok = audit_all(&a, models, error);
    if (cli->json)
        cli__print_json(json_incref(a.results));
    else if (ok)
        print_failures(&a);
    json_decref(a.results);
    return ok && a.failed == 0 ? CLI_DONE : CLI_FAILED;
}

int cli__audit(struct cli *cli, int argc, char **argv, GError **error)
{
    struct options o = {0};
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.models, "Only this model; may be repeated.", "MODEL"},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries, .times = &o.times};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code == CLI_GO)
        code = audit(cli, &o, error);
    cli__typed_times_clear(&o.times);
    g_strfreev(o.models);
    return code;
}
