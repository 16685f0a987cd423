/* macros.c -- macros in a tree expanded for the task: its times, stage, table and variables. */
#include "evaluate/evaluate_int.h"

#include "macro/macro.h"
#include "sql/parse.h"
#include "sql/scope.h"

#include <string.h>

/* The columns of a table as a macro's argument names it, or NULL. */
static GPtrArray *look_up(const struct sql_node *table, void *data)
{
    struct evaluate_run *r = data;
    g_autoptr(GPtrArray) found =
        sql_tables(r->arena, (struct sql_node *)table, r->dialect); /* normalizes the name */
    const struct sql_table *t = found->len > 0 ? found->pdata[0] : NULL;
    const struct evaluate_parent *p;
    struct wire_table direct;
    GPtrArray *columns = NULL;

    if (!t || !r->warehouse)
        return NULL;
    p = evaluate__find_parent(r, t->catalog, t->schema, t->name);
    if (p && !p->table && p->embedded)
        return NULL;
    direct = (struct wire_table){(char *)t->catalog, (char *)t->schema, (char *)t->name};
    return evaluate__columns(r, p && p->table ? p->table : &direct, &columns, NULL) ? columns
                                                                                    : NULL;
}

static char **strings_of(const struct sql_node *table, void *data, bool types)
{
    const GPtrArray *columns = look_up(table, data);
    char **out;

    if (!columns)
        return NULL;
    out = g_new0(char *, columns->len + 1);
    for (guint i = 0; i < columns->len; i++) {
        const struct warehouse_column *c = columns->pdata[i];

        out[i] = g_strdup(types ? c->type : c->name);
    }
    return out;
}

static char **columns_of(const struct sql_node *table, void *data)
{
    return strings_of(table, data, false);
}

static char **types_of(const struct sql_node *table, void *data)
{
    return strings_of(table, data, true);
}

static const char *this_model(struct evaluate_run *r)
{
    if (r->this_model)
        return r->this_model;
    return r->task->target ? evaluate__table_read(r, r->task->target) : NULL;
}

struct sql_node *evaluate__expand(struct evaluate_run *r, struct sql_node *tree,
                                  const struct source *source, GPtrArray *definitions,
                                  GError **error)
{
    const struct wire_task *t = r->task;
    struct macro_context c = {
        .dialect = r->dialect,
        .source = source,
        .has_times = true,
        .start_ms = t->start_ms == TIME_NONE ? 0 : t->start_ms,
        .end_ms = t->end_ms == TIME_NONE ? 86400000 : t->end_ms,
        .execution_ms = t->execution_ms == TIME_NONE ? 0 : t->execution_ms,
        .runtime_stage = r->stage,
        .this_model = this_model(r),
        .this_env = t->environment,
        .schemas = r->schemas,
        .views = r->views,
        .gateway = r->c->gateway,
        .definitions = definitions,
        .columns_of = columns_of,
        .types_of = types_of,
        .data = r,
    };

    if (r->model) {
        c.model_kind_name = model_kind_names[r->model->kind];
        c.variables = r->model->variables;
        c.blueprint_variables = r->model->blueprint_variables;
    }
    return macro_expand(r->arena, tree, &c, error);
}

static void unref(void *array)
{
    g_ptr_array_unref(array);
}

static bool add_definitions(struct evaluate_run *r, const GPtrArray *from, GPtrArray *to,
                            GError **error)
{
    for (guint i = 0; from && i < from->len; i++) {
        const struct model_statement *s = from->pdata[i];
        struct source source = {"@DEF", s->sql, strlen(s->sql)};
        struct sql_node *n = sql_parse_statement(r->arena, &source, r->dialect, error);

        if (!n)
            return false;
        g_ptr_array_add(to, n);
    }
    return true;
}

GPtrArray *evaluate__definitions(struct evaluate_run *r, const GPtrArray *more, GError **error)
{
    GPtrArray *out = g_ptr_array_new();

    arena_defer(r->arena, unref, out);
    if ((r->model && !add_definitions(r, r->model->definitions, out, error)) ||
        !add_definitions(r, more, out, error))
        return NULL;
    return out;
}
