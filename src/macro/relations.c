/* relations.c -- macros that write projections or queries: stars, unions, date spines. */
#include "macro/macro_int.h"
#include "sql/scope.h"

#include <string.h>

/* A table's name, whatever it was written as. A string is one name, unless it has several parts. */
static struct sql_node *table_of(struct macro_run *run, const struct sql_node *node)
{
    if (node->kind != SQL_STRING)
        return macro__parse_table(run, macro__print(run, node), node);
    const char *name = macro__bare(run, node);
    if (strchr(name, '.'))
        return macro__parse_table(run, name, node);
    struct sql_node *table = sql_node_new(run->arena, SQL_TABLE, NULL, 0);
    sql_append(table, SLOT_PART, macro__identifier(run, name, true));
    return table;
}

static bool is_literal(const struct sql_node *node)
{
    return !node || node->kind == SQL_STRING || node->kind == SQL_NUMBER;
}

struct columns {
    char **names, **types; /* types is NULL when one of them is not known */
};

static void columns_clear(struct columns *c)
{
    g_strfreev(c->names);
    g_strfreev(c->types);
}

static bool is_loading(const struct macro_run *run)
{
    const char *stage = run->context->runtime_stage;
    return !stage || strcmp(stage, "loading") == 0;
}

/* The columns of a table. While a project loads they may not be known yet; SQLMesh has one column
 * with a telling name then. */
static bool columns_of(struct macro_run *run, const struct sql_node *table,
                       const struct sql_node *at, struct columns *out)
{
    const struct macro_context *c = run->context;
    *out = (struct columns){NULL, NULL};
    if (c->columns_of)
        out->names = c->columns_of(table, c->data);
    if (out->names && c->types_of)
        out->types = c->types_of(table, c->data);
    if (out->names)
        return true;
    if (is_loading(run)) {
        out->names = g_strsplit("__schema_unavailable_at_load__", " ", -1);
        return true;
    }
    macro__fail(run, at, "the columns of %s are not known.", macro__print(run, table));
    error_hint(&run->error, "name the columns in its query, or list it in external_models.yaml");
    return false;
}

static const char *normal_name(struct macro_run *run, const struct sql_node *node)
{
    const struct sql_node *last = node;
    if (node->kind == SQL_COLUMN || node->kind == SQL_TABLE) {
        last = NULL;
        SQL_EACH_CHILD (node, c)
            if (c->slot == SLOT_PART)
                last = c;
    }
    if (!last || (last->kind != SQL_IDENTIFIER && last->kind != SQL_STRING))
        return NULL;
    return last->kind == SQL_STRING ? sql_text(run->arena, last)
                                    : sql_normalize(run->arena, last, run->context->dialect);
}

enum { STAR_RELATION, STAR_ALIAS, STAR_EXCLUDE, STAR_PREFIX, STAR_SUFFIX, STAR_QUOTE, STAR_EXCEPT };

static bool is_excluded(struct macro_run *run, const struct macro_call *call, const char *column)
{
    const struct sql_node *list =
        call->named[STAR_EXCLUDE] ? call->named[STAR_EXCLUDE] : call->named[STAR_EXCEPT];
    if (!list)
        return false;
    size_t n;
    struct sql_node **names = macro__items(run, (struct sql_node *[]){(void *)list, NULL}, &n);
    for (size_t i = 0; i < n; i++) {
        const char *name = normal_name(run, names[i]);
        if (name && strcmp(name, column) == 0)
            return true;
    }
    return false;
}

static struct sql_node *star_column(struct macro_run *run, const struct macro_call *call,
                                    const char *table, const char *column, const char *type)
{
    const struct sql_node *quote = call->named[STAR_QUOTE];
    bool quoted = !quote || sql_text_is_nocase(quote, "TRUE");
    const struct sql_node *prefix = call->named[STAR_PREFIX], *suffix = call->named[STAR_SUFFIX];
    struct sql_node *n = sql_node_new(run->arena, SQL_COLUMN, NULL, 0);
    sql_append(n, SLOT_PART, macro__identifier(run, table, quoted));
    sql_append(n, SLOT_PART, macro__identifier(run, column, quoted));
    if (type)
        n = macro__parse(run,
                         arena_printf(run->arena, "CAST(%s AS %s)", macro__print(run, n), type),
                         call->node);
    char *alias = arena_printf(run->arena, "%s%s%s", prefix ? macro__bare(run, prefix) : "", column,
                               suffix ? macro__bare(run, suffix) : "");
    return n ? macro__alias(run, n, macro__identifier(run, alias, quoted)) : NULL;
}

struct sql_node *macro__do_star(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node *table = table_of(run, call->named[STAR_RELATION]), *chain = NULL;
    struct columns columns;
    if (!table || !columns_of(run, table, call->node, &columns))
        return NULL;
    if (!is_literal(call->named[STAR_PREFIX]) || !is_literal(call->named[STAR_SUFFIX]))
        macro__fail(run, call->node, "prefix and suffix of @STAR are strings.");
    const struct sql_node *alias = call->named[STAR_ALIAS];
    const char *name = normal_name(run, alias ? alias : table);
    if (!name)
        macro__fail(run, alias ? alias : call->node,
                    "@STAR takes a table and an alias, both names.");
    for (size_t i = 0; columns.names[i] && !run->error; i++)
        if (!is_excluded(run, call, columns.names[i]))
            chain = macro__chain(chain, star_column(run, call, name, columns.names[i],
                                                    columns.types ? columns.types[i] : NULL));
    columns_clear(&columns);
    return chain;
}

static bool has_column(const struct columns *c, const char *name, const char *type)
{
    for (size_t i = 0; c->names[i]; i++)
        if (strcmp(c->names[i], name) == 0)
            return !type || !c->types || g_ascii_strcasecmp(c->types[i], type) == 0;
    return false;
}

/* The columns that all tables have, as projections. */
static char *common_projections(struct macro_run *run, const struct columns *columns, size_t n)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; columns[0].names[i]; i++) {
        const char *type = columns[0].types ? columns[0].types[i] : NULL;
        bool everywhere = true;
        for (size_t t = 1; t < n; t++)
            everywhere &= has_column(&columns[t], columns[0].names[i], type);
        if (!everywhere)
            continue;
        char *name = macro__print(run, macro__identifier(run, columns[0].names[i], false));
        g_string_append(out, out->len ? ", " : "");
        if (type)
            g_string_append_printf(out, "CAST(%s AS %s) AS %s", name, type, name);
        else
            g_string_append(out, name);
    }
    return arena_strdup(run->arena, out->str);
}

/* What a @UNION was asked for. */
struct wish {
    struct sql_node *const *tables;
    size_t n;
    size_t used; /* how many of them are selected from; columns are those common to all */
    const char *word;
};

static struct sql_node *union_of(struct macro_run *run, const struct macro_call *call,
                                 const struct wish *wish)
{
    struct columns *columns = arena_zalloc(run->arena, wish->n * sizeof *columns);
    const char **names = arena_zalloc(run->arena, wish->n * sizeof *names);
    bool ok = true;
    for (size_t i = 0; i < wish->n && ok; i++) {
        struct sql_node *table = table_of(run, wish->tables[i]);
        ok = table && columns_of(run, table, wish->tables[i], &columns[i]);
        names[i] = ok ? macro__print(run, table) : NULL;
    }
    const char *projections = ok ? common_projections(run, columns, wish->n) : "";
    for (size_t i = 0; i < wish->n; i++)
        columns_clear(&columns[i]);
    if (ok && !*projections)
        return macro__fail(run, call->node, "the tables of @UNION have no column in common.");
    g_autoptr(GString) sql = g_string_new(NULL);
    for (size_t i = 0; i < wish->used && ok; i++) {
        if (i)
            g_string_append_printf(sql, " %s ", wish->word);
        g_string_append_printf(sql, "SELECT %s FROM %s", projections, names[i]);
    }
    return ok ? macro__parse(run, sql->str, call->node) : NULL;
}

/* UNION alone is refused by some. */
static const char *union_distinct(const struct macro_run *run)
{
    static const char *const spelled_out[] = {"bigquery", "clickhouse"};
    const char *name = sql_dialect_name(run->context->dialect);
    for (size_t i = 0; i < G_N_ELEMENTS(spelled_out); i++)
        if (strcmp(name, spelled_out[i]) == 0)
            return "UNION DISTINCT";
    return "UNION";
}

/* [condition,] ['all' | 'distinct',] table, … */
struct sql_node *macro__do_union(struct macro_run *run, const struct macro_call *call)
{
    size_t at = 0;
    bool all_tables = true;
    struct macro_value condition;
    if (!macro__eval(run, call->rest[0], &condition))
        return NULL;
    if (condition.type == VALUE_BOOL) {
        all_tables = condition.boolean;
        at++;
    }
    const char *word = "UNION ALL";
    if (at < call->n_rest && call->rest[at]->kind == SQL_STRING) {
        const struct sql_node *type = call->rest[at++];
        if (sql_text_is_nocase(type, "distinct"))
            word = union_distinct(run);
        else if (!sql_text_is_nocase(type, "all"))
            return macro__fail(run, type, "the type of @UNION is 'all' or 'distinct'.");
    }
    if (at >= call->n_rest)
        return macro__fail(run, call->node, "@UNION was given no table.");
    size_t n = call->n_rest - at;
    struct wish wish = {&call->rest[at], n, all_tables ? n : 1, word};
    return union_of(run, call, &wish);
}

static char *list_text(struct macro_run *run, struct sql_node *list, bool bare)
{
    size_t n;
    struct sql_node **items = macro__items(run, (struct sql_node *[]){list, NULL}, &n);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        bool text = bare && items[i]->kind == SQL_STRING;
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               text ? macro__bare(run, items[i]) : macro__print(run, items[i]));
    }
    return arena_strdup(run->arena, out->str);
}

struct sql_node *macro__do_deduplicate(struct macro_run *run, const struct macro_call *call)
{
    struct sql_node *relation = call->named[0];
    for (size_t i = 1; i <= 2; i++)
        if (!macro__is_list(call->named[i]))
            return macro__fail(run, call->named[i],
                               "@DEDUPLICATE takes its columns and its order as lists: "
                               "[a, CAST(b AS DATE)], ['c desc'].");
    const char *window =
        arena_printf(run->arena, "ROW_NUMBER() OVER (PARTITION BY %s ORDER BY %s)",
                     list_text(run, call->named[1], false), list_text(run, call->named[2], true));
    const char *from =
        relation->kind == SQL_STRING ? macro__bare(run, relation) : macro__print(run, relation);
    const char *sql =
        macro__engine(run)->has_qualify
            ? arena_printf(run->arena, "SELECT * FROM %s QUALIFY %s = 1", from, window)
            : arena_printf(run->arena,
                           "SELECT * FROM (SELECT *, %s AS _w FROM %s) AS _t WHERE _w = 1", window,
                           from);
    return macro__parse(run, sql, call->node);
}
