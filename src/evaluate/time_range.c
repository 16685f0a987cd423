/* time_range.c -- INCREMENTAL_BY_TIME_RANGE: what the batch's time holds is deleted and inserted
 * anew, in one transaction. */
#include "evaluate/evaluate_int.h"

#include "calendar/date.h"
#include "sql/parse.h"
#include "sql/scope.h"

#include <string.h>

enum time_type { TIME_DATE, TIME_ZONED, TIME_PLAIN, TIME_NUMBER, TIME_TEXT };

/* The first row whose words begin the type counts. */
static const struct {
    const char *begins;
    enum time_type type;
} time_types[] = {
    {"TIMESTAMPTZ",              TIME_ZONED },
    {"TIMESTAMPLTZ",             TIME_ZONED },
    {"TIMESTAMP_TZ",             TIME_ZONED },
    {"TIMESTAMP_LTZ",            TIME_ZONED },
    {"TIMESTAMP WITH TIME ZONE", TIME_ZONED },
    {"DATETIMEOFFSET",           TIME_ZONED },
    {"DATETIME",                 TIME_PLAIN },
    {"DATE",                     TIME_DATE  },
    {"TIME",                     TIME_PLAIN },
    {"SMALLDATETIME",            TIME_PLAIN },
    {"INTERVAL",                 TIME_TEXT  },
    {"INT",                      TIME_NUMBER},
    {"BIGINT",                   TIME_NUMBER},
    {"SMALLINT",                 TIME_NUMBER},
    {"TINYINT",                  TIME_NUMBER},
    {"HUGEINT",                  TIME_NUMBER},
    {"UINT",                     TIME_NUMBER},
    {"UBIGINT",                  TIME_NUMBER},
    {"USMALLINT",                TIME_NUMBER},
    {"UTINYINT",                 TIME_NUMBER},
    {"DECIMAL",                  TIME_NUMBER},
    {"NUMERIC",                  TIME_NUMBER},
    {"NUMBER",                   TIME_NUMBER},
    {"DOUBLE",                   TIME_NUMBER},
    {"FLOAT",                    TIME_NUMBER},
    {"REAL",                     TIME_NUMBER},
};

static enum time_type time_type_of(struct evaluate_run *r, const char *type)
{
    if (g_ascii_strcasecmp(type, "TIMESTAMP") == 0 &&
        strcmp(sql_dialect_name(r->spoken), "bigquery") == 0)
        return TIME_ZONED;
    for (size_t i = 0; i < G_N_ELEMENTS(time_types); i++)
        if (g_ascii_strncasecmp(type, time_types[i].begins, strlen(time_types[i].begins)) == 0)
            return time_types[i].type;
    return TIME_TEXT;
}

static const char *bound(struct evaluate_run *r, const char *type, int64_t us)
{
    const char *format = r->model->time_format ? r->model->time_format : "%Y-%m-%d";
    g_autofree char *date = date_format_us(us, "%Y-%m-%d");
    g_autofree char *stamp = date_timestamp_us(us);
    g_autofree char *formatted = date_format_us(us, format);

    switch (time_type_of(r, type)) {
    case TIME_DATE:
        return arena_printf(r->arena, "CAST('%s' AS DATE)", date);
    case TIME_ZONED:
        return arena_printf(r->arena, "CAST('%s+00:00' AS %s)", stamp, type);
    case TIME_PLAIN:
        return arena_printf(r->arena, "CAST('%s' AS %s)", stamp, type);
    case TIME_NUMBER:
        return arena_strdup(r->arena, formatted);
    case TIME_TEXT:
        break;
    }
    return evaluate__string(r, formatted);
}

/* The time column's name, folded. */
static const char *time_column(struct evaluate_run *r, GError **error)
{
    const char *text = r->model->time_column;
    struct source source = {"time_column", text ? text : "", text ? strlen(text) : 0};
    const struct sql_node *n;

    if (!text) {
        evaluate__invalid(error, "%s has no time_column.", r->model->name);
        return NULL;
    }
    n = sql_parse_expression(r->arena, &source, r->dialect, error);
    if (!n)
        return NULL;
    if (n->kind == SQL_COLUMN && n->last->kind == SQL_IDENTIFIER)
        return sql_normalize(r->arena, n->last, r->dialect);
    return n->kind == SQL_IDENTIFIER ? sql_normalize(r->arena, n, r->dialect) : text;
}

char *evaluate__time_filter(struct evaluate_run *r, const GPtrArray *columns, GError **error)
{
    const char *name = time_column(r, error), *type = NULL;
    const struct wire_task *t = r->task;

    if (!name)
        return NULL;
    if (t->start_ms == TIME_NONE || t->end_ms == TIME_NONE) {
        evaluate__invalid(error, "%s is filled by time range, and this task names none.",
                          r->model->name);
        return NULL;
    }
    for (guint i = 0; i < columns->len && !type; i++) {
        const struct warehouse_column *c = columns->pdata[i];

        type = strcmp(c->name, name) == 0 ? c->type : NULL;
    }
    if (!type) {
        evaluate__invalid(error, "The time column \"%s\" is no column of %s.", name,
                          r->model->name);
        return NULL;
    }
    return arena_printf(r->arena, "%s BETWEEN %s AND %s", evaluate__name(r, name),
                        bound(r, type, t->start_ms * 1000), bound(r, type, t->end_ms * 1000 - 1));
}

/* SQLMesh's "ignore": the table keeps its columns, and what the query lacks is NULL. */
static bool ignores(const char *setting)
{
    return setting && g_ascii_strcasecmp(setting, "ignore") == 0;
}

static bool has_name(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0)
            return true;
    return false;
}

/* A query that gives the table's columns, whatever the model's gives. */
static const char *fill_columns(struct evaluate_run *r, const char *query, const GPtrArray *columns,
                                GError **error)
{
    g_autoptr(GString) out = g_string_new("SELECT ");
    GPtrArray *names;

    if (!evaluate__query_columns(r, query, &names, error))
        return NULL;
    for (guint i = 0; i < columns->len; i++) {
        const struct warehouse_column *c = columns->pdata[i];
        const char *name = evaluate__name(r, c->name);

        g_string_append(out, i ? ", " : "");
        if (has_name(names, c->name))
            g_string_append(out, name);
        else
            g_string_append_printf(out, "CAST(NULL AS %s) AS %s", c->type, name);
    }
    return arena_printf(r->arena, "%s FROM (%s) AS %s", out->str, query,
                        evaluate__name(r, "_select_columns"));
}

static bool choose_columns(struct evaluate_run *r, const char **query, GPtrArray **columns,
                           GError **error)
{
    bool ignore = ignores(r->model->on_destructive_change) || ignores(r->model->on_additive_change);

    *columns = ignore ? NULL : evaluate__typed(r);
    if (!*columns && !evaluate__columns(r, r->task->target, columns, error))
        return false;
    if (!*columns)
        return evaluate__invalid(error, "The table %s is not there.",
                                 evaluate__table(r, r->task->target));
    if (ignore)
        *query = fill_columns(r, *query, *columns, error);
    return *query != NULL;
}

bool evaluate__load_time_range(struct evaluate_run *r, GError **error)
{
    const char *query = evaluate__query(r, error), *table, *filter, *list;
    GPtrArray *columns;
    int64_t rows = -1;

    if (!query || !choose_columns(r, &query, &columns, error) ||
        !(filter = evaluate__time_filter(r, columns, error)))
        return false;
    table = evaluate__table(r, r->task->target);
    list = evaluate__column_list(r, columns);
    if (!evaluate__executef(r, error, "DELETE FROM %s WHERE %s", table, filter) ||
        !evaluate__execute(
            r,
            arena_printf(r->arena, "INSERT INTO %s (%s) SELECT %s FROM (%s) AS %s WHERE %s", table,
                         list, list, query, evaluate__name(r, "_subquery"), filter),
            &rows, error))
        return false;
    evaluate__add_rows(r, rows);
    return true;
}
