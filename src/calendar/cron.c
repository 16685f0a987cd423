#include "calendar/cron_int.h"

#include <string.h>

static const struct {
    const char *name, *fields;
} aliases[] = {
    {"@yearly",   "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly",  "0 0 1 * *"},
    {"@weekly",   "0 0 * * 0"},
    {"@daily",    "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly",   "0 * * * *"},
};

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field_rule {
    const char *title;
    int least, most, size;
    bool may_ask;             /* "?" is allowed for "*" */
    const char *const *names; /* of least, least + 1, … */
} rules[FIELD_COUNT] = {
    [FIELD_MINUTE] = {"minute",       0, 59, 60, false, NULL       },
    [FIELD_HOUR] = {"hour",         0, 23, 24, false, NULL       },
    [FIELD_DAY] = {"day of month", 1, 31, 31, true,  NULL       },
    [FIELD_MONTH] = {"month",        1, 12, 12, false, month_names},
    [FIELD_WEEKDAY] = {"day of week",  0, 7,  7,  true,  day_names  }  /* Sunday is 0 and 7 */,
};

static bool has(uint64_t mask, int value)
{
    return (mask >> value & 1) != 0;
}

/* A number or a name at *at; -1 when there is none or it is out of range. */
static int read_value(const struct field_rule *rule, const char **at)
{
    if (g_ascii_isdigit(**at)) {
        char *end;
        guint64 value = g_ascii_strtoull(*at, &end, 10);
        *at = end;
        return value >= (guint64)rule->least && value <= (guint64)rule->most ? (int)value : -1;
    }
    for (int i = 0; rule->names && rule->names[i]; i++)
        if (g_ascii_strncasecmp(*at, rule->names[i], 3) == 0) {
            *at += 3;
            return rule->least + i;
        }
    return -1;
}

/* "L", "L5" and "5#2": days counted within their month. */
static bool read_special(struct cron *c, int field, const char *item)
{
    const struct field_rule *rule = &rules[field];
    if (field == FIELD_DAY && g_ascii_strcasecmp(item, "L") == 0) {
        c->last_day = true;
        return true;
    }
    if (field != FIELD_WEEKDAY)
        return false;
    bool last = g_ascii_tolower(*item) == 'l';
    const char *at = item + last;
    int day = read_value(rule, &at);
    if (day < 0)
        return false;
    if (!last && *at == '#' && at[1] >= '1' && at[1] <= '5' && !at[2])
        c->nth[at[1] - '1'] |= (uint8_t)(1u << day % 7);
    else if (last && !*at)
        c->nth[NTH_LAST] |= (uint8_t)(1u << day % 7);
    else
        return false;
    return true;
}

/* "/2" at *at: the step; 1 when there is none, 0 when it is wrong. */
static int read_step(const char **at)
{
    if (**at != '/')
        return 1;
    if (!g_ascii_isdigit((*at)[1]))
        return 0;
    char *end;
    guint64 step = g_ascii_strtoull(*at + 1, &end, 10);
    *at = end;
    return step <= 60 ? (int)step : 0;
}

/* "*", "5", "1-5", "22-2", each with a step behind it, as bits into *mask. */
static bool read_range(const struct field_rule *rule, const char *item, uint64_t *mask)
{
    const char *at = item;
    int size = rule->size;
    int first = rule->least, last = rule->least + size - 1;
    if (*at == '*' || (*at == '?' && rule->may_ask)) {
        at++;
    } else {
        first = read_value(rule, &at);
        if (first < 0)
            return false;
        if (*at == '-' && at++)
            last = read_value(rule, &at);
        else if (*at != '/')
            last = first;
        if (last < 0)
            return false;
    }
    int step = read_step(&at);
    if (step == 0 || *at)
        return false;
    int span = last >= first ? last - first : last - first + size;
    for (int i = 0; i <= span; i += step)
        *mask |= UINT64_C(1) << (rule->least + (first - rule->least + i) % size);
    return true;
}

static bool read_field(struct cron *c, int field, const char *text, const char *expression,
                       GError **error)
{
    g_auto(GStrv) items = g_strsplit(text, ",", -1);
    for (size_t i = 0; items[i]; i++) {
        c->open[field] |= strcmp(items[i], "*") == 0 || strcmp(items[i], "?") == 0;
        if (!read_special(c, field, items[i]) &&
            !read_range(&rules[field], items[i], &c->masks[field])) {
            g_set_error(error, calendar_error(), ERROR_INVALID,
                        "The cron \"%s\" is wrong: \"%s\" is no %s.", expression, items[i],
                        rules[field].title);
            error_hint(error, "a %s is %d to %d, a range a-b, a list a,b or a step */n",
                       rules[field].title, rules[field].least, rules[field].most);
            return false;
        }
    }
    return true;
}

static bool read_fields(struct cron *c, const char *expression, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(expression));
    const char *text = trimmed;
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
        if (g_ascii_strcasecmp(trimmed, aliases[i].name) == 0)
            text = aliases[i].fields;
    g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);
    const char *fields[FIELD_COUNT];
    int n = 0;
    for (size_t i = 0; words[i]; i++) {
        if (!*words[i])
            continue;
        if (n < FIELD_COUNT)
            fields[n] = words[i];
        n++;
    }
    if (n != FIELD_COUNT) {
        g_set_error(error, calendar_error(), ERROR_INVALID,
                    "The cron \"%s\" is wrong: it has %d fields, not 5.", expression, n);
        error_hint(error, "write minute, hour, day of month, month and day of week, or one of "
                          "@hourly, @daily, @weekly, @monthly, @yearly");
        return false;
    }
    for (int f = 0; f < FIELD_COUNT; f++)
        if (!read_field(c, f, fields[f], expression, error))
            return false;
    return true;
}

struct cron *cron_new(const char *expression, const char *zone, GError **error)
{
    struct cron *c = g_new0(struct cron, 1);
    if (!read_fields(c, expression, error) || !cron__open_zone(c, zone, error)) {
        cron_free(c);
        return NULL;
    }
    for (int i = 0; i < NTH_COUNT; i++)
        c->by_nth |= c->nth[i] != 0;
    if (cron_next(c, 0) == CRON_NEVER) {
        g_set_error(error, calendar_error(), ERROR_INVALID,
                    "The cron \"%s\" is wrong: no year has such a day.", expression);
        error_hint(error, "check the day of month and the month");
        cron_free(c);
        return NULL;
    }
    return c;
}

void cron_free(struct cron *c)
{
    if (!c)
        return;
    g_clear_pointer(&c->zone, g_time_zone_unref);
    g_free(c);
}

static bool is_nth_weekday(const struct cron *c, struct civil date, int weekday)
{
    return has(c->nth[(date.day - 1) / 7], weekday) ||
           (has(c->nth[NTH_LAST], weekday) &&
            date.day + 7 > calendar__month_days(date.year, date.month));
}

bool cron__is_due_on(const struct cron *c, int64_t days)
{
    struct civil date = calendar__civil(days);
    if (!has(c->masks[FIELD_MONTH], date.month))
        return false;
    int weekday = calendar__weekday(days);
    bool by_day = has(c->masks[FIELD_DAY], date.day) ||
                  (c->last_day && date.day == calendar__month_days(date.year, date.month));
    bool by_weekday =
        has(c->masks[FIELD_WEEKDAY], weekday) || (c->by_nth && is_nth_weekday(c, date, weekday));
    if (c->open[FIELD_DAY])
        return by_weekday;
    if (c->open[FIELD_WEEKDAY])
        return by_day;
    return by_day || by_weekday;
}

bool cron__is_due_at(const struct cron *c, int minute_of_day)
{
    return has(c->masks[FIELD_HOUR], minute_of_day / 60) &&
           has(c->masks[FIELD_MINUTE], minute_of_day % 60);
}
