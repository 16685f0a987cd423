/* audits.c -- audits: queries for rows that must not be there, counted after a batch. */
#include "evaluate/evaluate_int.h"

#include "project/audits.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope.h"

#include <string.h>

/* The function with which engines search a text for a regular expression. */
static const struct {
    const char *dialect, *function;
} searches[] = {
    {"duckdb",     "REGEXP_MATCHES" },
    {"bigquery",   "REGEXP_CONTAINS"},
    {"clickhouse", "MATCH"          },
    {"",           "REGEXP_LIKE"    },
};

static const char *search_of(const struct evaluate_run *r)
{
    const char *name = sql_dialect_name(r->dialect);
    size_t i = 0;

    while (*searches[i].dialect && strcmp(searches[i].dialect, name) != 0)
        i++;
    return searches[i].function;
}

static void define(struct evaluate_run *r, GPtrArray *out, const char *sql)
{
    struct model_statement *s = arena_new_of(r->arena, struct model_statement);

    s->sql = sql;
    g_ptr_array_add(out, s);
}

static void define_argument(struct evaluate_run *r, GPtrArray *out, const char *name,
                            const char *sql)
{
    if (sql && strcmp(name, "partition_clause") != 0)
        define(r, out, arena_printf(r->arena, "@DEF(%s, %s)", name, sql));
}

/* Arguments, and for built-in audits what they are without being given, as @DEF calls. */
static GPtrArray *arguments_of(struct evaluate_run *r, const struct model_audit *a)
{
    const struct builtin_audit *builtin =
        a->query ? NULL : project_builtin_audit(a->name, &(bool){false});
    GPtrArray *out = g_ptr_array_new();
    const char *name;
    json_t *value;

    for (size_t i = 0; builtin && builtin->optional[i]; i += 2)
        if (!json_object_get(a->arguments, builtin->optional[i]))
            define_argument(r, out, builtin->optional[i], builtin->optional[i + 1]);
    json_object_foreach (a->arguments, name, value)
        define_argument(r, out, name, json_string_value(value));
    for (guint i = 0; a->definitions && i < a->definitions->len; i++)
        g_ptr_array_add(out, a->definitions->pdata[i]);
    return out;
}

static const char *replace_text(struct evaluate_run *r, const char *text, const char *mark,
                                const char *with)
{
    g_auto(GStrv) parts = g_strsplit(text, mark, -1);
    g_autofree char *joined = g_strjoinv(with, parts);

    return arena_strdup(r->arena, joined);
}

static const char *query_of(struct evaluate_run *r, const struct model_audit *a, GError **error)
{
    const struct evaluate_builtin *builtin;
    const char *partition = json_get_string(a->arguments, "partition_clause", "");

    if (a->query)
        return a->query;
    if (!(builtin = evaluate__builtin(a->name))) {
        evaluate__invalid(error, "%s has the audit %s, which is neither built in nor defined.",
                          r->model->name, a->name);
        return NULL;
    }
    if (g_ascii_strcasecmp(partition, "false") == 0)
        partition = "";
    return replace_text(r, replace_text(r, builtin->query, "{partition}", partition), "{search}",
                        search_of(r));
}

static bool same_name(const char *a, const char *b)
{
    return !a || !b || g_ascii_strcasecmp(a, b) == 0;
}

/* Where the audit reads the table itself, it reads the batch. */
static bool restrict_to_batch(struct evaluate_run *r, struct sql_node *tree, GError **error)
{
    const struct wire_table *target = r->task->target;
    g_autoptr(GPtrArray) tables = sql_tables(r->arena, tree, r->spoken);
    const GPtrArray *columns = r->columns;
    const char *filter, *text;

    if (!columns && r->warehouse && !evaluate__columns(r, target, (GPtrArray **)&columns, error))
        return false;
    if (!columns)
        return evaluate__invalid(error, "The table %s is not there.", evaluate__table(r, target));
    if (!(filter = evaluate__time_filter(r, columns, error)))
        return false;
    text = arena_printf(r->arena, "SELECT * FROM %s WHERE %s", evaluate__table(r, target), filter);
    for (guint i = 0; i < tables->len; i++) {
        const struct sql_table *t = tables->pdata[i];
        struct source source = {"batch", text, strlen(text)};
        struct sql_node *query;

        if (!t->schema || !same_name(t->catalog, target->catalog) ||
            !same_name(t->schema, target->schema) || !same_name(t->name, target->name))
            continue;
        if (!(query = sql_parse_query(r->arena, &source, r->spoken, error)))
            return false;
        evaluate__put_query(r, t->node, query, target->name);
    }
    return true;
}

static struct sql_node *expand(struct evaluate_run *r, const struct model_audit *a,
                               const struct source *source, GError **error)
{
    g_autoptr(GPtrArray) arguments = arguments_of(r, a);
    struct sql_node *tree = sql_parse_query(r->arena, source, r->dialect, error);
    GPtrArray *definitions = tree ? evaluate__definitions(r, arguments, error) : NULL;
    GError *own = NULL;

    tree = definitions ? evaluate__expand(r, tree, source, definitions, &own) : NULL;
    if (own)
        g_propagate_error(error, own);
    else if (definitions && !tree)
        evaluate__invalid(error, "The audit %s of %s is no query when its macros are expanded.",
                          a->name, r->model->name);
    return tree;
}

static const char *render(struct evaluate_run *r, const struct model_audit *a, GError **error)
{
    const char *query = query_of(r, a, error);
    struct source source = {arena_printf(r->arena, "audit %s of %s", a->name, r->model->name),
                            query, query ? strlen(query) : 0};
    struct sql_node *tree = query ? expand(r, a, &source, error) : NULL;
    g_autofree char *text = NULL;

    if (!tree)
        return NULL;
    evaluate__fold_names(r, tree);
    if (!evaluate__say(r, tree, &source, error) ||
        (r->model->kind == KIND_INCREMENTAL_BY_TIME_RANGE && !restrict_to_batch(r, tree, error)) ||
        !evaluate__place_tables(r, tree, error))
        return NULL;
    text = sql_print(tree, r->spoken);
    return arena_strdup(r->arena, text);
}

static void record(struct evaluate_run *r, const struct model_audit *a, const char *query,
                   int64_t count)
{
    struct wire_audit *out = wire_audit_new();

    out->name = g_strdup(a->name);
    out->status = count == 0 ? STATUS_SUCCESS : STATUS_FAILED;
    out->blocking = a->blocking;
    out->count = count;
    out->query = g_strdup(query);
    if (count > 0) {
        out->message = g_strdup_printf("The audit %s of %s found %" G_GINT64_FORMAT
                                       " row%s that must not be there.",
                                       a->name, r->model->name, count, count == 1 ? "" : "s");
        evaluate__log(r, "%s%s", a->blocking ? "" : "Warning: ", out->message);
    }
    g_ptr_array_add(r->result->audits, out);
}

static bool run_audit(struct evaluate_run *r, const struct model_audit *a, GError **error)
{
    const char *query = render(r, a, error);
    int64_t count;

    if (!query || !evaluate__number(r,
                                    arena_printf(r->arena, "SELECT COUNT(*) FROM (%s) AS %s", query,
                                                 evaluate__name(r, "audit")),
                                    &count, error)) {
        g_prefix_error(error, "The audit %s of %s could not be carried out: ", a->name,
                       r->model->name);
        return false;
    }
    record(r, a, query, count);
    return true;
}

static bool in_own_dialect(struct evaluate_run *r, const struct model_audit *a, GError **error)
{
    const struct sql_dialect *model = r->dialect, *spoken = r->spoken;
    bool ok = !a->query || !a->dialect || evaluate__set_dialect(r, a->dialect, error);

    ok = ok && run_audit(r, a, error);
    r->dialect = model;
    r->spoken = spoken;
    return ok;
}

/* Blocking audits that failed, in one error. */
static bool judge(struct evaluate_run *r, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < r->result->audits->len; i++) {
        const struct wire_audit *a = r->result->audits->pdata[i];

        if (a->blocking && a->count > 0)
            g_string_append_printf(out, "%s%s\naudit query: %s", out->len ? "\n" : "", a->message,
                                   a->query);
    }
    if (out->len == 0)
        return true;
    evaluate__invalid(error, "%s", out->str);
    error_hint(error,
               "the rows are in %s; correct the model or its data, or make the audit "
               "non-blocking.",
               evaluate__table(r, r->task->target));
    return false;
}

bool evaluate__audits(struct evaluate_run *r, GError **error)
{
    const char *stage = r->stage;
    bool ok = true;

    r->stage = STAGE_AUDITING;
    for (guint i = 0; ok && i < r->model->audits->len; i++)
        ok = in_own_dialect(r, r->model->audits->pdata[i], error);
    r->stage = stage;
    return ok && judge(r, error);
}

char *evaluate_render_audit(const struct wire_task *task, const char *gateway, guint audit,
                            const GPtrArray *columns, GError **error)
{
    struct evaluate_context context = {.gateway = gateway};
    struct evaluate_run *r = evaluate__run_new(&context, task, error);
    const struct model_audit *a;
    char *text = NULL;

    if (!r)
        return NULL;
    a = r->model->audits->pdata[audit];
    r->stage = STAGE_AUDITING;
    r->columns = columns ? columns : evaluate__typed(r);
    if (!a->query || !a->dialect || evaluate__set_dialect(r, a->dialect, error))
        text = g_strdup(render(r, a, error));
    evaluate__run_free(r);
    return text;
}
