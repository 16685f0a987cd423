/* parse_words.c -- DDL word by word: what no pattern reads, with names, literals, macros, brackets
 * and queries as nodes, in order.
 *
 * Nothing is kept as text here: the tokens are the meaning. Words keep their case, since one cannot
 * tell the language's from the user's.
 */
#include "sql/parse_int.h"

#include <string.h>

static bool op_at(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

static bool at_end(const struct parser *p)
{
    return p->t->kind == T_END || sql__at_op(p, OP_RPAREN) || sql__at_op(p, OP_SEMICOLON);
}

/* Does this word say that a table's name follows? */
static bool names_table(const struct parser *p, const struct sql_token *t)
{
    static const char *const words[] = {"VIEW", "UPDATE", "TABLES"};

    if (t->keyword == KW_TABLE || t->keyword == KW_INTO || t->keyword == KW_FROM ||
        t->keyword == KW_JOIN)
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql__is_word(p, t, words[i]))
            return true;
    return false;
}

static struct sql_node *word(struct parser *p)
{
    struct sql_node *n = sql__word(p, SQL_KEYWORD);

    n->flags = SQL_VERBATIM;
    return n;
}

static struct sql_node *dotted(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_COLUMN);

    do {
        if (sql__at_op(p, OP_STAR))
            sql__add(n, SLOT_PART, word(p));
        else
            sql__add(n, SLOT_PART, sql__identifier(p));
    } while (sql__take_op(p, OP_DOT) && !p->failed);
    return n;
}

static struct sql_node *bracket(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_GROUP);

    n->flags = p->t->space_before ? 0 : SQL_JOINED;
    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    if (sql__at_query(p) && !sql__at_op(p, OP_LPAREN))
        sql__add(n, SLOT_ARG, sql__query(p));
    else if (!sql__at_op(p, OP_RPAREN))
        do
            sql__add(n, SLOT_ARG, sql__words_item(p));
        while (sql__take_op(p, OP_COMMA));
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    return n;
}

static const struct sql_token *behind_bracket(const struct parser *p, const struct sql_token *t)
{
    unsigned depth = 0;

    do {
        if (op_at(t, OP_LPAREN))
            depth++;
        else if (op_at(t, OP_RPAREN))
            depth--;
        t++;
    } while (depth > 0 && t < p->end);
    return t;
}

/* The tokens from here up to `end`, as they were written. */
static struct sql_node *as_written(struct parser *p, const struct sql_token *end)
{
    struct sql_node *n = sql__node(p, SQL_KEYWORD);

    n->text = sql__token_text(p, p->t);
    n->len = end[-1].at + end[-1].len - p->t->at;
    n->flags = SQL_VERBATIM;
    p->t = end;
    return n;
}

/* Snowflake's @stage/path and file://…, which white space ends. */
static bool at_path(const struct parser *p)
{
    return sql__has(p->dialect, SQLD_STAGE) &&
           ((p->t->op == OP_AT &&
             (p->t->kind == T_OPERATOR || op_at(p->t + 2, OP_SLASH) || op_at(p->t + 2, OP_DOT))) ||
            (sql__is_word(p, p->t, "file") && op_at(p->t + 1, OP_COLON)));
}

static const struct sql_token *behind_path(const struct parser *p)
{
    const struct sql_token *t = p->t + 1;

    while (t < p->end && !t->space_before && !op_at(t, OP_LPAREN) && !op_at(t, OP_RPAREN) &&
           !op_at(t, OP_COMMA) && !op_at(t, OP_SEMICOLON))
        t++;
    return t;
}

static bool begins_name(const struct sql_token *t)
{
    return t->kind == T_WORD || t->kind == T_QUOTED || t->kind == T_AT;
}

static struct sql_node *one(struct parser *p)
{
    const struct sql_token *next = p->t + 1;

    if (at_path(p))
        return as_written(p, behind_path(p));
    switch (p->t->kind) {
    case T_WORD:
        if (sql__is_word(p, p->t, "PATTERN") && op_at(next, OP_LPAREN))
            return as_written(p, behind_bracket(p, next));
        return op_at(next, OP_DOT) ? dotted(p) : word(p);
    case T_QUOTED:
        return dotted(p);
    case T_AT:
        next = p->t + 2;
        return op_at(next, OP_DOT) ? dotted(p) : sql__table_macro(p);
    case T_STRING:
        if (next->kind == T_AT && !next->space_before) /* 'user'@'host' */
            return as_written(p, next + 2 < p->end ? next + 2 : p->end);
        return sql__string(p);
    case T_NUMBER:
        return sql__word(p, SQL_NUMBER);
    case T_PARAMETER:
        return sql__word(p, SQL_PARAMETER);
    case T_JINJA:
        return sql__word(p, SQL_JINJA);
    case T_OPERATOR:
        if (sql__at_op(p, OP_STAR) && op_at(next, OP_DOT) && !next->space_before) /* *.* */
            return as_written(p, next + 2 < p->end ? next + 2 : p->end);
        return sql__at_op(p, OP_LPAREN) ? bracket(p) : word(p);
    default:
        return sql__expected(p, "a word");
    }
}

/* The name of a table behind TABLE, INTO and the like, IF EXISTS and ONLY left out of it. */
static bool table_follows(struct parser *p, struct sql_node *into)
{
    while ((sql__is_word(p, p->t, "IF") || sql__at_kw(p, KW_NOT) || sql__at_kw(p, KW_EXISTS) ||
            sql__at_kw(p, KW_ONLY)) &&
           p->t[1].kind != T_END)
        sql__add(into, SLOT_ARG, word(p));
    return begins_name(p->t) && !at_path(p) && !(sql_keyword_flags(p->t->keyword) & BAR_R);
}

/* Words up to a comma, the end, or AS before a query when asked. */
static struct sql_node *phrase(struct parser *p, bool until_query)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    while (!p->failed && !at_end(p) && !sql__at_op(p, OP_COMMA)) {
        const struct sql_token *t = p->t;

        if (t->keyword == KW_AS && until_query) {
            p->t++;
            if (sql__at_query(p) || p->t->kind == T_AT || p->t->kind == T_JINJA) {
                p->t = t;
                break;
            }
            p->t = t;
        }
        sql__add(n, SLOT_ARG, one(p));
        p->chain++;
        if (names_table(p, t) && n->last->kind == SQL_KEYWORD && table_follows(p, n))
            sql__add(n, SLOT_ARG, sql__table_name(p));
        else if (t->keyword == KW_AS && sql__at_query(p))
            sql__add(n, SLOT_ARG, sql__query(p));
    }
    return n;
}

struct sql_node *sql__words_item(struct parser *p)
{
    struct sql_node *n = phrase(p, false);

    return n->child && !n->child->next ? n->child : n;
}

static struct sql_node *words(struct parser *p, bool until_query)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    do
        sql__add(n, SLOT_ARG, phrase(p, until_query));
    while (sql__take_op(p, OP_COMMA));
    return n;
}

struct sql_node *sql__words_until_end(struct parser *p)
{
    return words(p, false);
}

struct sql_node *sql__words_until_query(struct parser *p)
{
    return words(p, true);
}

/* Statements that may be read word by word, by their first word. */
bool sql__at_words(const struct parser *p)
{
    static const char *const first[] = {
        "ALTER",    "ANALYZE",  "ATTACH",    "BEGIN",    "CACHE",   "CALL",       "CHECKPOINT",
        "CLUSTER",  "COMMENT",  "COMMIT",    "COPY",     "CREATE",  "DEALLOCATE", "DECLARE",
        "DELETE",   "DENY",     "DESC",      "DESCRIBE", "DETACH",  "DROP",       "END",
        "EXEC",     "EXECUTE",  "EXPLAIN",   "EXPORT",   "FORCE",   "GET",        "GRANT",
        "IF",       "IMPORT",   "INSERT",    "INSTALL",  "KILL",    "LIST",       "LISTEN",
        "LOAD",     "LOCK",     "MERGE",     "MSCK",     "NOTIFY",  "OPTIMIZE",   "PRAGMA",
        "PRINT",    "RM",       "LS",        "WHILE",    "PREPARE", "PUT",        "REFRESH",
        "REINDEX",  "RELEASE",  "REMOVE",    "RENAME",   "REPAIR",  "REPLACE",    "RESET",
        "REVOKE",   "ROLLBACK", "SAVEPOINT", "SET",      "SHOW",    "START",      "SUMMARIZE",
        "TRUNCATE", "UNCACHE",  "UNDROP",    "UNLOAD",   "UNLOCK",  "UNSET",      "UPDATE",
        "USE",      "VACUUM",
    };
    const struct sql_token *next = p->t + 1;

    if (p->t->kind != T_WORD || (next->kind == T_OPERATOR && next->op != OP_AT_AT &&
                                 next->op != OP_AT && !sql__is_word(p, p->t, "IF")))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(first); i++)
        if (sql__is_word(p, p->t, first[i]))
            return true;
    return false;
}
