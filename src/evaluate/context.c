/* context.c -- a run: the task's model read from its definition, its parents by their parts. */
#include "evaluate/evaluate_int.h"

#include "schedule/names.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "sql/translate.h"

#include <string.h>

static struct evaluate_parent *add_parent(struct evaluate_run *r, const char *fqn, GError **error)
{
    g_autoptr(wire_table) parts = names_split(fqn, error);
    struct evaluate_parent *p;

    if (!parts)
        return NULL;
    p = arena_new_of(r->arena, struct evaluate_parent);
    p->fqn = fqn;
    p->catalog = parts->catalog ? arena_strdup(r->arena, parts->catalog) : NULL;
    p->schema = parts->schema ? arena_strdup(r->arena, parts->schema) : NULL;
    p->name = arena_strdup(r->arena, parts->name);
    g_ptr_array_add(r->parents, p);
    return p;
}

static bool add_embedded(struct evaluate_run *r, GError **error)
{
    const char *fqn;
    json_t *definition;

    json_object_foreach (r->model->embedded, fqn, definition) {
        struct evaluate_parent *p = add_parent(r, fqn, error);

        if (!p)
            return false;
        p->embedded = definition;
    }
    return true;
}

static bool add_parents(struct evaluate_run *r, GError **error)
{
    struct evaluate_parent *p;

    for (guint i = 0; i < r->task->parents->len; i++) {
        const struct wire_parent *given = r->task->parents->pdata[i];

        if (!(p = add_parent(r, given->name, error)))
            return false;
        p->table = given->table;
    }
    if (!r->model)
        return true;
    if (r->model->fqn && r->task->target) { /* a model may read itself */
        if (!(p = add_parent(r, r->model->fqn, error)))
            return false;
        p->table = r->task->target;
    }
    return add_embedded(r, error);
}

/* Folding is over when a tree is said in another dialect. */
static const struct sql_dialect *spoken(const struct evaluate_run *r, GError **error)
{
    const char *name = r->engine ? r->engine->sql_dialect : NULL;
    const struct sql_dialect *engine = name ? sql_dialect_find(name, error) : r->dialect;
    g_autofree char *unfolded = NULL;

    if (!engine || sql_same_dialect(engine, r->dialect))
        return engine ? r->dialect : NULL;
    unfolded = g_strconcat(name, ",normalization_strategy=case_sensitive", NULL);
    return sql_dialect_find(unfolded, error);
}

bool evaluate__set_dialect(struct evaluate_run *r, const char *name, GError **error)
{
    if (r->engine && (!name || !*name))
        name = r->engine->sql_dialect;
    r->dialect = sql_dialect_find(name, error);
    r->spoken = r->dialect ? spoken(r, error) : NULL;
    return r->spoken != NULL;
}

/* Types of columns in the warehouse's words. */
static bool say_types(struct evaluate_run *r, const GPtrArray *columns, GError **error)
{
    for (guint i = 0; columns && r->spoken != r->dialect && i < columns->len; i++) {
        struct model_column *c = columns->pdata[i];
        struct source source = {arena_printf(r->arena, "type of %s", c->name), c->type,
                                c->type ? strlen(c->type) : 0};
        struct sql_node *type =
            c->type ? sql_parse_type(r->arena, &source, r->dialect, error) : NULL;
        g_autofree char *text = NULL;

        if (!c->type)
            continue;
        if (!type || !evaluate__say(r, type, &source, error))
            return false;
        text = sql_print(type, r->spoken);
        c->type = arena_strdup(r->arena, text);
    }
    return true;
}

static bool open_model(struct evaluate_run *r, GError **error)
{
    const char *name = NULL;

    if (r->task->definition) {
        r->model = model_from_definition(r->arena, r->task->definition, error);
        if (!r->model)
            return false;
        name = r->model->dialect;
    }
    return evaluate__set_dialect(r, name, error) &&
           (!r->model || (say_types(r, r->model->columns, error) &&
                          (r->model->projections == r->model->columns ||
                           say_types(r, r->model->projections, error))));
}

static void unref(void *array)
{
    g_ptr_array_unref(array);
}

struct evaluate_run *evaluate__run_new(const struct evaluate_context *c, const struct wire_task *t,
                                       GError **error)
{
    struct arena *a = arena_new();
    struct evaluate_run *r = arena_new_of(a, struct evaluate_run);

    r->arena = a;
    r->c = c;
    r->task = t;
    r->warehouse = c->warehouse;
    r->engine = c->warehouse ? warehouse_dialect(c->warehouse) : NULL;
    r->stage = STAGE_EVALUATING;
    r->parents = g_ptr_array_new();
    arena_defer(a, unref, r->parents);
    if (open_model(r, error) && add_parents(r, error))
        return r;
    evaluate__run_free(r);
    return NULL;
}

void evaluate__run_free(struct evaluate_run *r)
{
    if (r)
        arena_free(r->arena);
}
