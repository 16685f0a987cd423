/* heddle sql VERB [FILE…] */
#include "cli/sql_int.h"

#include <string.h>
#include <unistd.h>

const char cli__sql_help[] =
    "Shows what Heddle understands of SQL in files, or in standard input. Verbs:\n"
    "  tokens      the words and marks, with their places\n"
    "  tree        the tree they make\n"
    "  print       the text a warehouse gets\n"
    "  canonical   the form that fingerprints are made of\n"
    "  tables      the tables that are read or written\n\n"
    "--batch reads JSON lines such as {\"id\": 1, \"sql\": \"SELECT 1\", \"dialect\": \"duckdb\"} "
    "and answers each with one line.\n\n"
    "Examples:\n  heddle sql tables --dialect snowflake models/orders.sql\n"
    "  echo 'SELECT 1 + 2 * 3' | heddle sql tree\n\n"
    "Exit codes: 0 done, 1 the text cannot be read, 2 the command line cannot be.";

static const struct cli_sql_verb verbs[] = {
    {"tokens",    cli__sql_tokens,    cli__sql_show_tokens    },
    {"tree",      cli__sql_tree,      cli__sql_show_tree      },
    {"print",     cli__sql_print,     cli__sql_show_statements},
    {"canonical", cli__sql_canonical, cli__sql_show_lines     },
    {"tables",    cli__sql_tables,    cli__sql_show_lines     },
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

        if (!n)
            return NULL;
        json_array_append_new(out, each(a, n, s->dialect));
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

static int answer_all(const struct cli_sql *s, char **words, GError **error)
{
    char input[] = "-", *inputs[] = {input, NULL}, **path = words[1] ? words + 1 : inputs;
    const struct cli_sql_verb *verb = verb_named(words[0], error);
    g_autoptr(json_t) list = s->cli->json ? json_array() : NULL;

    if (!verb)
        return CLI_USAGE;
    for (; *path; path++)
        if (!answer(s, verb, *path, list, error))
            return CLI_FAILED;
    if (list)
        cli__print_json(g_steal_pointer(&list));
    return CLI_DONE;
}

static int show(struct cli *cli, const char *dialect, char **words, GError **error)
{
    struct cli_sql s = {.cli = cli, .dialect = sql_dialect_find(dialect, error)};

    if (!s.dialect)
        return CLI_USAGE;
    if (!words[0])
        return cli__usage(error, "heddle sql needs a verb.\nhint: see heddle sql --help.");
    return answer_all(&s, words, error);
}

int cli__sql(struct cli *cli, int argc, char **argv, GError **error)
{
    g_autofree char *dialect = NULL;
    gboolean batch = FALSE;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"dialect", 0, 0, G_OPTION_ARG_STRING, &dialect, "The dialect of the SQL; without it SQLMesh's own.", "NAME"},
        {"batch", 0, 0, G_OPTION_ARG_NONE, &batch, "Read JSON lines from standard input; needs no verb.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {entries, 0, G_MAXINT, "a verb", NULL};
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    argv[argc] = NULL;
    return batch ? cli__sql_batch(cli, dialect, error) : show(cli, dialect, argv + 1, error);
}
