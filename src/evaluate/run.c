/* run.c -- statements on the warehouse: asked whether to stop, logged, counted; and names. */
#include "evaluate/evaluate_int.h"

#include "base/clock.h"
#include "base/faults.h"

#include <stdarg.h>
#include <string.h>

ERROR_DOMAIN_DEFINE(evaluate)

void evaluate__log(struct evaluate_run *r, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    if (!r->c->log)
        return;
    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    r->c->log(line, r->c->data);
}

bool evaluate__invalid(GError **error, const char *format, ...)
{
    va_list args;

    if (!error)
        return false;
    va_start(args, format);
    *error = g_error_new_valist(evaluate_error(), ERROR_INVALID, format, args);
    va_end(args);
    return false;
}

static bool may_go_on(struct evaluate_run *r, GError **error)
{
    if (fault("evaluate_statement")) {
        g_set_error(error, evaluate_error(), ERROR_UNAVAILABLE,
                    "The connection to the warehouse was lost (a planned fault).");
        return false;
    }
    if (r->c->stopped && r->c->stopped(r->c->data)) {
        g_set_error(error, evaluate_error(), ERROR_CANCELLED,
                    "The task was asked to stop between two statements.");
        return false;
    }
    return true;
}

bool evaluate__execute(struct evaluate_run *r, const char *sql, int64_t *rows, GError **error)
{
    int64_t began = clock_monotonic_us(), changed = -1;
    double seconds;

    if (!may_go_on(r, error))
        return false;
    evaluate__log(r, "%s", sql);
    if (!warehouse_execute(r->warehouse, sql, &changed, error))
        return false;
    seconds = (double)(clock_monotonic_us() - began) / 1e6;
    if (changed >= 0)
        evaluate__log(r, "  %" G_GINT64_FORMAT " rows, %.3f s", changed, seconds);
    else
        evaluate__log(r, "  %.3f s", seconds);
    if (rows)
        *rows = changed;
    return true;
}

bool evaluate__number(struct evaluate_run *r, const char *sql, int64_t *value, GError **error)
{
    if (!may_go_on(r, error))
        return false;
    evaluate__log(r, "%s", sql);
    if (!warehouse_number(r->warehouse, sql, value, error))
        return false;
    evaluate__log(r, "  %" G_GINT64_FORMAT, *value);
    return true;
}

bool evaluate__executef(struct evaluate_run *r, GError **error, const char *format, ...)
{
    g_autofree char *sql = NULL;
    va_list args;

    va_start(args, format);
    sql = g_strdup_vprintf(format, args);
    va_end(args);
    return evaluate__execute(r, sql, NULL, error);
}

bool evaluate__begin(struct evaluate_run *r, GError **error)
{
    if (!may_go_on(r, error))
        return false;
    if (r->plain)
        return true;
    if (!warehouse_begin(r->warehouse, error))
        return false;
    r->in_transaction = true;
    return true;
}

static bool is_empty(const GPtrArray *list)
{
    return !list || list->len == 0;
}

static bool is_replaced_at_once(const struct evaluate_run *r)
{
    return (r->model->kind == KIND_FULL && r->engine->create_or_replace_table) ||
           (r->model->kind == KIND_VIEW && r->engine->create_or_replace_view);
}

bool evaluate__begin_if_needed(struct evaluate_run *r, GError **error)
{
    bool one_statement = is_replaced_at_once(r) && !r->engine->advisory_locks &&
                         is_empty(r->model->pre) && is_empty(r->model->post) &&
                         !evaluate__has_comments(r);

    return one_statement ? may_go_on(r, error) : evaluate__begin(r, error);
}

bool evaluate__begin_reading(struct evaluate_run *r, GError **error)
{
    r->in_transaction = may_go_on(r, error) && warehouse_begin_reading(r->warehouse, error);
    return r->in_transaction;
}

bool evaluate__commit(struct evaluate_run *r, GError **error)
{
    if (!may_go_on(r, error))
        return false;
    if (r->in_transaction && !warehouse_commit(r->warehouse, error))
        return false;
    r->in_transaction = false;
    if (fault("evaluate_committed")) {
        g_set_error(error, evaluate_error(), ERROR_UNAVAILABLE,
                    "The connection to the warehouse was lost (a planned fault).");
        return false;
    }
    return true;
}

void evaluate__rollback(struct evaluate_run *r)
{
    if (r->in_transaction)
        warehouse_rollback(r->warehouse);
    r->in_transaction = false;
}

bool evaluate__lock(struct evaluate_run *r, const char *name, GError **error)
{
    if (!r->engine->advisory_locks || r->plain)
        return true;
    return evaluate__executef(r, error, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                              evaluate__string(r, name));
}

static char *keep(struct evaluate_run *r, char *text)
{
    char *copy = arena_strdup(r->arena, text);

    g_free(text);
    return copy;
}

char *evaluate__table(struct evaluate_run *r, const struct wire_table *t)
{
    return r->engine ? keep(r, warehouse_quote_table(r->engine, t)) : evaluate__table_read(r, t);
}

char *evaluate__table_read(struct evaluate_run *r, const struct wire_table *t)
{
    const char *parts[] = {t->catalog, t->schema, t->name};
    GString *out;

    if (r->engine && r->spoken == r->dialect)
        return keep(r, warehouse_quote_table(r->engine, t));
    out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *part = parts[i] ? sql_quote_identifier(r->dialect, parts[i]) : NULL;

        if (part)
            g_string_append_printf(out, "%s%s", out->len ? "." : "", part);
    }
    return keep(r, g_string_free(out, FALSE));
}

char *evaluate__name(struct evaluate_run *r, const char *name)
{
    return keep(r, r->engine ? warehouse_quote_identifier(r->engine, name)
                             : sql_quote_identifier(r->dialect, name));
}

char *evaluate__string(struct evaluate_run *r, const char *value)
{
    return keep(r, r->engine ? warehouse_quote_string(r->engine, value)
                             : sql_quote_string(r->dialect, value));
}

void evaluate__add_rows(struct evaluate_run *r, int64_t rows)
{
    if (rows >= 0)
        r->result->rows = MAX(r->result->rows, 0) + rows;
}
