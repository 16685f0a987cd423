/* heddle dag [FILE] */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <errno.h>
#include <string.h>

const char cli__dag_help[] =
    "Without FILE every model with what it reads, parents first; with --json nodes and edges. FILE "
    "becomes a page of HTML\nthat needs nothing from elsewhere.\n\nExamples:\n  heddle dag\n  "
    "heddle dag graph.html --select-model '+shop.sales'\n\nExit codes: 0 done, 1 failed, 2 the "
    "command line cannot be.";

static char *display(const struct project *p, const char *fqn)
{
    return names_display(fqn, p->default_catalog, NULL, SUFFIX_SCHEMA);
}

/* Snapshots of the models asked for, parents first. Free the array only. */
static GPtrArray *selected(const struct project *p, char **patterns, GError **error)
{
    g_auto(GStrv) names = patterns ? project_select(p, (const char *const *)patterns, error) : NULL;
    GPtrArray *out;

    if (patterns && !names)
        return NULL;
    out = g_ptr_array_new();
    for (guint i = 0; i < p->snapshots->len; i++) {
        struct wire_snapshot *s = p->snapshots->pdata[i];

        if (!names || g_strv_contains((const char *const *)names, s->name))
            g_ptr_array_add(out, s);
    }
    return out;
}

static void print_text(const struct project *p, const GPtrArray *snapshots)
{
    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        g_autofree char *name = display(p, s->name);

        printf("%s (%s)", name, model_kind_names[s->kind]);
        for (guint k = 0; k < s->parents->len; k++) {
            const struct wire_snapshot_id *id = s->parents->pdata[k];
            g_autofree char *parent = display(p, id->name);

            printf("%s%s", k ? ", " : " <- ", parent);
        }
        putchar('\n');
    }
}

static json_t *as_json(const struct project *p, const GPtrArray *snapshots)
{
    json_t *nodes = json_array(), *edges = json_array();

    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        g_autofree char *name = display(p, s->name);

        json_array_append_new(nodes, json_pack("{s:s, s:s, s:s}", "fqn", s->name, "name", name,
                                               "kind", model_kind_names[s->kind]));
        for (guint k = 0; k < s->parents->len; k++) {
            const struct wire_snapshot_id *id = s->parents->pdata[k];

            json_array_append_new(edges, json_pack("{s:s, s:s}", "from", id->name, "to", s->name));
        }
    }
    return json_pack("{s:o, s:o}", "nodes", nodes, "edges", edges);
}

static bool write_page(const struct project *p, const GPtrArray *snapshots, const char *path,
                       GError **error)
{
    g_autofree char *page = cli__dag_page(p, snapshots);
    FILE *out = fopen(path, "w");
    bool ok = out && fputs(page, out) >= 0;

    if (out && fclose(out) != 0)
        ok = false;
    if (!ok)
        g_set_error(error, cli_error(), ERROR_FAILED, "%s could not be written: %s.", path,
                    g_strerror(errno));
    return ok;
}

static int show(struct cli *cli, char **patterns, const char *path, GError **error)
{
    const struct project *p = cli__project(cli, true, error);
    g_autoptr(GPtrArray) snapshots = p ? selected(p, patterns, error) : NULL;

    if (!snapshots || (path && !write_page(p, snapshots, path, error)))
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(as_json(p, snapshots));
    else if (!path)
        print_text(p, snapshots);
    return CLI_DONE;
}

int cli__dag(struct cli *cli, int argc, char **argv, GError **error)
{
    char **patterns = NULL;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"select-model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &patterns, "Only the models this selects; may be repeated.", "MODEL"},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {.own = entries, .max_words = 1};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code == CLI_GO)
        code = show(cli, patterns, argc > 1 ? argv[1] : NULL, error);
    g_strfreev(patterns);
    return code;
}
