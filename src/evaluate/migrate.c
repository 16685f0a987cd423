/* migrate.c -- a table that a new version of its model goes on using: columns come and go.
 *
 * The new version's columns are those of an empty table made from it; what differs from the
 * target's becomes ALTER TABLE, drops first, then additions; a column of another type is dropped
 * and added, as SQLMesh does on engines without a safe change of types. */
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
    GPtrArray *before, *after; /* of struct warehouse_column */
    GPtrArray *drop, *add;     /* of struct warehouse_column */
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

/* What is in `from` and not, or with another type, in `in`. */
static void add_missing(const GPtrArray *from, const GPtrArray *in, bool types, GPtrArray *out)
{
    for (guint i = 0; i < from->len; i++) {
        const struct warehouse_column *c = from->pdata[i], *other = find(in, c->name);

        if (!other || (types && g_ascii_strcasecmp(c->type, other->type) != 0))
            g_ptr_array_add(out, (void *)c);
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
        add_missing(m->before, m->after, true, m->drop);
    if (add)
        add_missing(m->after, m->before, !keep, m->add);
}

static char *names_of(struct evaluate_run *r, const GPtrArray *columns)
{
    return evaluate__column_list(r, columns);
}

static bool may_drop(struct evaluate_run *r, const struct migration *m, GError **error)
{
    enum on_change setting = read_setting(r->model->on_destructive_change, CHANGE_ERROR);

    if (m->drop->len == 0 || r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE ||
        setting == CHANGE_ALLOW)
        return true;
    if (setting == CHANGE_WARN) {
        evaluate__log(r, "Warning: columns %s of %s are dropped, and what is in them is lost.",
                      names_of(r, m->drop), evaluate__table(r, m->target));
        return true;
    }
    evaluate__invalid(error,
                      "The new version of %s would drop columns %s of its table %s and what is in "
                      "them.",
                      r->model->name, names_of(r, m->drop), evaluate__table(r, m->target));
    error_hint(error, "set on_destructive_change to 'warn', 'allow' or 'ignore' in the model, or "
                      "plan the change as a breaking one.");
    return false;
}

static bool may_add(struct evaluate_run *r, const struct migration *m, GError **error)
{
    enum on_change setting = read_setting(r->model->on_additive_change, CHANGE_ALLOW);

    if (m->add->len == 0 || r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE ||
        (setting != CHANGE_ERROR && setting != CHANGE_WARN))
        return true;
    if (setting == CHANGE_WARN) {
        evaluate__log(r, "Warning: %s gets the columns %s.", evaluate__table(r, m->target),
                      names_of(r, m->add));
        return true;
    }
    evaluate__invalid(error,
                      "The new version of %s would add columns %s to its table, and its "
                      "on_additive_change is 'error'.",
                      r->model->name, names_of(r, m->add));
    return false;
}

static bool alter(struct evaluate_run *r, const struct migration *m, GError **error)
{
    const char *table = evaluate__table(r, m->target);

    for (guint i = 0; i < m->drop->len; i++)
        if (!evaluate__executef(
                r, error, "ALTER TABLE %s DROP COLUMN IF EXISTS %s", table,
                evaluate__name(r, ((const struct warehouse_column *)m->drop->pdata[i])->name)))
            return false;
    for (guint i = 0; i < m->add->len; i++) {
        const struct warehouse_column *c = m->add->pdata[i];

        if (!evaluate__executef(r, error, "ALTER TABLE %s ADD COLUMN %s %s", table,
                                evaluate__name(r, c->name), c->type))
            return false;
    }
    return true;
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

static bool is_migrated(int kind)
{
    return kind == KIND_FULL || kind == KIND_INCREMENTAL_BY_TIME_RANGE;
}

bool evaluate__migrate(struct evaluate_run *r, GError **error)
{
    g_autoptr(GPtrArray) drop = g_ptr_array_new(), add = g_ptr_array_new();
    struct migration m = {.target = r->task->target, .drop = drop, .add = add};
    const char *stage = r->stage;
    enum warehouse_object is;
    bool ok;

    if (!is_migrated(r->model->kind))
        return true;
    if (!warehouse_object(r->warehouse, m.target, &is, error))
        return false;
    if (is != OBJECT_TABLE)
        return true;
    r->stage = STAGE_CREATING;
    ok = migrate(r, &m, error);
    if (!ok)
        evaluate__rollback(r);
    r->stage = stage;
    return ok;
}
