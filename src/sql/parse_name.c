#include "sql/parse_int.h"

#include <string.h>

/* What a letter behind a backslash stands for; 0 when it is not known here. */
static char escaped(char c)
{
    static const char meanings[256] = {
        ['n'] = '\n',  ['t'] = '\t',  ['r'] = '\r', ['b'] = '\b', ['f'] = '\f',
        ['\\'] = '\\', ['\''] = '\'', ['"'] = '"',  ['`'] = '`'};

    return meanings[(unsigned char)c];
}

/* The body of a quoted text without its doubled quotes and, in dialects that have them, its
 * backslash escapes. False when it holds an escape whose meaning is not known. */
static bool unquote(struct parser *p, struct sql_node *n, const char *body, size_t len, char close,
                    bool backslash)
{
    char *out;
    size_t used = 0;

    n->text = body;
    n->len = len;
    if (!memchr(body, close, len) && !(backslash && memchr(body, '\\', len)))
        return true;
    out = arena_alloc(p->arena, len + 1);
    for (size_t i = 0; i < len; i++) {
        char c = body[i];

        if (c == close && i + 1 < len && body[i + 1] == close) {
            i++;
        } else if (c == '\\' && backslash && i + 1 < len) {
            c = escaped(body[++i]);
            if (!c)
                return false;
        }
        out[used++] = c;
    }
    n->text = out;
    n->len = used;
    return true;
}

static bool has_macro(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len);

    return at && at + 1 < text + len;
}

void sql__take_name(struct parser *p, struct sql_node *n)
{
    const char *text = sql__token_text(p, p->t);
    uint32_t len = p->t->len;

    if (p->t->kind == T_QUOTED || p->t->kind == T_STRING) {
        n->quote = p->t->quote;
        if (!unquote(p, n, text + 1, len - 2, n->quote == '[' ? ']' : n->quote,
                     sql__has(p->dialect,
                              p->t->kind == T_STRING ? SQLD_BACKSLASH : SQLD_NAME_BACKSLASH))) {
            n->text = text;
            n->len = len;
            n->flags |= SQL_VERBATIM;
        }
    } else {
        n->text = text;
        n->len = len;
    }
    if (!p->t->plain && has_macro(n->text, n->len))
        n->flags |= SQL_TEMPLATE;
    sql__step(p);
}

bool sql__at_name(const struct parser *p)
{
    return p->t->kind == T_QUOTED ||
           (p->t->kind == T_WORD && !(sql_keyword_flags(p->t->keyword) & BAR_R));
}

struct sql_node *sql__identifier(struct parser *p)
{
    struct sql_node *n;

    if (p->t->kind == T_AT)
        return sql__macro(p);
    if (p->t->kind == T_JINJA)
        return sql__word(p, SQL_JINJA);
    if (p->t->kind != T_WORD && p->t->kind != T_QUOTED)
        return sql__expected(p, "a name");
    n = sql__node(p, SQL_IDENTIFIER);
    sql__take_name(p, n);
    return n;
}

/* Is this an ordinary string, whose value can be told from its text? */
static bool is_plain(const struct parser *p, const char *text, uint32_t len)
{
    return (text[0] == '\'' || text[0] == '"') &&
           !(sql__has(p->dialect, SQLD_TRIPLE_QUOTE) && len >= 6 && text[1] == text[0] &&
             text[2] == text[0]);
}

struct sql_node *sql__string(struct parser *p)
{
    const char *text = sql__token_text(p, p->t);
    struct sql_node *n;

    if (p->t->kind != T_STRING)
        return sql__expected(p, "a string");
    if (!is_plain(p, text, p->t->len)) {
        n = sql__word(p, SQL_STRING);
        n->flags = SQL_VERBATIM;
        n->quote = '\'';
        return n;
    }
    n = sql__node(p, SQL_STRING);
    sql__take_name(p, n);
    n->flags &= ~(uint32_t)SQL_TEMPLATE;
    return n;
}

/* A string as an alias: one whose value can be told. */
static bool at_string_name(const struct parser *p)
{
    return p->t->kind == T_STRING && p->t->quote != '$' &&
           is_plain(p, sql__token_text(p, p->t), p->t->len);
}

/* @WHERE(…) and its like begin a clause. */
static bool at_clause_macro(const struct parser *p)
{
    static const char *const names[] = {"WHERE",    "GROUP_BY", "HAVING", "QUALIFY",
                                        "ORDER_BY", "LIMIT",    "JOIN"};

    if (p->t[2].op != OP_LPAREN)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (sql__is_word(p, p->t + 1, names[i]))
            return true;
    return false;
}

bool sql__at_alias(const struct parser *p, unsigned not_flag)
{
    switch (p->t->kind) {
    case T_QUOTED:
        return true;
    case T_AT:
        return !at_clause_macro(p);
    case T_WORD:
        return !(sql_keyword_flags(p->t->keyword) & not_flag);
    case T_STRING:
        return sql__has(p->dialect, SQLD_STRING_ALIAS) && at_string_name(p);
    default:
        return false;
    }
}

/* `name` or `name type`, in the brackets of an alias. */
static struct sql_node *alias_column(struct parser *p)
{
    struct sql_node *name = sql__identifier(p), *n;

    if (!name || sql__at_op(p, OP_COMMA) || sql__at_op(p, OP_RPAREN))
        return name;
    n = sql__node(p, SQL_PROPERTY);
    sql__add(n, SLOT_KEY, name);
    sql__add(n, SLOT_TYPE, sql__type(p));
    return n;
}

bool sql__alias_into(struct parser *p, struct sql_node *n)
{
    bool table = n->kind != SQL_ALIAS;
    bool as = sql__take_kw(p, KW_AS);

    if (as && sql__at_op(p, OP_LPAREN)) { /* AS (a, b) */
        sql__full_list(p, n, SLOT_COLUMN, alias_column);
        return true;
    }
    if (!as && !sql__at_alias(p, table ? BAR_T : BAR_A))
        return false;
    if (table || p->t->kind == T_AT || p->t->kind == T_JINJA) {
        struct sql_node *name;

        if (at_string_name(p)) {
            name = sql__node(p, SQL_IDENTIFIER);
            sql__take_name(p, name);
        } else {
            name = sql__identifier(p);
        }
        sql__add(n, SLOT_ALIAS, name);
    } else if (p->t->kind == T_WORD || p->t->kind == T_QUOTED || at_string_name(p)) {
        sql__take_name(p, n);
    } else {
        sql__expected(p, "an alias");
    }
    if (table && sql__at_op(p, OP_LPAREN))
        sql__full_list(p, n, SLOT_COLUMN, alias_column);
    return true;
}
