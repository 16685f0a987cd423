#include "calendar/date_int.h"

#include <string.h>

enum { MAX_WORDS = 24 };
#define MAX_AMOUNT 100000.0

/* What a unit's name stands for: milliseconds, or months. */
static const struct unit_word {
    const char *names; /* between blanks */
    int64_t ms;
    int months;
    bool is_time; /* smaller than a day: the time of day counts */
} unit_words[] = {
    {" s sec secs second seconds ", MS_SECOND,  0,   true },
    {" m min mins minute minutes ", MS_MINUTE,  0,   true },
    {" h hr hrs hour hours ",       MS_HOUR,    0,   true },
    {" d day days ",                MS_DAY,     0,   false},
    {" w wk wks week weeks ",       7 * MS_DAY, 0,   false},
    {" mo mon month months ",       0,          1,   false},
    {" y yr yrs year years ",       0,          12,  false},
    {" decade decades ",            0,          120, false},
};

static const char *const number_words[] = {"zero", "one",   "two",   "three", "four", "five",
                                           "six",  "seven", "eight", "nine",  "ten",  NULL};

struct span {
    double ms;
    int64_t months;
    bool has_time, any;
};

static const struct unit_word *find_unit(const char *word)
{
    g_autofree char *needle = g_strdup_printf(" %s ", word);
    for (size_t i = 0; i < G_N_ELEMENTS(unit_words); i++)
        if (strstr(unit_words[i].names, needle))
            return &unit_words[i];
    return NULL;
}

static bool add_span(struct span *s, double amount, const char *unit_name)
{
    const struct unit_word *unit = find_unit(unit_name);
    if (!unit || amount > MAX_AMOUNT || (unit->months && amount != (int64_t)amount))
        return false;
    s->ms += amount * (double)unit->ms;
    s->months += (int64_t)amount * unit->months;
    s->has_time |= unit->is_time;
    s->any = true;
    return true;
}

/* "3", "1.5", "a", "two"; what follows the digits is left at *rest. */
static bool read_amount(const char *word, double *amount, const char **rest)
{
    *rest = "";
    if (g_ascii_isdigit(*word)) {
        char *end;
        *amount = g_ascii_strtod(word, &end);
        *rest = end;
        return true;
    }
    for (int i = 0; number_words[i]; i++)
        if (strcmp(word, number_words[i]) == 0) {
            *amount = i;
            return true;
        }
    *amount = 1;
    return strcmp(word, "a") == 0 || strcmp(word, "an") == 0;
}

/* "1 month 2 days", "1h and 30 min": the words up to n. */
static bool read_spans(char **words, int n, struct span *s)
{
    for (int i = 0; i < n; i++) {
        if (s->any && strcmp(words[i], "and") == 0)
            continue;
        double amount;
        const char *unit;
        if (!read_amount(words[i], &amount, &unit))
            return false;
        if (!*unit) {
            if (++i >= n)
                return false;
            unit = words[i];
        }
        if (!add_span(s, amount, unit))
            return false;
    }
    return s->any;
}

static int64_t move(int64_t ms, const struct span *s, int sign)
{
    struct civil date = calendar__civil(calendar__div(ms, MS_DAY));
    date = calendar__add_months(date, sign * s->months);
    int64_t day = calendar__days(date.year, date.month, date.day) * MS_DAY;
    return day + calendar__mod(ms, MS_DAY) + sign * (int64_t)s->ms;
}

static bool read_word(const char *word, int64_t now_ms, int64_t *ms)
{
    static const struct {
        const char *word;
        int days;
    } shortcuts[] = {
        {"today",     0 },
        {"yesterday", -1},
        {"tomorrow",  1 }
    };
    *ms = now_ms;
    if (strcmp(word, "now") == 0)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(shortcuts); i++)
        if (strcmp(word, shortcuts[i].word) == 0) {
            *ms = (calendar__div(now_ms, MS_DAY) + shortcuts[i].days) * MS_DAY;
            return true;
        }
    return false;
}

/* "last week", "next month": the time of day stays. */
static bool read_neighbour(char **words, int64_t now_ms, int64_t *ms)
{
    bool last = strcmp(words[0], "last") == 0;
    struct span s = {0};
    if ((!last && strcmp(words[0], "next") != 0) || !add_span(&s, 1, words[1]))
        return false;
    *ms = move(now_ms, &s, last ? -1 : 1);
    return true;
}

static bool read_words(char **words, int n, int64_t now_ms, int64_t *ms)
{
    if (n == 1 && read_word(words[0], now_ms, ms))
        return true;
    if (n == 2 && read_neighbour(words, now_ms, ms))
        return true;
    struct span s = {0};
    int sign = -1;
    if (n > 1 && strcmp(words[0], "in") == 0) {
        sign = 1;
        words++;
        n--;
    } else if (n > 1 && strcmp(words[n - 1], "ago") == 0) {
        n--;
    }
    if (!read_spans(words, n, &s))
        return false;
    int64_t from = s.has_time ? now_ms : calendar__div(now_ms, MS_DAY) * MS_DAY;
    *ms = move(from, &s, sign);
    return true;
}

bool calendar__read_relative(const char *text, int64_t now_ms, int64_t *ms)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_auto(GStrv) pieces = g_strsplit_set(*lower == '-' ? lower + 1 : lower, " \t", -1);
    char *words[MAX_WORDS];
    int n = 0;
    for (size_t i = 0; pieces[i]; i++) {
        if (!*pieces[i])
            continue;
        if (n == MAX_WORDS)
            return false;
        words[n++] = pieces[i];
    }
    return n > 0 && read_words(words, n, now_ms, ms);
}
