/* parse_words.c -- DDL word by word: what no pattern reads, with names, literals, macros, brackets
 * and queries as nodes, in order.
 *
 * Nothing is kept as text here: the tokens are the meaning. Words keep their case, since one cannot
 * tell the language's from the user's.
 */
#include "sql/parse_int.h"
#include "sql/print_int.h"

#include <string.h>

static bool op_at(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

static bool at_end(const struct parser *p)
{
    return p->t->kind == T_END || sql__at_op(p, OP_RPAREN) || sql__at_op(p, OP_RBRACKET) ||
           sql__at_op(p, OP_SEMICOLON) || (p->blocks > 0 && sql__at_kw(p, KW_END));
}

/* Behind which words a table's name follows when no row of statements.c says so. */
static const char default_names[] = "|TABLE|INTO|FROM|JOIN|VIEW|UPDATE|TABLES|";

/* Words of things that have a name, but no table's. */
static const char no_names[] = "|FUNCTION|PROCEDURE|ALL|FUTURE|ROLE|USER|INTEGRATION|GRANTS|TAGS|"
                               "ACCOUNT|DELETE|UPDATE|COLUMN|PRIMARY|UNIQUE|FOREIGN|CHECK|INDEX|";

static bool is_among(const char *list, const char *words)
{
    const char *at = strstr(list, words);
    size_t len = strlen(words);

    while (at && (at[-1] != '|' || at[len] != '|'))
        at = strstr(at + 1, words);
    return at != NULL;
}

/* The token's word in upper case, behind what is in the buffer. */
static bool put_word(const struct parser *p, const struct sql_token *t, char *words, size_t room)
{
    const char *text = sql__token_text(p, t);
    size_t used = strlen(words);

    if (t->kind != T_WORD || used + t->len >= room)
        return false;
    for (uint32_t i = 0; i < t->len; i++)
        words[used + i] = (char)(text[i] ^ ((uint8_t)(text[i] - 'a') < 26) << 5);
    words[used + t->len] = '\0';
    return true;
}

static bool token_is_among(const struct parser *p, const struct sql_token *t, const char *list)
{
    char words[24] = "";

    return put_word(p, t, words, sizeof words) && is_among(list, words);
}

/* The letters the words of a list begin with, a bit each; the bit 0 always. */
static uint32_t letters_of(const char *list)
{
    uint32_t letters = 0;

    for (const char *at = list; *at; at++)
        if (*at == '|' || *at == ' ')
            letters |= UINT32_C(1) << (at[1] & 31);
    return letters;
}

/* Does this word, perhaps with the one before it, say that a table's name follows? */
static bool names_table(struct parser *p, const struct sql_token *t)
{
    const char *list = p->names ? p->names : default_names;
    char words[48] = "";

    if (!p->names_begin)
        p->names_begin = letters_of(list);
    if (t->kind != T_WORD || !(p->names_begin >> (*sql__token_text(p, t) & 31) & 1))
        return false;
    if (token_is_among(p, t, list))
        return true;
    if (!put_word(p, t - 1, words, sizeof words - 1))
        return false;
    g_strlcpy(words + strlen(words), " ", 2);
    return put_word(p, t, words, sizeof words) && is_among(list, words);
}

/* Statements no row of the table reads may hold anything: marks and brackets stay as near to what
 * stands before them as they were written. */
static bool as_written(const struct parser *p)
{
    return !p->names || *p->names == '~';
}

static struct sql_node *word(struct parser *p)
{
    bool joined = as_written(p) && !p->t->space_before &&
                  (p->t->kind == T_OPERATOR || p->t[-1].kind == T_OPERATOR);
    struct sql_node *n = sql__word(p, SQL_KEYWORD);

    n->flags = SQL_VERBATIM | (joined ? SQL_JOINED : 0);
    return n;
}

struct sql_node *sql__dotted(struct parser *p)
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

/* Words of the language before a bracket that does not belong to them as a call's does. */
static const char clause_words[] =
    "|KEY|VALUES|OPTIONS|CHECK|INCLUDE|BY|TO|UNIQUE|PROPERTIES|TBLPROPERTIES|SERDEPROPERTIES|"
    "SETTINGS|PARTITION|COLUMNS|THAN|FOR|INHERITS|REFERENCES|PARAMETERS|COPY_OPTIONS|"
    "FORMAT_OPTIONS|SET|TABLE|LIKE|IF|";

/* A bracket is printed right behind a word that may be a function's name, and apart elsewhere. */
static bool joins_word(const struct parser *p)
{
    const struct sql_token *before = p->t - 1;

    if (as_written(p) || before[-1].kind == T_AT) /* @x(…) is a call, @x (…) none */
        return !p->t->space_before;
    return (before->kind == T_WORD || before->kind == T_QUOTED) &&
           !(sql_keyword_flags(before->keyword) & BAR_R) &&
           !token_is_among(p, before, clause_words);
}

static struct sql_node *bracket(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_GROUP);

    n->flags = joins_word(p) ? SQL_JOINED : 0;
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

/* x[1] or [1, 2] */
static struct sql_node *square_bracket(struct parser *p)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_ARRAY);

    n->flags = joins_word(p) || p->t[-1].op == OP_RBRACKET ? SQL_JOINED : 0;
    if (!sql__enter(p))
        return NULL;
    sql__step(p);
    if (!sql__at_op(p, OP_RBRACKET))
        do
            sql__add(n, SLOT_ARG, sql__words_item(p));
        while (sql__take_op(p, OP_COMMA));
    sql__expect_close(p, OP_RBRACKET, open);
    sql__leave(p);
    return n;
}

const struct sql_token *sql__behind_brackets(const struct parser *p, const struct sql_token *t)
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

/* The tokens from here up to `end` as they were written, a blank for any white space. */
static struct sql_node *verbatim(struct parser *p, const struct sql_token *end)
{
    struct sql_node *n = sql__node(p, SQL_KEYWORD);
    char *to = arena_alloc(p->arena, end[-1].at + end[-1].len - p->t->at);

    n->text = to;
    n->flags = SQL_VERBATIM;
    for (const struct sql_token *t = p->t; t < end; t++) {
        if (t != p->t && t->space_before)
            *to++ = ' ';
        memcpy(to, sql__token_text(p, t), t->len);
        to += t->len;
    }
    n->len = (uint32_t)(to - n->text);
    p->t = end;
    return n;
}

/* Snowflake's @stage/path and file://…, which white space ends. */
static bool at_path(const struct parser *p)
{
    return sql__at_stage(p) || (sql__has(p->dialect, SQLD_STAGE) && sql__is_word(p, p->t, "file") &&
                                op_at(p->t + 1, OP_COLON));
}

static const struct sql_token *behind_path(const struct parser *p)
{
    const struct sql_token *t = p->t + 1;

    while (t < p->end && !t->space_before && !op_at(t, OP_LPAREN) && !op_at(t, OP_RPAREN) &&
           !op_at(t, OP_COMMA) && !op_at(t, OP_SEMICOLON) && !op_at(t, OP_RBRACKET))
        t++;
    return t;
}

static bool begins_name(const struct sql_token *t)
{
    return t->kind == T_WORD || t->kind == T_QUOTED || t->kind == T_AT;
}

static struct sql_node *literal(struct parser *p)
{
    bool joined = as_written(p) && !p->t->space_before && p->t[-1].kind == T_OPERATOR;
    struct sql_node *n = p->t->kind == T_STRING ? sql__string(p) : sql__word(p, SQL_NUMBER);

    if (n && joined)
        n->flags |= SQL_JOINED;
    return n;
}

/* @@session.name, the engine's own */
static bool at_engine_variable(const struct parser *p)
{
    return sql__at_op(p, OP_AT_AT) && p->t[1].kind == T_WORD && !p->t[1].space_before;
}

static const struct sql_token *behind_engine_variable(const struct parser *p)
{
    const struct sql_token *t = p->t + 2;

    while (op_at(t, OP_DOT) && !t->space_before && t[1].kind == T_WORD && !t[1].space_before)
        t += 2;
    return t;
}

/* @a.b; Snowflake reads @a.b/c as a stage's path, unless white space parts it. */
static struct sql_node *dotted_macro(struct parser *p)
{
    struct sql_node *n = sql__dotted(p);
    bool path = sql__has(p->dialect, SQLD_STAGE) && !p->t->space_before &&
                (sql__at_op(p, OP_SLASH) || sql__at_op(p, OP_PERCENT));

    return path ? sql__expected(p, "the end of a name") : n;
}

struct sql_node *sql__one_word(struct parser *p)
{
    const struct sql_token *next = p->t + 1;

    if (at_path(p))
        return verbatim(p, behind_path(p));
    if (at_engine_variable(p))
        return verbatim(p, behind_engine_variable(p));
    switch (p->t->kind) {
    case T_WORD:
        if (op_at(p->t - 1, OP_DOT) && sql__begins_with_digit(p, p->t))
            return sql__expected(p, "a name");
        if (sql__is_word(p, p->t, "PATTERN") && op_at(next, OP_LPAREN))
            return verbatim(p, sql__behind_brackets(p, next));
        return op_at(next, OP_DOT) ? sql__dotted(p) : word(p);
    case T_QUOTED:
        return sql__dotted(p);
    case T_AT:
        next = p->t + 2;
        return op_at(next, OP_DOT) ? dotted_macro(p) : sql__table_macro(p);
    case T_STRING:
        if (next->kind == T_AT && !next->space_before) /* 'user'@'host' */
            return verbatim(p, next + 2 < p->end ? next + 2 : p->end);
        return literal(p);
    case T_NUMBER:
        return literal(p);
    case T_PARAMETER:
        return sql__word(p, SQL_PARAMETER);
    case T_JINJA:
        return sql__word(p, SQL_JINJA);
    case T_OPERATOR:
        if (sql__at_op(p, OP_STAR) && op_at(next, OP_DOT) && !next->space_before) /* *.* */
            return verbatim(p, next + 2 < p->end ? next + 2 : p->end);
        if (sql__at_op(p, OP_LBRACKET))
            return square_bracket(p);
        return sql__at_op(p, OP_LPAREN) ? bracket(p) : word(p);
    default:
        return sql__expected(p, "a word");
    }
}

/* The name of a table behind TABLE, INTO and the like; IF EXISTS and ONLY are left out of it. */
static bool table_follows(struct parser *p, struct sql_node *into)
{
    while ((sql__is_word(p, p->t, "IF") || sql__at_kw(p, KW_NOT) || sql__at_kw(p, KW_EXISTS) ||
            sql__at_kw(p, KW_ONLY) || sql__at_op(p, OP_EQ)) &&
           p->t[1].kind != T_END)
        sql__add(into, SLOT_ARG, word(p));
    if (at_path(p) || (p->t->kind == T_STRING && p->t[-1].keyword == KW_FROM))
        return true;
    return begins_name(p->t) && !(sql_keyword_flags(p->t->keyword) & BAR_R) &&
           !token_is_among(p, p->t, no_names) && !names_table(p, p->t);
}

/* INHERITS (a, b) */
static struct sql_node *tables_in_brackets(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_GROUP);

    sql__bracket_list(p, n, SLOT_ARG, sql__table_name);
    return n;
}

/* The statements between BEGIN and END, and the END. */
static void block(struct parser *p, struct sql_node *into)
{
    p->blocks++;
    while (!p->failed && !sql__at_kw(p, KW_END)) {
        sql__add(into, SLOT_ARG, sql__statement(p));
        if (!sql__at_op(p, OP_SEMICOLON))
            break;
        sql__add(into, SLOT_ARG, word(p))->flags |= SQL_JOINED;
    }
    p->blocks--;
    if (sql__at_kw(p, KW_END))
        sql__add(into, SLOT_ARG, word(p));
    else
        sql__expected(p, "END");
}

/* What may stand behind a word, beside words. */
static void after_word(struct parser *p, struct sql_node *into, const struct sql_token *t)
{
    if (sql__is_word(p, t, "BEGIN") && (sql__at_statement(p) || sql__at_kw(p, KW_SELECT))) {
        block(p, into);
        return;
    }
    if (names_table(p, t) && into->last->kind == SQL_KEYWORD) {
        if (table_follows(p, into))
            sql__add(into, SLOT_ARG, sql__table_target(p));
        else if (sql__is_word(p, t, "INHERITS") && sql__at_op(p, OP_LPAREN))
            sql__add(into, SLOT_ARG, tables_in_brackets(p));
    }
}

enum where_to { TO_COMMA, TO_QUERY, TO_COMMA_GRANTS };

/* At AS before a query? */
static bool at_as_query(struct parser *p)
{
    const struct sql_token *t = p->t;
    bool query;

    if (t->keyword != KW_AS)
        return false;
    p->t++;
    query = sql__at_query(p) || p->t->kind == T_AT || p->t->kind == T_JINJA;
    p->t = t;
    return query;
}

/* Does a query begin here, within words? */
static bool at_inner_query(const struct parser *p, const struct sql_node *before)
{
    return sql__at_kw(p, KW_SELECT) || (before && p->t[-1].keyword == KW_AS && sql__at_query(p));
}

/* A query within words. A bracket that only its print begins with would be read as another's. */
static void inner_query(struct parser *p, struct sql_node *into)
{
    bool bracket = sql__at_op(p, OP_LPAREN);
    struct sql_node *query = sql__query(p);

    sql__add(into, SLOT_ARG, query);
    if (query && !bracket && sql__print_begins_with_bracket(query, p->dialect))
        sql__expected(p, "a query whose first term has no clauses of its own");
}

/* Words up to a comma or the end, or up to AS before a query. */
static struct sql_node *phrase(struct parser *p, enum where_to to)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    while (!p->failed && !at_end(p) && !sql__at_op(p, OP_COMMA)) {
        const struct sql_token *t = p->t;

        if (to == TO_QUERY && at_as_query(p))
            break;
        p->chain++;
        if (to != TO_COMMA_GRANTS && at_inner_query(p, n->last)) {
            inner_query(p, n);
            continue;
        }
        sql__add(n, SLOT_ARG, sql__one_word(p));
        after_word(p, n, t);
    }
    return n;
}

struct sql_node *sql__words_item(struct parser *p)
{
    struct sql_node *n = phrase(p, TO_COMMA);

    return n->child && !n->child->next ? n->child : n;
}

static struct sql_node *words(struct parser *p, enum where_to to)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    do
        sql__add(n, SLOT_ARG, phrase(p, to));
    while (sql__take_op(p, OP_COMMA));
    return n;
}

struct sql_node *sql__words_until_end(struct parser *p)
{
    return words(p, TO_COMMA);
}

struct sql_node *sql__words_until_query(struct parser *p)
{
    return words(p, TO_QUERY);
}

struct sql_node *sql__words_grants(struct parser *p)
{
    return words(p, TO_COMMA_GRANTS);
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
        "USE",      "VACUUM",   "EXCHANGE",  "SYSTEM",   "LOOP",    "REPEAT",     "FOR",
    };
    const struct sql_token *next = p->t + 1;

    if (p->t->kind != T_WORD ||
        (next->kind == T_OPERATOR && next->op != OP_AT_AT && next->op != OP_SEMICOLON &&
         next->op != OP_AT && !sql__is_word(p, p->t, "IF")))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(first); i++)
        if (sql__is_word(p, p->t, first[i]))
            return true;
    return false;
}
