/* rig.h -- a DuckDB file of its own, and tasks carried out on it. */
#ifndef HEDDLE_TESTS_EVALUATE_RIG_H
#define HEDDLE_TESTS_EVALUATE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "calendar/date.h"
#include "evaluate/evaluate.h"

#include <glib/gstdio.h>

struct rig {
    char *folder, *file;
    struct warehouse *w;
    GString *log;
    int stop_after; /* statements; -1: never */
};

static inline json_t *rig_json(const char *text)
{
    g_autofree char *quoted = g_strdup(text);
    g_autoptr(GError) error = NULL;
    json_t *json;

    g_strdelimit(quoted, "`", '"');
    json = json_parse(quoted, strlen(quoted), &error);
    if (!json)
        fail_msg("%s\n%s", error->message, quoted);
    return json;
}

static inline void rig_open(struct rig *g)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) connection = json_pack("{s:s}", "database", g->file);

    g->w = warehouse_open("duckdb", connection, &error);
    if (!g->w)
        fail_msg("%s", error->message);
}

static inline void rig_close(struct rig *g)
{
    warehouse_close(g->w);
    g->w = NULL;
}

static inline struct rig *rig_new(void)
{
    struct rig *g = g_new0(struct rig, 1);

    g->folder = g_dir_make_tmp("heddle-evaluate-XXXXXX", NULL);
    g->file = g_build_filename(g->folder, "db.duckdb", NULL);
    g->log = g_string_new(NULL);
    g->stop_after = -1;
    rig_open(g);
    return g;
}

static inline void rig_free(struct rig *g)
{
    static const char *const files[] = {"db.duckdb", "db.duckdb.wal", "other.duckdb",
                                        "other.duckdb.wal"};

    rig_close(g);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(g->folder, files[i], NULL);

        g_unlink(path);
    }
    assert_int_equal(g_rmdir(g->folder), 0);
    g_string_free(g->log, TRUE);
    g_free(g->folder);
    g_free(g->file);
    g_free(g);
}

static inline void rig_log(const char *line, void *data)
{
    struct rig *g = data;

    g_string_append_printf(g->log, "%s\n", line);
}

static inline bool rig_stopped(void *data)
{
    struct rig *g = data;

    return g->stop_after >= 0 && g->stop_after-- == 0;
}

/* A statement of the test's own. */
static inline void rig_run(struct rig *g, const char *sql)
{
    g_autoptr(GError) error = NULL;

    if (!warehouse_execute(g->w, sql, NULL, &error))
        fail_msg("%s", error->message);
}

/* What a query gives: values with "|" between them, rows with " / ". */
static inline char *rig_ask(struct rig *g, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(warehouse_rows) rows = warehouse_query(g->w, sql, &error);
    GString *out = g_string_new(NULL);

    while (rows && warehouse_next(rows, &error)) {
        g_string_append(out, out->len ? " / " : "");
        for (int i = 0; i < warehouse_width(rows); i++) {
            const char *value = warehouse_value(rows, i);

            g_string_append_printf(out, "%s%s", i ? "|" : "", value ? value : "NULL");
        }
    }
    if (error)
        fail_msg("%s", error->message);
    return g_string_free(out, FALSE);
}

static inline void rig_expect(struct rig *g, const char *sql, const char *expected)
{
    g_autofree char *got = rig_ask(g, sql);

    if (strcmp(got, expected) != 0)
        fail_msg("%s\n  gives    %s\n  expected %s", sql, got, expected);
}

static inline struct wire_table *rig_table(const char *schema, const char *name)
{
    struct wire_table *t = wire_table_new();

    t->catalog = g_strdup("db");
    t->schema = g_strdup(schema);
    t->name = g_strdup(name);
    return t;
}

static inline int64_t rig_ms(const char *text)
{
    int64_t ms = 0;

    assert_true(date_parse(text, 0, &ms, NULL, NULL));
    return ms;
}

/* A model "db"."shop"."NAME" in the table sqlmesh__shop.shop__NAME__1; `more` are members of its
 * definition, in JSON with ` for ". */
static inline struct wire_task *rig_task(int kind, const char *name, const char *more)
{
    struct wire_task *t = wire_task_new();
    g_autofree char *physical = g_strdup_printf("shop__%s__1", name);
    g_autofree char *text = g_strdup_printf(
        "{`name`: `shop.%s`, `fqn`: `\\`db\\`.\\`shop\\`.\\`%s\\``, `catalog`: `db`, `schema`: "
        "`shop`, `table`: `%s`, `dialect`: `duckdb`%s%s}",
        name, name, name, more ? ", " : "", more ? more : "");

    t->id = g_strdup("1");
    t->kind = kind;
    t->snapshot_name = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    t->identifier = g_strdup("1");
    t->environment = g_strdup("prod");
    t->is_prod = true;
    t->definition = more ? rig_json(text) : NULL;
    t->target = rig_table("sqlmesh__shop", physical);
    t->start_ms = t->end_ms = TIME_NONE;
    t->execution_ms = rig_ms("2024-01-10");
    return t;
}

static inline void rig_batch(struct wire_task *t, const char *start, const char *end)
{
    t->start_ms = rig_ms(start);
    t->end_ms = rig_ms(end);
}

static inline void rig_parent(struct wire_task *t, const char *name)
{
    struct wire_parent *p = wire_parent_new();
    g_autofree char *physical = g_strdup_printf("shop__%s__1", name);

    p->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    p->table = rig_table("sqlmesh__shop", physical);
    g_ptr_array_add(t->parents, p);
}

static inline struct wire_result *rig_do(struct rig *g, const struct wire_task *t)
{
    struct evaluate_context c = {g->w, "local", rig_log, g, rig_stopped};
    struct wire_result *r;

    g_string_truncate(g->log, 0);
    r = evaluate_task(&c, t);
    assert_non_null(r);
    assert_string_equal(r->task_id, "1");
    return r;
}

/* Carry out and free a task that must succeed; its rows. */
static inline int64_t rig_succeed(struct rig *g, struct wire_task *t)
{
    g_autoptr(wire_result) r = rig_do(g, t);
    int64_t rows = r->rows;

    if (r->status != STATUS_SUCCESS)
        fail_msg("%s\n%s", r->error, g->log->str);
    assert_null(r->error);
    assert_true(r->seconds >= 0 && r->ended_ms >= r->started_ms);
    wire_task_free(t);
    return rows;
}

/* Carry out and free a task that must fail with these words. */
static inline void rig_fail(struct rig *g, struct wire_task *t, const char *words)
{
    g_autoptr(wire_result) r = rig_do(g, t);

    assert_int_equal(r->status, STATUS_FAILED);
    if (!strstr(r->error, words))
        fail_msg("expected: %s\nin: %s", words, r->error);
    wire_task_free(t);
}

static inline int rig_setup(void **state)
{
    *state = rig_new();
    return 0;
}

static inline int rig_teardown(void **state)
{
    rig_free(*state);
    return 0;
}

#endif
