#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calendar/date.h"
#include "calendar/unit.h"

static int64_t ms(const char *text)
{
    int64_t at;
    assert_true(date_parse(text, 0, &at, NULL, NULL));
    return at;
}

static const struct {
    enum interval_unit unit;
    const char *at, *floor, *ceil, *three_on;
} rows[] = {
    {UNIT_YEAR,         "2024-02-29 10:07:30", "2024-01-01 00:00:00", "2025-01-01 00:00:00",
     "2027-02-28 10:07:30"},
    {UNIT_MONTH,        "2024-01-31 10:07:30", "2024-01-01 00:00:00", "2024-02-01 00:00:00",
     "2024-04-30 10:07:30"},
    {UNIT_DAY,          "2024-02-28 10:07:30", "2024-02-28 00:00:00", "2024-02-29 00:00:00",
     "2024-03-02 10:07:30"},
    {UNIT_HOUR,         "2023-12-31 23:07:30", "2023-12-31 23:00:00", "2024-01-01 00:00:00",
     "2024-01-01 02:07:30"},
    {UNIT_HALF_HOUR,    "2024-01-31 10:37:30", "2024-01-31 10:30:00", "2024-01-31 11:00:00",
     "2024-01-31 12:07:30"},
    {UNIT_QUARTER_HOUR, "2024-01-31 10:37:30", "2024-01-31 10:30:00", "2024-01-31 10:45:00",
     "2024-01-31 11:22:30"},
    {UNIT_FIVE_MINUTE,  "2024-01-31 10:37:30", "2024-01-31 10:35:00", "2024-01-31 10:40:00",
     "2024-01-31 10:52:30"},
    {UNIT_MONTH,        "1969-12-15 00:00:00", "1969-12-01 00:00:00", "1970-01-01 00:00:00",
     "1970-03-15 00:00:00"},
    {UNIT_DAY,          "1969-12-31 12:00:00", "1969-12-31 00:00:00", "1970-01-01 00:00:00",
     "1970-01-03 12:00:00"},
};

void test_units_floor_ceil_and_add(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t at = ms(rows[i].at);
        g_autofree char *floor = date_timestamp(unit_floor(rows[i].unit, at));
        g_autofree char *ceil = date_timestamp(unit_ceil(rows[i].unit, at));
        g_autofree char *on = date_timestamp(unit_add(rows[i].unit, at, 3));
        assert_string_equal(floor, rows[i].floor);
        assert_string_equal(ceil, rows[i].ceil);
        assert_string_equal(on, rows[i].three_on);
        assert_int_equal(unit_ceil(rows[i].unit, ms(floor)), ms(floor));
    }
}

void test_between_counts_whole_units(void **state)
{
    (void)state;
    assert_int_equal(unit_between(UNIT_DAY, ms("2020-01-01"), ms("2020-01-08")), 7);
    assert_int_equal(unit_between(UNIT_DAY, ms("2020-01-01 01:00:00"), ms("2020-01-08")), 6);
    assert_int_equal(unit_between(UNIT_DAY, ms("2020-01-01"), ms("2020-01-01 23:00:00")), 0);
    assert_int_equal(unit_between(UNIT_DAY, ms("2020-01-08"), ms("2020-01-01")), 0);
    assert_int_equal(unit_between(UNIT_MONTH, ms("2019-12-31"), ms("2020-03-31")), 2);
    assert_int_equal(unit_between(UNIT_YEAR, ms("2019-01-01"), ms("2024-06-30")), 5);
    assert_int_equal(unit_between(UNIT_FIVE_MINUTE, ms("2020-01-01"), ms("2021-01-01")), 366 * 288);
}

void test_units_have_sqlmesh_names(void **state)
{
    (void)state;
    for (int i = 0; i < UNIT_COUNT; i++) {
        enum interval_unit u = UNIT_COUNT;
        assert_true(unit_parse(unit_name((enum interval_unit)i), &u, NULL));
        assert_int_equal(u, i);
    }
    enum interval_unit u;
    g_autoptr(GError) error = NULL;
    assert_true(unit_parse("FIVE_MINUTE", &u, NULL));
    assert_false(unit_parse("week", &u, &error));
    assert_non_null(strstr(error->message, "\"week\""));
}
