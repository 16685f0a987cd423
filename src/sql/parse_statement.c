/* parse_statement.c -- statements that are no queries, by the table of statements.c.
 *
 * A statement that begins like a row of the table is read by its pattern, else word by word. What
 * cannot be read so either is kept byte for byte by sql_parse_statement().
 */
#include "sql/statements.h"

#include <string.h>

enum { MAX_TRIES = 64 };

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

/* Words that begin a constraint of the table in the list of its columns. */
static bool at_table_constraint(const struct parser *p)
{
    static const char *const words[] = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK",    "FOREIGN",
                                        "LIKE",       "EXCLUDE", "INDEX",  "FULLTEXT", "SPATIAL",
                                        "PROJECTION", "PERIOD",  "KEY"};

    if (p->t[1].kind == T_END || (p->t[1].op == OP_COMMA && p->t[1].kind == T_OPERATOR))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, p->t, words[i]))
            return true;
    return false;
}

/* Words that may follow a column's name when it has no type. */
static bool at_column_constraint(const struct parser *p)
{
    static const char *const words[] = {
        "PRIMARY",      "OPTIONS",   "COMMENT",    "AS",         "DEFAULT", "UNIQUE", "NOT",
        "CHECK",        "GENERATED", "CONSTRAINT", "REFERENCES", "MASKING", "TAG",    "WITH",
        "MATERIALIZED", "ALIAS",     "EPHEMERAL",  "CODEC",      "TTL",     "FOR"};

    if (sql__at_op(p, OP_COMMA) || sql__at_op(p, OP_RPAREN))
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, p->t, words[i]))
            return true;
    return false;
}

static bool at_item_end(const struct parser *p)
{
    return sql__at_op(p, OP_COMMA) || sql__at_op(p, OP_RPAREN) || p->t->kind == T_END ||
           (p->blocks > 0 && sql__at_kw(p, KW_END));
}

/* name type and constraints, or a constraint of the table */
struct sql_node *sql__column_definition(struct parser *p)
{
    struct sql_node *n;

    if (at_table_constraint(p) || p->t->kind == T_AT)
        return sql__words_item(p);
    n = sql__node(p, SQL_PHRASE);
    sql__add(n, SLOT_ARG, sql__identifier(p));
    if (!at_column_constraint(p))
        sql__add(n, SLOT_ARG, sql__type(p));
    if (!at_item_end(p))
        sql__add(n, SLOT_ARG, sql__words_item(p));
    return n;
}

static struct sql_node *by_table(struct parser *p, const struct sql__statement *row)
{
    struct sql_node *n = sql__node(p, SQL_STATEMENT);

    for (; row; row = sql__statement_row(p, row)) {
        sql__set_names(p, row->names);
        if (sql__pattern(p, n, SLOT_ARG, row->pattern)) {
            name_statement(n);
            return n;
        }
    }
    return sql__expected(p, "a statement");
}

static bool at_statement_end(const struct parser *p)
{
    return at_item_end(p) || sql__at_op(p, OP_SEMICOLON);
}

/* By the table; word by word when that does not get to the end. */
static struct sql_node *by_table_or_words(struct parser *p)
{
    const struct sql__statement *row = sql__statement_row(p, NULL);
    struct sql__mark m;
    struct sql_node *n;

    if (row && p->tries++ < MAX_TRIES) {
        m = sql__try(p);
        n = by_table(p, row);
        if (n && !at_statement_end(p))
            sql__expected(p, "");
        if (sql__tried(p, &m) && n)
            return n;
    }
    sql__set_names(p, NULL);
    if (!sql__at_words(p)) { /* an expression alone: SQLMesh takes it as a statement */
        n = sql__lambda(p);
        if (!n)
            n = sql__expression(p);
        return sql__at_kw(p, KW_AS) ? sql__with_alias(p, n) : n;
    }
    n = sql__node(p, SQL_STATEMENT);
    n->text = sql__token_text(p, p->t);
    n->len = p->t->len;
    sql__add(n, SLOT_ARG, sql__words_until_end(p));
    return n;
}

struct sql_node *sql__statement(struct parser *p)
{
    const char *names = p->names;
    struct sql_node *n;

    if (sql__at_query(p))
        return sql__query(p);
    if (p->t->kind == T_AT || p->t->kind == T_JINJA)
        return sql__expression(p);
    if (!sql__enter(p))
        return NULL;
    n = by_table_or_words(p);
    sql__set_names(p, names);
    sql__leave(p);
    return n;
}
