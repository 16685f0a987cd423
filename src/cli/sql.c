/* heddle sql VERB [FILE…] */
#include "cli/sql_int.h"

#include "sql/translate.h"

#include <string.h>
#include <unistd.h>

const char cli__sql_help[] =
    "Shows what Heddle understands of SQL in files, or in standard input. Verbs:\n"
    "  tokens      the words and marks, with their places\n"
    "  tree        the tree they make\n"
    "  print       the text a warehouse gets\n"
    "  canonical   the form that fingerprints are made of\n"
    "  tables      the tables that are read or written\n"
    "  columns     the columns that are named, and the source each belongs to\n"
    "  lineage     the columns a query gives, and the columns of tables they are made of\n"
    "  expand      the statements without macros, and * as columns where they are known\n"
    "  diff        how a second file's query differs from the first one's: same,\n"
    "              projections added, otherwise\n\n"
    "--batch reads JSON lines such as {\"id\": 1, \"sql\": \"SELECT 1\", \"dialect\": \"duckdb\"} "
    "and answers each with one line.\n\n"
    "Examples:\n  heddle sql tables --dialect snowflake models/orders.sql\n"
    "  echo 'SELECT 1 + 2 * 3' | heddle sql tree\n\n"
    "Exit codes: 0 done, 1 the text cannot be read, 2 the command line cannot be.";

static const struct cli_sql_verb verbs[] = {
    {"tokens",    cli__sql_tokens,    cli__sql_show_tokens,     NULL         },
    {"tree",      cli__sql_tree,      cli__sql_show_tree,       NULL         },
    {"print",     cli__sql_print,     cli__sql_show_statements, NULL         },
    {"canonical", cli__sql_canonical, cli__sql_show_lines,      NULL         },
    {"tables",    cli__sql_tables,    cli__sql_show_lines,      NULL         },
    {"columns",   cli__sql_columns,   cli__sql_show_columns,    NULL         },
    {"lineage",   cli__sql_lineage,   cli__sql_show_lineage,    NULL         },
    {"expand",    cli__sql_expand,    cli__sql_show_statements, NULL         },
    {"diff",      NULL,               cli__sql_show_diff,       cli__sql_diff},
};

struct sql_node *cli__sql_statement(struct arena *a, const struct source *source,
                                    struct sql_range range, const struct sql_dialect *d,
                                    GError **error)
{
    struct sql_node *n = sql_parse_statement_in(a, source, range, d, error);

    if (n && n->flags & SQL_OPAQUE && sql_begins_query(source, range, d))
        return sql_parse_query_in(a, source, range, d, error);
    return n;
}

json_t *cli__sql_statements(const struct cli_sql *s, const struct source *source, cli_sql_each each,
                            GError **error)
{
    g_autoptr(GArray) ranges = sql_split(source, s->dialect);
    g_autoptr(json_t) out = json_array();

    for (guint i = 0; i < ranges->len; i++) {
        g_autoptr(arena) a = arena_new();
        struct sql_range range = g_array_index(ranges, struct sql_range, i);
        struct sql_node *n = cli__sql_statement(a, source, range, s->dialect, error);

        if (!n || (s->to && !sql_translate(a, n, s->dialect, s->to, source, error)))
            return NULL;
        json_array_append_new(out, each(s, a, n, source));
    }
    return g_steal_pointer(&out);
}

static const struct cli_sql_verb *verb_named(const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = {NULL};
    g_autofree char *known = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        names[i] = verbs[i].name;
    }
    known = g_strjoinv(", ", (char **)names);
    cli__usage(error, "heddle sql has no verb \"%s\".\nhint: these are: %s.", name, known);
    return NULL;
}

static bool read_file(const char *path, char **text, gsize *len, GError **error)
{
    GIOChannel *in;
    bool ok;

    if (strcmp(path, "-") != 0)
        return g_file_get_contents(path, text, len, error);
    in = g_io_channel_unix_new(STDIN_FILENO);
    g_io_channel_set_encoding(in, NULL, NULL);
    ok = g_io_channel_read_to_end(in, text, len, error) == G_IO_STATUS_NORMAL;
    g_io_channel_unref(in);
    return ok;
}

/* What the verb says of one file; with a list, that is put there. */
static bool answer(const struct cli_sql *s, const struct cli_sql_verb *verb, const char *path,
                   json_t *list, GError **error)
{
    bool is_input = strcmp(path, "-") == 0;
    g_autofree char *text = NULL;
    gsize len;
    struct source source = {.name = is_input ? "standard input" : path};
    json_t *said;

    if (!read_file(path, &text, &len, error))
        return false;
    source.text = text;
    source.len = len;
    said = verb->ask(s, &source, error);
    if (!said)
        return false;
    if (list) {
        json_array_append_new(
            list, json_pack("{s:s?, s:o}", "file", is_input ? NULL : path, verb->name, said));
    } else {
        verb->show(said);
        json_decref(said);
    }
    return true;
}

/* A verb about two files. */
static int compare(const struct cli_sql *s, const struct cli_sql_verb *verb, char **files,
                   GError **error)
{
    g_autofree char *first = NULL, *second = NULL;
    g_autoptr(json_t) said = NULL;
    struct source before = {.name = files[0]}, after = {.name = files[0] ? files[1] : NULL};

    if (!before.name || !after.name || files[2])
        return cli__usage(error, "heddle sql %s takes two files.", verb->name);
    if (!read_file(before.name, &first, &before.len, error) ||
        !read_file(after.name, &second, &after.len, error))
        return CLI_FAILED;
    before.text = first;
    after.text = second;
    said = verb->compare(s, &before, &after, error);
    if (!said)
        return CLI_FAILED;
    if (s->cli->json)
        cli__print_json(json_pack("{s:s, s:s, s:O}", "before", before.name, "after", after.name,
                                  verb->name, said));
    else
        verb->show(said);
    return CLI_DONE;
}

static int answer_all(const struct cli_sql *s, char **words, GError **error)
{
    char input[] = "-", *inputs[] = {input, NULL}, **path = words[1] ? words + 1 : inputs;
    const struct cli_sql_verb *verb = verb_named(words[0], error);
    g_autoptr(json_t) list = s->cli->json ? json_array() : NULL;

    if (!verb)
        return CLI_USAGE;
    if (verb->compare)
        return compare(s, verb, words + 1, error);
    for (; *path; path++)
        if (!answer(s, verb, *path, list, error))
            return CLI_FAILED;
    if (list)
        cli__print_json(g_steal_pointer(&list));
    return CLI_DONE;
}

/* What the command line says. */
typedef struct asked {
    char *dialect, *to, *schema, *variables;
} asked_t; /* the typedef is for g_auto() */

static int show(struct cli *cli, const struct asked *asked, char **words, GError **error)
{
    struct cli_sql s = {.cli = cli, .dialect = sql_dialect_find(asked->dialect, error)};
    g_autoptr(json_t) tables = NULL, variables = NULL;

    if (!s.dialect)
        return CLI_USAGE;
    if (!words[0])
        return cli__usage(error, "heddle sql needs a verb.\nhint: see heddle sql --help.");
    if (asked->to && strcmp(words[0], "print") != 0)
        return cli__usage(error, "--to is for the verb print.");
    if (asked->to && !(s.to = sql_dialect_find(asked->to, error)))
        return CLI_USAGE;
    if (!cli__sql_object(asked->schema, &tables, error) ||
        !cli__sql_object(asked->variables, &variables, error))
        return CLI_FAILED;
    s.tables = tables;
    s.variables = variables;
    return answer_all(&s, words, error);
}

static void asked_clear(struct asked *asked)
{
    g_free(asked->dialect);
    g_free(asked->to);
    g_free(asked->schema);
    g_free(asked->variables);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(asked_t, asked_clear)

int cli__sql(struct cli *cli, int argc, char **argv, GError **error)
{
    g_auto(asked_t) asked = {NULL};
    gboolean batch = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"dialect", 0, 0, G_OPTION_ARG_STRING, &asked.dialect, "The dialect of the SQL; without it SQLMesh's own.", "NAME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &asked.to, "The dialect to print in, where both mean the same.", "NAME"},
        {"schema", 0, 0, G_OPTION_ARG_FILENAME, &asked.schema, "The columns of tables, as JSON.", "FILE"},
        {"variables", 0, 0, G_OPTION_ARG_FILENAME, &asked.variables, "The values of macro variables, as JSON.", "FILE"},
        {"batch", 0, 0, G_OPTION_ARG_NONE, &batch, "Read JSON lines from standard input; needs no verb.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {entries, 0, G_MAXINT, "a verb", NULL};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    argv[argc] = NULL;
    if (batch && (asked.schema || asked.variables || argc > 1))
        return cli__usage(error, "--batch takes --dialect and --to only; each line is a question.");
    return batch ? cli__sql_batch(asked.dialect, asked.to, error)
                 : show(cli, &asked, argv + 1, error);
}
