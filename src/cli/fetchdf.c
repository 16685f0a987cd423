/* heddle fetchdf SQL */
#include "cli/cli_int.h"

#include <string.h>

const char cli__fetchdf_help[] =
    "The query is carried out by an apply executor, read-only; models are read by the names of "
    "their views. \"-\" reads the\nquery from stdin. --json prints a list with an object a "
    "row.\n\nExamples:\n  heddle fetchdf \"SELECT * FROM shop.sales LIMIT 5\"\n  heddle fetchdf "
    "--json - < query.sql\n\nExit codes: 0 done, 1 the query failed, 2 the command line cannot be, "
    "4 nobody answers.";

int cli__print_answer(struct cli *cli, const json_t *answer, int64_t limit)
{
    if (cli->json)
        cli__print_json(cli__rows_json(answer));
    else
        cli__print_table(stdout, answer);
    if (json_get_bool(answer, "truncated", false) && limit == 0)
        cli__say(cli, "These are the first %zu rows; there are more.",
                 json_array_size(json_object_get(answer, "rows")));
    return CLI_DONE;
}

static char *read_stdin(GError **error)
{
    GString *out = g_string_new(NULL);
    char buffer[8192];
    size_t n;

    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        g_string_append_len(out, buffer, (gssize)n);
    if (!ferror(stdin) && !memchr(out->str, '\0', out->len))
        return g_string_free(out, FALSE);
    g_set_error_literal(error, cli_error(), ERROR_INVALID, "stdin is no text of SQL.");
    g_string_free(out, TRUE);
    return NULL;
}

int cli__fetchdf(struct cli *cli, int argc, char **argv, GError **error)
{
    int max_rows = 0;
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"limit", 0, 0, G_OPTION_ARG_INT, &max_rows, "At most so many rows.", "ROWS"},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {
        .own = entries, .min_words = 1, .max_words = 1, .words = "a query"};
    g_autoptr(json_t) answer = NULL;
    g_autofree char *sql = NULL;
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    if (max_rows < 0)
        return cli__usage(error, "--limit must be a number of rows.");
    sql = strcmp(argv[1], "-") == 0 ? read_stdin(error) : g_strdup(argv[1]);
    answer = sql ? cli__query(cli, cli->gateway, sql, max_rows, error) : NULL;
    return answer ? cli__print_answer(cli, answer, max_rows) : CLI_FAILED;
}
