/* A real DuckDB, in memory or in a file. */
#ifndef HEDDLE_TESTS_DUCKDB_TEST_H
#define HEDDLE_TESTS_DUCKDB_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ids.h"
#include "warehouse/warehouse.h"

#include <string.h>

static inline struct warehouse *open_memory(void)
{
    g_autoptr(json_t) connection = json_object();
    GError *error = NULL;
    struct warehouse *w = warehouse_open("duckdb", connection, &error);

    if (!w)
        fail_msg("%s", error->message);
    return w;
}

static inline void execute(struct warehouse *w, const char *sql)
{
    GError *error = NULL;

    if (!warehouse_execute(w, sql, NULL, &error))
        fail_msg("%s", error->message);
}

static inline char *text_of(struct warehouse *w, const char *sql)
{
    GError *error = NULL;
    g_autoptr(warehouse_rows) r = warehouse_query(w, sql, &error);

    if (!r || !warehouse_next(r, &error))
        fail_msg("%s: %s", sql, error ? error->message : "no row");
    return g_strdup(warehouse_value(r, 0));
}

static inline char *file_name(void)
{
    g_autofree char *tail = random_hex(6);

    return g_strdup_printf("%s/heddle-%s.duckdb", g_get_tmp_dir(), tail);
}

static inline struct warehouse *open_file(const char *path, GError **error)
{
    g_autoptr(json_t) connection = json_pack("{s:s}", "database", path);

    return warehouse_open("duckdb", connection, error);
}

#endif
