#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calendar/cron.h"
#include "calendar/date.h"

static int64_t ms(const char *text)
{
    int64_t at;
    assert_true(date_parse(text, 0, &at, NULL, NULL));
    return at;
}

typedef int64_t (*step)(const struct cron *c, int64_t ms);

/* Some ticks, "02-11T00:00 …". */
static char *ticks(const struct cron *c, int64_t at, step go, int n)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; i < n; i++) {
        at = go(c, at);
        g_autofree char *text = date_format(at, "%m-%dT%H:%M");
        g_string_append_printf(out, "%s%s", i ? " " : "", text);
    }
    return g_string_free(out, FALSE);
}

/* What croniter and SQLMesh say at 2024-02-10 12:34 UTC. */
static const struct {
    const char *cron, *unit, *next, *prev;
} rows[] = {
    {"@daily",          "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00", "02-10T00:00 02-09T00:00"},
    {"0 6 * * 1",       "day",          "02-12T06:00 02-19T06:00 02-26T06:00 03-04T06:00",
     "02-05T06:00 01-29T06:00"                                                                                      },
    {"*/5 * * * *",     "five_minute",  "02-10T12:35 02-10T12:40 02-10T12:45 02-10T12:50",
     "02-10T12:30 02-10T12:25"                                                                                      },
    {"@monthly",        "month",        "03-01T00:00 04-01T00:00 05-01T00:00 06-01T00:00",
     "02-01T00:00 01-01T00:00"                                                                                      },
    {"@yearly",         "year",         "01-01T00:00 01-01T00:00 01-01T00:00 01-01T00:00",
     "01-01T00:00 01-01T00:00"                                                                                      },
    {"@weekly",         "day",          "02-11T00:00 02-18T00:00 02-25T00:00 03-03T00:00",
     "02-04T00:00 01-28T00:00"                                                                                      },
    {"@hourly",         "hour",         "02-10T13:00 02-10T14:00 02-10T15:00 02-10T16:00",
     "02-10T12:00 02-10T11:00"                                                                                      },
    {"@midnight",       "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"@annually",       "year",         "01-01T00:00 01-01T00:00 01-01T00:00 01-01T00:00",
     "01-01T00:00 01-01T00:00"                                                                                      },
    {"@DAILY",          "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00", "02-10T00:00 02-09T00:00"},
    {" 0  0 * * * ",    "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 1,15 * *",    "day",          "02-15T00:00 03-01T00:00 03-15T00:00 04-01T00:00",
     "02-01T00:00 01-15T00:00"                                                                                      },
    {"0 9-17 * * *",    "hour",         "02-10T13:00 02-10T14:00 02-10T15:00 02-10T16:00",
     "02-10T12:00 02-10T11:00"                                                                                      },
    {"*/7 * * * *",     "five_minute",  "02-10T12:35 02-10T12:42 02-10T12:49 02-10T12:56",
     "02-10T12:28 02-10T12:21"                                                                                      },
    {"*/30 * * * *",    "half_hour",    "02-10T13:00 02-10T13:30 02-10T14:00 02-10T14:30",
     "02-10T12:30 02-10T12:00"                                                                                      },
    {"0 */6 * * *",     "hour",         "02-10T18:00 02-11T00:00 02-11T06:00 02-11T12:00",
     "02-10T12:00 02-10T06:00"                                                                                      },
    {"15,45 * * * *",   "half_hour",    "02-10T12:45 02-10T13:15 02-10T13:45 02-10T14:15",
     "02-10T12:15 02-10T11:45"                                                                                      },
    {"5/15 * * * *",    "quarter_hour", "02-10T12:35 02-10T12:50 02-10T13:05 02-10T13:20",
     "02-10T12:20 02-10T12:05"                                                                                      },
    {"0 0 1 */3 *",     "month",        "04-01T00:00 07-01T00:00 10-01T00:00 01-01T00:00",
     "01-01T00:00 10-01T00:00"                                                                                      },
    {"0 0 L * *",       "month",        "02-29T00:00 03-31T00:00 04-30T00:00 05-31T00:00",
     "01-31T00:00 12-31T00:00"                                                                                      },
    {"0 0 L,15 * *",    "day",          "02-15T00:00 02-29T00:00 03-15T00:00 03-31T00:00",
     "01-31T00:00 01-15T00:00"                                                                                      },
    {"0 0 * * 5#2",     "month",        "03-08T00:00 04-12T00:00 05-10T00:00 06-14T00:00",
     "02-09T00:00 01-12T00:00"                                                                                      },
    {"0 0 * * L5",      "month",        "02-23T00:00 03-29T00:00 04-26T00:00 05-31T00:00",
     "01-26T00:00 12-29T00:00"                                                                                      },
    {"0 22-2 * * *",    "hour",         "02-10T22:00 02-10T23:00 02-11T00:00 02-11T01:00",
     "02-10T02:00 02-10T01:00"                                                                                      },
    {"0 0 * * 7",       "day",          "02-11T00:00 02-18T00:00 02-25T00:00 03-03T00:00",
     "02-04T00:00 01-28T00:00"                                                                                      },
    {"0 0 * * 5-7",     "day",          "02-11T00:00 02-16T00:00 02-17T00:00 02-18T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 * * 0-7",     "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 * * sun-tue", "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-18T00:00",
     "02-06T00:00 02-05T00:00"                                                                                      },
    {"0 0 * * fri-mon", "day",          "02-11T00:00 02-12T00:00 02-16T00:00 02-17T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 ? * MON",     "day",          "02-12T00:00 02-19T00:00 02-26T00:00 03-04T00:00",
     "02-05T00:00 01-29T00:00"                                                                                      },
    {"0 0 29 2 *",      "year",         "02-29T00:00 02-29T00:00 02-29T00:00 02-29T00:00",
     "02-29T00:00 02-29T00:00"                                                                                      },
    {"0 0 */2 * 1",     "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-15T00:00",
     "02-09T00:00 02-07T00:00"                                                                                      },
    {"0 0 1-31 * 1",    "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 13 * 5",      "day",          "02-13T00:00 02-16T00:00 02-23T00:00 03-01T00:00",
     "02-09T00:00 02-02T00:00"                                                                                      },
    {"0 0 1 jan *",     "year",         "01-01T00:00 01-01T00:00 01-01T00:00 01-01T00:00",
     "01-01T00:00 01-01T00:00"                                                                                      },
    {"0 0 * nov-feb *", "day",          "02-11T00:00 02-12T00:00 02-13T00:00 02-14T00:00",
     "02-10T00:00 02-09T00:00"                                                                                      },
    {"0 0 28-3 * *",    "day",          "02-28T00:00 02-29T00:00 03-01T00:00 03-02T00:00",
     "02-03T00:00 02-02T00:00"                                                                                      },
    {"0 0 5-31/10 * *", "day",          "02-15T00:00 02-25T00:00 03-05T00:00 03-15T00:00",
     "02-05T00:00 01-25T00:00"                                                                                      },
};

void test_crons_tick_as_sqlmesh_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        struct cron *c = cron_new(rows[i].cron, NULL, &error);
        if (!c)
            fail_msg("%s", error->message);
        g_autofree char *next = ticks(c, ms("2024-02-10 12:34:00"), cron_next, 4);
        g_autofree char *prev = ticks(c, ms("2024-02-10 12:34:00"), cron_prev, 2);
        if (strcmp(next, rows[i].next) != 0 || strcmp(prev, rows[i].prev) != 0)
            fail_msg("%s: %s; %s", rows[i].cron, next, prev);
        if (strcmp(unit_name(cron_unit(c)), rows[i].unit) != 0)
            fail_msg("%s has unit %s", rows[i].cron, unit_name(cron_unit(c)));
        cron_free(c);
    }
}

void test_zones_move_ticks(void **state)
{
    (void)state;
    static const struct {
        const char *cron, *zone, *at, *next, *prev;
    } zoned[] = {
        {"30 2 * * *",   "America/New_York", "2024-03-09 00:00:00",
         "03-09T07:30 03-10T07:00 03-11T06:30 03-12T06:30 03-13T06:30 03-14T06:30", "03-08T07:30 03-07T07:30 03-06T07:30 03-05T07:30 03-04T07:30 03-03T07:30"},
        {"0 * * * *",    "America/New_York", "2024-03-10 04:30:00",
         "03-10T05:00 03-10T06:00 03-10T07:00 03-10T08:00 03-10T09:00 03-10T10:00", "03-10T04:00 03-10T03:00 03-10T02:00 03-10T01:00 03-10T00:00 03-09T23:00"},
        {"0 * * * *",    "America/New_York", "2024-11-03 04:30:00",
         "11-03T05:00 11-03T06:00 11-03T07:00 11-03T08:00 11-03T09:00 11-03T10:00", "11-03T04:00 11-03T03:00 11-03T02:00 11-03T01:00 11-03T00:00 11-02T23:00"},
        {"*/30 * * * *", "America/New_York", "2024-11-03 04:30:00",
         "11-03T05:00 11-03T05:30 11-03T06:00 11-03T06:30 11-03T07:00 11-03T07:30", "11-03T04:00 11-03T03:30 11-03T03:00 11-03T02:30 11-03T02:00 11-03T01:30"},
        {"*/30 * * * *", "America/New_York", "2024-11-03 06:15:00",
         "11-03T06:30 11-03T07:00 11-03T07:30 11-03T08:00 11-03T08:30 11-03T09:00", "11-03T06:00 11-03T05:30 11-03T05:00 11-03T04:30 11-03T04:00 11-03T03:30"},
        {"*/30 * * * *", "America/New_York", "2024-03-10 06:15:00",
         "03-10T06:30 03-10T07:00 03-10T07:30 03-10T08:00 03-10T08:30 03-10T09:00", "03-10T06:00 03-10T05:30 03-10T05:00 03-10T04:30 03-10T04:00 03-10T03:30"},
        {"0 6 * * *",    "Europe/Berlin",    "2024-03-30 00:00:00",
         "03-30T05:00 03-31T04:00 04-01T04:00 04-02T04:00 04-03T04:00 04-04T04:00", "03-29T05:00 03-28T05:00 03-27T05:00 03-26T05:00 03-25T05:00 03-24T05:00"},
        {"30 5 * * *",   "Asia/Kolkata",     "2024-01-10 00:00:00",
         "01-11T00:00 01-12T00:00 01-13T00:00 01-14T00:00 01-15T00:00 01-16T00:00", "01-09T00:00 01-08T00:00 01-07T00:00 01-06T00:00 01-05T00:00 01-04T00:00"},
        {"0 0 * * 1",    "America/New_York", "2040-03-20 00:00:00",
         "03-26T04:00 04-02T04:00 04-09T04:00 04-16T04:00 04-23T04:00 04-30T04:00", "03-19T04:00 03-12T04:00 03-05T05:00 02-27T05:00 02-20T05:00 02-13T05:00"},
        {"0 0 * * *",    "Asia/Beirut",      "2024-10-27 00:00:00",
         "10-27T22:00 10-28T22:00 10-29T22:00 10-30T22:00 10-31T22:00 11-01T22:00", "10-26T22:00 10-25T21:00 10-24T21:00 10-23T21:00 10-22T21:00 10-21T21:00"},
        {"0 * * * *",    "Asia/Beirut",      "2024-10-26 20:30:00",
         "10-26T21:00 10-26T22:00 10-26T23:00 10-27T00:00 10-27T01:00 10-27T02:00", "10-26T20:00 10-26T19:00 10-26T18:00 10-26T17:00 10-26T16:00 10-26T15:00"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(zoned); i++) {
        g_autoptr(GError) error = NULL;
        struct cron *c = cron_new(zoned[i].cron, zoned[i].zone, &error);
        if (!c)
            fail_msg("%s", error->message);
        g_autofree char *next = ticks(c, ms(zoned[i].at), cron_next, 6);
        g_autofree char *prev = ticks(c, ms(zoned[i].at), cron_prev, 6);
        if (strcmp(next, zoned[i].next) != 0 || strcmp(prev, zoned[i].prev) != 0)
            fail_msg("%s %s at %s: %s; %s", zoned[i].cron, zoned[i].zone, zoned[i].at, next, prev);
        cron_free(c);
    }
}

/* SQLMesh's croniter runs such a cron twice on that day; its interval is filled by the first. */
void test_a_fixed_hour_that_comes_twice_is_due_once(void **state)
{
    (void)state;
    struct cron *c = cron_new("30 1 * * *", "America/New_York", NULL);
    g_autofree char *next = ticks(c, ms("2024-11-02 00:00:00"), cron_next, 3);
    assert_string_equal(next, "11-02T05:30 11-03T05:30 11-04T06:30");
    g_autofree char *prev = ticks(c, ms("2024-11-05 00:00:00"), cron_prev, 3);
    assert_string_equal(prev, "11-04T06:30 11-03T05:30 11-02T05:30");
    cron_free(c);
}

void test_floor_is_the_tick_itself_or_the_one_before(void **state)
{
    (void)state;
    struct cron *c = cron_new("0 6 * * 1", NULL, NULL);
    assert_int_equal(cron_floor(c, ms("2024-02-12 06:00:00")), ms("2024-02-12 06:00:00"));
    assert_int_equal(cron_floor(c, ms("2024-02-12 05:59:59.999")), ms("2024-02-05 06:00:00"));
    assert_int_equal(cron_floor(c, ms("2024-02-18 23:00:00")), ms("2024-02-12 06:00:00"));
    assert_int_equal(cron_next(c, ms("2024-02-12 06:00:00")), ms("2024-02-19 06:00:00"));
    cron_free(c);
}

void test_next_and_prev_agree(void **state)
{
    (void)state;
    static const char *const zones[] = {NULL, "America/New_York", "Asia/Kolkata", "Europe/Berlin",
                                        "Australia/Lord_Howe"};
    static const char *const crons[] = {"*/30 * * * *", "15 2 * * *", "0 0 * * *", "0 1,2,3 * * 0"};
    for (size_t z = 0; z < G_N_ELEMENTS(zones); z++)
        for (size_t k = 0; k < G_N_ELEMENTS(crons); k++) {
            struct cron *c = cron_new(crons[k], zones[z], NULL);
            assert_non_null(c);
            int64_t at = cron_next(c, ms("2024-01-01"));
            for (int i = 0; i < 600; i++) {
                int64_t next = cron_next(c, at);
                assert_true(next > at);
                assert_int_equal(cron_prev(c, next), at);
                assert_int_equal(cron_floor(c, next - 1), at);
                at = next;
            }
            cron_free(c);
        }
}

void test_a_wrong_cron_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *cron, *zone, *says;
    } wrong[] = {
        {"60 * * * *",  NULL,               "\"60\" is no minute"         },
        {"0 0 0 * *",   NULL,               "\"0\" is no day of month"    },
        {"0 0 * 13 *",  NULL,               "\"13\" is no month"          },
        {"0 0 * * 8",   NULL,               "\"8\" is no day of week"     },
        {"*/0 * * * *", NULL,               "\"*/0\" is no minute"        },
        {"0 0 * *",     NULL,               "4 fields"                    },
        {"0 0 0 * * *", NULL,               "6 fields"                    },
        {"@reboot",     NULL,               "1 fields"                    },
        {"",            NULL,               "0 fields"                    },
        {"0 0 31 2 *",  NULL,               "no year"                     },
        {"0 0 1- * *",  NULL,               "\"1-\" is no day of month"   },
        {"0 0 1, * *",  NULL,               "\"\" is no day of month"     },
        {"@daily",      "Mars/Phobos",      "\"Mars/Phobos\" is not known"},
        {"@daily",      "../../etc/passwd", "is not known"                },
        {"@daily",      "/etc/localtime",   "is not known"                },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(cron_new(wrong[i].cron, wrong[i].zone, &error));
        if (!strstr(error->message, wrong[i].says) || !strstr(error->message, "hint: "))
            fail_msg("%s: %s", wrong[i].cron, error->message);
    }
}

void test_more_often_than_five_minutes_has_no_unit(void **state)
{
    (void)state;
    struct cron *c = cron_new("* * * * *", NULL, NULL);
    assert_int_equal(cron_unit(c), UNIT_COUNT);
    cron_free(c);
}
