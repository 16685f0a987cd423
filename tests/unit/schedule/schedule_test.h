/* schedule_test.h -- snapshots and schedules for the tests of schedule/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calendar/date.h"
#include "schedule/names.h"
#include "schedule/schedule.h"

#define DAY  (24 * 3600 * 1000LL)
#define HOUR (3600 * 1000LL)

static inline int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(date_parse(text, 0, &ms, NULL, NULL));
    return ms;
}

/* A daily incremental model "db"."shop"."NAME" since 2024-01-01; parents by name, NULL-ended. */
static inline struct wire_snapshot *model(const char *name, const char *parent, ...)
{
    struct wire_snapshot *s = wire_snapshot_new();
    va_list more;

    s->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    s->identifier = g_strdup("1");
    s->version = g_strdup("10");
    s->dev_version = g_strdup("11");
    s->category = CATEGORY_BREAKING;
    s->kind = KIND_INCREMENTAL_BY_TIME_RANGE;
    s->cron = g_strdup("@daily");
    s->interval_unit = g_strdup("day");
    s->start = g_strdup("2024-01-01");
    s->physical_schema = g_strdup("sqlmesh__shop");
    s->view = names_split(s->name, NULL);
    va_start(more, parent);
    for (; parent; parent = va_arg(more, const char *)) {
        struct wire_snapshot_id *id = wire_snapshot_id_new();

        id->name = g_strdup_printf("\"db\".\"shop\".\"%s\"", parent);
        id->identifier = g_strdup("1");
        g_ptr_array_add(s->parents, id);
    }
    va_end(more);
    return s;
}

static inline GPtrArray *graph_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
}

static inline struct schedule_request request_at(const GPtrArray *snapshots, const char *now)
{
    return (struct schedule_request){
        .snapshots = snapshots,
        .start_ms = TIME_NONE,
        .end_ms = TIME_NONE,
        .execution_ms = at(now),
        .now_ms = at(now),
    };
}

static inline struct schedule *must_schedule(const struct schedule_request *r)
{
    GError *error = NULL;
    struct schedule *s = schedule_new(r, &error);

    if (!s)
        fail_msg("%s", error->message);
    return s;
}

static inline const struct schedule_item *item_of(const struct schedule *s, const char *name)
{
    g_autofree char *full = g_strdup_printf("\"db\".\"shop\".\"%s\"", name);
    const struct schedule_item *item = g_hash_table_lookup(s->by_name, full);

    assert_non_null(item);
    return item;
}

/* Ranges as "2024-01-01 00:00:00 - 2024-01-03 00:00:00" lines. */
static inline char *ranges_text(const struct intervals *ranges)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < intervals_count(ranges); i++) {
        struct interval r = intervals_get(ranges, i);
        g_autofree char *start = date_timestamp(r.start), *end = date_timestamp(r.end);

        g_string_append_printf(out, "%s - %s\n", start, end);
    }
    return g_string_free(out, FALSE);
}
