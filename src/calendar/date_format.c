/* date_format.c -- times as text, by strftime's letters in the C locale and in UTC. */
#include "calendar/date_int.h"

#include <string.h>

#define US_SECOND INT64_C(1000000)

static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};

struct moment {
    int64_t days;
    struct civil date;
    int64_t iso_year, iso_week;
    int day_of_year, weekday; /* from 0; 0 is Sunday */
    int hour, minute, second, microsecond;
};

static struct moment moment_of(int64_t us)
{
    int64_t seconds = calendar__div(us, US_SECOND);
    int of_day = (int)calendar__mod(seconds, 86400);
    int64_t days = calendar__div(seconds, 86400);
    int weekday = calendar__weekday(days);
    int64_t thursday = days - (weekday + 6) % 7 + 3; /* its year is the week's */
    struct civil date = calendar__civil(days);
    int64_t iso_year = calendar__civil(thursday).year;

    return (struct moment){
        .days = days,
        .date = date,
        .iso_year = iso_year,
        .iso_week = (thursday - calendar__days(iso_year, 1, 1)) / 7 + 1,
        .day_of_year = (int)(days - calendar__days(date.year, 1, 1)),
        .weekday = weekday,
        .hour = of_day / 3600,
        .minute = of_day / 60 % 60,
        .second = of_day % 60,
        .microsecond = (int)calendar__mod(us, US_SECOND),
    };
}

static int64_t number_of(const struct moment *m, char letter)
{
    switch (letter) {
    case 'Y':
        return m->date.year;
    case 'y':
        return calendar__mod(m->date.year, 100);
    case 'C':
        return calendar__div(m->date.year, 100);
    case 'G':
        return m->iso_year;
    case 'g':
        return calendar__mod(m->iso_year, 100);
    case 'V':
        return m->iso_week;
    case 'U':
        return (m->day_of_year + 7 - m->weekday) / 7;
    case 'W':
        return (m->day_of_year + 7 - (m->weekday + 6) % 7) / 7;
    case 'm':
        return m->date.month;
    case 'd':
    case 'e':
        return m->date.day;
    case 'j':
        return m->day_of_year + 1;
    case 'u':
        return (m->weekday + 6) % 7 + 1;
    case 'w':
        return m->weekday;
    default:
        return 0;
    }
}

static int64_t number_of_time(const struct moment *m, char letter)
{
    switch (letter) {
    case 'H':
    case 'k':
        return m->hour;
    case 'I':
    case 'l':
        return (m->hour + 11) % 12 + 1;
    case 'M':
        return m->minute;
    case 'S':
        return m->second;
    case 'f':
        return m->microsecond;
    default:
        return number_of(m, letter);
    }
}

static const struct {
    char letter;
    int width;
    char pad;
} numbers[] = {
    {'Y', 4, '0'},
    {'G', 4, '0'},
    {'j', 3, '0'},
    {'f', 6, '0'},
    {'u', 1, '0'},
    {'w', 1, '0'},
    {'y', 2, '0'},
    {'C', 2, '0'},
    {'g', 2, '0'},
    {'V', 2, '0'},
    {'U', 2, '0'},
    {'W', 2, '0'},
    {'m', 2, '0'},
    {'d', 2, '0'},
    {'H', 2, '0'},
    {'I', 2, '0'},
    {'M', 2, '0'},
    {'S', 2, '0'},
    {'e', 2, ' '},
    {'k', 2, ' '},
    {'l', 2, ' '},
};

static bool put_number(GString *out, const struct moment *m, char letter, bool bare)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].letter != letter)
            continue;
        g_string_append_printf(out,
                               numbers[i].pad == '0' ? "%0*" G_GINT64_FORMAT : "%*" G_GINT64_FORMAT,
                               bare ? 1 : numbers[i].width, number_of_time(m, letter));
        return true;
    }
    return false;
}

static bool put_word(GString *out, const struct moment *m, char letter)
{
    const char *month = calendar__month_name(m->date.month), *day = day_names[m->weekday];

    switch (letter) {
    case 'b':
    case 'h':
        g_string_append_len(out, month, 3);
        return true;
    case 'B':
        g_string_append(out, month);
        return true;
    case 'a':
        g_string_append_len(out, day, 3);
        return true;
    case 'A':
        g_string_append(out, day);
        return true;
    case 'p':
        g_string_append(out, m->hour < 12 ? "AM" : "PM");
        return true;
    default:
        return false;
    }
}

/* Letters that stand for others, or for the same text always. */
static const char *meaning_of(char letter)
{
    static const struct {
        char letter;
        const char *format;
    } meanings[] = {
        {'F', "%Y-%m-%d"            },
        {'T', "%H:%M:%S"            },
        {'X', "%H:%M:%S"            },
        {'R', "%H:%M"               },
        {'D', "%m/%d/%y"            },
        {'x', "%m/%d/%y"            },
        {'Z', "UTC"                 },
        {'z', "+0000"               },
        {'c', "%a %b %e %H:%M:%S %Y"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++)
        if (meanings[i].letter == letter)
            return meanings[i].format;
    return NULL;
}

static void put(GString *out, const struct moment *m, const char *format)
{
    for (const char *f = format; *f; f++) {
        bool bare = f[0] == '%' && f[1] == '-' && f[2];
        char letter = *f == '%' ? f[bare ? 2 : 1] : '\0';
        const char *meaning = letter && !bare ? meaning_of(letter) : NULL;

        if (letter == '%' && !bare)
            g_string_append_c(out, '%');
        else if (meaning)
            put(out, m, meaning);
        else if (!letter || (!put_number(out, m, letter, bare) && !put_word(out, m, letter))) {
            g_string_append_c(out, *f);
            continue;
        }
        f += bare ? 2 : 1;
    }
}

char *date_format_us(int64_t us, const char *format)
{
    struct moment m = moment_of(us);
    GString *out = g_string_new(NULL);

    put(out, &m, format);
    return g_string_free(out, FALSE);
}

char *date_format(int64_t ms, const char *format)
{
    return date_format_us(ms * 1000, format);
}

char *date_ds(int64_t ms)
{
    return date_format(ms, "%Y-%m-%d");
}

char *date_timestamp_us(int64_t us)
{
    bool whole = us % US_SECOND == 0;

    return date_format_us(us, whole ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M:%S.%f");
}

static char *with_milliseconds(int64_t ms, const char *format, const char *zone)
{
    g_autofree char *seconds = date_format(ms, format);

    return g_strdup_printf("%s.%03d%s", seconds, (int)calendar__mod(ms, MS_SECOND), zone);
}

char *date_timestamp(int64_t ms)
{
    if (ms % MS_SECOND == 0)
        return date_format(ms, "%Y-%m-%d %H:%M:%S");
    return with_milliseconds(ms, "%Y-%m-%d %H:%M:%S", "");
}

char *date_iso(int64_t ms)
{
    return with_milliseconds(ms, "%Y-%m-%dT%H:%M:%S", "Z");
}
