#include "calendar/civil_int.h"

/* Years are counted from March here, so that the leap day is the last of its year; 400 of them are
 * an era of 146097 days. */
enum { ERA_DAYS = 146097, EPOCH_DAYS = 719468 /* 0000-03-01 to 1970-01-01 */ };

int64_t calendar__days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = calendar__div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

struct civil calendar__civil(int64_t days)
{
    int64_t z = days + EPOCH_DAYS;
    int64_t era = calendar__div(z, ERA_DAYS);
    int64_t day_of_era = z - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    int month = month_from_march + (month_from_march < 10 ? 3 : -9);
    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int calendar__month_days(int64_t year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

int calendar__weekday(int64_t days)
{
    return (int)calendar__mod(days + 4, 7);
}

struct civil calendar__add_months(struct civil date, int64_t months)
{
    int64_t all = date.year * 12 + date.month - 1 + months;
    struct civil to = {calendar__div(all, 12), (int)calendar__mod(all, 12) + 1, date.day};
    int last = calendar__month_days(to.year, to.month);
    if (to.day > last)
        to.day = last;
    return to;
}
