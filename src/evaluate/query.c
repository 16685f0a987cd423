/* query.c -- a read-only query of a developer: one query and nothing else, in a read-only
 * transaction that is rolled back, with ceilings on rows and bytes. */
#include "evaluate/evaluate_int.h"

#include "base/limits.h"
#include "sql/parse.h"

#include <string.h>

/* Statements that only show something, beside queries. */
static const char *const showing[] = {"DESCRIBE", "DESC", "SHOW", "SUMMARIZE", NULL};

/* The length of the first of these words that `sql` begins with and the white space behind; 0. */
static size_t skip_word(const char *sql, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);

        if (g_ascii_strncasecmp(sql, *words, n) == 0 && g_ascii_isspace(sql[n]))
            return n + strspn(sql + n, " \t\r\n\f\v");
    }
    return 0;
}

/* The length of EXPLAIN's options in brackets, which are words and commas; 0. */
static size_t skip_options(const char *sql)
{
    size_t n = 1;

    if (*sql != '(')
        return 0;
    while (g_ascii_isalnum(sql[n]) || g_ascii_isspace(sql[n]) || sql[n] == ',' || sql[n] == '_')
        n++;
    return sql[n] == ')' && g_ascii_isspace(sql[n + 1]) ? n + 1 : 0;
}

/* EXPLAIN ANALYZE carries out what it explains, so that must be a query, too. */
static struct sql_range explained(const char *text, struct sql_range r)
{
    static const char *const explain[] = {"EXPLAIN", NULL};
    static const char *const how[] = {"ANALYZE", "ANALYSE", "VERBOSE", NULL};
    size_t at = r.at, n = skip_word(text + at, explain);

    if (n == 0)
        return r;
    for (at += n; (n = skip_word(text + at, how)) > 0;)
        at += n;
    at += skip_options(text + at);
    return (struct sql_range){(uint32_t)at, r.len - (uint32_t)(at - r.at)};
}

/* Some warehouses let a CTE delete: a statement inside a query is none. */
static enum sql_visit look_for_statement(struct sql_node *n, void *data)
{
    (void)data;
    return n->kind == SQL_STATEMENT || n->kind == SQL_JINJA || n->slot == SLOT_INTO ? SQL_STOP
                                                                                    : SQL_GO_IN;
}

static bool is_query(struct sql_node *n)
{
    return n->kind != SQL_STATEMENT && n->kind != SQL_MACRO_CALL && n->kind != SQL_MACRO_VAR &&
           sql_walk(n, look_for_statement, NULL);
}

/* The one query of the text, or NULL. */
static const char *the_query(struct evaluate_run *r, GError **error)
{
    const char *text = r->task->query ? r->task->query : "";
    struct source source = {"query", text, strlen(text)};
    g_autoptr(GArray) parts = sql_split(&source, r->dialect);
    struct sql_range range;
    const char *sql;
    struct sql_node *tree;

    if (parts->len != 1) {
        evaluate__invalid(error, "This takes one query, and the text holds %u statements.",
                          parts->len);
        return NULL;
    }
    range = g_array_index(parts, struct sql_range, 0);
    sql = arena_strndup(r->arena, text + range.at, range.len);
    /* A semicolon in brackets parts nothing for sql_split(). */
    if (skip_word(sql, showing) && !strchr(sql, ';'))
        return sql;
    range = explained(text, range);
    if (!(tree = sql_parse_query_in(r->arena, &source, range, r->dialect, error))) {
        error_hint(error, "only queries can be asked here, nothing that writes.");
        return NULL;
    }
    if (is_query(tree))
        return sql;
    evaluate__invalid(error, "Only queries can be asked here, nothing that writes.");
    return NULL;
}

struct answer {
    json_t *data, *rows; /* rows is part of data */
    int64_t max_rows;
    size_t bytes;
};

static json_t *describe_columns(const struct warehouse_rows *rows)
{
    json_t *out = json_array();

    for (int i = 0; i < warehouse_width(rows); i++)
        json_array_append_new(out, json_pack("{s:s, s:s?}", "name", warehouse_column_name(rows, i),
                                             "type", warehouse_column_type(rows, i)));
    return out;
}

/* False when the answer is full. */
static bool add_row(struct answer *a, const struct warehouse_rows *rows)
{
    json_t *row;

    if ((int64_t)json_array_size(a->rows) >= a->max_rows || a->bytes > MAX_QUERY_BYTES)
        return false;
    row = json_array();
    for (int i = 0; i < warehouse_width(rows); i++) {
        const char *value = warehouse_value(rows, i);

        a->bytes += value ? strlen(value) + 4 : 5;
        json_array_append_new(row, warehouse_value_json(rows, i));
    }
    json_array_append_new(a->rows, row);
    return true;
}

static bool fetch(struct evaluate_run *r, const char *sql, struct answer *a, GError **error)
{
    g_autoptr(warehouse_rows) rows = warehouse_query(r->warehouse, sql, error);
    GError *own = NULL;
    bool truncated = false;

    if (!rows)
        return false;
    a->data = json_pack("{s:o, s:o}", "columns", describe_columns(rows), "rows", json_array());
    a->rows = json_object_get(a->data, "rows");
    while (!truncated && warehouse_next(rows, &own))
        truncated = !add_row(a, rows);
    json_object_set_new(a->data, "truncated", json_boolean(truncated));
    if (!own)
        return true;
    g_propagate_error(error, own);
    return false;
}

bool evaluate__do_query(struct evaluate_run *r, GError **error)
{
    const char *sql = the_query(r, error);
    int64_t max = r->task->max_rows;
    struct answer a = {.max_rows = max > 0 ? MIN(max, MAX_QUERY_ROWS) : MAX_QUERY_ROWS};
    bool ok;

    if (!sql || !evaluate__begin_reading(r, error))
        return false;
    evaluate__log(r, "%s", sql);
    ok = fetch(r, sql, &a, error);
    evaluate__rollback(r);
    if (!ok) {
        json_decref(a.data);
        return false;
    }
    evaluate__add_rows(r, (int64_t)json_array_size(a.rows));
    r->result->data = a.data;
    return true;
}
