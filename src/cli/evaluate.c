/* heddle evaluate MODEL */
#include "cli/cli_int.h"

#include "evaluate/evaluate.h"
#include "schedule/names.h"

const char cli__evaluate_help[] =
    "The query of the model as it stands in the file, on the tables there are; a model that has no "
    "table yet stands\nthere as its query. Without --start and --end the last day is taken.\n\n"
    "Examples:\n  heddle evaluate shop.sales -s 2026-01-01 -e 2026-01-31 --limit 20\n\nExit codes: "
    "0 done, 1 failed, 2 the command line cannot be, 4 nobody answers.";

enum { ROWS = 1000 };

struct evaluate {
    struct cli_typed_times times;
    int limit;
};

static bool read_times(const struct cli *cli, const struct evaluate *o, struct cli_times *t,
                       GError **error)
{
    const int64_t today = unit_floor(UNIT_DAY, cli->now_ms);

    *t = (struct cli_times){unit_add(UNIT_DAY, today, -1), TIME_NONE, cli->now_ms};
    if (!cli__read_times(&o->times, cli->now_ms, t, error))
        return false;
    if (t->end_ms == TIME_NONE)
        t->end_ms = o->times.start ? t->execution_ms : today;
    if (!o->times.start && o->times.end)
        t->start_ms = unit_add(UNIT_DAY, t->end_ms, -1);
    return cli__complete_times(t, error);
}

/* What is wrapped keeps its order on the engines seen; a LIMIT inside would be the model's. */
static char *limited(const char *sql, int limit)
{
    return g_strdup_printf("SELECT * FROM (\n%s\n) AS evaluated LIMIT %d", sql, limit);
}

/* A seed has rows and no query. */
static char *seed_query(const struct model *model, const struct wire_task *task, bool stored,
                        GError **error)
{
    g_autofree char *table = cli__table_text(model, task->target, error);

    if (!table)
        return NULL;
    if (stored)
        return g_strconcat("SELECT * FROM ", table, NULL);
    g_set_error(error, cli_error(), ERROR_NOT_FOUND, "%s has no table yet.", model->name);
    error_hint(error, "a plan makes it: heddle plan.");
    return NULL;
}

static char *query_of(struct cli *cli, const struct cli_models *m, const struct model *model,
                      const struct cli_times *times, GError **error)
{
    g_autoptr(wire_task) task = cli__task(m, model, times, NULL);

    if (model->kind == KIND_SEED)
        return seed_query(model, task, g_hash_table_contains(m->stored, model->fqn), error);
    return evaluate_render(task, cli__gateway_of(cli, model), NULL, error);
}

static int evaluate(struct cli *cli, const struct evaluate *o, const char *name, GError **error)
{
    struct cli_times times;
    g_autoptr(cli_models) m = read_times(cli, o, &times, error) ? cli__models(cli, error) : NULL;
    struct model *model = m ? project_find(m->project, name, error) : NULL;
    g_autofree char *sql = model ? query_of(cli, m, model, &times, error) : NULL;
    g_autofree char *query = sql ? limited(sql, o->limit) : NULL;
    g_autoptr(json_t) answer =
        query ? cli__query(cli, cli__gateway_of(cli, model), query, o->limit, error) : NULL;

    return answer ? cli__print_answer(cli, answer, o->limit) : CLI_FAILED;
}

int cli__evaluate(struct cli *cli, int argc, char **argv, GError **error)
{
    struct evaluate o = {.limit = ROWS};
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"limit", 0, 0, G_OPTION_ARG_INT, &o.limit, "At most so many rows (1000).", "ROWS"},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {entries, 1, 1, "the name of a model", &o.times};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code == CLI_GO && o.limit <= 0)
        code = cli__usage(error, "--limit must be a number of rows greater than 0.");
    if (code == CLI_GO)
        code = evaluate(cli, &o, argv[1], error);
    cli__typed_times_clear(&o.times);
    return code;
}
