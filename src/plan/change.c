/* Is the change from one definition to the other breaking? Queries are compared with their macros
 * expanded, seeds column by column. */
#include "plan/plan_int.h"

#include "macro/macro.h"
#include "project/seed.h"
#include "sql/diff.h"
#include "sql/parse.h"

#include <string.h>

static bool same_names(char **a, char **b)
{
    return a && b ? g_strv_equal((const char *const *)a, (const char *const *)b)
                  : (!a || !*a) && (!b || !*b);
}

/* Other partitions, or partitions that cannot be known, mean another table. */
static bool same_partitions(const struct wire_snapshot *before, const struct wire_snapshot *after)
{
    g_autoptr(arena) a = arena_new();
    struct model *x, *y;

    if (!before->definition || !after->definition)
        return false;
    x = model_from_definition(a, before->definition, NULL);
    y = model_from_definition(a, after->definition, NULL);
    return x && y && same_names(x->partitioned_by, y->partitioned_by);
}

bool plan__is_breaking_kind_change(const struct wire_snapshot *before,
                                   const struct wire_snapshot *after)
{
    if (before->kind == after->kind)
        return false;
    if (!schedule_is_incremental(before->kind) || !schedule_is_incremental(after->kind))
        return true;
    return !same_partitions(before, after);
}

const char *plan__source_type(const struct plan *p, const struct wire_snapshot *s)
{
    const struct model *m = g_hash_table_lookup(p->project->by_fqn, s->name);

    if (s->kind == KIND_SEED)
        return "seed";
    if (s->kind == KIND_EXTERNAL)
        return "external";
    return !m || m->query ? "sql" : "python";
}

/* ---- queries ---- */

static struct sql_node *statement(struct arena *a, const char *sql, const struct sql_dialect *d)
{
    struct source s = {"statement", sql, strlen(sql)};

    return sql_parse_statement(a, &s, d, NULL);
}

static GPtrArray *definitions_of(struct arena *a, const struct model *m,
                                 const struct sql_dialect *d)
{
    GPtrArray *out = g_ptr_array_new();

    for (guint i = 0; m->definitions && i < m->definitions->len; i++) {
        const struct model_statement *one = m->definitions->pdata[i];
        struct sql_node *node = statement(a, one->sql, d);

        if (node)
            g_ptr_array_add(out, node);
    }
    return out;
}

/* The query as it is when the project is loaded; NULL: it cannot be known here. */
static struct sql_node *expanded(struct arena *a, const struct model *m,
                                 const struct sql_dialect *d)
{
    struct source s = {m->name, m->query, m->query ? strlen(m->query) : 0};
    struct sql_node *query = m->query ? sql_parse_query(a, &s, d, NULL) : NULL;
    g_autoptr(GPtrArray) definitions = NULL;
    struct macro_context context = {
        .dialect = d,
        .source = &s,
        .runtime_stage = "loading",
        .model_kind_name = model_kind_names[m->kind],
        .gateway = m->gateway,
        .variables = m->variables,
        .blueprint_variables = m->blueprint_variables,
    };

    if (!query)
        return NULL;
    context.definitions = definitions = definitions_of(a, m, d);
    return macro_expand(a, query, &context, NULL);
}

static enum verdict judge_queries(struct arena *a, const struct model *before,
                                  const struct model *after)
{
    const struct sql_dialect *d = sql_dialect_find(after->dialect, NULL);
    struct sql_node *x, *y;

    if (!d || before->lookback != after->lookback ||
        g_strcmp0(before->dialect, after->dialect) != 0)
        return VERDICT_UNKNOWN;
    x = expanded(a, before, d);
    y = expanded(a, after, d);
    if (!x || !y)
        return VERDICT_UNKNOWN;
    return sql_diff(x, y, d) == SQL_OTHERWISE ? VERDICT_UNKNOWN : VERDICT_NON_BREAKING;
}

/* ---- seeds, external models ---- */

/* Every column of before is there with the same values. */
static enum verdict judge_seeds(const struct model *before, const struct model *after)
{
    g_autoptr(seed_table) x = before->seed ? seed_read(before->seed, NULL) : NULL;
    g_autoptr(seed_table) y = after->seed ? seed_read(after->seed, NULL) : NULL;

    if (!x || !y)
        return VERDICT_UNKNOWN;
    for (size_t i = 0; i < x->n_columns; i++) {
        int k = seed_find(y, x->columns[i].name);

        if (k < 0 || seed_column_digest(x, i) != seed_column_digest(y, (size_t)k))
            return VERDICT_UNKNOWN;
    }
    return VERDICT_NON_BREAKING;
}

static bool has_column(const GPtrArray *columns, const struct model_column *wanted)
{
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];

        if (strcmp(c->name, wanted->name) == 0)
            return g_strcmp0(c->type, wanted->type) == 0;
    }
    return false;
}

static enum verdict judge_external(const struct model *before, const struct model *after)
{
    for (guint i = 0; before->columns && i < before->columns->len; i++)
        if (!has_column(after->columns, before->columns->pdata[i]))
            return VERDICT_UNKNOWN;
    return VERDICT_NON_BREAKING;
}

enum verdict plan__judge_change(const struct plan *p, const struct plan_item *item)
{
    g_autoptr(arena) a = arena_new();
    const char *type = plan__source_type(p, item->snapshot);
    struct model *before, *after;

    if (!item->before->definition || !item->snapshot->definition)
        return VERDICT_UNKNOWN;
    before = model_from_definition(a, item->before->definition, NULL);
    after = model_from_definition(a, item->snapshot->definition, NULL);
    if (!before || !after || strcmp(type, "python") == 0)
        return VERDICT_UNKNOWN;
    if (item->snapshot->kind == KIND_SEED)
        return before->kind == KIND_SEED ? judge_seeds(before, after) : VERDICT_UNKNOWN;
    if (item->snapshot->kind == KIND_EXTERNAL)
        return before->kind == KIND_EXTERNAL ? judge_external(before, after) : VERDICT_UNKNOWN;
    return judge_queries(a, before, after);
}
