/* infer_type.c -- types read from SQL, and which of two that meet remains. */
#include "sql/infer_int.h"

#include <string.h>

static const struct sql__type plain[] = {
    {TYPE_UNKNOWN,     false, NULL,          NULL},
    {TYPE_NULL,        false, NULL,          NULL},
    {TYPE_VARCHAR,     false, "VARCHAR",     NULL},
    {TYPE_TEXT,        false, "TEXT",        NULL},
    {TYPE_TINYINT,     false, "TINYINT",     NULL},
    {TYPE_SMALLINT,    false, "SMALLINT",    NULL},
    {TYPE_INT,         false, "INT",         NULL},
    {TYPE_BIGINT,      false, "BIGINT",      NULL},
    {TYPE_DECIMAL,     false, "DECIMAL",     NULL},
    {TYPE_FLOAT,       false, "REAL",        NULL},
    {TYPE_DOUBLE,      false, "DOUBLE",      NULL},
    {TYPE_INT128,      false, "INT128",      NULL},
    {TYPE_DATE,        false, "DATE",        NULL},
    {TYPE_DATETIME,    false, "TIMESTAMP",   NULL},
    {TYPE_TIMESTAMP,   false, "TIMESTAMP",   NULL},
    {TYPE_TIMESTAMPTZ, false, "TIMESTAMPTZ", NULL},
    {TYPE_TIME,        false, "TIME",        NULL},
    {TYPE_INTERVAL,    false, "INTERVAL",    NULL},
    {TYPE_BOOLEAN,     false, "BOOLEAN",     NULL},
};

static const struct {
    const char *name;
    enum type_base base;
} names[] = {
    {"TEXT",                        TYPE_TEXT       },
    {"VARCHAR",                     TYPE_VARCHAR    },
    {"CHARACTER VARYING",           TYPE_VARCHAR    },
    {"CHAR",                        TYPE_TEXT       },
    {"BPCHAR",                      TYPE_TEXT       },
    {"STRING",                      TYPE_TEXT       },
    {"NVARCHAR",                    TYPE_TEXT       },
    {"TINYINT",                     TYPE_TINYINT    },
    {"INT1",                        TYPE_TINYINT    },
    {"SMALLINT",                    TYPE_SMALLINT   },
    {"INT2",                        TYPE_SMALLINT   },
    {"SHORT",                       TYPE_SMALLINT   },
    {"INT",                         TYPE_INT        },
    {"INTEGER",                     TYPE_INT        },
    {"INT4",                        TYPE_INT        },
    {"SIGNED",                      TYPE_INT        },
    {"BIGINT",                      TYPE_BIGINT     },
    {"INT8",                        TYPE_BIGINT     },
    {"LONG",                        TYPE_BIGINT     },
    {"INT128",                      TYPE_INT128     },
    {"HUGEINT",                     TYPE_INT128     },
    {"DECIMAL",                     TYPE_DECIMAL    },
    {"NUMERIC",                     TYPE_DECIMAL    },
    {"DEC",                         TYPE_DECIMAL    },
    {"FLOAT",                       TYPE_FLOAT      },
    {"FLOAT4",                      TYPE_FLOAT      },
    {"REAL",                        TYPE_FLOAT      },
    {"DOUBLE",                      TYPE_DOUBLE     },
    {"DOUBLE PRECISION",            TYPE_DOUBLE     },
    {"FLOAT8",                      TYPE_DOUBLE     },
    {"DATE",                        TYPE_DATE       },
    {"DATETIME",                    TYPE_DATETIME   },
    {"TIMESTAMP",                   TYPE_TIMESTAMP  },
    {"TIMESTAMP WITHOUT TIME ZONE", TYPE_TIMESTAMP  },
    {"TIMESTAMP_US",                TYPE_TIMESTAMP  },
    {"TIMESTAMPTZ",                 TYPE_TIMESTAMPTZ},
    {"TIMESTAMP WITH TIME ZONE",    TYPE_TIMESTAMPTZ},
    {"TIME",                        TYPE_TIME       },
    {"INTERVAL",                    TYPE_INTERVAL   },
    {"BOOLEAN",                     TYPE_BOOLEAN    },
    {"BOOL",                        TYPE_BOOLEAN    },
    {"LOGICAL",                     TYPE_BOOLEAN    },
};

const struct sql__type *sql__type_plain(enum type_base base)
{
    return &plain[base < G_N_ELEMENTS(plain) ? base : TYPE_UNKNOWN];
}

static struct sql__type *make(struct arena *a, enum type_base base, const char *text)
{
    struct sql__type *t = arena_new_of(a, struct sql__type);

    t->base = base;
    t->text = text;
    return t;
}

const struct sql__type *sql__type_array(struct arena *a, const struct sql__type *element)
{
    struct sql__type *t;

    if (!element->text)
        return sql__type_plain(TYPE_UNKNOWN);
    t = make(a, TYPE_ARRAY, arena_printf(a, "%s[]", element->text));
    t->element = element;
    return t;
}

const struct sql__type *sql__type_other(struct arena *a, const char *sql)
{
    return make(a, TYPE_OTHER, arena_strdup(a, sql));
}

/* Words that mean something else in PostgreSQL; its CHAR and BPCHAR are types of their own. */
static enum type_base postgres_base(const char *word, enum type_base base)
{
    if (strcmp(word, "FLOAT") == 0)
        return TYPE_DOUBLE;
    return strcmp(word, "CHAR") == 0 || strcmp(word, "BPCHAR") == 0 ? TYPE_OTHER : base;
}

static enum type_base base_of(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i].name, word) == 0)
            return names[i].base;
    return TYPE_OTHER;
}

/* "DECIMAL(10, 2)" as SQLMesh writes it. */
static const struct sql__type *with_parameters(struct arena *a, enum type_base base,
                                               const char *parameters)
{
    g_auto(GStrv) parts = g_strsplit(parameters, ",", -1);
    struct sql__type *t = make(a, base, NULL);
    g_autofree char *joined = NULL;

    for (char **p = parts; *p; p++)
        g_strstrip(*p);
    joined = g_strjoinv(", ", parts);
    t->text = arena_printf(a, "%s(%s)", plain[base].text, joined);
    t->parameters = true;
    return t;
}

/* What stands in the last brackets, cut off from `word`; NULL: nothing. */
static char *cut_parameters(char *word)
{
    char *open = strchr(word, '('), *close = strrchr(word, ')');

    if (!open || !close || close[1])
        return NULL;
    *open = *close = '\0';
    g_strchomp(word);
    return open + 1;
}

const struct sql__type *sql__type_read(struct arena *a, const char *sql, bool postgres)
{
    g_autofree char *word = g_ascii_strup(sql, -1);
    const char *parameters;
    enum type_base base;
    struct sql__type *t;

    g_strstrip(word);
    if (g_str_has_suffix(word, "[]")) {
        word[strlen(word) - 2] = '\0';
        return sql__type_array(a, sql__type_read(a, word, postgres));
    }
    if (!*word || strcmp(word, "UNKNOWN") == 0)
        return sql__type_plain(TYPE_UNKNOWN);
    if (g_str_has_prefix(word, "STRUCT") || g_str_has_prefix(word, "MAP"))
        return make(a, TYPE_STRUCT, arena_strdup(a, sql));
    parameters = cut_parameters(word);
    base = postgres ? postgres_base(word, base_of(word)) : base_of(word);
    if (base == TYPE_DECIMAL && !postgres && !parameters)
        parameters = "18, 3"; /* DuckDB's */
    if (base == TYPE_DECIMAL && parameters)
        return with_parameters(a, base, parameters);
    if (base == TYPE_OTHER)
        return make(a, base, arena_strdup(a, sql));
    if (postgres && parameters)
        return with_parameters(a, base, parameters);
    if (!parameters)
        return sql__type_plain(base);
    t = make(a, base, plain[base].text);
    t->parameters = true;
    return t;
}

static bool in_family(const struct sql__type *t, enum type_base first, enum type_base last)
{
    return t->base >= first && t->base <= last;
}

static bool fits(const struct sql__type *a, const struct sql__type *b)
{
    return b->base > a->base &&
           ((a->base == TYPE_VARCHAR && b->base == TYPE_TEXT) ||
            (in_family(a, TYPE_TINYINT, TYPE_DOUBLE) && in_family(b, TYPE_TINYINT, TYPE_DOUBLE)) ||
            (in_family(a, TYPE_DATE, TYPE_TIMESTAMPTZ) &&
             in_family(b, TYPE_DATE, TYPE_TIMESTAMPTZ)));
}

const struct sql__type *sql__type_meet(const struct sql__type *a, const struct sql__type *b)
{
    if (a->parameters)
        return a;
    if (b->parameters)
        return b;
    if (a->base == TYPE_UNKNOWN || b->base == TYPE_UNKNOWN)
        return sql__type_plain(TYPE_UNKNOWN);
    if (a->base == TYPE_NULL)
        return b;
    return fits(a, b) ? b : a;
}

bool sql__type_is_text(const struct sql__type *t)
{
    return t->base == TYPE_VARCHAR || t->base == TYPE_TEXT;
}

bool sql__type_is_number(const struct sql__type *t)
{
    return in_family(t, TYPE_TINYINT, TYPE_INT128);
}

bool sql__type_is_whole(const struct sql__type *t)
{
    return in_family(t, TYPE_TINYINT, TYPE_BIGINT) || t->base == TYPE_INT128;
}
