/* statements.c -- the table of statements that are no queries: how each begins and how it is read.
 *
 * A row is found by the statement's first word and, for CREATE and its like, by the words that say
 * what it is about: the first such words before a bracket or AS.
 */
#include "sql/statements.h"

#include <string.h>

enum { OBJECT_WITHIN = 16 }; /* tokens from the first word */

/* clang-format off */
#define CREATE      "CREATE [OR <REPLACE|REFRESH|ALTER>] [{modifiers}] {object} [IF NOT EXISTS] "
#define DROP        "DROP [{modifiers}] {object} [CONCURRENTLY] [IF EXISTS] "
#define ALTER       "ALTER [{modifiers}] {object} [IF EXISTS] [ONLY] "
#define DEFINES     "|REFERENCES|LIKE|CLONE|COPY|PARTITION OF|INHERITS|HISTORY_TABLE|WITH CONNECTION|"
#define ALTERS      "|FROM|REFERENCES|RENAME TO|SWAP WITH|WITH TABLE|HISTORY_TABLE|"
#define RETURNING   " [{returning}]"
#define WHICH       "[WHERE {expr}] [ORDER BY , {order}] [LIMIT {expr}]" RETURNING
#define ORDERED     "[GROUP BY , {expr}] [ORDER BY , {order}] [LIMIT {expr}]"
#define ANALYZED    "<VERBOSE|SKIP_LOCKED|LOCAL|FULL|NO_WRITE_TO_BINLOG|BUFFER_USAGE_LIMIT {operand}>"
#define DESCRIBED   "{described} [{words}]"
#define INSERT      "INSERT [OR <REPLACE|IGNORE|ROLLBACK|ABORT|FAIL>] [<INTO|OVERWRITE>] [TABLE] {insert_name} " \
                    "[AS {ident}] [IF EXISTS] [PARTITION (, {expr})] [IF NOT EXISTS] [{column_list}] " \
                    "[PARTITION (, {expr})] [IF NOT EXISTS] [PARTITION BY {expr}] [SETTINGS , {expr}] " \
                    "[BY <NAME|POSITION>] [OVERRIDING <SYSTEM|USER> VALUE] [REPLACE WHERE {expr}] [{output}] " \
                    "<DEFAULT VALUES|SET , {expr}|{as_query}> [AS {ident}] [{on_conflict}]" RETURNING

/* In the order of their first words. */
static const struct sql__statement rows[] = {
    {"ALTER", "MATERIALIZED VIEW|TABLE|VIEW|INDEX", ALTERS, ALTER "{name} [AS {as_query}] [{words}]"},
    {"ANALYZE", NULL, "|", "ANALYZE [" ANALYZED "]* <TABLES {words}|INDEX {words}|CLUSTER {words}|TABLE {name} [{words}]|{name} [{words}]>"},
    {"CACHE", NULL, "|", "CACHE [LAZY] TABLE {name} [OPTIONS {group}] [[AS] {as_query}]"},
    {"CALL", NULL, "|", "CALL {expr}"},
    {"COMMENT", NULL, "|TABLE|", "COMMENT {words}"},
    {"COPY", NULL, "|FROM|FORMAT_NAME|", "COPY INTO <{group}|{insert_name}> [{column_list}] [{words}]"},
    {"COPY", NULL, "|", "COPY <{group}|{name} [{column_list}]> {words}"},
    {"CREATE", "TABLE FUNCTION|FUNCTION|PROCEDURE|PROC", "|", CREATE "{signature} {words}"},
    {"CREATE", "TABLE", DEFINES, CREATE "{name} [{columns}] [{options}] [AS {as_query} [{words}]]"},
    {"CREATE", "VIEW", DEFINES "TO|", CREATE "{name} [{view_columns}] [{options}] [AS {as_query} [{words}]]"},
    {"CREATE", "INDEX", "|ON|", "CREATE [{modifiers}] {object} {words}"},
    {"CREATE", "TRIGGER", "~|ON|FROM|", CREATE "{dotted} {words}"},
    {"CREATE", "SCHEMA", DEFINES, CREATE "{dotted} [{words}]"},
    {"CREATE", "STAGE", DEFINES "FORMAT_NAME|FILE_FORMAT|", CREATE "{name} [{words}]"},
    {"CREATE", "STORAGE INTEGRATION|STREAMLIT|TAG|WAREHOUSE", "|", CREATE "{dotted} [{words}]"},
    {"CREATE", "TYPE", "~|", CREATE "{name} [{words}]"},
    {"CREATE", "DATABASE|DICTIONARY|FILE FORMAT|MODEL|NAMESPACE|SEQUENCE|SINK|SOURCE", DEFINES, CREATE "{name} [{words}]"},
    {"DELETE", NULL, "|", "DELETE FROM [ONLY] {tables} [{output}] [USING {tables}] " WHICH},
    {"DELETE", "FROM", "|", "DELETE , {name} [{output}] FROM {tables} [{output}] [USING {tables}] " WHICH},
    {"DELETE", NULL, "|", "DELETE {tables} [{output}] [FROM {tables}] " WHICH},
    {"DESC", NULL, "|", "DESC " DESCRIBED},
    {"DESCRIBE", NULL, "|", "DESCRIBE " DESCRIBED},
    {"DROP", "SCHEMA", "|", DROP "{dotted} [{words}]"},
    {"DROP", "MATERIALIZED VIEW|EXTERNAL TABLE|TABLE|VIEW|INDEX|FUNCTION|PROCEDURE|DATABASE|DICTIONARY|FILE FORMAT|MODEL|NAMESPACE|SEQUENCE|SINK|SOURCE|STAGE|STORAGE INTEGRATION|STREAMLIT|TAG|TYPE|WAREHOUSE",
     "|ON|", DROP ", {name} [{words}]"},
    {"EXEC", NULL, "|", "EXEC {name} [{words}]"},
    {"EXECUTE", NULL, "|", "EXECUTE {name} [{words}]"},
    {"EXPLAIN", NULL, "|", "EXPLAIN [ANALYZE] {statement}"},
    {"EXPORT", NULL, "|WITH CONNECTION|", "EXPORT DATA [{options}] AS {as_query}"},
    {"FORCE", NULL, "|", "FORCE {words}"},
    {"GRANT", NULL, "|ON|TABLE|VIEW|SCHEMA|DATABASE|WAREHOUSE|", "GRANT {grants}"},
    {"INSERT", NULL, "|", INSERT},
    {"INSTALL", NULL, "|", "INSTALL {words}"},
    {"MERGE", NULL, "|", "MERGE [INTO] {target} USING {target} <ON {expr}|USING {group}> [{merge_when}]* [{output}]" RETURNING},
    {"PIVOT", NULL, "|", "PIVOT {table} ON , {aliased} [USING , {aliased}] " ORDERED},
    {"PIVOT_LONGER", NULL, "|", "PIVOT_LONGER {table} ON , {aliased} [INTO NAME {ident} VALUE , {ident}]"},
    {"PIVOT_WIDER", NULL, "|", "PIVOT_WIDER {table} ON , {aliased} [USING , {aliased}] " ORDERED},
    {"REPLACE", NULL, "|", "REPLACE INTO {insert_name} [{column_list}] {as_query}"},
    {"REVOKE", NULL, "|ON|TABLE|VIEW|SCHEMA|DATABASE|WAREHOUSE|", "REVOKE {grants}"},
    {"SET", NULL, "|", "SET <VARIABLE|VAR> , {expr}"},
    {"SHOW", NULL, "|IN|TABLE|SCHEMA|DATABASE|CLASS|APPLICATION|PACKAGE|", "SHOW {words}"},
    {"SUMMARIZE", NULL, "|", "SUMMARIZE [TABLE] {statement_or_name}"},
    {"TRUNCATE", NULL, "|", "TRUNCATE DATABASE {words}"},
    {"TRUNCATE", NULL, "|", "TRUNCATE [TABLE] [IF EXISTS] [ONLY] , {truncated} [{words}]"},
    {"UNLOAD", NULL, "|", "UNLOAD {group} {words}"},
    {"UNPIVOT", NULL, "|", "UNPIVOT {table} ON , {aliased} [INTO NAME {ident} VALUE , {ident}]"},
    {"UPDATE", NULL, "|", "UPDATE [ONLY] {tables} SET , {expr} [{output}] [FROM {tables}] " WHICH},
    {"USE", NULL, "|", "USE [<CATALOG|DATABASE|SCHEMA|ROLE|WAREHOUSE>] {name}"},
};
/* clang-format on */

static size_t word_length(const char *words)
{
    size_t n = 0;

    while (words[n] != ' ' && words[n] != '|' && words[n] != '\0')
        n++;
    return n;
}

/* How many tokens from t spell the words up to the next "|"; 0: they do not. */
static unsigned spelled(const struct parser *p, const struct sql_token *t, const char *words)
{
    unsigned n = 0;

    for (;;) {
        size_t len = word_length(words);

        if (t[n].kind != T_WORD || t[n].len != len ||
            !sql_same_letters(sql__token_text(p, &t[n]), words, len))
            return 0;
        n++;
        if (words[len] != ' ')
            return n;
        words += len + 1;
    }
}

static unsigned spells_any(const struct parser *p, const struct sql_token *t, const char *objects)
{
    const char first = *sql__token_text(p, t) & 0xdf;

    for (const char *at = objects; at; at = strchr(at, '|')) {
        unsigned n;

        at += *at == '|';
        n = *at == first ? spelled(p, t, at) : 0;
        if (n)
            return n;
    }
    return 0;
}

static bool ends_search(const struct sql_token *t)
{
    return t->kind == T_END || t->keyword == KW_AS || t->keyword == KW_SELECT ||
           (t->kind == T_OPERATOR && t->op == OP_LPAREN);
}

static bool begins_alike(const struct sql__statement *a, const struct sql__statement *b)
{
    return a->first[0] == b->first[0] && strcmp(a->first, b->first) == 0;
}

/* The row, of those that begin alike from `group` on, of which this token says it is meant. */
static const struct sql__statement *row_of_object(struct parser *p, const struct sql_token *t,
                                                  const struct sql__statement *group)
{
    for (const struct sql__statement *r = group;
         r < rows + G_N_ELEMENTS(rows) && begins_alike(r, group); r++) {
        unsigned n = r->objects ? spells_any(p, t, r->objects) : 0;

        if (n) {
            p->object = t;
            p->object_end = t + n;
            return r;
        }
    }
    return NULL;
}

/* Of the rows that begin as this one, the one that is meant: the first of all words that say what
 * a statement is about is one of that row's. NULL: none. */
static const struct sql__statement *row_meant(struct parser *p, const struct sql__statement *row)
{
    const struct sql__statement *group = row, *found = NULL;

    while (group > rows && begins_alike(group - 1, row))
        group--;
    for (const struct sql_token *t = p->t + 1;
         !found && t < p->t + OBJECT_WITHIN && !ends_search(t); t++)
        found = t->kind == T_WORD ? row_of_object(p, t, group) : NULL;
    return found;
}

/* Behind the rows that begin as this one and are about something, up to the one meant. */
static const struct sql__statement *skip_others(const struct sql__statement *row,
                                                const struct sql__statement *meant)
{
    const struct sql__statement *r = row + 1;

    while (r < rows + G_N_ELEMENTS(rows) && r != meant && r->objects && begins_alike(r, row))
        r++;
    return r;
}

/* Does this row stand before the first one that may begin with the word? */
static bool is_before(const struct sql__statement *r, const char *word, size_t len)
{
    size_t i = 0;

    while (i < len && r->first[i] == (word[i] & ~0x20))
        i++;
    return i < len && r->first[i] < (word[i] & ~0x20);
}

static const struct sql__statement *first_row(const char *word, size_t len)
{
    unsigned low = 0, high = G_N_ELEMENTS(rows);

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (is_before(&rows[middle], word, len))
            low = middle + 1;
        else
            high = middle;
    }
    return rows + low;
}

const struct sql__statement *sql__statement_row(struct parser *p,
                                                const struct sql__statement *before)
{
    const struct sql__statement *r, *meant, *end = rows + G_N_ELEMENTS(rows);

    if (p->t->kind != T_WORD)
        return NULL;
    r = before ? before + 1 : first_row(sql__token_text(p, p->t), p->t->len);
    while (r < end && sql__is_word(p, p->t, r->first)) {
        meant = r->objects ? row_meant(p, r) : r;
        if (meant == r)
            return r;
        r = skip_others(r, meant);
    }
    return NULL;
}
