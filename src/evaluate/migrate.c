/* migrate.c -- a table that a new version of its model goes on using: columns come and go.
 *
 * The new version's columns are those of an empty table made from it; what differs from the
 * target's becomes ALTER TABLE: drops first, then additions, then other types. A type that only
 * grows is changed (types.c); else the column is dropped and added, as SQLMesh does. */
#include "evaluate/evaluate_int.h"

#include <string.h>

/* What a model may say about changes that lose data, or add columns. */
enum on_change { CHANGE_ERROR, CHANGE_WARN, CHANGE_ALLOW, CHANGE_IGNORE };

static const char *const on_change_names[] = {"error", "warn", "allow", "ignore"};

static enum on_change read_setting(const char *text, enum on_change missing)
{
    for (size_t i = 0; text && i < G_N_ELEMENTS(on_change_names); i++)
        if (g_ascii_strcasecmp(text, on_change_names[i]) == 0)
            return (enum on_change)i;
    return missing;
}

struct migration {
    const struct wire_table *target;
    GPtrArray *before, *after;               /* of struct warehouse_column */
    GPtrArray *drop, *add, *replace, *widen; /* likewise; replace and widen: as they will be */
};

static const struct warehouse_column *find(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct warehouse_column *c = columns->pdata[i];

        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static void add_missing(const GPtrArray *from, const GPtrArray *in, GPtrArray *out)
{
    for (guint i = 0; i < from->len; i++)
        if (!find(in, ((const struct warehouse_column *)from->pdata[i])->name))
            g_ptr_array_add(out, from->pdata[i]);
}

static void compare_types(struct evaluate_run *r, struct migration *m, bool keep, bool add)
{
    for (guint i = 0; i < m->before->len; i++) {
        const struct warehouse_column *c = m->before->pdata[i], *other = find(m->after, c->name);

        if (!other || g_ascii_strcasecmp(c->type, other->type) == 0)
            continue;
        if (!evaluate__type_widens(r, c->type, other->type)) {
            if (!keep)
                g_ptr_array_add(m->replace, (void *)other);
        } else if (add)
            g_ptr_array_add(m->widen, (void *)other);
    }
}

static void compare(struct evaluate_run *r, struct migration *m)
{
    bool incremental = r->model->kind == KIND_INCREMENTAL_BY_TIME_RANGE;
    bool keep =
        incremental && read_setting(r->model->on_destructive_change, CHANGE_ERROR) == CHANGE_IGNORE;
    bool add =
        !incremental || read_setting(r->model->on_additive_change, CHANGE_ALLOW) != CHANGE_IGNORE;

    if (!keep)
        add_missing(m->before, m->after, m->drop);
    if (add)
        add_missing(m->after, m->before, m->add);
    compare_types(r, m, keep, add);
}

static char *names_of(struct evaluate_run *r, const GPtrArray *some, const GPtrArray *more)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();

    for (guint i = 0; i < some->len; i++)
        g_ptr_array_add(all, some->pdata[i]);
    for (guint i = 0; i < more->len; i++)
        g_ptr_array_add(all, more->pdata[i]);
    return evaluate__column_list(r, all);
}

static bool may_drop(struct evaluate_run *r, const struct migration *m, GError **error)
{
    enum on_change setting = read_setting(r->model->on_destructive_change, CHANGE_ERROR);

    if (m->drop->len + m->replace->len == 0 || r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE ||
        setting == CHANGE_ALLOW)
        return true;
    if (setting == CHANGE_WARN) {
        evaluate__log(r, "Warning: columns %s of %s are dropped, and what is in them is lost.",
                      names_of(r, m->drop, m->replace), evaluate__table(r, m->target));
        return true;
    }
    evaluate__invalid(error,
                      "The new version of %s would drop columns %s of its table %s and what is in "
                      "them.",
                      r->model->name, names_of(r, m->drop, m->replace),
                      evaluate__table(r, m->target));
    error_hint(error, "set on_destructive_change to 'warn', 'allow' or 'ignore' in the model, or "
                      "plan the change as a breaking one.");
    return false;
}

static bool may_add(struct evaluate_run *r, const struct migration *m, GError **error)
{
    enum on_change setting = read_setting(r->model->on_additive_change, CHANGE_ALLOW);

    if (m->add->len + m->widen->len == 0 || r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE ||
        (setting != CHANGE_ERROR && setting != CHANGE_WARN))
        return true;
    if (setting == CHANGE_WARN) {
        evaluate__log(r, "Warning: %s gets the columns %s.", evaluate__table(r, m->target),
                      names_of(r, m->add, m->widen));
        return true;
    }
    evaluate__invalid(error,
                      "The new version of %s would add columns %s to its table, and its "
                      "on_additive_change is 'error'.",
                      r->model->name, names_of(r, m->add, m->widen));
    return false;
}

static bool drop_column(struct evaluate_run *r, const char *table, const struct warehouse_column *c,
                        GError **error)
{
    return evaluate__executef(r, error, "ALTER TABLE %s DROP COLUMN IF EXISTS %s%s", table,
                              evaluate__name(r, c->name),
                              r->engine->view_binding ? " CASCADE" : "");
}

static bool add_column(struct evaluate_run *r, const char *table, const struct warehouse_column *c,
                       GError **error)
{
    return evaluate__executef(r, error, "ALTER TABLE %s ADD COLUMN %s %s", table,
                              evaluate__name(r, c->name), c->type);
}

static bool replace_column(struct evaluate_run *r, const char *table,
                           const struct warehouse_column *c, GError **error)
{
    return drop_column(r, table, c, error) && add_column(r, table, c, error);
}

static bool widen_column(struct evaluate_run *r, const char *table,
                         const struct warehouse_column *c, GError **error)
{
    if (evaluate__executef(r, error, "ALTER TABLE %s ALTER COLUMN %s SET DATA TYPE %s", table,
                           evaluate__name(r, c->name), c->type))
        return true;
    if (r->engine->view_binding)
        error_hint(error, "here a column's type can change only while no view shows it: plan the "
                          "change without --forward-only.");
    return false;
}

static bool each(struct evaluate_run *r, const struct migration *m, const GPtrArray *columns,
                 bool (*change)(struct evaluate_run *r, const char *table,
                                const struct warehouse_column *c, GError **error),
                 GError **error)
{
    const char *table = evaluate__table(r, m->target);

    for (guint i = 0; i < columns->len; i++)
        if (!change(r, table, columns->pdata[i], error))
            return false;
    return true;
}

static bool alter(struct evaluate_run *r, const struct migration *m, GError **error)
{
    return each(r, m, m->drop, drop_column, error) && each(r, m, m->add, add_column, error) &&
           each(r, m, m->replace, replace_column, error) &&
           each(r, m, m->widen, widen_column, error);
}

/* The columns the new version would have. */
static bool new_columns(struct evaluate_run *r, GPtrArray **columns, GError **error)
{
    struct wire_table other = *r->task->target;
    const char *name;

    other.name = arena_printf(r->arena, "%s_schema_tmp", r->task->target->name);
    name = evaluate__table(r, &other);
    if (!evaluate__executef(r, error, "DROP TABLE IF EXISTS %s", name) ||
        !evaluate__create_empty(r, &other, false, error) ||
        !evaluate__columns(r, &other, columns, error) ||
        !evaluate__executef(r, error, "DROP TABLE IF EXISTS %s", name))
        return false;
    return *columns || evaluate__invalid(error, "The table %s could not be made.", name);
}

static bool migrate(struct evaluate_run *r, struct migration *m, GError **error)
{
    if (!evaluate__begin(r, error) || !evaluate__statements(r, r->model->pre, error) ||
        !evaluate__columns(r, m->target, &m->before, error) || !new_columns(r, &m->after, error))
        return false;
    compare(r, m);
    return may_drop(r, m, error) && may_add(r, m, error) && alter(r, m, error) &&
           evaluate__statements(r, r->model->post, error) && evaluate__commit(r, error);
}

/* A physical view is made anew. Where what people built on it would go with it, it is replaced when
 * it can be. */
static bool migrate_view(struct evaluate_run *r, GError **error)
{
    return evaluate__begin(r, error) && evaluate__statements(r, r->model->pre, error) &&
           evaluate__replace_view(r, error) && evaluate__statements(r, r->model->post, error) &&
           evaluate__commit(r, error);
}

static bool migrate_table(struct evaluate_run *r, GError **error)
{
    g_autoptr(GPtrArray) drop = g_ptr_array_new(), add = g_ptr_array_new();
    g_autoptr(GPtrArray) replace = g_ptr_array_new(), widen = g_ptr_array_new();
    struct migration m = {
        .target = r->task->target, .drop = drop, .add = add, .replace = replace, .widen = widen};

    return migrate(r, &m, error);
}

static const struct {
    int kind;
    enum warehouse_object object;
    bool (*migrate)(struct evaluate_run *r, GError **error);
} migrations[] = {
    {KIND_VIEW,                      OBJECT_VIEW,  migrate_view },
    {KIND_FULL,                      OBJECT_TABLE, migrate_table},
    {KIND_INCREMENTAL_BY_TIME_RANGE, OBJECT_TABLE, migrate_table},
};

bool evaluate__migrate(struct evaluate_run *r, GError **error)
{
    const char *stage = r->stage;
    enum warehouse_object is;
    size_t which = 0;
    bool ok;

    while (which < G_N_ELEMENTS(migrations) && migrations[which].kind != r->model->kind)
        which++;
    if (which == G_N_ELEMENTS(migrations))
        return true;
    if (!warehouse_object(r->warehouse, r->task->target, &is, error))
        return false;
    if (is != migrations[which].object)
        return true;
    r->stage = STAGE_CREATING;
    ok = migrations[which].migrate(r, error);
    if (!ok)
        evaluate__rollback(r);
    r->stage = stage;
    return ok;
}
