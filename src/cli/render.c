/* heddle render MODEL */
#include "cli/cli_int.h"

#include "evaluate/evaluate.h"
#include "sql/parse.h"
#include "sql/print.h"

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

static bool check_dialect(const struct model *model, const char *asked, GError **error)
{
    const struct sql_dialect *own, *other;

    if (!asked)
        return true;
    if (!(own = sql_dialect_find(model->dialect, error)) ||
        !(other = sql_dialect_find(asked, error)))
        return false;
    if (strcmp(sql_dialect_name(own), sql_dialect_name(other)) == 0)
        return true;
    g_set_error(error, cli_error(), ERROR_INVALID,
                "%s is written in %s; Heddle does not translate it into %s.", model->name,
                *sql_dialect_name(own) ? sql_dialect_name(own) : "SQLMesh's own dialect", asked);
    return false;
}

/* Indented SQL on one line. */
static char *unformatted(const char *sql, const struct model *model)
{
    g_autoptr(arena) a = arena_new();
    const struct source source = {"query", sql, strlen(sql)};
    const struct sql_dialect *d = sql_dialect_find(model->dialect, NULL);
    const struct sql_node *tree = d ? sql_parse_query(a, &source, d, NULL) : NULL;

    return tree ? sql_print(tree, d) : g_strdup(sql);
}

static int render(struct cli *cli, const struct render *o, const char *name, GError **error)
{
    struct cli_times times;
    g_autoptr(cli_models) m = read_times(cli, o, &times, error) ? cli__models(cli, error) : NULL;
    struct model *model = m ? project_find(m->project, name, error) : NULL;
    g_autoptr(GHashTable) expand = model && check_dialect(model, o->dialect, error)
                                       ? names_to_expand(m->project, model, o->expand, error)
                                       : NULL;
    g_autoptr(wire_task) task = expand ? cli__task(m, model, &times, expand) : NULL;
    g_autofree char *sql =
        task ? evaluate_render(task, cli__gateway_of(cli, model), NULL, error) : NULL;
    g_autofree char *text = NULL;

    if (!sql)
        return CLI_FAILED;
    text = o->no_format ? unformatted(sql, model) : g_strdup(sql);
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
        {"dialect", 0, 0, G_OPTION_ARG_FILENAME, &o.dialect, "The dialect of the answer; only the model's own is there.", "NAME"},
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
