/* Times as they are typed, and ranges as they are shown. */
#include "cli/cli_int.h"

#include "calendar/date.h"

enum { DAY_MS = 86400000 };

static bool read_time(const char *option, const char *text, int64_t now_ms, int64_t *ms,
                      bool *is_date, GError **error)
{
    if (date_parse(text, now_ms, ms, is_date, error))
        return true;
    g_prefix_error(error, "%s: ", option);
    return false;
}

static bool read_end(const char *text, int64_t now_ms, int64_t *ms, GError **error)
{
    bool is_date = false;

    if (!read_time("--end", text, now_ms, ms, &is_date, error))
        return false;
    if (is_date)
        *ms += DAY_MS;
    return true;
}

bool cli__read_times(const struct cli_typed_times *typed, int64_t now_ms, struct cli_times *t,
                     GError **error)
{
    return (!typed->start ||
            read_time("--start", typed->start, now_ms, &t->start_ms, NULL, error)) &&
           (!typed->end || read_end(typed->end, now_ms, &t->end_ms, error)) &&
           (!typed->execution_time || read_time("--execution-time", typed->execution_time, now_ms,
                                                &t->execution_ms, NULL, error));
}

static bool is_whole_day(int64_t ms)
{
    return ms % DAY_MS == 0;
}

char *cli__range_text(int64_t start_ms, int64_t end_ms)
{
    bool days = is_whole_day(start_ms) && is_whole_day(end_ms) && end_ms > start_ms;
    g_autofree char *start = days ? date_ds(start_ms) : date_timestamp(start_ms);
    g_autofree char *end = days ? date_ds(end_ms - 1) : date_timestamp(end_ms);

    return g_strdup_printf("%s - %s", start, end);
}

bool cli__complete_times(struct cli_times *t, GError **error)
{
    if (t->start_ms != TIME_NONE || t->end_ms != TIME_NONE || t->execution_ms != TIME_NONE) {
        if (t->start_ms == TIME_NONE)
            t->start_ms = 0;
        if (t->end_ms == TIME_NONE)
            t->end_ms = t->start_ms + DAY_MS;
        if (t->execution_ms == TIME_NONE)
            t->execution_ms = 0;
    }
    if (t->end_ms >= t->start_ms)
        return true;
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "The end lies before the start.");
    return false;
}
