/* From when to when: what was typed, what SQLMesh takes when nothing was, what cannot be. */
#include "plan/plan_int.h"

#include "calendar/date.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

static bool read_time(const char *option, const char *text, int64_t seen_from, int64_t *ms,
                      bool *is_date, GError **error)
{
    *is_date = false;
    if (!text || date_parse(text, seen_from, ms, is_date, error))
        return true;
    g_prefix_error(error, "%s: ", option);
    return false;
}

bool plan__read_times(struct plan *p, GError **error)
{
    const struct plan_options *o = &p->options;
    bool is_date;

    p->start_ms = p->end_ms = TIME_NONE;
    p->execution_ms = o->now_ms;
    if (!read_time("--execution-time", o->execution_time, o->now_ms, &p->execution_ms, &is_date,
                   error) ||
        !read_time("--start", o->start, p->execution_ms, &p->start_ms, &is_date, error) ||
        !read_time("--end", o->end, p->execution_ms, &p->end_ms, &is_date, error))
        return false;
    if (o->end && is_date)
        p->end_ms += DAY_MS;
    p->inside->end_given = o->end != NULL;
    return true;
}

static bool refuse(GError **error, const char *why)
{
    g_set_error_literal(error, plan_error(), ERROR_INVALID, why);
    return false;
}

static char *second_text(int64_t ms)
{
    return date_timestamp(ms - ms % 1000);
}

/* The moment an end names, before a day's end is taken for it. */
static bool end_moment(const struct plan *p, int64_t *ms, GError **error)
{
    bool is_date;

    return read_time("--end", p->options.end, p->execution_ms, ms, &is_date, error);
}

static bool check_order(const struct plan *p, GError **error)
{
    const struct plan_options *o = &p->options;
    int64_t end = TIME_NONE;

    if (!end_moment(p, &end, error))
        return false;
    if (o->start && o->end && p->start_ms > end) {
        g_set_error(error, plan_error(), ERROR_INVALID,
                    "Plan end date: '%s' must be after the plan start date: '%s'.", o->end,
                    o->start);
        return false;
    }
    if (o->end && end > p->execution_ms) {
        g_autofree char *now = second_text(p->execution_ms);

        g_set_error(error, plan_error(), ERROR_INVALID,
                    "Plan end date: '%s' cannot be in the future (execution time: '%s').", o->end,
                    now);
        return false;
    }
    return true;
}

bool plan__check_times(const struct plan *p, GError **error)
{
    const struct plan_options *o = &p->options;

    if ((o->start || o->end) && !p->is_dev && !p->inside->restate)
        return refuse(error, "The start and end dates can't be set for a production plan without "
                             "restatements.\n"
                             "hint: add --restate-model, or plan another environment.");
    if (o->effective_now && !o->forward_only)
        return refuse(error, "Effective date can only be set for a forward-only plan.");
    return check_order(p, error);
}

/* ---- what follows from the difference ---- */

static bool is_changed_model(const struct plan_item *item)
{
    return item->change != CHANGE_REMOVED && item->snapshot->kind != KIND_EXTERNAL;
}

/* Does this plan compute previews of forward-only changes? */
bool plan__previews(const struct plan *p)
{
    bool wanted = p->options.enable_preview ||
                  json_get_bool(p->project->config->plan, "enable_preview", true);

    if (!p->is_dev)
        return false;
    if (p->options.forward_only)
        return true;
    for (guint i = 0; wanted && i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (is_changed_model(item) && item->snapshot->forward_only)
            return true;
    }
    return false;
}

static int64_t yesterday(int64_t now_ms)
{
    return unit_floor(UNIT_DAY, now_ms) - DAY_MS;
}

bool plan__default_times(struct plan *p, GError **error)
{
    struct plan_inside *in = p->inside;

    if (!p->options.start && plan__previews(p))
        p->start_ms =
            in->default_start_ms != TIME_NONE ? in->default_start_ms : yesterday(p->options.now_ms);
    if (!p->options.end)
        p->end_ms = in->default_end_ms;
    if (p->start_ms != TIME_NONE && p->end_ms != TIME_NONE && p->start_ms > p->end_ms)
        return refuse(error, "The previews of forward-only changes would begin after the plan's "
                             "end.\nhint: give --start as well.");
    return true;
}
