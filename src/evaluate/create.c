/* create.c -- the physical table or view of a model, made when it is missing. */
#include "evaluate/evaluate_int.h"

#include <string.h>

/* PostgreSQL asks for the right to make schemas even when there is nothing to make. */
static bool schema_is_there(struct evaluate_run *r, const char *name, bool *there, GError **error)
{
    int64_t count = 0;

    if (r->engine->advisory_locks &&
        !evaluate__number(r,
                          arena_printf(r->arena,
                                       "SELECT COUNT(*) FROM pg_namespace WHERE nspname = %s",
                                       evaluate__string(r, name)),
                          &count, error))
        return false;
    *there = count > 0;
    return true;
}

/* Two that make one schema at the same time would fail, whatever IF NOT EXISTS says: hence the
 * lock, and a transaction to hold it. Who has waited for the lock looks again: PostgreSQL remembers
 * within a transaction that there was no such schema. */
static bool make_schema(struct evaluate_run *r, const struct wire_table *schema, GError **error)
{
    bool alone = r->engine->advisory_locks && !r->in_transaction;
    bool there = false;

    return (!alone || evaluate__begin(r, error)) &&
           evaluate__lock(r, arena_printf(r->arena, "schema %s", schema->name), error) &&
           schema_is_there(r, schema->name, &there, error) &&
           (there || evaluate__executef(r, error, "CREATE SCHEMA IF NOT EXISTS %s",
                                        evaluate__table(r, schema))) &&
           (!alone || evaluate__commit(r, error));
}

bool evaluate__create_schema(struct evaluate_run *r, const struct wire_table *t, GError **error)
{
    struct wire_table schema = {t->catalog, NULL, t->schema};
    bool there = false;

    if (!t->schema)
        return true;
    if (!schema_is_there(r, t->schema, &there, error))
        return false;
    return there || make_schema(r, &schema, error);
}

bool evaluate__drop_other(struct evaluate_run *r, enum warehouse_object is,
                          enum warehouse_object wanted, GError **error)
{
    return is == OBJECT_NONE || is == wanted ||
           evaluate__executef(r, error, "DROP %s %s%s", is == OBJECT_VIEW ? "VIEW" : "TABLE",
                              evaluate__table(r, r->task->target),
                              is == OBJECT_VIEW && r->engine->view_binding ? " CASCADE" : "");
}

/* The query, run for nothing: what is wrong with it is found before there is data. */
static bool dry_run(struct evaluate_run *r, const char *query, GError **error)
{
    GPtrArray *names;

    evaluate__log(r, "Trying the query without rows");
    return evaluate__query_columns(r, query, &names, error);
}

bool evaluate__create_empty(struct evaluate_run *r, const struct wire_table *t, bool comments,
                            GError **error)
{
    const GPtrArray *typed = evaluate__typed(r);
    const char *query = r->model->query ? evaluate__query(r, error) : NULL;
    bool ok;

    if (r->model->query && !query)
        return false;
    if (typed)
        ok = evaluate__executef(r, error, "CREATE TABLE IF NOT EXISTS %s (%s)",
                                evaluate__table(r, t), evaluate__column_types(r, typed)) &&
             (r->model->kind != KIND_INCREMENTAL_BY_TIME_RANGE || dry_run(r, query, error));
    else
        ok = evaluate__executef(r, error,
                                "CREATE TABLE IF NOT EXISTS %s AS SELECT * FROM (%s) AS %s "
                                "WHERE FALSE LIMIT 0",
                                evaluate__table(r, t), query, evaluate__name(r, "_subquery"));
    return ok && (!comments || evaluate__comment(r, t, "TABLE", error));
}

static bool create_table(struct evaluate_run *r, GError **error)
{
    return evaluate__create_empty(r, r->task->target, !r->task->is_dev_table, error);
}

/* Statements run around the creation of tables that batches fill; whatever is made in one go runs
 * them when it is filled, as SQLMesh does. Yet a query that cannot be read without them has them
 * here too. */
static const struct {
    int kind;
    enum warehouse_object object;
    bool by_batch;
    bool (*create)(struct evaluate_run *r, GError **error);
} creators[] = {
    {KIND_VIEW,                      OBJECT_VIEW,  false, evaluate__load_view},
    {KIND_FULL,                      OBJECT_TABLE, false, create_table       },
    {KIND_SEED,                      OBJECT_TABLE, false, evaluate__load_seed},
    {KIND_INCREMENTAL_BY_TIME_RANGE, OBJECT_TABLE, true,  create_table       },
};

struct creation {
    size_t which;
    enum warehouse_object is; /* what is there now */
    bool statements;
};

static bool create(struct evaluate_run *r, const struct creation *c, GError **error)
{
    const struct model *m = r->model;

    if (!evaluate__create_schema(r, r->task->target, error) ||
        !evaluate__begin_if_needed(r, error) ||
        !evaluate__drop_other(r, c->is, creators[c->which].object, error) ||
        (c->statements && !evaluate__statements(r, m->pre, error)) ||
        !creators[c->which].create(r, error) ||
        (c->statements && !evaluate__statements(r, m->post, error)))
        return false;
    return evaluate__commit(r, error);
}

static bool has_statements(const struct model *m)
{
    return (m->pre && m->pre->len > 0) || (m->post && m->post->len > 0);
}

static bool may_try_again(const GError *error)
{
    return !error_is(error, ERROR_CANCELLED) && !error_is(error, ERROR_UNAVAILABLE) &&
           !error_is(error, ERROR_BUSY);
}

static bool create_kind(struct evaluate_run *r, struct creation *c, GError **error)
{
    const char *stage = r->stage;
    GError *own = NULL;
    bool ok;

    r->stage = STAGE_CREATING;
    c->statements = creators[c->which].by_batch;
    ok = create(r, c, &own);
    if (!ok)
        evaluate__rollback(r);
    if (!ok && !c->statements && has_statements(r->model) && may_try_again(own)) {
        g_clear_error(&own);
        c->statements = true;
        ok = create(r, c, &own);
        if (!ok)
            evaluate__rollback(r);
    }
    r->stage = stage;
    if (own)
        g_propagate_error(error, own);
    return ok;
}

static bool find_creator(const struct evaluate_run *r, size_t *which, GError **error)
{
    for (*which = 0; *which < G_N_ELEMENTS(creators); (*which)++)
        if (creators[*which].kind == r->model->kind)
            return true;
    return evaluate__invalid(error, "A model of kind %s has no table that could be made.",
                             model_kind_names[r->model->kind]);
}

/* Nobody has made a table of this name: what a lost attempt may have left is the same table, and
 * making it again changes nothing. */
static bool look(struct evaluate_run *r, enum warehouse_object *is, GError **error)
{
    *is = OBJECT_NONE;
    return r->task->is_new || warehouse_object(r->warehouse, r->task->target, is, error);
}

/* What filling replaces as a whole may be there as another kind: its rows are read until then. */
bool evaluate__ensure(struct evaluate_run *r, bool *made, GError **error)
{
    struct creation c;

    *made = false;
    if (!find_creator(r, &c.which, error) || !look(r, &c.is, error))
        return false;
    if (c.is == creators[c.which].object || (c.is != OBJECT_NONE && !creators[c.which].by_batch))
        return true;
    *made = true;
    return create_kind(r, &c, error);
}

bool evaluate__do_create(struct evaluate_run *r, GError **error)
{
    bool made;

    if (!evaluate__ensure(r, &made, error))
        return false;
    return made || evaluate__migrate(r, error);
}
