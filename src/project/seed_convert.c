/* Cells for a column that the model declares: booleans, whole numbers, dates and times. */
#define _XOPEN_SOURCE 700 /* strptime */
#include "project/seed_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum family { OTHER, BOOLEAN, WHOLE, DATE, TIME };

/* The first word of a type: DECIMAL of "decimal(10, 2)". */
static enum family family_of(const char *type)
{
    static const struct {
        const char *name;
        enum family family;
    } names[] = {
        {"BOOLEAN",       BOOLEAN},
        {"BOOL",          BOOLEAN},
        {"LOGICAL",       BOOLEAN},
        {"TINYINT",       WHOLE  },
        {"SMALLINT",      WHOLE  },
        {"INT",           WHOLE  },
        {"INTEGER",       WHOLE  },
        {"BIGINT",        WHOLE  },
        {"HUGEINT",       WHOLE  },
        {"UTINYINT",      WHOLE  },
        {"USMALLINT",     WHOLE  },
        {"UINTEGER",      WHOLE  },
        {"UBIGINT",       WHOLE  },
        {"INT2",          WHOLE  },
        {"INT4",          WHOLE  },
        {"INT8",          WHOLE  },
        {"INT16",         WHOLE  },
        {"INT32",         WHOLE  },
        {"INT64",         WHOLE  },
        {"LONG",          WHOLE  },
        {"SIGNED",        WHOLE  },
        {"DATE",          DATE   },
        {"DATE32",        DATE   },
        {"TIMESTAMP",     TIME   },
        {"TIMESTAMPTZ",   TIME   },
        {"TIMESTAMP_NTZ", TIME   },
        {"DATETIME",      TIME   },
        {"DATETIME2",     TIME   },
        {"TIMESTAMP_TZ",  TIME   },
        {"TIMESTAMP_LTZ", TIME   },
        {"TIMESTAMP_S",   TIME   },
        {"TIMESTAMP_MS",  TIME   },
        {"TIMESTAMP_NS",  TIME   }
    };
    size_t n = strcspn(type, "( ");

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i].name) == n && g_ascii_strncasecmp(names[i].name, type, n) == 0)
            return names[i].family;
    return OTHER;
}

/* SQLMesh takes these for true and everything else for false. */
static const char *boolean_text(struct arena *a, const char *text)
{
    static const char *const yes[] = {"true", "1", "t", "y", "yes", "on"};

    (void)a;
    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
        if (g_ascii_strcasecmp(text, yes[i]) == 0)
            return "true";
    return "false";
}

/* 7.0 and 1e+16, which a column of numbers has, as whole numbers. */
static const char *whole_text(struct arena *a, const char *text)
{
    char *end;
    double value = g_ascii_strtod(text, &end);

    if (*end || value != floor(value) || fabs(value) >= 1e18 || !strpbrk(text, ".e"))
        return text;
    return arena_printf(a, "%.0f", value);
}

static void rewrite(struct seed_table *t, size_t column,
                    const char *(*text)(struct arena *, const char *))
{
    const char **cells = t->columns[column].cells;

    for (size_t i = 0; i < t->n_rows; i++)
        if (cells[i])
            cells[i] = text(t->arena, cells[i]);
}

/* ---- dates and times ------------------------------------------------------------------------- */

/* As pandas guesses: the month first, unless the first cell says that it cannot be. */
static const char *const days[] = {"%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y",  "%m.%d.%Y",
                                   "%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%m/%d/%y",  "%d/%m/%y",
                                   "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"};
static const char *const times[] = {"",          " %H:%M:%S", " %H:%M",
                                    "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p"};

static bool is_four_digits(const char *text)
{
    return strspn(text, "0123456789") == 4;
}

static bool is_iso(const char *text)
{
    return is_four_digits(text) && text[4] == '-';
}

static const char *read_fraction(const char *at)
{
    return *at == '.' ? at + 1 + strspn(at + 1, "0123456789") : at;
}

/* Does the whole text have this form? The fraction of its seconds is in *fraction. */
static bool has_form(const char *text, const char *form, struct tm *tm, const char **fraction)
{
    const char *end;

    memset(tm, 0, sizeof *tm);
    end = strptime(text, form, tm);
    if (!end)
        return false;
    if (strstr(form, "%Y") && tm->tm_year < -899) /* two digits are no year of four */
        return false;
    *fraction = end;
    return !*(g_str_has_suffix(form, "%S") ? read_fraction(end) : end);
}

static bool find_form(const char *text, char *form, size_t size)
{
    const char *fraction;
    struct tm tm;

    for (size_t d = 0; d < G_N_ELEMENTS(days); d++)
        for (size_t t = 0; t < G_N_ELEMENTS(times); t++) {
            g_snprintf(form, (gulong)size, "%s%s", days[d], times[t]);
            if (has_form(text, form, &tm, &fraction))
                return true;
        }
    return false;
}

static const char *iso_text(struct arena *a, const struct tm *tm, const char *fraction, bool date)
{
    const char *day =
        arena_printf(a, "%04d-%02d-%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);

    if (date)
        return day;
    return arena_printf(a, "%s %02d:%02d:%02d%s", day, tm->tm_hour, tm->tm_min, tm->tm_sec,
                        fraction);
}

static const char *first_cell(const struct seed_column *c, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (c->cells[i])
            return c->cells[i];
    return NULL;
}

/* All cells in one form, or none: what does not fit is left to the warehouse, as SQLMesh does. */
static void convert_form(struct seed_table *t, struct seed_column *c, const char *form, bool date)
{
    const char **out = arena_alloc(t->arena, MAX(t->n_rows, 1) * sizeof *out);

    for (size_t i = 0; i < t->n_rows; i++) {
        const char *fraction;
        struct tm tm;

        out[i] = NULL;
        if (!c->cells[i])
            continue;
        if (!has_form(c->cells[i], form, &tm, &fraction))
            return;
        out[i] = iso_text(t->arena, &tm, fraction, date);
    }
    c->cells = out;
}

static const char *day_of_iso(struct arena *a, const char *text)
{
    return is_iso(text) && strlen(text) > 10 ? arena_strndup(a, text, 10) : text;
}

static void convert_times(struct seed_table *t, size_t column, bool date)
{
    struct seed_column *c = &t->columns[column];
    const char *first = first_cell(c, t->n_rows);
    char form[32];

    if (!first || c->type != SEED_TEXT)
        return;
    if (is_iso(first)) {
        if (date)
            rewrite(t, column, day_of_iso);
    } else if (find_form(first, form, sizeof form))
        convert_form(t, c, form, date);
}

bool seed_convert(struct seed_table *t, size_t column, const char *type, GError **error)
{
    if (column >= t->n_columns) {
        g_set_error(error, project_error(), ERROR_NOT_FOUND, "The seed has no column %zu.", column);
        return false;
    }
    switch (family_of(type)) {
    case BOOLEAN:
        rewrite(t, column, boolean_text);
        break;
    case WHOLE:
        if (t->columns[column].type == SEED_DOUBLE)
            rewrite(t, column, whole_text);
        break;
    case DATE:
    case TIME:
        convert_times(t, column, family_of(type) == DATE);
        break;
    case OTHER:
        break;
    }
    return true;
}
