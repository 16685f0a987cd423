/* sql_batch.c -- `heddle sql --batch`: a question a line, an answer a line. */
#include "cli/sql_int.h"

#include "base/limits.h"
#include "sql/print.h"
#include "sql/translate.h"

#include <stdlib.h>
#include <string.h>

/* What one line asks; `text` is a copy of its SQL. */
struct question {
    json_t *line;
    const struct sql_dialect *dialect, *to; /* to: what to print in; NULL: the same */
    struct source source;
    char *text;
};

static void question_clear(struct question *q)
{
    json_decref(q->line);
    g_free(q->text);
}

/* The dialect that a member of the line names; without it what the command line says stays. */
static bool read_dialect(const json_t *line, const char *member, const struct sql_dialect **d,
                         GError **error)
{
    const json_t *name = json_object_get(line, member);

    return !json_is_string(name) || (*d = sql_dialect_find(json_string_value(name), error));
}

static bool question_read(struct question *q, const char *line, size_t len, GError **error)
{
    const json_t *sql;

    q->line = json_parse(line, len, error);
    if (!q->line)
        return false;
    sql = json_object_get(q->line, "sql");
    if (!json_is_string(sql)) {
        g_set_error_literal(error, cli_error(), ERROR_INVALID, "The line has no text \"sql\".");
        return false;
    }
    q->source.len = json_string_length(sql);
    q->text = g_memdup2(json_string_value(sql), q->source.len + 1);
    q->source.text = q->text;
    return read_dialect(q->line, "dialect", &q->dialect, error) &&
           read_dialect(q->line, "to", &q->to, error);
}

static enum sql_visit count_opaque(struct sql_node *n, void *count)
{
    if (n->flags & SQL_OPAQUE)
        ++*(int *)count;
    return SQL_GO_IN;
}

/* The tree is printed when the text it was read from is gone: it holds all there is to say. */
static json_t *answer(struct arena *a, struct question *q, GError **error)
{
    struct sql_range all = {0, MIN(q->source.len, (size_t)MAX_SQL_BYTES)};
    struct sql_node *n = cli__sql_statement(a, &q->source, all, q->dialect, error), *said = n;
    g_autofree char *print = NULL, *canonical = NULL;
    int opaque = 0;

    if (!n)
        return NULL;
    if (q->to && !sql_translate(a, said = sql_clone(a, n), q->dialect, q->to, &q->source, error))
        return NULL;
    memset(q->text, 'x', q->source.len);
    print = sql_print(said, q->to ? q->to : q->dialect);
    canonical = sql_canonical(n, q->dialect);
    sql_walk(n, count_opaque, &opaque);
    return json_pack("{s:O?, s:b, s:s, s:s, s:i, s:o}", "id", json_object_get(q->line, "id"), "ok",
                     1, "print", print, "canonical", canonical, "opaque", opaque, "tables",
                     cli__sql_tables_of(a, n, q->dialect));
}

static json_t *refusal(const struct question *q, const GError *error)
{
    g_autoptr(json_t) all = error_to_json(error);
    const char *what = json_get_string(all, "what", ""), *why = json_get_string(all, "why", NULL);
    g_autofree char *message = g_strjoin(why ? " " : NULL, what, why, NULL);

    return json_pack("{s:O?, s:b, s:{s:O, s:O, s:s}}", "id", json_object_get(q->line, "id"), "ok",
                     0, "error", "line", json_object_get(all, "line"), "column",
                     json_object_get(all, "column"), "message", message);
}

/* `q` says what the command line did. */
static void answer_line(struct arena *a, const char *line, size_t len, struct question q)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) said = question_read(&q, line, len, &error) ? answer(a, &q, &error) : NULL;
    g_autofree char *text = NULL;

    if (!said)
        said = refusal(&q, error);
    text = json_text_as_built(said);
    puts(text);
    fflush(stdout);
    question_clear(&q);
}

int cli__sql_batch(const char *dialect, const char *to, GError **error)
{
    struct question none = {.dialect = sql_dialect_find(dialect, error)};
    g_autoptr(arena) a = arena_new();
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (!none.dialect || (to && !(none.to = sql_dialect_find(to, error))))
        return CLI_USAGE;
    while ((len = getline(&line, &room, stdin)) >= 0)
        if (len > 0 && strspn(line, " \t\r\n") < (size_t)len) {
            answer_line(a, line, (size_t)len, none);
            arena_clear(a);
        }
    free(line);
    return CLI_DONE;
}
