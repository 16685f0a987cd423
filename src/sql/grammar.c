/* grammar.c -- reads clauses and statements by patterns.
 *
 *     WORD      this word, kept as a KEYWORD          [ a ]   a, or nothing
 *     {rule}    what a rule reads                     [ a ]*  a, as often as it comes
 *     = , . *   this mark                             < a | b >  one of them
 *     ( a )     a in brackets, a GROUP                (, a )  a, a, … in brackets; may be empty
 *     , e       e, e, … of the next element e
 *
 * A way is taken when its first words are there; there is no going back. Words of a pattern are
 * in upper case.
 */
#include "sql/grammar.h"

#include <string.h>

static void match(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at);
static void match_element(struct parser *p, struct sql_node *into, enum sql_slot slot,
                          const char *at, const char *next);

static const char *skip_space(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

static bool in_word(char c)
{
    static const bool letters[256] = {['A' ... 'Z'] = true, ['_'] = true, ['0' ... '9'] = true};

    return letters[(unsigned char)c];
}

static size_t word_length(const char *at)
{
    size_t n = 0;

    while (in_word(at[n]))
        n++;
    return n;
}

/* Behind the element at `at`; brackets of every kind with what is in them. */
static const char *skip_element(const char *at)
{
    static const int8_t nesting[256] = {
        ['['] = 1, ['<'] = 1, ['('] = 1, ['{'] = 1, [']'] = -1, ['>'] = -1, [')'] = -1, ['}'] = -1};
    int depth = 0;

    if (in_word(*at))
        return at + word_length(at);
    do
        depth += nesting[(unsigned char)*at++];
    while (depth > 0);
    return *at == '*' ? at + 1 : at;
}

static bool ends(char c)
{
    return c == '\0' || c == ']' || c == '>' || c == '|' || c == ')';
}

static bool token_is(const struct parser *p, const struct sql_token *t, const char *word, size_t n)
{
    return t->kind == T_WORD && t->len == n && sql_same_letters(sql__token_text(p, t), word, n);
}

static bool mark_is(const struct parser *p, const struct sql_token *t, char mark)
{
    return t->kind == T_OPERATOR && t->len == 1 && *sql__token_text(p, t) == mark;
}

/* How far the words of a pattern go along with the tokens. */
struct cursor {
    const struct sql_token *t;
    bool open; /* a rule was reached: what follows is not looked at */
};

static bool walk(const struct parser *p, struct cursor *c, const char *at);

/* The way of a choice that goes along, with *c moved behind its words; or NULL. */
static const char *walk_choice(const struct parser *p, struct cursor *c, const char *way)
{
    for (;;) {
        struct cursor here = *c;

        if (walk(p, &here, way)) {
            *c = here;
            return way;
        }
        while (!ends(*way))
            way = skip_space(skip_element(skip_space(way)));
        if (*way++ != '|')
            return NULL;
    }
}

/* At the "[" of an optional element. */
static void walk_optional(const struct parser *p, struct cursor *c, const char *at)
{
    struct cursor here = *c;

    while (!c->open && walk(p, &here, at + 1) && here.t != c->t) {
        *c = here;
        if (c->open || skip_element(at)[-1] != '*')
            return;
    }
    c->open = c->open || here.open;
}

static bool walk_rule(const struct parser *p, struct cursor *c, const struct sql__rule *r)
{
    const struct sql_token *t = c->t;
    bool bracket = t->kind == T_OPERATOR && t->op == OP_LPAREN;
    bool name = t->kind == T_WORD || t->kind == T_QUOTED || t->kind == T_AT || t->kind == T_JINJA;
    struct cursor here = *c;

    c->open = true;
    switch (r->begin) {
    case B_NAME:
        return name;
    case B_STRING:
        return t->kind == T_STRING || t->kind == T_AT;
    case B_BRACKET:
        return bracket;
    case B_PATTERN:
        return walk(p, &here, r->pattern);
    default:
        return t->kind != T_END &&
               !(t->kind == T_OPERATOR && (t->op == OP_RPAREN || t->op == OP_COMMA ||
                                           t->op == OP_SEMICOLON || t->op == OP_EQ));
    }
}

static bool walk_element(const struct parser *p, struct cursor *c, const char *at)
{
    switch (*at) {
    case '[':
        walk_optional(p, c, at);
        return true;
    case '<':
        return walk_choice(p, c, at + 1) != NULL;
    case '{':
        return walk_rule(p, c, sql__rule(at + 1));
    case '(':
        c->open = true;
        return mark_is(p, c->t, '(');
    default:
        if (*at == ',' && at[1] == ' ')
            c->open = true;
        else if (!mark_is(p, c->t, *at))
            return false;
        else
            c->t++;
        return true;
    }
}

/* Could what stands at the cursor be this pattern? Looks at words and marks up to a rule. */
static bool walk(const struct parser *p, struct cursor *c, const char *at)
{
    for (at = skip_space(at); !ends(*at) && !c->open; at = skip_space(at)) {
        size_t n = word_length(at);

        if (n) {
            if (!token_is(p, c->t, at, n))
                return false;
            c->t++;
            at += n;
        } else {
            if (!walk_element(p, c, at))
                return false;
            if (!c->open)
                at = skip_element(at);
        }
    }
    return true;
}

static bool begins(const struct parser *p, const char *at)
{
    struct cursor c = {.t = p->t};

    if (in_word(*at) && (p->t->kind != T_WORD || (*sql__token_text(p, p->t) & 0xdf) != *at))
        return false; /* most patterns begin with a word that is not there */
    return p->t->kind != T_END && walk(p, &c, at) && (c.t != p->t || c.open);
}

static void add_keyword(struct parser *p, struct sql_node *into, enum sql_slot slot,
                        const char *text, size_t len)
{
    struct sql_node *n = sql__node(p, SQL_KEYWORD);

    n->text = text;
    n->len = len;
    sql__add(into, slot, n);
    sql__step(p);
    sql__add(into, slot, sql__hint(p));
}

static void match_word(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at,
                       size_t n)
{
    char word[40];

    if (token_is(p, p->t, at, n)) {
        add_keyword(p, into, slot, at, n);
        return;
    }
    g_strlcpy(word, at, MIN(n + 1, sizeof word));
    sql__expected(p, word);
}

static void match_rule(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const struct sql__rule *r = sql__rule(at);

    sql__add(into, slot, r->read ? r->read(p) : sql__phrase(p, r->pattern));
}

static void match_choice(struct parser *p, struct sql_node *into, enum sql_slot slot,
                         const char *at)
{
    struct cursor c = {.t = p->t};
    const char *way = walk_choice(p, &c, at);

    if (way)
        match(p, into, slot, way);
    else
        sql__expected(p, "another word");
}

/* One item of a list: what the pattern reads, as one node. */
static struct sql_node *item(struct parser *p, const char *at)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    match(p, n, SLOT_ARG, at);
    return n->child && !n->child->next ? n->child : n;
}

static void match_group(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_GROUP);
    bool list = *at == ',';

    if (!sql__expect_op(p, OP_LPAREN) || !sql__enter(p))
        return;
    if (!list || !sql__at_op(p, OP_RPAREN)) {
        do
            sql__add(n, SLOT_ARG, item(p, at + list));
        while (list && sql__take_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN));
    }
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    sql__add(into, slot, n);
}

static void match_optional(struct parser *p, struct sql_node *into, enum sql_slot slot,
                           const char *at, bool again)
{
    while (!p->failed && begins(p, at)) {
        const struct sql_token *before = p->t;

        match(p, into, slot, at);
        if (!again || p->t == before)
            return;
    }
}

static void match_mark(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const char mark[] = {'"', *at, '"', '\0'};

    if (mark_is(p, p->t, *at))
        add_keyword(p, into, slot, at, 1);
    else
        sql__expected(p, mark);
}

static void match_list(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    do {
        struct sql_node *one = sql__node(p, SQL_PHRASE);

        match_element(p, one, SLOT_ARG, at, skip_element(at));
        sql__add(n, SLOT_ARG, one->child && !one->child->next ? one->child : one);
    } while (sql__take_op(p, OP_COMMA));
    sql__add(into, slot, n);
}

/* The element from `at` up to `next`. */
static void match_element(struct parser *p, struct sql_node *into, enum sql_slot slot,
                          const char *at, const char *next)
{
    if (in_word(*at))
        match_word(p, into, slot, at, (size_t)(next - at));
    else if (*at == '{')
        match_rule(p, into, slot, at + 1);
    else if (*at == '<')
        match_choice(p, into, slot, at + 1);
    else if (*at == '(')
        match_group(p, into, slot, at + 1);
    else if (*at == '[')
        match_optional(p, into, slot, at + 1, next[-1] == '*');
    else if (*at == ',' && at[1] == ' ')
        match_list(p, into, slot, skip_space(at + 1));
    else
        match_mark(p, into, slot, at);
}

/* Read one way of a pattern. */
static void match(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    for (at = skip_space(at); !ends(*at) && !p->failed; at = skip_space(at)) {
        const char *next = skip_element(at);
        bool list = *at == ',' && at[1] == ' ';

        match_element(p, into, slot, at, next);
        at = list ? skip_element(skip_space(next)) : next;
    }
}

bool sql__pattern(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *pattern)
{
    if (p->failed || !begins(p, pattern))
        return false;
    match(p, into, slot, pattern);
    return true;
}

struct sql_node *sql__phrase(struct parser *p, const char *pattern)
{
    struct sql_node *n;

    if (p->failed || !begins(p, pattern))
        return NULL;
    n = sql__node(p, SQL_PHRASE);
    match(p, n, SLOT_ARG, pattern);
    return n;
}
