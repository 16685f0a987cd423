#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calendar/date.h"

static const int64_t now = INT64_C(1711880430000); /* 2024-03-31 10:20:30 */

/* What SQLMesh's to_datetime() and is_date() say at `now`. */
static const struct {
    const char *text, *means;
    bool is_date, is_relative;
} rows[] = {
    {"now",                        "2024-03-31T10:20:30.000Z", false, true },
    {"today",                      "2024-03-31T00:00:00.000Z", false, true },
    {"Yesterday",                  "2024-03-30T00:00:00.000Z", false, true },
    {"tomorrow",                   "2024-04-01T00:00:00.000Z", false, true },
    {"1 week ago",                 "2024-03-24T00:00:00.000Z", false, true },
    {"3 days ago",                 "2024-03-28T00:00:00.000Z", false, true },
    {"3 days",                     "2024-03-28T00:00:00.000Z", false, true },
    {"-1 day",                     "2024-03-30T00:00:00.000Z", false, true },
    {"1 month ago",                "2024-02-29T00:00:00.000Z", false, true },
    {"1 month 2 days ago",         "2024-02-27T00:00:00.000Z", false, true },
    {"1 year ago",                 "2023-03-31T00:00:00.000Z", false, true },
    {"1 decade ago",               "2014-03-31T00:00:00.000Z", false, true },
    {"in 2 hours",                 "2024-03-31T12:20:30.000Z", false, true },
    {"in 3 days",                  "2024-04-03T00:00:00.000Z", false, true },
    {"2 hours ago",                "2024-03-31T08:20:30.000Z", false, true },
    {"an hour ago",                "2024-03-31T09:20:30.000Z", false, true },
    {"1h ago",                     "2024-03-31T09:20:30.000Z", false, true },
    {"1.5 hours ago",              "2024-03-31T08:50:30.000Z", false, true },
    {"1 hour and 30 minutes ago",  "2024-03-31T08:50:30.000Z", false, true },
    {"2 days 3 hours ago",         "2024-03-29T07:20:30.000Z", false, true },
    {"last week",                  "2024-03-24T10:20:30.000Z", false, true },
    {"last month",                 "2024-02-29T10:20:30.000Z", false, true },
    {"2024-01-31",                 "2024-01-31T00:00:00.000Z", true,  false},
    {"2024-1-5",                   "2024-01-05T00:00:00.000Z", true,  false},
    {"20240131",                   "2024-01-31T00:00:00.000Z", true,  false},
    {"2024/01/31",                 "2024-01-31T00:00:00.000Z", false, false},
    {"2024-01-31T12:00:00Z",       "2024-01-31T12:00:00.000Z", false, false},
    {"2024-01-31 12:00",           "2024-01-31T12:00:00.000Z", false, false},
    {"2024-01-31 12:00:00.5",      "2024-01-31T12:00:00.500Z", false, false},
    {"2024-01-31 12:00:00.123456", "2024-01-31T12:00:00.123Z", false, false},
    {"2024-01-31 12:00:00+02:00",  "2024-01-31T10:00:00.000Z", false, false},
    {"2024-01-31 12:00:00 -0130",  "2024-01-31T13:30:00.000Z", false, false},
    {"2024-01-31 12:00:00 UTC",    "2024-01-31T12:00:00.000Z", false, false},
    {"2024-01-31 01:00:00 PM",     "2024-01-31T13:00:00.000Z", false, false},
    {"Jan 5 2024",                 "2024-01-05T00:00:00.000Z", false, false},
    {"5 January 2024",             "2024-01-05T00:00:00.000Z", false, false},
    {"January 5, 2024",            "2024-01-05T00:00:00.000Z", false, false},
    {"1704067200000",              "2024-01-01T00:00:00.000Z", false, false},
    {"1704067200",                 "1970-01-20T17:21:07.200Z", false, false},
    {"1e3",                        "1970-01-01T00:00:01.000Z", false, false},
    {" 2024-01-31 ",               "2024-01-31T00:00:00.000Z", true,  false},
};

void test_dates_mean_what_sqlmesh_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        int64_t ms;
        bool is_date;
        if (!date_parse(rows[i].text, now, &ms, &is_date, &error))
            fail_msg("%s", error->message);
        g_autofree char *seen = date_iso(ms);
        if (strcmp(seen, rows[i].means) != 0)
            fail_msg("%s is %s, not %s", rows[i].text, seen, rows[i].means);
        if (is_date != rows[i].is_date || date_is_relative(rows[i].text) != rows[i].is_relative)
            fail_msg("%s is of another sort", rows[i].text);
    }
}

void test_what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "garbage",
                                        "2024-02-30",
                                        "2024-13-01",
                                        "2024-01-31T12",
                                        "2024-01-31 24:00:00",
                                        "1 quarter ago",
                                        "nan",
                                        "inf",
                                        "1e300",
                                        "0x10",
                                        "ago",
                                        "in",

                                        "99999999999 days ago",
                                        "2024-01-31 12:00:00x"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        int64_t ms;
        bool ok = date_parse(wrong[i], now, &ms, NULL, &error);
        if (ok)
            fail_msg("\"%s\" was taken for a date", wrong[i]);
        assert_true(error_is(error, ERROR_INVALID));
        assert_non_null(strstr(error->message, "hint: "));
    }
}

void test_dates_are_written_as_asked(void **state)
{
    (void)state;
    g_autofree char *all =
        date_format(now + 5, "%Y %y %m %d %e %j %H %I %p %M %S %f %b %B %a %A %%");
    assert_string_equal(all, "2024 24 03 31 31 091 10 10 AM 20 30 005000 Mar March Sun Sunday %");
    g_autofree char *noon = date_format(INT64_C(1704110400000), "%I%p");
    assert_string_equal(noon, "12PM");
    g_autofree char *early = date_format(-1, "%Y-%m-%d %H:%M:%S.%f");
    assert_string_equal(early, "1969-12-31 23:59:59.999000");
    g_autofree char *timestamp = date_timestamp(now), *fraction = date_timestamp(now + 7);
    assert_string_equal(timestamp, "2024-03-31 10:20:30");
    assert_string_equal(fraction, "2024-03-31 10:20:30.007");
    g_autofree char *end = date_timestamp_us(now * 1000 - 1);
    assert_string_equal(end, "2024-03-31 10:20:29.999999");
    g_autofree char *ds = date_ds(now);
    assert_string_equal(ds, "2024-03-31");
}

/* Every day of 800 years comes back as it went in. */
void test_every_day_has_one_name(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400000);
    g_autofree char *before = NULL;
    for (int64_t d = -146097; d < 146097; d += 17) {
        g_autofree char *name = date_ds(d * day);
        int64_t ms;
        assert_true(date_parse(name, 0, &ms, NULL, NULL));
        assert_int_equal(ms, d * day);
        assert_true(!before || strcmp(before, name) < 0);
        g_free(before);
        before = g_steal_pointer(&name);
    }
}
