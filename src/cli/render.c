/* heddle render MODEL */
#include "cli/cli_int.h"

#include "evaluate/evaluate.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/translate.h"

#include <string.h>

const char cli__render_help[] =
    "Macros are expanded for the times given (without them, for 1970-01-01, as SQLMesh does); "
    "models are named by their tables.\nA model that has no table yet stands there as its "
    "query.\n\nExamples:\n  heddle render shop.sales -s 2026-01-01 -e 2026-01-31\n  heddle render "
    "shop.sales --expand shop.orders\n  heddle render shop.sales --expand true\n\nExit codes: 0 "
    "done, 1 failed, 2 the command line cannot be, 4 the control plane does not answer.";

struct render {
    struct cli_typed_times times;
    char *dialect;
    char **expand;
    gboolean no_format;
};

static bool read_times(const struct cli *cli, const struct render *o, struct cli_times *t,
                       GError **error)
{
    *t = (struct cli_times){TIME_NONE, TIME_NONE, TIME_NONE};
    return cli__read_times(&o->times, cli->now_ms, t, error) && cli__complete_times(t, error);
}

/* Everything the model reads, directly or not. */
static void add_upstream(const struct project *p, const struct wire_snapshot *s, GHashTable *out)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct wire_snapshot *parent = project_snapshot(p, id->name);

        if (parent && g_hash_table_add(out, parent->name))
            add_upstream(p, parent, out);
    }
}

static bool is_word(const char *text, const char *a, const char *b)
{
    return g_ascii_strcasecmp(text, a) == 0 || strcmp(text, b) == 0;
}

/* --expand true, false, or names of models. */
static GHashTable *names_to_expand(const struct project *p, const struct model *model,
                                   char **expand, GError **error)
{
    g_autoptr(GHashTable) out = g_hash_table_new(g_str_hash, g_str_equal);

    for (char **e = expand; e && *e; e++) {
        struct model *named;

        if (is_word(*e, "true", "1"))
            add_upstream(p, project_snapshot(p, model->fqn), out);
        else if (is_word(*e, "false", "0"))
            continue;
        else if ((named = project_find(p, *e, error)))
            g_hash_table_add(out, (char *)named->fqn);
        else
            return NULL;
    }
    return g_steal_pointer(&out);
}

/* The text, which is in the model's dialect, in the one that is asked for, and on one line if so
 * wished. */
static char *written(const char *sql, const struct model *model, const struct render *o,
                     GError **error)
{
    g_autoptr(arena) a = arena_new();
    g_autofree char *name = g_strdup_printf("query of %s", model->name);
    const struct source source = {name, sql, strlen(sql)};
    const struct sql_dialect *own = sql_dialect_find(model->dialect, error), *to = own;
    struct sql_node *tree;

    if (own && o->dialect)
        to = sql_dialect_find(o->dialect, error);
    if (!own || !to)
        return NULL;
    if (sql_same_dialect(own, to) && !o->no_format)
        return g_strdup(sql);
    tree = sql_parse_query(a, &source, own, error);
    if (!tree || (!sql_same_dialect(own, to) && !sql_translate(a, tree, own, to, &source, error)))
        return NULL;
    return o->no_format ? sql_print(tree, to) : sql_print_pretty(tree, to);
}

static int render(struct cli *cli, const struct render *o, const char *name, GError **error)
{
    struct cli_times times;
    g_autoptr(cli_models) m = read_times(cli, o, &times, error) ? cli__models(cli, error) : NULL;
    struct model *model = m ? project_find(m->project, name, error) : NULL;
    g_autoptr(GHashTable) expand =
        model ? names_to_expand(m->project, model, o->expand, error) : NULL;
    g_autoptr(wire_task) task = expand ? cli__task(m, model, &times, expand) : NULL;
    g_autofree char *sql =
        task ? evaluate_render(task, cli__gateway_of(cli, model), NULL, error) : NULL;
    g_autofree char *text = sql ? written(sql, model, o, error) : NULL;

    if (!text)
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(json_pack("{s:s, s:s}", "model", model->fqn, "sql", text));
    else
        puts(text);
    return CLI_DONE;
}

int cli__render(struct cli *cli, int argc, char **argv, GError **error)
{
    struct render o = {0};
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"expand", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.expand, "Models whose query shall stand in place of their table, or true for all; may be " "repeated.", "MODEL"},
        {"dialect", 0, 0, G_OPTION_ARG_FILENAME, &o.dialect, "The dialect of the answer, where both mean the same; without it the model's own.", "NAME"},
        {"no-format", 0, 0, G_OPTION_ARG_NONE, &o.no_format, "On one line.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {entries, 1, 1, "the name of a model", &o.times};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code == CLI_GO)
        code = render(cli, &o, argv[1], error);
    cli__typed_times_clear(&o.times);
    g_free(o.dialect);
    g_strfreev(o.expand);
    return code;
}
