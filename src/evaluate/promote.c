/* promote.c -- the virtual layer: an environment's view on a model's table, made and dropped. */
#include "evaluate/evaluate_int.h"

#include <string.h>

/* "shop__dev" of a model in "shop": what an environment adds to a name. NULL: nothing of it. */
static const char *suffix_of(const char *named, const char *own)
{
    size_t n = own ? strlen(own) : 0;

    return named && own && strncmp(named, own, n) == 0 && named[n] ? named + n : NULL;
}

static char *with_suffix(struct evaluate_run *r, const char *name, const char *suffix)
{
    return name ? arena_printf(r->arena, "%s%s", name, suffix ? suffix : "") : NULL;
}

/* On a virtual update models are their views of this environment, not their tables. */
static void parents_to_views(struct evaluate_run *r)
{
    const struct wire_table *view = r->task->view;
    const struct model *m = r->model;
    const char *catalog = suffix_of(view->catalog, m->catalog);
    const char *schema = suffix_of(view->schema, m->schema);
    const char *name = suffix_of(view->name, m->table);

    for (guint i = 0; i < r->parents->len; i++) {
        struct evaluate_parent *p = r->parents->pdata[i];
        struct wire_table *t;

        if (!p->table)
            continue;
        t = arena_new_of(r->arena, struct wire_table);
        t->catalog = with_suffix(r, p->catalog, catalog);
        t->schema = with_suffix(r, p->schema, schema);
        t->name = with_suffix(r, p->name, name);
        p->table = t;
    }
}

static bool update(struct evaluate_run *r, GError **error)
{
    const struct model *m = r->model;

    if (!m || !m->on_virtual_update || m->on_virtual_update->len == 0)
        return true;
    parents_to_views(r);
    r->stage = STAGE_PROMOTING;
    r->this_model = evaluate__table(r, r->task->view);
    return evaluate__statements(r, m->on_virtual_update, error);
}

static bool same_column(const struct warehouse_column *a, const struct warehouse_column *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0;
}

/* PostgreSQL replaces a view by one that begins with the same columns; then what people built on it
 * and their grants stay. */
bool evaluate__make_room(struct evaluate_run *r, const struct wire_table *view,
                         const GPtrArray *columns, bool *replace, GError **error)
{
    GPtrArray *old;

    if (!evaluate__columns(r, view, &old, error))
        return false;
    *replace = old && columns && old->len <= columns->len;
    for (guint i = 0; *replace && i < old->len; i++)
        *replace = same_column(old->pdata[i], columns->pdata[i]);
    if (!old)
        return true;
    return *replace ? evaluate__forget_comments(r, view, error)
                    : evaluate__executef(r, error, "DROP VIEW IF EXISTS %s CASCADE",
                                         evaluate__table(r, view));
}

static bool make_room(struct evaluate_run *r, bool *replace, GError **error)
{
    GPtrArray *columns;

    return evaluate__columns(r, r->task->target, &columns, error) &&
           evaluate__make_room(r, r->task->view, columns, replace, error);
}

static bool point(struct evaluate_run *r, GError **error)
{
    const struct wire_task *t = r->task;
    bool replace = r->engine->create_or_replace_view;

    if ((r->engine->view_binding && !make_room(r, &replace, error)) ||
        (!r->engine->create_or_replace_view &&
         !evaluate__executef(r, error, "DROP VIEW IF EXISTS %s", evaluate__table(r, t->view))))
        return false;
    return evaluate__executef(r, error, "CREATE %sVIEW %s AS SELECT * FROM %s",
                              replace ? "OR REPLACE " : "", evaluate__table(r, t->view),
                              evaluate__table(r, t->target)) &&
           (!t->is_prod || !r->model || evaluate__comment(r, t->view, "VIEW", error)) &&
           update(r, error);
}

static bool in_transaction(struct evaluate_run *r,
                           bool (*work)(struct evaluate_run *r, GError **error), GError **error)
{
    if (evaluate__begin(r, error) && work(r, error) && evaluate__commit(r, error))
        return true;
    evaluate__rollback(r);
    return false;
}

/* A view that is replaced by one statement needs no transaction. */
static bool is_one_statement(const struct evaluate_run *r)
{
    const struct model *m = r->model;

    return r->engine->create_or_replace_view && !r->engine->view_binding &&
           (!m || ((!r->task->is_prod || !evaluate__has_comments(r)) &&
                   (!m->on_virtual_update || m->on_virtual_update->len == 0)));
}

static bool promote(struct evaluate_run *r, GError **error)
{
    return evaluate__create_schema(r, r->task->view, error) &&
           (is_one_statement(r) ? point(r, error) : in_transaction(r, point, error));
}

/* The table that a state speaks of may be gone: then it is made, empty, before the view. */
bool evaluate__do_promote(struct evaluate_run *r, GError **error)
{
    GError *own = NULL;
    bool made, ok;

    if (!r->task->view || !r->task->target)
        return evaluate__invalid(error, "A promotion needs a view and a table.");
    ok = promote(r, &own);
    if (!ok && r->model && error_is(own, ERROR_NOT_FOUND)) {
        g_clear_error(&own);
        ok = evaluate__ensure(r, &made, &own) && promote(r, &own);
    }
    if (own)
        g_propagate_error(error, own);
    return ok;
}

static bool drop_view(struct evaluate_run *r, GError **error)
{
    const struct wire_table *view = r->task->view;
    enum warehouse_object is;

    if (!warehouse_object(r->warehouse, view, &is, error))
        return false;
    if (is == OBJECT_TABLE)
        return evaluate__invalid(error, "%s is no view but a table that is not Heddle's.",
                                 evaluate__table(r, view));
    return is == OBJECT_NONE ||
           evaluate__executef(r, error, "DROP VIEW IF EXISTS %s", evaluate__table(r, view));
}

bool evaluate__do_demote(struct evaluate_run *r, GError **error)
{
    if (!r->task->view)
        return evaluate__invalid(error, "Taking a view away needs its name.");
    return in_transaction(r, drop_view, error);
}
