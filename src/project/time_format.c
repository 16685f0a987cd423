/* time_format.c -- formats of times, between a dialect's words and strftime's letters.
 *
 * Each table is pairs of word and letters. Where several words mean the same, the last is written.
 */
#include "project/project_int.h"

#include <string.h>

static const char *const bigquery[] = {
    "%x", "%m/%d/%y", "%D", "%m/%d/%y", "%E6S", "%S.%f",
    "%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%c",   "%a %b %e %H:%M:%S %Y",
    "%e", "%-d",      NULL,
};
static const char *const mysql[] = {
    "%M", "%B",  "%c", "%-m", "%e", "%-d", "%h", "%I", "%i", "%M",       "%k", "%-H",
    "%l", "%-I", "%s", "%S",  "%u", "%W",  "%W", "%A", "%T", "%H:%M:%S", NULL,
};
static const char *const spark[] = {
    "y",   "%Y",  "Y",    "%Y", "YYYY", "%Y",     "yyyy", "%Y", "YY", "%y",  "yy",  "%y", "MMMM",
    "%B",  "MMM", "%b",   "MM", "%m",   "M",      "%-m",  "dd", "%d", "d",   "%-d", "DD", "%j",
    "D",   "%-j", "HH",   "%H", "H",    "%-H",    "hh",   "%I", "h",  "%-I", "mm",  "%M", "m",
    "%-M", "ss",  "%S",   "s",  "%-S",  "SSSSSS", "%f",   "a",  "%p", "E",   "%a",  "EE", "%a",
    "EEE", "%a",  "EEEE", "%A", "z",    "%Z",     "Z",    "%z", NULL,
};
static const char *const tsql[] = {
    "year",  "%Y",  "y",           "%Y",  "Y",         "%Y",  "YYYY",   "%Y", "yyyy",    "%Y",
    "YY",    "%y",  "yy",          "%y",  "month",     "%m",  "MMMM",   "%B", "MMM",     "%b",
    "MM",    "%m",  "M",           "%-m", "dayofyear", "%j",  "day",    "%d", "dy",      "%d",
    "dd",    "%d",  "d",           "%-d", "dddd",      "%A",  "hour",   "%h", "HH",      "%H",
    "H",     "%-H", "hh",          "%I",  "h",         "%-I", "minute", "%M", "mi",      "%M",
    "n",     "%M",  "mm",          "%M",  "m",         "%-M", "second", "%S", "ss",      "%S",
    "s",     "%-S", "millisecond", "%f",  "ms",        "%f",  "ffffff", "%f", "weekday", "%w",
    "dw",    "%w",  "week",        "%W",  "ww",        "%W",  "wk",     "%W", "isowk",   "%V",
    "isoww", "%V",  "iso_week",    "%V",  NULL,
};
#define POSTGRES                                                                                   \
    "yyyy", "%Y", "YYYY", "%Y", "yy", "%y", "YY", "%y", "mm", "%m", "MM", "%m", "FMMM", "%-m",     \
        "dd", "%d", "DD", "%d", "FMDD", "%-d", "ddd", "%j", "DDD", "%j", "FMDDD", "%-j", "d",      \
        "%u", "D", "%u", "HH24", "%H", "FMHH24", "%-H", "HH12", "%I", "FMHH12", "%-I", "mi", "%M", \
        "MI", "%M", "FMMI", "%-M", "ss", "%S", "SS", "%S", "FMSS", "%-S", "US", "%f", "TMDy",      \
        "%a", "TMDay", "%A", "TMMon", "%b", "TMMonth", "%B", "ww", "%U", "WW", "%U", "OF", "%z",   \
        "TZ", "%Z"
static const char *const postgres[] = {POSTGRES, NULL};
static const char *const redshift[] = {POSTGRES, "MON", "%b", "MONTH", "%B", NULL};
static const char *const snowflake[] = {
    "YYYY", "%Y",     "yyyy", "%Y",     "YY", "%y",    "yy",   "%y", "MMMM", "%B", "mmmm",
    "%B",   "MON",    "%b",   "mon",    "%b", "MM",    "%m",   "mm", "%m",   "DD", "%d",
    "dd",   "%-d",    "DY",   "%a",     "dy", "%w",    "HH24", "%H", "hh24", "%H", "HH12",
    "%I",   "hh12",   "%I",   "MI",     "%M", "mi",    "%M",   "SS", "%S",   "ss", "%S",
    "FF6",  "%f",     "ff6",  "%f",     "AM", "%p",    "am",   "%p", "PM",   "%p", "pm",
    "%p",   "TZHTZM", "%z",   "tzhtzm", "%z", "\"T\"", "T",    "T",  "T",    NULL,
};

static const struct {
    const char *dialect;
    const char *const *pairs;
} dialects[] = {
    {"bigquery",   bigquery },
    {"mysql",      mysql    },
    {"trino",      mysql    },
    {"spark",      spark    },
    {"databricks", spark    },
    {"tsql",       tsql     },
    {"fabric",     tsql     },
    {"postgres",   postgres },
    {"risingwave", postgres },
    {"redshift",   redshift },
    {"snowflake",  snowflake},
};

static const char *const *pairs_of(const struct sql_dialect *d)
{
    static const char *const none[] = {NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(dialects); i++)
        if (strcmp(dialects[i].dialect, sql_dialect_name(d)) == 0)
            return dialects[i].pairs;
    return none;
}

#define REST (-2) /* all that is left only begins a word: it stays ("YYY" is no year) */

/* The longest word that the text begins with: its place in `pairs`; -1: none; or REST. */
static int find_word(const char *const *pairs, unsigned side, const char *text)
{
    size_t longest = 0, left = strlen(text);
    int found = -1;
    bool begins = false;

    for (int i = 0; pairs[i]; i += 2) {
        const char *word = pairs[i + (int)side];
        size_t n = strlen(word);

        begins = begins || (n > left && strncmp(word, text, left) == 0);
        if (n >= longest && n <= left && strncmp(word, text, n) == 0) {
            found = i;
            longest = n;
        }
    }
    return begins && longest < left ? REST : found;
}

static const char *translate(struct arena *a, const char *const *pairs, unsigned from,
                             const char *text)
{
    g_autoptr(GString) out = g_string_new("");
    size_t taken;

    for (const char *s = text; *s; s += taken) {
        int i = find_word(pairs, from, s);

        taken = i >= 0 ? strlen(pairs[i + (int)from]) : i == REST ? strlen(s) : 1;
        g_string_append_len(out, i >= 0 ? pairs[i + 1 - (int)from] : s,
                            i >= 0 ? -1 : (gssize)taken);
    }
    return arena_strndup(a, out->str, out->len);
}

const char *project__read_time_format(struct arena *a, const struct sql_dialect *d,
                                      const char *text)
{
    return translate(a, pairs_of(d), 0, text);
}

const char *project__write_time_format(struct arena *a, const struct sql_dialect *d,
                                       const char *text)
{
    return translate(a, pairs_of(d), 1, text);
}
