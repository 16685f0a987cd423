/* parse_statement.c -- statements that are no queries: a table of patterns.
 *
 * A statement that begins like a row of the table is read by its pattern. What no row reads is kept
 * byte for byte by sql_parse_statement().
 */
#include "sql/parse_int.h"

#include <string.h>

static const char *const statements[] = {
    "CREATE [OR REPLACE] [<TEMPORARY|TEMP|TRANSIENT|UNLOGGED|LOCAL TEMPORARY|GLOBAL TEMPORARY|"
    "EXTERNAL|VOLATILE|HYBRID|DYNAMIC|ICEBERG>] TABLE [IF NOT EXISTS] {name} [<LIKE {name}|CLONE "
    "{name}>] [{columns}] [{table_option}]* [AS {as_query}] [WITH [NO] DATA]",
    "CREATE [OR REPLACE] [SECURE] [<TEMPORARY|TEMP>] [RECURSIVE] [MATERIALIZED] VIEW [IF NOT "
    "EXISTS] {name} [(, {view_column})] [{table_option}]* AS {as_query} [WITH "
    "[<NO|LOCAL|CASCADED>] "
    "<DATA|CHECK OPTION|NO SCHEMA BINDING>]",
    "CREATE [OR REPLACE] <SCHEMA|DATABASE> [IF NOT EXISTS] {name} [{table_option}]*",
    "CREATE [UNIQUE] [CLUSTERED] [NONCLUSTERED] INDEX [CONCURRENTLY] [IF NOT EXISTS] "
    "[{index_name}] "
    "ON [ONLY] {name} [USING {word}] (, {index_item}) [INCLUDE (, {ident})] [NULLS [NOT] DISTINCT] "
    "[WITH {properties}] [TABLESPACE {ident}] [WHERE {expr}]",
    "CREATE [OR REPLACE] [<TEMPORARY|TEMP>] <MACRO|FUNCTION> [IF NOT EXISTS] {function_head} AS "
    "<TABLE {as_query}|{expr}>",
    "CREATE [OR REPLACE] [<TEMPORARY|TEMP>] SEQUENCE [IF NOT EXISTS] {name} [{sequence_option}]*",
    "CREATE TYPE {name} AS <ENUM (, {string})|(, {column_definition})|{type}>",
    "CREATE EXTENSION [IF NOT EXISTS] {ident} [WITH] [SCHEMA {ident}] [VERSION {operand}] "
    "[CASCADE]",
    "DROP <TABLE|VIEW|MATERIALIZED VIEW|EXTERNAL TABLE|SCHEMA|DATABASE|INDEX|SEQUENCE|TYPE|MACRO "
    "TABLE|MACRO|FUNCTION|PROCEDURE|EXTENSION> [CONCURRENTLY] [IF EXISTS] , {drop_name} "
    "[<CASCADE|RESTRICT>] [PURGE]",
    "TRUNCATE [TABLE] [IF EXISTS] [ONLY] , {name} [<RESTART|CONTINUE> IDENTITY] "
    "[<CASCADE|RESTRICT>]",
    "INSERT [OR <REPLACE|IGNORE|ROLLBACK|ABORT|FAIL>] [<INTO|OVERWRITE>] [TABLE] {name} [AS "
    "{ident}] "
    "[BY <NAME|POSITION>] [{column_list}] [PARTITION (, {expr})] [IF NOT EXISTS] [OVERRIDING "
    "<SYSTEM|USER> VALUE] [REPLACE WHERE {expr}] <DEFAULT VALUES|{query}> [{on_conflict}] "
    "[{returning}]",
    "UPDATE [ONLY] {target} SET , {assignment} [FROM {tables}] [WHERE {expr}] [{returning}]",
    "DELETE FROM [ONLY] {target} [USING {tables}] [WHERE {expr}] [{returning}]",
    "MERGE INTO {target} USING {table} <ON {expr}|USING (, {ident})> [{merge_when}]* [{returning}]",
    "ALTER <TABLE|VIEW|SCHEMA|DATABASE|INDEX|SEQUENCE|MATERIALIZED VIEW> [IF EXISTS] [ONLY] {name} "
    ", "
    "{alter_action}",
    "COMMENT [IF EXISTS] ON <TABLE|VIEW|COLUMN|SCHEMA|FUNCTION|MATERIALIZED "
    "VIEW|DATABASE|INDEX|MACRO|TYPE> {drop_name} IS {expr}",
    "GRANT , {privilege} [ON [<TABLE|VIEW|SCHEMA|DATABASE|FUNCTION|SEQUENCE|ALL TABLES IN "
    "SCHEMA|ALL "
    "SEQUENCES IN SCHEMA|WAREHOUSE>] , {drop_name}] TO , {grantee} [WITH GRANT OPTION]",
    "REVOKE [GRANT OPTION FOR] , {privilege} [ON "
    "[<TABLE|VIEW|SCHEMA|DATABASE|FUNCTION|SEQUENCE|ALL "
    "TABLES IN SCHEMA|ALL SEQUENCES IN SCHEMA|WAREHOUSE>] , {drop_name}] FROM , {grantee} "
    "[<CASCADE|RESTRICT>]",
    "SET [<SESSION|LOCAL|GLOBAL>] , {set_item}",
    "RESET [<SESSION|LOCAL|GLOBAL>] {name}",
    "COPY <{group}|{name} [{column_list}]> <TO|FROM> , {copy_place} [WITH] [<{properties}|{option} "
    "[{option}]*>]",
    "ATTACH [OR REPLACE] [DATABASE] [IF NOT EXISTS] {operand} [AS {ident}] [{properties}]",
    "DETACH [DATABASE] [IF EXISTS] {ident}",
    "INSTALL {operand} [FROM {operand}]",
    "LOAD {operand}",
    "USE [<SCHEMA|DATABASE|WAREHOUSE|ROLE|CATALOG>] {name}",
    "CALL {expr}",
    "ANALYZE [VERBOSE] [{name}] [(, {ident})]",
    "VACUUM [FULL] [ANALYZE] [{name}] [(, {ident})]",
    "REFRESH MATERIALIZED VIEW [CONCURRENTLY] {name} [WITH [NO] DATA]",
    "CHECKPOINT [{ident}]",
    "PRAGMA {expr}",
    "<BEGIN|START> [<TRANSACTION|WORK>]",
    "COMMIT [<TRANSACTION|WORK>]",
    "ROLLBACK [<TRANSACTION|WORK>]",
    "EXPLAIN [ANALYZE] [VERBOSE] {statement}",
    "<DESCRIBE|DESC> [TABLE] {statement_or_name}",
    "SHOW {name}",
    "PIVOT {table} ON , {pivot_column} [USING , {aliased}] [GROUP BY , {expr}] [ORDER BY , "
    "{order}] "
    "[LIMIT {expr}]",
    "UNPIVOT {table} ON , {pivot_column} [INTO NAME {ident} VALUE , {ident}]",
};

/* The first word, as the statement's text. */
static void name_statement(struct sql_node *n)
{
    struct sql_node *first = n->child;

    if (first && first->kind == SQL_KEYWORD) {
        n->text = first->text;
        n->len = first->len;
    }
}

bool sql__at_statement(const struct parser *p)
{
    static const char *const words[] = {
        "CREATE", "DROP",    "TRUNCATE", "INSERT",  "UPDATE", "DELETE", "MERGE",
        "ALTER",  "COMMENT", "GRANT",    "REVOKE",  "SET",    "RESET",  "COPY",
        "ATTACH", "DETACH",  "INSTALL",  "LOAD",    "USE",    "CALL",   "ANALYZE",
        "VACUUM", "REFRESH", "PRAGMA",   "EXPLAIN",
    };

    if (p->t->kind != T_WORD ||
        (p->t[1].kind != T_WORD && p->t[1].kind != T_AT && p->t[1].kind != T_QUOTED) ||
        p->t[1].keyword == KW_AS)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, p->t, words[i]))
            return true;
    return false;
}

/* name type and constraints, or a constraint of the table */
struct sql_node *sql__column_definition(struct parser *p)
{
    struct sql_node *n =
        sql__phrase(p, "<CONSTRAINT {ident} {table_constraint}|PRIMARY KEY {raw}|UNIQUE "
                       "{raw}|CHECK ({expr})|FOREIGN "
                       "KEY {raw} {references}|LIKE {name} [<INCLUDING|EXCLUDING> {word}]*>");

    if (n)
        return n;
    n = sql__node(p, SQL_PHRASE);
    sql__add(n, SLOT_ARG, sql__identifier(p));
    if (!sql__at_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN) &&
        !sql__is_word(p, p->t, "PRIMARY") && !sql__is_word(p, p->t, "OPTIONS") &&
        !sql__is_word(p, p->t, "COMMENT"))
        sql__add(n, SLOT_ARG, sql__type(p));
    sql__pattern(p, n, SLOT_ARG, "[{column_constraint}]*");
    return n;
}

/* name = value, name TO value, name value */
struct sql_node *sql__set_item(struct parser *p)
{
    return sql__phrase(p, "<VARIABLE {name} = {operand}|TIME ZONE {operand}|TRANSACTION ISOLATION "
                          "LEVEL {word} [{word}]|{name} [<TO|=>] {value}>");
}

/* x, or x IN (…), of DuckDB's PIVOT statement */
struct sql_node *sql__pivot_column(struct parser *p)
{
    return sql__aliased(p);
}

static struct sql_node *by_table(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_STATEMENT);

    for (unsigned i = 0; i < G_N_ELEMENTS(statements); i++)
        if (sql__pattern(p, n, SLOT_ARG, statements[i])) {
            name_statement(n);
            return n;
        }
    return sql__argument(p); /* an expression alone: SQLMesh takes it as a statement */
}

struct sql_node *sql__statement(struct parser *p)
{
    struct sql_node *n;

    if (sql__at_query(p))
        return sql__query(p);
    if (p->t->kind == T_AT || p->t->kind == T_JINJA) {
        n = sql__expression(p);
        return n;
    }
    if (!sql__enter(p))
        return NULL;
    n = by_table(p);
    sql__leave(p);
    return n;
}
