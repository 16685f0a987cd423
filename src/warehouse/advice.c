/* advice.c -- what to do about what an engine complained of, or would. */
#include "warehouse/warehouse_int.h"

#include <string.h>

/* Words of an engine, and what helps. */
static const struct {
    const char *words, *advice;
} table[] = {
    {"password authentication failed",
     "see user and password of the gateway's connection (config.yaml, or "
     "SQLMESH__GATEWAYS__<NAME>__CONNECTION__USER and __PASSWORD)."                                            },
    {"FATAL:  database",               "see the database of the gateway's connection."                         },
    {"no password supplied",           "the gateway's connection needs a password."                            },
    {"no pg_hba.conf entry",
     "the server admits no such connection: see its pg_hba.conf, and the connection's sslmode."                },
    {"could not translate host name",  "see the host of the gateway's connection."                             },
    {"Connection refused",
     "see host and port of the gateway's connection, and whether the warehouse runs."                          },
    {"timeout expired",
     "see host and port of the gateway's connection; a firewall may be in between."                            },
    {"too many clients",               "lower the gateway's concurrent_tasks, or let the warehouse admit more."},
    {"No space left",                  "make room on that disk, then plan or run again: nothing is lost."      },
    {"failed to offload data block",
     "make room on the disk of its temporary files, or change temp_directory or memory_limit in "
     "the connection's connector_config, then plan or run again: nothing is lost."                             },
};

/* What a statement needs an object for: its first word. */
static const struct {
    const char *begins, *right;
} verbs[] = {
    {"INSERT",   "INSERT"  },
    {"UPDATE",   "UPDATE"  },
    {"DELETE",   "DELETE"  },
    {"TRUNCATE", "TRUNCATE"},
    {"MERGE",    "UPDATE"  },
};

static char *quoted(const char *name)
{
    g_auto(GStrv) halves = g_strsplit(name, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", halves);

    return g_strdup_printf("\"%s\"", doubled);
}

/* "schema"."name" as the statement writes it, else "name". g_free(). */
static char *as_written(const char *name, const char *sql)
{
    g_autofree char *own = quoted(name), *dotted = g_strconcat(".", own, NULL);
    const char *at = sql ? strstr(sql, dotted) : NULL, *from = at;

    while (from && from > sql && !g_ascii_isspace(from[-1]) && from[-1] != '(' && from[-1] != ',')
        from--;
    return at ? g_strndup(from, (gsize)(at - from) + strlen(dotted)) : g_steal_pointer(&own);
}

/* Does the statement change this table, rather than read it? */
static const char *right_on(const char *written, const char *sql)
{
    const char *at = sql ? strstr(sql, written) : NULL;

    for (size_t i = 0; at && i < G_N_ELEMENTS(verbs); i++)
        if (g_ascii_strncasecmp(sql, verbs[i].begins, strlen(verbs[i].begins)) == 0 &&
            at - sql < (long)strlen("TRUNCATE TABLE ONLY "))
            return verbs[i].right;
    return "SELECT";
}

static bool creates(const char *sql)
{
    return sql && g_ascii_strncasecmp(sql, "CREATE", 6) == 0;
}

/* The statement by which whoever owns the object gives the right; NULL: not known. g_free(). */
static char *grant_of(const char *kind, const char *name, const char *sql, const char *user)
{
    g_autofree char *own = quoted(name), *written = as_written(name, sql), *to = quoted(user);

    if (strcmp(kind, "database") == 0)
        return g_strdup_printf("GRANT %s ON DATABASE %s TO %s",
                               creates(sql) ? "CREATE" : "CONNECT, TEMPORARY", own, to);
    if (strcmp(kind, "schema") == 0) {
        /* A target is named right behind CREATE …; what is only read stands further behind. */
        const char *at = sql ? strstr(sql, own) : NULL;
        bool target =
            creates(sql) && at && at - sql < (long)strlen("CREATE TABLE IF NOT EXISTS \"\"");

        return g_strdup_printf("GRANT USAGE%s ON SCHEMA %s TO %s", target ? ", CREATE" : "", own,
                               to);
    }
    if (strcmp(kind, "table") == 0 || strcmp(kind, "view") == 0)
        return g_strdup_printf("GRANT %s ON %s TO %s", right_on(written, sql), written, to);
    if (strcmp(kind, "sequence") == 0)
        return g_strdup_printf("GRANT USAGE ON SEQUENCE %s TO %s", written, to);
    if (strcmp(kind, "function") == 0)
        return g_strdup_printf("GRANT EXECUTE ON FUNCTION %s TO %s", written, to);
    return NULL;
}

/* "permission denied for table orders" */
static char *grant_for(const char *words, const char *sql, const char *user)
{
    static const char begin[] = "permission denied for ";
    const char *at = strstr(words, begin);
    g_autofree char *line =
        at ? g_strndup(at + strlen(begin), strcspn(at + strlen(begin), "\n")) : NULL;
    char *name = line ? strchr(line, ' ') : NULL;

    if (!name)
        return NULL;
    *name++ = '\0';
    return grant_of(line, name, sql, user);
}

void warehouse__advise(const struct warehouse *w, const char *words, const char *sql,
                       GError **error)
{
    const char *user = w->user ? w->user : "…";
    g_autofree char *grant = grant_for(words, sql, user);

    if (grant) {
        error_hint(error, "whoever owns it can say: %s;", grant);
        return;
    }
    if (strstr(words, "must be owner of ")) {
        error_hint(error,
                   "only its owner may: ALTER … OWNER TO \"%s\", or make \"%s\" a member of "
                   "the role that owns it.",
                   user, user);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strstr(words, table[i].words)) {
            error_hint(error, "%s", table[i].advice);
            return;
        }
}

bool warehouse_may_create(struct warehouse *w, GError **error)
{
    const char *sql = w->driver->may_create_sql;
    int64_t may = 1;
    g_autofree char *catalog = NULL, *words = NULL;

    if (sql && !warehouse_number(w, sql, &may, error))
        return false;
    if (may)
        return true;
    catalog = warehouse_default_catalog(w, error);
    if (!catalog)
        return false;
    g_set_error(error, warehouse_error(), ERROR_DENIED,
                "The login %s may make nothing in database %s: no schema, and no table in a schema "
                "that is there.",
                w->user ? w->user : "", catalog);
    words = g_strdup_printf("permission denied for database %s", catalog);
    warehouse__advise(w, words, "CREATE SCHEMA", error);
    return false;
}
