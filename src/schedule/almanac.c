/* What columns of snapshots say about time: crons, units, starts and ends, read once. */
#include "schedule/schedule_int.h"

#include "calendar/date.h"

#include <string.h>

struct almanac *schedule__almanac(const GPtrArray *snapshots, int64_t now_ms)
{
    struct almanac *a = g_new0(struct almanac, 1);

    a->now_ms = now_ms;
    a->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    a->crons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)cron_free);
    a->starts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < snapshots->len; i++) {
        struct wire_snapshot *s = snapshots->pdata[i];

        g_hash_table_insert(a->by_name, s->name, s);
    }
    return a;
}

void schedule__almanac_free(struct almanac *a)
{
    if (!a)
        return;
    g_hash_table_unref(a->by_name);
    g_hash_table_unref(a->crons);
    g_hash_table_unref(a->starts);
    g_free(a);
}

static bool blame(const struct wire_snapshot *s, GError **error)
{
    g_prefix_error(error, "Model %s: ", s->name);
    return false;
}

const struct cron *schedule__cron(struct almanac *a, const struct wire_snapshot *s, GError **error)
{
    const char *expression = s->cron ? s->cron : "@daily";
    g_autofree char *key = g_strdup_printf("%s %s", expression, s->cron_tz ? s->cron_tz : "");
    struct cron *c = g_hash_table_lookup(a->crons, key);

    if (c)
        return c;
    if (!(c = cron_new(expression, s->cron_tz, error))) {
        blame(s, error);
        return NULL;
    }
    g_hash_table_insert(a->crons, g_steal_pointer(&key), c);
    return c;
}

bool schedule__unit(struct almanac *a, const struct wire_snapshot *s, enum interval_unit *unit,
                    GError **error)
{
    const struct cron *c;

    if (s->interval_unit)
        return unit_parse(s->interval_unit, unit, error) || blame(s, error);
    if (!(c = schedule__cron(a, s, error)))
        return false;
    *unit = cron_unit(c);
    if (*unit != UNIT_COUNT)
        return true;
    g_set_error(error, schedule_error(), ERROR_INVALID,
                "Model %s: the cron \"%s\" comes more often than every five minutes.", s->name,
                s->cron);
    return false;
}

static bool parents_start(struct almanac *a, const struct wire_snapshot *s, int64_t seen_from,
                          int64_t *start_ms, GError **error)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct wire_snapshot *parent = g_hash_table_lookup(a->by_name, id->name);
        int64_t start;

        if (!parent || parent == s)
            continue;
        if (!schedule__start(a, parent, seen_from, &start, error))
            return false;
        if (*start_ms == TIME_NONE || start < *start_ms)
            *start_ms = start;
    }
    return true;
}

static bool find_start(struct almanac *a, const struct wire_snapshot *s, int64_t seen_from,
                       int64_t *start_ms, GError **error)
{
    const struct cron *c;

    *start_ms = TIME_NONE;
    if (s->start)
        return date_parse(s->start, a->now_ms, start_ms, NULL, error) || blame(s, error);
    if (!parents_start(a, s, seen_from, start_ms, error))
        return false;
    if (*start_ms != TIME_NONE)
        return true;
    if (!(c = schedule__cron(a, s, error)))
        return false;
    *start_ms = cron_prev(c, cron_floor(c, seen_from));
    return true;
}

bool schedule__start(struct almanac *a, const struct wire_snapshot *s, int64_t seen_from,
                     int64_t *start_ms, GError **error)
{
    g_autofree char *key = g_strdup_printf("%s %" G_GINT64_FORMAT, s->name, seen_from);
    const int64_t *known = g_hash_table_lookup(a->starts, key);

    if (known) {
        *start_ms = *known;
        return true;
    }
    if (!find_start(a, s, seen_from, start_ms, error))
        return false;
    g_hash_table_insert(a->starts, g_steal_pointer(&key), g_memdup2(start_ms, sizeof *start_ms));
    return true;
}

bool schedule__end(struct almanac *a, const struct wire_snapshot *s, int64_t *moment_ms,
                   int64_t *end_ms, GError **error)
{
    bool is_date;

    *moment_ms = *end_ms = TIME_NONE;
    if (!s->end)
        return true;
    if (!date_parse(s->end, a->now_ms, moment_ms, &is_date, error))
        return blame(s, error);
    *end_ms = is_date ? unit_add(UNIT_DAY, *moment_ms, 1) : *moment_ms;
    return true;
}

static void add_sorted(struct almanac *a, struct wire_snapshot *s, GHashTable *seen, GPtrArray *out)
{
    if (!g_hash_table_add(seen, s))
        return;
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        struct wire_snapshot *parent = g_hash_table_lookup(a->by_name, id->name);

        if (parent)
            add_sorted(a, parent, seen, out);
    }
    g_ptr_array_add(out, s);
}

GPtrArray *schedule__sorted(struct almanac *a, const GPtrArray *snapshots)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GPtrArray *out = g_ptr_array_new();

    for (guint i = 0; i < snapshots->len; i++)
        add_sorted(a, snapshots->pdata[i], seen, out);
    return out;
}
