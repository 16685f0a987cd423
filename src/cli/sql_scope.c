/* sql_scope.c -- what `heddle sql` says of a query's columns, of two queries, and of macros. */
#include "cli/sql_int.h"

#include "macro/macro.h"
#include "sql/diff.h"
#include "sql/lineage.h"
#include "sql/print.h"

#include <string.h>

/* ---- the columns of tables, from --schema ---- */

static char *folded(const struct sql_dialect *d, const char *name)
{
    int direction = sql_dialect_folds(d);

    return direction < 0   ? g_ascii_strdown(name, -1)
           : direction > 0 ? g_ascii_strup(name, -1)
                           : g_strdup(name);
}

/* {"a": "INT"} or ["a"] */
static char **names_of(const json_t *columns, const struct sql_dialect *d)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    const char *name;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)columns, name, value) {
        g_autofree char *text = folded(d, name);

        g_strv_builder_add(names, text);
    }
    json_array_foreach (columns, i, value) {
        g_autofree char *text = folded(d, json_is_string(value) ? json_string_value(value) : "");

        g_strv_builder_add(names, text);
    }
    return g_strv_builder_end(names);
}

static const json_t *member(const json_t *tables, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)tables, key, value)
        if (g_ascii_strcasecmp(key, name) == 0)
            return value;
    return NULL;
}

/* By all parts of the table's name, or by fewer. */
static char **columns_of(const struct sql_table *t, void *data)
{
    const struct cli_sql *s = data;
    g_autofree char *name = g_strjoin(".",
                                      t->catalog  ? t->catalog
                                      : t->schema ? t->schema
                                                  : t->name,
                                      t->catalog  ? t->schema
                                      : t->schema ? t->name
                                                  : NULL,
                                      t->catalog ? t->name : NULL, NULL);

    for (const char *at = name; at; at = strchr(at, '.')) {
        const json_t *columns = member(s->tables, at += *at == '.');

        if (columns)
            return names_of(columns, s->dialect);
    }
    return NULL;
}

bool cli__sql_object(const char *path, json_t **object, GError **error)
{
    g_autofree char *text = NULL;
    gsize len;

    if (!path)
        return true;
    if (!g_file_get_contents(path, &text, &len, error))
        return false;
    *object = json_parse(text, len, error);
    if (!*object)
        return false;
    if (json_is_object(*object))
        return true;
    g_set_error(error, cli_error(), ERROR_INVALID, "%s holds no JSON object.", path);
    error_hint(error,
               "a schema is written {\"schema.table\": {\"column\": \"TYPE\"}}, variables are "
               "{\"name\": value}.");
    return false;
}

static struct sql_schema schema_of(const struct cli_sql *s)
{
    return (struct sql_schema){columns_of, NULL, (void *)s};
}

/* ---- columns ---- */

static char *table_name(const struct sql_table *t)
{
    return g_strconcat(t->catalog ? t->catalog : "", t->catalog ? "." : "",
                       t->schema ? t->schema : "", t->schema ? "." : "", t->name, NULL);
}

static json_t *text_or_null(const char *text)
{
    return text ? cli__sql_text(text, strlen(text)) : json_null();
}

static json_t *reference_json(const struct sql_reference *r, const struct source *source)
{
    static const char *const belongs[] = {"nothing", "source", "outer", "alias"};
    g_autofree char *table = r->table ? table_name(r->table) : NULL;
    unsigned line, column;

    source_place(source, r->node->at, &line, &column);
    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:s, s:s}", "line", (int)line, "column",
                     (int)column, "name", text_or_null(r->column), "source",
                     text_or_null(r->source), "table", text_or_null(table), "belongs_to",
                     belongs[r->belongs], "clause", sql_slot_name(r->clause));
}

static json_t *columns_of_query(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                                const struct source *source)
{
    const struct sql_schema schema = schema_of(s);
    const GPtrArray *all = sql_references(a, n, s->dialect, &schema);
    json_t *out = json_array();

    for (guint i = 0; i < all->len; i++)
        json_array_append_new(out, reference_json(all->pdata[i], source));
    return out;
}

static void show_reference(const json_t *r)
{
    const char *source = json_get_string(r, "source", NULL);
    const char *table = json_get_string(r, "table", NULL);
    const char *belongs = json_get_string(r, "belongs_to", "");
    g_autofree char *place = g_strdup_printf("%d:%d", (int)json_get_int(r, "line", 0),
                                             (int)json_get_int(r, "column", 0));

    printf("%-8s %-10s %s -> ", place, json_get_string(r, "clause", ""),
           json_get_string(r, "name", "?"));
    if (strcmp(belongs, "alias") == 0)
        printf("a projection\n");
    else if (strcmp(belongs, "nothing") == 0)
        printf("unknown\n");
    else
        printf("%s%s%s%s%s\n", source ? source : "a source without a name", table ? " (" : "",
               table ? table : "", table ? ")" : "",
               strcmp(belongs, "outer") == 0 ? ", around it" : "");
}

/* ---- lineage ---- */

static json_t *output_json(const struct sql_output *o)
{
    json_t *from = json_array();

    for (guint i = 0; i < o->origins->len; i++) {
        const struct sql_origin *origin = o->origins->pdata[i];
        g_autofree char *table = table_name(origin->table);
        g_autofree char *column = g_strdup_printf("%s.%s", table, origin->column);

        json_array_append_new(from, text_or_null(column));
    }
    return json_pack("{s:o, s:o, s:b}", "name", text_or_null(o->name), "from", from, "complete",
                     o->complete);
}

static json_t *lineage_of_query(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                                const struct source *source)
{
    const struct sql_schema schema = schema_of(s);
    const GPtrArray *all = sql_lineage(a, n, s->dialect, &schema);
    json_t *out = json_array();

    (void)source;
    for (guint i = 0; i < all->len; i++)
        json_array_append_new(out, output_json(all->pdata[i]));
    return out;
}

static void show_output(const json_t *o)
{
    const json_t *from = json_object_get(o, "from");
    json_t *origin;
    size_t i;

    printf("%s <-", json_get_string(o, "name", "?"));
    json_array_foreach (from, i, origin)
        printf("%s %s", i ? "," : "", json_string_value(origin));
    printf("%s\n", json_get_bool(o, "complete", true) ? "" : " …");
}

static void show_each(const json_t *answer, void (*show)(const json_t *one))
{
    json_t *list, *one;
    size_t i, k;

    json_array_foreach (answer, i, list)
        json_array_foreach (list, k, one)
            show(one);
}

json_t *cli__sql_columns(const struct cli_sql *s, const struct source *source, GError **error)
{
    return cli__sql_statements(s, source, columns_of_query, error);
}

json_t *cli__sql_lineage(const struct cli_sql *s, const struct source *source, GError **error)
{
    return cli__sql_statements(s, source, lineage_of_query, error);
}

void cli__sql_show_columns(const json_t *answer)
{
    show_each(answer, show_reference);
}

void cli__sql_show_lineage(const json_t *answer)
{
    show_each(answer, show_output);
}

/* ---- expand ---- */

static char **columns_of_node(const struct sql_node *table, void *data)
{
    const struct cli_sql *s = data;
    g_autoptr(arena) a = arena_new();
    g_autoptr(GPtrArray) tables = sql_tables(a, (struct sql_node *)table, s->dialect);

    return tables->len > 0 ? columns_of(tables->pdata[0], data) : NULL;
}

/* What a statement gives: the statements of a macro's list each for itself. */
static void append_printed(json_t *out, struct sql_node *n, const struct cli_sql *s,
                           struct arena *a)
{
    const struct sql_schema schema = schema_of(s);
    g_autofree char *text = NULL;

    if (n->kind == SQL_LIST) {
        SQL_EACH_CHILD (n, c) {
            append_printed(out, c, s, a);
        }
        return;
    }
    sql_expand_stars(a, n, s->dialect, &schema);
    text = sql_print(n, s->dialect);
    json_array_append_new(out, cli__sql_text(text, strlen(text)));
}

static bool defines(const struct sql_node *n)
{
    return n->kind == SQL_MACRO_CALL && sql_text_is_nocase(n, "DEF");
}

json_t *cli__sql_expand(const struct cli_sql *s, const struct source *source, GError **error)
{
    g_autoptr(GArray) ranges = sql_split(source, s->dialect);
    g_autoptr(json_t) out = json_array();
    g_autoptr(arena) a = arena_new();
    g_autoptr(GPtrArray) definitions = g_ptr_array_new();
    const struct macro_context context = {.dialect = s->dialect,
                                          .source = source,
                                          .runtime_stage = "loading",
                                          .variables = s->variables,
                                          .definitions = definitions,
                                          .columns_of = columns_of_node,
                                          .data = (void *)s};

    for (guint i = 0; i < ranges->len; i++) {
        GError *failed = NULL;
        struct sql_node *n = cli__sql_statement(
            a, source, g_array_index(ranges, struct sql_range, i), s->dialect, error);

        if (!n)
            return NULL;
        if (defines(n)) {
            g_ptr_array_add(definitions, n);
            continue;
        }
        n = macro_expand(a, n, &context, &failed);
        if (failed) {
            g_propagate_error(error, failed);
            return NULL;
        }
        if (n)
            append_printed(out, n, s, a);
    }
    return g_steal_pointer(&out);
}

/* ---- diff ---- */

static struct sql_node *only_query(struct arena *a, const struct cli_sql *s,
                                   const struct source *source, GError **error)
{
    g_autoptr(GArray) ranges = sql_split(source, s->dialect);

    if (ranges->len != 1) {
        g_set_error(error, cli_error(), ERROR_INVALID, "%s holds %u statements; one is compared.",
                    source->name, ranges->len);
        return NULL;
    }
    return sql_parse_query_in(a, source, g_array_index(ranges, struct sql_range, 0), s->dialect,
                              error);
}

json_t *cli__sql_diff(const struct cli_sql *s, const struct source *before,
                      const struct source *after, GError **error)
{
    static const char *const words[] = {"same", "projections added", "otherwise"};
    g_autoptr(arena) a = arena_new();
    struct sql_node *x = only_query(a, s, before, error);
    struct sql_node *y = x ? only_query(a, s, after, error) : NULL;

    return y ? json_string(words[sql_diff(x, y, s->dialect)]) : NULL;
}

void cli__sql_show_diff(const json_t *answer)
{
    puts(json_string_value(answer));
}
