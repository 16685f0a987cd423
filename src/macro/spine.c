/* spine.c -- @DATE_SPINE: a query that gives every date of a range, as each engine writes it. */
#include "calendar/date.h"
#include "macro/macro_int.h"

#include <string.h>

#define SPINE_TABLE "_generated_dates"

struct spine {
    char *part;  /* day, week, month, quarter, year */
    char *upper; /* the same in upper case */
    const char *start, *end;
    const char *written; /* the start, without a cast of its own */
    const char *table;   /* the name of the CTE of engines that count by recursion */
    const char *alias;   /* date_day */
};

static const char *const parts[] = {"day", "week", "month", "quarter", "year"};

static char *array_spine(struct macro_run *run, const struct spine *s)
{
    return arena_printf(run->arena,
                        "SELECT %s FROM UNNEST(GENERATE_DATE_ARRAY(%s, %s, INTERVAL '1' %s)) AS "
                        "_exploded(%s)",
                        s->alias, s->start, s->end, s->upper, s->alias);
}

static char *bigquery_spine(struct macro_run *run, const struct spine *s)
{
    return arena_printf(run->arena,
                        "SELECT %s FROM UNNEST(GENERATE_DATE_ARRAY(%s, %s, INTERVAL '1' %s)) AS %s",
                        s->alias, s->start, s->end, s->upper, s->alias);
}

static char *duckdb_spine(struct macro_run *run, const struct spine *s)
{
    return arena_printf(run->arena,
                        "SELECT %s FROM UNNEST(CAST(GENERATE_SERIES(%s, %s, INTERVAL '1' %s) AS "
                        "DATE[])) AS _exploded(%s)",
                        s->alias, s->start, s->end, s->upper, s->alias);
}

static bool is_quarter(const struct spine *s)
{
    return strcmp(s->part, "quarter") == 0;
}

static char *postgres_spine(struct macro_run *run, const struct spine *s)
{
    const char *step = is_quarter(s) ? "3 MONTH" : arena_printf(run->arena, "1 %s", s->upper);
    return arena_printf(run->arena,
                        "SELECT %s FROM (SELECT CAST(value AS DATE) FROM GENERATE_SERIES(%s, %s, "
                        "INTERVAL '%s') AS _t(value)) AS _exploded(%s)",
                        s->alias, s->start, s->end, step, s->alias);
}

static char *spark_spine(struct macro_run *run, const struct spine *s)
{
    const char *step = is_quarter(s) ? "'3' MONTH" : arena_printf(run->arena, "'1' %s", s->upper);
    return arena_printf(run->arena,
                        "SELECT %s FROM EXPLODE(SEQUENCE(%s, %s, INTERVAL %s)) AS _exploded(%s)",
                        s->alias, s->start, s->end, step, s->alias);
}

static char *trino_spine(struct macro_run *run, const struct spine *s)
{
    bool week = strcmp(s->part, "week") == 0;
    const char *step =
        week ? "(1 * INTERVAL '7' DAY)" : arena_printf(run->arena, "INTERVAL '1' %s", s->upper);
    return arena_printf(run->arena, "SELECT %s FROM UNNEST(SEQUENCE(%s, %s, %s)) AS _exploded(%s)",
                        s->alias, s->start, s->end, step, s->alias);
}

static char *snowflake_spine(struct macro_run *run, const struct spine *s)
{
    return arena_printf(run->arena,
                        "SELECT %s FROM (SELECT DATEADD(%s, CAST(%s AS INT), %s) AS %s FROM "
                        "TABLE(FLATTEN(INPUT => ARRAY_GENERATE_RANGE(0, DATEDIFF(%s, %s, %s) + "
                        "1))) AS _exploded(seq, key, path, index, %s, this)) AS _exploded(%s)",
                        s->alias, s->upper, s->alias, s->start, s->alias, s->upper, s->written,
                        s->end, s->alias, s->alias);
}

static char *recursive_spine(struct macro_run *run, const struct spine *s, const char *next)
{
    bool redshift = strcmp(macro__engine(run)->dialect, "redshift") == 0 ||
                    strcmp(macro__engine(run)->dialect, "mysql") == 0;
    return arena_printf(
        run->arena,
        "WITH %s%s(%s) AS (SELECT %s AS %s UNION ALL SELECT %s FROM %s WHERE %s <= %s) "
        "SELECT %s FROM (SELECT %s FROM %s) AS %s",
        redshift ? "RECURSIVE " : "", s->table, s->alias, s->start, s->alias, next, s->table, next,
        s->end, s->alias,
        redshift ? s->alias : arena_printf(run->arena, "%s AS %s", s->alias, s->alias), s->table,
        s->table);
}

static char *dateadd_spine(struct macro_run *run, const struct spine *s)
{
    return recursive_spine(
        run, s, arena_printf(run->arena, "CAST(DATEADD(%s, 1, %s) AS DATE)", s->upper, s->alias));
}

static char *mysql_spine(struct macro_run *run, const struct spine *s)
{
    return recursive_spine(run, s,
                           arena_printf(run->arena, "CAST(DATE_ADD(%s, INTERVAL '1' %s) AS DATE)",
                                        s->alias, s->upper));
}

/* A literal date is checked and cast; anything else is used as it is, cast where it must be one. */
static bool bound(struct macro_run *run, const struct sql_node *node, bool both_literal,
                  const char **out)
{
    static const bool casts[] = {[SPINE_DUCKDB] = true,
                                 [SPINE_SNOWFLAKE] = true,
                                 [SPINE_DATEADD] = true,
                                 [SPINE_MYSQL] = true,
                                 [SPINE_POSTGRES] = false};
    *out = macro__print(run, node);
    if (!both_literal) {
        bool all = macro__engine(run)->spine >= SPINE_DATEADD;
        if (casts[macro__engine(run)->spine] && (all || node->kind == SQL_STRING))
            *out = arena_printf(run->arena, "CAST(%s AS DATE)", *out);
        return true;
    }
    int64_t ms;
    bool is_date;
    g_autoptr(GError) error = NULL;
    if (!date_parse(sql_text(run->arena, node), 0, &ms, &is_date, &error) || !is_date) {
        macro__fail(run, node, "the range of @DATE_SPINE is written as YYYY-MM-DD, not %s.", *out);
        return false;
    }
    bool clickhouse = strcmp(macro__engine(run)->dialect, "clickhouse") == 0;
    *out = arena_printf(run->arena, clickhouse ? "CAST(%s AS Nullable(DATE))" : "CAST(%s AS DATE)",
                        *out);
    return true;
}

struct sql_node *macro__do_date_spine(struct macro_run *run, const struct macro_call *call)
{
    static char *(*const writers[])(struct macro_run *, const struct spine *) = {
        [SPINE_ARRAY] = array_spine,         [SPINE_BIGQUERY] = bigquery_spine,
        [SPINE_DUCKDB] = duckdb_spine,       [SPINE_POSTGRES] = postgres_spine,
        [SPINE_SPARK] = spark_spine,         [SPINE_TRINO] = trino_spine,
        [SPINE_SNOWFLAKE] = snowflake_spine, [SPINE_DATEADD] = dateadd_spine,
        [SPINE_MYSQL] = mysql_spine,
    };
    struct spine s = {0};
    const char *part = macro__name(run, call->named[0]);
    for (size_t i = 0; part && i < G_N_ELEMENTS(parts); i++)
        if (g_ascii_strcasecmp(part, parts[i]) == 0)
            s.part = arena_strdup(run->arena, parts[i]);
    if (!s.part)
        return macro__fail(run, call->named[0],
                           "@DATE_SPINE goes by day, week, month, quarter or year.");
    g_autofree char *upper = g_ascii_strup(s.part, -1);
    s.upper = arena_strdup(run->arena, upper);
    s.alias = arena_printf(run->arena, "date_%s", s.part);
    s.table = SPINE_TABLE;
    if (run->spines++)
        s.table = arena_printf(run->arena, SPINE_TABLE "_%u", run->spines - 1);
    bool literal = call->named[1]->kind == SQL_STRING && call->named[2]->kind == SQL_STRING;
    if (!bound(run, call->named[1], literal, &s.start) ||
        !bound(run, call->named[2], literal, &s.end))
        return NULL;
    s.written = literal ? s.start : macro__print(run, call->named[1]);
    if (literal && strcmp(s.start, s.end) > 0)
        return macro__fail(run, call->node, "the range of @DATE_SPINE ends before it starts.");
    return macro__parse(run, writers[macro__engine(run)->spine](run, &s), call->node);
}

static bool is_spine(const struct sql_node *cte)
{
    return cte->kind == SQL_CTE && cte->len >= strlen(SPINE_TABLE) &&
           memcmp(cte->text, SPINE_TABLE, strlen(SPINE_TABLE)) == 0;
}

struct hoist {
    struct sql_node *root;
    GPtrArray *ctes; /* struct sql_node * */
    uint32_t flags;  /* of their WITHs */
};

/* Take the WITH of a spine away from its query: it holds nothing else. */
static enum sql_visit take_spines(struct sql_node *n, void *data)
{
    struct hoist *h = data;
    struct sql_node **link = &n->child;
    while (*link && (*link)->kind != SQL_WITH)
        link = &(*link)->next;
    if (n == h->root || !*link || !(*link)->child || !is_spine((*link)->child))
        return SQL_GO_IN;
    h->flags |= (*link)->flags;
    g_ptr_array_add(h->ctes, (*link)->child);
    sql_replace(n, link, NULL);
    return SQL_GO_IN;
}

void macro__hoist_spines(struct macro_run *run, struct sql_node *query)
{
    struct hoist h = {query, g_ptr_array_new(), 0};
    struct sql_node *with = sql_child(query, SLOT_WITH);
    sql_walk(query, take_spines, &h);
    if (h.ctes->len && !with)
        with = sql_prepend(query, SLOT_WITH, sql_node_new(run->arena, SQL_WITH, NULL, 0));
    for (guint i = h.ctes->len; i > 0; i--)
        sql_prepend(with, SLOT_ARG, h.ctes->pdata[i - 1]);
    if (with)
        with->flags |= h.flags;
    g_ptr_array_unref(h.ctes);
}
