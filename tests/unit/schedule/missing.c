/* missing.c -- runs tests/cases/schedule/missing.txt. A case is one model, in JSON:
 * cron, zone, unit, start, end, lookback, partials; what it has; what is asked for (from, to, both
 * moments, and ignore_cron); when (execution, now). Expected are the ranges that are missing.
 * tests/parity/schedule_cases.py holds the same file against the real SQLMesh. */
#include "schedule_test.h"

#include "base/json.h"

#define CASES "tests/cases/schedule/missing.txt"

static int64_t time_of(const json_t *c, const char *key, int64_t missing)
{
    const char *text = json_get_string(c, key, NULL);

    return text ? at(text) : missing;
}

static void set_text(char **to, const json_t *c, const char *key)
{
    g_free(*to);
    *to = g_strdup(json_get_string(c, key, NULL));
}

static struct wire_snapshot *snapshot_of(const json_t *c)
{
    struct wire_snapshot *s = model("m", NULL);
    const json_t *ranges = json_object_get(c, "have");
    size_t i;
    json_t *r;

    set_text(&s->cron, c, "cron");
    set_text(&s->cron_tz, c, "zone");
    set_text(&s->interval_unit, c, "unit");
    set_text(&s->start, c, "start");
    set_text(&s->end, c, "end");
    s->lookback = json_get_int(c, "lookback", 0);
    s->allow_partials = json_get_bool(c, "partials", false);
    s->intervals = intervals_new();
    json_array_foreach (ranges, i, r)
        intervals_add(s->intervals, at(json_string_value(json_array_get(r, 0))),
                      at(json_string_value(json_array_get(r, 1))));
    return s;
}

static char *missing_text(const char *settings)
{
    GError *error = NULL;
    g_autoptr(json_t) c = json_parse(settings, strlen(settings), &error);
    g_autoptr(GPtrArray) all = graph_new();
    g_autoptr(schedule) s = NULL;
    struct schedule_request r;

    if (!c)
        fail_msg("%s", error->message);
    g_ptr_array_add(all, snapshot_of(c));
    r = request_at(all, json_get_string(c, "now", ""));
    r.execution_ms = time_of(c, "execution", r.now_ms);
    r.start_ms = time_of(c, "from", TIME_NONE);
    r.end_ms = time_of(c, "to", TIME_NONE);
    r.end_bounded = r.end_ms != TIME_NONE;
    r.ignore_cron = json_get_bool(c, "ignore_cron", false);
    s = must_schedule(&r);
    return ranges_text(item_of(s, "m")->missing);
}

void test_what_is_missing_is_as_the_cases_say(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) cases = NULL;
    int n = 0;

    (void)state;
    assert_true(g_file_get_contents(CASES, &text, NULL, NULL));
    cases = g_strsplit(text + strlen("== "), "\n== ", -1);
    for (; cases[n]; n++) {
        g_auto(GStrv) parts = g_strsplit(cases[n], "\n-- expect\n", 2);
        g_auto(GStrv) head = g_strsplit(parts[0], "\n", 2);
        g_autofree char *got = missing_text(head[1]);

        g_strchomp(got);
        g_strchomp(parts[1]);
        if (strcmp(got, parts[1]) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s", head[0], got, parts[1]);
    }
    assert_true(n >= 25);
}
