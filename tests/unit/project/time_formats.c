/* Formats of time columns in each dialect's words, as SQLMesh 0.236.4 reads and writes them. */
#include "project/project_int.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
    const char *dialect, *word, *letters, *written;
} cases[] = {
    {"duckdb",     "%Y%m%d",                     "%Y%m%d",               "%Y%m%d"                    },
    {"duckdb",     "YYYYMMDD",                   "YYYYMMDD",             "YYYYMMDD"                  },
    {"bigquery",   "%Y-%m-%d",                   "%Y-%m-%d",             "%F"                        },
    {"bigquery",   "%F %T",                      "%Y-%m-%d %H:%M:%S",    "%F %T"                     },
    {"bigquery",   "%E6S",                       "%S.%f",                "%E6S"                      },
    {"bigquery",   "%e/%m",                      "%-d/%m",               "%e/%m"                     },
    {"postgres",   "YYYYMMDD",                   "%Y%m%d",               "YYYYMMDD"                  },
    {"postgres",   "YYYY-MM-DD HH24:MI:SS",      "%Y-%m-%d %H:%M:%S",    "YYYY-MM-DD HH24:MI:SS"     },
    {"postgres",   "yyyy-mm-dd",                 "%Y-%m-%d",             "YYYY-MM-DD"                },
    {"postgres",   "DDD",                        "%j",                   "DDD"                       },
    {"postgres",   "YYY",                        "YYY",                  "YYY"                       },
    {"postgres",   "FMDD TMMon",                 "%-d %b",               "FMDD TMMon"                },
    {"postgres",   "YYYYMMDDHH",                 "%Y%m%dHH",             "YYYYMMDDHH"                },
    {"redshift",   "YYYYMMDD",                   "%Y%m%d",               "YYYYMMDD"                  },
    {"redshift",   "DD-MON-YYYY",                "%d-%b-%Y",             "DD-MON-YYYY"               },
    {"risingwave", "YYYY-MM-DD",                 "%Y-%m-%d",             "YYYY-MM-DD"                },
    {"snowflake",  "yyyy-mm-dd",                 "%Y-%m-%-d",            "yyyy-mm-dd"                },
    {"snowflake",  "YYYYMMDD",                   "%Y%m%d",               "yyyymmDD"                  },
    {"snowflake",  "YYYY-MM-DD\"T\"HH24:MI:SS",  "%Y-%m-%dT%H:%M:%S",    "yyyy-mm-DDThh24:mi:ss"     },
    {"snowflake",  "dd mon",                     "%-d %b",               "dd mon"                    },
    {"spark",      "yyyyMMdd",                   "%Y%m%d",               "yyyyMMdd"                  },
    {"spark",      "yyyy-MM-dd HH:mm:ss.SSSSSS", "%Y-%m-%d %H:%M:%S.%f", "yyyy-MM-dd HH:mm:ss.SSSSSS"},
    {"spark",      "d/M/yy",                     "%-d/%-m/%y",           "d/M/yy"                    },
    {"spark",      "EEEE",                       "%A",                   "EEEE"                      },
    {"databricks", "yyyy-MM-dd",                 "%Y-%m-%d",             "yyyy-MM-dd"                },
    {"trino",      "%Y-%m-%d %H:%i:%s",          "%Y-%m-%d %H:%M:%S",    "%Y-%m-%d %T"               },
    {"trino",      "%T",                         "%H:%M:%S",             "%T"                        },
    {"mysql",      "%Y%m%d",                     "%Y%m%d",               "%Y%m%d"                    },
    {"mysql",      "%c/%e/%y %k",                "%-m/%-d/%y %-H",       "%c/%e/%y %k"               },
    {"athena",     "%Y-%m-%d",                   "%Y-%m-%d",             "%Y-%m-%d"                  },
    {"tsql",       "yyyyMMdd",                   "%Y%m%d",               "yyyyMMdd"                  },
    {"tsql",       "yyyy-MM-dd HH:mm:ss",        "%Y-%m-%d %H:%M:%S",    "yyyy-MM-dd HH:mm:ss"       },
    {"fabric",     "dd/MM/yyyy",                 "%d/%m/%Y",             "dd/MM/yyyy"                },
    {"clickhouse", "%Y-%m-%d %i",                "%Y-%m-%d %i",          "%Y-%m-%d %i"               },
};

void test_formats_are_read_in_the_words_of_the_dialect(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct sql_dialect *d = sql_dialect_find(cases[i].dialect, NULL);

        assert_string_equal(project__read_time_format(a, d, cases[i].word), cases[i].letters);
        assert_string_equal(project__write_time_format(a, d, cases[i].letters), cases[i].written);
    }
    arena_free(a);
}
