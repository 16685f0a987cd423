/* An environment's time in short. */
#include "schedule/schedule_int.h"

static void take_cron(struct almanac *a, const struct wire_snapshot *s, const struct cron *c,
                      struct schedule_rhythm *out)
{
    int64_t next = cron_next(c, a->now_ms);
    int64_t seconds = (cron_next(c, next) - next) / 1000;

    if (out->seconds > 0 && seconds >= out->seconds)
        return;
    out->seconds = seconds;
    out->cron = s->cron ? s->cron : "@daily";
}

bool schedule_rhythm(const GPtrArray *snapshots, int64_t now_ms, struct schedule_rhythm *out,
                     GError **error)
{
    g_autoptr(almanac) a = schedule__almanac(snapshots, now_ms);

    *out = (struct schedule_rhythm){INT64_MAX, 0, NULL};
    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *s = snapshots->pdata[i];
        const struct cron *c;
        int64_t start_ms;

        if (!schedule_has_table(s->kind) || s->kind == KIND_SEED)
            continue;
        if (!(c = schedule__cron(a, s, error)) || !schedule__start(a, s, now_ms, &start_ms, error))
            return false;
        take_cron(a, s, c, out);
        out->start_ms = MIN(out->start_ms, start_ms);
    }
    if (!out->cron)
        *out = (struct schedule_rhythm){now_ms, 24 * 3600, "@daily"};
    return true;
}
